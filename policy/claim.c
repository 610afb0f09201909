#include "policy/claim.h"

#include "base/b64.h"
#include "crypto/seal.h"
#include "policy/edit.h"
#include "policy/name.h"

enum { TOKEN_BYTES = 16 };

struct claiming {
    str_t domain, organisation, texts;
    char token[2 * TOKEN_BYTES + 1];
    json_t *row; /* out */
};

static bool is_fresh(const json_t *claim, int64_t now)
{
    int64_t since;
    return name_read_time(record_text(claim, "since"), &since) && now < since + CLAIM_DAYS * 86400;
}

static rc_t is_free(struct edit *t, str_t domain, str_t organisation, struct err *e)
{
    str_t whose;
    TRY(registry_organisation_of(t->r, t->a, domain, &whose, e));
    if (!whose.n) return RC_OK;
    err_set(e, RC_CONFLICT, "This domain is attached to %s already.",
            str_eq(whose, organisation) ? "this organisation" : "another organisation");
    err_field(e, "domain");
    return RC_CONFLICT;
}

static rc_t need_organisation(struct edit *t, str_t id, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, id}, &row, e));
    if (row) return RC_OK;
    err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(id));
    err_field(e, "organisation");
    return RC_NOT_FOUND;
}

static rc_t make_step(struct edit *t, void *arg, struct err *e)
{
    struct claiming *w = arg;
    struct record_at at = {RECORD_CLAIM, w->organisation, w->domain};
    char now[NAME_TIME_BYTES + 1];
    long long n;
    json_decref(w->row);
    w->row = NULL;
    TRY(need_organisation(t, w->organisation, e));
    TRY(is_free(t, w->domain, w->organisation, e));
    TRY(edit_get(t, at, &w->row, e));
    if (w->row && is_fresh(w->row, t->by->now)) return RC_OK;
    TRY(edit_count(t, RECORD_CLAIM, w->organisation, &n, e));
    if (n >= CLAIMS_MAX && !w->row)
        return err_set(e, RC_TOO_LARGE, "An organisation may claim %d domains at once.",
                       CLAIMS_MAX);
    CLEANUP_JSON json_t *before = w->row;
    w->row = json_object();
    name_write_time(t->by->now, now);
    json_put_str(w->row, "token", str_c(w->token));
    json_put_str(w->row, "since", str_c(now));
    json_put_int(w->row, "version", record_version(before) + 1);
    TRY(edit_store(t, at, w->row, e));
    return edit_audit(t, w->organisation, "claim", w->domain, before, w->row, e);
}

static rc_t check(str_t domain, str_t organisation, struct err *e)
{
    TRY(record_check_id(RECORD_DOMAIN, domain, e));
    return record_check_id(RECORD_ORGANISATION, organisation, e);
}

rc_t claim_make(const struct registry *r, const struct actor *by, str_t domain, str_t organisation,
                json_t **out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(4096);
    struct claiming w = {.domain = domain, .organisation = organisation};
    unsigned char random[TOKEN_BYTES];
    TRY(check(domain, organisation, e));
    TRY(random_bytes(random, sizeof random, e));
    str_t hex = a ? hex_encode(a, str_n(random, sizeof random)) : STR_NULL;
    if (hex.n != sizeof w.token - 1) return err_set(e, RC_NO_MEMORY, NULL);
    memcpy(w.token, hex.p, hex.n);
    rc_t rc = edit_run(r, by, make_step, &w, e);
    if (rc == RC_OK)
        *out = w.row;
    else
        json_decref(w.row);
    return rc;
}

str_t claim_name(struct arena *a, str_t domain)
{
    return arena_printf(a, "_waxseal.%.*s", STR_ARG(domain));
}

str_t claim_text(struct arena *a, const json_t *claim)
{
    return arena_printf(a, "waxseal-verify=%.*s", STR_ARG(record_text(claim, "token")));
}

static bool says(str_t texts, str_t wanted)
{
    str_t line, rest = texts;
    for (bool more = texts.n > 0; more;) {
        more = str_cut(rest, '\n', &line, &rest);
        if (str_eq(str_trim(line), wanted)) return true;
    }
    return false;
}

static rc_t prove_step(struct edit *t, void *arg, struct err *e)
{
    struct claiming *w = arg;
    struct record_at at = {RECORD_CLAIM, w->organisation, w->domain};
    CLEANUP_JSON json_t *claim = NULL;
    TRY(is_free(t, w->domain, w->organisation, e));
    TRY(edit_get(t, at, &claim, e));
    if (!claim || !is_fresh(claim, t->by->now)) {
        err_set(e, RC_NOT_FOUND, "The domain is not claimed, or was too long ago.");
        err_field(e, "domain");
        return RC_NOT_FOUND;
    }
    str_t wanted = claim_text(t->a, claim);
    if (!says(w->texts, wanted)) {
        err_set(e, RC_FORBIDDEN, "The DNS does not say “%.*s” at _waxseal.%.*s.", STR_ARG(wanted),
                STR_ARG(str_sub(w->domain, 0, 120)));
        err_field(e, "domain");
        return RC_FORBIDDEN;
    }
    TRY(edit_attach(t, w->domain, w->organisation, "dns", e));
    return edit_store(t, at, NULL, e);
}

rc_t claim_prove(const struct registry *r, const struct actor *by, str_t domain, str_t organisation,
                 str_t texts, struct err *e)
{
    struct claiming w = {.domain = domain, .organisation = organisation, .texts = texts};
    TRY(check(domain, organisation, e));
    return edit_run(r, by, prove_step, &w, e);
}
