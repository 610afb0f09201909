/* Any bytes in the cache, and as the answer of every place: the questions end, and what is said to
 * be good or revoked has a source and times that can be believed. */
#include <stdint.h>

#include "base/buf.h"
#include "crypto/revocation.h"
#include "tests/fuzz/revoking.h"

struct bytes {
    str_t cached, answered;
    int64_t ms;
};

static rc_t fetch(void *holder, enum revocation_place kind, str_t url, str_t body, uint32_t timeout,
                  struct arena *a, str_t *out, struct err *e)
{
    struct bytes *b = holder;
    (void) kind;
    (void) body;
    if (!url.n || !timeout) abort();
    b->ms += 100;
    *out = arena_str(a, b->answered);
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static bool get(void *holder, str_t key, struct arena *a, str_t *out)
{
    struct bytes *b = holder;
    if (!str_is_clean(key) || key.n > 80) abort();
    *out = arena_str(a, b->cached);
    return b->cached.n && !str_is_null(*out);
}

static void put(void *holder, str_t key, str_t value, uint32_t seconds)
{
    (void) holder;
    if (!key.n || value.n > REVOCATION_VALUE_MAX || !seconds || seconds > REVOCATION_KEEP_REVOKED)
        abort();
}

static int64_t clock_ms(void *holder)
{
    return ((struct bytes *) holder)->ms;
}

static void check(const struct cert_revocation *v)
{
    bool said = v->status == REVOCATION_GOOD || v->status == REVOCATION_REVOKED;
    if (said && !v->source) abort();
    if (v->status == REVOCATION_GOOD && v->this_update > REVOKING_NOW + REVOKED_SKEW) abort();
    if (v->status == REVOCATION_GOOD && v->next_update &&
        v->next_update < REVOKING_NOW - REVOKED_SKEW)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct cert *path[2];
    if (!path[0]) path[0] = revoking_cert(revoking_leaf);
    if (!path[1]) path[1] = revoking_cert(revoking_issuer);
    str_t all = str_n(bytes, n), cached, answered;
    if (!str_cut(all, '\0', &cached, &answered)) answered = STR_NULL;
    for (int ask = 0; ask < 2; ask++) {
        struct bytes b = {.cached = cached, .answered = answered.n ? answered : all};
        const struct revocation_ops ops = {
            .fetch = fetch, .get = get, .put = put, .clock_ms = clock_ms, .holder = &b};
        struct revocation_asking r;
        struct cert_revocation v = {.status = REVOCATION_NOT_CHECKED};
        struct cert *found[4];
        revocation_start(&r, &ops, ask, REVOKING_NOW);
        struct cert_checks checks = revocation_checks(&r);
        checks.revocation(checks.holder, path, 2, &v);
        check(&v);
        size_t count = checks.issuers(checks.holder, path[0], found, 4);
        for (size_t i = 0; i < count; i++)
            cert_unref(found[i]);
    }
    return 0;
}
