#include "webmail/contacts/contacts.h"

#include "base/b64.h"
#include "mail/build.h"
#include "webmail/contacts/book.h"

#define SAVE_TRIES 8

/* --- what the API shows ------------------------------------------------------------------------
 */

static json_t *certificate_json(const json_t *item, struct arena *a)
{
    struct cert *cert = cert_from_json(json_object_get(item, "der"), a);
    if (!cert) return NULL;
    json_t *v = cert_json(cert, a);
    cert_unref(cert);
    if (!v) return NULL;
    json_object_set(v, "source", json_object_get(item, "source"));
    json_object_set(v, "since", json_object_get(item, "since"));
    if (json_is_true(json_object_get(item, "pending"))) json_put_bool(v, "pending", true);
    return v;
}

/* Without S/MIME in the plan nobody sees certificates; they are kept for when it comes back. */
static json_t *contact_json(struct call *c, const json_t *contact)
{
    json_t *v = json_object(), *certificates = json_array();
    const json_t *list = c->features.smime ? json_object_get(contact, "certificates") : NULL;
    struct arena *a = c->arena;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *certificate = certificate_json(json_array_get(list, i), a);
        if (certificate) json_array_append_new(certificates, certificate);
    }
    json_object_set(v, "id", json_object_get(contact, "id"));
    json_object_set(v, "name", json_object_get(contact, "name"));
    json_object_set(v, "addresses", json_object_get(contact, "addresses"));
    json_object_set_new(v, "certificates", certificates);
    return v;
}

rc_t contacts_list(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL;
    TRY(book_all(c, &all, e));
    json_t *list = json_array(), *answer = json_object();
    for (size_t i = 0; i < json_array_size(all); i++)
        json_array_append_new(list, contact_json(c, json_array_get(all, i)));
    json_object_set_new(answer, "contacts", list);
    return call_answer(c, answer, e);
}

/* --- making and changing ------------------------------------------------------------------------
 */

static json_t *new_contact(str_t id, str_t name)
{
    json_t *v = json_object();
    json_put_str(v, "id", id);
    json_put_str(v, "name", name.p ? name : STR(""));
    json_object_set_new(v, "addresses", json_array());
    json_object_set_new(v, "certificates", json_array());
    return v;
}

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
    contact = new_contact(id, name);
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
    for (int i = 0; rc == RC_CONFLICT && i < SAVE_TRIES; i++)
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

/* --- certificates
 * --------------------------------------------------------------------------------- */

static json_t *find_certificate(const json_t *contact, const json_t *der)
{
    const json_t *list = json_object_get(contact, "certificates");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_object_get(json_array_get(list, i), "der"), der))
            return json_array_get(list, i);
    return NULL;
}

static json_t *stored_certificate(struct call *c, const struct contact_certificate *cert)
{
    json_t *item = json_object(), *chain = json_array();
    for (size_t i = 0; i < cert->chain_count && i < BOOK_MAX_CHAIN; i++)
        json_array_append_new(chain, json_from_str(b64_encode(c->arena, cert->chain[i])));
    json_put_str(item, "der", b64_encode(c->arena, cert->der));
    json_put_str(item, "source", str_c(cert->source));
    json_put_str(item, "since", time_text(c->arena, call_now()));
    json_put_bool(item, "pending", cert->pending);
    json_put_bool(item, "gcm", cert->takes_gcm);
    json_object_set_new(item, "chain", chain);
    return item;
}

static rc_t add_once(struct call *c, str_t address, str_t name,
                     const struct contact_certificate *cert, bool *added, json_t **out,
                     struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *contact = NULL;
    CLEANUP_JSON json_t *item = stored_certificate(c, cert);
    str_t id, version;
    TRY(book_find(c, address, &before, &id, &version, e));
    if (before) {
        contact = json_deep_copy(before);
    } else {
        TRY(book_new_id(c, &id, e));
        contact = new_contact(id, name);
        json_array_append_new(json_object_get(contact, "addresses"), json_from_str(address));
    }
    json_t *known = find_certificate(contact, json_object_get(item, "der"));
    *added = !known;
    bool gcm = cert->takes_gcm && !json_is_true(json_object_get(known, "gcm"));
    bool settled = !cert->pending && json_is_true(json_object_get(known, "pending"));
    if (known && (gcm || settled)) { /* learnt since */
        if (gcm) json_put_bool(known, "gcm", true);
        if (settled) json_put_bool(known, "pending", false);
        TRY(book_save(c, id, contact, before, version, e));
    } else if (*added) {
        json_t *list = json_object_get(contact, "certificates");
        if (json_array_size(list) >= BOOK_MAX_CERTIFICATES)
            return err_set(e, RC_FULL, "This contact has too many certificates.");
        json_array_append(list, item);
        TRY(book_save(c, id, contact, before, version, e));
    }
    *out = contact_json(c, contact);
    return RC_OK;
}

rc_t contacts_add_certificate(struct call *c, str_t address, str_t name,
                              const struct contact_certificate *cert, bool *added, json_t **contact,
                              struct err *e)
{
    struct cert *parsed = NULL;
    TRY(cert_parse(cert->der, &parsed, e));
    enum address_match match = cert_matches_address(parsed, address);
    cert_unref(parsed);
    if (match == ADDRESS_NO)
        return err_invalid(e, "address", "The certificate is not of this address.");
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < SAVE_TRIES; i++)
        rc = add_once(c, address, name, cert, added, contact, e);
    return rc;
}

/* PEM (the first certificate, others as its chain) or base64 DER. */
static rc_t read_certificates(struct call *c, str_t text, str_t *ders, size_t max, size_t *n,
                              struct err *e)
{
    const str_t begin = STR("-----BEGIN CERTIFICATE-----");
    str_t rest = str_trim(text), der;
    size_t count = 0;
    for (ptrdiff_t at = str_find(rest, begin); at >= 0 && count < max; at = str_find(rest, begin)) {
        struct cert *cert = NULL;
        rest = str_sub(rest, (size_t) at, rest.n);
        if (cert_parse(rest, &cert, e) != RC_OK)
            return err_invalid(e, "certificate", "This is not a certificate.");
        ders[count++] = arena_str(c->arena, cert_der(cert));
        cert_unref(cert);
        rest = str_sub(rest, begin.n, rest.n);
    }
    if (count == 0) {
        if (!b64_decode(c->arena, rest, &der))
            return err_invalid(e, "certificate", "This is not a certificate.");
        ders[count++] = der;
    }
    *n = count;
    return RC_OK;
}

rc_t contacts_import_certificate(struct call *c, struct err *e)
{
    str_t text, address, ders[1 + BOOK_MAX_CHAIN];
    size_t n = 0;
    struct cert *cert = NULL;
    struct cert_info info;
    bool added;
    json_t *contact = NULL;
    TRY(json_need_str(c->in, "certificate", &text, e));
    TRY(json_want_str(c->in, "address", STR_NULL, &address, e));
    TRY(read_certificates(c, text, ders, 1 + BOOK_MAX_CHAIN, &n, e));
    if (cert_parse(ders[0], &cert, e) != RC_OK)
        return err_invalid(e, "certificate", "This is not a certificate.");
    rc_t rc = cert_describe(cert, c->arena, &info, e);
    cert_unref(cert);
    TRY(rc);
    if (info.address_count == 0)
        return err_invalid(e, "certificate", "The certificate names no mail address.");
    if (str_is_null(address)) address = info.addresses[0];
    const struct contact_certificate item = {
        .der = ders[0], .source = "imported", .chain = ders + 1, .chain_count = n - 1};
    TRY(contacts_add_certificate(c, address, info.common_name, &item, &added, &contact, e));
    return call_answer(c, contact, e);
}
