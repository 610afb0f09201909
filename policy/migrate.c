#include "policy/migrate.h"

#include "policy/authority.h"
#include "policy/certificate.h"
#include "policy/edit.h"
#include "policy/name.h"

enum { ARENA_MAX = 256 << 20 };

/* One key of before. */
struct old {
    enum record_kind kind;
    str_t key, id;
    bool alias;
};

/* False: the key is none of those. */
static bool classify(str_t instance, str_t key, struct old *out)
{
    static const struct {
        str_t word;
        enum record_kind kind;
    } kinds[] = {{STR_INIT("plan:"), RECORD_PLAN},
                 {STR_INIT("domain:"), RECORD_DOMAIN},
                 {STR_INIT("user:"), RECORD_ACCOUNT}};
    str_t rest = str_sub(key, instance.n + 1, key.n), tail = STR(":alias");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!str_starts(rest, kinds[i].word)) continue;
        str_t id = str_sub(rest, kinds[i].word.n, rest.n);
        bool alias = kinds[i].kind == RECORD_ACCOUNT && str_ends(id, tail);
        *out = (struct old){kinds[i].kind, key, alias ? str_sub(id, 0, id.n - tail.n) : id, alias};
        return true;
    }
    return false;
}

/* What the old key says, as a patch of the record. */
static rc_t read_old(struct edit *t, const struct old *o, json_t *patch, struct err *e)
{
    struct kv_value v;
    if (o->kind == RECORD_PLAN) {
        TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGET"), o->key, STR("smime")));
        if (v.type == KV_STR) json_put_bool(patch, "smime", str_eq(v.s, STR("on")));
    } else if (o->alias) {
        json_t *list = json_array();
        json_object_set_new(patch, "from", list);
        TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("SMEMBERS"), o->key));
        for (size_t i = 0; v.type == KV_ARRAY && i < v.count; i++)
            json_array_append_new(list, json_from_str(v.items[i].s));
    } else {
        TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("GET"), o->key));
        if (v.type == KV_STR) json_put_str(patch, "plan", v.s);
    }
    return RC_OK;
}

static rc_t move_step(struct edit *t, void *arg, struct err *e)
{
    const struct old *o = arg;
    struct record_at at = {o->kind, STR_NULL, o->id};
    CLEANUP_JSON json_t *patch = json_object(), *before = NULL, *after = NULL;
    TRY(record_check_id(o->kind, o->id, e));
    if (o->kind == RECORD_ACCOUNT)
        TRY(registry_organisation_of(t->r, t->a, name_domain_of(o->id), &at.group, e));
    TRY(read_old(t, o, patch, e));
    TRY(edit_get(t, at, &before, e));
    TRY(record_patch(o->kind, before, patch, &after, e));
    TRY(edit_store(t, at, after, e));
    EDIT_COMMAND(t, STR("DEL"), o->key);
    edit_touch(t, at.group);
    return edit_audit(t, at.group, record_shape(o->kind)->name, o->id, before, after, e);
}

/* Every key that may be one of before, each once. */
static rc_t find_old(const struct registry *r, struct arena *a, bool first, json_t *keys,
                     struct err *e)
{
    static const char *const kinds[] = {"plan", "domain", "user"};
    struct kv_value v;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        str_t cursor = STR("0"),
              pattern = arena_printf(a, "%.*s:%s:*", STR_ARG(r->config->instance), kinds[i]);
        do {
            TRY(KV_CMD(r->kv, a, &v, e, STR("SCAN"), cursor, STR("MATCH"), pattern, STR("COUNT"),
                       STR("1000")));
            if (v.type != KV_ARRAY || v.count != 2) return err_set(e, RC_STATE_DOWN, NULL);
            cursor = v.items[0].s;
            for (size_t k = 0; k < v.items[1].count; k++) {
                str_t key = v.items[1].items[k].s;
                json_object_setn_new(keys, key.p, key.n, json_true());
            }
            if (first && json_object_size(keys) > 0) return RC_OK;
        } while (!str_eq(cursor, STR("0")));
    }
    return RC_OK;
}

rc_t registry_needs_migration(const struct registry *r, bool *out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_MAX);
    CLEANUP_JSON json_t *keys = json_object();
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(find_old(r, a, true, keys, e));
    *out = json_object_size(keys) > 0;
    return RC_OK;
}

/* What is derived from records, of all organisations. */
static rc_t repair(const struct registry *r, const struct actor *by, long long *count,
                   struct err *e)
{
    CLEANUP_JSON json_t *organisations = NULL;
    const char *id;
    json_t *row;
    long long one;
    *count = 0;
    TRY(registry_list(r, RECORD_ORGANISATION, STR_NULL, &organisations, e));
    json_object_foreach(organisations, id, row)
    {
        TRY(certificate_repair_briefs(r, by, str_c(id), &one, e));
        *count += one;
    }
    return RC_OK;
}

rc_t registry_migrate(const struct registry *r, const struct actor *by, json_t **report,
                      struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_MAX);
    CLEANUP_JSON json_t *keys = json_object(), *left = json_array();
    const char *key;
    json_t *v;
    long long moved = 0, repaired;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(find_old(r, a, false, keys, e));
    json_object_foreach(keys, key, v)
    {
        struct old o;
        struct err why = {0};
        if (!classify(r->config->instance, str_c(key), &o)) continue;
        rc_t rc = edit_run(r, by, move_step, &o, &why);
        moved += rc == RC_OK;
        if (rc == RC_OK) continue;
        if (rc != RC_INVALID && rc != RC_TOO_LARGE) {
            if (e) *e = why;
            return rc;
        }
        json_t *row = json_object();
        json_put_str(row, "key", str_c(key));
        json_put_str(row, "why", str_c(why.message));
        json_array_append_new(left, row);
    }
    TRY(authority_lists_adopt(r, e));
    TRY(repair(r, by, &repaired, e));
    json_t *out = json_object();
    json_put_int(out, "moved", moved);
    json_put_int(out, "repaired", repaired);
    json_object_set(out, "left", left);
    *report = out;
    return RC_OK;
}
