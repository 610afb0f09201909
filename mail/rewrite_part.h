/* Internal to mail/rewrite*.c. */
#ifndef WAXSEAL_MAIL_REWRITE_PART_H
#define WAXSEAL_MAIL_REWRITE_PART_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "mail/entity.h"

/* --- rewrite_header.c ------------------------------------------------------------------------ */

/* No relay has a reason to touch these lines: see mail/rewrite.h. */
bool rewrite_is_safe(str_t lines);

/* One field as it is written, with the same name and value, its lines ended by CRLF: lone CR and
 * NUL are blanks, folds without content are gone. */
void rewrite_put_field(const struct field *f, struct buf *out);
/* The same in a form that is safe: as it is, folded again, or encoded (RFC 2047, RFC 2231). False:
 * there is none; out is as before. */
bool rewrite_put_safe_field(const struct field *f, struct arena *a, struct buf *out);

bool rewrite_is_content_field(str_t name); /* Content-... */
bool rewrite_is_protected_field(str_t name);
bool rewrite_is_address_field(str_t name); /* of those */

struct rewrite_outer {
    const struct entity *root;
    str_t subject; /* UTF-8, instead of what is there; or null */
    bool content;  /* with Content-* */
    bool bcc;      /* with Bcc */
    bool own;      /* with X-Waxseal-* */
};
rc_t rewrite_put_outer(const struct rewrite_outer *o, struct buf *out, struct err *e) WX_MUST_USE;

/* Content-Type of the root with hp (a word, or NULL for none) as its first parameter; parameters
 * that say something about header protection or its older forms are gone. field: NULL where the
 * mail has none; charset: of such a mail, or NULL. False: it cannot be written so that it reads the
 * same. */
bool rewrite_put_root_type(const struct field *field, const char *hp, const char *charset,
                           bool safe, struct arena *a, struct buf *out);

/* --- rewrite_safe.c -------------------------------------------------------------------------- */

/* How the body of an entity is to be written. */
enum rewrite_how { REWRITE_KEEP, REWRITE_LABEL, REWRITE_QP, REWRITE_BASE64, REWRITE_CANNOT };
struct rewrite_plan {
    enum rewrite_how how;
    struct buf decoded; /* of QP and BASE64, when the body was encoded; else unused */
};
/* The value of Content-Transfer-Encoding that belongs to it; NULL: as it is. */
const char *rewrite_encoding(const struct rewrite_plan *p);
rc_t rewrite_plan_body(const struct entity *m, struct rewrite_plan *out, struct err *e) WX_MUST_USE;
void rewrite_plan_free(struct rewrite_plan *p);
/* Appends the body, everything inside made safe. *safe false: it cannot be; out is of no use then.
 */
rc_t rewrite_put_body(const struct entity *m, const struct rewrite_plan *p, struct arena *a,
                      struct buf *out, bool *safe, struct err *e) WX_MUST_USE;

/* Signed or encrypted by any of the known ways: its octets are not to be changed. */
bool rewrite_is_protected(const struct entity *m);

/* --- rewrite_same.c -------------------------------------------------------------------------- */

/* Do both hold the same: structure, types, names, octets of all leaves, headers of attached
 * messages? The header of the two themselves does not count, but for Content-*. */
/* Do the fields of the protected header read the same in both? subject: also that one. */
bool rewrite_is_same_header(const struct entity *x, const struct entity *y, bool subject,
                            struct arena *a);
rc_t rewrite_is_same(const struct entity *x, const struct entity *y, struct arena *a, bool *same,
                     struct err *e) WX_MUST_USE;

#endif
