/* Renamed accounts: what goes along, what may not be, and that a name given up stays shut. */
#include "policy/rename.h"

#include "policy/document.h"
#include "policy/plan.h"
#include "policy/rules_store.h"
#include "tests/unit/policy/world.h"

static rc_t rename_as(struct world *w, const struct actor *by, const char *from, const char *to,
                      bool keep, char field[64])
{
    struct err e = {0};
    json_t *row = NULL;
    const struct renaming what = {.from = str_c(from), .to = str_c(to), .keep = keep};
    rc_t rc = account_rename(&w->r, by, NULL, &what, &row, &e);
    assert_int_equal(rc == RC_OK, row != NULL);
    json_decref(row);
    snprintf(field, 64, "%s", e.field);
    return rc;
}

static void refuses(struct world *w, const struct actor *by, const char *from, const char *to,
                    rc_t code, const char *why)
{
    char field[64];
    rc_t rc = rename_as(w, by, from, to, true, field);
    if (rc != code || strcmp(field, why) != 0) fail_msg("%s %s: %d [%s]", from, to, rc, field);
}

static json_t *get(struct world *w, enum record_kind kind, const char *group, const char *id)
{
    json_t *row = NULL;
    assert_int_equal(
        registry_get(&w->r, (struct record_at){kind, str_c(group), str_c(id)}, &row, NULL), RC_OK);
    return row;
}

static bool exists(struct world *w, enum record_kind kind, const char *group, const char *id)
{
    json_t *row = get(w, kind, group, id);
    json_decref(row);
    return row != NULL;
}

static void what_is_its_own_goes_along(void **state)
{
    struct world *w = *state;
    CLEANUP_JSON json_t *accounts = json_pack("[s]", "ann@north.test"), *rows = NULL, *row = NULL;
    char field[64];
    world_acme(w, 5);
    world_must(w, RECORD_ACCOUNT, "north", "ann@north.test",
               "{\"name\": \"Ann\", \"plan\": \"enterprise\", \"from\": [\"info@north.test\", "
               "\"anne@north.test\"], \"outbound_per_hour\": 7}");
    world_must(w, RECORD_ROLE, "north", "ann@north.test", "{\"role\": \"owner\"}");
    assert_int_equal(licence_change(&w->r, &w->by, STR("north"), accounts, true, &rows, NULL),
                     RC_OK);
    assert_int_equal(rename_as(w, &w->by, "ann@north.test", "anne@north.test", true, field), RC_OK);
    row = get(w, RECORD_ACCOUNT, "north", "anne@north.test");
    CLEANUP_JSON json_t *expected =
        world_json("{\"name\": \"Ann\", \"plan\": \"enterprise\", \"from\": [\"ann@north.test\", "
                   "\"info@north.test\"], \"outbound_per_hour\": 7, \"outbound_recipients\": null, "
                   "\"state\": \"active\", \"renamed_from\": \"ann@north.test\", \"version\": 2}");
    if (!json_equal(row, expected)) fail_msg("%s", json_dumps(row, 0));
    assert_false(exists(w, RECORD_ACCOUNT, "north", "ann@north.test"));
    assert_true(exists(w, RECORD_LICENCE, "acme", "anne@north.test"));
    assert_false(exists(w, RECORD_LICENCE, "acme", "ann@north.test"));
    assert_true(exists(w, RECORD_ROLE, "north", "anne@north.test"));
    assert_false(exists(w, RECORD_ROLE, "north", "ann@north.test"));
}

static void what_may_not_be(void **state)
{
    struct world *w = *state;
    const struct actor writer = {STR("writer"), false, NOW};
    char field[64];
    world_acme(w, 5);
    for (int i = 0; i < 3; i++)
        world_must(w, RECORD_ACCOUNT, "north",
                   (const char *[]){"ann@north.test", "bob@north.test", "op@north.test"}[i], "{}");
    world_must(w, RECORD_ROLE, NULL, "op@north.test", "{\"role\": \"operator\"}");
    world_must(w, RECORD_ROLE, "south", "bob@north.test", "{\"role\": \"reader\"}");
    long long version = world_version(w);
    refuses(w, &writer, "ann@north.test", "bob@north.test", RC_CONFLICT, "to");
    refuses(w, &writer, "ann@north.test", "ann@south.test", RC_FORBIDDEN, "to");
    refuses(w, &writer, "ann@north.test", "ann@else.test", RC_FORBIDDEN, "to");
    refuses(w, &writer, "ann@north.test", "ann", RC_INVALID, "to");
    refuses(w, &writer, "Ann@north.test", "anne@north.test", RC_INVALID, "from");
    refuses(w, &writer, "cid@north.test", "anne@north.test", RC_NOT_FOUND, "from");
    refuses(w, &writer, "cid@else.test", "anne@north.test", RC_NOT_FOUND, "from");
    /* who administers one organisation moves no rights over others to a mailbox of his choice */
    refuses(w, &writer, "op@north.test", "mallory@north.test", RC_FORBIDDEN, "roles");
    refuses(w, &writer, "bob@north.test", "mallory@north.test", RC_FORBIDDEN, "roles");
    struct err e = {0};
    json_t *row = NULL;
    const struct renaming other = {
        .organisation = STR("south"), .from = STR("ann@north.test"), .to = STR("x@north.test")};
    assert_int_equal(account_rename(&w->r, &writer, NULL, &other, &row, &e), RC_NOT_FOUND);
    assert_int_equal(world_version(w), version);
    /* roles of the new address are not overwritten, and not inherited */
    world_must(w, RECORD_ROLE, "south", "ghost@north.test", "{\"role\": \"owner\"}");
    version = world_version(w);
    refuses(w, &w->by, "ann@north.test", "ghost@north.test", RC_CONFLICT, "roles");
    refuses(w, &w->by, "bob@north.test", "ghost@north.test", RC_CONFLICT, "roles");
    assert_int_equal(world_version(w), version);
    assert_int_equal(rename_as(w, &w->by, "op@north.test", "operator@north.test", false, field),
                     RC_OK);
    assert_true(exists(w, RECORD_ROLE, NULL, "operator@north.test"));
}

static bool shut(struct world *w, struct plan_store *plans, const char *address)
{
    struct entitlement now;
    assert_int_equal(plan_of(plans, w->kv, str_c(address), NOW, w->a, &now, NULL), RC_OK);
    return now.renamed;
}

static void a_name_given_up_is_shut_until_somebody_has_it(void **state)
{
    struct world *w = *state;
    struct plan_store *plans = NULL;
    struct rename_move *moves;
    size_t n;
    char field[64];
    world_acme(w, 5);
    world_must(w, RECORD_ACCOUNT, "north", "ann@north.test", "{}");
    assert_int_equal(plan_store_new(&w->config, &plans, NULL), RC_OK);
    assert_false(shut(w, plans, "ann@north.test"));
    assert_int_equal(rename_as(w, &w->by, "ann@north.test", "b@north.test", false, field), RC_OK);
    assert_true(shut(w, plans, "ann@north.test"));
    assert_false(shut(w, plans, "b@north.test"));
    assert_int_equal(rename_as(w, &w->by, "b@north.test", "c@north.test", false, field), RC_OK);
    world_must(w, RECORD_ACCOUNT, "north", "ann@north.test", "{}");
    assert_false(shut(w, plans, "ann@north.test"));
    assert_int_equal(rename_as(w, &w->by, "ann@north.test", "d@north.test", false, field), RC_OK);
    assert_int_equal(rename_moves(w->kv, w->a, STR("t"), STR("ann@north.test"), &moves, &n, NULL),
                     RC_OK);
    assert_int_equal(n, 2);
    assert_str(moves[0].to, STR("b@north.test"));
    assert_str(moves[1].to, STR("d@north.test"));
    assert_true(moves[0].seq < moves[1].seq);
    assert_int_equal(rename_moves(w->kv, w->a, STR("t"), STR("b@north.test"), &moves, &n, NULL),
                     RC_OK);
    assert_int_equal(n, 1);
    assert_str(moves[0].before, STR("ann@north.test"));
    assert_int_equal(rename_moves(w->kv, w->a, STR("t"), STR("x@north.test"), &moves, &n, NULL),
                     RC_OK);
    assert_int_equal(n, 0);
    plan_store_free(plans);
}

static void documents_with_nonsense_are_refused(void **state)
{
    struct world *w = *state;
    static const char *const bad[] = {"",
                                      "a@b.test",
                                      "a@b.test - x",
                                      "a@b.test - 0",
                                      "a - 1",
                                      "a@b.test a 1",
                                      "a@b.test - 2 c@b.test - 2",
                                      "a@b.test - 1 "};
    CLEANUP_JSON json_t *document = NULL, *read = NULL;
    world_acme(w, 1);
    assert_int_equal(document_export(&w->r, false, &document, NULL), RC_OK);
    json_t *renamed = json_object_get(document, "renamed");
    json_object_set_new(renamed, "x@north.test", json_pack("{s:s}", "moves", "a@b.test - 1"));
    assert_int_equal(document_read(&w->config, document, &read, NULL), RC_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *none = NULL;
        json_object_set_new(renamed, "x@north.test", json_pack("{s:s}", "moves", bad[i]));
        if (document_read(&w->config, document, &none, NULL) != RC_INVALID) fail_msg("%s", bad[i]);
    }
}

static void put_rules(struct world *w, const char *organisation, const json_t *document)
{
    int64_t version;
    json_t *conflict = NULL;
    struct err e = {0};
    if (rules_store_put(&w->r, &w->by, str_c(organisation), document, 0, &version, &conflict, &e) !=
        RC_OK)
        fail_msg("%s: %s", e.field, e.message);
}

/* The rules are that but for their version. */
static void rules_are(struct world *w, const char *organisation, const char *text)
{
    CLEANUP_JSON json_t *now = NULL, *expected = world_json(text);
    assert_int_equal(rules_store_get(&w->r, str_c(organisation), &now, NULL), RC_OK);
    json_object_del(now, "version");
    if (!json_equal(now, expected)) fail_msg("%s", json_dumps(now, 0));
}

#define RULES(from, not_from, list, equal, other)                                                  \
    "{\"rules\": [{\"id\": \"guard\", \"priority\": 1, \"from\": [" from "], \"to\": [\"*\"], "    \
    "\"exclude_to\": [" not_from                                                                   \
    "], \"encrypt\": \"require\", \"filter\": {\"not\": {\"all\": [" equal                         \
    ", {\"field\": \"subject\", \"op\": \"equals\", \"value\": \"ann@north.test\"}]}}}], "         \
    "\"datasets\": {\"board\": [" list "], \"others\": [" other "]}}"
#define TEST(address) "{\"field\": \"from\", \"op\": \"equals\", \"value\": \"" address "\"}"

static void rules_that_name_it_go_on_protecting(void **state)
{
    struct world *w = *state;
    static const char BEFORE[] =
        RULES("\"@external\", \"Ann@north.test\"", "\"ann@north.test\"",
              "\"ann@north.test\", \"x\"", TEST("ANN@north.test"), "\"joann@north.test\"");
    CLEANUP_JSON json_t *rules = world_json(BEFORE), *audit = NULL;
    char field[64];
    world_acme(w, 5);
    world_must(w, RECORD_ACCOUNT, "north", "ann@north.test", "{}");
    world_must(w, RECORD_ACCOUNT, "north", "bob@north.test", "{}");
    put_rules(w, "north", rules);
    put_rules(w, "south", rules);
    assert_int_equal(rename_as(w, &w->by, "bob@north.test", "rob@north.test", true, field), RC_OK);
    rules_are(w, "north", BEFORE);
    /* the old address is one to send from still: rules about it stay */
    assert_int_equal(rename_as(w, &w->by, "ann@north.test", "b@north.test", true, field), RC_OK);
    rules_are(w, "north",
              RULES("\"@external\", \"Ann@north.test\", \"b@north.test\"",
                    "\"ann@north.test\", \"b@north.test\"",
                    "\"ann@north.test\", \"b@north.test\", \"x\"",
                    "{\"any\": [" TEST("ANN@north.test") ", " TEST("b@north.test") "]}",
                    "\"joann@north.test\""));
    const struct audit_filter what = {.what = STR("rules north"), .count = 10};
    assert_int_equal(audit_list(&w->r, &what, &audit, NULL), RC_OK);
    assert_int_equal(json_array_size(audit), 2); /* put, and the one renaming that changed any */
    /* it is given up */
    put_rules(w, "north", rules);
    world_must(w, RECORD_ACCOUNT, "north", "ann@north.test", "{}");
    assert_int_equal(rename_as(w, &w->by, "ann@north.test", "c@north.test", false, field), RC_OK);
    rules_are(w, "north",
              RULES("\"@external\", \"c@north.test\"", "\"c@north.test\"",
                    "\"c@north.test\", \"x\"", TEST("c@north.test"), "\"joann@north.test\""));
    rules_are(w, "south", BEFORE); /* others' rules are theirs */
}

#define W(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
int main(void)
{
    const struct CMUnitTest tests[] = {
        W(what_is_its_own_goes_along),
        W(what_may_not_be),
        W(a_name_given_up_is_shut_until_somebody_has_it),
        W(documents_with_nonsense_are_refused),
        W(rules_that_name_it_go_on_protecting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
