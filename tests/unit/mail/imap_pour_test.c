/* A large part on its way through: what the mail server is asked for, what is given away, and that
 * nothing of a wrong length can look whole. */
#include "tests/unit/mail/imap_fake.h"

#include "mail/codec.h"
#include "mail/entity.h"

#define LEAST 1000
#define LOOK "UID FETCH 8 (UID RFC822.SIZE BODYSTRUCTURE BODY.PEEK[2.MIME])"
#define BODY "UID FETCH 8 (UID BODY.PEEK[2])"
#define BINARY "UID FETCH 8 (UID BINARY.PEEK[2])"
#define PART_BYTES 1500000 /* several pieces of a read, several of the decoder */

/* What came out, and how. */
struct taken {
    bool wanted; /* answer of `header` */
    unsigned headers, begins, pieces;
    uint64_t size;
    struct buf bytes;
};

static bool on_header(void *ctx, const struct entity *part, struct err *e)
{
    struct taken *t = ctx;
    (void) e;
    t->headers++;
    assert_str(part->subtype, STR("x-odd"));
    return t->wanted;
}

static rc_t on_begin(void *ctx, uint64_t size, struct err *e)
{
    struct taken *t = ctx;
    (void) e;
    t->begins++;
    t->size = size;
    return RC_OK;
}

static rc_t on_piece(void *ctx, str_t bytes, struct err *e)
{
    struct taken *t = ctx;
    assert_int_equal(t->begins, 1);
    t->pieces++;
    return buf_str(&t->bytes, bytes) ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

/* The part's bytes and the same as base64 in lines. */
static str_t the_bytes, the_base64;

static int setup_bytes(void **state)
{
    static char bytes[PART_BYTES], text[PART_BYTES * 3 / 2];
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    (void) state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char) (i * 2654435761u >> 13);
    for (size_t i = 0; i < sizeof bytes; i += 3) {
        const unsigned char *b = (const unsigned char *) bytes + i;
        unsigned v = (unsigned) b[0] << 16 | (unsigned) b[1] << 8 | b[2];
        for (int shift = 18; shift >= 0; shift -= 6)
            text[n++] = letters[v >> shift & 63];
        if (i % 57 == 54) text[n++] = '\r', text[n++] = '\n';
    }
    the_bytes = str_n(bytes, sizeof bytes);
    the_base64 = str_n(text, n);
    return 0;
}

struct
try {
    const char *why, *encoding;
    bool binary; /* the server can BINARY */
    uint64_t known;
    const char *asked; /* NULL: only looked at */
    rc_t rc;
    uint64_t told; /* to `begin` */
    bool whole;    /* all bytes came */
};

static str_t literal(struct arena *a, const char *before, str_t bytes, const char *behind)
{
    str_t head = arena_printf(a, "%s {%zu}\r\n", before, bytes.n);
    size_t tail = strlen(behind), n = head.n + bytes.n + tail;
    char *p = arena_alloc(a, n);
    memcpy(p, head.p, head.n);
    memcpy(p + head.n, bytes.p, bytes.n);
    memcpy(p + head.n + bytes.n, behind, tail);
    return str_n(p, n);
}

/* A server with the part in this encoding. */
static void serve(struct world *w, struct arena *a, const char *encoding, bool binary)
{
    str_t sent = strcmp(encoding, "base64") == 0 ? the_base64 : the_bytes;
    str_t mime = arena_printf(
        a, "Content-Type: application/x-odd\r\nContent-Transfer-Encoding: %s\r\n\r\n", encoding);
    str_t before = arena_printf(
        a,
        "* 3 FETCH (UID 8 RFC822.SIZE %zu BODYSTRUCTURE ((\"text\" \"plain\" NIL NIL NIL "
        "\"7bit\" 3 1)(\"application\" \"x-odd\" NIL NIL NIL \"%s\" %zu) \"mixed\") BODY[2.MIME]",
        sent.n + 500, encoding, sent.n);
    const char *end = ")\r\n%T OK fetched\r\n";
    if (binary)
        fake_rule(&w->f, "CAPABILITY",
                  STR("* CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS BINARY\r\n%T OK done\r\n"),
                  FAKE_GO_ON, 0);
    fake_rule(&w->f, LOOK, literal(a, arena_cstr(a, before), mime, end), FAKE_GO_ON, 0);
    fake_rule(&w->f, BODY, literal(a, "* 3 FETCH (UID 8 BODY[2]", sent, end), FAKE_GO_ON, 0);
    fake_rule(&w->f, BINARY, literal(a, "* 3 FETCH (UID 8 BINARY[2]", the_bytes, end), FAKE_GO_ON,
              0);
}

static rc_t pour(struct imap *im, uint32_t least, uint64_t known, struct taken *t, struct err *e)
{
    const struct imap_part_sink sink = {
        .header = on_header, .begin = on_begin, .piece = on_piece, .ctx = t};
    t->bytes = BUF_INIT(8u << 20);
    return imap_pour_part(im, 8, STR("2"), least, known, &sink, e);
}

static void one_try(const struct try *x)
{
    struct world w = {0};
    struct taken t = {.wanted = true};
    CLEANUP_ARENA struct arena *a = arena_new(64u << 20);
    serve(&w, a, x->encoding, x->binary);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    rc_t rc = pour(im, LEAST, x->known, &t, &w.e);
    if (rc != x->rc) fail_msg("%s: %s (%s)", x->why, err_word(rc), w.e.detail);
    if (!fake_saw(&w.f, LOOK "\n")) fail_msg("%s: not looked at", x->why);
    bool body = fake_saw(&w.f, BODY "\n"), binary = fake_saw(&w.f, BINARY "\n");
    if (body != (x->asked && strcmp(x->asked, BODY) == 0)) fail_msg("%s: BODY", x->why);
    if (binary != (x->asked && strcmp(x->asked, BINARY) == 0)) fail_msg("%s: BINARY", x->why);
    assert_int_equal(t.begins, x->told ? 1 : 0);
    assert_int_equal(t.size, x->told);
    if (x->whole) {
        assert_true(str_eq(buf_view(&t.bytes), the_bytes));
        if (t.pieces < 3) fail_msg("%s: held as a whole (%u pieces)", x->why, t.pieces);
    } else if (t.bytes.n > 0 && t.bytes.n >= t.size) {
        fail_msg("%s: %zu of %llu look whole", x->why, t.bytes.n, (unsigned long long) t.size);
    }
    assert_true(str_starts(the_bytes, buf_view(&t.bytes)));
    buf_free(&t.bytes);
    imap_release(im);
    world_stop(&w);
}

static void test_ways(void **state)
{
    const uint64_t n = PART_BYTES;
    const struct try tries[] = {
        {"base64 of known length", "base64", true, n, BODY, RC_OK, n, true},
        {"base64, no BINARY", "base64", false, n, BODY, RC_OK, n, true},
        {"base64 of unknown length", "base64", true, 0, BINARY, RC_OK, n, true},
        {"that, no BINARY", "base64", false, 0, NULL, RC_UNSUPPORTED, 0, false},
        {"quoted-printable", "quoted-printable", true, n, BINARY, RC_OK, n, true},
        {"that, no BINARY", "quoted-printable", false, n, NULL, RC_UNSUPPORTED, 0, false},
        {"uuencode", "x-uuencode", true, n, NULL, RC_UNSUPPORTED, 0, false},
        {"as it is", "binary", false, 0, BODY, RC_OK, n, true},
        {"as it is, length known", "7bit", true, n, BODY, RC_OK, n, true},
        {"one byte less than said", "base64", true, n + 1, BODY, RC_CONFLICT, n + 1, false},
        {"one byte more than said", "base64", true, n - 1, BODY, RC_CONFLICT, n - 1, false},
        {"much more", "base64", true, 1, BODY, RC_CONFLICT, 1, false},
        {"more than half more", "base64", true, n / 2, BODY, RC_CONFLICT, n / 2, false},
        {"more than the text is long", "base64", true, 4 * n, BODY, RC_UNSUPPORTED, 0, false},
    };
    (void) state;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        one_try(&tries[i]);
}

/* Nothing is asked for but the look where the message is small or the reader does not want it. */
static void test_not_this_way(void **state)
{
    (void) state;
    for (int small = 0; small < 2; small++) {
        struct world w = {0};
        struct taken t = {.wanted = small == 1};
        CLEANUP_ARENA struct arena *a = arena_new(64u << 20);
        serve(&w, a, "base64", true);
        world_start(&w);
        struct imap *im = world_open(&w, FAKE_DEADLINE);
        uint32_t least = small ? 100u << 20 : LEAST;
        assert_int_equal(pour(im, least, PART_BYTES, &t, &w.e), RC_UNSUPPORTED);
        assert_int_equal(t.headers, small ? 0 : 1);
        assert_int_equal(t.begins, 0);
        assert_false(fake_saw(&w.f, BODY) || fake_saw(&w.f, BINARY));
        buf_free(&t.bytes);
        imap_release(im);
        world_stop(&w);
    }
}

/* Answers that are no such part: nothing, or fewer bytes than were told, are given away. */
static void test_faults(void **state)
{
    static const struct {
        const char *why;
        str_t reply;
        enum fake_then then;
        bool begun;
        rc_t rc;
    } tries[] = {
        {"refused", STR_INIT("%T NO [UNKNOWN-CTE] no\r\n"), FAKE_GO_ON, false, RC_UNSUPPORTED},
        {"gone", STR_INIT("%T OK nothing\r\n"), FAKE_GO_ON, false, RC_UNSUPPORTED},
        {"of another message", STR_INIT("* 3 FETCH (UID 9 BODY[2] {8}\r\nQUJDREVG)\r\n%T OK x\r\n"),
         FAKE_GO_ON, false, RC_UNSUPPORTED},
        {"nobody says of which", STR_INIT("* 3 FETCH (BODY[2] {8}\r\nQUJDREVG)\r\n%T OK x\r\n"),
         FAKE_GO_ON, false, RC_UNSUPPORTED},
        {"twice",
         STR_INIT("* 3 FETCH (UID 8 BODY[2] {8}\r\nQUJDREVG)\r\n"
                  "* 3 FETCH (UID 8 BODY[2] {8}\r\nQUJDREVG)\r\n%T OK x\r\n"),
         FAKE_GO_ON, true, RC_IMAP_ERROR},
        {"killed inside", STR_INIT("* 3 FETCH (UID 8 BODY[2] {8}\r\nQUJD"), FAKE_CLOSE, true,
         RC_IMAP_DOWN},
        {"refused behind it", STR_INIT("* 3 FETCH (UID 8 BODY[2] {8}\r\nQUJDREVG)\r\n%T NO x\r\n"),
         FAKE_GO_ON, true, RC_IMAP_ERROR},
    };
    (void) state;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct world w = {0};
        struct taken t = {.wanted = true};
        CLEANUP_ARENA struct arena *a = arena_new(64u << 20);
        fake_rule(&w.f, BODY, tries[i].reply, tries[i].then, 0);
        serve(&w, a, "base64", true);
        world_start(&w);
        struct imap *im = world_open(&w, FAKE_DEADLINE);
        rc_t rc = pour(im, LEAST, 6, &t, &w.e);
        if (rc != tries[i].rc) fail_msg("%s: %s (%s)", tries[i].why, err_word(rc), w.e.detail);
        assert_int_equal(t.begins, tries[i].begun ? 1 : 0);
        if (t.bytes.n >= 6) fail_msg("%s: looks whole", tries[i].why);
        buf_free(&t.bytes);
        imap_release(im);
        im = world_open(&w, FAKE_DEADLINE); /* the next request is none the worse */
        assert_int_equal(imap_uidvalidity(im), 77);
        imap_release(im);
        world_stop(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_not_this_way),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, setup_bytes, NULL);
}
