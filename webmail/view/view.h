/* Folders, lists, messages and what is done to them. */
#ifndef WAXSEAL_WEBMAIL_VIEW_H
#define WAXSEAL_WEBMAIL_VIEW_H

#include "mail/message.h"
#include "webmail/app.h"
#include "webmail/smime/trust.h"

call_handler folders_list, folders_create;
call_handler messages_list, messages_search, messages_flags, messages_move, messages_copy,
    messages_delete, messages_append;
call_handler message_get, message_unlock, message_source, part_get, part_unlock;

#define VIEW_MAX_UIDS 5000u
#define VIEW_MAX_LIMIT 200u

/* {uidvalidity, uids} of a JSON body; uids in the request arena. */
rc_t view_uids(struct call *c, uint32_t *uidvalidity, uint32_t **uids, size_t *n,
               struct err *e) WX_MUST_USE;
/* A Row of the API; new reference. */
json_t *row_json(const struct imap_row *row, struct arena *a);

/* One message, fetched, opened and verified, with what it needs to stay valid. */
struct opened_message {
    struct imap_row row;
    uint32_t uidvalidity;
    struct buf raw; /* the message's bytes; the view points into them */
    struct message_view *view;
    struct cert *known[16]; /* the sender's certificates that were given to verify */
    size_t known_count;
    struct trust_anchors anchors; /* whom the user trusts for the sender's address */
};
/* keys: JSON array [{layer, content_key}] or NULL. The parsing is marked in shared memory (see
 * shared.h). Free with opened_message_free, also after a failure. RC_NOT_FOUND, RC_CONFLICT. */
rc_t view_open_message(struct call *c, str_t mailbox, uint32_t uid, uint32_t uidvalidity,
                       const json_t *keys, struct opened_message *out, struct err *e) WX_MUST_USE;
void opened_message_free(struct opened_message *m);

#endif
