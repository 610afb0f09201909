/* The worker process: threads that accept, parse, handle and answer. The only file that knows
 * libfcgi.
 *
 * Connections are accepted here and handed to libfcgi, which reads one request from each; they are
 * never kept (a kept connection pins a thread, measured: 65 ms mean latency with 16 threads). The
 * listening socket is shared by all worker processes, so stopping may not shut it down: threads
 * that wait in accept are woken by a signal until all have seen the flag. Everywhere else the
 * signal is blocked, or it would break off the reads and writes of requests that are under way.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "fcgi/address.h"
#include "fcgi/push.h"
#include "fcgi/record.h"
#include "fcgi/request.h"
#include "fcgi/response.h"

#define WAKE_SIGNAL SIGUSR2
#define DRAIN_BYTES                                                                                \
    (256u << 20) /* of a refused body, so that the front server reads our answer                   \
                  */

#define LARGE_BYTES 32768u /* written past libfcgi's buffer */

struct server {
    const struct http_server_options *options;
    int listen_fd;
    atomic_bool stop;
    atomic_uint running; /* threads */
};

struct transport {
    FCGX_Request fcgi;
    uint64_t body_read;
    struct push_hub *hub; /* has taken the connection over */
    uint64_t stream;
    bool broken; /* what was sent is not whole, and nothing may say that it is */
};

/* --- what handlers may ask of the connection ------------------------------------------- */

rc_t request_body(struct request *r, struct buf *out, struct err *e)
{
    struct transport *t = r->transport;
    if (r->content_length > out->max - out->n)
        return err_set(e, RC_TOO_LARGE, "This is too large; at most %zu bytes are accepted.",
                       out->max);
    if (!buf_reserve(out, (size_t) r->content_length)) return err_set(e, RC_NO_MEMORY, NULL);
    while (t->body_read < r->content_length) {
        char chunk[16384];
        uint64_t left = r->content_length - t->body_read;
        int want = left < sizeof chunk ? (int) left : (int) sizeof chunk;
        int n = FCGX_GetStr(chunk, want, t->fcgi.in);
        if (n <= 0) return err_set(e, RC_CANCELLED, NULL);
        t->body_read += (uint64_t) n;
        bool kept = buf_add(out, chunk, (size_t) n);
        if (out->secret) wipe(chunk, (size_t) n);
        if (!kept) return err_set(e, RC_NO_MEMORY, NULL);
    }
    return RC_OK;
}

bool request_cancelled(const struct request *r)
{
    const struct transport *t = r->transport;
    if (!t) return false; /* nobody is connected: a handler called by itself */
    struct pollfd p = {.fd = t->fcgi.ipcFd, .events = POLLRDHUP};
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* All of both, whatever the socket takes at once. */
static bool send_both(int fd, struct iovec iov[2])
{
    while (iov[1].iov_len > 0) {
        struct msghdr m = {.msg_iov = iov, .msg_iovlen = 2};
        ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        for (int i = 0; i < 2; i++) {
            size_t took = (size_t) n < iov[i].iov_len ? (size_t) n : iov[i].iov_len;
            iov[i].iov_base = (char *) iov[i].iov_base + took;
            iov[i].iov_len -= took;
            n -= (ssize_t) took;
        }
    }
    return true;
}

/* Past libfcgi, which would copy it into records of 8 KB, one write and one waking each. Leaves
 * less than 8 bytes of it, so that no record needs padding. */
static rc_t put_large(FCGX_Request *fcgi, str_t *bytes, struct err *e)
{
    if (FCGX_FFlush(fcgi->out) != 0) return err_set(e, RC_CANCELLED, NULL);
    while (bytes->n >= 8) {
        unsigned char head[RECORD_HEADER_BYTES];
        size_t n = bytes->n < RECORD_CONTENT_MAX ? bytes->n / 8 * 8 : RECORD_CONTENT_MAX;
        record_stdout_head(head, (uint16_t) fcgi->requestId, n);
        struct iovec iov[2] = {{head, sizeof head}, {(char *) (uintptr_t) bytes->p, n}};
        if (!send_both(fcgi->ipcFd, iov)) return err_set(e, RC_CANCELLED, NULL);
        *bytes = str_sub(*bytes, n, bytes->n);
    }
    return RC_OK;
}

static rc_t put_all(FCGX_Request *fcgi, str_t bytes, struct err *e)
{
    if (bytes.n >= LARGE_BYTES) TRY(put_large(fcgi, &bytes, e));
    while (bytes.n > 0) {
        int n = bytes.n > (1u << 20) ? 1 << 20 : (int) bytes.n;
        if (FCGX_PutStr(bytes.p, n, fcgi->out) != n) return err_set(e, RC_CANCELLED, NULL);
        bytes = str_sub(bytes, (size_t) n, bytes.n);
    }
    return RC_OK;
}

static rc_t put(struct transport *t, str_t bytes, struct err *e)
{
    rc_t rc = put_all(&t->fcgi, bytes, e);
    if (rc != RC_OK) t->broken = true;
    return rc;
}

static rc_t send_head(struct request *q, struct response *r, bool with_length, struct err *e)
{
    struct transport *t = q->transport;
    CLEANUP_BUF struct buf head = BUF_INIT(32u << 10);
    if (!response_head(r, with_length, &head)) return err_set(e, RC_NO_MEMORY, NULL);
    r->started = true;
    return put(t, buf_view(&head), e);
}

rc_t response_start(struct request *q, struct response *r, struct err *e)
{
    return send_head(q, r, false, e);
}

rc_t response_write(struct request *q, str_t piece, struct err *e)
{
    struct transport *t = q->transport;
    return put(t, piece, e);
}

void response_break(struct request *q)
{
    struct transport *t = q->transport;
    t->broken = true;
}

rc_t push_take(struct push_hub *h, struct request *q, struct response *r, uint64_t *id,
               struct err *e)
{
    struct transport *t = q->transport;
    uint64_t stream = push_reserve(h);
    if (stream == 0) return err_set(e, RC_THROTTLED, "Too many event streams are open.");
    rc_t rc = send_head(q, r, false, e);
    if (rc == RC_OK && FCGX_FFlush(t->fcgi.out) != 0) rc = err_set(e, RC_CANCELLED, NULL);
    if (rc != RC_OK) {
        push_give_back(h, stream);
        return rc;
    }
    t->hub = h;
    *id = t->stream = stream;
    return RC_OK;
}

/* --- one request ------------------------------------------------------------------------ */

/* A body nobody read would make the front server fail before it sees the answer. */
static void drain(struct request *q)
{
    struct transport *t = q->transport;
    char chunk[16384];
    while (t->body_read < q->content_length && t->body_read < DRAIN_BYTES) {
        int n = FCGX_GetStr(chunk, sizeof chunk, t->fcgi.in);
        if (n <= 0) break;
        t->body_read += (uint64_t) n;
    }
}

static void answer(struct server *sv, struct transport *t, struct arena *a, void *state)
{
    struct request q = {.arena = a};
    struct response s = {.status = 200, .body = BUF_INIT_SECRET(256u << 20)};
    struct err e = {0}, gone = {0};
    t->body_read = 0;
    t->hub = NULL;
    t->broken = false;
    rc_t rc = request_parse(t->fcgi.envp, sv->options->trusted_proxies,
                            sv->options->trusted_proxy_count, a, &q, &e);
    q.transport = t;
    response_defaults(&s);
    if (rc == RC_OK) {
        s.head_only = q.method == METHOD_HEAD;
        response_header(&s, STR("X-Request-Id"), q.id);
        sv->options->handle(&q, &s, sv->options->app, state);
    } else {
        s.status = err_http_status(rc);
        response_type(&s, STR("text/plain; charset=utf-8"));
        buf_cstr(&s.body, e.message);
    }
    if (!t->hub) drain(&q);
    if (!s.started && send_head(&q, &s, true, &gone) == RC_OK && !s.head_only) {
        str_t body = s.static_body.p ? s.static_body : buf_view(&s.body);
        if (put(t, body, &gone) != RC_OK)
            log_event(LOG_DEBUG, "client_gone", "request", LOG_S(q.id), NULL);
    }
    buf_free(&s.body);
}

/* How the private state of libfcgi's streams begins (2.4.2, FCGX_Stream_Data). */
struct stream_state {
    unsigned char *bytes;
    int size;
};

static void wipe_buffer(const FCGX_Stream *s, const unsigned char *stop)
{
    const struct stream_state *d = s->data;
    bool as_expected = d && d->bytes && d->size >= 32 && d->size <= 65536 && stop >= d->bytes &&
                       stop <= d->bytes + d->size;
    if (as_expected) wipe(d->bytes, (size_t) d->size);
}

/* An answer that is not whole gets no end: libfcgi would write one, perhaps into the middle of a
 * record. nginx takes a closed connection for an end as well, where no length was told, but not a
 * record of a version that FastCGI does not have: then its own client sees a connection cut off. */
static void break_off(FCGX_Request *fcgi)
{
    static const unsigned char none[RECORD_HEADER_BYTES];
    if (FCGX_FFlush(fcgi->out) == 0)
        (void) send(fcgi->ipcFd, none, sizeof none, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fcgi->ipcFd, SHUT_RDWR);
}

/* Ends the answer, whose last bytes and end leave in one piece, and wipes: passwords, content keys
 * and opened mail passed through libfcgi's buffers, which it frees as they are. An answer that goes
 * on elsewhere is only flushed. */
static void finish_and_wipe(struct transport *t)
{
    FCGX_Request *fcgi = &t->fcgi;
    const unsigned char *stop = fcgi->out->stop; /* of the buffer, as long as the stream is open */
    if (t->hub) {
        FCGX_FFlush(fcgi->out);
    } else {
        if (t->broken) break_off(fcgi);
        FCGX_FClose(fcgi->err);
        FCGX_FClose(fcgi->out);
    }
    wipe_buffer(fcgi->out, stop);
    wipe_buffer(fcgi->in, fcgi->in->stop);
}

/* --- threads ---------------------------------------------------------------------------- */

static void set_timeouts(int fd, int ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
}

/* libfcgi forgets the request without closing the connection or ending the answer. */
static void hand_over(struct transport *t)
{
    int fd = t->fcgi.ipcFd, request = t->fcgi.requestId;
    FCGX_Free(&t->fcgi, 0);
    t->fcgi.ipcFd = -1;
    push_attach(t->hub, t->stream, fd, (uint16_t) request);
}

static void serve_connection(struct server *sv, struct transport *t, int fd, struct arena *a,
                             void *state)
{
    set_timeouts(fd, sv->options->io_timeout_ms);
    FCGX_InitRequest(&t->fcgi, -1, 0); /* -1: libfcgi never accepts by itself */
    t->fcgi.ipcFd = fd;
    t->fcgi.keepConnection = 1; /* or FCGX_Accept_r would close it as the last request's */
    if (FCGX_Accept_r(&t->fcgi) != 0) return; /* malformed or cut off: libfcgi has closed it */
    t->fcgi.keepConnection = 0;
    answer(sv, t, a, state);
    finish_and_wipe(t);
    if (t->hub)
        hand_over(t);
    else
        FCGX_Finish_r(&t->fcgi);
    arena_reset(a);
}

static int accept_one(int listen_fd)
{
    sigset_t wake_set;
    sigemptyset(&wake_set);
    sigaddset(&wake_set, WAKE_SIGNAL);
    pthread_sigmask(SIG_UNBLOCK, &wake_set, NULL);
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    int saved = errno;
    pthread_sigmask(SIG_BLOCK, &wake_set, NULL);
    errno = saved;
    return fd;
}

static void *thread_main(void *arg)
{
    struct server *sv = arg;
    struct transport t;
    CLEANUP_ARENA struct arena *a = arena_new(sv->options->request_arena_bytes);
    void *state = sv->options->thread_start(sv->options->app);
    if (!a || !state) {
        log_event(LOG_ERROR, "thread_start_failed", NULL);
        kill(getpid(), SIGTERM);
    }
    while (a && state && !atomic_load(&sv->stop)) {
        int fd = accept_one(sv->listen_fd);
        if (fd >= 0) {
            serve_connection(sv, &t, fd, a, state);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            log_event(LOG_ERROR, "accept_failed", "errno", LOG_I(errno), NULL);
            nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        } else if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) {
            break;
        }
    }
    if (state) sv->options->thread_stop(state);
    atomic_fetch_sub(&sv->running, 1);
    return NULL;
}

static void wake(int sig)
{
    (void) sig; /* its only use is to interrupt accept */
}

static void stop_threads(struct server *sv, pthread_t *threads, unsigned n)
{
    int64_t end = clock_ms() + sv->options->stop_timeout_ms;
    atomic_store(&sv->stop, true);
    while (atomic_load(&sv->running) > 0) {
        if (clock_ms() >= end) {
            log_event(LOG_ERROR, "stop_forced", "threads",
                      LOG_I((int64_t) atomic_load(&sv->running)), NULL);
            kill(getpid(), SIGKILL);
        }
        /* A thread between its look at the flag and accept misses a single signal: again. */
        for (unsigned i = 0; i < n; i++)
            pthread_kill(threads[i], WAKE_SIGNAL);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

static unsigned start_threads(struct server *sv, pthread_t *threads)
{
    pthread_attr_t attr;
    size_t stack = sv->options->stack_bytes < (1u << 20) ? 1u << 20 : sv->options->stack_bytes;
    unsigned n = 0;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, stack);
    for (; n < sv->options->threads; n++) {
        atomic_fetch_add(&sv->running, 1);
        if (pthread_create(&threads[n], &attr, thread_main, sv) != 0) {
            atomic_fetch_sub(&sv->running, 1);
            break;
        }
    }
    pthread_attr_destroy(&attr);
    return n;
}

rc_t http_serve(const struct http_server_options *o, int listen_fd, struct err *e)
{
    struct server sv = {.options = o, .listen_fd = listen_fd};
    struct sigaction act = {.sa_handler = wake};
    sigset_t set;
    int sig;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&act.sa_mask);
    sigaction(WAKE_SIGNAL, &act, NULL); /* without SA_RESTART */
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, WAKE_SIGNAL); /* threads inherit this; see accept_one */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    sigdelset(&set, WAKE_SIGNAL);
    if (FCGX_Init() != 0) return err_set(e, RC_INTERNAL, "libfcgi could not be set up.");
    pthread_t *threads = calloc(o->threads, sizeof *threads);
    if (!threads) return err_set(e, RC_NO_MEMORY, NULL);
    unsigned n = start_threads(&sv, threads);
    if (n == o->threads) sigwait(&set, &sig);
    stop_threads(&sv, threads, n);
    free(threads);
    if (n < o->threads) return err_set(e, RC_NO_MEMORY, "Not all worker threads could be started.");
    return RC_OK;
}
