/* Against a private Redis on a Unix socket, started and ended by the test. */
#include "base/kv.h"
#include "tests/unit/redis.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/waxseal-kv-XXXXXX";
static char socket_path[64];
static pid_t redis;

static void start_redis(void)
{
    redis = redis_start(socket_path, "test-only");
}

static void stop_redis(void)
{
    redis_stop(redis, socket_path);
}

static int setup(void **state)
{
    (void) state;
    assert_non_null(mkdtemp(folder));
    snprintf(socket_path, sizeof socket_path, "%s/s", folder);
    start_redis();
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    stop_redis();
    return rmdir(folder);
}

static struct kv *open_kv(const char *password)
{
    struct kv *kv = NULL;
    struct kv_options o = {
        .socket = str_c(socket_path), .password = str_c(password), .timeout_ms = 20000};
    assert_int_equal(kv_new(&o, &kv, NULL), RC_OK);
    return kv;
}

static void keeps_any_bytes(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct kv *kv = open_kv("test-only");
    struct kv_value v;
    str_t odd = str_n("\0\r\n*3\xff% %s", 10);
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("SET"), odd, odd), RC_OK);
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), odd), RC_OK);
    assert_int_equal(v.type, KV_STR);
    assert_str(v.s, odd);
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), STR("nothing")), RC_OK);
    assert_int_equal(v.type, KV_NIL);
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("MGET"), odd, STR("nothing")), RC_OK);
    assert_int_equal(v.count, 2);
    assert_int_equal(v.items[1].type, KV_NIL);
    str_t keys[] = {STR("n")}, args[] = {STR("5")};
    assert_int_equal(kv_eval(kv, a, &v, NULL, STR("return redis.call('INCRBY', KEYS[1], ARGV[1])"),
                             keys, 1, args, 1),
                     RC_OK);
    assert_int_equal(v.i, 5);
    kv_free(kv);
}

static void one_bad_reply_leaves_the_pipeline_in_step(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct kv *kv = open_kv("test-only");
    struct kv_value v, outs[2];
    struct err e;
    const str_t wrong[] = {STR("LPUSH"), STR("text"), STR("x")}, get[] = {STR("GET"), STR("text")};
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("SET"), STR("text"), STR("kept")), RC_OK);
    assert_int_equal(kv_pipeline(kv, a, (struct kv_call[]){{wrong, 3}, {get, 2}}, 2, outs, &e),
                     RC_INTERNAL);
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), STR("text")), RC_OK);
    assert_str(v.s, STR("kept"));
    kv_free(kv);
}

static void says_state_down_and_comes_back(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct kv *kv = open_kv("test-only"), *stranger = open_kv("wrong");
    struct kv_value v = {.type = KV_INT, .i = 77};
    struct err e;
    assert_int_equal(KV_CMD(stranger, a, &v, &e, STR("PING")), RC_STATE_DOWN);
    assert_int_equal(KV_CMD(kv, a, &v, &e, STR("PING")), RC_OK);
    stop_redis();
    v = (struct kv_value){.type = KV_INT, .i = 77};
    assert_int_equal(KV_CMD(kv, a, &v, &e, STR("PING")), RC_STATE_DOWN);
    assert_int_equal(v.i, 77);
    start_redis();
    rc_t rc = RC_STATE_DOWN;
    for (int i = 0; i < 6000 && rc != RC_OK; i++, usleep(10 * 1000)) /* a hang fails */
        rc = KV_CMD(kv, a, &v, &e, STR("PING"));
    assert_int_equal(rc, RC_OK);
    kv_free(kv);
    kv_free(stranger);
}

/* Another client's commands, counted: what was read ahead asks no more. */
static long long commands(struct kv *other, struct arena *a)
{
    struct kv_value v;
    assert_int_equal(KV_CMD(other, a, &v, NULL, STR("INFO"), STR("commandstats")), RC_OK);
    ptrdiff_t at = str_find(v.s, STR("cmdstat_get:calls="));
    return at < 0 ? 0 : strtoll(v.s.p + at + 18, NULL, 10);
}

static void reads_ahead(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20), *b = arena_new(1 << 20);
    struct kv *kv = open_kv("test-only"), *other = open_kv("test-only");
    struct kv_value v;
    assert_int_equal(
        KV_CMD(kv, a, &v, NULL, STR("MSET"), STR("one"), STR("1"), STR("two"), STR("2")), RC_OK);
    long long before = commands(other, a);
    kv_ahead(kv, STR("two"));
    kv_ahead(kv, STR("none"));
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), STR("one")), RC_OK);
    assert_str(v.s, STR("1"));
    assert_int_equal(commands(other, a) - before, 3);
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), STR("two")), RC_OK);
    assert_str(v.s, STR("2"));
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), STR("none")), RC_OK);
    assert_int_equal(v.type, KV_NIL);
    assert_int_equal(commands(other, a) - before, 3);
    /* once: then it is asked for, and what changed meanwhile is seen */
    assert_int_equal(KV_CMD(other, a, &v, NULL, STR("SET"), STR("two"), STR("22")), RC_OK);
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), STR("two")), RC_OK);
    assert_str(v.s, STR("22"));
    kv_free(kv);
    kv_free(other);
}

static void reads_ahead_nothing_old(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20), *b = arena_new(1 << 20);
    struct kv *kv = open_kv("test-only"), *other = open_kv("test-only");
    struct kv_value v;
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("SET"), STR("k"), STR("old")), RC_OK);
    for (int how = 0; how < 3; how++) {
        kv_ahead(kv, STR("k"));
        assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), STR("one")), RC_OK);
        assert_int_equal(KV_CMD(other, a, &v, NULL, STR("SET"), STR("k"), STR("new")), RC_OK);
        /* our own write, the end of the request, another request's arena */
        if (how == 0)
            assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("SET"), STR("x"), STR("y")), RC_OK);
        if (how == 1) kv_ahead_forget(kv);
        assert_int_equal(KV_CMD(kv, how == 2 ? b : a, &v, NULL, STR("GET"), STR("k")), RC_OK);
        assert_str(v.s, STR("new"));
        kv_ahead_forget(kv);
        assert_int_equal(KV_CMD(other, a, &v, NULL, STR("SET"), STR("k"), STR("old")), RC_OK);
    }
    /* a key of another type fails nobody who did not ask for it; more than there is room for */
    assert_int_equal(KV_CMD(other, a, &v, NULL, STR("HSET"), STR("h"), STR("f"), STR("v")), RC_OK);
    for (int i = 0; i < 9; i++)
        kv_ahead(kv, STR("h"));
    assert_int_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), STR("k")), RC_OK);
    assert_str(v.s, STR("old"));
    assert_int_not_equal(KV_CMD(kv, a, &v, NULL, STR("GET"), STR("h")), RC_OK);
    kv_free(kv);
    kv_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_any_bytes),
        cmocka_unit_test(reads_ahead),
        cmocka_unit_test(reads_ahead_nothing_old),
        cmocka_unit_test(one_bad_reply_leaves_the_pipeline_in_step),
        cmocka_unit_test(says_state_down_and_comes_back),
    };
    return cmocka_run_group_tests_name("base/kv", tests, setup, teardown);
}
