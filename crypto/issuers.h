/* Certificates as authorities offer them for download (RFC 5280 section 4.2.2.1): DER, one or
 * several in a row, PEM, or a certs-only CMS message (RFC 5652), DER or BER; a directory has those
 * of people in the same forms (RFC 4523, RFC 2798).
 */
#ifndef WAXSEAL_CRYPTO_ISSUERS_H
#define WAXSEAL_CRYPTO_ISSUERS_H

#include "crypto/cert.h"

#define ISSUERS_MAX_BYTES ((size_t) 64 << 10)

/* At most max new references; returns how many. 0 for anything that is none of these. Nothing is
 * verified: that they issued somebody is for a chain to show. */
size_t issuers_read(str_t bytes, struct cert **out, size_t max);

#endif
