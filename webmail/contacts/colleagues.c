#include "webmail/contacts/colleagues.h"

#include <inttypes.h>

#include "base/log.h"
#include "crypto/issuers.h"
#include "policy/alias.h"
#include "policy/directory.h"
#include "webmail/contacts/lookup.h"
#include "webmail/session/session.h"
#include "webmail/settings/settings.h"
#include "webmail/smime/vault.h"
#include "webmail/store.h"

#define DOCUMENT STR("listed")
#define PUBLISH_TRIES 8
#define MAX_ADDRESS 254u

/* KEYS[1]: the address; ARGV: account, value, seconds to stay, most accounts. An address that too
 * many accounts have makes room: whoever went is listed again when he signs in. */
static const char LIST_SCRIPT[] =
    "local left = redis.call('TTL', KEYS[1])\n"
    "if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then\n"
    "  local names = redis.call('HKEYS', KEYS[1])\n"
    "  for i = 1, #names - tonumber(ARGV[4]) + 1 do redis.call('HDEL', KEYS[1], names[i]) end\n"
    "end\n"
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])\n"
    "redis.call('EXPIRE', KEYS[1], math.max(left, tonumber(ARGV[3]), 1))\n"
    "return 1\n";

static str_t key_of(struct call *c, str_t address)
{
    return arena_printf(c->arena, "%.*s:dir:%.*s", STR_ARG(c->app->config->instance),
                        STR_ARG(arena_lower(c->arena, address)));
}

/* For its authentication: whose entry of which address. */
static str_t place_of(struct call *c, str_t address, str_t account)
{
    return arena_printf(c->arena, "%.*s:%.*s", STR_ARG(key_of(c, address)), STR_ARG(account));
}

/* --- listing ---------------------------------------------------------------------------------- */

/* Certificates and settings as they are now; both versions, to see that they still are. */
struct state {
    struct own_certificates own;
    bool listed; /* the user and the plan want it */
    str_t versions;
};

static rc_t version_of(struct call *c, str_t *out, struct err *e)
{
    str_t versions[2];
    const str_t what[] = {STR("keys"), STR("settings")};
    for (size_t i = 0; i < 2; i++) {
        CLEANUP_JSON json_t *doc = NULL;
        TRY(store_load(c, what[i], &doc, &versions[i], e));
        if (str_is_null(versions[i])) versions[i] = STR("none");
    }
    *out = arena_printf(c->arena, "%.*s %.*s", STR_ARG(versions[0]), STR_ARG(versions[1]));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t read_state(struct call *c, struct state *out, struct err *e)
{
    CLEANUP_JSON json_t *settings = NULL;
    struct state s = {.listed = false};
    TRY(version_of(c, &s.versions, e)); /* before: what is read is as new, or newer */
    TRY(settings_load(c, &settings, e));
    const json_t *security = json_object_get(settings, "security");
    s.listed = c->features.smime && json_is_true(json_object_get(security, "listed"));
    if (s.listed) TRY(vault_own_certificates(c, &s.own, e));
    *out = s;
    return RC_OK;
}

/* Of this address, made to encrypt to, and valid now. */
static bool is_of_use(struct call *c, const struct cert *cert, str_t address,
                      struct cert_info *info)
{
    int64_t now = call_now();
    return cert && cert_describe(cert, c->arena, info, NULL) == RC_OK && !info->is_ca &&
           info->can_encrypt && !info->weak && info->not_before <= now && info->not_after >= now &&
           cert_matches_address(cert, address) != ADDRESS_NO;
}

/* The one in use where it is of the address too, else the newest that is. NULL: none. */
static struct cert *pick(struct call *c, const struct own_certificates *own, str_t address,
                         int64_t *end)
{
    struct cert_info info;
    struct cert *best = NULL;
    int64_t since = 0;
    if (is_of_use(c, own->encrypt, address, &info)) {
        *end = info.not_after;
        return own->encrypt;
    }
    for (size_t i = 0; i < own->count; i++) {
        if (!is_of_use(c, own->certs[i], address, &info)) continue;
        if (best && info.not_before <= since) continue;
        best = own->certs[i];
        since = info.not_before;
        *end = info.not_after;
    }
    return best;
}

/* The certificate and what may lead from it to an anchor. */
static bool write_row(struct call *c, const struct own_certificates *own, const struct cert *cert,
                      struct buf *row)
{
    size_t left = COLLEAGUES_MAX_CHAIN;
    buf_str(row, cert_der(cert));
    for (size_t i = 0; i < own->count && left > 0; i++) {
        struct cert_info info;
        str_t der = cert_der(own->certs[i]);
        if (row->n + der.n > ISSUERS_MAX_BYTES) continue;
        if (cert_describe(own->certs[i], c->arena, &info, NULL) != RC_OK || !info.is_ca) continue;
        buf_str(row, der);
        left--;
    }
    return !row->failed && row->n <= ISSUERS_MAX_BYTES;
}

static rc_t list_one(struct call *c, str_t address, str_t row, int64_t end, struct err *e)
{
    str_t key = key_of(c, address), account = c->session->address, blob;
    struct kv_value v;
    TRY(store_protect(c, place_of(c, address, account), row, &blob, e));
    str_t args[] = {account, blob, arena_printf(c->arena, "%" PRId64, end - call_now()),
                    arena_printf(c->arena, "%u", COLLEAGUES_MAX_ACCOUNTS)};
    return kv_eval(c->kv, c->arena, &v, e, str_c(LIST_SCRIPT), &key, 1, args, 4);
}

static rc_t take_back(struct call *c, str_t address, struct err *e)
{
    struct kv_value v;
    return KV_CMD(c->kv, c->arena, &v, e, STR("HDEL"), key_of(c, address), c->session->address);
}

/* --- where the account is listed ---------------------------------------------------------------
 */

static bool holds(const json_t *list, str_t address)
{
    bool found = false;
    for (size_t i = 0; !found && i < json_array_size(list); i++)
        found = str_eq(json_text(json_array_get(list, i)), address);
    return found;
}

struct noting {
    const json_t *addresses;
    bool only; /* these and no others; else these too */
};

static rc_t note(struct call *c, json_t **doc, void *arg, struct err *e)
{
    const struct noting *n = arg;
    (void) c;
    if (!*doc) *doc = json_object();
    CLEANUP_JSON json_t *list =
        n->only ? json_array() : json_copy(json_object_get(*doc, "addresses"));
    if (!list) list = json_array();
    for (size_t i = 0; i < json_array_size(n->addresses); i++)
        if (!holds(list, json_text(json_array_get(n->addresses, i))))
            json_array_append(list, json_array_get(n->addresses, i));
    return json_object_set(*doc, "addresses", list) == 0 ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

/* Written down before it is listed, and struck off after it was taken back: nothing is listed of
 * which the account knows nothing. */
static rc_t note_addresses(struct call *c, const json_t *before, const json_t *wanted, bool only,
                           struct err *e)
{
    bool same = !only || json_array_size(before) == json_array_size(wanted);
    for (size_t i = 0; same && i < json_array_size(wanted); i++)
        same = holds(before, json_text(json_array_get(wanted, i)));
    if (same) return RC_OK;
    struct noting noting = {.addresses = wanted, .only = only};
    return store_update(c, DOCUMENT, note, &noting, e);
}

static rc_t listed_before(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, DOCUMENT, &doc, &version, e));
    json_t *list = json_object_get(doc, "addresses");
    *out = json_is_array(list) ? json_incref(list) : json_array();
    return RC_OK;
}

/* --- bringing it up to date --------------------------------------------------------------------
 */

struct row {
    str_t address, certificates;
    int64_t end;
};

/* What should be listed: one row for each address of the account that has a certificate. */
static rc_t rows_of(struct call *c, const struct state *s, struct row **out, size_t *n,
                    struct err *e)
{
    struct alias_list aliases = {.count = 0};
    str_t account = c->session->address;
    *n = 0;
    if (!s->listed || s->own.count == 0) return RC_OK;
    TRY(alias_list(c->kv, c->arena, c->app->config->instance, c->organisation, account, &aliases,
                   e));
    struct row *rows = ARENA_ARRAY(c->arena, aliases.count + 1, struct row);
    if (!rows) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i <= aliases.count; i++) {
        CLEANUP_BUF struct buf row = BUF_INIT(ISSUERS_MAX_BYTES + 1);
        struct row *r = &rows[*n];
        r->address = i == 0 ? account : aliases.addresses[i - 1];
        const struct cert *cert = pick(c, &s->own, r->address, &r->end);
        if (!cert || !write_row(c, &s->own, cert, &row)) continue;
        r->certificates = arena_str(c->arena, buf_view(&row));
        if (str_is_null(r->certificates)) return err_set(e, RC_NO_MEMORY, NULL);
        ++*n;
    }
    *out = rows;
    return RC_OK;
}

static rc_t bring_up(struct call *c, const struct state *s, struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *wanted = json_array();
    struct row *rows = NULL;
    size_t n;
    TRY(rows_of(c, s, &rows, &n, e));
    TRY(listed_before(c, &before, e));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(wanted, json_from_str(rows[i].address));
    TRY(note_addresses(c, before, wanted, false, e));
    for (size_t i = 0; i < n; i++)
        TRY(list_one(c, rows[i].address, rows[i].certificates, rows[i].end, e));
    for (size_t i = 0; i < json_array_size(before); i++) {
        str_t address = json_text(json_array_get(before, i));
        if (!holds(wanted, address)) TRY(take_back(c, address, e));
    }
    return note_addresses(c, before, wanted, true, e);
}

/* Two changes at once: whoever writes last has seen both, or begins again. */
rc_t colleagues_publish(struct call *c, struct err *e)
{
    for (int i = 0; i < PUBLISH_TRIES; i++) {
        struct state s;
        str_t after;
        TRY(read_state(c, &s, e));
        rc_t rc = bring_up(c, &s, e);
        own_certificates_free(&s.own);
        TRY(rc);
        TRY(version_of(c, &after, e));
        if (str_eq(after, s.versions)) return RC_OK;
    }
    return err_set(e, RC_CONFLICT, NULL);
}

void colleagues_follow(struct call *c)
{
    struct err e = {0};
    if (colleagues_publish(c, &e) != RC_OK) log_err(LOG_WARN, "directory_not_updated", &e);
}

rc_t colleagues_withdraw(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *before = NULL;
    TRY(listed_before(c, &before, e));
    for (size_t i = 0; i < json_array_size(before); i++)
        TRY(take_back(c, json_text(json_array_get(before, i)), e));
    return RC_OK;
}

/* --- finding ---------------------------------------------------------------------------------- */

/* Of the organisation, and still what it was when it was listed. Who is not of it is known first:
 * that somebody else's account is listed takes as long as that nobody's is. */
static rc_t may_be_used(struct call *c, str_t account, str_t address, bool *out, struct err *e)
{
    str_t instance = c->app->config->instance;
    struct entitlement plan;
    *out = false;
    if (!account.n || account.n > MAX_ADDRESS || !str_is_clean(account) || !str_is_utf8(account) ||
        str_chr(account, ' ') >= 0)
        return RC_OK;
    TRY(plan_of(c->app->plans, c->kv, account, call_now(), c->arena, &plan, e));
    *out = directory_shared(c->organisation, c->directory, &plan) && plan.features.smime;
    if (*out) TRY(lookup_wanted(c, out, e));
    if (!*out) return RC_OK;
    return alias_allows(c->kv, c->arena, instance, plan.organisation, account, address, out, e);
}

/* Takes as long as finding that whoever is listed is a stranger. */
static rc_t ask_in_vain(struct call *c, str_t address, struct err *e)
{
    bool never;
    return may_be_used(c, address, address, &never, e);
}

/* What was forged (store.h logs it) is as if it were not there. */
static void read_entry(struct call *c, str_t address, str_t account, str_t blob,
                       colleagues_use *use, void *arg)
{
    struct cert *certs[COLLEAGUES_MAX_CHAIN + 1];
    struct cert_info info;
    str_t row;
    struct err ignored = {0};
    if (blob.n > ISSUERS_MAX_BYTES + 64 ||
        store_reveal(c, place_of(c, address, account), blob, &row, &ignored) != RC_OK)
        return;
    size_t n = issuers_read(row, certs, COLLEAGUES_MAX_CHAIN + 1);
    if (n > 0 && is_of_use(c, certs[0], address, &info)) use(certs, n, arg);
    for (size_t i = 0; i < n; i++)
        cert_unref(certs[i]);
}

rc_t colleagues_find(struct call *c, str_t address, colleagues_use *use, void *arg, struct err *e)
{
    struct kv_value v;
    if (!c->features.smime || address.n > MAX_ADDRESS) return RC_OK;
    if (!c->organisation.n || c->directory == DIRECTORY_OFF) return RC_OK;
    rc_t rc = KV_CMD(c->kv, c->arena, &v, e, STR("HGETALL"), key_of(c, address));
    if (rc == RC_INTERNAL) { /* a Redis user of before there was a directory */
        log_err(LOG_WARN, "directory_not_read", e);
        return RC_OK;
    }
    TRY(rc);
    if (v.type != KV_ARRAY || v.count == 0)
        return ask_in_vain(c, arena_lower(c->arena, address), e);
    for (size_t i = 0; i + 1 < v.count && i < 2 * COLLEAGUES_MAX_ACCOUNTS; i += 2) {
        bool allowed;
        TRY(may_be_used(c, v.items[i].s, address, &allowed, e));
        if (allowed) read_entry(c, address, v.items[i].s, v.items[i + 1].s, use, arg);
    }
    return RC_OK;
}
