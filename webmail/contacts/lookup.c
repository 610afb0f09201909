#include "webmail/contacts/lookup.h"

#include "base/b64.h"
#include "base/clock.h"
#include "base/fetch.h"
#include "base/log.h"
#include "crypto/issuers.h"
#include "webmail/session/session.h"
#include "webmail/session/throttle.h"
#include "webmail/settings/settings.h"
#include "webmail/store.h"

#define FOUND_SECONDS "86400"
#define NOTHING_SECONDS "3600"
#define FAILED_SECONDS "60"
#define ANSWER_BYTES (256u << 10)
#define LEAST_MS 50

const char *lookup_word(enum lookup_outcome o)
{
    static const char *const words[] = {"none", "done", "refused", "down", "timeout"};
    return words[o];
}

bool lookup_configured(const struct app *app)
{
    return app->config->directory_count > 0;
}

/* --- what is kept: one byte of enum lookup_outcome ('0' + o), then certificates in a row -------
 */

static rc_t key_of(struct call *c, str_t address, str_t *out, struct err *e)
{
    unsigned char hash[32];
    char lower[256];
    size_t n = address.n < sizeof lower ? address.n : sizeof lower;
    for (size_t i = 0; i < n; i++)
        lower[i] = address.p[i] >= 'A' && address.p[i] <= 'Z' ? (char) (address.p[i] | 0x20)
                                                              : address.p[i];
    TRY(sha256(str_n(lower, n), hash, e));
    *out = call_user_key(c, arena_printf(c->arena, "found:%.*s",
                                         STR_ARG(hex_encode(c->arena, str_n(hash, sizeof hash)))));
    return RC_OK;
}

/* False: nothing is kept, or it was forged. */
static rc_t load(struct call *c, str_t key, enum lookup_outcome *outcome, str_t *row, bool *kept,
                 struct err *e)
{
    struct kv_value v;
    str_t text;
    *kept = false;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), key));
    if (v.type != KV_STR || store_reveal(c, key, v.s, &text, NULL) != RC_OK || text.n == 0 ||
        text.p[0] < '0' + LOOKUP_DONE || text.p[0] > '0' + LOOKUP_TIMEOUT)
        return RC_OK;
    *outcome = (enum lookup_outcome)(text.p[0] - '0');
    *row = str_sub(text, 1, text.n);
    *kept = true;
    return RC_OK;
}

static rc_t save(struct call *c, str_t key, enum lookup_outcome outcome, str_t row, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(ISSUERS_MAX_BYTES + 1);
    struct kv_value v;
    str_t blob;
    const char *keep = outcome != LOOKUP_DONE ? FAILED_SECONDS
                       : row.n > 0            ? FOUND_SECONDS
                                              : NOTHING_SECONDS;
    buf_char(&text, (char) ('0' + outcome));
    buf_str(&text, row);
    if (text.failed) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(store_protect(c, key, buf_view(&text), &blob, e));
    return KV_CMD(c->kv, c->arena, &v, e, STR("SET"), key, blob, STR("EX"), str_c(keep));
}

/* --- what came -------------------------------------------------------------------------------- */

static bool is_of_use(const struct cert *cert, str_t address, struct arena *a)
{
    struct cert_info info;
    if (cert_describe(cert, a, &info, NULL) != RC_OK) return false;
    return info.is_ca || cert_matches_address(cert, address) != ADDRESS_NO;
}

/* Of one value: appends what is of use. */
static void keep_value(str_t value, str_t address, unsigned *left, struct arena *a, struct buf *row)
{
    struct cert *certs[LOOKUP_MAX_CERTIFICATES];
    size_t n = issuers_read(value, certs, LOOKUP_MAX_CERTIFICATES);
    for (size_t i = 0; i < n; i++) {
        str_t der = cert_der(certs[i]);
        if (*left > 0 && row->n + der.n <= ISSUERS_MAX_BYTES && is_of_use(certs[i], address, a)) {
            buf_str(row, der);
            (*left)--;
        }
        cert_unref(certs[i]);
    }
}

bool lookup_read(str_t body, str_t address, struct arena *a, struct buf *row)
{
    unsigned left = LOOKUP_MAX_CERTIFICATES;
    while (body.n > 0) {
        const unsigned char *p = (const unsigned char *) body.p;
        if (body.n < 5) return false;
        size_t n = (size_t) p[1] << 24 | (size_t) p[2] << 16 | (size_t) p[3] << 8 | p[4];
        if (n > body.n - 5) return false;
        keep_value(str_sub(body, 5, 5 + n), address, &left, a, row);
        body = str_sub(body, 5 + n, body.n);
    }
    return !row->failed;
}

static enum lookup_outcome outcome_of(rc_t rc)
{
    if (rc == RC_OK) return LOOKUP_DONE;
    if (rc == RC_TIMEOUT) return LOOKUP_TIMEOUT;
    return rc == RC_SOURCE_REFUSED ? LOOKUP_REFUSED : LOOKUP_DOWN;
}

/* --- asking ----------------------------------------------------------------------------------- */

static const struct config_directory *directory_for(struct call *c, str_t address)
{
    if (!c->features.smime || !lookup_configured(c->app)) return NULL;
    /* Internationalised addresses are in no "mail" attribute (IA5, RFC 4524 section 2.16). */
    for (size_t i = 0; i < address.n; i++)
        if (address.p[i] <= 0x20 || address.p[i] >= 0x7f || address.p[i] == '/') return NULL;
    return config_directory_of(c->app->config, address);
}

rc_t lookup_wanted(struct call *c, bool *out, struct err *e)
{
    CLEANUP_JSON json_t *settings = NULL;
    TRY(settings_load(c, &settings, e));
    *out = json_is_true(json_object_get(json_object_get(settings, "security"), "lookups"));
    return RC_OK;
}

static enum lookup_outcome ask(struct call *c, const struct config_directory *d, str_t address,
                               int64_t left, struct buf *row)
{
    struct err e = {0};
    struct fetch_answer answer = {.status = 0};
    int64_t began = clock_ms();
    const struct fetch_request q = {
        .kind = FETCH_LDAP,
        .method = FETCH_GET,
        .url = arena_printf(c->arena, "ldap:%.*s/%.*s", STR_ARG(d->name), STR_ARG(address)),
        .max_bytes = ANSWER_BYTES,
        .timeout_ms = (uint32_t) left};
    rc_t rc = fetch_call(c->app->config->fetch_socket, &q, c->arena, &answer, &e);
    if (rc == RC_OK && !lookup_read(answer.body, address, c->arena, row)) rc = RC_SOURCE_DOWN;
    log_event(rc == RC_OK ? LOG_INFO : LOG_WARN, "asked_outside", "kind", LOG_C("ldap"),
              "directory", LOG_S(d->name), "outcome", LOG_C(err_word(rc)), "detail",
              LOG_C(rc == RC_OK ? "" : e.detail), "ms", LOG_I(clock_ms() - began), NULL);
    return outcome_of(rc);
}

rc_t lookup_ask(struct call *c, str_t address, bool anew, int64_t deadline,
                enum lookup_outcome *out, struct err *e)
{
    const struct config_directory *d = directory_for(c, address);
    CLEANUP_BUF struct buf row = BUF_INIT(ISSUERS_MAX_BYTES);
    bool wanted, kept;
    str_t key, before = STR_NULL;
    *out = LOOKUP_NONE;
    if (!d) return RC_OK;
    TRY(lookup_wanted(c, &wanted, e));
    if (!wanted) return RC_OK;
    TRY(key_of(c, address, &key, e));
    TRY(load(c, key, out, &before, &kept, e));
    if (kept && (!anew || before.n > 0)) return RC_OK;
    int64_t left = deadline - clock_ms();
    *out = LOOKUP_TIMEOUT;
    if (left < LEAST_MS) return RC_OK; /* those before took it all; nothing is known of this one */
    TRY(throttle_act(c, "directory", LOOKUP_PER_HOUR,
                     "The directory was asked often just now. Please try again in an hour.", e));
    *out = ask(c, d, address, left, &row);
    return save(c, key, *out, *out == LOOKUP_DONE ? buf_view(&row) : STR(""), e);
}

rc_t lookup_found(struct call *c, str_t address, struct cert **out, size_t max, size_t *n,
                  struct err *e)
{
    enum lookup_outcome outcome;
    bool wanted, kept;
    str_t key, row;
    *n = 0;
    if (!directory_for(c, address)) return RC_OK;
    TRY(key_of(c, address, &key, e));
    TRY(load(c, key, &outcome, &row, &kept, e));
    if (!kept || row.n == 0) return RC_OK;
    TRY(lookup_wanted(c, &wanted, e));
    if (wanted) *n = issuers_read(row, out, max);
    return RC_OK;
}
