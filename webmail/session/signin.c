#include "webmail/session/signin.h"
#include "webmail/pages.h"

#include "base/b64.h"
#include "base/log.h"
#include "policy/alias.h"
#include "policy/roots.h"
#include "webmail/account/move.h"
#include "webmail/account/totp.h"
#include "webmail/contacts/colleagues.h"
#include "webmail/contacts/lookup.h"
#include "webmail/contacts/waiting.h"
#include "webmail/routes.h"
#include "webmail/session/session.h"
#include "webmail/session/throttle.h"
#include "webmail/settings/settings.h"
#include "webmail/store.h"

#define MAX_USERNAME 254u
#define MAX_PASSWORD 1024u

/* Somebody nobody is: an address of a domain we do not serve is tried at a real server with a user
 * name that cannot exist, so that the answer comes after the same time as for a real domain. */
static rc_t try_nobody(struct call *c, str_t password, struct err *e)
{
    unsigned char random[16];
    TRY(random_bytes(random, sizeof random, e));
    const struct config *config = c->app->config;
    if (config->domain_count > 0) {
        str_t hex = hex_encode(c->arena, str_n(random, sizeof random));
        struct imap_account nobody = {.server = &config->domains[0].imap,
                                      .session = hex,
                                      .login = arena_printf(c->arena, "unknown-%.*s", STR_ARG(hex)),
                                      .password = password};
        struct err ignored = {0};
        rc_t rc =
            imap_check_login(c->app->imap, &nobody, (int) config->request_timeout_ms, &ignored);
        imap_pool_drop(c->app->imap, hex);
        if (rc == RC_OK) log_event(LOG_ERROR, "server_accepts_anyone", NULL);
    }
    return err_set(e, RC_WRONG_PASSWORD, NULL);
}

/* RC_FORBIDDEN: the account is suspended. */
static rc_t entitle(struct call *c, str_t address, struct err *e)
{
    struct entitlement entitlement;
    TRY(plan_of(c->app->plans, c->kv, address, call_now(), c->arena, &entitlement, e));
    if (entitlement.suspended)
        return err_set(e, RC_FORBIDDEN,
                       "This account is suspended. Please ask your administrator.");
    if (entitlement.renamed)
        return err_set(e, RC_FORBIDDEN,
                       "This account has another address now. Please sign in with that.");
    c->plan = entitlement.plan;
    c->features = entitlement.features;
    c->outbound = entitlement.outbound;
    c->organisation = entitlement.organisation;
    c->directory = entitlement.directory;
    c->registry_version = entitlement.version;
    if (!c->app->roots) return RC_OK;
    roots_unref(c->roots);
    c->roots = NULL;
    return roots_of(c->app->roots, c->kv, c->organisation, entitlement.version, &c->roots, e);
}

rc_t session_entitle(struct call *c, struct err *e)
{
    rc_t rc = entitle(c, c->session->address, e);
    return rc == RC_FORBIDDEN ? err_set(e, RC_UNAUTHENTICATED, NULL) : rc;
}

/* Others than the mail client's sessions need neither the password nor a connection. */
static bool is_mail(const struct call *c)
{
    return !c->app->site || c->app->site->mail;
}

static rc_t try_password(struct call *c, str_t address, str_t password, str_t code, struct err *e)
{
    const struct config *config = c->app->config;
    const struct config_domain *domain = config_domain_of(config, address);
    if (!domain || str_chr(address, '@') < 1 || str_chr(address, '@') != str_rchr(address, '@'))
        return try_nobody(c, password, e);
    bool known = true;
    if (c->app->site && c->app->site->knows) TRY(c->app->site->knows(c, address, &known, e));
    if (!known) return try_nobody(c, password, e);
    str_t login = config_login_name(domain, address, c->arena);
    struct session_seed seed;
    TRY(session_seed_new(c, &seed, e));
    struct imap_account account = {
        .server = &domain->imap, .session = seed.hash, .login = login, .password = password};
    rc_t rc = imap_check_login(c->app->imap, &account, (int) config->request_timeout_ms, e);
    /* Nothing is read of the address before all of it is the signer-in's: his second factor, too,
     * which the administration keeps by itself. */
    if (rc == RC_OK) rc = entitle(c, address, e);
    if (rc == RC_OK) rc = move_settle(c, address, e);
    /* Only who knows the password learns whether a code is asked for. */
    if (rc == RC_OK) rc = totp_check(c, address, code, e);
    if (rc == RC_OK) rc = entitle(c, address, e);
    if (rc == RC_OK)
        rc = session_create(c, &seed, address, login, is_mail(c) ? password : STR(""), domain,
                            &c->session, e);
    if (rc != RC_OK || !is_mail(c)) imap_pool_drop(c->app->imap, seed.hash);
    return rc;
}

rc_t signin(struct call *c, str_t username, str_t password, str_t code, struct err *e)
{
    struct throttle t;
    struct err ignored = {0};
    str_t address = arena_lower(c->arena, str_trim(username));
    if (address.n == 0 || address.n > MAX_USERNAME || password.n == 0 ||
        password.n > MAX_PASSWORD || !str_is_clean(address) || !str_is_clean(password) ||
        !str_is_utf8(address))
        return err_set(e, RC_WRONG_PASSWORD, NULL);
    TRY(throttle_begin(c, address, &t, e));
    rc_t rc = try_password(c, address, password, code, e);
    if (rc == RC_WRONG_PASSWORD || rc == RC_WRONG_CODE) { /* stays counted */
        log_event(LOG_WARN, "signin_failed", "account", LOG_S(address), "client",
                  LOG_S(c->q->client_address), "code", LOG_C(err_word(rc)), NULL);
        return rc;
    }
    if (throttle_take_back(c, &t, rc == RC_OK, rc == RC_OK ? e : &ignored) != RC_OK && rc == RC_OK)
        return RC_STATE_DOWN;
    if (rc != RC_OK) return rc;
    log_event(LOG_INFO, "signed_in", "account", LOG_S(address), "session", LOG_S(c->session->id),
              "client", LOG_S(c->q->client_address), NULL);
    if (is_mail(c)) colleagues_follow(c);
    return RC_OK;
}

static const json_t *default_identity(const json_t *settings)
{
    const json_t *list = json_object_get(settings, "identities");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_true(json_object_get(json_array_get(list, i), "default")))
            return json_array_get(list, i);
    return NULL;
}

/* The addresses the user may send from, the account's own first; new reference. */
static rc_t own_addresses(struct call *c, json_t **out, struct err *e)
{
    struct alias_list aliases;
    TRY(alias_list(c->kv, c->arena, c->app->config->instance, c->organisation, c->session->address,
                   &aliases, e));
    json_t *list = json_array();
    json_array_append_new(list, json_from_str(c->session->address));
    for (size_t i = 0; i < aliases.count; i++)
        json_array_append_new(list, json_from_str(aliases.addresses[i]));
    *out = list;
    return RC_OK;
}

/* Has the user a key, or one that waits for its certificate? The page offers to import one at once,
 * or not at all. */
static rc_t has_keys(struct call *c, bool *out, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    *out = false;
    TRY(store_load(c, STR("keys"), &doc, &version, e));
    *out = json_array_size(json_object_get(doc, "keys")) > 0;
    return RC_OK;
}

/* Does a draft wait for a certificate, or did one? Then the page asks how that stands. */
static rc_t has_waiting(struct call *c, bool *out, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    *out = false;
    if (!c->features.smime) return RC_OK;
    TRY(waiting_load(c, &doc, &version, e));
    *out = json_array_size(waiting_entries(doc)) > 0;
    return RC_OK;
}

rc_t session_describe(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *settings = NULL, *addresses = NULL;
    bool keys = false, waiting = false;
    TRY(settings_load(c, &settings, e));
    TRY(own_addresses(c, &addresses, e));
    TRY(has_keys(c, &keys, e));
    TRY(has_waiting(c, &waiting, e));
    const json_t *identity = default_identity(settings);
    uint32_t most = c->app->config->message_max_bytes;
    json_t *session = json_object(), *user = json_object(), *features = json_object(),
           *limits = json_object();
    json_put_str(user, "address", c->session->address);
    json_put_str(user, "name", json_text(json_object_get(identity, "name")));
    json_object_set(user, "addresses", addresses);
    json_put_bool(features, "smime", c->features.smime);
    json_put_int(limits, "message_bytes", most);
    /* base64 with line ends takes 78 bytes for 57; 64 KB stay for header and text */
    json_put_int(limits, "attachment_bytes", ((long long) most - 65536) * 57 / 78);
    json_object_set_new(session, "user", user);
    json_put_str(session, "csrf", c->session->csrf);
    json_put_str(session, "plan", c->plan);
    json_object_set_new(session, "features", features);
    json_put_bool(session, "keys", keys);
    json_put_bool(session, "waiting", waiting);
    json_put_bool(session, "directories", lookup_configured(c->app));
    json_put_bool(session, "clear_fallback", c->app->config->clear_fallback);
    json_put_bool(session, "organisation", c->organisation.n > 0);
    json_t *brand = page_brand_of(c, c->organisation);
    json_object_set_new(session, "brand", brand ? brand : json_null());
    json_object_set_new(session, "limits", limits);
    json_put_str(session, "instance", c->app->config->instance);
    json_put_str(session, "version", STR(WAXSEAL_VERSION));
    json_object_set(session, "settings", settings);
    *out = session;
    return RC_OK;
}

rc_t session_signin(struct call *c, struct err *e)
{
    str_t username, password, code;
    json_t *session = NULL;
    TRY(json_need_str(c->in, "username", &username, e));
    TRY(json_need_str(c->in, "password", &password, e));
    TRY(json_want_str(c->in, "code", STR(""), &code, e));
    TRY(signin(c, username, password, code, e));
    TRY(session_describe(c, &session, e));
    return call_answer(c, session, e);
}

rc_t session_signout(struct call *c, struct err *e)
{
    bool everywhere = str_eq(request_query(c->q, STR("everywhere")), STR("1"));
    TRY(everywhere ? session_end_all(c, e) : session_end(c, e));
    /* Everything of ours in this browser but cookies, which were taken back by name: other
     * instances may live on this host. */
    response_header(c->s, STR("Clear-Site-Data"), STR("\"cache\", \"storage\""));
    log_event(LOG_INFO, "signed_out", "account", LOG_S(c->session->address), "everywhere",
              LOG_I(everywhere), NULL);
    return call_answer(c, json_object(), e);
}

rc_t session_get(struct call *c, struct err *e)
{
    json_t *session = NULL;
    TRY(session_describe(c, &session, e));
    return call_answer(c, session, e);
}
