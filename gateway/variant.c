#include "gateway/variant.h"

#include "mail/rewrite.h"
#include "policy/certificate.h"

/* --- who goes with whom ------------------------------------------------------------------------
 */

static const struct decision_pass *pass_of(const struct decision_recipient *r, enum pass_kind kind)
{
    for (size_t i = 0; i < r->pass_count; i++)
        if (r->pass[i].kind == kind || r->pass[i].kind == PASS_INTERNAL) return &r->pass[i];
    return NULL;
}

static bool is_done(const struct decision_pass *p, enum rule_field f)
{
    return p && !p->note && p->action[f].result == RESULT_DONE;
}

/* Lists, and whoever has no mailbox here, are the next hop's to route. */
static bool is_account(const struct decision_pass *p, str_t address)
{
    for (size_t i = 0; i < p->org->account_count; i++)
        if (str_eq(p->org->accounts[i].address, address)) return true;
    return false;
}

static bool is_required(const struct decision_pass *p, enum rule_field f)
{
    return p && p->matched.level[f] == LEVEL_REQUIRE;
}

bool variant_is_demanded(const struct variant *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct decision_pass *sends = pass_of(v->to[i], PASS_OUTBOUND);
        const struct decision_pass *takes = pass_of(v->to[i], PASS_INBOUND);
        if (v->sign && is_required(sends, RULE_SIGN)) return true;
        if (v->seal && is_required(sends, RULE_ENCRYPT)) return true;
        if (v->open && takes && takes->matched.level[RULE_DECRYPT] != LEVEL_ON) return true;
    }
    return false;
}

static struct variant variant_of(const struct decision_recipient *r, bool submitted)
{
    const struct decision_pass *sends = pass_of(r, PASS_OUTBOUND);
    const struct decision_pass *takes = pass_of(r, PASS_INBOUND);
    return (struct variant){.sign = is_done(sends, RULE_SIGN),
                            .seal = is_done(sends, RULE_ENCRYPT),
                            .open = is_done(takes, RULE_DECRYPT),
                            .to_mailbox = !submitted || (takes && is_account(takes, r->address))};
}

static bool is_alike(const struct variant *a, const struct variant *b)
{
    return a->sign == b->sign && a->seal == b->seal && a->open == b->open &&
           a->to_mailbox == b->to_mailbox;
}

rc_t variants_of(const struct decision *d, bool submitted, struct arena *a, struct variant **out,
                 size_t *count, struct err *e)
{
    size_t n = 0, most = d->recipient_count;
    struct variant *list = ARENA_ARRAY(a, most + 1, struct variant);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < most; i++) {
        const struct decision_recipient *r = &d->recipients[i];
        struct variant own = variant_of(r, submitted);
        size_t at = 0;
        if (r->outcome != OUTCOME_DELIVER) continue;
        while (at < n && (r->own_copy || list[at].to[0]->own_copy || !is_alike(&list[at], &own)))
            at++;
        if (at == n) {
            own.to = ARENA_ARRAY(a, r->own_copy ? 1 : most - i, const struct decision_recipient *);
            if (!own.to) return err_set(e, RC_NO_MEMORY, NULL);
            list[n++] = own;
        }
        list[at].to[list[at].count++] = r;
    }
    *out = list;
    *count = n;
    return RC_OK;
}

/* --- the bytes ---------------------------------------------------------------------------------
 */

/* The certificate a decision names. It was there when the decision was made. */
static rc_t find(const struct facts *f, const struct decision_pass *p, enum rule_field field,
                 const struct held_cert **out, struct err *e)
{
    *out = key_ring_find(&f->ring, p->org->id, p->action[field].cert);
    if (*out) return RC_OK;
    err_set(e, RC_CONFLICT, "A certificate has changed meanwhile.");
    err_detail(e, "%.*s", STR_ARG(p->action[field].cert));
    return RC_CONFLICT;
}

/* What answers are to be encrypted to, where it is not the one that signs. */
static const struct cert *encryption_of(const struct facts *f, const struct held_cert *signer)
{
    if (signer->can_encrypt) return NULL;
    for (size_t i = 0; i < f->ring.count; i++) {
        const struct held_cert *h = &f->ring.list[i];
        if (h->can_encrypt && h->has_key && !h->revoked && h->info.not_after > f->w->now &&
            str_eq(h->address, signer->address) && str_eq(h->organisation, signer->organisation))
            return h->cert;
    }
    return NULL;
}

static rc_t find_seal(const struct facts *f, const struct variant *v, struct rewrite_seal *out,
                      struct err *e)
{
    struct cert **certs = ARENA_ARRAY(f->w->a, v->count, struct cert *);
    bool ours = true;
    if (!certs) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < v->count; i++) {
        const struct held_cert *h;
        TRY(find(f, pass_of(v->to[i], PASS_OUTBOUND), RULE_ENCRYPT, &h, e));
        certs[i] = h->cert;
        ours = ours && h->has_key;
    }
    /* What a stranger's mail program opens is not known; AES-CBC opens everywhere. */
    *out = (struct rewrite_seal){certs, v->count, ours ? CMS_AES_256_GCM : CMS_AES_256_CBC};
    return RC_OK;
}

static rc_t send(struct facts *f, const struct decision *d, const struct variant *v,
                 struct buf *out, struct err *e)
{
    const struct decision_pass *p = pass_of(v->to[0], PASS_OUTBOUND);
    struct cert *chain[CERTIFICATE_ISSUERS_MAX];
    size_t chain_count = 0;
    struct key_signing signing = {.w = f->w};
    struct rewrite_signer signer = {
        .signing_time = f->w->now, .sign = key_sign, .holder = &signing, .chain = chain};
    struct rewrite_seal seal;
    struct rewrite_order order = {.subject = d->subject};
    if (v->sign) {
        TRY(find(f, p, RULE_SIGN, &signing.with, e));
        signer.cert = signing.with->cert;
        signer.encryption = encryption_of(f, signing.with);
        order.sign = &signer;
    }
    if (v->seal) TRY(find_seal(f, v, &seal, e));
    if (v->seal) order.seal = &seal;
    if (v->sign) chain_count = certificate_issuers(signing.with->issuers, f->w->a, chain);
    signer.chain_count = chain_count;
    rc_t rc = rewrite_outgoing(f->in->mail->data, &order, f->w->a, out, e);
    for (size_t i = 0; i < chain_count; i++)
        cert_unref(chain[i]);
    return rc;
}

/* Of another organisation of this installation: sealed by the one, opened by the other. */
static rc_t open_sealed(struct facts *f, const struct variant *v, struct buf *sealed,
                        struct buf *out, struct err *e)
{
    const struct decision_pass *takes = pass_of(v->to[0], PASS_INBOUND);
    struct message_view *view = NULL;
    struct key_ring *r = &f->ring;
    const struct key_ops ops = key_ring_ops(r);
    const struct message_options o = {.smime = true,
                                      .trust = f->w->gate->trust,
                                      .now = f->w->now,
                                      .ops = &ops,
                                      .max_plain = f->w->gate->config->message_max_bytes};
    r->opener = v->to[0]->address;
    r->opener_organisation = takes->org->id;
    r->trouble = RC_OK;
    r->used = NULL;
    TRY(message_open(buf_view(sealed), &o, f->w->a, &view, e));
    rc_t rc = r->used      ? rewrite_opened(view, STR_NULL, f->w->a, out, e)
              : r->trouble ? err_set(e, r->trouble, NULL)
                           : err_set(e, RC_INVALID, "Its own copy does not open.");
    message_close(view);
    return rc;
}

static bool is_ours_to_write(str_t line)
{
    return str_istarts(line, STR("X-Waxseal-Opened:")) ||
           str_istarts(line, STR("X-Waxseal-Quarantine:"));
}

rc_t variant_as_it_came(str_t mail, struct buf *out, struct err *e)
{
    bool drop = false;
    while (mail.n > 0 && !str_starts(mail, STR("\r\n"))) {
        ptrdiff_t end = str_find(mail, STR("\r\n"));
        str_t line = str_sub(mail, 0, end < 0 ? mail.n : (size_t) end + 2);
        bool folded = line.p[0] == ' ' || line.p[0] == '\t';
        drop = folded ? drop : is_ours_to_write(line);
        if (!drop) buf_str(out, line);
        mail = str_sub(mail, line.n, mail.n);
    }
    buf_str(out, mail);
    return out->failed ? err_set(e, RC_TOO_LARGE, NULL) : RC_OK;
}

rc_t variant_build(struct facts *f, const struct decision *d, const struct variant *v,
                   struct buf *out, struct err *e)
{
    bool by_us = pass_of(v->to[0], PASS_OUTBOUND) && (v->sign || v->seal || d->subject.p);
    if (!by_us && !v->open) return variant_as_it_came(f->in->mail->data, out, e);
    if (!v->open) return send(f, d, v, out, e);
    if (!by_us) return rewrite_opened(f->view, STR_NULL, f->w->a, out, e);
    CLEANUP_BUF struct buf sealed = BUF_INIT_SECRET(out->max);
    TRY(send(f, d, v, &sealed, e));
    return open_sealed(f, v, &sealed, out, e);
}
