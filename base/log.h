/* Structured log: one JSON object a line on stderr (or the given descriptor).
 *
 * Events have constant names ("imap_connect_failed"); values are quoted.
 * Never log a body, a passphrase, a cookie or a key.
 *
 *     log_event(LOG_WARN, "signin_failed", "account", LOG_S(account), "code", LOG_I(401), NULL);
 */
#ifndef WAXSEAL_BASE_LOG_H
#define WAXSEAL_BASE_LOG_H

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_value {
    enum { LOG_VALUE_STR, LOG_VALUE_INT } kind;
    str_t s;
    long long i;
};

#define LOG_S(slice) (&(struct log_value){.kind = LOG_VALUE_STR, .s = (slice)})
#define LOG_C(cstr) (&(struct log_value){.kind = LOG_VALUE_STR, .s = str_c(cstr)})
#define LOG_I(num) (&(struct log_value){.kind = LOG_VALUE_INT, .i = (long long) (num)})

/* "debug", "info", "warn" or "error"; anything else is info. */
enum log_level log_level_of(str_t word);

/* Events below `least` are dropped. fd is not owned. Call once, before threads. */
void log_init(int fd, enum log_level least, const char *process);
/* Pairs of (const char *name, const struct log_value *), ended by NULL. Lines are
 * written by one write(2); values longer than 512 bytes are cut. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));
/* The error as fields code, message, detail, with a name for what was tried. */
void log_err(enum log_level level, const char *event, const struct err *e);

#endif
