#include "policy/evaluate.h"

#include <stdlib.h>

#include "policy/caseless.h"

/* A message on its way through the organisations. */
struct work {
    const struct policy_input *in;
    struct arena *a;
    const struct policy_organisation *sender; /* NULL: none of ours, or not verified */
    str_t from;                               /* lower case */
    str_t subject;                            /* as the sending organisation leaves it */
    bool trigger[TRIGGER_COUNT];
    struct matcher **matchers; /* by organisation; NULL: not asked yet */
    struct decision d;
};

static const struct policy_organisation *owner_of(const struct policy_input *in, str_t address)
{
    str_t domain = ruleset_domain_of(address);
    for (size_t i = 0; i < in->org_count && domain.n > 0; i++)
        if (ruleset_manages(in->orgs[i].rules, domain)) return &in->orgs[i];
    return NULL;
}

/* --- recipients --------------------------------------------------------------------------------
 */

static int by_text(const void *a, const void *b)
{
    const struct ruleset_word *x = a, *y = b;
    int order = str_cmp(x->text, y->text);
    return order ? order : (x->value > y->value) - (x->value < y->value);
}

/* Lower case, each once: the first of to, cc, bcc. */
static rc_t take_recipients(struct work *w, struct err *e)
{
    const struct policy_message *m = w->in->message;
    size_t n = m->to_count[0] + m->to_count[1] + m->to_count[2], k = 0;
    if (n > POLICY_RECIPIENTS_MAX || m->header_count > POLICY_HEADERS_MAX)
        return err_set(e, RC_TOO_LARGE, "The message has too many recipients or header fields.");
    struct ruleset_word *all = ARENA_ARRAY(w->a, n + 1, struct ruleset_word);
    struct decision_recipient *list = ARENA_ARRAY(w->a, n + 1, struct decision_recipient);
    bool *again = ARENA_ARRAY(w->a, n + 1, bool);
    if (!all || !list || !again) return err_set(e, RC_NO_MEMORY, NULL);
    for (int role = 0; role < 3; role++) {
        for (size_t i = 0; i < m->to_count[role]; i++, k++) {
            list[k].address = caseless_lower(w->a, m->to[role][i]);
            list[k].role = (enum policy_role) role;
            if (!list[k].address.p) return err_set(e, RC_NO_MEMORY, NULL);
            all[k] = (struct ruleset_word){list[k].address, (uint32_t) k};
        }
    }
    if (n) qsort(all, n, sizeof *all, by_text);
    for (size_t i = 1; i < n; i++)
        again[all[i].value] = str_eq(all[i].text, all[i - 1].text);
    for (size_t i = 0; i < n; i++)
        if (!again[i]) list[w->d.recipient_count++] = list[i];
    w->d.recipients = list;
    return RC_OK;
}

/* --- what the writer said ----------------------------------------------------------------------
 */

/* One blank between words, none at the ends. */
static str_t tidy(struct arena *a, str_t s)
{
    char *to = arena_alloc(a, s.n + 1);
    size_t n = 0;
    bool blank = false;
    if (!to) return STR_NULL;
    for (size_t i = 0; i < s.n; i++) {
        if (strchr(" \t\r\n", s.p[i]) && s.p[i]) {
            blank = n > 0;
            continue;
        }
        if (blank) to[n++] = ' ';
        blank = false;
        to[n++] = s.p[i];
    }
    to[n] = '\0';
    return str_n(to, n);
}

/* text without each place where the trigger stands. */
static str_t without(struct arena *a, str_t text, str_t trigger, bool *found)
{
    char *to = arena_alloc(a, text.n + 1);
    size_t n = 0, at = 0, end = 0, rest = 0;
    if (!to) return STR_NULL;
    while (caseless_find(text, trigger, &at, &end)) {
        *found = true;
        memcpy(to + n, text.p + rest, at - rest);
        n += at - rest;
        rest = at = end;
    }
    if (rest < text.n) memcpy(to + n, text.p + rest, text.n - rest);
    return str_n(to, n + text.n - rest);
}

static rc_t take_triggers(struct work *w, struct err *e)
{
    const struct policy_message *m = w->in->message;
    const struct policy_organisation *o = w->sender;
    w->subject = m->subject.p ? m->subject : STR("");
    if (!o || o->smime == SMIME_DISABLED || w->in->state.rules_down) return RC_OK;
    const struct rule_document *doc = ruleset_document(o->rules);
    for (int i = TRIGGER_COUNT - 1; i >= 0; i--) {
        size_t at = 0, end;
        str_t text = doc->triggers[i];
        /* a text that overlaps one that was removed before still counts */
        bool *found = &w->trigger[i], gone = false;
        if (text.n == 0) continue;
        *found = caseless_find(m->subject, text, &at, &end);
        if (!*found) continue;
        w->subject = without(w->a, w->subject, text, &gone);
        if (!w->subject.p) return err_set(e, RC_NO_MEMORY, NULL);
    }
    if (!w->trigger[TRIGGER_SIGN] && !w->trigger[TRIGGER_ENCRYPT]) return RC_OK;
    w->subject = tidy(w->a, w->subject);
    if (!w->subject.p) return err_set(e, RC_NO_MEMORY, NULL);
    w->d.subject = w->subject;
    return RC_OK;
}

static void set_by_user(struct matched *m, enum rule_field f, enum rule_level l)
{
    if (m->level[f] == l) return;
    m->level[f] = (uint8_t) l;
    m->giver[f] = GIVER_USER;
}

/* "Yes" makes it required; "no" lowers what is only wished for. */
static void apply_user(struct matched *m, enum rule_field f, bool trigger, enum policy_choice c)
{
    if (trigger || c == CHOICE_YES) {
        set_by_user(m, f, LEVEL_REQUIRE);
        if (f == RULE_ENCRYPT) set_by_user(m, RULE_ON_PARTIAL, LEVEL_ALL_OR_NONE);
    } else if (c == CHOICE_NO && m->level[f] == LEVEL_ON) {
        set_by_user(m, f, LEVEL_OFF);
    }
}

/* --- passes ------------------------------------------------------------------------------------
 */

static rc_t match(struct work *w, struct decision_recipient *r, struct decision_pass *p,
                  struct err *e)
{
    struct matcher **m = &w->matchers[p->org - w->in->orgs];
    const struct policy_message *msg = w->in->message;
    bool received = p->kind == PASS_INBOUND; /* as the first pass left it */
    if (!*m)
        TRY(matcher_new(p->org->rules, msg, w->from, received ? w->subject : msg->subject, w->a, m,
                        e));
    return matcher_run(*m, p->kind, r->address, &p->matched, e);
}

/* *go_on: false when this recipient's evaluation ends here. */
static rc_t run_pass(struct work *w, struct decision_recipient *r,
                     const struct policy_organisation *org, enum pass_kind kind,
                     struct policy_mail *mail, bool *go_on, struct err *e)
{
    const struct policy_message *m = w->in->message;
    struct decision_pass *p = &r->pass[r->pass_count++];
    *p = (struct decision_pass){.org = org, .kind = kind};
    *go_on = true;
    if (org->smime == SMIME_DISABLED) {
        p->note = NOTE_FEATURE_DISABLED;
        return RC_OK;
    }
    if (w->in->state.rules_down) {
        p->note = NOTE_RULES_UNAVAILABLE;
        r->outcome = OUTCOME_DEFER;
        r->status = STATUS_RULES_DOWN;
        *go_on = false;
        return RC_OK;
    }
    TRY(match(w, r, p, e));
    if (kind != PASS_INBOUND) {
        apply_user(&p->matched, RULE_SIGN, w->trigger[TRIGGER_SIGN], m->user_sign);
        apply_user(&p->matched, RULE_ENCRYPT, w->trigger[TRIGGER_ENCRYPT], m->user_encrypt);
        *go_on = actions_send(r, p, w->in, w->from, mail);
    }
    if (*go_on && kind != PASS_OUTBOUND) *go_on = actions_receive(r, p, w->in, mail);
    return RC_OK;
}

static struct policy_mail mail_of(const struct policy_message *m)
{
    struct policy_mail mail = {.signature = m->signature, .encrypted = m->encrypted != NULL};
    if (!m->encrypted) return mail;
    mail.certs = m->encrypted->certs;
    mail.cert_count = m->encrypted->cert_count;
    mail.cipher = m->encrypted->cipher;
    mail.tampered = m->encrypted->tampered;
    mail.inner = m->encrypted->inner;
    return mail;
}

static enum decision_direction direction_of(const struct policy_organisation *from,
                                            const struct policy_organisation *to)
{
    if (!from) return to ? DIRECTION_INBOUND : DIRECTION_RELAY;
    if (!to) return DIRECTION_OUTBOUND;
    return from == to ? DIRECTION_INTERNAL : DIRECTION_OUTBOUND_INBOUND;
}

static rc_t evaluate_one(struct work *w, struct decision_recipient *r, struct err *e)
{
    const struct policy_organisation *to = owner_of(w->in, r->address);
    struct policy_mail mail = mail_of(w->in->message);
    bool go_on = true;
    r->direction = direction_of(w->sender, to);
    r->as_signed = !mail.encrypted && mail.signature != SIGNATURE_NONE;
    r->as_encrypted = mail.encrypted;
    if (r->direction == DIRECTION_INTERNAL) {
        TRY(run_pass(w, r, to, PASS_INTERNAL, &mail, &go_on, e));
    } else {
        if (w->sender) TRY(run_pass(w, r, w->sender, PASS_OUTBOUND, &mail, &go_on, e));
        if (to && go_on) TRY(run_pass(w, r, to, PASS_INBOUND, &mail, &go_on, e));
    }
    if (to && to->smime != SMIME_DISABLED && r->outcome == OUTCOME_DELIVER)
        r->stored = mail.encrypted ? STORED_ENCRYPTED : STORED_PLAIN;
    return RC_OK;
}

rc_t policy_evaluate(const struct policy_input *in, struct arena *a, struct decision *out,
                     struct err *e)
{
    struct work w = {.in = in, .a = a, .from = caseless_lower(a, in->message->from)};
    w.matchers = ARENA_ARRAY(a, in->org_count + 1, struct matcher *);
    if (!w.from.p || !w.matchers) return err_set(e, RC_NO_MEMORY, NULL);
    if (in->message->authenticated) w.sender = owner_of(in, w.from);
    TRY(take_recipients(&w, e));
    TRY(take_triggers(&w, e));
    for (size_t i = 0; i < w.d.recipient_count; i++)
        TRY(evaluate_one(&w, &w.d.recipients[i], e));
    bool sends = w.sender && w.sender->smime != SMIME_DISABLED;
    TRY(split_decide(in, sends, a, &w.d, e));
    *out = w.d;
    return RC_OK;
}
