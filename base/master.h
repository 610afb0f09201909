/* The master process: forks worker processes, starts crashed ones again, replaces all of them
 * one by one on SIGHUP, stops them on SIGTERM or SIGINT. It handles no request itself.
 */
#ifndef WAXSEAL_BASE_MASTER_H
#define WAXSEAL_BASE_MASTER_H

#include <sys/types.h>

#include "base/err.h"

#define MASTER_MAX_PROCESSES 64u

struct master_options {
    unsigned processes;  /* 1..MASTER_MAX_PROCESSES */
    int stop_timeout_ms; /* a worker that is not gone by then is killed */
    /* Runs in the child; its result is the exit status. slot: 0..processes-1; while one worker
     * replaces another both have the same slot's number plus 0 or `processes`. */
    int (*worker)(void *app, unsigned slot);
    /* In the master, after a worker has gone. status: of waitpid. */
    void (*reaped)(void *app, pid_t pid, int status);
    /* SIGHUP: read configuration again. On failure the old workers stay. */
    rc_t (*reload)(void *app, struct err *e);
    void *app;
};

/* Returns after a stop signal and after all workers have gone. */
rc_t master_run(const struct master_options *o, struct err *e) WX_MUST_USE;

#endif
