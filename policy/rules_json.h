/* Rules as JSON: what is stored, what the API takes, what example files hold. Every mistake is
 * refused with its place (policy/place.h), limits are those of policy/rule.h.
 *
 * Document: {rules, datasets, defaults, triggers}, each optional. A rule: id, priority, created,
 * enabled, from, to, bidirectional, exclude_from, exclude_to, filter, outbound, inbound, sign,
 * encrypt, decrypt, validate, on_partial; name and note are texts for people. `null` counts as
 * absent. An unknown field is a mistake: a misspelt "exclude_to" must not be silence.
 */
#ifndef WAXSEAL_POLICY_RULES_JSON_H
#define WAXSEAL_POLICY_RULES_JSON_H

#include "policy/place.h"
#include "policy/rule.h"

/* Reads the four members of obj and leaves all others alone. New document, to be freed;
 * RC_INVALID, RC_TOO_LARGE, RC_NO_MEMORY. */
rc_t rules_json_document(const json_t *obj, str_t organisation, const struct place *at,
                         struct rule_document **out, struct err *e) WX_MUST_USE;
/* Adds a managed domain, letter case does not count. */
rc_t rules_json_domain(struct rule_document *d, str_t domain, const struct place *at,
                       struct err *e) WX_MUST_USE;
/* One rule into the arena. An absent priority is RC_INVALID when it is needed, else 0. */
rc_t rules_json_rule(const json_t *obj, bool needs_priority, struct arena *a,
                     const struct place *at, struct rule *out, struct err *e) WX_MUST_USE;
/* Makes room for one more rule; RC_TOO_LARGE beyond RULES_MAX. */
rc_t rules_json_room(struct rule_document *d, const struct place *at, struct err *e) WX_MUST_USE;
/* {"all": [..]}, {"any": [..]}, {"not": ..} or {"field", "op", "value"}. */
rc_t filter_json_read(const json_t *obj, struct arena *a, const struct place *at,
                      struct filter **out, struct err *e) WX_MUST_USE;

#endif
