/* Files in a winmail.dat, and files that want to be one. */
#include "mail/tnef.h"

#include <stdlib.h>

#include "tests/unit/mail/mime_test.h"

/* --- writing one -------------------------------------------------------------------------------
 */

static void put(struct buf *b, uint32_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_char(b, (char) (v >> (8 * i)));
}

static void begin(struct buf *b)
{
    put(b, 0x223e9f78, 4);
    put(b, 1, 2);
}

static void attribute(struct buf *b, unsigned level, uint32_t id, str_t value)
{
    put(b, level, 1);
    put(b, id, 4);
    put(b, (uint32_t) value.n, 4);
    buf_str(b, value);
    put(b, 0, 2); /* a checksum nobody looks at */
}

static void property(struct buf *b, unsigned type, unsigned id, str_t value)
{
    put(b, type, 2);
    put(b, id, 2);
    put(b, 1, 4);
    put(b, (uint32_t) value.n, 4);
    buf_str(b, value);
    while (b->n % 4)
        buf_char(b, '\0');
}

static struct tnef read_ok(struct arena *a, const struct buf *b)
{
    struct tnef t = {0};
    assert_int_equal(tnef_read(buf_view(b), a, &t, NULL), RC_OK);
    return t;
}

#define FILE_BEGINS 0x00069002
#define FILE_TITLE 0x00018010
#define FILE_DATA 0x0006800f
#define FILE_PROPERTIES 0x00069005
#define MESSAGE_PROPERTIES 0x00069003

/* --- tests ---------------------------------------------------------------------------------------
 */

static void test_files(void **state)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20), p = BUF_INIT(1 << 16);
    begin(&b);
    attribute(&b, 1, 0x00069007, STR("\xe4\x04\0\0\0\0\0\0")); /* 1252 */
    attribute(&b, 1, 0x00018004,
              STR("Gr\xfc\xdf"
                  "e\0"));
    attribute(&b, 2, FILE_BEGINS, STR("xx"));
    attribute(&b, 2, FILE_TITLE, STR("OLD.TXT\0"));
    attribute(&b, 2, FILE_DATA, STR("first"));
    attribute(&b, 2, FILE_BEGINS, STR("xx"));
    attribute(&b, 2, FILE_TITLE, STR("SHORT~1.PNG\0"));
    attribute(&b, 2, FILE_DATA, STR("second"));
    put(&p, 5, 4);
    property(&p, 0x1f, 0x3707, STR("\xe4\0.\0p\0n\0g\0\0\0"));
    property(&p, 0x1e, 0x370e, STR("Image/PNG\0"));
    property(&p, 0x1e, 0x3712, STR("pic@x\0"));
    put(&p, 0x1002, 2); /* a list of 16-bit numbers */
    put(&p, 0x3000, 2);
    put(&p, 2, 4);
    put(&p, 7, 4);
    put(&p, 8, 4);
    put(&p, 0x1e, 2); /* with a name of its own */
    put(&p, 0x8001, 2);
    buf_str(&p, STR("GUIDGUIDGUIDGUID\1\0\0\0\6\0\0\0a\0b\0c\0\0\0"));
    put(&p, 1, 4);
    put(&p, 3, 4);
    buf_str(&p, STR("xy\0\0"));
    attribute(&b, 2, FILE_PROPERTIES, buf_view(&p));
    struct tnef t = read_ok(*state, &b);
    expect_str("subject", t.subject,
               "Gr\xc3\xbc\xc3\x9f"
               "e");
    assert_int_equal(t.total, 2);
    expect_str("name", t.files[0].name, "OLD.TXT");
    expect_str("bytes", t.files[0].bytes, "first");
    expect_str("type", t.files[0].type, "application/octet-stream");
    expect_str("id", t.files[0].content_id, NULL);
    expect_str("name", t.files[1].name, "\xc3\xa4.png");
    expect_str("bytes", t.files[1].bytes, "second");
    expect_str("type", t.files[1].type, "image/png");
    expect_str("id", t.files[1].content_id, "pic@x");
    /* Cut anywhere, it ends there: what came before stays, nothing else appears. */
    for (size_t n = 6; n < b.n; n++) {
        struct tnef cut;
        char *copy = malloc(n);
        memcpy(copy, b.p, n);
        assert_int_equal(tnef_read(str_n(copy, n), *state, &cut, NULL), RC_OK);
        assert_true(cut.total <= 2);
        free(copy);
    }
}

static void test_names(void **state)
{
    static const struct {
        const char *name, *want;
    } rows[] = {{"../../etc/passwd", "passwd"},
                {"C:\\x\\y.txt", "y.txt"},
                {"", "attachment"},
                {"..", "attachment"},
                {"a\x01"
                 "b",
                 "a b"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
        begin(&b);
        attribute(&b, 2, FILE_BEGINS, STR(""));
        attribute(&b, 2, FILE_TITLE, str_c(rows[i].name));
        expect_str(rows[i].name, read_ok(*state, &b).files[0].name, rows[i].want);
    }
}

static void test_body(void **state)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 16), p = BUF_INIT(1 << 16), rtf = BUF_INIT(1 << 16);
    /* The example of MS-OXRTFCP section 3.1 */
    buf_str(&rtf, STR("\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2\x0a\xf3 "
                      "hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0"));
    put(&p, 2, 4);
    property(&p, 0x102, 0x1009, buf_view(&rtf));
    property(&p, 0x102, 0x1013, STR("<p>hello"));
    begin(&b);
    attribute(&b, 1, MESSAGE_PROPERTIES, buf_view(&p));
    struct tnef t = read_ok(*state, &b);
    assert_int_equal(t.total, 2);
    expect_str("html", t.files[0].name, "body.html");
    expect_str("html", t.files[0].bytes, "<p>hello");
    expect_str("rtf", t.files[1].name, "body.rtf");
    expect_str("rtf", t.files[1].bytes, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    buf_clear(&b);
    begin(&b);
    attribute(&b, 1, 0x0002800c, STR("plain\0"));
    t = read_ok(*state, &b);
    expect_str("text", t.files[0].name, "body.txt");
    expect_str("text", t.files[0].bytes, "plain");
}

static void test_rtf(void **state)
{
    (void) state;
    static const struct {
        str_t in;
        const char *want; /* NULL: refused */
    } rows[] = {
        {STR_INIT("\x0f\0\0\0\3\0\0\0MELA\0\0\0\0abcdef"), "abc"},
        {STR_INIT("\x0f\0\0\0\3\0\0\0LZFu\0\0\0\0\0abcdef"), "abc"},
        {STR_INIT("\x0f\0\0\0\x0a\0\0\0LZFu\0\0\0\0\1\0\x08"), "{\\rtf1\\ans"}, /* from the start */
        {STR_INIT("\x0f\0\0\0\3\0\0\0LZFu\0\0\0\0"), ""},
        {STR_INIT("\x0f\0\0\0\3\0\0\0XXXX\0\0\0\0abc"), NULL},
        {STR_INIT("\x0f\0\0\0\xff\xff\xff\xffLZFu\0\0\0\0abc"), NULL},
        {STR_INIT("\x0f\0\0\0"), NULL},
        {STR_INIT(""), NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_BUF struct buf out = BUF_INIT(4096);
        if (tnef_rtf(rows[i].in, &out) != (rows[i].want != NULL)) fail_msg("row %zu", i);
        if (rows[i].want) assert_str(str_n(out.p ? out.p : "", out.n), str_c(rows[i].want));
    }
}

/* A message in the message: TNEF again, given as a file. */
static void test_nested(void **state)
{
    CLEANUP_BUF struct buf in = BUF_INIT(1 << 16), p = BUF_INIT(1 << 16), b = BUF_INIT(1 << 16),
                           o = BUF_INIT(1 << 16);
    begin(&in);
    attribute(&in, 1, 0x00018004, STR("inner\0"));
    buf_str(&o, STR("IIDIIDIIDIIDIIDI"));
    buf_str(&o, buf_view(&in));
    put(&p, 2, 4);
    property(&p, 0x1e, 0x3001, STR("Old mail\0"));
    property(&p, 0x0d, 0x3701, buf_view(&o));
    begin(&b);
    attribute(&b, 2, FILE_BEGINS, STR(""));
    attribute(&b, 2, FILE_PROPERTIES, buf_view(&p));
    struct tnef t = read_ok(*state, &b), inner;
    assert_int_equal(t.total, 1);
    expect_str("name", t.files[0].name, "Old mail.dat");
    expect_str("type", t.files[0].type, "application/ms-tnef");
    assert_int_equal(tnef_read(t.files[0].bytes, *state, &inner, NULL), RC_OK);
    expect_str("subject", inner.subject, "inner");
}

static void test_hostile(void **state)
{
    struct tnef t;
    static const str_t none[] = {STR_INIT(""), STR_INIT("\x78\x9f\x3e\x22"),
                                 STR_INIT("\x79\x9f\x3e\x22\1\0"), STR_INIT("PK\3\4xxxxxxxx")};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(tnef_read(none[i], *state, &t, NULL), RC_DAMAGED);
    static const str_t properties[] = {
        STR_INIT("\xff\xff\xff\xff"),
        STR_INIT("\1\0\0\0\x1e\0\x07\x37\xff\xff\xff\xff\1\0\0\0a"),
        STR_INIT("\1\0\0\0\x1e\0\x07\x37\1\0\0\0\xff\xff\xff\xff"),
        STR_INIT("\1\0\0\0\x03\x10\x07\x37\xff\xff\xff\xff"),
        STR_INIT("\1\0\0\0\x1e\0\x01\x80GUIDGUIDGUIDGUID\1\0\0\0\xff\xff\xff\xff"),
        STR_INIT("\1\0\0\0\x99\x99\x07\x37"),
        STR_INIT("\1\0\0\0\x0d\0\x01\x37\1\0\0\0\2\0\0\0xx"),
    };
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(1 << 16);
        begin(&b);
        attribute(&b, 2, FILE_BEGINS, STR(""));
        attribute(&b, 2, FILE_PROPERTIES, properties[i]);
        attribute(&b, 1, MESSAGE_PROPERTIES, properties[i]);
        assert_int_equal(read_ok(*state, &b).total, 1);
    }
    CLEANUP_BUF struct buf many = BUF_INIT(4 << 20);
    begin(&many);
    for (unsigned i = 0; i < 2 * TNEF_MAX_ITEMS; i++)
        attribute(&many, 2, FILE_BEGINS, STR(""));
    t = read_ok(*state, &many);
    assert_int_equal(t.count, TNEF_MAX_FILES);
    assert_true(t.total <= TNEF_MAX_ITEMS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {ARENA_TEST(test_files),  ARENA_TEST(test_names),
                                       ARENA_TEST(test_body),   ARENA_TEST(test_rtf),
                                       ARENA_TEST(test_nested), ARENA_TEST(test_hostile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
