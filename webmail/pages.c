#include "webmail/pages.h"

#include "base/log.h"
#include "fcgi/request.h"
#include "webmail/session/session.h"
#include "webmail/session/signin.h"

#define PAGE_BYTES (4u << 20)

/* The application: no inline script or style, Trusted Types for every sink. */
#define CSP_APP                                                                                    \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "                \
    "img-src 'self' blob: data:; font-src 'self'; frame-src 'self'; worker-src 'self'; "           \
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "           \
    "require-trusted-types-for 'script'; trusted-types lit-html dompurify app-url"
/* The mail's own frame: styles of the mail, never a script, no form, no top navigation. */
#define FRAME_SANDBOX "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
#define CSP_FRAME(img, sandbox)                                                                    \
    "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src " img               \
    "; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; " sandbox
/* For printing: the dialog of the browser counts as a modal one. Nothing else is allowed, no link
 * either. */
#define PRINT_SANDBOX "sandbox allow-same-origin allow-modals"
/* Only the keyring's own code, and no way to load or send anything. */
#define CSP_WORKER "default-src 'none'; script-src 'wasm-unsafe-eval'"

json_t *page_model(struct call *c, str_t language)
{
    json_t *model = json_object();
    json_put_str(model, "lang", language);
    json_put_str(model, "instance", c->app->config->instance);
    json_put_str(model, "version", STR(WAXSEAL_VERSION));
    return model;
}

str_t page_language(struct call *c)
{
    return template_language(c->app->templates, c->q->accept_language);
}

rc_t page_render(struct call *c, str_t name, str_t language, const json_t *model, str_t csp,
                 struct err *e)
{
    CLEANUP_BUF struct buf html = BUF_INIT(PAGE_BYTES);
    TRY(template_render(c->app->templates, name, language, model, &html, e));
    response_type(c->s, STR("text/html; charset=utf-8"));
    response_header(c->s, STR("Content-Security-Policy"), csp);
    response_take(c->s, &html);
    return RC_OK;
}

static void redirect(struct call *c, str_t to)
{
    c->s->status = 303;
    response_header(c->s, STR("Location"), to);
}

/* A place on our own pages to go to after sign-in; anything else is the mail. */
static str_t safe_next(str_t next)
{
    static const str_t places[] = {STR_INIT("/mail/"), STR_INIT("/settings/"),
                                   STR_INIT("/contacts/"), STR_INIT("/compose/")};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (str_starts(next, places[i]) && next.n < 1024 && str_is_clean(next) &&
            str_chr(next, '\\') < 0)
            return next;
    return STR("/mail/");
}

rc_t page_root(struct call *c, struct err *e)
{
    struct err why = {0};
    rc_t rc = session_load(c, &c->session, &why);
    if (rc != RC_OK && rc != RC_UNAUTHENTICATED) return err_set(e, rc, "%s", why.message);
    redirect(c, rc == RC_OK ? STR("/mail/") : STR("/signin"));
    return RC_OK;
}

rc_t page_health(struct call *c, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("PING")));
    json_t *health = json_object();
    json_put_str(health, "status", STR("ok"));
    json_put_str(health, "version", STR(WAXSEAL_VERSION));
    return call_answer(c, health, e);
}

static rc_t signin_form(struct call *c, str_t username, str_t next, const struct err *problem,
                        struct err *e)
{
    str_t language = page_language(c);
    CLEANUP_JSON json_t *model = page_model(c, language);
    CLEANUP_JSON json_t *brand = page_brand_of(c, STR_NULL);
    page_put_brand(c, model, brand);
    json_put_str(model, "username", username);
    json_put_str(model, "next", next);
    json_put_bool(model, "signed_out", str_eq(request_query(c->q, STR("signed_out")), STR("1")));
    if (problem) json_put_str(model, "error", str_c(problem->message));
    /* The password is asked for again: it is not written into a page. */
    bool code = problem && (problem->code == RC_CODE_NEEDED || problem->code == RC_WRONG_CODE);
    json_put_bool(model, "code", code);
    json_put_bool(model, "code_wrong", code && problem->code == RC_WRONG_CODE);
    return page_render(c, STR("signin.html"), language, model, STR(CSP_APP), e);
}

rc_t page_signin(struct call *c, struct err *e)
{
    str_t next = safe_next(request_query(c->q, STR("next")));
    return signin_form(c, STR(""), next, NULL, e);
}

rc_t page_signin_post(struct call *c, struct err *e)
{
    str_t username = form_field(c->form, STR("username"), c->arena);
    str_t password = form_field(c->form, STR("password"), c->secret);
    str_t next = safe_next(form_field(c->form, STR("next"), c->arena));
    str_t code = form_field(c->form, STR("code"), c->secret);
    struct err problem = {0};
    rc_t rc = signin(c, username, password, code.p ? code : STR(""), &problem);
    if (rc == RC_OK) {
        redirect(c, next);
        return RC_OK;
    }
    if (err_http_status(rc) >= 500) log_err(LOG_WARN, "signin_error", &problem);
    c->s->status = err_http_status(rc);
    return signin_form(c, username, next, &problem, e);
}

rc_t page_signout_post(struct call *c, struct err *e)
{
    TRY(session_end(c, e));
    response_header(c->s, STR("Clear-Site-Data"), STR("\"cache\", \"storage\""));
    redirect(c, STR("/signin?signed_out=1"));
    return RC_OK;
}

rc_t page_app(struct call *c, struct err *e)
{
    json_t *boot = NULL;
    str_t language = page_language(c);
    TRY(session_describe(c, &boot, e));
    const json_t *ui = json_object_get(json_object_get(boot, "settings"), "ui");
    const json_t *list = json_object_get(json_object_get(boot, "settings"), "list");
    str_t chosen = str_c(json_string_value(json_object_get(ui, "language")));
    if (chosen.n > 0) language = template_language(c->app->templates, chosen);
    CLEANUP_JSON json_t *model = page_model(c, language);
    page_put_brand(c, model, json_object_get(boot, "brand"));
    json_put_str(model, "csrf", c->session->csrf);
    json_object_set(model, "theme", json_object_get(ui, "theme"));
    json_object_set(model, "density", json_object_get(list, "density"));
    json_object_set_new(model, "boot", boot);
    return page_render(c, STR("app.html"), language, model, STR(CSP_APP), e);
}

static rc_t frame(struct call *c, str_t csp, struct err *e)
{
    str_t language = page_language(c);
    CLEANUP_JSON json_t *model = page_model(c, language);
    /* The frame is the same for everybody: it may be kept, so that a mail opens without a wait. */
    response_header(c->s, STR("Cache-Control"), STR("private, max-age=3600"));
    return page_render(c, STR("mailframe.html"), language, model, csp, e);
}

rc_t page_mailframe(struct call *c, struct err *e)
{
    return frame(c, STR(CSP_FRAME("'self' blob: data:", FRAME_SANDBOX)), e);
}

rc_t page_mailframe_sealed(struct call *c, struct err *e)
{
    return frame(c, STR(CSP_FRAME("blob: data:", FRAME_SANDBOX)), e);
}

rc_t page_mailframe_print(struct call *c, struct err *e)
{
    return frame(c, STR(CSP_FRAME("blob: data:", PRINT_SANDBOX)), e);
}

rc_t page_editor(struct call *c, struct err *e)
{
    str_t language = page_language(c), origin = c->app->config->public_origin;
    str_t js = static_url(c->app->files, STR("editor.js"));
    str_t css = static_url(c->app->files, STR("editor.css"));
    CLEANUP_JSON json_t *model = page_model(c, language);
    /* The frame's origin is opaque, so 'self' would match nothing: the very addresses. */
    str_t csp = arena_printf(
        c->arena,
        "default-src 'none'; script-src %.*s%.*s; style-src 'unsafe-inline' %.*s%.*s; "
        "img-src blob: data:; connect-src 'none'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'; require-trusted-types-for 'script'; sandbox allow-scripts",
        STR_ARG(origin), STR_ARG(js), STR_ARG(origin), STR_ARG(css));
    if (str_is_null(csp)) return err_set(e, RC_NO_MEMORY, NULL);
    return page_render(c, STR("editor.html"), language, model, csp, e);
}

rc_t page_worker(struct call *c, struct err *e)
{
    TRY(static_serve_logical(c->app->files, c->q, STR("worker.js"), c->s, e));
    response_header(c->s, STR("Content-Security-Policy"), STR(CSP_WORKER));
    return RC_OK;
}

rc_t page_static(struct call *c, struct err *e)
{
    return static_serve(c->app->files, c->q, c->q->params[0], c->s, e);
}

void page_error(struct call *c, const struct err *e, bool needs_session)
{
    struct err again = {0};
    if (needs_session && e->code == RC_UNAUTHENTICATED && c->q->method == METHOD_GET) {
        redirect(c, arena_printf(c->arena, "/signin?next=%.*s",
                                 STR_ARG(percent_encode(safe_next(c->q->path), "/", c->arena))));
        return;
    }
    str_t language = page_language(c);
    CLEANUP_JSON json_t *model = page_model(c, language);
    json_put_str(model, "title", str_c(err_sentence(e->code)));
    if (strcmp(e->message, err_sentence(e->code)) != 0)
        json_put_str(model, "message", str_c(e->message));
    json_put_str(model, "reference", c->q->id);
    if (page_render(c, STR("error.html"), language, model, STR(CSP_APP), &again) == RC_OK) return;
    response_type(c->s, STR("text/plain; charset=utf-8"));
    buf_cstr(&c->s->body, e->message);
}

rc_t pages_check(const struct template_set *t, bool mail, struct err *e)
{
    static const str_t of_mail[] = {STR_INIT("signin.html"), STR_INIT("app.html"),
                                    STR_INIT("mailframe.html"), STR_INIT("editor.html"),
                                    STR_INIT("error.html")};
    static const str_t of_admin[] = {STR_INIT("admin.html"), STR_INIT("error.html")};
    const str_t *used = mail ? of_mail : of_admin;
    CLEANUP_JSON json_t *nothing = json_object();
    for (size_t i = 0; i < (mail ? 5 : 2); i++) {
        CLEANUP_BUF struct buf b = BUF_INIT(PAGE_BYTES);
        TRY(template_render(t, used[i], STR("en"), nothing, &b, e));
    }
    return RC_OK;
}
