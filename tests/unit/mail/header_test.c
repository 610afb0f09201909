#include "tests/unit/mail/mime_test.h"

static void test_text(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *raw, *want;
    } rows[] = {
        {" plain ", "plain"},
        {" first\r\n\tsecond\n third", "first second third"},
        {"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"},
        {"=?iso-8859-1?q?Gr=FC=dfe_x?= y", "Grüße x y"},
        {"=?UTF-8?B?w7w=?= =?utf-8?b?w7w=?=", "üü"},
        {"=?utf-8?q?a?==?utf-8?q?b?=", "ab"},
        {"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"},
        {"=?utf-8?B?4g==?= =?utf-8?B?gqw=?=", "€"},
        {"=?utf-8*en?q?x?=", "x"},
        {"=?utf-8?q?a b?= c", "a b c"},
        {"=?utf-8?q?never closed", "=?utf-8?q?never closed"},
        {"=?utf-8?q?open =?utf-8?q?b?=", "=?utf-8?q?open b"},
        {"=?utf-8?x?a?=", "=?utf-8?x?a?="},
        {"=?nonsense?q?Gr=C3=BC?=", "Grü"},
        {"=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?=", "日本語"},
        {"\x1b$BF|K\\8l\x1b(B", "日本語"},
        {"Gr\xfc\xdf", "Grüß"},
        {"Gr\xc3\xbc", "Grü"},
        {"=?utf-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"},
        {"a\x01"
         "b\x7f",
         "a b"},
        {"=?utf-8?Q?a=E2=80=AEb=C2=85c?=", "ab c"},
        {"=?utf-8?q?\?=", ""},
        {"=?utf-7?q?+AGEAOg-?=", "a:"},
        {"=?utf-8?q?=FF=C3?=", "\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_str(rows[i].raw, header_text(str_c(rows[i].raw), a), rows[i].want);
    expect_str("null", header_text(STR_NULL, a), NULL);
}

/* "name|address;..." with "-" for null */
static str_t joined(str_t raw, struct arena *a)
{
    struct mail_address *l = NULL;
    size_t n = 99;
    struct err e;
    assert_int_equal(header_addresses(raw, a, &l, &n, &e), RC_OK);
    str_t s = STR("");
    for (size_t i = 0; i < n; i++)
        s = arena_printf(a, "%.*s%s%.*s|%.*s", STR_ARG(s), i ? ";" : "",
                         STR_ARG(l[i].name.p ? l[i].name : STR("-")),
                         STR_ARG(l[i].address.p ? l[i].address : STR("-")));
    return s;
}

static void test_addresses(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *raw, *want;
    } rows[] = {
        {" a@b.test", "-|a@b.test"},
        {"A <a@b.test>, <c@d.test>", "A|a@b.test;-|c@d.test"},
        {"\"Doe, John\" <j@x.test>", "Doe, John|j@x.test"},
        {"=?utf-8?Q?Doe=2C_John?= <j@x.test>", "Doe, John|j@x.test"},
        {"\"=?utf-8?Q?J=C3=BCrg?=\" <j@x.test>", "Jürg|j@x.test"},
        {"\"a@b.test\" <c@d.test>", "a@b.test|c@d.test"},
        {"a@b.test <c@d.test>", "a@b.test|c@d.test"},
        {"A <a@b.test> <c@d.test>", "A|a@b.test;-|c@d.test"},
        {"A <a@b.test>C <c@d.test>, e@f.test", "A C|a@b.test;-|c@d.test;-|e@f.test"},
        {"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "Pete|pete@silly.test"},
        {"pete@silly.test (Pete (the) Cat)", "Pete (the) Cat|pete@silly.test"},
        {"A Group:Ed <e@x.test>,j@x.test;, z@x.test", "Ed|e@x.test;-|j@x.test;-|z@x.test"},
        {"undisclosed-recipients:;", ""},
        {"a@x.test; b@x.test", "-|a@x.test;-|b@x.test"},
        {"Joe Q. Public <john.q.public@x.test>", "Joe Q. Public|john.q.public@x.test"},
        {"\"john doe\"@x.test", "-|\"john doe\"@x.test"},
        {"\"Giant; \\\"Big\\\" Box\" <s@x.test>", "Giant; \"Big\" Box|s@x.test"},
        {"<@relay,@b:user@x.test>", "-|user@x.test"},
        {"N <mailto:user@x.test>", "N|user@x.test"},
        {"user @ x . test", "-|user@x.test"},
        {"John Doe john@x.test", "John Doe|john@x.test"},
        {"<>", "-|-"},
        {"MAILER-DAEMON", "MAILER-DAEMON|-"},
        {"a@b@c", "a@b@c|-"},
        {"X <a@b@c.test>", "X|-"},
        {"X <no-at-sign>", "X|-"},
        {"X <a@b.test", "X|a@b.test"},
        {"=?utf-8?q?ceo=40bank.test?= <e@x.test>", "ceo@bank.test|e@x.test"},
        {"=?utf-8?q?ceo=40bank.test?=", "ceo@bank.test|-"},
        {"jürg@bücher.test", "-|jürg@bücher.test"},
        {"X <a\x01@b.test>", "X|a@b.test"},
        {",,, ,", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_str(rows[i].raw, joined(str_c(rows[i].raw), a), rows[i].want);
}

static void test_many_addresses(void **state)
{
    struct arena *a = *state;
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "n%d <u%d@x.test>,\r\n ", i, i);
    struct mail_address *l = NULL;
    size_t n = 0;
    struct err e;
    assert_int_equal(header_addresses(buf_view(&b), a, &l, &n, &e), RC_OK);
    assert_int_equal(n, 5000);
    expect_str("last", l[4999].address, "u4999@x.test");
}

static void test_dates(void **state)
{
    (void) state;
    static const struct {
        const char *raw;
        int64_t seconds; /* -1: unreadable */
        int zone;
    } rows[] = {
        {" Fri, 02 Oct 2026 09:15:00 +0200", 1790925300, 120},
        {"2 Oct 2026 07:15 GMT", 1790925300, 0},
        {"Fri,2 Oct 2026 07:15:00 Z (UTC)", 1790925300, 0},
        {"Fri Oct  2 07:15:00 2026", 1790925300, 0},
        {"Fri Oct  2 03:15:00 EDT 2026", 1790925300, -240},
        {"2026-10-02T09:15:00+02:00", 1790925300, 120},
        {"2026-10-02", 1790899200, 0},
        {"02-Oct-2026 09:15:00 +0200", 1790925300, 120},
        {"Thu, 1 Jan 70 00:00:00 +0000", 0, 0},
        {"Tue, 29 Feb 2028 00:00:00 +0000", 1835395200, 0},
        {"Wed, 31 Dec 1969 23:59:59 +0000", -1, 0},
        {"32 Foo 2026 25:61 XYZ (bad)", -2, 0},
        {"Fri, 02 Oct 2026 24:15:00 +0200", -2, 0},
        {"", -2, 0},
        {"Oct 2026", -2, 0},
        {"99999999999999999999", -2, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t s = -2;
        int zone = 0;
        bool ok = header_date(str_c(rows[i].raw), &s, &zone);
        if (ok != (rows[i].seconds != -2) || s != rows[i].seconds || zone != rows[i].zone)
            fail_msg("%s: got %d %lld %d", rows[i].raw, ok, (long long) s, zone);
    }
}

static void test_charsets(void **state)
{
    (void) state;
    static const struct {
        const char *charset, *bytes, *want;
    } rows[] = {
        {"utf-8", "a\xc3\xbc\xff", "aü\xef\xbf\xbd"},
        {"ISO-8859-1", "\x80\xfc", "€ü"},
        {"us-ascii", "Gr\xc3\xbc", "Grü"},
        {"us-ascii", "Gr\xfc", "Grü"},
        {"latin1", "\xc3\xbc", "Ã¼"},
        {"windows-1251", "\xcf", "П"},
        {"cp1251", "\xcf", "П"},
        {"KOI8-R", "\xf0", "П"},
        {"iso8859-15", "\xa4", "€"},
        {"iso_8859-2:1987", "\xb1", "ą"},
        {"Shift_JIS", "\x93\xfa\x96\x7b", "日本"},
        {"euc-jp", "\xc6\xfc\xcb\xdc", "日本"},
        {"gb2312", "\xd6\xd0\xce\xc4", "中文"},
        {"big5", "\xa4\xa4\xa4\xe5", "中文"},
        {"ks_c_5601-1987", "\xc7\xd1\xb1\xdb", "한글"},
        {"euc-kr", "\xc7\xd1", "한"},
        {"utf-7", "+AOQ-", "ä"},
        {"x-unknown", "Gr\xc3\xbc", "Grü"},
        {"x-unknown", "Gr\xfc", "Grü"},
        {"", "Gr\xfc", "Grü"},
        {"UTF-8//TRANSLIT", "\xfc", "ü"},
        {"../../etc/passwd", "x", "x"},
        {"gb2312", "\xd6", "\xef\xbf\xbd"},
        {"euc-jp",
         "a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(4096);
        struct err e;
        assert_int_equal(charset_to_utf8(str_c(rows[i].charset), str_c(rows[i].bytes), &b, &e),
                         RC_OK);
        expect_str(rows[i].charset, buf_view(&b), rows[i].want);
    }
    CLEANUP_BUF struct buf wide = BUF_INIT(64);
    struct err e;
    assert_int_equal(charset_to_utf8(STR("utf-16"), STR("\xff\xfe\x41\x00"), &wide, &e), RC_OK);
    assert_int_equal(charset_to_utf8(STR("utf-16"), STR("\x00\x42"), &wide, &e), RC_OK);
    assert_int_equal(charset_to_utf8(STR("utf-16"), STR("\x43\x00"), &wide, &e), RC_OK);
    expect_str("utf-16", buf_view(&wide), "ABC");
    CLEANUP_BUF struct buf tiny = BUF_INIT(3);
    assert_int_equal(charset_to_utf8(STR("koi8-r"), STR("\xf0\xf0\xf0"), &tiny, &e), RC_TOO_LARGE);
    assert_int_equal(tiny.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_text),           ARENA_TEST(test_addresses),
        ARENA_TEST(test_many_addresses), cmocka_unit_test(test_dates),
        cmocka_unit_test(test_charsets),
    };
    return cmocka_run_group_tests_name("mail/header", tests, NULL, NULL);
}
