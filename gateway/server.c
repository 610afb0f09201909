#include "gateway/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/listen.h"
#include "base/local.h"
#include "base/log.h"

enum {
    STACK_BYTES = 2 << 20, /* as where mail is read in waxseald */
    INPUT_BYTES = 64 << 10,
    TURN_AWAY_MS = 1000 /* a fresh socket takes these few octets at once */
};

struct waiting {
    int fd;
    unsigned listener;
};

struct server {
    const struct server_options *o;
    int stop_fd;             /* eventfd: readable when the end is near */
    _Atomic int64_t stop_at; /* clock_ms; set before stop_fd: what still comes then is cut off */
    pthread_mutex_t lock;    /* of what follows */
    pthread_cond_t changed;
    struct waiting line[SERVER_LINE];
    size_t first, count;
    bool stopping;
};

/* One connection in its thread. */
struct talk {
    struct server *sv;
    struct waiting who;
    struct lmtp *lmtp;
    int64_t deadline; /* 0: none yet */
    unsigned step;    /* the machine's, and its phase, that the deadline is of */
    enum lmtp_phase phase;
    bool stopping; /* noticed */
};

static const char *role_of(const struct server *sv, unsigned listener)
{
    return sv->o->listeners[listener].role;
}

/* --- one connection ---------------------------------------------------------------------- */

static void renew_deadline(struct talk *t)
{
    const struct server_options *o = t->sv->o;
    unsigned step = lmtp_step(t->lmtp);
    enum lmtp_phase phase = lmtp_phase(t->lmtp);
    if (t->deadline && step == t->step && phase == t->phase) return;
    t->step = step;
    t->phase = phase;
    t->deadline = clock_ms() + (phase == LMTP_IDLE      ? o->idle_ms
                                : phase == LMTP_COMMAND ? o->command_ms
                                                        : o->data_ms);
}

static bool send_output(struct talk *t)
{
    str_t out = lmtp_output(t->lmtp);
    bool ok =
        out.n == 0 || local_send(t->who.fd, clock_ms() + t->sv->o->write_ms, out) == LOCAL_DONE;
    lmtp_sent(t->lmtp);
    if (!ok)
        log_event(LOG_WARN, "reply_not_taken", "role", LOG_C(role_of(t->sv, t->who.listener)),
                  NULL);
    return ok;
}

/* A stop is noticed while waiting and, for input that is always there, between two mails. */
static void notice_stop(struct talk *t)
{
    int64_t stop_at = atomic_load(&t->sv->stop_at);
    if (stop_at == 0) return;
    t->stopping = true;
    if (lmtp_is_between(t->lmtp)) lmtp_give_up(t->lmtp, "4.3.2", "This server stops");
}

enum arrival { ARRIVED, ENDED, LATE, WOKEN };

static enum arrival wait_for_input(struct talk *t)
{
    struct pollfd fds[] = {{.fd = t->who.fd, .events = POLLIN},
                           {.fd = t->stopping ? -1 : t->sv->stop_fd, .events = POLLIN}};
    int64_t until = t->deadline, stop_at = t->stopping ? atomic_load(&t->sv->stop_at) : 0;
    if (stop_at && stop_at < until) until = stop_at;
    int64_t left = until - clock_ms();
    if (left <= 0) return LATE;
    int n = poll(fds, 2, left > 60000 ? 60000 : (int) left);
    if (n < 0) return errno == EINTR ? WOKEN : ENDED;
    return fds[0].revents && !fds[1].revents ? ARRIVED : WOKEN;
}

static enum arrival receive(struct talk *t, char *to, str_t *got)
{
    enum arrival arrival = wait_for_input(t);
    if (arrival != ARRIVED) return arrival;
    ssize_t n = recv(t->who.fd, to, INPUT_BYTES, MSG_DONTWAIT);
    if (n < 0) return errno == EAGAIN || errno == EINTR ? WOKEN : ENDED;
    *got = str_n(to, (size_t) n);
    return n == 0 ? ENDED : ARRIVED;
}

/* All of `in`; false: the peer is gone. */
static bool feed(struct talk *t, str_t in)
{
    const struct server_options *o = t->sv->o;
    while (in.n > 0 && !lmtp_is_over(t->lmtp)) {
        size_t used;
        enum lmtp_wants wants = lmtp_feed(t->lmtp, in, &used);
        in = str_sub(in, used, in.n);
        if (!send_output(t)) return false; /* who is gone already keeps the mail */
        if (wants == LMTP_ANSWER) {
            o->take(o->ctx, t->who.listener, lmtp_mail(t->lmtp));
            lmtp_answered(t->lmtp);
            notice_stop(t);
        }
    }
    return true;
}

static void say_late(struct talk *t)
{
    log_event(LOG_WARN, "peer_too_slow", "role", LOG_C(role_of(t->sv, t->who.listener)), "stopping",
              LOG_I(t->stopping), NULL);
    lmtp_give_up(t->lmtp, t->stopping ? "4.3.2" : "4.4.2",
                 t->stopping ? "This server stops" : "It took too long");
}

static void talk(struct talk *t)
{
    char input[INPUT_BYTES];
    for (bool on = true; on;) {
        str_t in = STR_NULL;
        notice_stop(t);
        if (!send_output(t) || lmtp_is_over(t->lmtp)) break;
        renew_deadline(t);
        enum arrival arrival = receive(t, input, &in);
        if (arrival == LATE) say_late(t);
        on = arrival != ENDED && feed(t, in);
    }
    wipe(input, sizeof input);
}

static void turn_away(int fd, str_t reply)
{
    local_send(fd, clock_ms() + TURN_AWAY_MS, reply);
    close(fd);
}

static void serve(struct server *sv, const struct waiting *who)
{
    struct talk t = {.sv = sv, .who = *who};
    if (lmtp_new(&sv->o->lmtp, &t.lmtp, NULL) != RC_OK) {
        turn_away(who->fd, STR("421 4.3.1 There is no memory now\r\n"));
        return;
    }
    talk(&t);
    lmtp_free(t.lmtp);
    close(who->fd);
}

static void *work(void *arg)
{
    struct server *sv = arg;
    pthread_mutex_lock(&sv->lock);
    while (!sv->stopping) {
        if (sv->count == 0) {
            pthread_cond_wait(&sv->changed, &sv->lock);
            continue;
        }
        struct waiting who = sv->line[sv->first];
        sv->first = (sv->first + 1) % SERVER_LINE;
        sv->count--;
        pthread_mutex_unlock(&sv->lock);
        serve(sv, &who);
        pthread_mutex_lock(&sv->lock);
    }
    pthread_mutex_unlock(&sv->lock);
    return NULL;
}

/* --- the doors --------------------------------------------------------------------------- */

static void take_one(struct server *sv, unsigned listener)
{
    struct waiting who = {.fd = listen_accept(sv->o->listeners[listener].fd), .listener = listener};
    if (who.fd < 0) return;
    pthread_mutex_lock(&sv->lock);
    bool room = sv->count < SERVER_LINE;
    if (room) {
        sv->line[(sv->first + sv->count++) % SERVER_LINE] = who;
        pthread_cond_signal(&sv->changed);
    }
    pthread_mutex_unlock(&sv->lock);
    if (room) return;
    log_event(LOG_WARN, "queue_full", "role", LOG_C(role_of(sv, listener)), NULL);
    turn_away(who.fd, STR("421 4.3.2 Too many connections, please try again later\r\n"));
}

static void take_until_signal(struct server *sv, int signal_fd)
{
    const unsigned count = sv->o->listener_count;
    struct pollfd fds[1 + SERVER_LISTENERS] = {{.fd = signal_fd, .events = POLLIN}};
    for (unsigned i = 0; i < count; i++)
        fds[1 + i] = (struct pollfd){.fd = sv->o->listeners[i].fd, .events = POLLIN};
    for (;;) {
        if (poll(fds, 1 + count, -1) < 0) {
            if (errno == EINTR) continue;
            break;
        }
        if (fds[0].revents && listen_is_over(signal_fd)) break;
        for (unsigned i = 0; i < count; i++)
            if (fds[1 + i].revents) take_one(sv, i);
    }
    log_event(LOG_INFO, "stopping", NULL);
}

/* --- starting and stopping --------------------------------------------------------------- */

/* Who has no thread yet, in our line or the kernel's. */
static void turn_away_the_rest(struct server *sv)
{
    const str_t reply = STR("421 4.3.2 This server stops\r\n");
    for (; sv->count > 0; sv->count--, sv->first = (sv->first + 1) % SERVER_LINE)
        turn_away(sv->line[sv->first].fd, reply);
    for (unsigned i = 0; i < sv->o->listener_count; i++)
        for (int fd;
             (fd = accept4(sv->o->listeners[i].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;)
            turn_away(fd, reply);
}

static void stop(struct server *sv, const pthread_t *threads, unsigned n)
{
    const uint64_t one = 1;
    atomic_store(&sv->stop_at, clock_ms() + sv->o->grace_ms);
    pthread_mutex_lock(&sv->lock);
    sv->stopping = true;
    turn_away_the_rest(sv);
    pthread_cond_broadcast(&sv->changed);
    pthread_mutex_unlock(&sv->lock);
    if (write(sv->stop_fd, &one, sizeof one) != sizeof one)
        log_event(LOG_ERROR, "stop_failed", "errno", LOG_I(errno), NULL);
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

static unsigned start(struct server *sv, pthread_t *threads)
{
    pthread_attr_t attr;
    unsigned n = 0;
    if (pthread_attr_init(&attr) != 0) return 0;
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    while (n < sv->o->threads && pthread_create(&threads[n], &attr, work, sv) == 0)
        n++;
    pthread_attr_destroy(&attr);
    return n;
}

rc_t server_run(const struct server_options *o, struct err *e)
{
    struct server sv = {.o = o,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .changed = PTHREAD_COND_INITIALIZER,
                        .stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    pthread_t threads[SERVER_THREADS];
    int signal_fd = listen_signals();
    rc_t rc = RC_OK;
    unsigned n = 0;
    if (o->threads == 0 || o->threads > SERVER_THREADS || o->listener_count == 0 ||
        o->listener_count > SERVER_LISTENERS)
        rc = err_set(e, RC_INVALID, "The number of threads or listeners is out of range.");
    else if (sv.stop_fd < 0 || signal_fd < 0)
        rc = err_set(e, RC_INTERNAL, "signalfd, eventfd: %s", strerror(errno));
    else if ((n = start(&sv, threads)) < o->threads)
        rc = err_set(e, RC_NO_MEMORY, "Not all worker threads could be started.");
    else
        take_until_signal(&sv, signal_fd);
    if (n > 0) stop(&sv, threads, n);
    if (signal_fd >= 0) close(signal_fd);
    if (sv.stop_fd >= 0) close(sv.stop_fd);
    return rc;
}
