/* When each API token was used last: `<instance>:a:t:<id>`, told to within a minute. */
#ifndef WAXSEAL_WEBMAIL_ADMIN_TOKENS_H
#define WAXSEAL_WEBMAIL_ADMIN_TOKENS_H

#include "webmail/app.h"

rc_t admin_token_used(struct call *c, str_t id, struct err *e) WX_MUST_USE;

#endif
