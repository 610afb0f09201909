/* What the user's organisation registered (policy/certificate.h), as the mail client uses it: one
 * to encrypt to for its accounts' mail, and what makes a sender's signature count for them.
 *
 * Registered for an address, a certificate counts for this address, for what it was registered for,
 * and for accounts of the organisation that registered it; no other organisation's are ever asked
 * for. Nobody else is trusted because of it. What it is worth is judged like any other's
 * (judge.h): one that ended, or was revoked, stays what it is. Read from Redis in each request, so
 * that a change counts at the next one, and never put into the address book. One whose key the
 * key agent holds is not encrypted to: nothing opens such mail for its reader before the mail flow
 * does (choose.c). Its signatures count.
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_REGISTERED_H
#define WAXSEAL_WEBMAIL_CONTACTS_REGISTERED_H

#include "webmail/app.h"

/* Reads what is registered for all of these in one go (two questions, one where there is nothing):
 * registered_of asks no more for them in this request. Without organisation, or without S/MIME, it
 * does nothing. Fails when Redis does; what is damaged is logged, and as if it were not there. */
rc_t registered_ahead(struct call *c, const str_t *addresses, size_t n, struct err *e) WX_MUST_USE;

/* One of those of an address. The slices live as long as the request. */
struct certificate_known;
typedef void registered_use(const struct certificate_known *k, void *arg);
/* Gives each that is registered for an address (letter case does not count) to `use`. */
rc_t registered_of(struct call *c, str_t address, registered_use *use, void *arg,
                   struct err *e) WX_MUST_USE;

/* Certificates whose signatures count when they are of mail from an address: registered for
 * signing with, and not revoked. */
struct registered_signers {
    struct cert **certs; /* owned; for cert_question.vouched and its kin */
    size_t count;
};
rc_t registered_signers(struct call *c, str_t address, struct registered_signers *out,
                        struct err *e) WX_MUST_USE;
void registered_signers_free(struct registered_signers *s);

#endif
