/* Internal to crypto/: writing DER (ITU-T X.690) bottom-up into a buffer.
 *
 * A constructed value is made by writing what it holds and then wrapping it:
 *
 *     size_t at = b->n;
 *     buf_add(b, ...);               contents
 *     der_wrap(b, at, BER_SEQUENCE); header in front of them
 *
 * Wrapping moves the contents once, which is right for the kilobytes of a head; for megabytes
 * there is der_head. Failures are those of struct buf: look at `failed` at the end.
 */
#ifndef WAXSEAL_CRYPTO_DER_H
#define WAXSEAL_CRYPTO_DER_H

#include "base/buf.h"
#include "crypto/ber.h"

#define DER_HEAD_MAX 10

/* Header of a value with n content octets; returns its length. */
size_t der_head(unsigned char out[DER_HEAD_MAX], unsigned char id, size_t n);
/* Puts a header in front of everything from offset `from` on. */
void der_wrap(struct buf *b, size_t from, unsigned char id);
/* One primitive value. */
void der_add(struct buf *b, unsigned char id, str_t content);

#endif
