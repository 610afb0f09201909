/* What holds between records. */
#include <string.h>

#include "policy/certificate_parts.h"
#include "policy/edit.h"
#include "policy/licence.h"
#include "policy/name.h"

static rc_t lacks(const char *field, const char *what, str_t id, struct err *e)
{
    err_set(e, RC_NOT_FOUND, "There is no %s %.*s.", what, STR_ARG(str_sub(id, 0, 100)));
    err_field(e, field);
    return RC_NOT_FOUND;
}

static rc_t still_has(const char *field, const char *what, long long n, struct err *e)
{
    err_set(e, RC_CONFLICT, "It still has %s (%lld); remove those first.", what, n);
    err_field(e, field);
    return RC_CONFLICT;
}

static rc_t need(struct edit *t, enum record_kind kind, str_t id, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    TRY(edit_get(t, (struct record_at){kind, STR_NULL, id}, &row, e));
    return row ? RC_OK : lacks(record_shape(kind)->name, record_shape(kind)->name, id, e);
}

/* A slip of the pen must not take S/MIME from a whole domain: a plan that is newly named exists. */
static rc_t judge_plan(struct edit *t, const json_t *before, const json_t *after, struct err *e)
{
    const struct config *c = t->r->config;
    str_t plan = record_text(after, "plan");
    CLEANUP_JSON json_t *row = NULL;
    if (!plan.n || str_eq(plan, record_text(before, "plan"))) return RC_OK;
    for (size_t i = 0; i < c->plan_count; i++)
        if (str_eq(c->plans[i].name, plan)) return RC_OK;
    TRY(edit_get(t, (struct record_at){RECORD_PLAN, STR_NULL, plan}, &row, e));
    if (row) return RC_OK;
    err_set(e, RC_NOT_FOUND,
            "There is no plan \"%.*s\"; \"waxsealctl plan set %.*s smime on|off\" makes one.",
            STR_ARG(plan), STR_ARG(plan));
    err_field(e, "plan");
    return RC_NOT_FOUND;
}

/* How many rows name `id` in `field`; organisations among them are compiled anew. */
static rc_t count_of(struct edit *t, enum record_kind kind, const char *field, str_t id,
                     long long *out, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *name;
    json_t *row;
    TRY(edit_list(t, kind, STR_NULL, &rows, e));
    *out = 0;
    json_object_foreach(rows, name, row)
    {
        if (!str_eq(record_text(row, field), id)) continue;
        (*out)++;
        if (kind == RECORD_ORGANISATION) edit_touch(t, str_c(name));
    }
    return RC_OK;
}

static void drop_key(struct edit *t, const char *what, str_t id)
{
    EDIT_COMMAND(
        t, STR("DEL"),
        arena_printf(t->a, "%.*s:o:%s:%.*s", STR_ARG(t->r->config->instance), what, STR_ARG(id)));
}

static rc_t judge_customer(struct edit *t, str_t id, const json_t *after, struct err *e)
{
    long long n;
    TRY(count_of(t, RECORD_ORGANISATION, "customer", id, &n, e));
    if (after) return RC_OK;
    if (n > 0) return still_has("customer", "organisations", n, e);
    drop_key(t, "licences", id);
    return RC_OK;
}

static rc_t judge_organisation(struct edit *t, str_t id, const json_t *after, struct err *e)
{
    long long n;
    struct kv_value v;
    if (after) return need(t, RECORD_CUSTOMER, record_text(after, "customer"), e);
    TRY(count_of(t, RECORD_DOMAIN, "organisation", id, &n, e));
    if (n > 0) return still_has("organisation", "domains", n, e);
    str_t certificates = arena_printf(t->a, "%.*s:o:certificates:%.*s",
                                      STR_ARG(t->r->config->instance), STR_ARG(id));
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HLEN"), certificates));
    if (v.i > 0) return still_has("organisation", "certificates", v.i, e);
    drop_key(t, "rules", id);
    drop_key(t, "roles", id);
    drop_key(t, "claims", id);
    return RC_OK;
}

static rc_t judge_domain(struct edit *t, const json_t *before, json_t **after, struct err *e)
{
    str_t had = record_text(before, "organisation"), has = record_text(*after, "organisation");
    if (had.n && !*after) {
        err_set(e, RC_CONFLICT, "It belongs to an organisation; detach it first.");
        err_field(e, "domain");
        return RC_CONFLICT;
    }
    if (has.n) return need(t, RECORD_ORGANISATION, has, e);
    if (*after && !record_text(*after, "plan").n) { /* says nothing any more */
        json_decref(*after);
        *after = NULL;
    }
    return RC_OK;
}

/* An organisation's own people give only addresses of its own domains. */
static rc_t judge_from(struct edit *t, str_t organisation, const json_t *after, struct err *e)
{
    const json_t *list = json_object_get(after, "from");
    for (size_t i = 0; !t->by->operator&& i<json_array_size(list); i++) {
        str_t address = json_text(json_array_get(list, i)), whose;
        TRY(registry_organisation_of(t->r, t->a, name_domain_of(address), &whose, e));
        if (organisation.n && str_eq(whose, organisation)) continue;
        err_set(e, RC_FORBIDDEN, "%.*s is not in a domain of this organisation.",
                STR_ARG(str_sub(address, 0, 100)));
        err_field(e, "from");
        return RC_FORBIDDEN;
    }
    return RC_OK;
}

static bool says_nothing(const json_t *account)
{
    CLEANUP_JSON json_t *nothing = NULL, *bare = json_object();
    if (record_read(RECORD_ACCOUNT, bare, &nothing, NULL) != RC_OK) return false;
    CLEANUP_JSON json_t *list = record_difference(RECORD_ACCOUNT, nothing, account);
    return json_array_size(list) == 0;
}

/* Keys do not stay behind without a mailbox. */
static rc_t judge_uncertified(struct edit *t, struct record_at at, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    TRY(certificate_held(t, at.group, at.id, &rows, e));
    size_t n = json_object_size(rows);
    return n ? still_has("account", "certificates", (long long) n, e) : RC_OK;
}

static rc_t judge_account(struct edit *t, struct record_at at, json_t **after, struct err *e)
{
    const json_t *list = json_object_get(*after, "from");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_eq(json_text(json_array_get(list, i)), at.id))
            return err_invalid(e, "from", "The account's own address is always allowed.");
    if (*after) TRY(judge_from(t, at.group, *after, e));
    if (*after && !at.group.n && says_nothing(*after)) {
        json_decref(*after);
        *after = NULL;
    }
    if (!*after && at.group.n) TRY(judge_uncertified(t, at, e));
    /* The seat of a mailbox that is gone stays taken like that of one that was deactivated. */
    return *after || !at.group.n ? RC_OK : licence_release(t, at.group, at.id, e);
}

static rc_t judge_role(struct edit *t, struct record_at at, const json_t *after, struct err *e)
{
    bool operator= str_eq(record_text(after, "role"), STR("operator"));
    if (!after) return RC_OK;
    if (operator!=(at.group.n == 0))
        return err_invalid(
            e, "role", "An operator stands over all organisations; the other roles are in one.");
    return at.group.n ? need(t, RECORD_ORGANISATION, at.group, e) : RC_OK;
}

rc_t edit_judge(struct edit *t, struct record_at at, const json_t *before, json_t **after,
                struct err *e)
{
    TRY(judge_plan(t, before, *after, e));
    switch (at.kind) {
    case RECORD_CUSTOMER:
        return judge_customer(t, at.id, *after, e);
    case RECORD_ORGANISATION:
        return judge_organisation(t, at.id, *after, e);
    case RECORD_DOMAIN:
        return judge_domain(t, before, after, e);
    case RECORD_ACCOUNT:
        return judge_account(t, at, after, e);
    case RECORD_ROLE:
        return judge_role(t, at, *after, e);
    case RECORD_PLAN:
    case RECORD_LICENCE:
    case RECORD_CLAIM:
    case RECORD_CERTIFICATE:
    case RECORD_KINDS:
        break;
    }
    return RC_OK;
}
