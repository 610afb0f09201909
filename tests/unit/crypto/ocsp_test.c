#include "crypto/ocsp.h"

#include <openssl/err.h>

#include "tests/unit/crypto/answers.h"
#include "tests/unit/test.h"

#define CA_USAGE "critical,keyCertSign,cRLSign"
#define GOOD V_OCSP_CERTSTATUS_GOOD
#define REVOKED V_OCSP_CERTSTATUS_REVOKED
#define UNKNOWN V_OCSP_CERTSTATUS_UNKNOWN

static struct pki issuer, stranger, twin, anna, bert, foreign;
static struct arena *a;

static int start(void **state)
{
    (void) state;
    a = arena_new(8u << 20);
    issuer = PKI(.subject = "Issuer", .ca = true, .usage = CA_USAGE);
    stranger = PKI(.subject = "Stranger", .ca = true, .usage = CA_USAGE);
    twin = PKI(.subject = "Issuer", .ca = true, .usage = CA_USAGE); /* name the same, key another */
    anna = PKI(.subject = "Anna", .issuer = &issuer, .san = "email:anna@example.org");
    bert = PKI(.subject = "Bert", .issuer = &issuer, .san = "email:bert@example.org");
    foreign = PKI(.subject = "Foreign", .issuer = &stranger, .extended = "OCSPSigning");
    return 0;
}

static int stop(void **state)
{
    struct pki *all[] = {&issuer, &stranger, &twin, &anna, &bert, &foreign};
    (void) state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        pki_free(all[i]);
    arena_free(a);
    return 0;
}

static rc_t check(str_t response, struct revoked_answer *out)
{
    struct err e = {0};
    rc_t rc = ocsp_check(response, anna.cert, issuer.cert, PKI_NOW, out, &e);
    assert_int_equal(rc, e.code);
    assert_int_equal(ERR_peek_error(), 0);
    return rc;
}

/* Refused, and nothing written. */
static void assert_refused(str_t response, rc_t want)
{
    struct revoked_answer v = {.this_update = 42};
    assert_int_equal(check(response, &v), want);
    assert_int_equal(v.this_update, 42);
}

static void asks_for_one_certificate(void **state)
{
    (void) state;
    str_t der;
    assert_int_equal(ocsp_request(anna.cert, issuer.cert, a, &der, NULL), RC_OK);
    const unsigned char *p = (const unsigned char *) der.p;
    OCSP_REQUEST *r = d2i_OCSP_REQUEST(NULL, &p, (long) der.n);
    assert_non_null(r);
    assert_int_equal(OCSP_request_onereq_count(r), 1);
    assert_int_equal(OCSP_REQUEST_get_ext_count(r), 0); /* no nonce */
    OCSP_CERTID *want = OCSP_cert_to_id(EVP_sha1(), anna.x, issuer.x);
    assert_int_equal(OCSP_id_cmp(want, OCSP_onereq_get0_id(OCSP_request_onereq_get0(r, 0))), 0);
    OCSP_CERTID_free(want);
    OCSP_REQUEST_free(r);
}

static void reads_what_the_issuer_says(void **state)
{
    (void) state;
    struct revoked_answer v;
    assert_int_equal(check(OCSP_MADE(a, &anna, &issuer, &issuer, .status = GOOD), &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_GOOD);
    assert_int_equal(v.this_update, PKI_NOW - HOUR);
    assert_int_equal(v.next_update, PKI_NOW + HOUR);
    assert_int_equal(v.revoked_at, 0);
    assert_int_equal(check(OCSP_MADE(a, &anna, &issuer, &issuer, .status = REVOKED,
                                     .revoked_at = PKI_NOW - 5 * PKI_DAY, .reason = 1,
                                     .by_key = true, .id_md = "SHA256"),
                           &v),
                     RC_OK);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_int_equal(v.revoked_at, PKI_NOW - 5 * PKI_DAY);
    assert_string_equal(revoked_reason_word(v.reason), "keyCompromise");
    assert_int_equal(check(OCSP_MADE(a, &anna, &issuer, &issuer, .status = UNKNOWN), &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_UNKNOWN);
    assert_int_equal(check(OCSP_MADE(a, &anna, &issuer, &issuer, .status = REVOKED,
                                     .revoked_at = PKI_NOW - HOUR, .reason = 6),
                           &v),
                     RC_OK);
    assert_int_equal(v.status, REVOCATION_REVOKED); /* on hold: not to be believed now */
    assert_string_equal(revoked_reason_word(v.reason), "certificateHold");
}

static void wants_the_right_certificate_and_issuer(void **state)
{
    (void) state;
    assert_refused(OCSP_MADE(a, &bert, &issuer, &issuer, .status = GOOD), RC_INVALID);
    assert_refused(OCSP_MADE(a, &anna, &stranger, &issuer, .status = GOOD), RC_INVALID);
    /* Issuer's name right, key another. */
    assert_refused(OCSP_MADE(a, &anna, &twin, &issuer, .status = GOOD), RC_INVALID);
    assert_refused(OCSP_MADE(a, &anna, &issuer, &stranger, .status = GOOD), RC_SIGNATURE_REJECTED);
    assert_refused(OCSP_MADE(a, &anna, &issuer, &twin, .status = GOOD), RC_SIGNATURE_REJECTED);
    assert_refused(OCSP_MADE(a, &anna, &issuer, &anna, .status = GOOD), RC_SIGNATURE_REJECTED);
}

static void obeys_the_clock(void **state)
{
    (void) state;
    struct revoked_answer v;
    const int64_t n = PKI_NOW;
    const struct {
        int64_t from, to;
        rc_t want;
    } rows[] = {
        {n - PKI_DAY, n - HOUR, RC_INVALID},    /* out of date */
        {n - PKI_DAY, n - REVOKED_SKEW, RC_OK}, /* a clock may be wrong */
        {n - PKI_DAY, n - REVOKED_SKEW - 1, RC_INVALID},
        {n + HOUR, n + PKI_DAY, RC_INVALID}, /* from the future */
        {n + REVOKED_SKEW, n + PKI_DAY, RC_OK},
        {n + REVOKED_SKEW + 1, n + PKI_DAY, RC_INVALID},
        {n - HOUR, n - 2 * HOUR, RC_INVALID}, /* ends before it begins */
        {n + 200, n + 100, RC_INVALID},
        {n - HOUR, -1, RC_OK}, /* no next one promised: a day */
        {n - REVOKED_AGE_MAX - REVOKED_SKEW - 1, -1, RC_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str_t der = OCSP_MADE(a, &anna, &issuer, &issuer, .status = GOOD, .from = rows[i].from,
                              .to = rows[i].to);
        if (check(der, &v) != rows[i].want) fail_msg("row %zu", i);
    }
}

static void believes_named_responders_only(void **state)
{
    (void) state;
    struct revoked_answer v;
    const char *use = "critical,digitalSignature";
    const struct pki_ext nocheck = {NID_id_pkix_OCSP_noCheck, "ignored"};
    const struct pki_ext points = {NID_crl_distribution_points, "URI:http://crl.test/a.crl"};
    const struct {
        struct pki_spec spec;
        rc_t want;
    } rows[] = {
        {{.extended = "OCSPSigning", .usage = use, .more = {nocheck}}, RC_OK},
        {{.extended = "OCSPSigning", .usage = use}, RC_OK}, /* nothing to look up */
        {{.extended = "OCSPSigning", .usage = use, .more = {nocheck, points}}, RC_OK},
        {{.extended = "OCSPSigning", .usage = use, .more = {points}}, RC_SIGNATURE_REJECTED},
        {{.usage = use, .more = {nocheck}}, RC_SIGNATURE_REJECTED}, /* purpose missing */
        {{.extended = "emailProtection", .usage = use, .more = {nocheck}}, RC_SIGNATURE_REJECTED},
        {{.extended = "anyExtendedKeyUsage", .usage = use}, RC_SIGNATURE_REJECTED},
        {{.extended = "OCSPSigning", .usage = "keyEncipherment"}, RC_SIGNATURE_REJECTED},
        {{.extended = "OCSPSigning", .usage = use, .to = PKI_NOW - PKI_DAY}, RC_SIGNATURE_REJECTED},
        {{.extended = "OCSPSigning", .usage = use, .from = PKI_NOW + PKI_DAY},
         RC_SIGNATURE_REJECTED},
        {{.extended = "OCSPSigning", .usage = use, .md = "SHA1"}, RC_SIGNATURE_REJECTED},
        {{.extended = "OCSPSigning", .usage = use, .key = "rsa1024"}, RC_SIGNATURE_REJECTED},
        {{.extended = "OCSPSigning", .usage = use, .more = {{NID_netscape_comment, "critical,x"}}},
         RC_SIGNATURE_REJECTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pki_spec spec = rows[i].spec;
        spec.issuer = &issuer;
        spec.subject = "Responder";
        struct pki r = pki_make(&spec);
        for (int by_key = 0; by_key < 2; by_key++) {
            str_t der = OCSP_MADE(a, &anna, &issuer, &r, .status = GOOD, .by_key = by_key);
            if (check(der, &v) != rows[i].want) fail_msg("row %zu", i);
        }
        pki_free(&r);
    }
    /* Not named by this issuer; signed by one and showing another; two steps below the issuer. */
    assert_refused(OCSP_MADE(a, &anna, &issuer, &foreign, .status = GOOD), RC_SIGNATURE_REJECTED);
    struct pki fake = PKI(.subject = "Responder", .issuer = &twin, .extended = "OCSPSigning");
    assert_refused(OCSP_MADE(a, &anna, &issuer, &fake, .status = GOOD), RC_SIGNATURE_REJECTED);
    struct pki right = PKI(.subject = "Responder", .issuer = &issuer, .extended = "OCSPSigning");
    assert_refused(OCSP_MADE(a, &anna, &issuer, &fake, &right, .status = GOOD),
                   RC_SIGNATURE_REJECTED);
    struct pki below = PKI(.subject = "Below", .issuer = &right, .extended = "OCSPSigning");
    assert_refused(OCSP_MADE(a, &anna, &issuer, &below, .status = GOOD), RC_SIGNATURE_REJECTED);
    pki_free(&fake);
    pki_free(&right);
    pki_free(&below);
}

static void believes_no_certificate_about_itself(void **state)
{
    (void) state;
    struct revoked_answer v;
    struct err e = {0};
    struct pki self = PKI(.subject = "Self", .issuer = &issuer, .extended = "OCSPSigning");
    str_t der = OCSP_MADE(a, &self, &issuer, &self, .status = GOOD);
    assert_int_equal(ocsp_check(der, self.cert, issuer.cert, PKI_NOW, &v, &e),
                     RC_SIGNATURE_REJECTED);
    pki_free(&self);
}

static void refuses_weak_signatures(void **state)
{
    (void) state;
    struct revoked_answer v;
    struct err e = {0};
    assert_refused(OCSP_MADE(a, &anna, &issuer, &issuer, .status = GOOD, .md = "SHA1"),
                   RC_SIGNATURE_REJECTED);
    struct pki rsa = PKI(.key = "rsa2048", .subject = "RSA", .ca = true, .usage = CA_USAGE);
    struct pki small = PKI(.key = "rsa1024", .subject = "Small", .ca = true, .usage = CA_USAGE);
    struct pki pss = PKI(.key = "rsa-pss", .subject = "PSS", .ca = true, .usage = CA_USAGE);
    struct {
        const struct pki *ca;
        const char *md;
        rc_t want;
    } rows[] = {{&rsa, "SHA256", RC_OK},
                {&rsa, "MD5", RC_SIGNATURE_REJECTED},
                {&rsa, "SHA1", RC_SIGNATURE_REJECTED},
                {&rsa, "SHA512", RC_OK},
                {&small, "SHA256", RC_SIGNATURE_REJECTED},
                {&pss, "SHA256", RC_OK},
                {&pss, "SHA1", RC_SIGNATURE_REJECTED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pki x = PKI(.subject = "X", .issuer = rows[i].ca);
        str_t der = OCSP_MADE(a, &x, rows[i].ca, rows[i].ca, .status = GOOD, .md = rows[i].md);
        if (ocsp_check(der, x.cert, rows[i].ca->cert, PKI_NOW, &v, &e) != rows[i].want)
            fail_msg("row %zu: %s", i, e.message);
        pki_free(&x);
    }
    pki_free(&rsa);
    pki_free(&small);
    pki_free(&pss);
}

static void refuses_unknown_conditions(void **state)
{
    (void) state;
    assert_refused(OCSP_MADE(a, &anna, &issuer, &issuer, .status = GOOD, .condition = true),
                   RC_UNSUPPORTED);
}

static void refuses_damage(void **state)
{
    (void) state;
    struct revoked_answer v = {.this_update = 42};
    str_t der = OCSP_MADE(a, &anna, &issuer, &issuer, .status = GOOD);
    char *copy = arena_alloc(a, der.n + 1);
    for (size_t i = 0; i < der.n; i++)
        assert_refused(str_sub(der, 0, i), RC_DAMAGED);
    memcpy(copy, der.p, der.n);
    assert_refused(str_n(copy, der.n + 1), RC_DAMAGED); /* something behind it */
    for (size_t i = 0; i < der.n; i++) {
        memcpy(copy, der.p, der.n);
        copy[i] ^= 1;
        if (check(str_n(copy, der.n), &v) == RC_OK) {
            /* Only what is not signed may change, and nothing of the meaning. */
            assert_int_equal(v.status, REVOCATION_GOOD);
            assert_int_equal(v.next_update, PKI_NOW + HOUR);
        }
    }
    for (int status = 1; status < 7; status++) { /* tryLater, unauthorized ... */
        char declined[] = {0x30, 3, 0x0a, 1, (char) status};
        assert_refused(str_n(declined, sizeof declined), RC_UNSUPPORTED);
    }
    char *large = arena_alloc(a, OCSP_RESPONSE_MAX + 1);
    assert_refused(str_n(large, OCSP_RESPONSE_MAX + 1), RC_TOO_LARGE);
    assert_refused(STR_NULL, RC_DAMAGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_for_one_certificate),
        cmocka_unit_test(reads_what_the_issuer_says),
        cmocka_unit_test(wants_the_right_certificate_and_issuer),
        cmocka_unit_test(obeys_the_clock),
        cmocka_unit_test(believes_named_responders_only),
        cmocka_unit_test(believes_no_certificate_about_itself),
        cmocka_unit_test(refuses_weak_signatures),
        cmocka_unit_test(refuses_unknown_conditions),
        cmocka_unit_test(refuses_damage),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
