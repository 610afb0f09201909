/* The first words of messages, and what must never be among them. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "mail/snippet.h"

static struct arena *a;

static int setup(void **state)
{
    (void) state;
    a = arena_new(16u << 20);
    return a ? 0 : -1;
}

static int teardown(void **state)
{
    (void) state;
    arena_free(a);
    return 0;
}

struct sample {
    const char *from, *to;
};

static void check_all(str_t (*make)(str_t, struct arena *), const struct sample *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        str_t got = make(str_c(list[i].from), a);
        if (!str_eq(got, str_c(list[i].to)))
            fail_msg("%zu: \"%.*s\" instead of \"%s\"", i, STR_ARG(got), list[i].to);
    }
}
#define CHECK(make, list) check_all((make), (list), sizeof(list) / sizeof *(list))

static void test_plain_text(void **state)
{
    (void) state;
    static const struct sample list[] = {
        {"Dear Ann,\r\n\r\n  the   offer\tis ready.\r\n", "Dear Ann, the offer is ready."},
        {"> old\n> older\n\nYes, that works.\n", "Yes, that works."},
        {"On Mon, 1 Jan 2024, Bob wrote:\n> old\n\nAgreed.\n", "Agreed."},
        {"On Mon, 1 Jan 2024, Bob Example\n<bob@demo.test> wrote:\n> old\nAgreed.\n", "Agreed."},
        {"On Monday we meet.\nBring cake.\n", "On Monday we meet. Bring cake."},
        {"We need:\n- nails\n", "We need: - nails"},
        {"Thanks!\n-- \nBob, Chief\n", "Thanks!"},
        {"See you\n\n-----Original Message-----\nFrom: x\nold\n", "See you"},
        {"---------- Forwarded message ---------\nFrom: A <a@x>\nDate: now\nSubject: y\n\nThe "
         "news.\n",
         "The news."},
        {"=================\nTitle\n*****************\n", "Title"},
        {"Open it <https://x.test/track?u=1> now [https://y.test/z] or [cid:logo]later",
         "Open it now or later"},
        {"a < b and [note] stay", "a < b and [note] stay"},
        {"> only\n> quoted\n", "only quoted"},
        {"", ""},
        {"\n \r\n", ""},
        {"-----BEGIN PGP MESSAGE-----\n\nhQEMA1\n", ""},
        {"Hi\n-----BEGIN PGP MESSAGE-----\n\nhQEMA1\n", ""},
    };
    CHECK(snippet_of_plain, list);
}

static void test_what_cannot_be_seen(void **state)
{
    (void) state;
    static const struct sample list[] = {
        {"a\xe2\x80\x8b\xe2\x80\x8c\xc2\xa0\xe2\x80\x8c\xc2\xa0\xcd\x8f\xc2\xad b", "a b"},
        {"\xe2\x80\xae"
         "evil\xe2\x81\xa6\xef\xbb\xbf",
         "evil"},
        {"\xef\xbf\xbd\xee\x80\x80x\xef\xbf\xbf", "x"},
        {"\x01\x02x\x7fy", "x y"},
        /* Persian needs its joiner, a family its two */
        {"\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\xd9\x88",
         "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\xd9\x88"},
        {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
         "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"},
        {"\xcc\x81 at first", "at first"},
    };
    CHECK(snippet_of_plain, list);
}

static size_t characters(str_t s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char) s.p[i] & 0xc0) != 0x80;
    return n;
}

static void test_length(void **state)
{
    (void) state;
    static const str_t units[] = {STR_INIT("x"), STR_INIT("\xc3\xa4"), STR_INIT("\xe6\x97\xa5"),
                                  STR_INIT("\xf0\x9f\x98\x80")};
    for (size_t u = 0; u < 4; u++) {
        struct buf b = BUF_INIT(4096);
        for (int i = 0; i < 300; i++)
            buf_str(&b, units[u]);
        str_t s = snippet_of_plain(buf_view(&b), a);
        assert_int_equal(characters(s), SNIPPET_MAX);
        assert_true(str_is_utf8(s));
        buf_free(&b);
    }
    /* the last letter would lose its accent: it goes, too */
    struct buf b = BUF_INIT(4096);
    for (unsigned i = 0; i + 1 < SNIPPET_MAX; i++)
        buf_char(&b, 'x');
    buf_cstr(&b, "e\xcc\x81 and more");
    str_t s = snippet_of_plain(buf_view(&b), a);
    assert_int_equal(s.n, SNIPPET_MAX - 1);
    assert_int_equal(s.p[s.n - 1], 'x');
    buf_free(&b);
}

static void test_html(void **state)
{
    (void) state;
    static const struct sample list[] = {
        {"<p>One<b>Two</b> three</p><p>Four</p>", "OneTwo three Four"},
        {"<html><head><title>T</title><style>p{color:red}</style></head><body>Body</body></html>",
         "Body"},
        {"<head><meta charset=utf-8><body>No end of head", "No end of head"},
        {"<script>if (a</b>) {}</script>x", "x"},
        {"<!-- <p>no</p> --><![if !mso]>yes<![endif]>", "yes"},
        {"a &amp; b &lt;c&gt; &#228;&#xe4;&nbsp;&euro; &unknown; & d",
         "a & b <c> \xc3\xa4\xc3\xa4 \xe2\x82\xac &unknown; & d"},
        {"<div style=\"display:none\">secret <div>inner</div> words</div>Shown", "Shown"},
        {"<div style='DISPLAY : None;max-height:0'>x</div><span "
         "style=\"font-size:0.9em\">Shown</span>",
         "Shown"},
        {"<span style=font-size:0px>x</span><span style=\"opacity:0.5\">Half</span>", "Half"},
        {"<p hidden>x</p>y", "y"},
        {"Yes.<blockquote>old <blockquote>older</blockquote> old</blockquote><p>Bye</p>",
         "Yes. Bye"},
        {"Yes.<div class=\"gmail_quote\"><div class=\"gmail_attr\">On Monday</div>old</div>",
         "Yes."},
        {"<blockquote>only</blockquote>", "only"},
        {"<a title=\"x > y\" href='z'>link</a>", "link"},
        {"<img alt=\"no\"><br/>x<hr>y", "x y"},
        {"1 < 2 <3 >", "1 < 2 <3 >"},
        {"cut <a href=\"http", "cut"},
        {"&#0;&#x110000;&#xd800;x", "x"},
        {"<textarea><p>no</textarea>x", "x"},
        {"-----BEGIN PGP MESSAGE----- hQEMA1", ""},
    };
    CHECK(snippet_of_html, list);
}

#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n"
static void test_messages(void **state)
{
    (void) state;
    static const struct sample list[] = {
        {"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
         "quoted-printable\r\n\r\nGr=FC=DFe=20\r\n",
         "Gr\xc3\xbc\xc3\x9f"
         "e"},
        {PLAIN "Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8gdGhlcmUuIEhvdyBhcmUgeW",
         "Hello there. How are y"},
        {"Content-Type: multipart/mixed; boundary=m\r\n\r\npreamble\r\n--m\r\nContent-Type: "
         "multipart/alternative; boundary=a\r\n\r\n"
         "--a\r\n" PLAIN "\r\nPlain words\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>Rich",
         "Plain words"},
        {"Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n" PLAIN
         "\r\n\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>Rich</p>\r\n--a--\r\n",
         "Rich"},
        {"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: "
         "text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nattached\r\n"
         "--m\r\n" PLAIN "\r\nshown\r\n--m--\r\n",
         "shown"},
        {"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: "
         "message/rfc822\r\n\r\nSubject: x\r\n\r\ninside\r\n--m--\r\n",
         ""},
        {"Content-Type: application/pkcs7-mime\r\n\r\nMIIB", ""},
        {PLAIN
         "\r\nMIIBpAYJKoZIhvcNAQcDoIIBlTCCAZECAQAxggFMMIIBSAIBADAwMBsxGTAXBgNVBAoTEEV4YW1w\r\n",
         ""},
        {"\r\nNo header at all", "No header at all"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        bool cut = false;
        str_t got = snippet_of_message(str_c(list[i].from), &cut, a);
        if (!str_eq(got, str_c(list[i].to)))
            fail_msg("%zu: \"%.*s\" instead of \"%s\"", i, STR_ARG(got), list[i].to);
    }
}

static void test_more_is_asked_for_only_where_it_helps(void **state)
{
    (void) state;
    bool cut = false;
    snippet_of_message(STR("Content-Type: text/html\r\n\r\n<html><head><style>p {"), &cut, a);
    assert_true(cut);
    snippet_of_message(STR("Content-Type: text/html\r\n\r\n<html><body>Hello"), &cut, a);
    assert_false(cut);
    snippet_of_message(STR("Content-Type: application/pdf\r\n\r\n%PDF"), &cut, a);
    assert_false(cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plain_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(test_length, setup, teardown),
        cmocka_unit_test_setup_teardown(test_html, setup, teardown),
        cmocka_unit_test_setup_teardown(test_messages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_more_is_asked_for_only_where_it_helps, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
