/* How to leave a mailing list: List-Unsubscribe (RFC 2369) and its one-click form (RFC 8058).
 *
 * Read from the outer header alone: it is what the mail servers on the way have seen and signed,
 * and what came out of an encryption layer must not make anybody ask anything outside. One click is
 * offered only where our own mail server says, in the topmost Authentication-Results (RFC 8601)
 * under the operator's authserv-id, that a DKIM signature holds, and that signature covers both
 * fields.
 */
#ifndef WAXSEAL_MAIL_UNSUBSCRIBE_H
#define WAXSEAL_MAIL_UNSUBSCRIBE_H

#include "mail/message.h"

struct unsubscribe {
    str_t url;     /* first http or https URI, printable ASCII without user info; or null */
    str_t host;    /* of url, as it is written there */
    str_t mailto;  /* first mailto: URI, printable ASCII; or null */
    str_t address; /* of mailto, decoded; or null */
    bool https;    /* url is https */
    bool one_click;
};

/* authserv_id: null trusts no Authentication-Results. False: the message names no way, or is one
 * that is attached to another. Slices live as long as the view or the arena. */
bool message_unsubscribe(const struct message_view *v, str_t authserv_id, struct arena *a,
                         struct unsubscribe *out);

/* The same of a header alone. */
bool unsubscribe_read(const struct entity *header, str_t authserv_id, struct arena *a,
                      struct unsubscribe *out);

#endif
