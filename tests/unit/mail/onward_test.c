/* A mail goes on to the next hop: what is said to it, and what it is given to say. */
#include "tests/unit/mail/onward_world.h"

#define DEADLINE 20000

static void test_taken(void **state)
{
    (void) state;
    for (int kind = 0; kind < 4; kind++) {
        struct world w = {.local = kind % 2 == 1,
                          .hop.protocol = kind < 2 ? ONWARD_SMTP : ONWARD_LMTP};
        world_start(&w);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect_all(&w, ONWARD_TAKEN, "2.0.0");
        assert_true(w.to[2].said && !w.to[2].unreported);
        assert_int_equal(w.to[2].code, 250);
        assert_str(w.to[2].reply, kind < 2 ? STR("queued as 1") : STR("third"));
        onward_rest(w.o);
        const char *hello = kind < 2 ? "EHLO gate.test\n" : "LHLO gate.test\n";
        assert_true(fake_saw(&w.f, hello));
        assert_true(fake_saw(&w.f, "MAIL FROM:<alice@demo.test> SIZE=45\n"
                                   "RCPT TO:<bob@demo.test>\nRCPT TO:<carol@demo.test>\n"
                                   "RCPT TO:<dave@demo.test>\nDATA\n.\n"));
        assert_str(buf_view(&w.f.body),
                   STR("Subject: x\r\n\r\n..first dot\r\nplain\r\n...two\r\nend\r\n"));
        world_stop(&w);
    }
}

static void test_null_sender_and_literal(void **state)
{
    (void) state;
    struct world w = {.local = true};
    fake_rule(&w.f, "EHLO", STR("250 here\r\n"), FAKE_GO_ON, 0);
    world_start(&w);
    w.hop.name = STR_NULL;
    w.env.from = STR_NULL;
    w.to[0].address = STR("postmaster");
    w.to[1].address = STR("\"a b\\\"@c\"@demo.test");
    assert_int_equal(hand(&w, STR("Subject: x\r\n\r\n."), DEADLINE), RC_OK);
    expect_all(&w, ONWARD_TAKEN, "2.0.0");
    assert_true(fake_saw(&w.f, "EHLO localhost\nMAIL FROM:<>\nRCPT TO:<postmaster>\n"
                               "RCPT TO:<\"a b\\\"@c\"@demo.test>\n"));
    assert_str(buf_view(&w.f.body), STR("Subject: x\r\n\r\n..\r\n"));
    world_stop(&w);
}

/* --- recipients ------------------------------------------------------------------------------ */

static void test_each_recipient_has_its_own_fate(void **state)
{
    (void) state;
    for (int lmtp = 0; lmtp < 2; lmtp++) {
        struct world w = {.hop.protocol = lmtp ? ONWARD_LMTP : ONWARD_SMTP};
        fake_rule(&w.f, "RCPT TO:<carol", STR("550 5.1.1 no carol\x07 here\r\n"), FAKE_GO_ON, 0);
        if (lmtp)
            fake_rule(&w.f, ".", STR("250 bob has it\r\n452-4.2.2 dave\r\n452 4.2.2 is full\r\n"),
                      FAKE_GO_ON, 0);
        world_start(&w);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect(&w, 0, ONWARD_TAKEN, "2.0.0");
        expect(&w, 1, ONWARD_REFUSED, "5.1.1");
        assert_int_equal(w.to[1].code, 550);
        assert_str(w.to[1].reply, STR("no carol  here"));
        expect(&w, 2, lmtp ? ONWARD_LATER : ONWARD_TAKEN, lmtp ? "4.2.2" : "2.0.0");
        assert_str(w.to[2].reply, lmtp ? STR("dave is full") : STR("queued as 1"));
        assert_str(w.to[0].reply, lmtp ? STR("bob has it") : STR("queued as 1"));
        world_stop(&w);
    }
}

static void test_nobody_wanted(void **state)
{
    (void) state;
    struct world w = {.hop.protocol = ONWARD_LMTP};
    fake_rule(&w.f, "RCPT TO:<bob", STR("450 4.2.0 busy\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, "RCPT", STR("550 5.1.1 no\r\n"), FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    expect(&w, 0, ONWARD_LATER, "4.2.0");
    expect(&w, 1, ONWARD_REFUSED, "5.1.1");
    expect(&w, 2, ONWARD_REFUSED, "5.1.1");
    assert_int_equal(saw(&w, "DATA"), 0);
    /* The next one on the same connection. */
    w.to[0].address = STR("erin@demo.test");
    w.env.count = 1;
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    expect(&w, 0, ONWARD_REFUSED, "5.1.1");
    assert_int_equal(saw(&w, "RSET"), 1);
    assert_int_equal(w.f.connections, 1);
    world_stop(&w);
}

/* RFC 5321 section 4.5.3.1.10. */
static void test_one_too_many(void **state)
{
    (void) state;
    static const struct {
        const char *reply;
        enum onward_state state;
        const char *enhanced;
    } rows[] = {{"552 too many\r\n", ONWARD_LATER, "4.5.3"},
                {"552 5.5.3 too many\r\n", ONWARD_LATER, "4.5.3"},
                {"452 4.5.3 too many\r\n", ONWARD_LATER, "4.5.3"},
                {"552 5.2.2 mailbox full\r\n", ONWARD_REFUSED, "5.2.2"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w = {0};
        fake_rule(&w.f, "RCPT TO:<dave", str_c(rows[i].reply), FAKE_GO_ON, 0);
        world_start(&w);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect(&w, 1, ONWARD_TAKEN, "2.0.0");
        expect(&w, 2, rows[i].state, rows[i].enhanced);
        world_stop(&w);
    }
    struct world w = {0};
    fake_rule(&w.f, "RCPT", STR("552 full\r\n"), FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    expect_all(&w, ONWARD_REFUSED, "5.0.0");
    world_stop(&w);
}

#define MANY 230

static void test_many(void **state)
{
    (void) state;
    struct world w = {.hop.protocol = ONWARD_LMTP};
    static struct onward_recipient to[MANY];
    CLEANUP_BUF struct buf replies = BUF_INIT(1u << 16);
    for (unsigned i = 0; i < MANY; i++)
        if (i % 7) buf_printf(&replies, "%d 2.0.0 for %u\r\n", i % 2 ? 250 : 450, i);
    fake_rule(&w.f, "RCPT TO:<no", STR("550 5.1.1 no\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, ".", buf_view(&replies), FAKE_GO_ON, 0);
    world_start(&w);
    for (unsigned i = 0; i < MANY; i++)
        to[i].address = arena_printf(w.a, "%s%u@demo.test", i % 7 ? "r" : "no", i);
    w.env.recipients = to;
    w.env.count = MANY;
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    for (unsigned i = 0; i < MANY; i++) {
        check_form(&to[i]);
        enum onward_state want = i % 7 == 0 ? ONWARD_REFUSED : i % 2 ? ONWARD_TAKEN : ONWARD_LATER;
        assert_int_equal(to[i].state, want);
        if (want == ONWARD_TAKEN) assert_str(to[i].reply, arena_printf(w.a, "for %u", i));
    }
    w.env.count = 0;
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_INVALID);
    w.env.count = 1001;
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_INVALID);
    world_stop(&w);
}

/* --- what it needs --------------------------------------------------------------------------- */

#define PLAIN_EHLO "250-here\r\n250 PIPELINING\r\n"
#define EIGHT_EHLO "250-here\r\n250-XSMTPUTF8\r\n250 8BITMIME\r\n"
#define WIDE "Subject: x\r\n\r\nb\xc3\xb6 \xff\r\n"
#define WIDE_HEADER "Subject: \xc3\xb6\r\n\r\nx\r\n"

static void test_what_the_hop_must_offer(void **state)
{
    (void) state;
    static const struct {
        const char *ehlo, *message, *from, *first;
        bool utf8;
        const char *others, *mine; /* enhanced: of the first recipient and of the others */
        const char *said;          /* to MAIL, behind the address */
    } rows[] = {
        {OFFERS, MESSAGE, "a@x.test", "b@x.test", false, "2.0.0", "2.0.0", " SIZE=45\n"},
        {OFFERS, WIDE, "a@x.test", "b@x.test", false, "2.0.0", "2.0.0", " SIZE=21 BODY=8BITMIME\n"},
        {EIGHT_EHLO, WIDE, "a@x.test", "b@x.test", false, "2.0.0", "2.0.0", " BODY=8BITMIME\n"},
        {PLAIN_EHLO, WIDE, "a@x.test", "b@x.test", false, "5.6.3", "5.6.3", NULL},
        {PLAIN_EHLO, MESSAGE, "a@x.test", "b@x.test", true, "2.0.0", "2.0.0", "\n"},
        {OFFERS, MESSAGE, "a@x.test", "b@x.test", true, "2.0.0", "2.0.0",
         " SIZE=45 BODY=8BITMIME SMTPUTF8\n"},
        {EIGHT_EHLO, WIDE_HEADER, "a@x.test", "b@x.test", true, "5.6.7", "5.6.7", NULL},
        {EIGHT_EHLO, WIDE_HEADER, "a@x.test", "b@x.test", false, "2.0.0", "2.0.0",
         " BODY=8BITMIME\n"},
        {EIGHT_EHLO, MESSAGE, "\xc3\xa4@x.test", "b@x.test", true, "5.6.7", "5.6.7", NULL},
        {EIGHT_EHLO, MESSAGE, "a@x.test", "\xc3\xa4@x.test", true, "2.0.0", "5.6.7", "\n"},
        {OFFERS, MESSAGE, "a@x.test", "\xc3\xa4@x.test", false, "2.0.0", "2.0.0",
         " SIZE=45 BODY=8BITMIME SMTPUTF8\n"},
        {"250-here\r\n250 SIZE 44\r\n", MESSAGE, "a@x.test", "b@x.test", false, "5.3.4", "5.3.4",
         NULL},
        {"250-here\r\n250 SIZE 45\r\n", MESSAGE, "a@x.test", "b@x.test", false, "2.0.0", "2.0.0",
         " SIZE=45\n"},
        {"250-here\r\n250 SIZE 0\r\n", MESSAGE, "a@x.test", "b@x.test", false, "2.0.0", "2.0.0",
         " SIZE=45\n"},
        {"250-here\r\n250 SIZE\r\n", MESSAGE, "a@x.test", "b@x.test", false, "2.0.0", "2.0.0",
         " SIZE=45\n"},
        {"250-here\r\n250 SIZE 99999999999999999999\r\n", MESSAGE, "a@x.test", "b@x.test", false,
         "2.0.0", "2.0.0", " SIZE=45\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w = {.env.utf8 = rows[i].utf8};
        fake_rule(&w.f, "EHLO", str_c(rows[i].ehlo), FAKE_GO_ON, 0);
        world_start(&w);
        w.env.from = str_c(rows[i].from);
        w.to[0].address = str_c(rows[i].first);
        assert_int_equal(hand(&w, str_c(rows[i].message), DEADLINE), RC_OK);
        expect(&w, 0, rows[i].mine[0] == '2' ? ONWARD_TAKEN : ONWARD_REFUSED, rows[i].mine);
        expect(&w, 1, rows[i].others[0] == '2' ? ONWARD_TAKEN : ONWARD_REFUSED, rows[i].others);
        assert_int_equal(w.to[0].said, rows[i].mine[0] == '2');
        assert_int_equal(saw(&w, "MAIL"), rows[i].said ? 1 : 0);
        str_t line =
            arena_printf(w.a, "MAIL FROM:<%s>%s", rows[i].from, rows[i].said ? rows[i].said : "");
        if (rows[i].said && !fake_saw(&w.f, line.p)) fail_msg("row %zu", i);
        world_stop(&w);
    }
}

/* --- delivery reports (RFC 3461) ------------------------------------------------------------- */

static void want_reports(struct world *w)
{
    w->env.ret = STR("HDRS");
    w->env.envid = STR("id+2B1+3Dx");
    w->to[0].notify = STR("SUCCESS,DELAY");
    w->to[0].orcpt = STR("rfc822;b+2Bb@x.test");
    w->to[1].notify = STR("NEVER");
}

static void test_reports_are_passed_on(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    want_reports(&w);
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    expect_all(&w, ONWARD_TAKEN, "2.0.0");
    assert_true(fake_saw(&w.f,
                         "MAIL FROM:<alice@demo.test> SIZE=45 RET=HDRS ENVID=id+2B1+3Dx\n"
                         "RCPT TO:<bob@demo.test> NOTIFY=SUCCESS,DELAY "
                         "ORCPT=rfc822;b+2Bb@x.test\n"
                         "RCPT TO:<carol@demo.test> NOTIFY=NEVER\nRCPT TO:<dave@demo.test>\n"));
    for (size_t i = 0; i < 3; i++)
        assert_false(w.to[i].unreported);
    world_stop(&w);
}

/* The caller then owes them: of those that were taken only. */
static void test_reports_are_not_offered(void **state)
{
    (void) state;
    for (int refused = 0; refused < 2; refused++) {
        struct world w = {0};
        fake_rule(&w.f, "EHLO", STR("250-here\r\n250-DSNX\r\n250 XDSN\r\n"), FAKE_GO_ON, 0);
        if (refused) fake_rule(&w.f, ".", STR("554 5.7.1 no\r\n"), FAKE_GO_ON, 0);
        world_start(&w);
        want_reports(&w);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        assert_true(fake_saw(&w.f, "MAIL FROM:<alice@demo.test>\nRCPT TO:<bob@demo.test>\n"
                                   "RCPT TO:<carol@demo.test>\n"));
        assert_int_equal(w.to[0].unreported, !refused);
        assert_false(w.to[1].unreported || w.to[2].unreported);
        world_stop(&w);
    }
}

/* RFC 6533: raw letters in ORCPT are for SMTPUTF8 only. */
static void test_orcpt_of_all_scripts(void **state)
{
    (void) state;
    for (int offered = 0; offered < 2; offered++) {
        struct world w = {.env.utf8 = true};
        fake_rule(&w.f, "EHLO",
                  offered ? STR(OFFERS) : STR("250-here\r\n250-DSN\r\n250 8BITMIME\r\n"),
                  FAKE_GO_ON, 0);
        world_start(&w);
        w.to[0].orcpt = STR("utf-8;\xc3\xa4@x.test");
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect_all(&w, ONWARD_TAKEN, "2.0.0");
        assert_int_equal(saw(&w, "RCPT TO:<bob@demo.test> ORCPT=utf-8;\xc3\xa4@x.test"), offered);
        world_stop(&w);
    }
}

/* --- XFORWARD -------------------------------------------------------------------------------- */

static void test_who_sent_it(void **state)
{
    (void) state;
    static char longest[300];
    memset(longest, 'h', sizeof longest);
    static const struct onward_client six = {STR_INIT("mx.x.test"), STR_INIT("2001:db8::1"),
                                             STR_INIT("ESMTP"), STR_INIT("h =+\r\nMAIL")};
    const struct onward_client unknown = {.address = STR("192.0.2.1"),
                                          .helo = str_n(longest, sizeof longest)};
    static const char *const offers[] = {"250-here\r\n250 XFORWARD NAME ADDR PROTO HELO SOURCE\r\n",
                                         "250-here\r\n250 XFORWARD PROTO HELO\r\n",
                                         "250-here\r\n250 XFORWARDX NAME ADDR\r\n"};
    static const char *const said[] = {
        "XFORWARD NAME=mx.x.test\nXFORWARD ADDR=IPv6:2001:db8::1\n"
        "XFORWARD PROTO=ESMTP\nXFORWARD HELO=h+20+3D+2B+0D+0AMAIL\nMAIL",
        "gate.test\nXFORWARD PROTO=ESMTP", "gate.test\nMAIL"};
    for (size_t i = 0; i < 3; i++) {
        struct world w = {.env.client = &six};
        fake_rule(&w.f, "EHLO", str_c(offers[i]), FAKE_GO_ON, 0);
        fake_rule(&w.f, "XFORWARD", i == 1 ? STR("501 no\r\n") : STR("250 noted\r\n"), FAKE_GO_ON,
                  0);
        world_start(&w);
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect_all(&w, ONWARD_TAKEN, "2.0.0");
        assert_true(fake_saw(&w.f, said[i]));
        w.env.client = &unknown;
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        if (i == 0)
            assert_true(
                fake_saw(&w.f, "RSET\nXFORWARD NAME=[UNAVAILABLE]\nXFORWARD ADDR=192.0.2.1\n"
                               "XFORWARD PROTO=[UNAVAILABLE]\nXFORWARD HELO=[UNAVAILABLE]\nMAIL"));
        world_stop(&w);
    }
}

/* --- what cannot be said --------------------------------------------------------------------- */

static void test_hostile_addresses(void **state)
{
    (void) state;
    static char longest[600];
    memset(longest, 'a', sizeof longest);
    const str_t bad[] = {STR("a@b>\r\nDATA"),
                         STR("a@b\r\nRCPT TO:<x@y>"),
                         STR("a@b> SIZE=1"),
                         STR("a b@c"),
                         STR("a\0@b"),
                         STR("\xe4@b"),
                         STR("a<@b"),
                         STR("\"a b@c"),
                         STR("\"a\"b c@d"),
                         STR("\"a\\\" b@c"),
                         STR("a\"b c\"@d"),
                         STR("\"a>b\"@c"),
                         STR("a@b\xc2\x85"
                             "c"),
                         STR("a\x7f@b"),
                         STR("\"a\n\"@b"),
                         str_n(longest, sizeof longest)};
    struct world w = {0};
    world_start(&w);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        w.to[1].address = bad[i];
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect(&w, 0, ONWARD_TAKEN, "2.0.0");
        expect(&w, 1, ONWARD_REFUSED, "5.1.3");
        expect(&w, 2, ONWARD_TAKEN, "2.0.0");
        w.to[1].address = STR("carol@demo.test");
        w.env.from = bad[i];
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect_all(&w, ONWARD_REFUSED, "5.1.7");
        assert_false(w.to[0].said);
        w.env.from = STR("alice@demo.test");
    }
    w.to[1].address = STR("");
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    expect(&w, 1, ONWARD_REFUSED, "5.1.3");
    unsigned mails = (unsigned) (sizeof bad / sizeof *bad) + 1;
    assert_int_equal(fake_commands(&w.f), 1 + mails * 6 - 1); /* EHLO; RSET but the first */
    world_stop(&w);
}

static void test_hostile_messages(void **state)
{
    (void) state;
    const str_t bad[] = {STR(""),    STR("a\r\n.\n.\r\nb\r\n"), STR("a\nb"),        STR("a\rb"),
                         STR("a\r"), STR("a\0b\r\n"),           STR("a\r\r\n.\r\n")};
    struct world w = {0};
    world_start(&w);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(hand(&w, bad[i], DEADLINE), RC_OK);
        expect_all(&w, ONWARD_REFUSED, "5.6.0");
    }
    assert_int_equal(w.f.connections, 0);
    world_stop(&w);
}

static void test_hostile_parameters(void **state)
{
    (void) state;
    static char longest[600];
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "rfc822;", 7);
    const str_t bad[] = {STR("rfc822;a b"),
                         STR("rfc822;a\r\nDATA"),
                         STR("no type"),
                         STR(";a@b"),
                         STR("rfc822;a=b"),
                         STR("rfc822;a+2"),
                         STR("rfc822;a+2b"),
                         STR("rf c;a"),
                         str_n(longest, sizeof longest),
                         STR("rfc822;\xc3\xa4"),
                         STR("utf-8;\xc3\xa4@x")};
    const str_t words[] = {STR("SUCCESS\r\nDATA"), STR("NEVER ORCPT=x"), STR(",SUCCESS"),
                           STR("success")};
    struct world w = {0};
    world_start(&w);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        w.to[1].orcpt = bad[i];
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect(&w, 0, ONWARD_TAKEN, "2.0.0");
        expect(&w, 1, ONWARD_REFUSED, "5.5.4");
    }
    w.to[1].orcpt = STR_NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        w.to[1].notify = words[i];
        assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
        expect(&w, 1, ONWARD_REFUSED, "5.5.4");
    }
    w.to[1].notify = STR_NULL;
    unsigned before = fake_commands(&w.f);
    w.env.ret = STR("FULL X=1");
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    expect_all(&w, ONWARD_REFUSED, "5.5.4");
    w.env.ret = STR_NULL;
    w.env.envid = STR("x\r\nRCPT");
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    expect_all(&w, ONWARD_REFUSED, "5.5.4");
    w.env.envid = str_n(longest, 101);
    assert_int_equal(hand(&w, STR(MESSAGE), DEADLINE), RC_OK);
    expect_all(&w, ONWARD_REFUSED, "5.5.4");
    assert_int_equal(fake_commands(&w.f), before);
    world_stop(&w);
}

static void test_hostile_names(void **state)
{
    (void) state;
    static char longest[300];
    memset(longest, 'a', sizeof longest);
    const str_t bad[] = {STR("a b"), STR("a\r\nMAIL"), STR("\xc3\xa4.test"),
                         str_n(longest, sizeof longest)};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct onward_hop hop = {.name = bad[i]};
        struct onward *o = NULL;
        assert_int_equal(onward_new(&hop, &o, NULL), RC_INVALID);
        assert_null(o);
    }
    onward_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_null_sender_and_literal),
        cmocka_unit_test(test_each_recipient_has_its_own_fate),
        cmocka_unit_test(test_nobody_wanted),
        cmocka_unit_test(test_one_too_many),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_what_the_hop_must_offer),
        cmocka_unit_test(test_reports_are_passed_on),
        cmocka_unit_test(test_reports_are_not_offered),
        cmocka_unit_test(test_orcpt_of_all_scripts),
        cmocka_unit_test(test_who_sent_it),
        cmocka_unit_test(test_hostile_addresses),
        cmocka_unit_test(test_hostile_messages),
        cmocka_unit_test(test_hostile_parameters),
        cmocka_unit_test(test_hostile_names),
    };
    return cmocka_run_group_tests_name("onward", tests, NULL, NULL);
}
