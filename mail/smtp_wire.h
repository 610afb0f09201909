/* Internal to mail/: one connection to an SMTP or LMTP server as submission (smtp.h) and the next
 * hop (onward.h) both need it: opened, greeted, asked what it offers, its replies read, the message
 * put on the wire.
 *
 * libetpan brings the stream (stream_driver.h). Its own half of SMTP is not used, as Debian ships
 * it (1.9.4): EHLO fails over IPv6 (its address does not fit the buffer it asks with), cannot be
 * given a name, LMTP's replies lose their texts, and it closes the stream by itself after a
 * refusal.
 *
 * Every wait ends with the deadline. A reply may have 32 KiB; 500 bytes of its text are kept. One
 * thread at a time.
 */
#ifndef WAXSEAL_MAIL_SMTP_WIRE_H
#define WAXSEAL_MAIL_SMTP_WIRE_H

#include "base/arena.h"
#include "base/flow.h"
#include "mail/stream_driver.h"

#define SMTP_RECIPIENTS_MAX 1000 /* of one mail */

/* The server's last reply (RFC 5321 section 4.2). */
struct smtp_reply {
    int code;       /* 200..599; 0: none came */
    str_t enhanced; /* "5.1.1" (RFC 2034), where it has one of the code's class; or null */
    str_t words;    /* the texts of its lines behind that, joined by blanks; ASCII, no controls */
};

/* What it offers (EHLO, LHLO). */
enum {
    SMTP_OFFERS_8BITMIME = 1 << 0,
    SMTP_OFFERS_DSN = 1 << 1,
    SMTP_OFFERS_PIPELINING = 1 << 2,
    SMTP_OFFERS_SIZE = 1 << 3,
    SMTP_OFFERS_STARTTLS = 1 << 4,
    SMTP_OFFERS_UTF8 = 1 << 5,
    SMTP_OFFERS_PLAIN = 1 << 6,
    SMTP_OFFERS_LOGIN = 1 << 7,
    SMTP_OFFERS_XFORWARD_NAME = 1 << 8, /* Postfix's XFORWARD, attribute by attribute */
    SMTP_OFFERS_XFORWARD_ADDR = 1 << 9,
    SMTP_OFFERS_XFORWARD_PROTO = 1 << 10,
    SMTP_OFFERS_XFORWARD_HELO = 1 << 11
};

/* Who is called, and how. Borrowed while the connection is opened. */
struct smtp_peer {
    str_t socket;                         /* path of a Unix socket; or null */
    const struct config_endpoint *server; /* where there is none */
    bool lmtp;                            /* LHLO (RFC 2033) in place of EHLO */
    str_t name;                           /* who we say we are; null: our address as a literal */
};

/* Zeroed but for the arena before it is opened. */
struct smtp_wire {
    mailstream *ms; /* NULL: not open */
    struct stream *stream;
    struct arena *a;         /* of whoever speaks now: replies and lines live there */
    struct smtp_reply reply; /* the last one */
    unsigned offers;
    uint64_t size_max; /* 0: not told */
};

/* Connects, reads the greeting, says EHLO or LHLO, and STARTTLS where the endpoint asks for it
 * (never without it then). `deadline` (clock_ms) holds until smtp_wire_until says otherwise. On
 * failure the caller closes. RC_SMTP_DOWN, RC_TIMEOUT, RC_UNTRUSTED_PEER; RC_SMTP_REFUSED: it spoke
 * and would not have us. */
rc_t smtp_wire_open(struct smtp_wire *w, const struct smtp_peer *peer, int64_t deadline,
                    struct err *e) WX_MUST_USE;
/* What comes next ends by then, and its replies and lines live in `a`. */
void smtp_wire_until(struct smtp_wire *w, int64_t deadline, struct arena *a);
/* With QUIT when polite; waits for nothing. Allowed when it is not open. */
void smtp_wire_close(struct smtp_wire *w, bool polite);
/* Open, nothing unread and nothing arriving: a server that waits for the next command. One that
 * hung up, or said that it will, is not. */
bool smtp_wire_is_waiting(const struct smtp_wire *w);

/* Bytes as they are, buffered until a flush. */
rc_t smtp_wire_send(struct smtp_wire *w, str_t text, bool flush, const char *where,
                    struct err *e) WX_MUST_USE;
/* Reads one reply into w->reply. RC_SMTP_DOWN: the connection broke, or that was no reply. */
rc_t smtp_wire_read(struct smtp_wire *w, const char *where, struct err *e) WX_MUST_USE;
/* One command (with its CRLF; null: RC_NO_MEMORY) and its reply. RC_SMTP_DOWN also when something
 * unread is there before: then replies and commands are out of step. */
rc_t smtp_wire_command(struct smtp_wire *w, str_t line, const char *where,
                       struct err *e) WX_MUST_USE;
/* A command each and a reply each, `replied` after each in order; where PIPELINING is offered up to
 * 50 commands are in flight. */
struct smtp_series {
    size_t count;
    const char *where;
    str_t (*line)(void *ctx, size_t i); /* the i-th command with its CRLF */
    void (*replied)(void *ctx, size_t i);
    void *ctx;
};
rc_t smtp_wire_series(struct smtp_wire *w, const struct smtp_series *all,
                      struct err *e) WX_MUST_USE;
/* The message behind DATA's 354, dot-stuffed (RFC 5321 section 4.5.2), its last line ended; without
 * the final dot. Flushed. */
rc_t smtp_wire_message(struct smtp_wire *w, const struct flow *message, struct err *e) WX_MUST_USE;

/* The error for a connection that can no longer be used. */
rc_t smtp_wire_lost(struct smtp_wire *w, const char *where, struct err *e);
/* The error for w->reply, which refuses. */
rc_t smtp_wire_refused(struct smtp_wire *w, const char *where, struct err *e);
/* Enhanced code and words as one text. */
str_t smtp_reply_text(const struct smtp_reply *r, struct arena *a);

#endif
