#include "keyd/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/listen.h"
#include "base/local.h"
#include "base/log.h"
#include "base/mutant.h"
#include "keyd/confine.h"

enum { STACK_BYTES = 512 << 10, REFUSALS_LOGGED = 10 };

struct waiting {
    int fd;
    uid_t user;
    int64_t since;
};

struct gatehouse; /* one door with its line and threads */

struct worker {
    struct gatehouse *house;
    struct keyring *keyring;
    struct arena *a;
    pthread_t thread;
    bool running;
};

struct gatehouse {
    const struct server_door *door;
    const struct agency *agency;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct waiting line[SERVER_QUEUE];
    size_t first, count;
    bool stopping;
    unsigned ready; /* threads that run: a new one makes system calls that are refused later */
    struct worker workers[SERVER_THREADS];
};

/* --- one request -------------------------------------------------------------------- */

static void put_answer(enum agent_result result, const str_t *fields, size_t n, struct buf *out)
{
    if (agent_put(false, result, fields, n, out)) return;
    buf_clear(out);
    if (!agent_put(false, AGENT_RESULT_UNSUPPORTED, NULL, 0, out)) buf_clear(out);
}

static void send_answer(int fd, const struct buf *b)
{
    local_send(fd, clock_ms() + SERVER_WRITE_MS, buf_view(b));
}

static void say_busy(int fd)
{
    CLEANUP_BUF struct buf b = BUF_INIT(AGENT_HEAD);
    put_answer(AGENT_RESULT_BUSY, NULL, 0, &b);
    send_answer(fd, &b);
    close(fd);
}

/* Reads a whole request into the (wiping) arena. */
static bool read_request(int fd, unsigned door, int64_t deadline, struct arena *a,
                         struct agent_frame *out)
{
    unsigned char head[AGENT_HEAD];
    if (local_receive(fd, deadline, head, sizeof head) != LOCAL_DONE ||
        !agent_read_head(door, head, out))
        return false;
    char *rest = arena_alloc(a, out->length + 1);
    return rest && local_receive(fd, deadline, rest, out->length) == LOCAL_DONE &&
           agent_cut(door, str_n(rest, out->length), out);
}

/* What came and what was worked with is wiped before the answer leaves: who has the answer may
 * look.
 */
static void serve(struct worker *w, const struct waiting *q)
{
    struct gatehouse *h = w->house;
    struct agent_frame f;
    struct act t = {.agency = h->agency, .keyring = w->keyring, .a = w->a, .user = q->user};
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(AGENT_HEAD + AGENT_MAX_ANSWER);
    if (clock_ms() - q->since > SERVER_WAIT_MS) {
        say_busy(q->fd);
        return;
    }
    if (read_request(q->fd, h->door->which, clock_ms() + SERVER_READ_MS, w->a, &f)) {
        enum agent_result result = act_run(&t, &f);
        put_answer(result, t.answer, t.answers, &b);
    } else {
        log_event(LOG_WARN, "request_unreadable", "door", LOG_I(h->door->which), "uid",
                  LOG_I(q->user), NULL);
    }
    arena_reset(w->a);
    send_answer(q->fd, &b);
    close(q->fd);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct gatehouse *h = w->house;
    pthread_mutex_lock(&h->lock);
    h->ready++;
    pthread_cond_broadcast(&h->changed);
    for (;;) {
        if (h->count > 0) {
            struct waiting q = h->line[h->first];
            h->first = (h->first + 1) % SERVER_QUEUE;
            h->count--;
            pthread_mutex_unlock(&h->lock);
            serve(w, &q);
            pthread_mutex_lock(&h->lock);
        } else if (h->stopping) {
            break;
        } else {
            pthread_cond_wait(&h->changed, &h->lock);
        }
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* --- the door ----------------------------------------------------------------------- */

/* Ten a second are logged, so that a stranger cannot fill the disk. */
static void log_refused(const struct gatehouse *h, uid_t user)
{
    static int64_t second;
    static unsigned logged;
    if (clock_ms() / 1000 != second) {
        second = clock_ms() / 1000;
        logged = 0;
    }
    if (logged++ < REFUSALS_LOGGED)
        log_event(LOG_WARN, "peer_refused", "door", LOG_I(h->door->which), "uid", LOG_I(user),
                  NULL);
}

static bool may_ask(const struct gatehouse *h, int fd, uid_t *user)
{
    bool known = WX_MUTANT(KEYD_PEER);
    if (!local_peer(fd, user)) return false;
    for (size_t i = 0; i < h->door->user_count; i++)
        known |= h->door->users[i] == *user;
    if (!known) log_refused(h, *user);
    return known;
}

static void take_one(struct gatehouse *h)
{
    struct waiting q = {.since = clock_ms()};
    q.fd = listen_accept(h->door->fd);
    if (q.fd < 0) return;
    if (!may_ask(h, q.fd, &q.user)) {
        close(q.fd);
        return;
    }
    pthread_mutex_lock(&h->lock);
    bool room = h->count < SERVER_QUEUE;
    if (room) {
        h->line[(h->first + h->count++) % SERVER_QUEUE] = q;
        pthread_cond_signal(&h->changed);
    }
    pthread_mutex_unlock(&h->lock);
    if (room) return;
    log_event(LOG_WARN, "queue_full", "door", LOG_I(h->door->which), NULL);
    say_busy(q.fd);
}

static void take_until_signal(struct gatehouse houses[SERVER_DOORS], int signal_fd)
{
    struct pollfd fds[1 + SERVER_DOORS] = {{.fd = signal_fd, .events = POLLIN}};
    for (size_t i = 0; i < SERVER_DOORS; i++)
        fds[1 + i] = (struct pollfd){.fd = houses[i].door->fd, .events = POLLIN};
    for (;;) {
        if (poll(fds, 1 + SERVER_DOORS, -1) < 0) {
            if (errno == EINTR) continue;
            break;
        }
        if (fds[0].revents && listen_is_over(signal_fd)) break;
        for (size_t i = 0; i < SERVER_DOORS; i++)
            if (fds[1 + i].revents) take_one(&houses[i]);
    }
    log_event(LOG_INFO, "stopping", NULL);
}

/* --- starting and stopping ------------------------------------------------------------ */

static void stop(struct gatehouse *h)
{
    pthread_mutex_lock(&h->lock);
    h->stopping = true;
    for (; h->count > 0; h->count--, h->first = (h->first + 1) % SERVER_QUEUE)
        say_busy(h->line[h->first].fd);
    pthread_cond_broadcast(&h->changed);
    pthread_mutex_unlock(&h->lock);
    for (size_t i = 0; i < SERVER_THREADS; i++) {
        struct worker *w = &h->workers[i];
        if (w->running) pthread_join(w->thread, NULL);
        keyring_free(w->keyring);
        arena_free(w->a);
    }
}

/* Keyrings load what they need from disk, so they are all made here. */
static bool start(struct gatehouse *h)
{
    pthread_attr_t attr;
    bool ok = pthread_attr_init(&attr) == 0;
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    for (size_t i = 0; ok && i < h->door->threads; i++) {
        struct worker *w = &h->workers[i];
        w->house = h;
        w->a = arena_new_secret(ACT_ARENA_BYTES);
        w->running = w->a && keyring_new(&w->keyring) == KEYRING_OK &&
                     pthread_create(&w->thread, &attr, work, w) == 0;
        ok = w->running;
    }
    pthread_attr_destroy(&attr);
    pthread_mutex_lock(&h->lock);
    while (ok && h->ready < h->door->threads)
        pthread_cond_wait(&h->changed, &h->lock);
    pthread_mutex_unlock(&h->lock);
    return ok;
}

static rc_t serve_until_signal(struct agency *agency, struct gatehouse houses[SERVER_DOORS],
                               struct err *e)
{
    int signal_fd = listen_signals();
    if (signal_fd < 0) return err_set(e, RC_INTERNAL, "signalfd: %s", strerror(errno));
    rc_t rc = confine_calls(&agency->confined, e);
    if (rc == RC_OK) {
        log_event(LOG_INFO, "started", "master_keys", LOG_I(agency->master.count), "locked",
                  LOG_I(agency->locked), "confined", LOG_I(agency->confined), NULL);
        take_until_signal(houses, signal_fd);
    }
    close(signal_fd);
    return rc;
}

rc_t server_run(struct agency *agency, const struct server_door doors[SERVER_DOORS], struct err *e)
{
    struct gatehouse houses[SERVER_DOORS] = {0};
    bool ok = true;
    for (size_t i = 0; i < SERVER_DOORS; i++) {
        houses[i].door = &doors[i];
        houses[i].agency = agency;
        pthread_mutex_init(&houses[i].lock, NULL);
        pthread_cond_init(&houses[i].changed, NULL);
        ok = ok && start(&houses[i]);
    }
    rc_t rc = ok ? serve_until_signal(agency, houses, e)
                 : err_set(e, RC_NO_MEMORY, "Not all worker threads could be started.");
    for (size_t i = 0; i < SERVER_DOORS; i++)
        stop(&houses[i]);
    return rc;
}
