#include "policy/rules_store.h"

#include <string.h>

#include "policy/audit.h"
#include "policy/edit.h"
#include "policy/rule_ops.h"
#include "policy/rules_json.h"
#include "policy/ruleset.h"

/* What differs by more is in the audit by versions and number of rules only. */
enum { AUDIT_MAX_BYTES = 8 << 10 };

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

/* Texts that others are told, on terminals too. Of new documents alone: one that is kept since an
 * earlier release stays in force, can be renamed in, exported and imported. */
static rc_t check_texts(const json_t *document, struct err *e)
{
    static const char *const TOLD[] = {"id", "name", "note"};
    const json_t *rules = json_object_get(document, "rules");
    const struct place all = PLACE_KEY(NULL, "rules");
    for (size_t i = 0; i < json_array_size(rules); i++)
        for (size_t k = 0; k < sizeof TOLD / sizeof *TOLD; k++) {
            const struct place at = PLACE_AT(&all, i);
            str_t s = json_text(json_object_get(json_array_get(rules, i), TOLD[k]));
            bool lines = strcmp(TOLD[k], "note") == 0;
            for (size_t n = 0; n < s.n; n++)
                if (audit_control(s, n) && !(lines && memchr("\n\r\t", s.p[n], 3)))
                    return place_fail_key(&at, TOLD[k], RC_INVALID, e,
                                          "the text holds a control character");
        }
    return RC_OK;
}

static str_t store_key(struct edit *t, str_t organisation)
{
    return arena_printf(t->a, "%.*s:o:rules:%.*s", STR_ARG(t->r->config->instance),
                        STR_ARG(organisation));
}

rc_t edit_rules(struct edit *t, str_t organisation, json_t **out, struct err *e)
{
    struct kv_value v;
    str_t key = store_key(t, organisation);
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
    TRY(edit_rules(&t, organisation, &document, e));
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
    const json_t *document, *ops; /* one of them */
    int64_t seen, version;
    json_t *conflict, *made; /* made: the document as it is now */
};

/* Adds what one entry of the audit says: a member's earliest value stays `before`. */
static void add_changes(json_t *list, const json_t *was, const json_t *is)
{
    const char *field;
    json_t *v;
    CLEANUP_JSON json_t *all = json_copy((json_t *) was);
    json_object_update_missing(all, (json_t *) is);
    json_object_foreach(all, field, v)
    {
        json_t *row = NULL, *after = json_object_get(is, field);
        if (strcmp(field, "version") == 0 || strcmp(field, "count") == 0) continue;
        for (size_t i = 0; !row && i < json_array_size(list); i++)
            if (str_eq(record_text(json_array_get(list, i), "field"), str_c(field)))
                row = json_array_get(list, i);
        if (row)
            json_object_set_new(row, "after", after ? json_incref(after) : json_null());
        else
            tell(list, field, STR_NULL, json_object_get(was, field), after);
    }
}

/* What was changed since version `seen`, of entries that are newest first; null: that is not known
 * any more. New reference. */
static json_t *changes_since(const json_t *rows, int64_t seen)
{
    size_t n = 0;
    bool found = false;
    for (; !found && n < json_array_size(rows); n++) {
        const json_t *row = json_array_get(rows, n);
        const json_t *was = json_object_get(row, "before"), *is = json_object_get(row, "after");
        if (json_object_get(is, "rules") || json_object_get(is, AUDIT_LEFT_OUT)) break;
        found = record_version(was) == seen;
    }
    if (!found) return json_null();
    json_t *list = json_array();
    while (n-- > 0) {
        const json_t *row = json_array_get(rows, n);
        add_changes(list, json_object_get(row, "before"), json_object_get(row, "after"));
    }
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *row = json_array_get(list, i);
        if (json_equal(json_object_get(row, "before"), json_object_get(row, "after")))
            json_array_remove(list, i);
    }
    return list;
}

static rc_t changed_meanwhile(struct edit *t, struct put *w, const json_t *now, struct err *e)
{
    struct audit_filter f = {.organisation = w->organisation, .count = AUDIT_PAGE_MAX};
    CLEANUP_JSON json_t *rows = NULL, *empty = json_object();
    f.what = arena_printf(t->a, "rules %.*s", STR_ARG(w->organisation));
    TRY(audit_list(t->r, &f, &rows, e));
    const json_t *newest = json_array_get(rows, 0);
    w->conflict = json_object();
    json_put_int(w->conflict, "version", record_version(now));
    json_put_str(w->conflict, "who", record_text(newest, "who"));
    json_put_str(w->conflict, "at", record_text(newest, "at"));
    json_object_set_new(w->conflict, "changes",
                        w->seen < 0 ? rules_store_difference(empty, now)
                                    : changes_since(rows, w->seen));
    err_set(e, RC_CONFLICT, "The rules were changed meanwhile by somebody else.");
    err_field(e, "rules");
    return RC_CONFLICT;
}

/* What the audit keeps of a change: of one side version, number of rules, and what differs by its
 * name ("rules.<id>", "datasets"); NULL of no document. New reference. */
static json_t *for_audit(const json_t *document, const json_t *difference, const char *side)
{
    CLEANUP_BUF struct buf text = BUF_INIT(AUDIT_MAX_BYTES);
    if (!document) return NULL;
    json_t *v = json_object();
    json_put_int(v, "version", record_version(document));
    json_put_int(v, "count", (long long) json_array_size(json_object_get(document, "rules")));
    if (!json_write(difference, &text)) {
        json_put_bool(v, AUDIT_LEFT_OUT, true);
        return v;
    }
    for (size_t i = 0; i < json_array_size(difference); i++) {
        const json_t *row = json_array_get(difference, i);
        json_t *value = json_object_get(row, side);
        if (!json_is_null(value))
            json_object_set(v, json_string_value(json_object_get(row, "field")), value);
    }
    return v;
}

rc_t edit_put_rules(struct edit *t, str_t organisation, const json_t *before, json_t *after,
                    struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(RULES_STORE_MAX_BYTES);
    json_put_int(after, "version", record_version(before) + 1);
    if (!json_write(after, &text)) return err_set(e, RC_TOO_LARGE, "The rules are too large.");
    EDIT_COMMAND(t, STR("SET"), store_key(t, organisation), buf_view(&text));
    CLEANUP_JSON json_t *difference = rules_store_difference(before, after);
    CLEANUP_JSON json_t *was = for_audit(before, difference, "before");
    CLEANUP_JSON json_t *is = for_audit(after, difference, "after");
    return edit_audit(t, organisation, "rules", organisation, was, is, e);
}

/* What is to stand there; checked. New reference. */
static rc_t new_document(const struct put *w, const json_t *before, json_t **out, struct err *e)
{
    const struct place here = PLACE_KEY(NULL, "ops");
    if (!w->ops) {
        *out = json_copy((json_t *) w->document);
        return *out ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
    }
    CLEANUP_JSON json_t *none = json_object();
    CLEANUP_JSON json_t *made = NULL;
    TRY(rule_ops_document(before ? before : none, w->ops, &here, &made, e));
    TRY(rules_store_check(made, e)); /* limits of all rules together */
    TRY(check_texts(made, e));
    *out = json_incref(made);
    return RC_OK;
}

static rc_t put_step(struct edit *t, void *arg, struct err *e)
{
    struct put *w = arg;
    CLEANUP_JSON json_t *row = NULL, *before = NULL, *after = NULL;
    json_decref(w->conflict);
    json_decref(w->made);
    w->conflict = w->made = NULL;
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, w->organisation}, &row, e));
    if (!row) {
        err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(w->organisation));
        err_field(e, "organisation");
        return RC_NOT_FOUND;
    }
    TRY(edit_rules(t, w->organisation, &before, e));
    w->version = record_version(before);
    if (w->seen && (w->seen > 0 ? w->seen : 0) != w->version)
        return changed_meanwhile(t, w, before, e);
    TRY(new_document(w, before, &after, e));
    CLEANUP_JSON json_t *difference = rules_store_difference(before, after);
    w->made = json_incref(after);
    json_put_int(after, "version", w->version);
    if (before && json_array_size(difference) == 0 &&
        json_equal(json_object_get(before, "rules"), json_object_get(after, "rules")))
        return RC_OK;
    w->version++;
    edit_touch(t, w->organisation);
    return edit_put_rules(t, w->organisation, before, after, e);
}

static rc_t run(const struct registry *r, const struct actor *by, struct put *w, json_t **conflict,
                struct err *e)
{
    TRY(record_check_id(RECORD_ORGANISATION, w->organisation, e));
    rc_t rc = edit_run(r, by, put_step, w, e);
    if (rc == RC_CONFLICT && w->conflict)
        *conflict = w->conflict;
    else
        json_decref(w->conflict);
    return rc;
}

rc_t rules_store_put(const struct registry *r, const struct actor *by, str_t organisation,
                     const json_t *document, int64_t seen, int64_t *version, json_t **conflict,
                     struct err *e)
{
    struct put w = {.organisation = organisation, .document = document, .seen = seen};
    TRY(rules_store_check(document, e));
    TRY(check_texts(document, e));
    rc_t rc = run(r, by, &w, conflict, e);
    json_decref(w.made);
    if (rc == RC_OK) *version = w.version;
    return rc;
}

rc_t rules_store_change(const struct registry *r, const struct actor *by, str_t organisation,
                        const json_t *ops, int64_t seen, json_t **document, json_t **conflict,
                        struct err *e)
{
    struct put w = {.organisation = organisation, .ops = ops, .seen = seen};
    rc_t rc = run(r, by, &w, conflict, e);
    if (rc == RC_OK)
        *document = w.made;
    else
        json_decref(w.made);
    return rc;
}
