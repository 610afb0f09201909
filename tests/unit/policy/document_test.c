/* Export and import: the same comes back; a document that is wrong anywhere changes nothing. And
 * what an earlier release kept. */
#include "policy/document.h"

#include "policy/alias.h"
#include "policy/migrate.h"
#include "policy/plan.h"
#include "tests/unit/policy/world.h"

static const char WHOLE[] =
    "{\"schema\":\"waxseal-registry/1\","
    "\"plans\":{\"gold\":{\"smime\":true}},"
    "\"customers\":{\"acme\":{\"plan\":\"gold\",\"valid_from\":\"2026-01-01\",\"quota\":2}},"
    "\"organisations\":{\"north\":{\"customer\":\"acme\",\"name\":\"N\\u00f6rth\"}},"
    "\"domains\":{\"north.test\":{\"organisation\":\"north\",\"proof\":\"dns\"},"
    "\"alone.test\":{\"plan\":\"enterprise\"}},"
    "\"accounts\":{\"north\":{\"anna@north.test\":{\"from\":[\"sales@north.test\",\"a@north.test\"]"
    "}},"
    "\"-\":{\"dora@alone.test\":{\"plan\":\"gold\"}}},"
    "\"licences\":{\"acme\":{\"anna@north.test\":{\"organisation\":\"north\",\"state\":\"active\","
    "\"since\":\"2026-01-01\"}}},"
    "\"roles\":{\"north\":{\"anna@north.test\":{\"role\":\"owner\"}}},"
    "\"operators\":{\"root\":{\"role\":\"operator\"}},"
    "\"certificates\":{},\"authorities\":{},\"issued\":{},\"requests\":{},\"tokens\":{},"
    "\"rules\":{\"north\":{\"rules\":[],\"version\":3}}}";

static json_t *read_text(struct world *w, const char *text, struct err *e)
{
    json_t *in = world_json(text), *out = NULL;
    rc_t rc = document_read(&w->config, in, &out, e);
    json_decref(in);
    assert_int_equal(rc == RC_OK, out != NULL);
    return out;
}

static void expect_report(struct world *w, const json_t *document, bool dry, int added, int changed,
                          int removed)
{
    json_t *report = NULL;
    struct err e = {0};
    rc_t rc = document_import(&w->r, &w->by, document, dry ? DOCUMENT_DRY_RUN : 0, &report, &e);
    if (rc != RC_OK) fail_msg("%s (%s)", e.message, e.detail);
    assert_int_equal(json_integer_value(json_object_get(report, "added")), added);
    assert_int_equal(json_integer_value(json_object_get(report, "changed")), changed);
    assert_int_equal(json_integer_value(json_object_get(report, "removed")), removed);
    assert_int_equal(json_array_size(json_object_get(report, "changes")),
                     added + changed + removed);
    json_decref(report);
}

static void what_is_exported_comes_back(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    json_t *document = read_text(w, WHOLE, &e), *exported = NULL, *again = NULL;
    assert_non_null(document);
    expect_report(w, document, true, 11, 0, 0);
    assert_int_equal(world_version(w), 0); /* a dry run writes nothing */
    expect_report(w, document, false, 11, 0, 0);
    assert_int_equal(world_version(w), 1);
    assert_int_equal(document_export(&w->r, false, &exported, &e), RC_OK);
    assert_true(json_equal(exported, document));
    assert_int_equal(document_read(&w->config, exported, &again, &e), RC_OK);
    assert_true(json_equal(exported, again));
    expect_report(w, again, false, 0, 0, 0);
    assert_int_equal(world_version(w), 1);
    /* What the import made is in force. */
    struct plan_store *store = NULL;
    struct entitlement got;
    assert_int_equal(plan_store_new(&w->config, &store, NULL), RC_OK);
    int64_t now = 1800000000; /* 2027 */
    assert_int_equal(plan_of(store, w->kv, STR("anna@north.test"), now, w->a, &got, NULL), RC_OK);
    assert_str(got.plan, STR("gold"));
    assert_true(got.features.smime);
    plan_store_free(store);
    json_decref(document);
    json_decref(exported);
    json_decref(again);
}

static void what_is_not_in_the_document_goes(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    json_t *document = read_text(w, WHOLE, &e);
    expect_report(w, document, false, 11, 0, 0);
    json_object_clear(json_object_get(document, "licences"));
    json_object_clear(json_object_get(document, "rules"));
    json_object_del(json_object_get(document, "operators"), "root");
    json_t *acme = json_object_get(json_object_get(document, "customers"), "acme");
    json_put_int(acme, "quota", 9);
    expect_report(w, document, false, 0, 1, 3);
    json_t *row = NULL;
    assert_int_equal(
        registry_get(&w->r, (struct record_at){RECORD_CUSTOMER, STR_NULL, STR("acme")}, &row, &e),
        RC_OK);
    assert_int_equal(record_version(row), 2); /* who saw the old one gets a conflict */
    json_decref(row);
    json_decref(document);
    struct kv_value v;
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("HSET"), STR("t:o:certificates:north"),
                            STR("a"), STR("b")),
                     RC_OK);
    document = read_text(w, "{\"schema\":\"waxseal-registry/1\"}", &e);
    json_t *report = NULL;
    assert_int_equal(document_import(&w->r, &w->by, document, 0, &report, &e), RC_DAMAGED);
    assert_null(report); /* what cannot be read is not thrown away */
    json_decref(document);
}

/* Each replaces one text of the whole document by another. */
static void a_document_that_is_wrong_says_where(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *old, *new, *message;
    } cases[] = {
        {"registry/1", "registry/2", "schema"},
        {"\"plan\":\"gold\",\"valid", "\"plan\":\"tin\",\"valid",
         "customers.acme: There is no such plan"},
        {"\"customer\":\"acme\"", "\"customer\":\"apex\"",
         "organisations.north: There is no such customer"},
        {"\"organisation\":\"north\",\"proof\"", "\"organisation\":\"west\",\"proof\"",
         "domains.north.test: There is no such organisation"},
        {"{\"anna@north.test\":{\"from\"", "{\"anna@else.test\":{\"from\"",
         "accounts.north.anna@else.test: Its domain does not belong"},
        {"dora@alone.test", "dora@north.test", "accounts.-.dora@north.test: Its domain belongs"},
        {"\"a@north.test\"]", "\"anna@north.test\"]", "names the account itself"},
        {"\"a@north.test\"]", "\"a north\"]", "accounts.north.anna@north.test: “from”"},
        {"\"state\":\"active\"", "\"state\":\"revoke_pending\"", "“until” goes with"},
        {"\"organisation\":\"north\",\"state\"", "\"organisation\":\"west\",\"state\"",
         "licences.acme.anna@north.test: Its organisation"},
        {"\"role\":\"owner\"", "\"role\":\"operator\"",
         "roles.north.anna@north.test: Only operators"},
        {"\"role\":\"operator\"", "\"role\":\"owner\"", "operators.root: Only operators"},
        {"\"rules\":{\"north\"", "\"rules\":{\"west\"",
         "rules.west: There is no such organisation"},
        {"\"quota\":2", "\"quota\":-2", "customers.acme: “quota”"},
        {"\"quota\":2", "\"quotas\":2", "customers.acme: A customer has no “quotas”"},
        {"\"plans\"", "\"flights\"", "flights: It is not known"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        ptrdiff_t at = str_find(str_c(WHOLE), str_c(cases[i].old));
        assert_true(at >= 0);
        str_t tail = str_sub(str_c(WHOLE), (size_t) at + strlen(cases[i].old), sizeof WHOLE);
        str_t text = arena_printf(w->a, "%.*s%s%.*s", (int) at, WHOLE, cases[i].new, STR_ARG(tail));
        json_t *out = read_text(w, arena_cstr(w->a, text), &e);
        assert_null(out);
        if (!strstr(e.message, cases[i].message))
            fail_msg("%s -> %s: [%s] %s", cases[i].old, cases[i].new, e.field, e.message);
    }
}

static void run(struct world *w, const char *a, const char *b, const char *c, const char *d)
{
    struct kv_value v;
    const str_t argv[] = {str_c(a), str_c(b), str_c(c), str_c(d)};
    assert_int_equal(kv_command(w->kv, w->a, &v, NULL, argv, d ? 4 : 3), RC_OK);
}

static void what_an_earlier_release_kept_is_taken_over(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    bool needed = false;
    json_t *report = NULL, *row = NULL;
    struct alias_list list;
    world_acme(w, 5);
    run(w, "HSET", "t:plan:gold", "smime", "on");
    run(w, "SET", "t:domain:north.test", "gold", NULL);
    run(w, "SET", "t:user:anna@north.test", "enterprise", NULL);
    run(w, "SADD", "t:user:anna@north.test:alias", "sales@north.test", "desk@north.test");
    run(w, "SADD", "t:user:dora@alone.test:alias", "d@alone.test", NULL);
    run(w, "SET", "t:user:no address", "gold", NULL);
    run(w, "SET", "tt:user:other@instance.test", "gold", NULL);
    assert_int_equal(registry_needs_migration(&w->r, &needed, &e), RC_OK);
    assert_true(needed);
    assert_int_equal(registry_migrate(&w->r, &w->by, &report, &e), RC_OK);
    assert_int_equal(json_integer_value(json_object_get(report, "moved")), 5);
    assert_int_equal(json_array_size(json_object_get(report, "left")), 1);
    json_decref(report);
    assert_int_equal(
        alias_list(w->kv, w->a, STR("t"), STR("north"), STR("anna@north.test"), &list, &e), RC_OK);
    assert_int_equal(list.count, 2);
    assert_str(list.addresses[0], STR("desk@north.test"));
    assert_int_equal(
        registry_get(&w->r, (struct record_at){RECORD_ACCOUNT, STR_NULL, STR("anna@north.test")},
                     &row, &e),
        RC_OK);
    assert_str(record_text(row, "plan"), STR("enterprise"));
    json_decref(row);
    assert_int_equal(registry_get(&w->r,
                                  (struct record_at){RECORD_DOMAIN, STR_NULL, STR("north.test")},
                                  &row, &e),
                     RC_OK);
    assert_str(record_text(row, "plan"), STR("gold"));
    assert_str(record_text(row, "organisation"), STR("north"));
    json_decref(row);
    assert_int_equal(registry_migrate(&w->r, &w->by, &report, &e), RC_OK);
    assert_int_equal(json_integer_value(json_object_get(report, "moved")), 0);
    json_decref(report);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_is_exported_comes_back),
        T(what_is_not_in_the_document_goes),
        T(a_document_that_is_wrong_says_where),
        T(what_an_earlier_release_kept_is_taken_over),
    };
    return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
