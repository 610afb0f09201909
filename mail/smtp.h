/* Message submission (RFC 6409) with a reply per recipient. TLS by crypto/tls; AUTH PLAIN
 * or LOGIN only under TLS or on loopback; never a plaintext fall-back.
 */
#ifndef WAXSEAL_MAIL_SMTP_H
#define WAXSEAL_MAIL_SMTP_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "base/flow.h"

enum smtp_outcome {
    SMTP_SENT,    /* 250 after the dot */
    SMTP_REFUSED, /* a permanent or transient refusal: certainly not sent */
    SMTP_UNKNOWN  /* the dot was sent and no reply came: may have been sent */
};

struct smtp_recipient {
    str_t address;
    int code;    /* RCPT's reply (or DATA's for all), 0: none came */
    str_t reply; /* the server's text, controls removed */
    bool accepted;
};

struct smtp_envelope {
    str_t from;
    struct smtp_recipient *recipients;
    size_t count;
    str_t notify;     /* RFC 3461 NOTIFY of each recipient ("SUCCESS,DELAY"), or null. Where DSN is
                         not offered nothing is sent: RC_SMTP_REFUSED, field "dsn" */
    str_t envid;      /* RFC 3461 ENVID where DSN is offered; or null */
    bool all_or_none; /* give up before DATA when one recipient is refused */
};

struct smtp_account {
    const struct config_endpoint *server;
    str_t login, password;
};

/* One transaction. message: CRLF lines, dot-stuffed here. Where an address of the envelope or the
 * message's header has letters beyond ASCII it is sent with SMTPUTF8; where that is not offered
 * nothing is sent: RC_SMTP_REFUSED, field "utf8". On RC_OK and on failure *outcome and
 * the recipients' replies are filled in. RC_OK: at least one recipient has it (outcome SENT). */
rc_t smtp_submit(const struct smtp_account *acc, struct smtp_envelope *env, str_t message,
                 int deadline_ms, struct arena *a, enum smtp_outcome *outcome,
                 struct err *e) WX_MUST_USE;

/* The same of a message that is not held: it is poured twice, first to look at it. */
rc_t smtp_submit_flow(const struct smtp_account *acc, struct smtp_envelope *env,
                      const struct flow *message, int deadline_ms, struct arena *a,
                      enum smtp_outcome *outcome, struct err *e) WX_MUST_USE;

struct smtp_offer {
    bool dsn;  /* RFC 3461 */
    bool utf8; /* SMTPUTF8, RFC 6531 */
};
/* What the server offers to this account. Connects, signs in and leaves. */
rc_t smtp_offers(const struct smtp_account *acc, int deadline_ms, struct arena *a,
                 struct smtp_offer *out, struct err *e) WX_MUST_USE;
/* Letters beyond ASCII: an address that has them is for servers with SMTPUTF8 only. */
bool smtp_is_international(str_t text);
#define SMTP_NO_DSN "The outgoing mail server does not offer delivery reports."
#define SMTP_NO_UTF8                                                                               \
    "The outgoing mail server cannot send to or from addresses with letters like these before "    \
    "the @."

#endif
