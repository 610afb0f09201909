/* When a host counts as slow, and for whom. */
#include "fetch/crowd.h"

#include "tests/unit/test.h"

static void half_of_the_threads_may_wait_for_one_host(void **state)
{
    (void) state;
    struct crowd c = CROWD_INIT(4);
    unsigned a, b, other;
    assert_true(crowd_enter(&c, "slow.example", 1, &a));
    assert_true(crowd_enter(&c, "slow.example", 1, &b));
    assert_int_not_equal(a, b);
    assert_false(crowd_enter(&c, "slow.example", 2 + LIMIT_SLOW_MS, &other));
    assert_true(crowd_enter(&c, "fast.example", 2 + LIMIT_SLOW_MS, &other));
    crowd_leave(&c, other);
    crowd_leave(&c, a);
    assert_true(crowd_enter(&c, "slow.example", 2 + LIMIT_SLOW_MS, &other));
}

static void a_burst_is_not_slow(void **state)
{
    (void) state;
    struct crowd c = CROWD_INIT(LIMIT_THREADS);
    unsigned place;
    for (unsigned i = 0; i < LIMIT_THREADS; i++)
        assert_true(crowd_enter(&c, "busy.example", 1 + i, &place));
    assert_false(crowd_enter(&c, "busy.example", 100, &place)); /* no place is left */
    crowd_leave(&c, 7);
    assert_true(crowd_enter(&c, "busy.example", 100, &place));
    assert_int_equal(place, 7);
}

static void a_single_thread_serves_everybody(void **state)
{
    (void) state;
    struct crowd c = CROWD_INIT(1);
    unsigned place;
    for (int64_t now = 1; now < 5; now++) {
        assert_true(crowd_enter(&c, "one.example", now * 10000, &place));
        crowd_leave(&c, place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_of_the_threads_may_wait_for_one_host),
        cmocka_unit_test(a_burst_is_not_slow),
        cmocka_unit_test(a_single_thread_serves_everybody),
    };
    return cmocka_run_group_tests_name("fetch/crowd", tests, NULL, NULL);
}
