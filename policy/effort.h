/* What deciding described mail may cost where anybody's description is taken: an administrator's
 * request describes thousands of recipients, rules and certificates in a few megabytes, and its
 * answer names each rule for each recipient. Counted is the worst that can become of it: a filter
 * that asks for the recipient is decided for each of them with all its conditions, whether or not
 * one of them settles it before. What is counted is the same on every machine.
 */
#ifndef WAXSEAL_POLICY_EFFORT_H
#define WAXSEAL_POLICY_EFFORT_H

#include "policy/evaluate.h"

/* What is left of it; where a function takes NULL there is no limit. */
struct effort {
    uint64_t work;  /* comparisons, roughly ten nanoseconds each */
    uint64_t lines; /* rules in the traces of the answer */
    uint64_t
        bytes; /* of the answer's text, at most: ids of rules are as long as their writer wants */
};
/* One request: about two seconds, 500,000 lines (5,000 rules and 99 recipients), 32 MB. */
#define EFFORT_OF_A_REQUEST ((struct effort){.work = 200000000, .lines = 500000, .bytes = 32 << 20})

/* Before policy_evaluate and after it. RC_TOO_LARGE: there is not so much left. */
rc_t effort_take_work(struct effort *left, const struct policy_input *in,
                      struct err *e) WX_MUST_USE;
rc_t effort_take_answer(struct effort *left, const struct decision *d, struct err *e) WX_MUST_USE;

#endif
