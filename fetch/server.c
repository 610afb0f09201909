#include "fetch/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/listen.h"
#include "base/log.h"
#include "fetch/directory.h"
#include "fetch/limits.h"
#include "fetch/peer.h"
#include "fetch/transfer.h"
#include "fetch/txt.h"

enum { REQUEST_BYTES = FETCH_MAX_URL + FETCH_MAX_TYPE + FETCH_MAX_BODY, STACK_BYTES = 512 << 10 };

struct waiting {
    int fd;
    int64_t since;
    bool patient; /* see limit_is_patient; known once its first bytes were looked at */
};

/* A ring of requests, oldest first. */
struct line {
    struct waiting at[LIMIT_QUEUE];
    size_t first, count;
};

/* Everything below `lock` is shared by the threads under it. */
struct server {
    const struct server_options *o;
    struct crowd crowd, patients; /* have locks of their own */
    int stop_fd;                  /* eventfd: readable when transfers must end */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* something to do, or stopping, or a thread became free */
    struct line queue;      /* nobody has looked at them yet */
    struct line aside;      /* patient ones: more of them than may be under way */
    unsigned busy;          /* threads with a request */
    unsigned patient, most; /* of these: patient ones, and how many there may be */
    bool stopping;
};

static bool line_add(struct line *l, const struct waiting *w)
{
    if (l->count == LIMIT_QUEUE) return false;
    l->at[(l->first + l->count++) % LIMIT_QUEUE] = *w;
    return true;
}

static struct waiting line_take(struct line *l)
{
    struct waiting w = l->at[l->first];
    l->first = (l->first + 1) % LIMIT_QUEUE;
    l->count--;
    return w;
}

static void turn_away(int fd, enum fetch_outcome outcome, const char *why)
{
    /* a fresh socket takes these few bytes at once */
    peer_answer(fd, transfer_now_ms() + 1, outcome, NULL, str_c(why));
    close(fd);
}

/* --- a worker
 * ------------------------------------------------------------------------------------- */

static const char *outcome_word(enum fetch_outcome outcome)
{
    static const char *const words[FETCH_OUTCOME_COUNT] = {
        [FETCH_ANSWERED] = "answered",   [FETCH_UNREACHABLE] = "unreachable",
        [FETCH_REFUSED] = "refused",     [FETCH_TOO_LARGE] = "too_large",
        [FETCH_TIMED_OUT] = "timed_out", [FETCH_BUSY] = "busy",
        [FETCH_FAILED] = "failed"};
    return words[outcome];
}

/* Who waited for us for half of its time or longer is told so: what then came of it would say more
 * about us than about the place, and askers remember places that do not answer. */
static void ask_outside(const struct fetch_request *q, const struct transfer_options *o,
                        int64_t since, struct transfer *t)
{
    int64_t waited = transfer_now_ms() - since, all = limit_timeout_ms(q);
    if (waited * 2 < all && q->kind == FETCH_LDAP)
        directory_run(q, o, t);
    else if (waited * 2 < all && q->kind == FETCH_TXT)
        txt_run(q, t);
    else if (waited * 2 < all)
        transfer_run(q, o, t);
    else
        transfer_busy(t, "it waited too long for its turn");
    if (t->outcome == FETCH_TIMED_OUT && waited * 4 > all)
        transfer_busy(t, "too little time was left after waiting for its turn");
}

static void fetch_one(struct server *sv, const struct fetch_request *q, const struct waiting *w)
{
    struct transfer t = {.status = 0};
    const struct transfer_options o = {.allow = sv->o->allow,
                                       .allow_count = sv->o->allow_count,
                                       .config = sv->o->config,
                                       .crowd = &sv->crowd,
                                       .patient = &sv->patients,
                                       .deadline = w->since + limit_timeout_ms(q),
                                       .asker = w->fd,
                                       .stop = sv->stop_fd};
    ask_outside(q, &o, w->since, &t);
    struct fetch_answer answer = {.status = t.status,
                                  .content_type =
                                      t.content_type[0] ? str_c(t.content_type) : STR_NULL,
                                  .body = buf_view(&t.body)};
    log_event(LOG_INFO, "fetched", "kind", LOG_C(limit_of(q->kind)->name), "host", LOG_C(t.host),
              "port", LOG_I(t.port), "outcome", LOG_C(outcome_word(t.outcome)), "status",
              LOG_I(t.status), "bytes", LOG_I(t.body.n), "redirects", LOG_I(t.redirects), "ms",
              LOG_I(transfer_now_ms() - w->since), "detail",
              LOG_C(t.outcome == FETCH_ANSWERED ? "" : t.detail), NULL);
    peer_answer(w->fd, transfer_now_ms() + LIMIT_WRITE_MS, t.outcome, &answer, str_c(t.detail));
    buf_free(&t.body);
}

static void serve(struct server *sv, const struct waiting *w, struct buf *storage)
{
    static const struct fetch_answer pong = {.status = 204};
    struct fetch_request q;
    if (!peer_read(w->fd, transfer_now_ms() + LIMIT_READ_MS, storage, &q))
        log_event(LOG_WARN, "request_unreadable", NULL);
    else if (limit_is_patient(q.kind) && !w->patient) /* its head came later than the rest may */
        peer_answer(w->fd, transfer_now_ms() + LIMIT_WRITE_MS, FETCH_BUSY, NULL,
                    STR("the request came too late"));
    else if (q.kind == FETCH_PING)
        peer_answer(w->fd, transfer_now_ms() + LIMIT_WRITE_MS, FETCH_ANSWERED, &pong, STR_NULL);
    else
        fetch_one(sv, &q, w);
    close(w->fd);
}

/* The oldest that may be worked on now. Under the lock. */
static bool next_request(struct server *sv, struct waiting *out)
{
    bool aside = sv->aside.count > 0 && sv->patient < sv->most;
    bool fresh = sv->queue.count > 0;
    if (aside && fresh)
        aside = sv->aside.at[sv->aside.first].since <= sv->queue.at[sv->queue.first].since;
    if (!aside && !fresh) return false;
    *out = line_take(aside ? &sv->aside : &sv->queue);
    return true;
}

/* False: too many of its sort are under way; it stands aside then, or was turned away. Under the
 * lock, which is let go while its first bytes are looked at. */
static bool may_go_on(struct server *sv, struct waiting *w)
{
    if (!w->patient) {
        enum fetch_kind kind;
        pthread_mutex_unlock(&sv->lock);
        w->patient =
            peer_peek(w->fd, transfer_now_ms() + LIMIT_READ_MS, &kind) && limit_is_patient(kind);
        pthread_mutex_lock(&sv->lock);
    }
    if (!w->patient || sv->patient < sv->most) return true;
    if (sv->stopping || !line_add(&sv->aside, w))
        turn_away(w->fd, FETCH_BUSY, sv->stopping ? "the daemon stops" : "too many requests wait");
    return false;
}

static void *worker(void *arg)
{
    struct server *sv = arg;
    CLEANUP_BUF struct buf storage = BUF_INIT(REQUEST_BYTES);
    struct waiting w;
    pthread_mutex_lock(&sv->lock);
    for (;;) {
        bool any = next_request(sv, &w);
        if (!any && sv->stopping) break;
        if (!any) {
            pthread_cond_wait(&sv->changed, &sv->lock);
            continue;
        }
        sv->busy++;
        if (may_go_on(sv, &w)) {
            sv->patient += w.patient;
            pthread_mutex_unlock(&sv->lock);
            serve(sv, &w, &storage);
            pthread_mutex_lock(&sv->lock);
            sv->patient -= w.patient;
        }
        sv->busy--;
        pthread_cond_broadcast(&sv->changed);
    }
    pthread_mutex_unlock(&sv->lock);
    return NULL;
}

/* --- the door
 * --------------------------------------------------------------------------------------- */

static bool may_ask(const struct server_options *o, int fd)
{
    uid_t user;
    if (!peer_user(fd, &user)) return false;
    bool known = user == geteuid() || user == 0;
    for (size_t i = 0; i < o->user_count; i++)
        known |= o->users[i] == user;
    if (!known) log_event(LOG_WARN, "peer_refused", "uid", LOG_I(user), NULL);
    return known;
}

static void take_one(struct server *sv, int listen_fd)
{
    int fd = listen_accept(listen_fd);
    if (fd < 0) return;
    if (!may_ask(sv->o, fd)) {
        turn_away(fd, FETCH_FAILED, "this user may not ask");
        return;
    }
    pthread_mutex_lock(&sv->lock);
    bool room = line_add(&sv->queue, &(struct waiting){.fd = fd, .since = transfer_now_ms()});
    if (room) pthread_cond_broadcast(&sv->changed);
    pthread_mutex_unlock(&sv->lock);
    if (room) return;
    log_event(LOG_WARN, "queue_full", NULL);
    turn_away(fd, FETCH_BUSY, "too many requests wait");
}

static void take_until_signal(struct server *sv, int listen_fd, int signal_fd)
{
    struct pollfd fds[] = {{.fd = signal_fd, .events = POLLIN},
                           {.fd = listen_fd, .events = POLLIN}};
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) break;
        if (fds[0].revents && listen_is_over(signal_fd)) break;
        if (fds[1].revents) take_one(sv, listen_fd);
    }
    log_event(LOG_INFO, "stopping", NULL);
}

/* --- stopping
 * ----------------------------------------------------------------------------------------- */

static void turn_away_the_rest(struct server *sv, int listen_fd)
{
    for (int fd; (fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;)
        turn_away(fd, FETCH_BUSY, "the daemon stops");
    while (sv->queue.count > 0)
        turn_away(line_take(&sv->queue).fd, FETCH_BUSY, "the daemon stops");
    while (sv->aside.count > 0)
        turn_away(line_take(&sv->aside).fd, FETCH_BUSY, "the daemon stops");
}

static void stop(struct server *sv, int listen_fd)
{
    struct timespec until;
    const uint64_t one = 1;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LIMIT_STOP_MS / 1000;
    pthread_mutex_lock(&sv->lock);
    sv->stopping = true;
    turn_away_the_rest(sv, listen_fd);
    pthread_cond_broadcast(&sv->changed);
    while (sv->busy > 0 && pthread_cond_timedwait(&sv->changed, &sv->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&sv->lock);
    if (write(sv->stop_fd, &one, sizeof one) != sizeof one)
        log_event(LOG_ERROR, "stop_failed", "errno", LOG_I(errno), NULL);
}

static unsigned start_threads(struct server *sv, pthread_t *threads)
{
    pthread_attr_t attr;
    unsigned n = 0;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    while (n < sv->o->threads && pthread_create(&threads[n], &attr, worker, sv) == 0)
        n++;
    pthread_attr_destroy(&attr);
    return n;
}

rc_t server_run(const struct server_options *o, int listen_fd, struct err *e)
{
    struct server sv = {.o = o,
                        .crowd = CROWD_INIT(o->threads),
                        .patients = CROWD_INIT(o->threads),
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .changed = PTHREAD_COND_INITIALIZER,
                        .most = o->threads > 1 ? o->threads / 2 : 1,
                        .stop_fd = eventfd(0, EFD_CLOEXEC)};
    int signal_fd = listen_signals();
    pthread_t *threads = calloc(o->threads, sizeof *threads);
    unsigned n = sv.stop_fd >= 0 && signal_fd >= 0 && threads ? start_threads(&sv, threads) : 0;
    if (n > 0 && n == o->threads) take_until_signal(&sv, listen_fd, signal_fd);
    if (n > 0) stop(&sv, listen_fd);
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    if (signal_fd >= 0) close(signal_fd);
    if (sv.stop_fd >= 0) close(sv.stop_fd);
    if (n < o->threads) return err_set(e, RC_NO_MEMORY, "Not all worker threads could be started.");
    return RC_OK;
}
