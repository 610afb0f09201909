/* Held, selected connections. One mutex guards the slots; a busy slot belongs to its lease, so
 * no I/O happens under the lock. */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/seal.h"
#include "mail/imap_index.h"
#include "mail/imap_kinds.h"

#define SESSION_MAX 128
#define TOTAL_MAX 4096
/* A connection unused that long is asked NOOP first: middle boxes drop silent ones. */
#define TRUST_IDLE_MS 60000
#define PROBE_MS 2000
#define INDEX_BYTES (16u << 20) /* memory of orders and conversations, for all folders */
/* A message with thirty pictures asks for all of them at once. */
#define WAITERS_PER_CONNECTION 8

enum slot_state { SLOT_FREE, SLOT_IDLE, SLOT_BUSY };
enum wish { WISH_ANY, WISH_FRESH, WISH_SEARCH };

struct imap_slot {
    enum slot_state state;
    bool doomed;             /* close on release: the session ended meanwhile */
    bool searching;          /* while busy: leased by imap_acquire_search */
    unsigned char owner[32]; /* MAC over server, session, login and password */
    char session[SESSION_MAX];
    size_t session_n;
    struct imap_conn *c; /* while idle */
    int64_t last_used;
    uint64_t turn; /* order of releases: two may fall into one millisecond */
};

/* A request that waits for a connection; it stands on its own thread's stack. */
struct waiter {
    struct waiter *next;
    str_t session;
};

struct imap_pool {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    pthread_cond_t stopping;
    bool stop;
    pthread_t reaper;
    struct imap_pool_options options;
    unsigned char key[SEAL_KEY_BYTES];
    struct imap_slot *slots;
    struct waiter *waiters;
    uint64_t turns;
    struct imap_kinds_cache *kinds;
    struct imap_indexes *indexes;
};

struct imap_kinds_cache *imap_pool_kinds(struct imap_pool *p)
{
    return p->kinds;
}

struct imap_indexes *imap_pool_indexes(struct imap_pool *p)
{
    return p->indexes;
}

/* --- slots: call with the lock held ---------------------------------------------------------- */

static bool of_session(const struct imap_slot *s, str_t session)
{
    return s->state != SLOT_FREE && str_eq(str_n(s->session, s->session_n), session);
}

static struct imap_conn *empty_slot(struct imap_slot *s)
{
    struct imap_conn *c = s->c;
    wipe(s, sizeof *s);
    return c;
}

/* Idle connection of this owner: with the mailbox selected if there is one, else the one unused
 * longest. */
static struct imap_slot *find_idle(struct imap_pool *p, const unsigned char owner[32],
                                   str_t mailbox)
{
    struct imap_slot *best = NULL;
    for (size_t i = 0; i < p->options.total; i++) {
        struct imap_slot *s = &p->slots[i];
        if (s->state != SLOT_IDLE || memcmp(s->owner, owner, 32) != 0) continue;
        if (s->c->sel.name && str_eq(str_c(s->c->sel.name), mailbox)) return s;
        if (!best || s->turn < best->turn) best = s;
    }
    return best;
}

/* A free slot within the limits, the least recently used idle connection giving way (*evicted, to
 * be closed without the lock). NULL: wait. */
static struct imap_slot *find_room(struct imap_pool *p, str_t session, struct imap_conn **evicted)
{
    struct imap_slot *free_slot = NULL, *oldest = NULL, *own_oldest = NULL;
    size_t own = 0;
    for (size_t i = 0; i < p->options.total; i++) {
        struct imap_slot *s = &p->slots[i];
        if (s->state == SLOT_FREE) {
            free_slot = s;
            continue;
        }
        bool mine = of_session(s, session);
        own += mine ? 1 : 0;
        if (s->state != SLOT_IDLE) continue;
        if (!oldest || s->turn < oldest->turn) oldest = s;
        if (mine && (!own_oldest || s->turn < own_oldest->turn)) own_oldest = s;
    }
    struct imap_slot *room = own >= p->options.per_session ? own_oldest
                             : free_slot                   ? free_slot
                                                           : oldest;
    if (room && room->state == SLOT_IDLE) *evicted = empty_slot(room);
    return room;
}

/* May the session have one more connection for a long search? */
static bool may_search(const struct imap_pool *p, str_t session)
{
    size_t searching = 0, most = p->options.per_session / 2;
    for (size_t i = 0; i < p->options.total; i++) {
        const struct imap_slot *s = &p->slots[i];
        searching += s->state == SLOT_BUSY && s->searching && of_session(s, session) ? 1 : 0;
    }
    return searching < (most > 0 ? most : 1);
}

static void deadline_timespec(int64_t deadline, struct timespec *t)
{
    *t = (struct timespec){.tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000};
}

/* --- reaper ------------------------------------------------------------------------------------
 */

/* Takes one connection that is idle too long, or any when all is set. */
static struct imap_conn *take_expired(struct imap_pool *p, bool all)
{
    int64_t limit = clock_ms() - (int64_t) p->options.idle_seconds * 1000;
    for (size_t i = 0; i < p->options.total; i++) {
        struct imap_slot *s = &p->slots[i];
        if (s->state == SLOT_IDLE && (all || s->last_used <= limit)) return empty_slot(s);
    }
    return NULL;
}

static void *reap(void *arg)
{
    struct imap_pool *p = arg;
    int64_t period = (int64_t) p->options.idle_seconds * 250;
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        struct timespec until;
        deadline_timespec(clock_ms() + (period < 100 ? 100 : period), &until);
        pthread_cond_timedwait(&p->stopping, &p->lock, &until);
        struct imap_conn *c;
        while (!p->stop && (c = take_expired(p, false)) != NULL) {
            pthread_mutex_unlock(&p->lock);
            imap_conn_close(c);
            pthread_mutex_lock(&p->lock);
            pthread_cond_broadcast(&p->freed);
        }
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* --- pool ----------------------------------------------------------------------------------------
 */

static void pool_destroy(struct imap_pool *p)
{
    pthread_cond_destroy(&p->freed);
    pthread_cond_destroy(&p->stopping);
    pthread_mutex_destroy(&p->lock);
    imap_kinds_free(p->kinds);
    imap_indexes_free(p->indexes);
    free(p->slots);
    wipe(p->key, sizeof p->key);
    free(p);
}

rc_t imap_pool_new(const struct imap_pool_options *o, struct imap_pool **out, struct err *e)
{
    struct imap_pool *p = calloc(1, sizeof *p);
    if (!p) return err_set(e, RC_NO_MEMORY, NULL);
    p->options = *o;
    if (p->options.per_session == 0) p->options.per_session = 4;
    if (p->options.idle_seconds <= 0) p->options.idle_seconds = 300;
    if (p->options.total == 0 || p->options.total > TOTAL_MAX) p->options.total = TOTAL_MAX;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->freed, &attr);
    pthread_cond_init(&p->stopping, &attr);
    pthread_condattr_destroy(&attr);
    p->slots = calloc(p->options.total, sizeof *p->slots);
    p->kinds = imap_kinds_new();
    p->indexes = imap_indexes_new(INDEX_BYTES);
    rc_t rc = random_bytes(p->key, sizeof p->key, e);
    if (rc == RC_OK && (!p->slots || !p->kinds || !p->indexes)) rc = err_set(e, RC_NO_MEMORY, NULL);
    if (rc == RC_OK && pthread_create(&p->reaper, NULL, reap, p) != 0)
        rc = err_set(e, RC_NO_MEMORY, NULL);
    if (rc != RC_OK) {
        pool_destroy(p);
        return rc;
    }
    *out = p;
    return RC_OK;
}

void imap_pool_free(struct imap_pool *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->stopping);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->reaper, NULL);
    struct imap_conn *c;
    while ((c = take_expired(p, true)) != NULL)
        imap_conn_close(c);
    pool_destroy(p);
}

void imap_pool_drop(struct imap_pool *p, str_t session)
{
    for (;;) {
        struct imap_conn *c = NULL;
        pthread_mutex_lock(&p->lock);
        for (size_t i = 0; i < p->options.total && !c; i++) {
            struct imap_slot *s = &p->slots[i];
            if (!of_session(s, session)) continue;
            if (s->state == SLOT_IDLE)
                c = empty_slot(s);
            else
                s->doomed = true;
        }
        if (c) pthread_cond_broadcast(&p->freed);
        pthread_mutex_unlock(&p->lock);
        if (!c) return;
        imap_conn_close(c);
    }
}

size_t imap_pool_sessions(struct imap_pool *p, struct arena *a, str_t *out, size_t most)
{
    size_t n = 0;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->options.total && n < most; i++) {
        const struct imap_slot *s = &p->slots[i];
        bool known = s->state == SLOT_FREE;
        for (size_t k = 0; !known && k < n; k++)
            known = of_session(s, out[k]);
        if (known) continue;
        out[n] = arena_str(a, str_n(s->session, s->session_n));
        if (!str_is_null(out[n])) n++;
    }
    pthread_mutex_unlock(&p->lock);
    return n;
}

/* --- leases
 * ---------------------------------------------------------------------------------------- */

static rc_t owner_of(const struct imap_pool *p, const struct imap_account *acc,
                     unsigned char out[32], struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(8192);
    buf_printf(&b, "%zu %zu %zu %zu %u ", acc->server->host.n, acc->session.n, acc->login.n,
               acc->password.n, acc->server->port);
    buf_str(&b, acc->server->host);
    buf_str(&b, acc->session);
    buf_str(&b, acc->login);
    buf_str(&b, acc->password);
    if (b.failed) return err_set(e, RC_INVALID, NULL);
    return mac(p->key, buf_view(&b), out, e);
}

static void lease_free(struct imap *im)
{
    if (im->password) wipe(im->password, strlen(im->password));
    free(im->login);
    free(im->password);
    free(im);
}

static struct imap *lease_new(struct imap_pool *p, const struct imap_account *acc, int64_t deadline)
{
    struct imap *im = calloc(1, sizeof *im);
    if (!im) return NULL;
    *im = (struct imap){.pool = p,
                        .server = acc->server,
                        .deadline = deadline,
                        .login = strndup(acc->login.p, acc->login.n),
                        .password = strndup(acc->password.p, acc->password.n)};
    if (im->login && im->password) return im;
    lease_free(im);
    return NULL;
}

/* Waits for a release. One session may keep only so many threads waiting: the others are for
 * everybody. */
static rc_t wait_turn(struct imap_pool *p, str_t session, const struct timespec *until,
                      struct err *e)
{
    size_t waiting = 0;
    for (const struct waiter *w = p->waiters; w; w = w->next)
        waiting += str_eq(w->session, session) ? 1 : 0;
    if (waiting >= WAITERS_PER_CONNECTION * p->options.per_session)
        return err_set(e, RC_THROTTLED, "Too many requests for this mailbox at once.");
    struct waiter me = {.next = p->waiters, .session = session};
    /* Taken off again below, before this frame is left. */
    // cppcheck-suppress autoVariables
    p->waiters = &me;
    int late = pthread_cond_timedwait(&p->freed, &p->lock, until);
    struct waiter **at = &p->waiters;
    while (*at != &me)
        at = &(*at)->next;
    *at = me.next;
    return late == 0 ? RC_OK
                     : err_set(e, RC_TIMEOUT, "Too many requests for this mailbox at once.");
}

/* A busy slot, with its idle connection in *c or none. */
static rc_t take_slot(struct imap_pool *p, const unsigned char owner[32], str_t session,
                      str_t mailbox, enum wish wish, int64_t deadline, struct imap_slot **out,
                      struct imap_conn **c, struct err *e)
{
    struct imap_conn *evicted = NULL;
    struct timespec until;
    deadline_timespec(deadline, &until);
    pthread_mutex_lock(&p->lock);
    struct imap_slot *s = NULL;
    rc_t rc = RC_OK;
    while (!s && rc == RC_OK) {
        bool allowed = wish != WISH_SEARCH || may_search(p, session);
        if (allowed && wish != WISH_FRESH) s = find_idle(p, owner, mailbox);
        if (allowed && !s) s = find_room(p, session, &evicted);
        if (!s) rc = wait_turn(p, session, &until, e);
    }
    if (s) {
        *c = s->c;
        s->c = NULL;
        s->state = SLOT_BUSY;
        s->searching = wish == WISH_SEARCH;
        memcpy(s->owner, owner, 32);
        memcpy(s->session, session.p, session.n);
        s->session_n = session.n;
    }
    pthread_mutex_unlock(&p->lock);
    imap_conn_close(evicted);
    if (!s) return rc;
    *out = s;
    return RC_OK;
}

void imap_release(struct imap *im)
{
    if (!im) return;
    struct imap_pool *p = im->pool;
    struct imap_conn *c = im->c, *closing = NULL;
    if (c && !c->broken && c->head == c->in.n) {
        buf_free(&c->in); /* a held connection keeps no mail and little memory */
        c->head = 0;
    }
    pthread_mutex_lock(&p->lock);
    struct imap_slot *s = im->slot;
    if (!c || c->broken || s->doomed || p->stop) {
        closing = c;
        empty_slot(s);
    } else {
        s->c = c;
        s->state = SLOT_IDLE;
        s->last_used = clock_ms();
        s->turn = ++p->turns;
    }
    pthread_cond_broadcast(&p->freed);
    pthread_mutex_unlock(&p->lock);
    imap_conn_close(closing);
    lease_free(im);
}

/* False: the held connection is dead. Unread bytes are a BYE or a TLS ticket: NOOP tells. */
static bool still_alive(struct imap_conn *c, int64_t last_used, int64_t deadline)
{
    struct pollfd fd = {.fd = stream_fd(c->stream), .events = POLLIN | POLLRDHUP};
    bool quiet = c->head == c->in.n && poll(&fd, 1, 0) == 0;
    if (quiet && clock_ms() - last_used < TRUST_IDLE_MS) return true;
    int64_t until = clock_ms() + PROBE_MS;
    stream_set_deadline(c->stream, until < deadline ? until : deadline);
    return imap_conn_noop(c, NULL) == RC_OK;
}

static rc_t open_into(struct imap *im, str_t mailbox, struct err *e)
{
    TRY(imap_conn_open(im->server, str_c(im->login), str_c(im->password), im->deadline, &im->c, e));
    return mailbox.n > 0 ? imap_conn_select(im->c, mailbox, e) : RC_OK;
}

/* Selection on a held connection; one that died meanwhile is replaced. */
static rc_t prepare(struct imap *im, int64_t last_used, str_t mailbox, struct err *e)
{
    if (im->c && !still_alive(im->c, last_used, im->deadline)) {
        im->c->broken = true;
        imap_conn_close(im->c);
        im->c = NULL;
    }
    if (!im->c) return open_into(im, mailbox, e);
    stream_set_deadline(im->c->stream, im->deadline);
    if (mailbox.n == 0 || (im->c->sel.name && str_eq(str_c(im->c->sel.name), mailbox)))
        return RC_OK;
    rc_t rc = imap_conn_select(im->c, mailbox, e);
    if (!im->c->broken || rc == RC_TIMEOUT) return rc;
    imap_conn_close(im->c);
    im->c = NULL;
    return open_into(im, mailbox, e);
}

static rc_t acquire(struct imap_pool *p, const struct imap_account *acc, str_t mailbox,
                    int deadline_ms, enum wish wish, struct imap **out, struct err *e)
{
    int64_t deadline = clock_ms() + deadline_ms;
    TRY(imap_check_text(acc->login, IMAP_TEXT_MAX, "username", e));
    TRY(imap_check_text(acc->password, IMAP_TEXT_MAX, "password", e));
    TRY(imap_check_text(mailbox, IMAP_MAILBOX_MAX, "folder", e));
    if (acc->session.n == 0 || acc->session.n > SESSION_MAX) return err_set(e, RC_INTERNAL, NULL);
    if (acc->login.n == 0 || acc->password.n == 0) return err_set(e, RC_WRONG_PASSWORD, NULL);
    unsigned char owner[32];
    TRY(owner_of(p, acc, owner, e));
    struct imap *im = lease_new(p, acc, deadline);
    if (!im) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc = take_slot(p, owner, acc->session, mailbox, wish, deadline, &im->slot, &im->c, e);
    if (rc != RC_OK) {
        lease_free(im);
        return rc;
    }
    im->wants_mailbox = mailbox.n > 0;
    rc = prepare(im, im->slot->last_used, mailbox, e);
    if (rc != RC_OK) {
        imap_release(im);
        return rc;
    }
    *out = im;
    return RC_OK;
}

rc_t imap_acquire(struct imap_pool *p, const struct imap_account *acc, str_t mailbox,
                  int deadline_ms, struct imap **out, struct err *e)
{
    return acquire(p, acc, mailbox, deadline_ms, WISH_ANY, out, e);
}

rc_t imap_acquire_search(struct imap_pool *p, const struct imap_account *acc, str_t mailbox,
                         int deadline_ms, struct imap **out, struct err *e)
{
    return acquire(p, acc, mailbox, deadline_ms, WISH_SEARCH, out, e);
}

/* Always a new connection: a held one says nothing about this password today. */
rc_t imap_check_login(struct imap_pool *p, const struct imap_account *acc, int deadline_ms,
                      struct err *e)
{
    struct imap *im = NULL;
    TRY(acquire(p, acc, STR_NULL, deadline_ms, WISH_FRESH, &im, e));
    imap_release(im);
    return RC_OK;
}

bool imap_has(const struct imap *im, const char *capability)
{
    return im->c && imap_conn_has(im->c, capability);
}

uint32_t imap_uidvalidity(const struct imap *im)
{
    return im->c && im->c->sel.name ? im->c->sel.uidvalidity : 0;
}

rc_t imap_need_selected(struct imap *im, struct err *e)
{
    if (!im->c || im->c->broken) {
        err_set(e, RC_IMAP_DOWN, NULL);
        err_detail(e, "IMAP: connection is broken");
        return RC_IMAP_DOWN;
    }
    return im->c->sel.name ? RC_OK : err_set(e, RC_NOT_FOUND, "There is no such folder.");
}

bool imap_should_retry(struct imap *im, rc_t rc)
{
    if (rc != RC_IMAP_DOWN || im->retried || !im->c || !im->c->broken) return false;
    if (clock_ms() >= im->deadline) return false;
    im->retried = true;
    im->fresh = false;
    struct imap_conn *old = im->c;
    im->c = NULL;
    /* Whoever asked for no mailbox does not need the one that happened to be selected; one that is
     * gone since is an answer, too (imap_need_selected). */
    str_t mailbox = im->wants_mailbox ? str_c(old->sel.name) : STR_NULL;
    rc_t again = open_into(im, mailbox, NULL);
    bool ok = again == RC_OK || (again == RC_NOT_FOUND && im->c && !im->c->broken);
    /* UIDs the caller holds mean nothing in a mailbox that was made anew. */
    if (again == RC_OK && mailbox.n > 0 && im->c->sel.uidvalidity != old->sel.uidvalidity) {
        im->c->broken = true;
        ok = false;
    }
    imap_conn_close(old);
    return ok;
}
