/* waxsealctl policy: what the rules decide about described mail. Reads a file, asks nobody. */
#include <stdio.h>

#include "cli/command.h"
#include "policy/example.h"

typedef rc_t (*answer_fn)(const json_t *file, struct buf *notes, json_t **out, struct err *e);

/* What answer says about a file; what it notes goes to standard error. */
static int tell(const char *path, answer_fn answer)
{
    CLEANUP_BUF struct buf text = BUF_INIT(EXAMPLE_BYTES_MAX), notes = BUF_INIT(1 << 20);
    CLEANUP_JSON json_t *file = NULL, *rows = NULL;
    struct err e = {.code = RC_OK};
    rc_t rc = cli_read_file(path, &text, &e);
    if (rc == RC_OK) rc = json_parse_object(buf_view(&text), &file, &e);
    if (rc == RC_OK) rc = answer(file, &notes, &rows, &e);
    fprintf(stderr, "%.*s", STR_ARG(buf_view(&notes)));
    if (rc != RC_OK) {
        fprintf(stderr, "waxsealctl: %s%s%s\n", e.message, e.detail[0] ? " " : "", e.detail);
        return EXIT_FAILED;
    }
    cli_print(rows);
    return EXIT_FINE;
}

int cmd_policy_evaluate(int argc, char **argv)
{
    return argc == 1 ? tell(argv[0], examples_evaluate) : cli_usage("policy evaluate FILE|-");
}

int cmd_policy_check(int argc, char **argv)
{
    return argc == 1 ? tell(argv[0], examples_check) : cli_usage("policy check FILE|-");
}
