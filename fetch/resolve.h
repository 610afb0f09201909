/* Names of servers of the configuration, with a deadline: getaddrinfo has none of its own.
 *
 * It runs in a thread that is given up at the deadline. Threads of this kind are few: while all of
 * them wait for a name server that does not answer, no further name is looked up. Addresses need
 * no thread.
 */
#ifndef WAXSEAL_FETCH_RESOLVE_H
#define WAXSEAL_FETCH_RESOLVE_H

#include <netdb.h>
#include <stdint.h>

enum { RESOLVE_MAX_THREADS = 8 };

enum resolve_outcome { RESOLVE_KNOWN, RESOLVE_UNKNOWN, RESOLVE_LATE, RESOLVE_BUSY };

/* Addresses for TCP. deadline: CLOCK_MONOTONIC, ms. *out, with RESOLVE_KNOWN only: freeaddrinfo by
 * the caller. RESOLVE_BUSY: nothing was tried. Any thread. */
enum resolve_outcome resolve_name(const char *host, uint16_t port, int64_t deadline,
                                  struct addrinfo **out);

#endif
