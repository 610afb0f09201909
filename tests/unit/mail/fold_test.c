/* Text as people look for it. */
#include "mail/fold.h"
#include "tests/unit/test.h"

static void folds_words(void **state)
{
    static const struct {
        const char *text, *folded;
    } rows[] = {
        {"Anna-Lena M\xc3\xbcller", " anna lena muller"},
        {"  a.b@Example.ORG ", " a b example org"},
        {"Stra\xc3\x9f"
         "e \xc5\x81\xc3\xb3"
         "d\xc5\xba",
         " strasse lodz"},
        {"\xc3\x86r\xc3\xb8 \xc5\x92uvre", " aero oeuvre"},
        {"u\xcc\x88"
         "ber",
         " uber"},                                                   /* combining accent */
        {"\xe1\xbb\x86 \xe1\xba\x9e", " e ss"},                      /* Latin Extended Additional */
        {"\xce\x9f\xce\xb4\xcf\x85\xcf\x83\xcf\x83\xce\xad\xcf\x82", /* final sigma */
         " \xce\xbf\xce\xb4\xcf\x85\xcf\x83\xcf\x83\xce\xb5\xcf\x83"},
        {"\xd0\x99\xd0\x9e\xd0\x93", " \xd0\xb8\xd0\xbe\xd0\xb3"}, /* Cyrillic */
        {"\xe5\xb1\xb1\xe7\x94\xb0 \xe5\xa4\xaa", " \xe5\xb1\xb1\xe7\x94\xb0 \xe5\xa4\xaa"},
        {"a\xff"
         "b\xc3",
         " a b"}, /* not UTF-8 */
        {"", ""},
        {"... \xc2\xa0\xe2\x80\x93", ""},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(256);
        assert_true(fold_words(str_c(rows[i].text), &b));
        if (!str_eq(buf_view(&b), str_c(rows[i].folded)))
            fail_msg("%s: %.*s", rows[i].text, STR_ARG(buf_view(&b)));
    }
}

/* Every code point comes out as UTF-8, and folding twice is folding once. */
static void every_letter_is_stable(void **state)
{
    (void) state;
    for (uint32_t cp = 1; cp < 0x11000; cp++) {
        char in[5] = {0};
        CLEANUP_BUF struct buf once = BUF_INIT(64), twice = BUF_INIT(64);
        if (cp >= 0xd800 && cp < 0xe000) continue;
        in[0] = cp < 0x80      ? (char) cp
                : cp < 0x800   ? (char) (0xc0 | cp >> 6)
                : cp < 0x10000 ? (char) (0xe0 | cp >> 12)
                               : (char) (0xf0 | cp >> 18);
        int n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
        for (int i = 1; i < n; i++)
            in[i] = (char) (0x80 | ((cp >> 6 * (n - 1 - i)) & 0x3f));
        assert_true(fold_words(str_n(in, (size_t) n), &once));
        assert_true(str_is_utf8(buf_view(&once)));
        assert_true(fold_words(buf_view(&once), &twice));
        if (!str_eq(buf_view(&once), buf_view(&twice))) fail_msg("U+%04X", cp);
    }
}

static bool found(const char *typed, const char *text)
{
    CLEANUP_BUF struct buf b = BUF_INIT(256);
    struct arena *a = arena_new(1 << 16);
    struct fold_query q;
    assert_true(fold_words(str_c(text), &b));
    assert_true(fold_query(str_c(typed), a, &q));
    bool yes = q.count > 0 && fold_match(&q, buf_view(&b)) == fold_all(&q);
    arena_free(a);
    return yes;
}

static void finds_beginnings(void **state)
{
    (void) state;
    assert_true(found("mul", "Anna M\xc3\xbcller"));
    assert_true(found("M\xc3\x9cL ann", "Anna M\xc3\xbcller"));
    assert_true(found("anna@ex", "anna@example.org"));
    assert_false(found("nna", "Anna M\xc3\xbcller"));
    assert_false(found("anna x", "Anna M\xc3\xbcller"));
    assert_false(found("", "Anna"));
    assert_false(found("@", "anna@example.org"));
    assert_true(found("a b c d e f g h zzz", "a b c d e f g h")); /* the ninth is left out */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(folds_words),
                                       cmocka_unit_test(every_letter_is_stable),
                                       cmocka_unit_test(finds_beginnings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
