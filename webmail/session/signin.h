/* Signing in and out: the steps that the API and the forms share, and the API's handlers. */
#ifndef WAXSEAL_WEBMAIL_SIGNIN_H
#define WAXSEAL_WEBMAIL_SIGNIN_H

#include "webmail/app.h"

/* Checks the password with the account's IMAP server and makes a session (c->session, plan and
 * features are set; c->coded with a second factor). Unknown domains, and names that the site does
 * not know, take the same way and the same time. code: of the second factor, or empty.
 * RC_WRONG_PASSWORD, RC_CODE_NEEDED and RC_WRONG_CODE (the password was right), RC_THROTTLED,
 * RC_IMAP_DOWN, RC_STATE_DOWN. */
rc_t signin(struct call *c, str_t username, str_t password, str_t code, struct err *e) WX_MUST_USE;
/* The Session object of the API; new reference. */
rc_t session_describe(struct call *c, json_t **out, struct err *e) WX_MUST_USE;
/* Plan and features of c->session into c. */
rc_t session_entitle(struct call *c, struct err *e) WX_MUST_USE;

call_handler session_signin, session_signout, session_get;

#endif
