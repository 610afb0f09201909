/* The page of administrators: the same for every place, before and after sign-in. What it shows
 * comes from the API. */
#include "webmail/admin/handlers.h"
#include "webmail/admin/session.h"
#include "webmail/pages.h"

/* No frame, no form that goes anywhere, no inline script or style; Trusted Types for every sink. */
#define CSP_ADMIN                                                                                  \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "                \
    "img-src 'self' blob: data:; font-src 'self'; base-uri 'none'; form-action 'none'; "           \
    "frame-ancestors 'none'; require-trusted-types-for 'script'; "                                 \
    "trusted-types lit-html app-url"

rc_t admin_page(struct call *c, struct err *e)
{
    str_t language = page_language(c);
    CLEANUP_JSON json_t *model = page_model(c, language);
    CLEANUP_JSON json_t *brand = page_brand_of(c, STR_NULL);
    page_put_brand(c, model, brand);
    return page_render(c, STR("admin.html"), language, model, STR(CSP_ADMIN), e);
}
