/* The list of roots for e-mail, against the module itself where it is installed. */
#include "crypto/roots.h"

#include <unistd.h>

#include "crypto/cert.h"
#include "crypto/ossl.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

enum { ARENA_BYTES = 64 << 20 };
#define TLS_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

static struct arena *arena;
static struct mail_root *roots;
static size_t count;

static bool have_module(void)
{
    if (count) return true;
    printf("# SKIP: %s is not installed (libnss3)\n", ROOTS_MODULE);
    return false;
}

static int read_module(void **state)
{
    (void) state;
    struct err e;
    arena = arena_new(ARENA_BYTES);
    rc_t rc = roots_read(STR(ROOTS_MODULE), arena, &roots, &count, &e);
    return rc == RC_OK || rc == RC_NOT_FOUND ? 0 : -1;
}

static int forget(void **state)
{
    (void) state;
    arena_free(arena);
    return 0;
}

static void every_root_is_a_ca(void **state)
{
    (void) state;
    size_t ended = 0;
    if (!have_module()) skip();
    assert_true(count >= 50);
    for (size_t i = 0; i < count; i++) {
        struct cert *c = NULL;
        struct cert_info info;
        assert_int_equal(cert_parse(roots[i].der, &c, NULL), RC_OK);
        assert_int_equal(cert_describe(c, arena, &info, NULL), RC_OK);
        if (!str_eq(info.subject, info.issuer)) fail_msg("%.*s", STR_ARG(roots[i].name));
        assert_true(roots[i].name.n > 0 && str_is_clean(roots[i].name));
        ended += roots[i].distrust_after > 0;
        cert_unref(c);
    }
    assert_true(ended < count / 2);
}

static bool is_mail_root(const struct cert *c)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(roots[i].der, cert_der(c))) return true;
    }
    return false;
}

/* The bundle of the system holds roots that are trusted for web servers only. None of them may
 * make a mail green; and it lacks some that may. */
static void the_tls_bundle_is_another_list(void **state)
{
    (void) state;
    FILE *f = fopen(TLS_BUNDLE, "r");
    size_t tls_only = 0, both = 0;
    if (!have_module() || !f) {
        if (f) fclose(f);
        skip();
    }
    for (;;) {
        OSSL_OWN(X509) x = PEM_read_X509(f, NULL, NULL, NULL);
        struct cert *c = NULL;
        if (!x || cert_from_x509(x, &c, NULL) != RC_OK) break;
        if (is_mail_root(c))
            both++;
        else
            tls_only++;
        cert_unref(c);
    }
    fclose(f);
    ossl_drain();
    printf("# %zu roots for e-mail: %zu also in the TLS bundle, %zu only for e-mail, %zu only for "
           "TLS\n",
           count, both, count - both, tls_only);
    assert_true(tls_only > 0 && both > 0 && count > both);
}

static void says_what_is_wrong_with_a_module(void **state)
{
    (void) state;
    struct err e;
    struct mail_root *none = NULL;
    size_t n = 7;
    assert_int_equal(roots_read(STR("/nowhere/at/all.so"), arena, &none, &n, &e), RC_NOT_FOUND);
    assert_non_null(strstr(e.detail, "/nowhere/at/all.so"));
    assert_int_equal(roots_read(STR("libz.so.1"), arena, &none, &n, &e), RC_UNSUPPORTED);
    assert_null(none);
    assert_int_equal(n, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_root_is_a_ca),
        cmocka_unit_test(the_tls_bundle_is_another_list),
        cmocka_unit_test(says_what_is_wrong_with_a_module),
    };
    return cmocka_run_group_tests_name("roots", tests, read_module, forget);
}
