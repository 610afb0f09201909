/* Any values make a report of exactly three parts, on safe lines, that is read back as it was
 * written: as many recipients, their values clean, and as they were where they were clean before.
 *
 * The input: two octets of choices, then values with 0xfe between them. */
#include <stdlib.h>

#include "mail/report_write.h"
#include "mail/text.h"

static str_t next_value(str_t *rest)
{
    str_t one;
    str_cut(*rest, (char) 0xfe, &one, rest);
    return one;
}

static void check_wire(str_t m)
{
    size_t col = 0;
    for (size_t i = 0; i < m.n; i++, col++) {
        unsigned char c = (unsigned char) m.p[i];
        if (c == '\r') {
            if (i + 1 == m.n || m.p[i + 1] != '\n') abort();
            i++;
            col = (size_t) -1;
        } else if (c < ' ' || c >= 0x7f || col >= 998) {
            abort();
        }
    }
}

/* As it was given, made one line, cut. */
static void check_value(str_t got, str_t given, size_t max, struct arena *a)
{
    str_t line = text_one_line(given, a);
    if (given.n > 8 * max) return; /* looked at in part */
    if (line.n <= max ? !str_eq(got.p ? got : STR(""), line) : !str_starts(line, got)) abort();
}

static void check(const struct report_notice *n, str_t raw, struct arena *a)
{
    CLEANUP_BUF struct buf status = BUF_INIT(1 << 20);
    struct entity *root;
    struct report r;
    check_wire(raw);
    if (entity_parse(raw, NULL, a, &root, NULL) != RC_OK) abort();
    if (root->child_count != 3 || root->field_count > 10 || report_allowed(n->to, root, a)) abort();
    if (entity_field_count(root, STR("To")) != 1) abort();
    if (entity_decode_body(&root->children[1], &status, NULL) != RC_OK) abort();
    if (report_read(buf_view(&status), true, a, &r, NULL) != RC_OK) abort();
    if (r.total != n->count || !str_eq(r.reporter, n->reporting_mta)) abort();
    if (r.arrived != (n->arrived > 0 && n->arrived <= 253402300799 ? n->arrived : 0)) abort();
    for (size_t i = 0; i < n->count; i++) {
        const struct report_about *x = &n->about[i];
        const struct report_recipient *y = &r.recipients[i];
        check_value(y->address, x->final, REPORT_VALUE_BYTES, a);
        check_value(y->diagnostic, x->diagnostic, REPORT_DIAGNOSTIC_BYTES, a);
        if (!str_eq(y->action, x->action == REPORT_FAILED ? STR("failed") : STR("delayed")))
            abort();
        if (y->remote.n && !str_eq(y->remote, x->remote)) abort();
        if (y->status.n < 5 || (y->status.p[0] != '4' && y->status.p[0] != '5')) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n < 2) return 0;
    unsigned choice = bytes[0];
    str_t rest = str_n(bytes + 2, n - 2);
    struct report_about about[8] = {0};
    struct report_notice x = {
        .reporting_mta = STR("gate.acme.example"),
        .from = {.name = STR("Mail system"), .address = STR("mailer-daemon@acme.example")},
        .to = STR("ann@acme.example"),
        .date = 1770026400,
        .message_id = STR("<r1@gate.acme.example>"),
        .languages = 1 + choice % 3,
        .arrived = (int64_t) bytes[1] << (choice % 40),
        .about = about,
        .count = 1 + (choice >> 2) % 8};
    x.envid = next_value(&rest);
    x.subject = next_value(&rest);
    x.header = next_value(&rest);
    for (size_t i = 0; i < x.count; i++) {
        struct report_about *one = &about[i];
        *one = (struct report_about){.action = (bytes[1] >> i) & 1 ? REPORT_DELAYED : REPORT_FAILED,
                                     .of_server = (choice >> 6) & 1,
                                     .retry_until = x.arrived + 1};
        one->final = next_value(&rest);
        one->original = next_value(&rest);
        one->status = next_value(&rest);
        one->diagnostic = next_value(&rest);
        one->remote = next_value(&rest);
        one->words[0].why = one->words[1].help = next_value(&rest);
    }
    struct arena *a = arena_new(64u << 20);
    struct buf out = BUF_INIT(8u << 20);
    rc_t rc = report_write(&x, a, &out, NULL);
    if (rc != RC_OK && (rc != RC_INVALID || out.n != 0)) abort();
    if (rc == RC_OK) check(&x, buf_view(&out), a);
    buf_free(&out);
    arena_free(a);
    return 0;
}
