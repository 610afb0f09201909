/* waxsealctl certificate add|list|show|primary|remove: certificates that an organisation
 * registered. Passphrase and PKCS#12 file go to the key agent as they came. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "policy/certificate.h"

enum { AGENT_MS = 20000, PASSPHRASE_MAX = 4096 };

static struct certificate_at at_of(const struct desk *d)
{
    return (struct certificate_at){d->organisation, desk_word(d, 0), desk_word(d, 1)};
}

/* A table for a person; everything as JSON. Of a list only what fits a line. */
static void print_rows(const struct desk *d, const json_t *rows)
{
    static const char *const COLUMNS[] = {"address", "fingerprint", "usage",     "primary",
                                          "custody", "status",      "not_after", "algorithm"};
    CLEANUP_JSON json_t *table = json_array();
    for (size_t i = 0; !d->json && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        json_t *line = json_object();
        for (size_t c = 0; c < sizeof COLUMNS / sizeof *COLUMNS; c++)
            json_object_set(line, COLUMNS[c], json_object_get(row, COLUMNS[c]));
        json_put_str(line, "fingerprint", str_sub(record_text(row, "fingerprint"), 0, 16));
        json_array_append_new(table, line);
    }
    desk_print(d, d->json ? rows : table);
}

static rc_t read_passphrase(const struct desk *d, struct buf *out, struct err *e)
{
    if (!d->passphrase_file) return RC_OK;
    rc_t rc = cli_read_passphrase(d->passphrase_file, out, e);
    if (rc != RC_OK) err_field(e, "passphrase");
    return rc;
}

static rc_t add(struct desk *d, str_t passphrase, json_t **rows, struct err *e)
{
    CLEANUP_BUF struct buf file = BUF_INIT_SECRET(CERTIFICATE_FILE_MAX);
    const struct agent agent = {.socket = d->c.config->keyd_admin_socket, .timeout_ms = AGENT_MS};
    rc_t rc = cli_read_file(d->raw[1], &file, e);
    if (rc != RC_OK) {
        err_field(e, "file");
        return rc;
    }
    const struct certificate_upload u = {.organisation = d->organisation,
                                         .address = desk_word(d, 0),
                                         .file = buf_view(&file),
                                         .passphrase = passphrase,
                                         .usage = record_text(d->patch, "usage"),
                                         .custody = record_text(d->patch, "custody"),
                                         .primary = record_text(d->patch, "primary"),
                                         .source = "upload"};
    return certificate_add(&d->r, &d->by, str_is_null(agent.socket) ? NULL : &agent, &u, rows, e);
}

int cmd_certificate_add(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_BUF struct buf passphrase = BUF_INIT_SECRET(PASSPHRASE_MAX);
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_CERTIFICATE, 2, 2,
                                            "certificate add ADDRESS FILE [OPTIONS]", &code);
    if (!d) return code;
    rc_t rc = read_passphrase(d, &passphrase, &e);
    str_t given = passphrase.n ? buf_view(&passphrase) : STR("");
    if (rc == RC_OK) rc = add(d, d->passphrase_file ? given : STR_NULL, &rows, &e);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    print_rows(d, rows);
    return EXIT_FINE;
}

int cmd_certificate_list(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 2, "certificate list ORGANISATION [ADDRESS]", &code);
    if (!d) return code;
    if (certificate_list(&d->r, desk_word(d, 0), desk_word(d, 1), d->by.now, &rows, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    print_rows(d, rows);
    return EXIT_FINE;
}

int cmd_certificate_show(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *view = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 2, "certificate show ADDRESS FINGERPRINT", &code);
    if (!d) return code;
    if (certificate_get(&d->r, at_of(d), d->by.now, &view, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    desk_print(d, view);
    return EXIT_FINE;
}

int cmd_certificate_primary(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *view = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 3,
                  "certificate primary ADDRESS FINGERPRINT [sign|encrypt|both]", &code);
    if (!d) return code;
    if (certificate_make_primary(&d->r, &d->by, at_of(d), desk_word(d, 2), &view, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    desk_print(d, view);
    return EXIT_FINE;
}

int cmd_certificate_remove(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 2, "certificate remove ADDRESS FINGERPRINT", &code);
    if (!d) return code;
    if (certificate_remove(&d->r, &d->by, at_of(d), &e) != RC_OK) return desk_fail(d, &e, NULL);
    return desk_done(d, "certificate %.*s: removed", STR_ARG(desk_word(d, 1)));
}
