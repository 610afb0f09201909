/* One asker's connection: who it is, its request, its answer. */
#ifndef WAXSEAL_FETCH_PEER_H
#define WAXSEAL_FETCH_PEER_H

#include <sys/types.h>

#include "base/fetch_wire.h"

/* The user at the other end, as the kernel says. */
bool peer_user(int fd, uid_t *out);
/* Reads one request into storage (cleared first), into which *out points. False: it did not come in
 * time, or is none; the connection is of no use then. */
bool peer_read(int fd, int64_t deadline, struct buf *storage, struct fetch_request *out);
/* The kind a request says it is of, without taking anything from the connection. False: it did not
 * come in time, or is none; reading it will fail too. */
bool peer_peek(int fd, int64_t deadline, enum fetch_kind *out);
/* Sends an answer; a peer that does not take it in time loses it. body: FETCH_ANSWERED only. */
void peer_answer(int fd, int64_t deadline, enum fetch_outcome outcome,
                 const struct fetch_answer *answer, str_t detail);

#endif
