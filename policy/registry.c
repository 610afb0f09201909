#include "policy/registry.h"

#include <string.h>

#include "policy/audit.h"
#include "policy/edit.h"
#include "policy/name.h"

/* --- reading ---------------------------------------------------------------------------------- */

/* edit_ functions read; who only reads has no actor and writes nothing. */
static rc_t read_with(const struct registry *r, struct edit *t, struct err *e)
{
    *t = (struct edit){.r = r, .a = arena_new(512u << 20)};
    return t->a ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

/* Groups are ids of customers and organisations. */
static rc_t check_group(str_t group, struct err *e)
{
    return group.n ? record_check_id(RECORD_ORGANISATION, group, e) : RC_OK;
}

rc_t registry_get(const struct registry *r, struct record_at at, json_t **out, struct err *e)
{
    struct edit t;
    TRY(record_check_id(at.kind, at.id, e));
    TRY(check_group(at.group, e));
    TRY(read_with(r, &t, e));
    rc_t rc = RC_OK;
    if (at.kind == RECORD_ACCOUNT && !at.group.n)
        rc = registry_organisation_of(r, t.a, name_domain_of(at.id), &at.group, e);
    if (rc == RC_OK) rc = edit_get(&t, at, out, e);
    arena_free(t.a);
    return rc;
}

rc_t registry_list(const struct registry *r, enum record_kind kind, str_t group, json_t **out,
                   struct err *e)
{
    struct edit t;
    TRY(check_group(group, e));
    TRY(read_with(r, &t, e));
    rc_t rc = edit_list(&t, kind, group, out, e);
    arena_free(t.a);
    return rc;
}

rc_t registry_organisation_of(const struct registry *r, struct arena *a, str_t domain, str_t *out,
                              struct err *e)
{
    struct edit t = {.r = r, .a = a};
    CLEANUP_JSON json_t *row = NULL;
    TRY(edit_get(&t, (struct record_at){RECORD_DOMAIN, STR_NULL, domain}, &row, e));
    str_t id = record_text(row, "organisation");
    *out = id.n ? arena_str(a, id) : STR_NULL;
    return id.n && !out->n ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* --- one record ------------------------------------------------------------------------------- */

static rc_t already(enum record_kind kind, str_t id, struct err *e)
{
    err_set(e, RC_CONFLICT, "There is %s %s %.*s already.",
            strchr("aeio", record_shape(kind)->name[0]) ? "an" : "a", record_shape(kind)->name,
            STR_ARG(str_sub(id, 0, 100)));
    err_field(e, record_shape(kind)->id_name);
    return RC_CONFLICT;
}

static rc_t missing(enum record_kind kind, str_t id, struct err *e)
{
    err_set(e, RC_NOT_FOUND, "There is no %s %.*s.", record_shape(kind)->name,
            STR_ARG(str_sub(id, 0, 100)));
    err_field(e, record_shape(kind)->id_name);
    return RC_NOT_FOUND;
}

/* An account is where its domain is, and nowhere else. */
static rc_t place_account(struct edit *t, struct record_at *at, struct err *e)
{
    str_t organisation;
    if (at->kind != RECORD_ACCOUNT) return RC_OK;
    TRY(registry_organisation_of(t->r, t->a, name_domain_of(at->id), &organisation, e));
    if (at->group.n && !str_eq(at->group, organisation)) {
        err_set(e, RC_NOT_FOUND, "The domain %.*s does not belong to this organisation.",
                STR_ARG(str_sub(name_domain_of(at->id), 0, 100)));
        err_field(e, "account");
        return RC_NOT_FOUND;
    }
    at->group = organisation;
    return RC_OK;
}

static rc_t changed_meanwhile(struct edit *t, struct registry_write *w, struct record_at at,
                              const json_t *now, struct err *e)
{
    TRY(audit_changes_since(t->r, t->a, at, w->seen, now, &w->conflict, e));
    err_set(e, RC_CONFLICT, "It was changed meanwhile by somebody else.");
    err_field(e, record_shape(at.kind)->id_name);
    return RC_CONFLICT;
}

static void forget_result(struct registry_write *w)
{
    json_decref(w->after);
    json_decref(w->conflict);
    w->after = w->conflict = NULL;
}

/* Only what differs is a change: no version is counted up for nothing. */
static bool is_same(enum record_kind kind, const json_t *before, const json_t *after)
{
    CLEANUP_JSON json_t *list = record_difference(kind, before, after);
    return before && after && json_array_size(list) == 0;
}

rc_t edit_write(struct edit *t, struct registry_write *w, struct err *e)
{
    struct record_at at = w->at;
    CLEANUP_JSON json_t *before = NULL;
    forget_result(w);
    TRY(place_account(t, &at, e));
    TRY(edit_get(t, at, &before, e));
    if (w->seen && record_version(before) != w->seen) return changed_meanwhile(t, w, at, before, e);
    if (before && w->patch && w->mode == REGISTRY_ADD) return already(at.kind, at.id, e);
    if (!before && (!w->patch || w->mode == REGISTRY_SET)) return missing(at.kind, at.id, e);
    if (w->patch) TRY(record_patch(at.kind, before, w->patch, &w->after, e));
    if (is_same(at.kind, before, w->after)) {
        json_decref(w->after);
        w->after = json_incref(before);
        return RC_OK;
    }
    TRY(edit_judge(t, at, before, &w->after, e));
    if (!before && !w->after) return RC_OK;
    TRY(edit_store(t, at, w->after, e));
    str_t organisation = at.kind == RECORD_ORGANISATION ? at.id : at.group;
    if (at.kind == RECORD_DOMAIN)
        organisation = record_text(before ? before : w->after, "organisation");
    edit_touch(t, organisation);
    if (w->told) return RC_OK;
    return edit_audit(t, organisation, record_shape(at.kind)->name, at.id, before, w->after, e);
}

static rc_t write_step(struct edit *t, void *arg, struct err *e)
{
    return edit_write(t, arg, e);
}

rc_t registry_write(const struct registry *r, const struct actor *by, struct registry_write *w,
                    struct err *e)
{
    w->after = w->conflict = NULL;
    TRY(record_check_id(w->at.kind, w->at.id, e));
    TRY(check_group(w->at.group, e));
    if (w->at.kind == RECORD_LICENCE)
        return err_invalid(e, "licence", "Licences are activated and deactivated.");
    if (w->at.kind == RECORD_CLAIM)
        return err_invalid(e, "domain", "Domains are claimed and proved.");
    if (w->at.kind == RECORD_CERTIFICATE)
        return err_invalid(e, "certificate", "Certificates are registered from their files.");
    if (w->at.kind == RECORD_RENAMED) return err_invalid(e, "account", "Accounts are renamed.");
    if (w->at.kind == RECORD_ROOT)
        return err_invalid(e, "root", "Authorities are trusted from their files.");
    if (w->at.kind == RECORD_BRANDING)
        return err_invalid(e, "branding", "Branding is changed by its own commands.");
    if (w->at.kind == RECORD_TOKEN)
        return err_invalid(e, "token", "Tokens are made and removed, never changed.");
    rc_t rc = edit_run(r, by, write_step, w, e);
    if (rc != RC_OK) {
        json_decref(w->after);
        w->after = NULL;
    }
    if (rc != RC_CONFLICT) {
        json_decref(w->conflict);
        w->conflict = NULL;
    }
    return rc;
}

/* --- domains ---------------------------------------------------------------------------------- */

struct attach {
    str_t domain, organisation;
    str_t from; /* null, or whose it must be */
    const char *proof;
};

/* Accounts of the domain go from one organisation's hash to another's. */
static rc_t move_accounts(struct edit *t, str_t domain, str_t from, str_t to, size_t *moved,
                          struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    TRY(edit_list(t, RECORD_ACCOUNT, from, &rows, e));
    *moved = 0;
    json_object_foreach(rows, id, row)
    {
        str_t address = arena_str(t->a, str_c(id));
        if (!str_eq(name_domain_of(address), domain)) continue;
        TRY(edit_store(t, (struct record_at){RECORD_ACCOUNT, from, address}, NULL, e));
        TRY(edit_store(t, (struct record_at){RECORD_ACCOUNT, to, address}, row, e));
        (*moved)++;
    }
    return RC_OK;
}

static rc_t attach_step(struct edit *t, void *arg, struct err *e)
{
    struct attach *w = arg;
    struct record_at at = {RECORD_DOMAIN, STR_NULL, w->domain};
    CLEANUP_JSON json_t *before = NULL, *after = NULL, *owner = NULL;
    size_t moved = 0;
    TRY(edit_get(t, at, &before, e));
    str_t had = record_text(before, "organisation");
    if (w->from.n && !str_eq(had, w->from)) return missing(RECORD_DOMAIN, w->domain, e);
    if (str_eq(had, w->organisation) && (had.n || before)) return RC_OK;
    if (!had.n && !w->organisation.n) return missing(RECORD_DOMAIN, w->domain, e);
    if (had.n && w->organisation.n) {
        err_set(e, RC_CONFLICT, "This domain is attached to another organisation.");
        err_field(e, "domain");
        return RC_CONFLICT;
    }
    TRY(move_accounts(t, w->domain, had, w->organisation, &moved, e));
    if (had.n && moved > 0) {
        err_set(e, RC_CONFLICT, "The domain has %zu accounts; remove them first.", moved);
        err_field(e, "domain");
        return RC_CONFLICT;
    }
    after = before ? json_deep_copy(before) : json_object();
    json_put_str(after, "organisation", w->organisation.n ? w->organisation : STR_NULL);
    json_put_str(after, "proof", w->organisation.n ? str_c(w->proof) : STR_NULL);
    json_put_int(after, "version", record_version(before) + 1);
    json_t *whole = NULL;
    TRY(record_read(RECORD_DOMAIN, after, &whole, e));
    json_decref(after);
    after = whole;
    TRY(edit_judge(t, at, before, &after, e));
    TRY(edit_store(t, at, after, e));
    str_t organisation = had.n ? arena_str(t->a, had) : w->organisation;
    edit_touch(t, organisation);
    return edit_audit(t, organisation, "domain", w->domain, before, after, e);
}

rc_t edit_attach(struct edit *t, str_t domain, str_t organisation, const char *proof, struct err *e)
{
    struct attach w = {domain, organisation, STR_NULL, proof};
    return attach_step(t, &w, e);
}

rc_t registry_attach(const struct registry *r, const struct actor *by, str_t domain,
                     str_t organisation, const char *proof, struct err *e)
{
    struct attach w = {domain, organisation, STR_NULL, proof};
    TRY(record_check_id(RECORD_DOMAIN, domain, e));
    if (organisation.n) TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    return edit_run(r, by, attach_step, &w, e);
}

rc_t registry_detach(const struct registry *r, const struct actor *by, str_t domain,
                     str_t organisation, struct err *e)
{
    struct attach w = {domain, STR_NULL, organisation, NULL};
    TRY(record_check_id(RECORD_DOMAIN, domain, e));
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    return edit_run(r, by, attach_step, &w, e);
}

/* --- from addresses --------------------------------------------------------------------------- */

struct set_from {
    str_t account, address;
    bool on;
};

static rc_t from_step(struct edit *t, void *arg, struct err *e)
{
    struct set_from *w = arg;
    struct record_at at = {RECORD_ACCOUNT, STR_NULL, w->account};
    CLEANUP_JSON json_t *before = NULL, *after = NULL, *patch = json_object(), *list = json_array();
    json_object_set(patch, "from", list);
    TRY(place_account(t, &at, e));
    TRY(edit_get(t, at, &before, e));
    bool had = false;
    json_t *had_list = json_object_get(before, "from");
    for (size_t i = 0; i < json_array_size(had_list); i++) {
        json_t *one = json_array_get(had_list, i);
        bool it = str_eq(json_text(one), w->address);
        had = had || it;
        if (w->on || !it) json_array_append(list, one);
    }
    if (!w->on && !had) {
        err_set(e, RC_NOT_FOUND, "The account has no such alias.");
        err_field(e, "alias");
        return RC_NOT_FOUND;
    }
    if (w->on && had) return RC_OK;
    if (w->on) json_array_append_new(list, json_from_str(w->address));
    TRY(record_patch(RECORD_ACCOUNT, before, patch, &after, e));
    TRY(edit_judge(t, at, before, &after, e));
    TRY(edit_store(t, at, after, e));
    edit_touch(t, at.group);
    return edit_audit(t, at.group, "account", at.id, before, after, e);
}

rc_t registry_set_from(const struct registry *r, const struct actor *by, str_t account,
                       str_t address, bool on, struct err *e)
{
    struct set_from w = {account, address, on};
    if (!name_is_address(account))
        return err_invalid(e, "account", "The account must be an address.");
    if (!name_is_address(address) || str_eq(address, account))
        return err_invalid(e, "alias", "The alias must be an address, and not the account's own.");
    return edit_run(r, by, from_step, &w, e);
}
