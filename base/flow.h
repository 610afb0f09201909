/* Bytes that are made as they are wanted.
 *
 * A large message is not held as a whole beside what it is made of: whoever sends, stores, hashes
 * or encrypts it pours it into a sink, piece by piece. A flow gives the same bytes every time it is
 * poured, for as long as what it is made of lives (its ctx is borrowed).
 */
#ifndef WAXSEAL_BASE_FLOW_H
#define WAXSEAL_BASE_FLOW_H

#include "base/buf.h"
#include "base/err.h"

/* Pieces are at most some hundred KB by custom, not by promise. They are gone after the call. */
struct flow_sink {
    rc_t (*take)(void *ctx, str_t bytes, struct err *e);
    void *ctx;
};

struct flow {
    size_t n; /* bytes in all */
    rc_t (*pour)(const void *ctx, const struct flow_sink *to, struct err *e);
    const void *ctx;
};

/* A sink's failure ends it. RC_INTERNAL: it did not have n bytes; the sink has then got no more
 * than n. */
rc_t flow_pour(const struct flow *f, const struct flow_sink *to, struct err *e) WX_MUST_USE;
/* Appends all of it: RC_TOO_LARGE. */
rc_t flow_collect(const struct flow *f, struct buf *out, struct err *e) WX_MUST_USE;

/* The bytes of *s, which lives as long as the flow. */
struct flow flow_of_str(const str_t *s);

/* One after the other. */
struct flow_list {
    const struct flow *parts;
    size_t count;
};
struct flow flow_of_list(const struct flow_list *list);

#endif
