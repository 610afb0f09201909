/* The organisation's directory: accounts of one organisation on this installation (policy/
 * directory.h) can encrypt to each other without ever having exchanged mail.
 *
 * What is listed is public: for each of an account's own addresses (its own, its aliases) the
 * certificate its mail is encrypted to, and the authorities of its key file. It is a hint like a
 * directory's answer (lookup.h): judged like any certificate, used only where the address book has
 * none that can be used, never put into it, and nobody is trusted for it.
 *
 * Redis: hash `<instance>:dir:<address>`, from the account to MAC ‖ certificates (DER in a row, the
 * one to encrypt to first), authenticated together with address and account, and gone by itself
 * when the last certificate in it has ended; at most COLLEAGUES_MAX_ACCOUNTS accounts have one
 * address. Document `u:<address>:listed` {addresses: [text]}: where this account may be listed.
 * Who writes Redis can withdraw, or bring back what was listed, but not invent or move it.
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_COLLEAGUES_H
#define WAXSEAL_WEBMAIL_CONTACTS_COLLEAGUES_H

#include "webmail/app.h"

#define COLLEAGUES_MAX_ACCOUNTS 8u
#define COLLEAGUES_MAX_CHAIN 8u /* authorities beside the certificate */

/* Lists the signed-in account's certificates as things stand now, and takes back what is listed and
 * should not be: after each change of its keys or of the settings `security.listed`, and at each
 * sign-in (which also lists what was stored before there was a directory). Doing it again changes
 * nothing. Fails when Redis does. */
rc_t colleagues_publish(struct call *c, struct err *e) WX_MUST_USE;
/* The same where the change itself is done and must not fail because of it: a failure is logged,
 * and the next sign-in makes up for it. */
void colleagues_follow(struct call *c);
/* Takes back all that is listed, before the account's data goes. */
rc_t colleagues_withdraw(struct call *c, struct err *e) WX_MUST_USE;

/* Takes one account's certificates: the one to encrypt to first, then its authorities. */
typedef void colleagues_use(struct cert *const *certs, size_t count, void *arg);
/* What accounts of the user's organisation list for an address, each account's in turn: not where
 * the address is not the account's any more, its S/MIME feature is off, its certificate has ended,
 * or the user wants no lookups (settings `security.lookups`). The certificates are lent for the
 * call. */
rc_t colleagues_find(struct call *c, str_t address, colleagues_use *use, void *arg,
                     struct err *e) WX_MUST_USE;

#endif
