/* One mail through the mail flow: facts, decision, forms, next hop, a reply for each recipient.
 *
 * Nothing is kept: a recipient is answered with success only when the next hop has taken his copy,
 * the report about him, or his mail in quarantine. Until then the mail is the peer's, which tries
 * again. A second copy is possible only where this program, or the connection, dies between the
 * next hop's reply and ours.
 */
#ifndef WAXSEAL_GATEWAY_TREAT_H
#define WAXSEAL_GATEWAY_TREAT_H

#include "gateway/gate.h"
#include "gateway/lmtp.h"
#include "mail/onward.h"

/* One thread's ways on. */
struct gate_thread {
    const struct gate *gate;
    struct kv *kv;
    struct onward *next;      /* whatever is not for a managed mailbox; reports; quarantine */
    struct onward *mailboxes; /* NULL: those, too, go to next */
};

/* Fills the replies of all recipients. submitted: by the submission server, which verified its
 * submitter; else it is on its way to mailboxes. */
void treat_mail(struct gate_thread *f, bool submitted, struct lmtp_mail *mail);

#endif
