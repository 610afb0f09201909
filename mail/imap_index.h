/* Internal to mail/: what was found out about a whole folder (its order by a key, its
 * conversations, the references of its messages), remembered in the process.
 *
 * An index is numbers only, never changes once it was made, and is counted: readers hold it while
 * another thread puts a newer one in its place. Kept are the most recently used up to a number of
 * bytes, by account, folder and kind; those of one very large mailbox up to four times as many, and
 * the newest in any case. No UID is given twice under one UIDVALIDITY and every new
 * message raises UIDNEXT, so equal UIDVALIDITY, UIDNEXT and count mean the same set of messages:
 * that, asked of the server each time, is what says whether an index is still true.
 */
#ifndef WAXSEAL_MAIL_IMAP_INDEX_H
#define WAXSEAL_MAIL_IMAP_INDEX_H

#include "mail/imap_lease.h"

struct imap_index {
    uint32_t uidvalidity, uidnext, total; /* state of the folder that it is true of */
    size_t count;                         /* of uids */
    size_t groups;                        /* starts has one more element; 0: no starts */
    size_t numbers;                       /* of ids */
    size_t bytes;                         /* of all of it */
    uint32_t *uids, *starts;
    uint64_t *ids;
};

enum imap_index_kind {
    INDEX_THREADS,
    INDEX_REFERENCES,
    INDEX_SORTED /* + what imap_order.c adds for key and direction; the last kind */
};

struct imap_indexes;
/* most: bytes of all. */
struct imap_indexes *imap_indexes_new(size_t most);
void imap_indexes_free(struct imap_indexes *x);
/* A number of this process that nobody outside knows: seeds the hashes of message ids. */
uint64_t imap_indexes_seed(const struct imap_indexes *x);

/* Zeroed; held by the caller, who may write it until it is kept. NULL: no memory. */
struct imap_index *imap_index_make(size_t count, size_t groups, size_t numbers);
void imap_index_release(struct imap_index **ix);
#define CLEANUP_INDEX __attribute__((cleanup(imap_index_release)))

/* Makes the index from what `old` (may be NULL) knew. box: the state just asked for. */
typedef rc_t imap_index_fn(struct imap *im, const struct imap_mailbox *box,
                           const struct imap_index *old, unsigned kind, struct imap_index **out,
                           struct err *e);
/* The index of the selected mailbox as it is now (*box), from memory or by `make`, which is asked
 * again when messages came or went meanwhile. The caller releases *out. by_uidnext: messages that
 * are gone do no harm in it. */
rc_t imap_index_get(struct imap *im, unsigned kind, bool by_uidnext, imap_index_fn *make,
                    struct imap_mailbox *box, struct imap_index **out, struct err *e) WX_MUST_USE;

/* Is some index of this kind remembered for the selected mailbox, perhaps of a moment ago? */
bool imap_index_is_known(struct imap *im, unsigned kind);

/* --- shared by those who make one -------------------------------------------------------- */

/* Every UID of the selected mailbox, ascending (ESEARCH where offered). */
rc_t imap_uids_now(struct imap *im, struct arena *a, uint32_t **uids, size_t *n,
                   struct err *e) WX_MUST_USE;
bool imap_uids_has(const uint32_t *sorted, size_t n, uint32_t uid);
/* Arena for the making of one, whatever the folder holds. NULL: no memory. */
struct arena *imap_index_scratch(void);

#endif
