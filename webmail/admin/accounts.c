/* The mailboxes of an organisation. */
#include "policy/account_import.h"
#include "policy/name.h"
#include "policy/rename.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/bulk.h"
#include "webmail/admin/handlers.h"
#include "webmail/admin/pour.h"
#include "webmail/admin/table.h"

/* --- telling -----------------------------------------------------------------------------------
 */

static json_t *certificate_json(const struct table_certificate *c, struct arena *a)
{
    if (!c->fingerprint.n) return json_null();
    json_t *v = json_object();
    json_put_str(v, "primary", c->fingerprint);
    json_put_str(v, "not_after", time_text(a, c->not_after));
    return v;
}

static json_t *licence_json(const json_t *row, int64_t now)
{
    enum licence_state state = licence_state_at(row, now);
    json_t *v = json_object();
    json_put_str(v, "state", str_c(licence_word(state)));
    json_put_str(v, "since", state == LICENCE_INACTIVE ? STR_NULL : record_text(row, "since"));
    json_put_str(v, "until",
                 state == LICENCE_REVOKE_PENDING ? record_text(row, "until") : STR_NULL);
    return v;
}

static json_t *account_json(const struct table_row *row, int64_t now, struct arena *a)
{
    json_t *v = json_deep_copy(row->record), *certificates = json_object();
    json_put_str(v, "address", row->address);
    json_object_set_new(v, "licence", licence_json(row->licence, now));
    json_put_str(certificates, "state", str_c(table_certificate_word(row, now)));
    json_object_set_new(certificates, "sign", certificate_json(&row->sign, a));
    json_object_set_new(certificates, "encrypt", certificate_json(&row->encrypt, a));
    json_put_int(certificates, "count", row->certificates);
    json_put_str(certificates, "custody", row->custody);
    json_object_set_new(v, "certificates", certificates);
    return v;
}

/* --- looking -----------------------------------------------------------------------------------
 */

static rc_t read_filter(struct call *c, const json_t *in, struct table_filter *f, struct err *e)
{
    TRY(json_want_str(in, "text", STR(""), &f->text, e));
    TRY(json_want_str(in, "state", STR(""), &f->state, e));
    TRY(json_want_str(in, "licence", STR(""), &f->licence, e));
    TRY(json_want_str(in, "certificate", STR(""), &f->certificate, e));
    TRY(json_want_str(in, "domain", STR(""), &f->domain, e));
    f->text = arena_lower(c->arena, str_trim(f->text));
    return RC_OK;
}

rc_t admin_accounts_query(struct call *c, struct err *e)
{
    CLEANUP_TABLE const struct table *t = NULL;
    struct table_filter f;
    struct table_order order = {0};
    uint32_t offset, limit, *rows;
    size_t count;
    int64_t now = admin_actor(c)->now;
    TRY(admin_window(c, &offset, &limit, e));
    TRY(read_filter(c, c->in, &f, e));
    TRY(json_want_str(c->in, "sort", STR("address"), &order.by, e));
    TRY(json_want_bool(c->in, "descending", false, &order.descending, e));
    TRY(table_acquire(admin_registry(c), admin_organisation(c), &t, e));
    TRY(table_select(t, &f, order, now, c->arena, &rows, &count, e));
    json_t *answer = json_object(), *list = json_array();
    for (size_t i = offset; i < count && i - offset < limit; i++)
        json_array_append_new(list, account_json(&t->rows[rows[i]], now, c->arena));
    json_put_int(answer, "total", (long long) count);
    json_put_int(answer, "offset", offset);
    json_object_set_new(answer, "rows", list);
    json_put_int(answer, "version", t->version);
    return call_answer(c, answer, e);
}

/* --- one account -------------------------------------------------------------------------------
 */

static rc_t read_address(struct call *c, str_t *out, struct err *e)
{
    TRY(json_need_str(c->in, "address", out, e));
    if (!name_is_address(*out))
        return err_invalid(e, "address", "That is not an address: user@domain, in lower case.");
    return RC_OK;
}

/* What the registry calls the account, the API calls the address. */
static rc_t by_address(rc_t rc, struct err *e)
{
    if (rc != RC_OK && strcmp(e->field, "account") == 0) err_field(e, "address");
    return rc;
}

/* Answers with the account as it is now. */
static rc_t write(struct call *c, struct registry_write *w, struct err *e)
{
    rc_t rc = registry_write(admin_registry(c), admin_actor(c), w, e);
    admin_conflict(c, &w->conflict);
    if (rc != RC_OK) return by_address(rc, e);
    CLEANUP_JSON json_t *after = w->after;
    json_t *answer = json_object();
    if (after) json_put_str(after, "address", w->at.id);
    json_object_set_new(answer, "account", after ? json_incref(after) : json_null());
    return call_answer(c, answer, e);
}

static rc_t read_seen(struct call *c, int64_t *out, struct err *e)
{
    uint32_t seen;
    TRY(json_want_u32(c->in, "version", 0, &seen, e));
    *out = seen;
    return RC_OK;
}

rc_t admin_accounts_set(struct call *c, struct err *e)
{
    struct registry_write w = {.mode = REGISTRY_SET};
    json_t *patch;
    w.at = (struct record_at){RECORD_ACCOUNT, admin_organisation(c), STR_NULL};
    TRY(read_address(c, &w.at.id, e));
    TRY(read_seen(c, &w.seen, e));
    TRY(json_want_object(c->in, "patch", &patch, e));
    if (!patch) return err_invalid(e, "patch", "What is to change?");
    w.patch = patch;
    return write(c, &w, e);
}

rc_t admin_accounts_add(struct call *c, struct err *e)
{
    struct registry_write w = {.mode = REGISTRY_ADD};
    CLEANUP_JSON json_t *patch = json_copy(c->in);
    w.at = (struct record_at){RECORD_ACCOUNT, admin_organisation(c), STR_NULL};
    TRY(read_address(c, &w.at.id, e));
    json_object_del(patch, "address");
    w.patch = patch;
    return write(c, &w, e);
}

rc_t admin_accounts_rename(struct call *c, struct err *e)
{
    struct renaming what = {.organisation = admin_organisation(c)};
    json_t *row = NULL;
    TRY(read_address(c, &what.from, e));
    TRY(json_need_str(c->in, "to", &what.to, e));
    TRY(json_want_bool(c->in, "keep", true, &what.keep, e));
    rc_t rc = account_rename(admin_registry(c), admin_actor(c), admin_agent(c), &what, &row, e);
    if (rc != RC_OK && strcmp(e->field, "from") == 0) err_field(e, "address");
    TRY(rc);
    json_t *answer = json_object();
    json_object_set_new(answer, "account", row);
    return call_answer(c, answer, e);
}

rc_t admin_accounts_remove(struct call *c, struct err *e)
{
    struct registry_write w = {.mode = REGISTRY_SET};
    w.at = (struct record_at){RECORD_ACCOUNT, admin_organisation(c), STR_NULL};
    TRY(read_address(c, &w.at.id, e));
    TRY(read_seen(c, &w.seen, e));
    return write(c, &w, e);
}

/* --- many accounts -----------------------------------------------------------------------------
 */

/* The patch of an act on each account; *remove: none, it goes. */
static rc_t act_patch(struct call *c, str_t act, json_t **patch, struct err *e)
{
    str_t value;
    TRY(json_want_str(c->in, "value", STR_NULL, &value, e));
    *patch = json_object();
    if (str_eq(act, STR("suspend")))
        json_put_str(*patch, "state", STR("suspended"));
    else if (str_eq(act, STR("resume")))
        json_put_str(*patch, "state", STR("active"));
    else if (str_eq(act, STR("plan")))
        json_put_str(*patch, "plan", value);
    else
        return err_invalid(e, "act", "There is no such act.");
    return RC_OK;
}

/* A name below the organisation, or not told apart from one that is not there. */
static rc_t change_one(struct call *c, str_t address, const json_t *patch, const char **result,
                       struct err *e)
{
    struct registry_write w = {.mode = REGISTRY_SET, .patch = patch};
    w.at = (struct record_at){RECORD_ACCOUNT, admin_organisation(c), address};
    rc_t rc = registry_write(admin_registry(c), admin_actor(c), &w, e);
    json_decref(w.after);
    json_decref(w.conflict);
    *result = patch ? "changed" : "removed";
    return by_address(rc, e);
}

static rc_t change_each(struct call *c, const json_t *addresses, const json_t *patch,
                        struct bulk *b, struct err *e)
{
    for (size_t i = 0; i < json_array_size(addresses); i++) {
        str_t address = json_text(json_array_get(addresses, i));
        struct err why = {0};
        const char *result = NULL;
        rc_t rc = change_one(c, address, patch, &result, &why);
        /* Of a store that went away nothing further is tried: what was done is told. */
        if (rc == RC_STATE_DOWN && i == 0) return err_set(e, rc, NULL);
        bulk_row(b, address, result, rc == RC_OK ? NULL : &why);
        if (rc == RC_STATE_DOWN) return bulk_rest(b, addresses, i + 1, &why);
    }
    return RC_OK;
}

/* {addresses} or {filter}: *out new reference. */
static rc_t chosen(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_TABLE const struct table *t = NULL;
    struct table_filter f = {0};
    const struct table_order order = {0};
    json_t *list, *filter;
    uint32_t *rows;
    size_t count;
    TRY(json_want_array(c->in, "addresses", BULK_MAX, &list, e));
    TRY(json_want_object(c->in, "filter", &filter, e));
    if (!list == !filter)
        return err_invalid(e, "addresses", "Either addresses or a filter says which ones.");
    if (list) {
        TRY(bulk_check_addresses(list, e));
        *out = json_incref(list);
        return RC_OK;
    }
    TRY(read_filter(c, filter, &f, e));
    TRY(table_acquire(admin_registry(c), admin_organisation(c), &t, e));
    TRY(table_select(t, &f, order, admin_actor(c)->now, c->arena, &rows, &count, e));
    if (count > BULK_MAX) return err_set(e, RC_TOO_LARGE, NULL);
    *out = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(*out, json_from_str(t->rows[rows[i]].address));
    return RC_OK;
}

rc_t admin_accounts_bulk(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *addresses = NULL, *patch = NULL;
    CLEANUP_BULK struct bulk b = {0};
    str_t act;
    TRY(json_need_str(c->in, "act", &act, e));
    TRY(chosen(c, &addresses, e));
    bool on = str_eq(act, STR("activate"));
    if (on || str_eq(act, STR("deactivate"))) {
        TRY(bulk_licences(c, addresses, on, &b, e));
        return bulk_answer(c, &b, e);
    }
    if (!str_eq(act, STR("remove"))) TRY(act_patch(c, act, &patch, e));
    TRY(change_each(c, addresses, patch, &b, e));
    return bulk_answer(c, &b, e);
}

/* --- many new ones ---------------------------------------------------------------------------- */

static rc_t import(struct call *c, bool check, struct err *e)
{
    CLEANUP_BUF struct buf table = BUF_INIT(c->body_limit);
    CLEANUP_JSON json_t *report = NULL;
    struct pour p = {.c = c};
    TRY(request_body(c->q, &table, e));
    const struct account_import in = {.organisation = admin_organisation(c),
                                      .table = buf_view(&table),
                                      .check = check,
                                      .told = pour_row,
                                      .arg = &p};
    TRY(account_import(admin_registry(c), admin_actor(c), &in, &report, e));
    return pour_end(&p, report, e);
}

rc_t admin_accounts_import(struct call *c, struct err *e)
{
    bool check;
    TRY(pour_mode(c, &check, e));
    if (!str_eq(c->q->content_type, STR("text/csv")))
        return err_set(e, RC_BAD_REQUEST, "The body must be of type text/csv.");
    TRY(pour_enter(e));
    rc_t rc = import(c, check, e);
    pour_leave();
    return rc;
}
