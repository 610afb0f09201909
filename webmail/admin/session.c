#include "webmail/admin/session.h"

#include "base/log.h"
#include "policy/name.h"
#include "policy/role.h"
#include "webmail/account/totp.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"
#include "webmail/pages.h"
#include "webmail/session/session.h"
#include "webmail/session/signin.h"
#include "webmail/store.h"

#define ORGANISATIONS_TOLD 200u

/* --- the mark of the second factor -------------------------------------------------------------
 */

static str_t mark_key(struct call *c)
{
    return arena_printf(c->arena, "%.*s:f:%.*s", STR_ARG(app_prefix(c->app)),
                        STR_ARG(c->session->id));
}

static rc_t mark(struct call *c, str_t since, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(1024);
    CLEANUP_JSON json_t *doc = json_object();
    str_t key = mark_key(c), blob;
    str_t life = arena_printf(c->arena, "%u", c->app->config->session_max_hours * 3600);
    struct kv_value v;
    json_put_str(doc, "since", since);
    json_put_int(doc, "at", call_now());
    if (!json_write(doc, &text)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(store_protect(c, key, buf_view(&text), &blob, e));
    return KV_CMD(c->kv, c->arena, &v, e, STR("SET"), key, blob, STR("EX"), life);
}

/* Since when the second factor is on; null: it is off. */
static rc_t factor_since(struct call *c, str_t *out, struct err *e)
{
    CLEANUP_JSON json_t *state = NULL;
    TRY(totp_describe(c, &state, e));
    bool on = json_is_true(json_object_get(state, "on"));
    *out = on ? arena_str(c->arena, json_text(json_object_get(state, "since"))) : STR_NULL;
    return RC_OK;
}

rc_t admin_factor_load(struct call *c, struct admin_factor *out, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t since, text, key = mark_key(c);
    struct kv_value v;
    *out = (struct admin_factor){0};
    TRY(factor_since(c, &since, e));
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), key));
    if (v.type != KV_STR || !since.n) return RC_OK;
    TRY(store_reveal(c, key, v.s, &text, e));
    TRY(json_parse_object(text, &doc, e));
    int64_t at = json_integer_value(json_object_get(doc, "at")), now = call_now();
    if (!str_eq(json_text(json_object_get(doc, "since")), since)) return RC_OK;
    bool fresh = at <= now && now < at + ADMIN_FRESH_SECONDS;
    *out = (struct admin_factor){true, fresh ? at + ADMIN_FRESH_SECONDS : 0};
    return RC_OK;
}

/* --- who may sign in ---------------------------------------------------------------------------
 */

rc_t admin_knows(struct call *c, str_t address, bool *out, struct err *e)
{
    const struct registry r = {.kv = c->kv, .config = c->app->config};
    *out = false;
    if (!name_is_actor(address)) return RC_OK;
    return role_anywhere(&r, address, out, e);
}

/* --- telling -----------------------------------------------------------------------------------
 */

/* The first of them, by name; the others are found by organisations/query. */
static rc_t put_organisations(struct call *c, json_t *session, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL;
    bool writes = c->admin->operator;
    TRY(role_organisations(admin_registry(c), c->session->address, &all, e));
    json_t *told = json_array();
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *row = json_array_get(all, i);
        writes = writes || !str_eq(json_text(json_object_get(row, "role")), STR("reader"));
        if (i < ORGANISATIONS_TOLD) json_array_append(told, row);
    }
    json_object_set_new(session, "organisations", told);
    json_put_int(session, "organisation_count", (long long) json_array_size(all));
    json_put_bool(session, "may_write", writes);
    return RC_OK;
}

rc_t admin_session_describe(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *session = json_object();
    struct admin_factor f;
    str_t since;
    TRY(admin_factor_load(c, &f, e));
    TRY(factor_since(c, &since, e));
    json_put_str(session, "name", c->session->address);
    json_put_bool(session, "operator", c->admin->operator);
    json_put_str(session, "csrf", c->session->csrf);
    json_put_bool(session, "second_factor", f.given);
    json_put_bool(session, "second_factor_on", since.n > 0);
    TRY(put_organisations(c, session, e));
    str_t until = f.fresh_until ? time_text(c->arena, f.fresh_until) : STR_NULL;
    json_put_str(session, "fresh_until", until);
    json_put_str(session, "instance", c->app->config->instance);
    json_t *brand = page_brand_of(c, STR_NULL);
    json_object_set_new(session, "branding", brand ? brand : json_null());
    json_put_str(session, "version", STR(WAXSEAL_VERSION));
    *out = json_incref(session);
    return RC_OK;
}

/* --- handlers ----------------------------------------------------------------------------------
 */

/* A sign-in comes without a session, so its role is asked for here. */
static rc_t take_role(struct call *c, struct err *e)
{
    enum role role;
    TRY(role_of(admin_registry(c), STR_NULL, c->session->address, &role, e));
    c->admin->operator= role == ROLE_OPERATOR;
    return RC_OK;
}

rc_t admin_session_signin(struct call *c, struct err *e)
{
    str_t username, password, code;
    json_t *session = NULL;
    TRY(json_need_str(c->in, "username", &username, e));
    TRY(json_need_str(c->in, "password", &password, e));
    TRY(json_want_str(c->in, "code", STR(""), &code, e));
    TRY(signin(c, username, password, code, e));
    if (c->coded.n) TRY(mark(c, c->coded, e));
    TRY(take_role(c, e));
    TRY(admin_session_describe(c, &session, e));
    return call_answer(c, session, e);
}

rc_t admin_session_signout(struct call *c, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("DEL"), mark_key(c)));
    TRY(session_end(c, e));
    response_header(c->s, STR("Clear-Site-Data"), STR("\"cache\", \"storage\""));
    log_event(LOG_INFO, "signed_out", "account", LOG_S(c->session->address), NULL);
    return call_answer(c, json_object(), e);
}

rc_t admin_session_get(struct call *c, struct err *e)
{
    json_t *session = NULL;
    TRY(admin_session_describe(c, &session, e));
    return call_answer(c, session, e);
}

/* Whoever may write keeps the second factor; one that is lost is taken back by waxsealctl. */
rc_t admin_session_totp(struct call *c, struct err *e)
{
    str_t action, since;
    TRY(json_need_str(c->in, "action", &action, e));
    if (str_eq(action, STR("off"))) return err_invalid(e, "action", "It cannot be switched off.");
    TRY(totp_post(c, e));
    if (!str_eq(action, STR("confirm"))) return RC_OK;
    TRY(factor_since(c, &since, e));
    return mark(c, since, e);
}

rc_t admin_session_stepup(struct call *c, struct err *e)
{
    str_t code, since;
    TRY(json_need_str(c->in, "code", &code, e));
    TRY(factor_since(c, &since, e));
    if (!since.n) return err_set(e, RC_SECOND_FACTOR, NULL);
    TRY(totp_prove_if_on(c, code, e));
    TRY(mark(c, since, e));
    json_t *answer = json_object();
    json_put_str(answer, "fresh_until", time_text(c->arena, call_now() + ADMIN_FRESH_SECONDS));
    return call_answer(c, answer, e);
}
