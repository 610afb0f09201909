/* Readers of what strangers send do work in proportion to its length: the basic blocks they run are
 * counted, for n bytes and for twice as many. The readers are compiled into this test, so that the
 * compiler counts in them (mk/test.mk) and in the string functions they call. */
#include "tests/unit/test.h"

#include "base/str.c"
#include "mail/contact.c"
#include "mail/snippet.h"
#include "mail/snippet_html.c"

static unsigned long blocks;

__attribute__((no_sanitize_coverage)) void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    blocks++;
}

struct sample { /* head, n times part, middle, n times second, tail */
    const char *what, *head, *part, *middle, *second, *tail;
};

static str_t repeated(struct arena *a, const struct sample *s, size_t n)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    buf_cstr(&b, s->head);
    for (size_t i = 0; i < n; i++)
        buf_cstr(&b, s->part);
    buf_cstr(&b, s->middle);
    for (size_t i = 0; i < n; i++)
        buf_cstr(&b, s->second);
    buf_cstr(&b, s->tail);
    assert_false(b.failed);
    return arena_str(a, buf_view(&b));
}

static unsigned long work_of_card(struct arena *a, str_t text)
{
    struct contacts c;
    blocks = 0;
    assert_int_equal(contacts_read(text, a, &c, NULL), RC_OK);
    return blocks;
}

static unsigned long work_of_html(struct arena *a, str_t text)
{
    blocks = 0;
    snippet_of_html(text, a);
    return blocks;
}

static void expect_linear(unsigned long (*work)(struct arena *, str_t), const struct sample *list,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct sample *s = &list[i];
        CLEANUP_ARENA struct arena *a = arena_new(64u << 20);
        str_t once = repeated(a, s, 1500), twice = repeated(a, s, 3000);
        unsigned long x = work(a, once), y = work(a, twice);
        if (x < 1000) fail_msg("%s: nothing is counted (%lu)", s->what, x);
        if (y > 2 * x + x / 2) fail_msg("%s: %lu blocks, then %lu", s->what, x, y);
        if (y > twice.n * 1000) fail_msg("%s: %lu blocks for %zu bytes", s->what, y, twice.n);
    }
}

static void test_cards(void **state)
{
    (void) state;
    static const struct sample list[] = {
        {"soft line breaks", "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:a=\n", "b=\n", "", "",
         "\nEND:VCARD\n"},
        {"behind a long head", "BEGIN:VCARD\nNOTE;X=", "xxxxxxxx", ";ENCODING=QUOTED-PRINTABLE:=\n",
         "b=\n", "\nEND:VCARD\n"},
        {"folds", "BEGIN:VCARD\nNOTE:a\n", " b=\n", "", "", "END:VCARD\n"},
        {"properties", "BEGIN:VCARD\n", "NOTE:a\n", "", "", "END:VCARD\n"},
    };
    expect_linear(work_of_card, list, sizeof list / sizeof *list);
}

static void test_html(void **state)
{
    (void) state;
    static const struct sample list[] = {
        {"attributes", "<p ", "a ", "", "", ">Hello"},
        {"attributes and blanks", "<p ", "a ", "", "  ", ">Hello"},
        {"values and blanks", "<p ", "a=b ", "", "  ", ">Hello"},
        {"room and blanks", "<p ", "a = b ", "", " ", ">Hello"},
        {"tags", "", "<p a=1>", "", "<b c>", "Hello"},
        {"an open tag", "<p ", "a=\"x\" ", "", " ", ""},
    };
    expect_linear(work_of_html, list, sizeof list / sizeof *list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cards), cmocka_unit_test(test_html)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
