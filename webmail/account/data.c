#include "webmail/account/data.h"

#include "base/b64.h"
#include "base/log.h"
#include "policy/alias.h"
#include "webmail/account/password.h"
#include "webmail/account/totp.h"
#include "webmail/compose/modes.h"
#include "webmail/compose/submission.h"
#include "webmail/contacts/book.h"
#include "webmail/contacts/colleagues.h"
#include "webmail/contacts/met.h"
#include "webmail/session/devices.h"
#include "webmail/session/session.h"
#include "webmail/shared.h"
#include "webmail/smime/vault_doc.h"
#include "webmail/store.h"

#define EXPORT_VERSION 1
#define SEARCH_SECONDS 3600u
#define MAX_SEARCHES 10u           /* of one account in that time, on this server */
#define MAX_PHOTO_BYTES (8u << 20) /* of the export */
#define MAX_ROUNDS 100000u         /* SCAN of a Redis of any size ends before */

/* --- finding -----------------------------------------------------------------------------------
 */

/* What Redis' patterns read as signs stands for itself. */
static str_t glob_of(struct arena *a, str_t literal)
{
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    for (size_t i = 0; i < literal.n; i++) {
        if (strchr("*?[]\\^", literal.p[i]) && literal.p[i]) buf_char(&b, '\\');
        buf_char(&b, literal.p[i]);
    }
    buf_char(&b, '*');
    return arena_str(a, buf_view(&b));
}

typedef rc_t key_handler(struct call *c, str_t key, void *arg, struct err *e);

/* Every key that begins so. One that is there all the time is seen at least once. */
static rc_t each_key(struct call *c, str_t prefix, key_handler *handle, void *arg, struct err *e)
{
    str_t pattern = glob_of(c->arena, prefix), cursor = STR("0");
    if (str_is_null(pattern)) return err_set(e, RC_NO_MEMORY, NULL);
    for (unsigned round = 0; round < MAX_ROUNDS; round++) {
        struct kv_value v;
        TRY(KV_CMD(c->kv, c->arena, &v, e, STR("SCAN"), cursor, STR("MATCH"), pattern, STR("COUNT"),
                   STR("1000")));
        if (v.type != KV_ARRAY || v.count != 2) return err_set(e, RC_STATE_DOWN, NULL);
        cursor = v.items[0].s;
        for (size_t i = 0; i < v.items[1].count; i++)
            if (str_starts(v.items[1].items[i].s, prefix))
                TRY(handle(c, v.items[1].items[i].s, arg, e));
        if (str_eq(cursor, STR("0"))) return RC_OK;
    }
    return err_set(e, RC_STATE_DOWN, NULL);
}

static str_t sending_prefix(struct call *c)
{
    return arena_printf(c->arena, "%.*s:sub:%.*s:", STR_ARG(c->app->config->instance),
                        STR_ARG(c->session->address));
}

/* --- export ------------------------------------------------------------------------------------
 */

static rc_t put_document(struct call *c, json_t *out, const char *name, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, str_c(name), &doc, &version, e));
    json_object_set(out, name, doc ? doc : json_null());
    return RC_OK;
}

static rc_t put_keys(struct call *c, json_t *out, struct err *e)
{
    CLEANUP_JSON json_t *files = json_array();
    json_object_set(out, "key_files", files);
    TRY(put_document(c, out, "keys", e));
    const json_t *keys = json_object_get(json_object_get(out, "keys"), "keys");
    if (!c->features.smime || json_array_size(keys) == 0) return RC_OK;
    TRY(vault_export(c, files, e));
    return put_document(c, out, "keys", e); /* with the downloads that these were */
}

/* Signatures that were found good: {name: "time revocation"}. */
static rc_t put_verified(struct call *c, json_t *out, struct err *e)
{
    struct kv_value v;
    str_t key = call_user_key(c, STR("verified")), text;
    json_t *all = json_object();
    json_object_set_new(out, "verified", all);
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HGETALL"), key));
    for (size_t i = 0; v.type == KV_ARRAY && i + 1 < v.count; i += 2) {
        str_t name = v.items[i].s;
        str_t place = arena_printf(c->arena, "%.*s:%.*s", STR_ARG(key), STR_ARG(name));
        const char *member = arena_cstr(c->arena, name);
        struct err ignored = {0};
        if (!member || store_reveal(c, place, v.items[i + 1].s, &text, &ignored) != RC_OK) continue;
        json_put_str(all, member, text);
    }
    return RC_OK;
}

/* {id: base64}; past the limit null: the contact's page has it. */
static rc_t put_photos(struct call *c, json_t *out, const json_t *contacts, struct err *e)
{
    json_t *all = json_object();
    size_t bytes = 0;
    json_object_set_new(out, "photos", all);
    for (size_t i = 0; i < json_array_size(contacts); i++) {
        const json_t *one = json_array_get(contacts, i), *id = json_object_get(one, "id");
        str_t photo;
        if (!json_is_string(id) || !json_is_true(json_object_get(one, "photo"))) continue;
        json_object_set_new(all, json_string_value(id), json_null());
        if (bytes > MAX_PHOTO_BYTES) continue;
        TRY(book_photo(c, json_text(id), &photo, e));
        bytes += photo.n;
        json_put_str(all, json_string_value(id), photo.n ? b64_encode(c->arena, photo) : STR_NULL);
    }
    return RC_OK;
}

static rc_t put_sending(struct call *c, str_t key, void *arg, struct err *e)
{
    struct submission s;
    json_t *list = arg, *row = json_object();
    str_t id = str_sub(key, sending_prefix(c).n, key.n);
    rc_t rc = submission_load(c, id, &s, e);
    if (rc != RC_OK) {
        json_decref(row);
        return rc;
    }
    json_put_str(row, "submission", id);
    json_put_str(row, "status", submission_status(&s));
    json_object_set(row, "touched", json_object_get(s.doc, "touched"));
    json_array_append_new(list, row);
    submission_free(&s);
    return RC_OK;
}

static rc_t put_account(struct call *c, json_t *out, struct err *e)
{
    json_t *sessions = NULL, *totp = NULL, *aliases = json_array();
    struct alias_list list = {0};
    json_object_set_new(out, "aliases", aliases);
    TRY(alias_list(c->kv, c->arena, c->app->config->instance, c->organisation, c->session->address,
                   &list, e));
    for (size_t i = 0; i < list.count; i++)
        json_array_append_new(aliases, json_from_str(list.addresses[i]));
    TRY(devices_describe(c, &sessions, e));
    json_object_set_new(out, "sessions", sessions);
    TRY(totp_describe(c, &totp, e));
    json_object_set_new(out, "second_factor", totp);
    return RC_OK;
}

static rc_t fill(struct call *c, json_t *out, struct err *e)
{
    json_t *contacts = NULL, *met = NULL, *modes = NULL, *sending = json_array();
    json_put_str(out, "format", STR("waxseal-export"));
    json_put_int(out, "version", EXPORT_VERSION);
    json_put_str(out, "instance", c->app->config->instance);
    json_put_str(out, "address", c->session->address);
    json_put_str(out, "exported", time_text(c->arena, call_now()));
    json_put_str(out, "plan", c->plan);
    json_object_set_new(out, "sending", sending);
    TRY(put_document(c, out, "settings", e));
    TRY(put_document(c, out, "listed", e));
    TRY(put_document(c, out, "waiting", e));
    TRY(put_keys(c, out, e));
    TRY(put_document(c, out, "trust", e));
    TRY(put_document(c, out, "words", e));
    TRY(put_document(c, out, "templates", e));
    TRY(book_all(c, &contacts, e));
    json_object_set_new(out, "contacts", contacts);
    TRY(put_photos(c, out, contacts, e));
    TRY(put_document(c, out, "groups", e));
    TRY(met_export(c, &met, e));
    json_object_set_new(out, "met", met);
    TRY(modes_export(c, &modes, e));
    json_object_set_new(out, "modes", modes);
    TRY(put_verified(c, out, e));
    TRY(put_account(c, out, e));
    return each_key(c, sending_prefix(c), put_sending, sending, e);
}

/* An open page left alone is not enough, and nobody searches all of Redis again and again. */
static rc_t prove_owner(struct call *c, struct err *e)
{
    struct shared_key key;
    str_t parts[] = {STR("account data"), c->session->address};
    TRY(owner_prove(c, e));
    TRY(shared_key_of(parts, 2, &key, e));
    if (shared_count(c->app->shared, &key, SEARCH_SECONDS, 1, call_now()) <= MAX_SEARCHES)
        return RC_OK;
    return err_set(e, RC_THROTTLED, "That was done often just now. Please try again in an hour.");
}

rc_t account_export(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *out = json_object();
    TRY(prove_owner(c, e));
    TRY(fill(c, out, e));
    str_t name = arena_printf(c->arena, "waxseal-%.*s.json", STR_ARG(c->session->address));
    response_header(c->s, STR("Content-Disposition"), content_disposition(c->arena, false, name));
    log_event(LOG_INFO, "account_exported", "account", LOG_S(c->session->address), "client",
              LOG_S(c->q->client_address), NULL);
    return call_answer(c, json_incref(out), e);
}

/* --- deletion ----------------------------------------------------------------------------------
 */

static rc_t unlink_key(struct call *c, str_t key, void *arg, struct err *e)
{
    struct kv_value v;
    (void) arg;
    return KV_CMD(c->kv, c->arena, &v, e, STR("UNLINK"), key);
}

static rc_t wipe_out(struct call *c, struct err *e)
{
    TRY(each_key(c, call_user_key(c, STR("")), unlink_key, NULL, e));
    return each_key(c, sending_prefix(c), unlink_key, NULL, e);
}

rc_t account_delete(struct call *c, struct err *e)
{
    TRY(prove_owner(c, e));
    /* First the sessions, so that no other tab writes what was just deleted; this one last. */
    TRY(devices_end(c, c->session->address, c->session->id, e));
    TRY(colleagues_withdraw(c, e));
    TRY(wipe_out(c, e));
    TRY(session_end(c, e));
    TRY(colleagues_withdraw(c, e));
    TRY(wipe_out(c, e)); /* what a request under way meanwhile has written */
    response_header(c->s, STR("Clear-Site-Data"), STR("\"cache\", \"storage\""));
    log_event(LOG_INFO, "account_deleted", "account", LOG_S(c->session->address), "client",
              LOG_S(c->q->client_address), NULL);
    return call_answer(c, json_object(), e);
}
