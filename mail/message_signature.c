/* What one signed layer is worth: each signer's finding, in words and a colour.
 *
 * Green only when everything holds; the worst finding of any signer decides (SECURITY.md,
 * S/MIME). The verdict words are those of the corpus.
 */
#include "base/mutant.h"
#include "mail/message_state.h"

#define DAY 86400

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

/* A finding: the worse word stays, the level rises to what the table says of the reason. word NULL:
 * a remark. */
struct finding {
    const char *word;
    enum reason reason;
};

static rc_t find(struct opened *m, struct judgement *j, struct finding f, str_t a, str_t b,
                 struct err *e)
{
    if (f.word && (!j->word || weight(f.word) < weight(j->word))) j->word = f.word;
    return message_reason(m, &j->level, f.reason, a, b, e);
}

#define FOUND(word, reason) ((struct finding){word, REASON_##reason})
#define NOTED(reason) ((struct finding){NULL, REASON_##reason})

static str_t shown_from(const struct opened *m)
{
    return m->view.from_count > 0 && m->view.from[0].address.n ? m->view.from[0].address
                                                               : STR("nobody");
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
    static const struct finding FINDINGS[] = {
        [CMS_ALTERED] = {"signed-invalid", REASON_signature_altered},
        [CMS_NO_CERTIFICATE] = {"signed-unverifiable", REASON_signer_certificate_missing},
        [CMS_SIG_UNSUPPORTED] = {"signed-unverifiable", REASON_signature_unsupported}};
    if (s->integrity == CMS_INTACT) return RC_OK;
    return find(m, j, FINDINGS[s->integrity], str_c(s->algorithm), STR_NULL, e);
}

/* A certificate that was in its time when the signer says to have signed is not the same as one
 * that never was; neither is green without an earlier check of ours. */
static rc_t judge_validity(struct opened *m, const struct message_signer *s, struct judgement *j,
                           struct err *e)
{
    int64_t now = m->options->now;
    str_t from = message_day(m->arena, s->not_before), to = message_day(m->arena, s->not_after);
    if (now < s->not_before) {
        return find(m, j, FOUND("signed-expired", certificate_not_yet_valid), from, STR_NULL, e);
    }
    if (now <= s->not_after) {
        return find(m, j, FOUND("signed-expired", issuer_not_valid_now), STR_NULL, STR_NULL, e);
    }
    if (s->signed_at && s->signed_at >= s->not_before && s->signed_at <= s->not_after) {
        return find(m, j, FOUND("signed-expired", certificate_expired_since), to, STR_NULL, e);
    }
    return find(m, j, FOUND("signed-expired", certificate_expired), to, STR_NULL, e);
}

static rc_t judge_chain(struct opened *m, const struct message_signer *s, struct judgement *j,
                        struct err *e)
{
    static const struct finding FINDINGS[] = {
        [CHAIN_UNKNOWN_ISSUER] = {"signed-untrusted", REASON_issuer_unknown},
        [CHAIN_INCOMPLETE] = {"signed-untrusted", REASON_chain_incomplete},
        [CHAIN_PURPOSE] = {"signed-untrusted", REASON_certificate_purpose},
        [CHAIN_WEAK] = {"signed-weak-or-invalid", REASON_certificate_weak},
        [CHAIN_INVALID] = {"signed-untrusted", REASON_chain_invalid}};
    if (s->chain.chain == CHAIN_TRUSTED) return RC_OK;
    if (s->chain.chain == CHAIN_EXPIRED || s->chain.chain == CHAIN_NOT_YET_VALID)
        return judge_validity(m, s, j, e);
    return find(m, j, FINDINGS[s->chain.chain], STR_NULL, STR_NULL, e);
}

static rc_t judge_revoked(struct opened *m, const struct message_signer *s, struct judgement *j,
                          struct err *e)
{
    const struct cert_revocation *r = &s->chain.revocation;
    str_t day = r->revoked_at ? message_day(m->arena, r->revoked_at) : STR("an unknown day");
    str_t why = r->reason ? str_c(r->reason) : STR("no reason given");
    return find(m, j, FOUND("signed-invalid", certificate_revoked), day, why, e);
}

static rc_t judge_revocation(struct opened *m, const struct message_signer *s, struct judgement *j,
                             struct err *e)
{
    if (s->chain.revocation.status == REVOCATION_REVOKED) return judge_revoked(m, s, j, e);
    /* An authority forgets what has expired; our own check then had to know. */
    if (s->chain.chain != CHAIN_TRUSTED || s->judged_before) return RC_OK;
    switch (s->chain.revocation.status) {
    case REVOCATION_GOOD:
        return RC_OK;
    case REVOCATION_NO_SOURCE:
        return find(m, j, NOTED(revocation_no_source), STR_NULL, STR_NULL, e);
    default:
        break;
    }
    if (m->options->strict_revocation)
        return find(m, j, NOTED(revocation_required), STR_NULL, STR_NULL, e);
    if (s->chain.revocation.status == REVOCATION_UNKNOWN)
        return find(m, j, NOTED(revocation_unknown), STR_NULL, STR_NULL, e);
    return find(m, j, NOTED(revocation_not_checked), STR_NULL, STR_NULL, e);
}

/* On whose word the chain counts, where that is not an authority's. */
static rc_t judge_trust(struct opened *m, const struct message_signer *s, struct judgement *j,
                        struct err *e)
{
    const struct cert_verdict *v = &s->chain;
    if (v->chain != CHAIN_TRUSTED) return RC_OK;
    if (s->judged_before) {
        str_t day = message_day(m->arena, s->judged_at);
        TRY(find(m, j, NOTED(verified_before), day, STR_NULL, e));
    }
    if (v->trusted_by == TRUSTED_BY_REGISTERED)
        return find(m, j, NOTED(registered_certificate), STR_NULL, STR_NULL, e);
    if (v->trusted_by != TRUSTED_BY_PERSONAL) return RC_OK;
    if (v->path_count < 2) return find(m, j, NOTED(personal_certificate), STR_NULL, STR_NULL, e);
    struct cert_info anchor;
    TRY(cert_describe(v->path[v->path_count - 1], m->arena, &anchor, e));
    return find(m, j, NOTED(personal_issuer), anchor.subject, STR_NULL, e);
}

static rc_t judge_strength(struct opened *m, const struct message_signer *s, bool weak,
                           struct judgement *j, struct err *e)
{
    if (!weak || s->chain.chain == CHAIN_WEAK) return RC_OK;
    return find(m, j, FOUND("signed-weak-or-invalid", weak_algorithm), str_c(s->algorithm),
                STR_NULL, e);
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
    const struct message_view *v = &m->view;
    str_t who = signer_name(s), from = shown_from(m);
    if (is_list_rewrite(m, s))
        return find(m, j, FOUND("signer-mismatch", list_rewrote_from), who, from, e);
    if (lists_address(v->resent_from, v->resent_from_count, s->address))
        return find(m, j, FOUND("signer-mismatch", resent_by_signer), who, from, e);
    return find(m, j, FOUND("signer-mismatch", address_mismatch), who, from, e);
}

/* From itself, before any signer is looked at. *done: there is nobody to compare them with. */
static rc_t judge_from(struct opened *m, struct judgement *j, bool *done, struct err *e)
{
    const struct message_view *v = &m->view;
    *done = true;
    if (m->from_differs)
        return find(m, j, FOUND("signer-mismatch", from_differs), shown_from(m), STR_NULL, e);
    if (v->from_count == 0) {
        return find(m, j, FOUND("signed-valid-but-address-unconfirmed", from_missing), STR_NULL,
                    STR_NULL, e);
    }
    if (v->from_count > 1 || m->from_fields > 1)
        return find(m, j, FOUND("signer-mismatch", from_several), STR_NULL, STR_NULL, e);
    *done = false;
    return RC_OK;
}

/* The signers together: one whose signature is intact must be the one From; a certificate without
 * any address confirms none. */
static rc_t judge_address(struct opened *m, struct judgement *j, struct err *e)
{
    const struct message_view *v = &m->view;
    const struct message_signer *best = NULL, *named = NULL;
    bool done;
    TRY(judge_from(m, j, &done, e));
    if (done) return RC_OK;
    for (size_t i = 0; i < v->signer_count; i++) {
        const struct message_signer *s = &v->signers[i];
        if (!s->cert || s->integrity != CMS_INTACT) continue;
        if (s->address.p) named = named ? named : s;
        if (s->match == ADDRESS_YES || (s->match == ADDRESS_CASE && !best)) best = s;
    }
    if (!WX_MUTANT(FROM_MATCH) && !best && named) return judge_mismatch(m, named, j, e);
    if (!WX_MUTANT(FROM_MATCH) && !best) {
        return find(m, j, FOUND("signed-valid-but-address-unconfirmed", address_unconfirmed),
                    shown_from(m), STR_NULL, e);
    }
    if (v->resent_from_count > 0)
        TRY(find(m, j, NOTED(resent), v->resent_from[0].address, STR_NULL, e));
    if (best && best->match == ADDRESS_CASE)
        return find(m, j, NOTED(address_case), STR_NULL, STR_NULL, e);
    return RC_OK;
}

/* --- time ------------------------------------------------------------------------------------ */

/* The signer's own account of when it was. A day of grace for clocks. */
static rc_t judge_time(struct opened *m, const struct message_signer *s, struct judgement *j,
                       struct err *e)
{
    if (!s->signed_at) return RC_OK;
    str_t day = message_day(m->arena, s->signed_at);
    if (s->signed_at > s->judged_at + DAY)
        return find(m, j, NOTED(signing_time_future), day, STR_NULL, e);
    bool outside = s->signed_at < s->not_before - DAY || s->signed_at > s->not_after + DAY;
    if (outside && s->chain.chain == CHAIN_TRUSTED)
        return find(m, j, NOTED(signing_time_outside), day, STR_NULL, e);
    return RC_OK;
}

/* --- all ---------------------------------------------------------------------------------------
 */

/* What is left to say of a signature that fits: how much it proves. */
static rc_t judge_signer(struct opened *m, const struct message_signer *s, bool weak,
                         struct judgement *j, struct err *e)
{
    if (s->integrity != CMS_INTACT) return RC_OK;
    TRY(judge_strength(m, s, weak, j, e));
    TRY(judge_chain(m, s, j, e));
    TRY(judge_trust(m, s, j, e));
    TRY(judge_time(m, s, j, e));
    if (s->known == KNOWN_CHANGED)
        TRY(find(m, j, NOTED(certificate_changed), STR_NULL, STR_NULL, e));
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
    TRY(message_describe_signers(m, l, e));
    /* The worst comes first: altered, then by whom, then how well that is known. */
    for (size_t i = 0; i < v->signer_count; i++)
        TRY(judge_integrity(m, &v->signers[i], j, e));
    if (any_intact(v)) TRY(judge_address(m, j, e));
    for (size_t i = 0; i < v->signer_count; i++) {
        TRY(judge_signer(m, &v->signers[i], l->sig.signers[i].weak, j, e));
    }
    const struct message_signer *author = valid_signer(v);
    if (!j->word)
        TRY(find(m, j, FOUND("signed-valid", signature_valid), signer_name(author), STR_NULL, e));
    for (size_t i = 0; i < v->signer_count; i++) {
        const struct message_signer *s = &v->signers[i];
        if (s != author) TRY(find(m, j, NOTED(signed_also_by), signer_name(s), STR_NULL, e));
    }
    return RC_OK;
}

/* A signature around another layer that has its own: it is named, its integrity counts. */
static rc_t judge_outer(struct opened *m, const struct layer *l, struct judgement *j, struct err *e)
{
    for (size_t i = 0; i < l->sig.count; i++) {
        if (l->sig.signers[i].integrity != CMS_ALTERED) continue;
        return find(m, j, FOUND("signed-invalid", outer_signature_altered), STR_NULL, STR_NULL, e);
    }
    *j = (struct judgement){"signed", LEVEL_GOOD};
    return find(m, j, NOTED(outer_signature), STR_NULL, STR_NULL, e);
}

rc_t message_judge_signature(struct opened *m, const struct layer *l, bool badge,
                             struct judgement *out, struct err *e)
{
    struct judgement j = {NULL, LEVEL_NONE};
    if (l->broken) {
        TRY(find(m, &j, FOUND("signed-invalid", signature_damaged), STR_NULL, STR_NULL, e));
    } else if (l->sig.count == 0) {
        j.word = "not-signed";
        TRY(find(m, &j, NOTED(signature_without_signer), STR_NULL, STR_NULL, e));
    } else if (badge) {
        TRY(judge_badge(m, l, &j, e));
    } else {
        TRY(judge_outer(m, l, &j, e));
    }
    *out = j;
    return RC_OK;
}
