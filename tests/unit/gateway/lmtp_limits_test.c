/* LMTP's receiving side: what bounds a peer, what is said to it, and what a caller gets. */
#include "base/buf.h"
#include "gateway/lmtp.h"
#include "tests/unit/gateway/lmtp_play.h"
#include "tests/unit/test.h"

/* --- limits ------------------------------------------------------------------------------ */

static void a_large_mail_is_swallowed(void **state)
{
    (void) state;
    for (size_t n = 998; n <= 999; n++) { /* and CRLF: 1000, 1001 */
        CLEANUP_BUF struct buf b = BUF_INIT(PLAY_ROOM), got = BUF_INIT(PLAY_ROOM);
        struct play p = {0};
        buf_cstr(&b, RCPT "RCPT TO:<later@x>\r\nDATA\r\n.");
        for (size_t i = 0; i < n; i++)
            buf_char(&b, i % 2 ? 'a' : '.');
        buf_cstr(&b, "\r\n.\r\nNOOP\r\n");
        play_all(&p, buf_view(&b));
        str_t codes = play_codes(&p, &got);
        assert_int_equal(p.taken, n == 998);
        assert_true(str_ends(codes, n == 998 ? STR(",354,250 2.0.0,451 4.3.0,250 2.0.0")
                                             : STR(",354,552 5.3.4,552 5.3.4,250 2.0.0")));
        play_free(&p);
    }
    /* lines that grow by what ends them */
    CLEANUP_BUF struct buf b = BUF_INIT(PLAY_ROOM), got = BUF_INIT(PLAY_ROOM);
    struct play p = {0};
    buf_cstr(&b, DATA);
    for (size_t i = 0; i < 501; i++)
        buf_char(&b, '\n');
    buf_cstr(&b, "\r\n.\r\n" /* the next one is taken */
                 "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\n");
    play_all(&p, buf_view(&b));
    assert_str(play_codes(&p, &got),
               STR(DATA_CODES ",552 5.3.4,250 2.1.0,250 2.1.5,354,250 2.0.0"));
    assert_int_equal(p.taken, 1);
    play_free(&p);
}

static size_t count_of(str_t s, str_t what)
{
    size_t n = 0;
    for (ptrdiff_t at; (at = str_find(s, what)) >= 0; n++)
        s = str_sub(s, (size_t) at + what.n, s.n);
    return n;
}

static void recipients_have_a_limit(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf b = BUF_INIT(PLAY_ROOM);
    struct play p = {0};
    buf_cstr(&b, MAIL);
    for (int i = 0; i < LMTP_RECIPIENTS_MAX + 30; i++) /* more than LMTP_ERRORS_MAX too many */
        buf_printf(&b, "RCPT TO:<r%d@x>\r\n", i);
    buf_cstr(&b, "DATA\r\nx\r\n.\r\nQUIT\r\n");
    play(&p, buf_view(&b), 1000);
    assert_int_equal(p.taken, 1);
    assert_int_equal(count_of(buf_view(&p.said), STR("\r\n452 4.5.3 ")), 30);
    assert_int_equal(count_of(buf_view(&p.said), STR("\r\n250 2.1.5 ")), LMTP_RECIPIENTS_MAX);
    assert_int_equal(count_of(buf_view(&p.said), STR("\r\n250 2.0.0 ")), LMTP_RECIPIENTS_MAX);
    assert_true(str_ends(buf_view(&p.said), STR("221 2.0.0 Bye\r\n")));
    play_free(&p);
    /* long ones: the envelope's memory ends first, and the mail goes on with those that fit */
    buf_clear(&b);
    buf_cstr(&b, MAIL);
    for (int i = 0; i < 3000; i++)
        buf_printf(&b, "RCPT TO:<%01990d@x>\r\n", i);
    buf_cstr(&b, "DATA\r\nx\r\n.\r\nQUIT\r\n");
    play(&p, buf_view(&b), 0);
    size_t fit = count_of(buf_view(&p.said), STR("\r\n250 2.1.5 "));
    assert_true(fit > 1900 && fit * 2000 < LMTP_ENVELOPE_BYTES);
    assert_int_equal(count_of(buf_view(&p.said), STR("\r\n250 2.0.0 ")), fit);
    play_free(&p);
    /* for ever */
    buf_clear(&b);
    buf_cstr(&b, MAIL);
    for (int i = 0; i < 3 * LMTP_RECIPIENTS_MAX; i++)
        buf_cstr(&b, "RCPT TO:<r@x>\r\n");
    play(&p, buf_view(&b), 0);
    assert_true(p.over && str_find(buf_view(&p.said), STR("\r\n421 4.5.3 ")) > 0);
    play_free(&p);
}

/* `n` times `command`, then QUIT: was the connection ended before? */
static bool is_ended(const char *before, const char *command, int n)
{
    CLEANUP_BUF struct buf b = BUF_INIT(PLAY_ROOM);
    struct play p = {0};
    buf_cstr(&b, before);
    for (int i = 0; i < n; i++)
        buf_cstr(&b, command);
    buf_cstr(&b, "QUIT\r\n");
    play(&p, buf_view(&b), 0);
    assert_true(p.over);
    bool ended = str_find(buf_view(&p.said), STR("\r\n421 4.7.0 ")) > 0;
    assert_int_equal(ended, !str_ends(buf_view(&p.said), STR("\r\n221 2.0.0 Bye\r\n")));
    play_free(&p);
    return ended;
}

static void patience_has_a_limit(void **state)
{
    (void) state;
    assert_false(is_ended("", "FOO\r\n", LMTP_ERRORS_MAX));
    assert_true(is_ended("", "FOO\r\n", LMTP_ERRORS_MAX + 1));
    assert_true(is_ended("", "FO\nO\r\n", LMTP_ERRORS_MAX + 1));
    assert_false(is_ended("", "NOOP\r\n", LMTP_IDLE_MAX - 1));
    assert_true(is_ended("", "NOOP\r\n", LMTP_IDLE_MAX));
    assert_true(is_ended(LHLO, "MAIL FROM:<>\r\nRSET\r\n", LMTP_IDLE_MAX));
    /* wrong addresses keep a mail from nobody else; a mail starts the count again */
    assert_false(is_ended(MAIL, "RCPT TO:<bad>\r\n", 3 * LMTP_ERRORS_MAX));
    assert_false(
        is_ended(LHLO, "FOO\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\n", 3 * LMTP_IDLE_MAX));
}

static void memory_is_bounded(void **state)
{
    (void) state;
    struct lmtp *l = NULL;
    size_t used;
    const struct lmtp_options o = {.name = STR("x"), .message_bytes = 1000};
    CLEANUP_BUF struct buf b = BUF_INIT(PLAY_ROOM);
    for (int i = 0; i < 20000; i++)
        buf_cstr(&b, "RCPT TO:<a@b>\r\n");
    assert_int_equal(lmtp_new(&o, &l, NULL), RC_OK);
    assert_int_equal(lmtp_feed(l, STR(MAIL), &used), LMTP_INPUT);
    /* a peer that does not listen is not listened to */
    assert_int_equal(lmtp_feed(l, buf_view(&b), &used), LMTP_INPUT);
    assert_true(used < b.n && lmtp_output(l).n < LMTP_OUTPUT + LMTP_REPLY_MAX);
    assert_int_equal(lmtp_feed(l, buf_view(&b), &used), LMTP_INPUT);
    assert_int_equal(used, 0);
    lmtp_sent(l);
    assert_int_equal(lmtp_feed(l, STR("RSET\r\n"), &used), LMTP_INPUT);
    assert_int_equal(used, 6);
    lmtp_free(l);
}

/* --- replies ----------------------------------------------------------------------------- */

static str_t reply_of(struct lmtp_reply r, struct buf *out)
{
    struct lmtp *l = NULL;
    size_t used;
    const struct lmtp_options o = {.name = STR("x"), .message_bytes = 1000};
    assert_int_equal(lmtp_new(&o, &l, NULL), RC_OK);
    assert_int_equal(lmtp_feed(l, STR(DATA ".\r\n"), &used), LMTP_ANSWER);
    assert_true(lmtp_output(l).n > 0);
    lmtp_sent(l);
    lmtp_mail(l)->recipients[0].reply = r;
    lmtp_answered(l);
    assert_null(lmtp_mail(l));
    buf_clear(out);
    buf_str(out, lmtp_output(l));
    lmtp_free(l);
    return buf_view(out);
}

static void a_reply_is_one_line_whatever_is_given(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    static const struct {
        unsigned code;
        const char *status, *text, *line;
    } rows[] = {
        {250, "2.6.0", "Fine", "250 2.6.0 Fine\r\n"},
        {550, "5.7.300", "x\r\n250 2.0.0 y\x7f", "550 5.7.300 x  250 2.0.0 y \r\n"},
        {554, "5.7.1", "\xc3\xa4", "554 5.7.1 ??\r\n"},
        {550, "2.0.0", "", "550 5.0.0 \r\n"},
        {550, "5.0", "", "550 5.0.0 \r\n"},
        {550, "5.0.0.0", "", "550 5.0.0 \r\n"},
        {550, "5.0.0\r\n", "", "550 5.0.0 \r\n"},
        {550, "5.1000.0", "", "550 5.0.0 \r\n"},
        {452, "", "x", "452 4.0.0 x\r\n"},
        {0, "2.0.0", "x", "451 4.3.0 Please try again later\r\n"},
        {200, "2.0.0", "x", "451 4.3.0 Please try again later\r\n"},
        {251, "2.0.0", "x", "451 4.3.0 Please try again later\r\n"},
        {354, "3.0.0", "x", "451 4.3.0 Please try again later\r\n"},
        {421, "4.3.2", "x", "451 4.3.0 Please try again later\r\n"},
        {600, "6.0.0", "x", "451 4.3.0 Please try again later\r\n"},
        {2500, "2.0.0", "x", "451 4.3.0 Please try again later\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct lmtp_reply r = {rows[i].code, str_c(rows[i].status), str_c(rows[i].text)};
        assert_str(reply_of(r, &b), str_c(rows[i].line));
    }
    char text[2000];
    memset(text, 'x', sizeof text);
    str_t got = reply_of((struct lmtp_reply){550, STR("5.100.100"), str_n(text, sizeof text)}, &b);
    assert_true(got.n <= LMTP_REPLY_MAX && got.n > LMTP_REPLY_MAX - 10);
    assert_true(str_ends(got, STR("x\r\n")));
}

static void giving_up(void **state)
{
    (void) state;
    struct lmtp *l = NULL;
    size_t used;
    const struct lmtp_options o = {.name = STR("x"), .message_bytes = 1000};
    assert_int_equal(lmtp_new(&o, &l, NULL), RC_OK);
    assert_true(lmtp_is_between(l));
    assert_int_equal(lmtp_phase(l), LMTP_IDLE);
    lmtp_feed(l, STR("LH"), &used);
    assert_int_equal(lmtp_phase(l), LMTP_COMMAND);
    unsigned step = lmtp_step(l);
    lmtp_feed(l, STR("LO a\r"), &used);
    assert_int_equal(lmtp_step(l), step);
    lmtp_feed(l, STR("\n"), &used);
    assert_int_not_equal(lmtp_step(l), step);
    assert_int_equal(lmtp_phase(l), LMTP_IDLE);
    lmtp_feed(l, STR("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\n"), &used);
    assert_false(lmtp_is_between(l));
    assert_int_equal(lmtp_phase(l), LMTP_COMMAND);
    lmtp_feed(l, STR("DATA\r\nhalf a mail\r\n"), &used);
    assert_int_equal(lmtp_phase(l), LMTP_DATA);
    lmtp_sent(l);
    lmtp_give_up(l, "4.3.2", "This server stops");
    lmtp_give_up(l, "4.3.2", "once");
    assert_str(lmtp_output(l), STR("421 4.3.2 This server stops\r\n"));
    assert_int_equal(lmtp_feed(l, STR(".\r\n"), &used), LMTP_CLOSE);
    assert_int_equal(used, 0);
    assert_null(lmtp_mail(l));
    assert_true(lmtp_is_over(l));
    lmtp_free(l);
    lmtp_free(NULL);
}

static void callers_have_their_memory(void **state)
{
    (void) state;
    struct lmtp *l = NULL;
    size_t used;
    const struct lmtp_options o = {.name = STR("x"), .message_bytes = 1000, .work_bytes = 1 << 20};
    assert_int_equal(lmtp_new(&o, &l, NULL), RC_OK);
    assert_int_equal(lmtp_feed(l, STR(DATA "x\r\n.\r\n"), &used), LMTP_ANSWER);
    assert_str(lmtp_mail(l)->lhlo, STR("client.example"));
    assert_non_null(arena_alloc(lmtp_mail(l)->a, 1 << 20));
    assert_null(arena_alloc(lmtp_mail(l)->a, LMTP_ENVELOPE_BYTES));
    lmtp_free(l);
}

static void xtext(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    CLEANUP_ARENA struct arena *none = arena_new(0);
    str_t out = STR("untouched");
    assert_true(lmtp_xtext(STR("a+2Bb+0A"), a, &out));
    assert_str(out, STR("a+b\n"));
    assert_false(lmtp_xtext(STR("a=b"), a, &out));
    assert_false(lmtp_xtext(STR("a b"), a, &out));
    assert_false(lmtp_xtext(STR("a+2"), a, &out));
    assert_false(lmtp_xtext(STR("a+2b"), a, &out));
    assert_str(out, STR("a+b\n"));
    assert_true(lmtp_xtext(STR(""), a, &out));
    assert_int_equal(out.n, 0);
    assert_false(lmtp_xtext(STR("a"), none, &out));
    assert_null(out.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_mail_is_swallowed),
        cmocka_unit_test(recipients_have_a_limit),
        cmocka_unit_test(patience_has_a_limit),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(a_reply_is_one_line_whatever_is_given),
        cmocka_unit_test(giving_up),
        cmocka_unit_test(callers_have_their_memory),
        cmocka_unit_test(xtext),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
