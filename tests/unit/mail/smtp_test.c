/* Submission against a server that refuses at every step, dies, hangs and lies. */
#include "tests/unit/mail/fake_server.h"
#include "tests/unit/test.h"

#include "crypto/tls.h"
#include "mail/smtp.h"

#define MESSAGE "Subject: x\r\n\r\n.first dot\r\nplain\r\n..two\r\nend\r\n"

struct world {
    struct fake f;
    struct config_endpoint server;
    struct smtp_account account;
    struct smtp_recipient to[3];
    struct smtp_envelope env;
    enum smtp_outcome outcome;
    struct arena *a;
    struct err e;
};

/* Rules of the test come first. */
static void world_start(struct world *w)
{
    if (w->f.greeting.n == 0) w->f.greeting = STR("220 ready\r\n");
    fake_rule(
        &w->f, "EHLO",
        STR("250-here\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250-DSN\r\n250-AUTH PLAIN LOGIN\r\n"
            "250 8BITMIME\r\n"),
        FAKE_GO_ON, 0);
    fake_rule(&w->f, "AUTH PLAIN", STR("235 in\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, "MAIL", STR("250 sender ok\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, "RCPT", STR("250 recipient ok\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, "DATA", STR("354 go\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, ".", STR("250 queued as 1\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, "QUIT", STR("221 bye\r\n"), FAKE_CLOSE, 0);
    fake_start(&w->f);
    w->server = (struct config_endpoint){
        .host = STR("127.0.0.1"), .port = (uint16_t) w->f.port, .tls = TLS_MODE_NONE};
    w->account = (struct smtp_account){
        .server = &w->server, .login = STR("alice"), .password = STR("secret")};
    w->to[0].address = STR("bob@demo.test");
    w->to[1].address = STR("carol@demo.test");
    w->to[2].address = STR("dave@demo.test");
    w->env.from = STR("alice@demo.test");
    w->env.recipients = w->to;
    w->env.count = 3;
    w->a = arena_new(1u << 20);
    assert_non_null(w->a);
}

static rc_t submit(struct world *w, str_t message, int deadline_ms)
{
    return smtp_submit(&w->account, &w->env, message, deadline_ms, w->a, &w->outcome, &w->e);
}

static void world_stop(struct world *w)
{
    fake_stop(&w->f);
    arena_free(w->a);
}

static size_t accepted(const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->env.count; i++)
        n += w->to[i].accepted ? 1 : 0;
    return n;
}

static void test_sent(void **state)
{
    (void) state;
    struct world w = {.env = {.envid = STR_INIT("id+1=x")}};
    world_start(&w);
    assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_OK);
    assert_int_equal(w.outcome, SMTP_SENT);
    assert_int_equal(accepted(&w), 3);
    assert_int_equal(w.to[0].code, 250);
    assert_str(w.to[0].reply, STR("queued as 1"));
    assert_true(fake_saw(&w.f, "AUTH PLAIN AGFsaWNlAHNlY3JldA==\n"));
    assert_true(fake_saw(&w.f, "MAIL FROM:<alice@demo.test> SIZE=45 RET=HDRS ENVID=id+2B1+3Dx\n"));
    assert_true(fake_saw(&w.f, "RCPT TO:<carol@demo.test>\n"));
    assert_str(buf_view(&w.f.body),
               STR("Subject: x\r\n\r\n..first dot\r\nplain\r\n...two\r\nend\r\n"));
    world_stop(&w);
}

/* Also over IPv6, where the literal has a name of its own (RFC 5321 section 4.1.3). */
static void test_says_its_address(void **state)
{
    (void) state;
    for (int six = 0; six < 2; six++) {
        struct world w = {.f = {.six = six == 1}};
        world_start(&w);
        if (six) w.server.host = STR("::1");
        if (w.f.port > 0) {
            assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_OK);
            assert_true(fake_saw(&w.f, six ? "EHLO [IPv6:::1]\n" : "EHLO [127.0.0.1]\n"));
        }
        world_stop(&w);
    }
}

static void test_message_without_last_line_end(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    assert_int_equal(submit(&w, STR("Subject: x\r\n\r\n."), 20000), RC_OK);
    assert_str(buf_view(&w.f.body), STR("Subject: x\r\n\r\n..\r\n"));
    world_stop(&w);
}

/* 3 MB of lines that begin with dots: stuffing across every chunk border. */
static void test_large(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "EHLO", STR("250-here\r\n250 AUTH PLAIN\r\n"), FAKE_GO_ON, 0);
    world_start(&w);
    CLEANUP_BUF struct buf m = BUF_INIT(8u << 20), want = BUF_INIT(8u << 20);
    buf_cstr(&m, "Subject: x\r\n\r\n");
    buf_cstr(&want, "Subject: x\r\n\r\n");
    for (unsigned i = 0; m.n < 3000000; i++) {
        static const char filler[] = "....................................................";
        size_t n = i % 50;
        bool dot = n > 0;
        buf_printf(&m, "%.*s%u\r\n", (int) n, filler, i);
        buf_printf(&want, "%s%.*s%u\r\n", dot ? "." : "", (int) n, filler, i);
    }
    assert_int_equal(submit(&w, buf_view(&m), 60000), RC_OK);
    assert_true(str_eq(buf_view(&w.f.body), buf_view(&want)));
    world_stop(&w);
}

/* --- refusals --------------------------------------------------------------------------------- */

static const char *const steps[] = {"greeting", "EHLO", "AUTH PLAIN", "MAIL", "RCPT", "DATA", "."};
static const int codes[] = {421, 450, 452, 550, 552};

static void refuse_at(const char *step, int code)
{
    static char reply[64];
    struct world w = {0};
    snprintf(reply, sizeof reply, "%d-first line\r\n%d not today\r\n", code, code);
    bool greeting = strcmp(step, "greeting") == 0;
    enum fake_then then = code == 421 ? FAKE_CLOSE : FAKE_GO_ON;
    if (greeting)
        w.f.greeting = str_c(reply);
    else
        fake_rule(&w.f, step, str_c(reply), then, 0);
    world_start(&w);
    rc_t rc = submit(&w, STR(MESSAGE), 20000);
    bool cut_early =
        code == 421 && strcmp(step, "RCPT") == 0; /* the rest of the pipeline is lost */
    if (rc != RC_SMTP_REFUSED && !(cut_early && rc == RC_SMTP_DOWN))
        fail_msg("%d at %s: %s (%s)", code, step, err_word(rc), w.e.detail);
    if (w.outcome != SMTP_REFUSED) fail_msg("%d at %s: outcome %d", code, step, w.outcome);
    assert_int_equal(accepted(&w), 0);
    bool has_code = strcmp(step, "RCPT") == 0 || strcmp(step, "DATA") == 0 || *step == '.';
    if (has_code) {
        assert_int_equal(w.to[0].code, code);
        assert_str(w.to[0].reply, STR("first line not today"));
    }
    if (strcmp(step, ".") != 0) assert_int_equal(w.f.body.n, 0);
    world_stop(&w);
}

static void test_refusals(void **state)
{
    (void) state;
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
        for (size_t c = 0; c < sizeof codes / sizeof *codes; c++)
            refuse_at(steps[s], codes[c]);
}

static void test_per_recipient(void **state)
{
    (void) state;
    for (int all_or_none = 0; all_or_none < 2; all_or_none++) {
        struct world w = {0};
        fake_rule(&w.f, "RCPT TO:<carol", STR("550 5.1.1 no carol\x07 here\r\n"), FAKE_GO_ON, 0);
        world_start(&w);
        w.env.all_or_none = all_or_none == 1;
        rc_t rc = submit(&w, STR(MESSAGE), 20000);
        assert_int_equal(w.to[1].code, 550);
        assert_str(w.to[1].reply, STR("5.1.1 no carol  here"));
        assert_false(w.to[1].accepted);
        if (all_or_none) {
            assert_int_equal(rc, RC_SMTP_REFUSED);
            assert_int_equal(w.outcome, SMTP_REFUSED);
            assert_int_equal(accepted(&w), 0);
            assert_false(fake_saw(&w.f, "DATA\n"));
        } else {
            assert_int_equal(rc, RC_OK);
            assert_int_equal(w.outcome, SMTP_SENT);
            assert_int_equal(accepted(&w), 2);
        }
        world_stop(&w);
    }
}

/* --- cuts, silence, nonsense
 * ---------------------------------------------------------------------- */

static void test_after_the_dot_it_is_unknown(void **state)
{
    (void) state;
    static const struct {
        str_t reply;
        enum fake_then then;
        rc_t rc;
    } table[] = {
        {STR_INIT(""), FAKE_CLOSE, RC_SMTP_DOWN},
        {STR_INIT("25"), FAKE_CLOSE, RC_SMTP_DOWN},
        {STR_INIT("250-half\r\n"), FAKE_CLOSE, RC_SMTP_DOWN},
        {STR_INIT("nonsense\r\n"), FAKE_GO_ON, RC_SMTP_DOWN},
        {STR_INIT("354 again\r\n"), FAKE_GO_ON, RC_SMTP_DOWN},
        {STR_INIT(""), FAKE_HANG, RC_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct world w = {0};
        fake_rule(&w.f, ".", table[i].reply, table[i].then, 0);
        world_start(&w);
        /* Long enough to reach the dot on a busy machine; only silence waits for it. */
        rc_t rc = submit(&w, STR(MESSAGE), table[i].then == FAKE_HANG ? 5000 : 20000);
        if (rc != table[i].rc || w.outcome != SMTP_UNKNOWN)
            fail_msg("case %zu: %s, outcome %d", i, err_word(rc), w.outcome);
        world_stop(&w);
    }
}

static void test_before_the_dot_it_is_not_sent(void **state)
{
    (void) state;
    for (size_t s = 1; s < 6; s++) {
        for (int hang = 0; hang < 2; hang++) {
            struct world w = {0};
            fake_rule(&w.f, steps[s], STR(""), hang ? FAKE_HANG : FAKE_CLOSE, 0);
            world_start(&w);
            rc_t rc = submit(&w, STR(MESSAGE), hang ? 300 : 20000);
            if (rc != (hang ? RC_TIMEOUT : RC_SMTP_DOWN) || w.outcome != SMTP_REFUSED)
                fail_msg("%s hang %d: %s, outcome %d", steps[s], hang, err_word(rc), w.outcome);
            world_stop(&w);
        }
    }
}

static void test_endless_reply(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "MAIL", STR("250-"), FAKE_FLOOD, 0);
    world_start(&w);
    assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_SMTP_DOWN);
    assert_int_equal(w.outcome, SMTP_REFUSED);
    world_stop(&w);
}

/* --- never in the clear
 * ---------------------------------------------------------------------------- */

static void test_no_fallback_to_plaintext(void **state)
{
    (void) state;
    static const struct {
        const char *ehlo, *starttls;
    } table[] = {
        {"250-here\r\n250 AUTH PLAIN\r\n", "502 no\r\n"},                 /* not offered */
        {"250-here\r\n250 STARTTLS\r\n", "454 not now\r\n"},              /* refused */
        {"250-here\r\n250 STARTTLS\r\n", "220 go\r\n250 AUTH PLAIN\r\n"}, /* more behind it */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct world w = {0};
        fake_rule(&w.f, "EHLO", str_c(table[i].ehlo), FAKE_GO_ON, 0);
        fake_rule(&w.f, "STARTTLS", str_c(table[i].starttls), FAKE_GO_ON, 0);
        world_start(&w);
        w.server.tls = TLS_MODE_STARTTLS;
        rc_t rc = submit(&w, STR(MESSAGE), 20000);
        assert_int_not_equal(rc, RC_OK);
        assert_int_equal(w.outcome, SMTP_REFUSED);
        assert_false(fake_saw(&w.f, "AUTH"));
        assert_false(fake_saw(&w.f, "MAIL"));
        world_stop(&w);
    }
}

static void test_auth_login_and_none(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "EHLO", STR("250-here\r\n250 AUTH LOGIN\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, "AUTH LOGIN", STR("334 VXNlcm5hbWU6\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, "YWxpY2U=", STR("334 UGFzc3dvcmQ6\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, "c2VjcmV0", STR("235 in\r\n"), FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_OK);
    world_stop(&w);
    struct world n = {0};
    fake_rule(&n.f, "EHLO", STR("250-here\r\n250 AUTH GSSAPI\r\n"), FAKE_GO_ON, 0);
    world_start(&n);
    assert_int_equal(submit(&n, STR(MESSAGE), 20000), RC_SMTP_REFUSED);
    assert_false(fake_saw(&n.f, "MAIL"));
    world_stop(&n);
}

/* --- arguments
 * ---------------------------------------------------------------------------------------- */

static void test_hostile_arguments(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    static char longest[600];
    memset(longest, 'a', sizeof longest);
    longest[300] = '@';
    const str_t addresses[] = {STR("a@b>\r\nDATA"), STR("a@b\r\nRCPT TO:<x@y>"),
                               STR("a@b> SIZE=1"),  STR("a b@c"),
                               STR("a\0@b"),        STR(""),
                               STR("nobody"),       STR("\xc3@b"),
                               STR("\xe4@b"),       str_n(longest, sizeof longest)};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        w.env.from = addresses[i];
        assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_INVALID);
        w.env.from = STR("alice@demo.test");
        w.to[1].address = addresses[i];
        assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_INVALID);
        assert_int_equal(w.outcome, SMTP_REFUSED);
        w.to[1].address = STR("carol@demo.test");
    }
    const str_t messages[] = {
        STR(""),    STR("a\r\n.\n.\r\nb\r\n"), STR("a\nb"),        STR("a\rb"),
        STR("a\r"), STR("a\0b\r\n"),           STR("a\r\r\n.\r\n")};
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        assert_int_equal(submit(&w, messages[i], 20000), RC_INVALID);
    /* The same in pieces: a CR and its LF may come apart, another byte between them may not. */
    for (size_t i = 1; i < sizeof messages / sizeof *messages; i++) {
        struct flow parts[16];
        str_t bytes[16];
        const struct flow_list list = {parts, messages[i].n};
        for (size_t k = 0; k < messages[i].n; k++) {
            bytes[k] = str_sub(messages[i], k, k + 1);
            parts[k] = flow_of_str(&bytes[k]);
        }
        const struct flow all = flow_of_list(&list);
        assert_int_equal(smtp_submit_flow(&w.account, &w.env, &all, 20000, w.a, &w.outcome, &w.e),
                         RC_INVALID);
    }
    w.env.envid = STR("x\r\nRCPT");
    assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_INVALID);
    w.env.envid = STR_NULL;
    w.env.count = 0;
    assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_INVALID);
    assert_int_equal(w.f.connections, 0);
    world_stop(&w);
}

static void test_too_large_for_the_server(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "EHLO", STR("250-here\r\n250-AUTH PLAIN\r\n250 SIZE 20\r\n"), FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_TOO_LARGE);
    assert_int_equal(w.outcome, SMTP_REFUSED);
    assert_false(fake_saw(&w.f, "MAIL"));
    world_stop(&w);
}

/* --- delivery reports (RFC 3461) ---------------------------------------------------------------
 */

static void test_reports_are_asked_for(void **state)
{
    (void) state;
    struct world w = {.env = {.envid = STR_INIT("id"), .notify = STR_INIT("SUCCESS,DELAY")}};
    struct smtp_offer offered = {.dsn = false};
    world_start(&w);
    assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_OK);
    assert_true(fake_saw(&w.f, "RCPT TO:<bob@demo.test> NOTIFY=SUCCESS,DELAY\n"));
    assert_true(fake_saw(&w.f, "RCPT TO:<dave@demo.test> NOTIFY=SUCCESS,DELAY\n"));
    assert_int_equal(smtp_offers(&w.account, 20000, w.a, &offered, &w.e), RC_OK);
    assert_true(offered.dsn && !offered.utf8);
    world_stop(&w);
}

static void test_reports_that_are_not_offered(void **state)
{
    (void) state;
    struct world w = {.env = {.notify = STR_INIT("FAILURE")}};
    struct smtp_offer offered = {.dsn = true};
    fake_rule(&w.f, "EHLO", STR("250-here\r\n250 AUTH PLAIN\r\n"), FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(smtp_offers(&w.account, 20000, w.a, &offered, &w.e), RC_OK);
    assert_false(offered.dsn || offered.utf8);
    assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_SMTP_REFUSED);
    assert_int_equal(w.outcome, SMTP_REFUSED);
    assert_string_equal(w.e.field, "dsn");
    assert_false(fake_saw(&w.f, "MAIL"));
    world_stop(&w);
}

static void test_reports_are_words_only(void **state)
{
    (void) state;
    static const char *const bad[] = {"SUCCESS\r\nDATA", "NEVER ORCPT=x", ",SUCCESS", "success"};
    struct world w = {0};
    world_start(&w);
    for (size_t i = 0; i < 4; i++) {
        w.env.notify = str_c(bad[i]);
        assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_INVALID);
    }
    assert_int_equal(w.f.connections, 0);
    world_stop(&w);
}

/* --- SMTPUTF8 (RFC 6531) -----------------------------------------------------------------------
 */

#define WIDE_EHLO "250-here\r\n250-AUTH PLAIN\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n"

static void test_letters_of_all_scripts(void **state)
{
    (void) state;
    struct world w = {0};
    struct smtp_offer offered = {.utf8 = false};
    fake_rule(&w.f, "EHLO", STR(WIDE_EHLO), FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(smtp_offers(&w.account, 20000, w.a, &offered, &w.e), RC_OK);
    assert_true(offered.utf8 && !offered.dsn);
    w.to[1].address = STR("m\u00fcller@xn--exmple-cua.test");
    assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_OK);
    assert_int_equal(w.outcome, SMTP_SENT);
    assert_true(fake_saw(&w.f, "MAIL FROM:<alice@demo.test> BODY=8BITMIME SMTPUTF8\n"));
    assert_true(fake_saw(&w.f, "RCPT TO:<m\u00fcller@xn--exmple-cua.test>\n"));
    world_stop(&w);
}

/* A copy for others names it in its header all the same; ASCII mail asks for nothing. */
static void test_only_where_it_is_needed(void **state)
{
    (void) state;
    static const struct {
        const char *from, *message, *said;
    } rows[] = {
        {"alice@demo.test", "To: m\u00fcller@x.test\r\n\r\nbody\r\n", " BODY=8BITMIME SMTPUTF8\n"},
        {"\u00e4@demo.test", MESSAGE, "MAIL FROM:<\u00e4@demo.test> BODY=8BITMIME SMTPUTF8\n"},
        {"alice@demo.test", MESSAGE, "MAIL FROM:<alice@demo.test>\n"},
        {"alice@demo.test", "To: b@x.test\r\n\r\nb\u00f6dy\r\n", "MAIL FROM:<alice@demo.test>\n"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w = {0};
        fake_rule(&w.f, "EHLO", STR(WIDE_EHLO), FAKE_GO_ON, 0);
        world_start(&w);
        w.env.from = str_c(rows[i].from);
        assert_int_equal(submit(&w, str_c(rows[i].message), 20000), RC_OK);
        if (!fake_saw(&w.f, rows[i].said)) fail_msg("row %zu", i);
        world_stop(&w);
    }
}

static void test_no_letters_without_the_extension(void **state)
{
    (void) state;
    static const char *const greetings[] = {"250-here\r\n250 AUTH PLAIN\r\n",
                                            "250-here\r\n250-XSMTPUTF8\r\n250 AUTH PLAIN\r\n",
                                            "250-here\r\n250-SMTPUTF8X\r\n250 AUTH PLAIN\r\n"};
    for (size_t i = 0; i < 3; i++) {
        struct world w = {0};
        fake_rule(&w.f, "EHLO", str_c(greetings[i]), FAKE_GO_ON, 0);
        world_start(&w);
        w.to[2].address = STR("\u7528\u6237@x.test");
        assert_int_equal(submit(&w, STR(MESSAGE), 20000), RC_SMTP_REFUSED);
        assert_int_equal(w.outcome, SMTP_REFUSED);
        assert_string_equal(w.e.field, "utf8");
        assert_int_equal(accepted(&w), 0);
        assert_false(fake_saw(&w.f, "MAIL"));
        world_stop(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters_of_all_scripts),
        cmocka_unit_test(test_only_where_it_is_needed),
        cmocka_unit_test(test_no_letters_without_the_extension),
        cmocka_unit_test(test_sent),
        cmocka_unit_test(test_says_its_address),
        cmocka_unit_test(test_message_without_last_line_end),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_per_recipient),
        cmocka_unit_test(test_after_the_dot_it_is_unknown),
        cmocka_unit_test(test_before_the_dot_it_is_not_sent),
        cmocka_unit_test(test_endless_reply),
        cmocka_unit_test(test_no_fallback_to_plaintext),
        cmocka_unit_test(test_auth_login_and_none),
        cmocka_unit_test(test_hostile_arguments),
        cmocka_unit_test(test_too_large_for_the_server),
        cmocka_unit_test(test_reports_are_asked_for),
        cmocka_unit_test(test_reports_that_are_not_offered),
        cmocka_unit_test(test_reports_are_words_only),
    };
    return cmocka_run_group_tests_name("smtp", tests, NULL, NULL);
}
