/* What became of a message: delivery reports (RFC 3464) and receipts (RFC 8098), as data.
 *
 * Every value is clean UTF-8 on one line; address and server names come without their type
 * ("rfc822;", "dns;"). Whatever a report claims is its own word: nothing here is verified.
 */
#ifndef WAXSEAL_MAIL_REPORT_H
#define WAXSEAL_MAIL_REPORT_H

#include "mail/entity.h"

enum { REPORT_MAX_RECIPIENTS = 200, REPORT_MAX_BYTES = 4 << 20 };

struct report_recipient {
    str_t address;    /* Final-Recipient, or the original one where that is missing; never null */
    str_t action;     /* "failed", "delayed", "delivered", "relayed", "expanded", or what it says */
    str_t status;     /* "5.1.1", or null */
    str_t diagnostic; /* what the server said, or null */
    str_t remote;     /* which server, or null */
    int64_t last_attempt, retry_until; /* 0: not said */
};

struct report {
    bool delivery;  /* else a receipt */
    str_t reporter; /* Reporting-MTA or Reporting-UA, or null */
    /* delivery */
    int64_t arrived;
    struct report_recipient *recipients;
    size_t count, total; /* total: also those past the limit */
    /* receipt */
    str_t recipient;   /* or null */
    str_t disposition; /* "displayed", "deleted", "dispatched", "processed"; "" when it says none */
    bool automatic;    /* no person did it */
    str_t problem;     /* its Error, Failure or Warning, or null */
    str_t message_id;  /* Original-Message-ID, or null */
};

/* body: of the message/delivery-status or message/disposition-notification part, decoded. */
rc_t report_read(str_t body, bool delivery, struct arena *a, struct report *out,
                 struct err *e) WX_MUST_USE;

#endif
