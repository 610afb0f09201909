#include "crypto/cms.h"

#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

static const str_t content = STR_INIT("Content-Type: text/plain\r\n\r\nHello, world.\r\n");
static struct pki root;

static int make_root(void **state)
{
    (void) state;
    root = PKI(.subject = "Root", .ca = true, .usage = "critical,keyCertSign");
    return 0;
}

static int free_root(void **state)
{
    (void) state;
    pki_free(&root);
    return 0;
}

/* What the keyring does with the attributes. */
static size_t sign_with(const struct pki *p, str_t attributes, unsigned char *out, size_t max)
{
    OSSL_OWN(EVP_MD_CTX) ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key = NULL;
    size_t n = max;
    if (!EVP_DigestSignInit(ctx, &key, ossl_md(cms_sign_digest(p->cert)), NULL, p->key)) abort();
    if (EVP_PKEY_get_base_id(p->key) == EVP_PKEY_RSA_PSS) {
        EVP_PKEY_CTX_set_rsa_pss_saltlen(key, RSA_PSS_SALTLEN_DIGEST);
    }
    if (!EVP_DigestSign(ctx, out, &n, (const unsigned char *) attributes.p, attributes.n)) abort();
    return n;
}

struct signing {
    struct buf state, attributes, out;
};

static struct signing prepare(const struct pki *p, const struct cert *encryption)
{
    struct signing s = {BUF_INIT(1 << 20), BUF_INIT(1 << 20), BUF_INIT(1 << 20)};
    unsigned char digest[64];
    size_t n;
    struct cert *chain[] = {p->cert, root.cert};
    struct cms_sign_options o = {.signer = p->cert,
                                 .chain = chain,
                                 .chain_count = 2,
                                 .encryption = encryption,
                                 .signing_time = PKI_NOW};
    struct err e;
    assert_int_equal(cms_digest(cms_sign_digest(p->cert), content, digest, &n, NULL), RC_OK);
    rc_t rc = cms_sign_prepare(&o, str_n(digest, n), &s.state, &s.attributes, &e);
    if (rc != RC_OK) fail_msg("%s: %s %s", err_word(rc), e.message, e.detail);
    return s;
}

static void finish_signing(struct signing *s)
{
    buf_free(&s->state);
    buf_free(&s->attributes);
    buf_free(&s->out);
}

/* By OpenSSL's own CMS_verify, not by our reader. */
static bool openssl_accepts(str_t der, str_t body, bool detached)
{
    OSSL_OWN(BIO) in = BIO_new_mem_buf(body.p, (int) body.n);
    OSSL_OWN(BIO) out = BIO_new(BIO_s_mem());
    const unsigned char *p = (const unsigned char *) der.p;
    OSSL_OWN(CMS_ContentInfo) cms = d2i_CMS_ContentInfo(NULL, &p, (long) der.n);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_add_cert(store, root.x);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), PKI_NOW);
    bool ok = cms && CMS_verify(cms, NULL, store, detached ? in : NULL, out, CMS_BINARY) == 1;
    char *q = NULL;
    long n = BIO_get_mem_data(out, &q);
    ok = ok && str_eq(str_n(q, (size_t) n), body);
    X509_STORE_free(store);
    ossl_drain();
    return ok;
}

static void signs_with(const char *kind, const char *digest)
{
    struct pki p = PKI(.key = kind, .issuer = &root, .san = "email:anna@example.org");
    struct pki enc = PKI(.issuer = &root, .subject = "Anna for reading");
    unsigned char sig[1024];
    assert_string_equal(cms_sign_digest(p.cert), digest);
    struct signing s = prepare(&p, enc.cert);
    assert_true(s.attributes.n > 100 && s.attributes.p[0] == 0x31);
    size_t n = sign_with(&p, buf_view(&s.attributes), sig, sizeof sig);
    assert_int_equal(cms_sign_finish(buf_view(&s.state), str_n(sig, n), STR_NULL, &s.out, NULL),
                     RC_OK);
    assert_true(openssl_accepts(buf_view(&s.out), content, true));
    assert_false(openssl_accepts(buf_view(&s.out), STR("something else"), true));
    /* A finished one takes exactly what was signed into itself; one that is not finished nothing.
     */
    CLEANUP_BUF struct buf opaque = BUF_INIT(1 << 20);
    struct err e = {0};
    assert_int_equal(cms_sign_attach(buf_view(&s.out), STR("something else"), &opaque, &e),
                     RC_SIGNATURE_REJECTED);
    assert_int_equal(cms_sign_attach(buf_view(&s.out), STR(""), &opaque, &e),
                     RC_SIGNATURE_REJECTED);
    assert_int_equal(cms_sign_attach(buf_view(&s.state), content, &opaque, &e),
                     RC_SIGNATURE_REJECTED);
    assert_int_equal(cms_sign_attach(STR("0"), content, &opaque, &e), RC_DAMAGED);
    assert_int_equal(opaque.n, 0);
    assert_int_equal(cms_sign_attach(buf_view(&s.out), content, &opaque, NULL), RC_OK);
    assert_true(openssl_accepts(buf_view(&opaque), content, false));
    buf_clear(&s.out);
    assert_int_equal(cms_sign_finish(buf_view(&s.state), str_n(sig, n), content, &s.out, NULL),
                     RC_OK);
    assert_true(str_eq(buf_view(&s.out), buf_view(&opaque)));
    assert_true(openssl_accepts(buf_view(&s.out), content, false));
    finish_signing(&s);
    pki_free(&p);
    pki_free(&enc);
}

static void signs_with_every_key(void **state)
{
    (void) state;
    signs_with("rsa2048", "sha256");
    signs_with("rsa-pss", "sha256");
    signs_with("P-256", "sha256");
    signs_with("P-384", "sha384");
    signs_with("P-521", "sha512");
}

/* Our own reader sees who signed, when, and where mail should be encrypted to. */
static void says_what_it_should(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct pki p = PKI(.key = "P-256", .issuer = &root, .san = "email:anna@example.org");
    struct pki enc = PKI(.issuer = &root, .subject = "Anna for reading");
    struct trust *t = PKI_TRUST(&root);
    struct signing s = prepare(&p, enc.cert);
    unsigned char sig[1024];
    size_t n = sign_with(&p, buf_view(&s.attributes), sig, sizeof sig);
    assert_int_equal(cms_sign_finish(buf_view(&s.state), str_n(sig, n), STR_NULL, &s.out, NULL),
                     RC_OK);
    CLEANUP_BUF struct buf body = BUF_INIT(1 << 20);
    struct cms_signed r;
    struct cms_verify_options o = {.trust = t, .now = PKI_NOW};
    assert_int_equal(cms_verify(buf_view(&s.out), content, &o, a, &body, &r, NULL), RC_OK);
    assert_int_equal(r.count, 1);
    assert_true(r.detached);
    assert_int_equal(r.signers[0].integrity, CMS_INTACT);
    assert_true(r.signers[0].takes_gcm);
    assert_true(cert_equal(r.signers[0].cert, p.cert));
    assert_int_equal(r.signers[0].chain.chain, CHAIN_TRUSTED);
    assert_int_equal(r.signers[0].signed_at, PKI_NOW);
    assert_non_null(r.signers[0].encryption);
    assert_true(cert_equal(r.signers[0].encryption, enc.cert));
    cms_signed_free(&r);
    /* smimeCapabilities and signingCertificateV2 (DER of their OIDs) are among the attributes. */
    str_t attributes = buf_view(&s.attributes);
    assert_true(str_find(attributes, STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f")) > 0);
    assert_true(str_find(attributes, STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f")) > 0);
    finish_signing(&s);
    trust_free(t);
    pki_free(&p);
    pki_free(&enc);
}

static void refuses_wrong_signatures(void **state)
{
    (void) state;
    struct pki p = PKI(.key = "P-256", .issuer = &root), other = PKI(.issuer = &root);
    struct signing s = prepare(&p, NULL);
    unsigned char sig[1024];
    struct err e;
    size_t n = sign_with(&other, buf_view(&s.attributes), sig, sizeof sig);
    str_t state_der = buf_view(&s.state);
    assert_int_equal(cms_sign_finish(state_der, str_n(sig, n), STR_NULL, &s.out, &e),
                     RC_SIGNATURE_REJECTED);
    n = sign_with(&p, STR("1\0"), sig, sizeof sig); /* over something else */
    assert_int_equal(cms_sign_finish(state_der, str_n(sig, n), STR_NULL, &s.out, &e),
                     RC_SIGNATURE_REJECTED);
    assert_int_equal(cms_sign_finish(state_der, STR_NULL, STR_NULL, &s.out, &e),
                     RC_SIGNATURE_REJECTED);
    n = sign_with(&p, buf_view(&s.attributes), sig, sizeof sig);
    assert_int_equal(cms_sign_finish(state_der, str_n(sig, n), STR("another text"), &s.out, &e),
                     RC_SIGNATURE_REJECTED);
    for (size_t i = 0; i < state_der.n; i += 13) {
        assert_int_equal(
            cms_sign_finish(str_sub(state_der, 0, i), str_n(sig, n), STR_NULL, &s.out, &e),
            RC_DAMAGED);
    }
    assert_int_equal(s.out.n, 0);
    finish_signing(&s);
    pki_free(&p);
    pki_free(&other);
}

static void refuses_certificates_for_other_uses(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf one = BUF_INIT(1 << 20), two = BUF_INIT(1 << 20);
    struct pki p = PKI(.issuer = &root, .usage = "keyAgreement");
    struct pki ed = PKI(.issuer = &root, .key = "ed25519");
    unsigned char digest[32] = {0};
    struct cms_sign_options o = {.signer = p.cert, .signing_time = PKI_NOW};
    assert_int_equal(cms_sign_prepare(&o, str_n(digest, 32), &one, &two, NULL), RC_NO_CERTIFICATE);
    o.signer = ed.cert;
    assert_int_equal(cms_sign_prepare(&o, str_n(digest, 32), &one, &two, NULL), RC_UNSUPPORTED);
    o.signer = root.cert;
    assert_int_equal(cms_sign_prepare(&o, str_n(digest, 31), &one, &two, NULL), RC_NO_CERTIFICATE);
    assert_int_equal(one.n + two.n, 0);
    pki_free(&p);
    pki_free(&ed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_with_every_key),
        cmocka_unit_test(says_what_it_should),
        cmocka_unit_test(refuses_wrong_signatures),
        cmocka_unit_test(refuses_certificates_for_other_uses),
    };
    return cmocka_run_group_tests_name("cms_sign", tests, make_root, free_root);
}
