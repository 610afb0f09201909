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

/* registry_attach as a part of a larger change. */
rc_t edit_attach(struct edit *t, str_t domain, str_t organisation, const char *proof,
                 struct err *e) WX_MUST_USE;

/* What must hold when before becomes after (registry_rules.c); adds what goes along with it.
 * *after may be replaced by NULL: nothing is left worth keeping. */
rc_t edit_judge(struct edit *t, struct record_at at, const json_t *before, json_t **after,
                struct err *e) WX_MUST_USE;

#endif
