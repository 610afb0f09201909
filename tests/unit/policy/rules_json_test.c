/* Rules as JSON: every mistake with its place, limits, presets, operations. */
#include "policy/rule_ops.h"
#include "tests/unit/policy/policy_json.h"

static rc_t read_text(const char *text, struct rule_document **out, struct err *e)
{
    CLEANUP_JSON json_t *v = parse(text);
    return rules_json_document(v, STR("acme"), NULL, out, e);
}

/* One rule with these further members. */
static void expect_rule_error(const char *members, const char *field, const char *message)
{
    CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
    struct err e = {.code = RC_OK};
    char text[2000];
    snprintf(text, sizeof text,
             "{'rules': [{'id': 'A', 'priority': 1, 'from': ['*'], 'to': ['*']}, "
             "{%s}]}",
             members);
    rc_t rc = read_text(text, &d, &e);
    if (rc == RC_OK) fail_msg("taken: %s", members);
    if (strcmp(e.field, field) != 0) fail_msg("%s is blamed for %s", e.field, members);
    if (!strstr(e.message, message)) fail_msg("%s: \"%s\"", members, e.message);
    assert_null(d);
}

#define GOOD "'id': 'B', 'priority': 1, 'from': ['*'], 'to': ['*']"

static void names_each_mistake_of_a_rule(void **state)
{
    static const struct {
        const char *members, *field, *message;
    } rows[] = {
        {"'priority': 1, 'from': ['*'], 'to': ['*']", "rules[1].id", "a text is expected"},
        {"'id': '', 'priority': 1, 'from': ['*'], 'to': ['*']", "rules[1].id", "empty"},
        {"'id': 'A', 'priority': 1, 'from': ['*'], 'to': ['*']", "rules[1].id", "another rule"},
        {"'id': 7, 'priority': 1, 'from': ['*'], 'to': ['*']", "rules[1].id", "a text"},
        {"'id': 'B', 'from': ['*'], 'to': ['*']", "rules[1].priority", "a number"},
        {"'id': 'B', 'priority': 0, 'from': ['*'], 'to': ['*']", "rules[1].priority", "from 1 to"},
        {"'id': 'B', 'priority': 1.5, 'from': ['*'], 'to': ['*']", "rules[1].priority", "whole"},
        {"'id': 'B', 'priority': '1', 'from': ['*'], 'to': ['*']", "rules[1].priority", "whole"},
        {"'id': 'B', 'priority': 1, 'to': ['*']", "rules[1].from", "a list is expected"},
        {"'id': 'B', 'priority': 1, 'from': ['*'], 'to': '*'", "rules[1].to", "a list"},
        {"'id': 'B', 'priority': 1, 'from': [1], 'to': ['*']", "rules[1].from[0]", "a text"},
        {GOOD ", 'exclude_form': []", "rules[1].exclude_form", "no such field"},
        {GOOD ", 'enabled': 'yes'", "rules[1].enabled", "true or false"},
        {GOOD ", 'bidirectional': 1", "rules[1].bidirectional", "true or false"},
        {GOOD ", 'created': 'now'", "rules[1].created", "whole number"},
        {GOOD ", 'sign': 'always'", "rules[1].sign", "inherit, off, on or require"},
        {GOOD ", 'decrypt': 'require'", "rules[1].decrypt", "always or force"},
        {GOOD ", 'on_partial': 'on'", "rules[1].on_partial", "split or all_or_none"},
        {GOOD ", 'outbound': 'force'", "rules[1].outbound", "preset"},
        {GOOD ", 'inbound': 'enforce'", "rules[1].inbound", "preset"},
        {GOOD ", 'exclude_to': ['@all']", "rules[1].exclude_to[0]", "managed"},
        {GOOD ", 'exclude_to': ['*', 'dataset:']", "rules[1].exclude_to[1]", "A name follows"},
        {GOOD ", 'exclude_to': ['']", "rules[1].exclude_to[0]", "empty"},
        {GOOD ", 'exclude_to': ['*.']", "rules[1].exclude_to[0]", "wildcard"},
        {GOOD ", 'exclude_to': ['*@a.example']", "rules[1].exclude_to[0]", "no wildcards"},
        {GOOD ", 'exclude_to': ['a b.example']", "rules[1].exclude_to[0]", "This is no address"},
        {GOOD ", 'exclude_to': ['a..example']", "rules[1].exclude_to[0]", "This is no address"},
        {GOOD ", 'exclude_to': ['ann@']", "rules[1].exclude_to[0]", "name@domain"},
        {GOOD ", 'filter': []", "rules[1].filter", "an object is expected"},
        {GOOD ", 'filter': {}", "rules[1].filter.field", "a text is expected"},
        {GOOD ", 'filter': {'all': {}}", "rules[1].filter.all", "a list"},
        {GOOD ", 'filter': {'all': [], 'any': []}", "rules[1].filter.any", "no such field"},
        {GOOD ", 'filter': {'all': [{'field': 'subject', 'op': 'like', 'value': 'x'}]}",
         "rules[1].filter.all[0].op", "contains_word_of is expected"},
        {GOOD ", 'filter': {'any': [{'not': {'field': 'body', 'op': 'equals', 'value': ''}}]}",
         "rules[1].filter.any[0].not.field", "header:NAME"},
        {GOOD ", 'filter': {'field': 'header:', 'op': 'equals', 'value': ''}",
         "rules[1].filter.field", "header:NAME"},
        {GOOD ", 'filter': {'field': 'size', 'op': 'contains', 'value': 1}", "rules[1].filter.op",
         "cannot be compared"},
        {GOOD ", 'filter': {'field': 'size', 'op': 'gt', 'value': 'big'}", "rules[1].filter.value",
         "whole number"},
        {GOOD ", 'filter': {'field': 'has_attachment', 'op': 'equals', 'value': 'true'}",
         "rules[1].filter.value", "true or false"},
        {GOOD ", 'filter': {'field': 'subject', 'op': 'gt', 'value': 1}", "rules[1].filter.op",
         "cannot be compared"},
        {GOOD ", 'filter': {'field': 'subject', 'op': 'contains', 'value': ''}",
         "rules[1].filter.value", "empty"},
        {GOOD ", 'filter': {'field': 'to', 'op': 'in_dataset', 'value': ['a']}",
         "rules[1].filter.value", "name of a data set"},
        {GOOD ", 'filter': {'field': 'to', 'op': 'equals', 'value': 'a', 'case': true}",
         "rules[1].filter.case", "no such field"},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_rule_error(rows[i].members, rows[i].field, rows[i].message);
}

static void names_each_mistake_of_a_document(void **state)
{
    static const struct {
        const char *text, *field;
    } rows[] = {
        {"{'rules': {}}", "rules"},
        {"{'rules': [7]}", "rules[0]"},
        {"{'datasets': []}", "datasets"},
        {"{'datasets': {'a': 'b'}}", "datasets.a"},
        {"{'datasets': {'a': ['x', 3]}}", "datasets.a[1]"},
        {"{'datasets': {'a': ['']}}", "datasets.a[0]"},
        {"{'datasets': {'': []}}", "datasets."},
        {"{'defaults': {'signing': 'on'}}", "defaults.signing"},
        {"{'defaults': {'encrypt': 'split'}}", "defaults.encrypt"},
        {"{'triggers': {'encrypt': 7}}", "triggers.encrypt"},
        {"{'triggers': {'decrypt': 'x'}}", "triggers.decrypt"},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
        struct err e = {.code = RC_OK};
        assert_int_not_equal(read_text(rows[i].text, &d, &e), RC_OK);
        assert_string_equal(e.field, rows[i].field);
        assert_null(d);
    }
}

/* n of the same in a list. */
static json_t *many(size_t n, const char *one)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, parse(one));
    return list;
}

static rc_t read_rules(json_t *rules, struct rule_document **out, struct err *e)
{
    CLEANUP_JSON json_t *v = json_pack("{s:o}", "rules", rules);
    return rules_json_document(v, STR("acme"), NULL, out, e);
}

static void has_limits(void **state)
{
    CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
    struct err e = {.code = RC_OK};
    (void) state;
    assert_int_equal(read_rules(many(RULES_MAX + 1, "{}"), &d, &e), RC_TOO_LARGE);
    assert_string_equal(e.field, "rules");

    json_t *rule = parse("{" GOOD "}");
    json_object_set_new(rule, "from", json_array());
    for (int i = 0; i <= RULE_SELECTORS_MAX; i++)
        json_array_append_new(json_object_get(rule, "from"), json_string("*"));
    assert_int_equal(read_rules(json_pack("[o]", rule), &d, &e), RC_TOO_LARGE);
    assert_string_equal(e.field, "rules[0].from");

    json_t *filter = parse("{'field': 'size', 'op': 'gt', 'value': 1}");
    for (int i = 0; i < RULE_FILTER_DEPTH_MAX - 1; i++)
        filter = json_pack("{s:o}", "not", filter);
    rule = parse("{" GOOD "}");
    json_object_set(rule, "filter", filter);
    assert_int_equal(read_rules(json_pack("[O]", rule), &d, &e), RC_OK);
    rule_document_free(d);
    d = NULL;
    json_object_set_new(rule, "filter", json_pack("{s:o}", "not", filter));
    assert_int_equal(read_rules(json_pack("[o]", rule), &d, &e), RC_TOO_LARGE);

    rule = parse("{" GOOD "}");
    json_object_set_new(rule, "filter",
                        json_pack("{s:[o,o]}", "any",
                                  json_pack("{s:o}", "all",
                                            many(60, "{'field': 'size', "
                                                     "'op': 'gt', 'value': 1}")),
                                  json_pack("{s:o}", "all",
                                            many(60, "{'field': 'size', "
                                                     "'op': 'gt', 'value': 1}"))));
    assert_int_equal(read_rules(json_pack("[o]", rule), &d, &e), RC_TOO_LARGE);
    assert_null(d);
}

/* A message that names a place stays readable, however long and strange the place is. */
static void blames_no_raw_bytes(void **state)
{
    CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
    CLEANUP_JSON json_t *defaults = json_object(), *v = json_pack("{s:O}", "defaults", defaults);
    struct err e = {.code = RC_OK};
    char key[600];
    (void) state;
    memset(key, 'k', sizeof key);
    key[sizeof key - 1] = '\0';
    memcpy(key, "\x1b[31m\n\xc3\xbc", 8);
    json_object_set_new(defaults, key, json_null());
    assert_int_equal(rules_json_document(v, STR("acme"), NULL, &d, &e), RC_INVALID);
    assert_true(str_is_clean(str_c(e.message)) && str_is_utf8(str_c(e.message)));
    assert_non_null(strstr(e.message, "there is no such field"));
    assert_true(str_starts(str_c(e.field), STR("defaults.?[31m?")));
}

static void resolves_presets(void **state)
{
    static const struct {
        const char *members;
        uint8_t level[RULE_FIELD_COUNT];
    } rows[] = {
        {"'sign': null", {0, 0, 0, 0, 0}},
        {"'outbound': 'not_defined', 'inbound': 'not_defined'", {0, 0, 0, 0, 0}},
        {"'outbound': 'none'", {LEVEL_OFF, LEVEL_OFF, 0, 0, 0}},
        {"'outbound': 'sign_only'", {LEVEL_ON, LEVEL_OFF, 0, 0, 0}},
        {"'outbound': 'optional'", {LEVEL_ON, LEVEL_ON, 0, 0, 0}},
        {"'outbound': 'enforce'", {LEVEL_REQUIRE, LEVEL_REQUIRE, 0, 0, 0}},
        {"'inbound': 'do_not_decrypt'", {0, 0, LEVEL_OFF, 0, 0}},
        {"'inbound': 'optional'", {0, 0, LEVEL_ON, 0, 0}},
        {"'inbound': 'always'", {0, 0, LEVEL_ALWAYS, 0, 0}},
        {"'inbound': 'force', 'validate': 'require'", {0, 0, LEVEL_FORCE, LEVEL_REQUIRE, 0}},
        /* an explicit field wins, whatever it says */
        {"'outbound': 'enforce', 'sign': 'off'", {LEVEL_OFF, LEVEL_REQUIRE, 0, 0, 0}},
        {"'outbound': 'enforce', 'encrypt': 'inherit'", {LEVEL_REQUIRE, 0, 0, 0, 0}},
        {"'inbound': 'force', 'decrypt': 'on'", {0, 0, LEVEL_ON, 0, 0}},
        {"'on_partial': 'all_or_none'", {0, 0, 0, 0, LEVEL_ALL_OR_NONE}},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
        struct err e = {.code = RC_OK};
        char text[400];
        snprintf(text, sizeof text, "{'rules': [{" GOOD ", %s}]}", rows[i].members);
        if (read_text(text, &d, &e) != RC_OK) fail_msg("%s", e.message);
        if (memcmp(d->rules[0].level, rows[i].level, RULE_FIELD_COUNT) != 0)
            fail_msg("%s is read wrongly", rows[i].members);
    }
}

/* --- operations --------------------------------------------------------------------------------
 */

#define THREE                                                                                      \
    "{'rules': [{'id': 'A', 'priority': 1, 'created': 5, 'from': ['*'], 'to': ['*']},"             \
    "{'id': 'B', 'priority': 2, 'created': 9, 'from': ['*'], 'to': ['*']},"                        \
    "{'id': 'C', 'priority': 2, 'created': 7, 'from': ['*'], 'to': ['*'], 'enabled': false}]}"
#define NEW(more) "{'op': 'create', 'rule': {'id': 'N', 'from': ['*'], 'to': ['*']" more "}}"

/* "A2 B3 C3 N1": ids and priorities in the order of the document; a dash: off. */
static str_t describe(const struct rule_document *d, struct arena *a)
{
    str_t all = STR("");
    for (size_t i = 0; i < d->rule_count; i++)
        all = arena_printf(a, "%.*s%s%.*s%u%s", STR_ARG(all), i ? " " : "", STR_ARG(d->rules[i].id),
                           d->rules[i].priority, d->rules[i].enabled ? "" : "-");
    return all;
}

static void applies_operations(void **state)
{
    static const struct {
        const char *ops, *after;
    } rows[] = {
        {"", "A1 B2 C2-"},
        {NEW(""), "A2 B3 C3- N1"},
        {NEW(", 'priority': 2"), "A1 B2 C2- N2"},
        {"{'op': 'move', 'id': 'A', 'priority': 2}", "A2 B2 C2-"},
        {"{'op': 'move', 'id': 'C', 'priority': 'top'}", "A2 B3 C1-"},
        {"{'op': 'move', 'id': 'A', 'priority': 'top'}", "A1 B3 C3-"},
        {"{'op': 'delete', 'id': 'A'}", "B2 C2-"},
        {"{'op': 'delete', 'id': 'C'}, " NEW(""), "A2 B3 N1"},
        {"{'op': 'enable', 'id': 'C', 'value': true}", "A1 B2 C2"},
        {"{'op': 'enable', 'id': 'A', 'value': false}", "A1- B2 C2-"},
        {NEW("") ", {'op': 'delete', 'id': 'N'}", "A2 B3 C3-"},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
        struct err e = {.code = RC_OK};
        char text[1000];
        snprintf(text, sizeof text, "{'ops': [%s]}", rows[i].ops);
        CLEANUP_JSON json_t *v = parse(text);
        assert_int_equal(read_text(THREE, &d, &e), RC_OK);
        if (rule_ops_apply(d, json_object_get(v, "ops"), NULL, &e) != RC_OK)
            fail_msg("%s: %s", rows[i].ops, e.message);
        assert_str(describe(d, d->a), str_c(rows[i].after));
    }
}

static void a_new_rule_is_the_newest(void **state)
{
    CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
    CLEANUP_JSON json_t *v = parse("{'ops': [" NEW(", 'created': 3") "]}");
    struct err e = {.code = RC_OK};
    (void) state;
    assert_int_equal(read_text(THREE, &d, &e), RC_OK);
    assert_int_equal(rule_ops_apply(d, json_object_get(v, "ops"), NULL, &e), RC_OK);
    assert_int_equal(d->rules[3].created, 10);
}

static void refuses_operations(void **state)
{
    static const struct {
        const char *op, *field;
        rc_t rc;
    } rows[] = {
        {"{'op': 'rename', 'id': 'A'}", "[0].op", RC_INVALID},
        {"{'id': 'A'}", "[0].op", RC_INVALID},
        {"{'op': 'delete', 'id': 'X'}", "[0].id", RC_NOT_FOUND},
        {"{'op': 'delete', 'id': 'A', 'priority': 1}", "[0].priority", RC_INVALID},
        {"{'op': 'move', 'id': 'X', 'priority': 1}", "[0].id", RC_NOT_FOUND},
        {"{'op': 'move', 'id': 'A'}", "[0].priority", RC_INVALID},
        {"{'op': 'move', 'id': 'A', 'priority': 'bottom'}", "[0].priority", RC_INVALID},
        {"{'op': 'move', 'id': 'A', 'priority': 0}", "[0].priority", RC_INVALID},
        {"{'op': 'enable', 'id': 'A'}", "[0].value", RC_INVALID},
        {"{'op': 'enable', 'id': 'A', 'value': 'no'}", "[0].value", RC_INVALID},
        {"{'op': 'create'}", "[0].rule", RC_INVALID},
        {"{'op': 'create', 'rule': {'id': 'A', 'from': ['*'], 'to': ['*']}}", "[0].rule.id",
         RC_CONFLICT},
        {"{'op': 'create', 'rule': {'id': 'N', 'from': ['*']}}", "[0].rule.to", RC_INVALID},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
        struct err e = {.code = RC_OK};
        char text[400];
        snprintf(text, sizeof text, "{'ops': [%s]}", rows[i].op);
        CLEANUP_JSON json_t *v = parse(text);
        assert_int_equal(read_text(THREE, &d, &e), RC_OK);
        if (rule_ops_apply(d, json_object_get(v, "ops"), NULL, &e) != rows[i].rc)
            fail_msg("%s: %s", rows[i].op, e.message);
        assert_string_equal(e.field, rows[i].field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_each_mistake_of_a_rule),
        cmocka_unit_test(names_each_mistake_of_a_document),
        cmocka_unit_test(has_limits),
        cmocka_unit_test(blames_no_raw_bytes),
        cmocka_unit_test(resolves_presets),
        cmocka_unit_test(applies_operations),
        cmocka_unit_test(a_new_rule_is_the_newest),
        cmocka_unit_test(refuses_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
