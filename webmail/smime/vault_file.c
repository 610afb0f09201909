/* Key files: taking in, replacing, giving out, forgetting. */
#include "base/b64.h"
#include "base/log.h"
#include "crypto/keyring/keyring.h"
#include "crypto/request.h"
#include "webmail/contacts/colleagues.h"
#include "webmail/contacts/contacts.h"
#include "webmail/session/session.h"
#include "webmail/smime/asked.h"
#include "webmail/smime/vault_doc.h"
#include "webmail/store.h"

#define MAX_FILE_BYTES (256u << 10)
#define MAX_LABEL 100u
#define MAX_DOWNLOADS 50u
#define READ_TRIES 3

/* --- stored files ---------------------------------------------------------------------------- */

static str_t file_key(struct call *c, str_t name)
{
    return call_user_key(c, arena_printf(c->arena, "keyfile:%.*s", STR_ARG(name)));
}

static str_t file_name(const json_t *key)
{
    str_t name = json_text(json_object_get(key, "file"));
    return name.n ? name : json_text(json_object_get(key, "id"));
}

static rc_t put_file(struct call *c, str_t name, str_t p12, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    struct kv_value v;
    str_t sealed;
    TRY(app_key(c->app, STR("vault"), c->session->address, key, e));
    rc_t rc = seal(key, p12, file_key(c, name), c->arena, &sealed, e);
    wipe(key, sizeof key);
    TRY(rc);
    return KV_CMD(c->kv, c->arena, &v, e, STR("SET"), file_key(c, name), sealed);
}

/* *out null: there is none of this name. */
static rc_t get_file(struct call *c, str_t name, str_t *out, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), file_key(c, name)));
    *out = STR_NULL;
    if (v.type != KV_STR) return RC_OK;
    TRY(app_key(c->app, STR("vault"), c->session->address, key, e));
    rc_t rc = unseal(key, v.s, file_key(c, name), c->arena, out, e);
    wipe(key, sizeof key);
    return rc;
}

/* A file that nobody names any more. */
static void drop_file(struct call *c, str_t name)
{
    struct kv_value v;
    struct err e = {0};
    if (KV_CMD(c->kv, c->arena, &v, &e, STR("DEL"), file_key(c, name)) != RC_OK)
        log_err(LOG_WARN, "key_file_left_behind", &e);
}

/* After a change of the list that did not happen. Where its answer was lost it may have happened:
 * then the list names the file, and it may be the only one with that key. Better one too many. */
static void drop_unnamed(struct call *c, str_t name, rc_t why)
{
    if (why == RC_CONFLICT || why == RC_NOT_FOUND || why == RC_INVALID || why == RC_FULL)
        drop_file(c, name);
}

static rc_t new_name(struct call *c, str_t *out, struct err *e)
{
    unsigned char random[8];
    TRY(random_bytes(random, sizeof random, e));
    *out = hex_encode(c->arena, str_n(random, sizeof random));
    return RC_OK;
}

/* --- what the browser sends ------------------------------------------------------------------- */

static rc_t read_file(struct call *c, str_t *out, struct err *e)
{
    str_t text, p12;
    TRY(json_need_str(c->in, "p12", &text, e));
    if (!b64_decode(c->arena, text, &p12) || p12.n == 0)
        return err_invalid(e, "p12", "This is not a key file.");
    if (p12.n > MAX_FILE_BYTES) return err_invalid(e, "p12", "The key file is too large.");
    if (keyring_is_strong((const uint8_t *) p12.p, p12.n, VAULT_MIN_ITERATIONS) != KEYRING_OK)
        return err_invalid(e, "p12",
                           "The key file is not protected well enough. It must be re-wrapped in "
                           "the browser before it is stored.");
    *out = p12;
    return RC_OK;
}

static rc_t read_label(struct call *c, str_t fallback, str_t *out, struct err *e)
{
    str_t label;
    TRY(json_want_str(c->in, "label", fallback, &label, e));
    if (label.n > MAX_LABEL || !str_is_clean(label))
        return err_invalid(e, "label", "This is not a name for a key.");
    *out = label;
    return RC_OK;
}

/* The certificates of the file as the browser read them: public, and checked to be certificates. */
static rc_t check_certificates(struct call *c, const json_t *list, struct err *e)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct cert *cert = cert_from_json(json_array_get(list, i), c->arena);
        if (!cert) return err_invalid(e, "certificates", "One of these is not a certificate.");
        cert_unref(cert);
    }
    return RC_OK;
}

/* PKCS #10 of a key that was made in the browser; null when there is none. */
static rc_t read_request(struct call *c, str_t *out, struct err *e)
{
    struct err why;
    str_t text, der;
    TRY(json_want_str(c->in, "request", STR_NULL, &text, e));
    *out = STR_NULL;
    if (!text.p) return RC_OK;
    if (text.n > 2 * REQUEST_MAX_BYTES || !b64_decode(c->arena, text, &der))
        return err_invalid(e, "request", "This is not a certification request.");
    if (request_check(der, &why) != RC_OK) return err_invalid(e, "request", why.message);
    *out = b64_encode(c->arena, der);
    return RC_OK;
}

/* --- taking in -------------------------------------------------------------------------------- */

static rc_t add_key(struct call *c, json_t **doc, void *arg, struct err *e)
{
    (void) c;
    json_t *keys = vault_keys_of(doc), *key = arg;
    if (json_array_size(keys) >= VAULT_MAX_KEYS)
        return err_set(e, RC_FULL, "There are %u key files already.", VAULT_MAX_KEYS);
    json_array_append(keys, key);
    return RC_OK;
}

/* The file first: a list that names a file which is not there would be worse. */
static rc_t store_key(struct call *c, json_t *key, str_t p12, struct err *e)
{
    str_t id = json_text(json_object_get(key, "id"));
    TRY(put_file(c, id, p12, e));
    rc_t rc = store_update(c, STR("keys"), add_key, key, e);
    if (rc != RC_OK) {
        drop_unnamed(c, id, rc);
        return rc;
    }
    log_event(LOG_INFO, "key_stored", "account", LOG_S(c->session->address), "key", LOG_S(id),
              NULL);
    colleagues_follow(c);
    return call_answer(c, vault_key_json(key, c->arena), e);
}

rc_t vault_add(struct call *c, struct err *e)
{
    str_t p12, label, request, id;
    json_t *certificates = NULL;
    TRY(read_file(c, &p12, e));
    TRY(read_label(c, STR(""), &label, e));
    TRY(json_need_array(c->in, "certificates", VAULT_MAX_CERTIFICATES, &certificates, e));
    TRY(check_certificates(c, certificates, e));
    TRY(read_request(c, &request, e));
    if (request.p && json_array_size(certificates) > 0)
        return err_invalid(e, "request", "A key with a certificate has nothing to request.");
    TRY(new_name(c, &id, e));
    CLEANUP_JSON json_t *key = json_object();
    json_put_str(key, "id", id);
    json_put_str(key, "label", label);
    json_put_str(key, "created", time_text(c->arena, call_now()));
    json_object_set(key, "certificates", certificates);
    if (request.p) json_put_str(key, "request", request);
    json_object_set_new(key, "downloads", json_array());
    return store_key(c, key, p12, e);
}

/* --- replacing -------------------------------------------------------------------------------- */

struct replacement {
    str_t id, label, file, version; /* file null: it stays; version: the file that was re-wrapped */
    json_t *certificates;           /* borrowed; NULL: they stay */
    str_t dropped;                  /* name of the file that nobody names any more; in the arena */
    json_t *key;                    /* as it is now; new reference */
};

/* Is it for a key of this file? Authorities go along with any. */
static bool belongs(struct call *c, const json_t *key, const struct cert *cert)
{
    struct cert_info info;
    str_t request;
    const json_t *list = json_object_get(key, "certificates");
    if (cert_describe(cert, c->arena, &info, NULL) != RC_OK) return false;
    if (info.is_ca) return true;
    if (b64_decode(c->arena, json_text(json_object_get(key, "request")), &request) &&
        request_has_key_of(request, cert))
        return true;
    bool same = false;
    for (size_t i = 0; !same && i < json_array_size(list); i++) {
        struct cert *known = cert_from_json(json_array_get(list, i), c->arena);
        same = known && cert_same_key(known, cert);
        cert_unref(known);
    }
    return same;
}

static bool is_listed(const json_t *list, const json_t *der)
{
    bool found = false;
    for (size_t i = 0; !found && i < json_array_size(list); i++)
        found = json_equal(json_array_get(list, i), der);
    return found;
}

/* The new ones first, then what was known and is not among them: none is ever dropped. */
static rc_t join_certificates(struct call *c, json_t *key, const json_t *arrived, struct err *e)
{
    const json_t *before = json_object_get(key, "certificates");
    CLEANUP_JSON json_t *all = json_array();
    bool answers = false; /* the request */
    str_t request = STR_NULL;
    (void) b64_decode(c->arena, json_text(json_object_get(key, "request")), &request);
    for (size_t i = 0; i < json_array_size(arrived); i++) {
        struct cert *cert = cert_from_json(json_array_get(arrived, i), c->arena);
        bool ours = cert && belongs(c, key, cert);
        answers = answers || (cert && request.n && request_has_key_of(request, cert));
        cert_unref(cert);
        if (!ours) return err_invalid(e, "certificates", "This certificate is for another key.");
        if (!is_listed(all, json_array_get(arrived, i)))
            json_array_append(all, json_array_get(arrived, i));
    }
    for (size_t i = 0; i < json_array_size(before); i++)
        if (!is_listed(all, json_array_get(before, i)))
            json_array_append(all, json_array_get(before, i));
    if (json_array_size(all) > VAULT_MAX_CERTIFICATES)
        return err_set(e, RC_FULL, "This key has too many certificates.");
    json_object_set(key, "certificates", all);
    if (answers) json_object_del(key, "request");
    return RC_OK;
}

static rc_t replace(struct call *c, json_t **doc, void *arg, struct err *e)
{
    struct replacement *r = arg;
    json_t *key = vault_find_key(*doc, r->id, NULL);
    if (!key) return err_set(e, RC_NOT_FOUND, "There is no such key.");
    if (r->version.p && !str_eq(r->version, file_name(key)))
        return err_set(e, RC_CONFLICT, "The key file was changed meanwhile. Please try again.");
    if (r->certificates) TRY(join_certificates(c, key, r->certificates, e));
    if (r->label.p) json_put_str(key, "label", r->label);
    r->dropped = STR_NULL;
    if (r->file.p) {
        r->dropped = arena_str(c->arena, file_name(key));
        json_put_str(key, "file", r->file);
    }
    json_decref(r->key);
    r->key = json_incref(key);
    return RC_OK;
}

/* One step of the document: until it names the new file the old one counts, and is there. */
static rc_t store_replacement(struct call *c, struct replacement *r, str_t p12, struct err *e)
{
    if (p12.p) {
        TRY(new_name(c, &r->file, e));
        r->file = arena_printf(c->arena, "%.*s.%.*s", STR_ARG(r->id), STR_ARG(r->file));
        TRY(put_file(c, r->file, p12, e));
    }
    rc_t rc = store_update(c, STR("keys"), replace, r, e);
    if (rc != RC_OK) {
        if (r->file.p) drop_unnamed(c, r->file, rc);
        return rc;
    }
    if (r->dropped.p) drop_file(c, r->dropped);
    log_event(LOG_INFO, "key_replaced", "account", LOG_S(c->session->address), "key", LOG_S(r->id),
              NULL);
    colleagues_follow(c);
    return RC_OK;
}

rc_t vault_replace(struct call *c, struct err *e)
{
    struct replacement r = {.id = c->q->params[0]};
    str_t p12 = STR_NULL;
    const json_t *file = json_object_get(c->in, "p12");
    TRY(read_label(c, STR_NULL, &r.label, e));
    TRY(json_want_str(c->in, "version", STR_NULL, &r.version, e));
    TRY(json_want_array(c->in, "certificates", VAULT_MAX_CERTIFICATES, &r.certificates, e));
    TRY(check_certificates(c, r.certificates, e));
    if (file && !json_is_null(file)) TRY(read_file(c, &p12, e));
    if (!p12.p && !r.label.p && !r.certificates)
        return err_invalid(e, "p12", "There is nothing to change.");
    if (r.certificates && !p12.p)
        return err_invalid(e, "p12", "A certificate comes with the key file that holds it.");
    rc_t rc = store_replacement(c, &r, p12, e);
    if (rc == RC_OK) rc = call_answer(c, vault_key_json(r.key, c->arena), e);
    json_decref(r.key);
    return rc;
}

/* --- giving out ------------------------------------------------------------------------------- */

struct download {
    str_t id, file; /* file in the arena */
    json_t *log;    /* all downloads, this one last; new reference */
};

/* The key's downloads, with this one. Borrowed. */
static json_t *add_download(struct call *c, json_t *key)
{
    json_t *log = json_object_get(key, "downloads"), *entry = json_object();
    json_put_str(entry, "time", time_text(c->arena, call_now()));
    json_put_str(entry, "address", c->q->client_address);
    json_array_append_new(log, entry);
    while (json_array_size(log) > MAX_DOWNLOADS)
        json_array_remove(log, 0);
    return log;
}

static rc_t note_download(struct call *c, json_t **doc, void *arg, struct err *e)
{
    struct download *d = arg;
    json_t *key = vault_find_key(*doc, d->id, NULL);
    if (!key) return err_set(e, RC_NOT_FOUND, "There is no such key.");
    json_t *log = add_download(c, key);
    d->file = arena_str(c->arena, file_name(key));
    json_decref(d->log);
    d->log = json_incref(log);
    return RC_OK;
}

rc_t vault_file(struct call *c, struct err *e)
{
    struct download d = {.id = c->q->params[0]};
    str_t p12 = STR_NULL;
    rc_t rc = RC_OK;
    /* Recorded before it is given out, so that there is no download that nobody sees. Begun again
     * when the file was replaced between the two. */
    for (int i = 0; rc == RC_OK && !p12.p && i < READ_TRIES; i++) {
        rc = store_update(c, STR("keys"), note_download, &d, e);
        if (rc == RC_OK) rc = get_file(c, d.file, &p12, e);
    }
    CLEANUP_JSON json_t *log = d.log;
    TRY(rc);
    if (!p12.p) return err_set(e, RC_NOT_FOUND, "There is no such key.");
    json_t *answer = json_object();
    json_put_str(answer, "p12", b64_encode(c->arena, p12));
    json_put_str(answer, "version", d.file);
    json_object_set(answer, "downloads", log);
    return call_answer(c, answer, e);
}

/* --- forgetting ------------------------------------------------------------------------------- */

struct removal {
    str_t id, file; /* file in the arena */
};

static rc_t remove_key(struct call *c, json_t **doc, void *arg, struct err *e)
{
    struct removal *r = arg;
    size_t at;
    const json_t *key = vault_find_key(*doc, r->id, &at);
    if (!key) return err_set(e, RC_NOT_FOUND, "There is no such key.");
    r->file = arena_str(c->arena, file_name(key));
    json_array_remove(json_object_get(*doc, "keys"), at);
    return RC_OK;
}

rc_t vault_delete(struct call *c, struct err *e)
{
    struct removal r = {.id = c->q->params[0]};
    struct kv_value v;
    TRY(store_update(c, STR("keys"), remove_key, &r, e));
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("DEL"), file_key(c, r.file)));
    asked_key_removed(c, r.id);
    log_event(LOG_INFO, "key_removed", "account", LOG_S(c->session->address), "key", LOG_S(r.id),
              NULL);
    colleagues_follow(c);
    return call_answer(c, json_object(), e);
}

/* --- export ----------------------------------------------------------------------------------- */

static rc_t note_all(struct call *c, json_t **doc, void *arg, struct err *e)
{
    json_t **seen = arg, *keys = vault_keys_of(doc);
    (void) e;
    for (size_t i = 0; i < json_array_size(keys); i++)
        add_download(c, json_array_get(keys, i));
    json_decref(*seen);
    *seen = json_deep_copy(keys);
    return RC_OK;
}

/* False in *whole: one was replaced or removed since its download was recorded. */
static rc_t put_files(struct call *c, const json_t *keys, json_t *list, bool *whole, struct err *e)
{
    *whole = true;
    json_array_clear(list);
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const json_t *key = json_array_get(keys, i);
        str_t p12;
        TRY(get_file(c, file_name(key), &p12, e));
        if (str_is_null(p12)) {
            *whole = false;
            continue;
        }
        json_t *row = json_object();
        json_object_set(row, "key", json_object_get(key, "id"));
        json_put_str(row, "p12", b64_encode(c->arena, p12));
        json_array_append_new(list, row);
    }
    return RC_OK;
}

rc_t vault_export(struct call *c, json_t *list, struct err *e)
{
    CLEANUP_JSON json_t *keys = NULL;
    bool whole = false;
    for (int i = 0; !whole && i < READ_TRIES; i++) {
        TRY(store_update(c, STR("keys"), note_all, &keys, e));
        if (!keys) return err_set(e, RC_NO_MEMORY, NULL);
        TRY(put_files(c, keys, list, &whole, e));
    }
    return RC_OK;
}
