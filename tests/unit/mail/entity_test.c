#include "tests/unit/mail/mime_test.h"

static void test_fields_and_folds(void **state)
{
    struct arena *a = *state;
    struct entity *m = PARSE("Subject: one\r\n two\r\nFROM : a@b\r\nX: \r\n\r\nbody\r\n", a);
    assert_int_equal(m->field_count, 3);
    expect_str("name", m->fields[0].name, "Subject");
    expect_str("value", m->fields[0].value, " one\r\n two");
    expect_str("from", entity_field(m, STR("from")), " a@b");
    expect_str("absent", entity_field(m, STR("To")), NULL);
    expect_str("head", m->head, "Subject: one\r\n two\r\nFROM : a@b\r\nX: \r\n");
    expect_str("body", m->body, "body\r\n");
    expect_str("type", m->type, "text");
    expect_str("subtype", m->subtype, "plain");
    expect_str("path", m->path, "1");
}

static void test_odd_headers(void **state)
{
    struct arena *a = *state;
    struct entity *m = PARSE("just text, no header\nsecond line\n", a);
    assert_int_equal(m->field_count, 0);
    expect_str("all is body", m->body, "just text, no header\nsecond line\n");
    m = PARSE("From x@y Fri Oct 2\nSubject: s\n\nb", a);
    expect_str("after mbox line", entity_field(m, STR("Subject")), " s");
    expect_str("body", m->body, "b");
    m = PARSE("From here to there\nis a poem\n", a);
    expect_str("not an mbox line", m->body, "From here to there\nis a poem\n");
    m = PARSE("Subject: s\ngarbage line\n still garbage\nFrom: f\n\nb", a);
    expect_str("garbage skipped", entity_field(m, STR("Subject")), " s");
    expect_str("field after it", entity_field(m, STR("From")), " f");
    m = PARSE("From: a\nfrom: b\nSubject: x", a);
    assert_int_equal(entity_field_count(m, STR("From")), 2);
    expect_str("no body", m->body, "");
    m = PARSE("\n\nbody", a);
    assert_int_equal(m->field_count, 0);
    expect_str("empty header", m->body, "\nbody");
    m = PARSE("", a);
    expect_str("empty", m->body, "");
}

/* What RFC 1847 signs: the bytes between the delimiter lines without the last line end. */
static void test_parts_are_byte_exact(void **state)
{
    struct arena *a = *state;
    struct entity *m = PARSE("Content-Type: multipart/signed; boundary=\"b b\"; "
                             "protocol=\"application/pkcs7-signature\"\r\n\r\npreamble\r\n"
                             "--b b  \r\nContent-Type: text/plain\r\n\r\nsigned \t\r\n\r\n\r\n"
                             "--b b\r\nContent-Type: application/pkcs7-signature\r\n\r\nMII=\r\n"
                             "--b b--\r\nepilogue\r\n--b b\r\n\r\nnot a part",
                             a);
    assert_int_equal(m->child_count, 2);
    expect_str("first", m->children[0].raw, "Content-Type: text/plain\r\n\r\nsigned \t\r\n\r\n");
    expect_str("second body", m->children[1].body, "MII=");
    expect_str("path", m->children[1].path, "2");
    expect_str("protocol", entity_param(m, STR("protocol")), "application/pkcs7-signature");
    assert_ptr_equal(m->children[1].parent, m);
    m = PARSE("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\r\n--b\n\ny\n--b--", a);
    expect_str("mixed line ends", m->children[0].body, "x");
    expect_str("lf", m->children[1].body, "y");
}

static void test_delimiters_match_whole_lines(void **state)
{
    struct arena *a = *state;
    struct entity *m =
        PARSE("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bc\n --b\nx--b\n"
              "--b---\n--b --\n--b--",
              a);
    assert_int_equal(m->child_count, 1);
    expect_str("others are text", m->children[0].body, "--bc\n --b\nx--b\n--b---\n--b --");
    m = PARSE("Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n--b--\n", a);
    assert_int_equal(m->child_count, 2);
    expect_str("empty part", m->children[0].raw, "");
    m = PARSE("Content-Type: multipart/mixed; boundary=o\n\n--o\n"
              "Content-Type: multipart/mixed; boundary=i\n\n--i\n\ninner\n--o\n\nouter\n--o--\n",
              a);
    assert_int_equal(m->child_count, 2);
    expect_str("outer boundary ends inner part", m->children[0].children[0].body, "inner");
    expect_str("path", m->children[0].children[0].path, "1.1");
}

static void test_broken_multiparts_are_text(void **state)
{
    struct arena *a = *state;
    const char *texts[] = {
        "Content-Type: multipart/mixed\n\ntext",
        "Content-Type: multipart/mixed; boundary=\"\"\n\ntext",
        "Content-Type: multipart/signed; boundary=nowhere\n\ntext",
        "Content-Type: multipart/mixed; boundary=b\n\n--b--\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct entity *m = parse_ok(texts[i], strlen(texts[i]), a);
        assert_int_equal(m->child_count, 0);
        expect_str(texts[i], m->type, "text");
    }
    struct entity *m =
        PARSE("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo", a);
    assert_int_equal(m->child_count, 2);
    expect_str("no end", m->children[1].body, "two");
}

static void test_messages_inside(void **state)
{
    struct arena *a = *state;
    struct entity *m =
        PARSE("Content-Type: multipart/digest; boundary=d\n\n"
              "--d\n\nSubject: one\n\nfirst\n"
              "--d\nContent-Type: text/plain\n\nsecond\n"
              "--d\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
              "U3ViamVjdDogYjY0CkNvbnRlbnQtVHlwZTogbXVsdGlwYXJ0L21peGVkOyBib3VuZGFyeT1p\n"
              "CgotLWkKCmlubmVyCi0taS0t\n--d--\n",
              a);
    assert_int_equal(m->child_count, 3);
    expect_str("digest default", m->children[0].subtype, "rfc822");
    expect_str("inner", entity_field(&m->children[0].children[0], STR("Subject")), " one");
    expect_str("inner path", m->children[0].children[0].path, "1.1");
    expect_str("given type", m->children[1].subtype, "plain");
    struct entity *inner = &m->children[2].children[0];
    expect_str("decoded", entity_field(inner, STR("subject")), " b64");
    expect_str("its path", inner->path, "3.0");
    expect_str("its part", inner->children[0].path, "3.1");
    expect_str("its text", inner->children[0].body, "inner");
}

static void test_limits_cut(void **state)
{
    struct arena *a = *state;
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    for (int i = 0; i < 60; i++)
        buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    buf_cstr(&b, "\ndeep\n");
    struct entity *m = parse_ok(b.p, b.n, a);
    assert_true(m->cut);
    unsigned depth = 0;
    for (; m->child_count; m = m->children)
        depth++;
    assert_int_equal(depth, 50);
    assert_true(m->cut);
    expect_str("shown as text", m->type, "text");
    struct entity_limits few = {.parts = 3, .fields = 2};
    struct err e;
    const char many[] = "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n--b\n--b\n--b--\n";
    assert_int_equal(entity_parse(str_n(many, sizeof many - 1), &few, a, &m, &e), RC_OK);
    assert_int_equal(m->child_count, 3);
    assert_true(m->cut);
    struct entity *untouched = NULL;
    assert_int_equal(entity_parse(STR("A: 1\nB: 2\nC: 3\n\n"), &few, a, &untouched, &e),
                     RC_TOO_LARGE);
    assert_null(untouched);
}

/* Boundaries inside boundaries over a long text full of dashes: cut, not searched fifty times. */
static void test_work_is_bounded(void **state)
{
    struct arena *a = *state;
    CLEANUP_BUF struct buf b = BUF_INIT(4u << 20);
    for (int i = 0; i < 45; i++)
        buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    buf_cstr(&b, "\n");
    for (int i = 0; i < 1000000; i++)
        buf_cstr(&b, "--\n");
    struct entity *m = parse_ok(b.p, b.n, a);
    assert_true(m->cut);
    /* while an honest message of the same depth with as much base64 is not */
    buf_clear(&b);
    for (int i = 0; i < 20; i++)
        buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    buf_cstr(&b, "\n");
    for (int i = 0; i < 40000; i++)
        buf_cstr(&b,
                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    m = parse_ok(b.p, b.n, a);
    assert_false(m->cut);
}

static void test_params(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *value, *name, *want;
    } rows[] = {
        {"text/plain; charset=utf-8", "charset", "utf-8"},
        {"text/plain; CHARSET = \"utf-8\" ; format=flowed", "charset", "utf-8"},
        {"text/plain; charset=utf-8 format=flowed", "format", "flowed"},
        {"text/plain charset=utf-8", "charset", "utf-8"},
        {"text/plain; charset=\"unclosed", "charset", "unclosed"},
        {"text/plain; (a comment; x=y) charset=koi8-r", "charset", "koi8-r"},
        {"text/plain; charset=a; charset=b", "charset", "a"},
        {"text/plain; name=\"a \\\"q\\\" \\\\ \\x\"", "name", "a \"q\" \\ \\x"},
        {"text/plain; name=my file.txt", "name", "my file.txt"},
        {"text/plain; name*=utf-8'en'%e2%82%ac%zz", "name", "\xe2\x82\xac%zz"},
        {"text/plain; name=plain; name*=utf-8''better", "name", "better"},
        {"text/plain; name*0*=iso-8859-1''a%FC; name*1=%41; name*2*=%42", "name",
         "a\xc3\xbc%41"
         "B"},
        {"text/plain; name*1=b; name*0=a", "name", "ab"},
        {"text/plain; name*0=a; name*2=c", "name", "a"},
        {"text/plain; name*1=b", "name", NULL},
        {"text/plain; name=\"=?utf-8?q?=C3=BC?=.pdf\"", "name", "\xc3\xbc.pdf"},
        {"text/plain; name=\"\xfc.pdf\"", "name", "\xc3\xbc.pdf"},
        {"text/plain;;; ;boundary=x", "boundary", "x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_t text = arena_printf(a, "Content-Type: %s\n\n", rows[i].value);
        struct entity *m = parse_ok(text.p, text.n, a);
        expect_str(rows[i].value, m->subtype, "plain");
        expect_str(rows[i].value, entity_param(m, str_c(rows[i].name)), rows[i].want);
    }
}

static void test_types_and_encodings(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *head, *type, *subtype;
        enum transfer_encoding enc;
    } rows[] = {
        {"Content-Type: TEXT/Html\nContent-Transfer-Encoding: BASE64\n", "text", "html",
         ENC_BASE64},
        {"Content-Type: text\nContent-Transfer-Encoding: \"quoted-printable\"\n", "text", "plain",
         ENC_QP},
        {"Content-Type: image/\nContent-Transfer-Encoding: 8bit (c)\n", "text", "plain", ENC_8BIT},
        {"Content-Type: a/b/c\nContent-Transfer-Encoding: x-strange\n", "text", "plain",
         ENC_UNKNOWN},
        {"Content-Type:\nContent-Transfer-Encoding: x-uuencode;\n", "text", "plain", ENC_UUENCODE},
        {"Content-Type: image/png\nContent-Type: text/html\n", "image", "png", ENC_7BIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_t text = arena_printf(a, "%s\nbody", rows[i].head);
        struct entity *m = parse_ok(text.p, text.n, a);
        expect_str(rows[i].head, m->type, rows[i].type);
        expect_str(rows[i].head, m->subtype, rows[i].subtype);
        assert_int_equal(m->encoding, rows[i].enc);
    }
}

static void test_file_names(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *value, *want;
    } rows[] = {
        {"\"a.txt\"", "a.txt"},
        {"\"../../etc/passwd\"", "passwd"},
        {"\"C:\\dir\\x.exe\"", "x.exe"},
        {"\"..\"", NULL},
        {"\"/\"", NULL},
        {"\"  \"", NULL},
        {"\"a\tb.txt\"", "a b.txt"},
        {"\"x\xe2\x80\xaegnp.exe\"", "xgnp.exe"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_t text =
            arena_printf(a, "Content-Disposition: Attachment; filename=%s\n\n", rows[i].value);
        struct entity *m = parse_ok(text.p, text.n, a);
        expect_str("disposition", m->disposition, "attachment");
        expect_str(rows[i].value, m->filename, rows[i].want);
    }
    struct entity *m = PARSE("Content-Type: a/b; name=n.txt\nContent-ID: (c) <x@y> \n\n", a);
    expect_str("name", m->filename, "n.txt");
    expect_str("content id", m->content_id, "x@y");
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    buf_cstr(&b, "Content-Disposition: attachment; filename=\"");
    for (int i = 0; i < 300; i++)
        buf_cstr(&b, "\xc3\xbc");
    buf_cstr(&b, ".pdf\"\n\n");
    m = parse_ok(b.p, b.n, a);
    assert_true(m->filename.n <= 200);
    assert_true(str_ends(m->filename, STR("\xc3\xbc.pdf")));
    assert_true(str_is_utf8(m->filename));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_fields_and_folds),
        ARENA_TEST(test_odd_headers),
        ARENA_TEST(test_parts_are_byte_exact),
        ARENA_TEST(test_delimiters_match_whole_lines),
        ARENA_TEST(test_broken_multiparts_are_text),
        ARENA_TEST(test_messages_inside),
        ARENA_TEST(test_limits_cut),
        ARENA_TEST(test_work_is_bounded),
        ARENA_TEST(test_params),
        ARENA_TEST(test_types_and_encodings),
        ARENA_TEST(test_file_names),
    };
    return cmocka_run_group_tests_name("mail/entity", tests, NULL, NULL);
}
