#include "base/local.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static enum local_result wait_for(int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - clock_ms();
        struct pollfd p = {.fd = fd, .events = events};
        if (left <= 0) return LOCAL_LATE;
        int n = poll(&p, 1, left > 60000 ? 60000 : (int) left);
        if (n > 0) return LOCAL_DONE;
        if (n < 0 && errno != EINTR) return LOCAL_ENDED;
    }
}

enum local_result local_connect(str_t path, int64_t deadline, int *fd)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (path.n == 0 || path.n >= sizeof addr.sun_path) {
        errno = ENOENT;
        return LOCAL_ENDED;
    }
    memcpy(addr.sun_path, path.p, path.n);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0) return LOCAL_ENDED;
    for (;;) {
        if (connect(s, (const struct sockaddr *) &addr, sizeof addr) == 0) {
            *fd = s;
            return LOCAL_DONE;
        }
        int why = errno;
        /* EAGAIN: its backlog is full. A Unix socket cannot be waited for then. */
        bool again = why == EAGAIN || why == EINTR;
        if (!again || clock_ms() >= deadline) {
            close(s);
            errno = why;
            return again ? LOCAL_LATE : LOCAL_ENDED;
        }
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

enum local_result local_receive(int fd, int64_t deadline, void *to, size_t n)
{
    char *p = to;
    while (n > 0) {
        ssize_t got = recv(fd, p, n, MSG_DONTWAIT);
        if (got > 0) {
            p += got;
            n -= (size_t) got;
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            return LOCAL_ENDED;
        } else {
            enum local_result r = wait_for(fd, POLLIN, deadline);
            if (r != LOCAL_DONE) return r;
        }
    }
    return LOCAL_DONE;
}

enum local_result local_send(int fd, int64_t deadline, str_t bytes)
{
    while (bytes.n > 0) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) {
            bytes = str_sub(bytes, (size_t) n, bytes.n);
        } else if (errno != EAGAIN && errno != EINTR) {
            return LOCAL_ENDED;
        } else {
            enum local_result r = wait_for(fd, POLLOUT, deadline);
            if (r != LOCAL_DONE) return r;
        }
    }
    return LOCAL_DONE;
}

bool local_peer(int fd, uid_t *out)
{
    struct ucred who;
    socklen_t n = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) != 0 || n != sizeof who) return false;
    *out = who.uid;
    return true;
}
