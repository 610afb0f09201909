/* Files inside a winmail.dat (MS-OXTNEF): what Outlook wraps a message in for its own kind.
 *
 * Of a hostile file nothing is believed: every length is checked against what is left, counts have
 * limits, checksums are not looked at (writers disagree about them). What is cut off ends the
 * reading, and what was found before stays. Pure functions, linear in the length.
 */
#ifndef WAXSEAL_MAIL_TNEF_H
#define WAXSEAL_MAIL_TNEF_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { TNEF_MAX_FILES = 200, TNEF_MAX_ITEMS = 20000, TNEF_MAX_BODY = 16 << 20 };

struct tnef_file {
    str_t name;       /* safe file name, UTF-8, never empty */
    str_t type;       /* "image/png", lower case; "application/octet-stream" when it says none */
    str_t content_id; /* or null */
    str_t bytes;      /* in the input, or in the arena (a body in RTF, which comes compressed) */
};

struct tnef {
    str_t subject; /* clean, or null */
    struct tnef_file *files;
    size_t count, total; /* total: also those past the limit */
};

/* bytes outlive the result. Attachments in their order, then the body as body.html, body.rtf or
 * body.txt where there is one. RC_DAMAGED: no TNEF at all. */
rc_t tnef_read(str_t bytes, struct arena *a, struct tnef *out, struct err *e) WX_MUST_USE;

/* LZFu (MS-OXRTFCP), appended. False: no such thing, damaged, or longer than out may be. */
bool tnef_rtf(str_t compressed, struct buf *out);

#endif
