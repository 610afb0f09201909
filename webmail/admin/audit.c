/* Who changed what. */
#include "policy/audit.h"

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

static rc_t query(struct call *c, str_t organisation, struct err *e)
{
    struct audit_filter f = {.organisation = organisation, .own = !admin_actor(c)->operator};
    json_t *rows = NULL, *answer = json_object();
    uint32_t offset, limit;
    rc_t rc = admin_window(c, &offset, &limit, e);
    if (rc == RC_OK) rc = read_time(c, "from", &f.from, e);
    if (rc == RC_OK) rc = read_time(c, "until", &f.until, e);
    if (rc == RC_OK) rc = json_want_str(c->in, "who", STR_NULL, &f.who, e);
    if (rc == RC_OK) rc = json_want_str(c->in, "what", STR_NULL, &f.kind, e);
    if (rc == RC_OK) rc = json_want_str(c->in, "text", STR_NULL, &f.text, e);
    if (rc == RC_OK) rc = json_want_str(c->in, "before_id", STR_NULL, &f.before, e);
    f.count = (size_t) limit + 1;
    if (rc == RC_OK) rc = audit_list(admin_registry(c), &f, &rows, e);
    if (rc != RC_OK) {
        if (strcmp(e ? e->field : "", "before") == 0) err_field(e, "before_id");
        json_decref(answer);
        return rc;
    }
    bool more = json_array_size(rows) > limit;
    if (more) json_array_remove(rows, limit);
    audit_explain(rows);
    json_object_set_new(answer, "entries", rows);
    json_put_bool(answer, "more", more);
    return call_answer(c, answer, e);
}

rc_t admin_audit_query(struct call *c, struct err *e)
{
    return query(c, admin_organisation(c), e);
}

/* Of all, or of one, which may be no more. */
rc_t admin_audit_query_all(struct call *c, struct err *e)
{
    str_t one;
    TRY(json_want_str(c->in, "organisation", STR_NULL, &one, e));
    if (one.n) TRY(record_check_id(RECORD_ORGANISATION, one, e));
    return query(c, one.n ? one : STR_NULL, e);
}

rc_t admin_audits_get(struct call *c, struct err *e)
{
    json_t *rows = NULL, *answer = NULL;
    TRY(audit_kept(admin_registry(c), &rows, e));
    answer = json_object();
    json_object_set_new(answer, "rows", rows);
    return call_answer(c, answer, e);
}

rc_t admin_audits_remove(struct call *c, struct err *e)
{
    str_t organisation;
    TRY(json_need_str(c->in, "organisation", &organisation, e));
    TRY(audit_remove(admin_registry(c), admin_actor(c), organisation, e));
    return call_answer(c, json_object(), e);
}
