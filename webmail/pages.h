/* Pages and files, each with its own Content-Security-Policy. */
#ifndef WAXSEAL_WEBMAIL_PAGES_H
#define WAXSEAL_WEBMAIL_PAGES_H

#include "webmail/app.h"

call_handler page_root, page_health, page_signin, page_signin_post, page_signout_post, page_app,
    page_mailframe, page_mailframe_sealed, page_mailframe_print, page_editor, page_worker,
    page_static, page_crl, page_brand;

/* For other sites' pages: {lang, instance, version}, and a template with such a model. */
json_t *page_model(struct call *c, str_t language);
/* What people of an organisation (null: who is not signed in) see, or NULL: {name, accent, support,
 * logo}. A store that is down takes no page away. */
json_t *page_brand_of(struct call *c, str_t organisation);
/* Puts it into a template's model: `product`, `brand`, `brand_css`. */
void page_put_brand(struct call *c, json_t *model, const json_t *brand);
str_t page_language(struct call *c);
rc_t page_render(struct call *c, str_t name, str_t language, const json_t *model, str_t csp,
                 struct err *e) WX_MUST_USE;

/* An error as a page (c->s->status is set). Without a session a page that needs one becomes a
 * redirect to the sign-in page. */
void page_error(struct call *c, const struct err *e, bool needs_session);
/* Every template a page of the mail client, or of the administration, uses is there. */
rc_t pages_check(const struct template_set *t, bool mail, struct err *e) WX_MUST_USE;

#endif
