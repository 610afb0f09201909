/* What is done about the recipients of one mail, and what is answered for each: copies to the next
 * hop, reports to the sender, mail into quarantine.
 */
#ifndef WAXSEAL_GATEWAY_HAND_H
#define WAXSEAL_GATEWAY_HAND_H

#include "base/buf.h"
#include "gateway/refusal.h"
#include "gateway/treat.h"

enum {
    HAND_DEADLINE_MS = 120000, /* one handing on */
    HAND_WHOLE_MS = 300000     /* all of a mail's: Postfix takes it for lost after 600 s */
};

struct hand {
    struct gate_thread *thread;
    struct gate_work *w;
    struct lmtp_mail *mail;
    const str_t *lower; /* the recipients' addresses in lower case, as decisions have them */
    str_t id;           /* of this work, for trace and log */
    int64_t ends_ms;    /* of clock_ms: nothing is handed on after that, the rest waits */
    /* What is handed on now was opened, and nothing kept it from being changed: that the next hop
     * refuses it for good would tell what is in it, so it goes into quarantine then. */
    bool hushed;
};

/* The reply of every recipient with this address. */
void hand_reply(struct hand *h, str_t address, unsigned code, str_t status, str_t text);
/* For a failure: 4xx, or 5xx where another attempt would end the same. Not for whom a reply is
 * there already. */
void hand_failure(struct hand *h, str_t address, const struct err *why);
/* A refusal for good becomes 4xx: of mail that was refused once already, and has nobody who could
 * be told. */
void hand_keep(struct hand *h, str_t address);
/* As hand_failure, for all that have no reply yet. */
void hand_rest(struct hand *h, const struct err *why);

/* Our Received field (RFC 5321 section 4.4), appended. */
rc_t hand_trace(struct hand *h, struct buf *out, struct err *e) WX_MUST_USE;
/* Hands a copy on and replies for each. to_mailbox: to where managed mailboxes are. */
void hand_on(struct hand *h, bool to_mailbox, const str_t *to, size_t n, str_t message);
/* Tells the sender that this recipient does not get it, and replies with success when the next hop
 * has the report; into quarantine where nobody may or wants to be told. inside: the sender is one
 * of the organisation. */
void hand_report(struct hand *h, str_t address, const struct refusal *why,
                 const struct entity *header, bool inside);
/* The mail as it came, to the quarantine's mailbox; replies with success when that has it (with
 * `mailboxes`; else when the next hop has). status: of the decision. */
void hand_quarantine(struct hand *h, str_t address, str_t status);

#endif
