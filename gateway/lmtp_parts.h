/* What the files of the LMTP machine share. Internal to gateway/. */
#ifndef WAXSEAL_GATEWAY_LMTP_PARTS_H
#define WAXSEAL_GATEWAY_LMTP_PARTS_H

#include "base/buf.h"
#include "gateway/lmtp.h"
#include "gateway/lmtp_data.h"

enum { LMTP_ATTRIBUTES = sizeof(struct lmtp_xforward) / sizeof(str_t) };

struct lmtp {
    struct lmtp_options o;
    struct buf out;
    enum { LMTP_AT_COMMANDS, LMTP_AT_DATA, LMTP_AT_ANSWER, LMTP_AT_END } at;
    unsigned step;

    char line[LMTP_LINE_MAX];
    size_t line_n;
    bool line_begun, line_cr, line_long; /* line_cr: the octet before was CR */
    bool line_bad;                       /* a lone CR or LF or another control was in it */

    bool greeted;    /* LHLO was said */
    unsigned errors; /* commands refused since the last mail */
    unsigned idle;   /* commands but RCPT since the last mail */
    unsigned beyond; /* recipients refused for their number in this mail */
    char lhlo[LMTP_LINE_MAX];
    char attributes[LMTP_ATTRIBUTES][LMTP_XFORWARD_MAX + 1];
    struct lmtp_xforward xforward; /* in `attributes` */

    struct lmtp_mail mail; /* begun when mail.a */
    size_t room;           /* for recipients */
    struct lmtp_data data;
};

/* A reply of this program: constant text of at most LMTP_REPLY_MAX - 2 octets. */
void lmtp_say(struct lmtp *l, const char *reply);
/* The same to a command that is refused for its form or place; too many end the connection. */
void lmtp_refuse(struct lmtp *l, const char *reply);
/* Forgets the mail, wiped, and the attributes. */
void lmtp_reset(struct lmtp *l);
/* One command, without its CRLF and without controls. */
void lmtp_command(struct lmtp *l, str_t line);

#endif
