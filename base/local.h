/* Bytes over a Unix stream socket, each step with a deadline (clock_ms). */
#ifndef WAXSEAL_BASE_LOCAL_H
#define WAXSEAL_BASE_LOCAL_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

enum local_result {
    LOCAL_DONE,
    LOCAL_ENDED, /* the other side closed, or is not there (errno says) */
    LOCAL_LATE   /* the deadline passed */
};

/* A connection to the socket at `path` (non-blocking, close-on-exec); *fd is the caller's. */
enum local_result local_connect(str_t path, int64_t deadline, int *fd);
/* Exactly n bytes. What came before a failure is in `to`. */
enum local_result local_receive(int fd, int64_t deadline, void *to, size_t n);
/* All bytes. LOCAL_ENDED when the other side takes no more; it may have said why before. */
enum local_result local_send(int fd, int64_t deadline, str_t bytes);
/* The user at the other end, as the kernel says. */
bool local_peer(int fd, uid_t *out);

#endif
