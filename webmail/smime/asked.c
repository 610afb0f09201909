/* Asking one's organisation for a certificate. */
#include "webmail/smime/asked.h"

#include "base/b64.h"
#include "base/log.h"
#include "policy/asking.h"
#include "webmail/session/session.h"
#include "webmail/smime/vault_doc.h"
#include "webmail/store.h"

static struct asker asker_of(struct call *c)
{
    return (struct asker){.kv = c->kv,
                          .instance = c->app->config->instance,
                          .organisation = c->organisation,
                          .address = arena_lower(c->arena, c->session->address),
                          .now = call_now()};
}

/* Has the organisation an authority, and is the account one of its own? */
static rc_t is_available(struct call *c, bool *out, struct err *e)
{
    const struct registry r = {c->kv, c->app->config};
    CLEANUP_JSON json_t *authority = NULL, *account = NULL;
    *out = false;
    if (!c->organisation.n) return RC_OK;
    TRY(registry_get(&r, (struct record_at){RECORD_AUTHORITY, STR_NULL, c->organisation},
                     &authority, e));
    if (!authority) return RC_OK;
    TRY(registry_get(&r, (struct record_at){RECORD_ACCOUNT, c->organisation, asker_of(c).address},
                     &account, e));
    *out = account && str_eq(record_text(account, "state"), STR("active"));
    return RC_OK;
}

static json_t *shown(const json_t *row)
{
    static const char *const fields[] = {"key",    "state",    "since",       "until",
                                         "reason", "answered", "certificate", "issuers"};
    if (!row) return json_null();
    json_t *v = json_object();
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        json_t *field = json_object_get(row, fields[i]);
        json_object_set_new(v, fields[i], field ? json_incref(field) : json_null());
    }
    return v;
}

rc_t asked_get(struct call *c, struct err *e)
{
    const struct asker w = asker_of(c);
    CLEANUP_JSON json_t *row = NULL;
    bool available;
    TRY(is_available(c, &available, e));
    if (c->organisation.n) TRY(asking_get(&w, &row, e));
    json_t *answer = json_object();
    json_put_bool(answer, "available", available);
    json_object_set_new(answer, "request", shown(row));
    return call_answer(c, answer, e);
}

/* Of a key that waits; null where there is none. */
static rc_t find_request(struct call *c, str_t id, str_t *der, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, STR("keys"), &doc, &version, e));
    const json_t *key = vault_find_key(doc, id, NULL);
    if (!key) return err_set(e, RC_NOT_FOUND, "There is no such key.");
    str_t text = json_text(json_object_get(key, "request"));
    if (!text.n || !b64_decode(c->arena, text, der))
        return err_invalid(e, "key", "This key does not wait for a certificate.");
    return RC_OK;
}

rc_t asked_post(struct call *c, struct err *e)
{
    const struct asker w = asker_of(c);
    CLEANUP_JSON json_t *row = NULL;
    str_t id, der;
    bool available;
    TRY(json_need_str(c->in, "key", &id, e));
    TRY(is_available(c, &available, e));
    if (!available)
        return err_set(e, RC_NOT_FOUND, "Your organisation does not issue certificates.");
    TRY(find_request(c, id, &der, e));
    TRY(asking_put(&w, id, der, &row, e));
    log_event(LOG_INFO, "certificate_asked", "account", LOG_S(w.address), "key", LOG_S(id), NULL);
    json_t *answer = json_object();
    json_object_set_new(answer, "request", shown(row));
    return call_answer(c, answer, e);
}

rc_t asked_delete(struct call *c, struct err *e)
{
    const struct asker w = asker_of(c);
    if (c->organisation.n) TRY(asking_forget(&w, STR_NULL, e));
    return call_answer(c, json_object(), e);
}

void asked_key_removed(struct call *c, str_t key)
{
    const struct asker w = asker_of(c);
    struct err e = {0};
    if (c->organisation.n && asking_forget(&w, key, &e) != RC_OK)
        log_err(LOG_WARN, "request_left_behind", &e);
}
