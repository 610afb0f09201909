#include "webmail/account/totp.h"

#include "base/b64.h"
#include "base/log.h"
#include "base/mutant.h"
#include "crypto/totp.h"
#include "fcgi/request.h"
#include "webmail/account/password.h"
#include "webmail/routes.h"
#include "webmail/session/devices.h"
#include "webmail/session/session.h"
#include "webmail/shared.h"
#include "webmail/store.h"

#define SKEW 1u
#define RECOVERY_BYTES 10u /* 16 characters of base32 */
#define MAX_CODE 64u

/* --- secrets ---------------------------------------------------------------------------------- */

static rc_t seal_secret(struct call *c, str_t secret, str_t *out, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    str_t sealed;
    TRY(app_key(c->app, STR("totp"), c->session->address, key, e));
    rc_t rc = seal(key, secret, call_user_key(c, STR("totp")), c->arena, &sealed, e);
    wipe(key, sizeof key);
    TRY(rc);
    *out = b64_encode(c->arena, sealed);
    return RC_OK;
}

static rc_t open_secret(struct call *c, const json_t *from, str_t *out, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    str_t sealed;
    if (!b64_decode(c->arena, json_text(json_object_get(from, "secret")), &sealed))
        return err_set(e, RC_DAMAGED, NULL);
    TRY(app_key(c->app, STR("totp"), c->session->address, key, e));
    rc_t rc = unseal(key, sealed, call_user_key(c, STR("totp")), c->secret, out, e);
    wipe(key, sizeof key);
    return rc;
}

/* Hex of a keyed hash of a recovery code: 80 random bits need no slow one. */
static rc_t recovery_hash(struct call *c, str_t address, str_t code, str_t *out, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES], hash[32];
    TRY(app_key(c->app, STR("totp recovery"), address, key, e));
    rc_t rc = mac(key, code, hash, e);
    wipe(key, sizeof key);
    TRY(rc);
    *out = hex_encode(c->arena, str_n(hash, sizeof hash));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* As people type it: blanks and dashes do not count, nor does letter case. */
static str_t tidy(struct call *c, str_t code)
{
    char *p = arena_alloc(c->secret, MAX_CODE + 1);
    size_t n = 0;
    if (!p) return STR_NULL;
    for (size_t i = 0; i < code.n && n < MAX_CODE; i++) {
        char ch = code.p[i];
        if (ch == ' ' || ch == '-' || ch == '\t') continue;
        p[n++] = ch >= 'a' && ch <= 'z' ? (char) (ch - 32) : ch;
    }
    return str_n(p, n);
}

/* --- accepting a code ------------------------------------------------------------------------- */

/* What is to change with a code that was right. */
struct switching {
    json_t *hashes; /* of the new recovery codes */
    bool first;     /* the pending secret becomes the one in use */
};

struct attempt {
    str_t code;
    bool pending;                 /* of the secret that waits for its first code */
    bool recovery;                /* out: it was one of these */
    const struct switching *then; /* or NULL; in the same step of the document as the code */
};

static rc_t switch_on(struct call *c, json_t *doc, const struct switching *s, struct err *e)
{
    json_t *pending = json_object_get(doc, "pending");
    if (s->first) {
        if (!pending) return err_set(e, RC_CONFLICT, "Please begin again.");
        json_object_set(doc, "secret", json_object_get(pending, "secret"));
        json_object_set_new(doc, "on", json_true());
        json_object_set_new(doc, "since", json_from_str(time_text(c->arena, call_now())));
        json_object_del(doc, "pending");
    }
    json_object_set(doc, "recovery", s->hashes);
    json_object_del(doc, "recovery_of");
    return RC_OK;
}

static rc_t try_recovery(struct call *c, json_t *doc, struct attempt *t, struct err *e)
{
    json_t *list = json_object_get(doc, "recovery");
    str_t hash;
    str_t of = json_text(json_object_get(doc, "recovery_of"));
    TRY(recovery_hash(c, of.n ? of : c->session->address, t->code, &hash, e));
    for (size_t i = json_array_size(list); i > 0; i--) {
        if (!mac_equal(json_text(json_array_get(list, i - 1)), hash)) continue;
        json_array_remove(list, i - 1);
        t->recovery = true;
    }
    return t->recovery ? RC_OK : err_set(e, RC_WRONG_CODE, NULL);
}

static rc_t find_code(struct call *c, json_t **doc, struct attempt *t, struct err *e)
{
    json_t *from = t->pending ? json_object_get(*doc, "pending") : *doc;
    uint64_t used = 0, at;
    str_t secret;
    t->recovery = false;
    if (!from || (!t->pending && !json_is_true(json_object_get(*doc, "on"))))
        return err_set(e, RC_WRONG_CODE, NULL);
    if (t->code.n > TOTP_DIGITS && !t->pending) return try_recovery(c, *doc, t, e);
    TRY(open_secret(c, from, &secret, e));
    if (!t->pending && !WX_MUTANT(TOTP_REPLAY))
        used = (uint64_t) json_integer_value(json_object_get(*doc, "used"));
    uint64_t step = (uint64_t) call_now() / TOTP_STEP_SECONDS;
    bool found = false;
    TRY(totp_find(secret, t->code, step, SKEW, used, &found, &at, e));
    if (found) json_object_set_new(*doc, "used", json_integer((json_int_t) at));
    if (!WX_MUTANT(TOTP) && !found) return err_set(e, RC_WRONG_CODE, NULL);
    return RC_OK;
}

/* Marks the code as used in the document, so that saving it is what accepts it: of two attempts
 * with one code, one wins. What it is for happens in the same step: the secret that is switched on
 * is the one whose code it was. */
static rc_t use_code(struct call *c, json_t **doc, void *arg, struct err *e)
{
    struct attempt *t = arg;
    TRY(find_code(c, doc, t, e));
    return t->then ? switch_on(c, *doc, t->then, e) : RC_OK;
}

struct guesses {
    str_t key;
    struct shared_key local;
};

/* Counts a guess before it is compared; taken back when it was right. In Redis for all servers and
 * in shared memory for this one. */
static rc_t count_guess(struct call *c, struct guesses *g, struct err *e)
{
    static const char script[] = "local n = redis.call('INCR', KEYS[1])\n"
                                 "if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end\n"
                                 "return n\n";
    str_t parts[] = {STR("totp guesses"), c->session->address};
    str_t seconds = arena_printf(c->arena, "%u", TOTP_GUESS_SECONDS);
    struct kv_value v;
    TRY(shared_key_of(parts, 2, &g->local, e));
    g->key =
        arena_printf(c->arena, "%.*s:thr:c:%.*s", STR_ARG(c->app->config->instance),
                     STR_ARG(hex_encode(c->arena, str_n(g->local.bytes, sizeof g->local.bytes))));
    TRY(kv_eval(c->kv, c->arena, &v, e, str_c(script), &g->key, 1, &seconds, 1));
    unsigned here = shared_count(c->app->shared, &g->local, TOTP_GUESS_SECONDS, 1, call_now());
    if (v.type == KV_INT && v.i <= TOTP_GUESSES && here <= TOTP_GUESSES) return RC_OK;
    response_header(c->s, STR("Retry-After"), seconds);
    log_event(LOG_WARN, "code_throttled", "account", LOG_S(c->session->address), NULL);
    return err_set(e, RC_THROTTLED, "Too many wrong codes. Please wait an hour.");
}

static rc_t forget_guesses(struct call *c, const struct guesses *g, struct err *e)
{
    struct kv_value v;
    shared_count(c->app->shared, &g->local, TOTP_GUESS_SECONDS, -(int) TOTP_GUESSES, call_now());
    return KV_CMD(c->kv, c->arena, &v, e, STR("DEL"), g->key);
}

/* RC_WRONG_CODE unless the code (as it was typed) is one, which is then used up. */
static rc_t accept_code(struct call *c, struct attempt *t, struct err *e)
{
    struct guesses guesses;
    t->code = tidy(c, t->code);
    if (t->code.n < TOTP_DIGITS) return err_set(e, RC_WRONG_CODE, NULL);
    TRY(count_guess(c, &guesses, e));
    TRY(store_update(c, STR("totp"), use_code, t, e));
    return forget_guesses(c, &guesses, e);
}

/* --- at sign-in ------------------------------------------------------------------------------- */

static rc_t check_signed_out(struct call *c, str_t code, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    struct attempt t = {.code = code};
    str_t version;
    TRY(store_load(c, STR("totp"), &doc, &version, e));
    if (!json_is_true(json_object_get(doc, "on"))) return RC_OK;
    if (str_trim(code).n == 0) return err_set(e, RC_CODE_NEEDED, NULL);
    TRY(accept_code(c, &t, e));
    c->coded = arena_str(c->arena, json_text(json_object_get(doc, "since")));
    if (t.recovery)
        log_event(LOG_WARN, "recovery_code_used", "account", LOG_S(c->session->address), NULL);
    return RC_OK;
}

rc_t totp_check(struct call *c, str_t address, str_t code, struct err *e)
{
    /* A user's documents are found by the session's address, and there is none yet. */
    struct session who = {.address = address};
    const struct session *before = c->session;
    c->session = &who;
    rc_t rc = check_signed_out(c, code, e);
    c->session = before;
    return rc;
}

/* --- switching it on and off -------------------------------------------------------------------
 */

static json_t *describe(const json_t *doc)
{
    bool on = json_is_true(json_object_get(doc, "on"));
    json_t *answer = json_object(), *since = json_object_get(doc, "since");
    json_put_bool(answer, "on", on);
    json_object_set(answer, "since", on && since ? since : json_null());
    json_put_int(answer, "recovery_left",
                 on ? (long long) json_array_size(json_object_get(doc, "recovery")) : 0);
    return answer;
}

rc_t totp_get(struct call *c, struct err *e)
{
    json_t *answer = NULL;
    TRY(totp_describe(c, &answer, e));
    return call_answer(c, answer, e);
}

static rc_t keep_pending(struct call *c, json_t **doc, void *arg, struct err *e)
{
    (void) c;
    if (json_is_true(json_object_get(*doc, "on")))
        return err_set(e, RC_CONFLICT, "It is switched on already.");
    if (!*doc) *doc = json_object();
    json_object_set(*doc, "pending", arg);
    return RC_OK;
}

static rc_t start(struct call *c, struct err *e)
{
    unsigned char random[TOTP_SECRET_BYTES];
    str_t sealed;
    CLEANUP_JSON json_t *pending = json_object();
    TRY(password_check(c, json_text(json_object_get(c->in, "password")), e));
    TRY(random_bytes(random, sizeof random, e));
    TRY(seal_secret(c, str_n(random, sizeof random), &sealed, e));
    json_put_str(pending, "secret", sealed);
    json_put_int(pending, "since", call_now());
    TRY(store_update(c, STR("totp"), keep_pending, pending, e));
    str_t secret = base32_encode(c->secret, str_n(random, sizeof random));
    wipe(random, sizeof random);
    str_t account = percent_encode(c->session->address, "", c->arena);
    const char *issuer = c->app->site ? c->app->site->issuer : "Waxseal";
    str_t uri = arena_printf(c->secret, "otpauth://totp/%s:%.*s?secret=%.*s&issuer=%s", issuer,
                             STR_ARG(account), STR_ARG(secret), issuer);
    if (str_is_null(uri)) return err_set(e, RC_NO_MEMORY, NULL);
    json_t *answer = json_object();
    json_put_str(answer, "secret", secret);
    json_put_str(answer, "uri", uri);
    return call_answer(c, answer, e);
}

/* Ten fresh codes for the person (readable, with a dash) and their hashes for us. */
static rc_t new_recovery(struct call *c, json_t *codes, json_t *hashes, struct err *e)
{
    for (unsigned i = 0; i < TOTP_RECOVERY_CODES; i++) {
        unsigned char random[RECOVERY_BYTES];
        str_t hash;
        TRY(random_bytes(random, sizeof random, e));
        str_t code = base32_encode(c->secret, str_n(random, sizeof random));
        wipe(random, sizeof random);
        if (code.n != 16) return err_set(e, RC_NO_MEMORY, NULL);
        TRY(recovery_hash(c, c->session->address, code, &hash, e));
        json_array_append_new(hashes, json_from_str(hash));
        str_t shown = arena_printf(c->secret, "%.4s-%.4s-%.4s-%.4s", code.p, code.p + 4, code.p + 8,
                                   code.p + 12);
        json_array_append_new(codes, json_from_str(shown));
    }
    return RC_OK;
}

/* A wrong code here is a wrong field: the session is fine. */
static rc_t as_field(rc_t rc, struct err *e)
{
    if (rc != RC_WRONG_CODE) return rc;
    return err_invalid(e, "code", "This code is wrong. Codes change every 30 seconds.");
}

/* The request's code, and fresh recovery codes in the step that accepts it. */
static rc_t answer_recovery(struct call *c, bool first, struct err *e)
{
    CLEANUP_JSON json_t *codes = json_array(), *hashes = json_array();
    const struct switching s = {hashes, first};
    struct attempt t = {
        .code = json_text(json_object_get(c->in, "code")), .pending = first, .then = &s};
    TRY(new_recovery(c, codes, hashes, e));
    TRY(as_field(accept_code(c, &t, e), e));
    json_t *answer = json_object();
    json_object_set(answer, "recovery", codes);
    return call_answer(c, answer, e);
}

static rc_t confirm(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, STR("totp"), &doc, &version, e));
    const json_t *pending = json_object_get(doc, "pending");
    int64_t age = call_now() - json_integer_value(json_object_get(pending, "since"));
    if (!pending || age < 0 || age > TOTP_PENDING_SECONDS)
        return err_set(e, RC_CONFLICT, "Please begin again.");
    TRY(answer_recovery(c, true, e));
    log_event(LOG_INFO, "totp_on", "account", LOG_S(c->session->address), NULL);
    return RC_OK;
}

/* What only the owner may do takes the password and a code; this is the first half. */
static rc_t prove_password(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, STR("totp"), &doc, &version, e));
    if (!json_is_true(json_object_get(doc, "on")))
        return err_set(e, RC_CONFLICT, "It is switched off already.");
    return password_check(c, json_text(json_object_get(c->in, "password")), e);
}

rc_t totp_prove_if_on(struct call *c, str_t code, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, STR("totp"), &doc, &version, e));
    struct attempt t = {.code = code};
    if (!json_is_true(json_object_get(doc, "on"))) return RC_OK;
    return as_field(accept_code(c, &t, e), e);
}

rc_t totp_describe(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, STR("totp"), &doc, &version, e));
    *out = describe(doc);
    return RC_OK;
}

static rc_t switch_off(struct call *c, struct err *e)
{
    struct kv_value v;
    struct attempt t = {.code = json_text(json_object_get(c->in, "code"))};
    TRY(prove_password(c, e));
    TRY(as_field(accept_code(c, &t, e), e));
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("DEL"), call_user_key(c, STR("totp"))));
    log_event(LOG_INFO, "totp_off", "account", LOG_S(c->session->address), NULL);
    return call_answer(c, json_object(), e);
}

static rc_t renew_recovery(struct call *c, struct err *e)
{
    TRY(prove_password(c, e));
    return answer_recovery(c, false, e);
}

rc_t totp_post(struct call *c, struct err *e)
{
    static const struct {
        str_t word;
        rc_t (*run)(struct call *c, struct err *e);
    } actions[] = {{STR_INIT("start"), start},
                   {STR_INIT("confirm"), confirm},
                   {STR_INIT("off"), switch_off},
                   {STR_INIT("recovery"), renew_recovery}};
    str_t action;
    TRY(json_need_str(c->in, "action", &action, e));
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (str_eq(action, actions[i].word)) return actions[i].run(c, e);
    return err_invalid(e, "action", "There is no such action.");
}
