/* What our own mail server found out about where a message comes from (RFC 8601).
 *
 * A From field is a claim that anybody can make. What depends on who has written a message goes by
 * its own valid signature, or by the word of the operator's mail server: the topmost
 * Authentication-Results under the operator's authserv-id. Every other such field came with the
 * message. No I/O.
 */
#ifndef WAXSEAL_MAIL_AUTH_RESULTS_H
#define WAXSEAL_MAIL_AUTH_RESULTS_H

#include "mail/message.h"

enum { AUTH_RESULTS_MAX = 20 }; /* so many results of one field count */

/* The results in the topmost field of this server, separated by ';', without comments, each word
 * apart by one blank, none beside '='; what stood in quotes can no longer be mistaken for
 * structure. Null: there is none, or authserv_id is null or empty (nobody is believed). Lives as
 * long as the arena. */
str_t auth_results_of(const struct entity *header, str_t authserv_id, struct arena *a);

/* Did DMARC pass for this domain as that of From (RFC 7489), or a DKIM signature of just this
 * domain hold (RFC 6376)? By header.d alone: another domain, also one above or below it, says
 * nothing, nor does an identity (header.i), which a domain above it may have signed. */
bool auth_results_pass(const struct entity *header, str_t authserv_id, str_t domain,
                       struct arena *a);

/* Is the message from the one address that From shows, as far as can be known: a whole signature
 * "signed-valid" without a warning, or auth_results_pass for the address's domain? False for a
 * message that is attached to another. */
bool message_sender_confirmed(const struct message_view *v, str_t authserv_id, struct arena *a);

#endif
