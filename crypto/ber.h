/* Pull reader for BER (ITU-T X.690) over bytes in memory: what CMS writers really send,
 * with indefinite lengths and strings in pieces.
 *
 * Nothing is copied: values are slices of the input. Nesting is at most BER_DEPTH;
 * tags need one identifier byte; lengths are at most eight bytes and always inside the
 * enclosing value. Time is linear in the input for each level of nesting.
 */
#ifndef WAXSEAL_CRYPTO_BER_H
#define WAXSEAL_CRYPTO_BER_H

#include "base/arena.h"
#include "base/str.h"

#define BER_DEPTH 16

/* Identifier bytes. */
enum ber_tag {
    BER_INTEGER = 0x02,
    BER_BIT_STRING = 0x03,
    BER_OCTET_STRING = 0x04,
    BER_NULL = 0x05,
    BER_OID = 0x06,
    BER_SEQUENCE = 0x30,
    BER_SET = 0x31
};
#define BER_CONSTRUCTED 0x20
#define BER_CONTEXT(n) (0x80 | (n))                        /* primitive [n] */
#define BER_CONTEXT_CONS(n) (0x80 | BER_CONSTRUCTED | (n)) /* constructed [n] */

struct ber {        /* a place inside a value */
    str_t rest;     /* bytes not read yet */
    unsigned depth; /* how deep the values read here lie */
};

struct ber_value {
    unsigned char id; /* identifier byte: class, constructed bit, number */
    str_t content;    /* without header and end-of-contents */
    str_t whole;      /* with them */
    unsigned depth;
};

struct ber ber_start(str_t der);
/* The values inside a constructed value. */
struct ber ber_inside(const struct ber_value *v);
bool ber_end(const struct ber *r);
/* Identifier byte of the next value, 0 at the end. */
unsigned char ber_peek(const struct ber *r);
/* Reads one value of any kind. False when the bytes are not BER or a limit is passed; the
 * reader stays where it was then. */
bool ber_next(struct ber *r, struct ber_value *v);
/* The same, and the identifier must be this one. */
bool ber_expect(struct ber *r, unsigned char id, struct ber_value *v);
/* Header of the next value only: false when it is not there. The value may be cut short.
 * *inside starts behind the header. For telling what a damaged message was meant to be. */
bool ber_open_head(struct ber *r, unsigned char id, struct ber *inside);

/* Pieces of an OCTET STRING, primitive or constructed, in order; the tag may be implicit.
 * ber_octets_next is false at the end and on damage; `damaged` tells which. */
struct ber_octets {
    struct ber level[BER_DEPTH];
    unsigned used;
    bool damaged;
    str_t only; /* the one piece of a primitive string */
    bool pending;
};
void ber_octets_start(struct ber_octets *o, const struct ber_value *v);
bool ber_octets_next(struct ber_octets *o, str_t *piece);
/* Bytes of all pieces together; false when damaged. */
bool ber_octets_size(const struct ber_value *v, size_t *n);
/* The string as one slice: of the input when it is in one piece, else joined in the arena. */
bool ber_octets_join(const struct ber_value *v, struct arena *a, str_t *out);

/* A copy in definite form with shortest lengths and strings in one piece. SETs are not sorted.
 * False on damage or a full arena. For small structures: time grows with size × nesting². */
bool ber_to_der(const struct ber_value *v, struct arena *a, str_t *out);
/* The same with another identifier byte at the top (implicit tagging undone). */
bool ber_to_der_as(const struct ber_value *v, unsigned char id, struct arena *a, str_t *out);

#endif
