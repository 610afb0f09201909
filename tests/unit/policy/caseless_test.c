/* Text without regard to letter case. */
#include "policy/caseless.h"

#include "tests/unit/test.h"

static void makes_lower_case(void **state)
{
    static const struct {
        const char *text, *lower;
    } rows[] = {
        {"", ""},
        {"Ann@ACME.Example [x]", "ann@acme.example [x]"},
        {"\xc3\x84\xc3\x96\xc3\x9c\xc3\x9f", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"},
        {"\xe1\xba\x9e", "\xc3\x9f"}, /* capital sharp s */
        {"\xc4\xb0", "i"},            /* dotted I */
        {"\xc5\xb8\xc5\xb9\xc5\xba", "\xc3\xbf\xc5\xba\xc5\xba"},
        {"\xce\x91\xce\xa3 \xce\x86", "\xce\xb1\xcf\x83 \xce\xac"},
        {"\xd0\x9f\xd0\xa0\xd0\x81", "\xd0\xbf\xd1\x80\xd1\x91"},
        {"\xef\xbc\xa1", "\xef\xbd\x81"},
        {"\xc3\x97\xe5\xb1\xb1\xf0\x9f\x94\x92", "\xc3\x97\xe5\xb1\xb1\xf0\x9f\x94\x92"},
        {"A\xff\xc3 B\xe4", "a\xff\xc3 b\xe4"}, /* not UTF-8 */
    };
    struct arena *a = arena_new(1 << 16);
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_str(caseless_lower(a, str_c(rows[i].text)), str_c(rows[i].lower));
    arena_free(a);
}

static void finds_places(void **state)
{
    static const struct {
        const char *text, *lower;
        int start, end;
    } rows[] = {
        {"Plan [ENCRYPT] for", "[encrypt]", 5, 14},
        {"aab", "ab", 1, 3},
        {"abc", "abcd", -1, 0},
        {"", "x", -1, 0},
        {"\xc3\x9c"
         "BER",
         "\xc3\xbc"
         "ber",
         0, 5},
        {"x\xc4\xb0y", "iy", 1, 4}, /* two bytes in the text are one in lower case */
        {"\xff\xff!", "\xff!", 1, 3},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t start = 0, end = 0;
        bool found = caseless_find(str_c(rows[i].text), str_c(rows[i].lower), &start, &end);
        assert_int_equal(found, rows[i].start >= 0);
        if (!found) continue;
        assert_int_equal(start, rows[i].start);
        assert_int_equal(end, rows[i].end);
    }
}

static void finds_words(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", ""},
        {" merger, papers!", "merger|papers|"},
        {"top-secret a_b 7", "top|secret|a_b|7|"},
        {"\xe2\x80\x9egehalt\xe2\x80\x9c\xc2\xa0\xc3\xbc"
         "ber",
         "gehalt|\xc3\xbc"
         "ber|"},
        {"a\xff"
         "b",
         "a|b|"},
    };
    struct arena *a = arena_new(1 << 16);
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str_t all = STR(""), word;
        for (size_t at = 0; caseless_next_word(str_c(rows[i].text), &at, &word);)
            all = arena_printf(a, "%.*s%.*s|", STR_ARG(all), STR_ARG(word));
        assert_str(all, str_c(rows[i].words));
    }
    arena_free(a);
    assert_true(caseless_is_word(STR("a_b")));
    assert_false(caseless_is_word(STR("a b")));
    assert_false(caseless_is_word(STR("")));
}

static void finds_phrases(void **state)
{
    static const struct {
        const char *text, *phrase;
        bool there;
    } rows[] = {
        {"our top-secret plan", "top-secret", true},
        {"top-secrets", "top-secret", false},
        {"nontop-secret, top-secret", "top-secret", true},
        {"annual report", "annual report", true},
        {"\xc3\xbc"
         "c++",
         "c++", false}, /* a letter of two bytes stands before it */
        {"c++", "c++", true},
        {"x", "", false},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(caseless_has_phrase(str_c(rows[i].text), str_c(rows[i].phrase)),
                         rows[i].there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_lower_case),
        cmocka_unit_test(finds_places),
        cmocka_unit_test(finds_words),
        cmocka_unit_test(finds_phrases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
