#include "webmail/compose/demand.h"

#include <stdio.h>

#include "base/mutant.h"
#include "policy/rulebook.h"
#include "webmail/session/session.h"

struct missing {
    bool sign, encrypt;
    str_t rule; /* of the first; null: the subject asks */
    json_t *list;
};

static bool is_demanded(const struct decision_pass *p, enum rule_field f)
{
    return p->matched.level[f] == LEVEL_REQUIRE && !WX_MUTANT(RULE);
}

static str_t rule_of(const struct decision_pass *p, enum rule_field f)
{
    ptrdiff_t by = p->matched.giver[f];
    if (by == GIVER_USER) return STR_NULL;
    return by == GIVER_DEFAULT ? STR("default") : ruleset_document(p->org->rules)->rules[by].id;
}

/* What is demanded is to be done by the mode: an encrypted message that is not signed inside meets
 * no demand for a signature, although nobody outside could tell. */
static void look_at(const struct decision_recipient *r, enum compose_mode mode, struct missing *m)
{
    const struct decision_pass *p = &r->pass[0];
    if (r->direction == DIRECTION_RELAY || r->direction == DIRECTION_INBOUND || p->note) return;
    bool sign = is_demanded(p, RULE_SIGN) && !(mode & MODE_SIGN);
    bool encrypt = is_demanded(p, RULE_ENCRYPT) && !(mode & MODE_ENCRYPT);
    if (!sign && !encrypt) return;
    str_t rule = rule_of(p, encrypt ? RULE_ENCRYPT : RULE_SIGN);
    if (!m->sign && !m->encrypt) m->rule = rule;
    m->sign = m->sign || sign;
    m->encrypt = m->encrypt || encrypt;
    json_t *v = json_object();
    json_put_str(v, "address", r->address);
    json_put_bool(v, "sign", sign);
    json_put_bool(v, "encrypt", encrypt);
    json_put_str(v, "rule", rule);
    json_array_append_new(m->list, v);
}

static rc_t refuse(struct call *c, const struct missing *m, struct err *e)
{
    char sentence[256];
    const char *what = m->sign && m->encrypt ? "signed and encrypted"
                       : m->sign             ? "signed"
                                             : "encrypted";
    if (m->rule.p)
        snprintf(sentence, sizeof sentence,
                 "Your organisation demands that this message is %s (rule “%.*s”).", what,
                 STR_ARG(str_sub(m->rule, 0, 100)));
    else
        snprintf(sentence, sizeof sentence, "The subject asks that this message is %s.", what);
    if (!c->more) c->more = json_object();
    json_object_set(c->more, "demands", m->list);
    return compose_refuse(e, RC_FORBIDDEN, "mode", sentence);
}

/* As it was written; the mode is what the writer says. */
static struct policy_message describe(const struct demand_input *in)
{
    struct policy_message m = {.authenticated = true,
                               .mail_from = in->from,
                               .from = in->from,
                               .subject = in->subject,
                               .size = in->size,
                               .has_attachment = in->has_attachment,
                               .user_sign = in->mode & MODE_SIGN ? CHOICE_YES : CHOICE_NO,
                               .user_encrypt = in->mode & MODE_ENCRYPT ? CHOICE_YES : CHOICE_NO};
    for (int i = 0; i < 3; i++) {
        m.to[i] = in->to[i];
        m.to_count[i] = in->to_count[i];
    }
    return m;
}

/* Nobody's rules: neither the account's domain nor the address it writes from has any. */
static bool has_no_rules(const struct call *c, str_t from)
{
    str_t local, own, other;
    if (c->organisation.n) return false;
    return str_cut(c->session->address, '@', &local, &own) && str_cut(from, '@', &local, &other) &&
           str_ieq(own, other);
}

rc_t compose_check_rules(struct call *c, const struct demand_input *in, struct err *e)
{
    const struct policy_message m = describe(in);
    struct rulebook_case known;
    struct decision d;
    CLEANUP_JSON json_t *list = json_array();
    struct missing missing = {.list = list};
    if (has_no_rules(c, in->from)) return RC_OK;
    TRY(rulebook_open(c->app->rules, c->kv, &m, call_now(), c->arena, &known, e));
    rc_t rc = policy_evaluate(&known.in, c->arena, &d, e);
    for (size_t i = 0; rc == RC_OK && i < d.recipient_count; i++)
        look_at(&d.recipients[i], in->mode, &missing);
    if (rc == RC_OK && (missing.sign || missing.encrypt)) rc = refuse(c, &missing, e);
    rulebook_close(&known);
    return rc;
}

rc_t compose_check_demands(struct call *c, const struct compose *m, struct err *e)
{
    const struct mail_address *const lists[] = {m->to, m->cc, m->bcc};
    const size_t counts[] = {m->to_count, m->cc_count, m->bcc_count};
    struct demand_input in = {.mode = m->mode,
                              .from = m->from.address,
                              .subject = m->subject,
                              .size = (uint32_t) m->body.n,
                              .has_attachment = m->attachment_count > 0};
    for (int i = 0; i < 3; i++) {
        str_t *list = ARENA_ARRAY(c->arena, counts[i] + 1, str_t);
        if (!list) return err_set(e, RC_NO_MEMORY, NULL);
        for (size_t k = 0; k < counts[i]; k++)
            list[k] = lists[i][k].address;
        in.to[i] = list;
        in.to_count[i] = counts[i];
    }
    return compose_check_rules(c, &in, e);
}
