/* Every change of the registry: who, when, what, before and after; the newest 100,000, in the
 * stream `<instance>:o:audit`. Written along with the change itself, in its script.
 */
#ifndef WAXSEAL_POLICY_AUDIT_H
#define WAXSEAL_POLICY_AUDIT_H

#include "policy/registry.h"

enum { AUDIT_PAGE_MAX = 1000 };

struct audit_filter {
    str_t organisation; /* null: all */
    str_t what;         /* null, or "<kind> <id>" exactly */
    str_t before;       /* null, or the entry_id to go on behind (older ones) */
    size_t count;       /* 1 to AUDIT_PAGE_MAX */
};

/* Newest first: [{id, at, who, organisation, what, before, after}]; before and after are records or
 * null. Looks at the newest 100,000. */
rc_t audit_list(const struct registry *r, const struct audit_filter *f, json_t **out,
                struct err *e) WX_MUST_USE;

/* For one who saw a record at version `seen` while it is `now` (NULL: gone): {version, who, at,
 * changes}; see registry_write. */
rc_t audit_changes_since(const struct registry *r, struct arena *a, struct record_at at,
                         int64_t seen, const json_t *now, json_t **out, struct err *e) WX_MUST_USE;

#endif
