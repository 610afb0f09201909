/* What client and daemon of waxseal-fetch say to each other (base/fetch.h is the client).
 *
 * One request and one answer a connection, over a Unix stream socket. Numbers are unsigned, big
 * endian. Both sides check every field before they read on; whatever does not fit ends the
 * connection. Fields follow the head without padding, in the order of their lengths.
 *
 *     request, 28 bytes            answer, 24 bytes
 *      0  4  "WXF1"                 0  4  "WXA1"
 *      4  1  kind                   4  1  outcome
 *      5  1  method                 5  1  zero
 *      6  2  zero                   6  2  HTTP status (0 unless the outcome is answered)
 *      8  4  length of URL          8  4  length of content type
 *     12  4  length of content type 12 4  length of body
 *     16  4  length of body        16  4  length of detail (printable ASCII, for the log)
 *     20  4  max_bytes             20  4  zero
 *     24  4  timeout_ms
 */
#ifndef WAXSEAL_BASE_FETCH_WIRE_H
#define WAXSEAL_BASE_FETCH_WIRE_H

#include "base/buf.h"
#include "base/fetch.h"

enum { FETCH_REQUEST_HEAD = 28, FETCH_ANSWER_HEAD = 24, FETCH_MAX_DETAIL = 200 };

enum fetch_outcome {
    FETCH_ANSWERED,
    FETCH_UNREACHABLE,
    FETCH_REFUSED,
    FETCH_TOO_LARGE,
    FETCH_TIMED_OUT,
    FETCH_BUSY,   /* no room, waited too long, too many wait for the host, or the daemon stops */
    FETCH_FAILED, /* of its own fault: memory */
    FETCH_OUTCOME_COUNT
};

/* A head whose fields are within the limits and fit each other. */
struct fetch_request_head {
    enum fetch_kind kind;
    enum fetch_method method;
    uint32_t url, content_type, body; /* lengths */
    uint32_t max_bytes, timeout_ms;
};

struct fetch_answer_head {
    enum fetch_outcome outcome;
    int status;
    uint32_t content_type, body, detail; /* lengths */
};

/* Appends head and fields. False: over a limit, control characters, or no room in the buffer. */
bool fetch_put_request(const struct fetch_request *q, struct buf *out);
/* An answer of outcome FETCH_ANSWERED has answer set; every other one a detail. What is longer than
 * FETCH_MAX_DETAIL is cut, what is not printable ASCII replaced. */
bool fetch_put_answer(enum fetch_outcome outcome, const struct fetch_answer *answer, str_t detail,
                      struct buf *out);
/* The same without the body, which the caller sends after it from where it is. */
bool fetch_put_answer_head(enum fetch_outcome outcome, const struct fetch_answer *answer,
                           str_t detail, struct buf *out);

/* False, and *out untouched, for anything but a head this version writes. */
bool fetch_read_request_head(const unsigned char head[FETCH_REQUEST_HEAD],
                             struct fetch_request_head *out);
/* max_bytes: what was asked for. */
bool fetch_read_answer_head(const unsigned char head[FETCH_ANSWER_HEAD], uint32_t max_bytes,
                            struct fetch_answer_head *out);
/* Cuts the bytes that follow a head into the request's fields (not copied). rest is exactly as long
 * as the head says. False: control or non-ASCII characters where they may not be. */
bool fetch_cut_request(const struct fetch_request_head *head, str_t rest,
                       struct fetch_request *out);
bool fetch_cut_answer(const struct fetch_answer_head *head, str_t rest, struct fetch_answer *out,
                      str_t *detail);

#endif
