#include "policy/token.h"

#include <stdio.h>

#include "base/b64.h"
#include "base/mutant.h"
#include "crypto/seal.h"
#include "policy/edit.h"
#include "policy/name.h"

#define RANDOM_BYTES 32u
#define PREFIX "wxs_"

static const char *const AREAS[] = {"accounts", "certificates", "licences",    "rules",
                                    "log",      "audit",        "organisation"};

static rc_t hash_of(str_t token, struct arena *a, str_t *out, struct err *e)
{
    unsigned char hash[32];
    TRY(sha256(token, hash, e));
    *out = hex_encode(a, str_n(hash, sizeof hash));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* --- scopes ------------------------------------------------------------------------------------
 */

static bool is_scope(str_t s)
{
    str_t area, act;
    if (!str_cut(s, ':', &area, &act)) return false;
    if (!str_eq(act, STR("read")) && !str_eq(act, STR("write"))) return false;
    for (size_t i = 0; i < sizeof AREAS / sizeof *AREAS; i++)
        if (str_eq(area, str_c(AREAS[i]))) return true;
    return false;
}

static bool has(str_t scopes, str_t area, str_t act)
{
    for (str_t one; scopes.n > 0;) {
        str_t of, may;
        str_cut(scopes, ' ', &one, &scopes);
        if (str_cut(one, ':', &of, &may) && str_eq(of, area) && str_eq(may, act)) return true;
    }
    return false;
}

bool token_may(const json_t *row, str_t area, bool write)
{
    str_t scopes = record_text(row, "scopes");
    if (WX_MUTANT(TOKEN_SCOPE) || has(scopes, area, STR("write"))) return true;
    return !write && has(scopes, area, STR("read"));
}

/* By blanks, each once. */
static rc_t join_scopes(const json_t *list, struct arena *a, str_t *out, struct err *e)
{
    str_t joined = STR("");
    for (size_t i = 0; i < json_array_size(list); i++) {
        str_t one = json_text(json_array_get(list, i)), area, act;
        if (!is_scope(one))
            return err_invalid(e, "scopes", "A scope is an area and read or write: accounts:read.");
        str_cut(one, ':', &area, &act);
        if (has(joined, area, act)) continue;
        joined = arena_printf(a, "%.*s%s%.*s", STR_ARG(joined), joined.n ? " " : "", STR_ARG(one));
        if (str_is_null(joined)) return err_set(e, RC_NO_MEMORY, NULL);
    }
    if (!joined.n) return err_invalid(e, "scopes", "A token needs a scope.");
    *out = joined;
    return RC_OK;
}

/* --- making ------------------------------------------------------------------------------------
 */

struct making {
    const struct token_wish *wish;
    str_t id, scopes;
    json_t *row;
};

static bool is_of(const json_t *row, str_t organisation)
{
    return str_eq(record_text(row, "organisation"), organisation);
}

static rc_t check_room(struct edit *t, const struct token_wish *wish, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL;
    const char *id;
    json_t *row;
    size_t n = 0;
    TRY(edit_list(t, RECORD_TOKEN, STR_NULL, &all, e));
    json_object_foreach(all, id, row)
    {
        if (!is_of(row, wish->organisation)) continue;
        n++;
        if (!str_eq(record_text(row, "name"), wish->name)) continue;
        err_set(e, RC_CONFLICT, "There is a token of this name already.");
        err_field(e, "name");
        return RC_CONFLICT;
    }
    if (n < TOKENS_MAX) return RC_OK;
    return err_set(e, RC_TOO_LARGE, "There can be %d tokens; remove some.", TOKENS_MAX);
}

static rc_t make_step(struct edit *t, void *arg, struct err *e)
{
    struct making *m = arg;
    CLEANUP_JSON json_t *row = json_object(), *organisation = NULL;
    char expires[NAME_TIME_BYTES + 1], now[NAME_TIME_BYTES + 1];
    str_t of = m->wish->organisation;
    json_decref(m->row);
    m->row = NULL;
    if (of.n)
        TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, of}, &organisation, e));
    if (of.n && !organisation) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(check_room(t, m->wish, e));
    name_write_time(m->wish->expires, expires);
    name_write_time(t->by->now, now);
    json_put_str(row, "name", m->wish->name);
    json_put_str(row, "organisation", of.n ? of : STR_NULL);
    json_put_str(row, "scopes", m->scopes);
    json_put_str(row, "expires", str_c(expires));
    json_put_str(row, "made_by", t->by->who);
    json_put_str(row, "made_at", str_c(now));
    TRY(record_read(RECORD_TOKEN, row, &m->row, e));
    TRY(edit_store(t, (struct record_at){RECORD_TOKEN, STR_NULL, m->id}, m->row, e));
    return edit_audit(t, of, "token", m->wish->name, NULL, m->row, e);
}

static json_t *view_of(str_t id, const json_t *row, int64_t now)
{
    static const char *const texts[] = {"name", "organisation", "expires", "made_by", "made_at"};
    json_t *v = json_object(), *scopes = json_array();
    int64_t ends = 0;
    json_put_str(v, "id", id);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_object_set(v, texts[i], json_object_get(row, texts[i]));
    for (str_t one, rest = record_text(row, "scopes"); rest.n > 0;) {
        str_cut(rest, ' ', &one, &rest);
        json_array_append_new(scopes, json_from_str(one));
    }
    json_object_set_new(v, "scopes", scopes);
    json_put_bool(v, "ended", !name_read_time(record_text(row, "expires"), &ends) || ends <= now);
    return v;
}

static rc_t check_wish(const struct actor *by, const struct token_wish *w, struct err *e)
{
    if (!name_is_id(w->name))
        return err_invalid(e, "name", "A name is 1 to 64 of a-z, 0-9, - and _.");
    if (w->expires <= by->now || w->expires > by->now + TOKEN_DAYS_MAX * (int64_t) 86400)
        return err_invalid(e, "expires", "A token ends within two years.");
    return RC_OK;
}

rc_t token_make(const struct registry *r, const struct actor *by, const struct token_wish *wish,
                struct arena *a, str_t *token, json_t **view, struct err *e)
{
    unsigned char random[RANDOM_BYTES];
    struct making m = {.wish = wish};
    TRY(check_wish(by, wish, e));
    TRY(join_scopes(wish->scopes, a, &m.scopes, e));
    TRY(random_bytes(random, sizeof random, e));
    str_t text =
        arena_printf(a, PREFIX "%.*s", STR_ARG(b64url_encode(a, str_n(random, sizeof random))));
    wipe(random, sizeof random);
    if (text.n != TOKEN_TEXT_BYTES) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(hash_of(text, a, &m.id, e));
    rc_t rc = edit_run(r, by, make_step, &m, e);
    if (rc == RC_OK) {
        *token = text;
        *view = view_of(m.id, m.row, by->now);
    }
    json_decref(m.row);
    return rc;
}

/* --- the rest ----------------------------------------------------------------------------------
 */

rc_t token_list(const struct registry *r, str_t organisation, int64_t now, json_t **out,
                struct err *e)
{
    CLEANUP_JSON json_t *all = NULL, *rows = json_array();
    const char *id;
    json_t *row;
    TRY(registry_list(r, RECORD_TOKEN, STR_NULL, &all, e));
    json_object_foreach(all, id, row)
    {
        if (is_of(row, organisation)) json_array_append_new(rows, view_of(str_c(id), row, now));
    }
    *out = json_incref(rows);
    return RC_OK;
}

struct removing {
    str_t organisation, id;
};

static rc_t remove_step(struct edit *t, void *arg, struct err *e)
{
    const struct removing *m = arg;
    struct record_at at = {RECORD_TOKEN, STR_NULL, m->id};
    CLEANUP_JSON json_t *row = NULL;
    TRY(edit_get(t, at, &row, e));
    if (!row || !is_of(row, m->organisation)) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(edit_store(t, at, NULL, e));
    return edit_audit(t, m->organisation, "token", record_text(row, "name"), row, NULL, e);
}

rc_t token_remove(const struct registry *r, const struct actor *by, str_t organisation, str_t id,
                  struct err *e)
{
    struct removing m = {organisation, id};
    if (record_check_id(RECORD_TOKEN, id, NULL) != RC_OK) return err_set(e, RC_NOT_FOUND, NULL);
    return edit_run(r, by, remove_step, &m, e);
}

rc_t token_find(const struct registry *r, str_t token, int64_t now, struct arena *a, str_t *id,
                json_t **row, struct err *e)
{
    CLEANUP_JSON json_t *found = NULL;
    int64_t ends;
    str_t hash;
    if (token.n != TOKEN_TEXT_BYTES || !str_starts(token, STR(PREFIX)))
        return err_set(e, RC_UNAUTHENTICATED, "This token is not (any more) good here.");
    TRY(hash_of(token, a, &hash, e));
    TRY(registry_get(r, (struct record_at){RECORD_TOKEN, STR_NULL, hash}, &found, e));
    if (!found || !name_read_time(record_text(found, "expires"), &ends) || ends <= now)
        return err_set(e, RC_UNAUTHENTICATED, "This token is not (any more) good here.");
    *id = hash;
    *row = json_incref(found);
    return RC_OK;
}

rc_t token_forget(struct edit *t, str_t organisation, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL;
    const char *id;
    json_t *row;
    TRY(edit_list(t, RECORD_TOKEN, STR_NULL, &all, e));
    json_object_foreach(all, id, row)
    {
        struct record_at at = {RECORD_TOKEN, STR_NULL, arena_str(t->a, str_c(id))};
        if (is_of(row, organisation)) TRY(edit_store(t, at, NULL, e));
    }
    return RC_OK;
}

/* --- of a document -----------------------------------------------------------------------------
 */

static const char *token_fault(const json_t *row)
{
    int64_t made, ends;
    str_t one, rest = record_text(row, "scopes");
    if (!rest.n) return "A token needs a scope.";
    while (rest.n > 0) {
        str_cut(rest, ' ', &one, &rest);
        if (!is_scope(one)) return "A scope is an area and read or write: accounts:read.";
    }
    if (!name_read_time(record_text(row, "made_at"), &made) ||
        !name_read_time(record_text(row, "expires"), &ends) ||
        ends > made + TOKEN_DAYS_MAX * (int64_t) 86400)
        return "A token ends within two years.";
    return NULL;
}

const char *tokens_fault(const json_t *tokens, const char **id)
{
    CLEANUP_JSON json_t *names = json_object(), *counts = json_object();
    json_t *row;
    json_object_foreach((json_t *) tokens, *id, row)
    {
        char name[160];
        str_t of = record_text(row, "organisation"), called = record_text(row, "name");
        const char *sentence = token_fault(row);
        if (sentence) return sentence;
        snprintf(name, sizeof name, "%.*s %.*s", STR_ARG(of.n ? of : STR("")), STR_ARG(called));
        if (json_object_get(names, name)) return "There is a token of this name already.";
        json_object_set_new(names, name, json_true());
        snprintf(name, sizeof name, "%.*s", STR_ARG(of.n ? of : STR("")));
        json_int_t n = json_integer_value(json_object_get(counts, name)) + 1;
        if (n > TOKENS_MAX) return "The organisation has too many tokens.";
        json_object_set_new(counts, name, json_integer(n));
    }
    return NULL;
}
