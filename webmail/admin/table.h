/* The accounts of an organisation with their licences and certificates, read once for each version
 * of the organisation and kept, so that a page of 10,000 is looked up in memory.
 *
 * A table is immutable and shared by the threads of a process; who has one gives it back
 * (table_release). Each request compares the organisation's version, so it shows what every change
 * that ended before it left. What depends on the time (licences that run out, certificates that
 * expire) is judged at the time of the question.
 */
#ifndef WAXSEAL_WEBMAIL_ADMIN_TABLE_H
#define WAXSEAL_WEBMAIL_ADMIN_TABLE_H

#include "policy/licence.h"
#include "policy/registry.h"
#include "webmail/admin/certified.h"

enum { TABLE_KEPT = 8, TABLE_EXPIRING_DAYS = 30 };

/* A certificate that is primary for a use. */
struct table_certificate {
    str_t fingerprint; /* null: none */
    int64_t not_before, not_after;
    bool revoked; /* it ended by that, at not_after */
};

struct table_row {
    str_t address;
    str_t words; /* address and name in lower case (ASCII), for searching */
    const json_t *record;
    const json_t *licence; /* or NULL */
    struct table_certificate sign, encrypt;
    uint32_t certificates; /* all of the address's */
    uint32_t revoked;      /* of them */
    str_t custody;         /* "agent" when a key is held here, else "user", "none"; null without */
};

/* Records as they are stored, by id: what is stored as before is not parsed again. Rows belong to
 * all tables that have them, and are only read. */
struct table_list {
    struct table_kept {
        str_t id, text;
        json_t *row;
    } * rows;
    size_t count;
};

struct table {
    str_t organisation;
    int64_t version; /* of the organisation */
    struct arena *arena;
    struct table_list records, licences; /* licences: of the customer's, in all organisations */
    struct table_row *rows;              /* by address */
    size_t count;
    const struct certified *certified; /* whose texts the rows show */
    unsigned used;                     /* by whom: guarded by the cache's lock */
};

/* The table as it is now. RC_STATE_DOWN, RC_DAMAGED, RC_NOT_FOUND (no such organisation). */
rc_t table_acquire(const struct registry *r, str_t organisation, const struct table **out,
                   struct err *e) WX_MUST_USE;
void table_release(const struct table *t);

static inline void table_release_cleanup(const struct table **t)
{
    if (*t) table_release(*t);
}
#define CLEANUP_TABLE __attribute__((cleanup(table_release_cleanup)))

/* The row of an id, or NULL. */
const json_t *table_find(const struct table_list *list, str_t id);

/* "valid", "expiring" (within TABLE_EXPIRING_DAYS), "expired", "revoked": of the primary ones;
 * "former": it has some, none of them is primary (as after a rename); "none": it has none. */
const char *table_certificate_word(const struct table_row *row, int64_t now);

/* Which rows: all that are given must hold; words as the API spells them. */
struct table_filter {
    str_t text;    /* part of address or name, lower case */
    str_t state;   /* "active", "suspended" */
    str_t licence; /* "active", "revoke_pending", "inactive" */
    str_t certificate;
    str_t domain;
};
struct table_order {
    str_t by; /* "address", "name", "state", "plan", "licence", "expires"; null: address */
    bool descending;
};
/* Indexes of the rows that match, in order; in the arena. RC_INVALID with the field. */
rc_t table_select(const struct table *t, const struct table_filter *f, struct table_order order,
                  int64_t now, struct arena *a, uint32_t **rows, size_t *count,
                  struct err *e) WX_MUST_USE;

#endif
