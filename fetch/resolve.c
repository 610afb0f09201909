#include "fetch/resolve.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { STACK_BYTES = 256 << 10 }; /* modules of the system's resolver run on it */

static atomic_uint threads;

/* Of the asker and the thread; the last of them frees it. */
struct lookup {
    char host[256], port[8];
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool done, given_up;
    struct addrinfo *all; /* NULL: not known */
};

static struct lookup *lookup_new(const char *host, const char *port)
{
    pthread_condattr_t clock;
    struct lookup *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    snprintf(l->host, sizeof l->host, "%s", host);
    snprintf(l->port, sizeof l->port, "%s", port);
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&l->over, &clock);
    pthread_condattr_destroy(&clock);
    return l;
}

static void lookup_free(struct lookup *l)
{
    if (l->all) freeaddrinfo(l->all);
    pthread_cond_destroy(&l->over);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static struct addrinfo *ask(const char *host, const char *port, int flags)
{
    struct addrinfo *all = NULL;
    const struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    return getaddrinfo(host, port, &want, &all) == 0 ? all : NULL;
}

static void *run(void *arg)
{
    struct lookup *l = arg;
    struct addrinfo *all = ask(l->host, l->port, 0);
    pthread_mutex_lock(&l->lock);
    l->all = all;
    l->done = true;
    bool alone = l->given_up;
    if (!alone) pthread_cond_signal(&l->over);
    /* Before the lock is given back: who asked may ask again at once. */
    atomic_fetch_sub(&threads, 1);
    pthread_mutex_unlock(&l->lock);
    if (alone) lookup_free(l);
    return NULL;
}

static bool start(struct lookup *l)
{
    pthread_t thread;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &attr, run, l) == 0;
    pthread_attr_destroy(&attr);
    return started;
}

static bool may_start(void)
{
    if (atomic_fetch_add(&threads, 1) < RESOLVE_MAX_THREADS) return true;
    atomic_fetch_sub(&threads, 1);
    return false;
}

static enum resolve_outcome wait_for(struct lookup *l, int64_t deadline, struct addrinfo **out)
{
    struct timespec until = {.tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000};
    int rc = 0;
    pthread_mutex_lock(&l->lock);
    while (!l->done && rc == 0)
        rc = pthread_cond_timedwait(&l->over, &l->lock, &until);
    bool done = l->done;
    l->given_up = !done;
    struct addrinfo *all = l->all;
    l->all = NULL;
    pthread_mutex_unlock(&l->lock);
    if (!done) return RESOLVE_LATE; /* the thread frees it */
    lookup_free(l);
    if (all) *out = all;
    return all ? RESOLVE_KNOWN : RESOLVE_UNKNOWN;
}

enum resolve_outcome resolve_name(const char *host, uint16_t port, int64_t deadline,
                                  struct addrinfo **out)
{
    char number[8];
    snprintf(number, sizeof number, "%u", port);
    struct addrinfo *numeric = ask(host, number, AI_NUMERICHOST);
    if (numeric) {
        *out = numeric;
        return RESOLVE_KNOWN;
    }
    if (!may_start()) return RESOLVE_BUSY;
    struct lookup *l = lookup_new(host, number);
    if (l && start(l)) return wait_for(l, deadline, out);
    atomic_fetch_sub(&threads, 1);
    if (l) lookup_free(l);
    return RESOLVE_BUSY;
}
