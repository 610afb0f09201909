/* Internal to mail/: what kind each message of a folder is, remembered.
 *
 * Body search must know exactly which messages hold something encrypted. That is read once per
 * message from BODYSTRUCTURE (and the first bytes of parts whose labels do not tell) and kept per
 * account and folder until UIDVALIDITY changes; messages never change, so only new ones are asked
 * for. Kept are numbers only. Shared by all threads of a pool.
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

struct imap_kinds {
    const uint32_t *uids; /* every message there is now, ascending */
    size_t uid_count;
    const struct imap_kind *list; /* ascending; may name messages that are gone */
    size_t count;
};

struct imap_kinds_cache *imap_kinds_new(void);
void imap_kinds_free(struct imap_kinds_cache *k);

/* Of the selected mailbox, brought up to date. What was learnt before a failure is kept. */
rc_t imap_kinds_get(struct imap *im, struct arena *a, struct imap_kinds *out,
                    struct err *e) WX_MUST_USE;
/* Bits of a message, 0: plain. */
uint32_t imap_kind_of(const struct imap_kinds *k, uint32_t uid);

#endif
