/* Internal to crypto/: what its files share about OpenSSL. Not for other layers.
 *
 * Edge rule: every public function of crypto/ leaves OpenSSL's error queue as empty as it found
 * it. ossl_fail drains it into the error; ossl_drain drops it (uniform decryption failures, and
 * after calls whose failure is an ordinary answer).
 */
#ifndef WAXSEAL_CRYPTO_OSSL_H
#define WAXSEAL_CRYPTO_OSSL_H

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "crypto/cert.h"

/* OSSL_OWN(X509) x = d2i_X509(...); is freed when x leaves its scope. NULL is allowed. */
#define OSSL_OWN(type) __attribute__((cleanup(ossl_cleanup_##type))) type *
#define OSSL_CLEANUP(type, release)                                                                \
    static inline void ossl_cleanup_##type(type **p)                                               \
    {                                                                                              \
        release(*p);                                                                               \
    }
OSSL_CLEANUP(ASN1_INTEGER, ASN1_INTEGER_free)
OSSL_CLEANUP(ASN1_OCTET_STRING, ASN1_OCTET_STRING_free)
OSSL_CLEANUP(ASN1_TYPE, ASN1_TYPE_free)
OSSL_CLEANUP(ASN1_UTCTIME, ASN1_UTCTIME_free)
OSSL_CLEANUP(AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free)
OSSL_CLEANUP(BIGNUM, BN_clear_free)
OSSL_CLEANUP(BIO, BIO_free_all)
OSSL_CLEANUP(CMS_ContentInfo, CMS_ContentInfo_free)
OSSL_CLEANUP(CRL_DIST_POINTS, CRL_DIST_POINTS_free)
OSSL_CLEANUP(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
OSSL_CLEANUP(EVP_KDF_CTX, EVP_KDF_CTX_free)
OSSL_CLEANUP(EVP_MAC_CTX, EVP_MAC_CTX_free)
OSSL_CLEANUP(EVP_MD_CTX, EVP_MD_CTX_free)
OSSL_CLEANUP(EVP_PKEY, EVP_PKEY_free)
OSSL_CLEANUP(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
OSSL_CLEANUP(GENERAL_NAMES, GENERAL_NAMES_free)
OSSL_CLEANUP(X509, X509_free)
OSSL_CLEANUP(X509_ALGOR, X509_ALGOR_free)
OSSL_CLEANUP(X509_ATTRIBUTE, X509_ATTRIBUTE_free)
OSSL_CLEANUP(X509_NAME, X509_NAME_free)
OSSL_CLEANUP(X509_STORE_CTX, X509_STORE_CTX_free)

/* Bytes that OpenSSL allocated (i2d with a NULL target). */
static inline void ossl_cleanup_bytes(unsigned char **p)
{
    OPENSSL_free(*p);
}
#define OSSL_OWN_BYTES __attribute__((cleanup(ossl_cleanup_bytes))) unsigned char *

/* Algorithms fetched once per process: a fetch costs more than hashing a small mail. Immutable,
 * any thread. */
struct ossl_algorithms {
    EVP_MD *sha1, *sha256, *sha384, *sha512;
    EVP_CIPHER *aes256_gcm, *aes256_cbc, *aes128_wrap, *aes192_wrap, *aes256_wrap;
    EVP_KDF *x963;
};
/* NULL when OpenSSL cannot give them: the caller answers RC_INTERNAL. */
const struct ossl_algorithms *ossl_algorithms(void);
/* "sha256", "sha384", "sha512" (any case); NULL otherwise. */
const EVP_MD *ossl_md(const char *name);

/* err_set with a constant sentence (NULL: the table's), the last OpenSSL reason as detail; drains
 * the queue. e may be NULL. Returns code. */
rc_t ossl_fail(struct err *e, rc_t code, const char *sentence);
void ossl_drain(void);

/* The certificate inside; lives as long as c; never change it. */
X509 *cert_x509(const struct cert *c);
/* Takes its own reference of x. */
rc_t cert_from_x509(X509 *x, struct cert **out, struct err *e) WX_MUST_USE;
/* What struct cert keeps of x: x itself (one more reference), or a copy with a readable key when
 * the key is marked for RSAES-OAEP only. NULL: out of memory. */
X509 *cert_own(X509 *x);
/* Is the key of a struct cert marked for RSAES-OAEP only (RFC 4055 section 4)? md and mask_md are
 * NULL when it asks for something we cannot do. out may be NULL. */
struct cert_oaep {
    const EVP_MD *md, *mask_md;
    X509_ALGOR *algorithm; /* of the certificate, borrowed */
    bool free_choice;      /* the certificate leaves the parameters to the sender: SHA-256 */
};
bool cert_demands_oaep(X509 *x, struct cert_oaep *out);
/* Algorithm, size, curve, and what it can be used for. */
void cert_describe_key(X509 *x, struct arena *a, struct cert_info *info);
/* Key usage and extended key usage allow the purpose (RFC 8550 sections 4.4.2 and 4.4.4). */
bool cert_usage_allows(X509 *x, enum cert_purpose purpose);
/* MD5 or SHA-1 signed (self-signed ones excepted: nobody relies on that signature), RSA below
 * 2048 bits, EC below 224. */
bool cert_is_weak(X509 *x);
bool cert_has_weak_hash(X509 *x);
/* First URI of an access method (NID_ad_OCSP, NID_ad_ca_issuers), HTTP before others, or null. */
str_t cert_access_uri(X509 *x, int method, struct arena *a);
/* An OCSP responder or a CRL distribution point of any kind is named. */
bool cert_names_revocation(X509 *x);

/* Takes the place of a pem_password_cb: never asks a terminal. */
int ossl_no_passphrase(char *p, int n, int write, void *u);

#endif
