/* An organisation's own authority: made, renewed, what it issues and revokes; and requests to
 * authorities outside. Keys stay in the key agent. */
#include <stdio.h>

#include "base/b64.h"
#include "policy/asking.h"
#include "policy/issuing.h"
#include "policy/name.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

enum { AT_ONCE = 20 /* RSA keys take their time */ };

static rc_t answer_named(struct call *c, const char *name, json_t *v, struct err *e)
{
    json_t *answer = json_object();
    json_object_set_new(answer, name, v);
    return call_answer(c, answer, e);
}

/* --- the authority ---------------------------------------------------------------------------- */

rc_t admin_authority_get(struct call *c, struct err *e)
{
    json_t *view = NULL, *lists = NULL, *answer = json_object();
    struct err why = {0};
    rc_t rc =
        authority_view(admin_registry(c), admin_organisation(c), admin_actor(c)->now, &view, &why);
    if (rc == RC_NOT_FOUND) {
        view = json_null();
        rc = RC_OK;
    }
    if (rc == RC_OK) {
        json_object_set_new(answer, "authority", view);
        rc = authority_lists_kept(admin_registry(c), admin_organisation(c), &lists, &why);
    }
    if (rc == RC_OK) {
        json_object_set_new(answer, "lists", lists);
        return call_answer(c, answer, e);
    }
    json_decref(answer);
    if (e) *e = why;
    return rc;
}

rc_t admin_authority_create(struct call *c, struct err *e)
{
    str_t algorithm;
    json_t *view = NULL;
    TRY(json_want_str(c->in, "algorithm", STR_NULL, &algorithm, e));
    TRY(authority_create(admin_registry(c), admin_actor(c), admin_agent(c), admin_organisation(c),
                         algorithm, &view, e));
    return answer_named(c, "authority", view, e);
}

rc_t admin_authority_renew(struct call *c, struct err *e)
{
    json_t *view = NULL;
    TRY(authority_renew(admin_registry(c), admin_actor(c), admin_agent(c), admin_organisation(c),
                        &view, e));
    return answer_named(c, "authority", view, e);
}

rc_t admin_authority_remove(struct call *c, struct err *e)
{
    TRY(authority_remove(admin_registry(c), admin_actor(c), admin_agent(c), admin_organisation(c),
                         e));
    return call_answer(c, json_object(), e);
}

rc_t admin_authority_set(struct call *c, struct err *e)
{
    bool automatic;
    uint32_t seen;
    json_t *view = NULL;
    if (!json_is_boolean(json_object_get(c->in, "automatic")))
        return err_invalid(e, "automatic", "It must be true or false.");
    TRY(json_want_bool(c->in, "automatic", false, &automatic, e));
    TRY(json_want_u32(c->in, "version", 0, &seen, e));
    TRY(authority_set(admin_registry(c), admin_actor(c), admin_organisation(c), automatic, seen,
                      &view, e));
    return answer_named(c, "authority", view, e);
}

rc_t admin_authority_crl(struct call *c, struct err *e)
{
    json_t *view = NULL;
    TRY(authority_list_publish(admin_registry(c), admin_actor(c), admin_agent(c),
                               admin_organisation(c), false, NULL, e));
    TRY(authority_view(admin_registry(c), admin_organisation(c), admin_actor(c)->now, &view, e));
    return answer_named(c, "authority", view, e);
}

/* --- issuing ---------------------------------------------------------------------------------- */

static rc_t given(struct call *c, json_t **out, struct err *e)
{
    json_t *list;
    TRY(json_need_array(c->in, "addresses", AT_ONCE, &list, e));
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return err_invalid(e, "addresses", "Addresses are texts.");
    *out = json_incref(list);
    return RC_OK;
}

/* As many as are done at once, from where the request before ended. */
static rc_t read_some(struct call *c, struct issuing_some *some, struct err *e)
{
    *some = (struct issuing_some){.limit = AT_ONCE, .held = true};
    return json_want_str(c->in, "after", STR_NULL, &some->after, e);
}

static rc_t answer_run(struct call *c, json_t *report, const struct issuing_some *some,
                       struct err *e)
{
    json_put_int(report, "left", some->left);
    json_put_str(report, "next", some->next[0] ? str_c(some->next) : STR_NULL);
    return call_answer(c, report, e);
}

rc_t admin_authority_lacking(struct call *c, struct err *e)
{
    str_t usage;
    json_t *list = NULL, *barred = NULL;
    TRY(json_want_str(c->in, "usage", STR_NULL, &usage, e));
    TRY(issuing_lacking(admin_registry(c), admin_organisation(c), usage, admin_actor(c)->now, NULL,
                        &list, &barred, e));
    json_t *out = json_object();
    json_object_set_new(out, "addresses", list);
    json_object_set_new(out, "barred", barred);
    return call_answer(c, out, e);
}

rc_t admin_authority_issue(struct call *c, struct err *e)
{
    struct issuing_order o = {.organisation = admin_organisation(c)};
    CLEANUP_JSON json_t *addresses = NULL;
    struct issuing_some some;
    json_t *report = NULL;
    str_t request;
    bool all;
    TRY(read_some(c, &some, e));
    TRY(json_want_bool(c->in, "all", false, &all, e));
    TRY(json_want_bool(c->in, "again", false, &o.again, e));
    TRY(json_want_str(c->in, "usage", STR_NULL, &o.usage, e));
    TRY(json_want_str(c->in, "algorithm", STR_NULL, &o.algorithm, e));
    TRY(json_want_str(c->in, "request", STR_NULL, &request, e));
    if (request.n && !b64_decode(c->arena, request, &o.request))
        return err_invalid(e, "request", "The request is not in base64.");
    if (all)
        TRY(issuing_lacking(admin_registry(c), o.organisation, o.usage, admin_actor(c)->now, &some,
                            &addresses, NULL, e));
    else
        TRY(given(c, &addresses, e));
    TRY(issuing_issue(admin_registry(c), admin_actor(c), admin_agent(c), &o, addresses, &report,
                      e));
    return answer_run(c, report, &some, e);
}

static rc_t read_at(struct call *c, int64_t *at, struct err *e)
{
    str_t text;
    *at = admin_actor(c)->now;
    TRY(json_want_str(c->in, "at", STR(""), &text, e));
    if (text.n && !name_read_time(text, at))
        return err_invalid(e, "at", "That is not a time: 2026-01-31T00:00:00Z is.");
    return RC_OK;
}

rc_t admin_authority_due(struct call *c, struct err *e)
{
    int64_t at;
    json_t *rows = NULL;
    TRY(read_at(c, &at, e));
    TRY(issuing_due(admin_registry(c), admin_organisation(c), at, NULL, &rows, e));
    return answer_named(c, "rows", rows, e);
}

rc_t admin_authority_renewals(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    struct issuing_some some;
    json_t *report = NULL;
    int64_t now = admin_actor(c)->now;
    bool due;
    TRY(read_some(c, &some, e));
    TRY(json_want_bool(c->in, "due", false, &due, e));
    if (due)
        TRY(issuing_due(admin_registry(c), admin_organisation(c), now, &some, &rows, e));
    else
        TRY(given(c, &rows, e));
    TRY(issuing_renew(admin_registry(c), admin_actor(c), admin_agent(c), admin_organisation(c),
                      rows, now, &report, e));
    return answer_run(c, report, &some, e);
}

static bool is_wanted(const json_t *row, str_t text, str_t status, int64_t now)
{
    int64_t until;
    bool revoked = record_text(row, "revoked_at").n > 0;
    bool ended = name_read_time(record_text(row, "until"), &until) && until <= now;
    if (str_eq(status, STR("revoked")) && !revoked) return false;
    if (str_eq(status, STR("expired")) && (revoked || !ended)) return false;
    if (str_eq(status, STR("valid")) && (revoked || ended)) return false;
    return !text.n || str_find(record_text(row, "address"), text) >= 0 ||
           str_starts(record_text(row, "fingerprint"), text) ||
           str_starts(record_text(row, "serial"), text);
}

rc_t admin_authority_issued(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    str_t text, status;
    uint32_t offset, limit;
    size_t i, count = 0;
    json_t *row, *list = json_array(), *answer = json_object();
    json_object_set_new(answer, "rows", list);
    rc_t rc = admin_window(c, &offset, &limit, e);
    if (rc == RC_OK) rc = json_want_str(c->in, "text", STR(""), &text, e);
    if (rc == RC_OK) rc = json_want_str(c->in, "status", STR(""), &status, e);
    if (rc == RC_OK) rc = issuing_list(admin_registry(c), admin_organisation(c), &rows, e);
    if (rc != RC_OK) {
        json_decref(answer);
        return rc;
    }
    text = arena_lower(c->arena, str_trim(text));
    json_array_foreach(rows, i, row)
    {
        if (!is_wanted(row, text, status, admin_actor(c)->now)) continue;
        if (count >= offset && count - offset < limit) json_array_append(list, row);
        count++;
    }
    json_put_int(answer, "total", (long long) count);
    json_put_int(answer, "offset", offset);
    return call_answer(c, answer, e);
}

rc_t admin_authority_revoke(struct call *c, struct err *e)
{
    struct certificate_at at = {.organisation = admin_organisation(c)};
    str_t reason;
    json_t *row = NULL;
    TRY(json_need_str(c->in, "address", &at.address, e));
    TRY(json_need_str(c->in, "fingerprint", &at.fingerprint, e));
    TRY(json_need_str(c->in, "reason", &reason, e));
    at.address = arena_lower(c->arena, str_trim(at.address));
    at.fingerprint = arena_lower(c->arena, at.fingerprint);
    TRY(issuing_revoke(admin_registry(c), admin_actor(c), admin_agent(c), at, reason, &row, e));
    return answer_named(c, "revoked", row, e);
}

/* --- what people ask for ---------------------------------------------------------------------- */

rc_t admin_asked_get(struct call *c, struct err *e)
{
    json_t *rows = NULL;
    TRY(asking_list(admin_registry(c), admin_organisation(c), admin_actor(c)->now, &rows, e));
    return answer_named(c, "rows", rows, e);
}

/* They are by address; who is barred is approved by name only. */
static rc_t list_waiting(struct call *c, struct issuing_some *some, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    size_t i;
    json_t *row;
    TRY(asking_list(admin_registry(c), admin_organisation(c), admin_actor(c)->now, &rows, e));
    *out = json_array();
    json_array_foreach(rows, i, row)
    {
        str_t address = record_text(row, "address");
        if (some->after.n && str_cmp(address, some->after) <= 0) continue;
        if (json_is_true(json_object_get(row, "barred"))) continue;
        if (json_array_size(*out) == some->limit) {
            some->left++;
            continue;
        }
        json_array_append(*out, json_object_get(row, "address"));
        snprintf(some->next, sizeof some->next, "%.*s", STR_ARG(address));
    }
    if (some->left == 0) some->next[0] = '\0';
    return RC_OK;
}

rc_t admin_asked_approve(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *addresses = NULL;
    struct issuing_some some;
    json_t *report = NULL;
    bool all;
    TRY(read_some(c, &some, e));
    TRY(json_want_bool(c->in, "all", false, &all, e));
    if (all)
        TRY(list_waiting(c, &some, &addresses, e));
    else
        TRY(given(c, &addresses, e));
    TRY(asking_approve(admin_registry(c), admin_actor(c), admin_agent(c), admin_organisation(c),
                       addresses, &report, e));
    return answer_run(c, report, &some, e);
}

rc_t admin_asked_refuse(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *addresses = NULL;
    json_t *report = NULL;
    str_t reason;
    TRY(json_need_str(c->in, "reason", &reason, e));
    TRY(given(c, &addresses, e));
    TRY(asking_refuse(admin_registry(c), admin_actor(c), admin_organisation(c), addresses, reason,
                      &report, e));
    return call_answer(c, report, e);
}

/* --- authorities outside ---------------------------------------------------------------------- */

rc_t admin_csr_get(struct call *c, struct err *e)
{
    json_t *rows = NULL;
    TRY(issuing_requests(admin_registry(c), admin_organisation(c), &rows, e));
    return answer_named(c, "rows", rows, e);
}

rc_t admin_csr_make(struct call *c, struct err *e)
{
    str_t address, algorithm;
    json_t *row = NULL;
    TRY(json_need_str(c->in, "address", &address, e));
    TRY(json_want_str(c->in, "algorithm", STR_NULL, &algorithm, e));
    TRY(issuing_request(admin_registry(c), admin_actor(c), admin_agent(c), admin_organisation(c),
                        arena_lower(c->arena, str_trim(address)), algorithm, &row, e));
    return answer_named(c, "request", row, e);
}

rc_t admin_csr_answer(struct call *c, struct err *e)
{
    str_t address, file, bytes;
    json_t *view = NULL;
    TRY(json_need_str(c->in, "address", &address, e));
    TRY(json_need_str(c->in, "file", &file, e));
    if (!b64_decode(c->arena, file, &bytes))
        return err_invalid(e, "file", "The file is not in base64.");
    TRY(issuing_answer(admin_registry(c), admin_actor(c), admin_organisation(c),
                       arena_lower(c->arena, str_trim(address)), bytes, &view, e));
    json_object_del(view, "der");
    return answer_named(c, "certificate", view, e);
}

rc_t admin_csr_withdraw(struct call *c, struct err *e)
{
    str_t key;
    TRY(json_need_str(c->in, "key", &key, e));
    TRY(issuing_withdraw(admin_registry(c), admin_actor(c), admin_organisation(c), key, e));
    return call_answer(c, json_object(), e);
}
