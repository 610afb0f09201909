/* A decision as JSON: `recipients`, `copies`, `notify`, and `subject` when a trigger was removed,
 * as the examples of the design's policy/README have it. */
#ifndef WAXSEAL_POLICY_DECISION_JSON_H
#define WAXSEAL_POLICY_DECISION_JSON_H

#include "base/json.h"
#include "policy/evaluate.h"

/* New reference; NULL when out of memory. */
json_t *decision_to_json(const struct decision *d);

str_t decision_result_word(enum decision_result r);
str_t decision_reason_word(enum decision_reason r);
/* "5.7.3" */
str_t decision_status_code(enum decision_status s);
str_t decision_outcome_word(enum decision_outcome o);
/* outbound, inbound, internal */
str_t decision_pass_word(enum pass_kind k);
/* One pass of it. New reference; NULL when out of memory. */
json_t *decision_pass_json(const struct decision_pass *p);

#endif
