/* MIME entities, byte-exact (RFC 2045-2047, 2231, 5322, 6532).
 *
 * The parser never copies or changes the message: every entity points into the
 * given bytes, so that signatures are checked over what was sent. It follows what
 * mailers do, not only what the RFCs allow (see docs/VIOLATIONS.md), and is
 * bounded: depth, parts and header fields have limits (RC_TOO_LARGE), time is
 * linear. No I/O, no foreign library but iconv (charset.c).
 */
#ifndef WAXSEAL_MAIL_ENTITY_H
#define WAXSEAL_MAIL_ENTITY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct field {
    str_t name;  /* as spelled */
    str_t value; /* raw after the colon, folds included, without the last line end */
};

enum transfer_encoding {
    ENC_7BIT,
    ENC_8BIT,
    ENC_BINARY,
    ENC_QP,
    ENC_BASE64,
    ENC_UUENCODE,
    ENC_UNKNOWN
};

struct param {
    str_t name;  /* lower case */
    str_t value; /* RFC 2231 joined and decoded to UTF-8 */
};

struct entity {
    str_t raw;  /* header and body; for a part of a multipart without the CRLF that belongs
                   to the next boundary: what RFC 1847 signs */
    str_t head; /* header fields with their line ends, without the empty line */
    str_t body; /* encoded body */
    struct field *fields;
    size_t field_count;
    str_t type, subtype;  /* lower case; default text/plain, message/rfc822 in a digest */
    struct param *params; /* of Content-Type */
    size_t param_count;
    enum transfer_encoding encoding;
    str_t disposition; /* "inline", "attachment", lower case; or null */
    struct param *disposition_params;
    size_t disposition_param_count;
    str_t filename;          /* decoded, best of disposition and name; path removed; or null */
    str_t content_id;        /* without <>; or null */
    str_t path;              /* IMAP part number, unique in the tree: "1", "2.1"; "" for a multipart
                                root, "2.0" for the multipart inside a message/rfc822 part "2" */
    struct entity *children; /* of a multipart, or the one inside message/rfc822 */
    size_t child_count;
    struct entity *parent;
    bool cut; /* a limit was reached: not everything inside is in the tree (also set on root) */
};

struct entity_limits {
    unsigned depth;  /* 0: 50 */
    unsigned parts;  /* 0: 2,000 */
    unsigned fields; /* 0: 5,000 a header */
};

/* Parses raw, which must outlive the result. Anything is a message: text without a header
 * becomes a text/plain body, and so does a multipart without a usable boundary or below the depth
 * limit. A message/rfc822 in base64 or quoted-printable is decoded into the arena; only such
 * children do not point into raw. Time is linear in the length: a
 * message whose boundaries cost too much to find is cut like one that is too deep. Parts past the
 * limit are left out and `cut` says so; RC_TOO_LARGE for a header with too many fields. */
rc_t entity_parse(str_t raw, const struct entity_limits *limits, struct arena *a,
                  struct entity **out, struct err *e) WX_MUST_USE;
/* First field of that name (any case): its raw value, or the null slice. */
str_t entity_field(const struct entity *m, str_t name);
/* How many fields of that name there are (two From fields are a warning sign). */
size_t entity_field_count(const struct entity *m, str_t name);
/* Content-Type parameter, decoded, or null. */
str_t entity_param(const struct entity *m, str_t name);
/* Transfer decoding into out (appended). Lenient: what can be decoded is. RC_TOO_LARGE. */
rc_t entity_decode_body(const struct entity *m, struct buf *out, struct err *e) WX_MUST_USE;
/* Transfer decoding, then charset to UTF-8; undecodable bytes become U+FFFD. For text/... */
rc_t entity_decode_text(const struct entity *m, struct buf *out, struct err *e) WX_MUST_USE;

/* --- header values (mail/header.c) ------------------------------------------------ */

/* Unfolded, RFC 2047 decoded, UTF-8, controls replaced by spaces: for showing. Of raw, 256 KiB
 * count. */
str_t header_text(str_t raw, struct arena *a);

struct mail_address {
    str_t name;    /* decoded, or null */
    str_t address; /* local@domain as written, without comments; or null (unparsable) */
    str_t raw;     /* the text it came from */
};
/* RFC 5322 address-list, groups flattened, tolerant. *n = 0 when nothing was found. Of raw, 1 MiB
 * counts. */
rc_t header_addresses(str_t raw, struct arena *a, struct mail_address **out, size_t *n,
                      struct err *e) WX_MUST_USE;
/* RFC 5322 date-time, tolerant. False when unreadable. Seconds since the epoch, and the zone's
 * offset in minutes. */
bool header_date(str_t raw, int64_t *seconds, int *zone_minutes);
/* Any charset name of the field (RFC 2978, WHATWG aliases) to UTF-8. */
rc_t charset_to_utf8(str_t charset, str_t bytes, struct buf *out, struct err *e) WX_MUST_USE;

/* --- codecs for bodies (mail/codec.c), made for megabytes -------------------------- */

/* 76 columns, CRLF line ends, CRLF at the end. */
bool mime_base64_encode(str_t raw, struct buf *out);
/* Skips anything outside the alphabet, stops at padding. */
bool mime_base64_decode(str_t text, struct buf *out);
bool mime_qp_encode(str_t text, struct buf *out);
bool mime_qp_decode(str_t text, struct buf *out);

#endif
