/* No slow host may keep all threads waiting: while half of them have waited for one host for longer
 * than LIMIT_SLOW_MS, further requests to it fail at once. Others go on. Safe between threads.
 */
#ifndef WAXSEAL_FETCH_CROWD_H
#define WAXSEAL_FETCH_CROWD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "fetch/limits.h"

struct crowd {
    pthread_mutex_t lock;
    unsigned threads;
    struct {
        int64_t since; /* 0: free */
        char host[256];
    } waits[LIMIT_THREADS];
};

/* threads: 1 to LIMIT_THREADS; no more requests than that are ever let in at once. */
#define CROWD_INIT(n) ((struct crowd){.lock = PTHREAD_MUTEX_INITIALIZER, .threads = (n)})

/* now: CLOCK_MONOTONIC in ms, not 0. False: too many wait for this host; nothing to leave then. */
bool crowd_enter(struct crowd *c, const char *host, int64_t now, unsigned *place);
void crowd_leave(struct crowd *c, unsigned place);

#endif
