/* Test certificates made while the test runs: no key is kept in the repository.
 * Header only, so that any test program of crypto/ can have it. */
#ifndef WAXSEAL_TEST_PKI_H
#define WAXSEAL_TEST_PKI_H

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/cert.h"
#include "crypto/ossl.h"

#define PKI_NOW 1750000000LL /* 2025-06-15T15:06:40Z: the tests' clock */
#define PKI_DAY 86400LL

/* One certificate with its private key. */
struct pki {
    EVP_PKEY *key;
    X509 *x;
    struct cert *cert;
};

struct pki_ext {
    int nid;
    const char *value; /* as in openssl.cnf */
};

struct pki_spec {
    const struct pki *key_of; /* the key of this one once more (a renewed certificate), or NULL */
    const char *key; /* "P-256" (default), "P-384", "P-521", "rsa2048", "rsa-pss", "ed25519" ... */
    const char *subject;      /* common name */
    const char *subject_mail; /* emailAddress in the subject, or NULL */
    const char *san;          /* "email:a@b", or NULL */
    const char *usage;        /* keyUsage, or NULL */
    const char *extended;     /* extendedKeyUsage, or NULL */
    bool ca;
    const struct pki *issuer; /* NULL: self-signed */
    int64_t from, to;         /* 0: a year before and after PKI_NOW */
    const char *md;           /* "SHA256" by default */
    struct pki_ext more[4];
};

static inline EVP_PKEY *pki_key(const char *kind)
{
    if (!kind) kind = "P-256";
    if (strncmp(kind, "P-", 2) == 0 || strncmp(kind, "brainpool", 9) == 0) return EVP_EC_gen(kind);
    if (strncmp(kind, "rsa", 3) == 0 && kind[3] >= '0' && kind[3] <= '9') {
        return EVP_RSA_gen((unsigned) strtoul(kind + 3, NULL, 10));
    }
    if (strcmp(kind, "rsa-oaep") == 0) return EVP_RSA_gen(2048);
    if (strcmp(kind, "rsa-pss") == 0) {
        EVP_PKEY *key = NULL;
        EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA_PSS, NULL);
        if (EVP_PKEY_keygen_init(c) > 0 && EVP_PKEY_CTX_set_rsa_keygen_bits(c, 2048) > 0) {
            EVP_PKEY_generate(c, &key);
        }
        EVP_PKEY_CTX_free(c);
        return key;
    }
    return EVP_PKEY_Q_keygen(NULL, NULL, kind);
}

static inline void pki_extend(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    if (!value) return;
    CONF *none =
        NCONF_new(NULL); /* certificatePolicies asks for one, though it needs nothing of it */
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    X509V3_set_nconf(&ctx, none);
    X509_EXTENSION *ext = X509V3_EXT_nconf_nid(none, &ctx, nid, value);
    NCONF_free(none);
    if (!ext || !X509_add_ext(x, ext, -1)) abort();
    X509_EXTENSION_free(ext);
}

static inline void pki_name(X509 *x, const struct pki_spec *s)
{
    X509_NAME *name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *) "Waxseal test key",
                               -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *) (s->subject ? s->subject : "Test"), -1, -1,
                               0);
    if (s->subject_mail) {
        X509_NAME_add_entry_by_txt(name, "emailAddress", MBSTRING_UTF8,
                                   (const unsigned char *) s->subject_mail, -1, -1, 0);
    }
}

/* The key may be used with RSAES-OAEP only; parameters absent. */
static inline void pki_mark_oaep(X509 *x)
{
    const unsigned char *p = NULL;
    int n = 0;
    X509_PUBKEY *key = X509_get_X509_PUBKEY(x);
    X509_PUBKEY_get0_param(NULL, &p, &n, NULL, key);
    unsigned char *copy = OPENSSL_memdup(p, (size_t) n);
    if (!X509_PUBKEY_set0_param(key, OBJ_nid2obj(NID_rsaesOaep), V_ASN1_UNDEF, NULL, copy, n))
        abort();
}

static inline struct pki pki_make(const struct pki_spec *s)
{
    static long serial = 1000;
    struct pki p = {.key = s->key_of ? s->key_of->key : pki_key(s->key), .x = X509_new()};
    if (s->key_of) EVP_PKEY_up_ref(p.key);
    if (!p.key || !p.x) abort();
    X509 *issuer = s->issuer ? s->issuer->x : p.x;
    X509_set_version(p.x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(p.x), ++serial);
    ASN1_TIME_set(X509_getm_notBefore(p.x), (time_t) (s->from ? s->from : PKI_NOW - 365 * PKI_DAY));
    ASN1_TIME_set(X509_getm_notAfter(p.x), (time_t) (s->to ? s->to : PKI_NOW + 365 * PKI_DAY));
    pki_name(p.x, s);
    X509_set_issuer_name(p.x, X509_get_subject_name(issuer));
    X509_set_pubkey(p.x, p.key);
    if (s->key && strcmp(s->key, "rsa-oaep") == 0) pki_mark_oaep(p.x);
    pki_extend(p.x, issuer, NID_basic_constraints, s->ca ? "critical,CA:TRUE" : "CA:FALSE");
    pki_extend(p.x, issuer, NID_key_usage, s->usage);
    pki_extend(p.x, issuer, NID_ext_key_usage, s->extended);
    pki_extend(p.x, issuer, NID_subject_alt_name, s->san);
    pki_extend(p.x, issuer, NID_subject_key_identifier, "hash");
    for (size_t i = 0; i < 4 && s->more[i].nid; i++) {
        pki_extend(p.x, issuer, s->more[i].nid, s->more[i].value);
    }
    EVP_PKEY *signer = s->issuer ? s->issuer->key : p.key;
    const EVP_MD *md = EVP_PKEY_get_base_id(signer) == EVP_PKEY_ED25519
                           ? NULL
                           : EVP_get_digestbyname(s->md ? s->md : "SHA256");
    if (!X509_sign(p.x, signer, md)) abort();
    /* Through DER, as a certificate that came by mail: what X509_new made has stale caches. */
    unsigned char *der = NULL;
    int n = i2d_X509(p.x, &der);
    if (n <= 0 || cert_parse(str_n(der, (size_t) n), &p.cert, NULL) != RC_OK) abort();
    OPENSSL_free(der);
    return p;
}
#define PKI(...) pki_make(&(struct pki_spec){__VA_ARGS__})

static inline void pki_free(struct pki *p)
{
    EVP_PKEY_free(p->key);
    X509_free(p->x);
    cert_unref(p->cert);
    *p = (struct pki){0};
}

/* SignedData over text, signed at a time of the tests' clock (0: no signingTime given, which
 * OpenSSL fills in from the real one; md NULL: the key's usual one; also: a certificate to put in,
 * or NULL). Free with OPENSSL_free. */
static inline unsigned char *pki_sign(const struct pki *p, str_t text, unsigned flags,
                                      int64_t signed_at, const char *md, const struct pki *also,
                                      int *n)
{
    BIO *in = BIO_new_mem_buf(text.p, (int) text.n);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL | flags);
    CMS_SignerInfo *si = CMS_add1_signer(cms, p->x, p->key, md ? EVP_get_digestbyname(md) : NULL,
                                         CMS_BINARY | CMS_PARTIAL | flags);
    if (!in || !si || (also && CMS_add1_cert(cms, also->x) != 1)) abort();
    if (signed_at) {
        ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t) signed_at);
        if (CMS_signed_add1_attr_by_NID(si, NID_pkcs9_signingTime, t->type, t, -1) != 1) abort();
        ASN1_TIME_free(t);
    }
    if (CMS_final(cms, in, NULL, CMS_BINARY | flags) != 1) abort();
    unsigned char *der = NULL;
    *n = i2d_CMS_ContentInfo(cms, &der);
    if (*n <= 0) abort();
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    return der;
}

/* A trust set of these, by way of a PEM file. */
static inline struct trust *pki_trust(const struct pki *const *roots, size_t n)
{
    char path[] = "/tmp/waxseal-trust-XXXXXX.pem";
    int fd = mkstemps(path, 4);
    FILE *f = fdopen(fd, "w");
    for (size_t i = 0; i < n; i++) {
        if (!PEM_write_X509(f, roots[i]->x)) abort();
    }
    fclose(f);
    struct trust *t = NULL;
    if (trust_load(str_c(path), &t, NULL) != RC_OK) abort();
    remove(path);
    return t;
}
#define PKI_TRUST(...)                                                                             \
    pki_trust((const struct pki *const[]){__VA_ARGS__},                                            \
              sizeof((const struct pki *const[]){__VA_ARGS__}) / sizeof(void *))

#endif
