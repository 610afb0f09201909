/* Tables as spreadsheets, scripts and people write them. */
#include "base/csv.h"
#include "tests/unit/test.h"

/* Records as "a|b/c|d"; "!N" at the end: refused in record N. */
static const char *read_all(struct arena *a, const char *text)
{
    struct csv c;
    struct csv_record r;
    struct err e = {0};
    str_t out = STR("");
    if (csv_open(str_c(text), &c, &e) != RC_OK) return "!";
    for (;;) {
        if (csv_next(&c, a, &r, &e) != RC_OK)
            return arena_printf(a, "%.*s!%u", STR_ARG(out), e.position).p;
        if (r.count == 0) return out.n ? out.p : "";
        for (size_t i = 0; i < r.count; i++)
            out = arena_printf(a, "%.*s%s%.*s", STR_ARG(out),
                               i       ? "|"
                               : out.n ? "/"
                                       : "",
                               STR_ARG(r.fields[i]));
    }
}

static void test_forms(void **state)
{
    (void) state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", ""},
        {"a,b\r\nc,d\r\n", "a|b/c|d"},
        {"a,b\nc,d", "a|b/c|d"},
        {"\xef\xbb\xbf"
         "a;b\nc,d;e\n",
         "a|b/c,d|e"},
        {"a\tb\n", "a|b"},
        {"sep=;\r\na;b,c\r\n", "a|b,c"},
        {"sep=x\na", "!"},
        {"\"a;b\",c\nd,e\n", "a;b|c/d|e"},
        {"a,\"x \"\"y\"\" z\"\n", "a|x \"y\" z"},
        {"a,\"two\r\nlines, one field\",b\nc,,\n", "a|two\r\nlines, one field|b/c||"},
        {"a,\"\",\"\"\"\"", "a||\""},
        {" a , b\n", " a | b"}, /* blanks belong to the field */
        {"a\n\n\r\nb,c\nd", "a/b|c/d"},
        {"a,", "a|"},
        {"a\n\nb,x\"y\n", "a!3"}, /* counted as a spreadsheet counts rows */
        {"a\n\"b", "a!2"},
        {"a\n\"b\"c\n", "a!2"},
        {"a\rb\n", "!1"},
        {"\xff,b\n", "!"},
        {"gr\xc3\xbc\xc3\x9f,b\n", "gr\xc3\xbc\xc3\x9f|b"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(1 << 16);
        const char *got = read_all(a, rows[i].text);
        if (strcmp(got, rows[i].want) != 0) fail_msg("row %zu: %s", i, got);
        arena_free(a);
    }
}

static void test_limits(void **state)
{
    (void) state;
    struct arena *a = arena_new(1 << 20);
    struct csv c;
    struct csv_record r;
    char wide[CSV_FIELDS_MAX + 2], *large = arena_alloc(a, CSV_FIELD_BYTES_MAX + 2);
    memset(wide, ',', sizeof wide);
    assert_int_equal(csv_open(str_n(wide, CSV_FIELDS_MAX - 1), &c, NULL), RC_OK);
    assert_int_equal(csv_next(&c, a, &r, NULL), RC_OK);
    assert_int_equal(r.count, CSV_FIELDS_MAX);
    assert_int_equal(csv_open(str_n(wide, CSV_FIELDS_MAX), &c, NULL), RC_OK);
    assert_int_equal(csv_next(&c, a, &r, NULL), RC_TOO_LARGE);
    memset(large, 'x', CSV_FIELD_BYTES_MAX + 1);
    assert_int_equal(csv_open(str_n(large, CSV_FIELD_BYTES_MAX), &c, NULL), RC_OK);
    assert_int_equal(csv_next(&c, a, &r, NULL), RC_OK);
    assert_int_equal(csv_open(str_n(large, CSV_FIELD_BYTES_MAX + 1), &c, NULL), RC_OK);
    assert_int_equal(csv_next(&c, a, &r, NULL), RC_TOO_LARGE);
    assert_int_equal(csv_open(str_n("a\0b", 3), &c, NULL), RC_INVALID);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
