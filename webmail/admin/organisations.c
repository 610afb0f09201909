/* The organisations of who is signed in, and what an owner decides of one. */
#include "policy/outbound.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

/* Letter case does not count (ASCII): ids are lower case, names are what people gave. */
static bool has_text(const json_t *row, const char *member, str_t lower, struct arena *a)
{
    return str_find(arena_lower(a, json_text(json_object_get(row, member))), lower) >= 0;
}

rc_t admin_organisations_query(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL, *rows = json_array();
    uint32_t offset, limit;
    size_t total = 0;
    str_t text;
    TRY(json_want_str(c->in, "text", STR(""), &text, e));
    TRY(admin_window(c, &offset, &limit, e));
    TRY(role_organisations(admin_registry(c), c->admin->who, &all, e));
    text = arena_lower(c->arena, str_trim(text));
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *row = json_array_get(all, i);
        if (text.n && !has_text(row, "id", text, c->arena) &&
            !has_text(row, "name", text, c->arena) && !has_text(row, "customer", text, c->arena))
            continue;
        if (total >= offset && json_array_size(rows) < limit) json_array_append(rows, row);
        total++;
    }
    json_t *answer = json_object();
    json_put_int(answer, "total", (long long) total);
    json_put_int(answer, "offset", offset);
    json_object_set(answer, "rows", rows);
    return call_answer(c, answer, e);
}

/* --- its own record ----------------------------------------------------------------------------
 */

/* Takes the row. What its mailboxes may send at most goes along, as it may be the customer's. */
static rc_t answer_record(struct call *c, json_t *taken, struct err *e)
{
    CLEANUP_JSON json_t *row = taken, *customer = NULL;
    struct record_at at = {RECORD_CUSTOMER, STR_NULL, record_text(row, "customer")};
    if (at.id.n) TRY(registry_get(admin_registry(c), at, &customer, e));
    json_t *answer = json_object();
    json_object_set_new(answer, "ceiling",
                        outbound_json(outbound_ceiling(c->app->config, row, customer)));
    if (row) json_put_str(row, "id", admin_organisation(c));
    json_object_set_new(answer, "organisation", row ? json_incref(row) : json_null());
    return call_answer(c, answer, e);
}

rc_t admin_organisation_get(struct call *c, struct err *e)
{
    json_t *row = NULL;
    struct record_at at = {RECORD_ORGANISATION, STR_NULL, admin_organisation(c)};
    TRY(registry_get(admin_registry(c), at, &row, e));
    return answer_record(c, row, e);
}

/* What its owner decides: not whose it is. */
rc_t admin_organisation_set(struct call *c, struct err *e)
{
    struct registry_write w = {.at = {RECORD_ORGANISATION, STR_NULL, admin_organisation(c)},
                               .mode = REGISTRY_SET};
    uint32_t seen;
    json_t *patch;
    TRY(json_want_u32(c->in, "version", 0, &seen, e));
    TRY(json_want_object(c->in, "patch", &patch, e));
    if (!patch) return err_invalid(e, "patch", "What is to change?");
    w.patch = patch;
    w.seen = seen;
    rc_t rc = registry_write(admin_registry(c), admin_actor(c), &w, e);
    admin_conflict(c, &w.conflict);
    return rc == RC_OK ? answer_record(c, w.after, e) : rc;
}
