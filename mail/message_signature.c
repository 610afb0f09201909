/* What one signed layer is worth: each signer's finding, in words and a colour.
 *
 * Green only when everything holds; the worst finding of any signer decides (SECURITY.md,
 * S/MIME). The verdict words are those of the corpus.
 */
#include "base/mutant.h"
#include "mail/message_state.h"

/* The worst first. */
static const char *const BY_WEIGHT[] = {"signed-invalid",
                                        "signer-mismatch",
                                        "signed-weak-or-invalid",
                                        "signed-expired",
                                        "signed-unverifiable",
                                        "signed-untrusted",
                                        "signed-valid-but-address-unconfirmed",
                                        "signed-valid"};

static size_t weight(const char *word)
{
    size_t i = 0;
    while (i + 1 < sizeof BY_WEIGHT / sizeof BY_WEIGHT[0] && strcmp(BY_WEIGHT[i], word) != 0)
        i++;
    return i;
}

static void find(struct judgement *j, const char *word, enum message_level level)
{
    if (!j->word || weight(word) < weight(j->word)) j->word = word;
    message_raise(&j->level, level);
}

/* --- who ----------------------------------------------------------------------------------- */

static str_t only_from(const struct opened *m)
{
    const struct message_view *v = &m->view;
    return v->from_count == 1 && m->from_fields <= 1 ? v->from[0].address : STR_NULL;
}

static str_t shown_from(const struct opened *m)
{
    return m->view.from_count > 0 && m->view.from[0].address.n ? m->view.from[0].address
                                                               : STR("nobody");
}

static rc_t describe_signer(struct opened *m, const struct cms_signer *s,
                            struct message_signer *out, struct err *e)
{
    struct message_signer w = {.algorithm = s->signature_algorithm,
                               .integrity = s->integrity,
                               .judged_at = s->judged_at,
                               .signed_at = s->signed_at,
                               .issuer = s->issuer,
                               .serial = s->serial,
                               .takes_gcm = s->takes_gcm};
    if (s->cert) {
        struct cert_info info;
        TRY(cert_describe(s->cert, m->arena, &info, e));
        w.subject = info.subject;
        w.issuer = info.issuer;
        w.serial = info.serial;
        w.not_before = info.not_before;
        w.not_after = info.not_after;
        w.fingerprint = arena_str(m->arena, cert_fingerprint(s->cert));
        if (info.address_count > 0) w.address = info.addresses[0];
        str_t from = only_from(m);
        w.match = str_is_null(from) ? ADDRESS_NO : cert_matches_address(s->cert, from);
        for (size_t i = 0; w.match != ADDRESS_NO && i < info.address_count; i++) {
            if (str_ieq(info.addresses[i], from)) w.address = info.addresses[i];
        }
        if (s->encryption) {
            w.encryption_cert = arena_str(m->arena, cert_der(s->encryption));
        }
        memcpy(w.key, s->key, sizeof w.key);
        w.cert = cert_ref(s->cert);
        cert_verdict_copy(&w.chain, &s->chain);
    }
    *out = w;
    return RC_OK;
}

static rc_t describe_all(struct opened *m, const struct layer *l, struct err *e)
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

static str_t signer_name(const struct message_signer *s)
{
    if (s->address.n) return s->address;
    return s->subject.n ? s->subject : STR("an unknown signer");
}

/* --- integrity, algorithm, chain ------------------------------------------------------------- */

static rc_t judge_integrity(struct opened *m, const struct message_signer *s, struct judgement *j,
                            struct err *e)
{
    switch (s->integrity) {
    case CMS_INTACT:
        return RC_OK;
    case CMS_ALTERED:
        find(j, "signed-invalid", LEVEL_BAD);
        return message_reason(m, "signature_altered", e,
                              "The message was changed after it was signed, or the signature "
                              "belongs to another message.",
                              STR_NULL, STR_NULL);
    case CMS_NO_CERTIFICATE:
        find(j, "signed-unverifiable", LEVEL_NEUTRAL);
        return message_reason(
            m, "signer_certificate_missing", e,
            "The signer's certificate is not in the message, so the signature cannot be checked.",
            STR_NULL, STR_NULL);
    default:
        find(j, "signed-unverifiable", LEVEL_NEUTRAL);
        return message_reason(m, "signature_unsupported", e,
                              "The signature has a form that cannot be checked here ({a}).",
                              str_c(s->algorithm), STR_NULL);
    }
}

/* A certificate that was in its time when the signer says to have signed is not the same as one
 * that never was; neither is green without an earlier check of ours. */
static rc_t judge_expiry(struct opened *m, const struct message_signer *s, struct judgement *j,
                         struct err *e)
{
    find(j, "signed-expired", LEVEL_WARNING);
    if (s->chain.chain == CHAIN_NOT_YET_VALID) {
        return message_reason(m, "certificate_not_yet_valid", e,
                              "The signer's certificate is not valid yet.", STR_NULL, STR_NULL);
    }
    if (s->signed_at && s->signed_at >= s->not_before && s->signed_at <= s->not_after) {
        return message_reason(m, "certificate_expired_since", e,
                              "The signer's certificate has expired since. By the signer's own "
                              "account it was still valid at the time of signing.",
                              STR_NULL, STR_NULL);
    }
    return message_reason(m, "certificate_expired", e, "The signer's certificate has expired.",
                          STR_NULL, STR_NULL);
}

static rc_t judge_chain(struct opened *m, const struct message_signer *s, struct judgement *j,
                        struct err *e)
{
    switch (s->chain.chain) {
    case CHAIN_TRUSTED:
        return RC_OK;
    case CHAIN_UNKNOWN_ISSUER:
        find(j, "signed-untrusted", LEVEL_NEUTRAL);
        return message_reason(m, "issuer_unknown", e,
                              "The authority that issued the signer's certificate is not known "
                              "here, so it is not certain who signed.",
                              STR_NULL, STR_NULL);
    case CHAIN_INCOMPLETE:
        find(j, "signed-untrusted", LEVEL_NEUTRAL);
        return message_reason(m, "chain_incomplete", e,
                              "A certificate between the signer and a trusted authority is "
                              "missing, so it is not certain who signed.",
                              STR_NULL, STR_NULL);
    case CHAIN_EXPIRED:
    case CHAIN_NOT_YET_VALID:
        return judge_expiry(m, s, j, e);
    case CHAIN_PURPOSE:
        find(j, "signed-untrusted", LEVEL_WARNING);
        return message_reason(m, "certificate_purpose", e,
                              "The signer's certificate was not issued for signing e-mail.",
                              STR_NULL, STR_NULL);
    case CHAIN_WEAK:
        find(j, "signed-weak-or-invalid", LEVEL_WARNING);
        return message_reason(
            m, "certificate_weak", e,
            "The signer's certificate uses a key or a signature that is too weak today.", STR_NULL,
            STR_NULL);
    default:
        find(j, "signed-untrusted", LEVEL_WARNING);
        return message_reason(
            m, "chain_invalid", e,
            "The signer's certificate breaks a rule of its authority, so it proves nothing.",
            STR_NULL, STR_NULL);
    }
}

static rc_t judge_revocation(struct opened *m, const struct message_signer *s, struct judgement *j,
                             struct err *e)
{
    if (s->chain.chain != CHAIN_TRUSTED) return RC_OK;
    switch (s->chain.revocation.status) {
    case REVOCATION_GOOD:
        return RC_OK;
    case REVOCATION_NO_SOURCE:
        return message_reason(
            m, "revocation_no_source", e,
            "The certificate names no place where its revocation could be looked up.", STR_NULL,
            STR_NULL);
    case REVOCATION_REVOKED:
        find(j, "signed-invalid", LEVEL_BAD);
        return message_reason(m, "certificate_revoked", e,
                              "The signer's certificate was revoked by its authority.", STR_NULL,
                              STR_NULL);
    default:
        message_raise(&j->level, LEVEL_NEUTRAL);
        return message_reason(m, "revocation_not_checked", e,
                              "Whether the signer's certificate was revoked could not be checked.",
                              STR_NULL, STR_NULL);
    }
}

static rc_t judge_strength(struct opened *m, const struct message_signer *s, bool weak,
                           struct judgement *j, struct err *e)
{
    if (!weak || s->chain.chain == CHAIN_WEAK) return RC_OK;
    find(j, "signed-weak-or-invalid", LEVEL_WARNING);
    return message_reason(m, "weak_algorithm", e,
                          "The signature uses an algorithm or key that is too weak today ({a}).",
                          str_c(s->algorithm), STR_NULL);
}

/* --- address --------------------------------------------------------------------------------- */

static bool lists_address(const struct mail_address *list, size_t n, str_t address)
{
    for (size_t i = 0; i < n; i++) {
        if (str_ieq(list[i].address, address)) return true;
    }
    return false;
}

/* A list that puts its own address into From keeps the author's in Reply-To or Cc. */
static bool is_list_rewrite(const struct opened *m, const struct message_signer *s)
{
    const struct message_view *v = &m->view;
    bool list = entity_field_count(m->root, STR("List-Id")) > 0 ||
                entity_field_count(m->root, STR("List-Post")) > 0;
    return list && s->address.p &&
           (lists_address(v->reply_to, v->reply_to_count, s->address) ||
            lists_address(v->cc, v->cc_count, s->address));
}

static rc_t judge_mismatch(struct opened *m, const struct message_signer *s, struct judgement *j,
                           struct err *e)
{
    str_t who = signer_name(s), from = shown_from(m);
    if (is_list_rewrite(m, s)) {
        find(j, "signer-mismatch", LEVEL_WARNING);
        return message_reason(m, "list_rewrote_from", e,
                              "Signed by {a}. A mailing list put its own address ({b}) into From.",
                              who, from);
    }
    find(j, "signer-mismatch", LEVEL_BAD);
    return message_reason(m, "address_mismatch", e,
                          "Signed by {a}, but the message says it is from {b}.", who, from);
}

/* The signers together: one of them must be the one From; a certificate without any address
 * confirms none. */
static rc_t judge_address(struct opened *m, struct judgement *j, struct err *e)
{
    const struct message_view *v = &m->view;
    const struct message_signer *best = NULL, *named = NULL;
    str_t from = shown_from(m);
    for (size_t i = 0; i < v->signer_count; i++) {
        const struct message_signer *s = &v->signers[i];
        if (!s->cert) continue;
        if (s->address.p) named = named ? named : s;
        if (s->match == ADDRESS_YES || (s->match == ADDRESS_CASE && !best)) best = s;
    }
    if (m->from_differs) {
        find(j, "signer-mismatch", LEVEL_BAD);
        return message_reason(
            m, "from_differs", e,
            "The sender in the signed part of the message is another than the one outside ({a}).",
            from, STR_NULL);
    }
    if (v->from_count == 0) {
        find(j, "signed-valid-but-address-unconfirmed", LEVEL_WARNING);
        return message_reason(m, "from_missing", e, "The message names no sender.", STR_NULL,
                              STR_NULL);
    }
    if (v->from_count > 1 || m->from_fields > 1) {
        find(j, "signer-mismatch", LEVEL_BAD);
        return message_reason(m, "from_several", e,
                              "The message names several senders, so the signature does not say "
                              "which of them wrote it.",
                              STR_NULL, STR_NULL);
    }
    if (!WX_MUTANT(FROM_MATCH) && !best && named) return judge_mismatch(m, named, j, e);
    if (!WX_MUTANT(FROM_MATCH) && !best) {
        find(j, "signed-valid-but-address-unconfirmed", LEVEL_WARNING);
        return message_reason(m, "address_unconfirmed", e,
                              "The signer's certificate names no e-mail address, so it does not "
                              "confirm that {a} signed.",
                              from, STR_NULL);
    }
    if (best && best->match == ADDRESS_CASE) {
        return message_reason(
            m, "address_case", e,
            "The sender's address and the certificate's differ in upper and lower case only.",
            STR_NULL, STR_NULL);
    }
    return RC_OK;
}

/* A signature from tomorrow: said, but it proves no less than a signature without a time. */
static rc_t judge_time(struct opened *m, const struct message_signer *s, struct err *e)
{
    if (s->signed_at <= m->options->now + 86400) return RC_OK;
    return message_reason(m, "signing_time_future", e,
                          "By the signer's own account the message was signed in the future.",
                          STR_NULL, STR_NULL);
}

/* --- all ---------------------------------------------------------------------------------------
 */

/* The sender has signed with certificates we keep, and this is none of them: worth a sentence, as
 * people get new ones every year. */
static rc_t judge_known(struct opened *m, const struct message_signer *s, struct err *e)
{
    const struct message_options *o = m->options;
    bool known_signer = false;
    if (s->match == ADDRESS_NO || s->chain.chain != CHAIN_TRUSTED) return RC_OK;
    for (size_t i = 0; i < o->known_count; i++) {
        struct cert_info info;
        if (cert_equal(o->known[i], s->cert)) return RC_OK;
        if (cert_matches_address(o->known[i], m->view.from[0].address) == ADDRESS_NO) continue;
        known_signer |= cert_describe(o->known[i], m->arena, &info, NULL) == RC_OK && info.can_sign;
    }
    if (!known_signer) return RC_OK;
    return message_reason(m, "signer_certificate_new", e,
                          "The sender has used another certificate until now.", STR_NULL, STR_NULL);
}

/* What is left to say of a signature that fits: how much it proves. */
static rc_t judge_signer(struct opened *m, const struct message_signer *s, bool weak,
                         struct judgement *j, struct err *e)
{
    if (s->integrity != CMS_INTACT) return RC_OK;
    TRY(judge_strength(m, s, weak, j, e));
    TRY(judge_chain(m, s, j, e));
    TRY(judge_time(m, s, e));
    TRY(judge_known(m, s, e));
    return judge_revocation(m, s, j, e);
}

static bool any_intact(const struct message_view *v)
{
    for (size_t i = 0; i < v->signer_count; i++) {
        if (v->signers[i].integrity == CMS_INTACT) return true;
    }
    return false;
}

/* The one that is the sender, else the first. */
static const struct message_signer *valid_signer(const struct message_view *v)
{
    for (size_t i = 0; i < v->signer_count; i++) {
        if (v->signers[i].match != ADDRESS_NO) return &v->signers[i];
    }
    return &v->signers[0];
}

static rc_t judge_badge(struct opened *m, const struct layer *l, struct judgement *j, struct err *e)
{
    struct message_view *v = &m->view;
    TRY(describe_all(m, l, e));
    /* The worst comes first: altered, then by whom, then how well that is known. */
    for (size_t i = 0; i < v->signer_count; i++)
        TRY(judge_integrity(m, &v->signers[i], j, e));
    if (any_intact(v)) TRY(judge_address(m, j, e));
    for (size_t i = 0; i < v->signer_count; i++) {
        TRY(judge_signer(m, &v->signers[i], l->sig.signers[i].weak, j, e));
    }
    if (!j->word) {
        find(j, "signed-valid", LEVEL_GOOD);
        str_t who = signer_name(valid_signer(v));
        TRY(message_reason(m, "signature_valid", e, "Signed by {a} and not changed since.", who,
                           STR_NULL));
    }
    for (size_t i = 0; i < v->signer_count; i++) {
        if (&v->signers[i] == valid_signer(v)) continue;
        str_t who = signer_name(&v->signers[i]);
        TRY(message_reason(m, "signed_also_by", e, "There are several signatures: also by {a}.",
                           who, STR_NULL));
    }
    return RC_OK;
}

/* A signature around another layer that has its own: it is named, its integrity counts. */
static rc_t judge_outer(struct opened *m, const struct layer *l, struct judgement *j, struct err *e)
{
    find(j, "signed-valid", LEVEL_GOOD);
    j->word = "signed";
    for (size_t i = 0; i < l->sig.count; i++) {
        const struct cms_signer *s = &l->sig.signers[i];
        if (s->integrity == CMS_ALTERED) {
            *j = (struct judgement){"signed-invalid", LEVEL_BAD};
            return message_reason(m, "outer_signature_altered", e,
                                  "The message was changed after the outer signature was made.",
                                  STR_NULL, STR_NULL);
        }
    }
    return message_reason(m, "outer_signature", e,
                          "There is a further signature around this one. It says who passed the "
                          "message on, not who wrote it.",
                          STR_NULL, STR_NULL);
}

rc_t message_judge_signature(struct opened *m, const struct layer *l, bool badge,
                             struct judgement *out, struct err *e)
{
    struct judgement j = {NULL, LEVEL_NONE};
    if (l->broken) {
        find(&j, "signed-invalid", LEVEL_BAD);
        TRY(message_reason(m, "signature_damaged", e,
                           "The signature is damaged or is not one, so nothing is proved.",
                           STR_NULL, STR_NULL));
    } else if (l->sig.count == 0) {
        find(&j, "signed-unverifiable", LEVEL_WARNING);
        j.word = "not-signed";
        TRY(message_reason(m, "signature_without_signer", e,
                           "The message has the form of a signed one, but nobody signed it.",
                           STR_NULL, STR_NULL));
    } else if (badge) {
        TRY(judge_badge(m, l, &j, e));
    } else {
        TRY(judge_outer(m, l, &j, e));
    }
    *out = j;
    return RC_OK;
}
