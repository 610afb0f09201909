/* Certificate revocation lists (RFC 5280 sections 5 and 6.3), complete and direct ones.
 *
 * Lists are read where they lie: one pass over the bytes, nothing is kept, so that a list of
 * 16 MB costs its own memory and no more.
 */
#ifndef WAXSEAL_CRYPTO_CRL_H
#define WAXSEAL_CRYPTO_CRL_H

#include "crypto/revoked.h"

#define CRL_MAX ((size_t) 16 << 20)

/* What the list (DER or PEM) says about c: GOOD (not on it) or REVOKED. It must be signed by the
 * issuer, with a strong algorithm and a key that may sign lists (cRLSign), be current at `now`,
 * and be meant for c: the names of its distribution point, if it has one, are among those of c's.
 * Refused: delta and indirect lists, lists for some reasons only or for attribute certificates,
 * and every unknown critical extension, of the list or of any entry (RFC 5280 section 5.2 and
 * 5.3). certificateHold counts as revoked; an entry with removeFromCRL, which belongs into delta
 * lists, makes the list unusable. RC_DAMAGED, RC_TOO_LARGE, RC_INVALID (not current, another
 * issuer, another scope), RC_UNSUPPORTED, RC_SIGNATURE_REJECTED. */
rc_t crl_check(str_t bytes, const struct cert *c, const struct cert *issuer, int64_t now,
               struct revoked_answer *out, struct err *e) WX_MUST_USE;

struct crl_entry {
    str_t serial; /* lower case hex, without superfluous leading octets */
    int64_t at;   /* revoked at, from 1 */
    int reason;   /* CRLReason, -1: not said */
};
/* All that a list (DER) holds, in its order, in the arena. Neither signature nor times are looked
 * at: for lists that were checked when they came. RC_DAMAGED, RC_TOO_LARGE, RC_UNSUPPORTED (an
 * unknown critical extension of an entry), RC_NO_MEMORY. */
rc_t crl_entries(str_t der, struct arena *a, struct crl_entry **out, size_t *n,
                 struct err *e) WX_MUST_USE;

#endif
