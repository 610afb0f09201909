/* Processed mail: why each was treated as it was. */
#include "policy/decision_log.h"
#include "policy/name.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

static rc_t read_time(const struct call *c, const char *key, int64_t *out, struct err *e)
{
    str_t text;
    TRY(json_want_str(c->in, key, STR_NULL, &text, e));
    *out = 0;
    if (text.n && !name_read_time(text, out))
        return err_invalid(e, key, "That is not a time (2026-12-31, or with T08:00:00Z).");
    return RC_OK;
}

rc_t admin_log_query(struct call *c, struct err *e)
{
    struct decision_log_query q = {.from = 0};
    uint32_t offset;
    int64_t since;
    json_t *out = NULL;
    TRY(admin_since(c, &since, e));
    TRY(admin_window(c, &offset, &q.limit, e));
    TRY(read_time(c, "from", &q.from, e));
    if (q.from < since) q.from = since;
    TRY(read_time(c, "until", &q.until, e));
    TRY(json_want_str(c->in, "status", STR_NULL, &q.status, e));
    TRY(json_want_str(c->in, "direction", STR_NULL, &q.direction, e));
    TRY(json_want_str(c->in, "address", STR_NULL, &q.address, e));
    TRY(json_want_str(c->in, "message_id", STR_NULL, &q.message_id, e));
    TRY(json_want_str(c->in, "rule", STR_NULL, &q.rule, e));
    TRY(json_want_str(c->in, "before_id", STR_NULL, &q.before, e));
    TRY(decision_log_find(c->kv, c->app->config, admin_organisation(c), &q, &out, e));
    return call_answer(c, out, e);
}

rc_t admin_log_get(struct call *c, struct err *e)
{
    int64_t since;
    json_t *out = NULL;
    TRY(admin_since(c, &since, e));
    TRY(decision_log_get(c->kv, c->app->config, admin_organisation(c), since, c->q->params[1], &out,
                         e));
    return call_answer(c, out, e);
}
