#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <pthread.h>

#include "crypto/cert.h"
#include "crypto/ossl.h"

/* --- keys that may be used with RSAES-OAEP only (RFC 4055 section 4) ---------------------- */

static const EVP_MD *digest_of(const X509_ALGOR *alg)
{
    const struct ossl_algorithms *a = ossl_algorithms();
    const ASN1_OBJECT *oid = NULL;
    if (!a) return NULL;
    if (!alg) return a->sha1; /* the DEFAULT of RSAES-OAEP-params */
    X509_ALGOR_get0(&oid, NULL, NULL, alg);
    int nid = OBJ_obj2nid(oid);
    return nid == NID_sha1 ? a->sha1 : ossl_md(OBJ_nid2sn(nid));
}

static const EVP_MD *mask_digest_of(const X509_ALGOR *mgf)
{
    if (!mgf) return digest_of(NULL);
    if (OBJ_obj2nid(mgf->algorithm) != NID_mgf1 || !mgf->parameter) return NULL;
    OSSL_OWN(X509_ALGOR)
    hash = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR), mgf->parameter);
    return hash ? digest_of(hash) : NULL;
}

static int mark_index = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_mark(void *parent, void *mark, CRYPTO_EX_DATA *ad, int index, long argl,
                      void *argp)
{
    (void) parent;
    (void) ad;
    (void) index;
    (void) argl;
    (void) argp;
    X509_ALGOR_free(mark);
}

static void make_index(void)
{
    mark_index = X509_get_ex_new_index(0, NULL, NULL, NULL, free_mark);
}

/* OpenSSL 3.0 does not decode such a key, and gives up on a chain whose key it has not. So the copy
 * of the certificate gets the key as plain RSA put in its place; the signed bytes stay what they
 * were. The algorithm the certificate names is kept beside it. */
static X509 *copy_with_plain_key(X509 *x, const X509_ALGOR *alg, const unsigned char *key, int n)
{
    OSSL_OWN_BYTES spki = NULL;
    OSSL_OWN(EVP_PKEY) rsa = d2i_PublicKey(EVP_PKEY_RSA, NULL, &key, n);
    OSSL_OWN(X509_ALGOR) mark = X509_ALGOR_dup(alg);
    OSSL_OWN(X509) copy = X509_dup(x);
    int spki_n = rsa ? i2d_PUBKEY(rsa, &spki) : -1;
    if (spki_n <= 0 || !mark || !copy) return NULL;
    const unsigned char *p = spki;
    X509_PUBKEY *place = X509_get_X509_PUBKEY(copy);
    if (!d2i_X509_PUBKEY(&place, &p, spki_n) || place != X509_get_X509_PUBKEY(copy) ||
        !X509_set_ex_data(copy, mark_index, mark)) {
        return NULL;
    }
    mark = NULL;
    X509 *done = copy;
    copy = NULL;
    return done;
}

X509 *cert_own(X509 *x)
{
    ASN1_OBJECT *oid = NULL;
    X509_ALGOR *alg = NULL;
    const unsigned char *key = NULL;
    int n = 0;
    pthread_once(&once, make_index);
    X509_PUBKEY_get0_param(&oid, &key, &n, &alg, X509_get_X509_PUBKEY(x));
    if (mark_index >= 0 && OBJ_obj2nid(oid) == NID_rsaesOaep) {
        X509 *copy = copy_with_plain_key(x, alg, key, n);
        if (copy) return copy;
    }
    return X509_up_ref(x) ? x : NULL;
}

bool cert_demands_oaep(X509 *x, struct cert_oaep *out)
{
    struct cert_oaep oaep = {.algorithm = X509_get_ex_data(x, mark_index)};
    if (!oaep.algorithm) return false;
    if (!oaep.algorithm->parameter) {
        const struct ossl_algorithms *a = ossl_algorithms();
        oaep.md = oaep.mask_md = a ? a->sha256 : NULL; /* the sender may choose */
        oaep.free_choice = true;
    } else {
        RSA_OAEP_PARAMS *p =
            ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_OAEP_PARAMS), oaep.algorithm->parameter);
        if (p && !p->pSourceFunc) { /* a label nobody uses: not supported */
            oaep.md = digest_of(p->hashFunc);
            oaep.mask_md = mask_digest_of(p->maskGenFunc);
        }
        RSA_OAEP_PARAMS_free(p);
    }
    if (out) *out = oaep;
    return true;
}

/* --- what it may be used for --------------------------------------------------------- */

static bool ec_is_named(const EVP_PKEY *key)
{
    char name[80];
    size_t n = 0;
    int explicit_form = 0;
    EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit_form);
    return !explicit_form && EVP_PKEY_get_group_name(key, name, sizeof name, &n) == 1;
}

bool cert_usage_allows(X509 *x, enum cert_purpose purpose)
{
    uint32_t flags = X509_get_extension_flags(x);
    uint32_t ku = X509_get_key_usage(x); /* all bits when absent */
    const EVP_PKEY *key = X509_get0_pubkey(x);
    if (!key || (flags & EXFLAG_INVALID)) return false;
    if ((flags & EXFLAG_XKUSAGE) && !(X509_get_extended_key_usage(x) & (XKU_SMIME | XKU_ANYEKU))) {
        return false;
    }
    int type = EVP_PKEY_get_base_id(key);
    if (type == EVP_PKEY_EC && !ec_is_named(key)) return false;
    if (purpose == PURPOSE_SIGN && cert_demands_oaep(x, NULL)) return false;
    if (purpose == PURPOSE_SIGN) return (ku & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
    if (type == EVP_PKEY_RSA) return (ku & KU_KEY_ENCIPHERMENT) != 0;
    if (type == EVP_PKEY_EC) {
        bool absent = !(flags & EXFLAG_KUSAGE);
        return absent || ((ku & KU_KEY_AGREEMENT) && !(ku & KU_DECIPHER_ONLY));
    }
    return false;
}

bool cert_has_weak_hash(X509 *x)
{
    int digest = NID_undef;
    if (!X509_get_signature_info(x, &digest, NULL, NULL, NULL)) return true;
    return digest == NID_md2 || digest == NID_md4 || digest == NID_md5 || digest == NID_sha1 ||
           digest == NID_mdc2 || digest == NID_ripemd160;
}

bool cert_is_weak(X509 *x)
{
    const EVP_PKEY *key = X509_get0_pubkey(x);
    if (!key) return true;
    int type = EVP_PKEY_get_base_id(key), bits = EVP_PKEY_get_bits(key);
    if ((type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS || type == EVP_PKEY_DSA) && bits < 2048) {
        return true;
    }
    if (type == EVP_PKEY_EC && bits < 224) return true;
    return !(X509_get_extension_flags(x) & EXFLAG_SS) && cert_has_weak_hash(x);
}

static const char *key_word(int type)
{
    switch (type) {
    case EVP_PKEY_RSA:
        return "rsa";
    case EVP_PKEY_RSA_PSS:
        return "rsa-pss";
    case EVP_PKEY_EC:
        return "ec";
    case EVP_PKEY_ED25519:
        return "ed25519";
    case EVP_PKEY_ED448:
        return "ed448";
    case EVP_PKEY_X25519:
        return "x25519";
    case EVP_PKEY_X448:
        return "x448";
    case EVP_PKEY_DSA:
        return "dsa";
    default:
        return "unknown";
    }
}

static str_t curve_word(const EVP_PKEY *key, struct arena *a)
{
    static const struct {
        const char *openssl;
        str_t word;
    } names[] = {{"prime256v1", STR_INIT("P-256")},
                 {"secp384r1", STR_INIT("P-384")},
                 {"secp521r1", STR_INIT("P-521")}};
    char name[80];
    size_t n = 0;
    if (EVP_PKEY_get_group_name(key, name, sizeof name, &n) != 1) return STR_NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i].openssl) == 0) return names[i].word;
    }
    return arena_str(a, str_c(name));
}

void cert_describe_key(X509 *x, struct arena *a, struct cert_info *info)
{
    const EVP_PKEY *key = X509_get0_pubkey(x);
    info->key_algorithm = "unknown";
    if (!key) return;
    int type = EVP_PKEY_get_base_id(key), bits = EVP_PKEY_get_bits(key);
    info->key_algorithm = cert_demands_oaep(x, NULL) ? "rsa-oaep" : key_word(type);
    info->key_bits = bits > 0 ? (unsigned) bits : 0;
    if (type == EVP_PKEY_EC) info->curve = curve_word(key, a);
    /* Of what the usage allows, only what OpenSSL 3.0's CMS can do is offered. */
    bool known = type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS || type == EVP_PKEY_EC;
    info->can_sign = known && cert_usage_allows(x, PURPOSE_SIGN);
    info->can_encrypt = cert_usage_allows(x, PURPOSE_ENCRYPT);
}
