/* Delivery reports and receipts as data. */
#include "mail/report.h"
#include "tests/unit/mail/mime_test.h"

static struct report read_ok(struct arena *a, const char *body, bool delivery)
{
    struct report r = {0};
    assert_int_equal(report_read(str_c(body), delivery, a, &r, NULL), RC_OK);
    return r;
}

static void test_delivery(void **state)
{
    struct report r = read_ok(
        *state,
        "Reporting-MTA: dns; mx.a.example\r\nArrival-Date: Sat, 31 Jan 2026 12:00:00 +0100\r\n\r\n"
        "Final-Recipient: rfc822; bert@b.example\r\nAction: FAILED (badly)\r\nStatus: 5.1.1\r\n"
        "Remote-MTA: dns;mx.b.example\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n <bert>: no; such "
        "user\r\n"
        "Last-Attempt-Date: Sat, 31 Jan 2026 11:00:05 +0000\r\n\r\n\r\n"
        "Original-Recipient: rfc822;carl@b.example\nAction: delayed\nWill-Retry-Until: Sun, 1 Feb "
        "2026 11:00:00 +0000\n",
        true);
    expect_str("reporter", r.reporter, "mx.a.example");
    assert_int_equal(r.arrived, 1769857200);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.total, 2);
    expect_str("address", r.recipients[0].address, "bert@b.example");
    expect_str("action", r.recipients[0].action, "failed (badly)");
    expect_str("status", r.recipients[0].status, "5.1.1");
    expect_str("diagnostic", r.recipients[0].diagnostic, "550 5.1.1 <bert>: no; such user");
    expect_str("remote", r.recipients[0].remote, "mx.b.example");
    assert_int_equal(r.recipients[0].last_attempt, 1769857205);
    expect_str("address", r.recipients[1].address, "carl@b.example");
    expect_str("status", r.recipients[1].status, NULL);
    assert_int_equal(r.recipients[1].retry_until, 1769943600);
}

static void test_receipt(void **state)
{
    struct report r = read_ok(*state,
                              "Reporting-UA: mail.b.example; Some Client\r\n"
                              "Final-Recipient: rfc822;bert@b.example\r\n"
                              "Original-Message-ID: <1@a.example>\r\n"
                              "Disposition: manual-action/MDN-sent-manually; Displayed\r\n",
                              false);
    expect_str("disposition", r.disposition, "displayed");
    assert_false(r.automatic);
    expect_str("recipient", r.recipient, "bert@b.example");
    expect_str("id", r.message_id, "<1@a.example>");
    expect_str("problem", r.problem, NULL);
    expect_str("reporter", r.reporter, "mail.b.example; Some Client");
    r = read_ok(*state, "Disposition: automatic-action/MDN-sent-automatically; deleted/error\r\n",
                false);
    expect_str("disposition", r.disposition, "deleted");
    assert_true(r.automatic);
    expect_str("problem", r.problem, "error");
}

/* What is no report gives nothing, and a long one has an end. */
static void test_odd(void **state)
{
    static const char *const rows[] = {"",      "\r\n\r\n\r\n", "no field here",
                                       ": : :", "\n:\n\n;\n",   "Reporting-MTA: dns; x\r\n"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(read_ok(*state, rows[i], true).count, 0);
        expect_str(rows[i], read_ok(*state, rows[i], false).disposition, "");
    }
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    for (unsigned i = 0; i < 1000; i++)
        buf_printf(&b, "Final-Recipient: rfc822; %u@b.example\nAction: failed\n\n", i);
    struct report r = read_ok(*state, b.p, true);
    assert_int_equal(r.count, REPORT_MAX_RECIPIENTS);
    assert_int_equal(r.total, 1000);
    expect_str("last", r.recipients[REPORT_MAX_RECIPIENTS - 1].address, "199@b.example");
    /* no control, no other direction, one line */
    r = read_ok(*state,
                "Final-Recipient: rfc822; a\xe2\x80\xae"
                "b\x1b[31m\r\nAction: =?utf-8?q?x=0Ay?=\n",
                true);
    expect_str("address", r.recipients[0].address, "ab [31m");
    expect_str("action", r.recipients[0].action, "x y");
}

int main(void)
{
    const struct CMUnitTest tests[] = {ARENA_TEST(test_delivery), ARENA_TEST(test_receipt),
                                       ARENA_TEST(test_odd)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
