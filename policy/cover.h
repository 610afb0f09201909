/* Which addresses selectors stand for, compared: for policy/warnings.c. All answers are about the
 * organisation's domains and data sets as they are in the rule set. */
#ifndef WAXSEAL_POLICY_COVER_H
#define WAXSEAL_POLICY_COVER_H

#include "policy/ruleset.h"

struct cover {
    const struct ruleset *rules;
    size_t budget; /* comparisons left; at 0 nothing is known any more */
};

/* Every address that b matches, one of a matches: certainly. */
bool cover_selector(struct cover *c, const struct selectors *a, const struct selector *b);
bool cover_all(struct cover *c, const struct selectors *a, const struct selectors *b);
/* No address is matched by a and by one of b: certainly. */
bool cover_disjoint(struct cover *c, const struct selector *a, const struct selectors *b);
/* Is there an address of the organisation that one of them matches? False: certainly none. */
bool cover_reaches_managed(const struct ruleset *r, const struct selectors *s);
/* Can it match any address at all? False: certainly not. */
bool cover_reaches_anybody(const struct ruleset *r, const struct selector *s);

#endif
