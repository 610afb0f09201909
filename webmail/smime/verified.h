/* When a signature was found good for the first time, for each user; or that it was found revoked.
 *
 * A certificate ends; what it signed before stays as good as it was when it was read. The first
 * verification that found nothing wrong is kept, so that such mail is judged at that time
 * (struct cms_verify_options). Redis: hash `<instance>:u:<address>:verified`, from the
 * signature's key (SHA-256, hex) to a value that is authenticated together with it, and
 * `…:verified-order`, by time, for leaving out the oldest. Whoever writes Redis can forget, but
 * not invent or move an entry.
 */
#ifndef WAXSEAL_WEBMAIL_VERIFIED_H
#define WAXSEAL_WEBMAIL_VERIFIED_H

#include "mail/message.h"
#include "webmail/app.h"

#define VERIFIED_MAX 20000u

struct verified {
    int64_t at;                 /* 0: never */
    enum revocation revocation; /* as it was then; REVOKED: `at` is when we learnt of that */
};
/* at 0: there is none, or one that was forged. */
rc_t verified_find(struct call *c, const unsigned char key[32], struct verified *out,
                   struct err *e) WX_MUST_USE;

/* For message_options.verified_at, 0 for what was revoked: a failure is kept here, for the caller
 * to return afterwards. */
struct verified_lookup {
    struct call *call;
    rc_t rc;
    struct err err;
};
int64_t verified_at(void *lookup, const unsigned char key[32]);

/* True when the view holds a signature that is good now and could be recorded: intact, strong, by
 * the one sender, trusted, and not revoked as far as can be known (good, or no source named). */
bool verified_worthy(const struct message_view *v);
/* Records each such signature of the view that has no entry yet, and in place of any entry each
 * whose certificate is revoked: when it has expired, its authority may no longer say so. Not for a
 * GET. */
rc_t verified_record(struct call *c, const struct message_view *v, struct err *e) WX_MUST_USE;

#endif
