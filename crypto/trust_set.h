/* Internal to crypto/: what a trust set is made of (trust.c fills it, chain.c asks it). */
#ifndef WAXSEAL_CRYPTO_TRUST_SET_H
#define WAXSEAL_CRYPTO_TRUST_SET_H

#include "crypto/cert.h"
#include "crypto/ossl.h"

struct trust_anchor {
    struct cert *cert; /* owned */
    enum trusted_by source;
    size_t order;           /* as loaded */
    int64_t distrust_after; /* trusted for certificates that begin until then; 0: no end */
};

struct trust {
    X509_STORE *store; /* holds the same X509 objects as the anchors */
    struct trust_anchor *anchors;
    size_t count, room; /* once loaded: sorted by the address of the X509 */
};

/* The anchor that is this very object of the store, or NULL. */
const struct trust_anchor *trust_find(const struct trust *t, const X509 *x);

#endif
