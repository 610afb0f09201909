/* Who may administer: roles in an organisation, and operators over all. */
#include "policy/name.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

static rc_t list(struct call *c, str_t organisation, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL, *rows = json_array();
    const char *id;
    json_t *row;
    TRY(registry_list(admin_registry(c), RECORD_ROLE, organisation, &all, e));
    json_object_foreach(all, id, row)
    {
        json_put_str(row, "name", str_c(id));
        json_array_append(rows, row);
    }
    json_t *answer = json_object();
    json_object_set(answer, "rows", rows);
    return call_answer(c, answer, e);
}

/* role null: takes it away. */
static rc_t set(struct call *c, str_t organisation, str_t name, str_t role, struct err *e)
{
    CLEANUP_JSON json_t *patch = json_object();
    struct registry_write w = {.at = {RECORD_ROLE, organisation, name}};
    uint32_t seen;
    TRY(json_want_u32(c->in, "version", 0, &seen, e));
    json_put_str(patch, "role", role);
    w.seen = seen;
    if (role.n) w.patch = patch;
    rc_t rc = registry_write(admin_registry(c), admin_actor(c), &w, e);
    admin_conflict(c, &w.conflict);
    if (rc != RC_OK && strcmp(e->field, "who") == 0) err_field(e, "name");
    TRY(rc);
    CLEANUP_JSON json_t *after = w.after;
    json_t *answer = json_object();
    json_put_str(answer, "name", name);
    json_put_str(answer, "role", record_text(after, "role"));
    json_put_int(answer, "version", record_version(after));
    return call_answer(c, answer, e);
}

static rc_t read_name(struct call *c, str_t *out, struct err *e)
{
    str_t name;
    TRY(json_need_str(c->in, "name", &name, e));
    *out = arena_lower(c->arena, str_trim(name));
    if (!name_is_actor(*out)) return err_invalid(e, "name", "That is not a name to sign in with.");
    return RC_OK;
}

rc_t admin_roles_get(struct call *c, struct err *e)
{
    return list(c, admin_organisation(c), e);
}

rc_t admin_roles_set(struct call *c, struct err *e)
{
    str_t name, role;
    TRY(read_name(c, &name, e));
    TRY(json_want_str(c->in, "role", STR_NULL, &role, e));
    if (str_eq(role, STR("operator")))
        return err_invalid(e, "role", "An operator stands over all organisations.");
    return set(c, admin_organisation(c), name, role, e);
}

rc_t admin_operators_get(struct call *c, struct err *e)
{
    return list(c, STR_NULL, e);
}

/* Nobody locks oneself out by a slip. */
rc_t admin_operators_set(struct call *c, struct err *e)
{
    str_t name;
    bool on;
    TRY(read_name(c, &name, e));
    TRY(json_want_bool(c->in, "operator", true, &on, e));
    if (!on && str_eq(name, c->admin->who))
        return err_invalid(e, "name", "Another operator has to take that from you.");
    return set(c, STR_NULL, name, on ? STR("operator") : STR_NULL, e);
}
