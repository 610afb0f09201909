/* Further addresses an account may send from, given by the operator (waxsealctl alias): a set in
 * Redis, `<instance>:user:<account>:alias`. Nobody chooses one for himself; the outgoing mail
 * server checks the sender again.
 */
#ifndef WAXSEAL_POLICY_ALIAS_H
#define WAXSEAL_POLICY_ALIAS_H

#include "base/kv.h"

#define ALIAS_MAX 50u

struct alias_list {
    str_t *addresses; /* lower case, sorted, without the account's own; in the caller's arena */
    size_t count;
};

/* account: lower case. RC_STATE_DOWN. */
rc_t alias_list(struct kv *kv, struct arena *a, str_t instance, str_t account,
                struct alias_list *out, struct err *e) WX_MUST_USE;
/* The account's own address, or one of its aliases; letter case does not count. */
rc_t alias_allows(struct kv *kv, struct arena *a, str_t instance, str_t account, str_t address,
                  bool *out, struct err *e) WX_MUST_USE;
/* Adds or removes one. RC_INVALID with err.field (account, alias), RC_TOO_LARGE beyond ALIAS_MAX,
 * RC_NOT_FOUND when what is to be removed is not there. */
rc_t alias_set(struct kv *kv, struct arena *a, str_t instance, str_t account, str_t alias, bool on,
               struct err *e) WX_MUST_USE;

#endif
