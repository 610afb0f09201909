/* What the signature of an opened message is worth to whoever decides by it (rules), in one word.
 *
 * The verdict has shades for people; a rule wants to know whether a signature counts. Valid is only
 * what is good throughout: a valid signature beside a fault is none for a rule. No I/O.
 */
#ifndef WAXSEAL_MAIL_MESSAGE_WORTH_H
#define WAXSEAL_MAIL_MESSAGE_WORTH_H

#include "mail/message.h"

enum message_worth {
    WORTH_UNSIGNED,
    WORTH_VALID,
    WORTH_CORRUPT,
    WORTH_UNTRUSTED,
    WORTH_EXPIRED,
    WORTH_REVOKED,
    WORTH_MISMATCH,
    WORTH_UNCHECKED /* good but for revocation, which could not be found out */
};
enum message_worth message_worth(const struct message_view *v);

/* Is a layer of it still encrypted? */
bool message_is_closed(const struct message_view *v);

#endif
