#include "crypto/request.h"

#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "crypto/address.h"
#include "crypto/ossl.h"

enum { RSA_LEAST = 2048, RSA_MOST = 8192, ANSWER_MAX = 1 << 20 };

OSSL_CLEANUP(X509_REQ, X509_REQ_free)

static X509_REQ *parse(str_t der)
{
    const unsigned char *p = (const unsigned char *) der.p;
    if (der.n == 0 || der.n > REQUEST_MAX_BYTES) return NULL;
    X509_REQ *r = d2i_X509_REQ(NULL, &p, (long) der.n);
    if (r && p == (const unsigned char *) der.p + der.n) return r;
    X509_REQ_free(r);
    return NULL;
}

static bool is_usable_key(EVP_PKEY *key)
{
    char curve[40] = "";
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        return EVP_PKEY_get_bits(key) >= RSA_LEAST && EVP_PKEY_get_bits(key) <= RSA_MOST;
    case EVP_PKEY_EC:
        if (!EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL)) return false;
        int nid = OBJ_txt2nid(curve);
        return nid == NID_X9_62_prime256v1 || nid == NID_secp384r1 || nid == NID_secp521r1;
    default:
        return false;
    }
}

static bool is_usable_signature(const X509_REQ *r)
{
    int digest = NID_undef;
    if (!OBJ_find_sigid_algs(X509_REQ_get_signature_nid(r), &digest, NULL)) return false;
    return digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
}

rc_t request_check(str_t der, struct err *e)
{
    if (der.n > REQUEST_MAX_BYTES)
        return err_set(e, RC_TOO_LARGE, "The certification request is too large.");
    OSSL_OWN(X509_REQ) r = parse(der);
    EVP_PKEY *key = r ? X509_REQ_get0_pubkey(r) : NULL;
    if (!key) return ossl_fail(e, RC_DAMAGED, "This is not a readable certification request.");
    /* The size first: whoever sends a monstrous key shall not have it computed with. */
    if (!is_usable_key(key) || !is_usable_signature(r)) {
        ossl_drain();
        return err_set(e, RC_UNSUPPORTED, "The request is for a kind of key that cannot be used.");
    }
    if (X509_REQ_verify(r, key) != 1)
        return ossl_fail(e, RC_DAMAGED, "The request is not signed with its own key.");
    return RC_OK;
}

rc_t request_public_key(str_t der, struct arena *a, str_t *spki, struct err *e)
{
    OSSL_OWN(X509_REQ) r = parse(der);
    EVP_PKEY *key = r ? X509_REQ_get0_pubkey(r) : NULL;
    OSSL_OWN_BYTES bytes = NULL;
    int n = key ? i2d_PUBKEY(key, &bytes) : 0;
    if (n <= 0) return ossl_fail(e, RC_DAMAGED, "This is not a readable certification request.");
    *spki = arena_str(a, str_n(bytes, (size_t) n));
    return str_is_null(*spki) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static const char *curve_word(EVP_PKEY *key)
{
    switch (EVP_PKEY_get_bits(key)) {
    case 256:
        return "P-256";
    case 384:
        return "P-384";
    default:
        return "P-521";
    }
}

rc_t request_algorithm(str_t der, struct arena *a, str_t *out, struct err *e)
{
    OSSL_OWN(X509_REQ) r = parse(der);
    EVP_PKEY *key = r ? X509_REQ_get0_pubkey(r) : NULL;
    if (!key) return ossl_fail(e, RC_DAMAGED, "This is not a readable certification request.");
    *out = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA
               ? arena_printf(a, "RSA %d", EVP_PKEY_get_bits(key))
               : arena_str(a, str_c(curve_word(key)));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* Null of what is no mailbox. */
static str_t mailbox_of(const GENERAL_NAME *name)
{
    const ASN1_STRING *s = NULL;
    if (name->type == GEN_EMAIL)
        s = name->d.rfc822Name;
    else if (name->type == GEN_OTHERNAME &&
             OBJ_obj2nid(name->d.otherName->type_id) == NID_id_on_SmtpUTF8Mailbox &&
             name->d.otherName->value->type == V_ASN1_UTF8STRING)
        s = name->d.otherName->value->value.utf8string;
    if (!s) return STR_NULL;
    str_t text = str_n(ASN1_STRING_get0_data(s), (size_t) ASN1_STRING_length(s));
    return address_is_mailbox(text) ? text : STR_NULL;
}

bool request_is_of(str_t der, str_t address)
{
    OSSL_OWN(X509_REQ) r = parse(der);
    STACK_OF(X509_EXTENSION) *all = r ? X509_REQ_get_extensions(r) : NULL;
    OSSL_OWN(GENERAL_NAMES)
    names = all ? X509V3_get_d2i(all, NID_subject_alt_name, NULL, NULL) : NULL;
    bool same = sk_GENERAL_NAME_num(names) > 0;
    for (int i = 0; same && i < sk_GENERAL_NAME_num(names); i++) {
        str_t text = mailbox_of(sk_GENERAL_NAME_value(names, i));
        same = text.n && address_compare(text, address) != ADDRESS_NO;
    }
    sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
    ossl_drain();
    return same;
}

bool request_has_key_of(str_t der, const struct cert *c)
{
    OSSL_OWN(X509_REQ) r = parse(der);
    EVP_PKEY *mine = r ? X509_REQ_get0_pubkey(r) : NULL;
    EVP_PKEY *theirs = X509_get0_pubkey(cert_x509(c));
    bool same = mine && theirs && EVP_PKEY_eq(mine, theirs) == 1;
    ossl_drain();
    return same;
}

bool cert_same_key(const struct cert *a, const struct cert *b)
{
    EVP_PKEY *one = X509_get0_pubkey(cert_x509(a)), *two = X509_get0_pubkey(cert_x509(b));
    bool same = one && two && EVP_PKEY_eq(one, two) == 1;
    ossl_drain();
    return same;
}

str_t request_pem(str_t der, struct arena *a)
{
    OSSL_OWN(BIO) out = BIO_new(BIO_s_mem());
    char *text = NULL;
    if (!out || PEM_write_bio(out, PEM_STRING_X509_REQ, "", (const unsigned char *) der.p,
                              (long) der.n) <= 0) {
        ossl_drain();
        return STR_NULL;
    }
    long n = BIO_get_mem_data(out, &text);
    return arena_str(a, str_n(text, (size_t) n));
}

/* --- answers ---------------------------------------------------------------------------------- */

struct bundle {
    struct cert **out;
    size_t max, n;
};

static rc_t take_certificate(struct bundle *b, str_t der, struct err *e)
{
    struct cert *c = NULL;
    if (b->n == b->max) return err_set(e, RC_TOO_LARGE, "There are too many certificates in it.");
    TRY(cert_parse(der, &c, e));
    b->out[b->n++] = c;
    return RC_OK;
}

/* Certificates of a PKCS #7 without content ("certs-only", RFC 8551 section 3.8), or any signed
 * one: only what it carries counts. */
static rc_t take_bundle(struct bundle *b, str_t der, struct err *e)
{
    const unsigned char *p = (const unsigned char *) der.p;
    PKCS7 *p7 = d2i_PKCS7(NULL, &p, (long) der.n);
    rc_t rc = RC_OK;
    STACK_OF(X509) *list = p7 && PKCS7_type_is_signed(p7) && p7->d.sign ? p7->d.sign->cert : NULL;
    if (!list) rc = ossl_fail(e, RC_DAMAGED, "There is no certificate in the file.");
    for (int i = 0; rc == RC_OK && i < sk_X509_num(list); i++) {
        unsigned char *bytes = NULL;
        int n = i2d_X509(sk_X509_value(list, i), &bytes);
        rc = n > 0 ? take_certificate(b, str_n(bytes, (size_t) n), e)
                   : ossl_fail(e, RC_DAMAGED, NULL);
        OPENSSL_free(bytes);
    }
    PKCS7_free(p7);
    ossl_drain();
    return rc;
}

static rc_t take_any(struct bundle *b, str_t der, struct err *e)
{
    rc_t rc = take_certificate(b, der, NULL);
    if (rc == RC_TOO_LARGE) return err_set(e, rc, "There are too many certificates in it.");
    return rc == RC_OK ? RC_OK : take_bundle(b, der, e);
}

static rc_t take_pem(struct bundle *b, str_t text, struct err *e)
{
    OSSL_OWN(BIO) in = BIO_new_mem_buf(text.p, (int) text.n);
    char *name, *header;
    unsigned char *der;
    long n;
    rc_t rc = RC_OK;
    while (rc == RC_OK && in && PEM_read_bio(in, &name, &header, &der, &n) == 1) {
        str_t bytes = str_n(der, (size_t) n);
        if (strcmp(name, PEM_STRING_X509) == 0)
            rc = take_certificate(b, bytes, e);
        else if (strcmp(name, PEM_STRING_PKCS7) == 0 || strcmp(name, PEM_STRING_CMS) == 0)
            rc = take_bundle(b, bytes, e);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }
    ossl_drain();
    return rc;
}

rc_t request_read_answer(str_t file, struct cert **out, size_t max, size_t *n, struct err *e)
{
    struct bundle b = {.out = out, .max = max};
    bool pem = str_find(file, STR("-----BEGIN ")) >= 0;
    rc_t rc = file.n > ANSWER_MAX ? err_set(e, RC_TOO_LARGE, NULL)
              : pem               ? take_pem(&b, file, e)
                                  : take_any(&b, file, e);
    if (rc == RC_OK && b.n == 0)
        rc = err_set(e, RC_DAMAGED, "There is no certificate in the file.");
    if (rc == RC_OK) {
        *n = b.n;
        return RC_OK;
    }
    while (b.n > 0)
        cert_unref(out[--b.n]);
    return rc;
}
