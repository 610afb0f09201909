#include "base/str.h"
#include "tests/unit/test.h"

static void cuts_and_trims(void **state)
{
    (void) state;
    str_t head, tail;
    assert_true(str_cut(STR("a=b=c"), '=', &head, &tail));
    assert_str(head, STR("a"));
    assert_str(tail, STR("b=c"));
    assert_false(str_cut(STR("plain"), '=', &head, &tail));
    assert_str(head, STR("plain"));
    assert_true(str_is_null(tail));
    assert_str(str_trim(STR(" \t\r\n x y \n")), STR("x y"));
    assert_str(str_trim(STR(" \n")), STR(""));
    assert_str(str_sub(STR("abc"), 2, 99), STR("c"));
    assert_str(str_sub(STR("abc"), 9, 2), STR(""));
}

static void compares(void **state)
{
    (void) state;
    assert_true(str_ieq(STR("MiXed"), STR("mIxED")));
    assert_false(str_ieq(STR("a"), STR("ab")));
    assert_true(str_istarts(STR("Content-Type"), STR("content-")));
    assert_true(str_iends(STR("smime.P7M"), STR(".p7m")));
    assert_int_equal(str_ifind(STR("one TWO three"), STR("two")), 4);
    assert_int_equal(str_ifind(STR("one"), STR("four")), -1);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("b"), STR("ab")) > 0);
    assert_int_equal(str_cmp(STR(""), STR_NULL), 0);
}

static void reads_numbers_strictly(void **state)
{
    (void) state;
    static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "1x", "18446744073709551616"};
    uint64_t v = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_to_u64(str_c(bad[i]), &v));
    assert_int_equal(v, 7);
    assert_true(str_to_u64(STR("18446744073709551615"), &v));
    assert_true(v == UINT64_MAX);
    uint32_t w;
    assert_false(str_to_u32(STR("4294967296"), &w));
    assert_true(str_to_u32(STR("4294967295"), &w));
}

static void knows_utf8(void **state)
{
    (void) state;
    static const struct {
        const char *bytes;
        bool good;
    } rows[] = {
        {"plain", true},
        {"Gr\xc3\xbc\xc3\x9f"
         "e",
         true},
        {"\xf0\x9f\x94\x91", true},
        {"\xc0\x80", false},
        {"\xed\xa0\x80", false},
        {"\xf4\x90\x80\x80", false},
        {"\xe2\x82", false},
        {"\x80", false},
        {"\xff", false},
        {"\xe0\x80\xaf", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(str_is_utf8(str_c(rows[i].bytes)), rows[i].good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_and_trims),
        cmocka_unit_test(compares),
        cmocka_unit_test(reads_numbers_strictly),
        cmocka_unit_test(knows_utf8),
    };
    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
