/* Internal to crypto/: name lookup and TCP connect with an absolute deadline. */
#ifndef WAXSEAL_CRYPTO_TLS_DIAL_H
#define WAXSEAL_CRYPTO_TLS_DIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Waits until fd is ready for `events` (poll(2) names). 1 ready, 0 deadline passed, -1 error. */
int dial_wait(int fd, short events, int64_t deadline);

/* A connected, non-blocking, close-on-exec socket. Tries every address of the host in turn, each
 * with its share of the time left. Names are looked up on a helper thread, so that dead name
 * servers cannot hold the caller over its deadline. *loopback: the peer is this machine.
 * `down` is the code for a host that cannot be reached; RC_TIMEOUT when time ran out. */
rc_t dial_tcp(str_t host, uint16_t port, int64_t deadline, rc_t down, int *fd, bool *loopback,
              struct err *e) WX_MUST_USE;

#endif
