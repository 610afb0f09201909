#include "gateway/treat.h"

#include <time.h>

#include "base/b64.h"
#include "base/clock.h"
#include "base/kill.h"
#include "base/log.h"
#include "crypto/seal.h"
#include "gateway/hand.h"
#include "gateway/refusal.h"
#include "gateway/variant.h"
#include "policy/caseless.h"
#include "policy/decision_json.h"
#include "policy/decision_log.h"

/* Recipients that are decided about together. */
struct group {
    str_t organisation; /* whose; null: nobody's */
    str_t *address;     /* lower case */
    size_t count;
};

/* --- who goes together -------------------------------------------------------------------------
 */

static rc_t add_to_group(struct group *list, size_t *n, size_t most, str_t organisation,
                         str_t address, struct arena *a, struct err *e)
{
    size_t at = 0;
    while (at < *n && !str_eq(list[at].organisation, organisation))
        at++;
    if (at == *n) {
        list[at].organisation = organisation;
        list[at].address = ARENA_ARRAY(a, most, str_t);
        if (!list[at].address) return err_set(e, RC_NO_MEMORY, NULL);
        ++*n;
    }
    list[at].address[list[at].count++] = address;
    return RC_OK;
}

static bool is_quarantine(const struct gate_thread *f, str_t address)
{
    return str_ieq(address, f->gate->config->gate_quarantine);
}

/* Each address once. What is for the quarantine is nobody's: it was refused once already. */
static rc_t take_addresses(const struct hand *h, str_t **out, size_t *count, struct err *e)
{
    size_t n = 0, most = h->mail->count;
    str_t *list = ARENA_ARRAY(h->w->a, most, str_t);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < most; i++) {
        bool again = is_quarantine(h->thread, h->lower[i]);
        for (size_t k = 0; k < n && !again; k++)
            again = str_eq(list[k], h->lower[i]);
        if (!again) list[n++] = h->lower[i];
    }
    *out = list;
    *count = n;
    return RC_OK;
}

/* All together where the submitter is verified: his organisation decides about the whole mail. Else
 * those of each organisation, so that signatures are judged by the trust of whom they are for. */
static rc_t make_groups(const struct hand *h, bool authenticated, struct group **out, size_t *count,
                        struct err *e)
{
    struct gate_work *w = h->w;
    const struct registry r = gate_registry(w);
    str_t *address, known = STR_NULL, home = STR_NULL;
    size_t n = 0, of = 0;
    struct group *list = ARENA_ARRAY(w->a, h->mail->count + 1, struct group);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(take_addresses(h, &address, &of, e));
    for (size_t i = 0; i < of; i++) {
        str_t domain = ruleset_domain_of(authenticated ? h->mail->from : address[i]);
        if (i == 0 || !str_eq(domain, known)) {
            str_t lower = caseless_lower(w->a, domain);
            if (!lower.p) return err_set(e, RC_NO_MEMORY, NULL);
            TRY(registry_organisation_of(&r, w->a, lower, &home, e));
        }
        known = domain;
        TRY(add_to_group(list, &n, of, home, address[i], w->a, e));
    }
    *out = list;
    *count = n;
    return RC_OK;
}

/* --- deciding ----------------------------------------------------------------------------------
 */

struct decided {
    struct facts facts;
    struct rulebook_case known;
    struct decision d;
    bool tried; /* to open it with our keys */
};

/* The pass that would open it for its one recipient, or NULL. */
static const struct decision_pass *opening(const struct decision *d)
{
    for (size_t i = 0; i < d->recipient_count; i++)
        for (size_t k = 0; k < d->recipients[i].pass_count; k++)
            if (d->recipients[i].pass[k].action[RULE_DECRYPT].result == RESULT_DONE)
                return &d->recipients[i].pass[k];
    return NULL;
}

static rc_t decide(struct gate_thread *f, struct gate_work *w, struct decided *x, struct err *e)
{
    TRY(rulebook_open(f->gate->rules, w->kv, &x->facts.m, w->now, &x->facts.checks, w->a, &x->known,
                      e));
    TRY(policy_evaluate(&x->known.in, w->a, &x->d, e));
    const struct decision_pass *p = x->facts.m.encrypted ? opening(&x->d) : NULL;
    if (!p) return RC_OK;
    x->tried = true;
    TRY(facts_open(&x->facts, x->d.recipients[0].address, p->org->id, e));
    return policy_evaluate(&x->known.in, w->a, &x->d, e);
}

static void write_log(struct gate_thread *f, struct gate_work *w, struct decided *x)
{
    const struct decision_log_entry entry = {
        .message_id = str_trim(entity_field(x->facts.header, STR("Message-ID"))),
        .source = "gate",
        .now = w->now,
        .in = &x->known.in,
        .decision = &x->d,
        .versions = x->known.versions};
    decision_log_write(w->kv, f->gate->config, w->a, &entry);
}

/* --- carrying it out ---------------------------------------------------------------------------
 */

/* Who must not learn how it ended: from outside, and the outcome of opening would show. */
static bool is_hushed(const struct decided *x)
{
    return x->tried && !x->facts.m.authenticated && x->facts.would_be_oracle;
}

/* Postfix would drop what it has nobody to write to about, and write to whoever was forged. */
static bool may_be_told(const struct hand *h, const struct decided *x)
{
    const struct policy_message *m = &x->facts.m;
    return h->mail->from.n > 0 && (m->authenticated || m->auth != AUTH_FAIL);
}

static void refuse_one(struct hand *h, const struct decided *x, const struct decision_recipient *r,
                       enum decision_report_kind kind)
{
    struct refusal why;
    if (!refusal_of(r, &why)) { /* the decision is at odds with itself: it waits for a person */
        hand_reply(h, r->address, 451, STR("4.3.0"), STR("It cannot be said what is to be done."));
        return;
    }
    if (kind == REPORT_DEFER) {
        hand_reply(h, r->address, 451, why.status, why.words[REPORT_ENGLISH].why);
    } else if (kind == REPORT_QUARANTINE || is_hushed(x) || !may_be_told(h, x)) {
        hand_quarantine(h, r->address, decision_status_code(r->status));
    } else if (kind == REPORT_DSN) {
        hand_report(h, r->address, &why, x->facts.header, x->facts.m.authenticated);
    } else {
        hand_reply(h, r->address, 550, why.status, why.words[REPORT_ENGLISH].why);
    }
}

static void refuse(struct hand *h, const struct decided *x)
{
    for (size_t i = 0; i < x->d.report_count; i++)
        for (size_t k = 0; k < x->d.reports[i].count; k++)
            refuse_one(h, x, &x->d.recipients[x->d.reports[i].recipients[k]], x->d.reports[i].kind);
}

static rc_t deliver_one(struct hand *h, struct decided *x, const struct variant *v, struct err *e)
{
    size_t most = 4 * (size_t) h->thread->gate->config->message_max_bytes + (1 << 20);
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(most);
    str_t *to = ARENA_ARRAY(h->w->a, v->count, str_t);
    if (!to) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < v->count; i++)
        to[i] = v->to[i]->address;
    TRY(hand_trace(h, &text, e));
    TRY(variant_build(&x->facts, &x->d, v, &text, e));
    WX_KILL_POINT("gate_built");
    h->hushed = v->open && is_hushed(x);
    hand_on(h, v->to_mailbox, to, v->count, buf_view(&text));
    h->hushed = false;
    WX_KILL_POINT("gate_handed");
    return RC_OK;
}

/* The same at each attempt. */
static bool lasts(const struct err *why)
{
    return why->code == RC_INVALID || why->code == RC_UNSUPPORTED || why->code == RC_TOO_LARGE;
}

/* It cannot be made as it was decided. What was only wished for goes on as it came; that what was
 * opened cannot be handed on would tell what is in it. */
static void fall_back(struct hand *h, const struct decided *x, const struct variant *v,
                      const struct err *why)
{
    struct err e = {0};
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(h->mail->data.n + (1 << 20));
    bool hushed = is_hushed(x), as_it_came = lasts(why) && !variant_is_demanded(v) && !hushed;
    if (as_it_came)
        as_it_came = hand_trace(h, &text, &e) == RC_OK &&
                     variant_as_it_came(h->mail->data, &text, &e) == RC_OK;
    for (size_t k = 0; k < v->count; k++) {
        str_t to = v->to[k]->address;
        if (as_it_came)
            hand_on(h, v->to_mailbox, &to, 1, buf_view(&text));
        else if (v->open && lasts(why) && hushed)
            hand_quarantine(h, to, STR("5.6.0"));
        else
            hand_failure(h, to, why);
    }
}

static rc_t deliver(struct hand *h, bool submitted, struct decided *x, struct err *e)
{
    struct variant *list;
    size_t n;
    TRY(variants_of(&x->d, submitted, h->w->a, &list, &n, e));
    for (size_t i = 0; i < n; i++) {
        struct err why = {0};
        if (deliver_one(h, x, &list[i], &why) == RC_OK) continue;
        log_err(LOG_ERROR, "mail_not_made", &why);
        fall_back(h, x, &list[i], &why);
    }
    return RC_OK;
}

static rc_t treat_group(struct hand *h, bool submitted, const struct group *g, struct err *e);

/* Whether a key opens it is asked, and decided, for each by himself. */
static rc_t treat_each(struct hand *h, bool submitted, const struct group *g)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct group one = {g->organisation, &g->address[i], 1};
        struct err why = {0};
        if (treat_group(h, submitted, &one, &why) == RC_OK) continue;
        log_err(LOG_ERROR, "mail_not_decided", &why);
        hand_failure(h, g->address[i], &why);
    }
    return RC_OK;
}

static rc_t treat_group(struct hand *h, bool submitted, const struct group *g, struct err *e)
{
    struct decided x = {.tried = false};
    const struct gate_mail in = {.mail = h->mail,
                                 .submitted = submitted,
                                 .recipients = g->address,
                                 .recipient_count = g->count,
                                 .organisation = g->organisation};
    rc_t rc = facts_gather(h->w, &in, &x.facts, e);
    if (rc == RC_OK && x.facts.m.encrypted && g->count > 1) {
        facts_close(&x.facts);
        return treat_each(h, submitted, g);
    }
    if (rc == RC_OK) rc = decide(h->thread, h->w, &x, e);
    if (rc == RC_OK) {
        write_log(h->thread, h->w, &x);
        WX_KILL_POINT("gate_decided");
        refuse(h, &x);
        rc = deliver(h, submitted, &x, e);
    }
    if (x.known.orgs) rulebook_close(&x.known);
    facts_close(&x.facts);
    return rc;
}

/* Nobody's: nothing is decided, and the mail goes on as it came. */
static rc_t pass_on(struct hand *h, bool submitted, const struct group *g, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(h->mail->data.n + (1 << 20));
    TRY(hand_trace(h, &text, e));
    TRY(variant_as_it_came(h->mail->data, &text, e));
    hand_on(h, !submitted, g->address, g->count, buf_view(&text));
    return RC_OK;
}

static rc_t treat(struct hand *h, bool submitted, struct err *e)
{
    struct group *list, quarantine = {.count = 0};
    size_t n;
    bool authenticated = false;
    str_t place = caseless_lower(h->w->a, h->thread->gate->config->gate_quarantine);
    if (!place.p) return err_set(e, RC_NO_MEMORY, NULL);
    if (submitted) TRY(facts_is_authenticated(h->w, h->mail, &authenticated, e));
    TRY(make_groups(h, authenticated, &list, &n, e));
    for (size_t i = 0; i < n; i++) {
        struct err why = {0};
        rc_t rc = str_is_null(list[i].organisation) && !authenticated
                      ? pass_on(h, submitted, &list[i], &why)
                      : treat_group(h, submitted, &list[i], &why);
        if (rc == RC_OK) continue;
        log_err(LOG_ERROR, "mail_not_decided", &why);
        for (size_t k = 0; k < list[i].count; k++)
            hand_failure(h, list[i].address[k], &why);
    }
    quarantine.address = &place;
    for (size_t i = 0; i < h->mail->count; i++)
        if (is_quarantine(h->thread, h->lower[i])) quarantine.count = 1;
    if (quarantine.count == 0) return RC_OK;
    TRY(pass_on(h, submitted, &quarantine, e));
    hand_keep(h, place);
    return RC_OK;
}

static rc_t lower_recipients(struct hand *h, struct err *e)
{
    str_t *list = ARENA_ARRAY(h->w->a, h->mail->count, str_t);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < h->mail->count; i++) {
        list[i] = caseless_lower(h->w->a, h->mail->recipients[i].address);
        if (!list[i].p) return err_set(e, RC_NO_MEMORY, NULL);
    }
    h->lower = list;
    return RC_OK;
}

static rc_t new_id(struct arena *a, str_t *out, struct err *e)
{
    unsigned char raw[9];
    TRY(random_bytes(raw, sizeof raw, e));
    *out = hex_encode(a, str_n(raw, sizeof raw));
    return out->p ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

void treat_mail(struct gate_thread *f, bool submitted, struct lmtp_mail *mail)
{
    struct err e = {0};
    struct gate_work w = {.gate = f->gate, .kv = f->kv, .a = mail->a, .now = time(NULL)};
    struct hand h = {.thread = f, .w = &w, .mail = mail, .ends_ms = clock_ms() + HAND_WHOLE_MS};
    rc_t rc = lower_recipients(&h, &e);
    if (rc == RC_OK) rc = new_id(w.a, &h.id, &e);
    if (rc == RC_OK) rc = treat(&h, submitted, &e);
    if (rc != RC_OK) {
        log_err(LOG_ERROR, "mail_not_treated", &e);
        hand_rest(&h, &e);
    }
}
