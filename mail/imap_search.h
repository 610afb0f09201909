/* Internal to mail/: searches that other parts of the mail layer need. */
#ifndef WAXSEAL_MAIL_IMAP_SEARCH_H
#define WAXSEAL_MAIL_IMAP_SEARCH_H

#include "mail/imap_lease.h"

/* UIDs of every message of the selected mailbox, ascending. */
rc_t imap_search_all(struct imap *im, struct arena *a, uint32_t **uids, size_t *n,
                     struct err *e) WX_MUST_USE;

#endif
