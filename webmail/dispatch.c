#include "webmail/dispatch.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mutant.h"
#include "policy/roots.h"
#include "webmail/pages.h"
#include "webmail/push/events.h"
#include "webmail/routes.h"
#include "webmail/session/session.h"
#include "webmail/session/signin.h"
#include "webmail/shared.h"

#define KV_TIMEOUT_MS 1500
#define SECRET_FIXED (512u << 10)
#define SECRET_PER_BYTE                                                                            \
    6u /* plaintext, its parts and their decoded forms, over the message limit */

struct thread {
    struct kv *kv;
    struct arena *secret;
    struct shared *shared;
};

void *dispatch_thread_start(void *arg)
{
    struct app *app = arg;
    struct err e = {0};
    struct thread *t = calloc(1, sizeof *t);
    const struct kv_options options = {.socket = app->config->redis_socket,
                                       .user = app->config->redis_user,
                                       .password = app->kv_password,
                                       .timeout_ms = KV_TIMEOUT_MS};
    if (!t) return NULL;
    size_t limit = SECRET_FIXED + (size_t) app->config->message_max_bytes * SECRET_PER_BYTE;
    t->secret = arena_new_secret(limit);
    if (!t->secret || kv_new(&options, &t->kv, &e) != RC_OK || !shared_thread_start(app->shared)) {
        dispatch_thread_stop(t);
        return NULL;
    }
    t->shared = app->shared;
    return t;
}

void dispatch_thread_stop(void *arg)
{
    struct thread *t = arg;
    if (t->shared) shared_thread_stop(t->shared);
    kv_free(t->kv);
    arena_free(t->secret);
    free(t);
}

/* --- the steps ------------------------------------------------------------------------------- */

static rc_t find_route(struct call *c, const struct route **out, struct err *e)
{
    bool known = false;
    const struct site *site = c->app->site;
    int i = router_find(&site->routes[0].key, sizeof site->routes[0], *site->route_count,
                        c->q->method, c->q->path, c->q->params, &known);
    if (i < 0) return err_set(e, known ? RC_METHOD : RC_NOT_FOUND, NULL);
    *out = &site->routes[i];
    return RC_OK;
}

/* A page says whose it is: after somebody else signed in beside it in the same browser, the
 * cookie is theirs, and so would be every answer. */
rc_t dispatch_check_account(const struct call *c, struct err *e)
{
    if (str_is_null(c->q->account) || str_eq(c->q->account, c->session->address)) return RC_OK;
    return err_set(e, RC_UNAUTHENTICATED, NULL);
}

static rc_t check_session(struct call *c, const struct route *r, struct err *e)
{
    if (r->auth == AUTH_PUBLIC) return RC_OK;
    /* An open stream is nobody's activity, whatever its page says. */
    if (r->handler == events_get) c->q->background = true;
    TRY(session_load(c, &c->session, e));
    TRY(dispatch_check_account(c, e));
    TRY(session_entitle(c, e));
    /* Tells a page that runs already what its plan allows now, with whatever it asked for. */
    response_header(c->s, STR("X-Waxseal-Features"),
                    c->features.smime ? STR("smime") : STR("none"));
    return RC_OK;
}

static rc_t check_feature(struct call *c, const struct route *r, struct err *e)
{
    if (r->feature == FEATURE_SMIME && !WX_MUTANT(FEATURE) && !c->features.smime)
        return err_set(e, RC_FEATURE_DISABLED, NULL);
    return RC_OK;
}

static size_t body_limit(const struct call *c, const struct route *r)
{
    if (r->body_bytes != ROUTE_BODY_MESSAGE) return r->body_bytes;
    return c->app->config->message_max_bytes;
}

static rc_t read_body(struct call *c, const struct route *r, struct buf *body, struct err *e)
{
    if (r->body != BODY_JSON && r->body != BODY_FORM) return RC_OK;
    bool form = r->body == BODY_FORM;
    str_t want = form ? STR("application/x-www-form-urlencoded") : STR("application/json");
    if (!str_eq(c->q->content_type, want))
        return err_set(e, RC_BAD_REQUEST, "The body must be of type %.*s.", STR_ARG(want));
    TRY(request_body(c->q, body, e));
    if (form) return RC_OK;
    return json_parse_object(buf_view(body), &c->in, e);
}

static rc_t check_guard(struct call *c, const struct route *r, const struct buf *body,
                        struct err *e)
{
    if (r->guard == GUARD_NONE) return RC_OK;
    str_t form = STR_NULL;
    if (r->guard == GUARD_FORM) {
        form = form_field(buf_view(body), STR("csrf"), c->secret);
        if (str_is_null(form)) form = STR("");
    }
    return session_check_csrf(c, form, e);
}

rc_t dispatch_admit_mail(struct call *c, const struct route *r, struct err *e)
{
    TRY(check_session(c, r, e));
    if (r->guard != GUARD_FORM) TRY(check_guard(c, r, NULL, e));
    return check_feature(c, r, e);
}

static rc_t run(struct call *c, const struct route *r, struct buf *body, struct err *e)
{
    /* Of what a token guards, nothing is read before the token was right. */
    TRY(c->app->site->admit(c, r, e));
    body->max = body_limit(c, r);
    TRY(read_body(c, r, body, e));
    if (r->guard == GUARD_FORM) TRY(check_guard(c, r, body, e));
    c->form = r->body == BODY_FORM ? buf_view(body) : STR_NULL;
    c->body_limit = body_limit(c, r);
    return r->handler(c, e);
}

/* --- answers -----------------------------------------------------------------------------------
 */

static void answer_json(struct call *c, const json_t *v)
{
    c->s->body.secret = true; /* it may hold what was decrypted */
    response_type(c->s, STR("application/json"));
    if (json_write(v, &c->s->body)) return;
    c->s->status = 503;
    buf_clear(&c->s->body);
    buf_cstr(&c->s->body, "{\"code\":\"no_memory\",\"message\":\"\",\"details\":{}}");
}

static void answer_error(struct call *c, const struct route *r, const struct err *e)
{
    if (c->s->started) {
        response_break(c->q); /* streamed: only the connection can say it now */
        return;
    }
    c->s->status = err_http_status(e->code);
    c->s->static_body = STR_NULL;
    buf_clear(&c->s->body);
    bool page = r ? r->auth != AUTH_API && !str_starts(c->q->path, STR("/api/"))
                  : !str_starts(c->q->path, STR("/api/"));
    if (page) {
        page_error(c, e, r && r->auth == AUTH_PAGE);
        return;
    }
    CLEANUP_JSON json_t *shape = json_from_err(e);
    if (c->more) json_object_update(json_object_get(shape, "details"), c->more);
    answer_json(c, shape);
}

static void log_request(const struct call *c, const struct route *r, const struct err *e,
                        int64_t started)
{
    enum log_level level = c->s->status >= 500 ? LOG_WARN : LOG_DEBUG;
    if (c->s->status == 499) level = LOG_DEBUG;
    /* The route's pattern, not the path: folder names and ids are the user's. */
    log_event(level, "request", "id", LOG_S(c->q->id), "method", LOG_C(method_name(c->q->method)),
              "route", LOG_S(r ? r->key.pattern : STR("-")), "status", LOG_I(c->s->status), "ms",
              LOG_I(clock_ms() - started), "code", LOG_C(e->code ? err_word(e->code) : ""),
              "message", LOG_C(e->message), "detail", LOG_C(e->detail), NULL);
}

void dispatch(struct request *q, struct response *s, void *app, void *thread_state)
{
    struct thread *t = thread_state;
    struct err e = {0};
    const struct route *r = NULL;
    CLEANUP_BUF struct buf body = BUF_INIT_SECRET(0);
    int64_t started = clock_ms();
    struct call c = {
        .app = app, .kv = t->kv, .q = q, .s = s, .arena = q->arena, .secret = t->secret};
    rc_t rc = find_route(&c, &r, &e);
    if (rc == RC_OK) rc = run(&c, r, &body, &e);
    if (rc != RC_OK) {
        if (e.code == RC_OK) err_set(&e, rc, NULL);
        answer_error(&c, r, &e);
    } else if (c.out) {
        answer_json(&c, c.out);
    }
    log_request(&c, r, &e, started);
    json_decref(c.in);
    json_decref(c.out);
    json_decref(c.more);
    roots_unref(c.roots);
    kv_ahead_forget(t->kv);
    arena_reset(t->secret);
}
