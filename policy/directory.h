/* Which accounts of this installation belong to one organisation, whose members find each other's
 * certificates (webmail/contacts/colleagues.h). The one place where that is decided.
 */
#ifndef WAXSEAL_POLICY_DIRECTORY_H
#define WAXSEAL_POLICY_DIRECTORY_H

#include "policy/plan.h"

/* May an account learn what `other` lists in the organisation's directory? `organisation` and
 * `directory` are the asking account's, `other` is the other one's (plan_of): both of one
 * organisation that lets its accounts find each other. Accounts of domains without organisation are
 * nobody's colleagues, not even of the same domain: it may be one on which anybody gets a mailbox.
 * A suspended account is nobody's either. */
bool directory_shared(str_t organisation, enum organisation_directory directory,
                      const struct entitlement *other);

#endif
