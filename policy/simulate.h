/* What rules would do with described mail, and what is wrong with them: the code behind
 * `waxsealctl rules simulate|check` and the administrator's API. Nothing is changed, nothing is
 * logged as a decision.
 *
 * A request is {"message": {..}, "certs"?: [..], "accounts"?: [..], "state"?: {..}} (`id`, `title`
 * may stand beside), in the form of policy/example.h. Certificates and accounts that are described
 * stand in the place of the registered ones.
 */
#ifndef WAXSEAL_POLICY_SIMULATE_H
#define WAXSEAL_POLICY_SIMULATE_H

#include "policy/registry.h"
#include "policy/rulebook.h"

struct simulation {
    struct rulebook *book;
    const struct registry *r;
    int64_t now;
    /* Whose eyes this is for: only this organisation's rules are asked, all others are the world
     * outside, and nothing of theirs is in the answer. Null: an operator's, who sees all. */
    str_t organisation;
    /* Takes the place of the stored document of `draft_of`; NULL: none. */
    const json_t *draft;
    str_t draft_of;
};

/* *out: the decision as decision_json.h writes it, exactly. *versions (may be NULL):
 * {organisation: version of its stored rules} of those that took part; of a draft null. New
 * references. notes as in example_read. RC_INVALID with the place; of a draft it begins with
 * "document". RC_TOO_LARGE where it would cost more than a request may (policy/effort.h).
 * RC_STATE_DOWN, RC_DAMAGED as rulebook_open. */
rc_t simulate_decide(const struct simulation *s, const json_t *request, struct buf *notes,
                     json_t **out, json_t **versions, struct err *e) WX_MUST_USE;

/* {complete, warnings} of policy/warnings.h, of the stored rules or of s->draft, with all accounts
 * and certificates of s->organisation. New reference. RC_NOT_FOUND. */
rc_t simulate_check(const struct simulation *s, json_t **out, struct err *e) WX_MUST_USE;

#endif
