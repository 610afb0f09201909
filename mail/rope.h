/* A long text of a message, held as small as it can be: bodies in base64 as the bytes they stand
 * for. It gives the same text again, byte for byte.
 */
#ifndef WAXSEAL_MAIL_ROPE_H
#define WAXSEAL_MAIL_ROPE_H

#include "base/flow.h"

struct rope_piece {
    str_t bytes;
    bool base64; /* stands for these bytes as mime_base64_encode writes them */
};

struct rope {
    struct rope_piece *pieces;
    size_t count, room;
    size_t n;                  /* bytes of the text */
    struct rope_chunk *chunks; /* what rope_feed keeps; wiped when freed */
    struct rope_feeding *fed;  /* between rope_feed and rope_end */
};

void rope_free(struct rope *r);
#define CLEANUP_ROPE __attribute__((cleanup(rope_free)))

/* Borrowed bytes, as they are or to be written in base64. RC_NO_MEMORY. */
rc_t rope_add(struct rope *r, str_t bytes, bool base64, struct err *e) WX_MUST_USE;

/* Takes the text itself, however it is cut, and keeps a copy in which full lines of base64 are
 * decoded: only those that encode to the very same line again. rope_end after the last piece; only
 * then the rope is what came. RC_NO_MEMORY. */
rc_t rope_feed(struct rope *r, str_t piece, struct err *e) WX_MUST_USE;
rc_t rope_end(struct rope *r, struct err *e) WX_MUST_USE;

/* The text; r is not changed while the flow is in use. */
struct flow rope_flow(const struct rope *r);

/* What another flow gives, in base64 as mime_base64_encode writes it. inner is borrowed. */
struct flow base64_flow(const struct flow *inner);

#endif
