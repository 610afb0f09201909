/* waxsealctl policy: what the rules decide about described mail. Reads a file, asks nobody. */
#include <stdio.h>

#include "cli/command.h"
#include "policy/example.h"

/* What is in the file at path, - for standard input. */
static rc_t read_described(const char *path, json_t **out, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(EXAMPLE_BYTES_MAX);
    TRY(cli_read_file(path, &text, e));
    return json_parse_object(buf_view(&text), out, e);
}

static int told(rc_t rc, const struct err *e, const struct buf *notes, const json_t *rows)
{
    str_t shown = buf_view(notes);
    fprintf(stderr, "%.*s", STR_ARG(shown));
    if (rc != RC_OK) {
        fprintf(stderr, "waxsealctl: %s%s%s\n", e->message, e->detail[0] ? " " : "", e->detail);
        return EXIT_FAILED;
    }
    cli_print(rows);
    return EXIT_FINE;
}

/* The rows that say why an example was refused, for people. */
static void tell_refused(const json_t *rows)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        const json_t *error = json_object_get(row, "error");
        if (!error) continue;
        str_t why = json_text(error), where = json_text(json_object_get(row, "detail"));
        fprintf(stderr, "waxsealctl: %.*s%s%.*s\n", STR_ARG(why), where.n ? " " : "",
                STR_ARG(where));
    }
}

int cmd_policy_evaluate(int argc, char **argv)
{
    CLEANUP_BUF struct buf notes = BUF_INIT(1 << 20);
    CLEANUP_JSON json_t *file = NULL, *rows = NULL;
    struct err e = {.code = RC_OK};
    size_t refused = 0;
    if (argc != 1) return cli_usage("policy evaluate FILE|-");
    rc_t rc = read_described(argv[0], &file, &e);
    if (rc == RC_OK) rc = examples_evaluate_each(file, &notes, &refused, &rows, &e);
    if (refused) tell_refused(rows);
    int end = told(rc, &e, &notes, rows);
    return refused ? EXIT_FAILED : end;
}

int cmd_policy_check(int argc, char **argv)
{
    CLEANUP_BUF struct buf notes = BUF_INIT(1 << 20);
    CLEANUP_JSON json_t *file = NULL, *rows = NULL;
    struct err e = {.code = RC_OK};
    if (argc != 1) return cli_usage("policy check FILE|-");
    rc_t rc = read_described(argv[0], &file, &e);
    if (rc == RC_OK) rc = examples_check(file, &notes, &rows, &e);
    return told(rc, &e, &notes, rows);
}
