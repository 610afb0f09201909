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

/* --- card by card ------------------------------------------------------------------------------
 */

static void reads_keys_and_lines(void **state)
{
    static const char text[] = "BEGIN:VCARD\r\nFN:A\r\nKEY;ENCODING=b;TYPE=X509:TU\r\n lJ\r\n"
                               "KEY;TYPE=PGP;ENCODING=b:UEdQ\r\n"
                               "KEY:data:application/pgp-keys;base64,UEdQ\r\n"
                               "KEY:https://x.test/key\r\nEND:VCARD\r\n\r\n"
                               "begin:vcard\nFN:B\nBEGIN:VCARD\nFN:C\n"
                               "KEY;MEDIATYPE=application/pkix-cert:data:application/pkix-cert;"
                               "base64,TUlK\n";
    static const struct {
        const char *name;
        size_t line, keys;
    } rows[] = {{"A", 1, 1}, {"B", 10, 0}, {"C", 12, 1}};
    struct arena *a = arena_new(1 << 20);
    struct contact_reader r;
    struct contact c;
    (void) state;
    contact_reader_start(&r, str_c(text));
    for (size_t i = 0; i < 3; i++) {
        assert_true(contact_reader_next(&r, a, &c));
        assert_true(str_eq(c.name, str_c(rows[i].name)));
        assert_int_equal(c.line, rows[i].line);
        assert_int_equal(c.key_count, rows[i].keys);
        if (c.key_count) assert_true(str_eq(c.keys[0], i ? STR("TUlK") : STR("TUlJ")));
    }
    assert_false(contact_reader_next(&r, a, &c));
    contact_reader_free(&r);
    arena_free(a);
}

/* What a reader does not keep it says. */
static void says_what_is_left_out(void **state)
{
    static const struct {
        const char *line;
        size_t times;
        bool emails, more_keys, other_keys, note;
    } rows[] = {
        {"EMAIL:a@x.test\n", 20, false, false, false, false},
        {"EMAIL:a@x.test\n", 21, true, false, false, false},
        {"KEY;ENCODING=b:TUlJ\n", 8, false, false, false, false},
        {"KEY;ENCODING=b:TUlJ\n", 9, false, true, false, false},
        {"KEY:https://x.test/key\n", 1, false, false, true, false},
        {"KEY;TYPE=PGP;ENCODING=b:TUlJ\n", 1, false, false, true, false},
        {"KEY:data:application/pgp-keys;base64,TUlJ\n", 1, false, false, true, false},
        {"NOTE:n\n", 1, false, false, false, false},
        {"NOTE:n\n", 2, false, false, false, true},
    };
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena *a = arena_new(1 << 20);
        CLEANUP_BUF struct buf text = BUF_INIT(1 << 16);
        struct contact_reader r;
        struct contact c;
        buf_cstr(&text, "BEGIN:VCARD\n");
        for (size_t k = 0; k < rows[i].times; k++)
            buf_cstr(&text, rows[i].line);
        buf_cstr(&text, "END:VCARD\n");
        contact_reader_start(&r, buf_view(&text));
        assert_true(contact_reader_next(&r, a, &c));
        if (c.emails.more != rows[i].emails || c.more_keys != rows[i].more_keys ||
            c.other_keys != rows[i].other_keys || c.note_cut != rows[i].note)
            fail_msg("%zu times %s", rows[i].times, rows[i].line);
        contact_reader_free(&r);
        arena_free(a);
    }
}

/* A note of more lines, or bytes, than are shown. */
static void says_that_a_note_is_cut(void **state)
{
    (void) state;
    for (size_t lines = 200; lines <= 201; lines++) {
        struct arena *a = arena_new(1 << 20);
        CLEANUP_BUF struct buf text = BUF_INIT(1 << 16);
        struct contact_reader r;
        struct contact c;
        buf_cstr(&text, "BEGIN:VCARD\nNOTE:");
        for (size_t k = 1; k < lines; k++)
            buf_cstr(&text, "x\\n");
        buf_cstr(&text, "x\nEND:VCARD\n");
        contact_reader_start(&r, buf_view(&text));
        assert_true(contact_reader_next(&r, a, &c));
        assert_int_equal(c.note.n, 200 * 2 - 1);
        assert_int_equal(c.note_cut, lines > 200);
        contact_reader_free(&r);
        arena_free(a);
    }
}

/* What is written is read back as it was, whatever it holds, and stays one card. */
static void writes_what_it_reads(void **state)
{
    static const char *const texts[] = {"Anna M\xc3\xbcller", "a,b;c\\d:e\"f",
                                        "x\nEND:VCARD\nBEGIN:VCARD\nFN:evil", "a\\nb",
                                        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                                        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                                        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                                        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                                        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                                        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"};
    (void) state;
    for (int version = 3; version <= 4; version++) {
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            struct arena *a = arena_new(1 << 20);
            CLEANUP_BUF struct buf out = BUF_INIT(1 << 16);
            const struct contact_value email = {.value = STR("a@x.test"), .label = STR("work")};
            const str_t key = STR("\x30\x82\x01");
            const struct contact_card card = {.name = STR("N;,\\"),
                                              .note = str_c(texts[i]),
                                              .phone = STR("+43\r\nX:y"),
                                              .emails = &email,
                                              .email_count = 1,
                                              .keys = &key,
                                              .key_count = 1};
            struct contact_reader r;
            struct contact c;
            assert_true(contact_write(&card, version, &out));
            for (str_t left = buf_view(&out), line; left.n > 0;) {
                str_cut(left, '\n', &line, &left);
                assert_true(line.n <= 76 && str_ends(line, STR("\r")) && str_is_utf8(line));
            }
            contact_reader_start(&r, buf_view(&out));
            assert_true(contact_reader_next(&r, a, &c));
            if (!str_eq(c.note, str_c(texts[i]))) fail_msg("%s: %.*s", texts[i], STR_ARG(c.note));
            assert_true(str_eq(c.name, STR("N;,\\")));
            assert_true(str_eq(c.phones.list[0].value, STR("+43 X:y")));
            assert_true(str_eq(c.emails.list[0].value, STR("a@x.test")));
            assert_true(str_eq(c.emails.list[0].label, STR("work")));
            assert_true(str_eq(c.keys[0], STR("MIIB")));
            assert_false(contact_reader_next(&r, a, &c));
            contact_reader_free(&r);
            arena_free(a);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_keys_and_lines),
                                       cmocka_unit_test(writes_what_it_reads),
                                       cmocka_unit_test(says_what_is_left_out),
                                       cmocka_unit_test(says_that_a_note_is_cut),
                                       ARENA_TEST(test_four),
                                       ARENA_TEST(test_old),
                                       ARENA_TEST(test_odd)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
