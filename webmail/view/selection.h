/* Which messages of a folder a request means (docs/PLAN.md, "Sets of messages"). */
#ifndef WAXSEAL_WEBMAIL_SELECTION_H
#define WAXSEAL_WEBMAIL_SELECTION_H

#include "webmail/app.h"

#define SELECTION_MAX 200000u /* messages; a larger folder is done in several requests */

struct selection {
    str_t mailbox;
    uint32_t uidvalidity;
    uint32_t *uids; /* as the request names them; by `all` ascending; in the request arena */
    size_t n;       /* 0 only by `all` */
    bool by_set;    /* named by text or by `all`: the answer names messages as text too */
};
/* Folder of route parameter 0 and messages of the JSON body, with a connection that has the folder
 * selected. RC_INVALID (field uids or all), RC_CONFLICT: another UIDVALIDITY, RC_TOO_LARGE. */
rc_t selection_read(struct call *c, struct selection *s, struct imap **im,
                    struct err *e) WX_MUST_USE;
/* Puts `uids` (a list, or by_set the text of a set) and `count` into an answer. Zeros, of messages
 * whose new number is not known, are left out of a text. */
rc_t selection_put(const struct selection *s, json_t *answer, const uint32_t *uids,
                   struct err *e) WX_MUST_USE;

#endif
