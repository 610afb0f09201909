/* The forms in which one mail goes on: recipients whom the decision treats alike get the same
 * bytes.
 */
#ifndef WAXSEAL_GATEWAY_VARIANT_H
#define WAXSEAL_GATEWAY_VARIANT_H

#include "gateway/facts.h"

struct variant {
    bool sign, seal, open; /* what is done to it, in this order */
    bool to_mailbox;       /* to where managed mailboxes are: decided to the end, an account */
    const struct decision_recipient **to;
    size_t count;
};

/* Puts those to whom the decision delivers into as few forms as it allows (blind recipients of
 * newly encrypted mail have each their own). submitted: it is on its way from a submitter; else to
 * mailboxes, all of it. In the arena. */
rc_t variants_of(const struct decision *d, bool submitted, struct arena *a, struct variant **out,
                 size_t *count, struct err *e) WX_MUST_USE;
/* Does a rule, or the writer, demand what is done to it for one of them? */
bool variant_is_demanded(const struct variant *v);

/* The mail without the fields that only we write (X-Waxseal-Opened, X-Waxseal-Quarantine). */
rc_t variant_as_it_came(str_t mail, struct buf *out, struct err *e) WX_MUST_USE;

/* The mail in that form, appended to out (a secret buffer), without our line of trace. f: opened
 * where v->open and the mail came encrypted. Keys are asked: RC_KEYD_DOWN and its kin. */
rc_t variant_build(struct facts *f, const struct decision *d, const struct variant *v,
                   struct buf *out, struct err *e) WX_MUST_USE;

#endif
