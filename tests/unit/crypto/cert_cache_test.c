/* Certificates are read once; what is kept is what was asked for, and no more than there are
 * places. */
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
        cmocka_unit_test(a_bag_is_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
