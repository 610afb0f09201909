/* The world outside for the tests of crypto/revocation.h: places that answer, a cache, a clock. */
#ifndef WAXSEAL_TEST_REVOCATION_WORLD_H
#define WAXSEAL_TEST_REVOCATION_WORLD_H

#include <openssl/err.h>

#include "base/buf.h"
#include "crypto/crl.h"
#include "crypto/revocation.h"
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

static inline rc_t fetch(void *holder, enum revocation_place kind, str_t url, str_t body,
                         uint32_t timeout, struct arena *arena, str_t *out, struct err *e)
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

static inline struct kept *find_kept(str_t key)
{
    for (size_t i = 0; i < w.kept; i++) {
        if (str_eq(str_c(w.cache[i].key), key)) return &w.cache[i];
    }
    return NULL;
}

static inline bool get(void *holder, str_t key, struct arena *arena, str_t *out)
{
    (void) holder;
    struct kept *k = find_kept(key);
    if (!k || k->until <= w.now) return false;
    *out = arena_str(arena, str_n(k->value, k->n));
    return true;
}

static inline void put(void *holder, str_t key, str_t value, uint32_t seconds)
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

static inline int64_t clock_ms(void *holder)
{
    (void) holder;
    return w.ms;
}

static inline void found(void *holder, const struct cert *about, const struct cert_revocation *v,
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

static inline void forget(void)
{
    for (size_t i = 0; i < w.kept; i++) {
        free(w.cache[i].value);
        w.cache[i] = (struct kept){0};
    }
    w.kept = 0;
}

static inline struct place *place(const char *url, str_t body)
{
    struct place *p = NULL;
    for (size_t i = 0; i < w.count; i++) {
        if (strcmp(w.places[i].url, url) == 0) p = &w.places[i];
    }
    if (!p) p = &w.places[w.count++];
    *p = (struct place){.url = url, .rc = body.n ? RC_OK : RC_SOURCE_DOWN, .body = body};
    return p;
}

static inline int begin(void **state)
{
    (void) state;
    forget();
    w = (struct world){.now = PKI_NOW, .ms = 1000};
    ops.fetch = fetch;
    place(ROOT_CRL, CRL_MADE(a, &root, .to = PKI_NOW + 30 * PKI_DAY));
    return 0;
}

static inline int start(void **state)
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

static inline int stop(void **state)
{
    struct pki *all[] = {&root, &inter, &anna, &bert, &ldap, &silent};
    (void) state;
    forget();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        pki_free(all[i]);
    arena_free(a);
    return 0;
}

#define OCSP_GOOD(p) OCSP_MADE(a, (p), &inter, &inter, .status = V_OCSP_CERTSTATUS_GOOD)
#define OCSP_REVOKED(p)                                                                            \
    OCSP_MADE(a, (p), &inter, &inter, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 1,            \
              .revoked_at = PKI_NOW - PKI_DAY)

#endif
