/* Lines of ManageSieve servers: what is one, what is not whole yet, what nobody says. */
#include "mail/sieve_wire.h"

#include "tests/unit/test.h"

static rc_t read_line(str_t in, struct arena *a, struct sieve_line *line, size_t *used)
{
    return sieve_line_read(in, a, line, used, NULL);
}

static void reads_words_strings_literals_and_codes(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    static const struct {
        const char *in;
        size_t count;
        const char *words[4];
    } rows[] = {
        {"OK\r\n", 1, {"OK"}},
        {"OK\n", 1, {"OK"}},
        {"\r\n", 0, {0}},
        {"NO (QUOTA/MAXSIZE) \"too big\"\r\n", 3, {"NO", "QUOTA/MAXSIZE", "too big"}},
        {"\"SIEVE\" \"fileinto copy\"\r\n", 2, {"SIEVE", "fileinto copy"}},
        {"\"a \\\"b\\\\c\" ACTIVE\r\n", 2, {"a \"b\\c", "ACTIVE"}},
        {"{5}\r\na\r\nb\n\r\n", 1, {"a\r\nb\n"}},
        {"{0+}\r\n\r\n", 1, {""}},
        {"OK (TAG {2}\r\n", 0, {0}},
        {"OK (TAG \"x)y\") \"z\"\r\n", 3, {"OK", "TAG \"x)y\"", "z"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sieve_line line = {.count = 99};
        size_t used;
        rc_t rc = read_line(str_c(rows[i].in), a, &line, &used);
        if (strstr(rows[i].in, "{2}")) { /* no literal in a code */
            assert_int_equal(rc, RC_DAMAGED);
            continue;
        }
        assert_int_equal(rc, RC_OK);
        assert_int_equal(used, strlen(rows[i].in));
        assert_int_equal(line.count, rows[i].count);
        for (size_t k = 0; k < line.count; k++)
            assert_str(line.words[k].text, str_c(rows[i].words[k]));
        /* Every piece of it waits for more. */
        for (size_t n = 0; n + 1 < used; n++) {
            size_t part = 99;
            assert_int_equal(read_line(str_n(rows[i].in, n), a, &line, &part), RC_OK);
            if (part != 0) fail_msg("row %zu: %zu bytes were enough", i, n);
        }
    }
}

static void refuses_what_is_no_line(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    static const struct {
        const char *in;
        rc_t code;
    } rows[] = {
        {"\"a\r\n", RC_DAMAGED},
        {"{x}\r\n", RC_DAMAGED},
        {"{99999999}\r\n", RC_TOO_LARGE},
        {"{99999999999}\r\n", RC_DAMAGED},
        {"{1} \r\n", RC_DAMAGED},
        {"OK (a\r\n)", RC_DAMAGED},
        {"OK ((((((x", RC_DAMAGED},
        {"a b c d e f g h i\r\n", RC_DAMAGED},
        {"OK\rx", RC_DAMAGED},
        {"\x01\r\n", RC_DAMAGED},
        {")\r\n", RC_DAMAGED},
        {"\xc3\xa4\r\n", RC_DAMAGED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sieve_line line;
        size_t used;
        if (read_line(str_c(rows[i].in), a, &line, &used) != rows[i].code)
            fail_msg("%s", rows[i].in);
        assert_int_equal(used, 0);
    }
}

static void quotes_exactly_or_not_at_all(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    static const str_t good[] = {STR_INIT(""),     STR_INIT("a"),
                                 STR_INIT("a\"b"), STR_INIT("\\"),
                                 STR_INIT("\\\""), STR_INIT("Ordner/\xc3\xa4 {5+}")};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct sieve_line line;
        size_t used;
        str_t quoted = sieve_quote(a, good[i]);
        str_t in = arena_printf(a, "%.*s\r\n", STR_ARG(quoted));
        assert_int_equal(read_line(in, a, &line, &used), RC_OK);
        assert_int_equal(line.count, 1);
        assert_str(line.words[0].text, good[i]);
    }
    static const str_t bad[] = {STR_INIT("a\r\nDELETESCRIPT \"x\""), STR_INIT("\n"),
                                STR_INIT("a\0b")};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_null(sieve_quote(a, bad[i]).p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_words_strings_literals_and_codes),
        cmocka_unit_test(refuses_what_is_no_line),
        cmocka_unit_test(quotes_exactly_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
