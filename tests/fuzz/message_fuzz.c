/* Any bytes are a message: opening it ends with a verdict of known words; without a trusted root
 * nothing is green; every part and attachment can be had by its id; a message that was not opened
 * shows no text. The same holds for those attached to it, of which no encrypted layer is opened.
 * The report is lines of one name and one value each. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/message_report.h"

static enum key_answer unwrap(void *holder, const struct cms_recipient *r, unsigned key_bytes,
                              struct buf *out)
{
    static const char KEY[64] = "waxseal fuzz key, as long as the longest content key can be.";
    (void) holder;
    if (key_bytes > sizeof KEY) return KEY_NONE;
    return r->index % 2 == 0 && buf_add(out, KEY, key_bytes) ? KEY_DONE : KEY_NONE;
}

static void check_bytes(struct message_view *v, str_t id)
{
    struct buf out = BUF_INIT(8u << 20);
    str_t type, name;
    rc_t rc = message_part_bytes(v, id, &out, &type, &name, NULL);
    if (rc != RC_OK && rc != RC_TOO_LARGE) abort();
    buf_free(&out);
}

static void check_line(str_t line)
{
    bool title = str_starts(line, STR("== ")) && str_ends(line, STR(" =="));
    ptrdiff_t colon = str_find(line, STR(": "));
    if (line.n && !title && colon <= 0) abort();
    for (size_t i = 0; i < line.n; i++) {
        if ((unsigned char) line.p[i] < 0x20 || line.p[i] == 0x7f) abort();
        if ((ptrdiff_t) i < colon && !title &&
            !strchr("abcdefghijklmnopqrstuvwxyz0123456789-", line.p[i]))
            abort();
    }
}

static void check_report(const struct message_view *v, str_t raw)
{
    struct buf out = BUF_INIT(32u << 20);
    struct arena *a = arena_new(64u << 20);
    const struct message_report_context ctx = {.raw = raw, .version = "0"};
    if (a && message_report(v, &ctx, a, &out, NULL) == RC_OK) {
        if (!str_is_utf8(buf_view(&out))) abort();
        for (size_t at = 0; at < out.n;) {
            const char *nl = memchr(out.p + at, '\n', out.n - at);
            if (!nl) abort();
            check_line(str_n(out.p + at, (size_t) (nl - out.p) - at));
            at = (size_t) (nl - out.p) + 1;
        }
    }
    arena_free(a);
    buf_free(&out);
}

static void check(struct message_view *v, bool attached)
{
    if (v->level == LEVEL_GOOD) abort();
    if (!v->verdict || !v->verdict[0]) abort();
    if (strstr(v->verdict, "signed-valid+") && !v->has_encryption) abort();
    if (strstr(v->verdict, "no-key") && (v->job < 0) != attached) abort();
    if (v->job >= 0 && (size_t) v->job >= v->layer_count) abort();
    for (size_t i = 0; i < v->reason_count; i++) {
        if (!v->reasons[i].code || v->reasons[i].text.n == 0) abort();
    }
    for (size_t i = 0; i < v->layer_count; i++) {
        if (attached && v->layers[i].opened) abort();
        if (!v->layers[i].opened && (i + 1 != v->layer_count || v->part_count != 0)) abort();
    }
    for (size_t i = 0; i < v->part_count; i++) {
        if (!str_is_utf8(v->parts[i].text)) abort();
        check_bytes(v, v->parts[i].id);
    }
    for (size_t i = 0; i < v->attachment_count; i++)
        check_bytes(v, v->attachments[i].id);
}

static void check_attached(struct message_view *v, const struct message_options *o, struct arena *a)
{
    for (size_t i = 0; i < v->attachment_count && i < 8; i++) {
        struct message_view *inner = NULL;
        if (message_open_attached(v, v->attachments[i].id, o, a, &inner, NULL) != RC_OK) continue;
        check(inner, true);
        check_attached(inner, o, a);
        message_close(inner);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const struct key_ops ops = {.unwrap = unwrap};
    struct arena *a = arena_new_secret(64u << 20);
    struct message_view *view = NULL;
    struct message_options o = {.smime = n == 0 || bytes[n - 1] != 'x',
                                .now = 1750000000,
                                .ops = &ops,
                                .max_plain = 8u << 20};
    if (a && message_open(str_n(bytes, n), &o, a, &view, NULL) == RC_OK) {
        check(view, false);
        check_report(view, str_n(bytes, n));
        check_attached(view, &o, a);
        message_close(view);
    }
    arena_free(a);
    return 0;
}
