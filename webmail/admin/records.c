/* What operators keep: customers, organisations, plans; and the registry as one document. */
#include "policy/document.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

static rc_t list(struct call *c, enum record_kind kind, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL, *rows = json_array();
    const char *id;
    json_t *row;
    TRY(registry_list(admin_registry(c), kind, STR_NULL, &all, e));
    json_object_foreach(all, id, row)
    {
        json_put_str(row, "id", str_c(id));
        json_array_append(rows, row);
    }
    json_t *answer = json_object();
    json_object_set(answer, "rows", rows);
    return call_answer(c, answer, e);
}

static rc_t write(struct call *c, struct registry_write *w, struct err *e)
{
    uint32_t seen;
    TRY(json_want_u32(c->in, "version", 0, &seen, e));
    w->seen = seen;
    rc_t rc = registry_write(admin_registry(c), admin_actor(c), w, e);
    admin_conflict(c, &w->conflict);
    if (rc != RC_OK && strcmp(e->field, record_shape(w->at.kind)->id_name) == 0 &&
        !json_object_get(w->patch, e->field))
        err_field(e, "id");
    TRY(rc);
    CLEANUP_JSON json_t *after = w->after;
    json_t *answer = json_object();
    if (after) json_put_str(after, "id", w->at.id);
    json_object_set_new(answer, record_shape(w->at.kind)->name,
                        after ? json_incref(after) : json_null());
    return call_answer(c, answer, e);
}

/* {id, patch, version?, add?} */
static rc_t set(struct call *c, enum record_kind kind, struct err *e)
{
    struct registry_write w = {.at = {kind, STR_NULL, STR_NULL}};
    json_t *patch;
    bool add;
    TRY(json_need_str(c->in, "id", &w.at.id, e));
    TRY(json_want_object(c->in, "patch", &patch, e));
    TRY(json_want_bool(c->in, "add", false, &add, e));
    if (!patch) return err_invalid(e, "patch", "What is to change?");
    w.patch = patch;
    w.mode = add ? REGISTRY_ADD : REGISTRY_SET;
    return write(c, &w, e);
}

static rc_t forget(struct call *c, enum record_kind kind, struct err *e)
{
    struct registry_write w = {.at = {kind, STR_NULL, STR_NULL}, .mode = REGISTRY_SET};
    TRY(json_need_str(c->in, "id", &w.at.id, e));
    return write(c, &w, e);
}

rc_t admin_customers_get(struct call *c, struct err *e)
{
    return list(c, RECORD_CUSTOMER, e);
}

rc_t admin_customers_set(struct call *c, struct err *e)
{
    return set(c, RECORD_CUSTOMER, e);
}

rc_t admin_customers_remove(struct call *c, struct err *e)
{
    return forget(c, RECORD_CUSTOMER, e);
}

rc_t admin_organisations_get(struct call *c, struct err *e)
{
    return list(c, RECORD_ORGANISATION, e);
}

rc_t admin_organisations_set(struct call *c, struct err *e)
{
    return set(c, RECORD_ORGANISATION, e);
}

rc_t admin_organisations_remove(struct call *c, struct err *e)
{
    return forget(c, RECORD_ORGANISATION, e);
}

/* Those of the configuration, too: {id, smime, configured, version}. */
rc_t admin_plans_get(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *kept = NULL, *rows = json_array();
    const struct config *config = c->app->config;
    const char *id;
    json_t *row;
    TRY(registry_list(admin_registry(c), RECORD_PLAN, STR_NULL, &kept, e));
    for (size_t i = 0; i < config->plan_count; i++) {
        const struct config_plan *p = &config->plans[i];
        json_t *over = json_object_getn(kept, p->name.p, p->name.n);
        json_t *v = over ? json_deep_copy(over) : json_object();
        if (!json_is_boolean(json_object_get(v, "smime"))) json_put_bool(v, "smime", p->smime);
        json_put_str(v, "id", p->name);
        json_put_bool(v, "configured", true);
        if (!over) json_put_int(v, "version", 0);
        json_array_append_new(rows, v);
    }
    json_object_foreach(kept, id, row)
    {
        bool configured = false;
        for (size_t i = 0; i < config->plan_count; i++)
            configured = configured || str_eq(config->plans[i].name, str_c(id));
        if (configured) continue;
        json_put_str(row, "id", str_c(id));
        json_put_bool(row, "configured", false);
        json_array_append(rows, row);
    }
    json_t *answer = json_object();
    json_object_set(answer, "rows", rows);
    return call_answer(c, answer, e);
}

rc_t admin_plans_set(struct call *c, struct err *e)
{
    struct registry_write w = {.at = {RECORD_PLAN, STR_NULL, STR_NULL}};
    json_t *patch;
    TRY(json_need_str(c->in, "id", &w.at.id, e));
    TRY(json_want_object(c->in, "patch", &patch, e));
    if (!patch) return err_invalid(e, "patch", "What is to change?");
    w.patch = patch;
    return write(c, &w, e);
}

rc_t admin_plans_remove(struct call *c, struct err *e)
{
    return forget(c, RECORD_PLAN, e);
}

/* --- the whole ---------------------------------------------------------------------------------
 */

rc_t admin_registry_export(struct call *c, struct err *e)
{
    json_t *document = NULL;
    bool sealed;
    TRY(json_want_bool(c->in, "sealed_keys", false, &sealed, e));
    TRY(document_export(admin_registry(c), sealed, &document, e));
    response_header(c->s, STR("Content-Disposition"),
                    content_disposition(c->arena, false, STR("waxseal-registry.json")));
    return call_answer(c, document, e);
}

rc_t admin_registry_import(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *document = NULL;
    json_t *given, *report = NULL;
    bool dry_run;
    TRY(json_want_object(c->in, "document", &given, e));
    TRY(json_want_bool(c->in, "dry_run", false, &dry_run, e));
    if (!given) return err_invalid(e, "document", "What is to be imported?");
    TRY(document_read(c->app->config, given, &document, e));
    TRY(document_import(admin_registry(c), admin_actor(c), document, dry_run ? DOCUMENT_DRY_RUN : 0,
                        &report, e));
    return call_answer(c, report, e);
}
