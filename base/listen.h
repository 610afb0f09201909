/* A Unix socket to serve on. */
#ifndef WAXSEAL_BASE_LISTEN_H
#define WAXSEAL_BASE_LISTEN_H

#include "base/err.h"
#include "base/str.h"

/* Listens on `path`, mode 0660, close-on-exec. A stale file is replaced; one that somebody answers
 * on is RC_CONFLICT. The name appears when it listens, so that who finds it is served. */
rc_t listen_unix(str_t path, int backlog, bool nonblocking, int *fd, struct err *e) WX_MUST_USE;

#endif
