#include "crypto/ber.h"

#include <string.h>

/* Header of a value: identifier and length, X.690 section 8.1. */
struct head {
    unsigned char id;
    bool indefinite;
    size_t length; /* of the content, when definite */
    size_t size;   /* of the header itself */
};

static bool head_read(str_t in, struct head *out)
{
    const unsigned char *p = (const unsigned char *) in.p;
    if (in.n < 2 || p[0] == 0 || (p[0] & 0x1f) == 0x1f) return false;
    struct head h = {.id = p[0], .size = 2};
    if (p[1] < 0x80) {
        h.length = p[1];
    } else if (p[1] == 0x80) {
        if (!(p[0] & BER_CONSTRUCTED)) return false;
        h.indefinite = true;
    } else {
        size_t bytes = p[1] & 0x7f;
        if (bytes > sizeof(size_t) || in.n < 2 + bytes) return false;
        for (size_t i = 0; i < bytes; i++)
            h.length = h.length << 8 | p[2 + i];
        h.size += bytes;
    }
    *out = h;
    return true;
}

/* Reads the value at the start of `in`; indefinite ones are followed to their end. */
static bool value_read(str_t in, unsigned depth, struct ber_value *out)
{
    struct head h;
    if (depth > BER_DEPTH || !head_read(in, &h)) return false;
    struct ber_value v = {.id = h.id, .depth = depth};
    if (!h.indefinite) {
        if (h.length > in.n - h.size) return false;
        v.content = str_n(in.p + h.size, h.length);
        v.whole = str_n(in.p, h.size + h.length);
        *out = v;
        return true;
    }
    size_t at = h.size;
    while (in.n - at >= 2 && (in.p[at] != 0 || in.p[at + 1] != 0)) {
        struct ber_value inner;
        if (!value_read(str_n(in.p + at, in.n - at), depth + 1, &inner)) return false;
        at += inner.whole.n;
    }
    if (in.n - at < 2) return false;
    v.content = str_n(in.p + h.size, at - h.size);
    v.whole = str_n(in.p, at + 2);
    *out = v;
    return true;
}

struct ber ber_start(str_t der)
{
    return (struct ber){.rest = der};
}

struct ber ber_inside(const struct ber_value *v)
{
    return (struct ber){.rest = v->content, .depth = v->depth + 1};
}

bool ber_end(const struct ber *r)
{
    return r->rest.n == 0;
}

unsigned char ber_peek(const struct ber *r)
{
    return r->rest.n ? (unsigned char) r->rest.p[0] : 0;
}

bool ber_next(struct ber *r, struct ber_value *v)
{
    if (!value_read(r->rest, r->depth, v)) return false;
    r->rest = str_n(r->rest.p + v->whole.n, r->rest.n - v->whole.n);
    return true;
}

bool ber_expect(struct ber *r, unsigned char id, struct ber_value *v)
{
    return ber_peek(r) == id && ber_next(r, v);
}

bool ber_open_head(struct ber *r, unsigned char id, struct ber *inside)
{
    struct head h;
    if (ber_peek(r) != id || !head_read(r->rest, &h)) return false;
    size_t left = r->rest.n - h.size;
    size_t n = h.indefinite || h.length > left ? left : h.length;
    *inside = (struct ber){.rest = str_n(r->rest.p + h.size, n), .depth = r->depth + 1};
    return true;
}

/* --- strings in pieces ---------------------------------------------------------------- */

void ber_octets_start(struct ber_octets *o, const struct ber_value *v)
{
    o->used = 0;
    o->damaged = false;
    o->pending = !(v->id & BER_CONSTRUCTED);
    if (o->pending) {
        o->only = v->content;
    } else {
        o->level[o->used++] = ber_inside(v);
    }
}

bool ber_octets_next(struct ber_octets *o, str_t *piece)
{
    if (o->pending) {
        o->pending = false;
        *piece = o->only;
        return true;
    }
    while (o->used > 0 && !o->damaged) {
        struct ber *top = &o->level[o->used - 1];
        struct ber_value v;
        if (ber_end(top)) {
            o->used--;
        } else if (ber_expect(top, BER_OCTET_STRING, &v)) {
            *piece = v.content;
            return true;
        } else if (o->used < BER_DEPTH && ber_expect(top, BER_OCTET_STRING | BER_CONSTRUCTED, &v)) {
            o->level[o->used++] = ber_inside(&v);
        } else {
            o->damaged = true;
        }
    }
    return false;
}

bool ber_octets_size(const struct ber_value *v, size_t *n)
{
    struct ber_octets o;
    size_t sum = 0;
    str_t piece;
    ber_octets_start(&o, v);
    while (ber_octets_next(&o, &piece))
        sum += piece.n;
    if (o.damaged) return false;
    *n = sum;
    return true;
}

bool ber_octets_join(const struct ber_value *v, struct arena *a, str_t *out)
{
    if (!(v->id & BER_CONSTRUCTED)) {
        *out = v->content;
        return true;
    }
    size_t n;
    if (!ber_octets_size(v, &n)) return false;
    char *p = arena_alloc(a, n + 1);
    if (!p) return false;
    struct ber_octets o;
    str_t piece;
    size_t at = 0;
    ber_octets_start(&o, v);
    while (ber_octets_next(&o, &piece)) {
        memcpy(p + at, piece.p, piece.n);
        at += piece.n;
    }
    *out = str_n(p, n);
    return true;
}

/* --- to DER --------------------------------------------------------------------------- */

static size_t length_size(size_t n)
{
    size_t s = 1;
    if (n >= 0x80) {
        for (size_t left = n; left; left >>= 8)
            s++;
    }
    return s;
}

static unsigned char *length_write(unsigned char *p, size_t n)
{
    size_t s = length_size(n);
    if (s == 1) {
        *p++ = (unsigned char) n;
        return p;
    }
    *p++ = (unsigned char) (0x80 | (s - 1));
    for (size_t i = s - 1; i-- > 0;)
        *p++ = (unsigned char) (n >> (8 * i));
    return p;
}

/* Strings in pieces; universal tags only, implicit ones are their reader's business. */
static bool is_split_string(const struct ber_value *v)
{
    return v->id == (BER_OCTET_STRING | BER_CONSTRUCTED);
}

/* Size of the content in DER. */
static bool der_size(const struct ber_value *v, size_t *out)
{
    if (!(v->id & BER_CONSTRUCTED)) {
        *out = v->content.n;
        return true;
    }
    if (is_split_string(v)) return ber_octets_size(v, out);
    struct ber r = ber_inside(v);
    struct ber_value inner;
    size_t sum = 0, n = 0;
    while (!ber_end(&r)) {
        if (!ber_next(&r, &inner) || !der_size(&inner, &n)) return false;
        sum += 1 + length_size(n) + n;
    }
    *out = sum;
    return true;
}

static unsigned char *der_write(const struct ber_value *v, unsigned char id, unsigned char *p)
{
    size_t n = 0;
    if (!der_size(v, &n)) return p;
    *p++ = id;
    p = length_write(p, n);
    if (!(v->id & BER_CONSTRUCTED)) {
        if (n) memcpy(p, v->content.p, n);
        return p + n;
    }
    if (is_split_string(v)) {
        struct ber_octets o;
        str_t piece;
        ber_octets_start(&o, v);
        while (ber_octets_next(&o, &piece)) {
            if (piece.n) memcpy(p, piece.p, piece.n);
            p += piece.n;
        }
        return p;
    }
    struct ber r = ber_inside(v);
    struct ber_value inner;
    while (!ber_end(&r) && ber_next(&r, &inner)) {
        unsigned char inner_id = inner.id;
        if (is_split_string(&inner)) inner_id = BER_OCTET_STRING;
        p = der_write(&inner, inner_id, p);
    }
    return p;
}

bool ber_to_der_as(const struct ber_value *v, unsigned char id, struct arena *a, str_t *out)
{
    size_t n = 0;
    if (!der_size(v, &n)) return false;
    size_t size = 1 + length_size(n) + n;
    unsigned char *p = arena_alloc(a, size + 1);
    if (!p) return false;
    der_write(v, id, p);
    *out = str_n(p, size);
    return true;
}

bool ber_to_der(const struct ber_value *v, struct arena *a, str_t *out)
{
    return ber_to_der_as(v, is_split_string(v) ? BER_OCTET_STRING : v->id, a, out);
}
