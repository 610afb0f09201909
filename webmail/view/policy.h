/* What the reader's organisation demands of a message that is read: the inbound pass of its rules,
 * beside the verdict and never better than it. Nothing is refused here: what arrived is shown, and
 * said.
 */
#ifndef WAXSEAL_WEBMAIL_VIEW_POLICY_H
#define WAXSEAL_WEBMAIL_VIEW_POLICY_H

#include "webmail/view/view.h"

/* {validate, decrypt: levels, rule: {id, name}|null (who demands), refused: bool, reason}: NULL
 * where nothing of the rules demands anything of this message. A demand is met only by a verdict
 * that is good throughout. reason: a word of decision_reason, "pending" while the message is locked
 * or still looked at, "rules_unavailable" where nobody could say (the message is shown all the
 * same).
 *
 * Mail from the reader's own addresses outside INBOX (Sent, drafts) and messages attached to others
 * were not received so: nothing is said of them. */
rc_t view_policy(struct call *c, const struct message_request *q, const struct opened_message *m,
                 json_t **out, struct err *e) WX_MUST_USE;

#endif
