/* Which accounts of this installation belong to one organisation, whose members find each other's
 * certificates (webmail/contacts/colleagues.h). The one place where that is decided.
 */
#ifndef WAXSEAL_POLICY_DIRECTORY_H
#define WAXSEAL_POLICY_DIRECTORY_H

#include "base/kv.h"

/* May `account` learn what `other` lists in the organisation's directory? Both are addresses of
 * accounts, not of aliases: today they do where both have the same domain; letter case does not
 * count. What is no address shares nothing. RC_STATE_DOWN. */
rc_t directory_shared(struct kv *kv, struct arena *a, str_t instance, str_t account, str_t other,
                      bool *out, struct err *e) WX_MUST_USE;

#endif
