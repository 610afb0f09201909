/* Where a certificate says that its revocation state and its issuer are to be found. Internal to
 * crypto/. Only http and https, printable ASCII, at most PLACES_EACH of a kind, in the order of the
 * certificate. Slices live in the arena. */
#ifndef WAXSEAL_CRYPTO_PLACES_H
#define WAXSEAL_CRYPTO_PLACES_H

#include "crypto/cert.h"
#include "crypto/ossl.h"

enum { PLACES_EACH = 3, PLACE_URL_MAX = 511 };

struct places {
    str_t ocsp[PLACES_EACH], crl[PLACES_EACH], aia[PLACES_EACH];
    size_t ocsp_count, crl_count, aia_count;
};

/* OCSP responders, and distribution points of lists that the issuer itself signs for all reasons
 * (RFC 5280 section 4.2.1.13). */
void places_of_revocation(const struct cert *c, struct arena *a, struct places *out);
/* Access method caIssuers (RFC 5280 section 4.2.2.1). */
void places_of_issuers(const struct cert *c, struct arena *a, struct places *out);

#endif
