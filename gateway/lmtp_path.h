/* Grammar of LMTP commands: paths, domains, parameters (RFC 5321 section 4.1.2). Internal to
 * gateway/. Pure functions; what they give are parts of what they were given. */
#ifndef WAXSEAL_GATEWAY_LMTP_PATH_H
#define WAXSEAL_GATEWAY_LMTP_PATH_H

#include "base/str.h"

struct lmtp_path {
    str_t address; /* without <> and source route; empty: "<>" */
    bool bare;     /* "postmaster" without a domain */
    bool ascii;
};

enum lmtp_path_result {
    PATH_READ,
    PATH_NONE, /* no "<…>" */
    PATH_BAD   /* what is in it is no mailbox */
};
/* Reads the path at the beginning of *s and takes it off. Octets beyond ASCII (RFC 6531) are let
 * through when they are UTF-8 and no controls. */
enum lmtp_path_result lmtp_path_read(str_t *s, struct lmtp_path *out);

/* Domain or address literal, ASCII. */
bool lmtp_is_domain(str_t s);

struct lmtp_param {
    str_t name;  /* ALPHA, DIGIT, "-" */
    str_t value; /* null: no "=" */
};
/* Takes the next parameter, with the blank before it, off *s, which is not empty. Octets beyond
 * ASCII may be in the value, nothing else that esmtp-value forbids. */
bool lmtp_param_read(str_t *s, struct lmtp_param *out);

/* xtext of at most max octets, whose decoded text is UTF-8 without controls. */
bool lmtp_is_printable_xtext(str_t s, size_t max);
/* "addr-type;text" (RFC 3461 section 4.2, RFC 6533 section 3). The text is xtext; of the type
 * "utf-8" also \x{…}, and octets beyond ASCII when `utf8`. */
bool lmtp_is_orcpt(str_t s, bool utf8);

#endif
