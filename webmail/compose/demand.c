#include "webmail/compose/demand.h"

#include <stdio.h>

#include "base/b64.h"
#include "base/mutant.h"
#include "crypto/seal.h"
#include "mail/entity.h"
#include "policy/decision_json.h"
#include "policy/decision_log.h"
#include "policy/rulebook.h"
#include "policy/rules_store.h"
#include "webmail/compose/compose.h"
#include "webmail/compose/demand_preview.h"
#include "webmail/compose/draft.h"
#include "webmail/session/session.h"
#include "webmail/smime/revocation.h"

struct demand {
    struct call *c;
    enum compose_mode mode;
    bool none; /* nobody's rules */
    str_t message_id;
    struct policy_message m;
    struct policy_encryption encryption;
    struct rulebook_case known;
    struct decision d; /* as it was last decided */
};

/* --- what rules see ----------------------------------------------------------------------------
 */

/* Subject stands as it was written, whatever the header will have: a trigger is seen by filters. */
static rc_t read_headers(struct demand *d, str_t header, struct err *e)
{
    struct entity *m = NULL;
    struct arena *a = d->c->arena;
    if (!header.n) return RC_OK;
    str_t whole = arena_printf(a, "%.*s\r\n", STR_ARG(header));
    if (!whole.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(entity_parse(whole, NULL, a, &m, e));
    struct policy_header *list = ARENA_ARRAY(a, m->field_count + 1, struct policy_header);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < m->field_count; i++) {
        bool subject = str_ieq(m->fields[i].name, STR("Subject"));
        list[i].name = m->fields[i].name;
        list[i].value = subject ? d->m.subject : header_text(m->fields[i].value, a);
        if (!list[i].value.p) return err_set(e, RC_NO_MEMORY, NULL);
    }
    d->m.headers = list;
    d->m.header_count = m->field_count;
    return RC_OK;
}

/* As it was written; the mode is what the writer says. */
static struct policy_message describe(const struct demand_input *in)
{
    struct policy_message m = {.authenticated = true,
                               .mail_from = in->from,
                               .from = in->from,
                               .subject = in->subject.p ? in->subject : STR(""),
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

rc_t demand_open(struct call *c, const struct demand_input *in, struct demand **out, struct err *e)
{
    struct demand *d = ARENA_NEW(c->arena, struct demand);
    if (!d) return err_set(e, RC_NO_MEMORY, NULL);
    d->c = c;
    d->mode = in->mode;
    d->message_id = in->message_id;
    d->m = describe(in);
    d->none = has_no_rules(c, in->from);
    if (!d->none) {
        TRY(read_headers(d, in->header, e));
        struct smime_checks checks;
        smime_checks_start(&checks, c, in->ask);
        TRY(rulebook_open_sending(c->app->rules, c->kv, &d->m, call_now(), &checks.checks, c->arena,
                                  &d->known, e));
        d->none = d->known.in.org_count == 0;
    }
    *out = d;
    return RC_OK;
}

void demand_close(struct demand **d)
{
    if (*d && (*d)->known.orgs) rulebook_close(&(*d)->known);
    *d = NULL;
}

static rc_t list_addresses(struct call *c, const struct compose *m, struct demand_input *in,
                           struct err *e)
{
    const struct mail_address *const lists[] = {m->to, m->cc, m->bcc};
    const size_t counts[] = {m->to_count, m->cc_count, m->bcc_count};
    for (int i = 0; i < 3; i++) {
        str_t *list = ARENA_ARRAY(c->arena, counts[i] + 1, str_t);
        if (!list) return err_set(e, RC_NO_MEMORY, NULL);
        for (size_t k = 0; k < counts[i]; k++)
            list[k] = lists[i][k].address;
        in->to[i] = list;
        in->to_count[i] = counts[i];
    }
    return RC_OK;
}

static rc_t open_described(struct call *c, const struct compose *m, uint32_t size, bool attachment,
                           bool ask, struct demand **out, struct err *e)
{
    CLEANUP_BUF struct buf header = BUF_INIT_SECRET(1u << 19);
    const struct build_message b = compose_message(c, m);
    struct demand_input in = {.mode = m->mode,
                              .from = m->from.address,
                              .subject = m->subject,
                              .size = size,
                              .has_attachment = attachment,
                              .message_id = b.message_id,
                              .ask = ask};
    if (has_no_rules(c, in.from)) return demand_open(c, &in, out, e);
    TRY(list_addresses(c, m, &in, e));
    TRY(build_header(&b, &header, e));
    in.header = buf_view(&header);
    return demand_open(c, &in, out, e);
}

rc_t demand_open_compose(struct call *c, const struct compose *m, struct demand **out,
                         struct err *e)
{
    return open_described(c, m, (uint32_t) m->body.n, m->attachment_count > 0, true, out, e);
}

/* --- the log -----------------------------------------------------------------------------------
 */

static void write_log(struct demand *d)
{
    struct policy_input in = d->known.in;
    const struct decision_log_entry entry = {.message_id = d->message_id,
                                             .source = "web",
                                             .now = call_now(),
                                             .in = &in,
                                             .decision = &d->d,
                                             .versions = d->known.versions};
    in.message = &d->m;
    decision_log_write(d->c->kv, d->c->app->config, d->c->arena, &entry);
}

void demand_log(struct demand *d)
{
    if (!d->none) write_log(d);
}

/* --- what is demanded --------------------------------------------------------------------------
 */

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
    const struct decision_pass *p = demand_pass(r);
    if (!p) return;
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

/* The mail client refuses the whole request: who is demanded nothing of is held back. */
static void decide_refused(struct demand *d)
{
    for (size_t i = 0; i < d->d.recipient_count; i++) {
        struct decision_recipient *r = &d->d.recipients[i];
        struct decision_pass *p = &r->pass[0];
        r->held = true;
        r->outcome = OUTCOME_REJECT;
        r->status = STATUS_NOT_PROTECTED;
        for (int f = 0; demand_pass(r) && f < RULE_ON_PARTIAL; f++) {
            bool given = (f == RULE_SIGN && d->mode & MODE_SIGN) ||
                         (f == RULE_ENCRYPT && d->mode & MODE_ENCRYPT);
            bool demanded = f <= RULE_ENCRYPT && is_demanded(p, (enum rule_field) f);
            p->action[f] = (struct decision_action){.result = RESULT_ABSENT};
            if (!demanded || given) continue;
            p->action[f] = (struct decision_action){.result = RESULT_UNAVAILABLE,
                                                    .reason = REASON_USER_DECLINED};
            r->held = false;
        }
    }
}

rc_t demand_check(struct demand *d, struct err *e)
{
    CLEANUP_JSON json_t *list = json_array();
    struct missing missing = {.list = list};
    if (d->none) return RC_OK;
    TRY(policy_evaluate(&d->known.in, d->c->arena, &d->d, e));
    for (size_t i = 0; i < d->d.recipient_count; i++)
        look_at(&d->d.recipients[i], d->mode, &missing);
    if (!missing.sign && !missing.encrypt) return RC_OK;
    decide_refused(d);
    write_log(d);
    return refuse(d->c, &missing, e);
}

str_t demand_subject(const struct demand *d)
{
    return d->d.subject;
}

/* --- as it leaves ------------------------------------------------------------------------------
 */

/* Personal keys satisfy the rules: what the organisation would have made of it otherwise is said
 * and stops nothing, and what happens where it arrives was not decided here. */
static void keep_sending(struct decision *d)
{
    for (size_t i = 0; i < d->recipient_count; i++) {
        struct decision_recipient *r = &d->recipients[i];
        r->outcome = OUTCOME_DELIVER;
        r->status = STATUS_DELIVERED;
        r->held = false;
        r->pass[0].action[RULE_DECRYPT] = r->pass[0].action[RULE_VALIDATE] =
            (struct decision_action){.result = RESULT_ABSENT};
    }
}

static rc_t digest_of(const struct decision *d, struct arena *a, str_t *out, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(1u << 20);
    unsigned char hash[32];
    for (size_t i = 0; i < d->recipient_count; i++) {
        const struct decision_recipient *r = &d->recipients[i];
        const struct decision_pass *p = demand_pass(r);
        buf_printf(&text, "%.*s", STR_ARG(r->address));
        for (int f = 0; p && f <= RULE_ENCRYPT; f++)
            buf_printf(&text, " %d/%d/%d", p->matched.level[f], p->action[f].result,
                       p->action[f].reason);
        buf_char(&text, '\n');
    }
    buf_str(&text, d->subject);
    if (text.failed) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(sha256(buf_view(&text), hash, e));
    *out = hex_encode(a, str_n(hash, sizeof hash));
    return out->p ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

rc_t demand_settle(struct demand *d, const str_t *certs, size_t count, str_t *digest, struct err *e)
{
    enum policy_signature sig = d->mode & MODE_SIGN ? SIGNATURE_VALID : SIGNATURE_NONE;
    struct policy_message leaving = d->m;
    struct policy_input in = d->known.in;
    *digest = STR("");
    if (d->none) return RC_OK;
    d->encryption = (struct policy_encryption){
        .certs = certs, .cert_count = count, .cipher = STR("aes-256-gcm"), .inner = sig};
    if (d->mode & MODE_ENCRYPT)
        leaving.encrypted = &d->encryption;
    else
        leaving.signature = sig;
    in.message = &leaving;
    TRY(policy_evaluate(&in, d->c->arena, &d->d, e));
    keep_sending(&d->d);
    d->m = leaving;
    return digest_of(&d->d, d->c->arena, digest, e);
}

/* --- while it is written -----------------------------------------------------------------------
 */

/* Without a word about it a choice is none. */
static rc_t read_choice(const json_t *in, const char *key, enum policy_choice *out, struct err *e)
{
    json_t *user;
    bool yes;
    TRY(json_want_object(in, "user", &user, e));
    const json_t *v = json_object_get(user, key);
    *out = CHOICE_NONE;
    if (!v || json_is_null(v)) return RC_OK;
    TRY(json_want_bool(user, key, false, &yes, e));
    *out = yes ? CHOICE_YES : CHOICE_NO;
    return RC_OK;
}

/* Only where some rule has a say: the document is large where rules are many. */
static rc_t read_names(struct demand *d, json_t **out, struct err *e)
{
    const struct registry r = {d->c->kv, d->c->app->config};
    bool named = false;
    TRY(policy_evaluate(&d->known.in, d->c->arena, &d->d, e));
    for (size_t i = 0; i < d->d.recipient_count && !named; i++) {
        const struct decision_pass *p = demand_pass(&d->d.recipients[i]);
        named = p && (p->matched.rule >= 0 || p->matched.giver[RULE_SIGN] >= 0 ||
                      p->matched.giver[RULE_ENCRYPT] >= 0);
    }
    return named ? rules_store_get(&r, d->known.in.orgs[0].id, out, e) : RC_OK;
}

rc_t compose_demands(struct call *c, struct err *e)
{
    CLEANUP_DEMAND struct demand *d = NULL;
    CLEANUP_JSON json_t *names = NULL;
    struct compose m = {.date = call_now()};
    uint32_t size;
    bool attachment, whole;
    json_t *answer = NULL;
    TRY(compose_parse_envelope(c, c->in, &m, e));
    TRY(json_want_u32(c->in, "size", 0, &size, e));
    TRY(json_want_bool(c->in, "attachment", false, &attachment, e));
    TRY(json_want_bool(c->in, "decision", false, &whole, e));
    TRY(open_described(c, &m, size, attachment, false, &d, e));
    TRY(read_choice(c->in, "sign", &d->m.user_sign, e));
    TRY(read_choice(c->in, "encrypt", &d->m.user_encrypt, e));
    if (!d->none) TRY(read_names(d, &names, e));
    if (d->none) d->known.in = (struct policy_input){.message = &d->m};
    const struct demand_asked asked = {.sender = d->none ? NULL : &d->known.in.orgs[0],
                                       .version = d->none ? 0 : d->known.versions[0],
                                       .names = names,
                                       .whole = whole};
    TRY(demand_preview(&d->known.in, &asked, c->arena, &answer, e));
    return call_answer(c, answer, e);
}
