/* Further addresses an account may send from: `from` of its record in the registry. The operator
 * gives them (waxsealctl alias), or the organisation's own people within its domains. Nobody
 * chooses one for himself; the outgoing mail server checks the sender again.
 */
#ifndef WAXSEAL_POLICY_ALIAS_H
#define WAXSEAL_POLICY_ALIAS_H

#include "base/kv.h"

#define ALIAS_MAX 50u

struct alias_list {
    str_t *addresses; /* lower case, sorted, without the account's own; in the caller's arena */
    size_t count;
};

/* organisation: as plan_of names it (null: none). account: lower case. RC_STATE_DOWN, RC_DAMAGED.
 */
rc_t alias_list(struct kv *kv, struct arena *a, str_t instance, str_t organisation, str_t account,
                struct alias_list *out, struct err *e) WX_MUST_USE;
/* The account's own address, or one of its aliases; letter case does not count. */
rc_t alias_allows(struct kv *kv, struct arena *a, str_t instance, str_t organisation, str_t account,
                  str_t address, bool *out, struct err *e) WX_MUST_USE;

#endif
