/* Licences of the customer, as an organisation sees them. */
#include "policy/licence.h"

#include "policy/name.h"
#include "webmail/admin/bulk.h"
#include "webmail/admin/handlers.h"
#include "webmail/admin/licences.h"
#include "webmail/admin/table.h"

#define MONTH_SECONDS (30 * (int64_t) 86400)

/* {days_left, per_month}: how many were given in the last 30 days, and how long what is free lasts
 * at that pace; null: nothing was given. */
static rc_t pace(struct call *c, long long free_seats, int64_t now, json_t **out, struct err *e)
{
    CLEANUP_TABLE const struct table *t = NULL;
    long long given = 0;
    TRY(table_acquire(admin_registry(c), admin_organisation(c), &t, e));
    for (size_t i = 0; i < t->licences.count; i++) {
        const json_t *row = t->licences.rows[i].row;
        int64_t since;
        if (str_eq(record_text(row, "state"), STR("active")) &&
            name_read_time(record_text(row, "since"), &since) && since > now - MONTH_SECONDS)
            given++;
    }
    json_t *v = json_object();
    json_put_int(v, "per_month", given);
    json_object_set_new(v, "days_left",
                        given ? json_integer(free_seats * 30 / given) : json_null());
    *out = v;
    return RC_OK;
}

rc_t admin_licences_summary(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *organisation = NULL, *all = NULL, *customer = NULL;
    const struct registry *r = admin_registry(c);
    int64_t now = admin_actor(c)->now;
    json_t *forecast = NULL;
    struct record_at at = {RECORD_ORGANISATION, STR_NULL, admin_organisation(c)};
    TRY(registry_get(r, at, &organisation, e));
    if (!organisation) return err_set(e, RC_NOT_FOUND, NULL);
    str_t id = record_text(organisation, "customer");
    TRY(registry_get(r, (struct record_at){RECORD_CUSTOMER, STR_NULL, id}, &customer, e));
    TRY(licence_forecast(r, id, now, &all, e));
    TRY(pace(c, json_integer_value(json_object_get(all, "free")), now, &forecast, e));
    json_put_bool(all, "lapsed", !licence_period_holds(customer, now));
    json_object_set(all, "pending", json_object_get(all, "revoke_pending"));
    json_object_del(all, "revoke_pending");
    json_object_set_new(all, "forecast", forecast);
    *out = json_incref(all);
    return RC_OK;
}

rc_t admin_licences_get(struct call *c, struct err *e)
{
    json_t *summary = NULL;
    TRY(admin_licences_summary(c, &summary, e));
    return call_answer(c, summary, e);
}

static rc_t change(struct call *c, bool on, struct err *e)
{
    CLEANUP_BULK struct bulk b = {0};
    json_t *list;
    bool all;
    TRY(json_want_array(c->in, "addresses", BULK_MAX, &list, e));
    TRY(json_want_bool(c->in, "all", false, &all, e));
    if (!list == !all)
        return err_invalid(e, "addresses", "Either addresses, or all of them: true.");
    if (list) TRY(bulk_check_addresses(list, e));
    TRY(bulk_licences(c, list, on, &b, e));
    return bulk_answer(c, &b, e);
}

rc_t admin_licences_activate(struct call *c, struct err *e)
{
    return change(c, true, e);
}

rc_t admin_licences_deactivate(struct call *c, struct err *e)
{
    return change(c, false, e);
}
