#include "crypto/cms_signer.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <strings.h>

#include "base/b64.h"
#include "crypto/ber.h"

enum digest {
    D_MD5,
    D_SHA1,
    D_SHA224,
    D_SHA256,
    D_SHA384,
    D_SHA512,
    D_SHA3_256,
    D_SHA3_384,
    D_SHA3_512,
    D_COUNT,
    D_NONE = D_COUNT
};
enum scheme { S_RSA, S_PSS, S_ECDSA, S_DSA, S_COUNT };

static const int DIGEST_NID[D_COUNT] = {NID_md5,      NID_sha1,     NID_sha224,
                                        NID_sha256,   NID_sha384,   NID_sha512,
                                        NID_sha3_256, NID_sha3_384, NID_sha3_512};

#define ROW(scheme)                                                                                \
    {                                                                                              \
        scheme "-md5", scheme "-sha1", scheme "-sha224", scheme "-sha256", scheme "-sha384",       \
            scheme "-sha512", scheme "-sha3-256", scheme "-sha3-384", scheme "-sha3-512"           \
    }
static const char *const WORDS[S_COUNT][D_COUNT] = {[S_RSA] = ROW("rsa-pkcs1"),
                                                    [S_PSS] = ROW("rsa-pss"),
                                                    [S_ECDSA] = ROW("ecdsa"),
                                                    [S_DSA] = ROW("dsa")};

static enum digest digest_of_nid(int nid)
{
    for (int i = 0; i < D_COUNT; i++) {
        if (DIGEST_NID[i] == nid) return (enum digest) i;
    }
    return D_NONE;
}

static int algorithm_nid(const X509_ALGOR *alg)
{
    const ASN1_OBJECT *oid = NULL;
    if (!alg) return NID_undef;
    X509_ALGOR_get0(&oid, NULL, NULL, alg);
    return OBJ_obj2nid(oid);
}

/* Hash of RSASSA-PSS-params (RFC 4055 section 3.1): SHA-1 when absent. */
static enum digest pss_digest(const X509_ALGOR *alg)
{
    const void *value = NULL;
    int type = V_ASN1_UNDEF;
    X509_ALGOR_get0(NULL, &type, &value, alg);
    if (type != V_ASN1_SEQUENCE) return D_SHA1;
    RSA_PSS_PARAMS *params = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    if (!params) return D_NONE;
    enum digest d =
        params->hashAlgorithm ? digest_of_nid(algorithm_nid(params->hashAlgorithm)) : D_SHA1;
    RSA_PSS_PARAMS_free(params);
    return d;
}

void cms_algorithm_of(CMS_SignerInfo *si, struct cms_algorithm *out)
{
    X509_ALGOR *digest_alg = NULL, *sig_alg = NULL;
    int md_nid = NID_undef, key_nid = NID_undef;
    CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest_alg, &sig_alg);
    enum digest content = digest_of_nid(algorithm_nid(digest_alg)), used = content;
    int sig = algorithm_nid(sig_alg);
    *out = (struct cms_algorithm){.word = "unknown"};
    if (content != D_NONE) out->md = EVP_get_digestbynid(DIGEST_NID[content]);
    if (sig == NID_ED25519 || sig == NID_ED448) {
        out->word = sig == NID_ED25519 ? "ed25519" : "ed448";
        out->weak = content == D_MD5 || content == D_SHA1;
        return;
    }
    if (sig == NID_rsassaPss) {
        used = pss_digest(sig_alg);
        key_nid = NID_rsassaPss;
    } else if (OBJ_find_sigid_algs(sig, &md_nid, &key_nid)) {
        if (md_nid != NID_undef) used = digest_of_nid(md_nid);
    } else {
        key_nid = sig; /* rsaEncryption and the like: the digest is the content's */
    }
    int scheme = -1;
    switch (key_nid) {
    case NID_rsaEncryption:
        scheme = S_RSA;
        break;
    case NID_rsassaPss:
        scheme = S_PSS;
        break;
    case NID_X9_62_id_ecPublicKey:
        scheme = S_ECDSA;
        break;
    case NID_dsa:
        scheme = S_DSA;
        break;
    default:
        break;
    }
    if (scheme >= 0 && used != D_NONE) out->word = WORDS[scheme][used];
    out->weak =
        scheme == S_DSA || content == D_MD5 || content == D_SHA1 || used == D_MD5 || used == D_SHA1;
    ossl_drain();
}

static str_t serial_hex(const ASN1_INTEGER *serial, struct arena *a)
{
    return hex_encode(a, str_n(ASN1_STRING_get0_data(serial), (size_t) ASN1_STRING_length(serial)));
}

rc_t cms_signer_name(CMS_SignerInfo *si, struct arena *a, str_t *issuer, str_t *serial,
                     struct err *e)
{
    ASN1_OCTET_STRING *key_id = NULL;
    X509_NAME *name = NULL;
    ASN1_INTEGER *number = NULL;
    if (CMS_SignerInfo_get0_signer_id(si, &key_id, &name, &number) != 1 || !name || !number) {
        return RC_OK;
    }
    OSSL_OWN_BYTES der = NULL;
    int n = i2d_X509_NAME(name, &der);
    str_t text = n > 0 ? cert_name_text(str_n(der, (size_t) n), a) : STR_NULL;
    str_t hex = serial_hex(number, a);
    if (n > 0 && (str_is_null(text) || str_is_null(hex))) return err_set(e, RC_NO_MEMORY, NULL);
    *issuer = text;
    *serial = hex;
    return RC_OK;
}

static struct cert *find_by_issuer(const struct ber_value *both, struct cert *const *bag, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        X509 *x = cert_x509(bag[i]);
        OSSL_OWN_BYTES name = NULL;
        OSSL_OWN_BYTES serial = NULL;
        int name_n = i2d_X509_NAME(X509_get_issuer_name(x), &name);
        int serial_n = i2d_ASN1_INTEGER(X509_get_serialNumber(x), &serial);
        struct ber r = ber_inside(both);
        struct ber_value v, s;
        if (name_n > 0 && serial_n > 0 && ber_next(&r, &v) && ber_next(&r, &s) &&
            str_eq(v.whole, str_n(name, (size_t) name_n)) &&
            str_eq(s.whole, str_n(serial, (size_t) serial_n))) {
            return bag[i];
        }
    }
    return NULL;
}

static struct cert *find_by_key_id(str_t id, struct cert *const *bag, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const ASN1_OCTET_STRING *own = X509_get0_subject_key_id(cert_x509(bag[i]));
        if (own &&
            str_eq(id, str_n(ASN1_STRING_get0_data(own), (size_t) ASN1_STRING_length(own)))) {
            return bag[i];
        }
    }
    return NULL;
}

struct cert *cms_signer_preference(CMS_SignerInfo *si, struct cert *const *bag, size_t n)
{
    int at = CMS_signed_get_attr_by_NID(si, NID_id_smime_aa_encrypKeyPref, -1);
    const ASN1_TYPE *type =
        at < 0 ? NULL : X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(si, at), 0);
    OSSL_OWN_BYTES der = NULL;
    int size = type ? i2d_ASN1_TYPE(type, &der) : 0;
    struct cert *found = NULL;
    if (size > 0) {
        struct ber r = ber_start(str_n(der, (size_t) size));
        struct ber_value v, id;
        if (ber_expect(&r, BER_CONTEXT_CONS(0), &v)) {
            found = find_by_issuer(&v, bag, n);
        } else if (ber_expect(&r, BER_CONTEXT_CONS(1), &v)) {
            struct ber in = ber_inside(&v);
            if (ber_expect(&in, BER_OCTET_STRING, &id)) found = find_by_key_id(id.content, bag, n);
        } else if (ber_expect(&r, BER_CONTEXT(2), &v)) {
            found = find_by_key_id(v.content, bag, n);
        }
    }
    ossl_drain();
    return found;
}
