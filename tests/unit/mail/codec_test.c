#include "tests/unit/mail/mime_test.h"

#include <stdlib.h>

#include "mail/codec.h"

static void put_random(struct buf *b, size_t n, unsigned *seed)
{
    buf_clear(b);
    for (size_t i = 0; i < n; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        buf_char(b, (char) (*seed >> 24));
    }
}

/* Every length up to some lines, both paths: the same text, lines of 76, and back again. */
static void test_base64_round_trip(void **state)
{
    (void) state;
    unsigned seed = 1;
    for (size_t n = 0; n < 700; n++) {
        CLEANUP_BUF struct buf raw = BUF_INIT(1 << 16), slow = BUF_INIT(1 << 16);
        CLEANUP_BUF struct buf fast = BUF_INIT(1 << 16), back = BUF_INIT(1 << 16);
        put_random(&raw, n, &seed);
        codec_use(CODEC_TABLE);
        assert_true(mime_base64_encode(buf_view(&raw), &slow));
        codec_use(CODEC_BEST);
        assert_true(mime_base64_encode(buf_view(&raw), &fast));
        assert_int_equal(slow.n, fast.n);
        if (n) assert_memory_equal(slow.p, fast.p, fast.n);
        for (size_t i = 0, col = 0; i < fast.n; i++) {
            if (fast.p[i] == '\n')
                col = 0;
            else if (fast.p[i] != '\r')
                assert_true(++col <= 76);
        }
        if (n) assert_true(str_ends(buf_view(&fast), STR("\r\n")));
        assert_true(mime_base64_decode(buf_view(&fast), &back));
        assert_int_equal(back.n, n);
        if (n) assert_memory_equal(back.p, raw.p, n);
        buf_clear(&back);
        codec_use(CODEC_TABLE);
        assert_true(mime_base64_decode(buf_view(&fast), &back));
        codec_use(CODEC_BEST);
        assert_int_equal(back.n, n);
        if (n) assert_memory_equal(back.p, raw.p, n);
    }
}

/* Noise at every place must give the same bytes by both paths. */
static void test_base64_noise(void **state)
{
    (void) state;
    unsigned seed = 7;
    for (int round = 0; round < 400; round++) {
        CLEANUP_BUF struct buf text = BUF_INIT(4096), x = BUF_INIT(4096), y = BUF_INIT(4096);
        put_random(&text, 300, &seed);
        for (size_t i = 0; i < text.n; i++) /* mostly alphabet */
            if (round % 2 || i % 97) text.p[i] = (char) ('A' + (text.p[i] & 0xff) % 26);
        if (round % 2) text.p[(unsigned) round % 300] = "\r=\xff-"[round / 2 % 4];
        codec_use(CODEC_TABLE);
        assert_true(mime_base64_decode(buf_view(&text), &x));
        codec_use(CODEC_BEST);
        assert_true(mime_base64_decode(buf_view(&text), &y));
        assert_int_equal(x.n, y.n);
        if (x.n) assert_memory_equal(x.p, y.p, x.n);
    }
}

/* However noisy the text and wherever it is cut, pieces give what the whole gives. */
static void test_base64_pieces(void **state)
{
    (void) state;
    static const char noise[] = "\r\n=\xff-A/+ \n\n";
    unsigned seed = 11;
    for (int round = 0; round < 3000; round++) {
        CLEANUP_BUF struct buf text = BUF_INIT(4096), whole = BUF_INIT(4096), out = BUF_INIT(4096);
        struct base64_stream s = {0};
        unsigned kind = (unsigned) round % 3;
        put_random(&text, 1 + (unsigned) round % 900, &seed);
        for (size_t i = 0; i < text.n; i++) {
            unsigned char c = (unsigned char) text.p[i];
            bool noisy = kind == 1 ? c % 40 == 0 : kind == 2 && i > text.n - 5;
            text.p[i] = noisy ? noise[c % (sizeof noise - 1)] : (char) ('A' + c % 26);
        }
        assert_true(mime_base64_decode(buf_view(&text), &whole));
        assert_int_equal(mime_base64_size(buf_view(&text)), whole.n);
        codec_use(CODEC_TABLE);
        assert_int_equal(mime_base64_size(buf_view(&text)), whole.n);
        codec_use(CODEC_BEST);
        for (size_t at = 0; at < text.n;) {
            seed = seed * 1664525u + 1013904223u;
            size_t n = 1 + (seed >> 16) % (round % 2 ? 5 : 200);
            if (n > text.n - at) n = text.n - at;
            assert_true(base64_feed(&s, str_n(text.p + at, n), &out));
            at += n;
        }
        assert_true(base64_end(&s, &out));
        assert_int_equal(out.n, whole.n);
        if (out.n) assert_memory_equal(out.p, whole.p, out.n);
    }
}

static void test_base64_lenient(void **state)
{
    (void) state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"aGVsbG8=", "hello"},
        {"aGVsbG8", "hello"},
        {"aGVs\r\n bG8=\r\n", "hello"},
        {"R3LD\n!!vMOf\n ZQ==\nfooter", "Grüße"},
        {"aGk=aGk=", "hi"},
        {"a", ""},
        {"====", ""},
        {"aGVsbG8gd29ybGQ", "hello world"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(256);
        assert_true(mime_base64_decode(str_c(rows[i].text), &b));
        expect_str(rows[i].text, b.n ? buf_view(&b) : STR(""), rows[i].want);
    }
    CLEANUP_BUF struct buf tiny = BUF_INIT(4);
    assert_false(mime_base64_decode(STR("aGVsbG8gd29ybGQ="), &tiny));
    buf_clear(&tiny);
    assert_false(mime_base64_encode(STR("hello"), &tiny));
}

static void test_qp_encode(void **state)
{
    (void) state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"plain\n", "plain\r\n"},
        {"a=b\r\nü", "a=3Db\r\n=C3=BC"},
        {"trail \ntab\t\r\nend ", "trail=20\r\ntab=09\r\nend=20"},
        {"From me\nFar\n>From x", "=46rom me\r\nFar\r\n>From x"},
        {".\n..", "=2E\r\n=2E."},
        {"cr\rx", "cr=0Dx"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(256);
        assert_true(mime_qp_encode(str_c(rows[i].text), &b));
        expect_str(rows[i].text, b.n ? buf_view(&b) : STR(""), rows[i].want);
    }
}

/* What RFC 8551 section 3.1.1 wants of signed text, for random bytes; and the way back. */
static void test_qp_is_safe(void **state)
{
    (void) state;
    unsigned seed = 3;
    for (int round = 0; round < 200; round++) {
        CLEANUP_BUF struct buf raw = BUF_INIT(4096), enc = BUF_INIT(1 << 16),
                               dec = BUF_INIT(1 << 16);
        put_random(&raw, 500, &seed);
        for (size_t i = 0; i < raw.n; i++) {
            if (raw.p[i] == '\n' || raw.p[i] == '\r') raw.p[i] = 'F';
            if (round % 2) raw.p[i] = "From .\t =x"[(unsigned char) raw.p[i] % 10];
        }
        assert_true(mime_qp_encode(buf_view(&raw), &enc));
        str_t rest = buf_view(&enc), line;
        while (rest.n) {
            str_cut(rest, '\n', &line, &rest);
            if (line.n && line.p[line.n - 1] == '\r') line.n--;
            assert_true(line.n <= 76);
            assert_false(str_starts(line, STR("From ")));
            assert_false(str_starts(line, STR(".")));
            if (line.n) assert_true(line.p[line.n - 1] != ' ' && line.p[line.n - 1] != '\t');
            for (size_t i = 0; i < line.n; i++)
                assert_true((unsigned char) line.p[i] < 0x7f);
        }
        assert_true(mime_qp_decode(buf_view(&enc), &dec));
        assert_int_equal(dec.n, raw.n);
        assert_memory_equal(dec.p, raw.p, raw.n);
    }
}

static void test_qp_decode(void **state)
{
    (void) state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"Gr=C3=BC=\r\n=C3=9fe=20\nende=\n", "Grüße \nende"},
        {"a= \r\nb", "ab"},
        {"bad =ZZ =4 =", "bad =ZZ =4 "},
        {"trail  \r\nx\t", "trail\r\nx"},
        {"100% = all", "100% = all"},
        {"a\r\n\r\nb\n", "a\r\n\r\nb\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(256);
        assert_true(mime_qp_decode(str_c(rows[i].text), &b));
        expect_str(rows[i].text, buf_view(&b), rows[i].want);
    }
}

static void test_uu(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf b = BUF_INIT(256);
    assert_true(
        mime_uu_decode(STR("text\r\nbegin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\nmore"), &b));
    expect_str("uu", buf_view(&b), "hello");
    buf_clear(&b);
    assert_true(mime_uu_decode(STR("begin 644 x\n#86)C\nM"), &b));
    assert_true(str_starts(buf_view(&b), STR("abc")));
}

static void test_bodies(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *message, *text;
    } rows[] = {
        {"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: "
         "quoted-printable\n"
         "\nGr=FC=DFe",
         "Grüße"},
        {"Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n"
         "//5HAHIA/ADfAGUA",
         "Grüße"},
        {"Content-Type: text/html\n\n<meta http-equiv=x content='text/html; charset=koi8-r'>\xf0",
         "<meta http-equiv=x content='text/html; charset=koi8-r'>П"},
        {"Content-Type: text/plain\n\n\x1b$BF|K\\8l\x1b(B", "日本語"},
        {"Content-Type: text/plain; charset=koi8-r\n\n\xef\xbb\xbfü", "ü"},
        {"\nGr\xc3\xbc", "Grü"},
        {"Content-Transfer-Encoding: nonsense\n\nas it is", "as it is"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(256);
        struct err e;
        struct entity *m = parse_ok(rows[i].message, strlen(rows[i].message), a);
        assert_int_equal(entity_decode_text(m, &b, &e), RC_OK);
        expect_str(rows[i].message, buf_view(&b), rows[i].text);
    }
    CLEANUP_BUF struct buf tiny = BUF_INIT(4);
    struct err e;
    struct entity *m = PARSE("Content-Transfer-Encoding: base64\n\naGVsbG8gd29ybGQ=", a);
    assert_int_equal(entity_decode_body(m, &tiny, &e), RC_TOO_LARGE);
    assert_int_equal(tiny.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64_round_trip),
        cmocka_unit_test(test_base64_noise),
        cmocka_unit_test(test_base64_pieces),
        cmocka_unit_test(test_base64_lenient),
        cmocka_unit_test(test_qp_encode),
        cmocka_unit_test(test_qp_is_safe),
        cmocka_unit_test(test_qp_decode),
        cmocka_unit_test(test_uu),
        ARENA_TEST(test_bodies),
    };
    return cmocka_run_group_tests_name("mail/codec", tests, NULL, NULL);
}
