#include "webmail/session/session.h"

#include "base/b64.h"
#include "base/log.h"
#include "base/mutant.h"
#include "webmail/routes.h"
#include "webmail/session/devices.h"
#include "webmail/store.h"
#include "webmail/view/images.h"
#include "webmail/view/list_cache.h"

#define ID_BYTES 16u
#define COOKIE_BYTES (ID_BYTES + SEAL_KEY_BYTES)
#define REFRESH_SECONDS 60 /* the idle time in Redis is at most that much too short */

str_t session_cookie_name(struct call *c)
{
    bool admin = c->app->site && !c->app->site->mail;
    return arena_printf(c->arena, "__Host-waxseal-%s%.*s", admin ? "admin-" : "",
                        STR_ARG(c->app->config->instance));
}

str_t session_record_key(struct arena *a, str_t prefix, str_t id)
{
    return arena_printf(a, "%.*s:s:%.*s", STR_ARG(prefix), STR_ARG(id));
}

str_t session_epoch_key(struct arena *a, str_t prefix, str_t address)
{
    return arena_printf(a, "%.*s:u:%.*s:epoch", STR_ARG(prefix), STR_ARG(address));
}

/* No record is called so: their names are 64 hexadecimal digits. */
str_t session_version_key(struct arena *a, str_t prefix)
{
    return arena_printf(a, "%.*s:s:ver", STR_ARG(prefix));
}

static rc_t name_record(struct call *c, struct session_seed *k, struct err *e)
{
    unsigned char hash[32];
    TRY(sha256(str_n(k->id, sizeof k->id), hash, e));
    k->hash = hex_encode(c->arena, str_n(hash, sizeof hash));
    k->record = session_record_key(c->arena, app_prefix(c->app), k->hash);
    return str_is_null(k->record) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t read_cookie(struct call *c, struct session_seed *k, struct err *e)
{
    str_t text = request_cookie(c->q, session_cookie_name(c)), raw;
    if (text.n != COOKIE_BYTES * 4 / 3 || !b64url_decode(c->secret, text, &raw) ||
        raw.n != COOKIE_BYTES)
        return err_set(e, RC_UNAUTHENTICATED, NULL);
    memcpy(k->id, raw.p, ID_BYTES);
    memcpy(k->key, raw.p + ID_BYTES, SEAL_KEY_BYTES);
    return name_record(c, k, e);
}

static rc_t derive_csrf(struct call *c, const struct session_seed *k, str_t *out, struct err *e)
{
    unsigned char token[SEAL_KEY_BYTES];
    TRY(seal_derive(str_n(k->key, sizeof k->key), STR("csrf"), k->hash, token, e));
    *out = b64url_encode(c->arena, str_n(token, sizeof token));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t credential_key(const struct session_seed *k, unsigned char out[SEAL_KEY_BYTES],
                           struct err *e)
{
    return seal_derive(str_n(k->key, sizeof k->key), STR("credential"), k->hash, out, e);
}

static str_t epoch_key(struct call *c, str_t address)
{
    return session_epoch_key(c->arena, app_prefix(c->app), address);
}

/* --- making -------------------------------------------------------------------------------- */

static void set_cookie(struct call *c, str_t value, bool forget)
{
    str_t name = session_cookie_name(c);
    response_header(c->s, STR("Set-Cookie"),
                    arena_printf(c->arena, "%.*s=%.*s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
                                 STR_ARG(name), STR_ARG(value), forget ? "; Max-Age=0" : ""));
}

static rc_t write_record(struct call *c, const struct session_seed *k, const struct session *s,
                         str_t epoch, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    str_t sealed, blob, browser, system;
    struct kv_value v;
    CLEANUP_BUF struct buf text = BUF_INIT(16384);
    CLEANUP_JSON json_t *record = json_object();
    TRY(credential_key(k, key, e));
    rc_t rc = seal(key, s->password, k->hash, c->arena, &sealed, e);
    wipe(key, sizeof key);
    if (rc != RC_OK) return rc;
    json_put_str(record, "address", s->address);
    json_put_str(record, "login", s->login);
    json_put_int(record, "created", s->created);
    json_put_str(record, "epoch", epoch);
    json_put_str(record, "credential", b64_encode(c->arena, sealed));
    agent_words(c->q->user_agent, &browser, &system);
    json_put_str(record, "browser", browser);
    json_put_str(record, "system", system);
    if (!json_write(record, &text)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(store_protect(c, k->record, buf_view(&text), &blob, e));
    uint32_t idle = c->app->config->session_idle_minutes * 60;
    return KV_CMD(c->kv, c->arena, &v, e, STR("SET"), k->record, blob, STR("EX"),
                  arena_printf(c->arena, "%u", idle));
}

rc_t session_seed_new(struct call *c, struct session_seed *out, struct err *e)
{
    TRY(random_bytes(out->id, sizeof out->id, e));
    TRY(random_bytes(out->key, sizeof out->key, e));
    return name_record(c, out, e);
}

static rc_t new_epoch(struct call *c, str_t *out, struct err *e)
{
    unsigned char random[12];
    TRY(random_bytes(random, sizeof random, e));
    *out = hex_encode(c->arena, str_n(random, sizeof random));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* The account's epoch, made with its first session. It is random: where it was deleted, no session
 * of before fits the next one. */
static rc_t epoch_get(struct call *c, str_t address, str_t *out, struct err *e)
{
    struct kv_value v;
    str_t fresh;
    TRY(new_epoch(c, &fresh, e));
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("SET"), epoch_key(c, address), fresh, STR("NX")));
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), epoch_key(c, address)));
    if (v.type != KV_STR) return err_set(e, RC_STATE_DOWN, NULL);
    *out = v.s;
    return RC_OK;
}

rc_t session_create(struct call *c, struct session_seed *seed, str_t address, str_t login,
                    str_t password, const struct config_domain *domain, const struct session **out,
                    struct err *e)
{
    str_t epoch;
    struct err ignored = {0};
    unsigned char raw[COOKIE_BYTES];
    struct session *s = ARENA_NEW(c->arena, struct session);
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(epoch_get(c, address, &epoch, e));
    *s = (struct session){.id = seed->hash,
                          .address = address,
                          .login = login,
                          .password = password,
                          .created = call_now(),
                          .domain = domain};
    TRY(derive_csrf(c, seed, &s->csrf, e));
    TRY(write_record(c, seed, s, epoch, e));
    TRY(devices_add(c, address, seed->hash, e));
    if (session_end(c, &ignored) == RC_STATE_DOWN) return err_set(e, RC_STATE_DOWN, NULL);
    memcpy(raw, seed->id, ID_BYTES);
    memcpy(raw + ID_BYTES, seed->key, SEAL_KEY_BYTES);
    set_cookie(c, b64url_encode(c->arena, str_n(raw, sizeof raw)), false);
    wipe(raw, sizeof raw);
    wipe(seed->key, sizeof seed->key);
    *out = s;
    return RC_OK;
}

/* --- loading -------------------------------------------------------------------------------- */

static rc_t read_record(struct call *c, const struct session_seed *k, str_t blob, struct session *s,
                        str_t *epoch, struct err *e)
{
    CLEANUP_JSON json_t *record = NULL;
    str_t text, address, login, credential, sealed, password;
    unsigned char key[SEAL_KEY_BYTES];
    TRY(store_reveal(c, k->record, blob, &text, e));
    TRY(json_parse_object(text, &record, e));
    TRY(json_need_str(record, "address", &address, e));
    TRY(json_need_str(record, "login", &login, e));
    TRY(json_need_str(record, "epoch", epoch, e));
    TRY(json_need_str(record, "credential", &credential, e));
    s->created = json_integer_value(json_object_get(record, "created"));
    s->address = arena_str(c->arena, address);
    s->login = arena_str(c->arena, login);
    *epoch = arena_str(c->arena, *epoch);
    if (!b64_decode(c->arena, credential, &sealed)) return err_set(e, RC_DAMAGED, NULL);
    TRY(credential_key(k, key, e));
    rc_t rc = unseal(key, sealed, k->hash, c->secret, &password, e);
    wipe(key, sizeof key);
    s->password = password;
    return rc;
}

static bool is_current(struct call *c, const struct session *s)
{
    int64_t age = call_now() - s->created;
    return age >= -300 && age <= (int64_t) c->app->config->session_max_hours * 3600;
}

/* At most once a minute: the idle time begins anew, and the person sees when it was used. */
static rc_t refresh(struct call *c, const struct session_seed *k, const struct session *s,
                    long long ttl, struct err *e)
{
    long long idle = (long long) c->app->config->session_idle_minutes * 60;
    struct kv_value v;
    if (c->q->background || ttl > idle - REFRESH_SECONDS) return RC_OK;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("EXPIRE"), k->record,
               arena_printf(c->arena, "%lld", idle)));
    return devices_touch(c, s->address, k->hash, e);
}

/* What else every request asks for, along with the record: the plans' version, and the epoch of
 * the account whose cookie this was the last time. Another account's epoch would just not be used.
 */
static void read_ahead(struct call *c, const struct session_seed *k)
{
    str_t address = list_cache_get(c->app->accounts, k->hash, c->arena);
    kv_ahead(c->kv, plan_version_key(c->arena, c->app->config->instance));
    if (address.p) kv_ahead(c->kv, epoch_key(c, address));
}

rc_t session_load(struct call *c, const struct session **out, struct err *e)
{
    struct session_seed k;
    struct kv_value v[2], current;
    str_t epoch;
    struct session *s = ARENA_NEW(c->arena, struct session);
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(read_cookie(c, &k, e));
    read_ahead(c, &k);
    const str_t get[] = {STR("GET"), k.record}, ttl[] = {STR("TTL"), k.record};
    const struct kv_call calls[] = {{get, 2}, {ttl, 2}};
    rc_t rc = kv_pipeline(c->kv, c->arena, calls, 2, v, e);
    if (rc == RC_OK && v[0].type != KV_STR) rc = err_set(e, RC_UNAUTHENTICATED, NULL);
    if (rc == RC_OK) {
        /* A record that does not open was not written by us for this cookie: no session. */
        struct err why = {0};
        rc = read_record(c, &k, v[0].s, s, &epoch, &why);
        if (rc == RC_DAMAGED || rc == RC_BAD_REQUEST || rc == RC_INVALID)
            rc = err_set(e, RC_UNAUTHENTICATED, NULL);
        else if (rc != RC_OK && e)
            *e = why;
    }
    if (rc == RC_OK) rc = derive_csrf(c, &k, &s->csrf, e);
    wipe(k.key, sizeof k.key);
    if (rc != RC_OK) return rc;
    TRY(KV_CMD(c->kv, c->arena, &current, e, STR("GET"), epoch_key(c, s->address)));
    bool same_epoch = epoch.n > 0 && current.type == KV_STR && str_eq(epoch, current.s);
    s->domain = config_domain_of(c->app->config, s->address);
    if (!same_epoch || !is_current(c, s) || !s->domain) return err_set(e, RC_UNAUTHENTICATED, NULL);
    TRY(refresh(c, &k, s, v[1].i, e));
    list_cache_put_once(c->app->accounts, k.hash, s->address);
    s->id = k.hash;
    s->epoch = epoch;
    *out = s;
    return RC_OK;
}

/* --- ending ---------------------------------------------------------------------------------- */

rc_t session_announce_end(struct call *c, struct err *e)
{
    struct kv_value v;
    return KV_CMD(c->kv, c->arena, &v, e, STR("INCR"),
                  session_version_key(c->arena, app_prefix(c->app)));
}

void session_forget(struct app *app, str_t id)
{
    imap_pool_drop(app->imap, id);
    list_cache_drop(app->accounts, id);
    if (app->site && !app->site->mail) return; /* it remembers no mail */
    list_cache_drop(app->lists, id);
    list_cache_drop(app->snippets, id);
    list_cache_drop(image_desk_kept(app->images), id);
}

rc_t session_end(struct call *c, struct err *e)
{
    struct session_seed k;
    struct kv_value v;
    TRY(read_cookie(c, &k, e));
    wipe(k.key, sizeof k.key);
    /* First Redis: what was confirmed as signed out must not be there any more. */
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("DEL"), k.record));
    if (c->session) TRY(devices_forget(c, c->session->address, k.hash, e));
    TRY(session_announce_end(c, e));
    session_forget(c->app, k.hash);
    set_cookie(c, STR(""), true);
    return RC_OK;
}

rc_t session_end_all(struct call *c, struct err *e)
{
    struct kv_value v;
    str_t fresh, address = c->session->address;
    TRY(new_epoch(c, &fresh, e));
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("SET"), epoch_key(c, address), fresh));
    TRY(devices_end(c, address, STR_NULL, e));
    return session_end(c, e);
}

/* --- requests that change something ------------------------------------------------------------
 */

static bool is_our_origin(struct call *c)
{
    const struct request *q = c->q;
    if (q->fetch_site.n > 0 && !str_eq(q->fetch_site, STR("same-origin"))) return false;
    if (q->origin.n == 0) return true;
    if (str_eq(q->origin, c->app->config->public_origin)) return true;
    /* A form on a page with the policy no-referrer sends "null"; Sec-Fetch-Site, which no page can
     * forge, then says whose form it was. */
    return str_eq(q->origin, STR("null")) && str_eq(q->fetch_site, STR("same-origin"));
}

rc_t session_check_csrf(struct call *c, str_t form, struct err *e)
{
    str_t token = form.p ? form : c->q->csrf;
    bool ok = is_our_origin(c);
    if (c->session) ok = mac_equal(token, c->session->csrf) && ok;
    if (!WX_MUTANT(CSRF) && !ok) return err_set(e, RC_CSRF, NULL);
    return RC_OK;
}
