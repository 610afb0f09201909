#include "crypto/der.h"

size_t der_head(unsigned char out[DER_HEAD_MAX], unsigned char id, size_t n)
{
    size_t at = 0, octets = 0;
    out[at++] = id;
    if (n < 0x80) {
        out[at++] = (unsigned char) n;
        return at;
    }
    for (size_t rest = n; rest; rest >>= 8) {
        octets++;
    }
    out[at++] = (unsigned char) (0x80 | octets);
    for (size_t i = octets; i-- > 0;) {
        out[at++] = (unsigned char) (n >> (8 * i));
    }
    return at;
}

void der_wrap(struct buf *b, size_t from, unsigned char id)
{
    unsigned char head[DER_HEAD_MAX];
    if (b->failed) return;
    size_t content = b->n - from, n = der_head(head, id, content);
    if (!buf_reserve(b, n)) return;
    memmove(b->p + from + n, b->p + from, content);
    memcpy(b->p + from, head, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void der_add(struct buf *b, unsigned char id, str_t content)
{
    unsigned char head[DER_HEAD_MAX];
    size_t n = der_head(head, id, content.n);
    if (buf_add(b, head, n)) buf_str(b, content);
}
