/* What may be asked of a directory, and how an address stands in a filter. */
#include "fetch/directory.h"

#include "tests/unit/test.h"

static bool cut(const char *url)
{
    str_t name = STR_NULL, address = STR_NULL;
    return directory_cut(str_c(url), &name, &address);
}

static void a_question_names_a_directory_and_an_address(void **state)
{
    (void) state;
    str_t name, address;
    assert_true(directory_cut(STR("ldap:staff/anna@example.org"), &name, &address));
    assert_true(str_eq(name, STR("staff")));
    assert_true(str_eq(address, STR("anna@example.org")));
    static const char *const bad[] = {"",
                                      "ldap:",
                                      "ldap:staff",
                                      "ldap:staff/",
                                      "ldap:/anna@example.org",
                                      "ldap:staff/anna",
                                      "ldap:staff/@example.org",
                                      "ldap:staff/an na@example.org",
                                      "ldap:staff/a/b@example.org",
                                      "ldap:staff/\xc3\xa4@example.org",
                                      "ldap://127.0.0.1:389/a@b",
                                      "http://staff/anna@example.org"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (cut(bad[i])) fail_msg("taken: %s", bad[i]);
}

static void expect_filter(const char *address, const char *filter)
{
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    directory_filter(str_c(address), &b);
    assert_false(b.failed);
    assert_string_equal(b.p, filter);
}

static void no_sign_of_an_address_means_anything_in_a_filter(void **state)
{
    (void) state;
    expect_filter("anna@example.org", "(mail=anna\\40example\\2eorg)");
    expect_filter("*", "(mail=\\2a)");
    expect_filter("a)(uid=*", "(mail=a\\29\\28uid\\3d\\2a)");
    expect_filter("\\2a@x", "(mail=\\5c2a\\40x)");
    expect_filter("\xc3\xa4@x", "(mail=\\c3\\a4\\40x)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_names_a_directory_and_an_address),
        cmocka_unit_test(no_sign_of_an_address_means_anything_in_a_filter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
