/* Internal to mail/: searches that other parts of the mail layer need. */
#ifndef WAXSEAL_MAIL_IMAP_SEARCH_H
#define WAXSEAL_MAIL_IMAP_SEARCH_H

#include "mail/imap_lease.h"

struct imap_terms;
struct imap_plan;

/* UIDs of every message of the selected mailbox, ascending. */
rc_t imap_search_all(struct imap *im, struct arena *a, uint32_t **uids, size_t *n,
                     struct err *e) WX_MUST_USE;

/* --- UIDs that a server found (imap_found.c) ----------------------------------------------------
 */

#define FOUND_MAX 2000000

struct found_reader {
    struct arena *a;
    uint32_t *uids;
    size_t count, cap;
};
rc_t found_add(struct found_reader *f, uint32_t uid, struct err *e) WX_MUST_USE;
/* Sorted newest first, without doubles. */
void found_settle(struct found_reader *f);
/* Writes "UID SEARCH " with what of RFC 4731 and RFC 2978 is needed. */
void found_begin(struct imap_conn *c, struct imap_command *cmd, bool eight_bit);
/* Sends what was written and reads SEARCH and ESEARCH answers. */
rc_t found_run(struct imap_conn *c, struct imap_command *cmd, struct found_reader *f,
               struct err *e) WX_MUST_USE;
/* The search keys of a plan. Literals may wait for the server. */
rc_t imap_plan_write(const struct imap_plan *p, struct imap_conn *c, struct err *e) WX_MUST_USE;

#endif
