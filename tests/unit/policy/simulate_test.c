/* Described mail by stored and by drafted rules; operations on stored rules; what one organisation
 * sees of another: nothing. */
#include "policy/simulate.h"

#include "policy/rules_store.h"
#include "tests/unit/policy/world.h"

struct state {
    struct world *w;
    struct simulation s;
    json_t *out, *versions, *draft;
};

#define RULE(id, more) "{\"id\":\"" id "\",\"priority\":1,\"from\":[\"*\"],\"to\":[\"*\"]" more "}"
#define MAIL(to)                                                                                   \
    "{\"message\":{\"authenticated\":true,\"mail_from\":\"ann@north.test\",\"from\":"              \
    "\"ann@north.test\",\"to\":[\"" to "\"]}}"

static void put_rules(struct world *w, const char *organisation, const char *text)
{
    struct err e = {0};
    int64_t version;
    json_t *conflict = NULL, *v = world_json(text);
    if (rules_store_put(&w->r, &w->by, str_c(organisation), v, 0, &version, &conflict, &e) != RC_OK)
        fail_msg("%s", e.message);
    json_decref(v);
}

static int begin(void **state)
{
    struct state *s = calloc(1, sizeof *s);
    assert_int_equal(world_open((void **) &s->w), 0);
    world_acme(s->w, 5);
    world_must(s->w, RECORD_ACCOUNT, "north", "ann@north.test", "{\"name\":\"Ann\"}");
    world_must(s->w, RECORD_ACCOUNT, "south", "zoe@south.test", "{\"name\":\"Zoe\"}");
    put_rules(s->w, "north", "{\"rules\":[" RULE("N", ",\"sign\":\"on\"") "]}");
    put_rules(s->w, "south", "{\"rules\":[" RULE("S", ",\"decrypt\":\"on\"") "]}");
    s->s = (struct simulation){.r = &s->w->r, .now = NOW};
    assert_int_equal(rulebook_new(&s->w->config, &s->s.book, NULL), RC_OK);
    *state = s;
    return 0;
}

static void forget(struct state *s)
{
    json_decref(s->out);
    json_decref(s->versions);
    s->out = s->versions = NULL;
}

static int end(void **state)
{
    struct state *s = *state;
    forget(s);
    json_decref(s->draft);
    rulebook_free(s->s.book);
    world_close((void **) &s->w);
    free(s);
    return 0;
}

static rc_t ask(struct state *s, const char *text, struct err *e)
{
    json_t *request = world_json(text);
    forget(s);
    rc_t rc = simulate_decide(&s->s, request, NULL, &s->out, &s->versions, e);
    json_decref(request);
    return rc;
}

static const json_t *passes(const struct state *s, const char *address)
{
    return json_object_get(json_object_get(json_object_get(s->out, "recipients"), address),
                           "passes");
}

static void must_ask(struct state *s, const char *text)
{
    struct err e = {0};
    if (ask(s, text, &e) != RC_OK) fail_msg("%s", e.message);
}

static void one_organisation_sees_nothing_of_another(void **state)
{
    struct state *s = *state;
    must_ask(s, MAIL("zoe@south.test"));
    assert_int_equal(json_array_size(passes(s, "zoe@south.test")), 2);
    assert_int_equal(json_object_size(s->versions), 2);
    s->s.organisation = STR("north");
    must_ask(s, MAIL("zoe@south.test"));
    const json_t *list = passes(s, "zoe@south.test");
    assert_int_equal(json_array_size(list), 1);
    assert_str(record_text(json_array_get(list, 0), "rule"), STR("N"));
    assert_int_equal(json_object_size(s->versions), 1);
    assert_int_equal(json_integer_value(json_object_get(s->versions, "north")), 1);
    s->s.organisation = STR("south");
    must_ask(s, MAIL("zoe@south.test"));
    list = passes(s, "zoe@south.test");
    assert_int_equal(json_array_size(list), 1);
    assert_str(record_text(json_array_get(list, 0), "org"), STR("south"));
    assert_str(record_text(json_array_get(list, 0), "pass"), STR("inbound"));
    must_ask(s, MAIL("ann@north.test")); /* nothing of its business */
    assert_int_equal(json_array_size(passes(s, "ann@north.test")), 0);
}

static void a_draft_takes_the_place_of_what_is_stored(void **state)
{
    struct state *s = *state;
    struct err e = {0};
    s->s.organisation = s->s.draft_of = STR("north");
    s->s.draft = s->draft =
        world_json("{\"rules\":[" RULE("D", ",\"sign\":\"require\"") "],\"version\":7}");
    must_ask(s, MAIL("pat@partner.example"));
    assert_str(record_text(json_array_get(passes(s, "pat@partner.example"), 0), "rule"), STR("D"));
    assert_true(json_is_null(json_object_get(s->versions, "north")));
    json_decref(s->draft);
    s->s.draft = s->draft = world_json("{\"rules\":[" RULE("D", ",\"sing\":\"on\"") "]}");
    assert_int_equal(ask(s, MAIL("pat@partner.example"), &e), RC_INVALID);
    assert_string_equal(e.field, "document.rules[0].sing");
    s->s.draft = NULL;
    must_ask(s, MAIL("pat@partner.example"));
    assert_str(record_text(json_array_get(passes(s, "pat@partner.example"), 0), "rule"), STR("N"));
}

static void what_is_described_takes_the_place_of_what_is_registered(void **state)
{
    struct state *s = *state;
    struct err e = {0};
    s->s.organisation = STR("north");
    must_ask(s, "{\"message\":{\"authenticated\":true,\"from\":\"ann@north.test\",\"to\":"
                "[\"pat@partner.example\"]},\"accounts\":[{\"address\":\"ann@north.test\","
                "\"licence\":\"active\"}],\"certs\":[{\"id\":\"c\",\"address\":\"ann@north.test\","
                "\"usage\":[\"sign\"],\"key\":\"gateway\",\"primary\":true}]}");
    const json_t *sign = json_object_get(
        json_object_get(json_array_get(passes(s, "pat@partner.example"), 0), "actions"), "sign");
    assert_str(record_text(sign, "result"), STR("done"));
    assert_int_equal(ask(s, "{\"message\":{},\"stat\":{}}", &e), RC_INVALID);
    assert_string_equal(e.field, "stat");
    assert_int_equal(ask(s, "{\"message\":{\"from\":\"a@x.test\",\"auth\":\"maybe\"}}", &e),
                     RC_INVALID);
    assert_string_equal(e.field, "message.auth");
}

/* The demand on Ann, who has no certificate: known only with all accounts. */
static void warnings_know_the_accounts(void **state)
{
    struct state *s = *state;
    struct err e = {0};
    s->s.organisation = s->s.draft_of = STR("north");
    s->s.draft = s->draft = world_json("{\"rules\":[" RULE("D", ",\"sign\":\"require\"") "]}");
    if (simulate_check(&s->s, &s->out, &e) != RC_OK) fail_msg("%s", e.message);
    const json_t *first = json_array_get(json_object_get(s->out, "warnings"), 0);
    assert_str(record_text(first, "warning"), STR("cannot_sign"));
    assert_str(record_text(json_object_get(first, "accounts"), "first"), STR("ann@north.test"));
    forget(s);
    s->s.draft = NULL;
    assert_int_equal(simulate_check(&s->s, &s->out, &e), RC_OK);
    assert_int_equal(json_array_size(json_object_get(s->out, "warnings")), 0);
}

static rc_t change(struct state *s, const char *ops, int64_t seen, json_t **conflict, struct err *e)
{
    json_t *list = world_json(ops);
    forget(s);
    rc_t rc =
        rules_store_change(&s->w->r, &s->w->by, STR("north"), list, seen, &s->out, conflict, e);
    json_decref(list);
    return rc;
}

static void operations_keep_what_people_wrote(void **state)
{
    struct state *s = *state;
    struct err e = {0};
    json_t *conflict = NULL;
    const char *ops =
        "[{\"op\":\"create\",\"rule\":{\"id\":\"T\",\"name\":\"Top\",\"outbound\":\"enforce\","
        "\"from\":[\"*\"],\"to\":[\"*\"]}},{\"op\":\"enable\",\"id\":\"N\",\"value\":false}]";
    assert_int_equal(change(s, ops, 1, &conflict, &e), RC_OK);
    assert_int_equal(record_version(s->out), 2);
    json_t *rules = json_object_get(s->out, "rules"), *n = json_array_get(rules, 0),
           *t = json_array_get(rules, 1);
    assert_int_equal(json_integer_value(json_object_get(n, "priority")), 2);
    assert_true(json_is_false(json_object_get(n, "enabled")));
    assert_int_equal(json_integer_value(json_object_get(t, "priority")), 1);
    assert_int_equal(json_integer_value(json_object_get(t, "created")), 1);
    assert_str(record_text(t, "name"), STR("Top"));
    assert_str(record_text(t, "outbound"), STR("enforce"));
    assert_null(json_object_get(t, "enabled"));
    /* gone and made again under the same id: what stands there is the new one */
    assert_int_equal(change(s,
                            "[{\"op\":\"delete\",\"id\":\"N\"},{\"op\":\"create\",\"rule\":{\"id\":"
                            "\"N\",\"priority\":9,\"from\":[\"*\"],\"to\":[\"x.test\"]}}]",
                            0, &conflict, &e),
                     RC_OK);
    n = json_array_get(json_object_get(s->out, "rules"), 1);
    assert_str(json_text(json_array_get(json_object_get(n, "to"), 0)), STR("x.test"));
    assert_null(json_object_get(n, "sign"));
    assert_int_equal(change(s, "[{\"op\":\"move\",\"id\":\"Q\",\"priority\":1}]", 0, &conflict, &e),
                     RC_NOT_FOUND);
    assert_int_equal(change(s, "[{\"op\":\"move\",\"id\":\"N\"}]", 0, &conflict, &e), RC_INVALID);
    assert_string_equal(e.field, "ops[0].priority");
    assert_null(conflict);
    assert_int_equal(change(s, "[]", 1, &conflict, &e), RC_CONFLICT);
    assert_int_equal(record_version(conflict), 3);
    json_decref(conflict);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(one_organisation_sees_nothing_of_another),
        T(a_draft_takes_the_place_of_what_is_stored),
        T(what_is_described_takes_the_place_of_what_is_registered),
        T(warnings_know_the_accounts),
        T(operations_keep_what_people_wrote),
    };
    return cmocka_run_group_tests_name("simulate", tests, NULL, NULL);
}
