#include "webmail/contacts/judge.h"

#include "webmail/smime/revocation.h"

/* --- stored entries -------------------------------------------------------------------------- */

bool entry_read(json_t *item, struct arena *a, struct entry *out)
{
    const json_t *list = json_object_get(item, "chain");
    str_t state = json_text(json_object_get(item, "state"));
    *out = (struct entry){.item = item,
                          .cert = cert_from_json(json_object_get(item, "der"), a),
                          .state = entry_state_of(state),
                          .preferred = json_is_true(json_object_get(item, "preferred")),
                          .for_signing = json_is_true(json_object_get(item, "for_signing")),
                          .takes_gcm = json_is_true(json_object_get(item, "gcm")),
                          .why = json_text(json_object_get(item, "why"))};
    out->harvested = str_eq(json_text(json_object_get(item, "source")), STR("harvested"));
    /* Written before there were states. */
    if (!state.n && json_is_true(json_object_get(item, "pending"))) {
        out->state = ENTRY_PENDING;
        out->why = STR("revocation");
    }
    for (size_t i = 0; i < json_array_size(list) && out->chain_count < BOOK_MAX_CHAIN; i++) {
        out->chain[out->chain_count] = cert_from_json(json_array_get(list, i), a);
        out->chain_count += out->chain[out->chain_count] != NULL;
    }
    return out->cert != NULL;
}

bool entry_never_used(const struct entry *e)
{
    return e->state == ENTRY_SUPERSEDED && str_eq(e->why, STR("older"));
}

void entry_free(struct entry *e)
{
    for (size_t i = 0; i < e->chain_count; i++)
        cert_unref(e->chain[i]);
    cert_unref(e->cert);
    *e = (struct entry){0};
}

void entry_set_state(json_t *item, enum entry_state state, const char *why)
{
    json_put_str(item, "state", str_c(entry_state_word(state)));
    json_put_str(item, "why", str_c(why));
    json_object_del(item, "pending");
    if (state != ENTRY_VALID) json_object_del(item, "preferred");
}

/* --- judging --------------------------------------------------------------------------------- */

static enum recipient_status status_of(const struct call *c, const struct judged *j, int64_t now)
{
    const struct cert_verdict *v = &j->verdict;
    if (j->info.not_after < now) return RECIPIENT_EXPIRED;
    if (j->info.not_before > now) return RECIPIENT_NOT_YET_VALID;
    if (j->info.weak || v->chain == CHAIN_WEAK) return RECIPIENT_WEAK;
    if (v->chain != CHAIN_TRUSTED) return RECIPIENT_UNTRUSTED;
    if (v->revocation.status == REVOCATION_REVOKED) return RECIPIENT_REVOKED;
    if (smime_revocation_forbids(c->app, v->revocation.status)) return RECIPIENT_REVOCATION_UNKNOWN;
    return RECIPIENT_READY;
}

/* What has ended, or has not begun, is judged at the nearest time at which it is valid: whom it was
 * trusted by counts for what may take its place. */
static int64_t judging_time(const struct cert_info *info, int64_t now)
{
    if (info->not_after < now) return info->not_after;
    return info->not_before > now ? info->not_before : now;
}

void judge_certificate(struct call *c, const struct cert *cert, struct cert *const *chain,
                       size_t chain_count, const struct judge_basis *basis, struct judged *out)
{
    struct err ignored = {0};
    int64_t now = call_now();
    *out = (struct judged){.status = RECIPIENT_UNTRUSTED};
    if (cert_matches_address(cert, basis->address) == ADDRESS_NO ||
        cert_describe(cert, c->arena, &out->info, &ignored) != RC_OK || out->info.is_ca)
        return;
    out->fits = basis->purpose == PURPOSE_ENCRYPT ? out->info.can_encrypt : out->info.can_sign;
    if (!out->fits) return;
    struct cert_question question = {.bag = chain,
                                     .bag_count = chain_count,
                                     .trust = call_trust(c),
                                     .purpose = basis->purpose,
                                     .at = judging_time(&out->info, now)};
    struct cert *itself[] = {(struct cert *) cert};
    if (basis->vouched) {
        question.vouched = itself;
        question.vouched_count = 1;
    }
    if (question.at == now) question.checks = basis->checks;
    if (basis->anchors) {
        question.anchors = basis->anchors->certs;
        question.anchor_count = basis->anchors->count;
    }
    cert_verify(cert, &question, &out->verdict);
    out->status = status_of(c, out, now);
}

void judged_free(struct judged *j)
{
    cert_verdict_free(&j->verdict);
    *j = (struct judged){0};
}
