#include "base/listen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

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
