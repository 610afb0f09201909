#include "keyd/act.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mutant.h"
#include "crypto/keyring/custody.h"
#include "crypto/seal.h"

enum { NEW_PLACE = 3 }; /* purpose, organisation, mailbox of a key that is made */

/* --- answers ------------------------------------------------------------------------ */

bool act_answer(struct act *t, const void *p, size_t n)
{
    str_t copy = arena_str(t->a, str_n(n ? p : "", n));
    if (t->answers == AGENT_MAX_FIELDS || str_is_null(copy)) return false;
    t->answer[t->answers++] = copy;
    return true;
}

enum agent_result act_result(enum keyring_rc rc)
{
    static const enum agent_result results[] = {
        [KEYRING_OK] = AGENT_RESULT_DONE,
        [KEYRING_WRONG_PASSPHRASE] = AGENT_RESULT_WRONG_PASSPHRASE,
        [KEYRING_DAMAGED] = AGENT_RESULT_DAMAGED,
        [KEYRING_UNSUPPORTED] = AGENT_RESULT_UNSUPPORTED,
        [KEYRING_EMPTY] = AGENT_RESULT_EMPTY,
        [KEYRING_REFUSED] = AGENT_RESULT_REFUSED,
        [KEYRING_FAILED] = AGENT_RESULT_FAILURE,
    };
    return results[rc];
}

enum agent_result act_give(struct act *t, enum keyring_rc rc, uint8_t *p, size_t n)
{
    enum agent_result result = act_result(rc);
    if (rc != KEYRING_OK) return result;
    if (!act_answer(t, p, n)) result = AGENT_RESULT_BUSY;
    keyring_release(p, n);
    return result;
}

/* --- keys --------------------------------------------------------------------------- */

bool act_read_purpose(str_t word, enum agent_purpose *out)
{
    for (int p = AGENT_MAILBOX; p <= AGENT_AUTHORITY; p++)
        if (str_eq(word, str_c(agent_purpose_word(p)))) {
            *out = p;
            return true;
        }
    return false;
}

bool act_read_place(const struct agent_frame *f, struct agent_key *out)
{
    struct agent_key k = {.organisation = f->fields[1],
                          .mailbox = f->fields[2],
                          .id = f->fields[3],
                          .sealed = f->fields[4]};
    if (!act_read_purpose(f->fields[0], &k.purpose) || !master_is_place(&k)) return false;
    *out = k;
    return true;
}

/* The id of the only key in the keyring is what the place says. */
static bool is_key(struct act *t, str_t id)
{
    uint8_t *spki = NULL;
    size_t n = 0;
    unsigned char sum[32];
    bool same = keyring_key_public(t->keyring, 0, &spki, &n) == KEYRING_OK &&
                sha256(str_n(spki, n), sum, NULL) == RC_OK;
    for (size_t i = 0; same && i < sizeof sum; i++) {
        static const char digits[] = "0123456789abcdef";
        same = id.p[2 * i] == digits[sum[i] >> 4] && id.p[2 * i + 1] == digits[sum[i] & 15];
    }
    keyring_release(spki, n);
    return same;
}

static enum agent_result open_key(struct act *t, const struct agent_key *k)
{
    str_t plain;
    if (master_open(&t->agency->master, k, t->a, &plain, NULL) != RC_OK ||
        keyring_key_read(t->keyring, (const uint8_t *) plain.p, plain.n) != KEYRING_OK ||
        !is_key(t, k->id))
        return AGENT_RESULT_UNKNOWN;
    return AGENT_RESULT_DONE;
}

/* --- the table ---------------------------------------------------------------------- */

struct row {
    enum agent_result (*run)(struct act *t, const struct agent_key *k, const str_t *own);
    enum agent_purpose purpose; /* whose keys do it */
    bool any;                   /* of either purpose */
};

static const struct row rows[AGENT_OPERATION_COUNT] = {
    [AGENT_SIGN] = {act_sign, AGENT_MAILBOX, false},
    [AGENT_UNWRAP] = {act_unwrap, AGENT_MAILBOX, false},
    [AGENT_DERIVE] = {act_derive, AGENT_MAILBOX, false},
    [AGENT_FAILED] = {act_failed, AGENT_MAILBOX, false},
    [AGENT_REQUEST] = {act_request, AGENT_MAILBOX, false},
    [AGENT_ISSUE] = {act_issue, AGENT_AUTHORITY, false},
    [AGENT_RESEAL] = {act_reseal, AGENT_MAILBOX, true},
};

static enum agent_result on_key(struct act *t, const struct agent_frame *f, struct agent_key *k)
{
    const struct row *row = &rows[f->code];
    if (!act_read_place(f, k) || (!row->any && k->purpose != row->purpose))
        return AGENT_RESULT_REFUSED;
    enum agent_result result = open_key(t, k);
    if (result != AGENT_RESULT_DONE) return result;
    return row->run(t, k, f->fields + AGENT_MAX_PLACE);
}

static enum agent_result make_key(struct act *t, const struct agent_frame *f, struct agent_key *k)
{
    k->organisation = f->fields[1];
    k->mailbox = f->fields[2];
    if (!act_read_purpose(f->fields[0], &k->purpose)) return AGENT_RESULT_REFUSED;
    return (f->code == AGENT_IMPORT ? act_import : act_generate)(t, k, f->fields + NEW_PLACE);
}

static enum agent_result ping(struct act *t)
{
    char newest[2 * MASTER_ID_BYTES + 1];
    const struct agency *g = t->agency;
    master_newest(&g->master, newest);
    str_t count = arena_printf(t->a, "%zu", g->master.count);
    str_t locked = str_c(g->locked ? "locked" : "not locked");
    str_t confined = str_c(g->confined ? "confined" : "not confined");
    return act_answer(t, newest, sizeof newest - 1) && act_answer(t, count.p, count.n) &&
                   act_answer(t, locked.p, locked.n) && act_answer(t, confined.p, confined.n)
               ? AGENT_RESULT_DONE
               : AGENT_RESULT_BUSY;
}

/* Who did what with which key; no content, no key, no passphrase. */
static void audit(const struct act *t, const struct agent_frame *f, const struct agent_key *k,
                  enum agent_result result, int64_t since)
{
    str_t leak = f->code == AGENT_IMPORT && WX_MUTANT(KEYD_LEAK) ? f->fields[3] : STR_NULL;
    log_event(result == AGENT_RESULT_DONE ? LOG_INFO : LOG_WARN, "key_used", "operation",
              LOG_C(agent_operation_word(f->code)), "purpose",
              LOG_C(agent_purpose_word(k->purpose)), "organisation", LOG_S(k->organisation),
              "mailbox", LOG_S(k->mailbox), "key", LOG_S(k->id), "uid", LOG_I(t->user), "result",
              LOG_C(agent_result_word(result)), "ms", LOG_I(clock_ms() - since),
              WX_MUTANT(KEYD_LEAK) ? "leak" : NULL, LOG_S(leak), NULL);
}

enum agent_result act_run(struct act *t, const struct agent_frame *f)
{
    int64_t since = clock_ms();
    struct agent_key k = {.purpose = AGENT_MAILBOX};
    enum agent_result result;
    t->answers = 0;
    if (f->code == AGENT_PING) return ping(t);
    if (agent_operation_has_key(f->code))
        result = on_key(t, f, &k);
    else
        result = make_key(t, f, &k);
    keyring_forget(t->keyring);
    if (result != AGENT_RESULT_DONE) t->answers = 0;
    audit(t, f, &k, result, since);
    return result;
}
