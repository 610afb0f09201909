#include "webmail/shared.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "crypto/seal.h"

#define MARKS 8192u
#define UNREADABLE 1024u
#define COUNTERS 8192u
#define PROBES 16u
#define SIGNAL_STACK_BYTES (64u << 10)
#define SUSPECT_LIMIT 2u

struct mark {
    _Atomic pid_t owner; /* 0: free */
    atomic_bool active;  /* key is being parsed */
    atomic_bool crashed; /* set by the thread's own signal handler */
    struct shared_key key;
};

struct unreadable {
    atomic_uint count; /* 0: free; written by the master only, after the key */
    struct shared_key key;
};

struct counter {
    struct shared_key key;
    int64_t start;
    unsigned count;
};

struct shared {
    struct mark marks[MARKS];
    struct unreadable unreadable[UNREADABLE];
    unsigned next_unreadable;
    pthread_mutex_t lock; /* of counters */
    struct counter counters[COUNTERS];
};

static _Thread_local struct mark *own_mark;
static _Thread_local void *own_stack;

rc_t shared_new(struct shared **out, struct err *e)
{
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                            0); /* zero, and only touched pages cost */
    pthread_mutexattr_t attr;
    if (s == MAP_FAILED) return err_set(e, RC_NO_MEMORY, NULL);
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&s->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    *out = s;
    return RC_OK;
}

rc_t shared_key_of(const str_t *parts, size_t n, struct shared_key *out, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(64u << 10);
    unsigned char hash[32];
    for (size_t i = 0; i < n; i++) {
        buf_printf(&text, "%zu:", parts[i].n); /* lengths: no two lists give the same text */
        buf_str(&text, parts[i]);
    }
    if (text.failed) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(sha256(buf_view(&text), hash, e));
    memcpy(out->bytes, hash, sizeof out->bytes);
    return RC_OK;
}

/* --- marks --------------------------------------------------------------------------------- */

bool shared_thread_start(struct shared *s)
{
    pid_t pid = getpid();
    own_stack = malloc(SIGNAL_STACK_BYTES);
    if (!own_stack) return false;
    stack_t stack = {.ss_sp = own_stack, .ss_size = SIGNAL_STACK_BYTES};
    sigaltstack(&stack, NULL); /* a stack overflow is one of the ways to die */
    for (size_t i = 0; i < MARKS; i++) {
        pid_t nobody = 0;
        if (!atomic_compare_exchange_strong(&s->marks[i].owner, &nobody, pid)) continue;
        own_mark = &s->marks[i];
        atomic_store(&own_mark->active, false);
        atomic_store(&own_mark->crashed, false);
        return true;
    }
    return false;
}

void shared_thread_stop(struct shared *s)
{
    (void) s;
    stack_t none = {.ss_flags = SS_DISABLE};
    if (own_mark) atomic_store(&own_mark->owner, 0);
    own_mark = NULL;
    sigaltstack(&none, NULL);
    free(own_stack);
    own_stack = NULL;
}

static void on_crash(int sig)
{
    (void) sig;
    if (own_mark) atomic_store(&own_mark->crashed, true);
    /* SA_RESETHAND: returning runs into the same fault again, this time with the default action */
}

void shared_watch_crashes(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    struct sigaction act = {.sa_handler = on_crash, .sa_flags = (int) (SA_ONSTACK | SA_RESETHAND)};
    sigemptyset(&act.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &act, NULL);
}

static struct unreadable *find_unreadable(struct shared *s, const struct shared_key *key)
{
    for (size_t i = 0; i < UNREADABLE; i++) {
        struct unreadable *u = &s->unreadable[i];
        if (atomic_load_explicit(&u->count, memory_order_acquire) == 0) continue;
        if (memcmp(&u->key, key, sizeof *key) == 0) return u;
    }
    return NULL;
}

rc_t shared_parse_begin(struct shared *s, const struct shared_key *message, struct err *e)
{
    const struct unreadable *u = find_unreadable(s, message);
    if (u && atomic_load(&u->count) >= SUSPECT_LIMIT)
        return err_set(e, RC_DAMAGED,
                       "This message cannot be read: it is damaged in a way that stopped the "
                       "program that takes messages apart. Its source can still be downloaded.");
    if (own_mark) {
        own_mark->key = *message;
        atomic_store(&own_mark->active, true);
    }
    return RC_OK;
}

void shared_parse_end(struct shared *s)
{
    (void) s;
    if (own_mark) atomic_store(&own_mark->active, false);
}

static void suspect(struct shared *s, const struct shared_key *key, unsigned weight)
{
    struct unreadable *u = find_unreadable(s, key);
    if (!u) {
        u = &s->unreadable[s->next_unreadable++ % UNREADABLE];
        atomic_store(&u->count, 0);
        u->key = *key;
    }
    atomic_store_explicit(&u->count, atomic_load(&u->count) + weight, memory_order_release);
    log_event(LOG_ERROR, "message_suspected", "weight", LOG_I(weight), NULL);
}

void shared_reap(struct shared *s, pid_t pid, bool by_signal)
{
    bool known = false;
    for (size_t i = 0; by_signal && i < MARKS; i++) {
        struct mark *m = &s->marks[i];
        if (atomic_load(&m->owner) != pid || !atomic_load(&m->crashed)) continue;
        known = true;
        if (atomic_load(&m->active)) suspect(s, &m->key, SUSPECT_LIMIT);
    }
    for (size_t i = 0; i < MARKS; i++) {
        struct mark *m = &s->marks[i];
        if (atomic_load(&m->owner) != pid) continue;
        if (by_signal && !known && atomic_load(&m->active)) suspect(s, &m->key, 1);
        atomic_store(&m->active, false);
        atomic_store(&m->owner, 0);
    }
}

/* --- counters -------------------------------------------------------------------------------- */

unsigned shared_count(struct shared *s, const struct shared_key *key, unsigned seconds, int delta,
                      int64_t now)
{
    size_t at = 0;
    struct counter *c = NULL;
    memcpy(&at, key->bytes, sizeof at);
    if (pthread_mutex_lock(&s->lock) == EOWNERDEAD) pthread_mutex_consistent(&s->lock);
    for (size_t i = 0; i < PROBES; i++) {
        struct counter *candidate = &s->counters[(at + i) % COUNTERS];
        if (memcmp(&candidate->key, key, sizeof *key) == 0) {
            c = candidate;
            break;
        }
        if (!c || candidate->start < c->start) c = candidate;
    }
    if (memcmp(&c->key, key, sizeof *key) != 0 || now - c->start >= (int64_t) seconds ||
        now < c->start)
        *c = (struct counter){.key = *key, .start = now};
    if (delta > 0)
        c->count += (unsigned) delta;
    else if (delta < 0)
        c->count -= c->count < (unsigned) -delta ? c->count : (unsigned) -delta;
    unsigned result = c->count;
    pthread_mutex_unlock(&s->lock);
    return result;
}
