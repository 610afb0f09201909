#include "base/log.h"
#include "base/mutant.h"
#include "policy/audit.h"
#include "policy/name.h"
#include "policy/token.h"
#include "webmail/account/move.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/routes.h"
#include "webmail/admin/session.h"
#include "webmail/admin/tokens.h"
#include "webmail/dispatch.h"
#include "webmail/session/session.h"
#include "webmail/session/signin.h"

#define AGENT_TIMEOUT_MS 20000u

const struct registry *admin_registry(const struct call *c)
{
    return &c->admin->registry;
}

const struct actor *admin_actor(const struct call *c)
{
    return &c->admin->actor;
}

str_t admin_organisation(const struct call *c)
{
    return c->admin->organisation;
}

rc_t admin_since(const struct call *c, int64_t *since, struct err *e)
{
    *since = 0;
    if (admin_actor(c)->operator) return RC_OK;
    return audit_own_since(admin_registry(c), admin_organisation(c), since, e);
}

const struct agent *admin_agent(const struct call *c)
{
    return &c->admin->agent;
}

void admin_conflict(struct call *c, json_t **conflict)
{
    if (!*conflict) return;
    if (!c->more) c->more = json_object();
    json_object_set_new(c->more, "conflict", *conflict);
    *conflict = NULL;
}

rc_t admin_window(const struct call *c, uint32_t *offset, uint32_t *limit, struct err *e)
{
    uint32_t from, most;
    TRY(json_want_u32(c->in, "offset", 0, &from, e));
    TRY(json_want_u32(c->in, "limit", 50, &most, e));
    if (most == 0 || most > ADMIN_PAGE_MAX)
        return err_invalid(e, "limit", "A page has 1 to 500 rows.");
    *offset = from;
    *limit = most;
    return RC_OK;
}

/* --- what each act takes -----------------------------------------------------------------------
 */

static enum role_act role_act_of(enum route_act act)
{
    switch (act) {
    case ACT_PUBLIC:
    case ACT_SELF:
    case ACT_LOOK:
    case ACT_LOOK_STEP:
        return ROLE_LOOK;
    case ACT_CHANGE:
    case ACT_CHANGE_STEP:
        return ROLE_CHANGE;
    case ACT_WHO_STEP:
        return ROLE_CHANGE_WHO;
    case ACT_OVERSEE:
    case ACT_OPERATE:
    case ACT_OPERATE_STEP:
        break;
    }
    return ROLE_OPERATE;
}

static bool wants_factor(enum route_act act)
{
    return act != ACT_PUBLIC && act != ACT_SELF && act != ACT_LOOK && act != ACT_OVERSEE;
}

static bool wants_fresh(enum route_act act)
{
    return act == ACT_LOOK_STEP || act == ACT_CHANGE_STEP || act == ACT_WHO_STEP ||
           act == ACT_OPERATE_STEP;
}

static bool has_organisation(const struct route *r)
{
    return str_find(r->key.pattern, STR("/{o}/")) >= 0;
}

/* --- the checks --------------------------------------------------------------------------------
 */

/* Whoever has nothing to do with an organisation learns not even that it is there. */
static rc_t check_organisation(struct call *c, const struct route *r, struct err *e)
{
    struct admin *a = c->admin;
    CLEANUP_JSON json_t *row = NULL;
    if (!has_organisation(r)) return RC_OK;
    str_t id = c->q->params[0];
    if (!name_is_id(id) || a->role == ROLE_NONE) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(registry_get(&a->registry, (struct record_at){RECORD_ORGANISATION, STR_NULL, id}, &row, e));
    if (!row) return err_set(e, RC_NOT_FOUND, NULL);
    a->organisation = id;
    return RC_OK;
}

static rc_t check_role(struct call *c, const struct route *r, struct err *e)
{
    struct admin *a = c->admin;
    str_t id = has_organisation(r) ? c->q->params[0] : STR_NULL;
    if (r->act == ACT_SELF) return RC_OK;
    if (id.p && !name_is_id(id)) return err_set(e, RC_NOT_FOUND, NULL);
    if (!a->token) TRY(role_of(&a->registry, id, a->who, &a->role, e));
    TRY(check_organisation(c, r, e));
    if (!WX_MUTANT(ADMIN_ROLE) && !role_may(a->role, role_act_of(r->act)))
        return err_set(e, RC_FORBIDDEN, NULL);
    return RC_OK;
}

static rc_t check_factor(struct call *c, const struct route *r, struct err *e)
{
    struct admin_factor f;
    if (!wants_factor(r->act) || c->admin->token) return RC_OK;
    TRY(admin_factor_load(c, &f, e));
    if (!WX_MUTANT(ADMIN_FACTOR) && !f.given) return err_set(e, RC_SECOND_FACTOR, NULL);
    if (!WX_MUTANT(ADMIN_FACTOR) && wants_fresh(r->act) && f.fresh_until == 0)
        return err_set(e, RC_STEP_UP, NULL);
    return RC_OK;
}

/* Of somebody who was renamed: whoever has his address now, and its roles, is another. */
static rc_t check_renamed(struct call *c, struct err *e)
{
    bool due = false;
    TRY(move_is_due(c, c->session->address, &due, e));
    return due ? err_set(e, RC_UNAUTHENTICATED, NULL) : RC_OK;
}

static rc_t check_session(struct call *c, const struct route *r, struct err *e)
{
    TRY(session_load(c, &c->session, e));
    TRY(dispatch_check_account(c, e));
    TRY(session_entitle(c, e));
    TRY(check_renamed(c, e));
    if (r->key.method != METHOD_GET) TRY(session_check_csrf(c, STR_NULL, e));
    c->admin->who = c->session->address;
    enum role role;
    TRY(role_of(&c->admin->registry, STR_NULL, c->admin->who, &role, e));
    c->admin->operator= role == ROLE_OPERATOR;
    return RC_OK;
}

/* Nothing else may say who asks: no cookie beside it, so no page can lend its rights to it. */
static rc_t check_token(struct call *c, const struct route *r, struct err *e)
{
    struct admin *a = c->admin;
    CLEANUP_JSON json_t *row = NULL;
    str_t id, text = c->q->authorization;
    str_t organisation = has_organisation(r) ? c->q->params[0] : STR_NULL;
    if (!str_is_null(request_cookie(c->q, session_cookie_name(c))) ||
        !str_ieq(str_sub(text, 0, 7), STR("Bearer ")))
        return err_set(e, RC_UNAUTHENTICATED, NULL);
    text = str_trim(str_sub(text, 7, text.n));
    TRY(token_find(&a->registry, text, call_now(), c->arena, &id, &row, e));
    a->token = true;
    str_t of = record_text(row, "organisation");
    a->who = arena_printf(c->arena, "token:%s%.*s", of.n ? "" : "all/",
                          STR_ARG(record_text(row, "name")));
    if (!of.n || str_eq(of, organisation)) a->role = ROLE_WRITER;
    str_t scope = str_c(r->scope);
    if (str_eq(scope, STR("none")) || !token_may(row, scope, r->act != ACT_LOOK))
        return err_set(e, RC_FORBIDDEN, "This token has no scope for that.");
    return admin_token_used(c, id, e);
}

static rc_t begin(struct call *c, struct err *e)
{
    const struct config *config = c->app->config;
    c->admin = ARENA_NEW(c->arena, struct admin);
    if (!c->admin) return err_set(e, RC_NO_MEMORY, NULL);
    *c->admin = (struct admin){.registry = {.kv = c->kv, .config = config},
                               .agent = {config->keyd_admin_socket, AGENT_TIMEOUT_MS}};
    return RC_OK;
}

rc_t admin_admit(struct call *c, const struct route *r, struct err *e)
{
    TRY(begin(c, e));
    if (r->act == ACT_PUBLIC)
        return r->key.method == METHOD_GET ? RC_OK : session_check_csrf(c, STR_NULL, e);
    TRY(str_is_null(c->q->authorization) ? check_session(c, r, e) : check_token(c, r, e));
    TRY(check_role(c, r, e));
    TRY(check_factor(c, r, e));
    struct admin *a = c->admin;
    a->actor = (struct actor){.who = a->who, .operator= a->operator, .now = call_now()};
    return RC_OK;
}
