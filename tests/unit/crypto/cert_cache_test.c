/* Certificates are read once; what is kept is what was asked for, and no more than there are
 * places. */
#include <pthread.h>

#include "crypto/cert_cache.h"

#include "crypto/cms_parts.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

static void the_same_bytes_are_read_once(void **state)
{
    (void) state;
    struct pki p = PKI(.subject = "Anna", .san = "email:anna@a.example");
    str_t der = cert_der(p.cert);
    struct cert *again = NULL, *pem = NULL;
    assert_int_equal(cert_parse(der, &again, NULL), RC_OK);
    assert_ptr_equal(again, p.cert);
    char *other = malloc(der.n + 1);
    memcpy(other, der.p, der.n);
    other[der.n] = 0;
    assert_int_equal(cert_parse(str_n(other, der.n + 1), &pem, NULL), RC_DAMAGED);
    other[der.n - 1] ^= 1; /* of the signature */
    assert_int_equal(cert_parse(str_n(other, der.n), &pem, NULL), RC_OK);
    assert_false(cert_equal(pem, p.cert));
    cert_unref(pem);
    free(other);
    cert_unref(again);
    pki_free(&p);
}

static void a_long_certificate_takes_no_place(void **state)
{
    (void) state;
    char names[6000] = "email:a@a.example";
    for (size_t i = 0, n = strlen(names); i < 60; i++)
        n += (size_t) snprintf(names + n, sizeof names - n, ",email:somebody.%zu@%060zu.example", i,
                               i);
    struct pki p = PKI(.subject = "Long", .san = names);
    struct cert *again = NULL;
    assert_true(cert_der(p.cert).n > 4096);
    assert_int_equal(cert_parse(cert_der(p.cert), &again, NULL), RC_OK);
    assert_ptr_not_equal(again, p.cert);
    assert_true(cert_equal(again, p.cert));
    cert_unref(again);
    pki_free(&p);
}

/* A newer one takes the place of an older; whoever holds that keeps it. */
static void places_are_given_away(void **state)
{
    (void) state;
    struct pki a = PKI(.subject = "A"), b = PKI(.subject = "B");
    unsigned char one[32] = {1, 2, 3}, two[32] = {1, 2, 4};
    cert_cache_put(one, a.cert);
    struct cert *held = cert_cache_get(one);
    assert_ptr_equal(held, a.cert);
    cert_cache_put(two, b.cert);
    assert_null(cert_cache_get(one));
    struct cert *other = cert_cache_get(two);
    assert_ptr_equal(other, b.cert);
    pki_free(&a);
    assert_true(cert_der(held).n > 0);
    cert_unref(held);
    cert_unref(other);
    pki_free(&b);
}

/* Two certificates that push each other out, used while the other thread does so. */
struct crowd {
    struct pki one, two, root;
    struct trust *trust;
    unsigned char digests[2][32];
};

static void *parse_and_judge(void *arg)
{
    struct crowd *w = arg;
    size_t good = 0;
    for (int i = 0; i < 300; i++) {
        const struct pki *p = i % 2 ? &w->one : &w->two;
        struct cert *c = NULL;
        struct cert_verdict v;
        if (cert_parse(cert_der(p->cert), &c, NULL) != RC_OK) break;
        cert_cache_put(w->digests[i % 2], c);
        cert_unref(cert_cache_get(w->digests[(i + 1) % 2]));
        cert_verify(c, &(struct cert_question){.trust = w->trust, .at = PKI_NOW}, &v);
        good += v.chain == CHAIN_TRUSTED && cert_matches_address(c, STR("a@a.example"));
        cert_verdict_free(&v);
        cert_unref(c);
    }
    return good == 300 ? arg : NULL;
}

static void threads_share_it(void **state)
{
    (void) state;
    struct crowd w = {.digests = {{9, 9, 1}, {9, 9, 2}}};
    pthread_t threads[4];
    w.root = PKI(.subject = "Root", .ca = true, .usage = "keyCertSign");
    w.one = PKI(.subject = "One", .san = "email:a@a.example", .issuer = &w.root);
    w.two = PKI(.subject = "Two", .san = "email:a@a.example", .issuer = &w.root);
    w.trust = PKI_TRUST(&w.root);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, parse_and_judge, &w), 0);
    for (size_t i = 0; i < 4; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &w);
    }
    trust_free(w.trust);
    pki_free(&w.one);
    pki_free(&w.two);
    pki_free(&w.root);
}

static void a_bag_is_taken_apart(void **state)
{
    (void) state;
    struct pki root = PKI(.subject = "Root", .ca = true, .usage = "keyCertSign");
    struct pki p = PKI(.subject = "Anna", .san = "email:anna@a.example", .issuer = &root);
    int n = 0;
    unsigned char *der = pki_sign(&p, STR("text"), CMS_DETACHED, PKI_NOW, NULL, &root, &n);
    CLEANUP_BUF struct buf bare = BUF_INIT(1 << 16), again = BUF_INIT(1 << 16);
    str_t list[4], whole = str_n(der, (size_t) n);
    size_t count = 0;
    assert_true(cms_take_certificates(whole, &bare, list, 4, &count));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(str_eq(list[i], cert_der(p.cert)) || str_eq(list[i], cert_der(root.cert)));
    assert_int_equal(bare.n + cert_der(p.cert).n + cert_der(root.cert).n + 4, whole.n);
    /* none left; more than there is room for; something else among them */
    assert_false(cms_take_certificates(buf_view(&bare), &again, list, 4, &count));
    assert_false(cms_take_certificates(whole, &again, list, 1, &count));
    der[list[0].p - whole.p] = BER_CONTEXT_CONS(1);
    assert_false(cms_take_certificates(whole, &again, list, 4, &count));
    OPENSSL_free(der);
    pki_free(&p);
    pki_free(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_are_read_once),
        cmocka_unit_test(a_long_certificate_takes_no_place),
        cmocka_unit_test(places_are_given_away),
        cmocka_unit_test(threads_share_it),
        cmocka_unit_test(a_bag_is_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
