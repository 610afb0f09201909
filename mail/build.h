/* Building messages: CRLF lines, safe transfer encodings, protected headers.
 *
 * The result of build_entity is what is signed or encrypted and later sent byte for
 * byte: 7-bit, no line over 998 (text: 76) bytes, no trailing blanks, no "From " at a
 * line's start, so that no relay has a reason to touch it (RFC 8551 section 3.1.1).
 */
#ifndef WAXSEAL_MAIL_BUILD_H
#define WAXSEAL_MAIL_BUILD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "mail/entity.h"

struct build_attachment {
    str_t name; /* UTF-8, RFC 2231 when needed */
    str_t type; /* "image/png"; what is no type, and message/... and multipart/... (which
                   may not be in base64: RFC 2046), become application/octet-stream */
    str_t content;
    str_t content_id; /* not null and with html: inline, inside multipart/related */
};

enum build_priority { PRIORITY_NORMAL, PRIORITY_HIGH, PRIORITY_LOW };

struct build_message {
    struct mail_address from, sender, reply_to; /* sender, reply_to: address null = absent */
    const struct mail_address *to, *cc;         /* Bcc is never written */
    size_t to_count, cc_count;
    str_t subject;
    str_t outer_subject; /* what build_header writes instead ("[...]"); null: subject */
    int64_t date;        /* seconds since the epoch */
    int zone_minutes;
    str_t message_id;  /* with <> */
    str_t in_reply_to; /* raw values or null; what is no message id in them is dropped */
    str_t references;
    enum build_priority priority;   /* X-Priority, Importance; none where normal */
    struct mail_address receipt_to; /* Disposition-Notification-To (RFC 8098); address null: none */
    bool asks_certificate;          /* X-Waxseal-Request: certificate */
    str_t text; /* UTF-8, LF or CRLF; format=flowed is applied here (RFC 3676) */
    str_t html; /* or null: plain text only */
    const struct build_attachment *attachments;
    size_t attachment_count;
    const struct field *extra; /* further outer fields, values already encoded */
    size_t extra_count;
};

enum header_protection { HP_NONE, HP_CLEAR, HP_CIPHER }; /* RFC 9788 */

/* One run of the entity's bytes: either text around attachments, or the encoded body of one. */
struct build_piece {
    str_t bytes;    /* slice of out: valid until out changes */
    int attachment; /* index, or -1 */
    bool base64;    /* build_around: bytes are the attachment's own, which stand there in base64 */
};

/* The MIME entity (Content-* fields and body; with hp the protected header fields too) appended to
 * out. *pieces (in the arena) covers what was appended, in order: the skeleton the browser checks.
 * Boundaries are random. On failure out has what it had. HP_CIPHER also lists the outer fields
 * (HP-Outer, RFC 9788 section 2.2) and, with an outer_subject, repeats the hidden one at the top of
 * the texts (legacy display, section 5.2). RC_INVALID (field names the input), RC_TOO_LARGE. */
rc_t build_entity(const struct build_message *m, enum header_protection hp, struct arena *a,
                  struct buf *out, struct build_piece **pieces, size_t *n,
                  struct err *e) WX_MUST_USE;
/* The same, but the attachments stay where they are: out gets only the text around them. */
rc_t build_around(const struct build_message *m, enum header_protection hp, struct arena *a,
                  struct buf *out, struct build_piece **pieces, size_t *n,
                  struct err *e) WX_MUST_USE;
/* Outer header fields (From ... Message-ID, MIME-Version), without Content-*, appended to out. */
rc_t build_header(const struct build_message *m, struct buf *out, struct err *e) WX_MUST_USE;
/* The one field that asks for a receipt, for where only some copies of a message shall have it. */
rc_t build_receipt_field(const struct mail_address *to, struct buf *out, struct err *e) WX_MUST_USE;
/* header + entity: a complete ordinary message is build_header then build_entity(HP_NONE). */

/* multipart/signed (RFC 1847, RFC 8551 section 3.5.3) around an entity: Content-Type field,
 * both parts; signature is DER. micalg: "sha-256". */
rc_t build_multipart_signed(str_t entity, str_t signature, const char *micalg, struct buf *out,
                            struct err *e) WX_MUST_USE;
/* What of it stands before and behind the entity. */
rc_t build_signed_around(str_t signature, const char *micalg, struct buf *before, struct buf *after,
                         struct err *e) WX_MUST_USE;
/* application/pkcs7-mime (RFC 8551 section 3.2) with base64 body. smime_type: "enveloped-data",
 * "authEnveloped-data", "signed-data". */
rc_t build_pkcs7_mime(str_t der, const char *smime_type, struct buf *out,
                      struct err *e) WX_MUST_USE;
/* Its fields and the empty line behind them. */
void build_pkcs7_fields(const char *smime_type, struct buf *out);

/* One field "Name: value CRLF" with text as RFC 2047 words where needed, folded. */
rc_t build_text_field(const char *name, str_t text, struct buf *out, struct err *e) WX_MUST_USE;
/* One address or list as a field value, folded; names encoded (RFC 2047), an address with letters
 * beyond ASCII as it is (RFC 6532). */
rc_t build_address_list(const struct mail_address *list, size_t n, struct buf *out,
                        struct err *e) WX_MUST_USE;
/* addr-spec a person typed: RFC 5321 shape, no controls, ≤ 254 bytes; before the @ also letters of
 * other scripts (RFC 6531; the domain always in A-labels). RC_INVALID names it. */
rc_t address_check(str_t address, struct err *e) WX_MUST_USE;

#endif
