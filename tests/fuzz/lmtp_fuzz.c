/* A peer that says anything by LMTP. However what it says is cut, the same is answered and the same
 * is handed over; what is handed over holds no lone CR or LF, nothing in its envelope is a control,
 * and the next hop that is sent it (dots doubled) reads the same; no reply is more than its line,
 * whatever the caller answers; what is held is bounded. The first byte chooses the cuts and what
 * was said before (bit 0: up to DATA). */
#include <sanitizer/allocator_interface.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "gateway/lmtp.h"

enum {
    MESSAGE_BYTES = 3000,
    HELD = LMTP_ENVELOPE_BYTES + 4 * MESSAGE_BYTES + 4 * LMTP_OUTPUT + (1 << 20),
    ROOM = 64 << 20
};

static const struct lmtp_options options = {.name = STR_INIT("gate.example"),
                                            .message_bytes = MESSAGE_BYTES};
static const char begin[] = "LHLO c\r\nMAIL FROM:<a@b> SMTPUTF8\r\nRCPT TO:<c@d>\r\nDATA\r\n";

static void must(bool holds)
{
    if (!holds) abort();
}

static void check_lines(str_t text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\r') must(i + 1 < text.n && text.p[i + 1] == '\n');
        if (text.p[i] == '\n') must(i > 0 && text.p[i - 1] == '\r');
    }
    must(text.n == 0 || str_ends(text, STR("\r\n")));
}

static void check_said(str_t said)
{
    check_lines(said);
    while (said.n > 0) {
        str_t line = str_sub(said, 0, (size_t) str_chr(said, '\r'));
        said = str_sub(said, line.n + 2, said.n);
        must(line.n >= 4 && line.n <= LMTP_REPLY_MAX - 2 && str_is_clean(line) &&
             (line.p[3] == ' ' || line.p[3] == '-'));
    }
}

static void check_text(str_t s, bool utf8)
{
    must(str_is_clean(s) && str_is_utf8(s));
    for (size_t i = 0; i < s.n; i++)
        must(utf8 || (unsigned char) s.p[i] < 0x80);
}

static void check_mail(const struct lmtp_mail *m)
{
    must(m->count > 0 && m->count <= LMTP_RECIPIENTS_MAX && m->data.n <= MESSAGE_BYTES);
    check_lines(m->data);
    check_text(m->from, m->utf8);
    check_text(m->envid, false);
    check_text(m->lhlo, false);
#define X(member, word) check_text(m->xforward.member, false);
    LMTP_XFORWARD_TABLE(X)
#undef X
    for (size_t i = 0; i < m->count; i++) {
        must(m->recipients[i].address.n > 0);
        check_text(m->recipients[i].address, m->utf8);
        check_text(m->recipients[i].orcpt, m->utf8);
    }
}

struct record {
    struct buf said, mails, last; /* last: the data of the last mail */
};

static void record_free(struct record *r)
{
    buf_free(&r->said);
    buf_free(&r->mails);
    buf_free(&r->last);
}
#define CLEANUP_RECORD __attribute__((cleanup(record_free)))
#define RECORD_INIT                                                                                \
    ((struct record){.said = BUF_INIT(ROOM), .mails = BUF_INIT(ROOM), .last = BUF_INIT(ROOM)})

/* What is allocated beside the records. */
static size_t held(const struct record *r)
{
    return __sanitizer_get_current_allocated_bytes() - r->said.cap - r->mails.cap - r->last.cap;
}

/* The caller answers with what came. */
static void take(struct lmtp_mail *m, struct record *out)
{
    struct buf *b = &out->mails;
    check_mail(m);
    buf_printf(b, "<%.*s> %.*s %d\n", STR_ARG(m->from), STR_ARG(m->envid), m->body);
#define X(member, word) buf_printf(b, "%.*s,", STR_ARG(m->xforward.member));
    LMTP_XFORWARD_TABLE(X)
#undef X
    for (size_t i = 0; i < m->count; i++) {
        struct lmtp_recipient *r = &m->recipients[i];
        buf_printf(b, "<%.*s> %u %.*s\n", STR_ARG(r->address), r->notify, STR_ARG(r->orcpt));
        r->reply = (struct lmtp_reply){m->data.n > i ? (unsigned char) m->data.p[i] * 4u : 250,
                                       str_sub(m->data, 1, 6), m->data};
    }
    buf_str(b, m->data);
    buf_clear(&out->last);
    buf_str(&out->last, m->data);
}

/* cut 0: all at once. */
static void run(str_t in, uint32_t cut, struct record *out)
{
    struct lmtp *l;
    const size_t before = held(out);
    if (lmtp_new(&options, &l, NULL) != RC_OK) abort();
    while (in.n > 0 && !lmtp_is_over(l)) {
        size_t used, piece = cut ? 1 + (cut >> 16) % 9 : in.n;
        if (cut) cut = (cut * 1664525u + 1013904223u) | 1;
        enum lmtp_wants wants = lmtp_feed(l, str_sub(in, 0, piece), &used);
        in = str_sub(in, used, in.n);
        must(wants != LMTP_INPUT || used > 0);
        if (wants == LMTP_ANSWER) take(lmtp_mail(l), out);
        lmtp_answered(l);
        must(held(out) < before + HELD);
        buf_str(&out->said, lmtp_output(l));
        lmtp_sent(l);
    }
    buf_str(&out->said, lmtp_output(l));
    lmtp_free(l);
    must(!out->said.failed && !out->mails.failed && held(out) == before);
}

/* Sent on with its dots doubled it is the same mail. */
static void send_on(str_t text)
{
    CLEANUP_BUF struct buf b = BUF_INIT(ROOM);
    CLEANUP_RECORD struct record got = RECORD_INIT;
    buf_cstr(&b, begin);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.' && (i == 0 || text.p[i - 1] == '\n')) buf_char(&b, '.');
        buf_char(&b, text.p[i]);
    }
    buf_cstr(&b, ".\r\nQUIT\r\n");
    run(buf_view(&b), 0, &got);
    must(str_eq(buf_view(&got.last), text) && str_ends(buf_view(&got.said), STR("Bye\r\n")));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    CLEANUP_BUF struct buf in = BUF_INIT(ROOM);
    CLEANUP_RECORD struct record whole = RECORD_INIT, cut = RECORD_INIT;
    if (n == 0) return 0;
    if (bytes[0] & 1) buf_cstr(&in, begin);
    buf_add(&in, bytes + 1, n - 1);
    run(buf_view(&in), 0, &whole);
    run(buf_view(&in), bytes[0] * 65537u + 1, &cut);
    check_said(buf_view(&whole.said));
    must(str_eq(buf_view(&whole.said), buf_view(&cut.said)));
    must(str_eq(buf_view(&whole.mails), buf_view(&cut.mails)));
    if (whole.mails.n > 0) send_on(buf_view(&whole.last));
    return 0;
}
