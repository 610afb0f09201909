/* The log of decisions: what is in it, what is not, and that nothing depends on it. */
#include "policy/decision_log.h"

#include "policy/example.h"
#include "tests/unit/policy/policy_json.h"
#include "tests/unit/policy/world.h"

#define ORG(id, dom, rules)                                                                        \
    "{'id':'" id "','smime':'enabled','domains':['" dom "'],'accounts':[{'address':'ann@" dom      \
    "','licence':'active'}],'certs':[],'rules':" rules "}"
#define MESSAGE(to)                                                                                \
    "{'authenticated':true,'mail_from':'Ann@north.test','from':'Ann@north.test','to':" to          \
    ",'subject':'Plans of Utopia','headers':{'X-Secret':'Canary'},'size':10}"

/* Decides and logs; what XRANGE gives of an organisation: the last entry as an object of texts. */
static void decide_and_log(struct world *w, const char *text, int64_t version)
{
    CLEANUP_JSON json_t *v = parse(text);
    struct example x;
    struct decision d;
    struct err e = {0};
    int64_t versions[] = {version, version + 1, version + 2};
    if (example_read(v, NULL, w->a, NULL, &x, &e) != RC_OK) fail_msg("%s", e.message);
    assert_int_equal(policy_evaluate(&x.in, w->a, &d, &e), RC_OK);
    const struct decision_log_entry entry = {.message_id = STR("<1@north.test>"),
                                             .source = "web",
                                             .now = NOW,
                                             .in = &x.in,
                                             .decision = &d,
                                             .versions = versions};
    if (decision_log_append(w->kv, &w->config, w->a, &entry, &e) != RC_OK)
        fail_msg("%s", e.message);
    example_free(&x);
}

static json_t *newest(struct world *w, const char *organisation)
{
    struct kv_value v;
    struct err e = {0};
    str_t key = arena_printf(w->a, "t:log:%s", organisation);
    assert_int_equal(KV_CMD(w->kv, w->a, &v, &e, STR("XREVRANGE"), key, STR("+"), STR("-"),
                            STR("COUNT"), STR("1")),
                     RC_OK);
    if (v.count == 0) return NULL;
    json_t *out = json_object();
    const struct kv_value *fields = &v.items[0].items[1];
    for (size_t i = 0; i + 1 < fields->count; i += 2)
        json_put_str(out, arena_cstr(w->a, fields->items[i].s), fields->items[i + 1].s);
    return out;
}

static str_t count_of(struct world *w, const char *organisation, const char *name)
{
    struct kv_value v;
    str_t key = arena_printf(w->a, "t:stat:%s:19720927", organisation); /* day 1000 */
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("HGET"), key, str_c(name)), RC_OK);
    return v.type == KV_STR ? v.s : STR("");
}

static str_t text_of(const json_t *v, const char *key)
{
    return json_text(json_object_get(v, key));
}

static void says_what_was_decided_and_nothing_of_the_mail(void **state)
{
    struct world *w = *state;
    decide_and_log(
        w,
        "{'orgs':[" ORG("north", "north.test",
                        "[{'id':'R1','priority':1,'from':['*'],'to':['partner.test'],'encrypt':"
                        "'require'},{'id':'R2','priority':2,'from':['*'],'to':['nobody.test'],"
                        "'sign':'off'}]") "],'message':" MESSAGE("['Pat@partner.test','x@else."
                                                                 "test']") "}",
        7);
    CLEANUP_JSON json_t *v = newest(w, "north");
    assert_non_null(v);
    assert_str(text_of(v, "message_id"), STR("<1@north.test>"));
    assert_str(text_of(v, "source"), STR("web"));
    assert_str(text_of(v, "from"), STR("ann@north.test"));
    assert_str(text_of(v, "recipients"), STR("pat@partner.test x@else.test"));
    assert_str(text_of(v, "count"), STR("2"));
    assert_str(text_of(v, "direction"), STR("outbound"));
    assert_str(text_of(v, "outcome"), STR("reject"));
    assert_str(text_of(v, "status"), STR("5.7.3"));
    assert_str(text_of(v, "rules"), STR("R1 -"));
    assert_str(text_of(v, "version"), STR("7"));
    CLEANUP_JSON json_t *groups =
        json_loads(json_string_value(json_object_get(v, "groups")), 0, NULL);
    assert_int_equal(json_array_size(groups), 2);
    const json_t *first = json_array_get(groups, 0);
    assert_str(text_of(first, "rule"), STR("R1"));
    assert_str(text_of(json_object_get(json_object_get(first, "actions"), "encrypt"), "reason"),
               STR("no_certificate"));
    CLEANUP_JSON json_t *trace = parse("{'R1':'selected'}"); /* what did not match is left out */
    assert_true(json_equal(json_object_get(first, "trace"), trace));
    CLEANUP_BUF struct buf all = BUF_INIT(1 << 20);
    assert_true(json_write(v, &all));
    assert_int_equal(str_find(buf_view(&all), STR("Utopia")), -1);
    assert_int_equal(str_find(buf_view(&all), STR("Canary")), -1);
    assert_str(count_of(w, "north", "messages"), STR("1"));
    assert_str(count_of(w, "north", "refused"), STR("1"));
    assert_str(count_of(w, "north", "skipped"), STR("1")); /* signing is wished for by default */
    assert_str(count_of(w, "north", "signed"), STR(""));
}

/* Each organisation its own pass; who has no part has no entry. */
static void tells_no_organisation_of_another(void **state)
{
    struct world *w = *state;
    const char *text = "{'orgs':[" ORG("north", "north.test",
                                       "[{'id':'SECRET-N','priority':1,'from':['*'],'to':['*'],'"
                                       "sign':'off'}]") "," ORG("south", "south.test",
                                                                "[{'id':'SECRET-S','priority':1,'"
                                                                "from':['*'],'to':['*'],'validate':"
                                                                "'off'}]") ","
                                                                           "{'id':'west','smime':'"
                                                                           "disabled','domains':['"
                                                                           "west.test'],'accounts':"
                                                                           "[],'certs':[],'rules':["
                                                                           "]}]"
                                                                           ",'message':" MESSAGE(
                                                                               "['a@south.test','b@"
                                                                               "else.test','c@west."
                                                                               "test']") "}";
    decide_and_log(w, text, 1);
    CLEANUP_JSON json_t *north = newest(w, "north"), *south = newest(w, "south");
    assert_str(text_of(north, "recipients"), STR("a@south.test b@else.test c@west.test"));
    assert_str(text_of(south, "recipients"), STR("a@south.test"));
    assert_str(text_of(south, "direction"), STR("inbound"));
    assert_str(text_of(south, "version"), STR("2"));
    assert_int_equal(str_find(text_of(south, "groups"), STR("SECRET-N")), -1);
    assert_int_equal(str_find(text_of(north, "groups"), STR("SECRET-S")), -1);
    assert_null(newest(w, "west"));
}

static void puts_those_treated_alike_together(void **state)
{
    struct world *w = *state;
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20), to = BUF_INIT(1 << 20);
    for (int i = 0; i < 600; i++)
        buf_printf(&to, "%s'p%d@%s.test'", i ? "," : "[", i, i % 3 ? "partner" : "else");
    buf_printf(&b,
               "{'orgs':[" ORG("north", "north.test",
                               "[{'id':'R1','priority':1,'from':['*'],'to':['partner.test'],"
                               "'sign':'off'}]") "],'message':" MESSAGE("%s]") "}",
               to.p);
    decide_and_log(w, b.p, 1);
    CLEANUP_JSON json_t *v = newest(w, "north");
    CLEANUP_JSON json_t *groups =
        json_loads(json_string_value(json_object_get(v, "groups")), 0, NULL);
    assert_int_equal(json_array_size(groups), 2);
    assert_str(text_of(v, "count"), STR("600"));
    assert_str(text_of(v, "rules"), STR("- R1"));
    assert_str(count_of(w, "north", "skipped"), STR("200"));
}

static void a_log_that_cannot_be_written_is_counted_and_stops_nothing(void **state)
{
    struct world *w = *state;
    const struct kv_options nowhere = {.socket = STR("/nonexistent/socket"), .timeout_ms = 100};
    struct kv *kv = NULL;
    struct example x;
    struct decision d;
    int64_t version = 1;
    CLEANUP_JSON json_t *v = parse(
        "{'orgs':[" ORG("north", "north.test", "[]") "],'message':" MESSAGE("['x@else.test']") "}");
    assert_int_equal(kv_new(&nowhere, &kv, NULL), RC_OK);
    assert_int_equal(example_read(v, NULL, w->a, NULL, &x, NULL), RC_OK);
    assert_int_equal(policy_evaluate(&x.in, w->a, &d, NULL), RC_OK);
    const struct decision_log_entry entry = {
        .source = "web", .now = NOW, .in = &x.in, .decision = &d, .versions = &version};
    struct err e = {0};
    assert_int_equal(decision_log_append(kv, &w->config, w->a, &entry, &e), RC_STATE_DOWN);
    assert_int_equal(decision_log_lost(), 0);
    decision_log_write(kv, &w->config, w->a, &entry);
    assert_int_equal(decision_log_lost(), 1);
    example_free(&x);
    kv_free(kv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
        TEST(says_what_was_decided_and_nothing_of_the_mail),
        TEST(tells_no_organisation_of_another),
        TEST(puts_those_treated_alike_together),
        TEST(a_log_that_cannot_be_written_is_counted_and_stops_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
