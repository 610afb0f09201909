/* The watchers of a process: one thread waits for all connections and for time, few others talk. */
#include "mail/imap_watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "mail/imap_watcher.h"

#define EVENTS 64
#define THREADS_MAX 32u
#define TICK_MS 1000
#define REST_MS 100 /* between two talks of one watcher */
#define RETRY_MOST_MS 60000
#define TALK_ARENA (16u << 20)
#define SECRET_ARENA 8192

struct imap_watch {
    struct imap_watch_options options;
    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_t waiter;
    pthread_t talkers[THREADS_MAX];
    unsigned talker_count, started;
    int epoll_fd, wake_fd;
    bool stop;
    unsigned char key[SEAL_KEY_BYTES];
    const struct config_endpoint *talking[THREADS_MAX]; /* each talker's server, or NULL */
    struct watcher *all;
    size_t count, queued;
    uint64_t last_id;
};

/* --- watchers ----------------------------------------------------------------------------------
 */

static void forget_password(struct watcher *w)
{
    if (w->password) wipe(w->password, w->password_n);
    free(w->password);
    w->password = NULL;
}

static void watcher_free(struct watcher *w)
{
    if (!w) return;
    watcher_hang_up(w);
    watcher_forget_folders(w);
    forget_password(w);
    free(w->login);
    free(w);
}

/* Takes it off the list; lock held. */
static void unlink_watcher(struct imap_watch *h, struct watcher *w)
{
    struct watcher **at = &h->all;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    h->count--;
    if (w->state == WATCHER_QUEUED) h->queued--;
}

void watcher_mark_live(struct imap_watch *h, struct watcher *w)
{
    pthread_mutex_lock(&h->lock);
    w->told = true;
    pthread_mutex_unlock(&h->lock);
}

static struct watcher *find(struct imap_watch *h, uint64_t id)
{
    for (struct watcher *w = h->all; w; w = w->next)
        if (w->id == id) return w;
    return NULL;
}

static void wake(struct imap_watch *h)
{
    uint64_t one = 1;
    ssize_t ignored = write(h->wake_fd, &one, sizeof one);
    (void) ignored; /* else the next tick sees it */
}

/* Lock held. */
static void enqueue(struct imap_watch *h, struct watcher *w)
{
    if (w->state == WATCHER_QUEUED) return;
    w->state = WATCHER_QUEUED;
    w->queued_at = clock_ms();
    h->queued++;
    pthread_cond_signal(&h->work);
}

/* --- the thread that waits ---------------------------------------------------------------------
 */

static bool nobody_wants(const struct watcher *w, int64_t now)
{
    return w->wanted == 0 && w->die_at <= now && w->state != WATCHER_TALKING;
}

/* Whom time has come for; *dead: a list of those to be freed without the lock. Returns how long to
 * wait for the next. */
static int64_t look_at_clock(struct imap_watch *h, struct watcher **dead)
{
    int64_t now = clock_ms(), next = now + TICK_MS;
    struct watcher *following;
    for (struct watcher *w = h->all; w; w = following) {
        following = w->next;
        if (nobody_wants(w, now)) {
            unlink_watcher(h, w);
            w->next = *dead;
            *dead = w;
        } else if (w->state == WATCHER_WAITING) {
            if (w->due <= now)
                enqueue(h, w);
            else if (w->due < next)
                next = w->due;
        }
    }
    return next - now;
}

static void hear(struct imap_watch *h, const struct epoll_event *events, int n)
{
    int64_t now = clock_ms();
    for (int i = 0; i < n; i++) {
        uint64_t count;
        if (events[i].data.u64 == 0) {
            ssize_t ignored = read(h->wake_fd, &count, sizeof count);
            (void) ignored;
            continue;
        }
        struct watcher *w = find(h, events[i].data.u64);
        if (!w || w->state != WATCHER_WAITING) continue;
        if (w->rests_till <= now)
            enqueue(h, w);
        else if (w->due > w->rests_till)
            w->due = w->rests_till;
    }
}

static void *wait_for_all(void *arg)
{
    struct imap_watch *h = arg;
    struct epoll_event events[EVENTS];
    int64_t wait = TICK_MS;
    pthread_mutex_lock(&h->lock);
    while (!h->stop) {
        struct watcher *dead = NULL;
        pthread_mutex_unlock(&h->lock);
        int n = epoll_wait(h->epoll_fd, events, EVENTS, (int) wait);
        pthread_mutex_lock(&h->lock);
        hear(h, events, n > 0 ? n : 0);
        wait = look_at_clock(h, &dead);
        pthread_mutex_unlock(&h->lock);
        while (dead) {
            struct watcher *w = dead;
            dead = w->next;
            watcher_free(w);
        }
        pthread_mutex_lock(&h->lock);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* --- the threads that talk ---------------------------------------------------------------------
 */

/* The one that waits longest, but a server that answers slowly may not hold all threads: the last
 * one is for the others. */
static struct watcher *next_queued(struct imap_watch *h)
{
    struct watcher *best = NULL;
    for (struct watcher *w = h->all; w; w = w->next) {
        if (w->state != WATCHER_QUEUED || (best && best->queued_at <= w->queued_at)) continue;
        unsigned busy = 0;
        for (unsigned i = 0; i < h->talker_count; i++)
            busy += h->talking[i] == w->server ? 1 : 0;
        if (busy + 1 < h->talker_count) best = w;
    }
    return best;
}

static int64_t retry_after(const struct imap_watch *h, const struct watcher *w)
{
    int64_t wait = h->options.retry_ms;
    for (unsigned i = 1; i < w->failures && wait < RETRY_MOST_MS; i++)
        wait *= 2;
    if (wait > RETRY_MOST_MS) wait = RETRY_MOST_MS;
    unsigned char random[2] = {0};
    struct err ignored = {0};
    if (random_bytes(random, sizeof random, &ignored) != RC_OK) return wait;
    /* All lost their connection at once; they shall not all come back at once. */
    return wait / 2 + wait * (random[0] | random[1] << 8) / 65536;
}

static rc_t open_and_talk(struct imap_watch *h, struct talk *t, struct err *e)
{
    str_t password = STR_NULL;
    struct watcher *w = t->w;
    if (w->c) return watcher_talk(t, password, e);
    if (!w->password) return err_set(e, RC_CANCELLED, NULL); /* kept for who may come back */
    CLEANUP_ARENA struct arena *secret = arena_new_secret(SECRET_ARENA);
    if (!secret) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(unseal(h->key, str_n((const char *) w->password, w->password_n), str_c(w->login), secret,
               &password, e));
    return watcher_talk(t, password, e);
}

/* Without the lock: the watcher is this thread's. */
static rc_t run_talk(struct imap_watch *h, struct watcher *w)
{
    struct err e = {0};
    CLEANUP_ARENA struct arena *a = arena_new(TALK_ARENA);
    struct talk t = {.watch = h, .options = &h->options, .w = w, .a = a};
    rc_t rc = a ? open_and_talk(h, &t, &e) : RC_NO_MEMORY;
    if (rc == RC_OK) {
        w->failures = 0;
        return rc;
    }
    w->failures++;
    w->due = clock_ms() + retry_after(h, w);
    if (rc == RC_CANCELLED) return rc;
    /* Whose it is can be seen in the server's own log. */
    log_event(w->failures > 1 ? LOG_INFO : LOG_DEBUG, "watch_failed", "code", LOG_C(err_word(rc)),
              "detail", LOG_C(e.detail), "failures", LOG_I(w->failures), NULL);
    if (rc == RC_WRONG_PASSWORD) {
        struct imap_news refused = {.kind = IMAP_NEWS_REFUSED, .watcher = w->id};
        /* Before it is told: who hears of it and begins anew must not be given this one. */
        pthread_mutex_lock(&h->lock);
        w->refused = true;
        pthread_mutex_unlock(&h->lock);
        h->options.on_news(h->options.ctx, &refused);
    }
    return rc;
}

/* Lock held: hands it back to the thread that waits. */
static void settle(struct imap_watch *h, struct watcher *w, rc_t rc)
{
    w->state = rc == RC_WRONG_PASSWORD ? WATCHER_REFUSED : WATCHER_WAITING;
    w->rests_till = clock_ms() + REST_MS;
    if (w->wanted == 0) forget_password(w);
    if (w->c) {
        int fd = stream_fd(w->c->stream);
        struct epoll_event ev = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.u64 = w->id};
        if (epoll_ctl(h->epoll_fd, EPOLL_CTL_MOD, fd, &ev) != 0 &&
            epoll_ctl(h->epoll_fd, EPOLL_CTL_ADD, fd, &ev) != 0)
            w->due = w->rests_till; /* looked at by the clock then */
    }
    wake(h);
}

static void *talk_for_all(void *arg)
{
    struct imap_watch *h = arg;
    pthread_mutex_lock(&h->lock);
    unsigned me = h->started++;
    while (!h->stop) {
        struct watcher *w = h->queued > 0 ? next_queued(h) : NULL;
        if (!w) {
            pthread_cond_wait(&h->work, &h->lock);
            continue;
        }
        w->state = WATCHER_TALKING;
        h->talking[me] = w->server;
        h->queued--;
        pthread_mutex_unlock(&h->lock);
        rc_t rc = run_talk(h, w);
        pthread_mutex_lock(&h->lock);
        h->talking[me] = NULL;
        settle(h, w, rc);
        if (h->queued > 0) pthread_cond_signal(&h->work); /* whom this server's turn kept waiting */
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* --- life --------------------------------------------------------------------------------------
 */

static void stop_threads(struct imap_watch *h)
{
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    pthread_cond_broadcast(&h->work);
    pthread_mutex_unlock(&h->lock);
    wake(h);
    for (unsigned i = 0; i < h->talker_count; i++)
        pthread_join(h->talkers[i], NULL);
}

static void destroy(struct imap_watch *h)
{
    while (h->all) {
        struct watcher *w = h->all;
        h->all = w->next;
        watcher_free(w);
    }
    if (h->epoll_fd >= 0) close(h->epoll_fd);
    if (h->wake_fd >= 0) close(h->wake_fd);
    pthread_cond_destroy(&h->work);
    pthread_mutex_destroy(&h->lock);
    wipe(h->key, sizeof h->key);
    free(h);
}

/* Signals are for the threads that wait for them. False: not all could be started; those that were
 * have ended. */
static bool start_threads(struct imap_watch *h)
{
    sigset_t all, before;
    pthread_attr_t attr;
    unsigned want = h->options.threads < 2 ? 2 : h->options.threads;
    if (want > THREADS_MAX) want = THREADS_MAX;
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 1u << 20); /* libetpan's parser recurses */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&h->waiter, &attr, wait_for_all, h) == 0;
    if (ok) {
        while (h->talker_count < want &&
               pthread_create(&h->talkers[h->talker_count], &attr, talk_for_all, h) == 0)
            h->talker_count++;
        if (h->talker_count < want) {
            stop_threads(h);
            pthread_join(h->waiter, NULL);
            ok = false;
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return ok;
}

rc_t imap_watch_new(const struct imap_watch_options *o, struct imap_watch **out, struct err *e)
{
    struct imap_watch *h = calloc(1, sizeof *h);
    if (!h) return err_set(e, RC_NO_MEMORY, NULL);
    h->options = *o;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->work, NULL);
    h->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    h->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 0};
    bool ok = h->epoll_fd >= 0 && h->wake_fd >= 0 &&
              epoll_ctl(h->epoll_fd, EPOLL_CTL_ADD, h->wake_fd, &ev) == 0;
    rc_t rc = ok ? random_bytes(h->key, sizeof h->key, e) : err_set(e, RC_NO_MEMORY, NULL);
    if (rc == RC_OK && !start_threads(h)) rc = err_set(e, RC_NO_MEMORY, NULL);
    if (rc != RC_OK) {
        destroy(h);
        return rc;
    }
    *out = h;
    return RC_OK;
}

void imap_watch_free(struct imap_watch *h)
{
    if (!h) return;
    stop_threads(h);
    pthread_join(h->waiter, NULL);
    destroy(h);
}

/* --- wanting and not wanting ---------------------------------------------------------------------
 */

static rc_t owner_of(struct imap_watch *h, const struct imap_account *acc, unsigned char out[32],
                     struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(8192);
    buf_printf(&b, "%p %zu %zu ", (const void *) acc->server, acc->login.n, acc->password.n);
    buf_str(&b, acc->login);
    buf_str(&b, acc->password);
    if (b.failed) return err_set(e, RC_INVALID, NULL);
    return mac(h->key, buf_view(&b), out, e);
}

static rc_t watcher_new(struct imap_watch *h, const struct imap_account *acc,
                        const unsigned char owner[32], struct watcher **out, struct err *e)
{
    str_t sealed;
    CLEANUP_ARENA struct arena *a = arena_new(SECRET_ARENA);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(seal(h->key, acc->password, acc->login, a, &sealed, e));
    struct watcher *w = calloc(1, sizeof *w);
    if (!w) return err_set(e, RC_NO_MEMORY, NULL);
    w->server = acc->server;
    memcpy(w->owner, owner, 32);
    w->state = WATCHER_WAITING;
    w->wanted = 1;
    w->login = strndup(acc->login.p, acc->login.n);
    w->password = malloc(sealed.n);
    if (!w->login || !w->password) {
        watcher_free(w);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    memcpy(w->password, sealed.p, sealed.n);
    w->password_n = sealed.n;
    *out = w;
    return RC_OK;
}

/* Lock held. True: there is one that is (or was just) watched with the same credentials. Its
 * password is that of `fresh` where it has forgotten its own. */
static bool join(struct imap_watch *h, struct watcher *fresh, uint64_t *id, bool *live)
{
    for (struct watcher *w = h->all; w; w = w->next) {
        if (w->refused || memcmp(w->owner, fresh->owner, 32) != 0) continue;
        if (w->wanted == 0 && w->die_at == 0) continue; /* being thrown away */
        if (!w->password && w->state == WATCHER_TALKING) continue;
        if (!w->password) {
            w->password = fresh->password;
            w->password_n = fresh->password_n;
            fresh->password = NULL;
            /* It may have lost its connection while it could not sign in. */
            if (w->state == WATCHER_WAITING && !w->c) enqueue(h, w);
        }
        w->wanted++;
        *id = w->id;
        *live = w->told;
        return true;
    }
    return false;
}

rc_t imap_watch_add(struct imap_watch *h, const struct imap_account *acc, uint64_t *id, bool *live,
                    struct err *e)
{
    unsigned char owner[32];
    struct watcher *fresh = NULL;
    TRY(imap_check_text(acc->login, IMAP_TEXT_MAX, "username", e));
    TRY(imap_check_text(acc->password, IMAP_TEXT_MAX, "password", e));
    TRY(owner_of(h, acc, owner, e));
    TRY(watcher_new(h, acc, owner, &fresh, e));
    pthread_mutex_lock(&h->lock);
    bool joined = join(h, fresh, id, live);
    rc_t rc = RC_OK;
    if (!joined && h->count >= h->options.most) {
        rc = err_set(e, RC_THROTTLED, "Too many mailboxes are watched.");
    } else if (!joined) {
        fresh->id = ++h->last_id;
        fresh->next = h->all;
        h->all = fresh;
        h->count++;
        *id = fresh->id;
        *live = false;
        enqueue(h, fresh);
        fresh = NULL;
    }
    pthread_mutex_unlock(&h->lock);
    watcher_free(fresh);
    return rc;
}

void imap_watch_drop(struct imap_watch *h, uint64_t id, bool at_once)
{
    pthread_mutex_lock(&h->lock);
    struct watcher *w = find(h, id);
    if (w && w->wanted > 0 && --w->wanted == 0) {
        /* 0 says: not to be joined any more. */
        w->die_at = at_once || !w->told ? 0 : clock_ms() + h->options.linger_ms;
        if (w->state != WATCHER_TALKING) forget_password(w);
        wake(h);
    }
    pthread_mutex_unlock(&h->lock);
}

size_t imap_watch_count(struct imap_watch *h)
{
    pthread_mutex_lock(&h->lock);
    size_t n = h->count;
    pthread_mutex_unlock(&h->lock);
    return n;
}
