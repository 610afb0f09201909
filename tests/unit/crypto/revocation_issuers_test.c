/* Issuers a message does not bring: fetched, kept, checked like all others. */
#include "crypto/issuers.h"
#include "tests/unit/crypto/revocation_world.h"

static size_t issuers(bool ask, struct cert **out)
{
    struct revocation_asking r;
    revocation_start(&r, &ops, ask, w.now);
    struct cert_checks checks = revocation_checks(&r);
    return checks.issuers(checks.holder, anna.cert, out, 4);
}

static void unref_all(struct cert **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cert_unref(list[i]);
}

static void finds_issuers_in_every_form(void **state)
{
    (void) state;
    struct cert *got[4];
    STACK_OF(X509) *both = sk_X509_new_null();
    sk_X509_push(both, root.x);
    sk_X509_push(both, inter.x);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, both, NULL, CMS_PARTIAL | CMS_DETACHED);
    unsigned char *der = NULL;
    int n = cms ? i2d_CMS_ContentInfo(cms, &der) : -1;
    str_t message = answers_keep(a, der, n);
    CMS_ContentInfo_free(cms);
    sk_X509_free(both);
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, inter.x);
    char *pem;
    long pem_n = BIO_get_mem_data(bio, &pem);
    str_t one = cert_der(inter.cert), other = cert_der(root.cert);
    str_t row = arena_printf(a, "%*s", (int) (one.n + other.n), "");
    memcpy((char *) row.p, one.p, one.n);
    memcpy((char *) row.p + one.n, other.p, other.n);
    const struct {
        str_t body;
        size_t want;
    } rows[] = {{one, 1},     {row, 2},           {str_n(pem, (size_t) pem_n), 1},
                {message, 2}, {STR("<html>"), 0}, {str_sub(one, 0, one.n - 1), 0},
                {STR("0"), 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(NULL);
        struct place *p = place(AIA_URL, rows[i].body);
        assert_int_equal(issuers(false, got), 0);
        for (int again = 0; again < 2; again++) {
            size_t have = issuers(!again, got); /* the second time from the cache */
            if (have != rows[i].want) fail_msg("row %zu: %zu", i, have);
            bool there = false;
            for (size_t k = 0; k < have; k++)
                there |= cert_equal(got[k], inter.cert);
            assert_int_equal(there, rows[i].want > 0);
            unref_all(got, have);
        }
        assert_int_equal(issuers(true, got), rows[i].want);
        unref_all(got, rows[i].want);
        assert_int_equal(p->asked, 1);
    }
    BIO_free(bio);
}

static void takes_no_more_issuers_than_asked_for(void **state)
{
    (void) state;
    struct cert *got[2] = {NULL, NULL};
    str_t one = cert_der(inter.cert);
    CLEANUP_BUF struct buf row = BUF_INIT(1 << 20);
    for (int i = 0; i < 5; i++)
        buf_str(&row, one);
    assert_int_equal(issuers_read(buf_view(&row), got, 2), 2);
    unref_all(got, 2);
    while (row.n <= ISSUERS_MAX_BYTES)
        buf_str(&row, one);
    assert_int_equal(issuers_read(buf_view(&row), got, 2), 0);
}

static void completes_and_checks_a_chain(void **state)
{
    (void) state;
    struct revocation_asking r;
    struct cert_verdict v;
    struct trust *t = PKI_TRUST(&root);
    place(AIA_URL, cert_der(inter.cert));
    place(OCSP_URL, OCSP_GOOD(&anna));
    for (int ask = 0; ask < 2; ask++) {
        revocation_start(&r, &ops, ask, w.now);
        struct cert_checks checks = revocation_checks(&r);
        struct cert_question q = {
            .trust = t, .purpose = PURPOSE_SIGN, .at = w.now, .checks = &checks};
        cert_verify(anna.cert, &q, &v);
        assert_int_equal(v.chain, ask ? CHAIN_TRUSTED : CHAIN_INCOMPLETE);
        assert_int_equal(v.revocation.status, ask ? REVOCATION_GOOD : REVOCATION_NOT_CHECKED);
        cert_verdict_free(&v);
    }
    trust_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(finds_issuers_in_every_form, begin),
        cmocka_unit_test_setup(takes_no_more_issuers_than_asked_for, begin),
        cmocka_unit_test_setup(completes_and_checks_a_chain, begin),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
