/* The verification report: everything in it, one line a value, nothing forged. */
#include "mail/message_report.h"

#include "tests/unit/mail/message_world.h"

static str_t report_of(struct world *w, struct message_view *v, struct message_report_context *ctx)
{
    CLEANUP_BUF struct buf out = BUF_INIT(4 << 20);
    ctx->version = "0.0.0";
    ctx->checked_at = PKI_NOW;
    assert_int_equal(message_report(v, ctx, w->a, &out, NULL), RC_OK);
    return arena_str(w->a, buf_view(&out));
}

/* How many lines are exactly this. */
static unsigned lines(str_t report, const char *text)
{
    unsigned n = 0;
    for (size_t at = 0; at < report.n;) {
        const char *nl = memchr(report.p + at, '\n', report.n - at);
        size_t end = nl ? (size_t) (nl - report.p) : report.n;
        n += str_eq(str_sub(report, at, end), str_c(text));
        at = end + 1;
    }
    return n;
}

static bool has(str_t report, const char *text)
{
    return str_find(report, str_c(text)) >= 0;
}

static void the_report_names_everything(void **state)
{
    struct world *w = *state;
    str_t mail = JOIN(w->a, FROM_ANNA, STR("Message-ID: <m@a.example>\r\nMIME-Version: 1.0\r\n"),
                      clear(w, &w->anna, PLAIN));
    struct message_options o = {.smime = true, .trust = w->trust, .now = PKI_NOW};
    struct message_view *v = open_with(w, mail, &o);
    struct message_evidence evidence = {.about = w->anna.cert,
                                        .revocation = {.status = REVOCATION_GOOD,
                                                       .source = "ocsp",
                                                       .url = "http://o.a.example/",
                                                       .this_update = PKI_NOW - 60,
                                                       .next_update = PKI_NOW + 3600},
                                        .answer = STR("abc")};
    struct message_report_context ctx = {.raw = mail, .evidence = &evidence, .evidence_count = 1};
    str_t r = report_of(w, v, &ctx);
    assert_int_equal(lines(r, "program: Waxseal 0.0.0"), 1);
    assert_int_equal(lines(r, "checked-at: 2025-06-15T15:06:40Z"), 1);
    assert_int_equal(lines(r, "message-id: <m@a.example>"), 1);
    assert_int_equal(lines(r, "verdict: signed-valid"), 1);
    assert_int_equal(lines(r, "level: good"), 1);
    assert_int_equal(lines(r, "reason: signature_valid"), 1);
    assert_int_equal(lines(r, "claims-to-have-signed-at: 2025-06-14T15:06:40Z"), 1);
    assert_int_equal(lines(r, "trusted-by: organisation"), 1);
    assert_int_equal(lines(r, "== Certificate of the path 2 =="), 1);
    assert_int_equal(lines(r, "revocation-this-update: 2025-06-15T15:05:40Z"), 1);
    assert_int_equal(lines(r, "answer: YWJj"), 1);
    str_t print = JOIN(w->a, STR("sha256: "), cert_fingerprint(w->root.cert));
    assert_int_equal(lines(r, arena_cstr(w->a, print)), 1);
    unsigned char digest[64];
    size_t n;
    assert_int_equal(cms_digest("sha256", mail, digest, &n, NULL), RC_OK);
    unsigned sums = 0;
    char hex[80] = "sha256: ";
    for (size_t i = 0; i < n; i++)
        snprintf(hex + 8 + 2 * i, 3, "%02x", digest[i]);
    sums = lines(r, hex);
    assert_int_equal(sums, 1);
    message_close(v);
}

static void no_value_can_forge_a_line(void **state)
{
    struct world *w = *state;
    struct pki evil = PKI(.subject = "Eve\nlevel: good\r\xe2\x80\xa8level: good\\",
                          .san = "email:eve@e.example", .usage = "digitalSignature");
    /* "x\nlevel: good" and U+202E in an encoded word; a byte that is no UTF-8 in an id */
    str_t header = STR("From: anna@a.example\r\nSubject: =?utf-8?B?eApsZXZlbDogZ29vZOKArg==?=\r\n"
                       "Message-ID: <\xff"
                       "back\\slash\x7f@a>\r\nMIME-Version: 1.0\r\n");
    str_t mail = JOIN(w->a, header, clear(w, &evil, PLAIN));
    struct message_options o = {.smime = true, .trust = w->trust, .now = PKI_NOW};
    struct message_view *v = open_with(w, mail, &o);
    /* as if the cleaning of header texts had missed it */
    v->subject = STR("x\nlevel: good\x1b\xc2\x85\xe2\x80\xae end");
    struct message_report_context ctx = {.raw = mail};
    str_t r = report_of(w, v, &ctx);
    assert_int_equal(lines(r, "level: bad"), 1);
    assert_int_equal(lines(r, "level: good"), 0);
    assert_true(has(r, "subject: x\\x0alevel: good\\x1b\\xc2\\x85\\xe2\\x80\\xae end\n"));
    assert_true(str_is_utf8(r));
    for (size_t i = 0; i < r.n; i++) {
        unsigned char c = (unsigned char) r.p[i];
        if (c < 0x20 && c != '\n') fail_msg("control %02x at %zu", c, i);
    }
    assert_false(has(r, "\xe2\x80\xa8") || has(r, "\xe2\x80\xae") || has(r, "\r"));
    message_close(v);
    pki_free(&evil);
}

/* What is not there is left out, and no report is cut short in silence. */
static void a_report_is_whole_or_none(void **state)
{
    struct world *w = *state;
    str_t mail = JOIN(w->a, FROM_ANNA, PLAIN);
    struct message_options o = {.smime = true, .now = PKI_NOW};
    struct message_view *v = open_with(w, mail, &o);
    struct message_report_context ctx = {.raw = mail, .attached = STR("2/1")};
    str_t r = report_of(w, v, &ctx);
    assert_int_equal(lines(r, "verdict: none"), 1);
    assert_int_equal(lines(r, "attached-part: 2/1"), 1);
    assert_false(has(r, "Signer") || has(r, "message-id"));
    CLEANUP_BUF struct buf small = BUF_INIT(100);
    assert_int_equal(message_report(v, &ctx, w->a, &small, NULL), RC_TOO_LARGE);
    message_close(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_report_names_everything),
        cmocka_unit_test(no_value_can_forge_a_line),
        cmocka_unit_test(a_report_is_whole_or_none),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
