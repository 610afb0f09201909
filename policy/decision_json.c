#include "policy/decision_json.h"

str_t decision_result_word(enum decision_result r)
{
    static const str_t WORDS[] = {
#define X(name, word) STR_INIT(word),
        DECISION_RESULT_TABLE(X)
#undef X
    };
    return WORDS[r];
}

str_t decision_reason_word(enum decision_reason r)
{
    static const str_t WORDS[] = {
#define X(name, word) STR_INIT(word),
        DECISION_REASON_TABLE(X)
#undef X
    };
    return WORDS[r];
}

str_t decision_status_code(enum decision_status s)
{
    static const str_t CODES[] = {
#define X(name, code) STR_INIT(code),
        DECISION_STATUS_TABLE(X)
#undef X
    };
    return CODES[s];
}

str_t decision_outcome_word(enum decision_outcome o)
{
    static const str_t WORDS[] = {[OUTCOME_DELIVER] = STR_INIT("deliver"),
                                  [OUTCOME_REJECT] = STR_INIT("reject"),
                                  [OUTCOME_DEFER] = STR_INIT("defer"),
                                  [OUTCOME_QUARANTINE] = STR_INIT("quarantine")};
    return WORDS[o];
}

/* Keys that come from rules and addresses: not NUL-terminated, and of any bytes. */
static void put(json_t *obj, str_t key, json_t *v)
{
    CLEANUP_JSON json_t *clean = str_is_utf8(key) ? NULL : json_from_str(key);
    if (clean) key = json_text(clean);
    json_object_setn_new(obj, key.p, key.n, v);
}

static const struct rule *rule_at(const struct decision_pass *p, ptrdiff_t i)
{
    return &ruleset_document(p->org->rules)->rules[i];
}

static str_t giver_word(const struct decision_pass *p, ptrdiff_t giver)
{
    if (giver == GIVER_DEFAULT) return STR("default");
    return giver == GIVER_USER ? STR("user") : rule_at(p, giver)->id;
}

static json_t *actions_json(const struct decision_pass *p)
{
    json_t *all = json_object();
    for (int f = 0; f < RULE_ON_PARTIAL; f++) {
        const struct decision_action *act = &p->action[f];
        if (act->result == RESULT_ABSENT) continue;
        json_t *one = json_object();
        json_put_str(one, "result", decision_result_word(act->result));
        json_put_str(one, "reason", decision_reason_word(act->reason));
        if (act->cert.p) json_put_str(one, "cert", act->cert);
        put(all, rule_field_word((enum rule_field) f), one);
    }
    return all;
}

str_t decision_pass_word(enum pass_kind k)
{
    static const str_t KINDS[] = {[PASS_OUTBOUND] = STR_INIT("outbound"),
                                  [PASS_INBOUND] = STR_INIT("inbound"),
                                  [PASS_INTERNAL] = STR_INIT("internal")};
    return KINDS[k];
}

json_t *decision_pass_json(const struct decision_pass *p)
{
    json_t *v = json_object();
    json_put_str(v, "org", p->org->id);
    json_put_str(v, "pass", decision_pass_word(p->kind));
    json_put_str(v, "rule",
                 p->note || p->matched.rule < 0 ? STR_NULL : rule_at(p, p->matched.rule)->id);
    if (p->note) {
        json_put_str(v, "note",
                     p->note == NOTE_FEATURE_DISABLED ? STR("feature_disabled")
                                                      : STR("rules_unavailable"));
        return v;
    }
    json_t *effective = json_object(), *from = json_object(), *trace = json_object();
    for (int f = 0; f < RULE_FIELD_COUNT; f++) {
        if (!(pass_fields(p->kind) & 1u << f)) continue;
        str_t field = rule_field_word((enum rule_field) f);
        put(effective, field,
            json_from_str(rule_level_word((enum rule_level) p->matched.level[f])));
        put(from, field, json_from_str(giver_word(p, p->matched.giver[f])));
    }
    const struct rule_document *doc = ruleset_document(p->org->rules);
    for (size_t i = 0; i < doc->rule_count; i++)
        put(trace, doc->rules[i].id,
            json_from_str(match_verdict_word((enum match_verdict) p->matched.trace[i])));
    json_object_set_new(v, "effective", effective);
    json_object_set_new(v, "from_rule", from);
    json_object_set_new(v, "trace", trace);
    json_object_set_new(v, "actions", actions_json(p));
    return v;
}

static json_t *recipient_json(const struct decision_recipient *r)
{
    static const char *const DIRECTIONS[] = {[DIRECTION_RELAY] = "relay",
                                             [DIRECTION_OUTBOUND] = "outbound",
                                             [DIRECTION_INBOUND] = "inbound",
                                             [DIRECTION_INTERNAL] = "internal",
                                             [DIRECTION_OUTBOUND_INBOUND] = "outbound+inbound"};
    json_t *v = json_object(), *passes = json_array();
    json_put_str(v, "direction", str_c(DIRECTIONS[r->direction]));
    for (size_t i = 0; i < r->pass_count; i++)
        json_array_append_new(passes, decision_pass_json(&r->pass[i]));
    json_object_set_new(v, "passes", passes);
    json_put_str(v, "outcome", decision_outcome_word(r->outcome));
    json_put_str(v, "status", decision_status_code(r->status));
    if (r->stored != STORED_NOWHERE)
        json_put_str(v, "stored", r->stored == STORED_PLAIN ? STR("plain") : STR("encrypted"));
    if (r->held) json_put_bool(v, "held", true);
    return v;
}

static json_t *addresses_json(const struct decision *d, const size_t *list, size_t n)
{
    json_t *v = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(v, json_from_str(d->recipients[list[i]].address));
    return v;
}

static json_t *report_json(const struct decision *d, const struct decision_report *r)
{
    static const char *const KINDS[] = {[REPORT_SMTP_REJECT] = "smtp_reject",
                                        [REPORT_DSN] = "dsn",
                                        [REPORT_QUARANTINE] = "quarantine",
                                        [REPORT_DEFER] = "defer"};
    json_t *v = json_object();
    json_put_str(v, "kind", str_c(KINDS[r->kind]));
    if (r->kind == REPORT_DSN) json_put_str(v, "to", r->to);
    json_object_set_new(v, "recipients", addresses_json(d, r->recipients, r->count));
    json_put_str(v, "status", decision_status_code(r->status));
    return v;
}

json_t *decision_to_json(const struct decision *d)
{
    json_t *v = json_object(), *recipients = json_object();
    json_t *copies = json_array(), *notify = json_array();
    for (size_t i = 0; i < d->recipient_count; i++)
        put(recipients, d->recipients[i].address, recipient_json(&d->recipients[i]));
    for (size_t i = 0; i < d->copy_count; i++) {
        const struct decision_copy *c = &d->copies[i];
        json_t *copy = json_object();
        json_object_set_new(copy, "recipients", addresses_json(d, c->recipients, c->count));
        json_put_bool(copy, "signed", c->as_signed);
        json_put_bool(copy, "encrypted", c->as_encrypted);
        json_array_append_new(copies, copy);
    }
    for (size_t i = 0; i < d->report_count; i++)
        json_array_append_new(notify, report_json(d, &d->reports[i]));
    json_object_set_new(v, "recipients", recipients);
    json_object_set_new(v, "copies", copies);
    json_object_set_new(v, "notify", notify);
    if (d->subject.p) json_put_str(v, "subject", d->subject);
    return v;
}
