/* Certificates of others from a directory of the configuration ([directory NAME], LDAP by
 * waxseal-fetch).
 *
 * What a directory says is a hint: a certificate is used only if it names the address and is judged
 * good like any other, and only where the address book has none that can be used. It never enters
 * the address book. Answers are kept for the user who asked, for a day (nothing found: an hour; no
 * answer: a minute), authenticated under their own name: `u:<address>:found:<hash of the address>`.
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_LOOKUP_H
#define WAXSEAL_WEBMAIL_CONTACTS_LOOKUP_H

#include "base/buf.h"
#include "webmail/app.h"

#define LOOKUP_MAX_CERTIFICATES 16u
#define LOOKUP_BUDGET_MS 3000
#define LOOKUP_PER_HOUR 1000u /* addresses an account may have asked about */

/* In the order in which one of several is the word for all. */
enum lookup_outcome {
    LOOKUP_NONE, /* no directory knows such addresses, or the user wants none asked */
    LOOKUP_DONE, /* what it said is known */
    LOOKUP_REFUSED,
    LOOKUP_DOWN,
    LOOKUP_TIMEOUT
};
const char *lookup_word(enum lookup_outcome o); /* "none", "done", ... */

/* Is there a directory, for whomever? */
bool lookup_configured(const struct app *app);
/* Does the user want certificates of others looked up (settings `security.lookups`)? */
rc_t lookup_wanted(struct call *c, bool *out, struct err *e) WX_MUST_USE;
/* Asks the directory for an address, unless its answer is kept (anew: unless a certificate is).
 * deadline: clock_ms; *out is how it went. Fails when Redis does, and with RC_THROTTLED when the
 * account had LOOKUP_PER_HOUR asked about in this hour. */
rc_t lookup_ask(struct call *c, str_t address, bool anew, int64_t deadline,
                enum lookup_outcome *out, struct err *e) WX_MUST_USE;
/* What is kept for an address: certificates that name it and authorities that came along, each
 * owned by the caller. Asks nobody; *n is 0 when lookups are off. */
rc_t lookup_found(struct call *c, str_t address, struct cert **out, size_t max, size_t *n,
                  struct err *e) WX_MUST_USE;
/* The records of an answer (fetch/directory.h): appends the certificates that name the address and
 * the authorities that came along, LOOKUP_MAX_CERTIFICATES and ISSUERS_MAX_BYTES at most. False:
 * that is not what waxseal-fetch writes. */
bool lookup_read(str_t body, str_t address, struct arena *a, struct buf *row) WX_MUST_USE;

#endif
