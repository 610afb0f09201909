/* Internal to mail/: what kind each message of a folder is, remembered.
 *
 * Body search must know exactly which messages hold something encrypted. That is read once per
 * message from BODYSTRUCTURE (and the first bytes of parts whose labels do not tell) and kept per
 * account and folder until UIDVALIDITY changes; messages never change, so only new ones are asked
 * for, the newest first: a search need not wait for what it has not come to. Kept are numbers only.
 * Shared by all threads of a pool.
 */
#ifndef WAXSEAL_MAIL_IMAP_KINDS_H
#define WAXSEAL_MAIL_IMAP_KINDS_H

#include "mail/imap_lease.h"

struct imap_kinds_cache;

enum { KIND_SEALED = 1, KIND_SIGNED = 2, KIND_ATTACHMENT = 4 };

struct imap_kind {
    uint32_t uid;
    uint32_t bits; /* never 0: plain messages are not listed */
};

/* What is known of the selected mailbox: [from, below) of its UIDs, learnt from the newest down. */
struct imap_kinds {
    struct imap *im;
    struct arena *a; /* results live there */
    str_t key;
    uint32_t uidvalidity;
    const uint32_t *uids; /* every message there is now, ascending */
    size_t uid_count;
    uint32_t from, below;   /* equal: nothing is known */
    struct imap_kind *list; /* ascending; may name messages that are gone */
    size_t count, cap;
};

struct imap_kinds_cache *imap_kinds_new(void);
void imap_kinds_free(struct imap_kinds_cache *k);

/* Of the selected mailbox: which messages there are, and what was learnt of them before. */
rc_t imap_kinds_open(struct imap *im, struct arena *a, struct imap_kinds *out,
                     struct err *e) WX_MUST_USE;
/* Makes known what kinds uids[at] and all newer messages have; *done says whether that came to an
 * end by `until` (clock_ms). What was learnt is kept in the cache also before a failure. Called
 * with ever smaller `at`. */
rc_t imap_kinds_learn(struct imap_kinds *k, size_t at, int64_t until, bool *done,
                      struct err *e) WX_MUST_USE;
/* Bits of a message that is known, 0: plain. */
uint32_t imap_kind_of(const struct imap_kinds *k, uint32_t uid);

#endif
