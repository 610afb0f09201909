/* What an organisation's authority signs: certificates for mail, and lists of revoked ones. */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "crypto/keyring/custody.h"
#include "crypto/keyring/der.h"
#include "crypto/keyring/state.h"

enum {
    MAX_TBS = 1 << 20,
    MAX_SIGNATURE = 2048,
    MAX_SERIAL = 20,
    MAX_DAYS = 825,
    MIN_RSA_BITS = 2048,
    BIT_STRING = 0x03
};

/* --- the bytes --------------------------------------------------------------------- */

/* AlgorithmIdentifiers as RFC 4055 section 5 and RFC 5758 section 3.2 want them, and the digest. */
struct scheme {
    const char *hash;
    uint8_t n, alg[16];
};

static const struct scheme *scheme_of(const EVP_PKEY *pkey)
{
    static const struct scheme rsa = {
        "SHA256", 15, {0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0}};
    static const struct scheme p256 = {
        "SHA256", 12, {0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2}};
    static const struct scheme p384 = {
        "SHA384", 12, {0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3}};
    int bits = EVP_PKEY_get_bits(pkey);
    if (EVP_PKEY_is_a(pkey, "RSA")) return bits >= MIN_RSA_BITS ? &rsa : NULL;
    if (!EVP_PKEY_is_a(pkey, "EC")) return NULL;
    return bits == 256 ? &p256 : bits == 384 ? &p384 : NULL;
}

/* SEQUENCE { tbs, algorithm, BIT STRING signature }; freed with OPENSSL_free. */
static uint8_t *enclose(const struct scheme *s, struct der tbs, struct der signature, size_t *n)
{
    uint8_t outer[6], bits[6];
    size_t bits_n = der_put_head(bits, BIT_STRING, signature.n + 1);
    size_t body = tbs.n + s->n + bits_n + 1 + signature.n;
    size_t outer_n = der_put_head(outer, DER_SEQUENCE, body);
    uint8_t *whole = OPENSSL_malloc(outer_n + body), *p = whole;
    if (!whole) return NULL;
    memcpy(p, outer, outer_n);
    memcpy(p += outer_n, tbs.p, tbs.n);
    memcpy(p += tbs.n, s->alg, s->n);
    memcpy(p += s->n, bits, bits_n);
    p += bits_n;
    *p++ = 0; /* no unused bits */
    if (signature.n) memcpy(p, signature.p, signature.n);
    *n = outer_n + body;
    return whole;
}

static bool algorithm_is(const X509_ALGOR *alg, const struct scheme *s)
{
    uint8_t *der = NULL;
    int n = i2d_X509_ALGOR(alg, &der);
    bool same = n == s->n && memcmp(der, s->alg, s->n) == 0;
    OPENSSL_free(der);
    return same;
}

/* --- certificates ------------------------------------------------------------------ */

static bool serial_fits(X509 *x)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
    int n = ASN1_STRING_length(serial);
    return ASN1_STRING_type(serial) == V_ASN1_INTEGER && n > 0 && n <= MAX_SERIAL &&
           (n > 1 || ASN1_STRING_get0_data(serial)[0] != 0);
}

static bool lasts(X509 *x, int most)
{
    int days = 0, seconds = 0;
    return ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x), X509_get0_notAfter(x)) == 1 &&
           days >= 0 && seconds >= 0 && days <= most;
}

static bool for_mail_only(X509 *x)
{
    EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
    bool ok = uses && sk_ASN1_OBJECT_num(uses) == 1 &&
              OBJ_obj2nid(sk_ASN1_OBJECT_value(uses, 0)) == NID_email_protect;
    EXTENDED_KEY_USAGE_free(uses);
    return ok;
}

static bool names_mail_only(X509 *x)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    bool ok = names && sk_GENERAL_NAME_num(names) > 0;
    for (int i = 0; ok && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
        ok = g->type == GEN_EMAIL ||
             (g->type == GEN_OTHERNAME &&
              OBJ_obj2nid(g->d.otherName->type_id) == NID_id_on_SmtpUTF8Mailbox);
    }
    GENERAL_NAMES_free(names);
    return ok;
}

static bool is_own_key(X509 *x, const EVP_PKEY *own)
{
    EVP_PKEY *pub = X509_get0_pubkey(x);
    return pub && EVP_PKEY_eq(pub, own) == 1;
}

static bool is_for_a_mailbox(X509 *x, const EVP_PKEY *own)
{
    uint32_t flags = X509_get_extension_flags(x);
    return !(flags & EXFLAG_CA) && flags & EXFLAG_KUSAGE &&
           !(X509_get_key_usage(x) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) && for_mail_only(x) &&
           names_mail_only(x) && lasts(x, MAX_DAYS) && X509_get0_pubkey(x) && !is_own_key(x, own);
}

static bool is_own_authority(X509 *x, const EVP_PKEY *own)
{
    uint32_t flags = X509_get_extension_flags(x);
    return flags & EXFLAG_CA && flags & EXFLAG_KUSAGE && X509_get_key_usage(x) & KU_KEY_CERT_SIGN &&
           X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0 &&
           is_own_key(x, own);
}

static bool certificate_fits(const struct keyring *k, const EVP_PKEY *own, const struct scheme *s,
                             const uint8_t *der, size_t n, struct der tbs)
{
    const uint8_t *p = der;
    uint8_t *again = NULL;
    X509 *x = X509_new_ex(k->ctx, NULL);
    if (!x || !d2i_X509(&x, &p, (long) n)) return false; /* d2i freed it */
    int again_n = i2d_re_X509_tbs(x, &again);
    bool same = again_n > 0 && (size_t) again_n == tbs.n && memcmp(again, tbs.p, tbs.n) == 0;
    bool ok = p == der + n && same && X509_get_version(x) == X509_VERSION_3 &&
              algorithm_is(X509_get0_tbs_sigalg(x), s) && serial_fits(x) &&
              !(X509_get_extension_flags(x) & (EXFLAG_INVALID | EXFLAG_CRITICAL | EXFLAG_PROXY)) &&
              (is_for_a_mailbox(x, own) || is_own_authority(x, own));
    OPENSSL_free(again);
    X509_free(x);
    return ok;
}

/* --- lists ------------------------------------------------------------------------- */

static bool list_fits(const struct keyring *k, const struct scheme *s, const uint8_t *der, size_t n,
                      struct der tbs)
{
    const uint8_t *p = der;
    uint8_t *again = NULL;
    X509_CRL *x = X509_CRL_new_ex(k->ctx, NULL);
    const X509_ALGOR *outer = NULL;
    if (!x || !d2i_X509_CRL(&x, &p, (long) n)) return false;
    int again_n = i2d_re_X509_CRL_tbs(x, &again);
    bool same = again_n > 0 && (size_t) again_n == tbs.n && memcmp(again, tbs.p, tbs.n) == 0;
    X509_CRL_get0_signature(x, NULL, &outer);
    bool ok = p == der + n && same && X509_CRL_get_version(x) == X509_CRL_VERSION_2 &&
              algorithm_is(outer, s) && X509_CRL_get0_nextUpdate(x) != NULL;
    OPENSSL_free(again);
    X509_CRL_free(x);
    return ok;
}

/* The algorithm inside the list, which OpenSSL 3.0 has no accessor for: version, then this. */
static bool list_names(struct der tbs, const struct scheme *s)
{
    struct der in = tbs, list, version, alg, whole;
    uint8_t tag;
    return der_expect(&in, DER_SEQUENCE, &list) && in.n == 0 && der_expect(&list, 0x02, &version) &&
           der_next(&list, &tag, &alg, &whole) && tag == DER_SEQUENCE &&
           der_equal(whole, s->alg, s->n);
}

/* --- signing ----------------------------------------------------------------------- */

static bool fits(const struct keyring *k, const EVP_PKEY *own, const struct scheme *s,
                 struct der tbs)
{
    struct der in = tbs, body;
    size_t n = 0;
    if (!der_expect(&in, DER_SEQUENCE, &body) || in.n || body.n < 2) return false;
    uint8_t first = body.p[0]; /* [0] version of a certificate, INTEGER version of a list */
    if (first != 0xa0 && first != 0x02) return false;
    uint8_t *unsigned_yet = enclose(s, tbs, (struct der){NULL, 0}, &n);
    bool ok = unsigned_yet &&
              (first == 0xa0 ? certificate_fits(k, own, s, unsigned_yet, n, tbs)
                             : list_names(tbs, s) && list_fits(k, s, unsigned_yet, n, tbs));
    OPENSSL_free(unsigned_yet);
    return ok;
}

enum keyring_rc keyring_issue(const struct keyring *k, size_t key, const uint8_t *tbs, size_t tbs_n,
                              uint8_t **out, size_t *n)
{
    if (key >= k->set.key_count || tbs_n == 0 || tbs_n > MAX_TBS) return KEYRING_REFUSED;
    EVP_PKEY *own = k->set.keys[key].pkey;
    const struct scheme *s = scheme_of(own);
    struct der whole = {tbs, tbs_n};
    bool good = s && fits(k, own, s, whole);
    ERR_clear_error();
    if (!good) return KEYRING_REFUSED;
    uint8_t signature[MAX_SIGNATURE], *der = NULL;
    size_t signature_n = sizeof signature, der_n = 0;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool ok = c && EVP_DigestSignInit_ex(c, NULL, s->hash, k->ctx, NULL, own, NULL) == 1 &&
              EVP_DigestSign(c, signature, &signature_n, tbs, tbs_n) == 1 &&
              (der = enclose(s, whole, (struct der){signature, signature_n}, &der_n)) &&
              keyring_give(der, der_n, out, n);
    OPENSSL_free(der);
    EVP_MD_CTX_free(c);
    ERR_clear_error();
    return ok ? KEYRING_OK : KEYRING_FAILED;
}
