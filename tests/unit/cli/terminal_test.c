/* Nothing foreign reaches the terminal as anything but text. */
#include "cli/terminal.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/registry.h"
#include "tests/unit/test.h"

static void shows_no_control(void **state)
{
    static const struct {
        str_t foreign;
        const char *want;
    } rows[] = {
        {STR_INIT("Gr\xc3\xbc\xc3\x9f"
                  "e \xe5\xb1\xb1"),
         "Gr\xc3\xbc\xc3\x9f"
         "e \xe5\xb1\xb1"},
        {STR_INIT("\x1b[31mred\x7f\r\n\t\0x"), "?[31mred?????x"},
        {STR_INIT("\xc2\x80\xc2\x9b"
                  "31m\xc2\x9f\xc2\xa0"),
         "??31m?\xc2\xa0"},
        {STR_INIT("a\xe2\x80\xae"
                  "b\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8f\xd8\x9c"),
         "a?b?????"},
        {STR_INIT("a\xe2\x80\xa8\xe2\x80\xa9"), "a??"},
        {STR_INIT("\x9b"
                  "31m\xff\xc3"),
         "?31m??"},
        {STR_INIT("\xef\xbf\xbd\xe2\x80\x93"), "\xef\xbf\xbd\xe2\x80\x93"},
        {STR_INIT(""), ""},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(1000);
        assert_true(terminal_text(rows[i].foreign, &b));
        assert_str(buf_view(&b), str_c(rows[i].want));
    }
}

/* What desk_print writes to the standard output. */
static char *printed(const json_t *v)
{
    static struct desk d;
    static char text[4096];
    FILE *f = tmpfile();
    int before = dup(STDOUT_FILENO);
    assert_non_null(f);
    fflush(stdout);
    dup2(fileno(f), STDOUT_FILENO);
    desk_print(&d, v);
    fflush(stdout);
    dup2(before, STDOUT_FILENO);
    close(before);
    rewind(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void prints_tables(void **state)
{
    CLEANUP_JSON json_t *rows = json_pack("[{s:s,s:[s,s],s:{s:s}},{s:s,s:[],s:n}]", "name",
                                          "\xc2\x9b"
                                          "2J\xe2\x80\xae\xc3\xbc",
                                          "list", "a\x1b", "b", "more", "x", "\xc2\x9b", "name",
                                          "long enough", "list", "more");
    (void) state;
    assert_non_null(rows);
    assert_string_equal(printed(rows), "name         list  more       \n"
                                       "?2J?\xc3\xbc        a? b  {\"x\":\"?\"}  \n"
                                       "long enough  -     -          \n");
    assert_string_equal(printed(json_array_get(rows, 0)), "name                 ?2J?\xc3\xbc\n"
                                                          "list                 a? b\n"
                                                          "more                 {\"x\":\"?\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shows_no_control),
                                       cmocka_unit_test(prints_tables)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
