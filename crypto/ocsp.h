/* OCSP, the asking and the answer (RFC 6960, profile RFC 5019). No I/O, no clock.
 *
 * One certificate a request, CertID with SHA-1: that is what responders index their
 * answers by (RFC 5019 section 2.1.1); nothing relies on its collision resistance, since
 * issuer and serial are compared in full with our own copy. No nonce is sent: most
 * responders hand out answers made beforehand and ignore it, and an answer that is
 * cached until its nextUpdate has no use for one. Freshness comes from the times.
 */
#ifndef WAXSEAL_CRYPTO_OCSP_H
#define WAXSEAL_CRYPTO_OCSP_H

#include "base/arena.h"
#include "crypto/revoked.h"

#define OCSP_RESPONSE_MAX ((size_t) 64 << 10)

/* Body of the POST (application/ocsp-request), in the arena. */
rc_t ocsp_request(const struct cert *c, const struct cert *issuer, struct arena *a, str_t *out,
                  struct err *e) WX_MUST_USE;
/* Reads and verifies an answer (application/ocsp-response) about c. Accepted is only what is
 * successful, about this certificate (hashes of the issuer's name and key, serial), current at
 * `now`, without unknown critical extensions, and signed with a strong algorithm by the issuer
 * itself or by a responder the issuer named: a certificate signed directly by the issuer, with
 * the OCSPSigning purpose, valid at `now`, and either marked id-pkix-ocsp-nocheck or naming no
 * revocation source of its own (RFC 6960 section 4.2.2.2). Several answers about c: the worst
 * counts. Everything else fails: RC_DAMAGED, RC_TOO_LARGE, RC_INVALID (not current, another
 * certificate), RC_UNSUPPORTED (the responder declined), RC_SIGNATURE_REJECTED. */
rc_t ocsp_check(str_t response, const struct cert *c, const struct cert *issuer, int64_t now,
                struct revoked_answer *out, struct err *e) WX_MUST_USE;

#endif
