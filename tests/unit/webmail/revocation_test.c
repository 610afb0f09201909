/* What is kept about revocation: shared, authenticated, with an end; and who may be encrypted to.
 */
#include "tests/unit/webmail/rig.h"
#include "webmail/smime/revocation.h"

#define KEY STR("rev:c:0123")
#define NAME STR("test:rev:c:0123")
#define VALUE STR("1 ocsp good\n\0\xff")

static void put(struct rig *r, const char *address)
{
    struct rig_call *rc = rig_call(r, address);
    struct smime_checks s;
    smime_checks_start(&s, &rc->c, true);
    s.ops.put(s.ops.holder, KEY, VALUE, 600);
    rig_call_free(rc);
}

static bool get(struct rig *r, const char *address, str_t key)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct rig_call *rc = rig_call(r, address);
    struct smime_checks s;
    str_t value = STR_NULL;
    smime_checks_start(&s, &rc->c, false);
    bool there = s.ops.get(s.ops.holder, key, a, &value);
    if (there) assert_str(value, VALUE);
    rig_call_free(rc);
    return there;
}

static void keeps_for_all_users_and_not_for_ever(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    assert_false(get(r, "alice@demo.test", KEY));
    put(r, "alice@demo.test");
    assert_true(get(r, "bob@demo.test", KEY));
    long long left = RIG_REDIS(r, a, STR("TTL"), NAME).i;
    assert_true(left > 0 && left <= 600);
}

static void believes_nothing_it_did_not_write(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    put(r, "alice@demo.test");
    str_t value = RIG_REDIS(r, a, STR("GET"), NAME).s;
    RIG_REDIS(r, a, STR("SET"), STR("test:rev:c:4567"), value); /* of another certificate */
    assert_false(get(r, "alice@demo.test", STR("rev:c:4567")));
    RIG_REDIS(r, a, STR("SET"), STR("test:rev:c:89"), VALUE);
    assert_false(get(r, "alice@demo.test", STR("rev:c:89")));
    for (size_t i = 0; i < value.n; i++) {
        ((char *) value.p)[i] ^= 4;
        RIG_REDIS(r, a, STR("SET"), NAME, value);
        assert_false(get(r, "alice@demo.test", KEY));
        ((char *) value.p)[i] ^= 4;
    }
    RIG_REDIS(r, a, STR("LPUSH"), STR("test:rev:c:ab"), STR("x")); /* of another type */
    assert_false(get(r, "alice@demo.test", STR("rev:c:ab")));
}

static void an_absent_cache_is_an_empty_one(void **state)
{
    struct rig *r = *state;
    rig_stop_redis(r);
    put(r, "alice@demo.test");
    assert_false(get(r, "alice@demo.test", KEY));
    rig_start_redis(r);
    assert_false(get(r, "alice@demo.test", KEY));
}

static void asks_nobody_without_a_fetcher(void **state)
{
    struct rig *r = *state;
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct smime_checks s;
    smime_checks_start(&s, &rc->c, true);
    assert_null(s.ops.fetch);
    assert_false(s.asking.ask);
    assert_null(s.checks.issuers);
    r->config.fetch_issuers = true;
    r->config.fetch_socket = STR("/nowhere/fetch.sock");
    smime_checks_start(&s, &rc->c, true);
    assert_non_null(s.ops.fetch);
    assert_true(s.asking.ask);
    assert_non_null(s.checks.issuers);
    r->config.fetch_issuers = false;
    smime_checks_start(&s, &rc->c, false);
    assert_false(s.asking.ask);
    smime_checks_start(&s, &rc->c, true);
    str_t out;
    struct err e = {0};
    assert_int_equal(s.ops.fetch(s.ops.holder, PLACE_CRL, STR("http://crl.test/x"), STR_NULL, 500,
                                 rc->c.arena, &out, &e),
                     RC_FETCH_DOWN);
    r->config.fetch_socket = STR_NULL;
    rig_call_free(rc);
}

static void the_policy_decides_who_may_be_encrypted_to(void **state)
{
    struct rig *r = *state;
    static const struct {
        enum revocation status;
        bool soft, hard;
    } rows[] = {{REVOCATION_GOOD, false, false},
                {REVOCATION_NO_SOURCE, false, false},
                {REVOCATION_NOT_CHECKED, false, true},
                {REVOCATION_UNKNOWN, false, true},
                {REVOCATION_REVOKED, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        r->config.revocation_hard = false;
        assert_int_equal(smime_revocation_forbids(&r->app, rows[i].status), rows[i].soft);
        r->config.revocation_hard = true;
        assert_int_equal(smime_revocation_forbids(&r->app, rows[i].status), rows[i].hard);
    }
    r->config.revocation_hard = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_for_all_users_and_not_for_ever, rig_open, rig_close),
        cmocka_unit_test_setup_teardown(believes_nothing_it_did_not_write, rig_open, rig_close),
        cmocka_unit_test_setup_teardown(an_absent_cache_is_an_empty_one, rig_open, rig_close),
        cmocka_unit_test_setup_teardown(asks_nobody_without_a_fetcher, rig_open, rig_close),
        cmocka_unit_test_setup_teardown(the_policy_decides_who_may_be_encrypted_to, rig_open,
                                        rig_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
