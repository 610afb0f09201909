/* One-time codes: the values of RFC 6238 appendix B and RFC 4648 section 10. */
#include "crypto/totp.h"

#include "tests/unit/test.h"

#define SECRET STR("12345678901234567890")

static void says_what_the_rfc_says(void **state)
{
    (void) state;
    static const struct {
        uint64_t seconds;
        const char *code; /* the last six of the eight digits there */
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char code[TOTP_DIGITS + 1];
        assert_int_equal(totp_code(SECRET, rows[i].seconds / TOTP_STEP_SECONDS, code, NULL), RC_OK);
        assert_string_equal(code, rows[i].code);
    }
    char code[TOTP_DIGITS + 1] = "kept";
    assert_int_not_equal(totp_code(STR(""), 1, code, NULL), RC_OK);
    assert_string_equal(code, "kept");
}

static bool finds(uint64_t of_step, uint64_t now, uint64_t used)
{
    char code[TOTP_DIGITS + 1];
    bool found = false;
    uint64_t at = 0;
    assert_int_equal(totp_code(SECRET, of_step, code, NULL), RC_OK);
    assert_int_equal(totp_find(SECRET, str_c(code), now, 1, used, &found, &at, NULL), RC_OK);
    if (found) assert_int_equal(at, of_step);
    return found;
}

static void takes_one_step_either_way_and_none_twice(void **state)
{
    (void) state;
    assert_true(finds(1000, 1000, 0));
    assert_true(finds(999, 1000, 0));
    assert_true(finds(1001, 1000, 0));
    assert_false(finds(998, 1000, 0));
    assert_false(finds(1002, 1000, 0));
    assert_false(finds(1000, 1000, 1000));
    assert_false(finds(999, 1000, 1000));
    assert_true(finds(1001, 1000, 1000));
    assert_true(finds(1, 0, 0)); /* no step before the first */
    static const char *const others[] = {"", "28708", "2870822", "28708a", "000000\n"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        bool found = true;
        uint64_t at;
        assert_int_equal(totp_find(SECRET, str_c(others[i]), 1, 1, 0, &found, &at, NULL), RC_OK);
        assert_false(found);
    }
}

static void writes_base32(void **state)
{
    (void) state;
    static const struct {
        const char *raw, *text;
    } rows[] = {{"", ""},
                {"f", "MY"},
                {"fo", "MZXQ"},
                {"foo", "MZXW6"},
                {"foob", "MZXW6YQ"},
                {"fooba", "MZXW6YTB"},
                {"foobar", "MZXW6YTBOI"}};
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_str(base32_encode(a, str_c(rows[i].raw)), str_c(rows[i].text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_the_rfc_says),
        cmocka_unit_test(takes_one_step_either_way_and_none_twice),
        cmocka_unit_test(writes_base32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
