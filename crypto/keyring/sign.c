/* Signing: a DER SET OF signed attributes and nothing else (RFC 5652 section 5.4). */
#include "crypto/keyring/der.h"
#include "crypto/keyring/state.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

enum { MAX_ATTRIBUTES = 64 << 10, MIN_RSA_BITS = 2048 };

enum attribute { A_CONTENT_TYPE, A_MESSAGE_DIGEST, A_OTHER };

/* What a signed mail may carry (RFC 8551 section 2.5, RFC 5035, RFC 6211). Anything else could
 * mean something to somebody that the user never saw. */
static const struct {
    enum attribute what;
    uint8_t n, oid[11];
} known[] = {
    {A_CONTENT_TYPE, 9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3}},
    {A_MESSAGE_DIGEST, 9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4}},
    {A_OTHER, 9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5}},          /* signingTime */
    {A_OTHER, 9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 15}},         /* SMIMECapabilities */
    {A_OTHER, 11, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 11}}, /* encryption key pref. */
    {A_OTHER, 11, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47}}, /* signingCertificateV2 */
    {A_OTHER, 9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 52}}, /* CMSAlgorithmProtection */
    {A_OTHER, 9, {0x2b, 6, 1, 4, 1, 0x82, 0x37, 16, 4}},          /* Microsoft's key pref. */
};

static const uint8_t id_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1};

static int known_attribute(struct der oid)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (der_equal(oid, known[i].oid, known[i].n)) return (int) i;
    return -1;
}

static bool value_fits(enum attribute what, struct der values, const uint8_t *digest,
                       size_t digest_n)
{
    struct der v;
    uint8_t tag;
    if (what == A_CONTENT_TYPE)
        return der_expect(&values, DER_OID, &v) && der_equal(v, id_data, sizeof id_data) &&
               values.n == 0;
    if (what == A_MESSAGE_DIGEST)
        return der_expect(&values, DER_OCTET_STRING, &v) && der_equal(v, digest, digest_n) &&
               values.n == 0;
    return der_next(&values, &tag, &v, NULL) && values.n == 0;
}

/* X.690 section 11.6: the elements of a SET OF in ascending order. */
static bool in_order(struct der a, struct der b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = memcmp(a.p, b.p, n);
    return c < 0 || (c == 0 && a.n < b.n);
}

static bool attributes_are_right(const uint8_t *p, size_t n, const uint8_t *digest, size_t digest_n)
{
    struct der in = {p, n}, set, last = {NULL, 0};
    unsigned seen = 0;
    if (n > MAX_ATTRIBUTES || !der_expect(&in, DER_SET, &set) || in.n) return false;
    while (set.n) {
        struct der attribute, whole, oid, values;
        uint8_t tag;
        if (!der_next(&set, &tag, &attribute, &whole) || tag != DER_SEQUENCE ||
            !der_expect(&attribute, DER_OID, &oid) || !der_expect(&attribute, DER_SET, &values) ||
            attribute.n)
            return false;
        int i = known_attribute(oid);
        if (i < 0 || seen & 1u << i || (last.p && !in_order(last, whole)) ||
            !value_fits(known[i].what, values, digest, digest_n))
            return false;
        seen |= 1u << i;
        last = whole;
    }
    return (seen & 3) == 3; /* contentType and messageDigest, both there */
}

/* What the key can do, and its digest: NULL in *hash for Ed25519 and Ed448. */
static enum keyring_rc choose(const EVP_PKEY *pkey, const char **hash, int *pss)
{
    bool only_pss = EVP_PKEY_is_a(pkey, "RSA-PSS");
    if (only_pss || EVP_PKEY_is_a(pkey, "RSA")) {
        if (EVP_PKEY_get_bits(pkey) < MIN_RSA_BITS)
            return KEYRING_REFUSED; /* RFC 8551 section 4.2; kept for reading old mail */
        if (only_pss && !*pss) return KEYRING_REFUSED;
        return KEYRING_OK;
    }
    *pss = 0;
    if (EVP_PKEY_is_a(pkey, "EC")) return KEYRING_OK;
    *hash = NULL;
    return EVP_PKEY_is_a(pkey, "ED25519") || EVP_PKEY_is_a(pkey, "ED448") ? KEYRING_OK
                                                                          : KEYRING_REFUSED;
}

static bool set_padding(EVP_PKEY_CTX *c, const EVP_PKEY *pkey, int pss)
{
    if (pss)
        return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(c, RSA_PSS_SALTLEN_DIGEST) == 1;
    return !EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1;
}

enum keyring_rc keyring_sign(const struct keyring *k, size_t key, const uint8_t *attributes,
                             size_t attributes_n, const uint8_t *digest, size_t digest_n,
                             const char *digest_name, int pss, uint8_t **out, size_t *n)
{
    size_t size;
    const char *hash = keyring_hash_name(digest_name, &size);
    if (key >= k->set.key_count || !hash || digest_n != size ||
        !attributes_are_right(attributes, attributes_n, digest, digest_n))
        return KEYRING_REFUSED;
    EVP_PKEY *pkey = k->set.keys[key].pkey;
    enum keyring_rc rc = choose(pkey, &hash, &pss);
    if (rc != KEYRING_OK) return rc;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pc = NULL;
    uint8_t sig[2048];
    size_t sig_n = sizeof sig;
    bool ok = c && EVP_DigestSignInit_ex(c, &pc, hash, k->ctx, NULL, pkey, NULL) == 1 &&
              set_padding(pc, pkey, pss) &&
              EVP_DigestSign(c, sig, &sig_n, attributes, attributes_n) == 1 &&
              keyring_give(sig, sig_n, out, n);
    EVP_MD_CTX_free(c);
    ERR_clear_error();
    return ok ? KEYRING_OK : KEYRING_FAILED;
}
