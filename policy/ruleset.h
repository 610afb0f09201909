/* A compiled rule set: the rules, data sets, defaults, triggers and domains of one organisation,
 * indexed, immutable, counted by reference. A change makes a new one, which takes the old one's
 * place at once; who is evaluating keeps the one he began with.
 *
 * Threads: everything here may be called by several at the same time.
 */
#ifndef WAXSEAL_POLICY_RULESET_H
#define WAXSEAL_POLICY_RULESET_H

#include "policy/rule.h"

struct ruleset;

/* Takes over *doc (set to NULL) on success only. version: what the decision is logged with; nothing
 * is compared with it. RC_NO_MEMORY. */
rc_t ruleset_compile(struct rule_document **doc, uint64_t version, struct ruleset **out,
                     struct err *e) WX_MUST_USE;
struct ruleset *ruleset_ref(const struct ruleset *r);
/* NULL is allowed. */
void ruleset_unref(const struct ruleset *r);
static inline void ruleset_cleanup(struct ruleset **r)
{
    ruleset_unref(*r);
}
#define CLEANUP_RULESET __attribute__((cleanup(ruleset_cleanup)))

uint64_t ruleset_version(const struct ruleset *r);
/* What it was compiled from; as long as the rule set lives. */
const struct rule_document *ruleset_document(const struct ruleset *r);
/* Is this one of the organisation's domains? In lower case. */
bool ruleset_manages(const struct ruleset *r, str_t domain);

/* --- for policy/match.c and policy/filter.c ----------------------------------------------------
 */

/* One selector of one rule that is switched on. */
struct ruleset_use {
    uint16_t rule, list; /* index; enum rule_list */
    uint8_t dots;        /* of a wildcard */
};
/* A text and what it stands for; sorted by text. */
struct ruleset_word {
    str_t text;
    uint32_t value;
};
struct ruleset_words {
    struct ruleset_word *list;
    size_t count;
};
struct ruleset_set {
    struct ruleset_words entries;
    str_t *phrases; /* entries that are not one word: more than letters, digits, "_" */
    size_t phrase_count;
    bool managed; /* an entry is one of the organisation's domains, or an address in one */
};

/* The first of the words that are `text`, or the end of the list; equal ones follow each other. */
size_t ruleset_words_find(const struct ruleset_words *w, str_t text);
/* Calls see(use, class, ctx) for each selector that matches the address (lower case). */
void ruleset_each_match(const struct ruleset *r, str_t address,
                        void (*see)(const struct ruleset_use *use, unsigned class, void *ctx),
                        void *ctx);
/* NULL: there is no data set of this name. */
const struct ruleset_set *ruleset_dataset(const struct ruleset *r, str_t name);
/* Which of the document's data sets it is, from 0. */
size_t ruleset_dataset_index(const struct ruleset *r, const struct ruleset_set *s);
/* The place of a rule in the order "newer first, then by id": 0 is the first. */
uint16_t ruleset_age(const struct ruleset *r, size_t rule);
/* What is behind the last "@", else empty. */
str_t ruleset_domain_of(str_t address);

#endif
