/* Changes to the list of rules, with the meaning that priorities have:
 *
 *   {"op": "create", "rule": {..}}             no priority: every rule moves one down, this one is
 * 1; with one: joins that band, nothing moves
 *   {"op": "move", "id", "priority": n|"top"}  a number: joins that band; "top": all rules one
 * down, then this one is 1
 *   {"op": "delete", "id"}                     nothing is renumbered
 *   {"op": "enable", "id", "value": bool}
 *
 * A new rule is the newest: its `created` is one above the highest there is.
 */
#ifndef WAXSEAL_POLICY_RULE_OPS_H
#define WAXSEAL_POLICY_RULE_OPS_H

#include "policy/rules_json.h"

enum { RULE_OPS_MAX = 10000 };

/* On a document that is not compiled yet. RC_INVALID, RC_NOT_FOUND (no rule of this id),
 * RC_CONFLICT (the id of a new rule is taken), RC_TOO_LARGE. The document may be half changed after
 * a failure. */
rc_t rule_ops_apply(struct rule_document *d, const json_t *ops, const struct place *at,
                    struct err *e) WX_MUST_USE;

rc_t rule_ops_create(struct rule_document *d, const struct rule *rule, const struct place *at,
                     struct err *e) WX_MUST_USE; /* rule->priority 0: top */
rc_t rule_ops_move(struct rule_document *d, str_t id, uint32_t priority, const struct place *at,
                   struct err *e) WX_MUST_USE; /* 0: top */
rc_t rule_ops_delete(struct rule_document *d, str_t id, const struct place *at,
                     struct err *e) WX_MUST_USE;
rc_t rule_ops_enable(struct rule_document *d, str_t id, bool on, const struct place *at,
                     struct err *e) WX_MUST_USE;

/* The same on a document as it is stored (rules_store.h): name, note and presets stay as they were
 * written. The document itself is not changed; *out is a new reference. */
rc_t rule_ops_document(const json_t *document, const json_t *ops, const struct place *at,
                       json_t **out, struct err *e) WX_MUST_USE;

#endif
