/* ECDH recipients: shared secret, key derivation and key unwrap, all inside, so that only the
 * content key leaves (RFC 5753, RFC 8418). */
#include "crypto/keyring/der.h"
#include "crypto/keyring/state.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/objects.h>
#include <string.h>

enum { MAX_INFO = 4096, MAX_SECRET = 128 };

struct scheme {
    const char *kdf, *hash;
};

static bool find_scheme(struct der oid, struct scheme *out)
{
    static const struct {
        uint8_t n, oid[11];
        struct scheme s;
    } schemes[] = {
        {9, {0x2b, 0x81, 0x05, 0x10, 0x86, 0x48, 0x3f, 0, 2}, {"X963KDF", "SHA1"}},
        {9, {0x2b, 0x81, 0x05, 0x10, 0x86, 0x48, 0x3f, 0, 3}, {"X963KDF", "SHA1"}},
        {6, {0x2b, 0x81, 0x04, 1, 11, 0}, {"X963KDF", "SHA224"}},
        {6, {0x2b, 0x81, 0x04, 1, 11, 1}, {"X963KDF", "SHA256"}},
        {6, {0x2b, 0x81, 0x04, 1, 11, 2}, {"X963KDF", "SHA384"}},
        {6, {0x2b, 0x81, 0x04, 1, 11, 3}, {"X963KDF", "SHA512"}},
        /* cofactor: the same value, as every curve here has cofactor 1 */
        {6, {0x2b, 0x81, 0x04, 1, 14, 0}, {"X963KDF", "SHA224"}},
        {6, {0x2b, 0x81, 0x04, 1, 14, 1}, {"X963KDF", "SHA256"}},
        {6, {0x2b, 0x81, 0x04, 1, 14, 2}, {"X963KDF", "SHA384"}},
        {6, {0x2b, 0x81, 0x04, 1, 14, 3}, {"X963KDF", "SHA512"}},
        {11, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 3, 19}, {"HKDF", "SHA256"}},
        {11, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 3, 20}, {"HKDF", "SHA384"}},
        {11, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 3, 21}, {"HKDF", "SHA512"}},
    };
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (der_equal(oid, schemes[i].oid, schemes[i].n)) {
            *out = schemes[i].s;
            return true;
        }
    return false;
}

static const char *find_wrap(struct der oid, size_t *key_n)
{
    static const struct {
        uint8_t n, oid[11];
        const char *cipher;
        size_t key_n;
    } wraps[] = {
        {9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 5}, "AES-128-WRAP", 16},
        {9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 25}, "AES-192-WRAP", 24},
        {9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 45}, "AES-256-WRAP", 32},
        {11, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 3, 6}, "DES3-WRAP", 24},
    };
    for (size_t i = 0; i < sizeof wraps / sizeof *wraps; i++)
        if (der_equal(oid, wraps[i].oid, wraps[i].n)) {
            *key_n = wraps[i].key_n;
            return wraps[i].cipher;
        }
    return NULL;
}

struct agreement {
    struct scheme scheme;
    const char *cipher;
    size_t kek_n;
    struct der wrap; /* the KeyWrapAlgorithm as it was sent: goes into the shared info */
};

static bool read_agreement(const uint8_t *p, size_t n, struct agreement *a)
{
    struct der in = {p, n}, alg, oid, wrap, wrap_oid;
    uint8_t tag;
    if (!der_expect(&in, DER_SEQUENCE, &alg) || in.n || !der_expect(&alg, DER_OID, &oid) ||
        !find_scheme(oid, &a->scheme) || !der_next(&alg, &tag, &wrap, &a->wrap) ||
        tag != DER_SEQUENCE || alg.n || !der_expect(&wrap, DER_OID, &wrap_oid))
        return false;
    a->cipher = find_wrap(wrap_oid, &a->kek_n);
    return a->cipher != NULL;
}

/* ECC-CMS-SharedInfo (RFC 5753 section 7.2). Returns its length, 0: too large. */
static size_t shared_info(const struct agreement *a, const uint8_t *ukm, size_t ukm_n,
                          uint8_t out[MAX_INFO])
{
    uint8_t h[4][6];
    size_t bits = a->kek_n * 8, h0, h1 = 0, h2 = 0;
    const uint8_t supp[] = {0xa2, 6, 4, 4, 0, 0, (uint8_t) (bits >> 8), (uint8_t) bits};
    size_t body = a->wrap.n + sizeof supp, at = 0;
    if (ukm_n > 1024 || a->wrap.n > 1024) return 0;
    if (ukm) {
        h2 = der_put_head(h[2], DER_OCTET_STRING, ukm_n);
        h1 = der_put_head(h[1], 0xa0, h2 + ukm_n);
        body += h1 + h2 + ukm_n;
    }
    h0 = der_put_head(h[0], DER_SEQUENCE, body);
    memcpy(out, h[0], h0);
    memcpy(out + (at = h0), a->wrap.p, a->wrap.n);
    at += a->wrap.n;
    if (ukm) {
        memcpy(out + at, h[1], h1);
        memcpy(out + at + h1, h[2], h2);
        if (ukm_n) memcpy(out + at + h1 + h2, ukm, ukm_n);
        at += h1 + h2 + ukm_n;
    }
    memcpy(out + at, supp, sizeof supp);
    return at + sizeof supp;
}

/* The sender's ephemeral key in the group of ours. The algorithm of `originator` may lack
 * parameters (RFC 5753 section 3.1.1), so the point is read and put into our own group, which also
 * checks that it lies on that curve. */
static EVP_PKEY *read_peer(const struct keyring *k, EVP_PKEY *own, const uint8_t *p, size_t n)
{
    struct der in = {p, n}, spki, alg, bits;
    if (!der_expect(&in, DER_SEQUENCE, &spki) || in.n || !der_expect(&spki, DER_SEQUENCE, &alg) ||
        !der_expect(&spki, 0x03, &bits) || spki.n || bits.n < 2 || bits.p[0] != 0)
        return NULL;
    const uint8_t *point = bits.p + 1;
    size_t point_n = bits.n - 1;
    if (EVP_PKEY_is_a(own, "X25519") || EVP_PKEY_is_a(own, "X448"))
        return EVP_PKEY_new_raw_public_key_ex(
            k->ctx, EVP_PKEY_is_a(own, "X25519") ? "X25519" : "X448", NULL, point, point_n);
    EVP_PKEY *peer = EVP_PKEY_new();
    if (peer && EVP_PKEY_copy_parameters(peer, own) == 1 &&
        EVP_PKEY_set1_encoded_public_key(peer, point, point_n) == 1)
        return peer;
    EVP_PKEY_free(peer);
    return NULL;
}

static bool agree(const struct keyring *k, EVP_PKEY *own, EVP_PKEY *peer, uint8_t *z, size_t *z_n)
{
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(k->ctx, own, NULL);
    bool ok = c && EVP_PKEY_derive_init(c) == 1 && EVP_PKEY_derive_set_peer(c, peer) == 1 &&
              EVP_PKEY_derive(c, z, z_n) == 1;
    EVP_PKEY_CTX_free(c);
    return ok;
}

static bool stretch(const struct keyring *k, const struct agreement *a, uint8_t *z, size_t z_n,
                    uint8_t *info, size_t info_n, uint8_t *kek)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *) a->scheme.hash, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, z, z_n),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, info_n),
        OSSL_PARAM_construct_end()};
    EVP_KDF *kdf = EVP_KDF_fetch(k->ctx, a->scheme.kdf, NULL);
    EVP_KDF_CTX *c = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    bool ok = c && EVP_KDF_derive(c, kek, a->kek_n, params) == 1;
    EVP_KDF_CTX_free(c);
    EVP_KDF_free(kdf);
    return ok;
}

static bool unwrap_key(const struct keyring *k, const struct agreement *a, const uint8_t *kek,
                       const uint8_t *in, size_t in_n, uint8_t **out, size_t *n)
{
    uint8_t plain[KEYRING_MAX_CONTENT_KEY + 32];
    int got = 0, end = 0;
    if (in_n < 16 || in_n > KEYRING_MAX_CONTENT_KEY + 16) return false;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(k->ctx, a->cipher, NULL);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    if (c) EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    bool ok = cipher && c && EVP_DecryptInit_ex2(c, cipher, kek, NULL, NULL) == 1 &&
              EVP_DecryptUpdate(c, plain, &got, in, (int) in_n) == 1 && got > 0 &&
              EVP_DecryptFinal_ex(c, plain + got, &end) == 1 &&
              got + end <= KEYRING_MAX_CONTENT_KEY &&
              keyring_give(plain, (size_t) (got + end), out, n);
    EVP_CIPHER_CTX_free(c);
    EVP_CIPHER_free(cipher);
    OPENSSL_cleanse(plain, sizeof plain);
    return ok;
}

static bool can_derive(const EVP_PKEY *pkey)
{
    return EVP_PKEY_is_a(pkey, "EC") || EVP_PKEY_is_a(pkey, "X25519") ||
           EVP_PKEY_is_a(pkey, "X448");
}

enum keyring_rc keyring_derive(const struct keyring *k, size_t key, const uint8_t *algorithm,
                               size_t algorithm_n, const uint8_t *originator, size_t originator_n,
                               const uint8_t *ukm, size_t ukm_n, const uint8_t *wrapped,
                               size_t wrapped_n, uint8_t **out, size_t *n)
{
    struct agreement a;
    uint8_t info[MAX_INFO], z[MAX_SECRET], kek[32];
    size_t z_n = sizeof z;
    if (key >= k->set.key_count || !can_derive(k->set.keys[key].pkey) ||
        !read_agreement(algorithm, algorithm_n, &a))
        return KEYRING_REFUSED;
    size_t info_n = shared_info(&a, ukm, ukm_n, info);
    EVP_PKEY *own = k->set.keys[key].pkey;
    EVP_PKEY *peer = info_n ? read_peer(k, own, originator, originator_n) : NULL;
    bool ok = peer && agree(k, own, peer, z, &z_n) && stretch(k, &a, z, z_n, info, info_n, kek) &&
              unwrap_key(k, &a, kek, wrapped, wrapped_n, out, n);
    EVP_PKEY_free(peer);
    OPENSSL_cleanse(z, sizeof z);
    OPENSSL_cleanse(kek, sizeof kek);
    ERR_clear_error();
    return ok ? KEYRING_OK : KEYRING_FAILED;
}
