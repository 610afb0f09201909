/* Who shares an organisation. */
#include "policy/directory.h"

#include "tests/unit/test.h"

static bool shared(const char *mine, enum organisation_directory directory, const char *other,
                   enum organisation_directory others)
{
    const struct entitlement of = {.organisation = other ? str_c(other) : STR_NULL,
                                   .directory = others};
    return directory_shared(mine ? str_c(mine) : STR_NULL, directory, &of);
}

static void accounts_of_one_organisation(void **state)
{
    (void) state;
    assert_true(shared("demo", DIRECTORY_CERTIFICATES, "demo", DIRECTORY_CERTIFICATES));
    assert_true(shared("demo", DIRECTORY_NAMES, "demo", DIRECTORY_NAMES));
}

static void nobody_else(void **state)
{
    (void) state;
    static const char *const others[] = {"other", "dem", "demo2", "Demo", "", NULL};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(shared("demo", DIRECTORY_NAMES, others[i], DIRECTORY_NAMES));
        assert_false(shared(others[i], DIRECTORY_NAMES, "demo", DIRECTORY_NAMES));
    }
    assert_false(shared(NULL, DIRECTORY_NAMES, NULL, DIRECTORY_NAMES));
    assert_false(shared("", DIRECTORY_NAMES, "", DIRECTORY_NAMES));
}

static void nor_where_the_organisation_says_no(void **state)
{
    (void) state;
    assert_false(shared("demo", DIRECTORY_OFF, "demo", DIRECTORY_NAMES));
    assert_false(shared("demo", DIRECTORY_NAMES, "demo", DIRECTORY_OFF));
    const struct entitlement suspended = {
        .organisation = STR("demo"), .directory = DIRECTORY_NAMES, .suspended = true};
    assert_false(directory_shared(STR("demo"), DIRECTORY_NAMES, &suspended));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_of_one_organisation),
        cmocka_unit_test(nobody_else),
        cmocka_unit_test(nor_where_the_organisation_says_no),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
