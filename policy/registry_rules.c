/* What holds between records. */
#include <string.h>

#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/edit.h"
#include "policy/licence.h"
#include "policy/name.h"
#include "policy/outbound.h"
#include "policy/role.h"
#include "policy/token.h"

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

static rc_t refuse_issued(struct edit *t, str_t organisation, str_t whose, struct err *e)
{
    long long n;
    TRY(authority_holding(t, organisation, whose, &n, e));
    if (n == 0) return RC_OK;
    err_set(e, RC_CONFLICT, "Certificates issued for it still hold (%lld); revoke those first.", n);
    err_field(e, "issued");
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

static rc_t judge_organisation(struct edit *t, str_t id, const json_t *before, const json_t *after,
                               struct err *e)
{
    long long n;
    struct kv_value v;
    if (after && !t->by->operator) TRY(outbound_keep(before, after, e));
    if (after) return need(t, RECORD_CUSTOMER, record_text(after, "customer"), e);
    TRY(count_of(t, RECORD_DOMAIN, "organisation", id, &n, e));
    if (n > 0) return still_has("organisation", "domains", n, e);
    str_t certificates = arena_printf(t->a, "%.*s:o:certificates:%.*s",
                                      STR_ARG(t->r->config->instance), STR_ARG(id));
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HLEN"), certificates));
    if (v.i > 0) return still_has("organisation", "certificates", v.i, e);
    TRY(authority_judge_end(t, id, e));
    drop_key(t, "rules", id);
    drop_key(t, "roles", id);
    drop_key(t, "claims", id);
    drop_key(t, "roots", id);
    drop_key(t, "requests", id);
    EDIT_COMMAND(t, STR("HDEL"), edit_key(t, RECORD_BRANDING, STR_NULL), id);
    authority_forget(t, id);
    certificate_forget(t, id);
    edit_end_audit(t, id);
    return token_forget(t, id, e);
}

static rc_t judge_domain(struct edit *t, str_t domain, const json_t *before, json_t **after,
                         struct err *e)
{
    str_t had = record_text(before, "organisation"), has = record_text(*after, "organisation");
    if (had.n && !*after) {
        err_set(e, RC_CONFLICT, "It belongs to an organisation; detach it first.");
        err_field(e, "domain");
        return RC_CONFLICT;
    }
    /* Whoever has it next must not be signed for by the one before. */
    if (had.n && !str_eq(had, has)) TRY(refuse_issued(t, had, domain, e));
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

/* An organisation's record and its customer's; NULL where there is none. */
static rc_t contract_of(struct edit *t, str_t organisation, json_t **own, json_t **customer,
                        struct err *e)
{
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, organisation}, own, e));
    str_t id = record_text(*own, "customer");
    return id.n ? edit_get(t, (struct record_at){RECORD_CUSTOMER, STR_NULL, id}, customer, e)
                : RC_OK;
}

/* Who runs an organisation gives its mailboxes less than the operator allows, never more. */
static rc_t judge_outbound(struct edit *t, str_t organisation, const json_t *before,
                           const json_t *after, struct err *e)
{
    CLEANUP_JSON json_t *own = NULL, *customer = NULL;
    if (!organisation.n || outbound_same(before, after)) return RC_OK;
    TRY(contract_of(t, organisation, &own, &customer, e));
    return outbound_check(before, after, outbound_ceiling(t->r->config, own, customer), e);
}

static bool says_nothing(const json_t *account)
{
    CLEANUP_JSON json_t *nothing = NULL, *bare = json_object();
    if (record_read(RECORD_ACCOUNT, bare, &nothing, NULL) != RC_OK) return false;
    CLEANUP_JSON json_t *list = record_difference(RECORD_ACCOUNT, nothing, account);
    return json_array_size(list) == 0;
}

/* Keys do not stay behind without a mailbox, nor certificates that others go on believing. */
static rc_t judge_uncertified(struct edit *t, struct record_at at, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL, *requests = NULL;
    const char *id;
    json_t *row;
    long long waiting = 0;
    TRY(edit_list(t, RECORD_REQUEST, at.group, &requests, e));
    json_object_foreach(requests, id, row) waiting += str_eq(record_text(row, "address"), at.id);
    if (waiting) return still_has("request", "requests for certificates", waiting, e);
    TRY(certificate_held(t, at.group, at.id, &rows, e));
    size_t n = json_object_size(rows);
    if (n) return still_has("account", "certificates", (long long) n, e);
    return refuse_issued(t, at.group, at.id, e);
}

/* Whoever is an owner takes it from everybody else first, and from nobody last: an organisation
 * without one could be helped by the operator alone, who may do it. */
static rc_t judge_owners(struct edit *t, struct record_at at, const json_t *before,
                         const json_t *after, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    bool was = str_eq(record_text(before, "role"), STR("owner"));
    if (t->by->operator|| !was || str_eq(record_text(after, "role"), STR("owner"))) return RC_OK;
    TRY(edit_list(t, RECORD_ROLE, at.group, &rows, e));
    json_object_foreach(rows, id, row)
    {
        bool owner = str_eq(record_text(row, "role"), STR("owner"));
        if (owner && !str_eq(str_c(id), at.id)) return RC_OK;
    }
    return err_invalid(e, "role", "The last owner stays one: make somebody else an owner first.");
}

static bool suspended(const json_t *account)
{
    return str_eq(record_text(account, "state"), STR("suspended"));
}

static rc_t role_in(struct edit *t, str_t organisation, str_t who, enum role *out, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    TRY(edit_get(t, (struct record_at){RECORD_ROLE, organisation, who}, &row, e));
    *out = ROLE_NONE;
    for (enum role role = ROLE_READER; role <= ROLE_OPERATOR; role++)
        if (str_eq(record_text(row, "role"), str_c(role_word(role)))) *out = role;
    return RC_OK;
}

rc_t edit_judge_person(struct edit *t, str_t organisation, str_t address, struct err *e)
{
    enum role over, here, own;
    if (t->by->operator) return RC_OK;
    TRY(role_in(t, STR_NULL, address, &over, e));
    TRY(role_in(t, organisation, address, &here, e));
    if (over == ROLE_NONE && here == ROLE_NONE) return RC_OK;
    TRY(role_in(t, organisation, t->by->who, &own, e));
    if (over == ROLE_NONE && (own == ROLE_OWNER || (here < ROLE_WRITER && own > here)))
        return RC_OK;
    /* A token writes, and has no record of a role. */
    if (over == ROLE_NONE && here < ROLE_WRITER && str_starts(t->by->who, STR("token:")))
        return RC_OK;
    err_set(e, RC_FORBIDDEN, "It administers as %s: an %s has to do that.",
            role_word(over == ROLE_NONE ? here : over),
            over == ROLE_NONE ? "owner of the organisation" : "operator");
    err_field(e, "roles");
    return RC_FORBIDDEN;
}

static rc_t drop_role(struct edit *t, str_t own, str_t group, str_t who, struct err *e)
{
    const struct record_at at = {RECORD_ROLE, group, who};
    CLEANUP_JSON json_t *row = NULL;
    TRY(edit_get(t, at, &row, e));
    if (!row) return RC_OK;
    if (!t->by->operator&& !str_eq(group, own)) {
        err_set(e, RC_FORBIDDEN,
                "It holds roles beyond this organisation, which an operator has to take first.");
        err_field(e, "roles");
        return RC_FORBIDDEN;
    }
    TRY(judge_owners(t, at, row, NULL, e));
    TRY(edit_store(t, at, NULL, e));
    return edit_audit(t, group, "role", who, row, NULL, e);
}

/* Whoever is given the address later does not inherit what its earlier holder might do. */
static rc_t drop_roles(struct edit *t, struct record_at account, struct err *e)
{
    CLEANUP_JSON json_t *organisations = NULL;
    const char *id;
    json_t *row;
    TRY(drop_role(t, account.group, STR_NULL, account.id, e));
    TRY(edit_list(t, RECORD_ORGANISATION, STR_NULL, &organisations, e));
    json_object_foreach(organisations, id, row)
        TRY(drop_role(t, account.group, arena_str(t->a, str_c(id)), account.id, e));
    return RC_OK;
}

/* What an account may do is what was bought: an organisation gives it the contract's plan, or none
 * of its own; another is the operator's to give. */
static rc_t judge_bought(struct edit *t, str_t organisation, const json_t *before,
                         const json_t *after, struct err *e)
{
    CLEANUP_JSON json_t *own = NULL, *customer = NULL;
    str_t plan = record_text(after, "plan");
    if (t->by->operator|| !plan.n || str_eq(plan, record_text(before, "plan"))) return RC_OK;
    TRY(contract_of(t, organisation, &own, &customer, e));
    if (str_eq(plan, record_text(customer, "plan"))) return RC_OK;
    err_set(e, RC_FORBIDDEN, "The operator gives another plan than that of the contract.");
    err_field(e, "plan");
    return RC_FORBIDDEN;
}

static rc_t judge_account(struct edit *t, struct record_at at, const json_t *before, json_t **after,
                          struct err *e)
{
    const json_t *list = json_object_get(*after, "from");
    bool gone = before && !*after && at.group.n;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_eq(json_text(json_array_get(list, i)), at.id))
            return err_invalid(e, "from", "The account's own address is always allowed.");
    if (*after) TRY(judge_from(t, at.group, *after, e));
    if (*after) TRY(judge_bought(t, at.group, before, *after, e));
    if (*after) TRY(judge_outbound(t, at.group, before, *after, e));
    if (at.group.n && (gone || suspended(before) != suspended(*after)))
        TRY(edit_judge_person(t, at.group, at.id, e));
    if (*after && !at.group.n && says_nothing(*after)) {
        json_decref(*after);
        *after = NULL;
    }
    if (!*after && at.group.n) TRY(judge_uncertified(t, at, e));
    if (gone) TRY(drop_roles(t, at, e));
    /* The seat of a mailbox that is gone stays taken like that of one that was deactivated. */
    return *after || !at.group.n ? RC_OK : licence_release(t, at.group, at.id, e);
}

static rc_t judge_role(struct edit *t, struct record_at at, const json_t *before,
                       const json_t *after, struct err *e)
{
    bool operator= str_eq(record_text(after, "role"), STR("operator"));
    TRY(judge_owners(t, at, before, after, e));
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
        return judge_organisation(t, at.id, before, *after, e);
    case RECORD_DOMAIN:
        return judge_domain(t, at.id, before, after, e);
    case RECORD_ACCOUNT:
        return judge_account(t, at, before, after, e);
    case RECORD_ROLE:
        return judge_role(t, at, before, *after, e);
    case RECORD_PLAN:
    case RECORD_LICENCE:
    case RECORD_CLAIM:
    case RECORD_CERTIFICATE:
    case RECORD_TOKEN:
    case RECORD_ROOT:
    case RECORD_AUTHORITY:
    case RECORD_ISSUED:
    case RECORD_REQUEST:
    case RECORD_RENAMED:
    case RECORD_BRANDING:
    case RECORD_KINDS:
        break;
    }
    return RC_OK;
}
