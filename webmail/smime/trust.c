#include "webmail/smime/trust.h"

#include "base/b64.h"
#include "crypto/seal.h"
#include "webmail/contacts/contacts.h"
#include "webmail/session/session.h"
#include "webmail/store.h"

#define DOCUMENT STR("trust")
#define ADDRESS_MAX 254u

static json_t *entries_of(json_t **doc)
{
    if (!*doc) *doc = json_object();
    if (!json_object_get(*doc, "entries")) json_object_set_new(*doc, "entries", json_array());
    return json_object_get(*doc, "entries");
}

static bool is_issuer(const json_t *entry)
{
    return str_eq(json_text(json_object_get(entry, "kind")), STR("issuer"));
}

/* --- what others ask ------------------------------------------------------------------------- */

static bool applies(const json_t *entry, str_t address)
{
    str_t scope = json_text(json_object_get(entry, "address"));
    if (str_is_null(scope)) return is_issuer(entry);
    return str_ieq(scope, address);
}

str_t trust_key(struct call *c)
{
    return call_user_key(c, DOCUMENT);
}

rc_t trust_anchors(struct call *c, str_t address, struct trust_anchors *out, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    struct trust_anchors found = {0};
    str_t version;
    *out = found;
    if (!address.n) return RC_OK;
    rc_t rc = store_load(c, DOCUMENT, &doc, &version, e);
    if (rc == RC_DAMAGED) return RC_OK; /* store.h logs it; mail must stay readable */
    TRY(rc);
    const json_t *entries = json_object_get(doc, "entries");
    size_t n = json_array_size(entries);
    if (n > TRUST_MAX_ENTRIES) n = TRUST_MAX_ENTRIES;
    if (n == 0) return RC_OK;
    found.certs = (struct cert **) arena_array(c->arena, n, sizeof(struct cert *));
    if (!found.certs) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(entries, i);
        if (!applies(entry, address)) continue;
        struct cert *cert = cert_from_json(json_object_get(entry, "der"), c->arena);
        if (cert) found.certs[found.count++] = cert;
    }
    *out = found;
    return RC_OK;
}

void trust_anchors_free(struct trust_anchors *a)
{
    for (size_t i = 0; i < a->count; i++)
        cert_unref(a->certs[i]);
    *a = (struct trust_anchors){0};
}

/* --- listing -----------------------------------------------------------------------------------
 */

/* NULL when the certificate cannot be described. */
static json_t *entry_json(const json_t *entry, struct arena *a)
{
    struct cert *cert = cert_from_json(json_object_get(entry, "der"), a);
    json_t *described = cert ? cert_json(cert, a) : NULL;
    cert_unref(cert);
    if (!described) return NULL;
    json_t *v = json_object();
    json_object_set(v, "id", json_object_get(entry, "id"));
    json_object_set(v, "kind", json_object_get(entry, "kind"));
    json_object_set(v, "address", json_object_get(entry, "address"));
    json_object_set(v, "since", json_object_get(entry, "since"));
    json_object_set_new(v, "certificate", described);
    return v;
}

rc_t trust_list(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, DOCUMENT, &doc, &version, e));
    const json_t *entries = json_object_get(doc, "entries");
    json_t *answer = json_object(), *list = json_array();
    for (size_t i = 0; i < json_array_size(entries); i++) {
        json_t *v = entry_json(json_array_get(entries, i), c->arena);
        if (v) json_array_append_new(list, v);
    }
    json_object_set_new(answer, "entries", list);
    return call_answer(c, answer, e);
}

/* --- adding ------------------------------------------------------------------------------------
 */

static rc_t check_issuer(const struct cert_info *info, str_t address, struct err *e)
{
    ptrdiff_t at = str_rchr(address, '@');
    if (!info->is_ca)
        return err_invalid(e, "certificate", "This certificate may not issue others.");
    if (!str_is_null(address) &&
        (at <= 0 || address.n > ADDRESS_MAX || !str_is_clean(address) || !str_is_utf8(address)))
        return err_invalid(e, "address", "This is not a mail address.");
    return RC_OK;
}

/* A certificate is trusted for an address that it names itself, never for another. */
static rc_t check_certificate(const struct cert *cert, str_t address, struct err *e)
{
    if (str_is_null(address))
        return err_invalid(e, "address", "A certificate is trusted for one address.");
    if (cert_matches_address(cert, address) == ADDRESS_NO)
        return err_invalid(e, "address", "The certificate is not of this address.");
    return RC_OK;
}

struct adding {
    str_t kind, address, der, id;
    json_t *shown; /* new reference */
};

static rc_t read_entry(struct call *c, struct adding *in, struct err *e)
{
    str_t text, der;
    struct cert *cert = NULL;
    struct cert_info info;
    TRY(json_need_str(c->in, "kind", &in->kind, e));
    TRY(json_need_str(c->in, "certificate", &text, e));
    TRY(json_want_str(c->in, "address", STR_NULL, &in->address, e));
    bool issuer = str_eq(in->kind, STR("issuer"));
    if (!issuer && !str_eq(in->kind, STR("certificate")))
        return err_invalid(e, "kind", "kind must be issuer or certificate.");
    if (!b64_decode(c->arena, text, &der) || cert_parse(der, &cert, NULL) != RC_OK ||
        !str_eq(cert_der(cert), der)) {
        cert_unref(cert);
        return err_invalid(e, "certificate", "This is not a certificate.");
    }
    rc_t rc = cert_describe(cert, c->arena, &info, e);
    if (rc == RC_OK)
        rc = issuer ? check_issuer(&info, in->address, e) : check_certificate(cert, in->address, e);
    cert_unref(cert);
    in->der = b64_encode(c->arena, der);
    return rc;
}

static bool is_same(const json_t *entry, const struct adding *in)
{
    str_t scope = json_text(json_object_get(entry, "address"));
    return str_eq(json_text(json_object_get(entry, "kind")), in->kind) &&
           str_eq(json_text(json_object_get(entry, "der")), in->der) &&
           str_is_null(scope) == str_is_null(in->address) && str_ieq(scope, in->address);
}

static rc_t add_entry(struct call *c, json_t **doc, void *arg, struct err *e)
{
    struct adding *in = arg;
    json_t *entries = entries_of(doc), *entry = NULL;
    for (size_t i = 0; i < json_array_size(entries) && !entry; i++) {
        if (is_same(json_array_get(entries, i), in)) entry = json_array_get(entries, i);
    }
    if (!entry && json_array_size(entries) >= TRUST_MAX_ENTRIES)
        return err_set(e, RC_FULL, "You trust too many issuers and certificates already.");
    if (!entry) {
        entry = json_object();
        json_put_str(entry, "id", in->id);
        json_put_str(entry, "kind", in->kind);
        json_put_str(entry, "address", in->address);
        json_put_str(entry, "der", in->der);
        json_put_str(entry, "since", time_text(c->arena, call_now()));
        json_array_append_new(entries, entry);
    }
    json_decref(in->shown);
    in->shown = entry_json(entry, c->arena);
    return RC_OK;
}

rc_t trust_add(struct call *c, struct err *e)
{
    unsigned char random[8];
    struct adding in = {0};
    TRY(read_entry(c, &in, e));
    TRY(random_bytes(random, sizeof random, e));
    in.id = hex_encode(c->arena, str_n(random, sizeof random));
    if (str_is_null(in.id) || str_is_null(in.der)) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc = store_update(c, DOCUMENT, add_entry, &in, e);
    if (rc == RC_OK) return call_answer(c, in.shown, e);
    json_decref(in.shown);
    return rc;
}

/* --- revoking ----------------------------------------------------------------------------------
 */

static rc_t remove_entry(struct call *c, json_t **doc, void *arg, struct err *e)
{
    const str_t *id = arg;
    json_t *entries = entries_of(doc);
    (void) c;
    for (size_t i = 0; i < json_array_size(entries); i++) {
        if (!str_eq(json_text(json_object_get(json_array_get(entries, i), "id")), *id)) continue;
        json_array_remove(entries, i);
        return RC_OK;
    }
    return err_set(e, RC_NOT_FOUND, "There is no such entry.");
}

rc_t trust_delete(struct call *c, struct err *e)
{
    str_t id = c->q->params[0];
    TRY(store_update(c, DOCUMENT, remove_entry, &id, e));
    return call_answer(c, json_object(), e);
}
