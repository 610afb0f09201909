/* Archives: every byte of the plain form, and the 64-bit forms where numbers are large. */
#include "base/zip.h"
#include "tests/unit/test.h"

static rc_t collect(void *holder, str_t piece, struct err *e)
{
    return buf_str(holder, piece) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

static rc_t refuse(void *holder, str_t piece, struct err *e)
{
    (void) piece;
    (*(unsigned *) holder)++;
    return err_set(e, RC_CANCELLED, NULL);
}

static uint64_t get(str_t s, size_t at, unsigned bytes)
{
    uint64_t v = 0;
    assert_true(at + bytes <= s.n);
    for (unsigned i = bytes; i > 0; i--)
        v = v << 8 | (unsigned char) s.p[at + i - 1];
    return v;
}

static void test_checksum(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        uint32_t want;
    } rows[] = {{"", 0},
                {"a", 0xe8b7be43},
                {"123456789", 0xcbf43926},
                {"The quick brown fox jumps over the lazy dog", 0x414fa339}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(crc32_of(str_c(rows[i].text)), rows[i].want);
}

static void test_plain(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
    struct zip z = ZIP_INIT(collect, &out);
    /* 2026-01-31 12:34:56 UTC */
    assert_int_equal(zip_add(&z, STR("a.txt"), STR("123456789"), 1769862896, NULL), RC_OK);
    assert_int_equal(zip_add(&z, STR("Gr\xc3\xbc\xc3\x9f"), STR(""), 0, NULL), RC_OK);
    assert_int_equal(zip_end(&z, NULL), RC_OK);
    str_t s = buf_view(&out);
    assert_true(str_starts(s, STR("PK\3\4\x14\0\0\x08\0\0")));
    assert_int_equal(get(s, 10, 4), 46u << 25 | 1u << 21 | 31u << 16 | 12u << 11 | 34u << 5 | 28u);
    assert_int_equal(get(s, 14, 4), 0xcbf43926);
    assert_int_equal(get(s, 18, 4), 9);
    assert_int_equal(get(s, 22, 4), 9);
    assert_str(str_sub(s, 30, 44), STR("a.txt123456789"));
    size_t end = s.n - 22, start = (size_t) get(s, end + 16, 4);
    assert_str(str_sub(s, end, end + 4), STR("PK\5\6"));
    assert_int_equal(get(s, end + 10, 2), 2);
    assert_int_equal(start + get(s, end + 12, 4), end);
    assert_str(str_sub(s, start, start + 4), STR("PK\1\2"));
    assert_int_equal(get(s, start + 8, 2), 1 << 11);
    size_t second = start + 46 + 5;
    assert_str(str_sub(s, second, second + 4), STR("PK\1\2"));
    assert_int_equal(get(s, second + 42, 4), 44);
    assert_int_equal(get(s, second + 12, 4), 1u << 21 | 1u << 16); /* before 1980 */
    zip_free(&z);
}

/* As if 5 GiB had been written before. */
static void test_far(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
    struct zip z = ZIP_INIT(collect, &out);
    uint64_t far = (uint64_t) 5 << 30;
    z.offset = far;
    assert_int_equal(zip_add(&z, STR("a"), STR("x"), 0, NULL), RC_OK);
    assert_int_equal(zip_end(&z, NULL), RC_OK);
    str_t s = buf_view(&out);
    size_t entry = 32, end = entry + 46 + 1 + 12;
    assert_int_equal(get(s, 4, 2), 20); /* the file itself is small */
    assert_str(str_sub(s, entry, entry + 4), STR("PK\1\2"));
    assert_int_equal(get(s, entry + 6, 2), 45);
    assert_int_equal(get(s, entry + 42, 4), 0xffffffff);
    assert_int_equal(get(s, entry + 47, 2), 1);
    assert_int_equal(get(s, entry + 49, 2), 8);
    assert_int_equal(get(s, entry + 51, 8), far);
    assert_str(str_sub(s, end, end + 4), STR("PK\6\6"));
    assert_int_equal(get(s, end + 4, 8), 44);
    assert_int_equal(get(s, end + 32, 8), 1);
    assert_int_equal(get(s, end + 48, 8), far + entry);
    assert_str(str_sub(s, end + 56, end + 60), STR("PK\6\7"));
    assert_int_equal(get(s, end + 64, 8), far + end);
    assert_str(str_sub(s, end + 76, end + 80), STR("PK\5\6"));
    assert_int_equal(get(s, end + 92, 4), 0xffffffff);
    assert_int_equal(s.n, end + 98);
    zip_free(&z);
}

/* 65,535 files is a number the old form has no room for. */
static void test_many(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf out = BUF_INIT(64 << 20);
    struct zip z = ZIP_INIT(collect, &out);
    for (unsigned i = 0; i < 65535; i++)
        assert_int_equal(zip_add(&z, STR("a"), STR(""), 0, NULL), RC_OK);
    assert_int_equal(zip_end(&z, NULL), RC_OK);
    str_t s = buf_view(&out);
    assert_int_equal(get(s, s.n - 12, 2), 0xffff);
    assert_str(str_sub(s, s.n - 98, s.n - 94), STR("PK\6\6"));
    assert_int_equal(get(s, s.n - 98 + 32, 8), 65535);
    zip_free(&z);
}

static void test_failures(void **state)
{
    (void) state;
    static char longer[ZIP_MAX_NAME + 1];
    unsigned calls = 0;
    struct zip z = ZIP_INIT(refuse, &calls);
    memset(longer, 'a', sizeof longer);
    assert_int_equal(zip_add(&z, str_n(longer, sizeof longer), STR("x"), 0, NULL), RC_TOO_LARGE);
    assert_int_equal(zip_add(&z, STR(""), STR("x"), 0, NULL), RC_TOO_LARGE);
    assert_int_equal(calls, 0);
    assert_int_equal(zip_add(&z, STR("a"), STR("x"), 0, NULL), RC_CANCELLED);
    assert_int_equal(calls, 1); /* nothing after the first failure */
    zip_free(&z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum), cmocka_unit_test(test_plain), cmocka_unit_test(test_far),
        cmocka_unit_test(test_many), cmocka_unit_test(test_failures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
