/* The next hop of the mail flow: hands a whole mail to an SMTP server (RFC 5321) or an LMTP server
 * (RFC 2033) and says of every recipient what became of it.
 *
 * One connection is kept for many mails: RSET between them, opened again when the server has left
 * meanwhile. A mail is said again on another connection only as long as DATA was not; nothing is
 * ever sent twice. Whatever the peer does, onward_hand returns when its deadline has passed; a
 * reply may have 32 KiB.
 *
 * The mail is never changed: a hop that lacks what it needs (8BITMIME, SMTPUTF8, room) refuses it
 * here, with the enhanced code RFC 3463 has for that. DSN parameters (RFC 3461) go on where DSN is
 * offered; where it is not, the mail goes on without them, and `unreported` says which reports the
 * caller then owes. A handle belongs to one thread at a time.
 */
#ifndef WAXSEAL_MAIL_ONWARD_H
#define WAXSEAL_MAIL_ONWARD_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"

enum onward_protocol { ONWARD_SMTP, ONWARD_LMTP };

struct onward_hop {
    enum onward_protocol protocol;
    str_t socket;                  /* path of a Unix socket; or null: */
    struct config_endpoint server; /* TLS_MODE_NONE: to this machine only */
    str_t name;                    /* for EHLO and LHLO; null: our address as a literal */
};

enum onward_state {
    ONWARD_LATER,   /* not taken, may be tried again; also: the hop could not be reached */
    ONWARD_TAKEN,   /* it is the hop's now */
    ONWARD_REFUSED, /* not taken, for good */
    ONWARD_UNKNOWN  /* the final dot was on its way and no reply came: may have been taken */
};

/* code and enhanced always fit the state and each other (2xx TAKEN, 5xx REFUSED, 4xx the others),
 * so that they can be told on as they are. */
struct onward_recipient {
    str_t address;
    str_t notify; /* RFC 3461 NOTIFY as it came ("SUCCESS,DELAY"); or null */
    str_t orcpt;  /* RFC 3461 ORCPT as it came ("rfc822;a+2Bb@x.test"); or null */
    /* what became of it */
    enum onward_state state;
    int code;
    str_t enhanced;  /* "5.1.1" */
    str_t reply;     /* words: ASCII, no controls, at most 500 bytes */
    bool said;       /* by the hop (a report's Diagnostic-Code); else by us */
    bool unreported; /* TAKEN, wanted to hear of SUCCESS, and the hop does not know of reports: the
                        caller tells the sender that it was relayed (RFC 3461 section 5.2.2), or
                        delivered where the hop is an LMTP server */
};

/* Who sent it, for the log of a Postfix that offers XFORWARD. Null: not known. Plain text, no
 * encoding. */
struct onward_client {
    str_t name, address, protocol, helo;
};

struct onward_envelope {
    str_t from;  /* empty: the null sender */
    str_t ret;   /* RFC 3461 RET as it came: "FULL", "HDRS" or null */
    str_t envid; /* RFC 3461 ENVID as it came (xtext); or null */
    bool
        utf8; /* it came with SMTPUTF8 (RFC 6531). Eight-bit bodies need no word: it is looked at */
    const struct onward_client *client; /* or NULL */
    struct onward_recipient *recipients;
    size_t count; /* at most 1000 */
};

struct onward;

/* Connects to nobody yet. The hop is borrowed and outlives the handle. RC_INVALID: its name could
 * not be said. */
rc_t onward_new(const struct onward_hop *hop, struct onward **out, struct err *e) WX_MUST_USE;
/* Hangs up. NULL is allowed. */
void onward_free(struct onward *o);
/* Hangs up for now; the next mail opens a connection again. For a worker with nothing to do. */
void onward_rest(struct onward *o);

/* One mail of CRLF lines (dot-stuffed here). Whatever is returned, every recipient has a state, its
 * words in the arena. RC_OK: the hop, or a rule of ours, has decided for all of them. Otherwise the
 * connection could not be had or did not last (RC_SMTP_DOWN, RC_TIMEOUT, RC_UNTRUSTED_PEER,
 * RC_NO_MEMORY), and those without a word of the hop's are LATER, or UNKNOWN after the dot; *e is
 * for the log. RC_INVALID: no recipient, or too many; nothing was done then.
 *
 * Decided here and never sent: addresses that cannot stand in a command (5.1.3, the
 * sender's 5.1.7), a message with a bare CR or LF or a NUL (5.6.0), parameters in no valid form
 * (5.5.4), eight bits without 8BITMIME (5.6.3), addresses or a header beyond ASCII without SMTPUTF8
 * (5.6.7; a header only where `utf8` says that it is meant), a message over the hop's SIZE (5.3.4).
 */
rc_t onward_hand(struct onward *o, struct onward_envelope *env, str_t message, int deadline_ms,
                 struct arena *a, struct err *e) WX_MUST_USE;

#endif
