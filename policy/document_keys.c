#include "policy/document_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "policy/certificate_parts.h"
#include "policy/name.h"

enum { SEALED_TEXT_MAX = 32 << 10, CHECK_BYTES = 1 << 20 };

static rc_t wrong(const char *section, const char *organisation, const char *id,
                  const char *sentence, struct err *e)
{
    err_set(e, RC_INVALID, "%s.%.40s.%.70s: %s", section, organisation, id, sentence);
    err_field(e, section);
    return RC_INVALID;
}

static bool is_key_id(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
    return s.n == CERTIFICATE_FINGERPRINT;
}

static bool is_sealed(str_t text)
{
    CLEANUP_ARENA struct arena *a = arena_new(CHECK_BYTES);
    str_t raw;
    return a && text.n > 0 && text.n <= SEALED_TEXT_MAX && b64_decode(a, text, &raw);
}

rc_t document_read_sealed(const json_t *in, json_t *out, const char *section, struct err *e)
{
    const json_t *given = json_object_get(in, section);
    const char *organisation, *id;
    json_t *keys, *v, *all = json_object();
    json_object_set_new(out, section, all);
    if (!json_is_object(given)) return wrong(section, "", "", "An object was expected.", e);
    json_object_foreach((json_t *) given, organisation, keys)
    {
        if (!json_is_object(keys) ||
            !json_object_get(json_object_get(out, "organisations"), organisation))
            return wrong(section, organisation, "", "There is no such organisation.", e);
        json_object_foreach(keys, id, v)
        {
            if (!is_key_id(str_c(id)) || !is_sealed(json_text(v)))
                return wrong(section, organisation, id, "That is not a sealed key.", e);
        }
        json_object_set(all, organisation, keys);
    }
    return RC_OK;
}

rc_t document_read_keys(const json_t *in, json_t *out, struct err *e)
{
    return document_read_sealed(in, out, "sealed_keys", e);
}

/* seen: {"<address> <use>": true} of one organisation. */
static rc_t judge_one(const char *id, const json_t *row, json_t *seen, struct err *e)
{
    str_t address, fingerprint;
    unsigned primary = certificate_use_of(row, "primary");
    str_cut(str_c(id), ' ', &address, &fingerprint);
    for (unsigned use = USE_SIGN; use <= USE_ENCRYPT; use++) {
        char name[NAME_ADDRESS_MAX + 20];
        if (!(primary & use)) continue;
        snprintf(name, sizeof name, "%.*s %s", STR_ARG(address), certificate_use_word(use));
        if (json_object_get(seen, name)) {
            err_set(e, RC_INVALID, "%.*s has two primary certificates to %s.",
                    STR_ARG(str_sub(address, 0, 100)), certificate_use_word(use));
            err_field(e, "certificates");
            return RC_INVALID;
        }
        json_object_set_new(seen, name, json_true());
    }
    return RC_OK;
}

rc_t document_judge_primary(const json_t *certificates, struct err *e)
{
    const char *organisation, *id;
    json_t *rows, *row;
    json_object_foreach((json_t *) certificates, organisation, rows)
    {
        CLEANUP_JSON json_t *seen = json_object();
        json_object_foreach(rows, id, row) TRY(judge_one(id, row, seen, e));
    }
    return RC_OK;
}

/* --- what is there ---------------------------------------------------------------------------- */

static int by_id(const void *x, const void *y)
{
    const struct kv_value *a = x, *b = y; /* of pairs, the first is the id */
    return str_cmp(a->s, b->s);
}

static rc_t read_keys(struct edit *t, str_t key, json_t **out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGETALL"), key));
    json_t *keys = json_object();
    if (v.type == KV_ARRAY && v.count > 1) qsort(v.items, v.count / 2, 2 * sizeof *v.items, by_id);
    for (size_t i = 0; v.type == KV_ARRAY && i + 1 < v.count; i += 2)
        json_object_setn_new(keys, v.items[i].s.p, v.items[i].s.n, json_from_str(v.items[i + 1].s));
    *out = keys;
    return RC_OK;
}

rc_t document_take_sealed(struct edit *t, json_t *document, const char *section,
                          str_t (*key)(struct edit *t, str_t organisation), struct err *e)
{
    const char *organisation;
    json_t *row, *keys, *all = json_object();
    json_object_set_new(document, section, all);
    json_object_foreach(json_object_get(document, "organisations"), organisation, row)
    {
        TRY(read_keys(t, key(t, str_c(organisation)), &keys, e));
        if (json_object_size(keys) > 0)
            json_object_set_new(all, organisation, keys);
        else
            json_decref(keys);
    }
    return RC_OK;
}

rc_t document_take_keys(struct edit *t, json_t *document, struct err *e)
{
    return document_take_sealed(t, document, "sealed_keys", certificate_sealed_key, e);
}

/* --- import ----------------------------------------------------------------------------------- */

/* {key id: whose it is}: of certificates, and of requests that wait for one. */
static json_t *keys_of(const json_t *document, const char *organisation)
{
    const json_t *rows = json_object_get(json_object_get(document, "certificates"), organisation),
                 *requests = json_object_get(json_object_get(document, "requests"), organisation);
    json_t *out = json_object(), *row;
    const char *id;
    json_object_foreach((json_t *) rows, id, row)
    {
        const char *key = json_string_value(json_object_get(row, "key"));
        if (key) json_object_set_new(out, key, json_string(id));
    }
    json_object_foreach((json_t *) requests, id, row)
        json_object_set(out, id, json_object_get(row, "address"));
    return out;
}

/* Who imports may write sealed keys, but not read them: this is all he can ask. */
static rc_t is_there(struct edit *t, str_t key, const char *id, bool *out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HEXISTS"), key, str_c(id)));
    *out = v.type == KV_INT && v.i == 1;
    return RC_OK;
}

/* Whose mailbox it is; null: nobody's. */
static str_t owner_of(const json_t *keys, const char *id)
{
    str_t address, fingerprint;
    str_cut(json_text(json_object_get(keys, id)), ' ', &address, &fingerprint);
    return address;
}

/* Of one organisation. given: the document's keys, NULL: none. */
struct keeping {
    json_t *old, *new;
    const json_t *given;
    bool replace;
};

/* A key is sealed for one mailbox: one that was of another is no use here. */
static bool is_elsewhere(const struct keeping *k, const char *id)
{
    str_t was = owner_of(k->old, id), is = owner_of(k->new, id);
    return was.n && is.n && !str_eq(was, is);
}

/* Does one that is there stay, whatever is given? */
static bool stays(const struct keeping *k, const char *id)
{
    bool unknown = json_object_get(k->new, id) && !json_object_get(k->old, id);
    return !k->replace && !unknown && !is_elsewhere(k, id);
}

static rc_t need_all(struct edit *t, const struct keeping *k, str_t key, struct err *e)
{
    const char *id;
    json_t *v;
    bool there;
    json_object_foreach(k->new, id, v)
    {
        if (json_object_get(k->given, id)) continue;
        TRY(is_there(t, key, id, &there, e));
        if (there && !is_elsewhere(k, id)) continue;
        err_set(e, RC_INVALID, "The key of %.110s is neither in the document nor here.",
                json_string_value(v));
        err_field(e, "sealed_keys");
        return RC_INVALID;
    }
    return RC_OK;
}

static rc_t put_sealed(struct edit *t, const char *organisation, const json_t *had,
                       const json_t *wanted, bool replace, long long *changed, struct err *e)
{
    CLEANUP_JSON json_t *old = keys_of(had, organisation), *new = keys_of(wanted, organisation);
    const struct keeping k = {
        old, new, json_object_get(json_object_get(wanted, "sealed_keys"), organisation), replace};
    str_t key = certificate_sealed_key(t, str_c(organisation));
    const char *id;
    json_t *v;
    bool there;
    TRY(need_all(t, &k, key, e));
    json_object_foreach((json_t *) k.given, id, v)
    {
        TRY(is_there(t, key, id, &there, e));
        if (there && stays(&k, id)) continue;
        *changed += !there;
        EDIT_COMMAND(t, STR("HSET"), key, arena_str(t->a, str_c(id)), json_text(v));
    }
    json_object_foreach(old, id, v)
    {
        if (json_object_get(new, id) || json_object_get(k.given, id)) continue;
        EDIT_COMMAND(t, STR("HDEL"), key, arena_str(t->a, str_c(id)));
    }
    return RC_OK;
}

/* {address: "fp fp"} */
static json_t *index_of(const json_t *rows)
{
    json_t *out = json_object(), *row;
    const char *id;
    json_object_foreach((json_t *) rows, id, row)
    {
        str_t address, fingerprint;
        str_cut(str_c(id), ' ', &address, &fingerprint);
        str_t had = json_text(json_object_getn(out, address.p, address.n));
        json_object_setn_new(out, address.p, address.n,
                             json_sprintf("%.*s%s%.*s", STR_ARG(had.n ? had : STR("")),
                                          had.n ? " " : "", STR_ARG(fingerprint)));
    }
    return out;
}

static rc_t put_index(struct edit *t, const char *organisation, const json_t *had,
                      const json_t *wanted, struct err *e)
{
    CLEANUP_JSON json_t *old = index_of(had), *new = index_of(wanted);
    str_t key = certificate_index_key(t, str_c(organisation));
    const char *address;
    json_t *v;
    json_object_foreach(new, address, v)
    {
        const json_t *was = json_object_get(old, address);
        if (json_text(v).n >= CERTIFICATES_PER_ADDRESS * (CERTIFICATE_FINGERPRINT + 1)) {
            err_set(e, RC_TOO_LARGE, "%.100s has too many certificates.", address);
            err_field(e, "certificates");
            return RC_TOO_LARGE;
        }
        if (was && json_equal(was, v)) continue;
        EDIT_COMMAND(t, STR("HSET"), key, arena_str(t->a, str_c(address)), json_text(v));
    }
    json_object_foreach(old, address, v)
    {
        if (!json_object_get(new, address))
            EDIT_COMMAND(t, STR("HDEL"), key, arena_str(t->a, str_c(address)));
    }
    return RC_OK;
}

static rc_t put_both(struct edit *t, const char *organisation, const json_t *had,
                     const json_t *wanted, bool replace, long long *changed, struct err *e)
{
    const json_t *old = json_object_get(json_object_get(had, "certificates"), organisation),
                 *new = json_object_get(json_object_get(wanted, "certificates"), organisation);
    TRY(put_index(t, organisation, old, new, e));
    return put_sealed(t, organisation, had, wanted, replace, changed, e);
}

rc_t document_put_keys(struct edit *t, const json_t *had, const json_t *wanted, bool replace,
                       long long *changed, struct err *e)
{
    const json_t *before = json_object_get(had, "organisations"),
                 *after = json_object_get(wanted, "organisations");
    const char *organisation;
    json_t *row;
    json_object_foreach((json_t *) before, organisation, row)
        TRY(put_both(t, organisation, had, wanted, replace, changed, e));
    json_object_foreach((json_t *) after, organisation, row)
    {
        if (!json_object_get(before, organisation))
            TRY(put_both(t, organisation, had, wanted, replace, changed, e));
    }
    return RC_OK;
}
