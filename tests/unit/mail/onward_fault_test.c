/* A next hop that refuses at every step, dies, hangs, drips and lies; and the connection that is
 * kept. */
#include "tests/unit/mail/onward_world.h"

#define DEADLINE 20000

/* --- every code at every step ---------------------------------------------------------------- */

enum { AT_GREETING, AT_HELLO, AT_MAIL, AT_RCPT, AT_DATA, AT_DOT, STEPS };
static const char *const steps[] = {"greeting", NULL, "MAIL", "RCPT", "DATA", "."};

static const char *step_name(const struct world *w, int step)
{
    if (step == AT_HELLO) return w->hop.protocol == ONWARD_LMTP ? "LHLO" : "EHLO";
    return steps[step];
}

/* RFC 5321 sections 4.2.2 and 4.3.2, and what no server may say there. */
static const int codes[] = {211, 220, 221, 250, 251, 252, 354, 421, 450, 451, 452, 454, 455, 500,
                            501, 502, 503, 504, 521, 530, 541, 550, 551, 552, 553, 554, 555, 556};

static bool goes_on(int step, int code)
{
    if (step == AT_GREETING) return code == 220;
    if (step == AT_HELLO) return code == 250;
    if (step == AT_DATA) return code == 354;
    return code / 100 == 2;
}

static void check_refused(const struct world *w, int step, int code)
{
    char enhanced[24];
    snprintf(enhanced, sizeof enhanced, "%d.7.%d", code / 100, step);
    bool opening = step <= AT_HELLO, after = step == AT_DOT;
    if (opening) {
        expect_all(w, ONWARD_LATER, "4.4.1");
    } else if (code / 100 < 4) {
        expect_all(w, after ? ONWARD_UNKNOWN : ONWARD_LATER, "4.4.2");
    } else {
        expect_all(w, code / 100 == 4 ? ONWARD_LATER : ONWARD_REFUSED, enhanced);
        assert_int_equal(w->to[2].code, code);
        assert_str(w->to[2].reply, STR("first line not today"));
        assert_true(w->to[2].said);
    }
    bool lost = opening || code / 100 < 4;
    if (w->rc != (lost ? RC_SMTP_DOWN : RC_OK))
        fail_msg("%d at %s: %s (%s)", code, step_name(w, step), err_word(w->rc), w->e.detail);
    if (lost) assert_false(w->to[0].said);
}

static void answer(enum onward_protocol protocol, bool local, int step, int code)
{
    struct world w = {.hop.protocol = protocol, .local = local};
    CLEANUP_BUF struct buf reply = BUF_INIT(4096);
    bool each = protocol == ONWARD_LMTP && step == AT_DOT;
    for (int i = 0; i < (each ? 3 : 1); i++)
        buf_printf(&reply, "%d-%d.7.%d first line\r\n%d %d.7.%d not today\r\n", code, code / 100,
                   step, code, code / 100, step);
    enum fake_then then = code == 421 && step != AT_RCPT && !each ? FAKE_CLOSE : FAKE_GO_ON;
    if (step == AT_GREETING)
        w.f.greeting = buf_view(&reply);
    else
        fake_rule(&w.f, step_name(&w, step), buf_view(&reply), then, 0);
    world_start(&w);
    hand(&w, STR(MESSAGE), DEADLINE);
    for (size_t i = 0; i < 3; i++)
        check_form(&w.to[i]);
    if (goes_on(step, code)) {
        expect_all(&w, ONWARD_TAKEN, NULL);
        assert_int_equal(w.rc, RC_OK);
    } else {
        check_refused(&w, step, code);
    }
    assert_true(saw(&w, "DATA") <= 1);
    world_stop(&w);
}

static void test_every_code_at_every_step(void **state)
{
    (void) state;
    for (int step = 0; step < STEPS; step++)
        for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
            /* Our server takes a message after any 354: it would not answer further recipients. */
            if (step == AT_RCPT && codes[c] == 354) continue;
            answer(ONWARD_SMTP, c % 2, step, codes[c]);
            answer(ONWARD_LMTP, c % 2 == 0, step, codes[c]);
        }
}

/* --- cuts, silence, nonsense ----------------------------------------------------------------- */

static const struct bad_reply {
    const char *text;
    enum fake_then then;
    bool slow; /* ends with the deadline only */
} bad_replies[] = {
    {"", FAKE_CLOSE, false},
    {"25", FAKE_CLOSE, false},
    {"250", FAKE_CLOSE, false},
    {"250 2.0.0 ok", FAKE_CLOSE, false}, /* no line end: it may go on with "ay, but" */
    {"250-half\r\n", FAKE_CLOSE, false},
    {"nonsense\r\n", FAKE_GO_ON, false},
    {"2500 ok\r\n", FAKE_GO_ON, false},
    {"250_ok\r\n", FAKE_GO_ON, false},
    {"+50 ok\r\n", FAKE_GO_ON, false},
    {" 250 ok\r\n", FAKE_GO_ON, false},
    {"199 ok\r\n", FAKE_GO_ON, false},
    {"600 ok\r\n", FAKE_GO_ON, false},
    {"\r\n", FAKE_GO_ON, false},
    {"250-", FAKE_FLOOD, false},
    {"250 ", FAKE_FLOOD, false},
    {"", FAKE_LINES, false},
    {"", FAKE_DRIP, true},
    {"250-ok\r\n", FAKE_HANG, true},
    {"", FAKE_HANG, true},
};
#define BAD_REPLIES (sizeof bad_replies / sizeof *bad_replies)

static void answer_badly(enum onward_protocol protocol, int step, const struct bad_reply *bad)
{
    struct world w = {.hop.protocol = protocol};
    fake_rule(&w.f, step_name(&w, step), str_c(bad->text), bad->then, 0);
    world_start(&w);
    /* Long enough to come to the dot on a busy machine; only silence waits for it. */
    rc_t rc = hand(&w, STR(MESSAGE), !bad->slow ? DEADLINE : step == AT_DOT ? 3000 : 150);
    if (rc != (bad->slow ? RC_TIMEOUT : RC_SMTP_DOWN))
        fail_msg("%s \"%s\": %s (%s)", step_name(&w, step), bad->text, err_word(rc), w.e.detail);
    if (step == AT_DOT) {
        expect_all(&w, ONWARD_UNKNOWN, "4.4.2");
    } else {
        /* On a busy machine the deadline may pass before that step. */
        expect_all(&w, ONWARD_LATER, bad->slow ? NULL : step == AT_HELLO ? "4.4.1" : "4.4.2");
        assert_int_equal(w.f.body.n, 0);
    }
    assert_false(w.to[0].said);
    world_stop(&w);
}

static void test_bad_replies(void **state)
{
    (void) state;
    for (int step = AT_HELLO; step < STEPS; step++)
        for (size_t i = 0; i < BAD_REPLIES; i++) {
            if (!bad_replies[i].slow || step == AT_MAIL)
                answer_badly(ONWARD_SMTP, step, &bad_replies[i]);
            answer_badly(ONWARD_LMTP, step, &bad_replies[i]);
        }
}

static void test_bad_greetings(void **state)
{
    (void) state;
    const str_t greetings[] = {STR("hello\r\n"), STR("220"), STR("SSH-2.0-x\r\n"),
                               STR("220\0x\r\n")};
    for (size_t i = 0; i < sizeof greetings / sizeof *greetings; i++) {
        struct world w = {.local = i % 2, .f.greeting = greetings[i]};
        world_start(&w);
        rc_t rc = hand(&w, STR(MESSAGE), i == 1 ? 150 : DEADLINE);
        assert_int_equal(rc, i == 1 ? RC_TIMEOUT : RC_SMTP_DOWN);
        expect_all(&w, ONWARD_LATER, "4.4.1");
        world_stop(&w);
    }
}

/* Between the replies of LMTP: those that came count, the others are not known. */
static void test_cut_between_replies(void **state)
{
    (void) state;
    for (size_t i = 0; i < BAD_REPLIES; i++) {
        if (bad_replies[i].slow && i + 1 < BAD_REPLIES) continue;
        struct world w = {.hop.protocol = ONWARD_LMTP, .local = true};
        CLEANUP_BUF struct buf reply = BUF_INIT(4096);
        buf_printf(&reply, "250 2.1.5 bob\r\n552 5.2.2 carol is full\r\n%s", bad_replies[i].text);
        fake_rule(&w.f, ".", buf_view(&reply), bad_replies[i].then, 0);
        world_start(&w);
        rc_t rc = hand(&w, STR(MESSAGE), bad_replies[i].slow ? 3000 : DEADLINE);
        assert_int_equal(rc, bad_replies[i].slow ? RC_TIMEOUT : RC_SMTP_DOWN);
        expect(&w, 0, ONWARD_TAKEN, "2.1.5");
        expect(&w, 1, ONWARD_REFUSED, "5.2.2");
        expect(&w, 2, ONWARD_UNKNOWN, "4.4.2");
        assert_true(w.to[0].said && w.to[1].said && !w.to[2].said);
        world_stop(&w);
    }
}

static void test_cut_between_recipients(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "RCPT TO:<bob", STR("550 5.1.1 no\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, "RCPT TO:<dave", STR(""), FAKE_CLOSE, 0);
    world_start(&w);
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_SMTP_DOWN);
    expect(&w, 0, ONWARD_REFUSED, "5.1.1");
    expect(&w, 1, ONWARD_LATER, "4.4.2");
    expect(&w, 2, ONWARD_LATER, "4.4.2");
    world_stop(&w);
}

/* It says more than it was asked: what comes next would be taken for the reply to something else.
 */
static void test_out_of_step(void **state)
{
    (void) state;
    static const struct {
        const char *at, *reply;
    } rows[] = {
        {"MAIL", "250 ok\r\n250 bob\r\n250 carol\r\n250 dave\r\n354 go\r\n250 queued\r\n"},
        {"RCPT TO:<dave", "250 dave\r\n354 go\r\n250 queued\r\n"},
        {"DATA", "354 go\r\n250 queued\r\n"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct world w = {0};
        fake_rule(&w.f, rows[i].at, str_c(rows[i].reply), FAKE_GO_ON, 0);
        world_start(&w);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_SMTP_DOWN);
        expect_all(&w, ONWARD_LATER, "4.4.2");
        assert_int_equal(w.f.body.n, 0);
        world_stop(&w);
    }
}

/* --- words ----------------------------------------------------------------------------------- */

static void test_words(void **state)
{
    (void) state;
    static char longest[4000];
    memset(longest, 'w', sizeof longest - 3);
    memcpy(longest, "550 5.7.1 ", 10);
    memcpy(longest + sizeof longest - 3, "\r\n", 3);
    static const struct {
        const char *reply, *enhanced, *words;
    } rows[] = {
        {"550\r\n", "5.0.0", ""},
        {"550 \r\n", "5.0.0", ""},
        {"550 no\r\n", "5.0.0", "no"},
        {"550 5.7.1\r\n", "5.7.1", ""},
        {"550 2.7.1 no\r\n", "5.0.0", "2.7.1 no"},
        {"550 5.7.1x no\r\n", "5.0.0", "5.7.1x no"},
        {"550 5.1234.1 no\r\n", "5.0.0", "5.1234.1 no"},
        {"550 5.7 no\r\n", "5.0.0", "5.7 no"},
        {"550 5.123.123 no\r\n", "5.123.123", "no"},
        {"550 5.1.10 no \x1b[31m\xc3\xb6\tx\r\n", "5.1.10", "no  [31m   x"},
        {"550-5.7.1 one\r\n550-5.7.1 two\r\n550-\r\n550 5.7.1 three\r\n", "5.7.1", "one two three"},
        {"550-one\r\n550 5.7.1 two\r\n", "5.7.1", "one two"},
        {"450-one\r\n550 5.7.1 the last counts\r\n", "5.7.1", "one the last counts"},
        {"450-4.7.1 one\r\n550 two\r\n", "5.0.0", "one two"},
        {"450-4.7.1 one\r\n550 5.1.2 two\r\n", "5.1.2", "one two"},
        {"550 5.7.1 bare\n", "5.7.1", "bare"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w = {0};
        fake_rule(&w.f, "RCPT", str_c(rows[i].reply), FAKE_GO_ON, 0);
        world_start(&w);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect_all(&w, ONWARD_REFUSED, rows[i].enhanced);
        assert_str(w.to[0].reply, str_c(rows[i].words));
        world_stop(&w);
    }
    struct world w = {0};
    fake_rule(&w.f, "RCPT", str_c(longest), FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    expect_all(&w, ONWARD_REFUSED, "5.7.1");
    assert_int_equal(w.to[0].reply.n, 500);
    world_stop(&w);
}

/* --- nobody there ---------------------------------------------------------------------------- */

static void test_nobody_there(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    static const struct config_endpoint closed = {.host = STR_INIT("127.0.0.1"), .port = 1};
    const struct onward_hop hops[] = {{.socket = STR("/tmp/waxseal-onward-nobody")},
                                      {.server = closed},
                                      {.protocol = ONWARD_LMTP, .server = {.host = STR("")}},
                                      {.server = {.host = STR("127.0.0.1"),
                                                  .port = (uint16_t) w.f.port,
                                                  .tls = TLS_MODE_STARTTLS}}};
    for (size_t i = 0; i < 4; i++) {
        struct onward *o = NULL;
        assert_int_equal(onward_new(&hops[i], &o, &w.e), RC_OK);
        w.rc = onward_hand(o, &w.env, STR(MESSAGE), DEADLINE, w.a, &w.e);
        assert_int_equal(w.rc, i == 3 ? RC_UNTRUSTED_PEER : RC_SMTP_DOWN);
        assert_true(w.e.detail[0] != 0);
        expect_all(&w, ONWARD_LATER, "4.4.1");
        onward_free(o);
    }
    assert_int_equal(saw(&w, "MAIL"), 0);
    world_stop(&w);
}

/* Too little memory for the mail; and for the words only, which then are not kept. */
static void test_little_memory(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    CLEANUP_ARENA struct arena *none = arena_new(8), *little = arena_new(16384);
    w.rc = onward_hand(w.o, &w.env, STR(MESSAGE), DEADLINE, none, &w.e);
    assert_int_equal(w.rc, RC_NO_MEMORY);
    expect_all(&w, ONWARD_LATER, "4.3.1");
    for (size_t left = 0; left < 1200; left += 8) {
        arena_reset(little);
        assert_non_null(arena_alloc(little, 16384 - left));
        w.rc = onward_hand(w.o, &w.env, STR(MESSAGE), DEADLINE, little, &w.e);
        for (size_t i = 0; i < 3; i++) {
            check_form(&w.to[i]);
            assert_int_equal(w.to[i].state, w.rc == RC_OK ? ONWARD_TAKEN : ONWARD_LATER);
        }
    }
    world_stop(&w);
}

/* --- the connection that is kept ------------------------------------------------------------- */

static void test_kept(void **state)
{
    (void) state;
    for (int lmtp = 0; lmtp < 2; lmtp++) {
        struct world w = {.hop.protocol = lmtp ? ONWARD_LMTP : ONWARD_SMTP, .local = lmtp};
        fake_rule(&w.f, "MAIL FROM:<no", STR("550 5.7.1 no\r\n"), FAKE_GO_ON, 0);
        world_start(&w);
        for (int i = 0; i < 20; i++) {
            w.env.from = i % 3 == 1 ? STR("no@demo.test") : STR("alice@demo.test");
            assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
            expect_all(&w, i % 3 == 1 ? ONWARD_REFUSED : ONWARD_TAKEN, NULL);
        }
        assert_int_equal(w.f.connections, 1);
        assert_int_equal(saw(&w, "RSET"), 19);
        w.env.from = STR_NULL;
        onward_rest(w.o);
        onward_rest(w.o);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect_all(&w, ONWARD_TAKEN, NULL);
        assert_int_equal(w.f.connections, 2);
        world_stop(&w);
    }
}

/* It left between two mails, or will not go on: the next mail has a connection of its own. */
static void test_opened_again(void **state)
{
    (void) state;
    static const struct {
        const char *at, *reply;
        enum fake_then then;
    } rows[] = {{".", "250 ok\r\n", FAKE_CLOSE},
                {".", "250 ok\r\n421 time is up\r\n", FAKE_CLOSE},
                {".", "250 ok\r\n421 time is up\r\n", FAKE_GO_ON},
                {"RSET", "", FAKE_CLOSE},
                {"RSET", "421 bye\r\n", FAKE_CLOSE},
                {"RSET", "502 what\r\n", FAKE_GO_ON},
                {"RSET", "nonsense\r\n", FAKE_GO_ON}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w = {0};
        fake_rule(&w.f, rows[i].at, str_c(rows[i].reply), rows[i].then, 1);
        world_start(&w);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
            expect_all(&w, ONWARD_TAKEN, "2.0.0");
        }
        assert_int_equal(w.f.connections, 2);
        assert_int_equal(saw(&w, "DATA"), 3);
        world_stop(&w);
    }
}

/* What was begun is never said again, here or on another connection. */
static void test_never_said_twice(void **state)
{
    (void) state;
    static const char *const at[] = {"DATA", "."};
    for (int i = 0; i < 4; i++) {
        struct world w = {.hop.protocol = i < 2 ? ONWARD_SMTP : ONWARD_LMTP};
        fake_rule(&w.f, at[i % 2], STR(""), FAKE_CLOSE, 2);
        world_start(&w);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        onward_rest(w.o);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_SMTP_DOWN);
        expect_all(&w, i % 2 ? ONWARD_UNKNOWN : ONWARD_LATER, "4.4.2");
        assert_int_equal(saw(&w, "DATA"), 2);
        assert_int_equal(w.f.connections, 2);
        /* And the handle is as good as new. */
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect_all(&w, ONWARD_TAKEN, "2.0.0");
        world_stop(&w);
    }
}

/* 421 where it refuses one recipient: the connection is over, the other replies may still come. */
static void test_service_ends(void **state)
{
    (void) state;
    struct world w = {.hop.protocol = ONWARD_LMTP};
    fake_rule(&w.f, ".", STR("250 2.0.0 ok\r\n421 4.3.2 going down\r\n"), FAKE_CLOSE, 1);
    world_start(&w);
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_SMTP_DOWN);
    expect(&w, 0, ONWARD_TAKEN, "2.0.0");
    expect(&w, 1, ONWARD_LATER, "4.3.2");
    expect(&w, 2, ONWARD_UNKNOWN, "4.4.2");
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    assert_int_equal(w.f.connections, 2);
    world_stop(&w);
}

/* Each worker its own handle, all to one hop. */
static void *work(void *ctx)
{
    struct world *w = ctx;
    struct arena *a = arena_new(1u << 20);
    struct onward *o = NULL;
    bool ok = onward_new(&w->hop, &o, NULL) == RC_OK;
    for (int i = 0; ok && i < 25; i++) {
        struct onward_recipient to = {.address = STR("bob@demo.test")};
        struct onward_envelope env = {.recipients = &to, .count = 1};
        ok = onward_hand(o, &env, STR(MESSAGE), DEADLINE, a, NULL) == RC_OK &&
             to.state == ONWARD_TAKEN;
        arena_reset(a);
    }
    onward_free(o);
    arena_free(a);
    return ok ? ctx : NULL;
}

static void test_many_workers(void **state)
{
    (void) state;
    struct world w = {.local = true};
    pthread_t threads[8];
    world_start(&w);
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &w), 0);
    for (int i = 0; i < 8; i++) {
        void *ok = NULL;
        pthread_join(threads[i], &ok);
        assert_non_null(ok);
    }
    assert_int_equal(saw(&w, "DATA"), 200);
    assert_int_equal(w.f.connections, 8);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_at_every_step),
        cmocka_unit_test(test_bad_replies),
        cmocka_unit_test(test_bad_greetings),
        cmocka_unit_test(test_cut_between_replies),
        cmocka_unit_test(test_cut_between_recipients),
        cmocka_unit_test(test_out_of_step),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_opened_again),
        cmocka_unit_test(test_never_said_twice),
        cmocka_unit_test(test_service_ends),
        cmocka_unit_test(test_many_workers),
    };
    return cmocka_run_group_tests_name("onward faults", tests, NULL, NULL);
}
