#include "policy/rename_rules.h"

#include "policy/rule.h"
#include "policy/rules_store.h"

struct naming {
    str_t from, to;
    bool keep;
    size_t changed;
};

/* As the rules compare: letter case does not count. */
static bool is(const json_t *v, str_t address)
{
    return json_is_string(v) && str_ieq(json_text(v), address);
}

/* The list as it is to be; new reference. */
static json_t *rename_list(struct naming *n, const json_t *list)
{
    json_t *out = json_array();
    bool there = false;
    for (size_t i = 0; i < json_array_size(list); i++)
        there = there || is(json_array_get(list, i), n->to);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *entry = json_array_get(list, i);
        bool old = is(entry, n->from);
        if (!old || n->keep) json_array_append(out, entry);
        if (!old || (there && n->keep)) continue;
        n->changed++;
        if (!there) json_array_append_new(out, json_from_str(n->to));
        there = true;
    }
    return out;
}

static bool is_about(const json_t *test)
{
    str_t field = json_text(json_object_get(test, "field")),
          op = json_text(json_object_get(test, "op"));
    return (str_eq(op, STR("equals")) || str_eq(op, STR("contains"))) &&
           (str_eq(field, STR("from")) || str_eq(field, STR("to")) ||
            str_istarts(field, STR("header:")));
}

static json_t *rename_test(struct naming *n, json_t *test)
{
    if (!is_about(test) || !is(json_object_get(test, "value"), n->from)) return json_incref(test);
    json_t *other = json_copy(test);
    json_put_str(other, "value", n->to);
    n->changed++;
    return n->keep ? json_pack("{s:[O, o]}", "any", test, other) : other;
}

static json_t *rename_filter(struct naming *n, json_t *filter, unsigned depth);

static json_t *rename_parts(struct naming *n, const json_t *parts, unsigned depth)
{
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(parts); i++)
        json_array_append_new(out, rename_filter(n, json_array_get(parts, i), depth + 1));
    return out;
}

/* New reference. Stored filters are less deep than that; one that is not stays as it is. */
static json_t *rename_filter(struct naming *n, json_t *filter, unsigned depth)
{
    static const char *const LISTS[] = {"all", "any"};
    if (depth > RULE_FILTER_DEPTH_MAX + 1) return json_incref(filter);
    for (size_t i = 0; i < 2; i++) {
        const json_t *parts = json_object_get(filter, LISTS[i]);
        if (json_is_array(parts))
            return json_pack("{s:o}", LISTS[i], rename_parts(n, parts, depth));
    }
    json_t *inner = json_object_get(filter, "not");
    if (json_is_object(inner)) return json_pack("{s:o}", "not", rename_filter(n, inner, depth + 1));
    return rename_test(n, filter);
}

static void rename_rule(struct naming *n, json_t *rule)
{
    static const char *const LISTS[] = {"from", "to", "exclude_from", "exclude_to"};
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++) {
        const json_t *list = json_object_get(rule, LISTS[i]);
        if (json_is_array(list)) json_object_set_new(rule, LISTS[i], rename_list(n, list));
    }
    json_t *filter = json_object_get(rule, "filter");
    if (json_is_object(filter)) json_object_set_new(rule, "filter", rename_filter(n, filter, 0));
}

static void rename_document(struct naming *n, json_t *document)
{
    const json_t *rules = json_object_get(document, "rules");
    json_t *sets = json_object_get(document, "datasets"), *list;
    const char *name;
    void *next;
    for (size_t i = 0; i < json_array_size(rules); i++)
        rename_rule(n, json_array_get(rules, i));
    json_object_foreach_safe(sets, next, name, list)
        json_object_set_new(sets, name, rename_list(n, list));
}

rc_t rename_in_rules(struct edit *t, str_t organisation, str_t from, str_t to, bool keep,
                     struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *after = NULL;
    struct naming n = {from, to, keep, 0};
    struct err why = {0};
    TRY(edit_rules(t, organisation, &before, e));
    if (!before) return RC_OK;
    after = json_deep_copy(before);
    if (!after) return err_set(e, RC_NO_MEMORY, NULL);
    rename_document(&n, after);
    if (n.changed == 0) return RC_OK;
    rc_t rc = rules_store_check(after, &why);
    if (rc == RC_OK) rc = edit_put_rules(t, organisation, before, after, &why);
    if (rc != RC_INVALID && rc != RC_TOO_LARGE) return rc == RC_OK ? rc : err_set(e, rc, NULL);
    err_set(e, RC_CONFLICT, "The rules that name this mailbox have no room for the new address.");
    err_field(e, "rules");
    return RC_CONFLICT;
}
