/* Who changed what: written with each change, read over several streams, kept and removed. */
#include "policy/audit.h"

#include "tests/unit/policy/world.h"

static void every_change_is_in_the_audit(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    json_t *rows = NULL;
    world_acme(w, 5);
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"name\":\"Anna\"}");
    struct audit_filter f = {.organisation = STR("north"), .count = 10};
    assert_int_equal(audit_list(&w->r, &f, &rows, &e), RC_OK);
    assert_int_equal(json_array_size(rows), 3); /* organisation, domain, account: newest first */
    const json_t *row = json_array_get(rows, 0);
    assert_str(record_text(row, "what"), STR("account anna@north.test"));
    assert_str(record_text(row, "who"), STR("tester"));
    assert_str(record_text(row, "at"), STR("1972-09-27T00:00:00Z"));
    assert_true(json_is_null(json_object_get(row, "before")));
    assert_str(record_text(json_object_get(row, "after"), "name"), STR("Anna"));
    f.before = arena_str(w->a, record_text(row, "id"));
    json_decref(rows);
    assert_int_equal(audit_list(&w->r, &f, &rows, &e), RC_OK);
    assert_int_equal(json_array_size(rows), 2);
    json_decref(rows);
    f = (struct audit_filter){.what = STR("customer acme"), .count = 1};
    assert_int_equal(audit_list(&w->r, &f, &rows, &e), RC_OK);
    assert_int_equal(json_array_size(rows), 1);
    json_decref(rows);
    f = (struct audit_filter){.before = STR("+ - COUNT"), .count = 1};
    assert_int_equal(audit_list(&w->r, &f, &rows, &e), RC_INVALID);
    f = (struct audit_filter){.count = 0};
    assert_int_equal(audit_list(&w->r, &f, &rows, &e), RC_INVALID);
}

static void add_entry(struct world *w, const char *key, const char *id, const char *organisation,
                      const char *what)
{
    struct kv_value v;
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("XADD"), str_c(key), str_c(id), STR("at"),
                            STR("1970-01-01T00:00:01Z"), STR("who"), STR("x"), STR("organisation"),
                            str_c(organisation), STR("what"), str_c(what)),
                     RC_OK);
}

/* Pages of one over several streams, also where they have the same number: each entry once. */
static void each_organisation_has_an_audit_of_its_own(void **state)
{
    struct world *w = *state;
    struct kv_value v;
    static const char *const all[] = {"5-0@-",     "4-0@", "3-0@north", "3-0@south",
                                      "2-0@south", "1-0@", "1-0@north"};
    add_entry(w, "t:o:audit", "1-0", "north", "role a"); /* of an earlier release */
    add_entry(w, "t:o:audit", "4-0", "south", "role b");
    add_entry(w, "t:o:audit:north", "1-0", "north", "role c");
    add_entry(w, "t:o:audit:north", "3-0", "north", "role d");
    add_entry(w, "t:o:audit:south", "2-0", "south", "role e");
    add_entry(w, "t:o:audit:south", "3-0", "south", "role f");
    add_entry(w, "t:o:audit:-", "5-0", "", "plan g");
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("SADD"), STR("t:o:audits"), STR("south"),
                            STR("-"), STR("north")),
                     RC_OK);
    for (size_t page = 1; page <= 8; page++) {
        struct audit_filter f = {.count = page};
        for (size_t i = 0; i < sizeof all / sizeof *all;) {
            json_t *rows = NULL;
            assert_int_equal(audit_list(&w->r, &f, &rows, NULL), RC_OK);
            assert_true(json_array_size(rows) > 0);
            for (size_t k = 0; k < json_array_size(rows); k++, i++)
                assert_str(record_text(json_array_get(rows, k), "id"), str_c(all[i]));
            f.before = str_c(all[i - 1]);
            json_decref(rows);
        }
    }
    json_t *rows = NULL;
    struct audit_filter north = {.organisation = STR("north"), .count = 10};
    assert_int_equal(audit_list(&w->r, &north, &rows, NULL), RC_OK);
    assert_int_equal(json_array_size(rows), 3);
    json_decref(rows);
}

/* An entry as earlier releases wrote them, with a value of half a megabyte. */
static void add_large(struct world *w, int n)
{
    struct kv_value v;
    struct arena *a = arena_new(2u << 20);
    char *text = arena_alloc(a, 600 << 10);
    assert_non_null(text);
    memset(text, 'x', 600 << 10);
    str_t id = arena_printf(a, "%d-0", n), what = arena_printf(a, "rules %d", n);
    assert_int_equal(KV_CMD(w->kv, a, &v, NULL, STR("XADD"), STR("t:o:audit"), id, STR("at"),
                            STR("1970-01-01T00:00:01Z"), STR("who"), STR("x"), STR("organisation"),
                            STR("north"), STR("what"), what, STR("before"), str_n(text, 600 << 10)),
                     RC_OK);
    arena_free(a);
}

/* 50 of them at once, as of small ones, have no room in what one question may take. */
static void large_entries_are_read_a_few_at_a_time(void **state)
{
    struct world *w = *state;
    struct audit_filter f = {.organisation = STR("north"), .count = 100};
    json_t *rows = NULL;
    struct err e = {0};
    for (int n = 1; n <= 60; n++)
        add_large(w, n);
    rc_t rc = audit_list(&w->r, &f, &rows, &e);
    if (rc != RC_OK) fail_msg("%d %s", rc, e.message);
    assert_int_equal(json_array_size(rows), 60);
    for (int i = 0; i < 60; i++)
        assert_str(record_text(json_array_get(rows, (size_t) i), "what"),
                   arena_printf(w->a, "rules %d", 60 - i));
    json_decref(rows);
}

static size_t entries_of(struct world *w, const char *organisation, bool own)
{
    json_t *rows = NULL;
    struct audit_filter f = {.organisation = str_c(organisation), .own = own, .count = 100};
    assert_int_equal(audit_list(&w->r, &f, &rows, NULL), RC_OK);
    size_t n = json_array_size(rows);
    json_decref(rows);
    return n;
}

/* "ended" of what is kept of the organisation, and how many entries; null: it is not there. */
static str_t kept(struct world *w, const char *organisation, long long *entries)
{
    json_t *rows = NULL;
    str_t ended = STR_NULL;
    *entries = -1;
    assert_int_equal(audit_kept(&w->r, &rows, NULL), RC_OK);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (!str_eq(record_text(row, "organisation"), str_c(organisation))) continue;
        *entries = json_integer_value(json_object_get(row, "entries"));
        ended = arena_str(w->a, record_text(row, "ended"));
    }
    json_decref(rows);
    return ended;
}

static void an_audit_outlives_its_organisation_for_operators_alone(void **state)
{
    struct world *w = *state;
    long long n;
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{}");
    world_must(w, RECORD_ORGANISATION, NULL, "north", "{\"customer\":\"acme\"}");
    add_entry(w, "t:o:audit", "1-0", "north", "role a"); /* of an earlier release */
    assert_int_equal(audit_remove(&w->r, &w->by, STR("north"), NULL), RC_CONFLICT);
    assert_int_equal(entries_of(w, "north", true), 2);
    assert_int_equal(kept(w, "north", &n).n, 0);
    assert_int_equal(n, 1);
    world_must(w, RECORD_ORGANISATION, NULL, "north", NULL);
    assert_int_equal(entries_of(w, "north", false), 3);
    /* Somebody else's of the same name, later: its people see what is theirs. */
    w->by.now += 1;
    world_must(w, RECORD_CUSTOMER, NULL, "other", "{}");
    world_must(w, RECORD_ORGANISATION, NULL, "north", "{\"customer\":\"other\"}");
    assert_int_equal(entries_of(w, "north", true), 1);
    assert_int_equal(entries_of(w, "north", false), 4);
    int64_t since;
    assert_int_equal(audit_own_since(&w->r, STR("north"), &since, NULL), RC_OK);
    assert_int_equal(since, w->by.now);
    assert_int_equal(audit_own_since(&w->r, STR("south"), &since, NULL), RC_OK);
    assert_int_equal(since, 0);
    assert_str(kept(w, "north", &n), STR("1972-09-27T00:00:00Z"));
    struct audit_filter behind = {
        .organisation = STR("north"), .own = true, .before = STR("2-0@north"), .count = 10};
    json_t *rows = NULL;
    assert_int_equal(audit_list(&w->r, &behind, &rows, NULL), RC_OK);
    assert_int_equal(json_array_size(rows), 0); /* nor by going on behind another entry */
    json_decref(rows);
    /* Gone again, and the operator clears up; what was there stays closed. */
    world_must(w, RECORD_ORGANISATION, NULL, "north", NULL);
    assert_int_equal(audit_remove(&w->r, &w->by, STR("north"), NULL), RC_OK);
    assert_int_equal(audit_remove(&w->r, &w->by, STR("north"), NULL), RC_NOT_FOUND);
    kept(w, "north", &n);
    assert_int_equal(n, -1);
    assert_int_equal(entries_of(w, "north", true), 0);
    struct audit_filter said = {.what = STR("audit north"), .count = 1};
    assert_int_equal(audit_list(&w->r, &said, &rows, NULL), RC_OK);
    assert_int_equal(json_array_size(rows), 1);
    json_decref(rows);
}

/* What is no certificate is told by its size; the entry that was read is not touched. */
static void bytes_are_told_by_what_they_are(void **state)
{
    (void) state;
    json_t *value =
        world_json("{\"der\":\"AAAA\",\"issuers\":\"AA BB\",\"csr\":\"ABCDEFGH\",\"key\":\"k\"}");
    json_t *kept = json_deep_copy(value), *entries = world_json("[{\"before\":null}]");
    json_object_set(json_array_get(entries, 0), "after", value);
    audit_explain(entries);
    json_t *want = world_json("{\"issuers\":2,\"csr\":{\"left_out\":8},\"key\":\"k\","
                              "\"der\":{\"left_out\":4}}");
    assert_true(json_equal(json_object_get(json_array_get(entries, 0), "after"), want));
    assert_true(json_is_null(json_object_get(json_array_get(entries, 0), "before")));
    assert_true(json_equal(value, kept));
    json_decref(value);
    json_decref(kept);
    json_decref(entries);
    json_decref(want);
}

static void what_differs_is_told_once(void **state)
{
    (void) state;
    json_t *before = world_json("{\"name\":\"A\",\"plan\":null,\"gone\":1,\"version\":1}");
    json_t *after = world_json("{\"name\":\"B\",\"plan\":null,\"made\":true,\"version\":2}");
    json_t *got = audit_difference(before, after);
    json_t *want = world_json("[{\"field\":\"name\",\"before\":\"A\",\"after\":\"B\"},"
                              "{\"field\":\"made\",\"before\":null,\"after\":true},"
                              "{\"field\":\"gone\",\"before\":1,\"after\":null}]");
    assert_true(json_equal(got, want));
    json_decref(got);
    json_decref(want);
    got = audit_difference(NULL, after);
    assert_int_equal(json_array_size(got), 2);
    json_decref(got);
    got = audit_difference(before, before);
    assert_int_equal(json_array_size(got), 0);
    json_decref(got);
    json_decref(before);
    json_decref(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(every_change_is_in_the_audit),
        WORLD_TEST(each_organisation_has_an_audit_of_its_own),
        WORLD_TEST(large_entries_are_read_a_few_at_a_time),
        WORLD_TEST(an_audit_outlives_its_organisation_for_operators_alone),
        cmocka_unit_test(bytes_are_told_by_what_they_are),
        cmocka_unit_test(what_differs_is_told_once),
    };
    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
