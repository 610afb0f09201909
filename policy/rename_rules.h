/* A renamed mailbox in its organisation's rules (inside policy/). A rule that names the old address
 * would silently not be about the person any more: protection would end with a rename.
 */
#ifndef WAXSEAL_POLICY_RENAME_RULES_H
#define WAXSEAL_POLICY_RENAME_RULES_H

#include "policy/edit.h"

/* Queues the organisation's rules in which `to` stands wherever `from` stood by itself: selectors
 * (from, to and the exclusions), entries of data sets, values of filters that compare sender,
 * recipient or a header. keep: the old address is used on, so it stays, and the new one is beside
 * it. Nothing to change: nothing is queued. RC_CONFLICT with field "rules" where that makes rules
 * that are too large. The caller touches the organisation. */
rc_t rename_in_rules(struct edit *t, str_t organisation, str_t from, str_t to, bool keep,
                     struct err *e) WX_MUST_USE;

#endif
