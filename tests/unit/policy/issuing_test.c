/* Whom an authority has to issue to and what it has to renew, a part after the other. */
#include "base/b64.h"
#include "policy/certificate_parts.h"
#include "policy/issuing.h"
#include "policy/name.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/policy/world.h"

struct state {
    struct world *w;
    struct pki ca;
    size_t made;
};

static void hset(struct state *s, const char *key, str_t field, str_t value)
{
    struct kv_value v;
    assert_int_equal(KV_CMD(s->w->kv, s->w->a, &v, NULL, STR("HSET"), str_c(key), field, value),
                     RC_OK);
}

/* Its certificate names north.test, and not late.test. */
static void put_authority(struct state *s)
{
    s->ca = pki_make(&(struct pki_spec){
        .subject = "Test authority",
        .ca = true,
        .more = {{NID_name_constraints, "critical,permitted;email:north.test"}}});
    hset(s, "t:o:authorities", STR("north"),
         arena_printf(s->w->a,
                      "{\"der\":\"%.*s\",\"key\":\"%064d\",\"algorithm\":\"p256\",\"list_url\":"
                      "\"http://t/\",\"since\":\"2025-01-01T00:00:00Z\",\"automatic\":false,"
                      "\"version\":1}",
                      STR_ARG(b64_encode(s->w->a, cert_der(s->ca.cert))), 7));
}

static int begin(void **state)
{
    struct state *s = calloc(1, sizeof *s);
    assert_int_equal(world_open((void **) &s->w), 0);
    s->w->by.now = PKI_NOW;
    world_acme(s->w, 50);
    assert_int_equal(
        registry_attach(&s->w->r, &s->w->by, STR("late.test"), STR("north"), "operator", NULL),
        RC_OK);
    put_authority(s);
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct state *s = *state;
    pki_free(&s->ca);
    world_close((void **) &s->w);
    free(s);
    return 0;
}

static void account(struct state *s, const char *address, bool licence)
{
    CLEANUP_JSON json_t *ids = json_pack("[s]", address), *report = NULL;
    world_must(s->w, RECORD_ACCOUNT, "north", address, "{}");
    if (licence)
        assert_int_equal(
            licence_change(&s->w->r, &s->w->by, STR("north"), ids, true, &report, NULL), RC_OK);
}

struct kept {
    str_t id;
    json_t *row;
};

static rc_t keep_step(struct edit *t, void *arg, struct err *e)
{
    struct kept *k = arg;
    CLEANUP_JSON json_t *whole = NULL;
    TRY(record_read(RECORD_CERTIFICATE, k->row, &whole, e));
    return edit_store(t, (struct record_at){RECORD_CERTIFICATE, STR("north"), k->id}, whole, e);
}

struct has {
    const char *address, *primary, *custody, *source;
    bool revoked;
    int from, to; /* days from now */
};

/* A certificate as the registry has it, with brief and index. */
static void put(struct state *s, const struct has *h)
{
    struct err e = {0};
    char san[80];
    snprintf(san, sizeof san, "email:%s", h->address);
    struct pki p = pki_make(&(struct pki_spec){.subject = "x",
                                               .san = san,
                                               .issuer = &s->ca,
                                               .from = PKI_NOW + h->from * PKI_DAY,
                                               .to = PKI_NOW + h->to * PKI_DAY});
    str_t der = b64_encode(s->w->a, cert_der(p.cert)), print = cert_fingerprint(p.cert);
    CLEANUP_JSON json_t *row = json_object();
    json_put_str(row, "der", der);
    json_put_str(row, "usage", STR("both"));
    json_put_str(row, "custody", str_c(h->custody ? h->custody : "agent"));
    json_put_str(row, "primary", str_c(h->primary));
    json_put_str(row, "source", str_c(h->source ? h->source : "issued"));
    json_put_str(row, "since", STR("2025-01-01T00:00:00Z"));
    if (h->revoked) json_put_str(row, "revoked_at", STR("2025-01-02T00:00:00Z"));
    struct kept k = {arena_printf(s->w->a, "%s %.*s", h->address, STR_ARG(print)), row};
    if (edit_run(&s->w->r, &s->w->by, keep_step, &k, &e) != RC_OK) fail_msg("%s", e.message);
    hset(s, "t:o:certified:north", str_c(h->address), print);
    pki_free(&p);
    s->made++;
}

/* The members of the rows (or the rows themselves) with blanks between. */
static str_t words(struct state *s, const json_t *rows)
{
    str_t all = STR("");
    size_t i;
    json_t *v;
    json_array_foreach(rows, i, v)
    {
        str_t one = json_is_object(v) ? record_text(v, "address") : json_text(v);
        all = arena_printf(s->w->a, "%.*s%s%.*s", STR_ARG(all), i ? " " : "", STR_ARG(one));
    }
    return all;
}

static str_t lacking(struct state *s, const char *usage, struct issuing_some *some)
{
    CLEANUP_JSON json_t *rows = NULL;
    struct err e = {0};
    rc_t rc = issuing_lacking(&s->w->r, STR("north"), str_c(usage), PKI_NOW, some, &rows, NULL, &e);
    if (rc != RC_OK) fail_msg("%s", e.message);
    return words(s, rows);
}

static void whoever_lacks_one_comes_once_and_in_order(void **state)
{
    struct state *s = *state;
    static const char *const PEOPLE[] = {"p0@north.test", "p1@north.test", "p2@north.test",
                                         "p3@north.test", "p4@north.test", "p5@north.test",
                                         "p6@north.test", "a@late.test"};
    static const char ALL[] = "p0@north.test p2@north.test p3@north.test p4@north.test a@late.test";
    for (size_t i = 0; i < 8; i++)
        account(s, PEOPLE[i], true);
    account(s, "poor@north.test", false);
    put(s, &(struct has){PEOPLE[1], "both", .from = -10, .to = 300});
    put(s, &(struct has){PEOPLE[2], "both", .from = -300, .to = -1});
    put(s, &(struct has){PEOPLE[3], "none", .from = -10, .to = 300, .revoked = true});
    put(s, &(struct has){PEOPLE[4], "sign", .from = -10, .to = 300, .source = "upload"});
    put(s, &(struct has){PEOPLE[5], "both", .from = -10, .to = 1});
    world_must(s->w, RECORD_ACCOUNT, "north", PEOPLE[6], "{\"state\":\"suspended\"}");
    assert_str(lacking(s, "both", NULL), str_c(ALL));
    assert_str(lacking(s, "sign", NULL),
               STR("p0@north.test p2@north.test p3@north.test a@late.test"));

    str_t all = STR("");
    struct issuing_some some = {.limit = 2};
    int parts = 0;
    do {
        str_t part = lacking(s, "both", &some);
        all = arena_printf(s->w->a, "%.*s%s%.*s", STR_ARG(all), parts ? " " : "", STR_ARG(part));
        assert_true(some.left >= 0 && (some.left == 0) == (some.next[0] == '\0'));
        some.after = arena_str(s->w->a, str_c(some.next));
    } while (++parts < 9 && some.after.n);
    assert_str(all, str_c(ALL));
    assert_int_equal(parts, 3);

    /* from a name that is gone; and where briefs are lacking */
    struct kv_value v;
    some = (struct issuing_some){.after = STR("p1a@north.test"), .limit = 9};
    assert_int_equal(KV_CMD(s->w->kv, s->w->a, &v, NULL, STR("DEL"), STR("t:o:briefs:north")),
                     RC_OK);
    assert_str(lacking(s, "both", &some),
               STR("p2@north.test p3@north.test p4@north.test a@late.test"));
    assert_int_equal(some.left, 0);
}

static void put_revoked(struct state *s, const char *address, const char *reason, int since, int at)
{
    char from[NAME_TIME_BYTES + 1], on[NAME_TIME_BYTES + 1];
    name_write_time(PKI_NOW + since * PKI_DAY, from);
    name_write_time(PKI_NOW + at * PKI_DAY, on);
    hset(s, "t:o:issued:north", arena_printf(s->w->a, "%064zu", s->made++),
         arena_printf(s->w->a,
                      "{\"address\":\"%s\",\"fingerprint\":\"%064d\",\"since\":\"%s\",\"until\":"
                      "\"2099-01-01T00:00:00Z\",\"revoked_at\":%s%s%s,\"reason\":%s%s%s,"
                      "\"version\":1}",
                      address, 7, from, reason ? "\"" : "", reason ? on : "null",
                      reason ? "\"" : "", reason ? "\"" : "", reason ? reason : "null",
                      reason ? "\"" : ""));
}

/* A later certificate that was revoked for another reason says that he was trusted again; an
 * earlier one, or one that holds or ended, does not. */
static void who_is_barred_is_not_among_those_who_lack_one(void **state)
{
    struct state *s = *state;
    static const char *const BARRING[] = {"keyCompromise", "affiliationChanged",
                                          "cessationOfOperation", "privilegeWithdrawn"};
    CLEANUP_JSON json_t *rows = NULL, *barred = NULL;
    for (int i = 0; i < 9; i++)
        account(s, arena_printf(s->w->a, "p%d@north.test", i).p, true);
    for (int i = 0; i < 4; i++)
        put_revoked(s, arena_printf(s->w->a, "p%d@north.test", i).p, BARRING[i], -9, -5);
    put_revoked(s, "p4@north.test", "superseded", -9, -5);
    put_revoked(s, "p5@north.test", "unspecified", -9, -5);
    put_revoked(s, "p6@north.test", "keyCompromise", -9, -5); /* trusted again since */
    put_revoked(s, "p6@north.test", "superseded", -4, -3);
    put_revoked(s, "p7@north.test", "keyCompromise", -9, -5); /* not so */
    put_revoked(s, "p7@north.test", "superseded", -8, -3);
    put_revoked(s, "p7@north.test", NULL, -4, 0);
    put_revoked(s, "p8@north.test", NULL, -9, 0);
    struct err e = {0};
    if (issuing_lacking(&s->w->r, STR("north"), STR("both"), PKI_NOW, NULL, &rows, &barred, &e) !=
        RC_OK)
        fail_msg("%s", e.message);
    assert_str(words(s, rows), STR("p4@north.test p5@north.test p6@north.test p8@north.test"));
    assert_str(words(s, barred), STR("p0@north.test p1@north.test p2@north.test p3@north.test "
                                     "p7@north.test"));
}

static str_t due(struct state *s, int days, struct issuing_some *some)
{
    CLEANUP_JSON json_t *rows = NULL;
    struct err e = {0};
    rc_t rc = issuing_due(&s->w->r, STR("north"), PKI_NOW + days * PKI_DAY, some, &rows, &e);
    if (rc != RC_OK) fail_msg("%s", e.message);
    return words(s, rows);
}

static void what_is_due_comes_by_its_end(void **state)
{
    struct state *s = *state;
    static const struct has HAS[] = {
        {"d0@north.test", "both", .from = -200, .to = 20},
        {"d1@north.test", "sign", .from = -200, .to = 10},
        {"d2@north.test", "both", .from = -200, .to = 15, .custody = "user"},
        {"d3@north.test", "both", .from = -200, .to = 5, .source = "upload"},
        {"d4@north.test", "none", .from = -200, .to = 5},
        {"d5@north.test", "both", .from = -200, .to = 5, .revoked = true},
        {"d6@north.test", "both", .from = -10, .to = 20},
        {"d7@late.test", "both", .from = -200, .to = 1},
        {"d8@north.test", "both", .from = -200, .to = 10},
    };
    for (size_t i = 0; i < sizeof HAS / sizeof *HAS; i++) {
        account(s, HAS[i].address, true);
        put(s, &HAS[i]);
    }
    account(s, "d9@north.test", false);
    put(s, &(struct has){"d9@north.test", "both", .from = -200, .to = 1});
    assert_str(due(s, 0, NULL),
               STR("d1@north.test d8@north.test d2@north.test d0@north.test d7@late.test"));
    assert_str(due(s, 5, NULL), STR("d1@north.test d8@north.test d2@north.test d0@north.test "
                                    "d7@late.test"));
    assert_true(str_find(due(s, 11, NULL), STR("d6@north.test")) >= 0);

    struct issuing_some some = {.limit = 2, .held = true};
    assert_str(due(s, 0, &some), STR("d1@north.test d8@north.test"));
    assert_int_equal(some.left, 2);
    some.after = arena_str(s->w->a, str_c(some.next));
    assert_str(due(s, 0, &some), STR("d0@north.test d7@late.test"));
    assert_int_equal(some.left, 0);
    assert_string_equal(some.next, "");
}

/* What somebody's name or another text says is no member. */
static void a_brief_is_read_where_it_says_it(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    CLEANUP_JSON json_t *v = json_object();
    json_put_str(v, "subject", STR("CN=\",\"primary\":\"both\",\"x\":\""));
    json_put_str(v, "primary", STR("none"));
    json_object_set_new(v, "revoked_at", json_null());
    assert_true(json_write(v, &b));
    assert_str(certificate_brief_word(buf_view(&b), "primary"), STR("none"));
    assert_true(str_is_null(certificate_brief_word(buf_view(&b), "revoked_at")));
    assert_true(str_is_null(certificate_brief_word(buf_view(&b), "source")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whoever_lacks_one_comes_once_and_in_order, begin, end),
        cmocka_unit_test_setup_teardown(who_is_barred_is_not_among_those_who_lack_one, begin, end),
        cmocka_unit_test_setup_teardown(what_is_due_comes_by_its_end, begin, end),
        cmocka_unit_test(a_brief_is_read_where_it_says_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
