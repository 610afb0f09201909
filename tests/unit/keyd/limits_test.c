#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "keyd/limits.h"
#include "tests/unit/test.h"

enum { HOUR = LIMITS_WINDOW_MS };

/* Good until the fourth call after this one. */
static const char *id_of(unsigned i)
{
    static _Thread_local char ids[4][65];
    static _Thread_local unsigned turn;
    char *id = ids[turn++ % 4];
    snprintf(id, sizeof *ids, "%08x%056x", i * 2654435761u, i);
    return id;
}

static struct limits *new_limits(size_t keys, unsigned per_minute)
{
    struct limits *l = NULL;
    assert_int_equal(limits_new(keys, per_minute, &l, NULL), RC_OK);
    return l;
}

static void twenty_failures_within_an_hour_stop(void **state)
{
    (void) state;
    struct limits *l = new_limits(100, 1000);
    str_t id = str_c(id_of(1));
    int64_t now = 5;
    for (unsigned i = 1; i < LIMITS_FAILURES; i++, now += 1000)
        assert_int_equal(limits_fail(l, id, now), i);
    assert_int_equal(limits_take(l, id, LIMITS_DECRYPT, now), LIMITS_GO);
    assert_int_equal(limits_fail(l, id, now), LIMITS_FAILURES);
    assert_int_equal(limits_take(l, id, LIMITS_DECRYPT, now), LIMITS_STOPPED);
    assert_int_equal(limits_take(l, id, LIMITS_SIGN, now), LIMITS_GO);
    assert_int_equal(limits_take(l, str_c(id_of(2)), LIMITS_DECRYPT, now), LIMITS_GO);
    /* the window slides: the first of them was at 5 */
    assert_int_equal(limits_take(l, id, LIMITS_DECRYPT, HOUR + 4), LIMITS_STOPPED);
    assert_int_equal(limits_take(l, id, LIMITS_DECRYPT, HOUR + 5), LIMITS_GO);
    assert_int_equal(limits_fail(l, id, HOUR + 5), LIMITS_FAILURES);
    assert_int_equal(limits_take(l, id, LIMITS_DECRYPT, HOUR + 6), LIMITS_STOPPED);
    limits_free(l);
}

static void more_failures_keep_it_stopped(void **state)
{
    (void) state;
    struct limits *l = new_limits(100, 1000);
    str_t id = str_c(id_of(1));
    for (int64_t i = 0; i < 50; i++)
        limits_fail(l, id, i * 60000); /* one a minute, also while it rests */
    assert_int_equal(limits_take(l, id, LIMITS_DECRYPT, 49 * 60000 + 1), LIMITS_STOPPED);
    /* what counts are the newest twenty: from minute 30 on */
    assert_int_equal(limits_take(l, id, LIMITS_DECRYPT, 30 * 60000 + HOUR - 1), LIMITS_STOPPED);
    assert_int_equal(limits_take(l, id, LIMITS_DECRYPT, 30 * 60000 + HOUR), LIMITS_GO);
    limits_free(l);
}

static void a_rate_is_kept_for_each_use(void **state)
{
    (void) state;
    struct limits *l = new_limits(100, 6);
    str_t id = str_c(id_of(1));
    for (int i = 0; i < 6; i++)
        assert_int_equal(limits_take(l, id, LIMITS_SIGN, 100), LIMITS_GO);
    assert_int_equal(limits_take(l, id, LIMITS_SIGN, 100), LIMITS_TOO_FAST);
    assert_int_equal(limits_take(l, id, LIMITS_DECRYPT, 100), LIMITS_GO);
    assert_int_equal(limits_take(l, id, LIMITS_SIGN, 100 + 9999), LIMITS_TOO_FAST);
    assert_int_equal(limits_take(l, id, LIMITS_SIGN, 100 + 10000), LIMITS_GO);
    assert_int_equal(limits_take(l, id, LIMITS_SIGN, 100 + 10000), LIMITS_TOO_FAST);
    /* never more than a minute's worth at once */
    for (int i = 0; i < 6; i++)
        assert_int_equal(limits_take(l, id, LIMITS_SIGN, 100 * (int64_t) HOUR), LIMITS_GO);
    assert_int_equal(limits_take(l, id, LIMITS_SIGN, 100 * (int64_t) HOUR), LIMITS_TOO_FAST);
    limits_free(l);
}

/* A stopped key stays stopped, however many others come. */
static void other_keys_push_nothing_out(void **state)
{
    (void) state;
    struct limits *l = new_limits(64, 10);
    str_t id = str_c(id_of(0));
    for (int i = 0; i < LIMITS_FAILURES; i++)
        limits_fail(l, id, 1000);
    char kept[65];
    snprintf(kept, sizeof kept, "%s", id.p);
    unsigned refused = 0;
    for (unsigned i = 1; i < 5000; i++)
        refused += limits_take(l, str_c(id_of(i)), LIMITS_SIGN, 1001) == LIMITS_TOO_FAST;
    assert_true(refused > 4000); /* no room for so many: refused, not forgotten */
    assert_int_equal(limits_take(l, str_c(kept), LIMITS_DECRYPT, 1002), LIMITS_STOPPED);
    /* what has nothing to tell any more makes room */
    for (unsigned i = 6000; i < 6010; i++)
        assert_int_equal(limits_take(l, str_c(id_of(i)), LIMITS_SIGN, 1001 + 60000), LIMITS_GO);
    limits_free(l);
}

struct crowd {
    struct limits *l;
    atomic_uint went;
};

static void *take_many(void *arg)
{
    struct crowd *c = arg;
    for (int i = 0; i < 1000; i++)
        if (limits_take(c->l, str_c(id_of(7)), LIMITS_DECRYPT, 1) == LIMITS_GO)
            atomic_fetch_add(&c->went, 1);
    return NULL;
}

static void threads_share_one_rate(void **state)
{
    (void) state;
    struct crowd c = {.l = new_limits(100, 500)};
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, take_many, &c), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    assert_int_equal(atomic_load(&c.went), 500);
    limits_free(c.l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_failures_within_an_hour_stop),
        cmocka_unit_test(more_failures_keep_it_stopped),
        cmocka_unit_test(a_rate_is_kept_for_each_use),
        cmocka_unit_test(other_keys_push_nothing_out),
        cmocka_unit_test(threads_share_one_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
