/* A key made here, and the request for its certificate (RFC 2986, RFC 8550). */
#include "crypto/keyring/der.h"
#include "crypto/keyring/state.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <string.h>

enum { MAX_COMMON_NAME = 64, MAX_ADDRESS = 254, MAX_REQUEST = 4096 };

/* --- the key ---------------------------------------------------------------------- */

static EVP_PKEY *generate(const struct keyring *k, const char *kind)
{
    size_t bits = 3072;
    EVP_PKEY *pkey = NULL;
    bool rsa = strcmp(kind, "rsa3072") == 0;
    const char *group = strcmp(kind, "p256") == 0   ? "P-256"
                        : strcmp(kind, "p384") == 0 ? "P-384"
                                                    : NULL;
    if (!rsa && !group) return NULL;
    OSSL_PARAM params[] = {
        rsa ? OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits)
            : OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *) group, 0),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(k->ctx, rsa ? "RSA" : "EC", NULL);
    bool ok = c && EVP_PKEY_keygen_init(c) == 1 && EVP_PKEY_CTX_set_params(c, params) == 1 &&
              EVP_PKEY_generate(c, &pkey) == 1;
    EVP_PKEY_CTX_free(c);
    return ok ? pkey : NULL;
}

/* Signs and verifies, or decrypts what was encrypted: a fault while the key was made must not
 * become a key that nobody can use. */
static bool works(const struct keyring *k, EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(k->ctx, pkey, NULL);
    bool ok = c && EVP_PKEY_pairwise_check(c) == 1;
    EVP_PKEY_CTX_free(c);
    return ok;
}

enum keyring_rc keyring_make(struct keyring *k, const char *kind)
{
    if (k->set.key_count == KEYRING_MAX_KEYS) return KEYRING_UNSUPPORTED;
    struct keyring_key key = {.pkey = generate(k, kind), .cert = -1};
    if (!key.pkey) {
        ERR_clear_error();
        return KEYRING_UNSUPPORTED;
    }
    if (!works(k, key.pkey) || !keyring_key_seed(k->ctx, &key)) {
        EVP_PKEY_free(key.pkey);
        OPENSSL_cleanse(&key, sizeof key);
        ERR_clear_error();
        return KEYRING_FAILED;
    }
    return keyring_set_add_key(&k->set, &key);
}

/* --- the request ------------------------------------------------------------------ */

/* Bytes written from the end to the front, so that each length is known when its head is written.
 */
struct back {
    uint8_t b[MAX_REQUEST];
    size_t at; /* first byte in use */
    bool failed;
};

static void put(struct back *o, const void *p, size_t n)
{
    if (o->failed || n > o->at) {
        o->failed = true;
        return;
    }
    o->at -= n;
    if (n) memcpy(o->b + o->at, p, n);
}

/* Closes an element that reaches from here to `end` (a value `at` had). */
static void wrap(struct back *o, uint8_t tag, size_t end)
{
    uint8_t head[6];
    put(o, head, der_put_head(head, tag, end - o->at));
}

static void put_oid(struct back *o, int nid)
{
    const ASN1_OBJECT *oid = OBJ_nid2obj(nid);
    size_t end = o->at;
    put(o, OBJ_get0_data(oid), OBJ_length(oid));
    wrap(o, DER_OID, end);
}

/* Extension ::= SEQUENCE { OID, critical, OCTET STRING }; its value reaches from here to `end`. */
static void wrap_extension(struct back *o, int nid, bool critical, size_t end)
{
    static const uint8_t yes[] = {0x01, 1, 0xff};
    wrap(o, DER_OCTET_STRING, end);
    if (critical) put(o, yes, sizeof yes);
    put_oid(o, nid);
    wrap(o, DER_SEQUENCE, end);
}

static void put_extensions(struct back *o, const EVP_PKEY *pkey, const char *address, size_t n)
{
    /* digitalSignature with keyEncipherment (RSA) or keyAgreement (ECDH) */
    static const uint8_t rsa_usage[] = {0x03, 2, 5, 0xa0}, ec_usage[] = {0x03, 2, 3, 0x88};
    size_t all = o->at, end = all;
    put(o, address, n);
    wrap(o, 0x81, end); /* rfc822Name */
    wrap(o, DER_SEQUENCE, end);
    wrap_extension(o, NID_subject_alt_name, false, end);
    end = o->at;
    put_oid(o, NID_email_protect);
    wrap(o, DER_SEQUENCE, end);
    wrap_extension(o, NID_ext_key_usage, false, end);
    end = o->at;
    put(o, EVP_PKEY_is_a(pkey, "RSA") ? rsa_usage : ec_usage, sizeof ec_usage);
    wrap_extension(o, NID_key_usage, true, end);
    wrap(o, DER_SEQUENCE, all); /* Extensions */
    wrap(o, DER_SET, all);
    put_oid(o, NID_ext_req);
    wrap(o, DER_SEQUENCE, all);
    wrap(o, 0xa0, all); /* attributes [0] IMPLICIT SET */
}

/* Name with one commonName; the address stands in the subjectAltName only (RFC 8550 section 3). */
static void put_subject(struct back *o, const char *name, size_t n)
{
    size_t end = o->at;
    put(o, name, n);
    wrap(o, 0x0c, end); /* UTF8String */
    put_oid(o, NID_commonName);
    wrap(o, DER_SEQUENCE, end);
    wrap(o, DER_SET, end);
    wrap(o, DER_SEQUENCE, end);
}

/* CertificationRequestInfo; the caller frees nothing. */
static bool put_info(struct back *o, EVP_PKEY *pkey, const char *name, size_t name_n,
                     const char *address, size_t address_n)
{
    static const uint8_t version[] = {0x02, 1, 0};
    uint8_t *spki = NULL;
    size_t end = o->at;
    int spki_n = i2d_PUBKEY(pkey, &spki);
    put_extensions(o, pkey, address, address_n);
    if (spki_n > 0) put(o, spki, (size_t) spki_n);
    OPENSSL_free(spki);
    put_subject(o, name, name_n);
    put(o, version, sizeof version);
    wrap(o, DER_SEQUENCE, end);
    return spki_n > 0 && !o->failed;
}

struct signing {
    const char *hash;
    int nid;
};

static struct signing choose(const EVP_PKEY *pkey)
{
    if (EVP_PKEY_is_a(pkey, "RSA")) return (struct signing){"SHA256", NID_sha256WithRSAEncryption};
    if (EVP_PKEY_get_bits(pkey) > 256) return (struct signing){"SHA384", NID_ecdsa_with_SHA384};
    return (struct signing){"SHA256", NID_ecdsa_with_SHA256};
}

static bool sign_info(const struct keyring *k, EVP_PKEY *pkey, const struct back *info,
                      uint8_t *sig, size_t *n)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool ok = c &&
              EVP_DigestSignInit_ex(c, NULL, choose(pkey).hash, k->ctx, NULL, pkey, NULL) == 1 &&
              EVP_DigestSign(c, sig, n, info->b + info->at, sizeof info->b - info->at) == 1;
    EVP_MD_CTX_free(c);
    return ok;
}

/* CertificationRequest around what `info` holds. */
static bool put_request(struct back *o, const EVP_PKEY *pkey, const struct back *info,
                        const uint8_t *sig, size_t sig_n)
{
    static const uint8_t null[] = {0x05, 0}, no_unused_bits = 0;
    size_t all = o->at, end = all;
    put(o, sig, sig_n);
    put(o, &no_unused_bits, 1);
    wrap(o, 0x03, end);
    end = o->at;
    if (EVP_PKEY_is_a(pkey, "RSA")) put(o, null, sizeof null);
    put_oid(o, choose(pkey).nid);
    wrap(o, DER_SEQUENCE, end);
    put(o, info->b + info->at, sizeof info->b - info->at);
    wrap(o, DER_SEQUENCE, all);
    return !o->failed;
}

static bool name_fits(const char *s, size_t n)
{
    size_t characters = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t) s[i];
        if (c < 0x20 || c == 0x7f) return false;
        characters += (c & 0xc0) != 0x80;
    }
    return characters > 0 && characters <= MAX_COMMON_NAME && keyring_is_utf8(s, n);
}

/* An rfc822Name is ASCII (RFC 5280 section 4.2.1.6). */
static bool address_fits(const char *s, size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] <= 0x20 || s[i] >= 0x7f || s[i] == '<' || s[i] == '>') return false;
        if (s[i] == '@') at = i;
    }
    return n <= MAX_ADDRESS && at > 0 && at + 1 < n;
}

enum keyring_rc keyring_request(const struct keyring *k, size_t key, const char *name,
                                size_t name_n, const char *address, size_t address_n, uint8_t **out,
                                size_t *n)
{
    if (key >= k->set.key_count || !name_fits(name, name_n) || !address_fits(address, address_n))
        return KEYRING_REFUSED;
    EVP_PKEY *pkey = k->set.keys[key].pkey;
    if (!EVP_PKEY_is_a(pkey, "RSA") && !EVP_PKEY_is_a(pkey, "EC")) return KEYRING_UNSUPPORTED;
    uint8_t sig[2048];
    size_t sig_n = sizeof sig;
    struct back info = {.at = sizeof info.b}, whole = {.at = sizeof whole.b};
    bool ok = put_info(&info, pkey, name, name_n, address, address_n) &&
              sign_info(k, pkey, &info, sig, &sig_n) &&
              put_request(&whole, pkey, &info, sig, sig_n) &&
              keyring_give(whole.b + whole.at, sizeof whole.b - whole.at, out, n);
    ERR_clear_error();
    return ok ? KEYRING_OK : KEYRING_FAILED;
}
