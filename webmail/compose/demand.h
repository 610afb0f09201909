/* What the organisation's rules demand of a message that is about to be sent: shown while it is
 * written, asked at prepare and again at finish, so that a rule that was changed between them
 * counts. One way for all three: what the rules see of a message is gathered here.
 *
 * Here only the sending side is asked, of the sender's organisation: signing and encrypting. What
 * the keys of people can do, they do in the browser: a message that is signed or encrypted there
 * satisfies the rule, by whatever certificate. What is received is another's business.
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_DEMAND_H
#define WAXSEAL_WEBMAIL_COMPOSE_DEMAND_H

#include "webmail/compose/parse.h"

struct demand_input {
    enum compose_mode mode;
    str_t from, subject; /* as it was written, with what may be a trigger */
    const str_t *to[3];  /* to, cc, bcc */
    size_t to_count[3];
    uint32_t size;
    bool has_attachment;
    str_t header; /* the fields that the message will have, but those of MIME; with line ends */
    str_t message_id;
    bool ask; /* whether registered certificates were revoked; false: only what is known already */
};

/* One message and the rules of one moment; lives in the call's arena. */
struct demand;

/* Without an organisation nothing is demanded. RC_STATE_DOWN, RC_DAMAGED: the rules are not known,
 * and nothing may be sent. demand_close in any case. */
rc_t demand_open(struct call *c, const struct demand_input *in, struct demand **out,
                 struct err *e) WX_MUST_USE;
/* The same of a message as the browser sends it. */
rc_t demand_open_compose(struct call *c, const struct compose *m, struct demand **out,
                         struct err *e) WX_MUST_USE;
void demand_close(struct demand **d);
#define CLEANUP_DEMAND __attribute__((cleanup(demand_close)))

/* RC_FORBIDDEN, field "mode": a rule demands more than the mode gives; the error's details hold
 * `demands`: [{address, sign, encrypt, rule}]: rule null where the subject asks for it. The refusal
 * is logged. */
rc_t demand_check(struct demand *d, struct err *e) WX_MUST_USE;
/* The subject that leaves: without triggers. Null: as it was. */
str_t demand_subject(const struct demand *d);

/* What is decided about the message as it leaves, signed and encrypted by the browser to these
 * certificates (fingerprints): digest, hex, of everything in it that matters to the message, and
 * nothing of the rules that do not. prepare keeps it, finish compares. Without an organisation: the
 * empty text. */
rc_t demand_settle(struct demand *d, const str_t *certs, size_t count, str_t *digest,
                   struct err *e) WX_MUST_USE;
/* It was settled, and sent: into the organisation's log. Never fails: see decision_log_write. */
void demand_log(struct demand *d);

#endif
