/* The receiving side of LMTP (RFC 2033) as a machine without I/O: octets in, cut anywhere, replies
 * out, whole mail to the caller, who gives a reply for each recipient.
 *
 * What it says it can do: PIPELINING, 8BITMIME (RFC 6152), ENHANCEDSTATUSCODES (RFC 2034), DSN
 * (RFC 3461), SMTPUTF8 (RFC 6531), SIZE (RFC 1870) and Postfix's XFORWARD. Commands are read by the
 * grammars of these; beyond RFC 5321 a label of a domain may hold "_", as Postfix lets it.
 *
 * A mail ends at CRLF "." CRLF and nowhere else. In its data each lone CR or LF becomes CRLF, and a
 * dot that begins a line goes, whatever ended the line before: a line "." is in the data only where
 * the peer wrote "..", so that no other reading of line ends finds an end of mail that this one did
 * not see ("SMTP smuggling"). In a command they end nothing, and the command is refused. NUL is
 * kept: to drop it would break what is signed, and a mail that is made anew may carry it on;
 * whether one goes on as it came is the next hop's matter. Who reads the data goes by lengths.
 *
 * Memory: a line, the replies not fetched yet (LMTP_OUTPUT and what one step adds), the envelope
 * (LMTP_ENVELOPE_BYTES) and the data (at most message_bytes; while it grows, twice that). A mail
 * beyond a limit is read to its end and each recipient is refused; a part of a mail never leaves.
 * Not for two threads at once.
 */
#ifndef WAXSEAL_GATEWAY_LMTP_H
#define WAXSEAL_GATEWAY_LMTP_H

#include "base/arena.h"
#include "base/err.h"

enum {
    LMTP_LINE_MAX = 2048, /* octets of a command and its CRLF: 512 (RFC 5321) and parameters */
    /* Of one mail; those beyond get 452 and come again in a mail of their own. As many as one
     * decision takes (POLICY_RECIPIENTS_MAX), because "all or none" can hold for those of one mail
     * only. */
    LMTP_RECIPIENTS_MAX = 5000,
    LMTP_ENVELOPE_BYTES = 4 << 20, /* addresses and parameters; beyond it recipients get 452 */
    LMTP_ERRORS_MAX = 20,          /* commands refused since the last mail; then 421 */
    LMTP_IDLE_MAX = 100,           /* commands but RCPT since the last mail; then 421 */
    LMTP_REPLY_MAX = 512,   /* octets of a reply with its CRLF (RFC 5321 section 4.5.3.1.5) */
    LMTP_OUTPUT = 16 << 10, /* with so much to be sent, no more input is taken */
    LMTP_XFORWARD_MAX = 255 /* octets of an attribute's value */
};

enum lmtp_body { LMTP_BODY_UNSAID, LMTP_BODY_7BIT, LMTP_BODY_8BITMIME };
enum lmtp_ret { LMTP_RET_UNSAID, LMTP_RET_FULL, LMTP_RET_HDRS };
enum {                        /* a set; 0: not said */
       LMTP_NOTIFY_NEVER = 1, /* alone */
       LMTP_NOTIFY_SUCCESS = 2,
       LMTP_NOTIFY_FAILURE = 4,
       LMTP_NOTIFY_DELAY = 8
};

/* X(member, "NAME"): what Postfix tells of the client it had the mail from, decoded: printable
 * ASCII without blanks and what is special in a header field. Null: not said, or [UNAVAILABLE] —
 * which is no sign of a local submission. Anybody who may connect may say it. */
#define LMTP_XFORWARD_TABLE(X)                                                                     \
    X(name, "NAME")                                                                                \
    X(addr, "ADDR")                                                                                \
    X(port, "PORT")                                                                                \
    X(proto, "PROTO")                                                                              \
    X(helo, "HELO")                                                                                \
    X(ident, "IDENT")                                                                              \
    X(source, "SOURCE")
struct lmtp_xforward {
#define X(member, word) str_t member;
    LMTP_XFORWARD_TABLE(X)
#undef X
};

/* code: 250, 4xx or 5xx (no 421: the connection stays); status: the enhanced code (RFC 3463) of the
 * same class; text: a sentence; controls and what is not ASCII are replaced, what is too long is
 * cut. Anything else in code (such as 0: nobody said) is told as 451 4.3.0, never as success; a bad
 * status as x.0.0. */
struct lmtp_reply {
    unsigned code;
    str_t status, text;
};

struct lmtp_recipient {
    str_t address;   /* as it came, without <>, source route and with its quotes; "postmaster" may
                        stand without a domain */
    unsigned notify; /* LMTP_NOTIFY_… */
    str_t orcpt;     /* "type;text" as it came, encoded (RFC 3461, RFC 6533); null: not said */
    struct lmtp_reply reply; /* the caller's */
};

/* Text of an envelope is ASCII without controls unless utf8. All of it lives until lmtp_answered.
 */
struct lmtp_mail {
    str_t from; /* empty: the null sender */
    bool sized; /* the peer told a size, of data (RFC 1870) … */
    uint64_t size;
    enum lmtp_body body; /* … and said what is in it. Not checked against the data. */
    bool utf8;           /* SMTPUTF8 */
    enum lmtp_ret ret;
    str_t envid; /* xtext as it came; null: not said */
    str_t lhlo;  /* the peer's name for itself */
    struct lmtp_xforward xforward;
    struct lmtp_recipient *recipients; /* at least one, in the order of RCPT, repetitions kept */
    size_t count;
    str_t data;      /* dots removed, each line ended by CRLF; may be empty */
    struct arena *a; /* wiped after the reply: for what the caller makes of the mail */
};

struct lmtp_options {
    str_t name;           /* of this host, for the greeting; outlives the machine */
    size_t message_bytes; /* of data, at most */
    size_t work_bytes;    /* what a caller may take from the mail's arena, at least */
};

struct lmtp;

/* A connection, its greeting already to be sent. RC_NO_MEMORY. */
rc_t lmtp_new(const struct lmtp_options *o, struct lmtp **out, struct err *e) WX_MUST_USE;
/* NULL is allowed. A mail under way is wiped. */
void lmtp_free(struct lmtp *l);

enum lmtp_wants {
    LMTP_INPUT,  /* more octets, when its output is sent */
    LMTP_ANSWER, /* replies for lmtp_mail(), then lmtp_answered() */
    LMTP_CLOSE   /* its output is to be sent, and the connection closed */
};
/* Takes octets; *used: how many (fewer than all when much is to be sent, and when a mail is whole).
 */
enum lmtp_wants lmtp_feed(struct lmtp *l, str_t in, size_t *used);
/* LMTP_CLOSE is wanted. */
bool lmtp_is_over(const struct lmtp *l);
/* The whole mail, while LMTP_ANSWER is wanted; otherwise NULL. */
struct lmtp_mail *lmtp_mail(struct lmtp *l);
/* Writes the recipients' replies, forgets the mail and wipes it. */
void lmtp_answered(struct lmtp *l);

/* What is to be sent, and that it was. */
str_t lmtp_output(const struct lmtp *l);
void lmtp_sent(struct lmtp *l);

enum lmtp_phase {
    LMTP_IDLE,    /* no mail is begun, and no command either */
    LMTP_COMMAND, /* a command or a mail is begun */
    LMTP_DATA     /* data is coming */
};
enum lmtp_phase lmtp_phase(const struct lmtp *l);
/* No mail is under way: MAIL was not said, or all is answered. */
bool lmtp_is_between(const struct lmtp *l);
/* Another number after each command and each mail: what a deadline counts from. */
unsigned lmtp_step(const struct lmtp *l);

/* Says 421 and wants to be closed; a mail not handed over yet is dropped and stays the peer's.
 * status: 4.x.y; text: a sentence of this program. Not while LMTP_ANSWER is wanted. */
void lmtp_give_up(struct lmtp *l, const char *status, const char *text);

/* Decodes xtext (RFC 3461 section 4). False and *out untouched: not xtext; false and *out null: no
 * memory. */
bool lmtp_xtext(str_t s, struct arena *a, str_t *out);

#endif
