/* Delivery reports that are written: read again by what shows them, and hostile values. */
#include "mail/report_write.h"

#include "mail/message.h"
#include "tests/unit/mail/mime_test.h"

#define HEADER                                                                                     \
    "Received: from laptop ([10.1.2.3]) by mx.acme.example; Mon, 2 Feb 2026 10:00:00 +0000\r\n"    \
    "Return-Path: <ann@acme.example>\r\n"                                                          \
    "X-Waxseal-Opened: cipher=aes\r\n"                                                             \
    "From: Ann <ann@acme.example>\r\nTo: bob@b.example,\r\n carl@c.example\r\n"                    \
    "bcc: secret@d.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= and\r\n more\r\n"               \
    "Message-ID: <1@acme.example>\r\nDate: Mon, 2 Feb 2026 11:00:00 +0100\r\n"

static const struct report_about BOB = {
    .final = STR_INIT("bob@b.example"),
    .original = STR_INIT("rfc822;Bob+2Bx@b.example"),
    .status = STR_INIT("5.7.3"),
    .diagnostic = STR_INIT("no_certificate"),
    .words = {{STR_INIT("There is no certificate."), STR_INIT("Ask for one.")},
              {STR_INIT("Es gibt kein Zertifikat."), STR_INIT("Bitten Sie um eins.")}}};

static struct report_notice notice(const struct report_about *about, size_t n)
{
    return (struct report_notice){
        .reporting_mta = STR("gate.acme.example"),
        .from = {.name = STR("Mail system"), .address = STR("MAILER-DAEMON@acme.example")},
        .to = STR("ann@acme.example"),
        .date = 1770026400,
        .message_id = STR("<r1@gate.acme.example>"),
        .languages = 1u << REPORT_ENGLISH | 1u << REPORT_GERMAN,
        .envid = STR("QQ+2B1"),
        .arrived = 1770026395,
        .about = about,
        .count = n,
        .subject = STR("Gr\xc3\xbc\xc3\x9f"
                       "e and more"),
        .header = STR(HEADER "\r\nthe body is a secret\r\n")};
}

/* Only CRLF ends a line, none is too long, all of it is ASCII, and no control but these and tab. */
static void check_wire(str_t m)
{
    size_t col = 0;
    for (size_t i = 0; i < m.n; i++) {
        unsigned char c = (unsigned char) m.p[i];
        if (c == '\r') {
            assert_true(i + 1 < m.n && m.p[i + 1] == '\n');
            i++;
            col = 0;
            continue;
        }
        if (c < ' ' || c >= 0x7f) fail_msg("octet %u at %zu of:\n%.*s", c, i, STR_ARG(m));
        if (++col > 998) fail_msg("a line of more than 998");
    }
    assert_true(str_ends(m, STR("\r\n")));
}

struct written {
    str_t raw;
    struct entity *root;
    str_t text, status, header;
    struct report r;
};

static str_t body_of(const struct entity *part, struct arena *a)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    assert_int_equal(entity_decode_body(part, &b, NULL), RC_OK);
    return arena_str(a, b.n ? buf_view(&b) : STR(""));
}

static struct written write_ok(const struct report_notice *n, struct arena *a)
{
    CLEANUP_BUF struct buf b = BUF_INIT(4 << 20);
    struct written w = {0};
    struct err e = {.code = RC_OK};
    if (report_write(n, a, &b, &e) != RC_OK) fail_msg("%s: %s", e.field, e.message);
    w.raw = arena_str(a, buf_view(&b));
    assert_int_equal(entity_parse(w.raw, NULL, a, &w.root, NULL), RC_OK);
    assert_str(w.root->subtype, STR("report"));
    assert_int_equal(w.root->child_count, 3);
    w.text = body_of(&w.root->children[0], a);
    w.status = body_of(&w.root->children[1], a);
    w.header = body_of(&w.root->children[2], a);
    assert_int_equal(report_read(w.status, true, a, &w.r, NULL), RC_OK);
    assert_int_equal(w.r.count, n->count);
    return w;
}

static void has(str_t text, const char *what)
{
    if (str_find(text, str_c(what)) < 0) fail_msg("no \"%s\" in:\n%.*s", what, STR_ARG(text));
}

static void lacks(str_t text, const char *what)
{
    if (str_ifind(text, str_c(what)) >= 0) fail_msg("\"%s\" in:\n%.*s", what, STR_ARG(text));
}

static void test_whole(void **state)
{
    const struct report_notice n = notice(&BOB, 1);
    struct written w = write_ok(&n, *state);
    check_wire(w.raw);
    expect_str("to", entity_field(w.root, STR("To")), " ann@acme.example");
    expect_str("from", entity_field(w.root, STR("From")),
               " Mail system <MAILER-DAEMON@acme.example>");
    expect_str("auto", entity_field(w.root, STR("Auto-Submitted")), " auto-replied");
    expect_str("id", entity_field(w.root, STR("Message-ID")), " <r1@gate.acme.example>");
    expect_str("date", entity_field(w.root, STR("Date")), " Mon, 02 Feb 2026 10:00:00 +0000");
    expect_str("mime", entity_field(w.root, STR("MIME-Version")), " 1.0");
    expect_str("reply", entity_field(w.root, STR("In-Reply-To")), " <1@acme.example>");
    expect_str("subject", header_text(entity_field(w.root, STR("Subject")), *state),
               "Undelivered mail / Nicht zugestellte Nachricht");
    expect_str("type", entity_param(w.root, STR("report-type")), "delivery-status");
    assert_str(w.status,
               STR("Reporting-MTA: dns; gate.acme.example\r\nOriginal-Envelope-Id: QQ+1\r\n"
                   "Arrival-Date: Mon, 02 Feb 2026 09:59:55 +0000\r\n\r\n"
                   "Original-Recipient: rfc822; Bob+x@b.example\r\n"
                   "Final-Recipient: rfc822; bob@b.example\r\nAction: failed\r\nStatus: 5.7.3\r\n"
                   "Diagnostic-Code: x-waxseal; no_certificate\r\n"));
    assert_str(w.header, STR("From: Ann <ann@acme.example>\r\nTo: bob@b.example, carl@c.example\r\n"
                             "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= and more\r\n"
                             "Message-ID: <1@acme.example>\r\n"
                             "Date: Mon, 2 Feb 2026 11:00:00 +0100\r\n"));
    expect_str("reporter", w.r.reporter, "gate.acme.example");
    assert_int_equal(w.r.arrived, n.arrived);
    expect_str("address", w.r.recipients[0].address, "bob@b.example");
    lacks(w.raw, "the body");
}

static void test_text(void **state)
{
    struct report_notice n = notice(&BOB, 1);
    struct written w = write_ok(&n, *state);
    has(w.text, "(Deutscher Text weiter unten.)");
    has(w.text, "There is no certificate.\r\nAsk for one.\r\n");
    has(w.text, "Es gibt kein Zertifikat.\r\nBitten Sie um eins.\r\n");
    has(w.text, "     Gr\xc3\xbc\xc3\x9f"
                "e and more\r\n"); /* four, and the one of RFC 3676 */
    n.languages = 1u << REPORT_ENGLISH;
    n.subject = STR_NULL;
    w = write_ok(&n, *state);
    has(w.text, "Your message was not delivered to:\r\n\r\n     bob@b.example\r\n");
    lacks(w.text, "Deutsch");
    lacks(w.text, "Zertifikat");
    lacks(w.text, "subject:");
    lacks(w.text, "more");
    n.languages = 1u << REPORT_GERMAN;
    w = write_ok(&n, *state);
    lacks(w.text, "There is");
    lacks(w.text, "weiter unten");
    expect_str("subject", header_text(entity_field(w.root, STR("Subject")), *state),
               "Nicht zugestellte Nachricht");
}

/* As the mail client opens it: one text, two files, of which one is the report. */
static void test_shown(void **state)
{
    const struct message_options o = {.smime = true, .now = 1770026400};
    const struct report_notice n = notice(&BOB, 1);
    struct written w = write_ok(&n, *state);
    struct message_view *v;
    assert_int_equal(message_open(w.raw, &o, *state, &v, NULL), RC_OK);
    assert_int_equal(v->part_count, 1);
    assert_false(v->parts[0].html);
    assert_int_equal(v->attachment_count, 2);
    assert_str(v->attachments[0].type, STR("message/delivery-status"));
    assert_int_equal(preview_of(v->attachments[0].type, STR("")), PREVIEW_REPORT);
    assert_str(v->attachments[1].type, STR("text/rfc822-headers"));
    message_close(v);
}

static void test_delayed(void **state)
{
    struct report_about list[2] = {BOB, BOB};
    list[0] = (struct report_about){.final = STR("dora@d.example"),
                                    .action = REPORT_DELAYED,
                                    .status = STR("4.4.1"),
                                    .of_server = true,
                                    .diagnostic = STR("421 4.4.1  try; again"),
                                    .remote = STR("mx.d.example"),
                                    .retry_until = 1770112800};
    struct report_notice n = notice(list, 1);
    n.languages = 1u << REPORT_ENGLISH;
    struct written w = write_ok(&n, *state);
    expect_str("subject", entity_field(w.root, STR("Subject")), " Delayed mail");
    expect_str("action", w.r.recipients[0].action, "delayed");
    expect_str("said", w.r.recipients[0].diagnostic, "421 4.4.1  try; again");
    expect_str("remote", w.r.recipients[0].remote, "mx.d.example");
    assert_int_equal(w.r.recipients[0].retry_until, 1770112800);
    has(w.status, "Diagnostic-Code: smtp; ");
    has(w.text, "Your message has not yet reached:");
    has(w.text, "goes on trying");
    n.count = 2;
    w = write_ok(&n, *state);
    expect_str("subject", entity_field(w.root, STR("Subject")), " Undelivered mail");
    expect_str("second", w.r.recipients[1].address, "bob@b.example");
    expect_str("action", w.r.recipients[1].action, "failed");
}

/* RFC 6533: another type of part and of address, and still 7-bit but for the sender's own. */
static void test_beyond_ascii(void **state)
{
    struct report_about one = BOB;
    one.final = STR("j\xc3\xbcrgen@b.example");
    one.original = STR("utf-8;j\\x{FC}rgen\\x{2B}x@b.example");
    struct report_notice n = notice(&one, 1);
    n.header = STR("From: \xe5\xb1\xb1@b.example\r\nSubject: caf\xe9\r\n\r\n");
    struct written w = write_ok(&n, *state);
    check_wire(w.raw);
    const struct entity *part = &w.root->children[1];
    assert_str(part->subtype, STR("global-delivery-status"));
    assert_int_equal(part->encoding, ENC_QP);
    has(w.status, "Final-Recipient: utf-8; j\xc3\xbcrgen@b.example\r\n");
    has(w.status, "Original-Recipient: utf-8; j\xc3\xbcrgen+x@b.example\r\n");
    expect_str("address", w.r.recipients[0].address, "j\xc3\xbcrgen@b.example");
    assert_str(w.root->children[2].subtype, STR("global-headers"));
    has(w.header, "From: \xe5\xb1\xb1@b.example\r\nSubject: ");
    assert_true(str_is_utf8(w.header));
    n.to = STR("\xe5\xb1\xb1@b.example");
    w = write_ok(&n, *state);
    expect_str("to", entity_field(w.root, STR("To")), " \xe5\xb1\xb1@b.example");
}

/* What is foreign makes no field, no line, no part. */
static void test_hostile(void **state)
{
#define EVIL                                                                                       \
    "\r\n\r\nFinal-Recipient: rfc822; eve@e.example\r\nX-Evil: "                                   \
    "1\n\n--\x1b[31m\r\xe2\x80\xae\xff\x7f"
    struct report_about one = BOB;
    one.final = STR("bob@b.example" EVIL);
    one.original = STR("rfc822;bob+0D+0AX-Evil:+201@b.example");
    one.diagnostic = STR("no" EVIL);
    one.of_server = true;
    one.remote = STR("mx" EVIL);
    one.status = STR("5.7.3\r\nX-Evil: 1");
    one.words[0].why = STR("Because" EVIL);
    struct report_notice n = notice(&one, 1);
    n.envid = STR("x+0D+0AX-Evil:+201");
    n.subject = STR("Subject" EVIL);
    n.header = STR("Subject: a\r\n b\rX-Evil: 1\r\nMessage-ID: <1\r\n@x>\r\nTo: x" EVIL);
    struct written w = write_ok(&n, *state);
    check_wire(w.raw);
    expect_str(
        "address", w.r.recipients[0].address,
        "bob@b.example    Final-Recipient: rfc822; eve@e.example  X-Evil: 1  -- [31m \xef\xbf\xbd");
    expect_str("status", w.r.recipients[0].status, "5.0.0");
    expect_str("remote", w.r.recipients[0].remote, NULL);
    has(w.r.recipients[0].diagnostic, "no    Final-Recipient");
    static const char *const lines[] = {"\nX-Evil", "\nFinal-Recipient: rfc822; eve",
                                        "\nOriginal-Recipient", "\nOriginal-Envelope-Id"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        lacks(w.status, lines[i]);
    lacks(w.text, "\nX-Evil");
    lacks(w.text, "\nFinal");
    lacks(w.header, "\nX-Evil");
    assert_true(str_is_null(entity_field(w.root, STR("In-Reply-To"))));
    assert_true(str_is_null(entity_field(w.root, STR("X-Evil"))));
}

/* Encoded words in an address are its letters, not words. */
static void test_words(void **state)
{
    struct report_about one = BOB;
    one.final = STR("=?utf-8?q?x=0Ay?=@b.example");
    one.diagnostic = STR("=?utf-8?q?spoof?= caf\xc3\xa9");
    const struct report_notice n = notice(&one, 1);
    struct written w = write_ok(&n, *state);
    expect_str("address", w.r.recipients[0].address, "=?utf-8?q?x=0Ay?=@b.example");
    expect_str("said", w.r.recipients[0].diagnostic, "=?utf-8?q?spoof?= caf\xc3\xa9");
}

static void test_original(void **state)
{
    static const struct {
        const char *orcpt, *want;
    } rows[] = {
        {"rfc822;a@b.example", "Original-Recipient: rfc822; a@b.example\r\n"},
        {"RFC822;a+3Db@b.example", "Original-Recipient: RFC822; a=b@b.example\r\n"},
        {"x400;/C=de/", NULL},
        {"x400;/C+3Dde/", "Original-Recipient: x400; /C=de/\r\n"},
        {"utf-8;\\x{5C71}@b.example", "Original-Recipient: utf-8; \xe5\xb1\xb1@b.example\r\n"},
        {"utf-8;\xe5\xb1\xb1@b.example", "Original-Recipient: utf-8; \xe5\xb1\xb1@b.example\r\n"},
        {"utf-8;\\x{A}@b.example", NULL},
        {"utf-8;\\x{0A}@b.example", NULL},
        {"utf-8;\\x{202E}@b.example", NULL},
        {"utf-8;\\x{D800}@b.example", NULL},
        {"utf-8;\\x{110000}@b.example", NULL},
        {"utf-8;\\x{5C71@b.example", NULL},
        {"utf-8;\\y@b.example", NULL},
        {"rfc822;\xe5\xb1\xb1@b.example", NULL},
        {"rfc822;+E5+B1+B1@b.example", NULL},
        {"rfc822;a+@b.example", NULL},
        {"rfc822;a+2", NULL},
        {"rfc822;a b", NULL},
        {"rfc822;", NULL},
        {"rfc822", NULL},
        {";a@b.example", NULL},
        {"rf c;a@b.example", NULL},
        {"\r\nx;a@b.example", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report_about one = BOB;
        one.original = str_c(rows[i].orcpt);
        const struct report_notice n = notice(&one, 1);
        struct written w = write_ok(&n, *state);
        if (rows[i].want)
            has(w.status, rows[i].want);
        else
            lacks(w.status, "Original-Recipient");
    }
}

static void test_status(void **state)
{
    static const struct {
        const char *status, *want;
    } rows[] = {{"5.7.3", "5.7.3"},   {"4.4.7", "4.4.7"}, {"5.123.999", "5.123.999"},
                {"2.0.0", "5.0.0"},   {"5.7", "5.0.0"},   {"5..7", "5.0.0"},
                {"5.7.3.1", "5.0.0"}, {"5.7.", "5.0.0"},  {"5.1234.1", "5.0.0"},
                {"5.7.3 ", "5.0.0"},  {"550", "5.0.0"},   {NULL, "5.0.0"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report_about one = BOB;
        one.status = str_c(rows[i].status);
        const struct report_notice n = notice(&one, 1);
        expect_str("status", write_ok(&n, *state).r.recipients[0].status, rows[i].want);
    }
}

/* However much comes, the report stays small and its lines short. */
static void test_bounds(void **state)
{
    struct arena *a = *state;
    CLEANUP_BUF struct buf header = BUF_INIT(1 << 20);
    CLEANUP_BUF struct buf out = BUF_INIT(4 << 20);
    char *big = arena_alloc(a, 100001);
    memset(big, 'x', 100000);
    buf_cstr(&header, "Message-ID: <");
    buf_add(&header, big, 5000);
    buf_cstr(&header, ">\r\nSubject: ");
    buf_add(&header, big, 3000);
    for (unsigned i = 0; i < 30000; i++)
        buf_printf(&header, "\r\nTo: %u@b.example", i);
    struct report_about one = BOB;
    one.final = one.diagnostic = one.words[0].why = str_n(big, 100000);
    struct report_notice n = notice(&one, 1);
    n.subject = n.envid = str_n(big, 100000);
    n.header = buf_view(&header);
    struct written w = write_ok(&n, a);
    check_wire(w.raw);
    assert_int_equal(w.r.recipients[0].address.n, REPORT_VALUE_BYTES);
    assert_int_equal(w.r.recipients[0].diagnostic.n, REPORT_DIAGNOSTIC_BYTES);
    assert_true(w.header.n <= REPORT_HEADER_BYTES);
    assert_true(w.raw.n < 64 << 10);
    lacks(w.status, "Original-Envelope-Id");
    struct report_about *many = ARENA_ARRAY(a, REPORT_MAX_RECIPIENTS + 1, struct report_about);
    for (size_t i = 0; i <= REPORT_MAX_RECIPIENTS; i++)
        many[i] = BOB;
    n = notice(many, REPORT_MAX_RECIPIENTS);
    w = write_ok(&n, a);
    assert_int_equal(w.r.total, REPORT_MAX_RECIPIENTS);
    n.count++;
    assert_int_equal(report_write(&n, a, &out, NULL), RC_TOO_LARGE);
}

static void refused(const struct report_notice *n, rc_t want, const char *field)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    struct err e = {.code = RC_OK};
    buf_cstr(&b, "before");
    assert_int_equal(report_write(n, a, &b, &e), want);
    assert_string_equal(e.field, field);
    assert_str(buf_view(&b), STR("before"));
}

/* What is ours must be right; and on failure nothing is left behind. */
static void test_refused(void **state)
{
    (void) state;
    struct report_about empty = BOB;
    empty.final = STR(" \r\n");
#define WITH(what, field)                                                                          \
    do {                                                                                           \
        struct report_notice n = notice(&BOB, 1);                                                  \
        n.what;                                                                                    \
        refused(&n, RC_INVALID, field);                                                            \
    } while (0)
    WITH(reporting_mta = STR("gate\r\nX-Evil: 1"), "reporting_mta");
    WITH(reporting_mta = STR_NULL, "reporting_mta");
    WITH(reporting_mta = STR("gate\0x"), "reporting_mta");
    WITH(message_id = STR("<a@b>\r\nX-Evil: 1"), "message_id");
    WITH(message_id = STR("<a b>"), "message_id");
    WITH(message_id = STR("<>"), "message_id");
    WITH(date = 0, "date");
    WITH(date = INT64_MAX, "date");
    WITH(languages = 0, "languages");
    WITH(languages = 4, "languages");
    WITH(count = 0, "about");
    WITH(about = &empty, "final");
    WITH(to = STR("a@b.example\r\nBcc: x@y.example"), "to");
    WITH(to = STR_NULL, "to");
    WITH(from.address = STR("MAILER-DAEMON"), "from");
#undef WITH
    struct report_notice n = notice(&BOB, 1);
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_BUF struct buf b = BUF_INIT(500);
    assert_int_equal(report_write(&n, a, &b, NULL), RC_TOO_LARGE);
    assert_int_equal(b.n, 0);
}

static void test_allowed(void **state)
{
    static const struct {
        const char *from, *header;
        bool want;
    } rows[] = {
        {"ann@acme.example", "Subject: x\r\nContent-Type: text/plain\r\n", true},
        {"ann@acme.example", "Auto-Submitted: no\r\n", true},
        {"ann@acme.example", "Auto-Submitted: No (by hand); x=y\r\n", true},
        {"ann@acme.example", "", true},
        {"", "Subject: x\r\n", false},
        {"<>", "Subject: x\r\n", false},
        {"ann@acme.example", "Auto-Submitted: auto-replied\r\n", false},
        {"ann@acme.example", "auto-submitted:\r\n auto-generated; type=x\r\n", false},
        {"ann@acme.example", "Auto-Submitted: no\r\nAuto-Submitted: auto-notified\r\n", false},
        {"ann@acme.example", "Auto-Submitted:\r\n", false},
        {"ann@acme.example", "Content-Type: multipart/report; boundary=x\r\n", false},
        {"ann@acme.example", "Content-Type: (c) Multipart/Report\r\n", false},
        {"ann@acme.example", "Content-Type: text/plain\r\nContent-Type: multipart/report\r\n",
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct entity *m = parse_ok(rows[i].header, strlen(rows[i].header), *state);
        if (report_allowed(str_c(rows[i].from), m, *state) != rows[i].want)
            fail_msg("%s %s", rows[i].from, rows[i].header);
    }
    /* and never about what is written here */
    const struct report_notice n = notice(&BOB, 1);
    assert_false(report_allowed(STR("x@acme.example"), write_ok(&n, *state).root, *state));
}

static void test_wanted(void **state)
{
    (void) state;
    assert_true(report_wanted(STR_NULL, REPORT_FAILED));
    assert_true(report_wanted(STR("SUCCESS,failure"), REPORT_FAILED));
    assert_false(report_wanted(STR("NEVER"), REPORT_FAILED));
    assert_false(report_wanted(STR("SUCCESS,DELAY"), REPORT_FAILED));
    assert_true(report_wanted(STR("SUCCESS,DELAY"), REPORT_DELAYED));
    assert_false(report_wanted(STR("FAILURE"), REPORT_DELAYED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_whole),   ARENA_TEST(test_text),         ARENA_TEST(test_shown),
        ARENA_TEST(test_delayed), ARENA_TEST(test_beyond_ascii), ARENA_TEST(test_hostile),
        ARENA_TEST(test_words),   ARENA_TEST(test_original),     ARENA_TEST(test_status),
        ARENA_TEST(test_bounds),  ARENA_TEST(test_refused),      ARENA_TEST(test_allowed),
        ARENA_TEST(test_wanted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
