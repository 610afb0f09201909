/* The agent's two doors: a Unix socket each, with its own users, queue and threads, so that imports
 * never keep the gate waiting.
 *
 * One connection is one request. Who connects is checked by the kernel's word (SO_PEERCRED);
 * anybody else is closed without a byte. A full queue answers "busy" at once. All threads and what
 * they need are made before the process confines itself. Stopping: no more connections, what waits
 * is answered "busy", what is under way is finished.
 */
#ifndef WAXSEAL_KEYD_SERVER_H
#define WAXSEAL_KEYD_SERVER_H

#include <sys/types.h>

#include "keyd/act.h"

enum {
    SERVER_DOORS = 2,
    SERVER_USERS = 16,
    SERVER_THREADS = 16,    /* of one door, at most */
    SERVER_QUEUE = 64,      /* connections that wait at one door, at most */
    SERVER_WAIT_MS = 20000, /* in the queue; then who asks is told "busy" */
    SERVER_READ_MS = 5000,  /* for a whole request to arrive, from when a thread takes it */
    SERVER_WRITE_MS = 5000
};

struct server_door {
    unsigned which; /* AGENT_GATE or AGENT_ADMIN */
    int fd;         /* listens, non-blocking */
    uid_t users[SERVER_USERS];
    size_t user_count;
    unsigned threads;
};

/* Serves until SIGTERM or SIGINT, which must be blocked in the calling thread. Confines the process
 * (confine_calls) before the first connection is taken, and sets agency->confined. */
rc_t server_run(struct agency *agency, const struct server_door doors[SERVER_DOORS],
                struct err *e) WX_MUST_USE;

#endif
