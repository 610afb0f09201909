#include "webmail/smime/verified.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/b64.h"
#include "webmail/session/session.h"
#include "webmail/store.h"

/* KEYS: entries, order. ARGV: name, value, time, most entries, "1" to replace. */
static const char RECORD_SCRIPT[] =
    "if ARGV[5] == '1' then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])\n"
    "elseif redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end\n"
    "redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])\n"
    "local over = redis.call('HLEN', KEYS[1]) - tonumber(ARGV[4])\n"
    "while over > 0 do\n"
    "  local old = redis.call('ZPOPMIN', KEYS[2])[1]\n"
    "  if not old then redis.call('DEL', KEYS[1]) return 1 end\n"
    "  over = over - redis.call('HDEL', KEYS[1], old)\n"
    "end\n"
    "return 1\n";

static str_t name_of(struct call *c, const unsigned char key[32])
{
    return hex_encode(c->arena, str_n(key, 32));
}

/* The entry's place, for its authentication: user and signature. */
static str_t place_of(struct call *c, str_t name)
{
    return arena_printf(c->arena, "%.*s:%.*s", STR_ARG(call_user_key(c, STR("verified"))),
                        STR_ARG(name));
}

static bool read_value(str_t text, struct verified *out)
{
    str_t number, word;
    uint64_t at;
    if (!str_cut(text, ' ', &number, &word) || !str_to_u64(number, &at) || at == 0 ||
        at > INT64_MAX)
        return false;
    for (int r = REVOCATION_NOT_CHECKED; r <= REVOCATION_UNKNOWN; r++) {
        if (!str_eq(word, str_c(revocation_word((enum revocation) r)))) continue;
        *out = (struct verified){.at = (int64_t) at, .revocation = (enum revocation) r};
        return true;
    }
    return false;
}

/* What was forged (store.h logs it) is as if it were not there: the mail must stay readable. */
static rc_t look(struct call *c, str_t name, struct verified *out, bool *forged, struct err *e)
{
    str_t text;
    struct kv_value v;
    struct verified found = {0};
    *forged = false;
    if (str_is_null(name)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HGET"), call_user_key(c, STR("verified")), name));
    if (v.type == KV_STR) {
        rc_t rc = store_reveal(c, place_of(c, name), v.s, &text, e);
        if (rc != RC_OK && rc != RC_DAMAGED) return rc;
        *forged = rc != RC_OK || !read_value(text, &found);
    }
    *out = found;
    return RC_OK;
}

rc_t verified_find(struct call *c, const unsigned char key[32], struct verified *out, struct err *e)
{
    bool forged;
    return look(c, name_of(c, key), out, &forged, e);
}

int64_t verified_at(void *lookup, const unsigned char key[32])
{
    struct verified_lookup *l = lookup;
    struct verified found = {0};
    if (l->rc == RC_OK) l->rc = verified_find(l->call, key, &found, &l->err);
    return l->rc == RC_OK && found.revocation != REVOCATION_REVOKED ? found.at : 0;
}

/* --- recording ---------------------------------------------------------------------------------
 */

static bool is_good(const struct message_signer *s)
{
    enum revocation r = s->chain.revocation.status;
    return s->cert && s->integrity == CMS_INTACT && s->match != ADDRESS_NO &&
           s->chain.chain == CHAIN_TRUSTED && (r == REVOCATION_GOOD || r == REVOCATION_NO_SOURCE);
}

/* The level sums up everything else that may be wrong: the algorithm, a second sender, a part only
 * that is signed. */
bool verified_worthy(const struct message_view *v)
{
    bool any = false;
    if (!v->signature_whole || (v->level != LEVEL_GOOD && v->level != LEVEL_NEUTRAL)) return false;
    for (size_t i = 0; i < v->signer_count; i++)
        any = any || is_good(&v->signers[i]);
    return any;
}

static bool is_revoked(const struct message_signer *s)
{
    return s->cert && s->integrity == CMS_INTACT &&
           s->chain.revocation.status == REVOCATION_REVOKED;
}

static rc_t record(struct call *c, const struct message_signer *s, struct err *e)
{
    int64_t now = call_now();
    str_t name = name_of(c, s->key), blob;
    str_t keys[] = {call_user_key(c, STR("verified")), call_user_key(c, STR("verified-order"))};
    str_t text =
        arena_printf(c->arena, "%" PRId64 " %s", now, revocation_word(s->chain.revocation.status));
    struct kv_value v;
    struct verified before;
    bool forged;
    TRY(look(c, name, &before, &forged, e));
    if (before.at && !is_revoked(s)) return RC_OK;
    if (str_is_null(text)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(store_protect(c, place_of(c, name), text, &blob, e));
    str_t args[] = {name, blob, arena_printf(c->arena, "%" PRId64, now),
                    arena_printf(c->arena, "%u", VERIFIED_MAX),
                    is_revoked(s) || forged ? STR("1") : STR("0")};
    return kv_eval(c->kv, c->arena, &v, e, str_c(RECORD_SCRIPT), keys, 2, args, 5);
}

rc_t verified_record(struct call *c, const struct message_view *v, struct err *e)
{
    bool worthy = verified_worthy(v);
    for (size_t i = 0; i < v->signer_count; i++) {
        const struct message_signer *s = &v->signers[i];
        if (is_revoked(s) || (worthy && is_good(s))) TRY(record(c, s, e));
    }
    return RC_OK;
}
