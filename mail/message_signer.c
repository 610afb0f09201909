/* Who the signers are: names, certificates, whether they are the sender and known already. */
#include "mail/message_state.h"

static str_t only_from(const struct opened *m)
{
    const struct message_view *v = &m->view;
    return v->from_count == 1 && m->from_fields <= 1 ? v->from[0].address : STR_NULL;
}

const char *message_known_word(enum message_known k)
{
    static const char *const WORDS[] = {"unknown", "new", "known", "changed"};
    return WORDS[k];
}

/* Against the sender's certificates that we keep: people get new ones every year. */
static enum message_known find_known(const struct opened *m, const struct message_signer *s)
{
    const struct message_options *o = m->options;
    bool other = false;
    if (s->match == ADDRESS_NO || s->integrity != CMS_INTACT) return KNOWN_UNKNOWN;
    for (size_t i = 0; i < o->known_count; i++) {
        struct cert_info info;
        if (cert_equal(o->known[i], s->cert)) return KNOWN_SAME;
        if (cert_matches_address(o->known[i], only_from(m)) == ADDRESS_NO) continue;
        other |= cert_describe(o->known[i], m->arena, &info, NULL) == RC_OK && info.can_sign;
    }
    return other ? KNOWN_CHANGED : KNOWN_NEW;
}

/* What the certificate says. */
static rc_t describe_certificate(struct opened *m, const struct cms_signer *s,
                                 struct message_signer *w, struct err *e)
{
    struct cert_info info;
    TRY(cert_describe(s->cert, m->arena, &info, e));
    w->subject = info.subject;
    w->issuer = info.issuer;
    w->serial = info.serial;
    w->not_before = info.not_before;
    w->not_after = info.not_after;
    w->fingerprint = arena_str(m->arena, cert_fingerprint(s->cert));
    if (info.address_count > 0) w->address = info.addresses[0];
    str_t from = only_from(m);
    w->match = str_is_null(from) ? ADDRESS_NO : cert_matches_address(s->cert, from);
    for (size_t i = 0; w->match != ADDRESS_NO && i < info.address_count; i++) {
        if (str_ieq(info.addresses[i], from)) w->address = info.addresses[i];
    }
    if (s->encryption) w->encryption_cert = arena_str(m->arena, cert_der(s->encryption));
    memcpy(w->key, s->key, sizeof w->key);
    w->cert = cert_ref(s->cert);
    cert_verdict_copy(&w->chain, &s->chain);
    w->known = find_known(m, w);
    return RC_OK;
}

static rc_t describe_signer(struct opened *m, const struct cms_signer *s,
                            struct message_signer *out, struct err *e)
{
    struct message_signer w = {.algorithm = s->signature_algorithm,
                               .integrity = s->integrity,
                               .judged_at = s->judged_at,
                               .judged_before = s->judged_at < m->options->now,
                               .signed_at = s->signed_at,
                               .issuer = s->issuer,
                               .serial = s->serial,
                               .lists_ciphers = s->lists_ciphers,
                               .takes_gcm = s->takes_gcm};
    if (s->cert) TRY(describe_certificate(m, s, &w, e));
    *out = w;
    return RC_OK;
}

rc_t message_describe_signers(struct opened *m, const struct layer *l, struct err *e)
{
    struct message_view *v = &m->view;
    v->signers = ARENA_ARRAY(m->arena, l->sig.count + 1, struct message_signer);
    if (!v->signers) return err_set(e, RC_NO_MEMORY, NULL);
    v->certificates = l->sig.certificates;
    v->certificate_count = l->sig.certificate_count;
    for (size_t i = 0; i < l->sig.count; i++) {
        TRY(describe_signer(m, &l->sig.signers[i], &v->signers[i], e));
        v->signer_count++;
    }
    return RC_OK;
}
