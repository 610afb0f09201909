#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

void wipe(void *p, size_t n)
{
    if (p && n) explicit_bzero(p, n);
}

void buf_free(struct buf *b)
{
    if (b->secret) wipe(b->p, b->cap);
    free(b->p);
    b->p = NULL;
    b->n = b->cap = 0;
    b->failed = false;
}

void buf_clear(struct buf *b)
{
    if (b->secret) wipe(b->p, b->n);
    b->n = 0;
    if (b->p) b->p[0] = '\0';
    b->failed = false;
}

/* Filling fresh memory costs a page fault for every 4 KB, which for a large message is more than
 * encrypting it. A hint, where the kernel wants to be asked: whether it is taken does not matter.
 */
static void ask_for_huge_pages(char *p, size_t n)
{
    const uintptr_t huge = 2u << 20;
    uintptr_t from = ((uintptr_t) p + huge - 1) & ~(huge - 1),
              to = ((uintptr_t) p + n) & ~(huge - 1);
    if (to > from) (void) madvise((void *) from, to - from, MADV_HUGEPAGE);
}

/* New storage by hand where it is secret: realloc would leave the old bytes behind. */
static char *move_storage(struct buf *b, size_t cap)
{
    if (!b->secret) return realloc(b->p, cap);
    char *p = malloc(cap);
    if (!p) return NULL;
    if (b->n) memcpy(p, b->p, b->n);
    wipe(b->p, b->cap);
    free(b->p);
    return p;
}

bool buf_reserve(struct buf *b, size_t n)
{
    if (b->failed) return false;
    if (n > b->max || b->n > b->max - n) {
        b->failed = true;
        return false;
    }
    size_t want = b->n + n + 1;
    if (want <= b->cap) return true;
    /* At least double, so that many appends stay linear; not more than asked, so that one known
     * large size is not rounded up by half. */
    size_t cap = b->cap > b->max / 2 ? b->max + 1 : b->cap * 2;
    if (cap < want) cap = want;
    if (cap < 256) cap = 256;
    char *p = move_storage(b, cap);
    if (!p) {
        b->failed = true;
        return false;
    }
    ask_for_huge_pages(p, cap);
    b->p = p;
    b->cap = cap;
    b->p[b->n] = '\0';
    return true;
}

void buf_expect(struct buf *b, size_t n)
{
    if (b->failed || b->n > b->max) return;
    size_t left = b->max - b->n;
    (void) buf_reserve(b, n < left ? n : left);
    b->failed = false;
}

bool buf_add(struct buf *b, const void *p, size_t n)
{
    if (!buf_reserve(b, n)) return false;
    if (n) memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
    return true;
}

bool buf_str(struct buf *b, str_t s)
{
    return buf_add(b, s.p, s.n);
}

bool buf_cstr(struct buf *b, const char *s)
{
    return buf_add(b, s, strlen(s));
}

bool buf_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    bool ok = n >= 0 && buf_reserve(b, (size_t) n);
    if (ok) {
        vsnprintf(b->p + b->n, (size_t) n + 1, fmt, again);
        b->n += (size_t) n;
    }
    va_end(again);
    return ok;
}

str_t buf_view(const struct buf *b)
{
    return b->p ? (str_t){b->p, b->n} : STR("");
}
