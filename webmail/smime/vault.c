#include "webmail/smime/vault.h"

#include "base/b64.h"
#include "base/log.h"
#include "crypto/keyring/keyring.h"
#include "webmail/contacts/contacts.h"
#include "webmail/session/session.h"
#include "webmail/store.h"

#define MAX_FILE_BYTES (256u << 10)
#define MAX_LABEL 100u
#define MAX_DOWNLOADS 50u

/* Document "keys": {keys: [{id, label, created, certificates: [base64 DER], downloads: [{time,
 * address}]}], primary: {sign, encrypt}}. Files: `keyfile:<id>`, sealed. */

static rc_t invalid(struct err *e, const char *field, const char *why)
{
    err_set(e, RC_INVALID, "%s", why);
    err_field(e, field);
    return RC_INVALID;
}

static str_t text_of(const json_t *v)
{
    return str_n(json_string_value(v), json_string_length(v));
}

static struct cert *parse_certificate(const json_t *v, struct arena *a)
{
    struct cert *cert = NULL;
    struct err ignored = {0};
    str_t der;
    if (!json_is_string(v) || !b64_decode(a, text_of(v), &der) ||
        cert_parse(der, &cert, &ignored) != RC_OK)
        return NULL;
    return cert;
}

static json_t *find_key(const json_t *doc, str_t id, size_t *at)
{
    json_t *keys = json_object_get(doc, "keys");
    for (size_t i = 0; i < json_array_size(keys); i++) {
        json_t *key = json_array_get(keys, i);
        if (!str_eq(text_of(json_object_get(key, "id")), id)) continue;
        if (at) *at = i;
        return key;
    }
    return NULL;
}

static str_t file_key(struct call *c, str_t id)
{
    return call_user_key(c, arena_printf(c->arena, "keyfile:%.*s", STR_ARG(id)));
}

/* --- sealing ------------------------------------------------------------------------------------
 */

static rc_t seal_file(struct call *c, str_t id, str_t p12, str_t *out, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    TRY(app_key(c->app, STR("vault"), c->session->address, key, e));
    rc_t rc = seal(key, p12, file_key(c, id), c->arena, out, e);
    wipe(key, sizeof key);
    return rc;
}

static rc_t unseal_file(struct call *c, str_t id, str_t blob, str_t *out, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    TRY(app_key(c->app, STR("vault"), c->session->address, key, e));
    rc_t rc = unseal(key, blob, file_key(c, id), c->arena, out, e);
    wipe(key, sizeof key);
    return rc;
}

/* --- own certificates
 * ----------------------------------------------------------------------------- */

static rc_t collect(struct call *c, const json_t *doc, struct own_certificates *out, struct err *e)
{
    const json_t *keys = json_object_get(doc, "keys");
    const size_t most = VAULT_MAX_KEYS * VAULT_MAX_CERTIFICATES;
    out->certs = (struct cert **) arena_array(c->arena, most, sizeof(struct cert *));
    if (!out->certs) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = json_array_size(keys); i-- > 0;) { /* newest last in the document */
        const json_t *list = json_object_get(json_array_get(keys, i), "certificates");
        for (size_t k = 0; k < json_array_size(list) && out->count < most; k++) {
            struct cert *cert = parse_certificate(json_array_get(list, k), c->arena);
            if (cert) out->certs[out->count++] = cert;
        }
    }
    return RC_OK;
}

/* The chosen one while it is there, else the newest usable one of the user's address. */
static struct cert *pick(struct call *c, const struct own_certificates *own, str_t chosen,
                         bool to_sign)
{
    struct cert *best = NULL;
    int64_t best_since = 0, now = call_now();
    for (size_t i = 0; i < own->count; i++) {
        struct cert *cert = own->certs[i];
        struct cert_info info;
        struct err ignored = {0};
        if (chosen.n > 0 && str_eq(cert_fingerprint(cert), chosen)) return cert;
        if (cert_describe(cert, c->arena, &info, &ignored) != RC_OK || info.is_ca ||
            !(to_sign ? info.can_sign : info.can_encrypt) || info.not_after < now ||
            info.not_before > now || cert_matches_address(cert, c->session->address) == ADDRESS_NO)
            continue;
        if (best && info.not_before <= best_since) continue;
        best = cert;
        best_since = info.not_before;
    }
    return best;
}

static rc_t own_from(struct call *c, const json_t *doc, struct own_certificates *out, struct err *e)
{
    const json_t *primary = json_object_get(doc, "primary");
    struct own_certificates own = {0};
    TRY(collect(c, doc, &own, e));
    own.sign = pick(c, &own, text_of(json_object_get(primary, "sign")), true);
    own.encrypt = pick(c, &own, text_of(json_object_get(primary, "encrypt")), false);
    *out = own;
    return RC_OK;
}

rc_t vault_own_certificates(struct call *c, struct own_certificates *out, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, STR("keys"), &doc, &version, e));
    return own_from(c, doc, out, e);
}

void own_certificates_free(struct own_certificates *o)
{
    for (size_t i = 0; i < o->count; i++)
        cert_unref(o->certs[i]);
    *o = (struct own_certificates){0};
}

rc_t vault_certificate(struct call *c, str_t fingerprint, struct cert **out, struct err *e)
{
    struct own_certificates own;
    TRY(vault_own_certificates(c, &own, e));
    rc_t rc = RC_NOT_FOUND;
    for (size_t i = 0; rc == RC_NOT_FOUND && i < own.count; i++) {
        if (!str_eq(cert_fingerprint(own.certs[i]), fingerprint)) continue;
        *out = cert_ref(own.certs[i]);
        rc = RC_OK;
    }
    own_certificates_free(&own);
    return rc == RC_OK ? rc : err_set(e, rc, "You have no such certificate.");
}

/* --- what the API shows
 * ------------------------------------------------------------------------------ */

static json_t *key_json(const json_t *key, struct arena *a)
{
    json_t *v = json_object(), *certificates = json_array();
    const json_t *list = json_object_get(key, "certificates");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct cert *cert = parse_certificate(json_array_get(list, i), a);
        json_t *described = cert ? cert_json(cert, a) : NULL;
        cert_unref(cert);
        if (described) json_array_append_new(certificates, described);
    }
    json_object_set(v, "id", json_object_get(key, "id"));
    json_object_set(v, "label", json_object_get(key, "label"));
    json_object_set(v, "created", json_object_get(key, "created"));
    json_object_set_new(v, "certificates", certificates);
    return v;
}

static json_t *primary_json(const struct own_certificates *own)
{
    json_t *v = json_object();
    json_put_str(v, "sign", own->sign ? cert_fingerprint(own->sign) : STR_NULL);
    json_put_str(v, "encrypt", own->encrypt ? cert_fingerprint(own->encrypt) : STR_NULL);
    return v;
}

rc_t vault_list(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    struct own_certificates own;
    str_t version;
    TRY(store_load(c, STR("keys"), &doc, &version, e));
    TRY(own_from(c, doc, &own, e));
    json_t *answer = json_object(), *list = json_array();
    const json_t *keys = json_object_get(doc, "keys");
    for (size_t i = 0; i < json_array_size(keys); i++)
        json_array_append_new(list, key_json(json_array_get(keys, i), c->arena));
    json_object_set_new(answer, "keys", list);
    json_object_set_new(answer, "primary", primary_json(&own));
    own_certificates_free(&own);
    return call_answer(c, answer, e);
}

/* --- storing
 * -------------------------------------------------------------------------------------------- */

static json_t *ensure(json_t **doc)
{
    if (!*doc) *doc = json_object();
    if (!json_object_get(*doc, "keys")) json_object_set_new(*doc, "keys", json_array());
    return json_object_get(*doc, "keys");
}

static rc_t add_key(struct call *c, json_t **doc, void *arg, struct err *e)
{
    (void) c;
    json_t *keys = ensure(doc), *key = arg;
    if (json_array_size(keys) >= VAULT_MAX_KEYS)
        return err_set(e, RC_FULL, "There are %u key files already.", VAULT_MAX_KEYS);
    json_array_append(keys, key);
    return RC_OK;
}

/* The certificates of the file as the browser read them: public, and checked to be certificates. */
static rc_t read_certificates(struct call *c, json_t **out, struct err *e)
{
    json_t *list;
    TRY(json_need_array(c->in, "certificates", VAULT_MAX_CERTIFICATES, &list, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct cert *cert = parse_certificate(json_array_get(list, i), c->arena);
        if (!cert) return invalid(e, "certificates", "One of these is not a certificate.");
        cert_unref(cert);
    }
    *out = list;
    return RC_OK;
}

static rc_t read_file(struct call *c, str_t *out, struct err *e)
{
    str_t text, p12;
    TRY(json_need_str(c->in, "p12", &text, e));
    if (!b64_decode(c->arena, text, &p12) || p12.n == 0)
        return invalid(e, "p12", "This is not a key file.");
    if (p12.n > MAX_FILE_BYTES) return invalid(e, "p12", "The key file is too large.");
    if (keyring_is_strong((const uint8_t *) p12.p, p12.n, VAULT_MIN_ITERATIONS) != KEYRING_OK)
        return invalid(e, "p12",
                       "The key file is not protected well enough. It must be re-wrapped in the "
                       "browser before it is stored.");
    *out = p12;
    return RC_OK;
}

rc_t vault_add(struct call *c, struct err *e)
{
    str_t p12, label, id, sealed;
    unsigned char random[8];
    struct kv_value v;
    json_t *certificates = NULL;
    TRY(read_file(c, &p12, e));
    TRY(json_want_str(c->in, "label", STR(""), &label, e));
    if (label.n > MAX_LABEL || !str_is_clean(label))
        return invalid(e, "label", "This is not a name for a key.");
    TRY(read_certificates(c, &certificates, e));
    TRY(random_bytes(random, sizeof random, e));
    id = hex_encode(c->arena, str_n(random, sizeof random));
    TRY(seal_file(c, id, p12, &sealed, e));
    CLEANUP_JSON json_t *key = json_object();
    json_put_str(key, "id", id);
    json_put_str(key, "label", label);
    json_put_str(key, "created", time_text(c->arena, call_now()));
    json_object_set(key, "certificates", certificates);
    json_object_set_new(key, "downloads", json_array());
    /* The file first: a list that names a file which is not there would be worse. */
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("SET"), file_key(c, id), sealed));
    rc_t rc = store_update(c, STR("keys"), add_key, key, e);
    if (rc != RC_OK) {
        struct err ignored = {0};
        if (KV_CMD(c->kv, c->arena, &v, &ignored, STR("DEL"), file_key(c, id)) != RC_OK)
            log_err(LOG_WARN, "key_file_left_behind", &ignored);
        return rc;
    }
    log_event(LOG_INFO, "key_stored", "account", LOG_S(c->session->address), "key", LOG_S(id),
              NULL);
    return call_answer(c, key_json(key, c->arena), e);
}

/* --- giving out
 * --------------------------------------------------------------------------------------------- */

struct download {
    str_t id;
    json_t *log; /* all downloads, this one last; new reference */
};

static rc_t note_download(struct call *c, json_t **doc, void *arg, struct err *e)
{
    struct download *d = arg;
    json_t *key = find_key(*doc, d->id, NULL);
    if (!key) return err_set(e, RC_NOT_FOUND, "There is no such key.");
    json_t *log = json_object_get(key, "downloads"), *entry = json_object();
    json_put_str(entry, "time", time_text(c->arena, call_now()));
    json_put_str(entry, "address", c->q->client_address);
    json_array_append_new(log, entry);
    while (json_array_size(log) > MAX_DOWNLOADS)
        json_array_remove(log, 0);
    json_decref(d->log);
    d->log = json_incref(log);
    return RC_OK;
}

rc_t vault_file(struct call *c, struct err *e)
{
    struct download d = {.id = c->q->params[0]};
    struct kv_value v;
    str_t p12;
    /* Recorded before it is given out, so that there is no download that nobody sees. */
    rc_t rc = store_update(c, STR("keys"), note_download, &d, e);
    CLEANUP_JSON json_t *log = d.log;
    TRY(rc);
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), file_key(c, d.id)));
    if (v.type != KV_STR) return err_set(e, RC_NOT_FOUND, "There is no such key.");
    TRY(unseal_file(c, d.id, v.s, &p12, e));
    json_t *answer = json_object();
    json_put_str(answer, "p12", b64_encode(c->arena, p12));
    json_object_set(answer, "downloads", log);
    return call_answer(c, answer, e);
}

/* --- removing, choosing
 * ---------------------------------------------------------------------------------------- */

static rc_t remove_key(struct call *c, json_t **doc, void *arg, struct err *e)
{
    (void) c;
    const str_t *id = arg;
    size_t at;
    if (!find_key(*doc, *id, &at)) return err_set(e, RC_NOT_FOUND, "There is no such key.");
    json_array_remove(json_object_get(*doc, "keys"), at);
    return RC_OK;
}

rc_t vault_delete(struct call *c, struct err *e)
{
    str_t id = c->q->params[0];
    struct kv_value v;
    TRY(store_update(c, STR("keys"), remove_key, &id, e));
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("DEL"), file_key(c, id)));
    log_event(LOG_INFO, "key_removed", "account", LOG_S(c->session->address), "key", LOG_S(id),
              NULL);
    return call_answer(c, json_object(), e);
}

static rc_t check_choice(struct call *c, const struct own_certificates *own, const char *field,
                         bool to_sign, struct err *e)
{
    str_t chosen;
    TRY(json_want_str(c->in, field, STR_NULL, &chosen, e));
    if (str_is_null(chosen)) return RC_OK;
    for (size_t i = 0; i < own->count; i++) {
        struct cert_info info;
        if (!str_eq(cert_fingerprint(own->certs[i]), chosen)) continue;
        TRY(cert_describe(own->certs[i], c->arena, &info, e));
        if (to_sign ? info.can_sign : info.can_encrypt) return RC_OK;
        return invalid(e, field, "This certificate is not made for that.");
    }
    return invalid(e, field, "You have no such certificate.");
}

static rc_t choose(struct call *c, json_t **doc, void *arg, struct err *e)
{
    (void) arg;
    struct own_certificates own;
    ensure(doc);
    TRY(own_from(c, *doc, &own, e));
    rc_t rc = check_choice(c, &own, "sign", true, e);
    if (rc == RC_OK) rc = check_choice(c, &own, "encrypt", false, e);
    own_certificates_free(&own);
    TRY(rc);
    json_t *primary = json_object_get(*doc, "primary");
    if (!primary) {
        primary = json_object();
        json_object_set_new(*doc, "primary", primary);
    }
    /* Absent: unchanged; null: choose for me. */
    static const char *const fields[] = {"sign", "encrypt"};
    for (size_t i = 0; i < 2; i++) {
        json_t *v = json_object_get(c->in, fields[i]);
        if (v) json_object_set(primary, fields[i], v);
    }
    return RC_OK;
}

rc_t vault_set_primary(struct call *c, struct err *e)
{
    struct own_certificates own;
    TRY(store_update(c, STR("keys"), choose, NULL, e));
    TRY(vault_own_certificates(c, &own, e));
    json_t *answer = primary_json(&own);
    own_certificates_free(&own);
    return call_answer(c, answer, e);
}
