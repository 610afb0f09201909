/* Memory that all worker processes and the master share: which message each thread is parsing,
 * which messages have ended a worker, and local counters of the sign-in throttle.
 *
 * A mail that crashes a parser takes its worker process with it (libraries, not only our code, see
 * hostile bytes). Before a message is parsed, its thread is marked; the crashing thread flags its
 * own mark from the signal handler; the master then puts the message on the list of unreadable
 * ones. A worker that was killed from outside (memory, for example) makes its messages suspect: the
 * second time they are unreadable too.
 */
#ifndef WAXSEAL_WEBMAIL_SHARED_H
#define WAXSEAL_WEBMAIL_SHARED_H

#include <sys/types.h>

#include "base/err.h"

struct shared;

struct shared_key {
    unsigned char bytes[16];
};

/* Before the first fork. */
rc_t shared_new(struct shared **out, struct err *e) WX_MUST_USE;
/* Names a thing: the start of a SHA-256 over the parts. */
rc_t shared_key_of(const str_t *parts, size_t n, struct shared_key *out, struct err *e) WX_MUST_USE;

/* In each worker thread: takes a mark and a signal stack. False when none is left. */
bool shared_thread_start(struct shared *s);
void shared_thread_stop(struct shared *s);
/* In the worker process, once: handlers of the signals a parser can die of. */
void shared_watch_crashes(void);

/* RC_DAMAGED when this message has ended a worker before; else it is marked until
 * shared_parse_end. */
rc_t shared_parse_begin(struct shared *s, const struct shared_key *message,
                        struct err *e) WX_MUST_USE;
void shared_parse_end(struct shared *s);
/* In the master, for a worker that has ended. by_signal: not by exit. */
void shared_reap(struct shared *s, pid_t pid, bool by_signal);

/* Counts in windows of `seconds`: adds `delta` and returns the sum of the present window. A full
 * table forgets its oldest windows first. */
unsigned shared_count(struct shared *s, const struct shared_key *key, unsigned seconds, int delta,
                      int64_t now);

#endif
