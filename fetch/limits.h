/* What each kind of request may be: one row a kind, whatever the asker says. */
#ifndef WAXSEAL_FETCH_LIMITS_H
#define WAXSEAL_FETCH_LIMITS_H

#include "base/fetch.h"

enum {
    LIMIT_REDIRECTS = 3,
    LIMIT_HEADER_BYTES = 32 << 10, /* of one answer, all lines together */
    LIMIT_QUEUE = 64,              /* requests that wait for a thread */
    LIMIT_READ_MS = 2000,          /* for an asker to send its request */
    LIMIT_WRITE_MS = 5000,         /* for an asker to take its answer */
    LIMIT_STOP_MS = 3000,          /* for requests under way, when the daemon is to end */
    LIMIT_THREADS = 64,
    LIMIT_SLOW_MS = 1000 /* a host that lets us wait longer counts as slow, see crowd.h */
};

struct limit {
    const char *name;      /* for the log */
    uint32_t max_bytes;    /* of the answer's body */
    uint32_t timeout_ms;   /* for everything, redirects too */
    const char *post_type; /* the only content type to POST; NULL: GET only */
    const char *post_body; /* the only body, and only POST and https; NULL: any */
};

/* Never NULL for a kind below FETCH_KIND_COUNT. */
const struct limit *limit_of(enum fetch_kind kind);
/* What the asker wants, but never more than the kind may have. */
uint32_t limit_bytes(const struct fetch_request *q);
uint32_t limit_timeout_ms(const struct fetch_request *q);
/* May this kind of request be made with this method, scheme, content type and body? */
bool limit_allows(const struct fetch_request *q);
/* May it wait when there is much to do? Pictures and unsubscribing, whose places anybody may name
 * in a mail: at most half of the threads work on these, so that slow ones never keep the questions
 * on which a verdict hangs from being asked. */
bool limit_is_patient(enum fetch_kind kind);
/* Redirects that are followed. */
unsigned limit_redirects(const struct fetch_request *q);

#endif
