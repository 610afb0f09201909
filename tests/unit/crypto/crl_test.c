#include "crypto/crl.h"

#include <openssl/err.h>

#include "tests/unit/crypto/answers.h"
#include "tests/unit/test.h"

#define CA_USAGE "critical,keyCertSign,cRLSign"
#define POINT "http://crl.test/a.crl"

static struct pki issuer, stranger, twin, anna, bert, inter;
static struct arena *a;

static int start(void **state)
{
    (void) state;
    a = arena_new(64u << 20);
    issuer = PKI(.subject = "Issuer", .ca = true, .usage = CA_USAGE);
    stranger = PKI(.subject = "Stranger", .ca = true, .usage = CA_USAGE);
    twin = PKI(.subject = "Issuer", .ca = true, .usage = CA_USAGE);
    anna = PKI(.subject = "Anna", .issuer = &issuer,
               .more = {{NID_crl_distribution_points, "URI:" POINT}});
    bert = PKI(.subject = "Bert", .issuer = &issuer);
    inter = PKI(.subject = "Inter", .issuer = &issuer, .ca = true, .usage = CA_USAGE);
    return 0;
}

static int stop(void **state)
{
    struct pki *all[] = {&issuer, &stranger, &twin, &anna, &bert, &inter};
    (void) state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        pki_free(all[i]);
    arena_free(a);
    return 0;
}

static rc_t check_about(const struct pki *about, str_t list, struct revoked_answer *out)
{
    struct err e = {0};
    rc_t rc = crl_check(list, about->cert, issuer.cert, PKI_NOW, out, &e);
    assert_int_equal(rc, e.code);
    assert_int_equal(ERR_peek_error(), 0);
    return rc;
}

static rc_t check(str_t list, struct revoked_answer *out)
{
    return check_about(&anna, list, out);
}

static void assert_refused(str_t list, rc_t want)
{
    struct revoked_answer v = {.this_update = 42};
    assert_int_equal(check(list, &v), want);
    assert_int_equal(v.this_update, 42);
}

static void reads_lists(void **state)
{
    (void) state;
    struct revoked_answer v;
    str_t empty = CRL_MADE(a, &issuer);
    assert_int_equal(check(empty, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_GOOD);
    assert_int_equal(v.this_update, PKI_NOW - HOUR);
    assert_int_equal(v.next_update, PKI_NOW + HOUR);
    str_t with = CRL_MADE(a, &issuer, .revoked = {&bert, &anna}, .reason = 4,
                          .revoked_at = PKI_NOW - 3 * PKI_DAY);
    assert_int_equal(check(with, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_int_equal(v.revoked_at, PKI_NOW - 3 * PKI_DAY);
    assert_string_equal(revoked_reason_word(v.reason), "superseded");
    assert_int_equal(check_about(&inter, with, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_GOOD);
    str_t without = CRL_MADE(a, &issuer, .revoked = {&bert}, .revoked_at = PKI_NOW - PKI_DAY);
    assert_int_equal(check(without, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_GOOD);
    assert_int_equal(check_about(&bert, without, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_null(revoked_reason_word(v.reason));
}

static void reads_pem(void **state)
{
    (void) state;
    struct revoked_answer v;
    X509_CRL *list = crl_object(&(struct crl_spec){.signer = &issuer, .revoked = {&anna}});
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509_CRL(bio, list);
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    assert_int_equal(check(str_n(p, (size_t) n), &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    BIO_free(bio);
    X509_CRL_free(list);
    assert_refused(STR("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
                   RC_DAMAGED);
    assert_refused(STR("<html>404</html>"), RC_DAMAGED);
}

static void counts_hold_and_refuses_removal(void **state)
{
    (void) state;
    struct revoked_answer v;
    assert_int_equal(check(CRL_MADE(a, &issuer, .revoked = {&anna}, .reason = 6), &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_string_equal(revoked_reason_word(v.reason), "certificateHold");
    assert_refused(CRL_MADE(a, &issuer, .revoked = {&anna}, .reason = 8), RC_UNSUPPORTED);
    assert_refused(CRL_MADE(a, &issuer, .revoked = {&bert}, .reason = 8), RC_UNSUPPORTED);
}

/* A day long ago is no day for us, but it is one. */
static void revoked_in_1970_is_revoked(void **state)
{
    (void) state;
    struct revoked_answer v;
    assert_int_equal(check(CRL_MADE(a, &issuer, .revoked = {&anna}, .revoked_at = 0), &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_int_equal(v.revoked_at, 1);
}

static void wants_the_issuer(void **state)
{
    (void) state;
    struct revoked_answer v;
    assert_refused(CRL_MADE(a, &stranger), RC_INVALID);
    assert_refused(CRL_MADE(a, &stranger, .named = &issuer), RC_SIGNATURE_REJECTED);
    assert_refused(CRL_MADE(a, &twin), RC_SIGNATURE_REJECTED);
    assert_refused(CRL_MADE(a, &issuer, .named = &stranger), RC_INVALID);
    struct pki mute = PKI(.subject = "Mute", .ca = true, .usage = "critical,keyCertSign");
    struct pki x = PKI(.subject = "X", .issuer = &mute);
    assert_int_equal(crl_check(CRL_MADE(a, &mute), x.cert, mute.cert, PKI_NOW, &v, NULL),
                     RC_SIGNATURE_REJECTED); /* may not sign lists */
    pki_free(&mute);
    pki_free(&x);
}

static void refuses_weak_signatures(void **state)
{
    (void) state;
    assert_refused(CRL_MADE(a, &issuer, .md = "SHA1"), RC_SIGNATURE_REJECTED);
    struct revoked_answer v;
    struct pki small = PKI(.key = "rsa1024", .subject = "Small", .ca = true, .usage = CA_USAGE);
    struct pki x = PKI(.subject = "X", .issuer = &small);
    assert_int_equal(crl_check(CRL_MADE(a, &small), x.cert, small.cert, PKI_NOW, &v, NULL),
                     RC_SIGNATURE_REJECTED);
    pki_free(&small);
    pki_free(&x);
}

static void obeys_the_clock(void **state)
{
    (void) state;
    struct revoked_answer v;
    const int64_t n = PKI_NOW;
    assert_refused(CRL_MADE(a, &issuer, .from = n - PKI_DAY, .to = n - HOUR), RC_INVALID);
    assert_refused(CRL_MADE(a, &issuer, .from = n + HOUR, .to = n + PKI_DAY), RC_INVALID);
    assert_refused(CRL_MADE(a, &issuer, .from = n - 3 * PKI_DAY, .to = -1), RC_INVALID);
    assert_int_equal(check(CRL_MADE(a, &issuer, .from = n - HOUR, .to = -1), &v), RC_OK);
}

static void obeys_the_scope(void **state)
{
    (void) state;
    struct revoked_answer v;
    const int idp = NID_issuing_distribution_point;
    const struct {
        struct pki_ext ext;
        rc_t leaf, authority;
    } rows[] = {
        {{idp, "critical,fullname:URI:" POINT}, RC_OK, RC_INVALID}, /* inter names no point */
        {{idp, "critical,fullname:URI:http://crl.test/b.crl"}, RC_INVALID, RC_INVALID},
        {{idp, "critical,onlyuser:TRUE"}, RC_OK, RC_INVALID},
        {{idp, "critical,onlyCA:TRUE"}, RC_INVALID, RC_OK},
        {{idp, "critical,onlyAA:TRUE"}, RC_UNSUPPORTED, RC_UNSUPPORTED},
        {{idp, "critical,indirectCRL:TRUE"}, RC_UNSUPPORTED, RC_UNSUPPORTED},
        {{idp, "critical,onlysomereasons:keyCompromise"}, RC_UNSUPPORTED, RC_UNSUPPORTED},
        {{NID_delta_crl, "critical,1"}, RC_UNSUPPORTED, RC_UNSUPPORTED},
        {{NID_netscape_comment, "critical,x"}, RC_UNSUPPORTED, RC_UNSUPPORTED},
        {{NID_netscape_comment, "x"}, RC_OK, RC_OK},
        {{NID_crl_number, "7"}, RC_OK, RC_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pki_ext ext = rows[i].ext;
        str_t list = ext.nid == NID_delta_crl || ext.nid == NID_crl_number
                         ? STR_NULL
                         : CRL_MADE(a, &issuer, .more = {ext});
        if (str_is_null(list)) { /* integers have no text form in OpenSSL's extension writer */
            X509_CRL *made = crl_object(&(struct crl_spec){.signer = &issuer});
            ASN1_INTEGER *number = ASN1_INTEGER_new();
            ASN1_INTEGER_set(number, 7);
            X509_CRL_add1_ext_i2d(made, ext.nid, number, ext.nid == NID_delta_crl, 0);
            ASN1_INTEGER_free(number);
            assert_true(X509_CRL_sign(made, issuer.key, EVP_sha256()) > 0);
            unsigned char *der = NULL;
            int n = i2d_X509_CRL(made, &der);
            list = answers_keep(a, der, n);
            X509_CRL_free(made);
        }
        if (check_about(&anna, list, &v) != rows[i].leaf) fail_msg("row %zu, leaf", i);
        if (check_about(&inter, list, &v) != rows[i].authority) fail_msg("row %zu, authority", i);
    }
}

static void refuses_conditions_of_any_entry(void **state)
{
    (void) state;
    struct revoked_answer v;
    assert_refused(CRL_MADE(a, &issuer, .revoked = {&bert}, .entry_condition = "critical,x"),
                   RC_UNSUPPORTED);
    assert_int_equal(check(CRL_MADE(a, &issuer, .revoked = {&bert}, .entry_condition = "x"), &v),
                     RC_OK);
}

static void refuses_damage(void **state)
{
    (void) state;
    struct revoked_answer v;
    str_t der = CRL_MADE(a, &issuer, .revoked = {&anna, &bert}, .reason = 1,
                         .revoked_at = PKI_NOW - PKI_DAY);
    char *copy = arena_alloc(a, der.n + 1);
    for (size_t i = 0; i < der.n; i++)
        assert_refused(str_sub(der, 0, i), RC_DAMAGED);
    memcpy(copy, der.p, der.n);
    assert_refused(str_n(copy, der.n + 1), RC_DAMAGED);
    for (size_t i = 0; i < der.n; i++) {
        for (int bit = 1; bit < 256; bit *= 4) {
            memcpy(copy, der.p, der.n);
            copy[i] ^= (char) bit;
            if (check(str_n(copy, der.n), &v) == RC_OK)
                assert_int_equal(v.status, REVOCATION_REVOKED);
        }
    }
    char *large = arena_alloc(a, CRL_MAX + 1);
    assert_refused(str_n(large, CRL_MAX + 1), RC_TOO_LARGE);
    assert_refused(STR_NULL, RC_DAMAGED);
}

static void reads_long_lists(void **state)
{
    (void) state;
    struct revoked_answer v;
    str_t list = CRL_MADE(a, &issuer, .revoked = {&anna}, .padding = 20000, .reason = 1,
                          .revoked_at = PKI_NOW - PKI_DAY);
    assert_true(list.n > 500000);
    assert_int_equal(check(list, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_int_equal(check_about(&bert, list, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_GOOD);
}

static void names_all_entries(void **state)
{
    (void) state;
    struct crl_entry *all;
    struct cert_info info;
    size_t n = 9;
    str_t list = CRL_MADE(a, &issuer, .revoked = {&bert, &anna}, .reason = 4,
                          .revoked_at = PKI_NOW - PKI_DAY);
    assert_int_equal(crl_entries(list, a, &all, &n, NULL), RC_OK);
    assert_int_equal(n, 2);
    assert_int_equal(cert_describe(anna.cert, a, &info, NULL), RC_OK);
    assert_true(str_eq(all[1].serial, info.serial));
    assert_int_equal(cert_describe(bert.cert, a, &info, NULL), RC_OK);
    assert_true(str_eq(all[0].serial, info.serial));
    assert_int_equal(all[0].at, PKI_NOW - PKI_DAY);
    assert_int_equal(all[0].reason, 4);
    assert_int_equal(
        crl_entries(CRL_MADE(a, &issuer, .revoked = {&anna}, .revoked_at = 0), a, &all, &n, NULL),
        RC_OK);
    assert_int_equal(all[0].at, 1);
    assert_int_equal(all[0].reason, -1);
    assert_int_equal(crl_entries(CRL_MADE(a, &issuer), a, &all, &n, NULL), RC_OK);
    assert_int_equal(n, 0);
    n = 9;
    for (size_t cut = 0; cut < list.n; cut++)
        assert_int_equal(crl_entries(str_sub(list, 0, cut), a, &all, &n, NULL), RC_DAMAGED);
    assert_int_equal(n, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lists),
        cmocka_unit_test(reads_pem),
        cmocka_unit_test(counts_hold_and_refuses_removal),
        cmocka_unit_test(revoked_in_1970_is_revoked),
        cmocka_unit_test(wants_the_issuer),
        cmocka_unit_test(refuses_weak_signatures),
        cmocka_unit_test(obeys_the_clock),
        cmocka_unit_test(obeys_the_scope),
        cmocka_unit_test(refuses_conditions_of_any_entry),
        cmocka_unit_test(refuses_damage),
        cmocka_unit_test(reads_long_lists),
        cmocka_unit_test(names_all_entries),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
