/* What is asked about a path, and what is kept. Missing issuers: revocation_issuers_test.c. */
#include "tests/unit/crypto/revocation_world.h"

/* --- asking about a path of three ---------------------------------------------------------- */

static struct cert_revocation look(const struct pki *leaf, bool ask)
{
    struct revocation_asking r;
    struct cert_revocation v = {.status = REVOCATION_NOT_CHECKED};
    struct cert *path[] = {leaf->cert, inter.cert, root.cert};
    revocation_start(&r, &ops, ask, w.now);
    struct cert_checks checks = revocation_checks(&r);
    unsigned before = w.fetches;
    int64_t began = w.ms;
    checks.revocation(checks.holder, path, 3, &v);
    if (!ask) assert_int_equal(w.fetches, before);
    assert_true(w.ms - began <= REVOCATION_BUDGET_MS);
    assert_int_equal(ERR_peek_error(), 0);
    return v;
}

static void asks_ocsp_first_and_once(void **state)
{
    (void) state;
    struct place *ocsp = place(OCSP_URL, OCSP_GOOD(&anna));
    struct place *crl = place(CRL_URL, CRL_MADE(a, &inter, .revoked = {&anna}));
    assert_int_equal(look(&anna, false).status, REVOCATION_NOT_CHECKED);
    struct cert_revocation v = look(&anna, true);
    assert_int_equal(v.status, REVOCATION_GOOD);
    assert_string_equal(v.source, "ocsp");
    assert_string_equal(v.url, OCSP_URL);
    assert_int_equal(v.next_update, PKI_NOW + HOUR);
    assert_null(v.reason);
    assert_int_equal(ocsp->asked, 1);
    assert_int_equal(crl->asked, 0);
    assert_int_equal(w.fetches, 2); /* and the intermediate's list */
    for (int ask = 0; ask < 2; ask++) {
        struct cert_revocation again = look(&anna, ask);
        assert_memory_equal(&again, &v, sizeof v);
    }
    assert_int_equal(w.fetches, 2);
    w.now += HOUR + REVOKED_SKEW + 1;
    assert_int_equal(look(&anna, false).status, REVOCATION_NOT_CHECKED);
    place(OCSP_URL, OCSP_MADE(a, &anna, &inter, &inter, .from = w.now, .to = w.now + HOUR));
    assert_int_equal(look(&anna, true).status, REVOCATION_GOOD);
    assert_int_equal(w.places[1].asked, 1);
    assert_int_equal(w.fetches, 3); /* the intermediate's state was still known */
}

static void hands_out_the_evidence(void **state)
{
    (void) state;
    str_t answer = OCSP_GOOD(&anna);
    place(OCSP_URL, answer);
    struct revocation_asking r;
    struct cert_revocation v;
    struct cert *path[] = {anna.cert, inter.cert};
    for (int ask = 1; ask >= 0; ask--) { /* from the place, then from the cache */
        revocation_start(&r, &ops, ask, w.now);
        struct cert_checks checks = revocation_checks(&r);
        checks.revocation(checks.holder, path, 2, &v);
        assert_str(w.raw, answer);
    }
    assert_int_equal(w.found, 2);
}

static void tells_who_is_revoked(void **state)
{
    (void) state;
    place(OCSP_URL, OCSP_REVOKED(&anna));
    struct cert_revocation v = look(&anna, true);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_int_equal(v.revoked_at, PKI_NOW - PKI_DAY);
    assert_string_equal(v.reason, "keyCompromise");
    v = look(&anna, false);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_string_equal(v.reason, "keyCompromise");
    assert_int_equal(v.revoked_at, PKI_NOW - PKI_DAY);
    /* The intermediate, whatever is said of the leaf. */
    begin(NULL);
    place(OCSP_URL, OCSP_GOOD(&anna));
    place(ROOT_CRL, CRL_MADE(a, &root, .revoked = {&inter}, .reason = 2, .revoked_at = 1700000000));
    v = look(&anna, true);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_string_equal(v.reason, "cACompromise");
    assert_string_equal(v.url, ROOT_CRL);
}

/* The authority forgets what has expired, and may then call it good. A suspension can end. */
static void revoked_is_for_good(void **state)
{
    (void) state;
    place(OCSP_URL, OCSP_REVOKED(&anna));
    assert_int_equal(look(&anna, true).status, REVOCATION_REVOKED);
    unsigned before = w.fetches;
    w.now += 400 * PKI_DAY;
    place(OCSP_URL, OCSP_MADE(a, &anna, &inter, &inter, .from = w.now, .to = w.now + HOUR));
    struct cert_revocation v = look(&anna, true);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_int_equal(v.revoked_at, PKI_NOW - PKI_DAY);
    assert_int_equal(look(&anna, false).status, REVOCATION_REVOKED);
    assert_int_equal(w.fetches, before);
    begin(NULL);
    place(OCSP_URL, OCSP_MADE(a, &anna, &inter, &inter, .status = V_OCSP_CERTSTATUS_REVOKED,
                              .revoked_at = PKI_NOW - PKI_DAY, .reason = 6));
    assert_int_equal(look(&anna, true).status, REVOCATION_REVOKED);
    w.now += PKI_DAY;
    place(OCSP_URL, OCSP_MADE(a, &anna, &inter, &inter, .from = w.now, .to = w.now + HOUR));
    assert_int_equal(look(&anna, false).status, REVOCATION_NOT_CHECKED);
    place(ROOT_CRL, CRL_MADE(a, &root, .from = w.now, .to = w.now + HOUR));
    assert_int_equal(look(&anna, true).status, REVOCATION_GOOD);
}

static void the_worst_counts(void **state)
{
    (void) state;
    place(OCSP_URL, OCSP_GOOD(&anna));
    place(ROOT_CRL, STR_NULL);
    assert_int_equal(look(&anna, true).status, REVOCATION_UNKNOWN);
    begin(NULL);
    assert_int_equal(look(&silent, true).status,
                     REVOCATION_NO_SOURCE); /* of the leaf; inter good */
    place(ROOT_CRL, CRL_MADE(a, &root, .revoked = {&inter}));
    forget();
    assert_int_equal(look(&silent, true).status, REVOCATION_REVOKED);
}

static void falls_back_to_the_list(void **state)
{
    (void) state;
    struct place *ocsp = place(OCSP_URL, STR_NULL);
    struct place *crl = place(CRL_URL, CRL_MADE(a, &inter, .revoked = {&bert}, .reason = 5,
                                                .revoked_at = PKI_NOW - HOUR));
    struct cert_revocation v = look(&anna, true);
    assert_int_equal(v.status, REVOCATION_GOOD);
    assert_string_equal(v.source, "crl");
    assert_string_equal(v.url, CRL_URL);
    /* The next one of the same authority: the responder is left alone, the list is at hand. */
    v = look(&bert, true);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_string_equal(v.reason, "cessationOfOperation");
    assert_int_equal(ocsp->asked, 1);
    assert_int_equal(crl->asked, 1);
    /* Answers that are no answers: another's, altered, "unknown", HTML. */
    str_t bad[] = {OCSP_GOOD(&bert), OCSP_MADE(a, &anna, &inter, &root), STR("<html>"),
                   OCSP_MADE(a, &anna, &inter, &inter, .status = V_OCSP_CERTSTATUS_UNKNOWN)};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin(NULL);
        place(OCSP_URL, bad[i]);
        place(CRL_URL, CRL_MADE(a, &inter));
        v = look(&anna, true);
        assert_int_equal(v.status, REVOCATION_GOOD);
        assert_string_equal(v.source, "crl");
    }
}

static void long_lists_are_not_kept(void **state)
{
    (void) state;
    place(OCSP_URL, STR_NULL);
    struct place *crl = place(CRL_URL, CRL_MADE(a, &inter, .padding = 50000));
    assert_true(crl->body.n > REVOCATION_VALUE_MAX && crl->body.n < CRL_MAX);
    assert_int_equal(look(&anna, true).status, REVOCATION_GOOD);
    assert_int_equal(look(&anna, true).status, REVOCATION_GOOD);
    assert_int_equal(crl->asked, 1); /* what it said of Anna is */
    assert_int_equal(look(&bert, true).status, REVOCATION_GOOD);
    assert_int_equal(crl->asked, 2);
}

static void remembers_failures_for_a_while(void **state)
{
    (void) state;
    struct place *ocsp = place(OCSP_URL, STR_NULL), *crl = place(CRL_URL, STR_NULL);
    assert_int_equal(look(&anna, true).status, REVOCATION_UNKNOWN);
    assert_int_equal(look(&anna, false).status, REVOCATION_UNKNOWN); /* known to be unknown */
    assert_int_equal(look(&anna, true).status, REVOCATION_UNKNOWN);
    assert_int_equal(look(&bert, true).status, REVOCATION_UNKNOWN);
    assert_int_equal(ocsp->asked, 1);
    assert_int_equal(crl->asked, 1);
    w.now += REVOCATION_RETRY + 1;
    ocsp->body = OCSP_GOOD(&anna);
    ocsp->rc = RC_OK;
    assert_int_equal(look(&anna, true).status, REVOCATION_GOOD);
    assert_int_equal(ocsp->asked, 2);
}

/* What a stranger's certificate made us ask in vain must not keep us from asking an authority: an
 * OCSP responder named as the place of an issuer, or of another issuer's certificates. */
static void questions_of_others_close_no_place(void **state)
{
    (void) state;
    struct pki evil = PKI(.subject = "Evil", .ca = true, .usage = CA_USAGE);
    struct pki bait = PKI(.subject = "Bait", .issuer = &evil,
                          .more = {{NID_info_access, "OCSP;URI:" OCSP_URL ",caIssuers;URI:" OCSP_URL
                                                     ",caIssuers;URI:" CRL_URL},
                                   {NID_crl_distribution_points, "URI:" CRL_URL}});
    struct place *ocsp = place(OCSP_URL, STR_NULL), *crl = place(CRL_URL, STR_NULL);
    struct cert *path[] = {bait.cert, evil.cert}, *got[4];
    struct revocation_asking r;
    struct cert_revocation v;
    ocsp->rc = crl->rc = RC_SOURCE_DOWN; /* to such questions */
    revocation_start(&r, &ops, true, w.now);
    struct cert_checks checks = revocation_checks(&r);
    assert_int_equal(checks.issuers(checks.holder, bait.cert, got, 4), 0);
    checks.revocation(checks.holder, path, 2, &v);
    assert_int_equal(v.status, REVOCATION_UNKNOWN);
    assert_int_equal(ocsp->asked, 2);
    assert_int_equal(crl->asked, 2);
    ocsp->rc = crl->rc = RC_OK;
    ocsp->body = OCSP_REVOKED(&anna);
    assert_int_equal(look(&anna, true).status, REVOCATION_REVOKED);
    pki_free(&bait);
    pki_free(&evil);
}

static void asks_for_few_issuers(void **state)
{
    (void) state;
    struct revocation_asking r;
    struct cert *got[4];
    revocation_start(&r, &ops, true, w.now);
    struct cert_checks checks = revocation_checks(&r);
    for (int i = 0; i < 2 * REVOCATION_AIA_MAX; i++) {
        char places[64];
        snprintf(places, sizeof places, "caIssuers;URI:http://aia.test/%d", i);
        struct pki p =
            PKI(.subject = "Many", .issuer = &inter, .more = {{NID_info_access, places}});
        assert_int_equal(checks.issuers(checks.holder, p.cert, got, 4), 0);
        pki_free(&p);
    }
    assert_int_equal(w.fetches, REVOCATION_AIA_MAX);
}

static void a_place_that_hangs_leaves_time_for_the_next(void **state)
{
    (void) state;
    struct place *ocsp = place(OCSP_URL, STR_NULL), *crl = place(CRL_URL, CRL_MADE(a, &inter));
    ocsp->takes_ms = 60000;
    crl->takes_ms = 200;
    assert_int_equal(look(&anna, true).status, REVOCATION_GOOD);
    assert_int_equal(crl->asked, 1);
    forget();
    crl->takes_ms = 60000;
    w.places[0].takes_ms = 60000; /* the intermediate's too: three of them in a row */
    int64_t began = w.ms;
    assert_int_equal(look(&anna, true).status, REVOCATION_UNKNOWN);
    assert_true(w.ms - began <= REVOCATION_BUDGET_MS);
    /* Those that had a fair time are left alone; the one that had not is no worse for it. */
    ocsp->takes_ms = crl->takes_ms = w.places[0].takes_ms = 0;
    unsigned asked = w.places[0].asked;
    (void) look(&anna, true);
    assert_int_equal(ocsp->asked, 2);
    assert_int_equal(crl->asked, 2);
    assert_int_equal(w.places[0].asked, asked + 1);
}

static void one_deadline_for_a_message(void **state)
{
    (void) state;
    struct revocation_asking r;
    struct cert_revocation v;
    struct cert *path[] = {anna.cert, inter.cert, root.cert};
    struct cert *other[] = {bert.cert, inter.cert, root.cert};
    place(OCSP_URL, OCSP_GOOD(&anna))->takes_ms = 1400;
    place(CRL_URL, STR_NULL)->takes_ms = 60000;
    place(ROOT_CRL, STR_NULL)->takes_ms = 60000;
    int64_t began = w.ms;
    revocation_start(&r, &ops, true, w.now);
    struct cert_checks checks = revocation_checks(&r);
    checks.revocation(checks.holder, path, 3, &v);
    checks.revocation(checks.holder, other, 3, &v);
    assert_int_equal(v.status, REVOCATION_UNKNOWN);
    assert_true(w.ms - began <= REVOCATION_BUDGET_MS);
}

static void asks_nobody_without_a_fetcher(void **state)
{
    (void) state;
    ops.fetch = NULL;
    assert_int_equal(look(&anna, true).status, REVOCATION_NOT_CHECKED);
    assert_int_equal(look(&ldap, true).status, REVOCATION_NOT_CHECKED);
    assert_int_equal(w.kept, 0);
    ops.fetch = fetch; /* there, but cannot */
    place(OCSP_URL, STR_NULL)->rc = RC_FETCH_DOWN;
    place(CRL_URL, STR_NULL)->rc = RC_FETCH_DOWN;
    place(ROOT_CRL, STR_NULL)->rc = RC_FETCH_DOWN;
    assert_int_equal(look(&anna, true).status, REVOCATION_UNKNOWN);
    assert_int_equal(w.kept, 0); /* nobody's fault out there */
}

static void does_not_ask_ldap(void **state)
{
    (void) state;
    assert_int_equal(look(&ldap, false).status, REVOCATION_UNKNOWN);
    assert_int_equal(w.fetches, 0);
    assert_int_equal(look(&ldap, true).status, REVOCATION_UNKNOWN);
    assert_int_equal(w.fetches, 1); /* the intermediate's list */
}

static void says_so_when_the_issuer_is_not_known(void **state)
{
    (void) state;
    struct revocation_asking r;
    struct cert_revocation v = {.status = REVOCATION_GOOD};
    struct cert *path[] = {anna.cert};
    for (int ask = 0; ask < 2; ask++) {
        revocation_start(&r, &ops, ask, w.now);
        struct cert_checks checks = revocation_checks(&r);
        checks.revocation(checks.holder, path, 1, &v);
        assert_int_equal(v.status, ask ? REVOCATION_UNKNOWN : REVOCATION_NOT_CHECKED);
    }
    assert_int_equal(w.fetches, 0);
}

static void asks_three_places_of_a_kind(void **state)
{
    (void) state;
    struct pki many =
        PKI(.subject = "Many", .issuer = &inter,
            .more = {
                {NID_info_access, "OCSP;URI:ftp://0.test/,OCSP;URI:http://1.test/,"
                                  "OCSP;URI:http://1.test/,OCSP;URI:HTTPS://2.test/"},
                {NID_crl_distribution_points,
                 "URI:ldap://0.test/,URI:http://3.test/a b,URI:http://4.test/,URI:http://5.test/,"
                 "URI:http://6.test/,URI:http://7.test/"}});
    assert_int_equal(look(&many, true).status, REVOCATION_UNKNOWN);
    assert_int_equal(w.fetches, 6); /* 1 2, 4 5 6, the intermediate's list */
    pki_free(&many);
}

static void keeps_for_seven_days_at_most(void **state)
{
    (void) state;
    place(OCSP_URL, OCSP_MADE(a, &anna, &inter, &inter, .to = PKI_NOW + 90 * PKI_DAY));
    assert_int_equal(look(&anna, true).status, REVOCATION_GOOD);
    w.now += REVOCATION_KEEP_MAX - 10;
    assert_int_equal(look(&anna, false).status, REVOCATION_GOOD);
    w.now += 20;
    for (size_t i = 0; i < w.kept; i++)
        w.cache[i].until = INT64_MAX; /* a cache that forgets to forget */
    assert_int_equal(look(&anna, false).status, REVOCATION_NOT_CHECKED);
}

static void keeps_the_unbounded_for_an_hour(void **state)
{
    (void) state;
    place(OCSP_URL, OCSP_MADE(a, &anna, &inter, &inter, .to = -1));
    assert_int_equal(look(&anna, true).status, REVOCATION_GOOD);
    w.now += HOUR - 10;
    assert_int_equal(look(&anna, false).status, REVOCATION_GOOD);
    w.now += 20;
    assert_int_equal(look(&anna, false).status, REVOCATION_NOT_CHECKED);
}

/* Values of an older program, or a damaged one, are not there. */
static void ignores_strange_cache_values(void **state)
{
    (void) state;
    static const char *const lines[] = {
        "",
        "\n",
        "2 ocsp good 1749999000 1750003600 0 - 1750000000 http://x/\n",
        "1 ocsp good 1749999000 1750003600 0 - 1750000000 http://x/", /* no end */
        "1 ocsp fine 1749999000 1750003600 0 - 1750000000 http://x/\n",
        "1 ocsp not_checked 1749999000 1750003600 0 - 1750000000 http://x/\n",
        "1 - good 0 0 0 - 1750000000 -\n", /* good without a source */
        "1 ocsp good -5 1750003600 0 - 1750000000 http://x/\n",
        "1 ocsp good 1749999000 99999999999999999999 0 - 1750000000 http://x/\n",
        "1 ocsp good 1749999000 1749999500 0 - 1750000000 http://x/\n", /* out of date */
        "1 ocsp good 1750009000 1750019500 0 - 1750000000 http://x/\n", /* future */
        "1 ocsp good 1749999000 1750003600 0 - 1750009000 http://x/\n", /* saved in the future */
        "1 - unknown 0 0 0 - 1749999000 -\n",                           /* a failure of long ago */
        "1 ocsp good 1749999000 1750003600\n",
        "1 ocsp good 1749999000 1749999500 0 - 1750000000\n", /* no place, out of date */
    };
    place(OCSP_URL, OCSP_REVOKED(&anna));
    (void) look(&anna, true);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        for (size_t k = 0; k < w.kept; k++) {
            if (strncmp(w.cache[k].key, "rev:c", 5) != 0) continue;
            free(w.cache[k].value);
            w.cache[k].value = strdup(lines[i]);
            w.cache[k].n = strlen(lines[i]);
        }
        if (look(&anna, false).status != REVOCATION_NOT_CHECKED) fail_msg("line %zu", i);
    }
}

/* --- lists this very server publishes ------------------------------------------------------- */

static str_t own_list;

static bool own_of(void *holder, str_t url, struct arena *arena, str_t *list)
{
    (void) holder;
    (void) arena;
    *list = own_list;
    return own_list.n > 0 && str_eq(url, STR(CRL_URL));
}

static void its_own_lists_count_at_once_and_are_not_kept(void **state)
{
    (void) state;
    const struct revocation_ops without = ops;
    ops.own = own_of;
    own_list = CRL_MADE(a, &inter);
    size_t kept = w.kept;
    struct cert_revocation v;
    struct revocation_asking r;
    struct cert *path[] = {anna.cert, inter.cert};
    revocation_start(&r, &ops, false, w.now);
    struct cert_checks checks = revocation_checks(&r);
    checks.revocation(checks.holder, path, 2, &v);
    assert_int_equal(v.status, REVOCATION_GOOD);
    assert_string_equal(v.url, CRL_URL);
    own_list = CRL_MADE(a, &inter, .revoked = {&anna}, .reason = 1);
    checks.revocation(checks.holder, path, 2, &v);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_string_equal(v.reason, "keyCompromise");
    assert_true(w.kept == kept && w.fetches == 0);
    own_list = CRL_MADE(a, &root, .revoked = {&anna}); /* somebody else's says nothing */
    checks.revocation(checks.holder, path, 2, &v);
    assert_int_equal(v.status, REVOCATION_NOT_CHECKED);
    ops = without;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(asks_ocsp_first_and_once, begin),
        cmocka_unit_test_setup(hands_out_the_evidence, begin),
        cmocka_unit_test_setup(tells_who_is_revoked, begin),
        cmocka_unit_test_setup(revoked_is_for_good, begin),
        cmocka_unit_test_setup(the_worst_counts, begin),
        cmocka_unit_test_setup(falls_back_to_the_list, begin),
        cmocka_unit_test_setup(long_lists_are_not_kept, begin),
        cmocka_unit_test_setup(remembers_failures_for_a_while, begin),
        cmocka_unit_test_setup(questions_of_others_close_no_place, begin),
        cmocka_unit_test_setup(asks_for_few_issuers, begin),
        cmocka_unit_test_setup(a_place_that_hangs_leaves_time_for_the_next, begin),
        cmocka_unit_test_setup(one_deadline_for_a_message, begin),
        cmocka_unit_test_setup(asks_nobody_without_a_fetcher, begin),
        cmocka_unit_test_setup(does_not_ask_ldap, begin),
        cmocka_unit_test_setup(says_so_when_the_issuer_is_not_known, begin),
        cmocka_unit_test_setup(asks_three_places_of_a_kind, begin),
        cmocka_unit_test_setup(keeps_for_seven_days_at_most, begin),
        cmocka_unit_test_setup(keeps_the_unbounded_for_an_hour, begin),
        cmocka_unit_test_setup(ignores_strange_cache_values, begin),
        cmocka_unit_test_setup(its_own_lists_count_at_once_and_are_not_kept, begin),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
