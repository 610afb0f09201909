/* Logos, and the accent colour as a style sheet, of the pages before and after sign-in. */
#include "base/log.h"
#include "policy/accent.h"
#include "policy/branding.h"
#include "webmail/pages.h"

/* What is asked for is in its name: it never changes. */
#define FOREVER STR("public, max-age=31536000, immutable")

static rc_t serve_accent(struct call *c, uint32_t rgb, struct err *e)
{
    response_type(c->s, STR("text/css; charset=utf-8"));
    response_header(c->s, STR("Cache-Control"), FOREVER);
    return accent_css(rgb, &c->s->body) ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

json_t *page_brand_of(struct call *c, str_t organisation)
{
    const struct registry r = {c->kv, c->app->config};
    struct err why = {0};
    json_t *brand = NULL;
    if (branding_shown(&r, organisation, &brand, &why) == RC_OK) return brand;
    log_err(LOG_WARN, "branding_unread", &why);
    return NULL;
}

void page_put_brand(struct call *c, json_t *model, const json_t *brand)
{
    str_t name = record_text(brand, "name"), accent = record_text(brand, "accent");
    uint32_t rgb;
    json_put_str(model, "product", name.n ? name : STR("Waxseal"));
    json_object_set(model, "brand", (json_t *) brand);
    if (accent_read(accent, &rgb))
        json_put_str(model, "brand_css", arena_printf(c->arena, "/brand/%06x.css", rgb));
}

rc_t page_brand(struct call *c, struct err *e)
{
    const struct registry r = {c->kv, c->app->config};
    struct branding_logo logo;
    str_t path = c->q->params[0], end = STR(".css");
    uint32_t rgb;
    if (path.n == 10 && str_ends(path, end) &&
        accent_read(arena_printf(c->arena, "#%.*s", STR_ARG(str_sub(path, 0, 6))), &rgb))
        return serve_accent(c, rgb, e);
    TRY(branding_logo(&r, c->arena, path, &logo, e));
    response_type(c->s, str_c(logo.type));
    response_header(c->s, STR("Cache-Control"), FOREVER);
    response_header(c->s, STR("Content-Security-Policy"), STR("default-src 'none'; sandbox"));
    return buf_str(&c->s->body, logo.bytes) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}
