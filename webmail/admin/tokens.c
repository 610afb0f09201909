/* API tokens: of an organisation, or (operators) of all. */
#include "webmail/admin/tokens.h"

#include "base/log.h"
#include "policy/name.h"
#include "policy/token.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

#define USED_EVERY_SECONDS 60
#define USED_KEPT_SECONDS "94608000" /* three years: longer than any token */

static str_t used_key(struct call *c, str_t id)
{
    return arena_printf(c->arena, "%.*s:t:%.*s", STR_ARG(app_prefix(c->app)), STR_ARG(id));
}

rc_t admin_token_used(struct call *c, str_t id, struct err *e)
{
    char now[NAME_TIME_BYTES + 1];
    struct kv_value v;
    str_t key = used_key(c, id);
    int64_t last;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), key));
    if (v.type == KV_STR && name_read_time(v.s, &last) && call_now() - last < USED_EVERY_SECONDS)
        return RC_OK;
    name_write_time(call_now(), now);
    return KV_CMD(c->kv, c->arena, &v, e, STR("SET"), key, str_c(now), STR("EX"),
                  STR(USED_KEPT_SECONDS));
}

static rc_t list(struct call *c, str_t organisation, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    TRY(token_list(admin_registry(c), organisation, admin_actor(c)->now, &rows, e));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        struct kv_value v;
        TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), used_key(c, record_text(row, "id"))));
        json_put_str(row, "last_used", v.type == KV_STR ? v.s : STR_NULL);
    }
    json_t *answer = json_object();
    json_object_set(answer, "rows", rows);
    return call_answer(c, answer, e);
}

static rc_t make(struct call *c, str_t organisation, struct err *e)
{
    struct token_wish wish = {.organisation = organisation};
    str_t expires, text;
    json_t *scopes, *view = NULL;
    TRY(json_need_str(c->in, "name", &wish.name, e));
    TRY(json_need_str(c->in, "expires", &expires, e));
    TRY(json_need_array(c->in, "scopes", 14, &scopes, e));
    wish.scopes = scopes;
    if (!name_read_time(expires, &wish.expires))
        return err_invalid(e, "expires", "That is not a time (2026-12-31, or with T08:00:00Z).");
    TRY(token_make(admin_registry(c), admin_actor(c), &wish, c->secret, &text, &view, e));
    json_put_str(view, "token", text);
    log_event(LOG_INFO, "token_made", "who", LOG_S(c->admin->who), "name", LOG_S(wish.name), NULL);
    return call_answer(c, view, e);
}

static rc_t drop(struct call *c, str_t organisation, str_t id, struct err *e)
{
    struct kv_value v;
    TRY(token_remove(admin_registry(c), admin_actor(c), organisation, id, e));
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("DEL"), used_key(c, id)));
    return call_answer(c, json_object(), e);
}

rc_t admin_tokens_get(struct call *c, struct err *e)
{
    return list(c, admin_organisation(c), e);
}

rc_t admin_tokens_make(struct call *c, struct err *e)
{
    return make(c, admin_organisation(c), e);
}

rc_t admin_tokens_remove(struct call *c, struct err *e)
{
    return drop(c, admin_organisation(c), c->q->params[1], e);
}

rc_t admin_global_tokens_get(struct call *c, struct err *e)
{
    return list(c, STR_NULL, e);
}

rc_t admin_global_tokens_make(struct call *c, struct err *e)
{
    return make(c, STR_NULL, e);
}

rc_t admin_global_tokens_remove(struct call *c, struct err *e)
{
    return drop(c, STR_NULL, c->q->params[0], e);
}
