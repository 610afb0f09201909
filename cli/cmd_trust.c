/* waxsealctl trust add|list|remove: authorities that an organisation trusts of its own. */
#include "cli/command.h"
#include "cli/registry.h"
#include "policy/roots.h"

/* A table for a person; everything as JSON. */
static void print_rows(const struct desk *d, const json_t *rows)
{
    static const char *const COLUMNS[] = {"fingerprint", "subject",   "status",
                                          "not_after",   "algorithm", "source"};
    CLEANUP_JSON json_t *table = json_array();
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        json_t *line = json_object();
        for (size_t c = 0; c < sizeof COLUMNS / sizeof *COLUMNS; c++)
            json_object_set(line, COLUMNS[c], json_object_get(row, COLUMNS[c]));
        json_put_str(line, "fingerprint", str_sub(record_text(row, "fingerprint"), 0, 16));
        json_array_append_new(table, line);
    }
    desk_print(d, d->json ? rows : table);
}

int cmd_trust_add(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_BUF struct buf file = BUF_INIT(ROOTS_FILE_MAX);
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 2, "trust add ORGANISATION FILE|-", &code);
    if (!d) return code;
    rc_t rc = cli_read_file(d->raw[1], &file, &e);
    if (rc != RC_OK)
        err_field(&e, "file");
    else
        rc = roots_add(&d->r, &d->by, desk_word(d, 0), buf_view(&file), "upload", &rows, &e);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    print_rows(d, rows);
    return EXIT_FINE;
}

int cmd_trust_list(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *list = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "trust list ORGANISATION", &code);
    if (!d) return code;
    if (roots_list(&d->r, desk_word(d, 0), d->by.now, &list, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    print_rows(d, json_object_get(list, "roots"));
    return EXIT_FINE;
}

int cmd_trust_remove(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 2, "trust remove ORGANISATION FINGERPRINT", &code);
    if (!d) return code;
    if (roots_remove(&d->r, &d->by, desk_word(d, 0), desk_word(d, 1), &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    return desk_done(d, "authority %.*s: trusted no longer", STR_ARG(desk_word(d, 1)));
}
