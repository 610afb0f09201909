#include "base/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

static bool is_alive(const struct sockaddr_un *addr)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    bool alive = connect(fd, (const struct sockaddr *) addr, sizeof *addr) == 0;
    close(fd);
    return alive;
}

rc_t listen_unix(str_t path, int backlog, bool nonblocking, int *fd, struct err *e)
{
    struct sockaddr_un final = {.sun_family = AF_UNIX}, addr = {.sun_family = AF_UNIX};
    if (path.n == 0 || path.n + 1 >= sizeof addr.sun_path)
        return err_set(e, RC_INVALID, "The socket path is empty or too long.");
    memcpy(final.sun_path, path.p, path.n);
    memcpy(addr.sun_path, path.p, path.n);
    addr.sun_path[path.n] = '~';
    if (is_alive(&final))
        return err_set(e, RC_CONFLICT, "Another server is listening on %s.", final.sun_path);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
    if (s < 0) return err_set(e, RC_INTERNAL, "socket: %s", strerror(errno));
    unlink(addr.sun_path);
    mode_t before = umask(0117);
    int rc = bind(s, (const struct sockaddr *) &addr, sizeof addr);
    umask(before);
    if (rc != 0 || listen(s, backlog) != 0 || rename(addr.sun_path, final.sun_path) != 0) {
        err_set(e, RC_INTERNAL, "%s: %s", final.sun_path, strerror(errno));
        close(s);
        return RC_INTERNAL;
    }
    *fd = s;
    return RC_OK;
}

/* Loopback by the address that is bound, not by a name. */
static bool loopback_address(str_t address, uint16_t port, struct sockaddr_storage *out,
                             socklen_t *size)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct sockaddr_in *four = (struct sockaddr_in *) out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *) out;
    if (address.n == 0 || address.n >= sizeof text) return false;
    memcpy(text, address.p, address.n);
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        *size = sizeof *four;
        return ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1) return false;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    *size = sizeof *six;
    return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

rc_t listen_loopback(str_t address, uint16_t port, int backlog, bool nonblocking, int *fd,
                     struct err *e)
{
    struct sockaddr_storage addr;
    socklen_t size = 0;
    const int on = 1;
    if (!loopback_address(address, port, &addr, &size))
        return err_set(e, RC_INVALID, "%.*s is no address of this machine alone.",
                       STR_ARG(address));
    int s =
        socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
    if (s < 0) return err_set(e, RC_INTERNAL, "socket: %s", strerror(errno));
    if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(s, (const struct sockaddr *) &addr, size) != 0 || listen(s, backlog) != 0) {
        rc_t rc = err_set(e, errno == EADDRINUSE ? RC_CONFLICT : RC_INTERNAL, "%.*s port %u: %s",
                          STR_ARG(address), port, strerror(errno));
        close(s);
        return rc;
    }
    *fd = s;
    return RC_OK;
}

int listen_accept(int fd)
{
    int got = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (got < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
        log_event(LOG_ERROR, "accept_failed", "errno", LOG_I(errno), NULL);
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return got;
}

int listen_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool listen_is_over(int signal_fd)
{
    struct signalfd_siginfo got;
    return read(signal_fd, &got, sizeof got) == sizeof got && got.ssi_signo != SIGHUP;
}
