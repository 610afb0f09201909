/* Delivery reports that the mail flow sends (RFC 3464 in multipart/report, RFC 6522; RFC 6533 for
 * addresses beyond ASCII): to the sender, when the rules refused some recipients. mail/report.h
 * reads them.
 *
 * A report holds three parts: a text for people, the fields for programs, and of the mail it is
 * about a few header fields by which its sender knows it; never its content, never Bcc, never what
 * another server or this one noted about its way.
 *
 * Whatever comes from a mail, an envelope or another server is foreign: of it one clean line is
 * written at most, so that it can make no field, line or part of its own, and what cannot be
 * written is left out instead of failing the report. All lines end with CRLF and have at most 998
 * octets, all bodies are 7-bit; so is the header but for To of a sender beyond ASCII, who is
 * reached by SMTPUTF8 alone. The envelope's sender is null: the caller sees to it.
 */
#ifndef WAXSEAL_MAIL_REPORT_WRITE_H
#define WAXSEAL_MAIL_REPORT_WRITE_H

#include "base/buf.h"
#include "mail/report.h"

enum {
    REPORT_VALUE_BYTES = 500,       /* of one foreign value; the rest is cut off */
    REPORT_DIAGNOSTIC_BYTES = 1000, /* of what a server said */
    REPORT_FIELD_BYTES = 2000,      /* of one header field of the mail */
    REPORT_HEADER_BYTES = 16 << 10, /* of all of them */
    REPORT_HEADER_READ = 64 << 10   /* how far the mail's header is looked at */
};

enum report_language { REPORT_ENGLISH, REPORT_GERMAN, REPORT_LANGUAGES };
enum report_action { REPORT_FAILED, REPORT_DELAYED };

/* For people, in one language: a sentence each, UTF-8, ours. */
struct report_words {
    str_t why;
    str_t help; /* what can be done, or null */
};

struct report_about {
    str_t final;    /* the address the mail was to go to; never empty */
    str_t original; /* value of ORCPT as it came ("rfc822;bob+2Bx@b.example"), or null */
    enum report_action action;
    str_t status;        /* "5.7.3"; what is no such code becomes 5.0.0 or 4.0.0 */
    bool of_server;      /* diagnostic is what the next server said: type smtp, else x-waxseal */
    str_t diagnostic;    /* or null */
    str_t remote;        /* name of that server, or null */
    int64_t retry_until; /* REPORT_DELAYED: 0: not said */
    struct report_words words[REPORT_LANGUAGES]; /* of the languages of the report */
};

struct report_notice {
    str_t reporting_mta;      /* our name, a domain */
    struct mail_address from; /* "MAILER-DAEMON@…", with a name for people or without */
    str_t to;                 /* the sender: MAIL's address */
    int64_t date;             /* Unix seconds */
    str_t message_id;         /* "<…@…>", new */
    unsigned languages;       /* bits 1 << REPORT_ENGLISH, 1 << REPORT_GERMAN; text in this order */
    str_t envid;              /* value of ENVID as it came, or null */
    int64_t arrived;          /* when the mail came; 0: not said */
    const struct report_about *about;
    size_t count;  /* 1 to REPORT_MAX_RECIPIENTS */
    str_t subject; /* of the mail, decoded, for the text; null: not told (to senders outside) */
    str_t header;  /* of the mail as it came, never as it was opened; may be followed by its body */
};

/* A whole message, appended to out. RC_INVALID: what is ours is not as above, or `to` is no address
 * or `final` is empty; RC_TOO_LARGE: more recipients than one report may have, out->max. */
rc_t report_write(const struct report_notice *n, struct arena *a, struct buf *out,
                  struct err *e) WX_MUST_USE;

/* May a report be written about this mail at all? Never about a report or an automatic answer (null
 * sender, Auto-Submitted other than "no", multipart/report), so that two servers cannot write to
 * each other for ever. m: the parsed mail, or its header. Whether the sender may be believed is the
 * caller's to know. */
bool report_allowed(str_t mail_from, const struct entity *m, struct arena *a);
/* Does the sender want to hear of this? notify: value of the recipient's NOTIFY, or null (RFC 3461
 * section 4.1). What is not wanted may not be sent. */
bool report_wanted(str_t notify, enum report_action action);

#endif
