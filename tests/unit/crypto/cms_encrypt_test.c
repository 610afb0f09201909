#include "crypto/cms.h"

#include <stdlib.h>

#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

static str_t sample(struct arena *a, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    for (size_t i = 0; i < n; i++) {
        p[i] = (char) ('A' + i * 7 % 57);
    }
    return str_n(p, n);
}

/* OpenSSL's own CMS_decrypt with key and certificate. */
static bool openssl_reads(str_t der, const struct pki *p, str_t want)
{
    const unsigned char *q = (const unsigned char *) der.p;
    OSSL_OWN(CMS_ContentInfo) cms = d2i_CMS_ContentInfo(NULL, &q, (long) der.n);
    OSSL_OWN(BIO) out = BIO_new(BIO_s_mem());
    bool whole = q == (const unsigned char *) der.p + der.n;
    bool ok = cms && whole && CMS_decrypt(cms, p->key, p->x, NULL, out, CMS_BINARY) == 1;
    char *text = NULL;
    long n = BIO_get_mem_data(out, &text);
    ossl_drain();
    return ok && str_eq(str_n(text ? text : "", (size_t) n), want);
}

static void reads_back(const struct pki *p, size_t count, enum cms_cipher cipher, size_t size)
{
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    CLEANUP_BUF struct buf out = BUF_INIT(8 << 20);
    CLEANUP_BUF struct buf plain = BUF_INIT_SECRET(8 << 20);
    struct cert *to[8];
    unsigned char key[32];
    struct err e;
    str_t text = sample(a, size);
    for (size_t i = 0; i < count; i++) {
        to[i] = p[i].cert;
    }
    rc_t rc = cms_encrypt(text, to, count, cipher, STR_NULL, key, &out, &e);
    if (rc != RC_OK) fail_msg("%s: %s %s", err_word(rc), e.message, e.detail);
    for (size_t i = 0; i < count; i++) {
        if (!openssl_reads(buf_view(&out), &p[i], text))
            fail_msg("recipient %zu, size %zu", i, size);
    }
    assert_int_equal(cms_envelope_open(buf_view(&out), str_n(key, 32), &plain, NULL), RC_OK);
    assert_str(buf_view(&plain), text);
    struct cms_envelope env;
    assert_int_equal(cms_envelope_read(buf_view(&out), a, &env, NULL), RC_OK);
    assert_int_equal(env.count, count);
    assert_int_equal(env.authenticated, cipher == CMS_AES_256_GCM);
}

static void openssl_reads_what_we_write(void **state)
{
    (void) state;
    static const char *const kinds[] = {"rsa2048", "rsa4096", "P-256", "P-384", "P-521"};
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4095, (1 << 20) - 1, (1 << 20) + 16};
    struct pki p[5];
    for (size_t i = 0; i < 5; i++) {
        p[i] = PKI(.key = kinds[i], .san = "email:bob@example.org");
        reads_back(&p[i], 1, CMS_AES_256_CBC, 100);
        reads_back(&p[i], 1, CMS_AES_256_GCM, 100);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        reads_back(p, 5, CMS_AES_256_CBC, sizes[i]);
        reads_back(p, 5, CMS_AES_256_GCM, sizes[i]);
    }
    for (size_t i = 0; i < 5; i++) {
        pki_free(&p[i]);
    }
}

/* Lengths of DER change form at 128, 256 and 65,536. */
static void writes_der(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    struct pki p = PKI(.key = "P-256");
    for (size_t size = 0; size < 70000; size += size < 400 ? 1 : 997) {
        CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
        enum cms_cipher cipher = size % 2 ? CMS_AES_256_GCM : CMS_AES_256_CBC;
        assert_int_equal(
            cms_encrypt(sample(a, size), &p.cert, 1, cipher, STR_NULL, NULL, &out, NULL), RC_OK);
        const unsigned char *q = (const unsigned char *) out.p;
        OSSL_OWN(CMS_ContentInfo) cms = d2i_CMS_ContentInfo(NULL, &q, (long) out.n);
        assert_non_null(cms);
        unsigned char *again = NULL;
        int n = i2d_CMS_ContentInfo(cms, &again);
        assert_int_equal(n, out.n);
        assert_memory_equal(again, out.p, out.n); /* re-encoded it is the same: canonical */
        OPENSSL_free(again);
        arena_reset(a);
    }
    pki_free(&p);
}

static void obeys_oaep_certificates(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
    struct pki root = PKI(.ca = true, .usage = "keyCertSign");
    struct pki p = PKI(.key = "rsa-oaep", .issuer = &root);
    unsigned char key[32], got[512];
    struct cert_info info;
    assert_int_equal(cert_describe(p.cert, a, &info, NULL), RC_OK);
    assert_string_equal(info.key_algorithm, "rsa-oaep");
    assert_true(info.can_encrypt && !info.can_sign && !info.weak);
    struct trust *t = PKI_TRUST(&root);
    struct cert_verdict v;
    const struct cert_question q = {.trust = t, .purpose = PURPOSE_ENCRYPT, .at = PKI_NOW};
    cert_verify(p.cert, &q, &v);
    if (v.chain != CHAIN_TRUSTED) fail_msg("%s: %s", chain_status_word(v.chain), v.detail);
    cert_verdict_free(&v);
    assert_int_equal(
        cms_encrypt(STR("hello"), &p.cert, 1, CMS_AES_256_GCM, STR_NULL, key, &out, NULL), RC_OK);
    struct cms_envelope env;
    assert_int_equal(cms_envelope_read(buf_view(&out), a, &env, NULL), RC_OK);
    assert_int_equal(env.recipients[0].kind, CMS_KEY_RSA_OAEP);
    size_t n = sizeof got;
    OSSL_OWN(EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new(p.key, NULL);
    assert_true(EVP_PKEY_decrypt_init(ctx) > 0 &&
                EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
                EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) > 0);
    str_t wrapped = env.recipients[0].encrypted_key;
    assert_true(EVP_PKEY_decrypt(ctx, got, &n, (const unsigned char *) wrapped.p, wrapped.n) > 0);
    assert_int_equal(n, 32);
    assert_memory_equal(got, key, 32);
    trust_free(t);
    pki_free(&p);
    pki_free(&root);
}

static void names_who_cannot_be_encrypted_to(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
    struct pki good = PKI(.key = "P-256");
    struct pki bad[] = {
        PKI(.key = "rsa2048", .usage = "digitalSignature", .san = "email:bob@example.org"),
        PKI(.key = "P-256", .extended = "serverAuth", .san = "email:bob@example.org"),
        PKI(.key = "ed25519", .san = "email:bob@example.org"),
        PKI(.key = "rsa-pss", .san = "email:bob@example.org"),
        PKI(.key = "rsa512", .san = "email:bob@example.org"),
    };
    unsigned char key[32] = {1};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct cert *to[] = {good.cert, bad[i].cert};
        struct err e;
        assert_int_equal(cms_encrypt(STR("x"), to, 2, CMS_AES_256_CBC, STR_NULL, key, &out, &e),
                         RC_NO_CERTIFICATE);
        assert_non_null(strstr(e.message, "bob@example.org"));
        assert_int_equal(out.n, 0);
        assert_int_equal(key[0], 1);
        pki_free(&bad[i]);
    }
    assert_int_equal(cms_encrypt(STR("x"), NULL, 0, CMS_AES_256_CBC, STR_NULL, NULL, &out, NULL),
                     RC_NO_CERTIFICATE);
    out.max = 100;
    assert_int_equal(
        cms_encrypt(STR("x"), &good.cert, 1, CMS_AES_256_CBC, STR_NULL, NULL, &out, NULL),
        RC_TOO_LARGE);
    assert_int_equal(out.n, 0);
    pki_free(&good);
}

static void takes_a_key_and_counts_a_certificate_once(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_BUF struct buf one = BUF_INIT(1 << 20), two = BUF_INIT(1 << 20);
    CLEANUP_BUF struct buf plain = BUF_INIT_SECRET(1 << 20);
    struct pki p = PKI(.key = "P-256");
    struct cert *to[] = {p.cert, p.cert};
    unsigned char key[32] = {7}, made[32];
    str_t given = str_n(key, 32);
    assert_int_equal(cms_encrypt(STR("hello"), to, 2, CMS_AES_256_GCM, given, made, &one, NULL),
                     RC_OK);
    assert_memory_equal(key, made, 32);
    assert_int_equal(cms_encrypt(STR("hello"), to, 2, CMS_AES_256_GCM, given, NULL, &two, NULL),
                     RC_OK);
    assert_false(str_eq(buf_view(&one), buf_view(&two))); /* other nonce, other ephemeral key */
    assert_int_equal(cms_envelope_open(buf_view(&two), given, &plain, NULL), RC_OK);
    assert_str(buf_view(&plain), STR("hello"));
    struct cms_envelope env;
    assert_int_equal(cms_envelope_read(buf_view(&one), a, &env, NULL), RC_OK);
    assert_int_equal(env.count, 1);
    assert_int_equal(env.recipients[0].kind, CMS_KEY_ECDH);
    assert_int_equal(
        cms_encrypt(STR("x"), to, 1, CMS_AES_256_GCM, str_n(key, 16), NULL, &two, NULL),
        RC_INTERNAL);
    pki_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openssl_reads_what_we_write),
        cmocka_unit_test(writes_der),
        cmocka_unit_test(obeys_oaep_certificates),
        cmocka_unit_test(names_who_cannot_be_encrypted_to),
        cmocka_unit_test(takes_a_key_and_counts_a_certificate_once),
    };
    return cmocka_run_group_tests_name("cms_encrypt", tests, NULL, NULL);
}
