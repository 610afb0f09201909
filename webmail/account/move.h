/* A renamed account's data follows it (policy/rename.h): preferences, contacts, key files, second
 * factor and whatever else lies below `<instance>:u:<old address>:` is moved to the new address.
 *
 * Values are authenticated together with their keys, and key files and second factors sealed under
 * keys derived from the address, so each is opened and closed again here, where the key of the host
 * is. Key by key, and each in one step of Redis: who is interrupted, or is not alone, leaves
 * nothing twice and nothing half; the next sign-in goes on. What is there already under the new
 * address stays, and what it stands in the way of stays where it was; but a second factor that is
 * switched on is not kept back by one that is not. Not moved, but removed: sessions of the old name
 * (they end), what is only remembered for a while.
 *
 * Each site moves what it keeps itself: the administration the second factor below
 * `<instance>:a:u:<old address>:`, and has its own note of what was moved.
 */
#ifndef WAXSEAL_WEBMAIL_MOVE_H
#define WAXSEAL_WEBMAIL_MOVE_H

#include "webmail/app.h"

/* At a sign-in, once the password was right and before anything is read of the address: whatever
 * belongs to who had the address before is moved to where he went, and what the signer-in left
 * under earlier names comes here. Nothing to do is the rule, and two questions to Redis. A failure
 * is one of the sign-in: nobody gets another's data. */
rc_t move_settle(struct call *c, str_t address, struct err *e) WX_MUST_USE;

/* Is something of a former owner of the address not moved yet? A session under this name is his,
 * then, whoever is registered there now. */
rc_t move_is_due(struct call *c, str_t address, bool *out, struct err *e) WX_MUST_USE;

#endif
