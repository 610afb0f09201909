/* What the composer is told of its organisation's rules: the decision is the engine's, for every
 * worked example exactly; who demands and who wishes is said without the composer's own choice. */
#include "webmail/compose/demand_preview.h"

#include "tests/unit/policy/policy_json.h"

#define EXAMPLES "tests/fixtures/policy/examples.json"

static const struct policy_organisation *sender_of(const struct policy_input *in)
{
    str_t domain = ruleset_domain_of(in->message->from);
    for (size_t i = 0; in->message->authenticated && i < in->org_count; i++)
        if (ruleset_manages(in->orgs[i].rules, domain)) return &in->orgs[i];
    return NULL;
}

/* The answer of POST /compose/demands about one example. New reference. */
static json_t *preview(const json_t *example)
{
    CLEANUP_ARENA struct arena *a = arena_new(64u << 20);
    struct example x;
    struct err e = {.code = RC_OK};
    json_t *v = NULL;
    if (example_read(example, NULL, a, NULL, &x, &e) != RC_OK) fail_msg("%s", e.message);
    const struct demand_asked asked = {.sender = sender_of(&x.in), .version = 3, .whole = true};
    if (demand_preview(&x.in, &asked, a, &v, &e) != RC_OK) fail_msg("%s", e.message);
    example_free(&x);
    return v;
}

static void decides_each_example_as_the_engine_does(void **state)
{
    CLEANUP_JSON json_t *file = load(EXAMPLES);
    const json_t *all = json_object_get(file, "examples");
    (void) state;
    assert_true(json_array_size(all) >= 81);
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *x = json_array_get(all, i), *expect = json_object_get(x, "expect");
        CLEANUP_JSON json_t *v = preview(x);
        json_object_del(expect, "priorities"); /* of operations on rules: no part of a decision */
        char *want = comparable(expect);
        char *got = comparable(json_object_get(v, "decision"));
        if (strcmp(want, got) != 0)
            fail_msg("%s: wanted\n%s\ngot\n%s", json_string_value(json_object_get(x, "id")), want,
                     got);
        free(want);
        free(got);
    }
}

#define MAIL(rules, more, subject, user)                                                           \
    "{'orgs':[{'id':'acme','smime':'enabled','domains':['acme.test'],'certs':[],'accounts':[],"    \
    "'rules':" rules more "}],'message':{'authenticated':true,'mail_from':'a@acme.test',"          \
    "'from':'a@acme.test','to':['p@partner.test','x@else.test'],'subject':'" subject               \
    "','user':" user "}}"

static str_t at(const json_t *v, const char *one, const char *two, const char *three)
{
    v = json_object_get(v, one);
    if (two) v = json_object_get(v, two);
    return json_text(three ? json_object_get(v, three) : v);
}

static const json_t *nth(const json_t *v, size_t i)
{
    return json_array_get(json_object_get(v, "recipients"), i);
}

#define PARTNERS                                                                                   \
    "[{'id':'R1','priority':1,'from':['*'],'to':['partner.test'],'encrypt':'require'},"            \
    "{'id':'R2','priority':2,'from':['*'],'to':['*'],'sign':'on'}]"

/* What the person said changes neither lock nor wish. */
static void says_who_demands_and_who_wishes(void **state)
{
    static const char *const SAID[] = {"{}", "{'sign':false,'encrypt':false}",
                                       "{'sign':true,'encrypt':true}"};
    static const char *const MAILS[] = {MAIL(PARTNERS, "", "s", "{}"),
                                        MAIL(PARTNERS, "", "s", "{'sign':false,'encrypt':false}"),
                                        MAIL(PARTNERS, "", "s", "{'sign':true,'encrypt':true}")};
    (void) state;
    for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++) {
        CLEANUP_JSON json_t *mail = parse(MAILS[i]);
        CLEANUP_JSON json_t *v = preview(mail);
        assert_str(at(v, "organisation", NULL, NULL), STR("acme"));
        assert_str(at(v, "locked", "encrypt", "id"), STR("R1"));
        assert_str(at(v, "locked", "encrypt", "kind"), STR("rule"));
        assert_true(json_is_null(json_object_get(json_object_get(v, "locked"), "sign")));
        assert_str(at(v, "wished", "sign", "id"), STR("R2"));
        assert_true(json_is_null(json_object_get(v, "trigger")));
        assert_str(at(nth(v, 0), "encrypt", "level", NULL), STR("require"));
        assert_str(at(nth(v, 1), "encrypt", "level", NULL), STR("off"));
        assert_str(at(nth(v, 1), "encrypt", "by", "kind"), STR("default"));
        assert_str(at(nth(v, 1), "rule", "id", NULL), STR("R2"));
    }
}

/* What is wished for by default only presets nothing; a trigger locks, and goes from the subject.
 */
static void a_trigger_locks_and_a_default_is_no_wish(void **state)
{
    CLEANUP_JSON json_t *mail = parse(MAIL("[]", ",'triggers':{'encrypt':'[secret]'}",
                                           "Plan [SECRET]  two", "{'encrypt':false}"));
    CLEANUP_JSON json_t *v = preview(mail);
    (void) state;
    assert_true(json_is_null(json_object_get(json_object_get(v, "wished"), "sign")));
    assert_str(at(nth(v, 0), "sign", "level", NULL), STR("on"));
    assert_str(at(v, "locked", "encrypt", "kind"), STR("trigger"));
    assert_true(json_is_true(json_object_get(json_object_get(v, "trigger"), "encrypt")));
    assert_true(json_is_false(json_object_get(json_object_get(v, "trigger"), "sign")));
    assert_str(at(v, "subject", NULL, NULL), STR("Plan two"));
    assert_true(json_is_false(json_object_get(json_object_get(v, "may"), "encrypt")));
    /* a rule is named before the subject, wherever its recipient stands */
    CLEANUP_JSON json_t *both =
        parse(MAIL("[{'id':'R1','priority':1,'from':['*'],'to':['else.test'],'encrypt':'require'}]",
                   ",'triggers':{'encrypt':'[secret]'}", "Plan [SECRET]", "{}"));
    CLEANUP_JSON json_t *w = preview(both);
    assert_str(at(nth(w, 0), "encrypt", "by", "kind"), STR("trigger"));
    assert_str(at(w, "locked", "encrypt", "id"), STR("R1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_each_example_as_the_engine_does),
        cmocka_unit_test(says_who_demands_and_who_wishes),
        cmocka_unit_test(a_trigger_locks_and_a_default_is_no_wish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
