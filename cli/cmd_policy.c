/* waxsealctl policy: what the rules decide about described mail. Reads a file, asks nobody. */
#include <stdio.h>

#include "cli/command.h"
#include "policy/example.h"

int cmd_policy_evaluate(int argc, char **argv)
{
    CLEANUP_BUF struct buf text = BUF_INIT(EXAMPLE_BYTES_MAX), notes = BUF_INIT(1 << 20);
    CLEANUP_JSON json_t *file = NULL, *decisions = NULL;
    struct err e = {.code = RC_OK};
    if (argc != 1) return cli_usage("policy evaluate FILE|-");
    rc_t rc = cli_read_file(argv[0], &text, &e);
    if (rc == RC_OK) rc = json_parse_object(buf_view(&text), &file, &e);
    if (rc == RC_OK) rc = examples_evaluate(file, &notes, &decisions, &e);
    fprintf(stderr, "%.*s", STR_ARG(buf_view(&notes)));
    if (rc != RC_OK) {
        fprintf(stderr, "waxsealctl: %s%s%s\n", e.message, e.detail[0] ? " " : "", e.detail);
        return EXIT_FAILED;
    }
    cli_print(decisions);
    return EXIT_FINE;
}
