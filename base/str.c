#include "base/str.h"

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char) c;
    return u >= 'A' && u <= 'Z' ? (unsigned char) (u + 32) : u;
}

str_t str_c(const char *s)
{
    return s ? (str_t){s, strlen(s)} : STR_NULL;
}

str_t str_n(const void *p, size_t n)
{
    return (str_t){p, n};
}

bool str_is_null(str_t s)
{
    return s.p == NULL;
}

bool str_eq(str_t a, str_t b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_ieq(str_t a, str_t b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

int str_cmp(str_t a, str_t b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str_t s, str_t prefix)
{
    return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool str_istarts(str_t s, str_t prefix)
{
    return s.n >= prefix.n && str_ieq(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends(str_t s, str_t suffix)
{
    return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

bool str_iends(str_t s, str_t suffix)
{
    return s.n >= suffix.n && str_ieq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

ptrdiff_t str_chr(str_t s, char c)
{
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? hit - s.p : -1;
}

ptrdiff_t str_rchr(str_t s, char c)
{
    const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;
    return hit ? hit - s.p : -1;
}

ptrdiff_t str_find(str_t s, str_t needle)
{
    if (needle.n == 0) return 0;
    const char *hit = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
    return hit ? hit - s.p : -1;
}

ptrdiff_t str_ifind(str_t s, str_t needle)
{
    for (size_t i = 0; i + needle.n <= s.n; i++)
        if (str_ieq(str_sub(s, i, i + needle.n), needle)) return (ptrdiff_t) i;
    return -1;
}

str_t str_sub(str_t s, size_t from, size_t to)
{
    if (to > s.n) to = s.n;
    if (from > to) from = to;
    return s.p ? (str_t){s.p + from, to - from} : s;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str_t str_trim(str_t s)
{
    while (s.n && blank(s.p[0]))
        s = str_sub(s, 1, s.n);
    while (s.n && blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_cut(str_t s, char c, str_t *head, str_t *tail)
{
    ptrdiff_t at = str_chr(s, c);
    if (at < 0) {
        *tail = STR_NULL;
        *head = s;
        return false;
    }
    *tail = str_sub(s, (size_t) at + 1, s.n);
    *head = str_sub(s, 0, (size_t) at);
    return true;
}

bool str_to_u64(str_t s, uint64_t *out)
{
    uint64_t v = 0;
    if (s.n == 0) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        if (__builtin_mul_overflow(v, (uint64_t) 10, &v)) return false;
        if (__builtin_add_overflow(v, (uint64_t) (s.p[i] - '0'), &v)) return false;
    }
    *out = v;
    return true;
}

bool str_to_u32(str_t s, uint32_t *out)
{
    uint64_t v;
    if (!str_to_u64(s, &v) || v > UINT32_MAX) return false;
    *out = (uint32_t) v;
    return true;
}

bool str_is_clean(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char) s.p[i] < 0x20 || s.p[i] == 0x7f) return false;
    return true;
}

/* Length of the well-formed sequence at p (n bytes left), 0 if there is none. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max, length;
    } forms[] = {
        /* Table 3-7 of the Unicode Standard, which RFC 3629 section 4 restates. */
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        if (p[0] < forms[f].first_min || p[0] > forms[f].first_max) continue;
        if (forms[f].length > n) return 0;
        if (forms[f].length > 1 && (p[1] < forms[f].second_min || p[1] > forms[f].second_max))
            return 0;
        for (size_t i = 2; i < forms[f].length; i++)
            if ((p[i] & 0xc0) != 0x80) return 0;
        return forms[f].length;
    }
    return 0;
}

bool str_is_utf8(str_t s)
{
    for (size_t i = 0; i < s.n;) {
        size_t step = utf8_length((const unsigned char *) s.p + i, s.n - i);
        if (step == 0) return false;
        i += step;
    }
    return true;
}
