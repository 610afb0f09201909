/* Rule documents of organisations: kept whole or refused with the place of the mistake, two who
 * write at once. */
#include "policy/rules_store.h"

#include "tests/unit/policy/world.h"

static rc_t put(struct world *w, const char *organisation, const char *text, int64_t seen,
                int64_t *version, json_t **conflict, struct err *e)
{
    json_t *v = world_json(text);
    rc_t rc = rules_store_put(&w->r, &w->by, str_c(organisation), v, seen, version, conflict, e);
    json_decref(v);
    return rc;
}

#define RULE(id, priority)                                                                         \
    "{\"id\":\"" id "\",\"priority\":" priority ",\"from\":[\"*\"],\"to\":[\"*\"]}"

static void a_document_is_kept_and_counted(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    int64_t version = -1;
    json_t *document = NULL, *conflict = NULL;
    world_acme(w, 1);
    assert_int_equal(rules_store_get(&w->r, STR("north"), &document, &e), RC_OK);
    assert_int_equal(json_integer_value(json_object_get(document, "version")), 0);
    json_decref(document);
    assert_int_equal(
        put(w, "north", "{\"rules\":[" RULE("a", "1") "]}", 0, &version, &conflict, &e), RC_OK);
    assert_int_equal(version, 1);
    long long before = world_version(w);
    assert_int_equal(
        put(w, "north", "{\"rules\":[" RULE("a", "1") "]}", 1, &version, &conflict, &e), RC_OK);
    assert_int_equal(version, 1); /* nothing new */
    assert_int_equal(world_version(w), before);
    assert_int_equal(put(w, "north", "{\"rules\":[" RULE("b", "2") "," RULE("a", "1") "]}", 1,
                         &version, &conflict, &e),
                     RC_OK);
    assert_int_equal(version, 2);
    assert_int_equal(put(w, "north",
                         "{\"rules\":[" RULE("b", "2") "," RULE(
                             "a\",\"note\":\"Zo\u00eb\\n\\tsays\",\"name\":\"\u00c2", "1") "]}",
                         2, &version, &conflict, &e),
                     RC_OK); /* a note has lines */
    assert_int_equal(rules_store_get(&w->r, STR("north"), &document, &e), RC_OK);
    assert_int_equal(json_array_size(json_object_get(document, "rules")), 2);
    json_decref(document);
    assert_int_equal(rules_store_get(&w->r, STR("west"), &document, &e), RC_NOT_FOUND);
    assert_int_equal(put(w, "west", "{}", 0, &version, &conflict, &e), RC_NOT_FOUND);
    struct kv_value v;
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("GET"), STR("t:o:ver:north")), RC_OK);
    assert_int_equal(v.type, KV_STR); /* who compiled the old ones notices */
    assert_null(conflict);
}

static void mistakes_are_named_and_change_nothing(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *text, *place;
    } cases[] = {
        {"{\"rules\":[{\"id\":\"a\",\"priority\":1,\"from\":[\"*\"],\"to\":[\"*\"],\"encript\":"
         "\"on\"}]}",
         "rules[0].encript"},
        {"{\"rules\":[{\"id\":\"a\",\"priority\":0,\"from\":[\"*\"],\"to\":[\"*\"]}]}",
         "rules[0].priority"},
        {"{\"rules\":[" RULE("a", "1") "," RULE("a", "2") "]}", "rules[1]"},
        {"{\"rules\":{}}", "rules"},
        {"{\"rulez\":[]}", "rulez"},
        {"{\"version\":-1}", "version"},
        {"{\"defaults\":{\"sign\":\"maybe\"}}", "defaults.sign"},
        {"{\"rules\":[" RULE("\\u001b[2J", "1") "]}", "rules[0].id"},
        {"{\"rules\":[" RULE("a", "1") "," RULE("\\u009b2J", "1") "]}", "rules[1].id"},
        {"{\"rules\":[" RULE("a\",\"name\":\"x\\n", "1") "]}", "rules[0].name"},
        {"{\"rules\":[" RULE("a\",\"note\":\"x\\u007f", "1") "]}", "rules[0].note"},
    };
    world_acme(w, 1);
    long long before = world_version(w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        int64_t version;
        json_t *conflict = NULL;
        rc_t rc = put(w, "north", cases[i].text, 0, &version, &conflict, &e);
        if (rc != RC_INVALID || strncmp(e.field, cases[i].place, strlen(cases[i].place)) != 0)
            fail_msg("%s: %d [%s] %s", cases[i].text, rc, e.field, e.message);
    }
    assert_int_equal(world_version(w), before);
}

static void the_second_writer_sees_which_rules_changed(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    int64_t version;
    json_t *conflict = NULL;
    world_acme(w, 1);
    assert_int_equal(put(w, "north", "{\"rules\":[" RULE("a", "1") "," RULE("b", "2") "]}", 0,
                         &version, &conflict, &e),
                     RC_OK);
    w->by.who = STR("first");
    assert_int_equal(
        put(w, "north",
            "{\"rules\":[" RULE("a", "5") "," RULE("c", "2") "],\"defaults\":{\"sign\":\"off\"}}",
            1, &version, &conflict, &e),
        RC_OK);
    w->by.who = STR("second");
    assert_int_equal(put(w, "north", "{\"rules\":[]}", 1, &version, &conflict, &e), RC_CONFLICT);
    assert_non_null(conflict);
    assert_str(record_text(conflict, "who"), STR("first"));
    static const char *const fields[] = {"rules.a", "rules.b", "rules.c", "defaults"};
    const json_t *changes = json_object_get(conflict, "changes");
    assert_int_equal(json_array_size(changes), 4);
    for (size_t i = 0; i < 4; i++)
        assert_str(record_text(json_array_get(changes, i), "field"), str_c(fields[i]));
    assert_true(json_is_null(json_object_get(json_array_get(changes, 1), "after")));
    assert_true(json_is_null(json_object_get(json_array_get(changes, 2), "before")));
    json_decref(conflict);
    conflict = NULL;
    /* whoever saw none does not write over the first one's */
    assert_int_equal(put(w, "north", "{\"rules\":[]}", RULES_STORE_NONE, &version, &conflict, &e),
                     RC_CONFLICT);
    assert_int_equal(json_array_size(json_object_get(conflict, "changes")), 3); /* a, c, defaults */
    json_decref(conflict);
    assert_int_equal(put(w, "south", "{\"rules\":[]}", RULES_STORE_NONE, &version, &conflict, &e),
                     RC_OK);
}

/* The audit keeps what differs, not the document twice, and tells the sum of several changes. */
static void the_audit_keeps_what_differs(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    int64_t version;
    json_t *conflict = NULL, *rows = NULL;
    CLEANUP_BUF struct buf many = BUF_INIT(64 << 10);
    struct audit_filter f = {.organisation = STR("north"), .what = STR("rules north"), .count = 1};
    world_acme(w, 1);
    static const char *const steps[] = {
        "{\"rules\":[" RULE("a", "1") "," RULE("b", "2") "," RULE("c", "9") "]}",
        "{\"rules\":[" RULE("a", "3") "," RULE("b", "2") "," RULE("c", "9") "]}",
        "{\"rules\":[" RULE("a", "4") "," RULE("b", "5") "," RULE("c", "9") "]}",
        "{\"rules\":[" RULE("a", "4") "," RULE("b", "2") "," RULE("c", "9") "]}"};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        assert_int_equal(put(w, "north", steps[i], 0, &version, &conflict, &e), RC_OK);
    assert_int_equal(audit_list(&w->r, &f, &rows, &e), RC_OK);
    const json_t *after = json_object_get(json_array_get(rows, 0), "after");
    assert_int_equal(json_object_size(after), 3); /* version, count, rules.b */
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(after, "rules.b"), "priority")), 2);
    json_decref(rows);
    assert_int_equal(put(w, "north", "{\"rules\":[]}", 1, &version, &conflict, &e), RC_CONFLICT);
    const json_t *changes = json_object_get(conflict, "changes"), *a = json_array_get(changes, 0);
    assert_int_equal(json_array_size(changes), 1); /* b is again what it was */
    assert_str(record_text(a, "field"), STR("rules.a"));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(a, "before"), "priority")),
                     1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(a, "after"), "priority")),
                     4);
    json_decref(conflict);
    conflict = NULL;
    for (int i = 0; i < 300; i++)
        assert_true(buf_printf(&many,
                               "%s{\"id\":\"r%d\",\"priority\":%d,\"from\":[\"*\"],"
                               "\"to\":[\"*\"]}",
                               i ? "," : "{\"rules\":[", i, i + 1));
    assert_true(buf_str(&many, STR("]}")));
    const char *text = arena_cstr(w->a, buf_view(&many));
    assert_int_equal(put(w, "north", text, 0, &version, &conflict, &e), RC_OK);
    assert_int_equal(audit_list(&w->r, &f, &rows, &e), RC_OK);
    after = json_object_get(json_array_get(rows, 0), "after");
    assert_int_equal(json_integer_value(json_object_get(after, "count")), 300);
    assert_true(json_is_true(json_object_get(after, AUDIT_LEFT_OUT)));
    assert_int_equal(json_object_size(after), 3);
    json_decref(rows);
    assert_int_equal(put(w, "north", "{\"rules\":[]}", 4, &version, &conflict, &e), RC_CONFLICT);
    assert_true(json_is_null(json_object_get(conflict, "changes")));
    json_decref(conflict);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_document_is_kept_and_counted),
        T(mistakes_are_named_and_change_nothing),
        T(the_second_writer_sees_which_rules_changed),
        T(the_audit_keeps_what_differs),
    };
    return cmocka_run_group_tests_name("rules_store", tests, NULL, NULL);
}
