/* Where lists of revoked certificates are kept, also without the authority that signed them. */
#include <stdlib.h>

#include "base/b64.h"
#include "policy/authority_parts.h"
#include "policy/name.h"

enum { KEY_ID = 64, SECONDS_A_DAY = 86400, KEPT_AFTER = 7 * SECONDS_A_DAY, ARENA_MAX = 64 << 20 };

/* --- names ------------------------------------------------------------------------------------ */

str_t authority_lists_key(struct arena *a, str_t instance)
{
    return arena_printf(a, "%.*s:o:lists", STR_ARG(instance));
}

str_t authority_list_name(struct arena *a, str_t organisation, str_t key)
{
    return arena_printf(a, "%.*s-%.*s", STR_ARG(organisation), STR_ARG(key));
}

str_t authority_list_url(struct arena *a, const struct config *c, str_t name)
{
    return arena_printf(a, "%.*s/crl/%.*s.crl", STR_ARG(c->crl_origin), STR_ARG(name));
}

static bool is_key_id(str_t s)
{
    if (s.n != KEY_ID) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
    return true;
}

/* An organisation's id has 64 characters at most: with a key's behind it, it is longer. */
bool authority_list_split(str_t name, str_t *organisation, str_t *key)
{
    bool with_key = name.n > KEY_ID + 1;
    size_t cut = with_key ? name.n - KEY_ID - 1 : name.n;
    str_t whose = str_sub(name, 0, cut), id = with_key ? str_sub(name, cut + 1, name.n) : STR_NULL;
    if (!name_is_id(whose) || (with_key && (name.p[cut] != '-' || !is_key_id(id)))) return false;
    *organisation = whose;
    *key = id;
    return true;
}

/* --- reading ---------------------------------------------------------------------------------- */

rc_t authority_list_parse(str_t text, struct arena *a, struct authority_list *out, struct err *e)
{
    struct authority_list list = {0};
    CLEANUP_JSON json_t *row = NULL;
    if (text.n > AUTHORITY_LIST_MAX || json_parse_object(text, &row, NULL) != RC_OK ||
        !b64_decode(a, record_text(row, "der"), &list.der) ||
        !name_read_time(record_text(row, "at"), &list.at) ||
        !name_read_time(record_text(row, "next"), &list.next))
        return err_set(e, RC_DAMAGED, "The stored list is damaged.");
    list.number = json_integer_value(json_object_get(row, "number"));
    list.last = record_text(row, "issuer").n > 0;
    *out = list;
    return RC_OK;
}

static int by_name(const void *x, const void *y)
{
    return str_cmp(*(const str_t *) x, *(const str_t *) y);
}

rc_t authority_list_names(const struct registry *r, struct arena *a, str_t **out, size_t *n,
                          struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(r->kv, a, &v, e, STR("HKEYS"), authority_lists_key(a, r->config->instance)));
    size_t count = v.type == KV_ARRAY ? v.count : 0;
    str_t *list = ARENA_ARRAY(a, count + 1, str_t);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        list[i] = v.items[i].s;
    if (count > 1) qsort(list, count, sizeof *list, by_name);
    *out = list;
    *n = count;
    return RC_OK;
}

static rc_t not_there(struct err *e)
{
    return err_set(e, RC_NOT_FOUND, "There is no such list.");
}

rc_t authority_list_read(struct kv *kv, str_t instance, str_t name, struct arena *a,
                         struct authority_list *out, struct err *e)
{
    struct kv_value v;
    str_t organisation, key, lists = authority_lists_key(a, instance);
    if (!authority_list_split(name, &organisation, &key)) return not_there(e);
    if (!key.n) {
        TRY(KV_CMD(kv, a, &v, e, STR("HGET"), lists, organisation));
        key = v.type == KV_STR ? v.s : STR_NULL;
    }
    if (key.n)
        TRY(KV_CMD(kv, a, &v, e, STR("HGET"), lists, authority_list_name(a, organisation, key)));
    else /* of an earlier release, until the next list is signed */
        TRY(KV_CMD(kv, a, &v, e, STR("GET"), authority_list_before(a, instance, organisation)));
    return v.type == KV_STR ? authority_list_parse(v.s, a, out, e) : not_there(e);
}

/* --- of earlier releases ---------------------------------------------------------------------- */

str_t authority_list_before(struct arena *a, str_t instance, str_t organisation)
{
    return arena_printf(a, "%.*s:o:crl:%.*s", STR_ARG(instance), STR_ARG(organisation));
}

/* KEYS: lists, authorities. ARGV: what the keys of before begin with. Whose certificates name
 * "/crl/ORGANISATION.crl" is the authority of then: that name stays its. A damaged authority waits
 * for its mending, and nobody else does. */
static const char ADOPT_SCRIPT[] =
    "local all, n = redis.call('HGETALL', KEYS[2]), 0\n"
    "for i = 1, #all, 2 do\n"
    "  local org, was = all[i], redis.call('GET', ARGV[1] .. all[i])\n"
    "  if was then\n"
    "    local ok, row = pcall(cjson.decode, all[i + 1])\n"
    "    local key = ok and type(row) == 'table' and row.key\n"
    "    if type(key) == 'string' then\n"
    "      redis.call('HSETNX', KEYS[1], org, key)\n"
    "      redis.call('HSETNX', KEYS[1], org .. '-' .. key, was)\n"
    "      redis.call('DEL', ARGV[1] .. org)\n"
    "      n = n + 1\n"
    "    end\n"
    "  end\n"
    "end\n"
    "return n\n";

rc_t authority_lists_adopt(const struct registry *r, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct kv_value v;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    str_t instance = r->config->instance;
    const str_t keys[] = {authority_lists_key(a, instance),
                          record_key(a, instance, RECORD_AUTHORITY, STR_NULL)};
    const str_t args[] = {authority_list_before(a, instance, STR(""))};
    return kv_eval(r->kv, a, &v, e, str_c(ADOPT_SCRIPT), keys, 2, args, 1);
}

/* --- of authorities that are gone ------------------------------------------------------------- */

struct kept {
    str_t organisation; /* null: of all */
    int64_t now;
    bool sweep;
    json_t *out, *damaged; /* rows; names of lists that cannot be read, NULL: that is an error */
};

/* KEYS: lists. ARGV: name, its text as it was read, organisation, key. */
static const char SWEEP_SCRIPT[] =
    "if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end\n"
    "redis.call('HDEL', KEYS[1], ARGV[1])\n"
    "if redis.call('HGET', KEYS[1], ARGV[3]) == ARGV[4] then\n"
    "  redis.call('HDEL', KEYS[1], ARGV[3])\n"
    "end\n"
    "return 1\n";

static void put_kept(json_t *rows, str_t organisation, str_t key, str_t url,
                     const struct authority_list *l)
{
    char at[NAME_TIME_BYTES + 1], next[NAME_TIME_BYTES + 1];
    json_t *row = json_object();
    name_write_time(l->at, at);
    name_write_time(l->next, next);
    json_put_str(row, "organisation", organisation);
    json_put_str(row, "key", key);
    json_put_int(row, "number", l->number);
    json_put_str(row, "at", str_c(at));
    json_put_str(row, "next", str_c(next));
    json_put_str(row, "url", url);
    json_array_append_new(rows, row);
}

/* One list in an arena of its own: they are long. */
static rc_t look_at(const struct registry *r, str_t name, struct kept *w, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_MAX);
    struct authority_list list;
    struct kv_value v;
    str_t organisation, key;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    if (!authority_list_split(name, &organisation, &key) || !key.n ||
        (w->organisation.n && !str_eq(organisation, w->organisation)))
        return RC_OK;
    const str_t keys[] = {authority_lists_key(a, r->config->instance)};
    TRY(KV_CMD(r->kv, a, &v, e, STR("HGET"), keys[0], name));
    if (v.type != KV_STR) return RC_OK;
    str_t text = v.s;
    rc_t rc = authority_list_parse(text, a, &list, e);
    if (rc == RC_DAMAGED && w->damaged) {
        json_array_append_new(w->damaged, json_from_str(name));
        return RC_OK;
    }
    if (rc != RC_OK || !list.last) return rc;
    if (!w->sweep)
        put_kept(w->out, organisation, key, authority_list_url(a, r->config, name), &list);
    if (!w->sweep || list.next + KEPT_AFTER > w->now) return RC_OK;
    const str_t args[] = {name, text, organisation, key};
    return kv_eval(r->kv, a, &v, e, str_c(SWEEP_SCRIPT), keys, 1, args, 4);
}

static rc_t each(const struct registry *r, struct kept *w, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_MAX);
    str_t *names;
    size_t n;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(authority_list_names(r, a, &names, &n, e));
    for (size_t i = 0; i < n; i++)
        TRY(look_at(r, names[i], w, e));
    return RC_OK;
}

rc_t authority_lists_kept(const struct registry *r, str_t organisation, json_t **rows,
                          struct err *e)
{
    CLEANUP_JSON json_t *list = json_array();
    struct kept w = {.organisation = organisation, .out = list};
    TRY(each(r, &w, e));
    *rows = json_incref(list);
    return RC_OK;
}

rc_t authority_lists_sweep(const struct registry *r, int64_t now, json_t **damaged, struct err *e)
{
    CLEANUP_JSON json_t *names = json_array();
    struct kept w = {.now = now, .sweep = true, .damaged = names};
    TRY(each(r, &w, e));
    *damaged = json_incref(names);
    return RC_OK;
}
