/* Internal to mail/: what a lease holds. */
#ifndef WAXSEAL_MAIL_IMAP_LEASE_H
#define WAXSEAL_MAIL_IMAP_LEASE_H

#include "mail/imap.h"
#include "mail/imap_conn.h"

struct imap_slot;

struct imap {
    struct imap_pool *pool;
    struct imap_slot *slot;
    struct imap_conn *c; /* NULL after a failed reconnect */
    const struct config_endpoint *server;
    char *login, *password; /* owned copies, wiped */
    int64_t deadline;
    bool retried;
    bool wants_mailbox; /* one was asked for */
    bool fresh;         /* imap_mailbox was the last thing done (imap_is_fresh) */
    int64_t asked;      /* when */
    bool assumed;       /* `state` may be of a moment before: nothing new is made of it */
    struct imap_mailbox state;
};

/* `state` needs no asking again. A caller that waited for something else meanwhile has to. */
#define IMAP_FRESH_MS 100
static inline bool imap_is_fresh(const struct imap *im)
{
    return im->fresh && clock_ms() - im->asked < IMAP_FRESH_MS;
}

/* After a failed read that changes nothing on the server: connects and selects again, once, when
 * the connection died and time is left. True: try the read again. */
bool imap_should_retry(struct imap *im, rc_t rc);
/* What a refused CREATE or RENAME to this path means: mostly a name that a person can mend. Answers
 * rc or a better one, with the sentence and field "path" in *e; a response code that is not about
 * the name (SERVERBUG, INUSE, LIMIT, unknown ones) keeps rc and *e as they are. */
rc_t imap_folder_refused(struct imap *im, str_t display, rc_t rc, str_t code, struct arena *a,
                         struct err *e);
/* RC_OK when the connection is alive and a mailbox is selected. */
rc_t imap_need_selected(struct imap *im, struct err *e) WX_MUST_USE;

/* --- UID sets (imap_uids.c) ----------------------------------------------------------- */

/* RC_INVALID for none, zero or more than 200,000. */
rc_t imap_uids_check(const uint32_t *uids, size_t n, struct err *e) WX_MUST_USE;

/* The pool's memory of what kind each message is (imap_kinds.h). */
struct imap_kinds_cache *imap_pool_kinds(struct imap_pool *p);
/* Its memory of orders, conversations and references (imap_index.h). */
struct imap_indexes *imap_pool_indexes(struct imap_pool *p);

/* --- names (imap_utf7.c) ------------------------------------------------------------------ */

/* Mailbox name to UTF-8 (RFC 3501 section 5.1.3). What is not well-formed, or encoded in another
 * way than it has to be, or holds controls, direction overrides or what nobody can see, is shown as
 * it is, made valid UTF-8 without those (U+FFFD). So each well-formed name has a text of its own.
 * The null slice past the arena's limit. */
str_t imap_utf7_decode(str_t name, struct arena *a);
/* The null slice for invalid UTF-8 or past the arena's limit. */
str_t imap_utf7_encode(str_t utf8, struct arena *a);

#endif
