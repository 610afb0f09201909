/* Sockets to serve on, and what ends serving. */
#ifndef WAXSEAL_BASE_LISTEN_H
#define WAXSEAL_BASE_LISTEN_H

#include "base/err.h"
#include "base/str.h"

/* Listens on `path`, mode 0660, close-on-exec. A stale file is replaced; one that somebody answers
 * on is RC_CONFLICT. The name appears when it listens, so that who finds it is served. */
rc_t listen_unix(str_t path, int backlog, bool nonblocking, int *fd, struct err *e) WX_MUST_USE;

/* The same on a TCP port of this machine only: `address` is one of 127.0.0.0/8, or ::1; any other
 * is RC_INVALID. Port 0: the kernel chooses. */
rc_t listen_loopback(str_t address, uint16_t port, int backlog, bool nonblocking, int *fd,
                     struct err *e) WX_MUST_USE;

/* The next connection of a non-blocking socket (non-blocking, close-on-exec), or -1: none. Where
 * the system has no room for one it says so in the log and takes a tenth of a second, so that a
 * loop around poll does not spin. */
int listen_accept(int fd);

/* A descriptor that is readable when SIGTERM, SIGINT or SIGHUP came, which must be blocked in every
 * thread; -1 with errno. */
int listen_signals(void);
/* Takes what came; true when it is one that ends serving (SIGHUP means nothing here). */
bool listen_is_over(int signal_fd);

#endif
