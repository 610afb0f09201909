/* One request to the outside: redirects followed by hand, every connection checked.
 *
 * Nothing is kept between requests or hops: no connection, cookie, name or credential. The address
 * is checked at the moment a socket for it is made, so a name that changes its mind gains nothing.
 */
#ifndef WAXSEAL_FETCH_TRANSFER_H
#define WAXSEAL_FETCH_TRANSFER_H

#include "base/fetch_wire.h"
#include "fetch/crowd.h"
#include "fetch/place.h"

struct transfer_options {
    const struct config_place *allow; /* the operator's list */
    size_t allow_count;
    const struct config *config; /* for the directories */
    /* Of all transfers: those that may wait have a crowd of their own, so that pictures of a slow
     * host do not keep questions from it. */
    struct crowd *crowd, *patient;
    int64_t deadline; /* CLOCK_MONOTONIC, ms */
    int asker;        /* connected socket: who asks; gone = the transfer ends */
    int stop;         /* becomes readable: the transfer ends */
};

struct transfer {
    enum fetch_outcome outcome;
    int status;                            /* FETCH_ANSWERED only, like the next two */
    char content_type[FETCH_MAX_TYPE + 1]; /* or "" */
    struct buf body;                       /* owned; buf_free in every case */
    char detail[FETCH_MAX_DETAIL + 1];     /* why not; constant phrases and curl's, no URL */
    char host[256];                        /* of the last hop, for the log; or "" */
    uint16_t port;
    unsigned redirects;
};

/* Once a process, before any thread. */
rc_t transfer_setup(struct err *e) WX_MUST_USE;
/* Fills *out, which starts zeroed. Any thread. */
void transfer_run(const struct fetch_request *q, const struct transfer_options *o,
                  struct transfer *out);

/* What came of it is: not tried, or not long enough to say anything about the place. */
void transfer_busy(struct transfer *t, const char *why);

/* CLOCK_MONOTONIC in milliseconds. */
int64_t transfer_now_ms(void);

#endif
