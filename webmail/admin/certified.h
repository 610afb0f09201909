/* The registered certificates of an organisation, read once for each version of the organisation
 * and kept: a page of 10,000 is chosen in memory. No certificate is parsed for it: what is read are
 * their briefs (policy/certificate.h), and of those only what changed is parsed. Immutable, shared
 * by the threads of a process; who has one gives it back. What depends on the time is judged at the
 * time of the question.
 */
#ifndef WAXSEAL_WEBMAIL_ADMIN_CERTIFIED_H
#define WAXSEAL_WEBMAIL_ADMIN_CERTIFIED_H

#include "policy/certificate.h"

enum { CERTIFIED_EXPIRING_DAYS = 30 };

struct certified_row {
    str_t address, fingerprint;
    str_t words;        /* what is searched, in lower case (ASCII) */
    const json_t *view; /* certificate_brief */
    int64_t not_before, not_after;
    int64_t seq;
};
struct certified {
    str_t organisation;
    int64_t version; /* of the organisation when it was read */
    int64_t changes; /* certificate_count_changes, then */
    struct arena *arena;
    struct certified_row *rows;       /* by address, then the newest first */
    struct certified_entry **entries; /* by id; what is stored as before is not parsed again */
    size_t count;
    unsigned used; /* by whom: guarded by the cache's lock */
};

/* As it is now; *version (or NULL): the organisation's. RC_STATE_DOWN, RC_DAMAGED, RC_NOT_FOUND (no
 * such organisation). */
rc_t certified_acquire(const struct registry *r, str_t organisation, const struct certified **out,
                       int64_t *version, struct err *e) WX_MUST_USE;
void certified_release(const struct certified *t);

static inline void certified_release_cleanup(const struct certified **t)
{
    if (*t) certified_release(*t);
}
#define CLEANUP_CERTIFIED __attribute__((cleanup(certified_release_cleanup)))

/* "valid", "expiring" (within CERTIFIED_EXPIRING_DAYS), "expired", "not_yet_valid", "revoked" */
const char *certified_status(const struct certified_row *row, int64_t now);

/* All that are given must hold; words as the API spells them. */
struct certified_filter {
    str_t address;
    str_t text;          /* part of address, names, serial or fingerprint; lower case */
    str_t status;        /* as above; "valid": those that expire soon, too */
    str_t usage;         /* "sign", "encrypt": it can do that; "both": both */
    str_t custody;       /* "agent", "user", "none" */
    str_t primary;       /* "yes", "no" */
    int64_t from, until; /* they end in [from, until); 0: any */
};
struct certified_order {
    str_t by; /* "address", "expires", "since"; null: address */
    bool descending;
};
/* Indexes of the rows that match, in order; in the arena. RC_INVALID with the field. */
rc_t certified_select(const struct certified *t, const struct certified_filter *f,
                      struct certified_order order, int64_t now, struct arena *a, uint32_t **rows,
                      size_t *count, struct err *e) WX_MUST_USE;

#endif
