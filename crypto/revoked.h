/* What one source says about one certificate: shared by OCSP and CRLs. Internal to crypto/.
 *
 * Times are seconds since the epoch; the caller gives `now`. A clock that is wrong by up to
 * REVOKED_SKEW on either side is forgiven.
 */
#ifndef WAXSEAL_CRYPTO_REVOKED_H
#define WAXSEAL_CRYPTO_REVOKED_H

#include <openssl/x509.h>

#include "crypto/cert.h"

#define REVOKED_SKEW 300
/* An answer that does not say when the next one comes (RFC 6960 section 4.2.2.1: newer is always
 * to be had) is believed this long. */
#define REVOKED_AGE_MAX 86400

struct revoked_answer {
    enum revocation status; /* GOOD, REVOKED, or UNKNOWN (the source says it does not know) */
    int64_t this_update, next_update; /* next_update 0: not said */
    int64_t revoked_at;               /* 0: not revoked */
    int reason;                       /* CRLReason (RFC 5280 section 5.3.1), -1: not said */
};

/* Is an answer with these times to be believed at `now`? RC_INVALID says why not. */
rc_t revoked_check_times(int64_t this_update, int64_t next_update, int64_t now,
                         struct err *e) WX_MUST_USE;
/* "keyCompromise", ... as RFC 5280 section 5.3.1 spells them; constants. NULL for numbers that mean
 * nothing. And back: -1 for what is no such word. */
const char *revoked_reason_word(int reason);
int revoked_reason_number(str_t word);
/* Is a structure signed by the key of `signer`, with an algorithm that can be relied on? `it` and
 * `signed_part` as for ASN1_item_verify. SHA-1, MD5 and short keys are refused. */
rc_t revoked_check_signature(const ASN1_ITEM *it, const X509_ALGOR *algorithm,
                             const ASN1_BIT_STRING *signature, const void *signed_part,
                             X509 *signer, struct err *e) WX_MUST_USE;
/* False when it is not a time. */
bool revoked_unix_time(const ASN1_TIME *t, int64_t *out);

#endif
