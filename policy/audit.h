/* Every change of the registry: who, when, what, before and after; the newest 20,000 of each
 * organisation in a stream of its own, `<instance>:o:audit:<organisation>` (of none: `-`), so that
 * nobody's changes push out another's; `<instance>:o:audits` names them. Written along with the
 * change itself, in its script. `<instance>:o:audit` is of earlier releases: read, never written.
 *
 * An organisation's audit outlives it, for the operators, until one of them removes it.
 * `<instance>:o:audits:ended` says when an organisation of that id was removed last: whoever is of
 * a later one of the same id sees nothing of it.
 */
#ifndef WAXSEAL_POLICY_AUDIT_H
#define WAXSEAL_POLICY_AUDIT_H

#include "policy/registry.h"

enum { AUDIT_PAGE_MAX = 1000, AUDIT_VALUE_MAX = 16 << 10, AUDIT_ID_MAX = 120 };
/* What stands for a value of more than AUDIT_VALUE_MAX bytes: {version, left_out: bytes}. */
#define AUDIT_LEFT_OUT "left_out"

struct audit_filter {
    str_t organisation;  /* null: all */
    bool own;            /* as its own people see it: nothing of an earlier one of the same id */
    str_t what;          /* null, or "<kind> <id>" exactly */
    str_t kind;          /* null, or the first word of `what`, or all of it */
    str_t who;           /* null, or exactly */
    str_t text;          /* null, or part of who, what, before or after; letter case counts not */
    int64_t from, until; /* seconds since 1970, until exclusive; 0: any */
    str_t before;        /* null, or the entry_id to go on behind (older ones) */
    size_t count;        /* 1 to AUDIT_PAGE_MAX */
};

/* Newest first: [{id, at, who, organisation, what, before, after}]; before and after are records or
 * null. */
rc_t audit_list(const struct registry *r, const struct audit_filter *f, json_t **out,
                struct err *e) WX_MUST_USE;

/* Entries of audit_list as people read them: of a certificate (a member `der`) its subject, issuer,
 * serial, addresses, fingerprint, not_before, not_after in its place, `issuers` how many came with
 * it; of a request's bytes {left_out: bytes}. The stored entry stays what it is. */
void audit_explain(json_t *entries);
/* How many bytes the control character (U+0000 to 1F, 7F to 9F) has that begins at `at`; 0: none
 * does. Such a one is a terminal's to obey: no text that is told has one. */
size_t audit_control(str_t s, size_t at);
/* [{field, before, after}] of the members that differ, in the order of `after`; version does not
 * count, and null is as good as nothing. New reference. */
json_t *audit_difference(const json_t *before, const json_t *after);

/* The audits there are: [{organisation, name, ended, entries, last}], by organisation. organisation
 * null: what belongs to none; name null: there is no such organisation now; ended: when one of this
 * id was removed last, or null; last: when the newest entry was made. */
rc_t audit_kept(const struct registry *r, json_t **out, struct err *e) WX_MUST_USE;
/* Removes what is left of an organisation that is no more: RC_NOT_FOUND, or RC_CONFLICT when there
 * is such an organisation (field "organisation"). An entry of the audit itself. */
rc_t audit_remove(const struct registry *r, const struct actor *by, str_t organisation,
                  struct err *e) WX_MUST_USE;

/* From which second on (since 1970) something of this id belongs to the organisation that is there
 * now, not to an earlier one that was removed; 0: there was none. For whatever is kept by the id
 * and outlives the organisation: the audit, the log of decisions. */
rc_t audit_own_since(const struct registry *r, str_t organisation, int64_t *since,
                     struct err *e) WX_MUST_USE;
/* Hash of when they ended. */
str_t audit_ended_key(struct arena *a, str_t instance);
/* Stream of an organisation (null: of none), and the set of their names. */
str_t audit_key(struct arena *a, str_t instance, str_t organisation);
str_t audit_streams_key(struct arena *a, str_t instance);

/* For one who saw a record at version `seen` while it is `now` (NULL: gone): {version, who, at,
 * changes}; see registry_write. */
rc_t audit_changes_since(const struct registry *r, struct arena *a, struct record_at at,
                         int64_t seen, const json_t *now, json_t **out, struct err *e) WX_MUST_USE;

#endif
