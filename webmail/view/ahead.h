/* What a mail server needs long for, once: the conversations or the order of a large folder. It is
 * asked for by a thread of its own, and whoever wanted it gets something simpler meanwhile.
 */
#ifndef WAXSEAL_WEBMAIL_AHEAD_H
#define WAXSEAL_WEBMAIL_AHEAD_H

#include "webmail/app.h"

/* Folders with fewer messages are asked for at once. */
#define AHEAD_LARGE 5000u

struct ahead_desk;

rc_t ahead_desk_new(struct imap_pool *pool, struct ahead_desk **out, struct err *e) WX_MUST_USE;
/* Waits a moment for what is under way. False: something still is, and uses the pool; then the
 * desk stays. NULL is allowed. */
bool ahead_desk_free(struct ahead_desk *d);

#define AHEAD_PATIENCE_MS 1500

/* True when the order (NULL: the references of messages) of im's mailbox is known, or came to be
 * while this waited: first_ms where it had to be begun, AHEAD_PATIENCE_MS where it was under way
 * already, because then something simpler has been shown. False: it is being found out. */
bool ahead_ready(struct call *c, struct imap *im, str_t mailbox, const struct imap_order *order,
                 int first_ms);

#endif
