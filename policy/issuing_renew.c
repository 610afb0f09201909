/* Renewing, and what is due by itself everywhere. */
#include "policy/asking.h"
#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/issuing_parts.h"
#include "policy/name.h"

/* --- renewal ---------------------------------------------------------------------------------- */

struct spread {
    str_t organisation;
    const json_t *addresses;
    json_t *out;
};

/* Signing and encryption may have a certificate each: a row for each; the address itself where
 * there is none, whose row will say why. */
static rc_t spread_step(struct edit *t, void *arg, struct err *e)
{
    struct spread *w = arg;
    size_t i;
    json_t *v, *row;
    const char *id;
    json_array_foreach(w->addresses, i, v)
    {
        CLEANUP_JSON json_t *rows = NULL;
        size_t before = json_array_size(w->out);
        str_t fingerprint, address = arena_lower(t->a, json_text(v));
        if (!json_is_object(v) && name_is_address(address))
            TRY(certificate_held(t, w->organisation, address, &rows, e));
        json_object_foreach(rows, id, row)
        {
            if (!issuing_is_renewable(row)) continue;
            json_t *one = json_object();
            str_cut(str_c(id), ' ', &address, &fingerprint);
            json_put_str(one, "address", address);
            json_put_str(one, "fingerprint", fingerprint);
            json_array_append_new(w->out, one);
        }
        if (json_array_size(w->out) == before) json_array_append(w->out, v);
    }
    return RC_OK;
}

rc_t issuing_renew(const struct registry *r, const struct actor *by, const struct agent *agent,
                   str_t organisation, const json_t *addresses, int64_t at, json_t **report,
                   struct err *e)
{
    const struct issuing_order o = {.organisation = organisation};
    const struct issuing_batch b = {.r = r, .by = by, .agent = agent, .o = &o, .renew = true};
    /* A key in its owner's hands: he asks anew. */
    struct issuing_some some = {.limit = ISSUING_MANY, .held = true};
    CLEANUP_JSON json_t *all = json_array(), *due = NULL;
    struct spread w = {organisation, addresses, all};
    TRY(authority_need_agent(agent, e));
    TRY(issuing_need_authority(r, organisation, e));
    if (json_array_size(addresses) > ISSUING_MANY)
        return err_set(e, RC_TOO_LARGE, "Too many addresses at once.");
    if (addresses)
        TRY(edit_look(r, by, spread_step, &w, e));
    else
        TRY(issuing_due(r, organisation, at, &some, &due, e));
    TRY(issuing_run(&b, addresses ? all : due, report, e));
    json_put_int(*report, "left", some.left);
    return RC_OK;
}

/* --- what is due by itself -------------------------------------------------------------------- */

static void take_failed(const json_t *report, json_t *rows, long long *failed)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(report, "rows"), i, row)
    {
        if (json_is_true(json_object_get(row, "ok"))) continue;
        json_array_append(rows, row);
        (*failed)++;
    }
}

static rc_t do_one(const struct registry *r, const struct actor *by, const struct agent *agent,
                   str_t organisation, json_t *out, long long *failed, struct err *e)
{
    const struct issuing_order o = {.organisation = organisation};
    CLEANUP_JSON json_t *row = NULL, *renewed = NULL, *issued = NULL, *approved = NULL;
    json_t *rows = json_array();
    bool list = false;
    json_object_set_new(out, "rows", rows);
    TRY(authority_list_publish(r, by, agent, organisation, true, &list, e));
    json_put_bool(out, "list", list);
    TRY(issuing_renew(r, by, agent, organisation, NULL, by->now, &renewed, e));
    json_object_set(out, "renewed", json_object_get(renewed, "done"));
    take_failed(renewed, rows, failed);
    TRY(registry_get(r, (struct record_at){RECORD_AUTHORITY, STR_NULL, organisation}, &row, e));
    TRY(asking_sweep(r, by, organisation, e));
    if (!json_is_true(json_object_get(row, "automatic"))) return RC_OK;
    TRY(asking_approve_due(r, by, agent, organisation, &approved, e)); /* before keys are made */
    long long done = json_integer_value(json_object_get(approved, "done"));
    json_put_int(out, "issued", done);
    take_failed(approved, rows, failed);
    TRY(issuing_issue(r, by, agent, &o, NULL, &issued, e));
    json_put_int(out, "issued", done + json_integer_value(json_object_get(issued, "done")));
    take_failed(issued, rows, failed);
    return RC_OK;
}

static json_t *new_line(json_t *organisation)
{
    json_t *out = json_object();
    json_object_set(out, "organisation", organisation);
    json_put_int(out, "renewed", 0);
    json_put_int(out, "issued", 0);
    return out;
}

/* A list that cannot be read stops nobody; it is named. */
static void put_damaged(json_t *list, const json_t *names, long long *failed)
{
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name)
    {
        struct err why = {0};
        str_t organisation, key;
        if (!authority_list_split(json_text(name), &organisation, &key)) continue;
        CLEANUP_JSON json_t *whose = json_from_str(organisation);
        json_t *out = new_line(whose);
        err_set(&why, RC_DAMAGED, "The stored list %.140s is damaged.", json_string_value(name));
        json_object_set_new(out, "error", json_from_err(&why));
        json_array_append_new(list, out);
        (*failed)++;
    }
}

rc_t issuing_everywhere(const struct registry *r, const struct actor *by, const struct agent *agent,
                        json_t **report, struct err *e)
{
    CLEANUP_JSON json_t *ids = NULL, *list = json_array(), *damaged = NULL;
    long long failed = 0;
    size_t i;
    json_t *id;
    TRY(authority_need_agent(agent, e));
    TRY(authority_lists_sweep(r, by->now, &damaged, e));
    TRY(authority_all(r, &ids, e));
    json_array_foreach(ids, i, id)
    {
        struct err why = {0};
        json_t *out = new_line(id);
        if (do_one(r, by, agent, json_text(id), out, &failed, &why) != RC_OK) {
            json_object_set_new(out, "error", json_from_err(&why));
            failed++;
        }
        json_array_append_new(list, out);
    }
    put_damaged(list, damaged, &failed);
    json_t *out = json_object();
    json_object_set(out, "organisations", list);
    json_put_int(out, "failed", failed);
    *report = out;
    return RC_OK;
}
