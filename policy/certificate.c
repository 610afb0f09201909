/* Certificates of the registry: kept, listed, made primary, removed. */
#include "policy/certificate.h"

#include <string.h>

#include "policy/certificate_parts.h"
#include "policy/name.h"

enum { ASK_MANY = 500, IDS_BYTES = 512 << 20 };

str_t certificate_index_key(struct edit *t, str_t organisation)
{
    return arena_printf(t->a, "%.*s:o:certified:%.*s", STR_ARG(t->r->config->instance),
                        STR_ARG(organisation));
}

str_t certificate_sealed_key(struct edit *t, str_t organisation)
{
    return arena_printf(t->a, "%.*s:ok:%.*s", STR_ARG(t->r->config->instance),
                        STR_ARG(organisation));
}

void certificate_forget(struct edit *t, str_t organisation)
{
    EDIT_COMMAND(t, STR("DEL"), certificate_sealed_key(t, organisation));
    EDIT_COMMAND(t, STR("DEL"), certificate_index_key(t, organisation));
}

/* --- reading ---------------------------------------------------------------------------------- */

/* "fp fp fp" of the address to ids. */
static void add_ids(str_t address, str_t fingerprints, json_t *ids)
{
    str_t one, rest = fingerprints;
    for (bool more = fingerprints.n > 0; more;) {
        more = str_cut(rest, ' ', &one, &rest);
        json_array_append_new(ids, json_sprintf("%.*s %.*s", STR_ARG(address), STR_ARG(one)));
    }
}

static rc_t ask_index(struct edit *t, str_t key, const str_t *addresses, size_t n, json_t *ids,
                      struct err *e)
{
    str_t argv[2 + ASK_MANY];
    struct kv_value v;
    argv[0] = STR("HMGET");
    argv[1] = key;
    memcpy(argv + 2, addresses, n * sizeof *addresses);
    TRY(kv_command(t->r->kv, t->a, &v, e, argv, 2 + n));
    if (v.type != KV_ARRAY || v.count != n) return err_set(e, RC_STATE_DOWN, NULL);
    for (size_t i = 0; i < n; i++)
        if (v.items[i].type == KV_STR) add_ids(addresses[i], v.items[i].s, ids);
    return RC_OK;
}

rc_t certificate_ids_of(struct edit *t, str_t organisation, const str_t *addresses, size_t n,
                        json_t *ids, struct err *e)
{
    str_t key = certificate_index_key(t, organisation);
    for (size_t from = 0, some; from < n; from += some) {
        some = n - from < ASK_MANY ? n - from : ASK_MANY;
        TRY(ask_index(t, key, addresses + from, some, ids, e));
    }
    return RC_OK;
}

rc_t certificate_held_by(struct edit *t, str_t organisation, const str_t *addresses, size_t n,
                         json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *ids = json_array();
    TRY(certificate_ids_of(t, organisation, addresses, n, ids, e));
    return edit_get_many(t, RECORD_CERTIFICATE, organisation, ids, out, e);
}

rc_t certificate_held(struct edit *t, str_t organisation, str_t address, json_t **out,
                      struct err *e)
{
    return certificate_held_by(t, organisation, &address, 1, out, e);
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool names_key(const json_t *rows, str_t key)
{
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) rows, id, row)
    {
        if (str_eq(record_text(row, "key"), key)) return true;
    }
    return false;
}

static rc_t put_index(struct edit *t, str_t organisation, str_t address, const json_t *after,
                      struct err *e)
{
    CLEANUP_BUF struct buf list = BUF_INIT(CERTIFICATES_PER_ADDRESS * 80);
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) after, id, row)
    {
        str_t fingerprint, head;
        str_cut(str_c(id), ' ', &head, &fingerprint);
        if ((list.n && !buf_str(&list, STR(" "))) || !buf_str(&list, fingerprint))
            return err_set(e, RC_TOO_LARGE, NULL);
    }
    str_t key = certificate_index_key(t, organisation);
    if (list.n == 0)
        EDIT_COMMAND(t, STR("HDEL"), key, address);
    else
        EDIT_COMMAND(t, STR("HSET"), key, address, buf_view(&list));
    return RC_OK;
}

static rc_t put_one(struct edit *t, str_t organisation, const char *id, const json_t *before,
                    json_t *after, struct err *e)
{
    struct record_at at = {RECORD_CERTIFICATE, organisation, arena_str(t->a, str_c(id))};
    CLEANUP_JSON json_t *list = record_difference(RECORD_CERTIFICATE, before, after);
    CLEANUP_JSON json_t *whole = NULL;
    if (json_array_size(list) == 0) return RC_OK;
    if (after) {
        json_put_int(after, "version", record_version(before) + 1);
        TRY(record_read(RECORD_CERTIFICATE, after, &whole, e));
    }
    TRY(edit_store(t, at, whole, e));
    return edit_audit(t, organisation, "certificate", at.id, before, whole, e);
}

rc_t certificate_put(struct edit *t, str_t organisation, str_t address, const json_t *before,
                     const json_t *after, struct err *e)
{
    const char *id;
    json_t *row;
    size_t had = json_array_size(t->commands);
    json_object_foreach((json_t *) after, id, row)
        TRY(put_one(t, organisation, id, json_object_get(before, id), row, e));
    json_object_foreach((json_t *) before, id, row)
    {
        str_t key = record_text(row, "key");
        if (json_object_get(after, id)) continue;
        TRY(put_one(t, organisation, id, row, NULL, e));
        if (key.n && !names_key(after, key))
            EDIT_COMMAND(t, STR("HDEL"), certificate_sealed_key(t, organisation), key);
    }
    if (json_array_size(t->commands) == had) return RC_OK;
    TRY(put_index(t, organisation, address, after, e));
    edit_touch(t, organisation);
    return RC_OK;
}

/* --- one certificate -------------------------------------------------------------------------- */

static rc_t not_there(struct err *e)
{
    err_set(e, RC_NOT_FOUND, "There is no such certificate.");
    err_field(e, "certificate");
    return RC_NOT_FOUND;
}

static rc_t check_at(struct certificate_at at, struct err *e)
{
    if (!name_is_address(at.address))
        return err_invalid(e, "address", "That is not an address: user@domain is.");
    if (at.organisation.n) TRY(record_check_id(RECORD_ORGANISATION, at.organisation, e));
    return RC_OK;
}

static rc_t find_organisation(struct edit *t, str_t given, str_t address, str_t *out, struct err *e)
{
    *out = given;
    if (given.n) return RC_OK;
    TRY(registry_organisation_of(t->r, t->a, name_domain_of(address), out, e));
    if (out->n) return RC_OK;
    err_set(e, RC_NOT_FOUND, "Its domain belongs to no organisation; name one.");
    err_field(e, "address");
    return RC_NOT_FOUND;
}

/* The id of the one that the beginning of a fingerprint names. */
static rc_t find_id(const json_t *rows, str_t beginning, const char **out, struct err *e)
{
    const char *id, *found = NULL;
    json_t *row;
    if (beginning.n < CERTIFICATE_PREFIX_MIN)
        return err_invalid(e, "certificate", "Eight digits of the fingerprint are the least.");
    json_object_foreach((json_t *) rows, id, row)
    {
        str_t address, fingerprint;
        str_cut(str_c(id), ' ', &address, &fingerprint);
        if (!str_starts(fingerprint, beginning)) continue;
        if (found) {
            err_set(e, RC_CONFLICT, "Several fingerprints begin like that.");
            err_field(e, "certificate");
            return RC_CONFLICT;
        }
        found = id;
    }
    if (!found) return not_there(e);
    *out = found;
    return RC_OK;
}

/* Work on one certificate. */
struct work {
    struct certificate_at at;
    str_t use;
    int64_t now;
    json_t *out;
};

/* rows: all of the address. */
static rc_t take(struct edit *t, struct work *w, str_t *organisation, json_t **rows,
                 const char **id, struct err *e)
{
    TRY(find_organisation(t, w->at.organisation, w->at.address, organisation, e));
    TRY(certificate_held(t, *organisation, w->at.address, rows, e));
    return find_id(*rows, w->at.fingerprint, id, e);
}

static rc_t primary_step(struct edit *t, void *arg, struct err *e)
{
    struct work *w = arg;
    CLEANUP_JSON json_t *before = NULL, *after = NULL, *view = NULL;
    const char *id, *other;
    json_t *row;
    str_t organisation;
    unsigned use;
    json_decref(w->out);
    w->out = NULL;
    TRY(take(t, w, &organisation, &before, &id, e));
    after = json_deep_copy(before);
    json_t *it = json_object_get(after, id);
    if (record_text(it, "former").n) {
        err_set(e, RC_CONFLICT, "It names a former address of the mailbox.");
        err_field(e, "certificate");
        return RC_CONFLICT;
    }
    unsigned can = certificate_use_of(it, "usage");
    TRY(certificate_read_use(w->use, "usage", can, &use, e));
    if (use & ~can) return err_invalid(e, "usage", "The certificate is not registered for that.");
    TRY(certificate_view(str_c(id), it, t->by->now, &view, e));
    if (!str_eq(record_text(view, "status"), STR("valid")))
        return err_invalid(e, "validity", "It is expired, or not valid yet.");
    json_object_foreach(after, other, row) if (row != it)
        certificate_yield(row, use, id, t->by->now);
    certificate_take(it, use);
    TRY(certificate_put(t, organisation, w->at.address, before, after, e));
    return certificate_view(str_c(id), it, t->by->now, &w->out, e);
}

rc_t certificate_make_primary(const struct registry *r, const struct actor *by,
                              struct certificate_at at, str_t use, json_t **view, struct err *e)
{
    struct work w = {.at = at, .use = use};
    TRY(check_at(at, e));
    rc_t rc = edit_run(r, by, primary_step, &w, e);
    if (rc == RC_OK)
        *view = w.out;
    else
        json_decref(w.out);
    return rc;
}

static rc_t remove_step(struct edit *t, void *arg, struct err *e)
{
    struct work *w = arg;
    CLEANUP_JSON json_t *before = NULL, *after = NULL;
    const char *id;
    str_t organisation;
    TRY(take(t, w, &organisation, &before, &id, e));
    after = json_deep_copy(before);
    json_object_del(after, id);
    return certificate_put(t, organisation, w->at.address, before, after, e);
}

rc_t certificate_remove(const struct registry *r, const struct actor *by, struct certificate_at at,
                        struct err *e)
{
    struct work w = {.at = at};
    TRY(check_at(at, e));
    return edit_run(r, by, remove_step, &w, e);
}

/* edit_run without anything to write: all of one moment. */
static rc_t get_step(struct edit *t, void *arg, struct err *e)
{
    struct work *w = arg;
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    str_t organisation;
    json_decref(w->out);
    w->out = NULL;
    TRY(take(t, w, &organisation, &rows, &id, e));
    return certificate_view(str_c(id), json_object_get(rows, id), w->now, &w->out, e);
}

static rc_t look(const struct registry *r, edit_step *step, struct work *w, json_t **out,
                 struct err *e)
{
    const struct actor nobody = {STR("look"), false, w->now};
    TRY(check_at((struct certificate_at){w->at.organisation,
                                         w->at.address.n ? w->at.address : STR("a@b.c"), STR_NULL},
                 e));
    rc_t rc = edit_run(r, &nobody, step, w, e);
    if (rc == RC_OK)
        *out = w->out;
    else
        json_decref(w->out);
    return rc;
}

rc_t certificate_get(const struct registry *r, struct certificate_at at, int64_t now, json_t **view,
                     struct err *e)
{
    struct work w = {.at = at, .now = now};
    return look(r, get_step, &w, view, e);
}

static rc_t list_step(struct edit *t, void *arg, struct err *e)
{
    struct work *w = arg;
    CLEANUP_JSON json_t *rows = NULL, *organisation_row = NULL;
    const char *id;
    json_t *row, *view;
    str_t organisation;
    json_decref(w->out);
    w->out = json_array();
    TRY(find_organisation(t, w->at.organisation, w->at.address, &organisation, e));
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, organisation},
                 &organisation_row, e));
    if (!organisation_row) {
        err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(organisation));
        err_field(e, "organisation");
        return RC_NOT_FOUND;
    }
    if (w->at.address.n)
        TRY(certificate_held(t, organisation, w->at.address, &rows, e));
    else
        TRY(edit_list(t, RECORD_CERTIFICATE, organisation, &rows, e));
    json_object_foreach(rows, id, row)
    {
        TRY(certificate_view(str_c(id), row, w->now, &view, e));
        json_array_append_new(w->out, view);
    }
    return RC_OK;
}

rc_t certificate_list(const struct registry *r, str_t organisation, str_t address, int64_t now,
                      json_t **views, struct err *e)
{
    struct work w = {.at = {organisation, address, STR_NULL}, .now = now};
    return look(r, list_step, &w, views, e);
}
