/* Verification of SignedData (RFC 5652 section 5), signer by signer. */
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <time.h>

#include "base/mutant.h"
#include "crypto/cms_parts.h"
#include "crypto/cms_signer.h"
#include "crypto/ossl.h"

enum { SIGNERS_MAX = 32, BAG_MAX = 128, CANDIDATES_MAX = 8, DIGESTS_MAX = 12 };
/* Certificates, CRLs and signers together. */
#define REST_MAX ((size_t) 16 << 20)

static str_t octet_slice(const ASN1_OCTET_STRING *s)
{
    return s ? str_n(ASN1_STRING_get0_data(s), (size_t) ASN1_STRING_length(s)) : STR_NULL;
}

/* --- attributes ------------------------------------------------------------------------ */

/* messageDigest and contentType, each exactly once with one value (RFC 5652 section 11). */
static bool attributes_fit(CMS_ContentInfo *cms, CMS_SignerInfo *si, str_t digest)
{
    const ASN1_OBJECT *type = CMS_get0_eContentType(cms);
    const ASN1_OCTET_STRING *said = CMS_signed_get0_data_by_OBJ(
        si, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
    const ASN1_OBJECT *kind =
        CMS_signed_get0_data_by_OBJ(si, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);
    str_t want = octet_slice(said);
    return said && kind && type && OBJ_cmp(kind, type) == 0 && want.n == digest.n &&
           CRYPTO_memcmp(want.p, digest.p, digest.n) == 0;
}

/* Signed attributes as the DER SET that is signed, in the order they came. */
static bool attributes_der(CMS_SignerInfo *si, struct buf *out)
{
    CLEANUP_BUF struct buf all = BUF_INIT(CMS_RECIPIENTS_MAX);
    for (int i = 0; i < CMS_signed_get_attr_count(si); i++) {
        OSSL_OWN_BYTES der = NULL;
        int n = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(si, i), &der);
        if (n <= 0 || !buf_add(&all, der, (size_t) n)) return false;
    }
    size_t n = all.n;
    bool ok = buf_char(out, (char) BER_SET);
    if (n < 0x80) {
        ok = ok && buf_char(out, (char) n);
    } else {
        unsigned char head[4] = {0x83, (unsigned char) (n >> 16), (unsigned char) (n >> 8),
                                 (unsigned char) n};
        size_t skip = n < 0x100 ? 2 : n < 0x10000 ? 1 : 0;
        head[skip] = (unsigned char) (0x83 - skip);
        ok = ok && buf_add(out, head + skip, 4 - skip);
    }
    return ok && buf_str(out, buf_view(&all));
}

/* OpenSSL 3.0 cannot verify EdDSA in CMS (RFC 8419): its attributes are signed without a digest. */
static bool eddsa_right(CMS_SignerInfo *si, X509 *x)
{
    CLEANUP_BUF struct buf tbs = BUF_INIT(2 * CMS_RECIPIENTS_MAX);
    OSSL_OWN(EVP_MD_CTX) ctx = EVP_MD_CTX_new();
    str_t sig = octet_slice(CMS_SignerInfo_get0_signature(si));
    return ctx && attributes_der(si, &tbs) &&
           EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, X509_get0_pubkey(x)) == 1 &&
           EVP_DigestVerify(ctx, (const unsigned char *) sig.p, sig.n,
                            (const unsigned char *) tbs.p, tbs.n) == 1;
}

/* --- one signer -------------------------------------------------------------------------- */

struct checking {
    CMS_ContentInfo *cms;
    str_t content;    /* null where it is only poured */
    struct flow flow; /* the same */
    bool plain_data;  /* eContentType is id-data: the only one S/MIME signs */
    struct arena *arena;
    const struct cms_verify_options *options;
    struct cms_signed *result;
    struct cert_effort *effort; /* for all signers together */
    struct {
        const EVP_MD *md;
        BIO *chain;
    } digests[DIGESTS_MAX]; /* owned; each algorithm once, however many signers name it */
    size_t digest_count;
};

static rc_t write_bio(void *ctx, str_t bytes, struct err *e)
{
    bool ok = BIO_write(ctx, bytes.p, (int) bytes.n) == (int) bytes.n;
    return ok ? RC_OK : err_set(e, RC_INTERNAL, NULL);
}

static BIO *digest_bio(const EVP_MD *md, const struct flow *content)
{
    BIO *top = BIO_new(BIO_f_md()), *sink = BIO_new(BIO_s_null());
    bool ok = top && sink && BIO_set_md(top, md) > 0;
    if (ok) {
        BIO_push(top, sink);
        sink = NULL;
    }
    const struct flow_sink in = {write_bio, top};
    ok = ok && flow_pour(content, &in, NULL) == RC_OK;
    BIO_free(sink);
    if (ok) return top;
    BIO_free_all(top);
    return NULL;
}

/* The content run through md. A message may name thousands of digests and dozens of signers: it is
 * read once for each algorithm that a signer uses. Owned by c; NULL: failed. */
static BIO *digested(struct checking *c, const EVP_MD *md)
{
    for (size_t i = 0; i < c->digest_count; i++) {
        if (c->digests[i].md == md) return c->digests[i].chain;
    }
    if (c->digest_count == DIGESTS_MAX) return NULL;
    BIO *chain = digest_bio(md, &c->flow);
    if (!chain) return NULL;
    c->digests[c->digest_count].md = md;
    c->digests[c->digest_count++].chain = chain;
    return chain;
}

static void digests_free(struct checking *c)
{
    for (size_t i = 0; i < c->digest_count; i++)
        BIO_free_all(c->digests[i].chain);
    c->digest_count = 0;
}

static bool content_digest(struct checking *c, const EVP_MD *md, unsigned char out[EVP_MAX_MD_SIZE],
                           unsigned *n)
{
    BIO *chain = digested(c, md);
    EVP_MD_CTX *ran = NULL;
    OSSL_OWN(EVP_MD_CTX) copy = EVP_MD_CTX_new();
    return chain && copy && BIO_get_md_ctx(chain, &ran) > 0 && EVP_MD_CTX_copy_ex(copy, ran) == 1 &&
           EVP_DigestFinal_ex(copy, out, n) == 1;
}

static bool is_eddsa(X509 *x)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    return key && (EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448"));
}

/* Signature over the content itself, without attributes (RFC 5652 section 5.4). Content that is a
 * set of signed attributes is refused: its bytes may have been signed as attributes elsewhere. */
static bool bare_signature_right(struct checking *c, CMS_SignerInfo *si, const EVP_MD *md)
{
    struct ber r = ber_start(c->content);
    struct ber_value set;
    if (str_is_null(c->content)) return false;
    if (ber_expect(&r, BER_SET, &set) && ber_end(&r)) return false;
    /* Not CMS_dataInit: that hashes for every digest the message names. */
    BIO *chain = digested(c, md);
    return chain && CMS_SignerInfo_verify_content(si, chain) == 1;
}

static bool signature_right(struct checking *c, CMS_SignerInfo *si, X509 *x, const EVP_MD *md)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (CMS_signed_get_attr_count(si) < 0) return bare_signature_right(c, si, md);
    if (!content_digest(c, md, digest, &n) || !attributes_fit(c->cms, si, str_n(digest, n))) {
        return false;
    }
    return is_eddsa(x) ? eddsa_right(si, x) : CMS_SignerInfo_verify(si) == 1;
}

static enum cms_integrity check_with(struct checking *c, CMS_SignerInfo *si, X509 *x,
                                     const struct cms_algorithm *alg)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    bool attributes = CMS_signed_get_attr_count(si) >= 0;
    if (!key || !alg->md || !c->plain_data || (is_eddsa(x) && !attributes)) {
        return CMS_SIG_UNSUPPORTED;
    }
    CMS_SignerInfo_set1_signer_cert(si, x);
    bool right = signature_right(c, si, x, alg->md);
    ossl_drain();
    if (!WX_MUTANT(SIGNATURE) && !right) return CMS_ALTERED;
    return CMS_INTACT;
}

/* Tries each certificate that the SignerIdentifier may mean: a forged twin must not hide the real
 * one. The first that fits wins; else the first that was tried. */
static void find_and_check(struct checking *c, CMS_SignerInfo *si, const struct cms_algorithm *alg,
                           struct cms_signer *out)
{
    const struct cms_signed *s = c->result;
    size_t all = s->certificate_count + c->options->extra_count, tried = 0;
    out->integrity = CMS_NO_CERTIFICATE;
    for (size_t i = 0; i < all && tried < CANDIDATES_MAX; i++) {
        struct cert *cert = i < s->certificate_count ? s->certificates[i]
                                                     : c->options->extra[i - s->certificate_count];
        if (CMS_SignerInfo_cert_cmp(si, cert_x509(cert)) != 0) continue;
        enum cms_integrity found = check_with(c, si, cert_x509(cert), alg);
        if (tried++ && found != CMS_INTACT) continue;
        cert_unref(out->cert);
        out->cert = cert_ref(cert);
        out->integrity = found;
        if (found == CMS_INTACT) return;
    }
}

static int64_t signing_time(CMS_SignerInfo *si)
{
    int at = CMS_signed_get_attr_by_NID(si, NID_pkcs9_signingTime, -1);
    const ASN1_TYPE *v = at < 0 ? NULL : X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(si, at), 0);
    struct tm tm;
    if (!v || (v->type != V_ASN1_UTCTIME && v->type != V_ASN1_GENERALIZEDTIME) ||
        ASN1_TIME_to_tm(v->value.asn1_string, &tm) != 1) {
        return 0;
    }
    return (int64_t) timegm(&tm);
}

/* Signed capabilities: what mail to this signer may be encrypted with. */
static bool takes_gcm(CMS_SignerInfo *si, bool *listed)
{
    int at = CMS_signed_get_attr_by_NID(si, NID_SMIMECapabilities, -1);
    const ASN1_TYPE *v = at < 0 ? NULL : X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(si, at), 0);
    if (!v || v->type != V_ASN1_SEQUENCE) return false;
    const unsigned char *p = v->value.sequence->data;
    X509_ALGORS *list = d2i_X509_ALGORS(NULL, &p, v->value.sequence->length);
    bool found = false;
    *listed = sk_X509_ALGOR_num(list) > 0;
    for (int i = 0; i < sk_X509_ALGOR_num(list); i++) {
        const ASN1_OBJECT *oid;
        X509_ALGOR_get0(&oid, NULL, NULL, sk_X509_ALGOR_value(list, i));
        found = found || OBJ_obj2nid(oid) == NID_aes_256_gcm;
    }
    sk_X509_ALGOR_pop_free(list, X509_ALGOR_free);
    return found;
}

static void name_signature(CMS_SignerInfo *si, const struct cert *cert, unsigned char key[32])
{
    str_t value = octet_slice(CMS_SignerInfo_get0_signature(si));
    OSSL_OWN(EVP_MD_CTX) ctx = EVP_MD_CTX_new();
    unsigned char print[32];
    unsigned n = 0;
    bool ok = ctx && ossl_algorithms() && X509_digest(cert_x509(cert), EVP_sha256(), print, &n) &&
              EVP_DigestInit_ex(ctx, ossl_algorithms()->sha256, NULL) == 1 &&
              EVP_DigestUpdate(ctx, print, sizeof print) == 1 &&
              EVP_DigestUpdate(ctx, value.p, value.n) == 1 && EVP_DigestFinal_ex(ctx, key, &n) == 1;
    if (!ok) memset(key, 0, 32);
}

static void judge_signer(struct checking *c, struct cms_signer *s)
{
    const struct cms_verify_options *o = c->options;
    struct cert_question q = {.bag = c->result->certificates,
                              .bag_count = c->result->certificate_count,
                              .trust = o->trust,
                              .anchors = o->anchors,
                              .anchor_count = o->anchor_count,
                              .vouched = o->vouched,
                              .vouched_count = o->vouched_count,
                              .purpose = PURPOSE_SIGN,
                              .at = o->now,
                              .checks = o->checks,
                              .effort = c->effort};
    cert_verify(s->cert, &q, &s->chain);
    s->judged_at = o->now;
    if (s->chain.chain != CHAIN_EXPIRED || s->integrity != CMS_INTACT || !o->verified_at) return;
    int64_t then = o->verified_at(o->verified_holder, s->key);
    if (then <= 0 || then >= o->now) return;
    cert_verdict_free(&s->chain);
    q.at = s->judged_at = then;
    cert_verify(s->cert, &q, &s->chain);
}

static rc_t check_signer(struct checking *c, CMS_SignerInfo *si, struct cms_signer *out,
                         struct err *e)
{
    struct cms_signer s = {0};
    struct cms_algorithm alg;
    cms_algorithm_of(si, &alg);
    s.signature_algorithm = alg.word;
    s.signed_at = signing_time(si);
    s.takes_gcm = takes_gcm(si, &s.lists_ciphers);
    TRY(cms_signer_name(si, c->arena, &s.issuer, &s.serial, e));
    find_and_check(c, si, &alg, &s);
    s.weak = alg.weak;
    if (s.cert) {
        s.weak = s.weak || cert_is_weak(cert_x509(s.cert));
        s.encryption =
            cms_signer_preference(si, c->result->certificates, c->result->certificate_count);
        name_signature(si, s.cert, s.key);
        judge_signer(c, &s);
    }
    *out = s;
    return RC_OK;
}

/* --- the whole -------------------------------------------------------------------------- */

static rc_t read_bag(CMS_ContentInfo *cms, struct arena *a, struct cms_signed *s, struct err *e)
{
    STACK_OF(X509) *bag = CMS_get1_certs(cms);
    int n = bag ? sk_X509_num(bag) : 0;
    rc_t rc = RC_OK;
    if (n > BAG_MAX) n = BAG_MAX;
    s->certificates = ARENA_ARRAY(a, (size_t) n + 1, struct cert *);
    if (!s->certificates) rc = err_set(e, RC_NO_MEMORY, NULL);
    for (int i = 0; rc == RC_OK && i < n; i++) {
        /* One unreadable certificate does not make the rest useless. */
        struct cert **to = &s->certificates[s->certificate_count];
        if (cert_from_x509(sk_X509_value(bag, i), to, NULL) == RC_OK) s->certificate_count++;
    }
    sk_X509_pop_free(bag, X509_free);
    ossl_drain();
    return rc;
}

static rc_t check_all(struct checking *c, struct err *e)
{
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(c->cms);
    int n = infos ? sk_CMS_SignerInfo_num(infos) : 0;
    if (n > SIGNERS_MAX) return err_set(e, RC_TOO_LARGE, "The message has too many signers.");
    if (n > 0 && str_is_null(c->content) && !c->options->flow) {
        return err_set(e, RC_DAMAGED, "The signature comes without what it signs.");
    }
    c->result->signers = ARENA_ARRAY(c->arena, (size_t) n + 1, struct cms_signer);
    if (!c->result->signers) return err_set(e, RC_NO_MEMORY, NULL);
    for (int i = 0; i < n; i++) {
        TRY(check_signer(c, sk_CMS_SignerInfo_value(infos, i), &c->result->signers[i], e));
        c->result->count++;
    }
    return RC_OK;
}

static void forget_bag(struct cms_signed *s)
{
    for (size_t i = 0; i < s->certificate_count; i++)
        cert_unref(s->certificates[i]);
    s->certificate_count = 0;
}

/* The bag beside the structure, certificate by certificate, and `bare` without it. False: not in
 * this way, and s is as it was; OpenSSL then reads all at once. */
static bool take_bag(str_t der, struct arena *a, struct buf *bare, struct cms_signed *s)
{
    str_t *list = ARENA_ARRAY(a, BAG_MAX, str_t);
    struct cert **certs = ARENA_ARRAY(a, BAG_MAX, struct cert *);
    size_t n = 0;
    if (!list || !certs || !cms_take_certificates(der, bare, list, BAG_MAX, &n)) return false;
    s->certificates = certs;
    for (size_t i = 0; i < n; i++) {
        if (cert_parse(list[i], &certs[i], NULL) != RC_OK) {
            forget_bag(s);
            return false;
        }
        s->certificate_count++;
    }
    return true;
}

/* der has no content of its own any more: what was signed is beside it. */
static rc_t verify_apart(str_t der, str_t content, const struct cms_verify_options *o,
                         struct arena *a, struct cms_signed *result, struct err *e)
{
    CLEANUP_BUF struct buf bare = BUF_INIT(REST_MAX);
    struct cms_signed s = {0};
    bool apart = take_bag(der, a, &bare, &s);
    str_t structure = apart ? buf_view(&bare) : der;
    const unsigned char *p = (const unsigned char *) structure.p;
    OSSL_OWN(CMS_ContentInfo) cms = d2i_CMS_ContentInfo(NULL, &p, (long) structure.n);
    if (!cms) {
        forget_bag(&s);
        return ossl_fail(e, RC_DAMAGED, "The signature is damaged.");
    }
    struct cert_effort own = CERT_EFFORT;
    struct checking c = {.cms = cms,
                         .content = content,
                         .flow = o->flow ? *o->flow : flow_of_str(&content),
                         .arena = a,
                         .options = o,
                         .result = &s,
                         .effort = o->effort ? o->effort : &own};
    c.plain_data = OBJ_obj2nid(CMS_get0_eContentType(cms)) == NID_pkcs7_data;
    rc_t rc = apart ? RC_OK : read_bag(cms, a, &s, e);
    if (rc == RC_OK) rc = check_all(&c, e);
    digests_free(&c);
    ossl_drain();
    if (rc != RC_OK) {
        cms_signed_free(&s);
        return rc;
    }
    *result = s;
    return RC_OK;
}

static bool any_altered(const struct cms_signed *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->signers[i].integrity == CMS_ALTERED) return true;
    }
    return false;
}

/* Attributes that came in BER were signed in DER. OpenSSL checks them as they came, which is right
 * for the senders who signed something else than DER; so this is the second try. */
static void verify_in_der(str_t rest, str_t content, const struct cms_verify_options *o,
                          struct arena *a, struct cms_signed *result)
{
    CLEANUP_BUF struct buf normal = BUF_INIT(REST_MAX);
    struct cms_signed s;
    if (!any_altered(result) || !cms_signers_normal(rest, a, &normal) ||
        str_eq(buf_view(&normal), rest) ||
        verify_apart(buf_view(&normal), content, o, a, &s, NULL) != RC_OK) {
        return;
    }
    cms_signed_free(result);
    *result = s;
}

rc_t cms_verify(str_t der, str_t content, const struct cms_verify_options *o, struct arena *a,
                struct buf *out, struct cms_signed *result, struct err *e)
{
    CLEANUP_BUF struct buf rest = BUF_INIT(REST_MAX), joined = BUF_INIT_SECRET(der.n + 1);
    str_t enclosed;
    struct cms_signed s;
    if (cms_sniff(der) != CMS_TYPE_SIGNED) {
        return err_set(e, cms_sniff(der) == CMS_TYPE_UNKNOWN ? RC_DAMAGED : RC_UNSUPPORTED,
                       "This is not a signed message.");
    }
    TRY(cms_split(der, &rest, &joined, &enclosed, e));
    if ((!str_is_null(content) || o->flow) && !str_is_null(enclosed)) {
        return err_set(e, RC_DAMAGED, "The signature carries a second, hidden content.");
    }
    str_t all = str_is_null(content) ? enclosed : content;
    TRY(verify_apart(buf_view(&rest), all, o, a, &s, e));
    verify_in_der(buf_view(&rest), all, o, a, &s);
    s.detached = str_is_null(enclosed);
    if (!s.detached && !buf_str(out, enclosed)) {
        out->failed = false;
        cms_signed_free(&s);
        return err_set(e, RC_TOO_LARGE, "The signed message is too large.");
    }
    *result = s;
    return RC_OK;
}

void cms_signed_free(struct cms_signed *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->count; i++) {
        cert_unref(s->signers[i].cert);
        cert_verdict_free(&s->signers[i].chain);
    }
    for (size_t i = 0; i < s->certificate_count; i++)
        cert_unref(s->certificates[i]);
    s->count = s->certificate_count = 0;
}
