/* Internal to mail/: libetpan's stream over our own (docs/adr/0005).
 *
 * libetpan's stock drivers check no certificate, use select(2) (which aborts the process at
 * descriptor 1,024) and know no total deadline. This driver puts struct stream underneath.
 */
#ifndef WAXSEAL_MAIL_STREAM_DRIVER_H
#define WAXSEAL_MAIL_STREAM_DRIVER_H

#include <libetpan/mailstream.h>

#include "crypto/tls.h"

/* Takes the stream over: mailstream_close closes it. NULL (stream still the caller's) when out
 * of memory. */
mailstream *stream_driver_wrap(struct stream *s);
/* Frees what wraps the stream and leaves the stream as it is: the caller's again. */
void stream_driver_release(mailstream *ms);
/* The stream underneath. */
struct stream *stream_driver_stream(mailstream *ms);
/* From here on at most `bytes` bytes and `parens` opening parentheses may come in; the read
 * that passes either fails. While libetpan itself parses, this bounds its memory and its
 * recursion, which it does not do itself. 0, 0 lifts the guard. */
void stream_driver_guard(mailstream *ms, size_t bytes, size_t parens);
/* Bytes that came in and that nobody has read: plaintext that must not survive STARTTLS. */
bool stream_driver_has_leftover(const mailstream *ms);

#endif
