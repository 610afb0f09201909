/* Drafts: what is written into the Drafts folder, and how it is read back. */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_DRAFT_H
#define WAXSEAL_WEBMAIL_COMPOSE_DRAFT_H

#include "crypto/cms.h"
#include "mail/rope.h"
#include "webmail/compose/parse.h"
#include "webmail/compose/submission.h"

/* A draft in IMAP is `head ‖ rest`: head are fields that never leave (X-Waxseal-*, Bcc, and, where
 * the entity has none of its own, the header). rest is the entity, or, encrypted, the fields and
 * body of an application/pkcs7-mime part whose plaintext is `inner ‖ entity` (inner: Bcc, and the
 * header of an entity that has none). */
struct draft_shape {
    size_t head;  /* bytes */
    size_t inner; /* bytes before the entity in the plaintext; 0 when not encrypted */
    bool encrypted;
};

struct draft {
    struct draft_base base;     /* what it takes the place of: another one is a conflict */
    struct buf head;            /* secret; where it is sealed, with the fields of that part */
    struct buf text;            /* secret: `inner`, then what stands around the attachments */
    struct build_piece *pieces; /* of the entity */
    size_t piece_count;
    struct rope entity; /* frozen: of pieces, whose bytes lie in text and in the attachments */
    struct draft_shape shape;
    struct cms_sealed *sealed;
    unsigned char content_key[32]; /* encrypted: of this draft */
    /* What draft_message is made of. */
    str_t views[2];
    struct flow plain[2], cipher, parts[2];
    struct flow_list plain_list, list;
};

/* Message-ID of a submission: "<uuid@domain of the sender>". */
str_t compose_message_id(struct call *c, str_t submission);
/* m as mail/build.h wants it. */
struct build_message compose_message(struct call *c, const struct compose *m);

/* Freezes the entity, with the header protection that it leaves with; `encrypted`: the draft is
 * kept so, whatever becomes of the message. It stands around the attachments of m, which are not
 * copied: m lives longer, and keeps its contents. *out is not moved any more. CLEANUP with
 * draft_free in any case. RC_INVALID, RC_TOO_LARGE. */
rc_t draft_freeze(struct call *c, const struct compose *m, enum header_protection hp,
                  bool encrypted, struct draft *out, struct err *e) WX_MUST_USE;
/* The whole of one that is not to be encrypted, or was sealed. d is not changed while it is used.
 */
struct flow draft_message(struct draft *d);
/* Encrypts a frozen draft to `self`. Nothing to do (NULL) for one that is not to be encrypted. */
rc_t draft_seal(struct call *c, struct cert *self, struct draft *d, struct err *e) WX_MUST_USE;
void draft_free(struct draft *d);
#define CLEANUP_DRAFT __attribute__((cleanup(draft_free)))

/* RC_CONFLICT when the submission's draft is not the one that base names: another window has kept
 * another text, or discarded it. What the same window kept earlier (its answer was lost) counts as
 * that draft; what it asked for earlier and comes later than this does not. A window that is said
 * without a base has seen no draft but its own: any other is a conflict. Neither does it count
 * where the newest was deleted and brought back since. The error's details say `draft`: where the
 * newest one lies ({folder, uid, uidvalidity}, or null). */
rc_t draft_check_base(struct call *c, const struct submission *s, struct draft_base base,
                      struct err *e) WX_MUST_USE;
/* Appends it to Drafts, notes it in the submission and removes the one before. RC_CONFLICT when
 * the submission is not open any more (it is being sent, or was), and as draft_check_base. */
rc_t draft_store(struct call *c, str_t submission, struct draft *d, struct place *out,
                 struct err *e) WX_MUST_USE;
/* Whether the newest draft of the submission is kept encrypted, as far as is known. */
rc_t draft_is_sealed(struct call *c, str_t submission, bool *out, struct err *e) WX_MUST_USE;
/* A stored draft as it lies there, into a sink. RC_CONFLICT: it is gone. (draft_read.c) */
rc_t draft_fetch(struct call *c, struct place p, const struct flow_sink *to,
                 struct err *e) WX_MUST_USE;
/* *out (empty; rope_free in any case): the frozen entity of a stored draft, decrypted where it was
 * encrypted. RC_CONFLICT: it is gone. RC_DECRYPT_FAILED: not the right content key, or not the
 * draft that was sealed. */
rc_t draft_entity(struct call *c, struct place p, const struct draft_shape *shape,
                  str_t content_key, struct rope *out, struct err *e) WX_MUST_USE;
/* Removes a message for good, if it is still there. */
rc_t place_remove(struct call *c, struct place p, struct err *e) WX_MUST_USE;
/* Removes the draft at p and every other one of this submission in its folder, which a worker that
 * died may have left. Only for a submission of which no draft is wanted any more. */
rc_t draft_remove_all(struct call *c, str_t submission, struct place p, struct err *e) WX_MUST_USE;

/* The mailbox with a role; *out null: there is none. */
rc_t compose_mailbox_find(struct call *c, enum folder_role role, str_t *out,
                          struct err *e) WX_MUST_USE;
/* The same, made under `name` when there is none. */
rc_t compose_mailbox(struct call *c, enum folder_role role, const char *name, str_t *out,
                     struct err *e) WX_MUST_USE;

#endif
