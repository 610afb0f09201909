#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

enum { BLOCK = 64 * 1024 };

struct block {
    struct block *next;
    size_t cap, used;
    alignas(max_align_t) char bytes[];
};

struct arena {
    struct block *blocks; /* newest first */
    size_t limit, used;
    bool secret;
};

static struct arena *make(size_t limit, bool secret)
{
    struct arena *a = calloc(1, sizeof *a);
    if (a) {
        a->limit = limit;
        a->secret = secret;
    }
    return a;
}

struct arena *arena_new(size_t limit)
{
    return make(limit, false);
}

struct arena *arena_new_secret(size_t limit)
{
    return make(limit, true);
}

static void release(struct arena *a, struct block *b)
{
    if (a->secret) wipe(b->bytes, b->used);
    free(b);
}

void arena_free(struct arena *a)
{
    if (!a) return;
    for (struct block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        release(a, b);
    }
    free(a);
}

void arena_reset(struct arena *a)
{
    struct block *keep = NULL;
    for (struct block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        if (!keep && b->cap == BLOCK) {
            keep = b;
            memset(b->bytes, 0, b->used); /* arena_alloc promises zeroed memory */
            b->used = 0;
            b->next = NULL;
        } else {
            release(a, b);
        }
    }
    a->blocks = keep;
    a->used = 0;
}

static struct block *add_block(struct arena *a, size_t n)
{
    size_t cap = n > BLOCK / 4 ? n : BLOCK;
    struct block *b = calloc(1, sizeof *b + cap);
    if (!b) return NULL;
    b->cap = cap;
    /* A block made for one large value goes behind the current one, which still has room. */
    if (cap != BLOCK && a->blocks) {
        b->next = a->blocks->next;
        a->blocks->next = b;
    } else {
        b->next = a->blocks;
        a->blocks = b;
    }
    return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t align = alignof(max_align_t);
    if (n > SIZE_MAX - align) return NULL;
    size_t want = n ? (n + align - 1) / align * align : align;
    if (want > a->limit || a->used > a->limit - want) return NULL;
    struct block *b = a->blocks;
    if (!b || b->cap - b->used < want) b = add_block(a, want);
    if (!b) return NULL;
    void *p = b->bytes + b->used;
    b->used += want;
    a->used += want;
    return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(n, size, &bytes) ? NULL : arena_alloc(a, bytes);
}

char *arena_cstr(struct arena *a, str_t s)
{
    char *p = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;
    if (p && s.n) memcpy(p, s.p, s.n);
    return p;
}

str_t arena_str(struct arena *a, str_t s)
{
    char *p = arena_cstr(a, s);
    return p ? (str_t){p, s.n} : STR_NULL;
}

str_t arena_lower(struct arena *a, str_t s)
{
    char *p = arena_cstr(a, s);
    for (size_t i = 0; p && i < s.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z') p[i] = (char) (p[i] + 32);
    return p ? (str_t){p, s.n} : STR_NULL;
}

str_t arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n >= 0 ? arena_alloc(a, (size_t) n + 1) : NULL;
    if (p) vsnprintf(p, (size_t) n + 1, fmt, again);
    va_end(again);
    return p ? (str_t){p, (size_t) n} : STR_NULL;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
