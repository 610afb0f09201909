#include "policy/rules_store.h"

#include "policy/audit.h"
#include "policy/edit.h"
#include "policy/rules_json.h"
#include "policy/ruleset.h"

/* Larger documents are in the audit by version and number of rules only. */
enum { AUDIT_MAX_BYTES = 256 << 10 };

static const char *const MEMBERS[] = {"rules", "datasets", "defaults", "triggers"};
enum { MEMBER_COUNT = sizeof MEMBERS / sizeof *MEMBERS };

/* --- reading ---------------------------------------------------------------------------------- */

rc_t rules_store_check(const json_t *document, struct err *e)
{
    static const char *const known[] = {"rules",    "datasets", "defaults",
                                        "triggers", "version",  NULL};
    CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
    CLEANUP_RULESET struct ruleset *set = NULL;
    const json_t *version = json_object_get(document, "version");
    if (!json_is_object(document)) return err_invalid(e, "rules", "A JSON object was expected.");
    TRY(place_known(document, known, NULL, e));
    if (version && (!json_is_integer(version) || json_integer_value(version) < 0))
        return err_invalid(e, "version", "“version” must be a whole number.");
    TRY(rules_json_document(document, STR("-"), NULL, &d, e));
    return ruleset_compile(&d, 0, &set, e);
}

static rc_t read_stored(struct edit *t, str_t organisation, json_t **out, struct err *e)
{
    struct kv_value v;
    str_t key = arena_printf(t->a, "%.*s:o:rules:%.*s", STR_ARG(t->r->config->instance),
                             STR_ARG(organisation));
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("GET"), key));
    *out = NULL;
    if (v.type == KV_NIL) return RC_OK;
    struct err why = {0};
    if (v.type == KV_STR && v.s.n <= RULES_STORE_MAX_BYTES &&
        json_parse_object(v.s, out, &why) == RC_OK)
        return RC_OK;
    err_set(e, RC_DAMAGED, "The stored rules are damaged.");
    err_detail(e, "%.*s: %s", STR_ARG(organisation), why.detail);
    return RC_DAMAGED;
}

rc_t rules_store_get(const struct registry *r, str_t organisation, json_t **out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(4 * RULES_STORE_MAX_BYTES);
    CLEANUP_JSON json_t *row = NULL;
    struct edit t = {.r = r, .a = a};
    json_t *document = NULL;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(registry_get(r, (struct record_at){RECORD_ORGANISATION, STR_NULL, organisation}, &row, e));
    if (!row) {
        err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(organisation));
        err_field(e, "organisation");
        return RC_NOT_FOUND;
    }
    TRY(read_stored(&t, organisation, &document, e));
    if (!document) {
        document = json_object();
        json_object_set_new(document, "rules", json_array());
        json_put_int(document, "version", 0);
    }
    *out = document;
    return RC_OK;
}

/* --- what differs ------------------------------------------------------------------------------
 */

static const json_t *rule_named(const json_t *rules, const json_t *id)
{
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);
        if (json_equal(json_object_get(rule, "id"), id)) return rule;
    }
    return NULL;
}

static void tell(json_t *list, const char *field, str_t id, const json_t *before,
                 const json_t *after)
{
    if (json_array_size(list) >= RULES_STORE_MAX_CHANGES) return;
    json_t *row = json_object();
    json_object_set_new(row, "field",
                        json_sprintf("%s%s%.*s", field, id.n ? "." : "", (int) id.n, id.p));
    json_object_set_new(row, "before", before ? json_incref((json_t *) before) : json_null());
    json_object_set_new(row, "after", after ? json_incref((json_t *) after) : json_null());
    json_array_append_new(list, row);
}

json_t *rules_store_difference(const json_t *before, const json_t *after)
{
    json_t *list = json_array();
    const json_t *old = json_object_get(before, "rules"), *new = json_object_get(after, "rules");
    for (size_t i = 0; i < json_array_size(old); i++) {
        const json_t *rule = json_array_get(old, i), *id = json_object_get(rule, "id");
        const json_t *now = rule_named(new, id);
        if (!now || !json_equal(rule, now)) tell(list, "rules", json_text(id), rule, now);
    }
    for (size_t i = 0; i < json_array_size(new); i++) {
        const json_t *rule = json_array_get(new, i), *id = json_object_get(rule, "id");
        if (!rule_named(old, id)) tell(list, "rules", json_text(id), NULL, rule);
    }
    for (size_t i = 1; i < MEMBER_COUNT; i++) {
        const json_t *b = json_object_get(before, MEMBERS[i]),
                     *a = json_object_get(after, MEMBERS[i]);
        if (b != a && !(b && a && json_equal(b, a))) tell(list, MEMBERS[i], STR_NULL, b, a);
    }
    return list;
}

/* --- writing -----------------------------------------------------------------------------------
 */

struct put {
    str_t organisation;
    const json_t *document;
    int64_t seen, version;
    json_t *conflict;
};

static rc_t changed_meanwhile(struct edit *t, struct put *w, const json_t *now, struct err *e)
{
    struct audit_filter f = {.organisation = w->organisation, .count = AUDIT_PAGE_MAX};
    CLEANUP_JSON json_t *rows = NULL;
    const json_t *base = NULL;
    f.what = arena_printf(t->a, "rules %.*s", STR_ARG(w->organisation));
    TRY(audit_list(t->r, &f, &rows, e));
    for (size_t i = 0; !base && i < json_array_size(rows); i++) {
        const json_t *before = json_object_get(json_array_get(rows, i), "before");
        if (record_version(before) == w->seen && json_object_get(before, "rules")) base = before;
    }
    const json_t *newest = json_array_get(rows, 0);
    w->conflict = json_object();
    json_put_int(w->conflict, "version", record_version(now));
    json_put_str(w->conflict, "who", record_text(newest, "who"));
    json_put_str(w->conflict, "at", record_text(newest, "at"));
    json_object_set_new(w->conflict, "changes",
                        base ? rules_store_difference(base, now) : json_null());
    err_set(e, RC_CONFLICT, "The rules were changed meanwhile by somebody else.");
    err_field(e, "rules");
    return RC_CONFLICT;
}

/* What the audit keeps of a document; new reference. */
static json_t *for_audit(const json_t *document)
{
    CLEANUP_BUF struct buf text = BUF_INIT(AUDIT_MAX_BYTES);
    if (!document || json_write(document, &text)) return json_incref((json_t *) document);
    json_t *v = json_object();
    json_put_int(v, "version", record_version(document));
    json_put_int(v, "count", (long long) json_array_size(json_object_get(document, "rules")));
    return v;
}

static rc_t put_step(struct edit *t, void *arg, struct err *e)
{
    struct put *w = arg;
    CLEANUP_BUF struct buf text = BUF_INIT(RULES_STORE_MAX_BYTES);
    CLEANUP_JSON json_t *row = NULL, *before = NULL, *after = json_copy((json_t *) w->document);
    json_decref(w->conflict);
    w->conflict = NULL;
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, w->organisation}, &row, e));
    if (!row) {
        err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(w->organisation));
        err_field(e, "organisation");
        return RC_NOT_FOUND;
    }
    TRY(read_stored(t, w->organisation, &before, e));
    w->version = record_version(before);
    if (w->seen && w->seen != w->version) return changed_meanwhile(t, w, before, e);
    CLEANUP_JSON json_t *difference = rules_store_difference(before, after);
    if (before && json_array_size(difference) == 0 &&
        json_equal(json_object_get(before, "rules"), json_object_get(after, "rules")))
        return RC_OK;
    json_put_int(after, "version", ++w->version);
    if (!json_write(after, &text)) return err_set(e, RC_TOO_LARGE, "The rules are too large.");
    EDIT_COMMAND(t, STR("SET"),
                 arena_printf(t->a, "%.*s:o:rules:%.*s", STR_ARG(t->r->config->instance),
                              STR_ARG(w->organisation)),
                 buf_view(&text));
    edit_touch(t, w->organisation);
    CLEANUP_JSON json_t *was = for_audit(before), *is = for_audit(after);
    return edit_audit(t, w->organisation, "rules", w->organisation, was, is, e);
}

rc_t rules_store_put(const struct registry *r, const struct actor *by, str_t organisation,
                     const json_t *document, int64_t seen, int64_t *version, json_t **conflict,
                     struct err *e)
{
    struct put w = {.organisation = organisation, .document = document, .seen = seen};
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    TRY(rules_store_check(document, e));
    rc_t rc = edit_run(r, by, put_step, &w, e);
    if (rc == RC_OK) *version = w.version;
    if (rc == RC_CONFLICT)
        *conflict = w.conflict;
    else
        json_decref(w.conflict);
    return rc;
}
