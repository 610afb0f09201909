/* The administration's operations: keys come in, are made, ask for certificates, issue them. */
#include "base/mutant.h"
#include "crypto/keyring/custody.h"
#include "crypto/seal.h"
#include "keyd/act.h"

#define BYTES(s) (const uint8_t *) (s).p, (s).n

enum { MAX_IMPORTED = 8, MAX_CERTIFICATES = 64, MIN_RSA_BITS = 1024 };

static bool put_id(struct arena *a, str_t spki, str_t *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[32];
    char *text = arena_alloc(a, AGENT_KEY_ID + 1);
    if (!text || sha256(spki, sum, NULL) != RC_OK) return false;
    for (size_t i = 0; i < sizeof sum; i++) {
        text[2 * i] = digits[sum[i] >> 4];
        text[2 * i + 1] = digits[sum[i] & 15];
    }
    *out = str_n(text, AGENT_KEY_ID);
    return true;
}

static enum agent_result seal_key(struct act *t, const struct agent_key *k, size_t i, str_t *out)
{
    uint8_t *p = NULL;
    size_t n = 0;
    if (keyring_key_write(t->keyring, i, &p, &n) != KEYRING_OK) return AGENT_RESULT_FAILURE;
    rc_t rc = master_seal(&t->agency->master, k, str_n(p, n), t->a, out, NULL);
    keyring_release(p, n);
    return rc == RC_OK        ? AGENT_RESULT_DONE
           : rc == RC_INVALID ? AGENT_RESULT_REFUSED
                              : AGENT_RESULT_BUSY;
}

/* id, sealed key, type, bits, public key, certificate or "". */
static enum agent_result answer_key(struct act *t, struct agent_key *k, size_t i)
{
    unsigned bits = 0;
    const char *type = keyring_key_type(t->keyring, i, &bits);
    uint8_t *spki = NULL;
    size_t spki_n = 0, cert_n = 0;
    int cert = keyring_key_cert(t->keyring, i);
    const uint8_t *der = cert >= 0 ? keyring_cert(t->keyring, (size_t) cert, &cert_n) : NULL;
    str_t sealed, size = arena_printf(t->a, "%u", bits);
    if (keyring_key_public(t->keyring, i, &spki, &spki_n) != KEYRING_OK)
        return AGENT_RESULT_FAILURE;
    enum agent_result result =
        put_id(t->a, str_n(spki, spki_n), &k->id) ? seal_key(t, k, i, &sealed) : AGENT_RESULT_BUSY;
    if (result == AGENT_RESULT_DONE &&
        !(act_answer(t, k->id.p, k->id.n) && act_answer(t, sealed.p, sealed.n) &&
          act_answer(t, type, strlen(type)) && act_answer(t, size.p, size.n) &&
          act_answer(t, spki, spki_n) && act_answer(t, der, cert_n)))
        result = AGENT_RESULT_BUSY;
    keyring_release(spki, spki_n);
    return result;
}

/* Certificates that are not one of the keys' own. */
static enum agent_result answer_others(struct act *t)
{
    size_t keys = keyring_key_count(t->keyring);
    for (size_t i = 0; i < keyring_cert_count(t->keyring); i++) {
        size_t n;
        bool own = false;
        for (size_t key = 0; key < keys; key++)
            own |= keyring_key_cert(t->keyring, key) == (int) i;
        const uint8_t *der = keyring_cert(t->keyring, i, &n);
        if (!own && !act_answer(t, der, n)) return AGENT_RESULT_BUSY;
    }
    return AGENT_RESULT_DONE;
}

static bool is_worth_keeping(const struct keyring *k, size_t i)
{
    unsigned bits = 0;
    const char *type = keyring_key_type(k, i, &bits);
    return strncmp(type, "rsa", 3) != 0 || bits >= MIN_RSA_BITS;
}

enum agent_result act_import(struct act *t, struct agent_key *k, const str_t *own)
{
    enum keyring_rc rc =
        keyring_open(t->keyring, BYTES(own[1]), own[0].p ? own[0].p : "", own[0].n);
    if (rc != KEYRING_OK) return act_result(rc);
    size_t keys = keyring_key_count(t->keyring);
    if (keys == 0) return AGENT_RESULT_EMPTY;
    if (keys > MAX_IMPORTED || keyring_cert_count(t->keyring) > MAX_CERTIFICATES)
        return AGENT_RESULT_UNSUPPORTED;
    str_t count = arena_printf(t->a, "%zu", keys);
    if (!act_answer(t, count.p, count.n)) return AGENT_RESULT_BUSY;
    for (size_t i = 0; i < keys; i++) {
        if (!is_worth_keeping(t->keyring, i)) return AGENT_RESULT_UNSUPPORTED;
        enum agent_result result = answer_key(t, k, i);
        if (result != AGENT_RESULT_DONE) return result;
    }
    return answer_others(t);
}

enum agent_result act_generate(struct act *t, struct agent_key *k, const str_t *own)
{
    const char *kind = arena_cstr(t->a, own[0]);
    enum keyring_rc rc = kind ? keyring_make(t->keyring, kind) : KEYRING_FAILED;
    return rc == KEYRING_OK ? answer_key(t, k, 0) : act_result(rc);
}

enum agent_result act_request(struct act *t, const struct agent_key *k, const str_t *own)
{
    uint8_t *out = NULL;
    size_t n = 0;
    (void) k;
    enum keyring_rc rc = keyring_request(t->keyring, 0, own[0].p ? own[0].p : "", own[0].n,
                                         own[1].p ? own[1].p : "", own[1].n, &out, &n);
    return act_give(t, rc, out, n);
}

enum agent_result act_issue(struct act *t, const struct agent_key *k, const str_t *own)
{
    uint8_t *out = NULL;
    size_t n = 0;
    (void) k;
    enum keyring_rc rc = keyring_issue(t->keyring, 0, BYTES(own[0]), &out, &n);
    return act_give(t, rc, out, n);
}

enum agent_result act_reseal(struct act *t, const struct agent_key *k, const str_t *own)
{
    struct agent_key next = *k;
    str_t sealed;
    next.mailbox = own[0];
    enum agent_result result = seal_key(t, &next, 0, &sealed);
    if (result != AGENT_RESULT_DONE) return result;
    return act_answer(t, sealed.p, sealed.n) ? AGENT_RESULT_DONE : AGENT_RESULT_BUSY;
}
