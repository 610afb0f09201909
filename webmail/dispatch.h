/* From a parsed request to an answer: route, session, CSRF, plan, body, handler, error shape. */
#ifndef WAXSEAL_WEBMAIL_DISPATCH_H
#define WAXSEAL_WEBMAIL_DISPATCH_H

#include "webmail/app.h"

/* For http_server_options. */
void dispatch(struct request *q, struct response *s, void *app, void *thread_state);
void *dispatch_thread_start(void *app);
void dispatch_thread_stop(void *thread_state);

#endif
