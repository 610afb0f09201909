#include "base/fetch.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fetch_wire.h"

struct call {
    int fd;
    int64_t deadline; /* CLOCK_MONOTONIC, ms */
    struct err *e;
};

static rc_t down(struct call *c, const char *what, int error)
{
    err_set(c->e, RC_FETCH_DOWN, NULL);
    err_detail(c->e, "waxseal-fetch: %s%s%s", what, error ? ": " : "",
               error ? strerror(error) : "");
    return RC_FETCH_DOWN;
}

static rc_t wait_for(struct call *c, short events)
{
    for (;;) {
        int64_t left = c->deadline - clock_ms();
        struct pollfd p = {.fd = c->fd, .events = events};
        /* Not RC_TIMEOUT: it answers before our deadline, also that the far server did not. */
        if (left <= 0) return down(c, "no answer in time", 0);
        int n = poll(&p, 1, (int) left);
        if (n > 0) return RC_OK;
        if (n < 0 && errno != EINTR) return down(c, "poll", errno);
    }
}

static rc_t open_connection(struct call *c, str_t path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (path.n == 0 || path.n >= sizeof addr.sun_path) return down(c, "no socket is configured", 0);
    memcpy(addr.sun_path, path.p, path.n);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->fd < 0) return down(c, "socket", errno);
    for (;;) {
        if (connect(c->fd, (const struct sockaddr *) &addr, sizeof addr) == 0) return RC_OK;
        /* EAGAIN: its backlog is full. A Unix socket cannot be waited for then. */
        if (errno != EAGAIN && errno != EINTR) return down(c, "connect", errno);
        if (clock_ms() >= c->deadline) return wait_for(c, POLLOUT);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

static rc_t send_all(struct call *c, str_t bytes)
{
    while (bytes.n > 0) {
        ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n >= 0)
            bytes = str_sub(bytes, (size_t) n, bytes.n);
        else if (errno == EAGAIN)
            TRY(wait_for(c, POLLOUT));
        else if (errno == EPIPE || errno == ECONNRESET)
            return RC_OK; /* it may have said why before it closed */
        else if (errno != EINTR)
            return down(c, "send", errno);
    }
    return RC_OK;
}

static rc_t receive(struct call *c, void *to, size_t n)
{
    char *p = to;
    while (n > 0) {
        ssize_t got = recv(c->fd, p, n, 0);
        if (got > 0) {
            p += got;
            n -= (size_t) got;
        } else if (got == 0) {
            return down(c, "the connection ended early", 0);
        } else if (errno == EAGAIN) {
            TRY(wait_for(c, POLLIN));
        } else if (errno != EINTR) {
            return down(c, "receive", errno);
        }
    }
    return RC_OK;
}

static rc_t failure(struct call *c, enum fetch_outcome outcome, str_t detail)
{
    static const rc_t codes[FETCH_OUTCOME_COUNT] = {
        [FETCH_UNREACHABLE] = RC_SOURCE_DOWN, [FETCH_REFUSED] = RC_SOURCE_REFUSED,
        [FETCH_TOO_LARGE] = RC_TOO_LARGE,     [FETCH_TIMED_OUT] = RC_TIMEOUT,
        [FETCH_BUSY] = RC_FETCH_DOWN,         [FETCH_FAILED] = RC_FETCH_DOWN};
    err_set(c->e, codes[outcome], NULL);
    err_detail(c->e, "%.*s", STR_ARG(detail));
    return codes[outcome];
}

static rc_t read_answer(struct call *c, uint32_t max_bytes, struct arena *a,
                        struct fetch_answer *out)
{
    unsigned char head[FETCH_ANSWER_HEAD];
    struct fetch_answer_head h;
    struct fetch_answer answer;
    str_t detail;
    TRY(receive(c, head, sizeof head));
    if (!fetch_read_answer_head(head, max_bytes, &h)) return down(c, "an answer I cannot read", 0);
    size_t n = (size_t) h.content_type + h.body + h.detail;
    char *rest = arena_alloc(a, n + 1);
    if (!rest) return err_set(c->e, RC_NO_MEMORY, NULL);
    TRY(receive(c, rest, n));
    if (!fetch_cut_answer(&h, str_n(rest, n), &answer, &detail))
        return down(c, "an answer I cannot read", 0);
    if (h.outcome != FETCH_ANSWERED) return failure(c, h.outcome, detail);
    *out = answer;
    return RC_OK;
}

rc_t fetch_call(str_t socket, const struct fetch_request *q, struct arena *a,
                struct fetch_answer *out, struct err *e)
{
    struct call c = {.fd = -1, .deadline = clock_ms() + q->timeout_ms, .e = e};
    struct fetch_request sent = *q;
    CLEANUP_BUF struct buf b =
        BUF_INIT(FETCH_REQUEST_HEAD + FETCH_MAX_URL + FETCH_MAX_TYPE + FETCH_MAX_BODY);
    /* The daemon ends a little earlier, so that its reason arrives before our own deadline. */
    sent.timeout_ms -= q->timeout_ms / 16;
    if (!fetch_put_request(&sent, &b)) return err_set(e, RC_INVALID, "That cannot be fetched.");
    rc_t rc = open_connection(&c, socket);
    if (rc == RC_OK) rc = send_all(&c, buf_view(&b));
    if (rc == RC_OK) rc = read_answer(&c, q->max_bytes, a, out);
    if (c.fd >= 0) close(c.fd);
    return rc;
}
