/* Cards as address books write them. */
#include "mail/contact.h"
#include "tests/unit/mail/mime_test.h"

static struct contacts read_ok(struct arena *a, const char *text)
{
    struct contacts c = {0};
    struct err e = {0};
    if (contacts_read(str_c(text), a, &c, &e) != RC_OK) fail_msg("%s: %s", text, e.message);
    return c;
}

static void test_four(void **state)
{
    struct contacts c = read_ok(
        *state,
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ana L\xc3\xb3pez\\, MSc\r\nN:L\xc3\xb3pez;Ana;;Dr.;\r\n"
        "ORG:Example;R\\;D;Labs\r\nTITLE:Head\r\nEMAIL;TYPE=work:ana@a.example\r\n"
        "item1.EMAIL;PREF=1;TYPE=\"home,x:y\":ana@home.exa\r\n mple\r\n"
        "TEL;VALUE=uri;TYPE=cell:tel:+43-1-234\r\nADR;TYPE=home:;;Ring 1;Wien;;1010;Austria\r\n"
        "URL:https://a.example/\r\nBDAY:19800131\r\nNOTE:one\\ntwo\\\\\r\n"
        "PHOTO;ENCODING=b:AAAA\r\n AAAA\r\nEND:VCARD\r\n");
    assert_int_equal(c.total, 1);
    const struct contact *k = &c.list[0];
    expect_str("name", k->name, "Ana L\xc3\xb3pez, MSc");
    expect_str("organization", k->organization, "Example, R;D, Labs");
    expect_str("title", k->title, "Head");
    assert_int_equal(k->emails.count, 2);
    expect_str("mail", k->emails.list[0].value, "ana@a.example");
    expect_str("label", k->emails.list[0].label, "work");
    expect_str("mail", k->emails.list[1].value, "ana@home.example");
    expect_str("label", k->emails.list[1].label, "home");
    expect_str("phone", k->phones.list[0].value, "+43-1-234");
    expect_str("label", k->phones.list[0].label, "cell");
    expect_str("address", k->addresses.list[0].value, "Ring 1\nWien\n1010\nAustria");
    expect_str("url", k->urls.list[0].value, "https://a.example/");
    expect_str("birthday", k->birthday, "19800131");
    expect_str("note", k->note, "one\ntwo\\");
}

static void test_old(void **state)
{
    struct contacts c =
        read_ok(*state, "\xef\xbb\xbf"
                        "begin:vcard\nVERSION:2.1\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:"
                        "M=FCl=\nler;J=F6rg\n"
                        "TEL;WORK;FAX:1\nNOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab\nEND:VCARD\n"
                        "BEGIN:VCARD\nFN:Second\n");
    assert_int_equal(c.total, 2);
    expect_str("name", c.list[0].name, "J\xc3\xb6rg M\xc3\xbcller");
    expect_str("label", c.list[0].phones.list[0].label, "fax");
    expect_str("note", c.list[0].note, "a\nb");
    expect_str("name", c.list[1].name, "Second");
}

static void test_odd(void **state)
{
    static const char *const none[] = {"", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "FN:Nobody\n",
                                       ":::\n;;;"};
    struct contacts c;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(contacts_read(str_c(none[i]), *state, &c, NULL), RC_DAMAGED);
    c = read_ok(*state, "BEGIN:VCARD\nFN:a\xe2\x80\xae"
                        "b\x01\x1b[1m<b>\nEMAIL:\nEMAIL\nTEL;:\nN:;;;;\nADR:;;;\n=\n");
    expect_str("name", c.list[0].name, "ab  [1m<b>");
    assert_int_equal(c.list[0].emails.count + c.list[0].phones.count + c.list[0].addresses.count,
                     0);
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    for (unsigned i = 0; i < 200; i++) {
        buf_cstr(&b, "BEGIN:VCARD\nFN:x\n");
        for (unsigned k = 0; k < 50; k++)
            buf_printf(&b, "EMAIL:%u@b.example\n", k);
        buf_cstr(&b, "END:VCARD\n");
    }
    c = read_ok(*state, b.p);
    assert_int_equal(c.count, CONTACT_MAX);
    assert_int_equal(c.total, 200);
    assert_int_equal(c.list[99].emails.count, CONTACT_MAX_VALUES);
    char *large = arena_alloc(*state, CONTACT_MAX_BYTES + 1);
    memset(large, 'a', CONTACT_MAX_BYTES + 1);
    assert_int_equal(contacts_read(str_n(large, CONTACT_MAX_BYTES + 1), *state, &c, NULL),
                     RC_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {ARENA_TEST(test_four), ARENA_TEST(test_old),
                                       ARENA_TEST(test_odd)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
