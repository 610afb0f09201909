#include "webmail/account/move.h"

#include <string.h>

#include "base/b64.h"
#include "base/log.h"
#include "crypto/seal.h"
#include "policy/registry.h"
#include "policy/rename.h"
#include "webmail/routes.h"
#include "webmail/session/devices.h"
#include "webmail/session/session.h"
#include "webmail/store.h"

#define MAX_ROUNDS 100000u /* SCAN of a Redis of any size ends before */
#define MAX_TRIES 8u       /* of one value that others change at the same time */
#define WORK_BYTES (64u << 20)

/* KEYS: old, new. ARGV: the old value as it was read, the new one, what may be overwritten (or
 * nothing). 0: it changed meanwhile, 2: something is there already. */
static const char STRING_SCRIPT[] = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end\n"
                                    "if redis.call('EXISTS', KEYS[2]) == 1 and (ARGV[3] == '' or\n"
                                    "  redis.call('GET', KEYS[2]) ~= ARGV[3]) then return 2 end\n"
                                    "local left = redis.call('PTTL', KEYS[1])\n"
                                    "redis.call('SET', KEYS[2], ARGV[2])\n"
                                    "if left > 0 then redis.call('PEXPIRE', KEYS[2], left) end\n"
                                    "redis.call('DEL', KEYS[1])\n"
                                    "return 1\n";
/* The same for a member: ARGV: member, the old value, the new one. */
static const char MEMBER_SCRIPT[] =
    "if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end\n"
    "if redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[3]) == 0 then return 2 end\n"
    "redis.call('HDEL', KEYS[1], ARGV[1])\n"
    "return 1\n";
/* Names by time of use: nothing of it is authenticated. */
static const char SORTED_SCRIPT[] =
    "local list = redis.call('ZRANGE', KEYS[1], 0, 4999, 'WITHSCORES')\n"
    "for i = 1, #list, 2 do redis.call('ZADD', KEYS[2], 'NX', list[i + 1], list[i]) end\n"
    "redis.call('DEL', KEYS[1])\n"
    "return 1\n";

struct moving {
    struct call c; /* with arenas of its own, reset for each key */
    str_t from, to;
};

/* Of this site: the administration keeps its own. */
static str_t user_prefix(const struct moving *m, struct arena *a, str_t address)
{
    return arena_printf(a, "%.*s:u:%.*s:", STR_ARG(app_prefix(m->c.app)), STR_ARG(address));
}

/* --- values ----------------------------------------------------------------------------------- */

/* Sealed under a key made of purpose and address, bound to where it stands. */
static rc_t reseal(struct moving *m, str_t purpose, str_t old_place, str_t new_place, str_t blob,
                   str_t *out, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    str_t plain;
    TRY(app_key(m->c.app, purpose, m->from, key, e));
    rc_t rc = unseal(key, blob, old_place, m->c.secret, &plain, e);
    wipe(key, sizeof key);
    TRY(rc);
    TRY(app_key(m->c.app, purpose, m->to, key, e));
    rc = seal(key, plain, new_place, m->c.arena, out, e);
    wipe(key, sizeof key);
    return rc;
}

static rc_t reseal_secret(struct moving *m, str_t old_place, str_t new_place, json_t *of,
                          struct err *e)
{
    str_t sealed, fresh;
    if (!json_object_get(of, "secret")) return RC_OK;
    if (!b64_decode(m->c.arena, json_text(json_object_get(of, "secret")), &sealed))
        return err_set(e, RC_DAMAGED, NULL);
    TRY(reseal(m, STR("totp"), old_place, new_place, sealed, &fresh, e));
    str_t text = b64_encode(m->c.arena, fresh);
    if (str_is_null(text)) return err_set(e, RC_NO_MEMORY, NULL);
    json_put_str(of, "secret", text);
    return RC_OK;
}

/* Names of the account in its own preferences. */
static void rename_identities(const struct moving *m, json_t *doc)
{
    json_t *list = json_object_get(doc, "identities");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *one = json_array_get(list, i);
        if (str_ieq(json_text(json_object_get(one, "address")), m->from))
            json_put_str(one, "address", m->to);
    }
}

/* A document in which something depends on the address. */
static rc_t rewrite(struct moving *m, str_t what, str_t old_place, str_t new_place, str_t *text,
                    struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    CLEANUP_BUF struct buf out = BUF_INIT(STORE_MAX_BYTES);
    bool totp = str_eq(what, STR("totp"));
    if (!totp && !str_eq(what, STR("settings"))) return RC_OK;
    TRY(json_parse_object(*text, &doc, e));
    if (totp) {
        TRY(reseal_secret(m, old_place, new_place, doc, e));
        TRY(reseal_secret(m, old_place, new_place, json_object_get(doc, "pending"), e));
        /* whose name the hashes are keyed with (totp.h) */
        if (!json_object_get(doc, "recovery_of")) json_put_str(doc, "recovery_of", m->from);
    } else {
        rename_identities(m, doc);
    }
    if (!json_write(doc, &out)) return err_set(e, RC_TOO_LARGE, NULL);
    *text = arena_str(m->c.arena, buf_view(&out));
    return str_is_null(*text) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* What is not ours (forged, or of a kind that carries no proof) is moved as it is: it proves as
 * little there as here. */
static rc_t close_again(struct moving *m, str_t what, str_t old_place, str_t new_place, str_t blob,
                        str_t *out, struct err *e)
{
    str_t text;
    *out = blob;
    if (str_starts(what, STR("keyfile:"))) {
        rc_t rc = reseal(m, STR("vault"), old_place, new_place, blob, out, e);
        return rc == RC_DAMAGED ? RC_OK : rc;
    }
    if (!store_is_ours(&m->c, old_place, blob, &text)) return RC_OK;
    rc_t rc = rewrite(m, what, old_place, new_place, &text, e);
    if (rc == RC_DAMAGED) return RC_OK; /* a second factor that cannot be read lets nobody in */
    TRY(rc);
    return store_protect(&m->c, new_place, text, out, e);
}

/* --- keys ------------------------------------------------------------------------------------- */

static rc_t tell(const struct moving *m, const struct kv_value *v, str_t what, struct err *e)
{
    if (v->type != KV_INT) return err_set(e, RC_STATE_DOWN, NULL);
    if (v->i == 2)
        log_event(LOG_WARN, "renamed_value_kept", "account", LOG_S(m->to), "from", LOG_S(m->from),
                  "what", LOG_S(what), NULL);
    return RC_OK;
}

/* A second factor that is not switched on stands in nobody's way: the account would be without one.
 * *out: the value that may be overwritten; empty: none. */
static rc_t find_overwritten(struct moving *m, str_t to, str_t what, str_t *out, struct err *e)
{
    struct kv_value v;
    CLEANUP_JSON json_t *doc = NULL;
    str_t text;
    *out = STR("");
    if (!str_eq(what, STR("totp"))) return RC_OK;
    TRY(KV_CMD(m->c.kv, m->c.arena, &v, e, STR("GET"), to));
    if (v.type != KV_STR || !store_is_ours(&m->c, to, v.s, &text) ||
        json_parse_object(text, &doc, NULL) != RC_OK)
        return RC_OK;
    if (!json_is_true(json_object_get(doc, "on"))) *out = v.s;
    return RC_OK;
}

static rc_t move_string(struct moving *m, str_t key, str_t to, str_t what, struct err *e)
{
    for (unsigned i = 0; i < MAX_TRIES; i++) {
        struct kv_value v;
        str_t fresh, over;
        TRY(KV_CMD(m->c.kv, m->c.arena, &v, e, STR("GET"), key));
        if (v.type != KV_STR) return RC_OK;
        TRY(close_again(m, what, key, to, v.s, &fresh, e));
        TRY(find_overwritten(m, to, what, &over, e));
        const str_t keys[] = {key, to};
        const str_t args[] = {v.s, fresh, over};
        TRY(kv_eval(m->c.kv, m->c.arena, &v, e, str_c(STRING_SCRIPT), keys, 2, args, 3));
        bool changed = v.type == KV_INT && (v.i == 0 || (v.i == 2 && over.n > 0));
        if (!changed) return tell(m, &v, what, e);
    }
    return err_set(e, RC_BUSY, NULL);
}

static rc_t move_member(struct moving *m, str_t key, str_t to, str_t what, str_t member,
                        struct err *e)
{
    struct kv_value v;
    str_t fresh, old_place = arena_printf(m->c.arena, "%.*s:%.*s", STR_ARG(key), STR_ARG(member)),
                 new_place = arena_printf(m->c.arena, "%.*s:%.*s", STR_ARG(to), STR_ARG(member));
    if (!old_place.p || !new_place.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(m->c.kv, m->c.arena, &v, e, STR("HGET"), key, member));
    if (v.type != KV_STR) return RC_OK;
    TRY(close_again(m, what, old_place, new_place, v.s, &fresh, e));
    const str_t keys[] = {key, to};
    const str_t args[] = {member, v.s, fresh};
    TRY(kv_eval(m->c.kv, m->c.arena, &v, e, str_c(MEMBER_SCRIPT), keys, 2, args, 3));
    return tell(m, &v, what, e);
}

static rc_t move_hash(struct moving *m, str_t key, str_t to, str_t what, struct err *e)
{
    CLEANUP_ARENA struct arena *names = arena_new(WORK_BYTES);
    struct kv_value list;
    if (!names) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(m->c.kv, names, &list, e, STR("HKEYS"), key));
    for (size_t i = 0; list.type == KV_ARRAY && i < list.count; i++) {
        arena_reset(m->c.arena);
        TRY(move_member(m, key, to, what, list.items[i].s, e));
    }
    return RC_OK;
}

static rc_t remove_key(struct moving *m, str_t key, struct err *e)
{
    struct kv_value v;
    return KV_CMD(m->c.kv, m->c.arena, &v, e, STR("UNLINK"), key);
}

/* Where the account was listed for colleagues it is not any more; the sign-in lists it anew. */
static rc_t withdraw(struct moving *m, str_t key, struct err *e)
{
    struct kv_value v;
    CLEANUP_JSON json_t *doc = NULL;
    str_t text;
    TRY(KV_CMD(m->c.kv, m->c.arena, &v, e, STR("GET"), key));
    if (v.type == KV_STR && store_is_ours(&m->c, key, v.s, &text) &&
        json_parse_object(text, &doc, NULL) == RC_OK) {
        const json_t *list = json_object_get(doc, "addresses");
        for (size_t i = 0; i < json_array_size(list); i++) {
            str_t address = arena_lower(m->c.arena, json_text(json_array_get(list, i)));
            TRY(KV_CMD(m->c.kv, m->c.arena, &v, e, STR("HDEL"),
                       arena_printf(m->c.arena, "%.*s:dir:%.*s",
                                    STR_ARG(m->c.app->config->instance), STR_ARG(address)),
                       m->from));
        }
    }
    return remove_key(m, key, e);
}

static bool is_transient(str_t what)
{
    static const str_t names[] = {STR_INIT("sessions"), STR_INIT("epoch"), STR_INIT("waiting-news"),
                                  STR_INIT("contact-lines"), STR_INIT("contact-state")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(what, names[i])) return true;
    return str_starts(what, STR("found:"));
}

static rc_t move_key(struct moving *m, str_t key, struct err *e)
{
    struct kv_value v;
    str_t prefix = user_prefix(m, m->c.arena, m->from);
    str_t what = str_sub(key, prefix.n, key.n);
    str_t to = arena_printf(m->c.arena, "%.*s%.*s", STR_ARG(user_prefix(m, m->c.arena, m->to)),
                            STR_ARG(what));
    if (str_eq(what, STR("listed"))) return withdraw(m, key, e);
    if (is_transient(what)) return str_eq(what, STR("epoch")) ? RC_OK : remove_key(m, key, e);
    /* `to` has to outlive the arena's resets of a long hash */
    CLEANUP_ARENA struct arena *own = arena_new(1u << 16);
    str_t from_key = own ? arena_str(own, key) : STR_NULL,
          to_key = own ? arena_str(own, to) : STR_NULL;
    str_t name = own ? arena_str(own, what) : STR_NULL;
    if (!from_key.p || !to_key.p || !name.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(m->c.kv, m->c.arena, &v, e, STR("TYPE"), from_key));
    if (str_eq(v.s, STR("string"))) return move_string(m, from_key, to_key, name, e);
    if (str_eq(v.s, STR("hash"))) return move_hash(m, from_key, to_key, name, e);
    if (!str_eq(v.s, STR("zset"))) return RC_OK; /* gone meanwhile */
    const str_t keys[] = {from_key, to_key};
    return kv_eval(m->c.kv, m->c.arena, &v, e, str_c(SORTED_SCRIPT), keys, 2, NULL, 0);
}

/* What Redis' patterns read as signs stands for itself. */
static str_t glob_of(struct arena *a, str_t literal)
{
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    for (size_t i = 0; i < literal.n; i++) {
        if (strchr("*?[]\\^", literal.p[i]) && literal.p[i]) buf_char(&b, '\\');
        buf_char(&b, literal.p[i]);
    }
    buf_char(&b, '*');
    return arena_str(a, buf_view(&b));
}

static rc_t move_all(struct moving *m, struct arena *a, struct err *e)
{
    str_t prefix = user_prefix(m, a, m->from), pattern = glob_of(a, prefix), cursor = STR("0");
    if (str_is_null(pattern)) return err_set(e, RC_NO_MEMORY, NULL);
    for (unsigned round = 0; round < MAX_ROUNDS; round++) {
        CLEANUP_ARENA struct arena *own = arena_new(WORK_BYTES);
        struct kv_value v;
        if (!own) return err_set(e, RC_NO_MEMORY, NULL);
        TRY(KV_CMD(m->c.kv, own, &v, e, STR("SCAN"), cursor, STR("MATCH"), pattern, STR("COUNT"),
                   STR("1000")));
        if (v.type != KV_ARRAY || v.count != 2) return err_set(e, RC_STATE_DOWN, NULL);
        cursor = arena_str(a, v.items[0].s);
        for (size_t i = 0; i < v.items[1].count; i++) {
            arena_reset(m->c.arena);
            arena_reset(m->c.secret);
            if (str_starts(v.items[1].items[i].s, prefix))
                TRY(move_key(m, v.items[1].items[i].s, e));
        }
        if (str_eq(cursor, STR("0"))) return RC_OK;
    }
    return err_set(e, RC_STATE_DOWN, NULL);
}

/* The administration may not look for keys; it has these. */
static rc_t move_own(struct moving *m, struct arena *a, struct err *e)
{
    static const str_t names[] = {STR_INIT("totp"), STR_INIT("sessions")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        arena_reset(m->c.arena);
        arena_reset(m->c.secret);
        str_t key =
            arena_printf(a, "%.*s%.*s", STR_ARG(user_prefix(m, a, m->from)), STR_ARG(names[i]));
        if (str_is_null(key)) return err_set(e, RC_NO_MEMORY, NULL);
        TRY(move_key(m, key, e));
    }
    return RC_OK;
}

static bool is_mail(const struct call *c)
{
    return !c->app->site || c->app->site->mail;
}

/* --- what was done ---------------------------------------------------------------------------- */

/* Of the address that was left. No account is called so: who deletes what is his, or is given the
 * address later, does not undo it. */
static str_t done_key(struct call *c, str_t from)
{
    return arena_printf(c->arena, "%.*s:u::moved:%.*s", STR_ARG(app_prefix(c->app)), STR_ARG(from));
}

/* {moves: [seq]}; what was forged is as if nothing had been done. */
static rc_t load_done(struct call *c, str_t from, json_t **out, struct err *e)
{
    struct kv_value v;
    str_t text;
    json_t *doc = NULL;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), done_key(c, from)));
    if (v.type != KV_STR || !store_is_ours(c, done_key(c, from), v.s, &text) ||
        json_parse_object(text, &doc, NULL) != RC_OK)
        doc = json_object();
    if (!json_object_get(doc, "moves")) json_object_set_new(doc, "moves", json_array());
    *out = doc;
    return RC_OK;
}

static bool is_done(const json_t *doc, uint64_t seq)
{
    const json_t *list = json_object_get(doc, "moves");
    bool found = false;
    for (size_t i = 0; i < json_array_size(list) && !found; i++)
        found = (uint64_t) json_integer_value(json_array_get(list, i)) == seq;
    return found;
}

static rc_t save_done(struct call *c, str_t from, uint64_t seq, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    CLEANUP_BUF struct buf text = BUF_INIT(STORE_MAX_BYTES);
    struct kv_value v;
    str_t blob;
    TRY(load_done(c, from, &doc, e));
    if (is_done(doc, seq)) return RC_OK;
    json_array_append_new(json_object_get(doc, "moves"), json_integer((json_int_t) seq));
    if (!json_write(doc, &text)) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(store_protect(c, done_key(c, from), buf_view(&text), &blob, e));
    return KV_CMD(c->kv, c->arena, &v, e, STR("SET"), done_key(c, from), blob);
}

/* --- in order --------------------------------------------------------------------------------- */

static rc_t carry_out(struct call *c, str_t from, const struct rename_move *move, struct err *e)
{
    CLEANUP_ARENA struct arena *work = arena_new(WORK_BYTES), *secret = arena_new_secret(1u << 20),
                               *names = arena_new(WORK_BYTES);
    if (!work || !secret || !names) return err_set(e, RC_NO_MEMORY, NULL);
    struct moving m = {.c = *c, .from = from, .to = move->to};
    m.c.arena = work;
    m.c.secret = secret;
    TRY(devices_end(c, from, STR_NULL, e));
    TRY(is_mail(c) ? move_all(&m, names, e) : move_own(&m, names, e));
    TRY(save_done(c, from, move->seq, e));
    log_event(LOG_INFO, "account_moved", "account", LOG_S(move->to), "from", LOG_S(from), NULL);
    return RC_OK;
}

static rc_t settle_in(struct call *c, str_t before, uint64_t until, struct err *e);

/* All that left this address before `until`, the earliest first: first what came to it. Ends, as
 * each step deeper is an earlier one. */
static rc_t settle_out(struct call *c, str_t address, uint64_t until, struct err *e)
{
    struct rename_move *moves;
    size_t n;
    TRY(rename_moves(c->kv, c->arena, c->app->config->instance, address, &moves, &n, e));
    for (size_t i = 0; i < n && moves[i].seq < until; i++) {
        CLEANUP_JSON json_t *done = NULL;
        TRY(load_done(c, address, &done, e));
        if (is_done(done, moves[i].seq)) continue;
        TRY(settle_in(c, moves[i].before, moves[i].seq, e));
        TRY(carry_out(c, address, &moves[i], e));
    }
    return RC_OK;
}

static rc_t settle_in(struct call *c, str_t before, uint64_t until, struct err *e)
{
    return before.n ? settle_out(c, before, until, e) : RC_OK;
}

/* An account that was renamed and then removed says no more what it was called; its mailbox may
 * sign in all the same, and not without its second factor. */
static rc_t settle_unregistered(struct call *c, str_t address, struct err *e)
{
    CLEANUP_ARENA struct arena *own = arena_new(WORK_BYTES);
    str_t instance = c->app->config->instance;
    struct kv_value all;
    if (!own) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(c->kv, own, &all, e, STR("HGETALL"),
               arena_printf(own, "%.*s:o:renamed", STR_ARG(instance))));
    for (size_t i = 0; all.type == KV_ARRAY && i + 1 < all.count; i += 2) {
        struct rename_move *moves;
        size_t n;
        if (str_find(all.items[i + 1].s, address) < 0) continue;
        TRY(rename_moves(c->kv, own, instance, all.items[i].s, &moves, &n, e));
        for (size_t k = 0; k < n; k++)
            if (str_eq(moves[k].to, address))
                TRY(settle_out(c, all.items[i].s, moves[k].seq + 1, e));
    }
    return RC_OK;
}

rc_t move_settle(struct call *c, str_t address, struct err *e)
{
    const struct registry r = {c->kv, c->app->config};
    CLEANUP_JSON json_t *account = NULL;
    TRY(settle_out(c, address, UINT64_MAX, e));
    TRY(registry_get(&r, (struct record_at){RECORD_ACCOUNT, STR_NULL, address}, &account, e));
    if (!account) return settle_unregistered(c, address, e);
    str_t before = arena_str(c->arena, record_text(account, "renamed_from"));
    return before.n ? settle_in(c, before, UINT64_MAX, e) : RC_OK;
}

rc_t move_is_due(struct call *c, str_t address, bool *out, struct err *e)
{
    struct rename_move *moves;
    size_t n;
    *out = false;
    TRY(rename_moves(c->kv, c->arena, c->app->config->instance, address, &moves, &n, e));
    for (size_t i = 0; i < n && !*out; i++) {
        CLEANUP_JSON json_t *done = NULL;
        TRY(load_done(c, address, &done, e));
        *out = !is_done(done, moves[i].seq);
    }
    return RC_OK;
}
