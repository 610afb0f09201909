#include "webmail/filters/filters.h"

#include "base/b64.h"
#include "base/log.h"
#include "webmail/account/password.h"
#include "webmail/filters/forwards.h"
#include "webmail/filters/rules.h"
#include "webmail/session/session.h"

#define OURS STR("waxseal")

static void close_sieve(struct sieve **s)
{
    sieve_close(*s);
}
#define CLEANUP_SIEVE __attribute__((cleanup(close_sieve)))

struct scripts {
    struct sieve *sieve; /* borrowed */
    struct sieve_script *list;
    size_t count;
    str_t active;             /* "": none */
    bool have_ours;           /* there is a script of our name */
    str_t ours;               /* its text */
    json_t *rules, *vacation; /* of it; NULL: there is none, or it is not as we wrote it */
};

static void free_scripts(struct scripts *s)
{
    json_decref(s->rules);
    json_decref(s->vacation);
}
#define CLEANUP_SCRIPTS __attribute__((cleanup(free_scripts)))

static bool is_offered(const struct call *c)
{
    return c->session->domain->sieve.host.n > 0;
}

static rc_t open_sieve(struct call *c, struct sieve **out, struct err *e)
{
    const struct session *s = c->session;
    if (!is_offered(c)) return err_set(e, RC_UNSUPPORTED, "This mail server has no filters.");
    struct sieve_account account = {
        .server = &s->domain->sieve, .login = s->login, .password = s->password};
    rc_t rc = sieve_open(&account, (int) c->app->config->request_timeout_ms, c->arena, out, e);
    /* IMAP takes the password: the session is fine, the filter server is not. */
    return rc == RC_WRONG_PASSWORD ? err_set(e, RC_SIEVE_REFUSED, NULL) : rc;
}

static rc_t load(struct call *c, struct sieve *sieve, struct scripts *out, struct err *e)
{
    *out = (struct scripts){.sieve = sieve, .active = STR(""), .ours = STR("")};
    TRY(sieve_list(sieve, &out->list, &out->count, e));
    for (size_t i = 0; i < out->count; i++) {
        if (out->list[i].active) out->active = out->list[i].name;
        if (str_eq(out->list[i].name, OURS)) out->have_ours = true;
    }
    if (!out->have_ours) return RC_OK;
    TRY(sieve_get(sieve, OURS, &out->ours, e));
    filters_read(out->ours, c->arena, &out->rules, &out->vacation);
    return RC_OK;
}

/* "visual": the editor may write; "changed": ours, but somebody changed it; "foreign": another
 * script is active. */
static const char *mode_of(const struct scripts *s)
{
    if (s->active.n > 0 && !str_eq(s->active, OURS)) return "foreign";
    return s->have_ours && !s->rules ? "changed" : "visual";
}

static rc_t version_of_text(struct call *c, str_t text, str_t *out, struct err *e)
{
    unsigned char hash[32];
    TRY(sha256(text, hash, e));
    *out = hex_encode(c->arena, str_n(hash, 16));
    return RC_OK;
}

static rc_t version_of(struct call *c, const struct scripts *s, str_t *out, struct err *e)
{
    *out = STR("");
    return s->have_ours ? version_of_text(c, s->ours, out, e) : RC_OK;
}

static rc_t expect_version(str_t wanted, str_t version, struct err *e)
{
    if (!wanted.p || str_eq(wanted, version)) return RC_OK;
    return err_set(e, RC_CONFLICT, "The filters were changed elsewhere meanwhile.");
}

/* --- showing -----------------------------------------------------------------------------------
 */

static json_t *extension_list(str_t words)
{
    json_t *list = json_array();
    str_t word;
    while (words.n > 0) {
        str_cut(words, ' ', &word, &words);
        if (word.n > 0) json_array_append_new(list, json_from_str(word));
    }
    return list;
}

static json_t *script_list(const struct scripts *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->count; i++) {
        json_t *row = json_object();
        json_put_str(row, "name", s->list[i].name);
        json_put_bool(row, "active", s->list[i].active);
        json_put_bool(row, "ours", str_eq(s->list[i].name, OURS));
        json_array_append_new(list, row);
    }
    return list;
}

/* The text of what the visual editor cannot show. */
static rc_t put_raw(struct call *c, const struct scripts *s, json_t *answer, struct err *e)
{
    const char *mode = mode_of(s);
    str_t name = OURS, text = s->ours, version;
    json_object_set_new(answer, "raw", json_null());
    if (strcmp(mode, "visual") == 0) return RC_OK;
    if (strcmp(mode, "foreign") == 0) {
        name = s->active;
        TRY(sieve_get(s->sieve, name, &text, e));
    }
    TRY(version_of_text(c, text, &version, e));
    json_t *raw = json_object();
    json_put_str(raw, "name", name);
    json_put_str(raw, "script", text);
    json_put_str(raw, "version", version);
    json_object_set_new(answer, "raw", raw);
    return RC_OK;
}

static rc_t describe(struct call *c, const struct scripts *s, json_t **out, struct err *e)
{
    const struct sieve_features *f = sieve_features(s->sieve);
    CLEANUP_JSON json_t *answer = json_object();
    str_t version;
    TRY(version_of(c, s, &version, e));
    json_put_bool(answer, "supported", true);
    json_put_str(answer, "implementation", f->implementation);
    json_object_set_new(answer, "extensions", extension_list(f->extensions));
    json_put_int(answer, "max_redirects", f->max_redirects);
    json_put_str(answer, "mode", str_c(mode_of(s)));
    json_object_set_new(answer, "active", s->active.n ? json_from_str(s->active) : json_null());
    json_object_set_new(answer, "scripts", script_list(s));
    json_object_set_new(answer, "rules", s->rules ? json_incref(s->rules) : json_array());
    json_object_set_new(answer, "vacation", s->vacation ? json_incref(s->vacation) : json_null());
    json_put_str(answer, "version", version);
    TRY(put_raw(c, s, answer, e));
    *out = json_incref(answer);
    return RC_OK;
}

static rc_t answer_scripts(struct call *c, struct sieve *sieve, struct err *e)
{
    CLEANUP_SCRIPTS struct scripts s = {0};
    json_t *answer = NULL;
    TRY(load(c, sieve, &s, e));
    TRY(describe(c, &s, &answer, e));
    return call_answer(c, answer, e);
}

rc_t filters_get(struct call *c, struct err *e)
{
    CLEANUP_SIEVE struct sieve *sieve = NULL;
    if (!is_offered(c)) {
        json_t *answer = json_object();
        json_put_bool(answer, "supported", false);
        return call_answer(c, answer, e);
    }
    TRY(open_sieve(c, &sieve, e));
    return answer_scripts(c, sieve, e);
}

/* --- changing ----------------------------------------------------------------------------------
 */

static rc_t problem_in(str_t problem, struct err *e)
{
    if (str_is_null(problem)) return RC_OK;
    err_set(e, RC_INVALID, "%.*s", STR_ARG(str_sub(problem, 0, 250)));
    err_field(e, "script");
    return RC_INVALID;
}

/* The text of the script in use; "": there is none. */
static rc_t active_text(struct sieve *sieve, str_t *out, struct err *e)
{
    struct sieve_script *list;
    size_t n;
    *out = STR("");
    TRY(sieve_list(sieve, &list, &n, e));
    for (size_t i = 0; i < n; i++)
        if (list[i].active) return sieve_get(sieve, list[i].name, out, e);
    return RC_OK;
}

/* An open page left alone is not enough to have mail sent elsewhere from now on. */
static rc_t allow_forwards(struct call *c, struct sieve *sieve, str_t script, struct err *e)
{
    str_t before;
    TRY(active_text(sieve, &before, e));
    if (!forwards_added(before, script, c->arena)) return RC_OK;
    TRY(owner_prove(c, e));
    log_event(LOG_INFO, "forward_added", "account", LOG_S(c->session->address), "client",
              LOG_S(c->q->client_address), NULL);
    return RC_OK;
}

/* The server looks at it before the password is asked for, and before anything is stored. */
static rc_t store(struct call *c, struct sieve *sieve, str_t name, str_t script, struct err *e)
{
    str_t problem = STR_NULL;
    if (sieve_features(sieve)->checks) TRY(sieve_check(sieve, script, &problem, e));
    TRY(problem_in(problem, e));
    TRY(allow_forwards(c, sieve, script, e));
    TRY(sieve_put(sieve, name, script, &problem, e));
    return problem_in(problem, e);
}

static rc_t put_rules(struct call *c, struct sieve *sieve, struct err *e)
{
    CLEANUP_SCRIPTS struct scripts s = {0};
    const json_t *rules = json_object_get(c->in, "rules");
    const json_t *vacation = json_object_get(c->in, "vacation");
    str_t wanted, version, script;
    bool take_over;
    TRY(json_want_bool(c->in, "take_over", false, &take_over, e));
    TRY(json_want_str(c->in, "version", STR_NULL, &wanted, e));
    TRY(load(c, sieve, &s, e));
    TRY(version_of(c, &s, &version, e));
    TRY(expect_version(wanted, version, e));
    if (!take_over && strcmp(mode_of(&s), "visual") != 0)
        return err_set(e, RC_CONFLICT, "Another script is in use.");
    TRY(filters_check(rules, vacation, sieve_features(sieve), e));
    TRY(filters_write(rules, vacation, sieve_features(sieve), c->arena, &script, e));
    TRY(store(c, sieve, OURS, script, e));
    return sieve_activate(sieve, OURS, e);
}

/* The version of a script by name, "" where there is none. */
static rc_t stored_version(struct call *c, struct sieve *sieve, str_t name, str_t *out,
                           struct err *e)
{
    struct sieve_script *list;
    size_t n;
    str_t text;
    *out = STR("");
    TRY(sieve_list(sieve, &list, &n, e));
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(list[i].name, name)) continue;
        TRY(sieve_get(sieve, name, &text, e));
        return version_of_text(c, text, out, e);
    }
    return RC_OK;
}

static rc_t put_text(struct call *c, struct sieve *sieve, struct err *e)
{
    str_t name, script, wanted, version;
    bool activate;
    TRY(json_need_str(c->in, "name", &name, e));
    TRY(json_need_str(c->in, "script", &script, e));
    TRY(json_want_bool(c->in, "activate", false, &activate, e));
    TRY(json_want_str(c->in, "version", STR_NULL, &wanted, e));
    if (name.n == 0 || name.n > 128 || !str_is_clean(name))
        return err_invalid(e, "name", "A script cannot have this name.");
    if (str_chr(script, 0) >= 0) return err_invalid(e, "script", "A script is text.");
    if (wanted.p) {
        TRY(stored_version(c, sieve, name, &version, e));
        TRY(expect_version(wanted, version, e));
    }
    TRY(store(c, sieve, name, script, e));
    return activate ? sieve_activate(sieve, name, e) : RC_OK;
}

static rc_t change_active(struct call *c, struct sieve *sieve, struct err *e)
{
    const json_t *active = json_object_get(c->in, "active");
    str_t name = json_is_null(active) ? STR("") : json_text(active);
    str_t script;
    if (str_is_null(name)) return err_invalid(e, "active", "This is not a script's name.");
    if (name.n > 0) {
        TRY(sieve_get(sieve, name, &script, e));
        TRY(allow_forwards(c, sieve, script, e));
    }
    return sieve_activate(sieve, name, e);
}

rc_t filters_put(struct call *c, struct err *e)
{
    CLEANUP_SIEVE struct sieve *sieve = NULL;
    bool rules = json_object_get(c->in, "rules"), text = json_object_get(c->in, "script");
    if (!rules && !text && !json_object_get(c->in, "active"))
        return err_invalid(e, "rules", "There is nothing to change.");
    TRY(open_sieve(c, &sieve, e));
    if (rules)
        TRY(put_rules(c, sieve, e));
    else if (text)
        TRY(put_text(c, sieve, e));
    else
        TRY(change_active(c, sieve, e));
    log_event(LOG_INFO, "filters_changed", "account", LOG_S(c->session->address), "client",
              LOG_S(c->q->client_address), NULL);
    return answer_scripts(c, sieve, e);
}
