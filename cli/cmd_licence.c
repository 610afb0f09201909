/* waxsealctl licence, role. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "policy/licence.h"
#include "policy/role.h"

/* --- licence ---------------------------------------------------------------------------------- */

/* A row that was not done makes the whole a failure, of which all is told. */
static int tell_rows(const struct desk *d, const json_t *rows)
{
    size_t refused = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        str_t result = record_text(json_array_get(rows, i), "result");
        refused += str_eq(result, STR("no_seat")) || str_eq(result, STR("no_account"));
    }
    desk_print(d, rows);
    if (refused > 0)
        fprintf(stderr, "waxsealctl: %zu of %zu were not done\n", refused, json_array_size(rows));
    return refused > 0 ? EXIT_FAILED : EXIT_FINE;
}

static int change(int argc, char **argv, bool on, const char *usage)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *accounts = json_array(), *rows = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, DESK_WORDS_MAX, usage, &code);
    if (!d) return code;
    if (d->all == (d->count > 1)) return cli_usage(usage);
    for (size_t i = 1; i < d->count; i++)
        json_array_append_new(accounts, json_from_str(desk_word(d, i)));
    if (licence_change(&d->r, &d->by, desk_word(d, 0), d->all ? NULL : accounts, on, &rows, &e) !=
        RC_OK)
        return desk_fail(d, &e, NULL);
    return tell_rows(d, rows);
}

int cmd_licence_activate(int argc, char **argv)
{
    return change(argc, argv, true, "licence activate ORGANISATION ADDRESS…|--all");
}

int cmd_licence_deactivate(int argc, char **argv)
{
    return change(argc, argv, false, "licence deactivate ORGANISATION ADDRESS…|--all");
}

int cmd_licence_list(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 1, 1,
                                            "licence list CUSTOMER [--organisation ID]", &code);
    if (!d) return code;
    if (licence_list(&d->r, desk_word(d, 0), d->organisation, d->by.now, &rows, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    desk_print(d, rows);
    return EXIT_FINE;
}

int cmd_licence_show(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *v = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "licence show CUSTOMER", &code);
    if (!d) return code;
    if (licence_forecast(&d->r, desk_word(d, 0), d->by.now, &v, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    desk_print(d, v);
    return EXIT_FINE;
}

/* --- role ------------------------------------------------------------------------------------- */

int cmd_role_give(int argc, char **argv)
{
    struct err e = {0};
    int code;
    const char *usage = "role give NAME owner|writer|reader ORGANISATION, role give NAME operator";
    CLEANUP_JSON json_t *patch = json_object();
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 2, 3, usage, &code);
    if (!d) return code;
    json_put_str(patch, "role", desk_word(d, 1));
    struct registry_write w = {.at = {RECORD_ROLE, desk_word(d, 2), desk_word(d, 0)},
                               .patch = patch,
                               .mode = REGISTRY_PUT,
                               .seen = d->seen};
    rc_t rc = registry_write(&d->r, &d->by, &w, &e);
    json_decref(w.after);
    json_decref(w.conflict);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    return desk_done(d, "%.*s: %.*s", STR_ARG(desk_word(d, 0)), STR_ARG(desk_word(d, 1)));
}

int cmd_role_take(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 2, "role take NAME [ORGANISATION]", &code);
    if (!d) return code;
    struct registry_write w = {.at = {RECORD_ROLE, desk_word(d, 1), desk_word(d, 0)},
                               .mode = REGISTRY_SET};
    rc_t rc = registry_write(&d->r, &d->by, &w, &e);
    json_decref(w.conflict);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    return desk_done(d, "%.*s: no role%s", STR_ARG(desk_word(d, 0)),
                     d->count > 1 ? " there" : " over all");
}

int cmd_role_list(int argc, char **argv)
{
    struct err e = {0};
    int code;
    const char *id;
    json_t *row;
    CLEANUP_JSON json_t *rows = NULL, *v = json_array();
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 0, 1, "role list [ORGANISATION]", &code);
    if (!d) return code;
    if (registry_list(&d->r, RECORD_ROLE, desk_word(d, 0), &rows, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    json_object_foreach(rows, id, row)
    {
        json_t *one = json_object();
        json_put_str(one, "who", str_c(id));
        json_object_update(one, row);
        json_array_append_new(v, one);
    }
    desk_print(d, v);
    return EXIT_FINE;
}
