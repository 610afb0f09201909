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

/* --- what a request may cost -------------------------------------------------------------------
 */

/* Texts with the numbers from 0 in them. */
static json_t *numbered(const char *before, int n, const char *after)
{
    json_t *all = json_array();
    char text[160];
    for (int i = 0; i < n; i++) {
        snprintf(text, sizeof text, "%s%d%s", before, i, after);
        json_array_append_new(all, json_string(text));
    }
    return all;
}

/* Rules R0, R1, … for all mail, each with this filter (NULL: none); id: what is before the number.
 */
static json_t *rules_of(int n, const char *id, json_t *filter)
{
    json_t *ids = numbered(id, n, ""), *all = json_array();
    for (int i = 0; i < n; i++) {
        json_t *r = json_pack("{s:O,s:i,s:[s],s:[s]}", "id", json_array_get(ids, (size_t) i),
                              "priority", 1, "from", "*", "to", "*");
        if (filter) json_object_set(r, "filter", filter);
        json_array_append_new(all, r);
    }
    json_decref(ids);
    json_decref(filter);
    return all;
}

/* What ann@acme.example writes to n people outside; datasets NULL: none. Takes what it is given. */
static json_t *described(json_t *rules, json_t *datasets, int n, json_t *subject)
{
    json_t *file = json_pack("{s:[{s:s,s:[s],s:o,s:o}],s:{s:b,s:s,s:o,s:o,s:{s:s}}}", "orgs", "id",
                             "acme", "domains", "acme.example", "rules", rules, "datasets",
                             datasets ? datasets : json_object(), "message", "authenticated", 1,
                             "from", "ann@acme.example", "to", numbered("p", n, "@other.example"),
                             "subject", subject, "headers", "x-class", "for few only");
    assert_non_null(file);
    return file;
}

static json_t *test_of(const char *field, const char *op, const char *value)
{
    return json_pack("{s:s,s:s,s:s}", "field", field, "op", op, "value", value);
}

/* {any: [n times the same]} and, where it is not NULL, one more. */
static json_t *any_of(int n, json_t *test, json_t *more)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append(list, test);
    if (more) json_array_append_new(list, more);
    json_decref(test);
    return json_pack("{s:o}", "any", list);
}

static json_t *long_subject(size_t n)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 21);
    while (b.n < n)
        buf_char(&b, b.n % 2 ? ' ' : 'a');
    return json_stringn(b.p, b.n);
}

static json_t *short_subject(void)
{
    return json_string("Minutes of the board, confidential; please read until Friday");
}

enum refused { FITS, WORK, ANSWER };

/* Takes the file. What is refused for its work is refused before anything is decided. */
static void costs(json_t *file, enum refused want)
{
    CLEANUP_JSON json_t *own = file, *rows = NULL;
    struct effort left = EFFORT_OF_A_REQUEST, all = left;
    struct err e = {.code = RC_OK};
    rc_t rc = examples_evaluate_within(own, &left, NULL, &rows, &e);
    if (want == FITS && rc != RC_OK) fail_msg("%s", e.message);
    assert_int_equal(rc, want == FITS ? RC_OK : RC_TOO_LARGE);
    assert_true((want == FITS) == (rows != NULL));
    assert_true((want == WORK) == (left.work == all.work));
    if (want != FITS)
        assert_non_null(strstr(e.message, want == WORK ? "take too long" : "too long, as it"));
}

/* One recipient more than a request may have named in its answer, and filters that look too long.
 */
static void a_request_has_a_limit_a_file_has_none(void **state)
{
    (void) state;
    costs(described(rules_of(1000, "R", NULL), NULL, 499, short_subject()), FITS);
    CLEANUP_JSON json_t *file = described(rules_of(1000, "R", NULL), NULL, 500, short_subject());
    CLEANUP_JSON json_t *all = NULL;
    costs(json_incref(file), ANSWER);
    assert_int_equal(examples_evaluate(file, NULL, &all, NULL), RC_OK);
    json_t *many = any_of(100, test_of("to", "contains", "x"), NULL);
    costs(described(rules_of(10, "R", json_incref(many)), NULL, 300, short_subject()), FITS);
    costs(described(rules_of(700, "R", many), NULL, 400, short_subject()), WORK);
}

/* A filter that asks for the recipient is decided for each of them, with all its conditions. */
static void counts_what_is_decided_for_each_recipient(void **state)
{
    (void) state;
    json_t *subject = any_of(99, test_of("subject", "contains", "zq"), NULL);
    json_t *both =
        any_of(99, test_of("subject", "contains", "zq"), test_of("to", "equals", "x@y.z"));
    json_t *nested = json_pack("{s:{s:[O]}}", "not", "all", both);
    costs(described(rules_of(1, "R", subject), NULL, 1000, long_subject(1000000)), FITS);
    costs(described(rules_of(1, "R", nested), NULL, 5000, long_subject(1000000)), WORK);
    costs(described(rules_of(1, "R", json_incref(both)), NULL, 5000, long_subject(1000000)), WORK);
    costs(described(rules_of(1, "R", json_incref(both)), NULL, 100, long_subject(1000000)), WORK);
    costs(described(rules_of(12, "R", json_incref(both)), NULL, 100, short_subject()), FITS);
    costs(described(rules_of(5000, "R", both), NULL, 50, short_subject()), WORK);
}

/* Of the subject it is remembered whether a list's words are in it; of all else it is not. */
static void counts_the_words_that_are_searched_again(void **state)
{
    static const struct {
        const char *field;
        int phrases, rules, tests, recipients;
        enum refused want;
    } ROWS[] = {
        {"to", 200000, 1, 1, 5000, WORK},
        {"to", 200000, 1, 1, 200, WORK},
        {"to", 200000, 1, 1, 1, FITS},
        {"from", 2000, 5000, 100, 1, WORK},
        {"header:X-Class", 2000, 5000, 100, 1, WORK},
        {"from", 200, 100, 10, 5, FITS},
        {"subject", 2000, 100, 100, 100, FITS},
        {"subject", 200000, 1, 100, 5000, FITS},
    };
    (void) state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        json_t *filter =
            any_of(ROWS[i].tests, test_of(ROWS[i].field, "contains_word_of", "big"), NULL);
        json_t *sets = json_pack("{s:o}", "big", numbered("a b", ROWS[i].phrases, ""));
        costs(described(rules_of(ROWS[i].rules, "R", filter), sets, ROWS[i].recipients,
                        short_subject()),
              ROWS[i].want);
    }
    /* what a list names twice is searched for once */
    json_t *same = json_array();
    for (int i = 0; i < 200000; i++)
        json_array_append_new(same, json_string("a b"));
    costs(described(rules_of(1, "R", test_of("to", "contains_word_of", "big")),
                    json_pack("{s:o}", "big", same), 5000, short_subject()),
          FITS);
    /* many phrases, found at many places where they begin inside a word */
    json_t *sets = json_pack("{s:o}", "big", numbered("a a", 10000, ""));
    json_t *words = test_of("subject", "contains_word_of", "big");
    costs(described(rules_of(1, "R", words), sets, 1, long_subject(100000)), WORK);
}

/* What an organisation has and somebody may want to try. */
static void ordinary_sizes_fit(void **state)
{
    static const int SIZES[][2] = {{1000, 100}, {5000, 1}, {100, 1000}};
    (void) state;
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        json_t *filter = any_of(1, test_of("subject", "contains_word_of", "words"),
                                test_of("to", "in_dataset", "partners"));
        json_array_append_new(json_object_get(filter, "any"),
                              test_of("header:X-Class", "contains", "secret"));
        json_t *sets = json_pack("{s:o,s:o}", "words", numbered("very secret ", 1000, ""),
                                 "partners", numbered("q", 5000, "@partner.example"));
        costs(described(rules_of(SIZES[i][0], "R", filter), sets, SIZES[i][1], short_subject()),
              FITS);
    }
}

/* Ids of rules are as long as their writer wants, and some of their letters are two in JSON. */
static void an_answer_is_bounded_in_bytes(void **state)
{
    char id[124] = "";
    (void) state;
    memset(id, 'x', 120);
    costs(described(rules_of(5000, id, NULL), NULL, 99, short_subject()), ANSWER);
    costs(described(rules_of(1000, id, NULL), NULL, 100, short_subject()), FITS);
    id[100] = '\0';
    costs(described(rules_of(1000, id, NULL), NULL, 200, short_subject()), FITS);
    memset(id, '"', 100);
    costs(described(rules_of(1000, id, NULL), NULL, 200, short_subject()), ANSWER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_each_example),
        cmocka_unit_test(takes_one_example_alone),
        cmocka_unit_test(a_request_has_a_limit_a_file_has_none),
        cmocka_unit_test(counts_what_is_decided_for_each_recipient),
        cmocka_unit_test(counts_the_words_that_are_searched_again),
        cmocka_unit_test(ordinary_sizes_fit),
        cmocka_unit_test(an_answer_is_bounded_in_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
