/* Mailboxes from a table: each row's result, a check that writes nothing, seats in the order of the
 * rows, and a table that is brought again. */
#include "policy/account_import.h"

#include "policy/audit.h"

#include "tests/unit/policy/world.h"

static json_t *import(struct world *w, const char *table, bool check, struct err *e)
{
    json_t *report = NULL;
    const struct account_import in = {
        .organisation = STR("north"), .table = str_c(table), .check = check};
    return account_import(&w->r, &w->by, &in, &report, e) == RC_OK ? report : NULL;
}

/* "row result licence code/field" of each row and the counts. */
static void expect(struct world *w, const char *table, bool check, const char *expected)
{
    static char text[2048];
    struct err e = {0};
    json_t *report = import(w, table, check, &e);
    if (!report) fail_msg("%s %s", e.field, e.message);
    const json_t *rows = json_object_get(report, "rows");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *licence = json_string_value(json_object_get(row, "licence"));
        const char *code = json_string_value(json_object_get(row, "code"));
        const char *field = json_string_value(json_object_get(row, "field"));
        n += (size_t) snprintf(text + n, sizeof text - n, "%lld %s %s",
                               json_integer_value(json_object_get(row, "row")),
                               json_string_value(json_object_get(row, "result")),
                               licence ? licence : "-");
        if (code) n += (size_t) snprintf(text + n, sizeof text - n, " %s/%s", code, field);
        n += (size_t) snprintf(text + n, sizeof text - n, "; ");
    }
    snprintf(text + n, sizeof text - n, "%lld %lld %lld %lld, %lld %lld",
             json_integer_value(json_object_get(report, "done")),
             json_integer_value(json_object_get(report, "already")),
             json_integer_value(json_object_get(report, "failed")),
             json_integer_value(json_object_get(report, "not_tried")),
             json_integer_value(json_object_get(report, "licences")),
             json_integer_value(json_object_get(report, "unlicensed")));
    assert_string_equal(text, expected);
    json_decref(report);
}

static size_t mailboxes(struct world *w)
{
    json_t *rows = NULL;
    assert_int_equal(registry_list(&w->r, RECORD_ACCOUNT, STR("north"), &rows, NULL), RC_OK);
    size_t n = json_object_size(rows);
    json_decref(rows);
    return n;
}

#define TABLE                                                                                      \
    "Address;Name;From;Licence;outbound_per_hour\n"                                                \
    "U1@north.test;Zoë Zimmer;z@north.test, zoe@north.test;yes;20\n"                              \
    "u2@north.test;;;no;\n"                                                                        \
    "u3@elsewhere.test;;;yes;\n"                                                                   \
    "nobody;;;;\n"                                                                                 \
    "u1@north.test;;;;\n"                                                                          \
    "u4@north.test;;;perhaps;\n"                                                                   \
    "u5@north.test;;;;many\n"                                                                      \
    "u6@north.test;;;;5;6\n"                                                                       \
    "u7@north.test;;;yes;\n"
#define REFUSED                                                                                    \
    "4 refused - not_found/address; 5 refused - invalid/address; 6 refused - conflict/row; "       \
    "7 refused - invalid/licence; 8 refused - invalid/outbound_per_hour; "                         \
    "9 refused - invalid/table; "

static void each_row_says_what_became_of_it(void **state)
{
    struct world *w = *state;
    static const char first[] =
        "2 added given; 3 added none; " REFUSED "10 added missing storage_full/quota; 3 0 6 0, 1 1";
    world_acme(w, 1);
    expect(w, TABLE, true, first);
    assert_int_equal(mailboxes(w), 0);
    expect(w, TABLE, false, first);
    assert_int_equal(mailboxes(w), 3);
    /* Once more: nothing is left to do but what had no room. */
    expect(w, TABLE, false,
           "2 already there; 3 already none; " REFUSED
           "10 already missing storage_full/quota; 0 3 6 0, 0 1");
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"quota\": 2}");
    expect(w, TABLE, false,
           "2 already there; 3 already none; " REFUSED "10 already given; 0 3 6 0, 1 0");
    json_t *there = NULL;
    const struct record_at at = {RECORD_ACCOUNT, STR("north"), STR("u1@north.test")};
    assert_int_equal(registry_get(&w->r, at, &there, NULL), RC_OK);
    assert_string_equal(json_string_value(json_object_get(there, "name")), "Zoë Zimmer");
    assert_int_equal(json_array_size(json_object_get(there, "from")), 2);
    assert_int_equal(json_integer_value(json_object_get(there, "outbound_per_hour")), 20);
    json_decref(there);
}

static void what_is_there_stays_and_says_what_differs(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    world_acme(w, 1);
    world_must(w, RECORD_ACCOUNT, "north", "u1@north.test", "{\"name\": \"Ada\"}");
    json_t *report = import(w, "u1@north.test,Bob,enterprise\nu2@north.test\n", false, &e);
    const json_t *rows = json_object_get(report, "rows"), *row = json_array_get(rows, 0);
    CLEANUP_JSON json_t *differs = world_json("[\"name\", \"plan\"]"), *there = NULL;
    assert_string_equal(json_string_value(json_object_get(row, "result")), "already");
    assert_true(json_equal(json_object_get(row, "differs"), differs));
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 1), "result")),
                        "added");
    const struct record_at at = {RECORD_ACCOUNT, STR("north"), STR("u1@north.test")};
    assert_int_equal(registry_get(&w->r, at, &there, NULL), RC_OK);
    assert_string_equal(json_string_value(json_object_get(there, "name")), "Ada");
    json_decref(report);
}

/* More than one part, so that a check carries what it gave from part to part. */
static void seats_end_in_the_same_row_in_check_and_in_earnest(void **state)
{
    enum { ROWS = 450, SEATS = 301 };
    struct world *w = *state;
    CLEANUP_BUF struct buf table = BUF_INIT(1 << 20);
    world_acme(w, SEATS);
    buf_cstr(&table, "address,licence\n");
    for (int i = 0; i < ROWS; i++)
        buf_printf(&table, "u%d@north.test,yes\n", i);
    for (int check = 1; check >= 0; check--) {
        struct err e = {0};
        json_t *report = import(w, arena_cstr(w->a, buf_view(&table)), check, &e);
        assert_int_equal(json_integer_value(json_object_get(report, "licences")), SEATS);
        assert_int_equal(json_integer_value(json_object_get(report, "unlicensed")), ROWS - SEATS);
        for (size_t i = 0; i < ROWS; i++) {
            const json_t *row = json_array_get(json_object_get(report, "rows"), i);
            assert_string_equal(json_string_value(json_object_get(row, "licence")),
                                i < SEATS ? "given" : "missing");
        }
        json_decref(report);
    }
}

static void without_a_plan_in_force_mailboxes_come_without_licences(void **state)
{
    struct world *w = *state;
    world_acme(w, 5);
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"disabled\": true}");
    expect(w, "u1@north.test,,,yes\n", false,
           "1 added missing feature_disabled/customer; 1 0 0 0, 0 1");
    assert_int_equal(mailboxes(w), 1);
}

static bool not_after_the_first_part(void *arg, const json_t *row, size_t done, size_t of)
{
    (void) arg, (void) row, (void) of;
    return done < 200;
}

static void who_stops_it_is_told_what_was_not_tried(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    json_t *report = NULL;
    CLEANUP_BUF struct buf table = BUF_INIT(1 << 20);
    world_acme(w, 0);
    for (int i = 0; i < 210; i++)
        buf_printf(&table, "u%d@north.test\n", i);
    const struct account_import in = {
        .organisation = STR("north"), .table = buf_view(&table), .told = not_after_the_first_part};
    assert_int_equal(account_import(&w->r, &w->by, &in, &report, &e), RC_OK);
    assert_int_equal(json_integer_value(json_object_get(report, "done")), 200);
    assert_int_equal(json_integer_value(json_object_get(report, "not_tried")), 10);
    assert_string_equal(json_string_value(json_object_get(report, "stopped")), "cancelled");
    assert_int_equal(mailboxes(w), 200);
    json_decref(report);
}

/* Appends the addresses of the entries; how many entries there are of each kind. */
static void entries(struct world *w, json_t *addresses, size_t *parts, size_t *rows, size_t *others)
{
    CLEANUP_JSON json_t *list = NULL;
    const struct audit_filter f = {.organisation = STR("north"), .count = AUDIT_PAGE_MAX};
    *parts = *rows = *others = 0;
    assert_int_equal(audit_list(&w->r, &f, &list, NULL), RC_OK);
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *entry = json_array_get(list, i), *after = json_object_get(entry, "after");
        str_t what = record_text(entry, "what");
        if (str_eq(what, STR("accounts north"))) {
            assert_true(json_is_array(json_object_get(after, "added"))); /* nothing was left out */
            assert_true(json_is_null(json_object_get(entry, "before")));
            json_array_extend(addresses, json_object_get(after, "added"));
            ++*parts;
        } else {
            ++*(str_starts(what, STR("account ")) ? rows : others);
        }
    }
}

static void the_audit_has_an_entry_for_each_part(void **state)
{
    enum { ROWS = 410, LONG = 40 };
    struct world *w = *state;
    struct err e = {0};
    char local[121];
    CLEANUP_BUF struct buf table = BUF_INIT(1 << 20);
    CLEANUP_JSON json_t *told = json_array(), *longer = json_array();
    size_t parts, rows, others, before;
    world_acme(w, 0);
    entries(w, told, &parts, &rows, &before);
    for (int i = 0; i < ROWS; i++)
        buf_printf(&table, "u%d@north.test\n", i);
    buf_cstr(&table, "u1@north.test\nnobody\n"); /* refused: not told */
    json_decref(import(w, arena_cstr(w->a, buf_view(&table)), true, &e));
    entries(w, told, &parts, &rows, &others);
    assert_int_equal(parts, 0); /* a check writes nothing */
    json_decref(import(w, arena_cstr(w->a, buf_view(&table)), false, &e));
    entries(w, told, &parts, &rows, &others);
    assert_int_equal(parts, 3); /* of 200, 200 and 10 */
    assert_int_equal(rows, 0);
    assert_int_equal(others, before);
    assert_int_equal(json_array_size(told), ROWS);
    for (int i = 0; i < ROWS; i++)
        assert_str(json_text(json_array_get(told, (size_t) i)),
                   arena_printf(w->a, "u%d@north.test", i));
    /* Brought again: nothing was done, nothing is told. */
    json_decref(import(w, arena_cstr(w->a, buf_view(&table)), false, &e));
    entries(w, longer, &parts, &rows, &others);
    assert_int_equal(parts, 3);
    /* Long ones: more entries, and every address in one of them. */
    CLEANUP_BUF struct buf second = BUF_INIT(1 << 20);
    memset(local, 'x', sizeof local - 1);
    local[sizeof local - 1] = 0;
    for (int i = 0; i < LONG * 4; i++)
        buf_printf(&second, "%s%d@north.test\n", local, i);
    json_decref(import(w, arena_cstr(w->a, buf_view(&second)), false, &e));
    json_array_clear(longer);
    entries(w, longer, &parts, &rows, &others);
    assert_int_equal(parts, 6);
    assert_int_equal(json_array_size(longer), ROWS + LONG * 4);
}

static void tables_that_are_none(void **state)
{
    static const char *const TABLES[] = {"",
                                         "name\nAda\n",
                                         "address,colour\nx@y,z\n",
                                         "address\n",
                                         "address,address\n",
                                         "address\n\"x\"y\n",
                                         "\xff\xfe\n",
                                         "Adresse,Name\nu1@north.test,x\n"};
    struct world *w = *state;
    world_acme(w, 1);
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++) {
        struct err e = {0};
        assert_null(import(w, TABLES[i], false, &e));
        assert_int_equal(e.code, RC_INVALID);
        assert_string_equal(e.field, "table");
    }
    assert_int_equal(mailboxes(w), 0);
}

static void an_organisation_gives_no_plan_but_its_own(void **state)
{
    struct world *w = *state;
    world_acme(w, 1);
    w->by.operator= false;
    expect(w, "u1@north.test,,enterprise\nu2@north.test,,\n", false,
           "1 refused - forbidden/plan; 2 added none; 1 0 1 0, 0 0");
}

#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(each_row_says_what_became_of_it),
        IN_A_WORLD(what_is_there_stays_and_says_what_differs),
        IN_A_WORLD(seats_end_in_the_same_row_in_check_and_in_earnest),
        IN_A_WORLD(without_a_plan_in_force_mailboxes_come_without_licences),
        IN_A_WORLD(who_stops_it_is_told_what_was_not_tried),
        IN_A_WORLD(the_audit_has_an_entry_for_each_part),
        IN_A_WORLD(tables_that_are_none),
        IN_A_WORLD(an_organisation_gives_no_plan_but_its_own),
    };
    return cmocka_run_group_tests_name("account import", tests, NULL, NULL);
}
