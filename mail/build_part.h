/* Pieces of mail/build.c: field values and text bodies in their safe forms.
 */
#ifndef WAXSEAL_MAIL_BUILD_PART_H
#define WAXSEAL_MAIL_BUILD_PART_H

#include "base/buf.h"
#include "base/err.h"
#include "mail/build.h"

enum { BOUNDARY_CHARS = 40 };
/* A new one, random, with a NUL; no text in base64 or quoted-printable can hold it. */
rc_t build_boundary(char out[BOUNDARY_CHARS], struct err *e) WX_MUST_USE;

/* Appends text as RFC 2047 words or plain, folded; col is where the line stands. */
void field_put_text(str_t text, size_t col, struct buf *out);
/* Message ids ("<...>") of a raw value, one a line; the first and the last 40 of many. */
void field_put_ids(const char *name, str_t raw, struct buf *out);
/* ";\r\n name=value" for Content-Type or Content-Disposition, RFC 2231 where needed. */
void field_put_param(const char *name, str_t value, struct buf *out);
/* Each of these fields (whole lines) as HP-Outer (RFC 9788 section 2.2); folds stay folds. */
void field_put_hp_outer(str_t fields, struct buf *out);
/* RFC 5322 date-time. */
void field_put_date(int64_t seconds, int zone_minutes, struct buf *out);
/* "type/subtype" of tokens, and one that may be base64. */
bool field_type_is_safe(str_t type);

/* text/plain or text/html: Content-Type (with further, an own parameter, or ""), encoding field,
 * empty line, body that ends with CRLF. Plain text becomes format=flowed (RFC 3676). */
void part_put_text(str_t text, bool html, const char *further, struct buf *out);

/* text with the subject at its top, as RFC 9788 section 5.2 wants it beside hp-legacy-display="1".
 * HTML is a fragment, without a body tag of its own. Null: out of memory. */
str_t legacy_display(str_t subject, str_t text, bool html, struct arena *a);

#endif
