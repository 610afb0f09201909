#include "crypto/revocation.h"

#include <openssl/err.h>

#include "base/buf.h"
#include "crypto/crl.h"
#include "crypto/issuers.h"
#include "tests/unit/crypto/answers.h"
#include "tests/unit/test.h"

#define CA_USAGE "critical,keyCertSign,cRLSign"
#define OCSP_URL "http://ocsp.test/"
#define CRL_URL "http://crl.test/inter.crl"
#define AIA_URL "http://aia.test/inter.cer"
#define ROOT_CRL "http://crl.test/root.crl"
#define PLACES                                                                                     \
    {NID_info_access, "OCSP;URI:" OCSP_URL ",caIssuers;URI:" AIA_URL},                             \
    {                                                                                              \
        NID_crl_distribution_points, "URI:" CRL_URL                                                \
    }

static struct pki root, inter, anna, bert, ldap, silent;
static struct arena *a;

/* --- the world outside -------------------------------------------------------------------- */

struct place {
    const char *url;
    rc_t rc; /* of the fetch */
    str_t body;
    uint32_t takes_ms; /* answers after that; more than the time-out: RC_TIMEOUT */
    unsigned asked;
};

struct kept {
    char key[96];
    char *value;
    size_t n;
    int64_t until;
};

static struct world {
    struct place places[8];
    size_t count;
    struct kept cache[64];
    size_t kept;
    int64_t now, ms;
    unsigned fetches, found;
    str_t raw; /* of the last one found */
} w;

static rc_t fetch(void *holder, enum revocation_place kind, str_t url, str_t body, uint32_t timeout,
                  struct arena *arena, str_t *out, struct err *e)
{
    assert_ptr_equal(holder, &w);
    assert_true(timeout > 0 && timeout <= REVOCATION_BUDGET_MS);
    assert_int_equal(kind == PLACE_OCSP, body.n > 0);
    w.fetches++;
    for (size_t i = 0; i < w.count; i++) {
        struct place *p = &w.places[i];
        if (!str_eq(url, str_c(p->url))) continue;
        p->asked++;
        if (p->takes_ms > timeout) {
            w.ms += timeout;
            return err_set(e, RC_TIMEOUT, NULL);
        }
        w.ms += p->takes_ms;
        if (p->rc != RC_OK) return err_set(e, p->rc, NULL);
        *out = arena_str(arena, p->body);
        assert_false(str_is_null(*out));
        return RC_OK;
    }
    return err_set(e, RC_SOURCE_DOWN, NULL);
}

static struct kept *find_kept(str_t key)
{
    for (size_t i = 0; i < w.kept; i++) {
        if (str_eq(str_c(w.cache[i].key), key)) return &w.cache[i];
    }
    return NULL;
}

static bool get(void *holder, str_t key, struct arena *arena, str_t *out)
{
    (void) holder;
    struct kept *k = find_kept(key);
    if (!k || k->until <= w.now) return false;
    *out = arena_str(arena, str_n(k->value, k->n));
    return true;
}

static void put(void *holder, str_t key, str_t value, uint32_t seconds)
{
    (void) holder;
    assert_true(key.n <= 80 && str_is_clean(key));
    assert_true(seconds > 0 && seconds <= REVOCATION_KEEP_REVOKED);
    assert_true(seconds <= REVOCATION_KEEP_MAX || str_find(value, STR(" revoked ")) > 0);
    assert_true(value.n <= REVOCATION_VALUE_MAX);
    struct kept *k = find_kept(key);
    if (!k) k = &w.cache[w.kept++];
    assert_true(w.kept < 64);
    free(k->value);
    snprintf(k->key, sizeof k->key, "%.*s", STR_ARG(key));
    k->value = malloc(value.n + 1);
    if (value.n) memcpy(k->value, value.p, value.n);
    k->n = value.n;
    k->until = w.now + seconds;
}

static int64_t clock_ms(void *holder)
{
    (void) holder;
    return w.ms;
}

static void found(void *holder, const struct cert *about, const struct cert_revocation *v,
                  str_t raw)
{
    (void) holder;
    assert_non_null(about);
    assert_non_null(v);
    w.found++;
    w.raw = raw.n ? arena_str(a, raw) : STR_NULL;
}

static struct revocation_ops ops = {
    .fetch = fetch, .get = get, .put = put, .clock_ms = clock_ms, .found = found, .holder = &w};

static void forget(void)
{
    for (size_t i = 0; i < w.kept; i++) {
        free(w.cache[i].value);
        w.cache[i] = (struct kept){0};
    }
    w.kept = 0;
}

static struct place *place(const char *url, str_t body)
{
    struct place *p = NULL;
    for (size_t i = 0; i < w.count; i++) {
        if (strcmp(w.places[i].url, url) == 0) p = &w.places[i];
    }
    if (!p) p = &w.places[w.count++];
    *p = (struct place){.url = url, .rc = body.n ? RC_OK : RC_SOURCE_DOWN, .body = body};
    return p;
}

static int begin(void **state)
{
    (void) state;
    forget();
    w = (struct world){.now = PKI_NOW, .ms = 1000};
    ops.fetch = fetch;
    place(ROOT_CRL, CRL_MADE(a, &root, .to = PKI_NOW + 30 * PKI_DAY));
    return 0;
}

static int start(void **state)
{
    (void) state;
    a = arena_new(64u << 20);
    root = PKI(.subject = "Root", .ca = true, .usage = CA_USAGE);
    inter = PKI(.subject = "Inter", .ca = true, .usage = CA_USAGE, .issuer = &root,
                .more = {{NID_crl_distribution_points, "URI:" ROOT_CRL}});
    anna = PKI(.subject = "Anna", .issuer = &inter, .san = "email:anna@example.org",
               .usage = "digitalSignature", .more = {PLACES});
    bert = PKI(.subject = "Bert", .issuer = &inter, .more = {PLACES});
    ldap = PKI(.subject = "Ldap", .issuer = &inter,
               .more = {{NID_crl_distribution_points, "URI:ldap://ldap.test/cn=x"}});
    silent = PKI(.subject = "Silent", .issuer = &inter);
    return 0;
}

static int stop(void **state)
{
    struct pki *all[] = {&root, &inter, &anna, &bert, &ldap, &silent};
    (void) state;
    forget();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        pki_free(all[i]);
    arena_free(a);
    return 0;
}

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

#define OCSP_GOOD(p) OCSP_MADE(a, (p), &inter, &inter, .status = V_OCSP_CERTSTATUS_GOOD)
#define OCSP_REVOKED(p)                                                                            \
    OCSP_MADE(a, (p), &inter, &inter, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 1,            \
              .revoked_at = PKI_NOW - PKI_DAY)

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

/* --- missing issuers ------------------------------------------------------------------------ */

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
        cmocka_unit_test_setup(finds_issuers_in_every_form, begin),
        cmocka_unit_test_setup(takes_no_more_issuers_than_asked_for, begin),
        cmocka_unit_test_setup(completes_and_checks_a_chain, begin),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
