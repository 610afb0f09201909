/* The daemon: a Unix socket, a bounded queue, worker threads.
 *
 * One connection is one request. Who connects is checked by the kernel's word (SO_PEERCRED); a full
 * queue answers "busy" at once. Stopping: no more connections, what waits is answered "busy", what
 * is under way gets LIMIT_STOP_MS.
 */
#ifndef WAXSEAL_FETCH_SERVER_H
#define WAXSEAL_FETCH_SERVER_H

#include <sys/types.h>

#include "base/config.h"

struct server_options {
    const struct config_place *allow;
    size_t allow_count;
    const struct config *config; /* outlives the server */
    const uid_t *users;          /* who may ask, besides our own user and root */
    size_t user_count;
    unsigned threads; /* 1 to LIMIT_THREADS */
};

/* Serves until SIGTERM or SIGINT, which must be blocked in the calling thread. */
rc_t server_run(const struct server_options *o, int listen_fd, struct err *e) WX_MUST_USE;

#endif
