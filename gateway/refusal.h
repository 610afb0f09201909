/* What senders are told when the rules keep their mail from a recipient.
 *
 * The cause is told to senders of the organisation whose rule it was. Everybody else learns what
 * their own mail shows anyway (it is not encrypted, not signed), or one text and one status for all
 * other causes: what says why a mail could not be opened is a decryption oracle (the design's
 * policy/README, section 4). For the same reason nobody, not even inside, is told what was found in
 * a mail after it was opened, nor that its content does not fit its protection. What is to be
 * answered like success is the caller's to know.
 */
#ifndef WAXSEAL_GATEWAY_REFUSAL_H
#define WAXSEAL_GATEWAY_REFUSAL_H

#include "mail/report_write.h"
#include "policy/evaluate.h"

struct refusal {
    str_t status; /* as it may be told: "5.7.3" */
    str_t word;   /* the cause for programs: a reason's word, "held", "rules_unavailable", or
                     "refused" where it is not told */
    /* English sentences are ASCII and fit a reply line */
    struct report_words words[REPORT_LANGUAGES];
};

/* False: the decision delivers to this recipient. All texts are static. */
bool refusal_of(const struct decision_recipient *r, struct refusal *out);

#endif
