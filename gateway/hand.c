#include "gateway/hand.h"

#include "base/clock.h"
#include "base/log.h"
#include "gateway/variant.h"
#include "mail/build_part.h"

/* --- replies -----------------------------------------------------------------------------------
 */

void hand_reply(struct hand *h, str_t address, unsigned code, str_t status, str_t text)
{
    for (size_t i = 0; i < h->mail->count; i++)
        if (str_eq(h->lower[i], address))
            h->mail->recipients[i].reply = (struct lmtp_reply){code, status, text};
}

/* What will be the same at the next attempt is refused; every other failure is ours, and the mail
 * waits. A key that rests says so. */
static struct lmtp_reply failure_of(const struct err *why)
{
    if (why->code == RC_INVALID || why->code == RC_UNSUPPORTED || why->code == RC_TOO_LARGE)
        return (struct lmtp_reply){554, STR("5.6.0"),
                                   STR("The message cannot be examined or changed as it must be.")};
    bool rests = why->code == RC_KEY_STOPPED;
    return (struct lmtp_reply){451, rests ? STR("4.7.0") : STR("4.3.0"),
                               STR("It cannot be treated just now. Please try again later.")};
}

void hand_failure(struct hand *h, str_t address, const struct err *why)
{
    for (size_t i = 0; i < h->mail->count; i++)
        if (str_eq(h->lower[i], address) && h->mail->recipients[i].reply.code == 0)
            h->mail->recipients[i].reply = failure_of(why);
}

void hand_keep(struct hand *h, str_t address)
{
    for (size_t i = 0; i < h->mail->count; i++)
        if (str_eq(h->lower[i], address) && h->mail->recipients[i].reply.code >= 500)
            h->mail->recipients[i].reply = (struct lmtp_reply){
                451, STR("4.2.0"), STR("The quarantine's mailbox does not take it.")};
}

void hand_rest(struct hand *h, const struct err *why)
{
    for (size_t i = 0; i < h->mail->count; i++)
        if (h->mail->recipients[i].reply.code == 0) h->mail->recipients[i].reply = failure_of(why);
}

/* --- handing on --------------------------------------------------------------------------------
 */

rc_t hand_trace(struct hand *h, struct buf *out, struct err *e)
{
    const struct lmtp_mail *m = h->mail;
    str_t by = h->thread->gate->config->gate_name;
    buf_printf(out, "Received: from %.*s", STR_ARG(m->lhlo.n ? m->lhlo : STR("unknown")));
    if (m->xforward.addr.n) buf_printf(out, " (client [%.*s])", STR_ARG(m->xforward.addr));
    buf_printf(out, "\r\n\tby %.*s with LMTP id %.*s;\r\n\t", STR_ARG(by), STR_ARG(h->id));
    field_put_date(h->w->now, 0, out);
    buf_cstr(out, "\r\n");
    return out->failed ? err_set(e, RC_TOO_LARGE, NULL) : RC_OK;
}

static const struct lmtp_recipient *recipient_of(const struct hand *h, str_t address)
{
    for (size_t i = 0; i < h->mail->count; i++)
        if (str_eq(h->lower[i], address)) return &h->mail->recipients[i];
    return NULL;
}

static str_t notify_text(const struct hand *h, unsigned notify)
{
    if (!notify) return STR_NULL;
    if (notify & LMTP_NOTIFY_NEVER) return STR("NEVER");
    str_t s = arena_printf(h->w->a, "%s%s%s", notify & LMTP_NOTIFY_SUCCESS ? ",SUCCESS" : "",
                           notify & LMTP_NOTIFY_FAILURE ? ",FAILURE" : "",
                           notify & LMTP_NOTIFY_DELAY ? ",DELAY" : "");
    return str_sub(s, 1, s.n);
}

static struct onward *way(const struct hand *h, bool to_mailbox)
{
    return to_mailbox && h->thread->mailboxes ? h->thread->mailboxes : h->thread->next;
}

/* What is left of the mail's time; 0: none. */
static int time_left(const struct hand *h)
{
    int64_t left = h->ends_ms - clock_ms();
    return left < 0 ? 0 : left < HAND_DEADLINE_MS ? (int) left : HAND_DEADLINE_MS;
}

/* As it was addressed, letter case and all. */
static void address_it(const struct hand *h, str_t address, struct onward_recipient *out)
{
    const struct lmtp_recipient *r = recipient_of(h, address);
    *out = (struct onward_recipient){.address = r ? r->address : address,
                                     .notify = r ? notify_text(h, r->notify) : STR_NULL,
                                     .orcpt = r ? r->orcpt : STR_NULL};
}

/* Success has one text, whatever the next hop said and wherever the mail went: a reply is no way to
 * learn what became of it. */
static void tell(struct hand *h, str_t address, const struct onward_recipient *r)
{
    bool taken = r->state == ONWARD_TAKEN;
    log_event(taken ? LOG_INFO : LOG_WARN, "handed_on", "id", LOG_S(h->id), "code", LOG_I(r->code),
              "status", LOG_S(r->enhanced), "said", LOG_S(r->reply), NULL);
    if (h->hushed && r->state == ONWARD_REFUSED) {
        hand_quarantine(h, address, r->enhanced);
        return;
    }
    hand_reply(h, address, taken ? 250 : (unsigned) r->code, taken ? STR("2.0.0") : r->enhanced,
               taken ? STR("OK") : r->reply);
    if (r->unreported) log_event(LOG_WARN, "report_of_success_owed", "id", LOG_S(h->id), NULL);
}

static void hand_some(struct hand *h, bool to_mailbox, const str_t *to, size_t n, str_t message)
{
    const struct lmtp_mail *m = h->mail;
    struct err e = {0};
    const struct onward_client client = {.name = m->xforward.name,
                                         .address = m->xforward.addr,
                                         .protocol = m->xforward.proto,
                                         .helo = m->xforward.helo};
    struct onward_recipient *list = ARENA_ARRAY(h->w->a, n, struct onward_recipient);
    struct onward_envelope env = {.from = m->from,
                                  .ret = m->ret == LMTP_RET_FULL   ? STR("FULL")
                                         : m->ret == LMTP_RET_HDRS ? STR("HDRS")
                                                                   : STR_NULL,
                                  .envid = m->envid,
                                  .utf8 = m->utf8,
                                  .client = &client,
                                  .recipients = list,
                                  .count = n};
    if (!list || time_left(h) == 0) {
        err_set(&e, list ? RC_TIMEOUT : RC_NO_MEMORY, NULL);
        for (size_t i = 0; i < n; i++)
            hand_failure(h, to[i], &e);
        return;
    }
    for (size_t i = 0; i < n; i++)
        address_it(h, to[i], &list[i]);
    rc_t rc = onward_hand(way(h, to_mailbox), &env, message, time_left(h), h->w->a, &e);
    if (rc != RC_OK) log_err(LOG_WARN, "next_hop_failed", &e);
    for (size_t i = 0; i < n; i++)
        tell(h, to[i], &list[i]);
}

void hand_on(struct hand *h, bool to_mailbox, const str_t *to, size_t n, str_t message)
{
    enum { AT_ONCE = 1000 };
    for (size_t i = 0; i < n; i += AT_ONCE)
        hand_some(h, to_mailbox, to + i, n - i < AT_ONCE ? n - i : AT_ONCE, message);
}

/* A mail of ours, with the null sender. False: it waits, and the recipient is told so. */
static bool hand_own(struct hand *h, bool to_mailbox, str_t about, str_t to, str_t message)
{
    struct err e = {0};
    struct onward_recipient r = {.address = to};
    struct onward_envelope env = {
        .from = STR(""), .utf8 = h->mail->utf8, .recipients = &r, .count = 1};
    rc_t rc = time_left(h) == 0
                  ? err_set(&e, RC_TIMEOUT, NULL)
                  : onward_hand(way(h, to_mailbox), &env, message, time_left(h), h->w->a, &e);
    if (rc != RC_OK) log_err(LOG_WARN, "next_hop_failed", &e);
    if (r.state == ONWARD_TAKEN) return true;
    log_event(LOG_ERROR, "own_mail_not_taken", "id", LOG_S(h->id), "code", LOG_I(r.code), NULL);
    hand_reply(h, about, 451, STR("4.3.0"), STR("What is to be said about it cannot be sent."));
    return false;
}

/* --- quarantine and reports --------------------------------------------------------------------
 */

void hand_quarantine(struct hand *h, str_t address, str_t status)
{
    struct err e = {0};
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(h->mail->data.n + (1 << 20));
    rc_t rc = hand_trace(h, &text, &e);
    buf_printf(&text, "X-Waxseal-Quarantine: %.*s; from=<%.*s>;\r\n\tto=<%.*s>\r\n",
               STR_ARG(status), STR_ARG(h->mail->from), STR_ARG(address));
    if (rc == RC_OK) rc = variant_as_it_came(h->mail->data, &text, &e);
    if (rc != RC_OK) {
        hand_failure(h, address, &e);
        return;
    }
    if (!hand_own(h, true, address, h->thread->gate->config->gate_quarantine, buf_view(&text)))
        return;
    log_event(LOG_INFO, "quarantined", "id", LOG_S(h->id), "status", LOG_S(status), NULL);
    hand_reply(h, address, 250, STR("2.0.0"), STR("OK"));
}

static rc_t write_report(struct hand *h, str_t address, const struct refusal *why,
                         const struct entity *header, bool inside, struct buf *out, struct err *e)
{
    const struct config *c = h->thread->gate->config;
    const struct lmtp_recipient *r = recipient_of(h, address);
    struct report_about about = {.final = address,
                                 .original = r ? r->orcpt : STR_NULL,
                                 .action = REPORT_FAILED,
                                 .status = why->status,
                                 .diagnostic = why->word};
    for (int i = 0; i < REPORT_LANGUAGES; i++)
        about.words[i] = why->words[i];
    str_t subject = entity_field(header, STR("Subject"));
    const struct report_notice n = {
        .reporting_mta = c->gate_name,
        .from = {.name = STR("Mail Delivery System"), .address = c->gate_postmaster},
        .to = h->mail->from,
        .date = h->w->now,
        .message_id =
            arena_printf(h->w->a, "<%.*s.%zu@%.*s>", STR_ARG(h->id),
                         (size_t) (r ? r - h->mail->recipients : 0), STR_ARG(c->gate_name)),
        .languages = 1u << REPORT_ENGLISH | 1u << REPORT_GERMAN,
        .envid = h->mail->envid,
        .arrived = h->w->now,
        .about = &about,
        .count = 1,
        .subject = inside && subject.p ? header_text(subject, h->w->a) : STR_NULL,
        .header = h->mail->data};
    return report_write(&n, h->w->a, out, e);
}

void hand_report(struct hand *h, str_t address, const struct refusal *why,
                 const struct entity *header, bool inside)
{
    struct err e = {0};
    const struct lmtp_recipient *r = recipient_of(h, address);
    CLEANUP_BUF struct buf text = BUF_INIT(1 << 20);
    str_t notify = r ? notify_text(h, r->notify) : STR_NULL;
    if (!report_allowed(h->mail->from, header, h->w->a) || !report_wanted(notify, REPORT_FAILED)) {
        hand_quarantine(h, address, why->status);
        return;
    }
    if (write_report(h, address, why, header, inside, &text, &e) != RC_OK) {
        log_err(LOG_ERROR, "report_not_made", &e);
        hand_quarantine(h, address, why->status);
        return;
    }
    if (!hand_own(h, false, address, h->mail->from, buf_view(&text))) return;
    hand_reply(h, address, 250, STR("2.0.0"), STR("OK"));
}
