/* What a decision is made from, gathered from the registry: every change counts at the next
 * message, in every process; what is being decided keeps what it began with. */
#include "policy/rulebook.h"

#include "policy/decision_json.h"
#include "policy/rules_store.h"
#include "tests/unit/policy/world.h"

struct state {
    struct world *w;
    struct rulebook *one, *two; /* two processes */
    struct arena *a;
};

static void put_rules(struct world *w, const char *organisation, const char *text)
{
    struct err e = {0};
    int64_t version;
    json_t *conflict = NULL, *v = world_json(text);
    if (rules_store_put(&w->r, &w->by, str_c(organisation), v, 0, &version, &conflict, &e) != RC_OK)
        fail_msg("%s", e.message);
    json_decref(v);
}

static void seat(struct world *w, const char *organisation, const char *account, bool on)
{
    struct err e = {0};
    json_t *rows = NULL, *list = json_pack("[s]", account);
    if (licence_change(&w->r, &w->by, str_c(organisation), list, on, &rows, &e) != RC_OK)
        fail_msg("%s", e.message);
    json_decref(rows);
    json_decref(list);
}

static int begin(void **state)
{
    struct state *s = calloc(1, sizeof *s);
    assert_int_equal(world_open((void **) &s->w), 0);
    s->a = arena_new(16u << 20);
    world_acme(s->w, 5);
    world_must(s->w, RECORD_ACCOUNT, "north", "ann@north.test", "{\"name\":\"Ann\"}");
    world_must(s->w, RECORD_ACCOUNT, "south", "zoe@south.test", "{\"name\":\"Zoe\"}");
    assert_int_equal(rulebook_new(&s->w->config, &s->one, NULL), RC_OK);
    assert_int_equal(rulebook_new(&s->w->config, &s->two, NULL), RC_OK);
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct state *s = *state;
    rulebook_free(s->one);
    rulebook_free(s->two);
    arena_free(s->a);
    world_close((void **) &s->w);
    free(s);
    return 0;
}

static struct policy_message from_ann(const str_t *to, size_t n)
{
    return (struct policy_message){.authenticated = true,
                                   .mail_from = STR("ann@north.test"),
                                   .from = STR("Ann@North.test"),
                                   .to = {to},
                                   .to_count = {n}};
}

/* "5.7.3 R no_account": of the first recipient: status, executed rule, why not signed. */
static str_t decide(struct state *s, struct rulebook *b, str_t to, int64_t now)
{
    struct rulebook_case c;
    struct decision d;
    struct err e = {0};
    const struct policy_message m = from_ann(&to, 1);
    if (rulebook_open(b, s->w->kv, &m, now, NULL, s->a, &c, &e) != RC_OK) fail_msg("%s", e.message);
    assert_int_equal(policy_evaluate(&c.in, s->a, &d, &e), RC_OK);
    const struct decision_recipient *r = &d.recipients[0];
    str_t rule = STR("-"), reason = STR("-");
    if (r->pass_count > 0 && r->pass[0].note) {
        rule = STR("off");
    } else if (r->pass_count > 0) {
        const struct decision_pass *p = &r->pass[0];
        if (p->matched.rule >= 0) rule = ruleset_document(p->org->rules)->rules[p->matched.rule].id;
        reason = decision_reason_word(p->action[RULE_SIGN].reason);
    }
    str_t all = arena_printf(s->a, "%.*s %.*s %.*s", STR_ARG(decision_status_code(r->status)),
                             STR_ARG(rule), STR_ARG(reason));
    rulebook_close(&c);
    return all;
}

#define PAT STR("pat@partner.example")
#define DEMAND(id)                                                                                 \
    "{\"rules\":[{\"id\":\"" id "\",\"priority\":1,\"from\":[\"@managed\"],\"to\":[\"*\"],"        \
    "\"sign\":\"require\"}]}"

/* Both processes, one after the other. */
static void both(struct state *s, const char *want, int64_t now)
{
    assert_str(decide(s, s->one, PAT, now), str_c(want));
    assert_str(decide(s, s->two, PAT, now), str_c(want));
}

static void a_change_counts_at_the_next_message_everywhere(void **state)
{
    struct state *s = *state;
    both(s, "2.0.0 - licence_inactive", NOW); /* no rule: signing is only wished for */
    put_rules(s->w, "north", DEMAND("A"));
    both(s, "5.7.3 A licence_inactive", NOW);
    seat(s->w, "north", "ann@north.test", true);
    both(s, "5.7.3 A no_certificate", NOW);
    put_rules(s->w, "north", DEMAND("B"));
    both(s, "5.7.3 B no_certificate", NOW);
    seat(s->w, "north", "ann@north.test", false);
    both(s, "5.7.3 B licence_revoke_pending", NOW);
    both(s, "5.7.3 B licence_inactive", NOW + 14 * DAY); /* by time alone */
    world_must(s->w, RECORD_CUSTOMER, NULL, "acme", "{\"valid_until\":\"1972-10-01\"}");
    both(s, "5.7.3 B feature_lapsed", NOW + 20 * DAY);
    /* off is off, also where the plan ended */
    world_must(s->w, RECORD_ORGANISATION, NULL, "north", "{\"smime\":\"disabled\"}");
    both(s, "2.0.0 off -", NOW + 20 * DAY);
}

static void a_domain_that_goes_takes_its_rules_along(void **state)
{
    struct state *s = *state;
    put_rules(s->w, "north", DEMAND("A"));
    both(s, "5.7.3 A licence_inactive", NOW);
    world_must(s->w, RECORD_ACCOUNT, "north", "ann@north.test", NULL);
    both(s, "5.7.3 A no_account", NOW);
    assert_int_equal(
        registry_attach(&s->w->r, &s->w->by, STR("north.test"), STR_NULL, "operator", NULL), RC_OK);
    both(s, "2.0.0 - -", NOW); /* relayed, untouched */
    assert_int_equal(
        registry_attach(&s->w->r, &s->w->by, STR("north.test"), STR("south"), "operator", NULL),
        RC_OK);
    put_rules(s->w, "south", DEMAND("S"));
    both(s, "5.7.3 S no_account", NOW);
}

static void a_message_keeps_what_it_began_with(void **state)
{
    struct state *s = *state;
    struct rulebook_case c;
    struct decision d;
    const str_t to[] = {PAT, STR("ZOE@south.test")};
    const struct policy_message m = from_ann(to, 2);
    put_rules(s->w, "north", DEMAND("A"));
    assert_int_equal(rulebook_open(s->one, s->w->kv, &m, NOW, NULL, s->a, &c, NULL), RC_OK);
    assert_int_equal(c.in.org_count, 2);
    assert_int_equal(c.versions[0], 1);
    assert_int_equal(c.in.orgs[1].account_count, 1);
    put_rules(s->w, "north", "{\"rules\":[]}");
    both(s, "2.0.0 - licence_inactive", NOW); /* the cache has moved on */
    assert_int_equal(policy_evaluate(&c.in, s->a, &d, NULL), RC_OK);
    assert_int_equal(d.recipients[0].outcome, OUTCOME_REJECT);
    assert_int_equal(d.recipients[1].direction, DIRECTION_OUTBOUND_INBOUND);
    rulebook_close(&c);
}

static void rules_that_cannot_be_read_let_nothing_pass(void **state)
{
    struct state *s = *state;
    struct rulebook_case c;
    struct err e = {0};
    struct kv_value v;
    str_t to = PAT;
    const struct policy_message m = from_ann(&to, 1);
    put_rules(s->w, "north", DEMAND("A"));
    assert_int_equal(KV_CMD(s->w->kv, s->a, &v, NULL, STR("SET"), STR("t:o:rules:north"),
                            STR("{\"rules\":[{\"id\":7}]}")),
                     RC_OK);
    assert_int_equal(rulebook_open(s->one, s->w->kv, &m, NOW, NULL, s->a, &c, &e), RC_DAMAGED);
    assert_non_null(strstr(e.detail, "rules[0].id"));
    struct kv *nowhere = NULL;
    const struct kv_options o = {.socket = STR("/nonexistent/s"), .timeout_ms = 100};
    assert_int_equal(kv_new(&o, &nowhere, NULL), RC_OK);
    assert_int_equal(rulebook_open(s->one, nowhere, &m, NOW, NULL, s->a, &c, &e), RC_STATE_DOWN);
    kv_free(nowhere);
}

/* More organisations than are kept: each answers by its own rules. */
static void many_organisations_share_one_book(void **state)
{
    struct state *s = *state;
    char id[24], domain[32], rule[16];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < RULEBOOK_ORGANISATIONS_MAX + 20; i++) {
            struct ruleset *r = NULL;
            struct err e = {0};
            snprintf(id, sizeof id, "o%d", i);
            snprintf(domain, sizeof domain, "d%d.test", i);
            if (round == 0) {
                char text[200];
                world_must(s->w, RECORD_ORGANISATION, NULL, id, "{\"customer\":\"acme\"}");
                assert_int_equal(registry_attach(&s->w->r, &s->w->by, str_c(domain), str_c(id),
                                                 "operator", NULL),
                                 RC_OK);
                snprintf(text, sizeof text,
                         "{\"rules\":[{\"id\":\"R%d\",\"priority\":1,\"from\":[\"*\"],"
                         "\"to\":[\"*\"],\"sign\":\"on\"}]}",
                         i);
                put_rules(s->w, id, text);
            }
            if (rulebook_get(s->one, s->w->kv, str_c(id), &r, &e) != RC_OK)
                fail_msg("%s", e.message);
            snprintf(rule, sizeof rule, "R%d", i);
            assert_str(ruleset_document(r)->rules[0].id, str_c(rule));
            assert_true(ruleset_manages(r, str_c(domain)));
            ruleset_unref(r);
        }
    }
}

/* Who sends is asked by the own organisation only: of another nothing is even read. */
static void who_sends_is_asked_by_the_own_organisation_only(void **state)
{
    struct state *s = *state;
    const str_t to[] = {STR("zoe@south.test"), STR("Ben@NORTH.test"), STR("x@else.test")};
    struct policy_message m = from_ann(to, 3);
    struct rulebook_case c;
    struct decision d;
    put_rules(s->w, "south",
              "{\"rules\":[{\"id\":\"S\",\"priority\":1,\"from\":[\"*\"],\"to\":[\"*\"],"
              "\"decrypt\":\"force\"}]}");
    assert_int_equal(rulebook_open_sending(s->one, s->w->kv, &m, NOW, NULL, s->a, &c, NULL), RC_OK);
    assert_int_equal(c.in.org_count, 1);
    assert_str(c.orgs[0].id, STR("north"));
    assert_int_equal(policy_evaluate(&c.in, s->a, &d, NULL), RC_OK);
    assert_int_equal(d.recipients[0].direction, DIRECTION_OUTBOUND);
    assert_int_equal(d.recipients[0].outcome, OUTCOME_DELIVER);
    assert_int_equal(d.recipients[1].direction, DIRECTION_INTERNAL);
    assert_int_equal(d.recipients[2].direction, DIRECTION_OUTBOUND);
    rulebook_close(&c);
    m.from = STR("x@else.test"); /* nobody's */
    assert_int_equal(rulebook_open_sending(s->one, s->w->kv, &m, NOW, NULL, s->a, &c, NULL), RC_OK);
    assert_int_equal(c.in.org_count, 0);
    rulebook_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_counts_at_the_next_message_everywhere, begin, end),
        cmocka_unit_test_setup_teardown(a_domain_that_goes_takes_its_rules_along, begin, end),
        cmocka_unit_test_setup_teardown(a_message_keeps_what_it_began_with, begin, end),
        cmocka_unit_test_setup_teardown(rules_that_cannot_be_read_let_nothing_pass, begin, end),
        cmocka_unit_test_setup_teardown(many_organisations_share_one_book, begin, end),
        cmocka_unit_test_setup_teardown(who_sends_is_asked_by_the_own_organisation_only, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
