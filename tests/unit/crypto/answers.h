/* OCSP answers and revocation lists made while the test runs, right ones and wrong ones. */
#ifndef WAXSEAL_TEST_ANSWERS_H
#define WAXSEAL_TEST_ANSWERS_H

#include <openssl/ocsp.h>

#include "tests/unit/crypto/pki.h"

#define HOUR 3600LL

static inline str_t answers_keep(struct arena *a, unsigned char *der, int n)
{
    if (n <= 0) abort();
    str_t copy = arena_str(a, str_n(der, (size_t) n));
    OPENSSL_free(der);
    return copy;
}

struct ocsp_spec {
    const struct pki *about;  /* certificate */
    const struct pki *issuer; /* named in the CertID */
    const struct pki *signer; /* who signs */
    const struct pki
        *enclosed; /* certificate put in; NULL: the signer's, unless it is the issuer */
    int status;    /* V_OCSP_CERTSTATUS_GOOD, ... */
    int64_t revoked_at;
    int reason;        /* 0: none */
    int64_t from, to;  /* 0: an hour before and after PKI_NOW; to -1: none */
    const char *md;    /* of the signature, "SHA256" by default */
    const char *id_md; /* of the CertID, "SHA1" by default */
    bool by_key;       /* responder by key hash, not by name */
    bool condition;    /* an unknown critical extension */
};

static inline str_t ocsp_made(struct arena *a, const struct ocsp_spec *s)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t) (s->from ? s->from : PKI_NOW - HOUR));
    ASN1_TIME *to =
        s->to == -1 ? NULL : ASN1_TIME_set(NULL, (time_t) (s->to ? s->to : PKI_NOW + HOUR));
    ASN1_TIME *at =
        s->status == V_OCSP_CERTSTATUS_REVOKED ? ASN1_TIME_set(NULL, (time_t) s->revoked_at) : NULL;
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_get_digestbyname(s->id_md ? s->id_md : "SHA1"),
                                      s->about->x, s->issuer->x);
    OCSP_SINGLERESP *one =
        OCSP_basic_add1_status(basic, id, s->status, s->reason ? s->reason : -1, at, from, to);
    if (!one) abort();
    if (s->condition) {
        X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, NULL, NID_netscape_comment, "critical,x");
        if (!x || !OCSP_SINGLERESP_add_ext(one, x, -1)) abort();
        X509_EXTENSION_free(x);
    }
    const struct pki *put = s->enclosed ? s->enclosed : s->signer == s->issuer ? NULL : s->signer;
    unsigned long flags = OCSP_NOTIME | OCSP_NOCERTS | (s->by_key ? OCSP_RESPID_KEY : 0);
    if (put && !OCSP_basic_add1_cert(basic, put->x)) abort();
    if (!OCSP_basic_sign(basic, s->signer->x, s->signer->key,
                         EVP_get_digestbyname(s->md ? s->md : "SHA256"), NULL, flags))
        abort();
    OCSP_RESPONSE *whole = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    unsigned char *der = NULL;
    int n = i2d_OCSP_RESPONSE(whole, &der);
    OCSP_RESPONSE_free(whole);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
    ASN1_TIME_free(at);
    return answers_keep(a, der, n);
}
#define OCSP_MADE(a, ...) ocsp_made((a), &(struct ocsp_spec){__VA_ARGS__})

struct crl_spec {
    const struct pki *signer, *named; /* named: issuer field; NULL: the signer */
    const struct pki *revoked[4];
    int64_t revoked_at;
    int reason;       /* 0: none */
    int64_t from, to; /* as in ocsp_spec */
    const char *md;
    struct pki_ext more[3];      /* of the list */
    const char *entry_condition; /* a critical comment in each entry */
    long padding;                /* entries of nobody */
};

static inline void crl_add(X509_CRL *list, const ASN1_INTEGER *serial, const struct crl_spec *s)
{
    X509_REVOKED *r = X509_REVOKED_new();
    ASN1_TIME *at = ASN1_TIME_set(NULL, (time_t) s->revoked_at);
    X509_REVOKED_set_serialNumber(r, (ASN1_INTEGER *) serial);
    X509_REVOKED_set_revocationDate(r, at);
    if (s->reason > 0) {
        ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
        ASN1_ENUMERATED_set(reason, s->reason);
        if (!X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, reason, 0, 0)) abort();
        ASN1_ENUMERATED_free(reason);
    }
    if (s->entry_condition) {
        X509_EXTENSION *x =
            X509V3_EXT_conf_nid(NULL, NULL, NID_netscape_comment, s->entry_condition);
        if (!x || !X509_REVOKED_add_ext(r, x, -1)) abort();
        X509_EXTENSION_free(x);
    }
    if (!X509_CRL_add0_revoked(list, r)) abort();
    ASN1_TIME_free(at);
}

static inline X509_CRL *crl_object(const struct crl_spec *s)
{
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t) (s->from ? s->from : PKI_NOW - HOUR));
    ASN1_TIME *to =
        s->to == -1 ? NULL : ASN1_TIME_set(NULL, (time_t) (s->to ? s->to : PKI_NOW + HOUR));
    const struct pki *named = s->named ? s->named : s->signer;
    X509_CRL_set_version(list, 1);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(named->x));
    X509_CRL_set1_lastUpdate(list, from);
    if (to) X509_CRL_set1_nextUpdate(list, to);
    for (long i = 0; i < s->padding; i++) {
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        ASN1_INTEGER_set(serial, 1000000 + i);
        crl_add(list, serial, s);
        ASN1_INTEGER_free(serial);
    }
    for (size_t i = 0; i < 4 && s->revoked[i]; i++)
        crl_add(list, X509_get0_serialNumber(s->revoked[i]->x), s);
    for (size_t i = 0; i < 3 && s->more[i].nid; i++) {
        X509V3_CTX ctx;
        X509V3_set_ctx(&ctx, s->signer->x, NULL, NULL, list, 0);
        X509V3_set_nconf(&ctx, NULL);
        X509_EXTENSION *x = X509V3_EXT_nconf_nid(NULL, &ctx, s->more[i].nid, s->more[i].value);
        if (!x || !X509_CRL_add_ext(list, x, -1)) abort();
        X509_EXTENSION_free(x);
    }
    if (!X509_CRL_sign(list, s->signer->key, EVP_get_digestbyname(s->md ? s->md : "SHA256")))
        abort();
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
    return list;
}

static inline str_t crl_made(struct arena *a, const struct crl_spec *s)
{
    X509_CRL *list = crl_object(s);
    unsigned char *der = NULL;
    int n = i2d_X509_CRL(list, &der);
    X509_CRL_free(list);
    return answers_keep(a, der, n);
}
#define CRL_MADE(a, ...) crl_made((a), &(struct crl_spec){__VA_ARGS__})

#endif
