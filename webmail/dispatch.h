/* From a parsed request to an answer: route, session, CSRF, plan, body, handler, error shape. */
#ifndef WAXSEAL_WEBMAIL_DISPATCH_H
#define WAXSEAL_WEBMAIL_DISPATCH_H

#include "webmail/routes.h"

/* For http_server_options. */
void dispatch(struct request *q, struct response *s, void *app, void *thread_state);
void *dispatch_thread_start(void *app);
void dispatch_thread_stop(void *thread_state);

/* For struct site: session, guard and plan of a request to the mail client. */
rc_t dispatch_admit_mail(struct call *c, const struct route *r, struct err *e) WX_MUST_USE;
/* RC_UNAUTHENTICATED when the page that asks is another account's than the session (header
 * X-Waxseal-Account). */
rc_t dispatch_check_account(const struct call *c, struct err *e) WX_MUST_USE;

#endif
