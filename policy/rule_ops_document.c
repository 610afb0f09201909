/* Operations on a document as it is stored: what people wrote about a rule (name, note, presets as
 * they were chosen) stays, what the operations decide (which rules, priority, created, enabled) is
 * taken from the typed document they were applied to. */
#include "policy/rule_ops.h"

/* {id: rule} as the rules are after the operations, before any renumbering; borrowed values. */
static json_t *sources(const json_t *document, const json_t *ops)
{
    json_t *all = json_object();
    const json_t *rules = json_object_get(document, "rules");
    for (size_t i = 0; i < json_array_size(rules); i++) {
        json_t *rule = json_array_get(rules, i);
        json_object_set(all, json_string_value(json_object_get(rule, "id")), rule);
    }
    for (size_t i = 0; i < json_array_size(ops); i++) {
        const json_t *op = json_array_get(ops, i);
        json_t *made = json_object_get(op, "rule");
        str_t word = json_text(json_object_get(op, "op"));
        if (str_eq(word, STR("delete")))
            json_object_del(all, json_string_value(json_object_get(op, "id")));
        else if (str_eq(word, STR("create")))
            json_object_set(all, json_string_value(json_object_get(made, "id")), made);
    }
    return all;
}

static json_t *renumbered(const json_t *source, const struct rule *r)
{
    json_t *rule = json_copy((json_t *) source);
    json_put_int(rule, "priority", r->priority);
    json_put_int(rule, "created", r->created);
    if (json_object_get(rule, "enabled") || !r->enabled) json_put_bool(rule, "enabled", r->enabled);
    return rule;
}

rc_t rule_ops_document(const json_t *document, const json_t *ops, const struct place *at,
                       json_t **out, struct err *e)
{
    CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
    TRY(rules_json_document(document, STR("-"), NULL, &d, e));
    TRY(rule_ops_apply(d, ops, at, e));
    CLEANUP_JSON json_t *from = sources(document, ops), *rules = json_array();
    CLEANUP_JSON json_t *after = json_copy((json_t *) document);
    if (!from || !rules || !after) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < d->rule_count; i++) {
        const struct rule *r = &d->rules[i];
        const json_t *source = json_object_getn(from, r->id.p, r->id.n);
        if (!source || json_array_append_new(rules, renumbered(source, r)) != 0)
            return err_set(e, RC_NO_MEMORY, NULL);
    }
    json_object_set(after, "rules", rules);
    *out = json_incref(after);
    return RC_OK;
}
