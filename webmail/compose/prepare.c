/* First request of sending: decide, freeze, and say what is to be signed. */
#include <stdio.h>

#include "base/b64.h"
#include "base/kill.h"
#include "crypto/cms.h"
#include "webmail/compose/compose.h"
#include "webmail/compose/demand.h"
#include "webmail/compose/modes.h"
#include "webmail/compose/ticket.h"

#define CHAIN_MAX 8

struct prepared {
    struct decision decision;
    struct own_certificates own; /* of a draft that stays encrypted though the mail does not */
    struct cert *self;           /* the draft is encrypted to it; NULL: kept in the clear */
    struct draft draft;
    struct place place;
    json_t *skeleton;   /* owned until it is answered */
    str_t hash;         /* of the frozen entity, SHA-256 in hexadecimal */
    const char *digest; /* name; NULL unless signed */
    struct buf state, attributes;
    struct buf header, receipt;
    struct demand *demand;
    str_t written, leaving; /* the subject as it came; without triggers, null: the same */
    str_t rules;            /* digest of what they decide */
};

static void prepared_free(struct prepared *p)
{
    decision_free(&p->decision);
    own_certificates_free(&p->own);
    draft_free(&p->draft);
    json_decref(p->skeleton);
    buf_free(&p->state);
    buf_free(&p->attributes);
    buf_free(&p->header);
    buf_free(&p->receipt);
    demand_close(&p->demand);
}

static rc_t decide(struct call *c, const struct compose *m, struct decision *out, struct err *e)
{
    const struct decision_input in = {.mode = m->mode,
                                      .from = m->from.address,
                                      .signer = m->signer,
                                      .to = m->to,
                                      .cc = m->cc,
                                      .bcc = m->bcc,
                                      .to_count = m->to_count,
                                      .cc_count = m->cc_count,
                                      .bcc_count = m->bcc_count};
    return compose_decide(c, &in, out, e);
}

/* The unsigned CMS over the frozen entity. */
static rc_t prepare_signature(struct call *c, struct prepared *p, struct err *e)
{
    struct cert *chain[CHAIN_MAX];
    unsigned char digest[64];
    size_t n;
    const struct decision *d = &p->decision;
    const struct cms_sign_options o = {.signer = d->signer,
                                       .chain = chain,
                                       .chain_count = decision_chain(d, c->arena, chain, CHAIN_MAX),
                                       .encryption = d->own.encrypt,
                                       .signing_time = call_now()};
    p->digest = cms_sign_digest(d->signer);
    const struct flow entity = rope_flow(&p->draft.entity);
    TRY(cms_digest_flow(p->digest, &entity, digest, &n, e));
    return cms_sign_prepare(&o, str_n(digest, n), &p->state, &p->attributes, e);
}

/* Of an attachment that is not the browser's: as it stands in the entity. */
static str_t piece_text(const struct build_piece *p, struct buf *room)
{
    if (!p->base64) return p->bytes;
    buf_clear(room);
    return mime_base64_encode(p->bytes, room) ? buf_view(room) : STR_NULL;
}

/* Attachments the browser holds are named, everything else is given byte for byte. */
static json_t *skeleton_json(const struct draft *d, const struct compose *m, struct arena *a)
{
    CLEANUP_BUF struct buf room = BUF_INIT_SECRET(d->entity.n);
    json_t *list = json_array();
    for (size_t i = 0; i < d->piece_count; i++) {
        const struct build_piece *p = &d->pieces[i];
        json_t *v = json_object();
        if (p->attachment >= 0 && (size_t) p->attachment < m->own_count)
            json_put_int(v, "attachment", p->attachment);
        else
            json_put_str(v, "bytes", b64_encode(a, piece_text(p, &room)));
        json_array_append_new(list, v);
    }
    return list;
}

/* What was a secret stays one in Drafts, also while it is sent in clear: if that fails, nothing of
 * it lies there in the clear. Only where there is nothing to encrypt it to is it kept as it is
 * sent.
 */
static rc_t find_self(struct call *c, struct compose *m, struct prepared *p, struct err *e)
{
    bool secret = m->may_encrypt;
    p->self = p->decision.self;
    if (p->self || !c->features.smime) return RC_OK;
    if (!secret) TRY(draft_is_sealed(c, m->submission, &secret, e));
    if (!secret) return RC_OK;
    TRY(vault_own_certificates(c, &p->own, e));
    if (compose_own_encryption(&p->own, c->arena, &p->self, NULL) == RC_OK) m->may_encrypt = true;
    return RC_OK;
}

static rc_t freeze(struct call *c, struct compose *m, struct prepared *p, struct err *e)
{
    struct build_message b = compose_message(c, m);
    enum header_protection hp = m->mode & MODE_ENCRYPT ? HP_CIPHER
                                : m->mode & MODE_SIGN  ? HP_CLEAR
                                                       : HP_NONE;
    unsigned char hash[64];
    TRY(find_self(c, m, p, e));
    TRY(draft_freeze(c, m, hp, p->self != NULL, &p->draft, e));
    TRY(build_header(&b, &p->header, e));
    if (m->receipt && m->bcc_count > 0) TRY(build_receipt_field(&m->from, &p->receipt, e));
    if (m->mode & MODE_SIGN) TRY(prepare_signature(c, p, e));
    const struct flow entity = rope_flow(&p->draft.entity);
    size_t n;
    TRY(cms_digest_flow("sha256", &entity, hash, &n, e));
    p->hash = hex_encode(c->arena, str_n(hash, n));
    p->skeleton = skeleton_json(&p->draft, m, c->secret);
    TRY(draft_seal(c, p->self, &p->draft, e));
    p->draft.base = m->base;
    WX_KILL_POINT("prepare_built");
    return draft_store(c, m->submission, &p->draft, &p->place, e);
}

static rc_t issue(struct call *c, const struct compose *m, const struct prepared *p, str_t *word,
                  struct err *e)
{
    const struct decision *d = &p->decision;
    struct ticket t = {.submission = m->submission,
                       .from = m->from.address,
                       .mode = m->mode,
                       .draft = p->place,
                       .shape = p->draft.shape,
                       .digest = p->hash,
                       .header = buf_view(&p->header),
                       .receipt = p->receipt.n ? buf_view(&p->receipt) : STR_NULL,
                       .notify = compose_dsn_words(m->dsn, true, c->arena),
                       .signer = d->signer ? cert_fingerprint(d->signer) : STR_NULL,
                       .state = p->state.n ? buf_view(&p->state) : STR_NULL,
                       .opaque = m->opaque && (m->mode & MODE_SIGN),
                       .subject = p->written,
                       .rules = p->rules,
                       .size = (uint32_t) m->body.n,
                       .has_attachment = m->attachment_count > 0,
                       .count = d->count};
    t.recipients = ARENA_ARRAY(c->arena, d->count, struct ticket_recipient);
    if (!t.recipients) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < d->count; i++) {
        const struct decided_recipient *r = &d->recipients[i];
        t.recipients[i] = (struct ticket_recipient){
            .address = r->address,
            .bcc = r->bcc,
            .lists = r->lists,
            .fingerprint = r->cert ? cert_fingerprint(r->cert) : STR_NULL};
    }
    WX_KILL_POINT("ticket_before");
    return ticket_issue(c, &t, word, e);
}

static json_t *recipients_json(const struct decision *d)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->count; i++) {
        const struct decided_recipient *r = &d->recipients[i];
        json_t *v = json_object();
        json_put_str(v, "address", r->address);
        json_put_str(v, "envelope", r->bcc ? STR("bcc") : STR("main"));
        json_put_str(v, "fingerprint", r->cert ? cert_fingerprint(r->cert) : STR_NULL);
        json_array_append_new(list, v);
    }
    return list;
}

static json_t *answer(struct call *c, const struct compose *m, struct prepared *p, str_t word)
{
    const struct draft *d = &p->draft;
    const struct decision *decision = &p->decision;
    json_t *v = json_object();
    json_put_str(v, "ticket", word);
    json_put_str(v, "mode", str_c(compose_mode_word(m->mode)));
    json_put_str(v, "message_id", compose_message_id(c, m->submission));
    json_put_str(v, "subject", p->leaving);
    json_object_set_new(v, "draft", place_json(p->place, c->arena));
    json_object_set_new(v, "recipients", recipients_json(decision));
    json_put_str(v, "signer", decision->signer ? cert_fingerprint(decision->signer) : STR_NULL);
    json_put_str(v, "content_key",
                 d->shape.encrypted
                     ? b64_encode(c->secret, str_n(d->content_key, sizeof d->content_key))
                     : STR_NULL);
    json_object_set_new(v, "skeleton", p->skeleton);
    p->skeleton = NULL;
    json_put_str(v, "attributes",
                 p->attributes.n ? b64_encode(c->arena, buf_view(&p->attributes)) : STR_NULL);
    json_put_str(v, "digest", str_c(p->digest));
    return v;
}

/* The first address that only a server with SMTPUTF8 takes; null: none. */
static str_t international(const struct compose *m)
{
    const struct mail_address *const lists[] = {&m->from, &m->reply_to, m->to, m->cc, m->bcc};
    const size_t counts[] = {1, 1, m->to_count, m->cc_count, m->bcc_count};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        for (size_t k = 0; k < counts[i]; k++)
            if (smtp_is_international(lists[i][k].address)) return lists[i][k].address;
    return STR_NULL;
}

/* What cannot be done is said before anything is signed, and never left out in silence. */
static rc_t check_wishes(struct call *c, const struct compose *m, struct err *e)
{
    struct smtp_account account;
    struct smtp_offer offered = {.dsn = false};
    str_t wide = international(m);
    if (m->receipt && m->to_count + m->cc_count == 0 && m->bcc_count > 0)
        return compose_refuse(e, RC_INVALID, "receipt",
                              "Blind recipients are not asked for a receipt.");
    if (m->has_faulty)
        return compose_refuse(e, RC_INVALID, "faulty", "Some recipients have no valid address.");
    if (!m->dsn && str_is_null(wide)) return RC_OK;
    account = call_smtp_account(c);
    TRY(smtp_offers(&account, WX_PATIENCE(20) * 1000, c->arena, &offered, e));
    if (m->dsn && !offered.dsn) return compose_refuse(e, RC_INVALID, "dsn", SMTP_NO_DSN);
    if (!str_is_null(wide) && !offered.utf8)
        return compose_refuse(e, RC_INVALID, "utf8", SMTP_NO_UTF8);
    return RC_OK;
}

/* How many the operator lets this account write to at once. Drafts may have more. */
static rc_t check_outbound(struct call *c, const struct compose *m, struct err *e)
{
    size_t n = m->to_count + m->cc_count + m->bcc_count;
    char sentence[120];
    if (n <= c->outbound.recipients) return RC_OK;
    snprintf(sentence, sizeof sentence,
             "Your account may write to %u recipients at once; these are %zu.",
             c->outbound.recipients, n);
    return compose_refuse(e, RC_INVALID, "to", sentence);
}

/* A trigger is for the rules: it is neither frozen nor sent. */
static rc_t ask_rules(struct call *c, struct compose *m, struct prepared *p, struct err *e)
{
    p->written = m->subject;
    TRY(demand_open_compose(c, m, &p->demand, e));
    TRY(demand_check(p->demand, e));
    p->leaving = demand_subject(p->demand);
    if (p->leaving.p) m->subject = p->leaving;
    return RC_OK;
}

static rc_t settle(struct call *c, struct prepared *p, struct err *e)
{
    size_t n = 0;
    str_t *certs = decision_fingerprints(&p->decision, c->arena, &n);
    if (!certs) return err_set(e, RC_NO_MEMORY, NULL);
    return demand_settle(p->demand, certs, n, &p->rules, e);
}

rc_t compose_prepare(struct call *c, struct err *e)
{
    CLEANUP_COMPOSE struct compose m = {0};
    struct prepared p = {.state = BUF_INIT(1u << 20),
                         .attributes = BUF_INIT(1u << 16),
                         .header = BUF_INIT_SECRET(1u << 19),
                         .receipt = BUF_INIT(1u << 16)};
    str_t word;
    TRY(compose_parse(c, &m, e));
    WX_KILL_POINT("prepare_read");
    TRY(check_outbound(c, &m, e));
    TRY(compose_check_clear(c, &m, e));
    rc_t rc = ask_rules(c, &m, &p, e);
    if (rc == RC_OK) rc = check_wishes(c, &m, e);
    if (rc == RC_OK) rc = decide(c, &m, &p.decision, e);
    if (rc == RC_OK) rc = settle(c, &p, e);
    if (rc == RC_OK) rc = freeze(c, &m, &p, e);
    if (rc == RC_OK) rc = issue(c, &m, &p, &word, e);
    if (rc == RC_OK && c->features.smime && m.remember) rc = modes_remember(c, &m, e);
    WX_KILL_POINT("ticket_issued");
    if (rc == RC_OK) rc = call_answer(c, answer(c, &m, &p, word), e);
    WX_KILL_POINT("prepare_answered");
    prepared_free(&p);
    return rc;
}
