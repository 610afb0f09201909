/* The text between DATA and its end (RFC 5321 section 4.5.2). Internal to gateway/; see lmtp.h for
 * what becomes of lone CR and LF. */
#ifndef WAXSEAL_GATEWAY_LMTP_DATA_H
#define WAXSEAL_GATEWAY_LMTP_DATA_H

#include "base/buf.h"

enum lmtp_data_state {
    DATA_LINE, /* a line begins behind CRLF: here a mail may end */
    DATA_DOT,  /* … and began with a dot */
    DATA_DOT_CR,
    DATA_LONE, /* a line begins behind a lone CR or LF */
    DATA_TEXT,
    DATA_TEXT_CR,
    DATA_END
};

struct lmtp_data {
    enum lmtp_data_state state; /* DATA_LINE at the beginning */
    uint64_t octets;            /* of its text so far, kept or not */
    struct buf text;            /* failed: nothing is kept any more */
};

/* Takes octets up to the end of the mail; how many is returned (fewer than all only at the end).
 * What does not fit is let go with all there was before. */
size_t lmtp_data_take(struct lmtp_data *d, str_t in);

#endif
