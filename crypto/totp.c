#include "crypto/totp.h"

#include <openssl/hmac.h>
#include <stdio.h>

#include "base/buf.h"

#include "crypto/ossl.h"
#include "crypto/seal.h"

rc_t totp_code(str_t secret, uint64_t step, char out[TOTP_DIGITS + 1], struct err *e)
{
    unsigned char counter[8], hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    for (int i = 0; i < 8; i++)
        counter[i] = (unsigned char) (step >> (56 - 8 * i));
    if (secret.n == 0 || secret.n > 256) return err_set(e, RC_INTERNAL, NULL);
    if (!HMAC(EVP_sha1(), secret.p, (int) secret.n, counter, sizeof counter, hash, &n) || n != 20)
        return ossl_fail(e, RC_INTERNAL, NULL);
    /* RFC 4226 section 5.3: four bytes at the place the last half byte names. */
    unsigned at = hash[19] & 15u;
    uint32_t number = ((uint32_t) (hash[at] & 0x7f) << 24) | ((uint32_t) hash[at + 1] << 16) |
                      ((uint32_t) hash[at + 2] << 8) | hash[at + 3];
    wipe(hash, sizeof hash);
    snprintf(out, TOTP_DIGITS + 1, "%06u", number % 1000000u);
    return RC_OK;
}

rc_t totp_find(str_t secret, str_t code, uint64_t step, unsigned skew, uint64_t used, bool *found,
               uint64_t *at, struct err *e)
{
    bool hit = false;
    uint64_t where = 0;
    for (uint64_t s = step > skew ? step - skew : 0; s <= step + skew; s++) {
        char right[TOTP_DIGITS + 1];
        TRY(totp_code(secret, s, right, e));
        bool same = mac_equal(str_n(right, TOTP_DIGITS), code) & (s > used);
        if (same) where = s;
        hit |= same;
    }
    *found = hit;
    if (hit) *at = where;
    return RC_OK;
}

str_t base32_encode(struct arena *a, str_t raw)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    size_t n = (raw.n * 8 + 4) / 5;
    char *p = arena_alloc(a, n + 1);
    if (!p) return STR_NULL;
    for (size_t i = 0; i < n; i++) {
        unsigned value = 0;
        for (size_t bit = 5 * i; bit < 5 * i + 5; bit++) {
            unsigned byte = bit / 8 < raw.n ? (unsigned char) raw.p[bit / 8] : 0;
            value = (value << 1) | ((byte >> (7 - bit % 8)) & 1u);
        }
        p[i] = digits[value];
    }
    p[n] = 0;
    return str_n(p, n);
}
