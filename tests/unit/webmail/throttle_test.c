/* The limits of SECURITY.md on failed sign-ins. */
#include "tests/unit/webmail/rig.h"
#include "webmail/session/throttle.h"

/* One attempt that fails, or is taken back. */
static rc_t attempt(struct rig *r, const char *account, const char *client, bool success)
{
    struct rig_call *rc = rig_call(r, NULL);
    struct throttle t;
    rc->q.client_address = str_c(client);
    rc_t code = throttle_begin(&rc->c, str_c(account), &t, NULL);
    if (code == RC_OK && success)
        assert_int_equal(throttle_take_back(&rc->c, &t, true, NULL), RC_OK);
    if (code == RC_THROTTLED) {
        uint32_t seconds = 0;
        assert_true(str_to_u32(rig_header(rc, STR("Retry-After")), &seconds) && seconds >= 1 &&
                    seconds <= THROTTLE_WINDOW_SECONDS);
    }
    rig_call_free(rc);
    return code;
}

static void ten_for_account_and_address(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 10; i++)
        assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", false), RC_OK);
    assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", false), RC_THROTTLED);
    assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", true), RC_THROTTLED);
    assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.2", false), RC_OK);
    assert_int_equal(attempt(r, "bob@demo.test", "192.0.2.1", false), RC_OK);
}

static void success_is_no_failure(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 120; i++)
        assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", true), RC_OK);
    for (int i = 0; i < 9; i++)
        assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", false), RC_OK);
    assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", true), RC_OK);
    for (int i = 0; i < 9; i++)
        assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", false), RC_OK);
}

static void a_hundred_for_a_network(void **state)
{
    struct rig *r = *state;
    char account[40], client[40];
    for (int i = 0; i < 100; i++) {
        snprintf(account, sizeof account, "user%d@demo.test", i);
        snprintf(client, sizeof client, "2001:db8:1:2::%x", i + 1);
        assert_int_equal(attempt(r, account, client, false), RC_OK);
    }
    assert_int_equal(attempt(r, "fresh@demo.test", "2001:db8:1:2:ffff::1", false), RC_THROTTLED);
    assert_int_equal(attempt(r, "fresh@demo.test", "2001:db8:1:3::1", false), RC_OK);
}

static void an_account_has_to_wait(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    char client[40];
    for (int i = 0; i < 50; i++) {
        snprintf(client, sizeof client, "10.%d.0.1", i);
        assert_int_equal(attempt(r, "alice@demo.test", client, false), RC_OK);
    }
    assert_int_equal(attempt(r, "alice@demo.test", "10.99.0.1", false), RC_THROTTLED);
    struct kv_value keys = RIG_REDIS(r, a, STR("KEYS"), STR("test:thr:w:*"));
    assert_int_equal(keys.count, 1);
    RIG_REDIS(r, a, STR("DEL"), keys.items[0].s); /* as if the time had passed */
    assert_int_equal(attempt(r, "alice@demo.test", "10.99.0.1", false), RC_OK);
    assert_int_equal(attempt(r, "bob@demo.test", "10.98.0.1", false), RC_OK);
}

static rc_t act(struct rig *r, const char *account, const char *what)
{
    struct rig_call *rc = rig_call(r, account);
    uint32_t seconds = 0;
    struct err e = {0};
    rc_t code = throttle_act(&rc->c, what, 20, "That is a lot.", &e);
    if (code != RC_OK) {
        assert_string_equal(e.message, "That is a lot.");
        assert_true(str_to_u32(rig_header(rc, STR("Retry-After")), &seconds) && seconds >= 1 &&
                    seconds <= THROTTLE_ACT_SECONDS);
    }
    rig_call_free(rc);
    return code;
}

static void so_many_acts_an_hour(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(act(r, "alice@demo.test", "directory"), RC_OK);
    assert_int_equal(act(r, "alice@demo.test", "directory"), RC_THROTTLED);
    assert_int_equal(act(r, "alice@demo.test", "something else"), RC_OK);
    assert_int_equal(act(r, "bob@demo.test", "directory"), RC_OK);
    RIG_REDIS(r, a, STR("FLUSHALL")); /* lifts no limit of this server */
    assert_int_equal(act(r, "alice@demo.test", "directory"), RC_THROTTLED);
}

static void waiting_grows(void **state)
{
    (void) state;
    assert_int_equal(throttle_wait(0), 0);
    assert_int_equal(throttle_wait(49), 0);
    assert_int_equal(throttle_wait(50), 1);
    unsigned before = 0;
    for (unsigned n = 50; n < 200; n++) {
        assert_true(throttle_wait(n) >= before);
        before = throttle_wait(n);
    }
    assert_int_equal(before, THROTTLE_MOST_WAIT_SECONDS);
}

static void an_emptied_redis_lifts_no_limit(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    for (int i = 0; i < 10; i++)
        assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", false), RC_OK);
    RIG_REDIS(r, a, STR("FLUSHALL"));
    assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", false), RC_THROTTLED);
}

static void counts_end_with_their_window(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    attempt(r, "alice@demo.test", "192.0.2.1", false);
    struct kv_value keys = RIG_REDIS(r, a, STR("KEYS"), STR("test:thr:*"));
    assert_int_equal(keys.count, 3);
    for (size_t i = 0; i < keys.count; i++)
        assert_in_range(RIG_REDIS(r, a, STR("TTL"), keys.items[i].s).i, 890, 900);
}

static void redis_away_means_no_attempt(void **state)
{
    struct rig *r = *state;
    rig_stop_redis(r);
    r->redis = 0;
    assert_int_equal(attempt(r, "alice@demo.test", "192.0.2.1", false), RC_STATE_DOWN);
}

#define T(f) cmocka_unit_test_setup_teardown(f, rig_open, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(ten_for_account_and_address),
        T(success_is_no_failure),
        T(a_hundred_for_a_network),
        T(an_account_has_to_wait),
        T(so_many_acts_an_hour),
        cmocka_unit_test(waiting_grows),
        T(an_emptied_redis_lifts_no_limit),
        T(counts_end_with_their_window),
        T(redis_away_means_no_attempt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
