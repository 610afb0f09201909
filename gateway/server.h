/* Where mail comes in by LMTP: listeners, a line of waiting connections, threads.
 *
 * A thread has one connection at a time, from greeting to end. A connection beyond the line is told
 * 421 4.3.2 at once: its mail stays the peer's. Every wait has a deadline by the steady clock.
 * Stopping (SIGTERM, SIGINT): no more connections, who waits or has no mail begun is told 421, a
 * mail that is begun (from MAIL on) may come whole and is answered, for `grace_ms`; then what still
 * comes is cut off with 421. A mail that is handed over is never cut off: `take` keeps its own
 * deadlines.
 */
#ifndef WAXSEAL_GATEWAY_SERVER_H
#define WAXSEAL_GATEWAY_SERVER_H

#include "gateway/lmtp.h"

enum {
    SERVER_LISTENERS = 8,
    SERVER_THREADS = 64,
    SERVER_LINE = 64, /* connections that wait for a thread, at most */
    /* Good values of what server_options want: Postfix waits 300 s and more for each reply. */
    SERVER_IDLE_MS = 30000,
    SERVER_COMMAND_MS = 60000,
    SERVER_DATA_MS = 300000,
    SERVER_WRITE_MS = 30000,
    SERVER_GRACE_MS = 30000
};

struct server_listener {
    const char *role; /* for the log: "outbound" */
    int fd;           /* listens (base/listen.h), non-blocking */
};

struct server_options {
    struct lmtp_options lmtp;
    const struct server_listener *listeners;
    unsigned listener_count; /* 1 to SERVER_LISTENERS */
    unsigned threads;        /* 1 to SERVER_THREADS */
    int64_t idle_ms;         /* for a first octet where no mail is begun */
    int64_t command_ms;      /* for a whole command, and for the next one of a mail that is begun */
    int64_t data_ms;         /* for all of a mail's data */
    int64_t write_ms;        /* for the peer to take what is said to it */
    int64_t grace_ms;
    /* Fills the recipients' replies. Called by several threads at once; `listener` is its index. */
    void (*take)(void *ctx, unsigned listener, struct lmtp_mail *m);
    void *ctx;
};

/* Serves until SIGTERM or SIGINT, which must be blocked in every thread, as SIGHUP. Options outlive
 * the call; listeners stay the caller's. RC_INVALID, RC_NO_MEMORY. */
rc_t server_run(const struct server_options *o, struct err *e) WX_MUST_USE;

#endif
