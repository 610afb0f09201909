/* Described mail: the format "smime-policy-examples/1" of the design's policy/README, which is what
 * the examples, `waxsealctl policy evaluate` and the page's simulation are written in.
 *
 * {"orgs": [..], "message": {..}, "state": {..}}; `id`, `title`, `covers` and `expect` are for
 * others. A field that nobody knows is a mistake in rules, operations, defaults, triggers, state
 * and the user's choice; in facts (organisation, account, certificate, message) it is ignored and
 * told.
 */
#ifndef WAXSEAL_POLICY_EXAMPLE_H
#define WAXSEAL_POLICY_EXAMPLE_H

#include "policy/effort.h"
#include "policy/place.h"

enum {
    EXAMPLES_MAX = 10000,
    EXAMPLE_ORGS_MAX = 100,
    EXAMPLE_FACTS_MAX = 100000, /* accounts, and certificates, of an organisation */
    EXAMPLE_BYTES_MAX = 64 << 20
};

struct example {
    struct policy_input in; /* borrows from the arena and the JSON value */
    struct ruleset **rules; /* one for each organisation, owned */
    bool *has_ops;          /* for each organisation */
};

/* notes (may be NULL) gets a line for each field that was ignored. */
rc_t example_read(const json_t *v, const struct place *at, struct arena *a, struct buf *notes,
                  struct example *out, struct err *e) WX_MUST_USE;
void example_free(struct example *x);
/* A whole file, or one example: [{"id", "decision"}] in order; a decision has `priorities` where
 * there were operations. New reference. */
rc_t examples_evaluate(const json_t *file, struct buf *notes, json_t **out,
                       struct err *e) WX_MUST_USE;
/* The same, but an example of many that is refused is a row {"id", "error": sentence, "detail"} in
 * its place, counted in refused, and the others are decided. */
rc_t examples_evaluate_each(const json_t *file, struct buf *notes, size_t *refused, json_t **out,
                            struct err *e) WX_MUST_USE;
/* As examples_evaluate with a limit for all of it: RC_TOO_LARGE as policy/effort.h. */
rc_t examples_evaluate_within(const json_t *file, struct effort *left, struct buf *notes,
                              json_t **out, struct err *e) WX_MUST_USE;

/* What is wrong with the rules of each organisation: [{"id", "organisations": {id: {"complete",
 * "warnings"}}}]. New reference. */
rc_t examples_check(const json_t *file, struct buf *notes, json_t **out, struct err *e) WX_MUST_USE;

/* {"state": {"rules_store", "revocation"}} of v. */
rc_t example_read_state(const json_t *v, const struct place *at, struct policy_state *out,
                        struct err *e) WX_MUST_USE;

/* --- policy/example_facts.c --------------------------------------------------------------------
 */

struct example_reader {
    struct arena *a;
    struct buf *notes;
};
rc_t example_read_message(const json_t *v, const struct place *at, struct example_reader *r,
                          struct policy_message *out, struct err *e) WX_MUST_USE;
rc_t example_read_facts(const json_t *org, const struct place *at, struct example_reader *r,
                        struct policy_organisation *out, struct err *e) WX_MUST_USE;
/* Tells of fields that are not in keys. */
void example_note_unknown(const json_t *obj, const char *const *keys, const struct place *at,
                          struct example_reader *r);

#endif
