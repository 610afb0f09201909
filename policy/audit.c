#include "policy/audit.h"

enum { STEP = 500, STEPS = 200 };

static str_t field_of(const struct kv_value *fields, str_t name)
{
    for (size_t i = 0; i + 1 < fields->count; i += 2)
        if (str_eq(fields->items[i].s, name)) return fields->items[i + 1].s;
    return STR_NULL;
}

/* JSON of a member; null where there is none, or what is stored is not JSON. */
static json_t *value_of(str_t text)
{
    json_t *v = NULL;
    return text.n && json_parse_object(text, &v, NULL) == RC_OK ? v : json_null();
}

static json_t *entry_of(str_t id, const struct kv_value *fields)
{
    static const char *const texts[] = {"at", "who", "organisation", "what"};
    json_t *row = json_object();
    json_put_str(row, "id", id);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        str_t text = field_of(fields, str_c(texts[i]));
        json_put_str(row, texts[i], text.n ? text : STR_NULL);
    }
    json_object_set_new(row, "before", value_of(field_of(fields, STR("before"))));
    json_object_set_new(row, "after", value_of(field_of(fields, STR("after"))));
    return row;
}

static bool wanted(const struct audit_filter *f, const struct kv_value *fields)
{
    return (!f->organisation.n || str_eq(field_of(fields, STR("organisation")), f->organisation)) &&
           (!f->what.n || str_eq(field_of(fields, STR("what")), f->what));
}

/* One page of the stream behind *cursor; *cursor null at its end. */
static rc_t page(const struct registry *r, const struct audit_filter *f, str_t *cursor,
                 json_t *rows, struct arena *keep, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(64u << 20);
    struct kv_value v;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    str_t key = arena_printf(a, "%.*s:o:audit", STR_ARG(r->config->instance));
    str_t from = cursor->n ? arena_printf(a, "(%.*s", STR_ARG(*cursor)) : STR("+");
    TRY(KV_CMD(r->kv, a, &v, e, STR("XREVRANGE"), key, from, STR("-"), STR("COUNT"),
               arena_printf(a, "%d", STEP)));
    *cursor = STR_NULL;
    for (size_t i = 0; v.type == KV_ARRAY && i < v.count; i++) {
        const struct kv_value *entry = &v.items[i];
        if (entry->type != KV_ARRAY || entry->count != 2) return err_set(e, RC_DAMAGED, NULL);
        if (json_array_size(rows) < f->count && wanted(f, &entry->items[1]))
            json_array_append_new(rows, entry_of(entry->items[0].s, &entry->items[1]));
        if (i + 1 == v.count && v.count == STEP) *cursor = arena_str(keep, entry->items[0].s);
    }
    return RC_OK;
}

static bool is_entry_id(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '-') return false;
    return s.n <= 41;
}

rc_t audit_list(const struct registry *r, const struct audit_filter *f, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *rows = json_array();
    CLEANUP_ARENA struct arena *keep = arena_new(1u << 20);
    str_t cursor = f->before;
    if (!keep) return err_set(e, RC_NO_MEMORY, NULL);
    if (!is_entry_id(cursor)) return err_invalid(e, "before", "That is no entry of the audit.");
    if (f->count < 1 || f->count > AUDIT_PAGE_MAX)
        return err_invalid(e, "count", "1 to 1000 entries can be had at once.");
    for (int i = 0; i < STEPS; i++) {
        TRY(page(r, f, &cursor, rows, keep, e));
        if (!cursor.n || json_array_size(rows) >= f->count) break;
    }
    *out = json_incref(rows);
    return RC_OK;
}

rc_t audit_changes_since(const struct registry *r, struct arena *a, struct record_at at,
                         int64_t seen, const json_t *now, json_t **out, struct err *e)
{
    struct audit_filter f = {.count = AUDIT_PAGE_MAX};
    CLEANUP_JSON json_t *rows = NULL;
    const json_t *base = NULL;
    if (at.kind == RECORD_ACCOUNT || at.kind == RECORD_ROLE) f.organisation = at.group;
    f.what = arena_printf(a, "%s %.*s", record_shape(at.kind)->name, STR_ARG(at.id));
    TRY(audit_list(r, &f, &rows, e));
    for (size_t i = 0; !base && i < json_array_size(rows); i++) {
        const json_t *before = json_object_get(json_array_get(rows, i), "before");
        if (json_is_object(before) && record_version(before) == seen) base = before;
    }
    const json_t *newest = json_array_get(rows, 0);
    json_t *v = json_object();
    json_put_int(v, "version", record_version(now));
    json_put_str(v, "who", json_text(json_object_get(newest, "who")));
    json_put_str(v, "at", json_text(json_object_get(newest, "at")));
    json_object_set_new(v, "changes", base ? record_difference(at.kind, base, now) : json_null());
    *out = v;
    return RC_OK;
}
