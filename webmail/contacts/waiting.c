#include "webmail/contacts/waiting.h"

#include "base/log.h"
#include "webmail/contacts/contacts.h"
#include "webmail/session/session.h"
#include "webmail/smime/revocation.h"
#include "webmail/store.h"

#define DOCUMENT STR("waiting")

rc_t waiting_load(struct call *c, json_t **out, str_t *version, struct err *e)
{
    return store_load(c, DOCUMENT, out, version, e);
}

json_t *waiting_entries(const json_t *doc)
{
    return json_object_get(doc, "entries");
}

/* --- noting ----------------------------------------------------------------------------------- */

static json_t *find_entry(const json_t *entries, str_t submission)
{
    for (size_t i = 0; i < json_array_size(entries); i++) {
        json_t *entry = json_array_get(entries, i);
        if (str_eq(json_text(json_object_get(entry, "submission")), submission)) return entry;
    }
    return NULL;
}

static json_t *find_address(const json_t *list, str_t address)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        if (str_ieq(json_text(json_object_get(item, "address")), address)) return item;
    }
    return NULL;
}

bool waiting_is_apart(const json_t *item)
{
    return json_is_true(json_object_get(item, "apart"));
}

/* Who was asked and is written to no longer makes room. */
static bool drop_apart(json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (waiting_is_apart(json_array_get(list, i))) return json_array_remove(list, i) == 0;
    return false;
}

/* Asked again, somebody waits anew: what came before was of no use. */
static rc_t note_address(json_t *list, str_t address, str_t now, struct err *e)
{
    json_t *item = find_address(list, address);
    if (!item) {
        if (json_array_size(list) >= WAITING_MAX_ADDRESSES && !drop_apart(list))
            return err_set(e, RC_FULL, "This message waits for too many certificates already.");
        item = json_object();
        json_put_str(item, "address", address);
        json_array_append_new(list, item);
    }
    json_put_str(item, "asked", now);
    json_object_del(item, "arrived");
    json_object_del(item, "apart");
    return RC_OK;
}

rc_t waiting_note(json_t **doc, str_t submission, const str_t *addresses, size_t n, str_t now,
                  struct err *e)
{
    if (!*doc) *doc = json_pack("{s:[]}", "entries");
    json_t *entries = waiting_entries(*doc), *entry = find_entry(entries, submission);
    if (!json_is_array(entries)) return err_set(e, RC_DAMAGED, NULL);
    if (!entry) {
        if (json_array_size(entries) >= WAITING_MAX_DRAFTS)
            return err_set(e, RC_FULL, "Too many messages wait for a certificate already.");
        entry = json_pack("{s:[]}", "addresses");
        if (!entry) return err_set(e, RC_NO_MEMORY, NULL);
        json_put_str(entry, "submission", submission);
        json_put_str(entry, "since", now);
        json_array_append_new(entries, entry);
    }
    json_t *list = json_object_get(entry, "addresses");
    for (size_t i = 0; i < n; i++)
        TRY(note_address(list, addresses[i], now, e));
    return RC_OK;
}

/* --- the recipients changed --------------------------------------------------------------------
 */

static bool is_among(str_t address, const str_t *recipients, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_ieq(recipients[i], address)) return true;
    return false;
}

bool waiting_set_recipients(json_t *doc, str_t submission, const str_t *recipients, size_t n)
{
    json_t *list = json_object_get(find_entry(waiting_entries(doc), submission), "addresses");
    bool changed = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        bool apart = !is_among(json_text(json_object_get(item, "address")), recipients, n);
        if (apart == waiting_is_apart(item)) continue;
        changed = true;
        if (apart)
            json_put_bool(item, "apart", true);
        else
            json_object_del(item, "apart");
    }
    return changed;
}

static rc_t follow(struct call *c, str_t submission, const str_t *recipients, size_t n,
                   struct err *e)
{
    rc_t rc = RC_CONFLICT;
    bool changed = false;
    for (int i = 0; rc == RC_CONFLICT && i < 8; i++) {
        CLEANUP_JSON json_t *doc = NULL;
        str_t version;
        TRY(waiting_load(c, &doc, &version, e));
        changed = waiting_set_recipients(doc, submission, recipients, n);
        rc = changed ? store_save(c, DOCUMENT, doc, version, e) : RC_OK;
    }
    TRY(rc);
    return changed ? waiting_tell(c, e) : RC_OK;
}

void waiting_follow(struct call *c, str_t submission, const str_t *recipients, size_t n)
{
    struct err e = {0};
    if (c->features.smime && follow(c, submission, recipients, n, &e) != RC_OK)
        log_err(LOG_WARN, "waiting_follow", &e);
}

/* --- what came -------------------------------------------------------------------------------- */

rc_t waiting_can_receive(struct call *c, str_t address, bool *out, struct err *e)
{
    struct recipient_certificate found;
    struct smime_checks checks;
    smime_checks_start(&checks, c, false);
    TRY(contacts_find_certificate(c, address, &checks.checks, &found, e));
    *out = found.cert && recipient_is_ready(found.status);
    cert_unref(found.cert);
    return RC_OK;
}

static rc_t look_at(struct call *c, const json_t *entry, bool *changed, struct err *e)
{
    const json_t *list = json_object_get(entry, "addresses");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        bool ready = false;
        if (json_object_get(item, "arrived")) continue;
        TRY(waiting_can_receive(c, json_text(json_object_get(item, "address")), &ready, e));
        if (!ready) continue;
        json_put_str(item, "arrived", time_text(c->arena, call_now()));
        *changed = true;
    }
    return RC_OK;
}

static str_t news_key(struct arena *a, str_t instance, str_t address)
{
    return arena_printf(a, "%.*s:u:%.*s:waiting-news", STR_ARG(instance), STR_ARG(address));
}

rc_t waiting_tell(struct call *c, struct err *e)
{
    str_t instance = c->app->config->instance;
    const str_t news[] = {STR("INCR"), news_key(c->arena, instance, c->session->address)};
    const str_t version[] = {STR("INCR"), waiting_version_key(c->arena, instance)};
    const struct kv_call calls[] = {{news, 2}, {version, 2}};
    struct kv_value v[2];
    return kv_pipeline(c->kv, c->arena, calls, 2, v, e);
}

static rc_t look(struct call *c, struct err *e)
{
    rc_t rc = RC_CONFLICT;
    bool changed = false;
    for (int i = 0; rc == RC_CONFLICT && i < 8; i++) {
        CLEANUP_JSON json_t *doc = NULL;
        str_t version;
        changed = false;
        TRY(waiting_load(c, &doc, &version, e));
        const json_t *entries = waiting_entries(doc);
        for (size_t k = 0; k < json_array_size(entries); k++)
            TRY(look_at(c, json_array_get(entries, k), &changed, e));
        rc = changed ? store_save(c, DOCUMENT, doc, version, e) : RC_OK;
    }
    TRY(rc);
    return changed ? waiting_tell(c, e) : RC_OK;
}

void waiting_look(struct call *c)
{
    struct err e = {0};
    if (c->features.smime && look(c, &e) != RC_OK) log_err(LOG_WARN, "waiting_look", &e);
}

/* No account is called so. */
str_t waiting_version_key(struct arena *a, str_t instance)
{
    return arena_printf(a, "%.*s:u::waiting", STR_ARG(instance));
}

rc_t waiting_news(struct kv *kv, struct arena *a, str_t instance, str_t address, int64_t *out,
                  struct err *e)
{
    struct kv_value v;
    uint32_t n = 0;
    TRY(KV_CMD(kv, a, &v, e, STR("GET"), news_key(a, instance, address)));
    if (v.type == KV_STR) (void) str_to_u32(v.s, &n);
    *out = n;
    return RC_OK;
}
