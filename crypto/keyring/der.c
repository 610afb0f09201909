#include "crypto/keyring/der.h"

#include <string.h>

static bool read_length(const uint8_t *p, size_t n, size_t *at, size_t *length)
{
    uint8_t first = p[(*at)++];
    if (first < 0x80) {
        *length = first;
        return true;
    }
    size_t bytes = first & 0x7f;
    /* 0x80 is BER's indefinite form; 4 bytes are more than any input here may have */
    if (bytes == 0 || bytes > 4 || n - *at < bytes) return false;
    size_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | p[(*at)++];
    /* minimal: no leading zero, no long form for a short length (X.690 section 10.1) */
    if (v < 0x80 || v >> (8 * (bytes - 1)) == 0) return false;
    *length = v;
    return true;
}

bool der_next(struct der *in, uint8_t *tag, struct der *content, struct der *whole)
{
    size_t at = 1, length = 0;
    if (in->n < 2 || (in->p[0] & 0x1f) == 0x1f) return false;
    if (!read_length(in->p, in->n, &at, &length) || in->n - at < length) return false;
    *tag = in->p[0];
    *content = (struct der){in->p + at, length};
    if (whole) *whole = (struct der){in->p, at + length};
    in->p += at + length;
    in->n -= at + length;
    return true;
}

bool der_expect(struct der *in, uint8_t tag, struct der *content)
{
    struct der rest = *in, c;
    uint8_t t;
    if (!der_next(&rest, &t, &c, NULL) || t != tag) return false;
    *in = rest;
    *content = c;
    return true;
}

bool der_equal(struct der a, const void *p, size_t n)
{
    return a.n == n && (n == 0 || memcmp(a.p, p, n) == 0);
}

size_t der_put_head(uint8_t out[6], uint8_t tag, size_t n)
{
    size_t bytes = 0, at = 0;
    out[at++] = tag;
    if (n < 0x80) {
        out[at++] = (uint8_t) n;
        return at;
    }
    for (size_t v = n; v; v >>= 8)
        bytes++;
    out[at++] = (uint8_t) (0x80 | bytes);
    while (bytes--)
        out[at++] = (uint8_t) (n >> (8 * bytes));
    return at;
}
