/* waxsealctl customer|organisation|account add|set|show|list|remove, domain attach|detach|list:
 * the records of the registry. One function each kind and verb; the work is the same. */
#include <stdio.h>

#include "base/fetch.h"
#include "cli/command.h"
#include "cli/registry.h"
#include "policy/claim.h"

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

/* --- domains that prove themselves -------------------------------------------------------------
 */

int cmd_domain_claim(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *claim = NULL, *v = json_object();
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 2, "domain claim DOMAIN ORGANISATION", &code);
    if (!d) return code;
    str_t domain = desk_word(d, 0);
    if (claim_make(&d->r, &d->by, domain, desk_word(d, 1), &claim, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    json_put_str(v, "domain", domain);
    json_put_str(v, "name", claim_name(d->c.a, domain));
    json_put_str(v, "type", STR("TXT"));
    json_put_str(v, "text", claim_text(d->c.a, claim));
    desk_print(d, v);
    return EXIT_FINE;
}

/* The texts of the name, or "": that there are none is no error here. */
static rc_t ask_dns(struct desk *d, str_t domain, str_t *out, struct err *e)
{
    struct fetch_request q = {.kind = FETCH_TXT, .method = FETCH_GET, .timeout_ms = 8000};
    struct fetch_answer answer;
    str_t name = claim_name(d->c.a, domain);
    if (str_is_null(d->c.config->fetch_socket))
        return err_set(e, RC_FETCH_DOWN,
                       "The DNS is asked through waxseal-fetch: [fetch] is missing.");
    q.url = arena_printf(d->c.a, "txt:%.*s", STR_ARG(name));
    TRY(fetch_call(d->c.config->fetch_socket, &q, d->c.a, &answer, e));
    *out = answer.status == 200 ? answer.body : STR("");
    return RC_OK;
}

int cmd_domain_verify(int argc, char **argv)
{
    struct err e = {0};
    int code;
    str_t texts;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 2, "domain verify DOMAIN ORGANISATION", &code);
    if (!d) return code;
    str_t domain = desk_word(d, 0);
    rc_t rc = record_check_id(RECORD_DOMAIN, domain, &e);
    if (rc == RC_OK) rc = ask_dns(d, domain, &texts, &e);
    if (rc == RC_OK) rc = claim_prove(&d->r, &d->by, domain, desk_word(d, 1), texts, &e);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    return desk_done(d, "domain %.*s: belongs to %.*s", STR_ARG(domain), STR_ARG(desk_word(d, 1)));
}
