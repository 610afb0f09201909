/* Another look at what waits only because nobody could say whether it was revoked. */
#include "webmail/contacts/judge.h"

static rc_t settle_entry(struct call *c, const struct entry *entry, const struct judge_basis *all,
                         bool *changed, struct err *e)
{
    struct judge_basis own = *all;
    const struct judge_basis *basis = &own;
    CLEANUP_JUDGED struct judged j = {.fits = false};
    struct contact_added done = {.contact = NULL};
    if (entry->for_signing) own.purpose = PURPOSE_SIGN;
    judge_certificate(c, entry->cert, entry->chain, entry->chain_count, basis, &j);
    enum revocation r = j.verdict.revocation.status;
    if (!j.fits || j.verdict.chain != CHAIN_TRUSTED ||
        (r != REVOCATION_GOOD && r != REVOCATION_NO_SOURCE))
        return RC_OK;
    const struct contact_certificate again = {.der = cert_der(entry->cert),
                                              .source = "harvested",
                                              .verdict = &j.verdict,
                                              .purpose = basis->purpose,
                                              .checks = basis->checks};
    TRY(contacts_add_certificate(c, basis->address, STR_NULL, &again, &done, e));
    *changed = *changed || done.taken;
    json_decref(done.contact);
    return RC_OK;
}

static rc_t settle_all(struct call *c, const json_t *list, const struct judge_basis *basis,
                       bool *changed, struct err *e)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        if (!entry_read(json_array_get(list, i), c->arena, &entry) ||
            entry.state != ENTRY_PENDING || !str_eq(entry.why, STR("revocation")))
            continue;
        TRY(settle_entry(c, &entry, basis, changed, e));
    }
    return RC_OK;
}

rc_t contacts_settle(struct call *c, str_t address, const struct cert_checks *checks, bool *changed,
                     struct err *e)
{
    CLEANUP_JSON json_t *contact = NULL;
    struct trust_anchors anchors;
    str_t id, version;
    *changed = false;
    TRY(book_find(c, address, &contact, &id, &version, e));
    TRY(trust_anchors(c, address, &anchors, e));
    const struct judge_basis basis = {
        .address = address, .purpose = PURPOSE_ENCRYPT, .checks = checks, .anchors = &anchors};
    rc_t rc = settle_all(c, json_object_get(contact, "certificates"), &basis, changed, e);
    trust_anchors_free(&anchors);
    return rc;
}
