#include <string.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "tests/unit/test.h"

static void arena_zeroes_and_limits(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(200 * 1024);
    for (int round = 0; round < 2; round++) {
        unsigned char *p = arena_alloc(a, 1000);
        assert_non_null(p);
        for (int i = 0; i < 1000; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xaa, 1000);
        assert_non_null(arena_alloc(a, 100 * 1024));
        assert_null(arena_alloc(a, 150 * 1024));
        assert_null(arena_array(a, SIZE_MAX / 2, 4));
        arena_reset(a);
        assert_int_equal(arena_used(a), 0);
    }
    assert_str(arena_printf(a, "%d-%s", 42, "x"), STR("42-x"));
}

static void arena_lowers_ascii_only(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4096);
    char text[] = "Ann@X.\xc3\x84Z[";
    str_t low = arena_lower(a, str_c(text));
    assert_true(str_eq(low, STR("ann@x.\xc3\x84z[")));
    assert_string_equal(text, "Ann@X.\xc3\x84Z[");
    assert_int_equal(arena_lower(a, STR_NULL).n, 0);
    assert_non_null(arena_lower(a, STR_NULL).p);
    CLEANUP_ARENA struct arena *small = arena_new(64);
    static const char long_text[8192];
    assert_null(arena_lower(small, str_n(long_text, sizeof long_text)).p);
}

static void buffer_keeps_what_it_had_when_it_refuses(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf b = BUF_INIT(1000);
    assert_true(buf_cstr(&b, "start"));
    char big[1001] = {0};
    assert_false(buf_add(&b, big, 996));
    assert_true(b.failed);
    assert_str(buf_view(&b), STR("start"));
    assert_false(buf_char(&b, 'x'));
    buf_clear(&b);
    assert_true(buf_add(&b, big, 1000));
    assert_false(buf_char(&b, 'x'));
}

/* What is expected and does not come costs nothing but room; what comes unexpected fits all the
 * same. */
static void buffer_takes_what_it_expects_without_moving(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(1000);
    assert_true(buf_cstr(&b, "start"));
    buf_expect(&b, 900);
    const char *at = b.p;
    char big[900] = {0};
    assert_str(buf_view(&b), STR("start"));
    assert_true(buf_add(&b, big, sizeof big));
    assert_ptr_equal(b.p, at);
    buf_expect(&b, SIZE_MAX);
    assert_false(b.failed);
    assert_true(buf_add(&b, big, 95));
    assert_false(buf_char(&b, 'x'));
    buf_expect(&b, 1);
    assert_true(b.failed);
}

static void base64_round_trips_and_is_strict(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    static const char raw[] = "\x00\xff\x10 any bytes\x80";
    for (size_t n = 0; n < sizeof raw; n++) {
        str_t out;
        assert_true(b64_decode(a, b64_encode(a, str_n(raw, n)), &out));
        assert_str(out, str_n(raw, n));
        assert_true(b64url_decode(a, b64url_encode(a, str_n(raw, n)), &out));
        assert_str(out, str_n(raw, n));
        assert_true(hex_decode(a, hex_encode(a, str_n(raw, n)), &out));
        assert_str(out, str_n(raw, n));
    }
    static const char *const bad[] = {"QQ",   "QQ=",  "QR==", "Q===", "QQ==\n",
                                      "Q Q=", "QQ=Q", "====", "-_-_"};
    str_t out = STR("untouched");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(b64_decode(a, str_c(bad[i]), &out));
    assert_str(out, STR("untouched"));
    assert_false(b64url_decode(a, STR("Q"), &out));
    assert_false(b64url_decode(a, STR("QR"), &out));
    assert_false(hex_decode(a, STR("abc"), &out));
}

static void errors_never_end_inside_a_character(void **state)
{
    (void) state;
    struct err e;
    char text[400];
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 2 ? '\xbc' : '\xc3';
    text[sizeof text - 1] = '\0';
    assert_int_equal(err_set(&e, RC_INVALID, "x%s", text), RC_INVALID);
    assert_true(str_is_utf8(str_c(e.message)));
    assert_true(strlen(e.message) > 250);
    assert_int_equal(err_set(NULL, RC_NOT_FOUND, NULL), RC_NOT_FOUND);
    assert_string_equal(err_word(RC_FEATURE_DISABLED), "feature_disabled");
    assert_int_equal(err_http_status(RC_FEATURE_DISABLED), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_zeroes_and_limits),
        cmocka_unit_test(arena_lowers_ascii_only),
        cmocka_unit_test(buffer_keeps_what_it_had_when_it_refuses),
        cmocka_unit_test(buffer_takes_what_it_expects_without_moving),
        cmocka_unit_test(base64_round_trips_and_is_strict),
        cmocka_unit_test(errors_never_end_inside_a_character),
    };
    return cmocka_run_group_tests_name("base/memory", tests, NULL, NULL);
}
