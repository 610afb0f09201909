/* Lists of revoked certificates of organisations' own authorities, for whoever asks. */
#include "policy/authority.h"
#include "webmail/pages.h"

/* Kept for an hour, and never beyond the list's own end. */
enum { CACHED_SECONDS = 3600 };

rc_t page_crl(struct call *c, struct err *e)
{
    struct authority_list list;
    str_t file = c->q->params[0], end = STR(".crl");
    if (!str_ends(file, end)) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(authority_list_read(c->kv, c->app->config->instance, str_sub(file, 0, file.n - end.n),
                            c->arena, &list, e));
    response_type(c->s, STR("application/pkix-crl"));
    response_header(c->s, STR("Cache-Control"),
                    arena_printf(c->arena, "public, max-age=%d", CACHED_SECONDS));
    return buf_str(&c->s->body, list.der) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}
