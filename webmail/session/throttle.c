#include "webmail/session/throttle.h"

#include <stdio.h>

#include "base/b64.h"
#include "base/log.h"
#include "fcgi/address.h"
#include "webmail/session/session.h"

/* KEYS: pair, account, network, wait. ARGV: window, pair limit, network limit.
 * Answers {allowed, count of the account, seconds to wait}. */
static const char BEGIN_SCRIPT[] =
    "local wait = redis.call('PTTL', KEYS[4])\n"
    "if wait > 0 then return {0, 0, math.ceil(wait / 1000)} end\n"
    "local function count(k) return tonumber(redis.call('GET', k) or '0') end\n"
    "if count(KEYS[1]) >= tonumber(ARGV[2]) then return {0, 0, redis.call('TTL', KEYS[1])} end\n"
    "if count(KEYS[3]) >= tonumber(ARGV[3]) then return {0, 0, redis.call('TTL', KEYS[3])} end\n"
    "local n = 0\n"
    "for i = 1, 3 do\n"
    "  local v = redis.call('INCR', KEYS[i])\n"
    "  if v == 1 then redis.call('EXPIRE', KEYS[i], ARGV[1]) end\n"
    "  if i == 2 then n = v end\n"
    "end\n"
    "return {1, n, 0}\n";

/* KEYS: pair, account, network, wait. ARGV[1]: "1" after a success. */
static const char TAKE_BACK_SCRIPT[] =
    "for i = 1, 3 do\n"
    "  if tonumber(redis.call('GET', KEYS[i]) or '0') > 0 then redis.call('DECR', KEYS[i]) end\n"
    "end\n"
    "if ARGV[1] == '1' then redis.call('DEL', KEYS[1], KEYS[4]) end\n"
    "return 1\n";

unsigned throttle_wait(unsigned failures)
{
    if (failures < THROTTLE_PER_ACCOUNT) return 0;
    unsigned step = (failures - THROTTLE_PER_ACCOUNT) / 5;
    return step >= 6 ? THROTTLE_MOST_WAIT_SECONDS : 1u << step;
}

static rc_t name_keys(struct call *c, str_t account, struct throttle *t, struct err *e)
{
    str_t address = c->q->client_address, network = address_network(c->arena, address);
    str_t instance = c->app->config->instance;
    str_t pair[] = {STR("pair"), account, address};
    str_t whole[] = {STR("account"), account};
    str_t net[] = {STR("network"), network};
    TRY(shared_key_of(pair, 3, &t->local_pair, e));
    TRY(shared_key_of(whole, 2, &t->local_account, e));
    TRY(shared_key_of(net, 2, &t->local_network, e));
    const struct {
        str_t *key;
        const char *kind;
        const struct shared_key *name;
    } keys[] = {{&t->pair, "p", &t->local_pair},
                {&t->account, "a", &t->local_account},
                {&t->network, "n", &t->local_network},
                {&t->wait, "w", &t->local_account}};
    for (size_t i = 0; i < 4; i++) {
        str_t hex = hex_encode(c->arena, str_n(keys[i].name->bytes, sizeof keys[i].name->bytes));
        *keys[i].key = arena_printf(c->arena, "%.*s:thr:%s:%.*s", STR_ARG(instance), keys[i].kind,
                                    STR_ARG(hex));
        if (str_is_null(*keys[i].key)) return err_set(e, RC_NO_MEMORY, NULL);
    }
    return RC_OK;
}

static rc_t refuse(struct call *c, str_t account, long long seconds, struct err *e)
{
    if (seconds < 1) seconds = 1;
    response_header(c->s, STR("Retry-After"), arena_printf(c->arena, "%lld", seconds));
    log_event(LOG_WARN, "signin_throttled", "account", LOG_S(account), "client",
              LOG_S(c->q->client_address), NULL);
    return err_set(e, RC_THROTTLED, NULL);
}

static bool local_refuses(struct call *c, const struct throttle *t, int64_t now)
{
    struct shared *s = c->app->shared;
    return shared_count(s, &t->local_pair, THROTTLE_WINDOW_SECONDS, 0, now) >= THROTTLE_PER_PAIR ||
           shared_count(s, &t->local_network, THROTTLE_WINDOW_SECONDS, 0, now) >=
               THROTTLE_PER_NETWORK;
}

static void count_locally(struct call *c, const struct throttle *t, int delta)
{
    int64_t now = call_now();
    shared_count(c->app->shared, &t->local_pair, THROTTLE_WINDOW_SECONDS, delta, now);
    shared_count(c->app->shared, &t->local_account, THROTTLE_WINDOW_SECONDS, delta, now);
    shared_count(c->app->shared, &t->local_network, THROTTLE_WINDOW_SECONDS, delta, now);
}

rc_t throttle_begin(struct call *c, str_t account, struct throttle *t, struct err *e)
{
    struct kv_value v;
    TRY(name_keys(c, account, t, e));
    if (local_refuses(c, t, call_now())) return refuse(c, account, THROTTLE_WINDOW_SECONDS, e);
    str_t keys[] = {t->pair, t->account, t->network, t->wait};
    str_t args[] = {arena_printf(c->arena, "%u", THROTTLE_WINDOW_SECONDS),
                    arena_printf(c->arena, "%u", THROTTLE_PER_PAIR),
                    arena_printf(c->arena, "%u", THROTTLE_PER_NETWORK)};
    TRY(kv_eval(c->kv, c->arena, &v, e, str_c(BEGIN_SCRIPT), keys, 4, args, 3));
    if (v.type != KV_ARRAY || v.count != 3) return err_set(e, RC_STATE_DOWN, NULL);
    if (v.items[0].i != 1) return refuse(c, account, v.items[2].i, e);
    count_locally(c, t, 1);
    unsigned wait = throttle_wait((unsigned) v.items[1].i);
    if (wait == 0) return RC_OK;
    /* No thread sleeps: the delay is a time before which no further attempt is taken. */
    return KV_CMD(c->kv, c->arena, &v, e, STR("SET"), t->wait, STR("1"), STR("EX"),
                  arena_printf(c->arena, "%u", wait));
}

rc_t throttle_take_back(struct call *c, const struct throttle *t, bool success, struct err *e)
{
    struct kv_value v;
    str_t keys[] = {t->pair, t->account, t->network, t->wait};
    str_t args[] = {success ? STR("1") : STR("0")};
    count_locally(c, t, -1);
    if (success)
        shared_count(c->app->shared, &t->local_pair, THROTTLE_WINDOW_SECONDS,
                     -(int) THROTTLE_PER_PAIR, call_now());
    return kv_eval(c->kv, c->arena, &v, e, str_c(TAKE_BACK_SCRIPT), keys, 4, args, 1);
}

/* KEYS: the counter. ARGV: window. Answers {count, seconds until it ends}. */
static const char ACT_SCRIPT[] = "local n = redis.call('INCR', KEYS[1])\n"
                                 "if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end\n"
                                 "return {n, redis.call('TTL', KEYS[1])}\n";

rc_t throttle_act(struct call *c, const char *what, unsigned most, const char *message,
                  struct err *e)
{
    struct shared_key local;
    struct kv_value v;
    str_t parts[] = {STR("act"), str_c(what), c->session->address};
    str_t window = arena_printf(c->arena, "%u", THROTTLE_ACT_SECONDS);
    TRY(shared_key_of(parts, 3, &local, e));
    str_t hex = hex_encode(c->arena, str_n(local.bytes, sizeof local.bytes));
    str_t key =
        arena_printf(c->arena, "%.*s:thr:h:%.*s", STR_ARG(c->app->config->instance), STR_ARG(hex));
    if (str_is_null(key)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(kv_eval(c->kv, c->arena, &v, e, str_c(ACT_SCRIPT), &key, 1, &window, 1));
    if (v.type != KV_ARRAY || v.count != 2) return err_set(e, RC_STATE_DOWN, NULL);
    unsigned here = shared_count(c->app->shared, &local, THROTTLE_ACT_SECONDS, 1, call_now());
    if (v.items[0].i <= (long long) most && here <= most) return RC_OK;
    long long left = v.items[1].i > 0 ? v.items[1].i : (long long) THROTTLE_ACT_SECONDS;
    response_header(c->s, STR("Retry-After"), arena_printf(c->arena, "%lld", left));
    log_event(LOG_WARN, "act_throttled", "account", LOG_S(c->session->address), "what", LOG_C(what),
              NULL);
    return err_set(e, RC_THROTTLED, "%s", message);
}
