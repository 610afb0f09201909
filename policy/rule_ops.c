#include "policy/rule_ops.h"

static rc_t find(const struct rule_document *d, str_t id, const struct place *at, struct rule **out,
                 struct err *e)
{
    ptrdiff_t i = rule_find(d, id);
    if (i < 0) return place_fail_key(at, "id", RC_NOT_FOUND, e, "there is no rule with this id");
    *out = &d->rules[i];
    return RC_OK;
}

static void all_down(struct rule_document *d)
{
    for (size_t i = 0; i < d->rule_count; i++)
        if (d->rules[i].priority < RULE_PRIORITY_MAX) d->rules[i].priority++;
}

rc_t rule_ops_create(struct rule_document *d, const struct rule *rule, const struct place *at,
                     struct err *e)
{
    struct rule new = *rule;
    int64_t newest = 0;
    if (rule_find(d, rule->id) >= 0)
        return place_fail_key(at, "id", RC_CONFLICT, e, "another rule has this id");
    TRY(rules_json_room(d, at, e));
    for (size_t i = 0; i < d->rule_count; i++)
        if (d->rules[i].created > newest) newest = d->rules[i].created;
    new.created = newest + 1;
    if (new.priority == 0) {
        all_down(d);
        new.priority = 1;
    }
    d->rules[d->rule_count++] = new;
    return RC_OK;
}

rc_t rule_ops_move(struct rule_document *d, str_t id, uint32_t priority, const struct place *at,
                   struct err *e)
{
    struct rule *r = NULL;
    TRY(find(d, id, at, &r, e));
    if (priority == 0) all_down(d);
    r->priority = priority ? priority : 1;
    return RC_OK;
}

rc_t rule_ops_delete(struct rule_document *d, str_t id, const struct place *at, struct err *e)
{
    struct rule *r = NULL;
    TRY(find(d, id, at, &r, e));
    size_t i = (size_t) (r - d->rules);
    memmove(r, r + 1, (d->rule_count - i - 1) * sizeof *r);
    d->rule_count--;
    return RC_OK;
}

rc_t rule_ops_enable(struct rule_document *d, str_t id, bool on, const struct place *at,
                     struct err *e)
{
    struct rule *r = NULL;
    TRY(find(d, id, at, &r, e));
    r->enabled = on;
    return RC_OK;
}

/* --- as JSON -----------------------------------------------------------------------------------
 */

static rc_t create(struct rule_document *d, const json_t *op, const struct place *at, struct err *e)
{
    static const char *const KEYS[] = {"op", "rule", NULL};
    const json_t *obj;
    const struct place here = PLACE_KEY(at, "rule");
    struct rule rule;
    TRY(place_known(op, KEYS, at, e));
    TRY(place_object(op, "rule", true, at, &obj, e));
    TRY(rules_json_rule(obj, false, d->a, &here, &rule, e));
    return rule_ops_create(d, &rule, &here, e);
}

static rc_t move(struct rule_document *d, const json_t *op, const struct place *at, struct err *e)
{
    static const char *const KEYS[] = {"op", "id", "priority", NULL};
    str_t id;
    int64_t priority = 0;
    TRY(place_known(op, KEYS, at, e));
    TRY(place_text(op, "id", RULE_ID_MAX, true, at, &id, e));
    if (!str_eq(json_text(json_object_get(op, "priority")), STR("top"))) {
        TRY(place_int(op, "priority", 1, RULE_PRIORITY_MAX, 0, at, &priority, e));
        if (priority == 0)
            return place_fail_key(at, "priority", RC_INVALID, e, "a number or \"top\" is expected");
    }
    return rule_ops_move(d, id, (uint32_t) priority, at, e);
}

static rc_t delete (struct rule_document *d, const json_t *op, const struct place *at,
                    struct err *e)
{
    static const char *const KEYS[] = {"op", "id", NULL};
    str_t id;
    TRY(place_known(op, KEYS, at, e));
    TRY(place_text(op, "id", RULE_ID_MAX, true, at, &id, e));
    return rule_ops_delete(d, id, at, e);
}

static rc_t enable(struct rule_document *d, const json_t *op, const struct place *at, struct err *e)
{
    static const char *const KEYS[] = {"op", "id", "value", NULL};
    str_t id;
    bool on;
    TRY(place_known(op, KEYS, at, e));
    TRY(place_text(op, "id", RULE_ID_MAX, true, at, &id, e));
    if (!json_is_boolean(json_object_get(op, "value")))
        return place_fail_key(at, "value", RC_INVALID, e, "true or false is expected");
    TRY(place_bool(op, "value", true, at, &on, e));
    return rule_ops_enable(d, id, on, at, e);
}

rc_t rule_ops_apply(struct rule_document *d, const json_t *ops, const struct place *at,
                    struct err *e)
{
    static const struct {
        str_t word;
        rc_t (*run)(struct rule_document *, const json_t *, const struct place *, struct err *);
    } OPS[] = {{STR_INIT("create"), create},
               {STR_INIT("move"), move},
               {STR_INIT("delete"), delete},
               {STR_INIT("enable"), enable}};
    for (size_t i = 0; i < json_array_size(ops); i++) {
        const struct place here = PLACE_AT(at, i);
        const json_t *op = json_array_get(ops, i);
        str_t word;
        size_t k = 0;
        if (!json_is_object(op)) return place_fail(&here, RC_INVALID, e, "an object is expected");
        TRY(place_text(op, "op", RULE_TEXT_MAX, true, &here, &word, e));
        while (k < sizeof OPS / sizeof OPS[0] && !str_eq(word, OPS[k].word))
            k++;
        if (k == sizeof OPS / sizeof OPS[0])
            return place_fail_key(&here, "op", RC_INVALID, e,
                                  "create, move, delete or enable is expected");
        TRY(OPS[k].run(d, op, &here, e));
    }
    return RC_OK;
}
