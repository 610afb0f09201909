/* The gate's operations: what mail flow needs of a mailbox's key. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mutant.h"
#include "crypto/keyring/custody.h"
#include "keyd/act.h"

#define BYTES(s) (const uint8_t *) (s).p, (s).n

static enum agent_result may_use(struct act *t, const struct agent_key *k, enum limits_use use)
{
    switch (limits_take(t->agency->limits, k->id, use, clock_ms())) {
    case LIMITS_GO:
        return AGENT_RESULT_DONE;
    case LIMITS_STOPPED:
        return WX_MUTANT(KEYD_STOP) ? AGENT_RESULT_DONE : AGENT_RESULT_STOPPED;
    case LIMITS_TOO_FAST:
        break;
    }
    return AGENT_RESULT_TOO_FAST;
}

static void count_failure(struct act *t, const struct agent_key *k)
{
    unsigned n = limits_fail(t->agency->limits, k->id, clock_ms());
    if (n == LIMITS_FAILURES)
        log_event(LOG_WARN, "key_stopped", "organisation", LOG_S(k->organisation), "mailbox",
                  LOG_S(k->mailbox), "key", LOG_S(k->id), NULL);
}

enum agent_result act_sign(struct act *t, const struct agent_key *k, const str_t *own)
{
    enum agent_result result = may_use(t, k, LIMITS_SIGN);
    if (result != AGENT_RESULT_DONE) return result;
    bool pss = str_eq(own[1], STR("pss"));
    const char *digest_name = arena_cstr(t->a, own[0]);
    uint8_t *out = NULL;
    size_t n = 0;
    if (!digest_name || (!pss && !str_eq(own[1], STR("pkcs1")))) return AGENT_RESULT_REFUSED;
    enum keyring_rc rc =
        keyring_sign(t->keyring, 0, BYTES(own[2]), BYTES(own[3]), digest_name, pss, &out, &n);
    return act_give(t, rc, out, n);
}

/* Counts what the key itself could not open. What it refuses (another kind of key or algorithm) is
 * no attempt. */
static enum agent_result give_content_key(struct act *t, const struct agent_key *k,
                                          enum keyring_rc rc, uint8_t *out, size_t n)
{
    if (rc == KEYRING_FAILED) count_failure(t, k);
    return act_give(t, rc, out, n);
}

enum agent_result act_unwrap(struct act *t, const struct agent_key *k, const str_t *own)
{
    enum agent_result result = may_use(t, k, LIMITS_DECRYPT);
    uint8_t *out = NULL;
    size_t n = 0;
    uint32_t want;
    if (result != AGENT_RESULT_DONE) return result;
    if (!str_to_u32(own[2], &want)) return AGENT_RESULT_REFUSED;
    enum keyring_rc rc =
        keyring_unwrap(t->keyring, 0, BYTES(own[0]), BYTES(own[1]), want, &out, &n);
    return give_content_key(t, k, rc, out, n);
}

enum agent_result act_derive(struct act *t, const struct agent_key *k, const str_t *own)
{
    enum agent_result result = may_use(t, k, LIMITS_DECRYPT);
    uint8_t *out = NULL;
    size_t n = 0;
    bool has_ukm = own[2].n > 0;
    if (result != AGENT_RESULT_DONE) return result;
    if (has_ukm && own[2].p[0] != 1) return AGENT_RESULT_REFUSED;
    const uint8_t *ukm = has_ukm ? (const uint8_t *) own[2].p + 1 : NULL;
    enum keyring_rc rc = keyring_derive(t->keyring, 0, BYTES(own[0]), BYTES(own[1]), ukm,
                                        has_ukm ? own[2].n - 1 : 0, BYTES(own[3]), &out, &n);
    return give_content_key(t, k, rc, out, n);
}

enum agent_result act_failed(struct act *t, const struct agent_key *k, const str_t *own)
{
    (void) own;
    count_failure(t, k);
    return AGENT_RESULT_DONE;
}
