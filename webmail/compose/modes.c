#include "webmail/compose/modes.h"

#include "base/b64.h"
#include "crypto/seal.h"
#include "webmail/store.h"

/* KEYS: modes, modes-used. ARGV: most, set, value, seconds. The oldest goes. */
static const char REMEMBER_SCRIPT[] =
    "redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])\n"
    "redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])\n"
    "local over = redis.call('HLEN', KEYS[1]) - tonumber(ARGV[1])\n"
    "if over > 0 then\n"
    "  for _, set in ipairs(redis.call('ZRANGE', KEYS[2], 0, over - 1)) do\n"
    "    redis.call('HDEL', KEYS[1], set)\n"
    "    redis.call('ZREM', KEYS[2], set)\n"
    "  end\n"
    "end\n"
    "return 1\n";

static str_t hash_key(struct call *c)
{
    return call_user_key(c, STR("modes"));
}

static str_t place_of(struct call *c, str_t set)
{
    return arena_printf(c->arena, "%.*s:%.*s", STR_ARG(hash_key(c)), STR_ARG(set));
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const str_t *) a, *(const str_t *) b);
}

str_t modes_set_of(struct call *c, const str_t *addresses, size_t n)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1u << 18);
    unsigned char hash[32];
    struct err e = {0};
    str_t *sorted = ARENA_ARRAY(c->arena, n + 1, str_t);
    if (!sorted || n == 0) return STR_NULL;
    for (size_t i = 0; i < n; i++) {
        sorted[i] = arena_lower(c->arena, addresses[i]);
        if (!sorted[i].p) return STR_NULL;
    }
    qsort(sorted, n, sizeof *sorted, by_text);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && str_eq(sorted[i], sorted[i - 1])) continue;
        buf_str(&b, sorted[i]);
        buf_char(&b, '\n');
    }
    if (b.failed || sha256(buf_view(&b), hash, &e) != RC_OK) return STR_NULL;
    return hex_encode(c->arena, str_n(hash, sizeof hash));
}

rc_t modes_remember(struct call *c, const struct compose *m, struct err *e)
{
    const struct mail_address *lists[] = {m->to, m->cc, m->bcc};
    const size_t counts[] = {m->to_count, m->cc_count, m->bcc_count};
    size_t n = 0;
    struct kv_value v;
    str_t value;
    str_t *all = ARENA_ARRAY(c->arena, m->to_count + m->cc_count + m->bcc_count + 1, str_t);
    if (!all) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t l = 0; l < 3; l++)
        for (size_t i = 0; i < counts[l]; i++)
            all[n++] = lists[l][i].address;
    if (n == 0) return RC_OK;
    str_t set = modes_set_of(c, all, n);
    str_t now = arena_printf(c->arena, "%lld", (long long) call_now());
    str_t text = arena_printf(c->arena, "%s\t%.*s", compose_mode_word(m->mode), STR_ARG(now));
    if (!set.p || !now.p || !text.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(store_protect(c, place_of(c, set), text, &value, e));
    const str_t keys[] = {hash_key(c), call_user_key(c, STR("modes-used"))};
    const str_t args[] = {arena_printf(c->arena, "%u", MODES_MAX), set, value, now};
    return kv_eval(c->kv, c->arena, &v, e, str_c(REMEMBER_SCRIPT), keys, 2, args, 4);
}

/* False for what nobody of us can have written for this set. */
static bool read_entry(struct call *c, str_t set, str_t blob, enum compose_mode *mode,
                       int64_t *last)
{
    struct err e = {0};
    str_t text, word, when;
    uint64_t seconds;
    if (store_reveal(c, place_of(c, set), blob, &text, &e) != RC_OK) return false;
    if (!str_cut(text, '\t', &word, &when) || !str_to_u64(when, &seconds) || seconds > INT64_MAX)
        return false;
    *last = (int64_t) seconds;
    return compose_mode_of(word, mode, &e) == RC_OK;
}

rc_t modes_find(struct call *c, const str_t *addresses, size_t n, bool *known,
                enum compose_mode *mode, struct err *e)
{
    struct kv_value v;
    int64_t last;
    *known = false;
    if (n == 0) return RC_OK;
    str_t set = modes_set_of(c, addresses, n);
    if (!set.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HGET"), hash_key(c), set));
    *known = v.type == KV_STR && read_entry(c, set, v.s, mode, &last);
    return RC_OK;
}

rc_t modes_export(struct call *c, json_t **out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HGETALL"), hash_key(c)));
    json_t *all = json_array();
    for (size_t i = 0; v.type == KV_ARRAY && i + 1 < v.count; i += 2) {
        enum compose_mode mode;
        int64_t last;
        if (!read_entry(c, v.items[i].s, v.items[i + 1].s, &mode, &last)) continue;
        json_t *one = json_object();
        json_put_str(one, "set", v.items[i].s);
        json_put_str(one, "mode", str_c(compose_mode_word(mode)));
        json_put_str(one, "last", time_text(c->arena, last));
        json_array_append_new(all, one);
    }
    *out = all;
    return RC_OK;
}
