#include "webmail/view/policy.h"

#include "base/log.h"
#include "base/mutant.h"
#include "mail/entity.h"
#include "mail/message_worth.h"
#include "policy/alias.h"
#include "policy/decision_json.h"
#include "policy/rulebook.h"
#include "policy/rules_store.h"
#include "webmail/session/session.h"

enum { HEAD_MAX = 256 << 10 };

/* Does any rule, or the organisation's default, demand something of what is received? */
static bool may_demand(const struct ruleset *r)
{
    const struct rule_document *d = ruleset_document(r);
    const uint8_t *l = d->defaults;
    for (size_t i = 0; i <= d->rule_count; i++) {
        if (l[RULE_VALIDATE] == LEVEL_REQUIRE || l[RULE_DECRYPT] == LEVEL_ALWAYS ||
            l[RULE_DECRYPT] == LEVEL_FORCE)
            return true;
        if (i < d->rule_count) l = d->rules[i].enabled ? d->rules[i].level : d->defaults;
    }
    return false;
}

/* --- what rules see ----------------------------------------------------------------------------
 */

/* What a rule would call it. */
static enum decision_reason signature_of(const struct message_view *v)
{
    static const enum decision_reason words[] = {
        [WORTH_UNSIGNED] = REASON_UNSIGNED, [WORTH_VALID] = REASON_VALID,
        [WORTH_CORRUPT] = REASON_CORRUPT,   [WORTH_UNTRUSTED] = REASON_UNTRUSTED,
        [WORTH_EXPIRED] = REASON_EXPIRED,   [WORTH_REVOKED] = REASON_REVOKED,
        [WORTH_MISMATCH] = REASON_MISMATCH, [WORTH_UNCHECKED] = REASON_REVOCATION_UNKNOWN};
    return words[message_worth(v)];
}

static rc_t read_head(struct call *c, const struct opened_message *m, struct policy_message *out,
                      struct err *e)
{
    struct entity *head = NULL;
    str_t raw = buf_view(&m->raw);
    ptrdiff_t end = str_find(str_sub(raw, 0, HEAD_MAX), STR("\r\n\r\n"));
    TRY(entity_parse(str_sub(raw, 0, end < 0 ? HEAD_MAX : (size_t) end + 4), NULL, c->arena, &head,
                     e));
    size_t n = head->field_count < POLICY_HEADERS_MAX ? head->field_count : POLICY_HEADERS_MAX;
    struct policy_header *list = ARENA_ARRAY(c->arena, n + 1, struct policy_header);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        list[i].name = head->fields[i].name;
        list[i].value = header_text(head->fields[i].value, c->arena);
        if (!list[i].value.p) return err_set(e, RC_NO_MEMORY, NULL);
    }
    str_t path = str_trim(entity_field(head, STR("Return-Path")));
    out->headers = list;
    out->header_count = n;
    out->mail_from = str_eq(path, STR("<>")) ? STR("") : out->from;
    str_t type = entity_field(head, STR("Content-Type")); /* without its parts it is none */
    out->content_type = type.p ? header_text(type, c->arena) : STR("text/plain");
    return out->content_type.p ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

static rc_t describe(struct call *c, const struct opened_message *m, struct policy_message *out,
                     struct err *e)
{
    const struct message_view *v = m->view;
    str_t *to = ARENA_ARRAY(c->arena, 1, str_t);
    if (!to) return err_set(e, RC_NO_MEMORY, NULL);
    to[0] = c->session->address;
    *out = (struct policy_message){
        .from = v->from_count && v->from[0].address.p ? v->from[0].address : STR(""),
        .to = {to},
        .to_count = {1},
        .subject = v->subject.p ? v->subject : STR(""),
        .size = m->row.size,
        .has_attachment = v->attachment_count > 0};
    return read_head(c, m, out, e);
}

/* --- the pass ----------------------------------------------------------------------------------
 */

struct finding {
    bool refused;
    str_t reason;
    enum rule_field by; /* which demand it is about */
};

static struct finding find(const struct decision_pass *p, const struct message_request *q,
                           const struct opened_message *m, const struct policy_message *facts)
{
    const struct message_view *v = m->view;
    bool closed = message_is_closed(v);
    enum rule_level validate = (enum rule_level) p->matched.level[RULE_VALIDATE];
    enum rule_level decrypt = (enum rule_level) p->matched.level[RULE_DECRYPT];
    enum decision_reason why = closed ? REASON_OPAQUE : signature_of(v);
    bool exempt = actions_is_exempt(facts);
    if ((closed && v->job >= 0) || (why != REASON_VALID && m->worth_a_check && !q->ask))
        return (struct finding){.reason = STR("pending"), .by = RULE_VALIDATE};
    if (decrypt == LEVEL_FORCE && !v->has_encryption && !exempt)
        return (struct finding){true, decision_reason_word(REASON_NOT_ENCRYPTED), RULE_DECRYPT};
    if (decrypt >= LEVEL_ALWAYS && closed)
        return (struct finding){true, decision_reason_word(REASON_NO_KEY), RULE_DECRYPT};
    if (validate != LEVEL_REQUIRE)
        return (struct finding){.reason = decision_reason_word(REASON_OK), .by = RULE_DECRYPT};
    bool met = why == REASON_VALID || (why == REASON_UNSIGNED && exempt) || WX_MUTANT(RULE);
    return (struct finding){!met, decision_reason_word(why), RULE_VALIDATE};
}

static bool demands(const struct decision_pass *p)
{
    uint8_t decrypt = p->matched.level[RULE_DECRYPT];
    return p->matched.level[RULE_VALIDATE] == LEVEL_REQUIRE || decrypt == LEVEL_ALWAYS ||
           decrypt == LEVEL_FORCE;
}

static rc_t rule_json(struct call *c, const struct decision_pass *p, enum rule_field f,
                      json_t **out, struct err *e)
{
    const struct registry r = {c->kv, c->app->config};
    CLEANUP_JSON json_t *document = NULL;
    ptrdiff_t by = p->matched.giver[f];
    size_t i;
    json_t *rule;
    *out = json_null();
    if (by < 0) return RC_OK;
    str_t id = ruleset_document(p->org->rules)->rules[by].id;
    TRY(rules_store_get(&r, p->org->id, &document, e));
    json_t *v = json_object();
    json_put_str(v, "id", id);
    json_put_str(v, "name", STR_NULL);
    json_array_foreach(json_object_get(document, "rules"), i, rule)
    {
        str_t name = json_text(json_object_get(rule, "name"));
        if (str_eq(json_text(json_object_get(rule, "id")), id) && name.n)
            json_put_str(v, "name", name);
    }
    *out = v;
    return RC_OK;
}

static rc_t say(struct call *c, const struct message_request *q, const struct opened_message *m,
                const struct policy_message *facts, const struct rulebook_case *known, json_t **out,
                struct err *e)
{
    struct decision d;
    json_t *rule;
    TRY(policy_evaluate(&known->in, c->arena, &d, e));
    if (d.recipient_count == 0 || d.recipients[0].pass_count == 0) return RC_OK;
    const struct decision_pass *p = &d.recipients[0].pass[0];
    if (p->kind != PASS_INBOUND || p->note || !demands(p)) return RC_OK;
    const struct finding f = find(p, q, m, facts);
    TRY(rule_json(c, p, f.by, &rule, e));
    json_t *v = json_object();
    json_put_str(v, "validate", rule_level_word((enum rule_level) p->matched.level[RULE_VALIDATE]));
    json_put_str(v, "decrypt", rule_level_word((enum rule_level) p->matched.level[RULE_DECRYPT]));
    json_object_set_new(v, "rule", rule);
    json_put_bool(v, "refused", f.refused);
    json_put_str(v, "reason", f.reason);
    *out = v;
    return RC_OK;
}

/* Not received, but written: in Sent, among the drafts. */
static rc_t is_own(struct call *c, const struct message_request *q, const struct message_view *v,
                   bool *out, struct err *e)
{
    *out = false;
    if (str_ieq(q->mailbox, STR("INBOX")) || v->from_count == 0 || !v->from[0].address.p)
        return RC_OK;
    return alias_allows(c->kv, c->arena, c->app->config->instance, c->organisation,
                        c->session->address, v->from[0].address, out, e);
}

static rc_t ask(struct call *c, const struct message_request *q, const struct opened_message *m,
                json_t **out, struct err *e)
{
    CLEANUP_RULESET struct ruleset *rules = NULL;
    struct policy_message facts;
    struct rulebook_case known;
    bool own;
    rc_t rc = rulebook_get(c->app->rules, c->kv, c->organisation, &rules, e);
    if (rc == RC_NOT_FOUND) return RC_OK;
    TRY(rc);
    if (!may_demand(rules)) return RC_OK;
    TRY(is_own(c, q, m->view, &own, e));
    if (own) return RC_OK;
    TRY(describe(c, m, &facts, e));
    TRY(rulebook_open(c->app->rules, c->kv, &facts, call_now(), NULL, c->arena, &known, e));
    rc = say(c, q, m, &facts, &known, out, e);
    rulebook_close(&known);
    return rc;
}

rc_t view_policy(struct call *c, const struct message_request *q, const struct opened_message *m,
                 json_t **out, struct err *e)
{
    struct err why = {0};
    *out = NULL;
    if (!c->organisation.n || m->attached.n || !c->features.smime) return RC_OK;
    rc_t rc = ask(c, q, m, out, &why);
    if (rc == RC_OK) return RC_OK;
    if (rc == RC_NO_MEMORY) return err_set(e, rc, NULL);
    log_err(LOG_WARN, "reading_rules_failed", &why);
    *out = json_object();
    json_put_str(*out, "reason", STR("rules_unavailable"));
    json_put_bool(*out, "refused", false);
    json_object_set_new(*out, "rule", json_null());
    return RC_OK;
}
