/* Content keys of recipients: RSA (RFC 3370, RFC 3560) and ECDH (RFC 5753, RFC 8418). */
#include "crypto/keyring/der.h"
#include "crypto/keyring/state.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <string.h>

static X509_ALGOR *read_algorithm(const uint8_t *p, size_t n)
{
    const uint8_t *at = p;
    X509_ALGOR *a = n <= 4096 ? d2i_X509_ALGOR(NULL, &at, (long) n) : NULL;
    if (a && at != p + n) {
        X509_ALGOR_free(a);
        a = NULL;
    }
    return a;
}

/* --- RSAES-PKCS1-v1_5 ------------------------------------------------------------- */

/* 0xff when v is zero, else 0; without a branch. */
static uint8_t mask_zero(uint8_t v)
{
    return (uint8_t) (((uint32_t) v - 1) >> 24);
}

/* What is given out when the padding is wrong: fixed by key and ciphertext, so that asking twice
 * tells nothing (the idea of RFC 8017 section 7.2.2's note and of implicit rejection). */
static bool decoy(const struct keyring *k, const struct keyring_key *key, const uint8_t *in,
                  size_t in_n, uint8_t out[KEYRING_MAX_CONTENT_KEY])
{
    size_t got = 0;
    return EVP_Q_mac(k->ctx, "HMAC", NULL, "SHA512", NULL, key->secret, sizeof key->secret, in,
                     in_n, out, KEYRING_MAX_CONTENT_KEY, &got) != NULL &&
           got == KEYRING_MAX_CONTENT_KEY;
}

/* em: the k bytes of 00 02 PS 00 M with |M| = want. Every byte is looked at, always. */
static uint8_t padding_mask(const uint8_t *em, size_t n, size_t want)
{
    uint8_t good = (uint8_t) (mask_zero(em[0]) & mask_zero(em[1] ^ 2));
    for (size_t i = 2; i < n - want - 1; i++)
        good = (uint8_t) (good & ~mask_zero(em[i]));
    return (uint8_t) (good & mask_zero(em[n - want - 1]));
}

static bool rsa_raw(const struct keyring *k, EVP_PKEY *pkey, const uint8_t *in, size_t in_n,
                    uint8_t *em, size_t em_n)
{
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(k->ctx, pkey, NULL);
    size_t got = em_n;
    bool ok = c && EVP_PKEY_decrypt_init(c) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(c, RSA_NO_PADDING) == 1 &&
              EVP_PKEY_decrypt(c, em, &got, in, in_n) == 1 && got == em_n;
    EVP_PKEY_CTX_free(c);
    return ok;
}

static enum keyring_rc unwrap_v15(const struct keyring *k, const struct keyring_key *key,
                                  const uint8_t *in, size_t in_n, size_t want, uint8_t **out,
                                  size_t *n)
{
    uint8_t em[1024], rejected[KEYRING_MAX_CONTENT_KEY];
    size_t em_n = (size_t) EVP_PKEY_get_size(key->pkey);
    if (em_n > sizeof em || in_n != em_n || em_n < want + 11) return KEYRING_FAILED;
    enum keyring_rc rc = KEYRING_FAILED;
    if (decoy(k, key, in, in_n, rejected) && rsa_raw(k, key->pkey, in, in_n, em, em_n)) {
        uint8_t good = padding_mask(em, em_n, want);
        for (size_t i = 0; i < want; i++)
            rejected[i] = (uint8_t) ((em[em_n - want + i] & good) | (rejected[i] & ~good));
        if (keyring_give(rejected, want, out, n)) rc = KEYRING_OK;
    }
    OPENSSL_cleanse(em, sizeof em);
    OPENSSL_cleanse(rejected, sizeof rejected);
    return rc;
}

/* --- RSAES-OAEP ------------------------------------------------------------------- */

static const char *oaep_hash(const X509_ALGOR *a)
{
    const ASN1_OBJECT *oid;
    if (!a) return "SHA1"; /* RFC 4055 section 4.1: the default */
    X509_ALGOR_get0(&oid, NULL, NULL, a);
    switch (OBJ_obj2nid(oid)) {
    case NID_sha1:
        return "SHA1";
    case NID_sha224:
        return "SHA224";
    case NID_sha256:
        return "SHA256";
    case NID_sha384:
        return "SHA384";
    case NID_sha512:
        return "SHA512";
    default:
        return NULL;
    }
}

static const char *mgf_hash(const X509_ALGOR *mgf)
{
    const ASN1_OBJECT *oid;
    int type;
    const void *value;
    if (!mgf) return "SHA1";
    X509_ALGOR_get0(&oid, &type, &value, mgf);
    if (OBJ_obj2nid(oid) != NID_mgf1 || type != V_ASN1_SEQUENCE) return NULL;
    X509_ALGOR *inner = ASN1_item_unpack(value, ASN1_ITEM_rptr(X509_ALGOR));
    const char *hash = inner ? oaep_hash(inner) : NULL;
    X509_ALGOR_free(inner);
    return hash;
}

/* The label of pSpecified; false when the source is another one or malformed. */
static bool oaep_label(const X509_ALGOR *source, const ASN1_OCTET_STRING **label)
{
    const ASN1_OBJECT *oid;
    int type;
    const void *value;
    *label = NULL;
    if (!source) return true;
    X509_ALGOR_get0(&oid, &type, &value, source);
    if (OBJ_obj2nid(oid) != NID_pSpecified || type != V_ASN1_OCTET_STRING) return false;
    *label = value;
    return true;
}

static bool oaep_decrypt(const struct keyring *k, EVP_PKEY *pkey, const RSA_OAEP_PARAMS *p,
                         const uint8_t *in, size_t in_n, uint8_t *out, size_t *out_n)
{
    const char *hash = oaep_hash(p->hashFunc), *mgf = mgf_hash(p->maskGenFunc);
    const ASN1_OCTET_STRING *label;
    if (!hash || !mgf || !oaep_label(p->pSourceFunc, &label)) return false;
    OSSL_PARAM params[5], *q = params;
    *q++ = OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, "oaep", 0);
    *q++ = OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, (char *) hash, 0);
    *q++ = OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, (char *) mgf, 0);
    if (label && label->length)
        *q++ = OSSL_PARAM_construct_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, label->data,
                                                 (size_t) label->length);
    *q = OSSL_PARAM_construct_end();
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(k->ctx, pkey, NULL);
    bool ok = c && EVP_PKEY_decrypt_init_ex(c, params) == 1 &&
              EVP_PKEY_decrypt(c, out, out_n, in, in_n) == 1;
    EVP_PKEY_CTX_free(c);
    return ok;
}

static enum keyring_rc unwrap_oaep(const struct keyring *k, const struct keyring_key *key,
                                   const X509_ALGOR *alg, const uint8_t *in, size_t in_n,
                                   size_t want, uint8_t **out, size_t *n)
{
    int type;
    const void *value;
    uint8_t plain[1024];
    size_t plain_n = sizeof plain;
    X509_ALGOR_get0(NULL, &type, &value, alg);
    RSA_OAEP_PARAMS *p =
        type == V_ASN1_SEQUENCE ? ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_OAEP_PARAMS)) : NULL;
    bool ok = p && in_n == (size_t) EVP_PKEY_get_size(key->pkey) && in_n <= sizeof plain &&
              oaep_decrypt(k, key->pkey, p, in, in_n, plain, &plain_n) && plain_n == want &&
              keyring_give(plain, plain_n, out, n);
    RSA_OAEP_PARAMS_free(p);
    OPENSSL_cleanse(plain, sizeof plain);
    return ok ? KEYRING_OK : KEYRING_FAILED;
}

enum keyring_rc keyring_unwrap(const struct keyring *k, size_t key, const uint8_t *algorithm,
                               size_t algorithm_n, const uint8_t *encrypted, size_t encrypted_n,
                               size_t want, uint8_t **out, size_t *n)
{
    if (key >= k->set.key_count || want < 5 || want > KEYRING_MAX_CONTENT_KEY ||
        !EVP_PKEY_is_a(k->set.keys[key].pkey, "RSA"))
        return KEYRING_REFUSED;
    X509_ALGOR *alg = read_algorithm(algorithm, algorithm_n);
    const ASN1_OBJECT *oid = NULL;
    enum keyring_rc rc = KEYRING_REFUSED;
    if (alg) X509_ALGOR_get0(&oid, NULL, NULL, alg);
    if (oid && OBJ_obj2nid(oid) == NID_rsaEncryption)
        rc = unwrap_v15(k, &k->set.keys[key], encrypted, encrypted_n, want, out, n);
    else if (oid && OBJ_obj2nid(oid) == NID_rsaesOaep)
        rc = unwrap_oaep(k, &k->set.keys[key], alg, encrypted, encrypted_n, want, out, n);
    X509_ALGOR_free(alg);
    ERR_clear_error();
    return rc;
}
