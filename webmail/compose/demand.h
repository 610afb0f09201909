/* What the organisation's rules demand of a message that is about to be sent: asked at prepare and
 * again at finish, so that a rule that was changed between them counts.
 *
 * Here only the sending side is asked: signing and encrypting. What the keys of people can do, they
 * do in the browser: a message that is signed or encrypted there satisfies the rule. What is
 * received is another's business.
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_DEMAND_H
#define WAXSEAL_WEBMAIL_COMPOSE_DEMAND_H

#include "webmail/compose/parse.h"

struct demand_input {
    enum compose_mode mode;
    str_t from, subject;
    const str_t *to[3]; /* to, cc, bcc */
    size_t to_count[3];
    uint32_t size;
    bool has_attachment;
};

/* RC_FORBIDDEN, field "mode": a rule demands more than the mode gives; the error's details hold
 * `demands`: [{address, sign, encrypt, rule}]: rule null where the subject asks for it. Without an
 * organisation nothing is asked. RC_STATE_DOWN, RC_DAMAGED: the rules are not known, and nothing
 * may be sent. */
rc_t compose_check_rules(struct call *c, const struct demand_input *in, struct err *e) WX_MUST_USE;
/* The same of a message as the browser sends it. */
rc_t compose_check_demands(struct call *c, const struct compose *m, struct err *e) WX_MUST_USE;

#endif
