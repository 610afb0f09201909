#include "webmail/contacts/contacts.h"

#include "base/b64.h"
#include "mail/build.h"
#include "webmail/contacts/judge.h"
#include "webmail/smime/revocation.h"

/* --- what the API shows ------------------------------------------------------------------------
 */

#define MAX_LOOKED_UP 100u /* certificates of one answer */

struct showing {
    struct smime_checks checks;
    unsigned looked_up;
};

struct worth {
    enum revocation revocation;
    const char
        *status; /* word of recipient_status: whether it could be used today; NULL: not judged */
};

/* What is kept about it; nobody is asked because of a list. */
static struct worth worth_of(struct call *c, struct showing *s, const struct entry *entry,
                             const json_t *addresses)
{
    struct worth nothing = {.revocation = REVOCATION_NOT_CHECKED};
    if (entry->state != ENTRY_VALID && entry->state != ENTRY_PENDING) return nothing;
    for (size_t i = 0; i < json_array_size(addresses) && s->looked_up < MAX_LOOKED_UP; i++) {
        CLEANUP_JUDGED struct judged j = {.fits = false};
        struct trust_anchors anchors = {.count = 0};
        struct cert_info info;
        struct judge_basis basis = {.address = json_text(json_array_get(addresses, i)),
                                    .checks = &s->checks.checks,
                                    .anchors = &anchors};
        if (cert_matches_address(entry->cert, basis.address) == ADDRESS_NO ||
            cert_describe(entry->cert, c->arena, &info, NULL) != RC_OK ||
            trust_anchors(c, basis.address, &anchors, NULL) != RC_OK)
            continue;
        basis.purpose = info.can_encrypt && !entry->for_signing ? PURPOSE_ENCRYPT : PURPOSE_SIGN;
        s->looked_up++;
        judge_certificate(c, entry->cert, entry->chain, entry->chain_count, &basis, &j);
        trust_anchors_free(&anchors);
        return (struct worth){j.verdict.revocation.status, recipient_status_word(j.status)};
    }
    return nothing;
}

static json_t *certificate_json(struct call *c, struct showing *s, json_t *item,
                                const json_t *addresses)
{
    CLEANUP_ENTRY struct entry entry = {.item = NULL};
    json_t *v = entry_read(item, c->arena, &entry) ? cert_json(entry.cert, c->arena) : NULL;
    if (!v) return NULL;
    json_object_set(v, "source", json_object_get(item, "source"));
    json_object_set(v, "since", json_object_get(item, "since"));
    json_put_str(v, "state", str_c(entry_state_word(entry.state)));
    json_put_str(v, "why", entry.state == ENTRY_PENDING ? entry.why : STR_NULL);
    json_put_bool(v, "preferred", entry.preferred);
    json_put_bool(v, "takes_gcm", entry.takes_gcm);
    json_t *from = json_object_get(item, "provenance");
    json_object_set_new(v, "provenance", from ? json_incref(from) : json_null());
    struct worth worth = worth_of(c, s, &entry, addresses);
    json_put_str(v, "revocation", str_c(revocation_word(worth.revocation)));
    json_put_str(v, "status", worth.status ? str_c(worth.status) : STR_NULL);
    return v;
}

/* Without S/MIME in the plan nobody sees certificates; they are kept for when it comes back. */
static json_t *show(struct call *c, struct showing *s, const json_t *contact)
{
    json_t *v = json_object(), *certificates = json_array();
    const json_t *list = c->features.smime ? json_object_get(contact, "certificates") : NULL;
    const json_t *addresses = json_object_get(contact, "addresses");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *certificate = certificate_json(c, s, json_array_get(list, i), addresses);
        if (certificate) json_array_append_new(certificates, certificate);
    }
    json_object_set(v, "id", json_object_get(contact, "id"));
    json_object_set(v, "name", json_object_get(contact, "name"));
    json_object_set(v, "addresses", json_object_get(contact, "addresses"));
    json_object_set_new(v, "certificates", certificates);
    return v;
}

json_t *contact_json(struct call *c, const json_t *contact)
{
    struct showing s = {.looked_up = 0};
    smime_checks_start(&s.checks, c, false);
    return show(c, &s, contact);
}

rc_t contacts_list(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL;
    TRY(book_all(c, &all, e));
    struct showing s = {.looked_up = 0};
    smime_checks_start(&s.checks, c, false);
    json_t *list = json_array(), *answer = json_object();
    for (size_t i = 0; i < json_array_size(all); i++)
        json_array_append_new(list, show(c, &s, json_array_get(all, i)));
    json_object_set_new(answer, "contacts", list);
    return call_answer(c, answer, e);
}

/* --- making and changing ------------------------------------------------------------------------
 */

static rc_t read_addresses(struct call *c, json_t **out, struct err *e)
{
    json_t *list;
    TRY(json_need_array(c->in, "addresses", BOOK_MAX_ADDRESSES, &list, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        str_t address = json_text(v);
        if (!json_is_string(v)) return err_invalid(e, "addresses", "An address is not text.");
        TRY(address_check(address, e));
    }
    if (json_array_size(list) == 0) return err_invalid(e, "addresses", "A contact has an address.");
    *out = list;
    return RC_OK;
}

static rc_t read_name(struct call *c, str_t *out, struct err *e)
{
    str_t name;
    TRY(json_want_str(c->in, "name", STR(""), &name, e));
    if (name.n > 200 || !str_is_clean(name)) return err_invalid(e, "name", "This is not a name.");
    *out = name;
    return RC_OK;
}

/* The certificates that still are of one of the contact's addresses. */
static json_t *certificates_of(const json_t *certificates, const json_t *addresses, struct arena *a)
{
    json_t *kept = json_array();
    for (size_t i = 0; i < json_array_size(certificates); i++) {
        json_t *item = json_array_get(certificates, i);
        struct cert *cert = cert_from_json(json_object_get(item, "der"), a);
        bool keep = false;
        if (cert) {
            for (size_t k = 0; k < json_array_size(addresses); k++) {
                const json_t *v = json_array_get(addresses, k);
                str_t address = json_text(v);
                keep = keep || cert_matches_address(cert, address) != ADDRESS_NO;
            }
            cert_unref(cert);
        }
        if (keep) json_array_append(kept, item);
    }
    return kept;
}

static rc_t put_once(struct call *c, str_t id, bool make, str_t name, json_t *addresses,
                     struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *contact = NULL;
    str_t version = STR_NULL;
    if (!make) TRY(book_load(c, id, &before, &version, e));
    if (!make && !before) return err_set(e, RC_NOT_FOUND, "There is no such contact.");
    contact = book_new_contact(id, name);
    json_object_set(contact, "addresses", addresses);
    json_object_set_new(
        contact, "certificates",
        certificates_of(json_object_get(before, "certificates"), addresses, c->arena));
    TRY(book_save(c, id, contact, before, version, e));
    return call_answer(c, contact_json(c, contact), e);
}

rc_t contacts_put(struct call *c, struct err *e)
{
    str_t id = c->q->params[0], name;
    json_t *addresses = NULL;
    TRY(read_name(c, &name, e));
    TRY(read_addresses(c, &addresses, e));
    bool make = str_eq(id, STR("new"));
    if (make) TRY(book_new_id(c, &id, e));
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < BOOK_SAVE_TRIES; i++)
        rc = put_once(c, id, make, name, addresses, e);
    return rc;
}

rc_t contacts_delete(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *before = NULL;
    str_t version;
    TRY(book_load(c, c->q->params[0], &before, &version, e));
    if (!before) return err_set(e, RC_NOT_FOUND, "There is no such contact.");
    TRY(book_save(c, c->q->params[0], NULL, before, version, e));
    return call_answer(c, json_object(), e);
}
