/* What the rules are told of registered certificates, and what keeps the registry's promises. */
#include "policy/certificate.h"

#include "policy/document.h"
#include "policy/rulebook.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/policy/world.h"

struct state {
    struct world *w;
    struct pki ca, ann, renewed, old, friend;
};

static int begin(void **state)
{
    struct state *s = calloc(1, sizeof *s);
    assert_int_equal(world_open((void **) &s->w), 0);
    s->w->by.now = PKI_NOW;
    world_acme(s->w, 5);
    world_must(s->w, RECORD_ACCOUNT, "north", "ann@north.test", "{}");
    s->ca = pki_make(&(struct pki_spec){.subject = "Test authority", .ca = true});
    s->ann = pki_make(
        &(struct pki_spec){.subject = "Ann", .san = "email:ann@north.test", .issuer = &s->ca});
    s->renewed = pki_make(&(struct pki_spec){.subject = "Ann",
                                             .san = "email:ann@north.test",
                                             .key = "P-384",
                                             .from = PKI_NOW - PKI_DAY,
                                             .to = PKI_NOW + 2 * PKI_DAY,
                                             .issuer = &s->ca});
    s->old = pki_make(&(struct pki_spec){.subject = "Ann",
                                         .san = "email:ann@north.test",
                                         .key = "rsa2048",
                                         .from = PKI_NOW - 9 * PKI_DAY,
                                         .to = PKI_NOW - PKI_DAY});
    s->friend = pki_make(&(struct pki_spec){.subject = "Friend", .san = "email:Pat@else.test"});
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct state *s = *state;
    pki_free(&s->ca);
    pki_free(&s->ann);
    pki_free(&s->renewed);
    pki_free(&s->old);
    pki_free(&s->friend);
    world_close((void **) &s->w);
    free(s);
    return 0;
}

static rc_t add(struct state *s, const struct pki *p, const char *organisation, const char *address,
                const char *primary, struct err *e)
{
    json_t *rows = NULL;
    const struct certificate_upload u = {.organisation = str_c(organisation),
                                         .address = str_c(address),
                                         .file = cert_der(p->cert),
                                         .primary = primary ? str_c(primary) : STR_NULL,
                                         .source = "upload"};
    rc_t rc = certificate_add(&s->w->r, &s->w->by, NULL, &u, &rows, e);
    assert_int_equal(rc == RC_OK, rows != NULL);
    json_decref(rows);
    return rc;
}

static void must(struct state *s, const struct pki *p, const char *organisation,
                 const char *address, const char *primary)
{
    struct err e = {0};
    if (add(s, p, organisation, address, primary, &e) != RC_OK) fail_msg("%s", e.message);
}

static const struct cert_checks *asked; /* NULL: nobody is */

static struct policy_cert *facts(struct state *s, const char *organisation,
                                 const struct trust *trust, int64_t now, size_t *n)
{
    const str_t addresses[] = {STR("nobody@north.test"), STR("ann@north.test"),
                               STR("pat@else.test"), STR("ann@north.test")};
    struct policy_cert *out = NULL;
    struct err e = {0};
    const struct certificate_view_by by = {trust, asked, now};
    if (certificate_facts(&s->w->r, str_c(organisation), addresses, 4, &by, s->w->a, &out, n, &e) !=
        RC_OK)
        fail_msg("%s", e.message);
    return out;
}

static void what_the_rules_are_told(void **state)
{
    struct state *s = *state;
    size_t n;
    const struct pki *root = &s->ca;
    struct trust *trust = pki_trust(&root, 1);
    must(s, &s->ann, "north", "ann@north.test", NULL);
    must(s, &s->friend, "north", "pat@else.test", NULL);
    struct policy_cert *c = facts(s, "north", NULL, PKI_NOW, &n);
    assert_int_equal(n, 2);
    assert_str(c[0].address, STR("ann@north.test"));
    assert_str(c[0].id, cert_fingerprint(s->ann.cert));
    assert_str(c[0].alg, STR("p256"));
    assert_true(c[0].can_sign && c[0].can_encrypt && c[0].primary);
    assert_int_equal(c[0].key, CUSTODY_NONE);
    assert_int_equal(c[0].status, CERT_STATUS_GOOD);
    assert_int_equal(c[0].trust, CERT_PINNED);
    assert_str(c[1].address, STR("pat@else.test"));
    /* another organisation sees nothing of it */
    facts(s, "south", NULL, PKI_NOW, &n);
    assert_int_equal(n, 0);
    c = facts(s, "north", trust, PKI_NOW, &n);
    assert_int_equal(c[0].trust, CERT_TRUSTED);
    assert_int_equal(c[1].trust, CERT_PINNED);
    trust_free(trust);
    c = facts(s, "north", NULL, PKI_NOW + 800 * PKI_DAY, &n);
    assert_int_equal(c[0].status, CERT_STATUS_EXPIRED);
    c = facts(s, "north", NULL, PKI_NOW - 800 * PKI_DAY, &n);
    assert_int_equal(c[0].status, CERT_STATUS_NOT_YET_VALID);
}

static struct certificate_known *known(struct state *s, const char *organisation, size_t *n)
{
    const str_t addresses[] = {STR("pat@else.test"), STR("nobody@north.test"),
                               STR("ann@north.test")};
    struct certificate_known *out = NULL;
    assert_int_equal(
        certificate_known(&s->w->r, str_c(organisation), addresses, 3, s->w->a, &out, n, NULL),
        RC_OK);
    return out;
}

/* What is stored is taken for the address it names, by the organisation that registered it; what
 * somebody put under another address, or another fingerprint, is not. */
static void what_the_mail_client_is_told(void **state)
{
    struct state *s = *state;
    struct kv_value v;
    size_t n;
    must(s, &s->friend, "north", "pat@else.test", NULL);
    struct certificate_known *k = known(s, "north", &n);
    assert_int_equal(n, 1);
    assert_str(k->address, STR("pat@else.test"));
    assert_str(k->der, cert_der(s->friend.cert));
    assert_true(k->can_sign && k->can_encrypt && k->primary_encrypt && !k->revoked);
    known(s, "south", &n);
    assert_int_equal(n, 0);
    str_t instance = s->w->config.instance, fingerprint = cert_fingerprint(s->friend.cert);
    str_t rows = arena_printf(s->w->a, "%.*s:o:certificates:north", STR_ARG(instance));
    str_t index = arena_printf(s->w->a, "%.*s:o:certified:north", STR_ARG(instance));
    assert_int_equal(KV_CMD(s->w->kv, s->w->a, &v, NULL, STR("HGET"), rows,
                            arena_printf(s->w->a, "pat@else.test %.*s", STR_ARG(fingerprint))),
                     RC_OK);
    str_t row = v.s, wrong = cert_fingerprint(s->ann.cert);
    assert_int_equal(KV_CMD(s->w->kv, s->w->a, &v, NULL, STR("HSET"), rows,
                            arena_printf(s->w->a, "ann@north.test %.*s", STR_ARG(fingerprint)), row,
                            arena_printf(s->w->a, "pat@else.test %.*s", STR_ARG(wrong)), row),
                     RC_OK);
    assert_int_equal(KV_CMD(s->w->kv, s->w->a, &v, NULL, STR("HSET"), index, STR("ann@north.test"),
                            fingerprint, STR("pat@else.test"), wrong),
                     RC_OK);
    known(s, "north", &n);
    assert_int_equal(n, 0);
}

static enum revocation said;
static unsigned times;

static void answer(void *holder, struct cert *const *path, size_t n, struct cert_revocation *out)
{
    (void) holder;
    assert_true(n >= 1 && path[0]);
    times++;
    *out = (struct cert_revocation){.status = said};
}

/* What authorities say counts for those trusted by chain while they are valid. */
static void what_was_revoked_is_told(void **state)
{
    struct state *s = *state;
    size_t n;
    const struct pki *root = &s->ca;
    struct trust *trust = pki_trust(&root, 1);
    const struct cert_checks checks = {.revocation = answer};
    struct pki asks =
        pki_make(&(struct pki_spec){.subject = "Ann",
                                    .san = "email:ann@north.test",
                                    .more = {{NID_info_access, "OCSP;URI:http://ocsp.test/"}},
                                    .issuer = &s->ca});
    static const struct {
        enum revocation said;
        enum policy_cert_status want;
    } rows[] = {{REVOCATION_GOOD, CERT_STATUS_GOOD},
                {REVOCATION_REVOKED, CERT_STATUS_REVOKED},
                {REVOCATION_UNKNOWN, CERT_STATUS_UNKNOWN},
                {REVOCATION_NOT_CHECKED, CERT_STATUS_GOOD}};
    must(s, &asks, "north", "ann@north.test", "none");
    asked = &checks;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        said = rows[i].said;
        struct policy_cert *c = facts(s, "north", trust, PKI_NOW, &n);
        bool found = false;
        for (size_t k = 0; k < n; k++) {
            bool it = str_eq(c[k].id, cert_fingerprint(asks.cert));
            found |= it;
            assert_int_equal(c[k].status, it ? rows[i].want : CERT_STATUS_GOOD);
        }
        assert_true(found);
    }
    assert_int_equal(times, 4); /* once a look; who names no source is not asked about */
    facts(s, "north", NULL, PKI_NOW, &n);
    facts(s, "north", trust, PKI_NOW + 800 * PKI_DAY, &n);
    assert_int_equal(times, 4); /* nobody vouches for it, or it has expired */
    asked = NULL;
    struct err e = {0};
    const struct certificate_at at = {STR("north"), STR("ann@north.test"),
                                      cert_fingerprint(asks.cert)};
    assert_int_equal(certificate_remove(&s->w->r, &s->w->by, at, &e), RC_OK);
    trust_free(trust);
    pki_free(&asks);
}

static void primary_for_one_use_is_told_as_two(void **state)
{
    struct state *s = *state;
    size_t n, signers = 0, recipients = 0;
    must(s, &s->renewed, "north", "ann@north.test", "sign");
    struct policy_cert *c = facts(s, "north", NULL, PKI_NOW, &n);
    assert_int_equal(n, 5); /* two of Ann's in two halves each, and the friend's */
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(c[i].address, STR("ann@north.test"))) continue;
        assert_true(c[i].can_sign != c[i].can_encrypt);
        if (!c[i].primary) continue;
        bool new = str_eq(c[i].id, cert_fingerprint(s->renewed.cert));
        assert_true(new == c[i].can_sign);
        signers += c[i].can_sign;
        recipients += c[i].can_encrypt;
    }
    assert_int_equal(signers, 1);
    assert_int_equal(recipients, 1);
    /* when what is primary has expired, the next one takes its place by itself at its making */
    s->w->by.now = PKI_NOW + 3 * PKI_DAY;
    struct pki next = pki_make(&(struct pki_spec){
        .subject = "Ann", .san = "email:ann@north.test", .usage = "digitalSignature"});
    must(s, &next, "north", "ann@north.test", NULL);
    c = facts(s, "north", NULL, s->w->by.now, &n);
    for (size_t i = 0; i < n; i++)
        if (c[i].can_sign && c[i].primary && str_eq(c[i].address, STR("ann@north.test"))) {
            assert_str(c[i].id, cert_fingerprint(next.cert));
            signers++;
        }
    assert_int_equal(signers, 2); /* one each time */
    s->w->by.now = PKI_NOW;
    pki_free(&next);
}

static void what_is_refused_changes_nothing(void **state)
{
    struct state *s = *state;
    struct err e = {0};
    long long version = world_version(s->w);
    assert_int_equal(add(s, &s->old, "north", "ann@north.test", NULL, &e), RC_INVALID);
    assert_string_equal(e.field, "validity");
    assert_int_equal(add(s, &s->ca, "north", "ann@north.test", NULL, &e), RC_INVALID);
    assert_string_equal(e.field, "ca");
    assert_int_equal(add(s, &s->ann, "north", "ann@north.test", NULL, &e), RC_CONFLICT);
    assert_int_equal(add(s, &s->ann, "north", "eve@north.test", NULL, &e), RC_INVALID);
    assert_string_equal(e.field, "address");
    world_refuses(s->w, RECORD_ACCOUNT, "north", "ann@north.test", NULL, RC_CONFLICT, "account");
    world_refuses(s->w, RECORD_CERTIFICATE, "north",
                  "ann@north.test "
                  "0000000000000000000000000000000000000000000000000000000000000000",
                  "{}", RC_INVALID, "certificate");
    /* a PKCS#12 file without a key agent */
    const struct certificate_upload u = {.address = STR("ann@north.test"),
                                         .file = STR("x"),
                                         .passphrase = STR(""),
                                         .source = "upload"};
    json_t *rows = NULL;
    assert_int_equal(certificate_add(&s->w->r, &s->w->by, NULL, &u, &rows, &e), RC_KEYD_DOWN);
    assert_null(rows);
    assert_int_equal(world_version(s->w), version);
}

static void a_message_is_decided_with_them(void **state)
{
    struct state *s = *state;
    struct rulebook *book = NULL;
    struct rulebook_case c;
    const str_t to = STR("Pat@Else.test");
    const struct policy_message m = {
        .authenticated = true, .from = STR("ann@north.test"), .to = {&to}, .to_count = {1}};
    assert_int_equal(rulebook_new(&s->w->config, &book, NULL), RC_OK);
    assert_int_equal(rulebook_open(book, s->w->kv, &m, PKI_NOW, NULL, s->w->a, &c, NULL), RC_OK);
    assert_int_equal(c.in.org_count, 1);
    assert_true(c.orgs[0].cert_count >= 2);
    bool friend = false;
    for (size_t i = 0; i < c.orgs[0].cert_count; i++)
        friend = friend || str_eq(c.orgs[0].certs[i].address, STR("pat@else.test"));
    assert_true(friend);
    rulebook_close(&c);
    rulebook_free(book);
}

/* --- briefs ------------------------------------------------------------------------------------
 */

/* What stands beside each record is what the record says: nothing had to be repaired, and nothing
 * was derived in reading. Returns how many there are. */
static size_t briefs_agree(struct state *s)
{
    struct certificate_text *list;
    struct kv_value v;
    size_t n;
    long long repaired = -1;
    assert_int_equal(KV_CMD(s->w->kv, s->w->a, &v, NULL, STR("HLEN"), STR("t:o:briefs:north")),
                     RC_OK);
    assert_int_equal(certificate_repair_briefs(&s->w->r, &s->w->by, STR("north"), &repaired, NULL),
                     RC_OK);
    assert_int_equal(repaired, 0);
    assert_int_equal(certificate_briefs(&s->w->r, s->w->a, STR("north"), &list, &n, NULL), RC_OK);
    assert_int_equal(v.i, n);
    for (size_t i = 0; i < n; i++) {
        assert_true(str_find(list[i].text, STR("\"not_after\"")) > 0);
        assert_true(str_find(list[i].text, STR("\"der\"")) < 0);
    }
    return n;
}

/* Removes all of them, and brings them again. */
static void import_again(struct state *s)
{
    CLEANUP_JSON json_t *now = NULL, *whole = NULL, *none = NULL, *report = NULL, *again = NULL;
    const struct registry *r = &s->w->r;
    struct err e = {0};
    assert_int_equal(document_export(r, false, &now, NULL), RC_OK);
    if (document_read(r->config, now, &whole, &e) != RC_OK) fail_msg("%s", e.message);
    none = json_deep_copy(whole);
    json_object_set_new(none, "certificates", json_object());
    assert_int_equal(document_import(r, &s->w->by, none, 0, &report, NULL), RC_OK);
    assert_int_equal(briefs_agree(s), 0);
    assert_int_equal(document_import(r, &s->w->by, whole, 0, &again, NULL), RC_OK);
}

static void a_brief_says_what_its_record_says(void **state)
{
    struct state *s = *state;
    struct certificate_at at = {STR("north"), STR("ann@north.test"), cert_fingerprint(s->ann.cert)};
    json_t *view = NULL;
    int64_t counted[3];
    size_t n = briefs_agree(s);
    assert_true(n >= 2);
    assert_int_equal(certificate_count_changes(&s->w->r, STR("north"), &counted[0], NULL), RC_OK);
    world_must(s->w, RECORD_ACCOUNT, "north", "ann@north.test", "{\"name\":\"Ann\"}");
    assert_int_equal(certificate_count_changes(&s->w->r, STR("north"), &counted[1], NULL), RC_OK);
    assert_int_equal(counted[0], counted[1]);
    assert_int_equal(certificate_make_primary(&s->w->r, &s->w->by, at, STR_NULL, &view, NULL),
                     RC_OK);
    json_decref(view);
    assert_int_equal(briefs_agree(s), n);
    assert_int_equal(certificate_remove(&s->w->r, &s->w->by, at, NULL), RC_OK);
    assert_int_equal(briefs_agree(s), n - 1);
    assert_int_equal(certificate_count_changes(&s->w->r, STR("north"), &counted[2], NULL), RC_OK);
    assert_true(counted[2] > counted[1]);
    must(s, &s->ann, "north", "ann@north.test", NULL);
    assert_int_equal(briefs_agree(s), n);
    import_again(s);
    assert_int_equal(briefs_agree(s), n);
}

static void briefs_that_are_lacking_or_wrong_are_found(void **state)
{
    struct state *s = *state;
    struct certificate_text *right, *list;
    struct kv_value v;
    size_t n, count;
    long long repaired = 0;
    struct kv *kv = s->w->kv;
    assert_int_equal(certificate_briefs(&s->w->r, s->w->a, STR("north"), &right, &n, NULL), RC_OK);
    /* written by an earlier release: read from the records all the same */
    assert_int_equal(
        KV_CMD(kv, s->w->a, &v, NULL, STR("HDEL"), STR("t:o:briefs:north"), right[0].id), RC_OK);
    assert_int_equal(certificate_briefs(&s->w->r, s->w->a, STR("north"), &list, &count, NULL),
                     RC_OK);
    assert_int_equal(count, n);
    for (size_t i = 0; i < n; i++) {
        assert_true(str_eq(list[i].id, right[i].id));
        assert_true(str_eq(list[i].text, right[i].text));
    }
    assert_int_equal(certificate_repair_briefs(&s->w->r, &s->w->by, STR("north"), &repaired, NULL),
                     RC_OK);
    assert_int_equal(repaired, 1);
    assert_int_equal(briefs_agree(s), n);
    assert_int_equal(KV_CMD(kv, s->w->a, &v, NULL, STR("HSET"), STR("t:o:briefs:north"),
                            right[0].id, right[1].text),
                     RC_OK);
    assert_int_equal(certificate_repair_briefs(&s->w->r, &s->w->by, STR("north"), &repaired, NULL),
                     RC_OK);
    assert_int_equal(repaired, 1);
    assert_int_equal(briefs_agree(s), n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_rules_are_told),
        cmocka_unit_test_setup_teardown(what_the_mail_client_is_told, begin, end),
        cmocka_unit_test(what_was_revoked_is_told),
        cmocka_unit_test(primary_for_one_use_is_told_as_two),
        cmocka_unit_test(what_is_refused_changes_nothing),
        cmocka_unit_test(a_message_is_decided_with_them),
        cmocka_unit_test(a_brief_says_what_its_record_says),
        cmocka_unit_test(briefs_that_are_lacking_or_wrong_are_found),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
