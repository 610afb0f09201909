/* Certification requests (PKCS #10, RFC 2986): what a key made in the browser asks an authority
 * for.
 */
#ifndef WAXSEAL_CRYPTO_REQUEST_H
#define WAXSEAL_CRYPTO_REQUEST_H

#include "base/arena.h"
#include "base/err.h"
#include "crypto/cert.h"

#define REQUEST_MAX_BYTES (16u << 10)

/* DER and nothing after it, signed with its own key, and the key one we would use: RSA of 2048 to
 * 8192 bits, or EC on P-256, P-384, P-521. RC_DAMAGED, RC_TOO_LARGE, RC_UNSUPPORTED (the key, or a
 * signature with another digest than SHA-256, 384 or 512, or with PSS). */
rc_t request_check(str_t der, struct err *e) WX_MUST_USE;

/* True when the certificate is for the request's key. False for a request that cannot be read. */
bool request_has_key_of(str_t der, const struct cert *c);

/* True when both certificates are for one key. */
bool cert_same_key(const struct cert *a, const struct cert *b);

#endif
