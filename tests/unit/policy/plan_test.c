/* Against a private Redis on a Unix socket, started and ended by the test. */
#include "policy/plan.h"

#include "policy/registry.h"

#include <pthread.h>

#include "tests/unit/redis.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/waxseal-plan-XXXXXX";
static char socket_path[64];
static pid_t redis;

static struct config_domain domains[] = {{.name = STR_INIT("demo.test"), .plan = STR_INIT("basic")},
                                         {.name = STR_INIT("*"), .plan = STR_INIT("nowhere")}};
static struct config_plan plans[] = {{STR_INIT("enterprise"), true}, {STR_INIT("basic"), false}};
static struct config config = {.instance = STR_INIT("t"),
                               .domains = domains,
                               .domain_count = 2,
                               .plans = plans,
                               .plan_count = 2};

static void start_redis(void)
{
    redis = redis_start(socket_path, NULL);
}

static void stop_redis(void)
{
    redis_stop(redis, socket_path);
    redis = 0;
}

static int make_folder(void **state)
{
    (void) state;
    assert_non_null(mkdtemp(folder));
    snprintf(socket_path, sizeof socket_path, "%s/s", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void) state;
    return rmdir(folder);
}

struct world {
    struct kv *kv;
    struct arena *a;
    struct plan_store *store, *other; /* two processes */
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct kv_options o = {.socket = str_c(socket_path), .timeout_ms = 20000};
    start_redis();
    w->a = arena_new(1 << 20);
    assert_int_equal(kv_new(&o, &w->kv, NULL), RC_OK);
    assert_int_equal(plan_store_new(&config, &w->store, NULL), RC_OK);
    assert_int_equal(plan_store_new(&config, &w->other, NULL), RC_OK);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    plan_store_free(w->store);
    plan_store_free(w->other);
    kv_free(w->kv);
    arena_free(w->a);
    free(w);
    stop_redis();
    return 0;
}

/* --- the registry's functions as this test says them --------------------------------------- */

static rc_t put(struct kv *kv, enum record_kind kind, str_t id, const char *member, json_t *value,
                struct err *e)
{
    struct registry r = {kv, &config};
    struct actor by = {STR("test"), true, 1000};
    json_t *patch = json_object();
    json_object_set_new(patch, member, value);
    struct registry_write w = {.at = {kind, STR_NULL, id}, .patch = patch, .mode = REGISTRY_PUT};
    rc_t rc = registry_write(&r, &by, &w, e);
    json_decref(w.after);
    json_decref(patch);
    return rc;
}

static rc_t set_feature(struct kv *kv, const char *plan, bool on)
{
    return put(kv, RECORD_PLAN, str_c(plan), "smime", json_boolean(on), NULL);
}

static rc_t set_domain(struct kv *kv, const char *domain, const char *plan)
{
    return put(kv, RECORD_DOMAIN, str_c(domain), "plan", plan ? json_string(plan) : json_null(),
               NULL);
}

static rc_t set_user(struct kv *kv, const char *account, const char *plan)
{
    return put(kv, RECORD_ACCOUNT, str_c(account), "plan", plan ? json_string(plan) : json_null(),
               NULL);
}

enum { NOW = 1000 };

static void expect(struct world *w, struct plan_store *s, const char *account, const char *plan,
                   bool smime)
{
    struct entitlement got = {0};
    struct err e;
    rc_t rc = plan_of(s, w->kv, str_c(account), NOW, w->a, &got, &e);
    if (rc != RC_OK) fail_msg("%s: %s %s", account, e.message, e.detail);
    assert_str(got.plan, str_c(plan));
    assert_int_equal(got.features.smime, smime);
}

static void falls_back_to_the_configuration(void **state)
{
    struct world *w = *state;
    expect(w, w->store, "bob@demo.test", "basic", false);
    expect(w, w->store, "bob@else.where", "nowhere", false); /* a plan nobody describes: nothing */
    struct entitlement got;
    assert_int_equal(plan_of(w->store, w->kv, STR("a b"), NOW, w->a, &got, NULL), RC_INVALID);
}

static void a_user_goes_before_the_domain(void **state)
{
    struct world *w = *state;
    assert_int_equal(set_domain(w->kv, "demo.test", "enterprise"), RC_OK);
    expect(w, w->store, "bob@demo.test", "enterprise", true);
    assert_int_equal(set_user(w->kv, "bob@demo.test", "basic"), RC_OK);
    expect(w, w->store, "bob@demo.test", "basic", false);
    expect(w, w->store, "alice@demo.test", "enterprise", true);
    assert_int_equal(set_user(w->kv, "bob@demo.test", NULL), RC_OK);
    expect(w, w->store, "bob@demo.test", "enterprise", true);
    assert_int_equal(set_domain(w->kv, "demo.test", NULL), RC_OK);
    expect(w, w->store, "bob@demo.test", "basic", false);
}

static void a_change_has_effect_at_the_next_request_everywhere(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 6; i++) {
        bool on = i % 2 == 0;
        assert_int_equal(set_feature(w->kv, "basic", on), RC_OK);
        expect(w, w->store, "bob@demo.test", "basic", on);
        expect(w, w->other, "bob@demo.test", "basic", on);
        expect(w, w->store, "bob@demo.test", "basic", on); /* from the cache */
    }
}

/* The cache is really used: a value changed behind the version's back is not seen. */
static void asks_once_for_each_version(void **state)
{
    struct world *w = *state;
    struct kv_value v;
    expect(w, w->store, "bob@demo.test", "basic", false);
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("HSET"), STR("t:o:accounts:-"),
                            STR("bob@demo.test"), STR("{\"plan\":\"enterprise\"}")),
                     RC_OK);
    expect(w, w->store, "bob@demo.test", "basic", false);
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("INCR"), STR("t:ver")), RC_OK);
    expect(w, w->store, "bob@demo.test", "enterprise", true);
}

static void never_answers_from_old_knowledge(void **state)
{
    struct world *w = *state;
    struct entitlement got = {.plan = STR("untouched")};
    expect(w, w->store, "bob@demo.test", "basic", false);
    stop_redis();
    assert_int_equal(plan_of(w->store, w->kv, STR("bob@demo.test"), NOW, w->a, &got, NULL),
                     RC_STATE_DOWN);
    assert_str(got.plan, STR("untouched"));
    assert_int_equal(set_feature(w->kv, "basic", true), RC_STATE_DOWN);
    start_redis();
    expect(w, w->store, "bob@demo.test", "basic", false);
}

static void refuse(struct world *w, enum record_kind kind, const char *id, const char *member,
                   const char *value, const char *field)
{
    struct err e = {0};
    rc_t rc = put(w->kv, kind, str_c(id), member, json_string(value), &e);
    assert_true(rc == RC_INVALID || rc == RC_NOT_FOUND);
    assert_string_equal(e.field, field);
}

static void poke(struct world *w, const char *hash, const char *field, const char *text)
{
    struct kv_value v;
    assert_int_equal(
        KV_CMD(w->kv, w->a, &v, NULL, STR("HSET"), str_c(hash), str_c(field), str_c(text)), RC_OK);
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("INCR"), STR("t:ver")), RC_OK);
}

static void refuses_names_and_fails_closed_on_bad_values(void **state)
{
    struct world *w = *state;
    struct kv_value v;
    refuse(w, RECORD_PLAN, "Gold plan", "smime", "x", "plan");
    refuse(w, RECORD_PLAN, "gold", "wings", "x", "wings");
    refuse(w, RECORD_PLAN, "gold", "smime", "on", "smime");
    refuse(w, RECORD_ACCOUNT, "bob", "plan", "basic", "account");
    refuse(w, RECORD_ACCOUNT, "b\r\n@x", "plan", "basic", "account");
    refuse(w, RECORD_ACCOUNT, "bob@demo.test", "plan", "enterprize", "plan");
    refuse(w, RECORD_DOMAIN, "", "plan", "basic", "domain");
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("GET"), STR("t:ver")), RC_OK);
    assert_int_equal(v.type, KV_NIL); /* none of these changed anything */
    expect(w, w->store, "bob@demo.test", "basic", false);
    static const char *const bad[] = {"enterprise", "[]", "{\"plan\":\"enter\\nprise\"}",
                                      "{\"plan\":\"enterprise\",\"wings\":1}",
                                      "{\"plan\":\"enterprise\",\"version\":0}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        poke(w, "t:o:domains", "demo.test", bad[i]);
        expect(w, w->store, "bob@demo.test", "", false);
    }
    poke(w, "t:o:domains", "demo.test", "{\"plan\":\"enterprise\"}");
    expect(w, w->store, "bob@demo.test", "enterprise", true);
    poke(w, "t:o:accounts:-", "bob@demo.test", "{\"state\":\"frozen\"}");
    expect(w, w->store, "bob@demo.test", "", false);
    poke(w, "t:o:accounts:-", "bob@demo.test", "{\"state\":\"suspended\"}");
    expect(w, w->store, "bob@demo.test", "enterprise", false);
}

static void a_registry_of_a_newer_release_is_not_guessed_at(void **state)
{
    struct world *w = *state;
    struct kv_value v;
    struct entitlement got;
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("SET"), STR("t:o:schema"), STR("2")), RC_OK);
    assert_int_equal(plan_of(w->store, w->kv, STR("bob@demo.test"), NOW, w->a, &got, NULL),
                     RC_UNSUPPORTED);
    assert_int_equal(set_feature(w->kv, "basic", true), RC_UNSUPPORTED);
}

/* What time changes by itself needs no new version. */
static void a_customers_plan_counts_within_its_period(void **state)
{
    struct world *w = *state;
    static const struct {
        int64_t at;
        const char *plan;
        enum organisation_smime smime;
    } cases[] = {
        {86399, "basic", ORGANISATION_LAPSED},        {86400, "enterprise", ORGANISATION_ENABLED},
        {172799, "enterprise", ORGANISATION_ENABLED}, {172800, "basic", ORGANISATION_LAPSED},
        {86400, "enterprise", ORGANISATION_ENABLED},  {0, "basic", ORGANISATION_LAPSED}};
    poke(w, "t:o:customers", "c",
         "{\"plan\":\"enterprise\",\"valid_from\":\"1970-01-02\",\"valid_until\":\"1970-01-03\"}");
    poke(w, "t:o:organisations", "o", "{\"customer\":\"c\"}");
    poke(w, "t:o:domains", "demo.test", "{\"organisation\":\"o\",\"proof\":\"operator\"}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct entitlement got;
        assert_int_equal(
            plan_of(w->store, w->kv, STR("bob@demo.test"), cases[i].at, w->a, &got, NULL), RC_OK);
        assert_str(got.plan, str_c(cases[i].plan));
        assert_int_equal(got.smime, cases[i].smime);
        assert_str(got.organisation, STR("o"));
    }
    poke(w, "t:o:customers", "c", "{\"plan\":\"enterprise\",\"disabled\":true}");
    expect(w, w->store, "bob@demo.test", "basic", false);
    assert_int_equal(set_domain(w->kv, "demo.test", "enterprise"), RC_OK);
    expect(w, w->store, "bob@demo.test", "enterprise", true);
}

static void limits_are_those_of_the_account(void **state)
{
    struct world *w = *state;
    struct entitlement got;
    poke(w, "t:o:accounts:-", "bob@demo.test",
         "{\"outbound_per_hour\":0,\"outbound_recipients\":7}");
    assert_int_equal(plan_of(w->store, w->kv, STR("bob@demo.test"), NOW, w->a, &got, NULL), RC_OK);
    assert_int_equal(got.outbound.per_hour, 0);
    assert_int_equal(got.outbound.recipients, 7);
    assert_int_equal(plan_of(w->store, w->kv, STR("eve@demo.test"), NOW, w->a, &got, NULL), RC_OK);
    assert_true(got.outbound.per_hour == OUTBOUND_ANY && got.outbound.recipients == OUTBOUND_ANY);
}

static void expect_limits(struct world *w, const char *account, uint32_t per_hour,
                          uint32_t recipients)
{
    struct entitlement got;
    assert_int_equal(plan_of(w->other, w->kv, str_c(account), NOW, w->a, &got, NULL), RC_OK);
    assert_int_equal(got.outbound.per_hour, per_hour);
    assert_int_equal(got.outbound.recipients, recipients);
}

/* However a record came to say more: written before there was a ceiling, imported, or poked. */
static void nothing_counts_above_a_ceiling(void **state)
{
    struct world *w = *state;
    config.outbound_per_hour = 1000;
    config.outbound_recipients = 0; /* none */
    poke(w, "t:o:customers", "acme", "{}");
    poke(w, "t:o:organisations", "north", "{\"customer\":\"acme\"}");
    poke(w, "t:o:domains", "north.test", "{\"organisation\":\"north\"}");
    poke(w, "t:o:accounts:north", "anna@north.test",
         "{\"outbound_per_hour\":900000,\"outbound_recipients\":7}");
    poke(w, "t:o:accounts:-", "bob@demo.test", "{\"outbound_per_hour\":900000}");
    expect_limits(w, "anna@north.test", 1000, 7);
    expect_limits(w, "eve@north.test", 1000, OUTBOUND_ANY); /* no record, no way around */
    expect_limits(w, "bob@demo.test", 900000, OUTBOUND_ANY);
    poke(w, "t:o:customers", "acme", "{\"outbound_per_hour\":50,\"outbound_recipients\":5}");
    expect_limits(w, "anna@north.test", 50, 5);
    poke(w, "t:o:organisations", "north", "{\"customer\":\"acme\",\"outbound_per_hour\":60}");
    expect_limits(w, "anna@north.test", 60, 5);
    poke(w, "t:o:organisations", "north", "{\"customer\":\"acme\",\"outbound_per_hour\":0}");
    expect_limits(w, "anna@north.test", 0, 5);
    poke(w, "t:o:accounts:north", "anna@north.test", "{\"outbound_recipients\":4}");
    expect_limits(w, "anna@north.test", 0, 4);
    config.outbound_per_hour = 0;
}

static void many_accounts_do_not_mix(void **state)
{
    struct world *w = *state;
    char name[64];
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "user%d@demo.test", i);
        if (i % 1000 == 7) {
            assert_int_equal(set_user(w->kv, name, "enterprise"), RC_OK);
        }
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5000; i++) {
            snprintf(name, sizeof name, "user%d@demo.test", i);
            bool special = i % 1000 == 7;
            expect(w, w->store, name, special ? "enterprise" : "basic", special);
            arena_reset(w->a);
        }
    }
}

/* A worker's threads share the store, each with its own connection, while the plan changes. */
static void *ask_often(void *arg)
{
    struct plan_store *store = arg;
    struct kv_options o = {.socket = str_c(socket_path), .timeout_ms = 20000};
    struct kv *kv = NULL;
    char name[64];
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    bool fine = kv_new(&o, &kv, NULL) == RC_OK;
    for (int i = 0; i < 500 && fine; i++) {
        struct entitlement got;
        snprintf(name, sizeof name, "user%d@demo.test", i % 7);
        fine = plan_of(store, kv, str_c(name), NOW, a, &got, NULL) == RC_OK &&
               str_eq(got.plan, STR("basic"));
        arena_reset(a);
    }
    kv_free(kv);
    return fine ? NULL : (void *) "a thread got no answer or a wrong one";
}

static void threads_share_the_store(void **state)
{
    struct world *w = *state;
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, w->store), 0);
    }
    for (int i = 0; i < 50; i++) {
        assert_int_equal(set_feature(w->kv, "basic", i % 2 == 0), RC_OK);
    }
    for (size_t i = 0; i < 4; i++) {
        void *complaint = NULL;
        pthread_join(threads[i], &complaint);
        if (complaint) fail_msg("%s", (const char *) complaint);
    }
    expect(w, w->store, "user3@demo.test", "basic", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(falls_back_to_the_configuration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_user_goes_before_the_domain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_has_effect_at_the_next_request_everywhere, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(asks_once_for_each_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(never_answers_from_old_knowledge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_names_and_fails_closed_on_bad_values, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_registry_of_a_newer_release_is_not_guessed_at, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_customers_plan_counts_within_its_period, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(limits_are_those_of_the_account, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_counts_above_a_ceiling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_accounts_do_not_mix, set_up, tear_down),
        cmocka_unit_test_setup_teardown(threads_share_the_store, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("plan", tests, make_folder, remove_folder);
}
