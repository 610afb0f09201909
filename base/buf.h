/* Growing byte buffer with a maximum.
 *
 * A failed append (limit or memory) sets `failed` and changes nothing else, so
 * a writer may append many times and check once at the end. A secret buffer
 * wipes old storage when it grows and all of it when freed.
 */
#ifndef WAXSEAL_BASE_BUF_H
#define WAXSEAL_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct buf {
    char *p; /* owned; NUL follows the n bytes whenever p is not NULL */
    size_t n;
    size_t cap;
    size_t max;
    bool secret;
    bool failed;
};

/* max: most bytes it will ever hold. */
#define BUF_INIT(limit) ((struct buf){.max = (limit)})
#define BUF_INIT_SECRET(limit) ((struct buf){.max = (limit), .secret = true})

/* Releases storage (wiped when secret); the buffer is empty and usable again. */
void buf_free(struct buf *b);
/* Empties it, keeps storage (wiped when secret), clears `failed`. */
void buf_clear(struct buf *b);
/* Room for n more bytes; false when over the limit or out of memory. */
bool buf_reserve(struct buf *b, size_t n);
/* Says that about n more bytes will come: room for them at once, as far as the limit goes. Never
 * fails; what is appended later says whether there is memory. */
void buf_expect(struct buf *b, size_t n);
bool buf_add(struct buf *b, const void *p, size_t n);
bool buf_str(struct buf *b, str_t s);
bool buf_cstr(struct buf *b, const char *s);
bool buf_char(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The content; valid until the next change. */
str_t buf_view(const struct buf *b);

/* Clears memory in a way the compiler may not remove. */
void wipe(void *p, size_t n);

#define CLEANUP_BUF __attribute__((cleanup(buf_free)))

#endif
