/* One change of the registry, from reading to writing (inside policy/). A step reads through
 * `registry` and `edit_` functions and queues what is to be written; it may be run several times
 * and must only write to its argument what each run sets anew.
 */
#ifndef WAXSEAL_POLICY_EDIT_H
#define WAXSEAL_POLICY_EDIT_H

#include "policy/registry.h"

struct edit {
    const struct registry *r;
    const struct actor *by;
    struct arena *a; /* of this run */
    json_t *commands;
    str_t version; /* of the instance when the run began */
};

typedef rc_t edit_step(struct edit *t, void *arg, struct err *e);

/* Runs the step until nothing changed beside it, and writes; RC_BUSY after many tries. */
rc_t edit_run(const struct registry *r, const struct actor *by, edit_step *step, void *arg,
              struct err *e) WX_MUST_USE;

/* Runs a step that only reads, once: what it reads may be of before and after somebody's change.
 * For what is long, as others' changes do not stop it. What it queues is not written. */
rc_t edit_look(const struct registry *r, const struct actor *by, edit_step *step, void *arg,
               struct err *e) WX_MUST_USE;

str_t edit_key(struct edit *t, enum record_kind kind, str_t group);
/* Queues a command. */
void edit_command(struct edit *t, const str_t *argv, size_t argc);
#define EDIT_COMMAND(t, ...)                                                                       \
    edit_command((t), (const str_t[]){__VA_ARGS__},                                                \
                 sizeof((const str_t[]){__VA_ARGS__}) / sizeof(str_t))
/* Queues a record's new state (after NULL: removed) and nothing else. */
rc_t edit_store(struct edit *t, struct record_at at, const json_t *after,
                struct err *e) WX_MUST_USE;
/* Queues an entry of the audit: "<kind> <id>", before, after (NULL: none). */
rc_t edit_audit(struct edit *t, str_t organisation, const char *kind, str_t id,
                const json_t *before, const json_t *after, struct err *e) WX_MUST_USE;
/* The organisation is no more: a later one of the same id sees nothing of its audit. */
void edit_end_audit(struct edit *t, str_t organisation);
/* What is compiled from the organisation is old now. */
void edit_touch(struct edit *t, str_t organisation);

/* *out NULL: none. */
rc_t edit_get(struct edit *t, struct record_at at, json_t **out, struct err *e) WX_MUST_USE;
/* {id: record} of those of `ids` (an array of texts) that are there. */
rc_t edit_get_many(struct edit *t, enum record_kind kind, str_t group, const json_t *ids,
                   json_t **out, struct err *e) WX_MUST_USE;
rc_t edit_list(struct edit *t, enum record_kind kind, str_t group, json_t **out,
               struct err *e) WX_MUST_USE;
/* How many elements the hash has that holds such records. */
rc_t edit_count(struct edit *t, enum record_kind kind, str_t group, long long *out,
                struct err *e) WX_MUST_USE;

/* The stored rules (rules_store.h); *out NULL: none. */
rc_t edit_rules(struct edit *t, str_t organisation, json_t **out, struct err *e) WX_MUST_USE;
/* Queues others, that were checked, with the next version (set in `after`) and an entry of the
 * audit. What is compiled is touched by the caller. RC_TOO_LARGE. */
rc_t edit_put_rules(struct edit *t, str_t organisation, const json_t *before, json_t *after,
                    struct err *e) WX_MUST_USE;

/* registry_write as a part of a larger change; the id was checked. Begins with what w->after holds
 * let go; what it queued before it failed is still there. */
rc_t edit_write(struct edit *t, struct registry_write *w, struct err *e) WX_MUST_USE;
/* registry_attach as a part of a larger change. */
rc_t edit_attach(struct edit *t, str_t domain, str_t organisation, const char *proof,
                 struct err *e) WX_MUST_USE;

/* May the actor take the mailbox from whoever holds it: suspend, remove, rename it? Who administers
 * is out of reach of those who may no more than he: RC_FORBIDDEN, field "roles". */
rc_t edit_judge_person(struct edit *t, str_t organisation, str_t address,
                       struct err *e) WX_MUST_USE;

/* What must hold when before becomes after (registry_rules.c); adds what goes along with it.
 * *after may be replaced by NULL: nothing is left worth keeping. */
rc_t edit_judge(struct edit *t, struct record_at at, const json_t *before, json_t **after,
                struct err *e) WX_MUST_USE;

#endif
