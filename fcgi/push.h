/* Answers that stay open: server-sent events to thousands of browsers from one thread.
 *
 * A handler sends the header and gives its connection away (push_take); the worker thread is free
 * again at once. From then on one epoll thread of the hub owns the connection and speaks FastCGI on
 * it itself: what push_send queues, a comment line when nothing was sent for a while, and the end.
 * An idle stream costs a descriptor and about 100 bytes.
 *
 * Everything but push_new and push_free may be called from any thread. A stream that takes its text
 * too slowly is cut off: its reader has to come again and catch up.
 */
#ifndef WAXSEAL_FCGI_PUSH_H
#define WAXSEAL_FCGI_PUSH_H

#include "fcgi/http.h"

struct push_hub;

#define PUSH_PENDING_MAX (256u << 10) /* bytes that wait for one reader */

struct push_options {
    size_t most;      /* streams at a time */
    int heartbeat_ms; /* a comment line after that long without anything else */
    /* On the hub's thread, once for each stream that was taken, when it has gone for whatever
     * reason. May call push_send and push_end for others. */
    void (*closed)(void *ctx, uint64_t id);
    void *ctx;
};

rc_t push_new(const struct push_options *o, struct push_hub **out, struct err *e) WX_MUST_USE;
/* Ends all streams properly and waits a moment for what is queued. No closed() is called. */
void push_free(struct push_hub *h);

/* Sends the header of r and takes the connection of q over; the handler returns RC_OK soon after
 * and touches neither any more. *id is never 0. RC_THROTTLED: there are too many streams;
 * RC_CANCELLED: the client has gone. */
rc_t push_take(struct push_hub *h, struct request *q, struct response *r, uint64_t *id,
               struct err *e) WX_MUST_USE;
/* Queues text. Nothing happens for a stream that has gone. */
void push_send(struct push_hub *h, uint64_t id, str_t text);
/* The stream ends after what is queued. */
void push_end(struct push_hub *h, uint64_t id);
size_t push_count(struct push_hub *h);

/* --- for fcgi/server.c ---------------------------------------------------------------------- */

/* A stream whose connection will follow; 0: there are too many. */
uint64_t push_reserve(struct push_hub *h);
void push_give_back(struct push_hub *h, uint64_t id);
/* Its connection, the hub's from now on, and FastCGI's number of the request. */
void push_attach(struct push_hub *h, uint64_t id, int fd, uint16_t request);

#endif
