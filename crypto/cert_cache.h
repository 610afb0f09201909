/* Certificates that were parsed before, by the SHA-256 of their DER: a user's own and known ones
 * are read with every message, and OpenSSL 3.0 takes a tenth of a millisecond for each.
 * Process-wide, any thread; a fixed number of places, each new one takes the place of an older.
 * Certificates are immutable, so that sharing them changes nothing. */
#ifndef WAXSEAL_CRYPTO_CERT_CACHE_H
#define WAXSEAL_CRYPTO_CERT_CACHE_H

#include "crypto/cert.h"

#define CERT_CACHE_PLACES 512u

/* A reference, or NULL. */
struct cert *cert_cache_get(const unsigned char digest[32]);
/* Takes a reference of its own. */
void cert_cache_put(const unsigned char digest[32], struct cert *c);

#endif
