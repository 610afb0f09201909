#include "webmail/contacts/met.h"

#include "mail/entity.h"
#include "webmail/contacts/book.h"
#include "webmail/session/session.h"
#include "webmail/store.h"

#define MAC_BYTES 32u
#define AT_ONCE 100u
#define COUNT_MOST 100000u
#define NAMES_MOST 500u

/* KEYS: met, met-used. ARGV: most, then of each: key, value, count, last. Who was written to most,
 * and last, stays; whoever is new has the room made for him. */
static const char REMEMBER_SCRIPT[] =
    "local fresh = 0\n"
    "for i = 2, #ARGV, 4 do\n"
    "  fresh = fresh + 1 - redis.call('HEXISTS', KEYS[1], ARGV[i])\n"
    "end\n"
    "local over = redis.call('HLEN', KEYS[1]) + fresh - tonumber(ARGV[1])\n"
    "if over > 0 then\n"
    "  for _, who in ipairs(redis.call('ZRANGE', KEYS[2], 0, over - 1)) do\n"
    "    redis.call('HDEL', KEYS[1], who)\n"
    "    redis.call('ZREM', KEYS[2], who)\n"
    "  end\n"
    "end\n"
    "for i = 2, #ARGV, 4 do\n"
    "  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])\n"
    "  local score = ARGV[i + 2] * 10000000000 + ARGV[i + 3]\n"
    "  redis.call('ZADD', KEYS[2], string.format('%.0f', score), ARGV[i])\n"
    "end\n"
    "return 1\n";

static str_t hash_key(struct call *c)
{
    return call_user_key(c, STR("met"));
}

static str_t place_of(struct call *c, str_t address)
{
    return arena_printf(c->arena, "%.*s:%.*s", STR_ARG(hash_key(c)), STR_ARG(address));
}

/* False for what nobody of us can have written. */
static bool read_entry(str_t blob, struct met *out)
{
    str_t count, last, rest;
    uint64_t when;
    struct met m = {.stored = blob};
    if (blob.n < MAC_BYTES) return false;
    if (!str_cut(str_sub(blob, MAC_BYTES, blob.n), '\t', &count, &rest) ||
        !str_cut(rest, '\t', &last, &rest) || !str_cut(rest, '\t', &m.address, &m.name) ||
        !str_to_u32(count, &m.count) || !str_to_u64(last, &when) || when > INT64_MAX)
        return false;
    m.last = (int64_t) when;
    *out = m;
    return true;
}

bool met_is_ours(struct call *c, const struct met *m)
{
    struct err e = {0};
    str_t text;
    return store_reveal(c, place_of(c, arena_lower(c->arena, m->address)), m->stored, &text, &e) ==
           RC_OK;
}

/* --- remembering --------------------------------------------------------------------------------
 */

/* Names of To and Cc; nothing where the header does not say them. */
static size_t read_names(struct call *c, str_t header, struct mail_address *out, size_t max)
{
    static const str_t fields[] = {STR_INIT("To"), STR_INIT("Cc")};
    struct entity *m;
    struct err e = {0};
    size_t n = 0;
    if (entity_parse(header, NULL, c->arena, &m, &e) != RC_OK) return 0;
    for (size_t f = 0; f < 2; f++) {
        struct mail_address *list;
        size_t count;
        if (header_addresses(entity_field(m, fields[f]), c->arena, &list, &count, &e) != RC_OK)
            continue;
        for (size_t i = 0; i < count && n < max; i++)
            if (list[i].address.p && list[i].name.n > 0) out[n++] = list[i];
    }
    return n;
}

static str_t name_of(const struct mail_address *names, size_t n, str_t address)
{
    for (size_t i = 0; i < n; i++)
        if (str_ieq(names[i].address, address)) return names[i].name;
    return STR("");
}

static rc_t add_entry(struct call *c, const struct met *was, str_t address, str_t name, str_t *args,
                      struct err *e)
{
    str_t key = arena_lower(c->arena, address), value;
    uint32_t count = was && was->count < COUNT_MOST ? was->count + 1 : was ? COUNT_MOST : 1;
    str_t last = arena_printf(c->arena, "%lld", (long long) call_now());
    if (name.n == 0 && was) name = was->name;
    if (name.n > BOOK_MAX_NAME || !str_is_clean(name)) name = STR("");
    str_t text = arena_printf(c->arena, "%u\t%.*s\t%.*s\t%.*s", count, STR_ARG(last),
                              STR_ARG(address), STR_ARG(name));
    if (!key.p || !text.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(store_protect(c, place_of(c, key), text, &value, e));
    args[0] = key;
    args[1] = value;
    args[2] = arena_printf(c->arena, "%u", count);
    args[3] = last;
    return RC_OK;
}

static rc_t remember_some(struct call *c, const str_t *addresses, size_t n,
                          const struct mail_address *names, size_t name_count, struct err *e)
{
    str_t keys[] = {hash_key(c), call_user_key(c, STR("met-used"))};
    str_t args[1 + 4 * AT_ONCE], ask[2 + AT_ONCE];
    struct kv_value v;
    ask[0] = STR("HMGET");
    ask[1] = keys[0];
    for (size_t i = 0; i < n; i++)
        ask[2 + i] = arena_lower(c->arena, addresses[i]);
    TRY(kv_command(c->kv, c->arena, &v, e, ask, n + 2));
    if (v.type != KV_ARRAY || v.count != n) return err_set(e, RC_STATE_DOWN, NULL);
    args[0] = arena_printf(c->arena, "%u", MET_MAX);
    for (size_t i = 0; i < n; i++) {
        struct met was;
        bool known =
            v.items[i].type == KV_STR && read_entry(v.items[i].s, &was) && met_is_ours(c, &was);
        TRY(add_entry(c, known ? &was : NULL, addresses[i],
                      name_of(names, name_count, addresses[i]), args + 1 + 4 * i, e));
    }
    return kv_eval(c->kv, c->arena, &v, e, str_c(REMEMBER_SCRIPT), keys, 2, args, 1 + 4 * n);
}

rc_t met_remember(struct call *c, const json_t *recipients, str_t header, struct err *e)
{
    struct mail_address *names = ARENA_ARRAY(c->arena, NAMES_MOST, struct mail_address);
    size_t count = json_array_size(recipients);
    if (!names) return err_set(e, RC_NO_MEMORY, NULL);
    size_t name_count = read_names(c, header, names, NAMES_MOST);
    for (size_t i = 0; i < count;) {
        str_t some[AT_ONCE];
        size_t n = 0;
        for (; n < AT_ONCE && i < count; i++) {
            str_t one = json_text(json_object_get(json_array_get(recipients, i), "address"));
            if (one.n == 0 || str_ieq(one, c->session->address)) continue;
            some[n++] = one;
        }
        if (n > 0) TRY(remember_some(c, some, n, names, name_count, e));
    }
    return RC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

rc_t met_all(struct call *c, struct met **out, size_t *n, struct err *e)
{
    struct kv_value v;
    size_t found = 0;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HVALS"), hash_key(c)));
    size_t count = v.type == KV_ARRAY ? v.count : 0;
    struct met *list = ARENA_ARRAY(c->arena, count + 1, struct met);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        if (read_entry(v.items[i].s, &list[found])) found++;
    *out = list;
    *n = found;
    return RC_OK;
}

rc_t met_export(struct call *c, json_t **out, struct err *e)
{
    struct met *list;
    size_t n;
    TRY(met_all(c, &list, &n, e));
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++) {
        if (!met_is_ours(c, &list[i])) continue;
        json_t *one = json_object();
        json_put_str(one, "address", list[i].address);
        json_put_str(one, "name", list[i].name);
        json_put_str(one, "last", time_text(c->arena, list[i].last));
        json_put_int(one, "count", list[i].count);
        json_array_append_new(all, one);
    }
    *out = all;
    return RC_OK;
}

rc_t met_forget(struct call *c, struct err *e)
{
    str_t address;
    struct kv_value v;
    TRY(json_need_str(c->in, "address", &address, e));
    address = arena_lower(c->arena, address);
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HDEL"), hash_key(c), address));
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("ZREM"), call_user_key(c, STR("met-used")), address));
    return call_answer(c, json_object(), e);
}
