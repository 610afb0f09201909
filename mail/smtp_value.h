/* Internal to mail/: values on their way into SMTP commands, and what is looked at in a message
 * before it is sent. Pure functions. */
#ifndef WAXSEAL_MAIL_SMTP_VALUE_H
#define WAXSEAL_MAIL_SMTP_VALUE_H

#include "base/arena.h"
#include "base/flow.h"

/* What may stand between the angle brackets of MAIL and RCPT: at most 320 bytes of UTF-8 without
 * controls and without angle brackets, blanks inside a quoted local part only. Whether an '@' must
 * be in it is the caller's to say ("postmaster" is an address, RFC 5321 section 4.1.1.3). */
bool smtp_value_is_path(str_t s);
/* Words in capitals with commas between them (RFC 3461 section 4.1); the empty one too. */
bool smtp_value_is_notify(str_t s);
/* Encoded xtext (RFC 3461 section 4): nothing in it can end a parameter. */
bool smtp_value_is_xtext(str_t s);
/* Encodes; the null slice when the arena is full or the result has over 1024 bytes. */
str_t smtp_value_xtext(struct arena *a, str_t s);

struct smtp_look {
    bool sound;       /* every CR has its LF and every LF its CR; no NUL; not empty */
    bool wide_header; /* bytes beyond ASCII in the header */
    bool wide;        /* and anywhere */
};
/* A bare CR or LF is taken for a line end by some servers and not by others: what stands behind it
 * could then be a command of the sender's (SMTP smuggling). NUL is not for SMTP at all. */
rc_t smtp_value_look(const struct flow *message, struct smtp_look *out, struct err *e) WX_MUST_USE;

#endif
