/* Any bytes are CMS: reading, opening, inflating and verifying them ends, stays inside its limits,
 * and what cannot be opened leaves nothing behind. Opening in place gives the same as opening into
 * a buffer, and so does opening while it arrives. */
#include <stdint.h>
#include <stdlib.h>

#include "crypto/ber.h"
#include "crypto/cms.h"

#define PLAIN_MAX (1u << 20)

/* A value in DER is a value again, and its DER is itself. */
static void check_ber(str_t in, struct arena *a)
{
    struct ber r = ber_start(in);
    struct ber_value v, again;
    str_t der, twice;
    if (!ber_next(&r, &v) || !ber_to_der(&v, a, &der)) return;
    struct ber second = ber_start(der);
    if (!ber_next(&second, &again) || !ber_end(&second)) abort();
    if (!ber_to_der(&again, a, &twice) || !str_eq(der, twice)) abort();
}

static void check_open(str_t in)
{
    static const char KEY[32] = "waxseal fuzz key, 32 bytes long";
    static const size_t SIZES[] = {16, 24, 32};
    for (size_t i = 0; i < 3; i++) {
        struct buf out = BUF_INIT_SECRET(PLAIN_MAX), own = BUF_INIT_SECRET(PLAIN_MAX);
        str_t key = str_n(KEY, SIZES[i]), plain = STR_NULL;
        rc_t rc = cms_envelope_open(in, key, &out, NULL);
        if (rc != RC_OK && out.n != 0) abort();
        if (buf_str(&own, in) && rc != RC_TOO_LARGE) {
            rc_t same = cms_envelope_open_within(own.p, own.n, key, &plain, NULL);
            if ((same == RC_OK) != (rc == RC_OK)) abort();
            if (rc == RC_OK && !str_eq(plain, buf_view(&out))) abort();
        }
        buf_free(&out);
        buf_free(&own);
    }
}

static rc_t take(void *ctx, str_t bytes, struct err *e)
{
    return buf_str(ctx, bytes) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

/* What is opened while it arrives is what is opened as a whole, however it is cut. */
static void check_opening(str_t in)
{
    static const char KEY[32] = "waxseal fuzz key, 32 bytes long";
    static const size_t CUTS[] = {1, 50, SIZE_MAX};
    struct buf whole = BUF_INIT_SECRET(PLAIN_MAX);
    rc_t all = cms_envelope_open(in, str_n(KEY, 32), &whole, NULL);
    for (size_t i = 0; i < 3; i++) {
        struct buf out = BUF_INIT_SECRET(PLAIN_MAX);
        const struct flow_sink sink = {take, &out};
        struct cms_opening *o = NULL;
        rc_t rc = cms_opening_new(str_n(KEY, 32), &sink, &o, NULL);
        for (str_t rest = in; rc == RC_OK && rest.n > 0;) {
            size_t n = CUTS[i] < rest.n ? CUTS[i] : rest.n;
            rc = cms_opening_feed(o, str_sub(rest, 0, n), NULL);
            rest = str_sub(rest, n, rest.n);
        }
        if (rc == RC_OK && cms_opening_end(o, NULL) == RC_OK &&
            (all != RC_OK || !str_eq(buf_view(&out), buf_view(&whole))))
            abort();
        cms_opening_free(o);
        buf_free(&out);
    }
    buf_free(&whole);
}

static void check_verify(str_t in, struct arena *a)
{
    struct cms_verify_options o = {.now = 1750000000};
    struct cms_signed s;
    struct buf out = BUF_INIT(PLAIN_MAX);
    if (cms_verify(in, STR_NULL, &o, a, &out, &s, NULL) == RC_OK) {
        for (size_t i = 0; i < s.count; i++) {
            if (s.signers[i].cert && s.signers[i].chain.chain == CHAIN_TRUSTED) abort();
        }
        cms_signed_free(&s);
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    str_t in = str_n(bytes, n);
    struct arena *a = arena_new(16u << 20);
    struct cms_envelope env;
    struct buf out = BUF_INIT(PLAIN_MAX);
    if (!a || n > 100000) goto out;
    (void) cms_sniff(in);
    check_ber(in, a);
    if (cms_envelope_read(in, a, &env, NULL) == RC_OK && env.key_bytes > 128) abort();
    check_open(in);
    check_opening(in);
    check_verify(in, a);
    if (cms_decompress(in, &out, NULL) != RC_OK && out.n != 0) abort();
    (void) cms_data(in, &out, NULL);
out:
    buf_free(&out);
    arena_free(a);
    return 0;
}
