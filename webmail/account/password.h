/* Asks for the password again: some things an open page left alone must not be enough for. */
#ifndef WAXSEAL_WEBMAIL_PASSWORD_H
#define WAXSEAL_WEBMAIL_PASSWORD_H

#include "webmail/app.h"

/* Compares by signing in to the account's IMAP server, throttled as a sign-in is. RC_INVALID with
 * field "password" when it is wrong (the session is fine); RC_THROTTLED, RC_IMAP_DOWN. */
rc_t password_check(struct call *c, str_t password, struct err *e) WX_MUST_USE;

/* The same of {password, code?} of the request, with the code of the second factor where one is on:
 * RC_INVALID with field "password" or "code". */
rc_t owner_prove(struct call *c, struct err *e) WX_MUST_USE;

#endif
