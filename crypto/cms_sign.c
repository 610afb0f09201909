#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <strings.h>

#include "crypto/cms_parts.h"
#include "crypto/der.h"
#include "crypto/ossl.h"

enum { CHAIN_MAX = 16, BAG_MAX = CHAIN_MAX + 2, STATE_MAX = 512 * 1024, SIGNATURE_MAX = 2048 };

/* What the private key signs (RFC 5652 section 5.4): the attributes as SET OF, not as [0]. */
typedef STACK_OF(X509_ATTRIBUTE) attributes_t;
ASN1_ITEM_TEMPLATE(signed_attributes) = ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SET_OF, 0, attributes,
                                                              X509_ATTRIBUTE)
    static_ASN1_ITEM_TEMPLATE_END(signed_attributes)

    /* The stack borrows its attributes. */
    static void attributes_cleanup(attributes_t * *s)
{
    sk_X509_ATTRIBUTE_free(*s);
}

static void capabilities_cleanup(STACK_OF(X509_ALGOR) * *s)
{
    sk_X509_ALGOR_pop_free(*s, X509_ALGOR_free);
}

const char *cms_sign_digest(const struct cert *signer)
{
    const EVP_PKEY *key = X509_get0_pubkey(cert_x509(signer));
    if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return "sha256";
    int bits = EVP_PKEY_get_bits(key);
    return bits <= 256 ? "sha256" : bits <= 384 ? "sha384" : "sha512";
}

/* --- attributes ---------------------------------------------------------------------- */

/* What we can read, best first (RFC 8551 section 2.5.2). */
static bool add_capabilities(CMS_SignerInfo *si)
{
    __attribute__((cleanup(capabilities_cleanup))) STACK_OF(X509_ALGOR) *list = NULL;
    return CMS_add_simple_smimecap(&list, NID_aes_256_gcm, -1) &&
           CMS_add_simple_smimecap(&list, NID_aes_128_gcm, -1) &&
           CMS_add_simple_smimecap(&list, NID_aes_256_cbc, -1) &&
           CMS_add_simple_smimecap(&list, NID_aes_128_cbc, -1) && CMS_add_smimecap(si, list);
}

static bool add_time(CMS_SignerInfo *si, int64_t at)
{
    ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t) at);
    bool ok =
        t && CMS_signed_add1_attr_by_NID(si, NID_pkcs9_signingTime, ASN1_STRING_type(t), t, -1);
    ASN1_TIME_free(t);
    return ok;
}

/* RFC 8551 section 2.5.3: CHOICE, issuerAndSerialNumber [0] IMPLICIT. OpenSSL's setters take no
 * tagged value, so the Attribute is written here and read back. */
static bool add_preference(CMS_SignerInfo *si, X509 *x)
{
    CLEANUP_BUF struct buf b = BUF_INIT(128 * 1024);
    OSSL_OWN_BYTES name = NULL;
    OSSL_OWN_BYTES serial = NULL;
    int name_n = i2d_X509_NAME(X509_get_issuer_name(x), &name);
    int serial_n = i2d_ASN1_INTEGER(X509_get_serialNumber(x), &serial);
    if (name_n <= 0 || serial_n <= 0) return false;
    const ASN1_OBJECT *type = OBJ_nid2obj(NID_id_smime_aa_encrypKeyPref);
    der_add(&b, BER_OID, str_n(OBJ_get0_data(type), OBJ_length(type)));
    size_t at = b.n;
    buf_add(&b, name, (size_t) name_n);
    buf_add(&b, serial, (size_t) serial_n);
    der_wrap(&b, at, BER_CONTEXT_CONS(0));
    der_wrap(&b, at, BER_SET);
    der_wrap(&b, 0, BER_SEQUENCE);
    const unsigned char *p = (const unsigned char *) b.p;
    OSSL_OWN(X509_ATTRIBUTE) attribute = b.failed ? NULL : d2i_X509_ATTRIBUTE(NULL, &p, (long) b.n);
    return attribute && CMS_signed_add1_attr(si, attribute);
}

static bool add_attributes(CMS_SignerInfo *si, const struct cms_sign_options *o, str_t digest)
{
    return CMS_signed_add1_attr_by_NID(si, NID_pkcs9_contentType, V_ASN1_OBJECT,
                                       OBJ_nid2obj(NID_pkcs7_data), -1) &&
           CMS_signed_add1_attr_by_NID(si, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest.p,
                                       (int) digest.n) &&
           add_time(si, o->signing_time) && add_capabilities(si) &&
           (!o->encryption || add_preference(si, cert_x509(o->encryption)));
}

/* An RSA-PSS key must sign with RSASSA-PSS (RFC 4056): same hash for MGF1, salt as long as it. */
static bool set_pss(CMS_SignerInfo *si, const EVP_MD *md)
{
    X509_ALGOR *sig = NULL;
    RSA_PSS_PARAMS *pss = RSA_PSS_PARAMS_new();
    ASN1_STRING *packed = NULL, *mgf = NULL;
    bool ok = pss && (pss->hashAlgorithm = X509_ALGOR_new()) &&
              (pss->maskGenAlgorithm = X509_ALGOR_new()) &&
              (pss->saltLength = ASN1_INTEGER_new()) &&
              ASN1_INTEGER_set(pss->saltLength, EVP_MD_get_size(md));
    if (ok) {
        X509_ALGOR_set_md(pss->hashAlgorithm, md);
        ok = ASN1_item_pack(pss->hashAlgorithm, ASN1_ITEM_rptr(X509_ALGOR), &mgf) &&
             X509_ALGOR_set0(pss->maskGenAlgorithm, OBJ_nid2obj(NID_mgf1), V_ASN1_SEQUENCE, mgf);
        if (ok) mgf = NULL;
    }
    ok = ok && ASN1_item_pack(pss, ASN1_ITEM_rptr(RSA_PSS_PARAMS), &packed);
    CMS_SignerInfo_get0_algs(si, NULL, NULL, NULL, &sig);
    ok = ok && X509_ALGOR_set0(sig, OBJ_nid2obj(NID_rsassaPss), V_ASN1_SEQUENCE, packed);
    if (!ok) ASN1_STRING_free(packed);
    ASN1_STRING_free(mgf);
    RSA_PSS_PARAMS_free(pss);
    return ok;
}

/* --- first phase --------------------------------------------------------------------- */

/* The signer's own certificate is added by CMS_add1_signer; a certificate twice is an error of
 * OpenSSL's, so that the chain may well hold the signer. */
static bool add_certificates(CMS_ContentInfo *cms, const struct cms_sign_options *o)
{
    for (size_t i = 0; i <= o->chain_count; i++) {
        const struct cert *c = i < o->chain_count ? o->chain[i] : o->encryption;
        if (!c || cert_equal(c, o->signer)) continue;
        if (!CMS_add1_cert(cms, cert_x509(c))) {
            if (ERR_GET_REASON(ERR_peek_last_error()) != CMS_R_CERTIFICATE_ALREADY_PRESENT) {
                return false;
            }
            ossl_drain();
        }
    }
    return true;
}

static rc_t check_options(const struct cms_sign_options *o, str_t digest, const EVP_MD *md,
                          struct err *e)
{
    const EVP_PKEY *key = X509_get0_pubkey(cert_x509(o->signer));
    int type = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
    if (type != EVP_PKEY_RSA && type != EVP_PKEY_RSA_PSS && type != EVP_PKEY_EC) {
        return ossl_fail(e, RC_UNSUPPORTED, "This kind of key cannot sign mail here.");
    }
    if (!cert_usage_allows(cert_x509(o->signer), PURPOSE_SIGN)) {
        return ossl_fail(e, RC_NO_CERTIFICATE, "This certificate is not meant for signing mail.");
    }
    if (!md || (int) digest.n != EVP_MD_get_size(md) || o->chain_count > CHAIN_MAX) {
        return err_set(e, RC_INTERNAL, NULL);
    }
    return RC_OK;
}

static rc_t write_attributes(CMS_SignerInfo *si, struct buf *out, struct err *e)
{
    __attribute__((cleanup(attributes_cleanup))) attributes_t *list = sk_X509_ATTRIBUTE_new_null();
    OSSL_OWN_BYTES der = NULL;
    bool ok = list != NULL;
    for (int i = 0; ok && i < CMS_signed_get_attr_count(si); i++) {
        ok = sk_X509_ATTRIBUTE_push(list, CMS_signed_get_attr(si, i)) > 0;
    }
    int n = ok ? ASN1_item_i2d((ASN1_VALUE *) list, &der, ASN1_ITEM_rptr(signed_attributes)) : -1;
    if (n <= 0) return ossl_fail(e, RC_INTERNAL, NULL);
    return buf_add(out, der, (size_t) n) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

static rc_t write_cms(CMS_ContentInfo *cms, struct buf *out, struct err *e)
{
    int n = i2d_CMS_ContentInfo(cms, NULL);
    if (n <= 0) return ossl_fail(e, RC_INTERNAL, NULL);
    if (!buf_reserve(out, (size_t) n)) return err_set(e, RC_TOO_LARGE, NULL);
    unsigned char *p = (unsigned char *) out->p + out->n;
    if (i2d_CMS_ContentInfo(cms, &p) != n) return ossl_fail(e, RC_INTERNAL, NULL);
    out->n += (size_t) n;
    out->p[out->n] = '\0';
    return RC_OK;
}

rc_t cms_sign_prepare(const struct cms_sign_options *o, str_t digest, struct buf *state,
                      struct buf *attributes, struct err *e)
{
    const EVP_MD *md = ossl_md(cms_sign_digest(o->signer));
    TRY(check_options(o, digest, md, e));
    X509 *x = cert_x509(o->signer);
    EVP_PKEY *key = X509_get0_pubkey(x);
    OSSL_OWN(CMS_ContentInfo)
    cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_DETACHED | CMS_PARTIAL | CMS_BINARY);
    /* The public key stands in for the private one: nothing is signed before CMS_final, which is
     * never called here. CMS_CADES adds signingCertificateV2 (RFC 5035). */
    CMS_SignerInfo *si =
        cms ? CMS_add1_signer(cms, x, key, md,
                              CMS_PARTIAL | CMS_CADES | CMS_NOSMIMECAP | CMS_BINARY)
            : NULL;
    bool pss = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS;
    if (!si || !add_attributes(si, o, digest) || (pss && !set_pss(si, md)) ||
        !add_certificates(cms, o)) {
        return ossl_fail(e, RC_INTERNAL, "The signature could not be prepared.");
    }
    size_t state_n = state->n;
    TRY(write_cms(cms, state, e));
    rc_t rc = write_attributes(si, attributes, e);
    if (rc != RC_OK) state->n = state_n;
    ossl_drain();
    return rc;
}

/* --- second phase -------------------------------------------------------------------- */

/* A prepared or finished signature, its certificates beside it: they were read before, and OpenSSL
 * 3.0 takes longer for each of them than for checking the signature (cert_cache.h). */
struct state {
    struct buf bare;
    CMS_ContentInfo *cms;
    CMS_SignerInfo *si; /* in cms */
    str_t bag[BAG_MAX];
    size_t count;
};

static void state_free(struct state *s)
{
    CMS_ContentInfo_free(s->cms);
    buf_free(&s->bare);
}

static rc_t read_state(str_t in, struct state *s)
{
    *s = (struct state){.bare = BUF_INIT(STATE_MAX)};
    if (!in.n || in.n > STATE_MAX || cms_sniff(in) != CMS_TYPE_SIGNED ||
        !cms_take_certificates(in, &s->bare, s->bag, BAG_MAX, &s->count))
        return RC_DAMAGED;
    const unsigned char *p = (const unsigned char *) s->bare.p, *end = p + s->bare.n;
    s->cms = d2i_CMS_ContentInfo(NULL, &p, (long) s->bare.n);
    if (!s->cms || p != end || OBJ_obj2nid(CMS_get0_type(s->cms)) != NID_pkcs7_signed ||
        sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(s->cms)) != 1)
        return RC_DAMAGED;
    s->si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(s->cms), 0);
    return RC_OK;
}

/* Does the signature fit the attributes under the certificate that the state names? */
static bool self_check(const struct state *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct cert *c = NULL;
        if (cert_parse(s->bag[i], &c, NULL) != RC_OK) continue;
        bool named = CMS_SignerInfo_cert_cmp(s->si, cert_x509(c)) == 0;
        if (named) CMS_SignerInfo_set1_signer_cert(s->si, cert_x509(c));
        cert_unref(c);
        if (named) return CMS_SignerInfo_verify(s->si) == 1;
    }
    return false;
}

/* Opaque: the attribute must be the digest of what is put in. */
static bool digest_fits(CMS_SignerInfo *si, const struct flow *content)
{
    X509_ALGOR *alg = NULL;
    unsigned char value[EVP_MAX_MD_SIZE];
    size_t n = 0;
    CMS_SignerInfo_get0_algs(si, NULL, NULL, &alg, NULL);
    const char *md = alg ? OBJ_nid2sn(OBJ_obj2nid(alg->algorithm)) : NULL;
    const ASN1_OCTET_STRING *want = CMS_signed_get0_data_by_OBJ(
        si, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
    return md && want && cms_digest_flow(md, content, value, &n, NULL) == RC_OK &&
           (int) n == ASN1_STRING_length(want) &&
           memcmp(value, ASN1_STRING_get0_data(want), n) == 0;
}

static bool set_signature(CMS_SignerInfo *si, str_t value)
{
    return value.n && value.n <= SIGNATURE_MAX &&
           ASN1_OCTET_STRING_set(CMS_SignerInfo_get0_signature(si), (const unsigned char *) value.p,
                                 (int) value.n) == 1;
}

/* The state with its signature in. */
static rc_t finish(str_t in, str_t signature, struct state *s, struct buf *out, struct err *e)
{
    CLEANUP_BUF struct buf bare = BUF_INIT(STATE_MAX);
    if (read_state(in, s) != RC_OK)
        return ossl_fail(e, RC_DAMAGED, "The prepared signature is damaged.");
    if (!set_signature(s->si, signature) || !self_check(s))
        return ossl_fail(e, RC_SIGNATURE_REJECTED, NULL);
    TRY(write_cms(s->cms, &bare, e));
    if (!cms_with_certificates(buf_view(&bare), in, out)) return err_set(e, RC_TOO_LARGE, NULL);
    ossl_drain();
    return RC_OK;
}

rc_t cms_sign_finish(str_t state, str_t signature, str_t content, struct buf *out, struct err *e)
{
    CLEANUP_BUF struct buf detached = BUF_INIT(2 * STATE_MAX);
    __attribute__((cleanup(state_free))) struct state s;
    TRY(finish(state, signature, &s, &detached, e));
    if (!str_is_null(content)) return cms_sign_attach(buf_view(&detached), content, out, e);
    return buf_str(out, buf_view(&detached)) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

rc_t cms_sign_around(str_t detached, const struct flow *content, struct buf *before,
                     struct buf *after, struct err *e)
{
    __attribute__((cleanup(state_free))) struct state s;
    if (read_state(detached, &s) != RC_OK)
        return ossl_fail(e, RC_DAMAGED, "The signature is damaged.");
    if (!self_check(&s) || !digest_fits(s.si, content))
        return ossl_fail(e, RC_SIGNATURE_REJECTED, NULL);
    ossl_drain();
    return cms_insert_content(detached, content->n, before, after)
               ? RC_OK
               : err_set(e, RC_DAMAGED, "The signature is damaged.");
}

rc_t cms_sign_attach(str_t detached, str_t content, struct buf *out, struct err *e)
{
    CLEANUP_BUF struct buf before = BUF_INIT(STATE_MAX), after = BUF_INIT(STATE_MAX);
    const struct flow all = flow_of_str(&content);
    TRY(cms_sign_around(detached, &all, &before, &after, e));
    if (!buf_reserve(out, before.n + content.n + after.n)) return err_set(e, RC_TOO_LARGE, NULL);
    buf_str(out, buf_view(&before));
    buf_str(out, content);
    buf_str(out, buf_view(&after));
    return RC_OK;
}
