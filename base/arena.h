/* Request arena: allocations that live and die together.
 *
 * One arena a request (or a parsed file). Nothing taken from it is freed on its
 * own; never store such a pointer in something that lives longer. Not shared
 * between threads. Allocation past the limit returns NULL; the caller answers
 * RC_NO_MEMORY or RC_TOO_LARGE. A wiping arena (arena_new_secret) clears every
 * byte before giving memory back; use it for plaintext of encrypted mail.
 */
#ifndef WAXSEAL_BASE_ARENA_H
#define WAXSEAL_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

/* limit: bytes in all. NULL when out of memory. */
struct arena *arena_new(size_t limit);
/* As arena_new; memory is cleared before it is released. */
struct arena *arena_new_secret(size_t limit);
/* NULL is allowed. */
void arena_free(struct arena *a);
/* Forgets all allocations, keeps one block for reuse (wiped in a secret arena). */
void arena_reset(struct arena *a);
/* Zeroed, aligned for any type; NULL past the limit. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc));
/* Array of n elements, overflow-checked. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((malloc));
/* NUL-terminated copy; NULL past the limit. */
char *arena_cstr(struct arena *a, str_t s);
/* Copy (a NUL follows it, not counted); the null slice past the limit. */
str_t arena_str(struct arena *a, str_t s);
/* Copy in lower case, of ASCII letters only; the null slice past the limit. */
str_t arena_lower(struct arena *a, str_t s);
/* Formatted text (a NUL follows it); the null slice past the limit. */
str_t arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

/* T *p = ARENA_NEW(a, T); */
#define ARENA_NEW(a, T) ((T *) arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, n, T) ((T *) arena_array((a), (n), sizeof(T)))

static inline void arena_cleanup(struct arena **a)
{
    arena_free(*a);
}
#define CLEANUP_ARENA __attribute__((cleanup(arena_cleanup)))

#endif
