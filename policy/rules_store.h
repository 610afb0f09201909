/* An organisation's rules as they are kept: one document in `<instance>:o:rules:<organisation>`,
 * the form of policy/rules_json.h and `version`, a number that counts its changes.
 */
#ifndef WAXSEAL_POLICY_RULES_STORE_H
#define WAXSEAL_POLICY_RULES_STORE_H

#include "policy/registry.h"

enum { RULES_STORE_MAX_BYTES = 8 << 20, RULES_STORE_MAX_CHANGES = 1000 };

/* For `seen`: there was no document yet (rules_store_get said version 0). */
enum { RULES_STORE_NONE = -1 };

/* The document of an organisation that has none yet: no rules, version 0. New reference. */
rc_t rules_store_get(const struct registry *r, str_t organisation, json_t **out,
                     struct err *e) WX_MUST_USE;

/* Is this such a document? Every mistake is refused with its place. RC_INVALID, RC_TOO_LARGE. */
rc_t rules_store_check(const json_t *document, struct err *e) WX_MUST_USE;

/* Replaces the whole document. `seen`: the version that was read, 0: whatever is there. *version:
 * the new one; the same when nothing differs. RC_CONFLICT when another wrote meanwhile: *conflict
 * (may be NULL before; new reference) is {version, who, at, changes: [{field: "rules.<id>",
 * "datasets", …, before, after}]}, changes null where that is not known any more. */
rc_t rules_store_put(const struct registry *r, const struct actor *by, str_t organisation,
                     const json_t *document, int64_t seen, int64_t *version, json_t **conflict,
                     struct err *e) WX_MUST_USE;

/* The same by operations (rule_ops.h) on what is there then. `seen` 0: whatever that is.
 * *document: what they made of it; new reference. RC_NOT_FOUND: no organisation or no such rule. */
rc_t rules_store_change(const struct registry *r, const struct actor *by, str_t organisation,
                        const json_t *ops, int64_t seen, json_t **document, json_t **conflict,
                        struct err *e) WX_MUST_USE;

/* The changes from one document to another, as above; the first 1,000. New reference. */
json_t *rules_store_difference(const json_t *before, const json_t *after);

#endif
