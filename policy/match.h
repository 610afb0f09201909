/* Which rule an organisation executes for one recipient of one message, and why: matching, order,
 * inheritance, trace. Used by policy/evaluate.c; a page may show it by itself.
 */
#ifndef WAXSEAL_POLICY_MATCH_H
#define WAXSEAL_POLICY_MATCH_H

#include "policy/facts.h"

enum pass_kind { PASS_OUTBOUND, PASS_INBOUND, PASS_INTERNAL };

/* X(enum, word): what became of a rule */
#define MATCH_VERDICT_TABLE(X)                                                                     \
    X(NO_MATCH, "no_match")                                                                        \
    X(DISABLED, "disabled")                                                                        \
    X(EXCLUDED, "excluded")                                                                        \
    X(FILTER_FALSE, "filter_false")                                                                \
    X(TRANSPARENT, "transparent")                                                                  \
    X(SELECTED, "selected")                                                                        \
    X(INHERITED_FROM, "inherited_from")                                                            \
    X(OUTRANKED, "outranked")
enum match_verdict {
#define X(name, word) VERDICT_##name,
    MATCH_VERDICT_TABLE(X)
#undef X
        VERDICT_COUNT
};
str_t match_verdict_word(enum match_verdict v);

/* Who set a field, if no rule did. */
enum { GIVER_DEFAULT = -1, GIVER_USER = -2 };

struct matched {
    ptrdiff_t rule;                  /* index of the executed one, or -1 */
    uint8_t level[RULE_FIELD_COUNT]; /* enum rule_level, of the fields of the pass; never INHERIT */
    ptrdiff_t giver[RULE_FIELD_COUNT];
    uint8_t *trace; /* enum match_verdict of every rule */
};

/* Bit RULE_x of the fields a pass has, and of those that make a rule matter to it. */
unsigned pass_fields(enum pass_kind k);
unsigned pass_relevant_fields(enum pass_kind k);

/* What is the same for all recipients of a message; lives in the arena. */
struct matcher;
/* subject: as this organisation received it. from: lower case. RC_NO_MEMORY. */
rc_t matcher_new(const struct ruleset *r, const struct policy_message *m, str_t from, str_t subject,
                 struct arena *a, struct matcher **out, struct err *e) WX_MUST_USE;
/* recipient: lower case. */
rc_t matcher_run(struct matcher *m, enum pass_kind k, str_t recipient, struct matched *out,
                 struct err *e) WX_MUST_USE;

/* --- policy/filter.c ---------------------------------------------------------------------------
 */

/* What filters look at. */
struct filter_view {
    const struct ruleset *rules;
    const struct policy_message *message;
    str_t from, to, subject;      /* lower case */
    struct ruleset_words headers; /* names in lower case; value: index */
    str_t *header_values;         /* lower case */
    uint8_t *lists;               /* by data set: what is known of its words in the subject */
};
/* Lower-cases what is needed; `to` is left null. */
rc_t filter_view_new(const struct ruleset *r, const struct policy_message *m, str_t from,
                     str_t subject, struct arena *a, struct filter_view *out,
                     struct err *e) WX_MUST_USE;
bool filter_true(const struct filter *f, const struct filter_view *v);
/* Does it ask for the recipient? */
bool filter_sees_recipient(const struct filter *f);

#endif
