/* Internal to mail/: rows of a list, as imap_list.c reads them for the orders too. */
#ifndef WAXSEAL_MAIL_IMAP_LIST_H
#define WAXSEAL_MAIL_IMAP_LIST_H

#include "mail/imap_lease.h"

#define IMAP_LIST_MAX 1000u /* rows at once */

/* As imap_list, from the newest position down or from the oldest up. */
rc_t imap_list_positions(struct imap *im, bool oldest_first, uint32_t offset, uint32_t limit,
                         struct arena *a, struct imap_rows *out, struct err *e) WX_MUST_USE;

/* Messages of whom only the flags are asked for. */
struct imap_member {
    uint32_t uid, group; /* group: the caller's */
    bool there, unseen, flagged;
};
struct imap_members {
    struct imap_member *list; /* ascending by UID */
    const uint32_t *uids;     /* the same UIDs */
    size_t count;
};
/* Rows in the order of uids, and the flags of members (or NULL), in one round trip; state: with
 * out->mailbox as imap_mailbox has it. c->sel.moved is set when the server told of a change by the
 * way: then the state may be of before it. */
rc_t imap_rows_with(struct imap *im, const uint32_t *uids, size_t n, struct imap_members *members,
                    bool state, struct arena *a, struct imap_rows *out, struct err *e) WX_MUST_USE;

#endif
