#include "crypto/cms_wrap.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "crypto/der.h"
#include "crypto/ossl.h"

/* Complete DER values. */
#define RSA_ENCRYPTION "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"
#define AES256_WRAP                                                                                \
    "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2d" /* RFC 3565: no parameters */
#define EC_PUBLIC_KEY                                                                              \
    "\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" /* the curve is the recipient's */
/* RSAES-OAEP with SHA-256 and MGF1 with SHA-256. */
#define OAEP_SHA256                                                                                \
    "\x30\x38\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07\x30\x2b\xa0\x0d\x30\x0b\x06\x09\x60\x86" \
    "\x48\x01\x65\x03\x04\x02\x01\xa1\x1a\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30" \
    "\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"

static rc_t unusable(const struct cert *c, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(256 * 1024);
    struct cert_info info = {0};
    ossl_drain();
    if (!a || cert_describe(c, a, &info, NULL) != RC_OK) return err_set(e, RC_NO_CERTIFICATE, NULL);
    str_t who = info.address_count ? info.addresses[0] : info.subject;
    return err_set(e, RC_NO_CERTIFICATE, "The certificate of %.*s cannot be used to encrypt mail.",
                   STR_ARG(str_sub(who, 0, 150)));
}

static bool add_issuer_and_serial(struct buf *out, X509 *x)
{
    OSSL_OWN_BYTES name = NULL;
    OSSL_OWN_BYTES serial = NULL;
    int name_n = i2d_X509_NAME(X509_get_issuer_name(x), &name);
    int serial_n = i2d_ASN1_INTEGER(X509_get_serialNumber(x), &serial);
    if (name_n <= 0 || serial_n <= 0) return false;
    size_t at = out->n;
    buf_add(out, name, (size_t) name_n);
    buf_add(out, serial, (size_t) serial_n);
    der_wrap(out, at, BER_SEQUENCE);
    return true;
}

static void add_version(struct buf *out, unsigned version)
{
    char v = (char) version;
    der_add(out, BER_INTEGER, str_n(&v, 1));
}

/* --- RSA ----------------------------------------------------------------------------- */

static bool set_padding(EVP_PKEY_CTX *ctx, const struct cert_oaep *oaep)
{
    if (!oaep->algorithm) return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0;
    return oaep->md && oaep->mask_md &&
           EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(ctx, oaep->md) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, oaep->mask_md) > 0;
}

static bool add_transport_algorithm(struct buf *out, const struct cert_oaep *oaep)
{
    OSSL_OWN_BYTES der = NULL;
    if (!oaep->algorithm) return buf_str(out, STR(RSA_ENCRYPTION));
    if (oaep->free_choice) return buf_str(out, STR(OAEP_SHA256));
    int n = i2d_X509_ALGOR(oaep->algorithm, &der);
    return n > 0 && buf_add(out, der, (size_t) n);
}

static rc_t add_transport(const struct cert *c, EVP_PKEY *key, const unsigned char *content_key,
                          struct buf *out, struct err *e)
{
    unsigned char wrapped[2048];
    size_t n = sizeof wrapped, at = out->n;
    struct cert_oaep oaep = {0};
    X509 *x = cert_x509(c);
    cert_demands_oaep(x, &oaep);
    OSSL_OWN(EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (EVP_PKEY_get_bits(key) < 1024 || EVP_PKEY_get_size(key) > (int) sizeof wrapped || !ctx ||
        EVP_PKEY_encrypt_init(ctx) <= 0 || !set_padding(ctx, &oaep) ||
        EVP_PKEY_encrypt(ctx, wrapped, &n, content_key, CMS_KEY_BYTES) <= 0) {
        return unusable(c, e);
    }
    add_version(out, 0);
    if (!add_issuer_and_serial(out, x) || !add_transport_algorithm(out, &oaep)) {
        return ossl_fail(e, RC_INTERNAL, NULL);
    }
    der_add(out, BER_OCTET_STRING, str_n(wrapped, n));
    der_wrap(out, at, BER_SEQUENCE);
    return RC_OK;
}

/* --- ECDH ---------------------------------------------------------------------------- */

struct agreement {
    const EVP_MD *md;
    str_t scheme; /* content octets of the dhSinglePass-stdDH OID (RFC 5753 section 7.1.4) */
};

static struct agreement agreement_of(const EVP_PKEY *key, const struct ossl_algorithms *a)
{
    int bits = EVP_PKEY_get_bits(key);
    if (bits <= 256) return (struct agreement){a->sha256, STR("\x2b\x81\x04\x01\x0b\x01")};
    if (bits <= 384) return (struct agreement){a->sha384, STR("\x2b\x81\x04\x01\x0b\x02")};
    return (struct agreement){a->sha512, STR("\x2b\x81\x04\x01\x0b\x03")};
}

/* ECC-CMS-SharedInfo (RFC 5753 section 7.2): wrap algorithm, key length in bits; no ukm. */
#define SHARED_INFO "\x30\x15" AES256_WRAP "\xa2\x06\x04\x04\x00\x00\x01\x00"

static bool derive_wrapping_key(EVP_PKEY *ephemeral, EVP_PKEY *recipient, const EVP_MD *md,
                                unsigned char out[CMS_KEY_BYTES])
{
    const struct ossl_algorithms *a = ossl_algorithms();
    unsigned char z[128];
    size_t n = sizeof z;
    OSSL_OWN(EVP_PKEY_CTX) dh = EVP_PKEY_CTX_new_from_pkey(NULL, ephemeral, NULL);
    OSSL_OWN(EVP_KDF_CTX) kdf = EVP_KDF_CTX_new(a->x963);
    /* set_peer checks that the recipient's point lies on the curve. */
    bool ok = dh && kdf && EVP_PKEY_derive_init(dh) > 0 &&
              EVP_PKEY_derive_set_peer(dh, recipient) > 0 && EVP_PKEY_derive(dh, z, &n) > 0;
    if (ok) {
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *) EVP_MD_get0_name(md),
                                             0),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, z, n),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *) SHARED_INFO,
                                              sizeof SHARED_INFO - 1),
            OSSL_PARAM_construct_end(),
        };
        ok = EVP_KDF_derive(kdf, out, CMS_KEY_BYTES, params) > 0;
    }
    wipe(z, sizeof z);
    return ok;
}

/* RFC 3394: eight bytes longer. */
static bool wrap(const unsigned char kek[CMS_KEY_BYTES], const unsigned char *key,
                 unsigned char out[CMS_KEY_BYTES + 8])
{
    int n = 0, last = 0;
    OSSL_OWN(EVP_CIPHER_CTX) ctx = EVP_CIPHER_CTX_new();
    if (!ctx) return false;
    EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    return EVP_EncryptInit_ex2(ctx, ossl_algorithms()->aes256_wrap, kek, NULL, NULL) &&
           EVP_EncryptUpdate(ctx, out, &n, key, CMS_KEY_BYTES) && n == CMS_KEY_BYTES + 8 &&
           EVP_EncryptFinal_ex(ctx, out + n, &last) && !last;
}

static EVP_PKEY *make_ephemeral(EVP_PKEY *recipient)
{
    EVP_PKEY *made = NULL;
    OSSL_OWN(EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey(NULL, recipient, NULL);
    if (!ctx || EVP_PKEY_keygen_init(ctx) <= 0 || EVP_PKEY_generate(ctx, &made) <= 0) return NULL;
    return made;
}

/* [0] { [1] OriginatorPublicKey } */
static bool add_originator(struct buf *out, EVP_PKEY *ephemeral)
{
    OSSL_OWN_BYTES point = NULL;
    size_t n = EVP_PKEY_get1_encoded_public_key(ephemeral, &point), at = out->n;
    if (!n) return false;
    buf_str(out, STR(EC_PUBLIC_KEY));
    size_t bits = out->n;
    buf_char(out, 0); /* unused bits */
    buf_add(out, point, n);
    der_wrap(out, bits, BER_BIT_STRING);
    der_wrap(out, at, BER_CONTEXT_CONS(1));
    der_wrap(out, at, BER_CONTEXT_CONS(0));
    return true;
}

static rc_t add_agreement(const struct cert *c, EVP_PKEY *key, const unsigned char *content_key,
                          struct buf *out, struct err *e)
{
    unsigned char kek[CMS_KEY_BYTES], wrapped[CMS_KEY_BYTES + 8];
    struct agreement how = agreement_of(key, ossl_algorithms());
    OSSL_OWN(EVP_PKEY) ephemeral = make_ephemeral(key);
    bool ok = ephemeral && derive_wrapping_key(ephemeral, key, how.md, kek) &&
              wrap(kek, content_key, wrapped);
    wipe(kek, sizeof kek);
    if (!ok) return unusable(c, e);
    size_t start = out->n;
    add_version(out, 3);
    ok = add_originator(out, ephemeral);
    size_t at = out->n;
    der_add(out, BER_OID, how.scheme);
    buf_str(out, STR(AES256_WRAP));
    der_wrap(out, at, BER_SEQUENCE);
    at = out->n;
    ok = ok && add_issuer_and_serial(out, cert_x509(c));
    der_add(out, BER_OCTET_STRING, str_n(wrapped, sizeof wrapped));
    der_wrap(out, at, BER_SEQUENCE); /* RecipientEncryptedKey */
    der_wrap(out, at, BER_SEQUENCE); /* RecipientEncryptedKeys */
    der_wrap(out, start, BER_CONTEXT_CONS(1));
    return ok ? RC_OK : ossl_fail(e, RC_INTERNAL, NULL);
}

rc_t cms_wrap_key(const struct cert *c, const unsigned char key[CMS_KEY_BYTES], struct buf *out,
                  unsigned *version, struct err *e)
{
    X509 *x = cert_x509(c);
    size_t start = out->n;
    if (!cert_usage_allows(x, PURPOSE_ENCRYPT)) return unusable(c, e);
    EVP_PKEY *to = X509_get0_pubkey(x);
    bool rsa = to && EVP_PKEY_get_base_id(to) == EVP_PKEY_RSA;
    if (!to) return unusable(c, e);
    rc_t rc = rsa ? add_transport(c, to, key, out, e) : add_agreement(c, to, key, out, e);
    if (rc == RC_OK && out->failed) {
        rc = err_set(e, RC_TOO_LARGE, "The message has too many recipients.");
    }
    if (rc != RC_OK) {
        out->n = start;
        return rc;
    }
    *version = rsa ? 0 : 3;
    return RC_OK;
}
