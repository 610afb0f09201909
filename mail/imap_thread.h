/* Internal to mail/: conversations of a folder. */
#ifndef WAXSEAL_MAIL_IMAP_THREAD_H
#define WAXSEAL_MAIL_IMAP_THREAD_H

#include "mail/imap_index.h"

/* groups = conversations, the one with the newest message first; uids of each ascending. */
rc_t imap_threads_get(struct imap *im, struct imap_mailbox *box, struct imap_index **out,
                      struct err *e) WX_MUST_USE;

/* What threads are made of: UIDs, those of group g in [starts[g], starts[g + 1]). */
struct imap_groups {
    uint32_t *uids, *starts;
    size_t count, groups; /* starts has room for groups + 1 */
};
/* Drops UIDs that are not in `now` (ascending), adds those of `now` that no group has as groups of
 * their own, cuts groups to IMAP_THREAD_MAX, and orders them. NULL: no memory. */
struct imap_index *imap_threads_settle(const struct imap_groups *g, const uint32_t *now, size_t n,
                                       struct arena *scratch);

/* --- by headers (imap_refs.c) ------------------------------------------------------------- */

/* starts: of each message into ids: [0] its own id, [1] its subject without "Re:", the lowest bit
 * saying that there was one, then what it refers to; 0: none. Messages that are gone may be
 * there. */
rc_t imap_references_get(struct imap *im, struct imap_mailbox *box, struct imap_index **out,
                         struct err *e) WX_MUST_USE;
/* Groups the messages of a references index. */
rc_t imap_references_group(const struct imap_index *refs, struct arena *scratch,
                           struct imap_groups *out, struct err *e) WX_MUST_USE;

#endif
