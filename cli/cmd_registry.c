/* waxsealctl customer|organisation|account add|set|show|list|remove, domain attach|detach|list:
 * the records of the registry. One function each kind and verb; the work is the same. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "policy/name.h"

/* {id-name: id, …record} */
static json_t *with_id(enum record_kind kind, const char *id, const json_t *row)
{
    json_t *v = json_object();
    json_put_str(v, record_shape(kind)->id_name, str_c(id));
    json_object_update(v, (json_t *) row);
    return v;
}

static int wrote(const struct desk *d, struct registry_write *w, rc_t rc, const struct err *e)
{
    int code = EXIT_FINE;
    CLEANUP_JSON json_t *more = json_object();
    if (rc != RC_OK) {
        if (w->conflict) json_object_set(more, "conflict", w->conflict);
        code = desk_fail(d, e, more);
    } else if (!w->after) {
        desk_done(d, "%s %.*s: removed", record_shape(w->at.kind)->name, STR_ARG(w->at.id));
    } else {
        CLEANUP_JSON json_t *v = with_id(w->at.kind, arena_cstr(d->c.a, w->at.id), w->after);
        desk_print(d, v);
    }
    json_decref(w->after);
    json_decref(w->conflict);
    return code;
}

static int write(enum record_kind kind, enum registry_mode mode, bool remove, int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, kind, 1, 1, remove ? "… remove ID" : "… add|set ID [OPTIONS]", &code);
    if (!d) return code;
    struct registry_write w = {.at = {kind, STR_NULL, desk_word(d, 0)},
                               .patch = remove ? NULL : d->patch,
                               .mode = mode,
                               .seen = d->seen};
    return wrote(d, &w, registry_write(&d->r, &d->by, &w, &e), &e);
}

static int show(enum record_kind kind, int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *row = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 1, 1, "… show ID", &code);
    if (!d) return code;
    str_t id = desk_word(d, 0);
    rc_t rc = registry_get(&d->r, (struct record_at){kind, STR_NULL, id}, &row, &e);
    if (rc == RC_OK && !row)
        rc = err_set(&e, RC_NOT_FOUND, "There is no %s %.*s.", record_shape(kind)->name,
                     STR_ARG(str_sub(id, 0, 100)));
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    CLEANUP_JSON json_t *v = with_id(kind, arena_cstr(d->c.a, id), row);
    desk_print(d, v);
    return EXIT_FINE;
}

static int list(enum record_kind kind, size_t words, int argc, char **argv)
{
    struct err e = {0};
    int code;
    const char *id;
    json_t *row;
    CLEANUP_JSON json_t *rows = NULL, *v = json_array();
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 0, words, "… list", &code);
    if (!d) return code;
    if (registry_list(&d->r, kind, desk_word(d, 0), &rows, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    json_object_foreach(rows, id, row) json_array_append_new(v, with_id(kind, id, row));
    desk_print(d, v);
    return EXIT_FINE;
}

#define VERBS(noun, kind, groups)                                                                  \
    int cmd_##noun##_add(int argc, char **argv)                                                    \
    {                                                                                              \
        return write(kind, REGISTRY_ADD, false, argc, argv);                                       \
    }                                                                                              \
    int cmd_##noun##_set(int argc, char **argv)                                                    \
    {                                                                                              \
        return write(kind, REGISTRY_SET, false, argc, argv);                                       \
    }                                                                                              \
    int cmd_##noun##_remove(int argc, char **argv)                                                 \
    {                                                                                              \
        return write(kind, REGISTRY_SET, true, argc, argv);                                        \
    }                                                                                              \
    int cmd_##noun##_show(int argc, char **argv)                                                   \
    {                                                                                              \
        return show(kind, argc, argv);                                                             \
    }                                                                                              \
    int cmd_##noun##_list(int argc, char **argv)                                                   \
    {                                                                                              \
        return list(kind, groups, argc, argv);                                                     \
    }
VERBS(customer, RECORD_CUSTOMER, 0)
VERBS(organisation, RECORD_ORGANISATION, 0)
VERBS(account, RECORD_ACCOUNT, 1)

int cmd_domain_show(int argc, char **argv)
{
    return show(RECORD_DOMAIN, argc, argv);
}

int cmd_domain_list(int argc, char **argv)
{
    return list(RECORD_DOMAIN, 0, argc, argv);
}

static int attach(int argc, char **argv, bool on)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, on ? 2 : 1, on ? 2 : 1,
                  on ? "domain attach DOMAIN ORGANISATION" : "domain detach DOMAIN", &code);
    if (!d) return code;
    str_t domain = desk_word(d, 0), organisation = desk_word(d, 1);
    if (registry_attach(&d->r, &d->by, domain, organisation, "operator", &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    return desk_done(d, "domain %.*s: %s%.*s", STR_ARG(domain), on ? "belongs to " : "detached",
                     STR_ARG(organisation));
}

int cmd_domain_attach(int argc, char **argv)
{
    return attach(argc, argv, true);
}

int cmd_domain_detach(int argc, char **argv)
{
    return attach(argc, argv, false);
}
