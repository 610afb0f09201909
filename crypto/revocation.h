/* Asking whether the certificates of a path were revoked, and for issuers that are missing: the
 * callbacks of struct cert_checks over operations that the caller brings (a fetcher, a cache, a
 * clock). No I/O of its own.
 *
 * For each certificate of the path but the anchor: OCSP first, revocation lists second, at most
 * three http(s) places of each (others, LDAP for example, cannot be asked). The worst counts:
 * revoked, unknown, not checked; else what is known of the leaf.
 *
 * Answers are kept until their nextUpdate, at most REVOCATION_KEEP_MAX; one that names no
 * nextUpdate an hour. Revoked is for good and kept so (REVOCATION_KEEP_REVOKED), but for
 * certificateHold: an authority may forget what has expired, and old mail must not look better for
 * it. A place that does not answer is left alone for REVOCATION_RETRY seconds. The cache must be
 * safe against writers other than us: what comes out of it is believed.
 */
#ifndef WAXSEAL_CRYPTO_REVOCATION_H
#define WAXSEAL_CRYPTO_REVOCATION_H

#include "crypto/cert.h"

#define REVOCATION_KEEP_MAX (7 * 86400)
#define REVOCATION_KEEP_REVOKED (5 * 365 * 86400)
#define REVOCATION_RETRY 300
/* For all places that are asked because of one message. */
#define REVOCATION_BUDGET_MS 3000
/* Issuers looked for because of one message: a signature of a stranger's names such places, too. */
#define REVOCATION_AIA_MAX 16
/* The longest cache value: a revocation list; longer lists are fetched for each certificate. */
#define REVOCATION_VALUE_MAX ((size_t) 1 << 20)

enum revocation_place { PLACE_OCSP, PLACE_CRL, PLACE_AIA };

struct revocation_ops {
    /* Body of a successful answer (HTTP 200) in the arena. OCSP: POST of body, else GET. Keeps to
     * timeout_ms. RC_FETCH_DOWN: we cannot ask anybody just now; RC_TIMEOUT; everything else says
     * that this place has no answer. NULL: nothing is ever asked. */
    rc_t (*fetch)(void *holder, enum revocation_place kind, str_t url, str_t body,
                  uint32_t timeout_ms, struct arena *a, str_t *out, struct err *e);
    /* Cache. get: false when it is not there (or cannot be had); put may fail silently. Keys are
     * printable and at most 80 bytes. Both NULL: nothing is kept. */
    bool (*get)(void *holder, str_t key, struct arena *a, str_t *out);
    void (*put)(void *holder, str_t key, str_t value, uint32_t seconds);
    /* The list at this place where that place is ourselves (authorities of organisations); false:
     * it is not. Looked at before everything else, also when nothing may be asked, and never kept:
     * so a revocation here counts at once. NULL: there are none. */
    bool (*own)(void *holder, str_t url, struct arena *a, str_t *list);
    int64_t (*clock_ms)(void *holder); /* monotonic; NULL: that of base/clock.h */
    /* What was found out about one certificate, for a report; raw: the OCSP answer, or null. Or
     * NULL. */
    void (*found)(void *holder, const struct cert *about, const struct cert_revocation *v,
                  str_t raw);
    void *holder;
};

/* The fetch of struct revocation_ops by way of waxseal-fetch at `socket`, for callers to wrap: any
 * HTTP status but 200 is RC_SOURCE_DOWN. `e` always says what came of it, for a log. */
rc_t revocation_fetch(str_t socket, enum revocation_place kind, str_t url, str_t body,
                      uint32_t timeout_ms, struct arena *a, str_t *out, struct err *e) WX_MUST_USE;
const char *revocation_place_word(enum revocation_place kind); /* "ocsp", "crl", "aia" */

/* One message's worth of asking; for one thread. */
struct revocation_asking {
    const struct revocation_ops *ops;
    bool ask;            /* false: cache only */
    int64_t now;         /* Unix seconds */
    int64_t deadline_ms; /* of ops->clock_ms */
    unsigned asked;      /* places asked so far */
    unsigned asked_aia;  /* of them for issuers */
};

/* ask false: only the cache is looked at, and what is not there stays REVOCATION_NOT_CHECKED. */
void revocation_start(struct revocation_asking *r, const struct revocation_ops *ops, bool ask,
                      int64_t now);
/* r must outlive the result. */
struct cert_checks revocation_checks(struct revocation_asking *r);

#endif
