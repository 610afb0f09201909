/* What is asked outside while it is decided who is trusted. */
#include "tests/unit/crypto/chain.h"

#define OCSP                                                                                       \
    {                                                                                              \
        NID_info_access, "OCSP;URI:http://ocsp.example/"                                           \
    }
#define AIA                                                                                        \
    {                                                                                              \
        NID_info_access, "caIssuers;URI:http://ca.example/i.cer"                                   \
    }

struct oracle {
    enum revocation answer;
    unsigned revocation_calls, issuer_calls;
    size_t n;
    struct cert *asked[CERT_PATH_MAX];
    struct cert *give[4]; /* one an issuers call */
    struct cert *of[8];
};

static void answer_revocation(void *holder, struct cert *const *path, size_t n,
                              struct cert_revocation *out)
{
    struct oracle *o = holder;
    o->revocation_calls++;
    o->n = n;
    memcpy(o->asked, path, n * sizeof *path);
    out->status = o->answer;
    out->source = "ocsp";
    snprintf(out->url, sizeof out->url, "http://ocsp.example/");
}

static size_t answer_issuers(void *holder, const struct cert *cert, struct cert **out, size_t max)
{
    struct oracle *o = holder;
    assert_true(max >= 1);
    o->of[o->issuer_calls] = (struct cert *) cert;
    struct cert *c = o->give[o->issuer_calls++ % 4];
    if (c) out[0] = cert_ref(c);
    return c != NULL;
}

#define CHECKS(o)                                                                                  \
    &(const struct cert_checks)                                                                    \
    {                                                                                              \
        answer_revocation, answer_issuers, o                                                       \
    }

static void asks_about_every_certificate_but_the_anchor(void **state)
{
    (void) state;
    CLEANUP_TRUST t = PKI_TRUST(&root);
    CLEANUP_PKI p = PKI(.subject = "P", .issuer = &inter, .more = {OCSP});
    struct oracle o = {.answer = REVOCATION_REVOKED};
    struct cert *bag[] = {inter.cert};
    CLEANUP_VERDICT v = JUDGE(&p, .trust = t, .bag = bag, .bag_count = 1, .checks = CHECKS(&o));
    assert_verdict(&v, CHAIN_TRUSTED, TRUSTED_BY_ORGANISATION);
    assert_int_equal(v.revocation.status, REVOCATION_REVOKED);
    assert_string_equal(v.revocation.source, "ocsp");
    assert_string_equal(v.revocation.url, "http://ocsp.example/");
    assert_int_equal(o.n, 3);
    assert_true(o.asked[0] == p.cert && o.asked[1] == inter.cert);
    /* Nobody is asked about what names no place, or is trusted by nobody. */
    o.revocation_calls = 0;
    CLEANUP_VERDICT w = JUDGE(&anna, .trust = t, .bag = bag, .bag_count = 1, .checks = CHECKS(&o));
    assert_int_equal(w.revocation.status, REVOCATION_NO_SOURCE);
    CLEANUP_VERDICT x = JUDGE(&p, .bag = bag, .bag_count = 1, .checks = CHECKS(&o));
    assert_int_equal(x.revocation.status, REVOCATION_NOT_CHECKED);
    assert_int_equal(o.revocation_calls, 0);
    CLEANUP_VERDICT y = JUDGE(&p, .trust = t, .bag = bag, .bag_count = 1);
    assert_int_equal(y.revocation.status, REVOCATION_NOT_CHECKED);
}

/* What has expired is asked about as well: revoked is worse. Unknown issuers have no say. */
static void asks_about_what_has_expired(void **state)
{
    (void) state;
    CLEANUP_TRUST t = PKI_TRUST(&root);
    CLEANUP_PKI p = PKI(.subject = "P", .issuer = &inter, .to = PKI_NOW - PKI_DAY, .more = {OCSP});
    struct oracle o = {.answer = REVOCATION_REVOKED};
    struct cert *bag[] = {inter.cert};
    CLEANUP_VERDICT v = JUDGE(&p, .trust = t, .bag = bag, .bag_count = 1, .checks = CHECKS(&o));
    assert_verdict(&v, CHAIN_EXPIRED, TRUSTED_BY_NONE);
    assert_int_equal(v.revocation.status, REVOCATION_REVOKED);
    assert_int_equal(o.n, 3);
    o.revocation_calls = 0;
    CLEANUP_VERDICT w = JUDGE(&p, .bag = bag, .bag_count = 1, .checks = CHECKS(&o));
    assert_int_equal(w.revocation.status, REVOCATION_NOT_CHECKED);
    assert_int_equal(o.revocation_calls, 0);
}

/* A certificate the user trusts can still have been revoked by who issued it. */
static void asks_about_a_trusted_leaf(void **state)
{
    (void) state;
    CLEANUP_PKI p = PKI(.subject = "P", .issuer = &inter, .more = {OCSP});
    CLEANUP_PKI q = PKI(.subject = "Q", .issuer = &inter,
                        .more = {{NID_info_access, "OCSP;URI:http://ocsp.example/,"
                                                   "caIssuers;URI:http://ca.example/"}});
    struct oracle o = {.answer = REVOCATION_REVOKED, .give = {NULL}};
    struct cert *bag[] = {root.cert, inter.cert}, *itself[] = {p.cert}, *other[] = {q.cert};
    CLEANUP_VERDICT v = JUDGE(&p, .bag = bag, .bag_count = 2, .anchors = itself, .anchor_count = 1,
                              .checks = CHECKS(&o));
    assert_verdict(&v, CHAIN_TRUSTED, TRUSTED_BY_PERSONAL);
    assert_int_equal(v.revocation.status, REVOCATION_REVOKED);
    assert_int_equal(o.n, 2);
    assert_true(o.asked[1] == inter.cert);
    assert_int_equal(v.path_count, 1);
    /* Its issuer is fetched for that, and where it cannot be, the callback is told so. */
    o = (struct oracle){.answer = REVOCATION_GOOD, .give = {inter.cert}};
    CLEANUP_VERDICT w = JUDGE(&q, .anchors = other, .anchor_count = 1, .checks = CHECKS(&o));
    assert_int_equal(w.revocation.status, REVOCATION_GOOD);
    assert_int_equal(o.n, 2);
    o = (struct oracle){.answer = REVOCATION_UNKNOWN};
    CLEANUP_VERDICT x = JUDGE(&q, .anchors = other, .anchor_count = 1, .checks = CHECKS(&o));
    assert_int_equal(x.revocation.status, REVOCATION_UNKNOWN);
    assert_int_equal(o.n, 1);
}

static void fetches_missing_issuers(void **state)
{
    (void) state;
    CLEANUP_TRUST t = PKI_TRUST(&root);
    CLEANUP_PKI a = PKI(.subject = "A", .ca = true, .usage = CA_USAGE, .issuer = &root);
    CLEANUP_PKI b = PKI(.subject = "B", .ca = true, .usage = CA_USAGE, .issuer = &a, .more = {AIA});
    CLEANUP_PKI p = PKI(.subject = "P", .issuer = &b, .more = {AIA});
    struct oracle o = {.give = {b.cert, a.cert}};
    CLEANUP_VERDICT v = JUDGE(&p, .trust = t, .checks = CHECKS(&o));
    assert_verdict(&v, CHAIN_TRUSTED, TRUSTED_BY_ORGANISATION);
    assert_int_equal(v.path_count, 4);
    assert_int_equal(o.issuer_calls, 2);
    assert_true(o.of[0] == p.cert && cert_equal(o.of[1], b.cert));
    /* What is no issuer is asked for once, and nobody is asked where no place is named. */
    o = (struct oracle){.give = {anna.cert, anna.cert, anna.cert, anna.cert}};
    CLEANUP_VERDICT w = JUDGE(&p, .trust = t, .checks = CHECKS(&o));
    assert_verdict(&w, CHAIN_INCOMPLETE, TRUSTED_BY_NONE);
    assert_int_equal(o.issuer_calls, 1);
    o = (struct oracle){.give = {inter.cert}};
    CLEANUP_VERDICT x = JUDGE(&anna, .trust = t, .checks = CHECKS(&o));
    assert_verdict(&x, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    assert_int_equal(o.issuer_calls, 0);
    /* A fetched root is no anchor. */
    o = (struct oracle){.give = {b.cert, a.cert, root.cert}};
    CLEANUP_VERDICT y = JUDGE(&p, .checks = CHECKS(&o));
    assert_true(y.chain != CHAIN_TRUSTED);
}

/* Whoever answers for each certificate with one more never gets us further than a few questions. */
static void stops_asking(void **state)
{
    (void) state;
    struct pki ladder[8];
    for (size_t i = 0; i < 8; i++) {
        char name[16];
        snprintf(name, sizeof name, "Step %zu", i);
        ladder[i] = PKI(.subject = name, .ca = true, .usage = CA_USAGE,
                        .issuer = i ? &ladder[i - 1] : NULL, .more = {AIA});
    }
    CLEANUP_TRUST t = PKI_TRUST(&root);
    struct oracle o = {.give = {ladder[6].cert, ladder[5].cert, ladder[4].cert, ladder[3].cert}};
    CLEANUP_VERDICT v = JUDGE(&ladder[7], .trust = t, .checks = CHECKS(&o));
    assert_true(v.chain != CHAIN_TRUSTED);
    assert_int_equal(o.issuer_calls, 4);
    for (size_t i = 0; i < 8; i++)
        pki_free(&ladder[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_about_every_certificate_but_the_anchor),
        cmocka_unit_test(asks_about_what_has_expired),
        cmocka_unit_test(asks_about_a_trusted_leaf),
        cmocka_unit_test(fetches_missing_issuers),
        cmocka_unit_test(stops_asking),
    };
    return cmocka_run_group_tests_name("chain_asking", tests, make_chain, free_chain);
}
