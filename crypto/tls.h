/* TLS client connections (OpenSSL) with certificate and host name checks, over
 * poll(2) with an absolute deadline. Plain TCP and Unix sockets use the same functions, so that
 * the mail layer has one stream type. Works with descriptors over 1,024.
 */
#ifndef WAXSEAL_CRYPTO_TLS_H
#define WAXSEAL_CRYPTO_TLS_H

#include <sys/types.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/err.h"

struct stream;

/* Connects (and does the handshake for TLS_MODE_IMPLICIT) before `deadline` (clock_ms).
 * RC_UNTRUSTED_PEER names host and reason; `down` is the code for an unreachable server. */
rc_t stream_connect(const struct config_endpoint *server, int64_t deadline, rc_t down,
                    struct stream **out, struct err *e) WX_MUST_USE;
/* The same to a Unix socket, which is this machine and never encrypted. */
rc_t stream_connect_local(str_t path, int64_t deadline, rc_t down, struct stream **out,
                          struct err *e) WX_MUST_USE;
/* Upgrades in place after STARTTLS. The stream holds no plaintext back itself; a caller that
 * buffers must refuse when its buffer is not empty (RFC 9051 section 11.1, command injection).
 * After a failure the stream is dead. */
rc_t stream_starttls(struct stream *s, const struct config_endpoint *server,
                     struct err *e) WX_MUST_USE;
/* Absolute (clock_ms), for everything until the next call. A stream that failed stays dead. */
void stream_set_deadline(struct stream *s, int64_t deadline);
/* Like read(2)/write(2): ≥ 1 bytes, or -1 at end, error or deadline; never 0. No SIGPIPE. */
ssize_t stream_read(struct stream *s, void *p, size_t n);
ssize_t stream_write(struct stream *s, const void *p, size_t n);
/* Bytes decrypted but not read yet. */
bool stream_pending(const struct stream *s);
bool stream_timed_out(const struct stream *s);
bool stream_encrypted(const struct stream *s);
/* The peer is this machine. */
bool stream_loopback(const struct stream *s);
int stream_fd(const struct stream *s);
/* NULL is allowed. */
void stream_close(struct stream *s);

#endif
