/* Slices of text and bytes.
 *
 * str_t is the house string: a pointer and a length in bytes, not NUL
 * terminated, never owning. Whoever made the bytes says how long they live
 * (usually: as long as the request arena). A null slice (p == NULL, n == 0) is
 * the "absent" value; an empty one (p != NULL, n == 0) is present and empty.
 */
#ifndef WAXSEAL_BASE_STR_H
#define WAXSEAL_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const char *p;
    size_t n;
} str_t;

/* A string literal as a slice, usable in static initialisers with STR_INIT. */
#define STR(lit) ((str_t){"" lit, sizeof(lit) - 1})
#define STR_INIT(lit)                                                                              \
    {                                                                                              \
        "" lit, sizeof(lit) - 1                                                                    \
    }
#define STR_NULL ((str_t){NULL, 0})
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int) (s).n, (s).p ? (s).p : ""

/* Slice over a NUL-terminated string; NULL gives the null slice. */
str_t str_c(const char *s);
/* Slice over n bytes. */
str_t str_n(const void *p, size_t n);
bool str_is_null(str_t s);
bool str_eq(str_t a, str_t b);
/* ASCII case-insensitive comparison (RFC 5234 ABNF strings). */
bool str_ieq(str_t a, str_t b);
/* Byte order, as memcmp, shorter first. For qsort. */
int str_cmp(str_t a, str_t b);
bool str_starts(str_t s, str_t prefix);
bool str_istarts(str_t s, str_t prefix);
bool str_ends(str_t s, str_t suffix);
bool str_iends(str_t s, str_t suffix);
/* Offset of the first c, or -1. */
ptrdiff_t str_chr(str_t s, char c);
/* Offset of the last c, or -1. */
ptrdiff_t str_rchr(str_t s, char c);
/* Offset of the first needle, or -1; an empty needle is found at 0. */
ptrdiff_t str_find(str_t s, str_t needle);
/* The same without regard to ASCII case. */
ptrdiff_t str_ifind(str_t s, str_t needle);
/* Bytes [from, to), clamped to the slice. */
str_t str_sub(str_t s, size_t from, size_t to);
/* Without leading and trailing SP, TAB, CR, LF. */
str_t str_trim(str_t s);
/* Splits at the first c: *head before it, *tail after it. False and *head = s,
 * *tail = null when there is none. s may alias *head or *tail. */
bool str_cut(str_t s, char c, str_t *head, str_t *tail);
/* Decimal digits only, no sign, no blanks. False on anything else or overflow. */
bool str_to_u64(str_t s, uint64_t *out);
bool str_to_u32(str_t s, uint32_t *out);
/* True when no byte is a control character (< 0x20 or 0x7f). */
bool str_is_clean(str_t s);
/* True for well-formed UTF-8 without surrogates and overlong forms (RFC 3629). */
bool str_is_utf8(str_t s);

#endif
