/* Own certificates: which there are, which are in use, and when they end. */
#include "webmail/smime/vault.h"

#include "base/b64.h"
#include "webmail/contacts/colleagues.h"
#include "webmail/contacts/contacts.h"
#include "webmail/session/session.h"
#include "webmail/settings/settings.h"
#include "webmail/smime/vault_doc.h"
#include "webmail/store.h"

#define DAY 86400

json_t *vault_find_key(const json_t *doc, str_t id, size_t *at)
{
    json_t *keys = json_object_get(doc, "keys");
    for (size_t i = 0; i < json_array_size(keys); i++) {
        json_t *key = json_array_get(keys, i);
        if (!str_eq(json_text(json_object_get(key, "id")), id)) continue;
        if (at) *at = i;
        return key;
    }
    return NULL;
}

json_t *vault_keys_of(json_t **doc)
{
    if (!*doc) *doc = json_object();
    if (!json_object_get(*doc, "keys")) json_object_set_new(*doc, "keys", json_array());
    return json_object_get(*doc, "keys");
}

/* --- own certificates ------------------------------------------------------------------------ */

static rc_t collect(struct call *c, const json_t *doc, struct own_certificates *out, struct err *e)
{
    const json_t *keys = json_object_get(doc, "keys");
    const size_t most = VAULT_MAX_KEYS * VAULT_MAX_CERTIFICATES;
    out->certs = (struct cert **) arena_array(c->arena, most, sizeof(struct cert *));
    if (!out->certs) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = json_array_size(keys); i-- > 0;) { /* newest last in the document */
        const json_t *list = json_object_get(json_array_get(keys, i), "certificates");
        for (size_t k = 0; k < json_array_size(list) && out->count < most; k++) {
            struct cert *cert = cert_from_json(json_array_get(list, k), c->arena);
            if (cert) out->certs[out->count++] = cert;
        }
    }
    return RC_OK;
}

/* A certificate of the user's address that is made for the purpose, whenever it is valid. */
static bool is_for(struct call *c, const struct cert *cert, bool to_sign, struct cert_info *info)
{
    struct err ignored = {0};
    return cert_describe(cert, c->arena, info, &ignored) == RC_OK && !info->is_ca &&
           (to_sign ? info->can_sign : info->can_encrypt) &&
           cert_matches_address(cert, c->session->address) != ADDRESS_NO;
}

static struct cert *pick(struct call *c, const struct own_certificates *own, str_t chosen,
                         bool to_sign)
{
    struct cert *best = NULL, *wanted = NULL;
    int64_t best_since = 0, now = call_now();
    for (size_t i = 0; i < own->count; i++) {
        struct cert *cert = own->certs[i];
        struct cert_info info;
        bool is_wanted = chosen.n > 0 && str_eq(cert_fingerprint(cert), chosen);
        if (is_wanted) wanted = cert;
        if (!is_for(c, cert, to_sign, &info) || info.not_after < now || info.not_before > now)
            continue;
        if (is_wanted) return cert;
        if (best && info.not_before <= best_since) continue;
        best = cert;
        best_since = info.not_before;
    }
    return best ? best : wanted;
}

static rc_t own_from(struct call *c, const json_t *doc, struct own_certificates *out, struct err *e)
{
    const json_t *primary = json_object_get(doc, "primary");
    struct own_certificates own = {0};
    TRY(collect(c, doc, &own, e));
    own.sign = pick(c, &own, json_text(json_object_get(primary, "sign")), true);
    own.encrypt = pick(c, &own, json_text(json_object_get(primary, "encrypt")), false);
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

/* --- reminders ------------------------------------------------------------------------------- */

int vault_reminder(int64_t not_after, int64_t now, int dismissed)
{
    static const int steps[] = {0, 1, 7, 30};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (not_after - now > (int64_t) steps[i] * DAY) continue;
        return dismissed >= 0 && dismissed <= steps[i] ? -1 : steps[i];
    }
    return -1;
}

/* What the person works with: the picked one, or, when all have ended, the one that ended last. */
static const struct cert *in_use(struct call *c, const struct own_certificates *own, bool to_sign)
{
    const struct cert *picked = to_sign ? own->sign : own->encrypt, *last = NULL;
    int64_t end = 0;
    for (size_t i = 0; !picked && i < own->count; i++) {
        struct cert_info info;
        if (!is_for(c, own->certs[i], to_sign, &info) || (last && info.not_after <= end)) continue;
        last = own->certs[i];
        end = info.not_after;
    }
    return picked ? picked : last;
}

struct reminders {
    const struct cert *used[2];
    int days[2]; /* -1: none */
};

static rc_t find_reminders(struct call *c, const struct own_certificates *own,
                           struct reminders *out, struct err *e)
{
    CLEANUP_JSON json_t *settings = NULL;
    *out = (struct reminders){.days = {-1, -1}};
    TRY(settings_load(c, &settings, e));
    const json_t *reminded = json_object_get(json_object_get(settings, "security"), "reminded");
    for (int i = 0; i < 2; i++) {
        struct cert_info info;
        const struct cert *cert = out->used[i] = in_use(c, own, i == 0);
        if (!cert || cert_describe(cert, c->arena, &info, NULL) != RC_OK) continue;
        const json_t *v = json_object_get(reminded, cert_fingerprint(cert).p);
        int dismissed = v ? (int) json_integer_value(v) : -1;
        out->days[i] = vault_reminder(info.not_after, call_now(), dismissed);
    }
    return RC_OK;
}

/* The soonest of the key's certificates; null when none is due. */
static json_t *reminder_of(const json_t *key, const struct reminders *r, struct arena *a)
{
    const json_t *list = json_object_get(key, "certificates");
    int days = -1;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct cert *cert = cert_from_json(json_array_get(list, i), a);
        for (int k = 0; cert && k < 2; k++) {
            if (!r->used[k] || r->days[k] < 0 || !cert_equal(cert, r->used[k])) continue;
            if (days < 0 || r->days[k] < days) days = r->days[k];
        }
        cert_unref(cert);
    }
    return days < 0 ? json_null() : json_integer(days);
}

/* --- what the API shows ---------------------------------------------------------------------- */

json_t *vault_key_json(const json_t *key, struct arena *a)
{
    json_t *v = json_object(), *certificates = json_array();
    const json_t *list = json_object_get(key, "certificates");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct cert *cert = cert_from_json(json_array_get(list, i), a);
        json_t *described = cert ? cert_json(cert, a) : NULL;
        cert_unref(cert);
        if (described) json_array_append_new(certificates, described);
    }
    json_object_set(v, "id", json_object_get(key, "id"));
    json_object_set(v, "label", json_object_get(key, "label"));
    json_object_set(v, "created", json_object_get(key, "created"));
    json_object_set_new(v, "certificates", certificates);
    json_put_str(v, "request", json_text(json_object_get(key, "request")));
    json_object_set_new(v, "reminder", json_null());
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
    struct reminders reminders;
    str_t version;
    TRY(store_load(c, STR("keys"), &doc, &version, e));
    TRY(own_from(c, doc, &own, e));
    rc_t rc = find_reminders(c, &own, &reminders, e);
    json_t *answer = json_object(), *list = json_array();
    const json_t *keys = json_object_get(doc, "keys");
    for (size_t i = 0; rc == RC_OK && i < json_array_size(keys); i++) {
        const json_t *key = json_array_get(keys, i);
        json_t *v = vault_key_json(key, c->arena);
        json_object_set_new(v, "reminder", reminder_of(key, &reminders, c->arena));
        json_array_append_new(list, v);
    }
    json_object_set_new(answer, "keys", list);
    json_object_set_new(answer, "primary", primary_json(&own));
    own_certificates_free(&own);
    if (rc == RC_OK) return call_answer(c, answer, e);
    json_decref(answer);
    return rc;
}

/* --- choosing -------------------------------------------------------------------------------- */

static rc_t check_choice(struct call *c, const struct own_certificates *own, const char *field,
                         bool to_sign, struct err *e)
{
    str_t chosen;
    TRY(json_want_str(c->in, field, STR_NULL, &chosen, e));
    if (str_is_null(chosen)) return RC_OK;
    for (size_t i = 0; i < own->count; i++) {
        struct cert_info info;
        int64_t now = call_now();
        if (!str_eq(cert_fingerprint(own->certs[i]), chosen)) continue;
        if (cert_matches_address(own->certs[i], c->session->address) == ADDRESS_NO)
            return err_invalid(e, field, "This certificate is not for your address.");
        if (!is_for(c, own->certs[i], to_sign, &info))
            return err_invalid(e, field, "This certificate is not made for that.");
        if (info.not_after < now || info.not_before > now)
            return err_invalid(e, field, "This certificate has expired or is not valid yet.");
        if (info.weak) return err_invalid(e, field, "This certificate is too weak.");
        return RC_OK;
    }
    return err_invalid(e, field, "You have no such certificate.");
}

static rc_t choose(struct call *c, json_t **doc, void *arg, struct err *e)
{
    (void) arg;
    struct own_certificates own;
    vault_keys_of(doc);
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
    colleagues_follow(c);
    TRY(vault_own_certificates(c, &own, e));
    json_t *answer = primary_json(&own);
    own_certificates_free(&own);
    return call_answer(c, answer, e);
}
