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

/* The SubjectPublicKeyInfo of a request that was checked. RC_DAMAGED. */
rc_t request_public_key(str_t der, struct arena *a, str_t *spki, struct err *e) WX_MUST_USE;

/* The kind of its key in words, "RSA 3072" or "P-256", in the arena. RC_DAMAGED. */
rc_t request_algorithm(str_t der, struct arena *a, str_t *out, struct err *e) WX_MUST_USE;

/* Does a request that was checked ask for this address, and for nothing else? Its alternative names
 * are mailboxes, all of them this one (case of ASCII letters aside), one at least. */
bool request_is_of(str_t der, str_t address);

/* In PEM, in the arena (null: no memory). */
str_t request_pem(str_t der, struct arena *a);

/* What an authority sends back: one certificate in DER, one or several in PEM, or a bundle of
 * certificates (PKCS #7, DER or PEM); other PEM blocks are passed over. At least one, at most `max`
 * references for the caller to release. RC_DAMAGED: there is none; RC_TOO_LARGE: more. */
rc_t request_read_answer(str_t file, struct cert **out, size_t max, size_t *n,
                         struct err *e) WX_MUST_USE;

/* True when the certificate is for the request's key. False for a request that cannot be read. */
bool request_has_key_of(str_t der, const struct cert *c);

/* True when both certificates are for one key. */
bool cert_same_key(const struct cert *a, const struct cert *b);

#endif
