/* LMTP's receiving side: each command and its grammar, order, data and its end; every dialogue
 * in many cuts. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "gateway/lmtp.h"
#include "tests/unit/gateway/lmtp_play.h"
#include "tests/unit/test.h"

#define ENVELOPE "from <a@b.example> to <c@d.example>\n"

/* The codes of a dialogue, and what it hands over. */
static void expect(const char *dialogue, const char *codes, const char *mails)
{
    CLEANUP_BUF struct buf got = BUF_INIT(PLAY_ROOM);
    struct play p = {0};
    play_all(&p, str_c(dialogue));
    str_t said = play_codes(&p, &got);
    if (!str_eq(said, str_c(codes)) || !str_eq(buf_view(&p.mails), str_c(mails)))
        fail_msg("%s\ngives  %.*s\nnot    %s\nmails  %.*s\nnot    %s", dialogue, STR_ARG(said),
                 codes, STR_ARG(buf_view(&p.mails)), mails);
    play_free(&p);
}

/* The code of the last reply. */
static void expect_last(const char *before, const char *command, const char *code)
{
    CLEANUP_BUF struct buf all = BUF_INIT(PLAY_ROOM);
    CLEANUP_BUF struct buf got = BUF_INIT(PLAY_ROOM);
    struct play p = {0};
    buf_printf(&all, "%s%s\r\n", before, command);
    play(&p, buf_view(&all), 0);
    str_t said = play_codes(&p, &got);
    if (!str_ends(said, str_c(code)) || p.taken)
        fail_msg("%s: %.*s, not %s", command, STR_ARG(said), code);
    play_free(&p);
}

struct row {
    const char *command, *code;
};
#define EACH(before, ...)                                                                          \
    do {                                                                                           \
        static const struct row rows_[] = {__VA_ARGS__};                                           \
        for (size_t i = 0; i < sizeof rows_ / sizeof *rows_; i++)                                  \
            expect_last(before, rows_[i].command, rows_[i].code);                                  \
    } while (0)

/* --- commands ---------------------------------------------------------------------------- */

static void a_mail_with_a_reply_for_each_recipient(void **state)
{
    (void) state;
    expect(MAIL "RCPT TO:<one@d.example>\r\nRCPT TO:<no@d.example>\r\nRCPT TO:<later@d.example>\r\n"
                "RCPT TO:<silence@d.example>\r\nRCPT TO:<one@d.example>\r\nDATA\r\n"
                "Subject: x\r\n\r\n..\r\n...dots\r\nlast\r\n.\r\nQUIT\r\nNOOP\r\n",
           "220,250,250 2.1.0,250 2.1.5,250 2.1.5,250 2.1.5,250 2.1.5,250 2.1.5,354,"
           "250 2.0.0,550 5.7.3,451 4.3.0,451 4.3.0,250 2.0.0,221 2.0.0",
           "from <a@b.example> to <one@d.example> to <no@d.example> to <later@d.example>"
           " to <silence@d.example> to <one@d.example>\nSubject: x\r\n\r\n.\r\n..dots\r\nlast\r\n");
    expect(DATA ".\r\n" /* and nothing of it stays for the next */
                "MAIL FROM:<>\r\nRCPT TO:<e@f.example>\r\nDATA\r\nx\r\n.\r\n",
           DATA_CODES ",250 2.0.0,250 2.1.0,250 2.1.5,354,250 2.0.0",
           ENVELOPE "from <> to <e@f.example>\nx\r\n");
}

static void what_it_offers(void **state)
{
    (void) state;
    struct play p = {0};
    play(&p, STR(LHLO), 0);
    assert_str(buf_view(&p.said),
               STR("220 gate.example LMTP\r\n250-gate.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
                   "250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n250-SMTPUTF8\r\n250-SIZE 1000\r\n"
                   "250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n"));
    play_free(&p);
}

static void commands_in_their_order(void **state)
{
    (void) state;
    EACH("", {"LHLO client.example", "250"}, {"lhlo [192.0.2.1]", "250"},
         {"LHLO [IPv6:2001:db8::1]", "250"}, {"LHLO my_host  ", "250"}, {"LHLO", "501 5.5.4"},
         {"LHLO a b", "501 5.5.4"}, {"LHLO -a", "501 5.5.4"}, {"LHLO a..b", "501 5.5.4"},
         {"LHLO [192.0.2]", "501 5.5.4"}, {"LHLO j\xc3\xb6", "501 5.5.4"},
         {"EHLO client.example", "500 5.5.1"}, {"HELO client.example", "500 5.5.1"},
         {"MAIL FROM:<a@b.example>", "503 5.5.1"}, {"RCPT TO:<a@b.example>", "503 5.5.1"},
         {"DATA", "503 5.5.1"}, {"XFORWARD NAME=x", "503 5.5.1"}, {"NOOP", "250 2.0.0"},
         {"NOOP twice as much", "250 2.0.0"}, {"RSET", "250 2.0.0"}, {"RSET x", "501 5.5.4"},
         {"QUIT", "221 2.0.0"}, {"QUIT x", "501 5.5.4"}, {"VRFY a@b.example", "252 2.0.0"},
         {"VRFY", "501 5.5.4"}, {"STARTTLS", "500 5.5.1"}, {"BDAT 5 LAST", "500 5.5.1"},
         {"", "500 5.5.1"}, {"MAILFROM:<a@b.example>", "500 5.5.1"}, {" NOOP", "500 5.5.1"});
    EACH(MAIL, {"MAIL FROM:<a@b.example>", "503 5.5.1"}, {"DATA", "503 5.5.1"},
         {"XFORWARD NAME=x", "503 5.5.1"}, {"RSET", "250 2.0.0"}, {"VRFY x", "252 2.0.0"});
    EACH(MAIL "RSET\r\n", {"RCPT TO:<a@b.example>", "503 5.5.1"}, {"MAIL FROM:<>", "250 2.1.0"});
    EACH(RCPT LHLO, {"DATA", "503 5.5.1"}, {"MAIL FROM:<>", "250 2.1.0"});
    EACH(RCPT, {"DATA x", "501 5.5.4"}, {"DATA ", "354"}, {"data", "354"});
    EACH(MAIL "RCPT TO:<bad>\r\n", {"DATA", "503 5.5.1"});
}

static void paths(void **state)
{
    (void) state;
    EACH(LHLO, {"MAIL FROM:<>", "250 2.1.0"}, {"mail from:<a@b>", "250 2.1.0"},
         {"MAIL FROM:<a.b+c=d/e@x-y.example>", "250 2.1.0"},
         {"MAIL FROM:<a@[192.0.2.1]>", "250 2.1.0"}, {"MAIL FROM:<a@[IPv6:::1]>", "250 2.1.0"},
         {"MAIL FROM:<\"a b@\\\"c\"@d.example>", "250 2.1.0"},
         {"MAIL FROM:<\"\"@d.example>", "250 2.1.0"},
         {"MAIL FROM:<@x.example,@y:a@b>", "250 2.1.0"}, {"MAIL FROM: <a@b>", "501 5.5.4"},
         {"MAIL FROM:a@b", "501 5.5.4"}, {"MAIL", "501 5.5.4"}, {"MAIL TO:<a@b>", "501 5.5.4"},
         {"MAIL FROM:", "501 5.5.4"}, {"MAIL FROM:<", "553 5.1.7"}, {"MAIL FROM:<a@b", "553 5.1.7"},
         {"MAIL FROM:<a>", "553 5.1.7"}, {"MAIL FROM:<postmaster>", "553 5.1.7"},
         {"MAIL FROM:<a@>", "553 5.1.7"}, {"MAIL FROM:<@b>", "553 5.1.7"},
         {"MAIL FROM:<@b:>", "553 5.1.7"}, {"MAIL FROM:<a..b@c>", "553 5.1.7"},
         {"MAIL FROM:<.a@c>", "553 5.1.7"}, {"MAIL FROM:<a.@c>", "553 5.1.7"},
         {"MAIL FROM:<a b@c>", "553 5.1.7"}, {"MAIL FROM:<a@b..c>", "553 5.1.7"},
         {"MAIL FROM:<a@b.>", "553 5.1.7"}, {"MAIL FROM:<a@-b>", "553 5.1.7"},
         {"MAIL FROM:<a@b->", "553 5.1.7"}, {"MAIL FROM:<a@b@c>", "553 5.1.7"},
         {"MAIL FROM:<\"a@b>", "553 5.1.7"}, {"MAIL FROM:<\"a\"b@c>", "553 5.1.7"},
         {"MAIL FROM:<a@[1.2.3]>", "553 5.1.7"}, {"MAIL FROM:<a@[::1]>", "553 5.1.7"},
         {"MAIL FROM:<a@[tag:x]>", "553 5.1.7"}, {"MAIL FROM:<a(c)@b>", "553 5.1.7"},
         {"MAIL FROM:<a@b>x", "501 5.5.4"}, {"MAIL FROM:<a@b><c@d>", "501 5.5.4"},
         {"MAIL FROM:<<a@b>>", "553 5.1.7"});
    EACH(MAIL, {"RCPT TO:<postmaster>", "250 2.1.5"}, {"RCPT TO:<PostMaster>", "250 2.1.5"},
         {"RCPT TO:<postmaster@b>", "250 2.1.5"}, {"RCPT TO:<\"x y\"@b>", "250 2.1.5"},
         {"RCPT TO:<>", "553 5.1.3"}, {"RCPT TO:<postmasters>", "553 5.1.3"},
         {"RCPT TO:<@x:postmaster>", "553 5.1.3"}, {"RCPT TO:a@b", "501 5.5.4"},
         {"RCPT FROM:<a@b>", "501 5.5.4"}, {"RCPT TO:<a@b> ", "250 2.1.5"});
    /* 63 letters are a label, 64 none; 255 are a domain */
    char line[600];
    for (int n = 63; n <= 64; n++) {
        snprintf(line, sizeof line, "MAIL FROM:<a@%0*d.example>", n, 0);
        expect_last(LHLO, line, n == 63 ? "250 2.1.0" : "553 5.1.7");
        snprintf(line, sizeof line, "MAIL FROM:<a@%060d.%060d.%060d.%060d.%0*d>", 0, 0, 0, 0,
                 n - 52, 0);
        expect_last(LHLO, line, n == 63 ? "250 2.1.0" : "553 5.1.7");
    }
    /* local parts have no limit of their own (RFC 5321 section 4.5.3.1); the route is gone */
    expect(LHLO
           "MAIL FROM:<@x,@y.example:\"a >b\"@c>\r\nRCPT TO:<@z:d@e>\r\nRCPT TO:<Postmaster>\r\n"
           "DATA\r\n.\r\n",
           "220,250,250 2.1.0,250 2.1.5,250 2.1.5,354,250 2.0.0,250 2.0.0",
           "from <\"a >b\"@c> to <d@e> to <Postmaster>\n");
}

static void addresses_beyond_ascii(void **state)
{
    (void) state;
    EACH(LHLO, {"MAIL FROM:<j\xc3\xb6@b>", "553 5.6.7"},
         {"MAIL FROM:<j\xc3\xb6@b> SMTPUTF8", "250 2.1.0"},
         {"MAIL FROM:<a@j\xc3\xb6.example> SMTPUTF8", "250 2.1.0"},
         {"MAIL FROM:<\"j \xc3\xb6\"@b> SMTPUTF8", "250 2.1.0"},
         {"MAIL FROM:<j\xc3@b> SMTPUTF8", "553 5.1.7"},
         {"MAIL FROM:<j\xff@b> SMTPUTF8", "553 5.1.7"},
         {"MAIL FROM:<j\xc2\x85@b> SMTPUTF8", "553 5.1.7"}, /* a control */
         {"MAIL FROM:<a@b> SMTPUTF8=yes", "501 5.5.4"}, {"MAIL FROM:<a@b> \xc3\xb6", "501 5.5.4"});
    EACH(MAIL, {"RCPT TO:<j\xc3\xb6@b>", "553 5.6.7"},
         {"RCPT TO:<a@b> ORCPT=utf-8;j\xc3\xb6@b", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=utf-8;j\\x{F6}@b", "250 2.1.5"});
    EACH(LHLO "MAIL FROM:<> SMTPUTF8\r\n", {"RCPT TO:<j\xc3\xb6@b>", "250 2.1.5"},
         {"RCPT TO:<a@b> ORCPT=utf-8;j\xc3\xb6@b", "250 2.1.5"},
         {"RCPT TO:<a@b> ORCPT=utf-8;j\xc3@b", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=rfc822;j\xc3\xb6@b", "501 5.5.4"});
    expect(LHLO
           "MAIL FROM:<\xc3\xb6@b> SMTPUTF8 BODY=8BITMIME\r\nRCPT TO:<\xc3\xa4@d>\r\nDATA\r\n.\r\n",
           "220,250,250 2.1.0,250 2.1.5,354,250 2.0.0",
           "from <\xc3\xb6@b> 8bit utf8 to <\xc3\xa4@d>\n");
}

static void parameters(void **state)
{
    (void) state;
    EACH(LHLO, {"MAIL FROM:<a@b> SIZE=0", "250 2.1.0"}, {"MAIL FROM:<a@b> SIZE=1000", "250 2.1.0"},
         {"MAIL FROM:<a@b> SIZE=1001", "552 5.3.4"},
         {"MAIL FROM:<a@b> SIZE=99999999999999999999", "552 5.3.4"},
         {"MAIL FROM:<a@b> SIZE=000000000000000000001", "501 5.5.4"},
         {"MAIL FROM:<a@b> SIZE=", "501 5.5.4"}, {"MAIL FROM:<a@b> SIZE", "501 5.5.4"},
         {"MAIL FROM:<a@b> SIZE=-1", "501 5.5.4"}, {"MAIL FROM:<a@b> SIZE=1 SIZE=1", "501 5.5.4"},
         {"MAIL FROM:<a@b> SIZE=1x", "501 5.5.4"}, {"MAIL FROM:<a@b> body=7bit", "250 2.1.0"},
         {"MAIL FROM:<a@b> BODY=8BITMIME", "250 2.1.0"},
         {"MAIL FROM:<a@b> BODY=BINARYMIME", "501 5.5.4"}, {"MAIL FROM:<a@b> BODY", "501 5.5.4"},
         {"MAIL FROM:<a@b> RET=FULL ENVID=x", "250 2.1.0"},
         {"MAIL FROM:<a@b> RET=ALL", "501 5.5.4"}, {"MAIL FROM:<a@b> RET", "501 5.5.4"},
         {"MAIL FROM:<a@b> ENVID=", "501 5.5.4"}, {"MAIL FROM:<a@b> ENVID=a+2Bb+20c", "250 2.1.0"},
         {"MAIL FROM:<a@b> ENVID=a+2b", "501 5.5.4"}, {"MAIL FROM:<a@b> ENVID=a+", "501 5.5.4"},
         {"MAIL FROM:<a@b> ENVID=a+0D+0ATo:", "501 5.5.4"},
         {"MAIL FROM:<a@b> ENVID=a+00", "501 5.5.4"}, {"MAIL FROM:<a@b> ENVID=a=b", "501 5.5.4"},
         {"MAIL FROM:<a@b> AUTH=<>", "555 5.5.4"}, {"MAIL FROM:<a@b> NOTIFY=NEVER", "555 5.5.4"},
         {"MAIL FROM:<a@b>  BODY=7BIT", "501 5.5.4"}, {"MAIL FROM:<a@b> -X=1", "501 5.5.4"},
         {"MAIL FROM:<a@b> BODY=7BIT   ", "250 2.1.0"});
    EACH(MAIL, {"RCPT TO:<a@b> NOTIFY=NEVER", "250 2.1.5"},
         {"RCPT TO:<a@b> notify=success,Delay", "250 2.1.5"},
         {"RCPT TO:<a@b> NOTIFY=NEVER,DELAY", "501 5.5.4"}, {"RCPT TO:<a@b> NOTIFY=", "501 5.5.4"},
         {"RCPT TO:<a@b> NOTIFY", "501 5.5.4"}, {"RCPT TO:<a@b> NOTIFY=SUCCESS,", "501 5.5.4"},
         {"RCPT TO:<a@b> NOTIFY=OFTEN", "501 5.5.4"}, {"RCPT TO:<a@b> SIZE=1", "555 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=rfc822;a+2Bb@c", "250 2.1.5"},
         {"RCPT TO:<a@b> ORCPT=rfc822;", "501 5.5.4"}, {"RCPT TO:<a@b> ORCPT=;a@b", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=a@b", "501 5.5.4"}, {"RCPT TO:<a@b> ORCPT", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=rfc822;a+0A", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=x400;c+3Dus", "250 2.1.5"},
         {"RCPT TO:<a@b> ORCPT=r(;a", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=utf-8;a\\x{2B}b", "250 2.1.5"},
         {"RCPT TO:<a@b> ORCPT=utf-8;\\x{D800}", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=utf-8;\\x{0A}", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=utf-8;\\x{85}", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=utf-8;\\x{110000}", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=utf-8;\\x{00F6}", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=utf-8;\\x{10FFFF}", "250 2.1.5"},
         {"RCPT TO:<a@b> ORCPT=utf-8;\\x{F6", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=utf-8;\\F6", "501 5.5.4"},
         {"RCPT TO:<a@b> ORCPT=utf-8;a+0A", "501 5.5.4"});
    char line[700];
    for (int n = 100; n <= 101; n++) {
        snprintf(line, sizeof line, "MAIL FROM:<a@b> ENVID=%0*d", n, 0);
        expect_last(LHLO, line, n == 100 ? "250 2.1.0" : "501 5.5.4");
        snprintf(line, sizeof line, "RCPT TO:<a@b> ORCPT=rfc822;%0*d", n + 393, 0);
        expect_last(MAIL, line, n == 100 ? "250 2.1.5" : "501 5.5.4");
    }
    expect(LHLO "MAIL FROM:<a@b> SIZE=7 BODY=7BIT RET=HDRS ENVID=+3D\r\n"
                "RCPT TO:<c@d> ORCPT=rfc822;c+2B@d NOTIFY=DELAY,FAILURE\r\n"
                "RCPT TO:<e@f> NOTIFY=NEVER\r\nDATA\r\nx\r\n.\r\n",
           "220,250,250 2.1.0,250 2.1.5,250 2.1.5,354,250 2.0.0,250 2.0.0",
           "from <a@b> size 7 7bit ret hdrs envid +3D to <c@d> notify 12 orcpt rfc822;c+2B@d"
           " to <e@f> notify 1\nx\r\n");
}

static void a_refused_command_changes_nothing(void **state)
{
    (void) state;
    expect(LHLO
           "MAIL FROM:<a@b> RET=FULL ENVID=\r\nMAIL FROM:<c@d> BODY=7BIT\r\n"
           "RCPT TO:<e@f> NOTIFY=NEVER ORCPT=\r\nRCPT TO:<g@h>\r\nMAIL FROM:<i@j>\r\nDATA\r\n.\r\n",
           "220,250,501 5.5.4,250 2.1.0,501 5.5.4,250 2.1.5,503 5.5.1,354,250 2.0.0",
           "from <c@d> 7bit to <g@h>\n");
}

static void xforward(void **state)
{
    (void) state;
    EACH(LHLO, {"XFORWARD NAME=x.example ADDR=IPV6:2001:db8::1 PORT=25", "250 2.0.0"},
         {"xforward proto=ESMTP helo=a+2Bb", "250 2.0.0"},
         {"XFORWARD NAME=[UNAVAILABLE]", "250 2.0.0"}, {"XFORWARD", "501 5.5.4"},
         {"XFORWARD NAME", "501 5.5.4"}, {"XFORWARD NAME=", "501 5.5.4"},
         {"XFORWARD COLOUR=red", "501 5.5.4"}, {"XFORWARD NAME=a NAME=b", "501 5.5.4"},
         {"XFORWARD NAME=a+0D+0Ab", "501 5.5.4"}, {"XFORWARD NAME=a+20b", "501 5.5.4"},
         {"XFORWARD NAME=a+28b", "501 5.5.4"}, {"XFORWARD NAME=a+E4b", "501 5.5.4"},
         {"XFORWARD NAME=a+2", "501 5.5.4"}, {"XFORWARD  NAME=a", "501 5.5.4"});
    /* kept until the mail's end, all of a command or nothing, told again for the next mail */
    expect(
        LHLO "XFORWARD NAME=n ADDR=192.0.2.7 HELO=x\r\nXFORWARD HELO=[unavailable] PORT=7\r\n"
             "XFORWARD ADDR=evil PROTO=\r\nXFORWARD IDENT=Q1 SOURCE=REMOTE PROTO=ESMTP\r\n"
             "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\nMAIL FROM:<>\r\nRCPT "
             "TO:<a@b>\r\nDATA\r\n.\r\n"
             "XFORWARD NAME=n\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\n",
        "220,250,250 2.0.0,250 2.0.0,501 5.5.4,250 2.0.0,250 2.1.0,250 2.1.5,354,250 2.0.0,"
        "250 2.1.0,250 2.1.5,354,250 2.0.0,250 2.0.0,250 2.0.0,250 2.1.0,250 2.1.5,354,250 2.0.0",
        "from <> name=n addr=192.0.2.7 port=7 proto=ESMTP ident=Q1 source=REMOTE to <a@b>\n"
        "from <> to <a@b>\nfrom <> to <a@b>\n");
    char line[600];
    for (int n = 255; n <= 256; n++) {
        snprintf(line, sizeof line, "XFORWARD NAME=%0*d", n, 0);
        expect_last(LHLO, line, n == 255 ? "250 2.0.0" : "501 5.5.4");
        snprintf(line, sizeof line, "XFORWARD PROTO=%0*d", n - 191, 0);
        expect_last(LHLO, line, n == 255 ? "250 2.0.0" : "501 5.5.4");
    }
}

/* --- lines and data ---------------------------------------------------------------------- */

static void only_crlf_ends_a_command(void **state)
{
    (void) state;
    expect("NOOP\nNOOP\r\nNOOP\rNOOP\r\nNOOP\r\r\nNO\x01OP\r\nNOOP\t\r\nNOOP\x7f\r\nNOOP\r\n",
           "220,500 5.5.2,500 5.5.2,500 5.5.2,500 5.5.2,500 5.5.2,500 5.5.2,250 2.0.0", "");
    struct play p = {0};
    play_all(&p, str_n("LHLO a\0b\r\n\r\n", 12)); /* NUL */
    assert_true(str_ends(buf_view(&p.said), STR("500 5.5.1 Not a command of this server\r\n")));
    assert_true(str_find(buf_view(&p.said), STR("500 5.5.2")) > 0);
    play_free(&p);
    for (int n = 2048; n <= 2049; n++) { /* with CRLF */
        CLEANUP_BUF struct buf b = BUF_INIT(PLAY_ROOM), got = BUF_INIT(PLAY_ROOM);
        buf_printf(&b, "NOOP %0*d\r\nNOOP\r\n", n - 7, 0);
        play_all(&p, buf_view(&b));
        assert_str(play_codes(&p, &got),
                   n == 2048 ? STR("220,250 2.0.0,250 2.0.0") : STR("220,500 5.5.2,250 2.0.0"));
        play_free(&p);
    }
}

static void data_ends_at_one_place_only(void **state)
{
    (void) state;
    static const struct {
        const char *data, *text;
    } rows[] = {
        /* as it should be */
        {".\r\n", ""},
        {"\r\n.\r\n", "\r\n"},
        {"a\r\n.\r\n", "a\r\n"},
        {"..\r\n.\r\n", ".\r\n"},
        {".a\r\n..b\r\n.\r\n", "a\r\n.b\r\n"},
        {"a.\r\n.\r\n", "a.\r\n"},
        /* ends of other readers, which are none: what follows stays text */
        {"a\n.\nMAIL FROM:<x@y>\r\n.\r\n", "a\r\n\r\nMAIL FROM:<x@y>\r\n"},
        {"a\n.\r\nb\r\n.\r\n", "a\r\n\r\nb\r\n"},
        {"a\r.\rb\r\n.\r\n", "a\r\n\r\nb\r\n"},
        {"a\r.\r\nb\r\n.\r\n", "a\r\n\r\nb\r\n"},
        {"a\r\n.\nb\r\n.\r\n", "a\r\n\r\nb\r\n"},
        {"a\r\n.\rb\r\n.\r\n", "a\r\n\r\nb\r\n"},
        {"a\r\n.\r\r\nb\r\n.\r\n", "a\r\n\r\n\r\nb\r\n"},
        {"a\r\n\r.\r\nb\r\n.\r\n", "a\r\n\r\n\r\nb\r\n"},
        {"a\n\r.\n\rb\r\n.\r\n", "a\r\n\r\n\r\n\r\nb\r\n"},
        {"a\r\r\n.\r\n", "a\r\n\r\n"},
        {"\n.\r\nb\r\n.\r\n", "\r\n\r\nb\r\n"},
        {"\r.\r\nb\r\n.\r\n", "\r\n\r\nb\r\n"},
        {".\n\r\n.\r\n", "\r\n\r\n"},
        {".\r.\r\n.\r\n", "\r\n\r\n"},
        /* a line "." is there only where ".." came */
        {"a\n..\nb\r\n.\r\n", "a\r\n.\r\nb\r\n"},
        {"a\r..\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n"},
        {"a\n.b\r.c\r\n.\r\n", "a\r\nb\r\nc\r\n"},
        {"\xff\x01\xe4\r\n.\r\n", "\xff\x01\xe4\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char dialogue[400], mails[400];
        snprintf(dialogue, sizeof dialogue, DATA "%sNOOP\r\n", rows[i].data);
        snprintf(mails, sizeof mails, ENVELOPE "%s", rows[i].text);
        expect(dialogue, DATA_CODES ",250 2.0.0,250 2.0.0", mails);
    }
}

static void nul_in_data_stays(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf b = BUF_INIT(PLAY_ROOM);
    struct play p = {0};
    buf_cstr(&b, DATA);
    buf_add(&b, "a\0b\r\n.\r\n", 8);
    play_all(&p, buf_view(&b));
    assert_true(str_ends(buf_view(&p.mails), str_n("\na\0b\r\n", 6)));
    play_free(&p);
}

/* --- Postfix ----------------------------------------------------------------------------- */

/* What lmtp(8) of Postfix 3.7.11 wrote to this machine. */
static void postfix_says(const char *file, const char *codes, const char *const *mails)
{
    CLEANUP_BUF struct buf got = BUF_INIT(PLAY_ROOM);
    static char in[1 << 16];
    char path[96];
    struct play p = {.message_bytes = 4000};
    snprintf(path, sizeof path, "tests/fixtures/lmtp/%s", file);
    int fd = open(path, O_RDONLY);
    ssize_t n = read(fd, in, sizeof in);
    assert_true(fd >= 0 && n > 0);
    close(fd);
    play_all(&p, str_n(in, (size_t) n));
    assert_str(play_codes(&p, &got), str_c(codes));
    for (; *mails; mails++)
        if (str_find(buf_view(&p.mails), str_c(*mails)) < 0)
            fail_msg("%s is not in\n%.*s", *mails, STR_ARG(buf_view(&p.mails)));
    play_free(&p);
}

static void dialogues_of_postfix(void **state)
{
    (void) state;
    static const char *const dsn[] = {
        "from <alice@demo.test> size 346 8bit ret hdrs envid abc+2B1 name=localhost addr=127.0.0.1"
        " port=36360 proto=ESMTP helo=client.example ident=7FA0EA8A0DB source=LOCAL"
        " to <bob@demo.test> notify 6 orcpt rfc822;bob+2Btag@demo.test"
        " to <no.key@demo.test> orcpt rfc822;no.key@demo.test"
        " to <\"odd one\"@demo.test> notify 1 orcpt rfc822;\"odd+20one\"@demo.test\nReceived: ",
        "\r\n\r\n.dots and a lone CR\r\n..\r\nFrom nobody\r\n", NULL};
    static const char *const utf8[] = {
        "from <jos\xc3\xa9@demo.test> size 300 8bit utf8 name=localhost",
        " to <plain@demo.test> orcpt rfc822;plain@demo.test"
        " to <z\xc3\xb6"
        "e@demo.test> orcpt utf-8;z\\x{F6}e@demo.test\nReceived: ",
        "\r\n\r\nhall\xc3\xb6\r\nfrom <> size 312 name=localhost addr=127.0.0.1 port=36370",
        "\r\n\r\nx\r\nfrom <> size 2277 8bit source=LOCAL to <alice@demo.test> orcpt ", NULL};
    postfix_says("postfix-dsn",
                 "220,250,250 2.0.0,250 2.0.0,250 2.1.0,250 2.1.5,250 2.1.5,250 2.1.5,354,"
                 "250 2.0.0,550 5.7.3,250 2.0.0,221 2.0.0",
                 dsn);
    postfix_says(
        "postfix-utf8",
        "220,250,250 2.0.0,250 2.0.0,250 2.1.0,250 2.1.5,250 2.1.5,354,250 2.0.0,250 2.0.0,"
        "250 2.0.0,250 2.0.0,250 2.0.0,250 2.1.0,250 2.1.5,354,250 2.0.0,250 2.0.0,"
        "250 2.0.0,250 2.1.0,250 2.1.5,354,250 2.0.0",
        utf8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_with_a_reply_for_each_recipient),
        cmocka_unit_test(what_it_offers),
        cmocka_unit_test(commands_in_their_order),
        cmocka_unit_test(paths),
        cmocka_unit_test(addresses_beyond_ascii),
        cmocka_unit_test(parameters),
        cmocka_unit_test(a_refused_command_changes_nothing),
        cmocka_unit_test(xforward),
        cmocka_unit_test(only_crlf_ends_a_command),
        cmocka_unit_test(data_ends_at_one_place_only),
        cmocka_unit_test(nul_in_data_stays),
        cmocka_unit_test(dialogues_of_postfix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
