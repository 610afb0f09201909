/* Authorities that an organisation trusts: what may become one, and for whom it counts. */
#include "policy/roots.h"

#include "policy/certificate.h"
#include "policy/document.h"
#include "policy/plan.h"
#include "policy/rulebook.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/policy/world.h"

struct state {
    struct world *w;
    struct plan_store *plans;
    struct roots *roots;
    struct trust *base;
    struct pki known, own, narrow, ann, outside, inside, friend;
};

#define CA(...)                                                                                    \
    pki_make(&(struct pki_spec){.ca = true, .usage = "keyCertSign,cRLSign", __VA_ARGS__})
#define LEAF(address, by)                                                                          \
    pki_make(&(struct pki_spec){.subject = "Leaf",                                                 \
                                .san = "email:" address,                                           \
                                .usage = "digitalSignature,keyAgreement",                          \
                                .extended = "emailProtection",                                     \
                                .issuer = (by)})

static int begin(void **state)
{
    struct state *s = calloc(1, sizeof *s);
    assert_int_equal(world_open((void **) &s->w), 0);
    s->w->by.now = PKI_NOW;
    world_acme(s->w, 5);
    s->known = CA(.subject = "Known to all");
    s->own = CA(.subject = "North's authority", .key = "rsa2048");
    s->narrow = CA(.subject = "Narrow authority",
                   .more = {{NID_name_constraints, "critical,permitted;email:else.test"}});
    s->ann = LEAF("ann@north.test", &s->own);
    s->inside = LEAF("pat@else.test", &s->narrow);
    s->outside = LEAF("pat@bank.test", &s->narrow);
    s->friend = LEAF("pat@else.test", &s->known);
    const struct pki *list = &s->known;
    s->base = pki_trust(&list, 1);
    assert_int_equal(plan_store_new(&s->w->config, &s->plans, NULL), RC_OK);
    assert_int_equal(roots_new(&s->w->config, s->base, &s->roots, NULL), RC_OK);
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct state *s = *state;
    struct pki *all[] = {&s->known,   &s->own,    &s->narrow, &s->ann,
                         &s->outside, &s->inside, &s->friend};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        pki_free(all[i]);
    roots_free(s->roots);
    plan_store_free(s->plans);
    trust_free(s->base);
    world_close((void **) &s->w);
    free(s);
    return 0;
}

static str_t pem(struct state *s, const struct pki *p)
{
    char *text;
    BIO *b = BIO_new(BIO_s_mem());
    if (!PEM_write_bio_X509(b, p->x)) abort();
    long n = BIO_get_mem_data(b, &text);
    str_t out = arena_str(s->w->a, str_n(text, (size_t) n));
    BIO_free(b);
    return out;
}

static void must_add(struct state *s, const char *organisation, str_t file, size_t n)
{
    struct err e = {0};
    json_t *rows = NULL;
    if (roots_add(&s->w->r, &s->w->by, str_c(organisation), file, "upload", &rows, &e) != RC_OK)
        fail_msg("%s: %s", e.field, e.message);
    assert_int_equal(json_array_size(rows), n);
    json_decref(rows);
}

static void refuses(struct state *s, const char *organisation, str_t file, rc_t code,
                    const char *field)
{
    struct err e = {0};
    json_t *rows = NULL;
    rc_t rc = roots_add(&s->w->r, &s->w->by, str_c(organisation), file, "upload", &rows, &e);
    if (rc != code || strcmp(e.field, field) != 0)
        fail_msg("%d [%s] %s, not %s", rc, e.field, e.message, field);
    assert_null(rows);
}

static size_t count(struct state *s, const char *organisation, int64_t *version)
{
    CLEANUP_JSON json_t *list = NULL;
    assert_int_equal(roots_list(&s->w->r, str_c(organisation), PKI_NOW, &list, NULL), RC_OK);
    if (version) *version = json_integer_value(json_object_get(list, "version"));
    return json_array_size(json_object_get(list, "roots"));
}

/* By whom an account of that address believes the certificate; as each request asks. */
static enum trusted_by trusts(struct state *s, const char *account, const struct pki *p)
{
    struct entitlement now;
    struct roots_set *set = NULL;
    struct cert_verdict v;
    assert_int_equal(plan_of(s->plans, s->w->kv, str_c(account), PKI_NOW, s->w->a, &now, NULL),
                     RC_OK);
    assert_int_equal(roots_of(s->roots, s->w->kv, now.organisation, now.version, &set, NULL),
                     RC_OK);
    const struct cert_question q = {
        .trust = roots_trust(s->roots, set), .purpose = PURPOSE_SIGN, .at = PKI_NOW};
    cert_verify(p->cert, &q, &v);
    enum trusted_by by = v.chain == CHAIN_TRUSTED ? v.trusted_by : TRUSTED_BY_NONE;
    cert_verdict_free(&v);
    roots_unref(set);
    return by;
}

static void what_may_not_be_trusted(void **state)
{
    struct state *s = *state;
    struct pki small = CA(.subject = "Small", .key = "rsa1024");
    struct pki sha1 = CA(.subject = "Old hash", .md = "SHA1");
    struct pki old = CA(.subject = "Old", .from = PKI_NOW - 9 * PKI_DAY, .to = PKI_NOW - 1);
    struct pki early = CA(.subject = "Early", .from = PKI_NOW + 60);
    int64_t version = world_version(s->w);
    refuses(s, "north", pem(s, &s->ann), RC_INVALID, "ca");
    refuses(s, "north", pem(s, &small), RC_INVALID, "key");
    refuses(s, "north", pem(s, &sha1), RC_INVALID, "algorithm");
    refuses(s, "north", pem(s, &old), RC_INVALID, "validity");
    refuses(s, "north", pem(s, &early), RC_INVALID, "validity");
    refuses(s, "north", STR(""), RC_DAMAGED, "file");
    refuses(s, "north", STR("no certificate"), RC_DAMAGED, "file");
    refuses(s, "north", STR("\x30\x03\x02\x01\x01"), RC_DAMAGED, "file");
    refuses(s, "north", STR("-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n"),
            RC_DAMAGED, "file");
    refuses(s, "nowhere", pem(s, &s->own), RC_NOT_FOUND, "organisation");
    refuses(s, "No id", pem(s, &s->own), RC_INVALID, "organisation");
    /* all or nothing: a good one beside a bad one */
    refuses(s, "north",
            arena_printf(s->w->a, "%.*s%.*s", STR_ARG(pem(s, &s->own)), STR_ARG(pem(s, &s->ann))),
            RC_INVALID, "ca");
    assert_int_equal(count(s, "north", NULL), 0);
    assert_int_equal(world_version(s->w), version);
    pki_free(&small);
    pki_free(&sha1);
    pki_free(&old);
    pki_free(&early);
}

static void counts_for_its_own_accounts_only(void **state)
{
    struct state *s = *state;
    assert_int_equal(trusts(s, "ann@north.test", &s->ann), TRUSTED_BY_NONE);
    assert_int_equal(trusts(s, "sue@south.test", &s->ann), TRUSTED_BY_NONE);
    must_add(s, "north", pem(s, &s->own), 1);
    /* at the very next request, though all was asked before */
    assert_int_equal(trusts(s, "ann@north.test", &s->ann), TRUSTED_BY_ORGANISATION);
    assert_int_equal(trusts(s, "sue@south.test", &s->ann), TRUSTED_BY_NONE);
    assert_int_equal(trusts(s, "eve@nobody.test", &s->ann), TRUSTED_BY_NONE);
    assert_int_equal(trusts(s, "ann@north.test", &s->friend), TRUSTED_BY_ORGANISATION); /* base */
    /* something else changes; and the same file once more changes nothing */
    world_must(s->w, RECORD_ACCOUNT, "north", "ann@north.test", "{}");
    assert_int_equal(trusts(s, "ann@north.test", &s->ann), TRUSTED_BY_ORGANISATION);
    int64_t version = world_version(s->w);
    must_add(s, "north", cert_der(s->own.cert), 1);
    assert_int_equal(world_version(s->w), version);
    str_t prefix = str_sub(cert_fingerprint(s->own.cert), 0, 8);
    assert_int_equal(roots_remove(&s->w->r, &s->w->by, STR("south"), prefix, NULL), RC_NOT_FOUND);
    assert_int_equal(roots_remove(&s->w->r, &s->w->by, STR("north"), str_sub(prefix, 0, 7), NULL),
                     RC_INVALID);
    assert_int_equal(roots_remove(&s->w->r, &s->w->by, STR("north"), prefix, NULL), RC_OK);
    assert_int_equal(trusts(s, "ann@north.test", &s->ann), TRUSTED_BY_NONE);
}

static void its_constraints_bind(void **state)
{
    struct state *s = *state;
    must_add(s, "north", pem(s, &s->narrow), 1);
    assert_int_equal(trusts(s, "ann@north.test", &s->inside), TRUSTED_BY_ORGANISATION);
    assert_int_equal(trusts(s, "ann@north.test", &s->outside), TRUSTED_BY_NONE);
}

/* What the installation says of a certificate, its end too, is not mended by an organisation. */
static void what_base_says_stands(void **state)
{
    struct state *s = *state;
    struct trust *ended = NULL, *both = NULL;
    struct cert_verdict v;
    str_t text = arena_printf(s->w->a, "# distrust-after: 2001-01-01T00:00:00Z\n%.*s",
                              STR_ARG(pem(s, &s->own)));
    assert_int_equal(trust_read(text, TRUSTED_BY_MAIL_ROOTS, &ended, NULL), RC_OK);
    assert_int_equal(trust_extend(ended, &s->own.cert, 1, TRUSTED_BY_ORGANISATION, &both, NULL),
                     RC_OK);
    const struct cert_question q = {.trust = both, .purpose = PURPOSE_SIGN, .at = PKI_NOW};
    cert_verify(s->ann.cert, &q, &v);
    assert_int_not_equal(v.chain, CHAIN_TRUSTED);
    cert_verdict_free(&v);
    trust_free(both);
    trust_free(ended);
}

static void a_list_is_replaced_but_for_what_was_issued(void **state)
{
    struct state *s = *state;
    struct err e = {0};
    int64_t version, later;
    json_t *rows = NULL;
    must_add(s, "north", pem(s, &s->own), 1);
    assert_int_equal(
        roots_add(&s->w->r, &s->w->by, STR("north"), pem(s, &s->known), "issued", &rows, NULL),
        RC_OK);
    json_decref(rows);
    assert_int_equal(count(s, "north", &version), 2);
    assert_int_equal(
        roots_set(&s->w->r, &s->w->by, STR("north"), pem(s, &s->narrow), version + 1, &rows, &e),
        RC_CONFLICT);
    assert_string_equal(e.field, "version");
    assert_int_equal(
        roots_set(&s->w->r, &s->w->by, STR("north"), pem(s, &s->narrow), version, &rows, NULL),
        RC_OK);
    json_decref(rows);
    assert_int_equal(count(s, "north", &later), 2);
    assert_int_not_equal(version, later);
    assert_int_equal(trusts(s, "ann@north.test", &s->ann), TRUSTED_BY_NONE);
    assert_int_equal(trusts(s, "ann@north.test", &s->inside), TRUSTED_BY_ORGANISATION);
    assert_int_equal(roots_set(&s->w->r, &s->w->by, STR("north"), STR(""), later, &rows, NULL),
                     RC_OK);
    json_decref(rows);
    assert_int_equal(count(s, "north", NULL), 1);
}

static void there_are_so_many_and_no_more(void **state)
{
    struct state *s = *state;
    CLEANUP_BUF struct buf all = BUF_INIT(1 << 20);
    for (int i = 0; i <= ROOTS_MAX; i++) {
        char name[32];
        snprintf(name, sizeof name, "Authority %d", i);
        struct pki ca = CA(.subject = name);
        if (i == ROOTS_MAX) must_add(s, "north", buf_view(&all), ROOTS_MAX);
        str_t text = pem(s, &ca);
        buf_str(&all, text);
        if (i == ROOTS_MAX) refuses(s, "north", text, RC_TOO_LARGE, "roots");
        pki_free(&ca);
    }
    refuses(s, "south", buf_view(&all), RC_TOO_LARGE, "roots");
    assert_int_equal(count(s, "north", NULL), ROOTS_MAX);
    assert_int_equal(count(s, "south", NULL), 0);
}

static void run(struct state *s, str_t command, str_t key, str_t field, str_t value)
{
    struct kv_value v;
    assert_int_equal(KV_CMD(s->w->kv, s->w->a, &v, NULL, command, key, field, value), RC_OK);
}

static void what_is_damaged_trusts_nobody(void **state)
{
    struct state *s = *state;
    must_add(s, "north", pem(s, &s->own), 1);
    /* another certificate under its fingerprint, in whole and in part */
    run(s, STR("HSET"), STR("t:o:roots:north"), cert_fingerprint(s->narrow.cert),
        STR("{\"der\": \"MAA=\", \"source\": \"upload\", \"since\": \"2025-01-01T00:00:00Z\"}"));
    assert_int_equal(trusts(s, "ann@north.test", &s->inside), TRUSTED_BY_NONE);
    assert_int_equal(trusts(s, "ann@north.test", &s->ann), TRUSTED_BY_ORGANISATION);
    run(s, STR("HSET"), STR("t:o:roots:north"), STR("nonsense"), STR("{"));
    world_must(s->w, RECORD_ACCOUNT, "north", "ann@north.test", "{}");
    assert_int_equal(trusts(s, "ann@north.test", &s->ann), TRUSTED_BY_NONE);
    assert_int_equal(trusts(s, "ann@north.test", &s->friend), TRUSTED_BY_ORGANISATION);
}

static void goes_with_export_and_organisation(void **state)
{
    struct state *s = *state;
    CLEANUP_JSON json_t *document = NULL, *read = NULL, *report = NULL, *report2 = NULL;
    struct err e = {0};
    must_add(s, "north", pem(s, &s->own), 1);
    assert_int_equal(document_export(&s->w->r, false, &document, NULL), RC_OK);
    assert_int_equal(
        roots_remove(&s->w->r, &s->w->by, STR("north"), cert_fingerprint(s->own.cert), NULL),
        RC_OK);
    if (document_read(&s->w->config, document, &read, &e) != RC_OK) fail_msg("%s", e.message);
    assert_int_equal(document_import(&s->w->r, &s->w->by, read, 0, &report, NULL), RC_OK);
    assert_int_equal(trusts(s, "ann@north.test", &s->ann), TRUSTED_BY_ORGANISATION);
    /* a leaf in its place is refused */
    json_t *roots = json_object_get(json_object_get(document, "roots"), "north");
    str_t der = record_text(json_object_iter_value(json_object_iter(roots)), "der");
    json_t *row = json_copy(json_object_iter_value(json_object_iter(roots)));
    assert_true(der.n > 0);
    json_object_set_new(roots, arena_cstr(s->w->a, cert_fingerprint(s->ann.cert)), row);
    json_t *none = NULL;
    assert_int_equal(document_read(&s->w->config, document, &none, &e), RC_INVALID);
    assert_null(none);
    /* an organisation that is gone leaves nothing behind */
    assert_int_equal(
        registry_attach(&s->w->r, &s->w->by, STR("north.test"), STR_NULL, "operator", NULL), RC_OK);
    world_must(s->w, RECORD_ORGANISATION, NULL, "north", NULL);
    world_must(s->w, RECORD_ORGANISATION, NULL, "north", "{\"customer\":\"acme\"}");
    assert_int_equal(count(s, "north", NULL), 0);
}

static enum policy_cert_trust fact(struct state *s, struct rulebook *book, const char *from,
                                   const char *organisation)
{
    const str_t to = STR("pat@else.test");
    struct rulebook_case c;
    enum policy_cert_trust found = CERT_UNTRUSTED;
    const struct policy_message m = {
        .authenticated = true, .from = str_c(from), .to = {&to}, .to_count = {1}};
    assert_int_equal(rulebook_open(book, s->w->kv, &m, PKI_NOW, NULL, s->w->a, &c, NULL), RC_OK);
    assert_int_equal(c.in.org_count, 1);
    assert_str(c.orgs[0].id, str_c(organisation));
    assert_int_equal(c.orgs[0].cert_count, 1);
    found = c.orgs[0].certs[0].trust;
    rulebook_close(&c);
    return found;
}

static void rules_are_told_by_whom_each_organisation_trusts(void **state)
{
    struct state *s = *state;
    struct rulebook *book = NULL;
    struct err e = {0};
    static const char *const both[] = {"north", "south"};
    assert_int_equal(rulebook_new(&s->w->config, &book, NULL), RC_OK);
    rulebook_set_roots(book, s->roots);
    for (size_t i = 0; i < 2; i++) {
        json_t *rows = NULL;
        const struct certificate_upload u = {.organisation = str_c(both[i]),
                                             .address = STR("pat@else.test"),
                                             .file = cert_der(s->inside.cert),
                                             .source = "upload"};
        if (certificate_add(&s->w->r, &s->w->by, NULL, &u, &rows, &e) != RC_OK)
            fail_msg("%s", e.message);
        json_decref(rows);
    }
    assert_int_equal(fact(s, book, "ann@north.test", "north"), CERT_PINNED);
    must_add(s, "north", pem(s, &s->narrow), 1);
    assert_int_equal(fact(s, book, "ann@north.test", "north"), CERT_TRUSTED);
    assert_int_equal(fact(s, book, "sue@south.test", "south"), CERT_PINNED);
    rulebook_free(book);
}

#define W(f) cmocka_unit_test_setup_teardown(f, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        W(what_may_not_be_trusted),
        W(counts_for_its_own_accounts_only),
        W(its_constraints_bind),
        W(what_base_says_stands),
        W(a_list_is_replaced_but_for_what_was_issued),
        W(there_are_so_many_and_no_more),
        W(what_is_damaged_trusts_nobody),
        W(goes_with_export_and_organisation),
        W(rules_are_told_by_whom_each_organisation_trusts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
