/* The worked examples, each exactly. */
#include "tests/unit/policy/policy_json.h"

#define EXAMPLES "tests/fixtures/policy/examples.json"

static void decides_each_example(void **state)
{
    CLEANUP_JSON json_t *file = load(EXAMPLES), *rows = NULL;
    CLEANUP_BUF struct buf notes = BUF_INIT(1 << 16);
    struct err e = {.code = RC_OK};
    (void) state;
    if (examples_evaluate(file, &notes, &rows, &e) != RC_OK) fail_msg("%s", e.message);
    const json_t *all = json_object_get(file, "examples");
    assert_true(json_array_size(all) >= 81);
    assert_int_equal(json_array_size(rows), json_array_size(all));
    assert_str(buf_view(&notes), STR("")); /* every field of them is known */
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *x = json_array_get(all, i), *row = json_array_get(rows, i);
        assert_str(json_text(json_object_get(row, "id")), json_text(json_object_get(x, "id")));
        char *want = comparable(json_object_get(x, "expect"));
        char *got = comparable(json_object_get(row, "decision"));
        if (strcmp(want, got) != 0)
            fail_msg("%s: wanted\n%s\ngot\n%s", json_string_value(json_object_get(x, "id")), want,
                     got);
        free(want);
        free(got);
    }
}

/* A file of one example, and the same one alone. */
static void takes_one_example_alone(void **state)
{
    CLEANUP_JSON json_t *file = load(EXAMPLES), *rows = NULL;
    json_t *one = json_array_get(json_object_get(file, "examples"), 4);
    (void) state;
    assert_int_equal(examples_evaluate(one, NULL, &rows, NULL), RC_OK);
    assert_int_equal(json_array_size(rows), 1);
    assert_str(json_text(json_object_get(json_array_get(rows, 0), "id")), STR("D05"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_each_example),
        cmocka_unit_test(takes_one_example_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
