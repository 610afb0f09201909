/* Who shares an organisation. */
#include "policy/directory.h"

#include "tests/unit/test.h"

static bool shared(const char *one, const char *other)
{
    bool out = false;
    assert_int_equal(directory_shared(NULL, NULL, STR("t"), str_c(one), str_c(other), &out, NULL),
                     RC_OK);
    return out;
}

static void accounts_of_one_domain(void **state)
{
    (void) state;
    assert_true(shared("a@demo.test", "b@demo.test"));
    assert_true(shared("a@demo.test", "b@DEMO.Test"));
    assert_true(shared("a@demo.test", "a@demo.test"));
    assert_true(shared("\"x@other.test\"@demo.test", "b@demo.test"));
}

static void nobody_else(void **state)
{
    (void) state;
    static const char *const others[] = {"b@other.test",
                                         "b@sub.demo.test",
                                         "b@xdemo.test",
                                         "b@demo.test.other",
                                         "demo.test",
                                         "@demo.test",
                                         "b@demo.test@other.test",
                                         "b@",
                                         "",
                                         "b@demo.test."};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(shared("a@demo.test", others[i]));
        assert_false(shared(others[i], "a@demo.test"));
    }
    assert_false(shared("", ""));
    assert_false(shared("a@", "b@"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_of_one_domain),
        cmocka_unit_test(nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
