/* Any bytes are CMS: reading, opening, inflating and verifying them ends, stays inside its limits,
 * and what cannot be opened leaves nothing behind. Opening in place gives the same as opening into
 * a buffer. */
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
    check_verify(in, a);
    if (cms_decompress(in, &out, NULL) != RC_OK && out.n != 0) abort();
    (void) cms_data(in, &out, NULL);
out:
    buf_free(&out);
    arena_free(a);
    return 0;
}
