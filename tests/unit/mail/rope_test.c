/* mail/rope.h: what went in comes out again, byte for byte, and base64 is held decoded. */
#include "mail/rope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mail/entity.h"

static void put_random(struct buf *out, size_t n, uint32_t *seed)
{
    for (size_t i = 0; i < n; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        buf_char(out, (char) (*seed >> 24));
    }
}

/* Bytes that are held for it. */
static size_t held(const struct rope *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++)
        n += r->pieces[i].bytes.n;
    return n;
}

static void check_text(const struct rope *r, str_t want)
{
    CLEANUP_BUF struct buf out = BUF_INIT(want.n + 1);
    const struct flow f = rope_flow(r);
    assert_int_equal(f.n, want.n);
    for (int i = 0; i < 2; i++) { /* the same every time */
        buf_clear(&out);
        assert_int_equal(flow_collect(&f, &out, NULL), RC_OK);
        assert_true(str_eq(buf_view(&out), want));
    }
}

/* Fed in pieces of these lengths, over and over. */
static size_t feed_in(str_t text, const size_t *cuts, size_t n)
{
    CLEANUP_ROPE struct rope r = {.n = 0};
    size_t i = 0;
    for (str_t rest = text; rest.n > 0; i++) {
        size_t k = cuts[i % n] < rest.n ? cuts[i % n] : rest.n;
        assert_int_equal(rope_feed(&r, str_sub(rest, 0, k), NULL), RC_OK);
        rest = str_sub(rest, k, rest.n);
    }
    assert_int_equal(rope_end(&r, NULL), RC_OK);
    check_text(&r, text);
    return held(&r);
}

static void check_cuts(str_t text, size_t most)
{
    const size_t whole[] = {SIZE_MAX}, byte[] = {1}, odd[] = {1, 77, 78, 79, 3, 5000, 156};
    const size_t large[] = {262144, 13};
    assert_in_range(feed_in(text, whole, 1), 0, most);
    assert_in_range(feed_in(text, byte, 1), 0, most);
    assert_in_range(feed_in(text, odd, 7), 0, most);
    assert_in_range(feed_in(text, large, 2), 0, most);
}

static void test_attachment(void **state)
{
    static const size_t sizes[] = {0, 1, 56, 57, 58, 114, 57 * 512, 57 * 513 + 1, 3u << 20};
    uint32_t seed = 7;
    (void) state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        CLEANUP_BUF struct buf raw = BUF_INIT(8u << 20), text = BUF_INIT(8u << 20);
        put_random(&raw, sizes[i], &seed);
        buf_cstr(&text, "--=_b\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        mime_base64_encode(buf_view(&raw), &text);
        buf_cstr(&text, "--=_b--\r\n");
        check_cuts(buf_view(&text), sizes[i] + 200);
    }
}

/* What looks like base64 and would come out otherwise stays as it is. */
static void test_not_base64(void **state)
{
    static const char *const lines[] = {
        "",
        "\r\n",
        "\n\n\r\r\n",
        "no line end",
        /* 76 characters: '=' inside, a blank, bits behind the padding, a bare CR, other alphabets
         */
        "QUJD=UJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\r\n",
        "QUJD UJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\r\n",
        "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJ=\r\n",
        "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQR==\r\n",
        "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJ\r\r\n",
        "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\r\n",
        "-_JDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\r\n",
    };
    CLEANUP_BUF struct buf all = BUF_INIT(1u << 20);
    (void) state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        check_cuts(str_c(lines[i]), strlen(lines[i]));
        buf_cstr(&all, lines[i]);
        buf_cstr(
            &all,
            "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\r\n");
    }
    check_cuts(buf_view(&all), all.n);
}

/* Lines that only look alike, for long: each is tried, and kept. */
static void test_long_text(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT(1u << 20);
    (void) state;
    for (int i = 0; i < 3000; i++)
        buf_printf(&text, "%s%s\r\n", i % 3 == 1 ? "QUJD" : "QU D",
                   "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD");
    check_cuts(buf_view(&text), text.n - 1000 * 21);
    buf_clear(&text);
    for (int i = 0; i < 100000; i++)
        buf_char(&text, 'x'); /* one line */
    check_cuts(buf_view(&text), text.n);
}

static void test_borrowed(void **state)
{
    CLEANUP_ROPE struct rope r = {.n = 0};
    CLEANUP_BUF struct buf want = BUF_INIT(1000);
    str_t file = STR("0123456789012345678901234567890123456789012345678901234567890123456789");
    (void) state;
    assert_int_equal(rope_add(&r, STR("head\r\n"), false, NULL), RC_OK);
    assert_int_equal(rope_add(&r, file, true, NULL), RC_OK);
    assert_int_equal(rope_add(&r, STR(""), true, NULL), RC_OK);
    assert_int_equal(rope_add(&r, STR("tail\r\n"), false, NULL), RC_OK);
    buf_cstr(&want, "head\r\n");
    mime_base64_encode(file, &want);
    buf_cstr(&want, "tail\r\n");
    check_text(&r, buf_view(&want));
}

static void test_base64_flow(void **state)
{
    uint32_t seed = 3;
    (void) state;
    for (size_t n = 0; n < 400; n += 19) {
        CLEANUP_BUF struct buf raw = BUF_INIT(1000), want = BUF_INIT(1000), got = BUF_INIT(1000);
        put_random(&raw, n, &seed);
        mime_base64_encode(buf_view(&raw), &want);
        const str_t a = str_sub(buf_view(&raw), 0, n / 3), b = str_sub(buf_view(&raw), n / 3, n);
        const struct flow parts[] = {flow_of_str(&a), flow_of_str(&b)};
        const struct flow_list list = {parts, 2};
        const struct flow inner = flow_of_list(&list), f = base64_flow(&inner);
        assert_int_equal(flow_collect(&f, &got, NULL), RC_OK);
        assert_true(str_eq(buf_view(&got), buf_view(&want)));
        assert_int_equal(f.n, want.n);
    }
}

/* A flow that says another length than it has ends in an error, and gives no more than it said. */
static void test_wrong_length(void **state)
{
    const str_t text = STR("four");
    CLEANUP_BUF struct buf got = BUF_INIT(100);
    (void) state;
    for (size_t n = 3; n <= 5; n += 2) {
        struct flow f = flow_of_str(&text);
        f.n = n;
        buf_clear(&got);
        assert_int_equal(flow_collect(&f, &got, NULL), RC_INTERNAL);
        assert_in_range(got.n, 0, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attachment),  cmocka_unit_test(test_not_base64),
        cmocka_unit_test(test_long_text),   cmocka_unit_test(test_borrowed),
        cmocka_unit_test(test_base64_flow), cmocka_unit_test(test_wrong_length),
    };
    return cmocka_run_group_tests_name("rope", tests, NULL, NULL);
}
