/* Pages and files, each with its own Content-Security-Policy. */
#ifndef WAXSEAL_WEBMAIL_PAGES_H
#define WAXSEAL_WEBMAIL_PAGES_H

#include "webmail/app.h"

call_handler page_root, page_health, page_signin, page_signin_post, page_signout_post, page_app,
    page_mailframe, page_mailframe_sealed, page_mailframe_print, page_editor, page_worker,
    page_static;

/* An error as a page (c->s->status is set). Without a session a page that needs one becomes a
 * redirect to the sign-in page. */
void page_error(struct call *c, const struct err *e, bool needs_session);
/* Every template a page uses is there. */
rc_t pages_check(const struct template_set *t, struct err *e) WX_MUST_USE;

#endif
