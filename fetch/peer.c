#include "fetch/peer.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "fetch/transfer.h"

bool peer_user(int fd, uid_t *out)
{
    struct ucred who;
    socklen_t n = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) != 0 || n != sizeof who) return false;
    *out = who.uid;
    return true;
}

static bool wait_for(int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - transfer_now_ms();
        struct pollfd p = {.fd = fd, .events = events};
        if (left <= 0) return false;
        int n = poll(&p, 1, (int) left);
        if (n > 0) return true;
        if (n < 0 && errno != EINTR) return false;
    }
}

static bool receive(int fd, int64_t deadline, char *p, size_t n)
{
    while (n > 0) {
        ssize_t got = recv(fd, p, n, MSG_DONTWAIT);
        if (got > 0) {
            p += got;
            n -= (size_t) got;
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            return false;
        } else if (!wait_for(fd, POLLIN, deadline)) {
            return false;
        }
    }
    return true;
}

static bool send_all(int fd, int64_t deadline, str_t bytes)
{
    while (bytes.n > 0) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0)
            bytes = str_sub(bytes, (size_t) n, bytes.n);
        else if ((errno != EAGAIN && errno != EINTR) || !wait_for(fd, POLLOUT, deadline))
            return false;
    }
    return true;
}

bool peer_read(int fd, int64_t deadline, struct buf *storage, struct fetch_request *out)
{
    char head[FETCH_REQUEST_HEAD];
    struct fetch_request_head h;
    buf_clear(storage);
    if (!receive(fd, deadline, head, sizeof head) ||
        !fetch_read_request_head((const unsigned char *) head, &h))
        return false;
    size_t n = (size_t) h.url + h.content_type + h.body;
    if (!buf_reserve(storage, n) || !receive(fd, deadline, storage->p, n)) return false;
    storage->n = n;
    return fetch_cut_request(&h, buf_view(storage), out);
}

bool peer_peek(int fd, int64_t deadline, enum fetch_kind *out)
{
    char head[FETCH_REQUEST_HEAD];
    struct fetch_request_head h;
    for (bool ended = false;;) {
        struct pollfd end = {.fd = fd, .events = POLLRDHUP};
        ssize_t got = recv(fd, head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
        if (got == (ssize_t) sizeof head) break;
        if (ended || got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return false;
        if (!wait_for(fd, POLLIN, deadline)) return false;
        /* A part of a head stays readable: looked at again in a while, or at the end. */
        if (got > 0) ended = poll(&end, 1, 5) > 0;
    }
    if (!fetch_read_request_head((const unsigned char *) head, &h)) return false;
    *out = h.kind;
    return true;
}

void peer_answer(int fd, int64_t deadline, enum fetch_outcome outcome,
                 const struct fetch_answer *answer, str_t detail)
{
    CLEANUP_BUF struct buf head = BUF_INIT(FETCH_ANSWER_HEAD + FETCH_MAX_TYPE + FETCH_MAX_DETAIL);
    if (!fetch_put_answer_head(outcome, answer, detail, &head)) return;
    if (send_all(fd, deadline, buf_view(&head)) && outcome == FETCH_ANSWERED)
        send_all(fd, deadline, answer->body);
}
