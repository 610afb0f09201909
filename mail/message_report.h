/* A verification report: what was found out about a message, as text to keep.
 *
 * Lines "name: value" in UTF-8, ended by LF, in sections with a title. Every value stands on one
 * line with controls, line separators, bidi controls, backslashes and bytes that are no UTF-8 as
 * \xNN (a backslash: \\), so that nothing in a message or certificate can forge a line. No I/O.
 */
#ifndef WAXSEAL_MAIL_MESSAGE_REPORT_H
#define WAXSEAL_MAIL_MESSAGE_REPORT_H

#include "base/buf.h"
#include "mail/message.h"

/* An answer about one certificate. */
struct message_evidence {
    const struct cert *about; /* borrowed */
    struct cert_revocation revocation;
    str_t answer; /* the OCSP answer or list as it came, or null: not kept */
};

struct message_report_context {
    str_t raw;           /* the whole message as the server keeps it */
    str_t attached;      /* id of the attached message that the view is of, or null */
    int64_t checked_at;  /* Unix seconds */
    const char *version; /* of this program */
    const struct message_evidence *evidence;
    size_t evidence_count;
};

/* Appended to out. RC_NO_MEMORY, RC_TOO_LARGE (out->max). */
rc_t message_report(const struct message_view *v, const struct message_report_context *ctx,
                    struct arena *a, struct buf *out, struct err *e) WX_MUST_USE;

#endif
