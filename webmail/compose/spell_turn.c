#include "webmail/compose/spell_turn.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define SLICE_MS 20

/* --- jobs ------------------------------------------------------------------------------------ */

/* Of the process, like the dictionaries. */
static pthread_mutex_t jobs_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shared_key jobs[SPELL_MAX_JOBS];
static unsigned job_count;

static unsigned job_of(const struct shared_key *who)
{
    unsigned i = 0;
    while (i < job_count && memcmp(&jobs[i], who, sizeof *who) != 0)
        i++;
    return i;
}

rc_t spell_job_begin(const struct shared_key *who, unsigned most, struct err *e)
{
    if (most > SPELL_MAX_JOBS) most = SPELL_MAX_JOBS;
    pthread_mutex_lock(&jobs_lock);
    bool own = job_of(who) < job_count, full = job_count >= most;
    if (!own && !full) jobs[job_count++] = *who;
    pthread_mutex_unlock(&jobs_lock);
    if (own) return err_set(e, RC_THROTTLED, "Another spell check of yours is still under way.");
    return full ? err_set(e, RC_BUSY, NULL) : RC_OK;
}

void spell_job_end(const struct shared_key *who)
{
    pthread_mutex_lock(&jobs_lock);
    unsigned i = job_of(who);
    if (i < job_count) jobs[i] = jobs[--job_count];
    pthread_mutex_unlock(&jobs_lock);
}

/* --- turns ----------------------------------------------------------------------------------- */

struct waiter {
    pthread_cond_t called;
    struct waiter *next;
    bool has_turn;
};

/* A mutex alone would go to whoever asks again first: the one that just had it. */
static pthread_mutex_t turn_lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiter *first_waiter, **last_waiter = &first_waiter;
static bool taken;
static int64_t taken_since;

static void add(struct waiter *w)
{
    *last_waiter = w;
    last_waiter = &w->next;
}

static void drop(const struct waiter *w)
{
    struct waiter **at = &first_waiter;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    if (!w->next) last_waiter = at;
}

/* Under the lock. */
static void pass_on(void)
{
    struct waiter *w = first_waiter;
    taken = w != NULL;
    if (!w) return;
    drop(w);
    w->has_turn = true;
    pthread_cond_signal(&w->called);
}

static struct timespec in_ms(int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

/* Under the lock. */
static bool wait_for_turn(int64_t left)
{
    struct waiter w = {.has_turn = false};
    struct timespec until = in_ms(left);
    pthread_condattr_t monotonic;
    int rc = 0;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w.called, &monotonic);
    pthread_condattr_destroy(&monotonic);
    add(&w);
    while (!w.has_turn && rc == 0)
        rc = pthread_cond_timedwait(&w.called, &turn_lock, &until);
    if (!w.has_turn) drop(&w);
    pthread_cond_destroy(&w.called);
    return w.has_turn;
}

static rc_t late(struct err *e)
{
    return err_set(e, RC_BUSY, NULL);
}

rc_t spell_turn_take(int64_t deadline, struct err *e)
{
    int64_t left = deadline - clock_ms();
    if (left <= 0) return late(e);
    pthread_mutex_lock(&turn_lock);
    bool mine = !taken || wait_for_turn(left);
    if (mine) {
        taken = true;
        taken_since = clock_ms();
    }
    pthread_mutex_unlock(&turn_lock);
    return mine ? RC_OK : late(e);
}

void spell_turn_leave(void)
{
    pthread_mutex_lock(&turn_lock);
    pass_on();
    pthread_mutex_unlock(&turn_lock);
}

rc_t spell_turn_share(int64_t deadline, struct err *e)
{
    int64_t now = clock_ms();
    if (now >= deadline) {
        spell_turn_leave();
        return late(e);
    }
    if (now - taken_since < SLICE_MS) return RC_OK;
    spell_turn_leave();
    return spell_turn_take(deadline, e);
}
