/* Any bytes are a message: opening it ends with a verdict of known words; without a trusted root
 * nothing is green; every part and attachment can be had by its id; a message that was not opened
 * shows no text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/message.h"

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

static void check(struct message_view *v)
{
    if (v->level == LEVEL_GOOD) abort();
    if (!v->verdict || !v->verdict[0]) abort();
    if (strstr(v->verdict, "signed-valid+") && !v->has_encryption) abort();
    if (strstr(v->verdict, "no-key") && v->job < 0) abort();
    if (v->job >= 0 && (size_t) v->job >= v->layer_count) abort();
    for (size_t i = 0; i < v->reason_count; i++) {
        if (!v->reasons[i].code || v->reasons[i].text.n == 0) abort();
    }
    for (size_t i = 0; i < v->layer_count; i++) {
        if (!v->layers[i].opened && (i + 1 != v->layer_count || v->part_count != 0)) abort();
    }
    for (size_t i = 0; i < v->part_count; i++) {
        if (!str_is_utf8(v->parts[i].text)) abort();
        check_bytes(v, v->parts[i].id);
    }
    for (size_t i = 0; i < v->attachment_count; i++)
        check_bytes(v, v->attachments[i].id);
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
        check(view);
        message_close(view);
    }
    arena_free(a);
    return 0;
}
