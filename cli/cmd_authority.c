/* waxsealctl authority …: an organisation's own authority and its list of revoked certificates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/issuing.h"

enum { AGENT_MS = 20000 };

const struct agent *issuing_agent(const struct desk *d, struct agent *out)
{
    *out = (struct agent){.socket = d->c.config->keyd_admin_socket, .timeout_ms = AGENT_MS};
    return str_is_null(out->socket) ? NULL : out;
}

rc_t issuing_write(str_t path, str_t bytes, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(64 << 10);
    const char *name = a ? arena_cstr(a, path) : NULL;
    FILE *f = name ? fopen(name, "wb") : NULL;
    bool ok = f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
    if (f && fclose(f) != 0) ok = false;
    if (ok) return RC_OK;
    err_set(e, RC_INVALID, "%.100s cannot be written.", name ? name : "The file");
    err_field(e, "out");
    return RC_INVALID;
}

/* The certificate itself is long: in the table only where there is no file for it. */
static int show(struct desk *d, json_t *view, struct err *e)
{
    if (d->out.n &&
        issuing_write(d->out, json_text(json_object_get(view, "certificate")), e) != RC_OK)
        return desk_fail(d, e, NULL);
    if (!d->json) json_object_del(view, "certificate");
    desk_print(d, view);
    return EXIT_FINE;
}

int cmd_authority_create(int argc, char **argv)
{
    struct err e = {0};
    int code;
    struct agent agent;
    CLEANUP_JSON json_t *view = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1,
                  "authority create ORGANISATION [--algorithm rsa3072|p256|p384]", &code);
    if (!d) return code;
    if (authority_create(&d->r, &d->by, issuing_agent(d, &agent), desk_word(d, 0), d->algorithm,
                         &view, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    return show(d, view, &e);
}

int cmd_authority_renew(int argc, char **argv)
{
    struct err e = {0};
    int code;
    struct agent agent;
    CLEANUP_JSON json_t *view = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 1, 1,
                                            "authority renew ORGANISATION [--out FILE]", &code);
    if (!d) return code;
    if (authority_renew(&d->r, &d->by, issuing_agent(d, &agent), desk_word(d, 0), &view, &e) !=
        RC_OK)
        return desk_fail(d, &e, NULL);
    return show(d, view, &e);
}

int cmd_authority_show(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *view = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 1, 1,
                                            "authority show ORGANISATION [--out FILE]", &code);
    if (!d) return code;
    if (authority_view(&d->r, desk_word(d, 0), d->by.now, &view, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    return show(d, view, &e);
}

int cmd_authority_set(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *view = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_AUTHORITY, 1, 1,
                  "authority set ORGANISATION --automatic on|off [--version N]", &code);
    if (!d) return code;
    const json_t *automatic = json_object_get(d->patch, "automatic");
    if (!automatic) return cli_usage("authority set ORGANISATION --automatic on|off");
    if (authority_set(&d->r, &d->by, desk_word(d, 0), json_is_true(automatic), d->seen, &view,
                      &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    return show(d, view, &e);
}

int cmd_authority_remove(int argc, char **argv)
{
    struct err e = {0};
    int code;
    struct agent agent;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "authority remove ORGANISATION", &code);
    if (!d) return code;
    if (authority_remove(&d->r, &d->by, issuing_agent(d, &agent), desk_word(d, 0), &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    return desk_done(d, "authority of %.*s: removed", STR_ARG(desk_word(d, 0)));
}

int cmd_authority_list(int argc, char **argv)
{
    struct err e = {0};
    int code;
    size_t i;
    json_t *id;
    CLEANUP_JSON json_t *ids = NULL, *rows = json_array();
    static const char *const COLUMNS[] = {"organisation", "algorithm", "not_after",
                                          "status",       "automatic", "issued"};
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 0, 0, "authority list", &code);
    if (!d) return code;
    if (authority_all(&d->r, &ids, &e) != RC_OK) return desk_fail(d, &e, NULL);
    json_array_foreach(ids, i, id)
    {
        CLEANUP_JSON json_t *view = NULL;
        if (authority_view(&d->r, json_text(id), d->by.now, &view, &e) != RC_OK)
            return desk_fail(d, &e, NULL);
        json_t *row = json_object();
        for (size_t c = 0; c < sizeof COLUMNS / sizeof *COLUMNS; c++)
            json_object_set(row, COLUMNS[c], json_object_get(view, COLUMNS[c]));
        json_array_append_new(rows, row);
    }
    desk_print(d, rows);
    return EXIT_FINE;
}

/* Those of authorities that are gone. */
int cmd_authority_lists(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 0, 1, "authority lists [ORGANISATION]", &code);
    if (!d) return code;
    if (authority_lists_kept(&d->r, d->count ? desk_word(d, 0) : STR_NULL, &rows, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    desk_print(d, rows);
    return EXIT_FINE;
}

int cmd_authority_crl(int argc, char **argv)
{
    struct err e = {0};
    int code;
    struct agent agent;
    struct authority_list list = {0};
    CLEANUP_JSON json_t *view = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "authority crl ORGANISATION [--out FILE]", &code);
    if (!d) return code;
    str_t organisation = desk_word(d, 0);
    rc_t rc = authority_list_publish(&d->r, &d->by, issuing_agent(d, &agent), organisation, false,
                                     NULL, &e);
    if (rc == RC_OK) rc = authority_view(&d->r, organisation, d->by.now, &view, &e);
    if (rc == RC_OK && d->out.n) {
        str_t key = record_text(json_object_get(view, "list"), "key"),
              name = arena_printf(d->c.a, "%.*s-%.*s", STR_ARG(organisation), STR_ARG(key));
        rc = authority_list_read(d->c.kv, d->c.config->instance, name, d->c.a, &list, &e);
    }
    if (rc == RC_OK && d->out.n) rc = issuing_write(d->out, list.der, &e);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    desk_print(d, json_object_get(view, "list"));
    return EXIT_FINE;
}
