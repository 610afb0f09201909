/* Second request of sending: the signature comes in, everything is checked again, and the
 * message leaves. */
#include "base/b64.h"
#include "base/kill.h"
#include "base/log.h"
#include "crypto/cms.h"
#include "webmail/compose/compose.h"
#include "webmail/compose/deliver.h"
#include "webmail/compose/demand.h"
#include "webmail/session/session.h"
#include "webmail/session/throttle.h"

#define CLAIM_TRIES 16

struct finishing {
    struct ticket ticket;
    struct decision decision;
    str_t signature, content_key; /* what the browser gave */
    struct rope frozen;
    struct flow entity;         /* of frozen */
    struct buf cms;             /* finished signature */
    struct signed_text content; /* what is signed, around the entity */
    struct demand *demand;      /* what today's rules say */
};

static void finishing_free(struct finishing *f)
{
    decision_free(&f->decision);
    rope_free(&f->frozen);
    buf_free(&f->cms);
    signed_text_free(&f->content);
    demand_close(&f->demand);
}

static rc_t read_binary(struct call *c, const char *key, str_t *out, struct err *e)
{
    str_t text;
    TRY(json_want_str(c->in, key, STR_NULL, &text, e));
    *out = STR_NULL;
    if (!text.p) return RC_OK;
    if (text.n > 16384 || !b64_decode(c->secret, text, out))
        return compose_refuse(e, RC_INVALID, key, "This is not base64.");
    return RC_OK;
}

/* The frozen entity, byte for byte what prepare froze. */
static rc_t load_entity(struct call *c, struct finishing *f, struct err *e)
{
    unsigned char hash[64];
    size_t n;
    const struct ticket *t = &f->ticket;
    if (t->shape.encrypted && !f->content_key.p)
        return compose_refuse(e, RC_INVALID, "content_key", "The content key is missing.");
    TRY(draft_entity(c, t->draft, &t->shape, f->content_key, &f->frozen, e));
    f->entity = rope_flow(&f->frozen);
    TRY(cms_digest_flow("sha256", &f->entity, hash, &n, e));
    str_t hex = hex_encode(c->arena, str_n(hash, n));
    if (!mac_equal(hex, t->digest))
        return err_set(e, RC_CONFLICT, "The draft has changed meanwhile. Please send again.");
    return RC_OK;
}

static const char *micalg_of(const struct cert *signer)
{
    const char *digest = cms_sign_digest(signer);
    if (strcmp(digest, "sha384") == 0) return "sha-384";
    return strcmp(digest, "sha512") == 0 ? "sha-512" : "sha-256";
}

/* Our own output, judged as a stranger's would be. */
static rc_t verify(struct call *c, const struct finishing *f, struct err *e)
{
    struct cms_signed result = {0};
    CLEANUP_BUF struct buf none = BUF_INIT(1);
    const struct cms_verify_options o = {
        .trust = call_trust(c), .now = call_now(), .flow = &f->entity};
    TRY(cms_verify(buf_view(&f->cms), STR_NULL, &o, c->arena, &none, &result, e));
    bool ok = result.count == 1 && result.signers[0].integrity == CMS_INTACT &&
              result.signers[0].cert && cert_equal(result.signers[0].cert, f->decision.signer);
    cms_signed_free(&result);
    return ok ? RC_OK : err_set(e, RC_SIGNATURE_REJECTED, NULL);
}

static rc_t insert_signature(struct call *c, struct finishing *f, struct err *e)
{
    if (!(f->ticket.mode & MODE_SIGN)) return RC_OK;
    if (!f->signature.p)
        return compose_refuse(e, RC_INVALID, "signature", "The signature is missing.");
    TRY(cms_sign_finish(f->ticket.state, f->signature, STR_NULL, &f->cms, e));
    TRY(verify(c, f, e));
    return signed_text_make(&f->entity, buf_view(&f->cms), micalg_of(f->decision.signer),
                            f->ticket.opaque, &f->content, e);
}

/* Order differs: To and Cc first. */
static bool was_decided(const struct ticket *t, const struct decided_recipient *r)
{
    str_t now = r->cert ? cert_fingerprint(r->cert) : STR_NULL;
    for (size_t i = 0; i < t->count; i++)
        if (str_eq(t->recipients[i].address, r->address) &&
            str_eq(t->recipients[i].fingerprint, now))
            return true;
    return false;
}

static rc_t compare_decisions(const struct ticket *t, const struct decision *d, struct err *e)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct decided_recipient *r = &d->recipients[i];
        if (was_decided(t, r)) continue;
        err_set(e, RC_CONFLICT, "The certificate of %.*s has changed meanwhile. Please send again.",
                STR_ARG(r->address));
        err_field(e, r->bcc ? "bcc" : "to");
        return RC_CONFLICT;
    }
    if (d->count == t->count) return RC_OK;
    return err_set(e, RC_CONFLICT, "The recipients have changed meanwhile. Please send again.");
}

static unsigned lists_of(const struct ticket_recipient *r)
{
    if (r->lists) return r->lists;
    return r->bcc ? LISTED_BCC : LISTED_TO;
}

/* Today's rules count, for what prepare was told of the message. */
static rc_t check_rules(struct call *c, struct finishing *f, str_t from, struct err *e)
{
    const struct ticket *t = &f->ticket;
    struct demand_input in = {.ask = true,
                              .mode = t->mode,
                              .from = from,
                              .subject = t->subject,
                              .size = t->size,
                              .has_attachment = t->has_attachment,
                              .header = t->header,
                              .message_id = compose_message_id(c, t->submission)};
    for (unsigned k = 0; k < 3; k++) {
        str_t *list = ARENA_ARRAY(c->arena, t->count + 1, str_t);
        if (!list) return err_set(e, RC_NO_MEMORY, NULL);
        for (size_t i = 0; i < t->count; i++)
            if (lists_of(&t->recipients[i]) & (1u << k))
                list[in.to_count[k]++] = t->recipients[i].address;
        in.to[k] = list;
    }
    TRY(demand_open(c, &in, &f->demand, e));
    return demand_check(f->demand, e);
}

/* The decision is compared, not the version: an edit that changes nothing for this message breaks
 * nobody's send. In tickets of before there is none. */
static rc_t compare_rules(struct call *c, struct finishing *f, struct err *e)
{
    size_t n = 0;
    str_t now, *certs = decision_fingerprints(&f->decision, c->arena, &n);
    if (!certs) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(demand_settle(f->demand, certs, n, &now, e));
    if (!f->ticket.rules.p || str_eq(f->ticket.rules, now)) return RC_OK;
    return err_set(e, RC_CONFLICT,
                   "Your organisation's rules have changed meanwhile. Please send again.");
}

/* Today's decision must be the one that was shown and signed. */
static rc_t decide_again(struct call *c, struct finishing *f, struct err *e)
{
    const struct ticket *t = &f->ticket;
    str_t from = t->from.n ? t->from : c->session->address;
    struct decision_input in = {.mode = t->mode, .from = from, .signer = t->signer};
    struct mail_address *to = ARENA_ARRAY(c->arena, t->count + 1, struct mail_address);
    struct mail_address *bcc = ARENA_ARRAY(c->arena, t->count + 1, struct mail_address);
    if (!to || !bcc) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(compose_check_from(c, from, e)); /* the operator may have taken the alias back */
    TRY(check_rules(c, f, from, e));
    for (size_t i = 0; i < t->count; i++) {
        const struct ticket_recipient *r = &t->recipients[i];
        if (r->bcc)
            bcc[in.bcc_count++].address = r->address;
        else
            to[in.to_count++].address = r->address;
    }
    in.to = to;
    in.bcc = bcc;
    rc_t rc = compose_decide(c, &in, &f->decision, e);
    /* It was there when the mail was prepared: revoked, expired or gone since. */
    if (rc == RC_NO_CERTIFICATE && e) e->code = RC_CONFLICT;
    if (rc == RC_NO_CERTIFICATE) return RC_CONFLICT;
    TRY(rc);
    TRY(compare_decisions(t, &f->decision, e));
    return compare_rules(c, f, e);
}

/* What was prepared is still the newest: what another window keeps from now on is refused, for the
 * submission is no longer open, and what it kept before must not go with this draft. */
static rc_t check_newest(struct call *c, const struct ticket *t, const struct submission *s,
                         struct err *e)
{
    const struct draft_base base = {t->draft.uid, t->draft.uidvalidity};
    return draft_check_base(c, s, base, e);
}

/* Turns the submission into ours. *mine false: somebody else has it; s says what became of it. */
static rc_t claim(struct call *c, const struct ticket *t, struct submission *s, bool *mine,
                  struct err *e)
{
    for (int i = 0; i < CLAIM_TRIES; i++) {
        submission_free(s);
        TRY(submission_load(c, t->submission, s, e));
        *mine = submission_is_open(s);
        if (!*mine) return RC_OK;
        TRY(check_newest(c, t, s, e));
        submission_set_status(s, "pending", STR_NULL);
        submission_set_place(s, "draft", t->draft, c->arena);
        json_object_del(s->doc, "sent_copy");
        rc_t rc = submission_save(c, s, e);
        if (rc != RC_CONFLICT) return rc;
    }
    return err_set(e, RC_CONFLICT, "This message is being changed elsewhere.");
}

/* Counted before the submission is ours: what is refused stays a draft that can be sent later. */
static rc_t count_outbound(struct call *c, struct err *e)
{
    if (c->outbound.per_hour == OUTBOUND_ANY) return RC_OK;
    return throttle_act(c, "outbound", c->outbound.per_hour,
                        "Your account has sent as many messages as it may in an hour. This one is "
                        "still a draft.",
                        e);
}

static rc_t send(struct call *c, struct finishing *f, struct err *e)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    bool mine = false;
    TRY(count_outbound(c, e));
    TRY(claim(c, &f->ticket, &s, &mine, e));
    if (mine) {
        WX_KILL_POINT("claimed");
        struct sending sending = {.ticket = &f->ticket,
                                  .decision = &f->decision,
                                  .content = f->cms.n ? &f->content.all : &f->entity,
                                  .signature = f->cms.n ? buf_view(&f->cms) : STR_NULL,
                                  .micalg = f->cms.n ? micalg_of(f->decision.signer) : NULL,
                                  .state = &s};
        TRY(deliver(c, &sending, e));
        demand_log(f->demand);
    }
    WX_KILL_POINT("finish_before_answer");
    return call_answer(c, submission_answer(c, &s), e);
}

rc_t compose_finish(struct call *c, struct err *e)
{
    struct finishing f = {.cms = BUF_INIT(1u << 20)};
    str_t word;
    TRY(json_need_str(c->in, "ticket", &word, e));
    TRY(read_binary(c, "signature", &f.signature, e));
    TRY(read_binary(c, "content_key", &f.content_key, e));
    TRY(ticket_take(c, word, &f.ticket, e));
    WX_KILL_POINT("ticket_taken");
    rc_t rc = load_entity(c, &f, e);
    WX_KILL_POINT("entity_read");
    if (rc == RC_OK) rc = decide_again(c, &f, e);
    WX_KILL_POINT("decided_again");
    if (rc == RC_OK) rc = insert_signature(c, &f, e);
    WX_KILL_POINT("signature_inserted");
    if (rc == RC_OK) rc = send(c, &f, e);
    WX_KILL_POINT("finish_answered");
    finishing_free(&f);
    return rc;
}

rc_t compose_status(struct call *c, struct err *e)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    struct err ignored = {0};
    str_t id = c->q->params[0];
    if (compose_check_submission(id, e) != RC_OK) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(submission_load(c, id, &s, e));
    if (submission_is_open(&s) && !str_eq(submission_status(&s), STR("failed")))
        return err_set(e, RC_NOT_FOUND, "This message was not sent.");
    if (deliver_copy_again(c, &s, &ignored) != RC_OK)
        log_err(LOG_WARN, "sent_copy_failed", &ignored);
    return call_answer(c, submission_answer(c, &s), e);
}
