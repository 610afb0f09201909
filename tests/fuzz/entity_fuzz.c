/* Any bytes are a message: parse, look at every entity, decode every leaf. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/entity.h"

static void visit(const struct entity *m, str_t all, size_t *count)
{
    CLEANUP_BUF struct buf body = BUF_INIT(1 << 22), text = BUF_INIT(1 << 22);
    if (m->head.p < m->raw.p || m->body.p + m->body.n > m->raw.p + m->raw.n) abort();
    if (m->filename.p && (m->filename.n == 0 || str_chr(m->filename, '/') >= 0)) abort();
    if (!m->path.p || ++*count > 3000) abort();
    if (m->child_count == 0) {
        (void) !entity_decode_body(m, &body, NULL);
        if (entity_decode_text(m, &text, NULL) == RC_OK && !str_is_utf8(buf_view(&text))) abort();
    }
    for (size_t i = 0; i < m->child_count; i++)
        visit(&m->children[i], all, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(64u << 20);
    str_t raw = str_n(bytes, n);
    struct entity *m;
    size_t count = 0;
    if (a && entity_parse(raw, NULL, a, &m, NULL) == RC_OK) visit(m, raw, &count);
    arena_free(a);
    return 0;
}
