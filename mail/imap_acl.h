/* Internal to mail/: folders of others, and what the user may do in them. */
#ifndef WAXSEAL_MAIL_IMAP_ACL_H
#define WAXSEAL_MAIL_IMAP_ACL_H

#include "mail/imap.h"
#include "mail/imap_conn.h"

struct imap_namespace {
    str_t prefix;
    char delimiter; /* '\0': flat */
    bool of_others; /* "other users'"; else shared by nobody in particular (RFC 2342 section 5) */
};

/* Whose folder it is, as the server names people, for showing; null outside the namespace. */
str_t imap_acl_owner(str_t name, const struct imap_namespace *ns, struct arena *a);
/* Fills `rights` of the shared, selectable folders (RFC 4314 MYRIGHTS), pipelined; without ACL it
 * asks nothing. */
rc_t imap_acl_ask(struct imap_conn *c, struct imap_folder *list, size_t n, struct arena *a,
                  struct err *e) WX_MUST_USE;

#endif
