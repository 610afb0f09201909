/* Internal to mail/: one IMAP connection, its commands and its responses.
 *
 * libetpan opens the session (greeting, STARTTLS, login) and buffers the stream; commands on
 * mailboxes are written and read here, because libetpan's own parser is slow for lists, cannot
 * read ESEARCH, THREAD and other extensions, recurses without bound and cannot pipeline
 * (docs/adr/0005). Not thread safe: one thread at a time.
 */
#ifndef WAXSEAL_MAIL_IMAP_CONN_H
#define WAXSEAL_MAIL_IMAP_CONN_H

#include <libetpan/mailstream.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/err.h"
#include "base/flow.h"
#include "crypto/tls.h"
#include "mail/imap_wire.h"

/* Most bytes kept of one response (bodies go elsewhere); the rest is dropped and `cut` is set. */
#define IMAP_RESPONSE_MAX (4u << 20)
#define IMAP_MAILBOX_MAX 1000
#define IMAP_TEXT_MAX 1000
#define IMAP_LINE_MAX 8000 /* longest command line we write, without literals */

struct imap_selected {
    char *name; /* owned; NULL: nothing selected */
    uint32_t exists, uidvalidity, uidnext;
    uint64_t modseq;
    bool read_only;
    bool moved; /* EXISTS or EXPUNGE came: positions counted before it are void */
};

struct imap_conn {
    mailstream *ms;
    struct stream *stream; /* inside ms */
    struct buf in;         /* responses; unread from `head` on */
    size_t head;
    struct buf out; /* commands not flushed yet */
    unsigned tag;
    bool broken;        /* close, never reuse */
    bool qresync;       /* enabled (RFC 7162): VANISHED comes in place of EXPUNGE */
    char *capabilities; /* " IMAP4REV1 SORT ... ", upper case; owned */
    struct imap_selected sel;
};

/* Connects and signs in. *out is the caller's to imap_conn_close. */
rc_t imap_conn_open(const struct config_endpoint *server, str_t login, str_t password,
                    int64_t deadline, struct imap_conn **out, struct err *e) WX_MUST_USE;
/* Says LOGOUT without waiting for the answer. NULL is allowed. */
void imap_conn_close(struct imap_conn *c);
bool imap_conn_has(const struct imap_conn *c, const char *capability);

/* --- commands ----------------------------------------------------------------------- */

/* RC_INVALID unless s is free of CR, LF and NUL and at most max bytes. */
rc_t imap_check_text(str_t s, size_t max, const char *field, struct err *e) WX_MUST_USE;

/* A command is written piece by piece into c->out and sent by imap_conn_collect (or before, for
 * a literal that needs the server's go-ahead). Several may be written before collecting. */
struct imap_command {
    unsigned tag;
    bool done;
    rc_t result;    /* RC_OK, or what a NO or BAD means */
    char code[384]; /* response code of the tagged reply, without brackets: "APPENDUID 3 4" */
    char text[160]; /* its text, for err.detail */
};
void imap_cmd_begin(struct imap_conn *c, struct imap_command *cmd);
void imap_cmd_text(struct imap_conn *c, str_t raw); /* trusted text only */
void imap_cmd_printf(struct imap_conn *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* astring as quoted string, or as literal when it has 8-bit bytes. May flush and wait, so such a
 * string may only stand in the first command of a batch. */
rc_t imap_cmd_string(struct imap_conn *c, str_t s, struct err *e) WX_MUST_USE;
/* Would imap_cmd_string send it as a literal? */
bool imap_cmd_is_literal(str_t s);
/* A literal of any bytes, sent straight from s. cmd: whose NO may come instead of the go-ahead;
 * its result is set then, and RC_OK is returned with *refused. */
rc_t imap_cmd_literal(struct imap_conn *c, struct imap_command *cmd, str_t s, bool *refused,
                      struct err *e) WX_MUST_USE;
/* The same of bytes that are made on the way. A failure in the midst breaks the connection. */
rc_t imap_cmd_literal_flow(struct imap_conn *c, struct imap_command *cmd, const struct flow *bytes,
                           bool *refused, struct err *e) WX_MUST_USE;
void imap_cmd_end(struct imap_conn *c);

/* --- responses ---------------------------------------------------------------------- */

struct imap_response {
    bool has_number;
    uint32_t number;  /* "* 12 FETCH": 12 */
    str_t word;       /* "FETCH", as the server spells it */
    struct wire rest; /* behind the word */
    bool cut;         /* the end is missing: it was longer than IMAP_RESPONSE_MAX */
};
/* Where the literal of a body section goes; everything else stays in memory. */
struct imap_sink {
    struct buf *out; /* or NULL: pieces */
    bool used;       /* a body came as literal */
    bool too_large;  /* it did not fit: the connection is broken then */
    /* Instead of `out`: `begin` sees what stands in front of the literal and its size, `piece` gets
     * the bytes one after the other. A failure of either breaks the connection. Each piece that
     * came gives the next one IMAP_PIECE_MS. */
    rc_t (*begin)(void *ctx, str_t before, uint64_t size, struct err *e);
    rc_t (*piece)(void *ctx, str_t bytes, struct err *e);
    void *ctx;
};
#define IMAP_PIECE_MS 60000
typedef rc_t imap_untagged_fn(void *ctx, struct imap_response *r, struct err *e);

/* Sends what was written and reads until all n commands have their tagged reply. on_untagged (may
 * be NULL) sees every untagged response; EXISTS, EXPUNGE and such are accounted for before. A
 * failure of on_untagged or of the connection is returned; NO and BAD are in cmds[i].result. */
rc_t imap_conn_collect(struct imap_conn *c, struct imap_command *const *cmds, size_t n,
                       imap_untagged_fn *on_untagged, void *ctx, struct imap_sink *sink,
                       struct err *e) WX_MUST_USE;
/* The same for one command; NO and BAD become the returned error. */
rc_t imap_conn_run(struct imap_conn *c, struct imap_command *cmd, imap_untagged_fn *on_untagged,
                   void *ctx, struct err *e) WX_MUST_USE;
/* The error of a command that was refused. */
rc_t imap_cmd_error(const struct imap_command *cmd, struct err *e);
/* Marks the connection broken and says why it failed. */
rc_t imap_conn_fail(struct imap_conn *c, const char *why, struct err *e);

/* NOOP: brings the news of the selected mailbox. */
rc_t imap_conn_noop(struct imap_conn *c, struct err *e) WX_MUST_USE;
/* Responses that are there already; never waits for the first byte of one. */
rc_t imap_conn_take_news(struct imap_conn *c, imap_untagged_fn *fn, void *ctx,
                         struct err *e) WX_MUST_USE;
/* IDLE (RFC 2177), until the server's go-ahead. Nothing but imap_conn_take_news and then
 * imap_conn_idle_done with the same tag may follow. RC_IMAP_ERROR: refused, the connection lives.
 */
rc_t imap_conn_idle(struct imap_conn *c, unsigned *tag, imap_untagged_fn *fn, void *ctx,
                    struct err *e) WX_MUST_USE;
rc_t imap_conn_idle_done(struct imap_conn *c, unsigned tag, imap_untagged_fn *fn, void *ctx,
                         struct err *e) WX_MUST_USE;
/* Between two uses of a connection that waits for long: gives back what libetpan buffers (16 KB),
 * and takes it again. False: bytes are waiting, or out of memory; then nothing has changed. */
bool imap_conn_rest(struct imap_conn *c);
bool imap_conn_wake(struct imap_conn *c);
/* SELECT (with CONDSTORE where offered). RC_NOT_FOUND. */
rc_t imap_conn_select(struct imap_conn *c, str_t mailbox, struct err *e) WX_MUST_USE;

/* --- reading (imap_read.c) ------------------------------------------------------------ */

/* One complete response without its line end, valid until the next call. */
rc_t imap_read_response(struct imap_conn *c, struct imap_sink *sink, str_t *line, bool *cut,
                        struct err *e) WX_MUST_USE;

#endif
