/* Warnings about rules, each beside the nearest rule that deserves none. */
#include "policy/warnings.h"

#include "tests/unit/policy/policy_json.h"

#define ALL "'from': ['*'], 'to': ['*']"
#define ORG                                                                                        \
    "'id': 'acme', 'domains': ['acme.example', 'eu.acme.example'], 'smime': 'enabled', "           \
    "'datasets': {'none': [], 'some': ['pat@partner.example', 'partner.example'], "                \
    "'ours': ['ann@acme.example']}"

/* "A:hidden(B) C:cannot_sign[1/2 ann@acme.example]" */
static str_t find(const char *rules, const char *more, struct arena *a)
{
    struct example x;
    struct rule_warnings w;
    struct err e = {.code = RC_OK};
    char text[4000];
    str_t all = STR("");
    snprintf(text, sizeof text, "{'orgs': [{" ORG ", 'rules': [%s]%s}], 'message': {'from': ''}}",
             rules, more);
    CLEANUP_JSON json_t *v = parse(text);
    if (example_read(v, NULL, a, NULL, &x, &e) != RC_OK) fail_msg("%s: %s", rules, e.message);
    assert_int_equal(rule_warnings_find(&x.in.orgs[0], a, &w, &e), RC_OK);
    assert_true(w.complete);
    const struct rule_document *d = ruleset_document(x.in.orgs[0].rules);
    for (size_t i = 0; i < w.count; i++) {
        const struct rule_warning *k = &w.list[i];
        all = arena_printf(a, "%.*s%s%.*s:%.*s", STR_ARG(all), i ? " " : "",
                           STR_ARG(d->rules[k->rule].id), STR_ARG(rule_warning_word(k->kind)));
        if (k->by >= 0)
            all = arena_printf(a, "%.*s(%.*s)", STR_ARG(all), STR_ARG(d->rules[k->by].id));
        if (k->count)
            all = arena_printf(a, "%.*s[%zu/%zu %.*s]", STR_ARG(all), k->count, k->of,
                               STR_ARG(k->account));
    }
    example_free(&x);
    return all;
}

struct row {
    const char *rules, *want, *more;
};
static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena *a = arena_new(1 << 22);
        str_t got = find(rows[i].rules, rows[i].more ? rows[i].more : "", a);
        if (!str_eq(got, str_c(rows[i].want)))
            fail_msg("\"%.*s\" is not \"%s\" for %s", STR_ARG(got), rows[i].want, rows[i].rules);
        arena_free(a);
    }
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

#define R(id, priority, rest) "{'id': '" id "', 'priority': " priority ", " rest "}"

static void never_fires(void **state)
{
    static const struct row rows[] = {
        {R("A", "1", ALL ", 'sign': 'on'"), ""},
        {R("A", "1", ALL ", 'sign': 'on', 'enabled': false"), "A:disabled"},
        {R("A", "1", ALL), "A:sets_nothing"},
        {R("A", "1", ALL ", 'on_partial': 'split'"), "A:sets_nothing"},
        {R("A", "1", ALL ", 'outbound': 'not_defined', 'validate': 'off'"), ""},
        {R("A", "1", "'from': [], 'to': ['*'], 'sign': 'on'"), "A:matches_nobody"},
        {R("A", "1", "'from': ['*'], 'to': ['dataset:none'], 'sign': 'on'"), "A:dataset_empty"},
        {R("A", "1", "'from': ['*'], 'to': ['dataset:gone'], 'sign': 'on'"), "A:dataset_missing"},
        {R("A", "1", "'from': ['*'], 'to': ['dataset:gone', 'dataset:none'], 'sign': 'on'"),
         "A:dataset_empty"},
        {R("A", "1", "'from': ['*'], 'to': ['dataset:gone', '@external'], 'sign': 'on'"), ""},
        /* exclusions */
        {R("A", "1", ALL ", 'exclude_to': ['*'], 'sign': 'on'"), "A:all_excluded"},
        {R("A", "1",
           "'from': ['*'], 'to': ['a@b.example', 'c.b.example'], 'exclude_to': "
           "['b.example', '*.b.example'], 'sign': 'on'"),
         "A:all_excluded"},
        {R("A", "1",
           "'from': ['*'], 'to': ['a@b.example', 'b.example'], 'exclude_to': "
           "['*.b.example', 'a@b.example'], 'sign': 'on'"),
         ""},
        {R("A", "1",
           "'from': ['*'], 'to': ['dataset:some'], 'exclude_to': ['partner.example'], "
           "'sign': 'on'"),
         "A:all_excluded"},
        {R("A", "1",
           "'from': ['*'], 'to': ['*'], 'exclude_to': ['@managed', '@external'], "
           "'sign': 'on'"),
         ""}, /* true, and not found: nothing false is said */
        /* filters */
        {R("A", "1", ALL ", 'sign': 'on', 'filter': {'any': []}"), "A:filter_never"},
        {R("A", "1", ALL ", 'sign': 'on', 'filter': {'all': []}"), ""},
        {R("A", "1", ALL ", 'sign': 'on', 'filter': {'field': 'size', 'op': 'lt', 'value': 0}"),
         "A:filter_never"},
        {R("A", "1", ALL ", 'sign': 'on', 'filter': {'field': 'size', 'op': 'lt', 'value': 1}"),
         ""},
        {R("A", "1",
           ALL ", 'sign': 'on', 'filter': {'all': [{'field': 'size', 'op': 'gt', "
               "'value': 5}, {'field': 'to', 'op': 'in_dataset', 'value': 'gone'}]}"),
         "A:filter_never"},
        {R("A", "1",
           ALL ", 'sign': 'on', 'filter': {'not': {'field': 'to', 'op': 'in_dataset', "
               "'value': 'gone'}}"),
         ""},
        {R("A", "1",
           ALL ", 'sign': 'on', 'filter': {'not': {'field': 'size', 'op': 'gt', 'value': "
               "-1}}"),
         "A:filter_never"},
        /* directions */
        {R("A", "1", "'from': ['@external'], 'to': ['*'], 'outbound': 'enforce'"), "A:wrong_way"},
        {R("A", "1",
           "'from': ['@external'], 'to': ['*'], 'outbound': 'enforce', "
           "'bidirectional': true"),
         ""},
        {R("A", "1",
           "'from': ['@external'], 'to': ['@external'], 'outbound': 'enforce', "
           "'bidirectional': true"),
         "A:wrong_way"},
        {R("A", "1", "'from': ['@external'], 'to': ['*'], 'outbound': 'enforce', 'validate': 'on'"),
         ""},
        {R("A", "1", "'from': ['@managed'], 'to': ['dataset:some'], 'inbound': 'force'"),
         "A:wrong_way"},
        {R("A", "1", "'from': ['@external'], 'to': ['dataset:ours'], 'inbound': 'force'"), ""},
        {R("A", "1", "'from': ['*.example'], 'to': ['*'], 'outbound': 'enforce'"), ""},
        {R("A", "1", "'from': ['*.other.example'], 'to': ['*'], 'outbound': 'enforce'"),
         "A:wrong_way"},
        /* a forged sender of ours comes inbound: this may fire */
        {R("A", "1", "'from': ['@managed'], 'to': ['@managed'], 'validate': 'require'"), ""},
    };
    (void) state;
    CHECK(rows);
}

#define NARROW "'from': ['ann@acme.example'], 'to': ['partner.example']"
static void hidden(void **state)
{
    static const struct row rows[] = {
        {R("A", "1", ALL ", 'outbound': 'none'") "," R("B", "2", NARROW ", 'sign': 'on'"),
         "B:hidden(A)"},
        /* it gives what the other leaves open */
        {R("A", "1", ALL ", 'sign': 'on'") "," R("B", "2", NARROW ", 'encrypt': 'on'"), ""},
        {R("A", "1", ALL ", 'sign': 'on'") "," R("B", "2",
                                                 NARROW ", 'sign': 'on', 'on_partial': "
                                                        "'all_or_none'"),
         ""},
        /* the more specific one of one priority wins */
        {R("A", "1", ALL ", 'outbound': 'none'") "," R("B", "1", NARROW ", 'sign': 'on'"), ""},
        /* what does not always match hides nothing */
        {R("A", "1", ALL ", 'outbound': 'none', 'enabled': false") "," R("B", "2",
                                                                         NARROW ", 'sign': 'on'"),
         "A:disabled"},
        {R("A", "1",
           ALL
           ", 'sign': 'on', 'filter': {'field': 'size', 'op': 'gt', 'value': 1}") "," R("B", "2",
                                                                                        NARROW
                                                                                        ", 'sign': "
                                                                                        "'on'"),
         ""},
        {R("A", "1",
           ALL
           ", 'sign': 'on', 'filter': {'field': 'size', 'op': 'gt', 'value': 1}") "," R("B", "2",
                                                                                        NARROW
                                                                                        ", 'sign': "
                                                                                        "'on', "
                                                                                        "'filter': "
                                                                                        "{'field': "
                                                                                        "'size', "
                                                                                        "'op': "
                                                                                        "'gt', "
                                                                                        "'value': "
                                                                                        "1}"),
         "B:hidden(A)"},
        {R("A", "1", ALL ", 'exclude_to': ['pat@partner.example'], 'sign': 'on'") "," R(
             "B", "2", NARROW ", 'sign': 'on'"),
         ""},
        {R("A", "1", ALL ", 'exclude_to': ['pat@other.example', '@managed'], 'sign': 'on'") "," R(
             "B", "2", NARROW ", 'sign': 'on'"),
         "B:hidden(A)"},
        {R("A", "1", ALL ", 'exclude_to': ['pat@partner.example'], 'sign': 'on'") "," R(
             "B", "2", NARROW ", 'exclude_to': ['pat@partner.example'], 'sign': 'on'"),
         "B:hidden(A)"},
        /* both ways */
        {R("A", "1", NARROW ", 'sign': 'on', 'validate': 'on'") "," R(
             "B", "2", NARROW ", 'sign': 'on', 'bidirectional': true"),
         ""},
        {R("A", "1", NARROW ", 'sign': 'on', 'bidirectional': true") "," R(
             "B", "2",
             "'from': ['partner.example'], 'to': ['ann@acme.example'], 'sign': 'on', "
             "'bidirectional': true"),
         "B:hidden(A)"},
        {R("A", "1", "'from': ['@managed', '@external'], 'to': ['*'], 'sign': 'on'") "," R(
             "B", "2",
             "'from': ['acme.example', '*.acme.example'], 'to': ['*.eu.partner.example'], "
             "'sign': 'on'"),
         ""}, /* *.acme.example: some are ours, some are not */
        {R("A", "1",
           "'from': ['*.example'], 'to': ['dataset:some', '*.partner.example'], "
           "'sign': 'on'") "," R("B", "2",
                                 "'from': ['@managed'], 'to': ['quin@partner.example', "
                                 "'*.eu.partner.example'], "
                                 "'sign': 'on'"),
         "B:hidden(A)"},
        /* twice the same: the newer one wins */
        {"{'id': 'A', 'priority': 3, 'created': 4, " NARROW ", 'sign': 'on'},"
         "{'id': 'B', 'priority': 3, 'created': 5, " NARROW ", 'sign': 'off'}",
         "A:hidden(B)"},
    };
    (void) state;
    CHECK(rows);
}

#define PEOPLE                                                                                     \
    ", 'accounts': [{'address': 'ann@acme.example', 'licence': 'active'}, {'address': "            \
    "'ben@acme.example', 'licence': 'active'}, {'address': 'cat@eu.acme.example', 'licence': "     \
    "'revoke_pending'}], 'certs': [{'id': '1', 'address': 'ann@acme.example', 'usage': "           \
    "['sign', 'encrypt'], 'key': 'gateway', 'primary': true}, {'id': '2', 'address': "             \
    "'ben@acme.example', 'usage': ['sign', 'encrypt'], 'key': 'user', 'primary': true}, "          \
    "{'id': '3', 'address': 'cat@eu.acme.example', 'usage': ['sign'], 'key': 'gateway', "          \
    "'primary': true}]"
static void accounts(void **state)
{
    static const struct row rows[] = {
        {R("A", "1", ALL ", 'sign': 'on', 'encrypt': 'on', 'decrypt': 'on'"), "", PEOPLE},
        {R("A", "1", ALL ", 'sign': 'require'"),
         "A:cannot_sign[1/3 cat@eu.acme.example] A:browser_signs[1/3 ben@acme.example]", PEOPLE},
        {R("A", "1", "'from': ['ann@acme.example'], 'to': ['*'], 'sign': 'require'"), "", PEOPLE},
        {R("A", "1", ALL ", 'exclude_from': ['@managed'], 'sign': 'require', 'inbound': 'force'"),
         "A:browser_opens[1/3 ben@acme.example]", PEOPLE},
        {R("A", "1", "'from': ['*'], 'to': ['eu.acme.example'], 'inbound': 'always'"), "", PEOPLE},
        {R("A", "1", "'from': ['@managed'], 'to': ['eu.acme.example'], 'encrypt': 'require'"),
         "A:cannot_encrypt[1/1 cat@eu.acme.example]", PEOPLE},
        /* from outside they encrypt themselves */
        {R("A", "1",
           "'from': ['@external'], 'to': ['eu.acme.example'], 'encrypt': 'require', "
           "'validate': 'on'"),
         "", PEOPLE},
        /* both ways, the other way round */
        {R("A", "1",
           "'from': ['@external'], 'to': ['ben@acme.example'], 'bidirectional': true, "
           "'sign': 'require'"),
         "A:browser_signs[1/1 ben@acme.example]", PEOPLE},
        {R("A", "1", ALL ", 'sign': 'require', 'enabled': false"), "A:disabled", PEOPLE},
    };
    (void) state;
    CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_fires),
        cmocka_unit_test(hidden),
        cmocka_unit_test(accounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
