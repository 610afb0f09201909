/* A message as a person sees it: header, verdict, parts to show, attachments.
 *
 * message_open walks the layers from the outside in (multipart/signed, opaque signed,
 * enveloped, authEnveloped, compressed; triple wrapping) as long as each layer is the
 * whole root, verifies each, and comes to one verdict. CMS parts that are not the root
 * are attachments and never earn a badge (SECURITY.md). No I/O. The same code serves
 * the web client, `waxsealctl message inspect` and the gateway.
 *
 * Encrypted layers need a content key. Where none of `keys` fits and `unwrap` cannot
 * give one, opening stops: view.job then says what to ask the keyring for.
 */
#ifndef WAXSEAL_MAIL_MESSAGE_H
#define WAXSEAL_MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/cms.h"
#include "mail/entity.h"
#include "mail/preview.h"
#include "mail/tnef.h"

enum key_answer { KEY_DONE, KEY_PENDING, KEY_NONE };

/* Held by the key agent or by a test; the web server has none and always stops. */
struct key_ops {
    /* Content key for this recipient appended to out. KEY_NONE: not ours. */
    enum key_answer (*unwrap)(void *holder, const struct cms_recipient *r, unsigned key_bytes,
                              struct buf *out);
    void *holder;
};

struct message_key {
    unsigned layer; /* 0: outermost encrypted layer, 1: the next inside ... */
    str_t content_key;
};

struct message_options {
    bool smime; /* off: no S/MIME at all, CMS parts are attachments */
    const struct trust *trust;
    int64_t now;
    struct cert *const *known; /* sender's known certificates */
    size_t known_count;
    bool strict_revocation;      /* what could not be looked up is amber, not grey */
    struct cert *const *anchors; /* personal trust for the one From (struct cert_question) */
    size_t anchor_count;
    struct cert *const *vouched; /* registered for the one From; each counts for itself */
    size_t vouched_count;
    const struct cert_checks *checks; /* what may be asked outside, or NULL */
    /* First good verification of a signature, 0: none (struct cms_verify_options); or NULL. */
    int64_t (*verified_at)(void *holder, const unsigned char key[32]);
    void *verified_holder;
    const struct message_key *keys;
    size_t key_count;
    const struct key_ops *ops; /* or NULL */
    size_t max_plain;          /* 0: 64 MiB a layer */
    unsigned max_layers;       /* 0: 8 */
};

enum message_level { LEVEL_NONE, LEVEL_GOOD, LEVEL_NEUTRAL, LEVEL_WARNING, LEVEL_BAD };

struct message_reason { /* one sentence of the verdict */
    const char *code;   /* stable word, "address_mismatch"; the client has texts by code too */
    str_t text;         /* English sentence */
    str_t a, b;         /* what varies in it (addresses, algorithms, days as 2026-01-31), or null */
    str_t better;       /* English sentence: what would make it better; or null */
};

/* The table of all reasons (message_reasons.def), for documents and tests. */
struct message_reason_info {
    const char *code;
    enum message_level level; /* what it makes of the verdict at least; NONE: nothing */
    const char *text, *better;
};
const struct message_reason_info *message_reason_info(size_t i); /* NULL past the end */
const char *message_level_word(enum message_level l);            /* "good", "neutral", ... */

/* The signer's certificate beside those that are kept of the sender. UNKNOWN: it is not the
 * sender's, or not intact. */
enum message_known { KNOWN_UNKNOWN, KNOWN_NEW, KNOWN_SAME, KNOWN_CHANGED };
const char *message_known_word(enum message_known k); /* "unknown", "new", "known", "changed" */

struct message_signer {
    str_t address; /* SAN that equals From, else the first SAN, or null */
    str_t subject, issuer, serial, fingerprint;
    const char *algorithm;
    enum cms_integrity integrity;
    enum address_match match;
    enum message_known known;
    struct cert_verdict chain; /* owned by the view */
    int64_t judged_at;         /* `now`, or the time of the first good verification */
    bool judged_before;        /* that is the past */
    unsigned char key[32];     /* names this signature (struct cms_signer) */
    int64_t not_before, not_after, signed_at;
    struct cert *cert;     /* owned by the view, or NULL */
    bool lists_ciphers;    /* says which ciphers it takes; takes_gcm is one of them */
    bool takes_gcm;        /* says that mail to it may use AES-256-GCM */
    str_t encryption_cert; /* DER the signer prefers for encryption (RFC 8551 2.5.3), or null */
};

struct message_encryption {
    unsigned layer;
    struct cms_envelope envelope;
    bool opened;
};

struct message_part { /* in the order to show; each in its own frame */
    str_t id;         /* "1.2"; "L1/1.2" inside the first opened layer, and so on */
    bool html;
    bool flowed, delsp; /* RFC 3676 */
    bool sealed;        /* came out of an encrypted layer, or the message says that it did
                           (X-Waxseal-Opened): no remote content */
    str_t text;         /* UTF-8 */
    str_t plain;        /* html: the text/plain form beside it (multipart/alternative), or null */
};

struct message_attachment {
    str_t id, name, type, content_id; /* name: null when the message gives none */
    str_t title;                      /* subject of an attached message, or null */
    size_t size;                      /* decoded bytes */
    bool inlined;
    bool sealed;
};

/* Fields of the header to show, as bits of protected_fields. */
enum message_field {
    FIELD_SUBJECT,
    FIELD_FROM,
    FIELD_SENDER,
    FIELD_REPLY_TO,
    FIELD_TO,
    FIELD_CC,
    FIELD_BCC,
    FIELD_DATE,
    FIELD_MESSAGE_ID,
    FIELD_IN_REPLY_TO,
    FIELD_REFERENCES,
    FIELD_COUNT
};
str_t message_field_name(enum message_field f); /* "Reply-To" */

struct message_view {
    /* header to show: the protected one where RFC 9788 gives one */
    str_t subject, message_id, in_reply_to, references;
    struct mail_address *from, *sender, *reply_to, *to, *cc, *bcc;
    size_t from_count, sender_count, reply_to_count, to_count, cc_count, bcc_count;
    struct mail_address
        *resent_from; /* of the outer header: who passed it on, by its own account */
    size_t resent_from_count;
    int64_t date;
    /* Fields that came from inside the signature or encryption, unaltered; and whether those are
     * all that a person looks at (Subject, From, Sender, Reply-To, To, Cc, Date). */
    unsigned protected_fields;
    bool header_protected;
    int priority; /* 1 high, -1 low, 0 neither, by X-Priority or Importance */
    bool
        receipt_wanted; /* Disposition-Notification-To (RFC 8098); nothing is ever sent by itself */
    str_t outer_subject; /* differs from subject when hidden; or null */
    /* X-Waxseal-Request: certificate. Whoever wrote it asks for a signed answer; no more than a
     * wish, and nothing is believed because of it. */
    bool asks_certificate;
    str_t faulty; /* X-Waxseal-Faulty of a draft, raw, from the protected header where there is one;
                     or null */

    const char *verdict; /* a word of corpus/manifest.json: "encrypted+signed-valid" ... */
    enum message_level level;
    struct message_reason *reasons;
    size_t reason_count;

    bool has_signature, signature_whole;
    struct message_signer *signers;
    size_t signer_count;
    struct cert *const *certificates; /* what that signature brought along; owned by the view */
    size_t certificate_count;
    bool has_encryption, encryption_whole;
    struct message_encryption *layers; /* encrypted layers, outermost first */
    size_t layer_count;
    int job; /* index into layers of the one that waits for a key, or -1 */

    struct message_part *parts;
    size_t part_count;
    struct message_attachment *attachments;
    size_t attachment_count;
};

/* raw must outlive the view; the view lives in the arena (a secret one when decrypting) but owns
 * certificates and the decrypted bytes, which message_close wipes: call it before arena_free, and
 * use nothing of the view after it. Fails only when the file cannot be examined at all (limits). A
 * bad key is not a failure: verdict "decrypt-error", no plaintext. */
rc_t message_open(str_t raw, const struct message_options *o, struct arena *a,
                  struct message_view **out, struct err *e) WX_MUST_USE;
void message_close(struct message_view *v);
/* What the outermost encrypted layer held, for who takes it off (mail/rewrite.h). */
struct message_inside {
    str_t entity; /* header and body, as the writer encrypted them; lives as long as the view */
    const char *cipher; /* "aes-256-gcm" */
    bool covered; /* the cipher, or an intact signature inside around all of it, tells any change */
};
/* RC_INVALID: nothing is encrypted, it was not opened, or something is beside the ciphertext.
 * RC_UNSUPPORTED: the encrypted layer is not the outermost one of all. */
rc_t message_inside(const struct message_view *v, struct message_inside *out,
                    struct err *e) WX_MUST_USE;
/* Decoded bytes of a part or attachment by id. RC_NOT_FOUND. */
rc_t message_part_bytes(struct message_view *v, str_t id, struct buf *out, str_t *type, str_t *name,
                        struct err *e) WX_MUST_USE;

/* The file name that the part gives, or null. RC_NOT_FOUND. */
rc_t message_part_name(struct message_view *v, str_t id, str_t *name, struct err *e) WX_MUST_USE;
/* How it can be shown, by its type and name. RC_NOT_FOUND. */
rc_t message_part_kind(struct message_view *v, str_t id, enum preview *out,
                       struct err *e) WX_MUST_USE;
/* What is in a winmail.dat (message_part_kind says so); *out points into the view until the next
 * call. Its files are parts, too: the first one of part "2" is "2/t1". */
rc_t message_part_tnef(struct message_view *v, str_t id, struct tnef *out,
                       struct err *e) WX_MUST_USE;
/* The bytes as UTF-8, by the part's charset (text/...; anything else: UTF-8 or windows-1252). */
rc_t message_part_text(struct message_view *v, str_t id, struct buf *out,
                       struct err *e) WX_MUST_USE;

bool message_has_part(const struct message_view *v, str_t id);
/* An attached message (message/rfc822, or a file called .eml) by its attachment's id, as a message
 * of its own: own verdict, ids of parts that begin with that id and a slash. Its encrypted layers
 * are never opened (keys and ops of o are not used; reason attached_encrypted); all of it is sealed
 * when it came out of an encrypted layer. Does not need v any more afterwards. RC_NOT_FOUND: no
 * such message; RC_TOO_LARGE: deeper than 4. */
rc_t message_open_attached(struct message_view *v, str_t id, const struct message_options *o,
                           struct arena *a, struct message_view **out, struct err *e) WX_MUST_USE;
/* The one From of an attached message, for choosing what is known of its sender; or null. */
rc_t message_attached_from(struct message_view *v, str_t id, struct arena *a, str_t *address,
                           struct err *e) WX_MUST_USE;

#endif
