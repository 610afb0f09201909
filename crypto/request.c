#include "crypto/request.h"

#include <openssl/rsa.h>

#include "crypto/ossl.h"

enum { RSA_LEAST = 2048, RSA_MOST = 8192 };

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
