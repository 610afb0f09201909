/* The registry against a private Redis: what holds between records, two who change at once, the
 * audit, what comes back out of Redis. */
#include "policy/registry.h"

#include <pthread.h>

#include "policy/alias.h"
#include "policy/claim.h"
#include "policy/rename.h"
#include "policy/role.h"
#include "tests/unit/policy/world.h"

static void expect_text(struct world *w, enum record_kind kind, const char *group, const char *id,
                        const char *field, const char *want)
{
    json_t *row = world_get(w, kind, group, id);
    assert_non_null(row);
    assert_str(record_text(row, field), str_c(want));
    json_decref(row);
}

static void records_are_made_changed_and_removed(void **state)
{
    struct world *w = *state;
    struct registry_write out;
    struct err e = {0};
    world_must(w, RECORD_CUSTOMER, NULL, "acme",
               "{\"name\":\"Acme\",\"valid_until\":\"2031-01-01\"}");
    expect_text(w, RECORD_CUSTOMER, NULL, "acme", "valid_until", "2031-01-01T00:00:00Z");
    assert_int_equal(world_write(w, RECORD_CUSTOMER, NULL, "acme", "{}", REGISTRY_ADD, 0, &out, &e),
                     RC_CONFLICT);
    assert_string_equal(e.field, "customer");
    assert_int_equal(world_write(w, RECORD_CUSTOMER, NULL, "apex", "{}", REGISTRY_SET, 0, &out, &e),
                     RC_NOT_FOUND);
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"quota\":5}");
    json_t *row = world_get(w, RECORD_CUSTOMER, NULL, "acme");
    assert_int_equal(record_version(row), 2);
    assert_str(record_text(row, "name"), STR("Acme"));
    json_decref(row);
    long long before = world_version(w);
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"quota\":5}"); /* says nothing new */
    assert_int_equal(world_version(w), before);
    world_must(w, RECORD_CUSTOMER, NULL, "acme", NULL);
    assert_null(world_get(w, RECORD_CUSTOMER, NULL, "acme"));
    assert_int_equal(world_write(w, RECORD_CUSTOMER, NULL, "acme", NULL, REGISTRY_SET, 0, &out, &e),
                     RC_NOT_FOUND);
}

static void bad_input_names_its_field(void **state)
{
    struct world *w = *state;
    static const struct {
        enum record_kind kind;
        const char *group, *id, *patch;
        rc_t code;
        const char *field;
    } cases[] = {
        {RECORD_CUSTOMER, NULL, "Acme", "{}", RC_INVALID, "customer"},
        {RECORD_CUSTOMER, NULL, "-a", "{}", RC_INVALID, "customer"},
        {RECORD_CUSTOMER, NULL, "a:b", "{}", RC_INVALID, "customer"},
        {RECORD_CUSTOMER, NULL, "new", "{\"quota\":-1}", RC_INVALID, "quota"},
        {RECORD_CUSTOMER, NULL, "new", "{\"quota\":10000001}", RC_INVALID, "quota"},
        {RECORD_CUSTOMER, NULL, "new", "{\"quota\":\"5\"}", RC_INVALID, "quota"},
        {RECORD_CUSTOMER, NULL, "new", "{\"valid_until\":\"2031-02-30\"}", RC_INVALID,
         "valid_until"},
        {RECORD_CUSTOMER, NULL, "new",
         "{\"valid_from\":\"2031-01-02\",\"valid_until\":\"2031-01-02\"}", RC_INVALID,
         "valid_until"},
        {RECORD_CUSTOMER, NULL, "new", "{\"name\":\"a\\u0007b\"}", RC_INVALID, "name"},
        {RECORD_CUSTOMER, NULL, "new", "{\"wings\":1}", RC_INVALID, "wings"},
        {RECORD_CUSTOMER, NULL, "new", "{\"plan\":\"nowhere\"}", RC_NOT_FOUND, "plan"},
        {RECORD_ORGANISATION, NULL, "new", "{}", RC_INVALID, "customer"},
        {RECORD_ORGANISATION, NULL, "new", "{\"customer\":\"nobody\"}", RC_NOT_FOUND, "customer"},
        {RECORD_ORGANISATION, NULL, "north", "{\"customer\":\"other\"}", RC_INVALID, "customer"},
        {RECORD_ORGANISATION, NULL, "north", "{\"smime\":\"lapsed\"}", RC_INVALID, "smime"},
        {RECORD_DOMAIN, NULL, "north.test", "{\"organisation\":\"south\"}", RC_INVALID,
         "organisation"},
        {RECORD_DOMAIN, NULL, "nörth.test", "{\"plan\":\"enterprise\"}", RC_INVALID, "domain"},
        {RECORD_ACCOUNT, NULL, "anna", "{}", RC_INVALID, "account"},
        {RECORD_ACCOUNT, NULL, "anna@north.test", "{\"from\":[\"anna@north.test\"]}", RC_INVALID,
         "from"},
        {RECORD_ACCOUNT, NULL, "anna@north.test", "{\"from\":[\"Anna <a@b>\"]}", RC_INVALID,
         "from"},
        {RECORD_ACCOUNT, NULL, "anna@north.test", "{\"state\":\"gone\"}", RC_INVALID, "state"},
        {RECORD_ACCOUNT, NULL, "anna@north.test", "{\"renamed_from\":\"b@north.test\"}", RC_INVALID,
         "renamed_from"},
        {RECORD_ACCOUNT, "south", "anna@north.test", "{}", RC_NOT_FOUND, "account"},
        {RECORD_ACCOUNT, "north", "anna@else.test", "{}", RC_NOT_FOUND, "account"},
        {RECORD_LICENCE, "acme", "anna@north.test", "{}", RC_INVALID, "licence"},
        {RECORD_ROLE, "north", "anna@north.test", "{\"role\":\"operator\"}", RC_INVALID, "role"},
        {RECORD_ROLE, NULL, "anna@north.test", "{\"role\":\"owner\"}", RC_INVALID, "role"},
        {RECORD_ROLE, "nobody", "anna@north.test", "{\"role\":\"owner\"}", RC_NOT_FOUND,
         "organisation"},
        {RECORD_ROLE, "a:b", "anna@north.test", "{\"role\":\"owner\"}", RC_INVALID, "organisation"},
        {RECORD_ROLE, "north", "anna b", "{\"role\":\"owner\"}", RC_INVALID, "who"},
    };
    world_acme(w, 5);
    long long before = world_version(w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        world_refuses(w, cases[i].kind, cases[i].group, cases[i].id, cases[i].patch, cases[i].code,
                      cases[i].field);
    assert_int_equal(world_version(w), before);
}

static void nothing_is_left_behind(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct registry_write out;
    world_acme(w, 5);
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{}");
    world_must(w, RECORD_ROLE, "north", "anna@north.test", "{\"role\":\"owner\"}");
    static const struct {
        enum record_kind kind;
        const char *id;
    } held[] = {
        {RECORD_CUSTOMER, "acme"}, {RECORD_ORGANISATION, "north"}, {RECORD_DOMAIN, "north.test"}};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            world_write(w, held[i].kind, NULL, held[i].id, NULL, REGISTRY_SET, 0, &out, &e),
            RC_CONFLICT);
    assert_int_equal(registry_attach(&w->r, &w->by, STR("north.test"), STR_NULL, "", &e),
                     RC_CONFLICT);
    world_must(w, RECORD_ACCOUNT, NULL, "anna@north.test", NULL);
    assert_int_equal(registry_attach(&w->r, &w->by, STR("north.test"), STR_NULL, "", &e), RC_OK);
    assert_null(world_get(w, RECORD_DOMAIN, NULL, "north.test"));
    world_must(w, RECORD_ORGANISATION, NULL, "north", NULL);
    json_t *roles = NULL;
    assert_int_equal(registry_list(&w->r, RECORD_ROLE, STR("north"), &roles, &e), RC_OK);
    assert_int_equal(json_object_size(roles), 0);
    json_decref(roles);
}

static void a_domain_belongs_to_one_organisation(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct alias_list list;
    world_acme(w, 5);
    assert_int_equal(
        registry_attach(&w->r, &w->by, STR("north.test"), STR("south"), "operator", &e),
        RC_CONFLICT);
    assert_string_equal(e.field, "domain");
    assert_null(strstr(e.message, "north")); /* it does not say whose it is */
    assert_int_equal(registry_attach(&w->r, &w->by, STR("new.test"), STR("nobody"), "operator", &e),
                     RC_NOT_FOUND);
    /* What was known of a domain of nobody comes along. */
    assert_int_equal(
        registry_set_from(&w->r, &w->by, STR("cleo@new.test"), STR("desk@new.test"), true, &e),
        RC_OK);
    world_must(w, RECORD_DOMAIN, NULL, "new.test", "{\"plan\":\"enterprise\"}");
    assert_int_equal(registry_attach(&w->r, &w->by, STR("new.test"), STR("north"), "operator", &e),
                     RC_OK);
    expect_text(w, RECORD_DOMAIN, NULL, "new.test", "plan", "enterprise");
    assert_int_equal(
        alias_list(w->kv, w->a, STR("t"), STR("north"), STR("cleo@new.test"), &list, &e), RC_OK);
    assert_int_equal(list.count, 1);
    assert_str(list.addresses[0], STR("desk@new.test"));
    assert_int_equal(alias_list(w->kv, w->a, STR("t"), STR_NULL, STR("cleo@new.test"), &list, &e),
                     RC_OK);
    assert_int_equal(list.count, 0);
}

/* Two claim one domain; whoever the DNS names gets it. */
static void a_domain_is_proved_by_the_dns(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    json_t *north = NULL, *south = NULL, *again = NULL;
    const str_t domain = STR("new.test");
    world_acme(w, 5);
    assert_int_equal(claim_prove(&w->r, &w->by, domain, STR("north"), STR(""), &e), RC_NOT_FOUND);
    assert_int_equal(claim_make(&w->r, &w->by, domain, STR("north"), &north, &e), RC_OK);
    assert_int_equal(claim_make(&w->r, &w->by, domain, STR("south"), &south, &e), RC_OK);
    assert_int_equal(record_text(north, "token").n, 32);
    assert_false(str_eq(record_text(north, "token"), record_text(south, "token")));
    assert_int_equal(claim_make(&w->r, &w->by, domain, STR("north"), &again, &e), RC_OK);
    assert_true(json_equal(north, again)); /* the same while it lasts */
    str_t right = claim_text(w->a, north);
    const str_t wrong[] = {STR(""),
                           STR("waxseal-verify="),
                           claim_text(w->a, south),
                           arena_printf(w->a, "x%.*s", STR_ARG(right)),
                           arena_printf(w->a, "%.*sx", STR_ARG(right)),
                           record_text(north, "token")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(claim_prove(&w->r, &w->by, domain, STR("north"), wrong[i], &e),
                         RC_FORBIDDEN);
        assert_string_equal(e.field, "domain");
    }
    assert_null(world_get(w, RECORD_DOMAIN, NULL, "new.test"));
    str_t texts = arena_printf(w->a, "v=spf1 -all\n%.*s\n", STR_ARG(right));
    w->by.now += CLAIM_DAYS * DAY; /* too late: a new text is needed */
    assert_int_equal(claim_prove(&w->r, &w->by, domain, STR("north"), texts, &e), RC_NOT_FOUND);
    w->by.now -= 1;
    assert_int_equal(claim_prove(&w->r, &w->by, domain, STR("north"), texts, &e), RC_OK);
    expect_text(w, RECORD_DOMAIN, NULL, "new.test", "organisation", "north");
    expect_text(w, RECORD_DOMAIN, NULL, "new.test", "proof", "dns");
    assert_null(world_get(w, RECORD_CLAIM, "north", "new.test"));
    assert_int_equal(claim_prove(&w->r, &w->by, domain, STR("south"), claim_text(w->a, south), &e),
                     RC_CONFLICT);
    assert_null(strstr(e.message, "north"));
    json_decref(again);
    assert_int_equal(claim_make(&w->r, &w->by, domain, STR("west"), &again, &e), RC_NOT_FOUND);
    json_decref(north);
    json_decref(south);
}

/* An account of no organisation is only kept while it says something. */
static void what_says_nothing_is_not_kept(void **state)
{
    struct world *w = *state;
    world_must(w, RECORD_ACCOUNT, NULL, "dora@alone.test", "{\"plan\":\"enterprise\"}");
    expect_text(w, RECORD_ACCOUNT, NULL, "dora@alone.test", "plan", "enterprise");
    world_must(w, RECORD_ACCOUNT, NULL, "dora@alone.test", "{\"plan\":null}");
    assert_null(world_get(w, RECORD_ACCOUNT, NULL, "dora@alone.test"));
    world_must(w, RECORD_DOMAIN, NULL, "alone.test", "{\"plan\":\"enterprise\"}");
    world_must(w, RECORD_DOMAIN, NULL, "alone.test", "{\"plan\":null}");
    assert_null(world_get(w, RECORD_DOMAIN, NULL, "alone.test"));
}

static void only_the_operator_gives_another_plan_than_the_contract(void **state)
{
    struct world *w = *state;
    world_acme(w, 5);
    world_must(w, RECORD_PLAN, NULL, "basic", "{\"smime\":false}");
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"plan\":\"enterprise\"}");
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"plan\":\"basic\"}");
    w->by.operator= false;
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"name\":\"Anna\"}");
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"plan\":null}");
    world_refuses(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"plan\":\"basic\"}",
                  RC_FORBIDDEN, "plan");
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"plan\":\"enterprise\"}");
    w->by.operator= true;
}

static void an_owner_gives_addresses_of_his_own_domains_only(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    world_acme(w, 5);
    w->by.operator= false;
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"from\":[\"sales@north.test\"]}");
    world_refuses(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"from\":[\"ceo@south.test\"]}",
                  RC_FORBIDDEN, "from");
    world_refuses(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"from\":[\"ceo@bank.test\"]}",
                  RC_FORBIDDEN, "from");
    assert_int_equal(
        registry_set_from(&w->r, &w->by, STR("anna@north.test"), STR("ceo@bank.test"), true, &e),
        RC_FORBIDDEN);
    w->by.operator= true;
    assert_int_equal(
        registry_set_from(&w->r, &w->by, STR("anna@north.test"), STR("ceo@bank.test"), true, &e),
        RC_OK);
}

static void the_second_editor_is_told_what_the_first_one_did(void **state)
{
    struct world *w = *state;
    struct registry_write out;
    struct err e = {0};
    world_acme(w, 5);
    json_t *seen = world_get(w, RECORD_CUSTOMER, NULL, "acme");
    int64_t version = record_version(seen);
    json_decref(seen);
    w->by.who = STR("first");
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"quota\":7}");
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"name\":\"Acme Ltd\"}");
    w->by.who = STR("second");
    assert_int_equal(world_write(w, RECORD_CUSTOMER, NULL, "acme", "{\"quota\":9}", REGISTRY_SET,
                                 version, &out, &e),
                     RC_CONFLICT);
    assert_null(out.after);
    assert_str(record_text(out.conflict, "who"), STR("first"));
    assert_int_equal(record_version(out.conflict), version + 2);
    json_t *want = world_json("[{\"field\":\"name\",\"before\":\"Acme\",\"after\":\"Acme Ltd\"},"
                              "{\"field\":\"quota\",\"before\":5,\"after\":7}]");
    assert_true(json_equal(json_object_get(out.conflict, "changes"), want));
    json_decref(want);
    json_decref(out.conflict);
    assert_int_equal(world_write(w, RECORD_CUSTOMER, NULL, "acme", "{\"quota\":9}", REGISTRY_SET,
                                 version + 2, &out, &e),
                     RC_OK);
    assert_null(out.conflict);
    json_decref(out.after);
    /* Removed meanwhile is told as well. */
    world_must(w, RECORD_CUSTOMER, NULL, "gone", "{\"quota\":1}");
    world_must(w, RECORD_CUSTOMER, NULL, "gone", NULL);
    assert_int_equal(
        world_write(w, RECORD_CUSTOMER, NULL, "gone", "{\"quota\":2}", REGISTRY_PUT, 1, &out, &e),
        RC_CONFLICT);
    assert_int_equal(record_version(out.conflict), 0);
    json_decref(out.conflict);
}

/* --- many at once ------------------------------------------------------------------------------
 */

struct rush {
    struct world *w;
    unsigned number;
    unsigned failed;
};

static void *add_accounts(void *arg)
{
    struct rush *rush = arg;
    struct registry r = {world_connect(rush->w), &rush->w->config};
    char id[64];
    for (unsigned i = 0; i < 10; i++) {
        snprintf(id, sizeof id, "u%u-%u@north.test", rush->number, i);
        json_t *patch = json_object();
        struct registry_write out = {.at = {RECORD_ACCOUNT, STR("north"), str_c(id)},
                                     .patch = patch};
        rush->failed += registry_write(&r, &rush->w->by, &out, NULL) != RC_OK;
        json_decref(out.after);
        json_decref(patch);
    }
    kv_free(r.kv);
    return NULL;
}

static void changes_at_once_all_arrive(void **state)
{
    struct world *w = *state;
    pthread_t threads[8];
    struct rush rush[8];
    json_t *rows = NULL;
    world_acme(w, 5);
    long long before = world_version(w);
    for (unsigned i = 0; i < 8; i++) {
        rush[i] = (struct rush){w, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, add_accounts, &rush[i]), 0);
    }
    for (unsigned i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(rush[i].failed, 0);
    }
    assert_int_equal(registry_list(&w->r, RECORD_ACCOUNT, STR("north"), &rows, NULL), RC_OK);
    assert_int_equal(json_object_size(rows), 80);
    json_decref(rows);
    assert_int_equal(world_version(w), before + 80);
}

static void what_redis_holds_is_checked(void **state)
{
    struct world *w = *state;
    struct kv_value v;
    json_t *row = NULL, *rows = NULL;
    struct err e = {0};
    world_acme(w, 5);
    static const char *const bad[] = {"",
                                      "{}",
                                      "null",
                                      "{\"customer\":\"acme\",\"name\":7}",
                                      "{\"customer\":\"acme\",\"more\":1}",
                                      "{\"customer\":\"a:c\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("HSET"), STR("t:o:organisations"),
                                STR("bad"), str_c(bad[i])),
                         RC_OK);
        struct record_at at = {RECORD_ORGANISATION, STR_NULL, STR("bad")};
        assert_int_equal(registry_get(&w->r, at, &row, &e), RC_DAMAGED);
        assert_int_equal(registry_list(&w->r, RECORD_ORGANISATION, STR_NULL, &rows, &e),
                         RC_DAMAGED);
    }
    assert_null(row);
    assert_null(rows);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(records_are_made_changed_and_removed),
        T(bad_input_names_its_field),
        T(nothing_is_left_behind),
        T(a_domain_belongs_to_one_organisation),
        T(a_domain_is_proved_by_the_dns),
        T(what_says_nothing_is_not_kept),
        T(only_the_operator_gives_another_plan_than_the_contract),
        T(an_owner_gives_addresses_of_his_own_domains_only),
        T(the_second_editor_is_told_what_the_first_one_did),
        T(changes_at_once_all_arrive),
        T(what_redis_holds_is_checked),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
