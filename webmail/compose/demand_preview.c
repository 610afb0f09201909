#include "webmail/compose/demand_preview.h"

#include "policy/decision_json.h"

struct preview {
    const struct policy_organisation *sender;
    const json_t *names;
    struct decision said, plain; /* with the composer's choice, and without */
};

const struct decision_pass *demand_pass(const struct decision_recipient *r)
{
    const struct decision_pass *p = &r->pass[0];
    return r->pass_count > 0 && p->kind != PASS_INBOUND && !p->note ? p : NULL;
}

static const char *field_word(enum rule_field f)
{
    return f == RULE_SIGN ? "sign" : "encrypt";
}

/* --- who says so -------------------------------------------------------------------------------
 */

static void put_name(json_t *v, const json_t *names, str_t id)
{
    size_t i;
    json_t *rule;
    str_t name = STR_NULL, note = STR_NULL;
    json_array_foreach(json_object_get(names, "rules"), i, rule)
    {
        if (!str_eq(json_text(json_object_get(rule, "id")), id)) continue;
        name = json_text(json_object_get(rule, "name"));
        note = json_text(json_object_get(rule, "note"));
    }
    json_put_str(v, "id", id);
    json_put_str(v, "name", name.n ? name : STR_NULL);
    json_put_str(v, "note", note.n ? note : STR_NULL);
}

static json_t *rule_json(const struct preview *x, const struct decision_pass *p, ptrdiff_t rule)
{
    json_t *v = json_object();
    put_name(v, x->names, ruleset_document(p->org->rules)->rules[rule].id);
    return v;
}

/* Without the composer's choice whatever the user said is what the subject says. */
static json_t *by_json(const struct preview *x, const struct decision_pass *p, enum rule_field f)
{
    ptrdiff_t giver = p->matched.giver[f];
    json_t *v = giver >= 0 ? rule_json(x, p, giver) : json_object();
    json_put_str(v, "kind",
                 giver >= 0               ? STR("rule")
                 : giver == GIVER_DEFAULT ? STR("default")
                                          : STR("trigger"));
    return v;
}

/* --- one recipient -----------------------------------------------------------------------------
 */

static json_t *field_json(const struct preview *x, const struct decision_pass *plain,
                          const struct decision_pass *said, enum rule_field f)
{
    const struct decision_action *act = &said->action[f];
    json_t *v = json_object();
    json_put_str(v, "level", rule_level_word((enum rule_level) plain->matched.level[f]));
    json_object_set_new(v, "by", by_json(x, plain, f));
    json_put_str(v, "result", decision_result_word(act->result));
    json_put_str(v, "reason", decision_reason_word(act->reason));
    if (act->cert.p) json_put_str(v, "certificate", act->cert);
    return v;
}

static json_t *recipient_json(const struct preview *x, size_t i)
{
    const struct decision_recipient *r = &x->plain.recipients[i];
    const struct decision_pass *plain = demand_pass(r);
    const struct decision_pass *said = demand_pass(&x->said.recipients[i]);
    if (!plain || !said) return NULL;
    json_t *v = json_object();
    json_put_str(v, "address", r->address);
    json_object_set_new(v, "sign", field_json(x, plain, said, RULE_SIGN));
    json_object_set_new(v, "encrypt", field_json(x, plain, said, RULE_ENCRYPT));
    json_put_str(v, "partial",
                 rule_level_word((enum rule_level) plain->matched.level[RULE_ON_PARTIAL]));
    ptrdiff_t rule = plain->matched.rule;
    json_object_set_new(v, "rule", rule >= 0 ? rule_json(x, plain, rule) : json_null());
    return v;
}

/* --- the message -------------------------------------------------------------------------------
 */

/* The first that says so, and a rule before the subject, which can be changed; null: nobody. */
static json_t *first_by(const struct preview *x, enum rule_field f, enum rule_level level)
{
    const struct decision_pass *found = NULL;
    for (size_t i = 0; i < x->plain.recipient_count; i++) {
        const struct decision_pass *p = demand_pass(&x->plain.recipients[i]);
        if (!p || p->matched.level[f] != level) continue;
        if (level == LEVEL_ON && p->matched.giver[f] < 0) continue;
        bool better =
            found && found->matched.giver[f] == GIVER_USER && p->matched.giver[f] != GIVER_USER;
        if (!found || better) found = p;
    }
    return found ? by_json(x, found, f) : json_null();
}

static bool is_triggered(const struct preview *x, enum rule_field f)
{
    for (size_t i = 0; i < x->plain.recipient_count; i++) {
        const struct decision_pass *p = demand_pass(&x->plain.recipients[i]);
        if (p && p->matched.giver[f] == GIVER_USER) return true;
    }
    return false;
}

static bool may_demand(const struct policy_organisation *o, enum rule_field f)
{
    if (!o || o->smime == SMIME_DISABLED) return false;
    const struct rule_document *d = ruleset_document(o->rules);
    if (d->defaults[f] == LEVEL_REQUIRE) return true;
    for (size_t i = 0; i < d->rule_count; i++)
        if (d->rules[i].enabled && d->rules[i].level[f] == LEVEL_REQUIRE) return true;
    return false;
}

static bool filter_asks(const struct filter *f)
{
    bool asks = f->field == FILTER_SUBJECT ||
                (f->field == FILTER_HEADER && str_eq(f->header, STR("subject")));
    if (f->kind == FILTER_TEST) return asks;
    for (size_t i = 0; i < (f->kind == FILTER_NOT ? 1 : f->count); i++)
        if (filter_asks(&f->parts[i])) return true;
    return false;
}

/* Does anything depend on the subject? Who writes need not tell it otherwise. */
static bool asks_subject(const struct policy_organisation *o)
{
    if (!o || o->smime == SMIME_DISABLED) return false;
    const struct rule_document *d = ruleset_document(o->rules);
    if (d->triggers[TRIGGER_SIGN].n || d->triggers[TRIGGER_ENCRYPT].n) return true;
    for (size_t i = 0; i < d->rule_count; i++)
        if (d->rules[i].enabled && d->rules[i].filter && filter_asks(d->rules[i].filter))
            return true;
    return false;
}

static json_t *answer(const struct preview *x, int64_t version)
{
    static const enum rule_field FIELDS[] = {RULE_SIGN, RULE_ENCRYPT};
    json_t *v = json_object(), *list = json_array(), *locked = json_object();
    json_t *wished = json_object(), *trigger = json_object(), *may = json_object();
    for (size_t i = 0; i < x->plain.recipient_count; i++) {
        json_t *r = recipient_json(x, i);
        if (r) json_array_append_new(list, r);
    }
    for (int i = 0; i < 2; i++) {
        enum rule_field f = FIELDS[i];
        json_object_set_new(locked, field_word(f), first_by(x, f, LEVEL_REQUIRE));
        json_object_set_new(wished, field_word(f), first_by(x, f, LEVEL_ON));
        json_put_bool(trigger, field_word(f), is_triggered(x, f));
        json_put_bool(may, field_word(f), may_demand(x->sender, f));
    }
    json_put_str(v, "organisation", x->sender ? x->sender->id : STR_NULL);
    if (x->sender)
        json_put_int(v, "version", version);
    else
        json_object_set_new(v, "version", json_null());
    json_object_set_new(v, "recipients", list);
    json_object_set_new(v, "locked", locked);
    json_object_set_new(v, "wished", wished);
    json_object_set_new(v, "trigger", x->said.subject.p ? json_incref(trigger) : json_null());
    json_decref(trigger);
    json_put_str(v, "subject", x->said.subject);
    json_put_bool(may, "subject", asks_subject(x->sender));
    json_object_set_new(v, "may", may);
    return v;
}

rc_t demand_preview(const struct policy_input *in, const struct demand_asked *asked,
                    struct arena *a, json_t **out, struct err *e)
{
    struct preview x = {.sender = asked->sender, .names = asked->names};
    struct policy_message unsaid = *in->message;
    struct policy_input plain = *in;
    unsaid.user_sign = unsaid.user_encrypt = CHOICE_NONE;
    plain.message = &unsaid;
    TRY(policy_evaluate(in, a, &x.said, e));
    TRY(policy_evaluate(&plain, a, &x.plain, e));
    json_t *v = answer(&x, asked->version);
    json_t *decision = v && asked->whole ? decision_to_json(&x.said) : NULL;
    if (!v || (asked->whole && !decision)) {
        json_decref(v);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    if (decision) json_object_set_new(v, "decision", decision);
    *out = v;
    return RC_OK;
}
