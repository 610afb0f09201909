/* Issuing, one certificate after the other. */
#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "crypto/issue.h"
#include "crypto/request.h"
#include "policy/asking.h"
#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/issuing_parts.h"
#include "policy/licence.h"
#include "policy/name.h"

enum { WORK_BYTES = 8 << 20, BACKDATED = 3600, SECONDS_A_DAY = 86400 };

/* One certificate on its way. */
struct item {
    const struct issuing_order *o;
    const struct agent *agent;
    str_t address;
    str_t due; /* fingerprint of what is to be renewed */
    unsigned use;
    bool renew;
    char old[NAME_ADDRESS_MAX + 1 + CERTIFICATE_FINGERPRINT + 1]; /* id of what is renewed */
    struct arena *a;
    struct agent_imported key; /* sealed null: of a request */
    struct cert *cert;
    str_t issuers;
    bool unchanged;
    json_t *view;
    str_t signer; /* fingerprint of the authority that signed it */
};

static rc_t fail_field(struct err *e, rc_t code, const char *field, const char *sentence)
{
    err_set(e, code, "%s", sentence);
    err_field(e, field);
    return code;
}

/* --- who may have one ------------------------------------------------------------------------- */

static rc_t judge_account(struct edit *t, str_t organisation, str_t address, struct err *e)
{
    CLEANUP_JSON json_t *account = NULL, *row = NULL, *licence = NULL;
    if (!name_is_address(address)) return err_invalid(e, "address", "That is not an address.");
    TRY(edit_get(t, (struct record_at){RECORD_ACCOUNT, organisation, address}, &account, e));
    if (!account)
        return fail_field(e, RC_NOT_FOUND, "account", "The organisation has no such account.");
    if (!str_eq(record_text(account, "state"), STR("active")))
        return fail_field(e, RC_INVALID, "account", "The account is suspended.");
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, organisation}, &row, e));
    str_t customer = arena_str(t->a, record_text(row, "customer"));
    TRY(edit_get(t, (struct record_at){RECORD_LICENCE, customer, address}, &licence, e));
    if (licence_state_at(licence, t->by->now) != LICENCE_ACTIVE)
        return fail_field(e, RC_INVALID, "licence", "The account has no active licence.");
    return RC_OK;
}

static rc_t judge_domain(struct edit *t, str_t organisation, str_t address, const struct cert *c,
                         struct err *e)
{
    str_t owner, domain = name_domain_of(address);
    TRY(registry_organisation_of(t->r, t->a, domain, &owner, e));
    if (!str_eq(owner, organisation))
        return fail_field(e, RC_INVALID, "address", "Its domain is not the organisation's.");
    if (authority_covers(c, domain)) return RC_OK;
    return fail_field(e, RC_INVALID, "domain",
                      "The authority's certificate does not name this domain yet; renew it.");
}

/* A usable certificate that is primary: for all uses that are wanted, and it can still be used. */
static rc_t has_usable(const json_t *rows, unsigned want, int64_t now, bool *out, struct err *e)
{
    const char *id;
    json_t *row;
    unsigned has = USE_NONE;
    json_object_foreach((json_t *) rows, id, row)
    {
        CLEANUP_JSON json_t *view = NULL;
        unsigned primary = certificate_use_of(row, "primary");
        if (primary == USE_NONE) continue;
        TRY(certificate_view(str_c(id), row, now, &view, e));
        if (str_eq(record_text(view, "status"), STR("valid"))) has |= primary;
    }
    *out = (has & want) == want;
    return RC_OK;
}

bool issuing_is_renewable(const json_t *row)
{
    return str_eq(record_text(row, "source"), STR("issued")) && !record_text(row, "revoked_at").n &&
           certificate_use_of(row, "primary") != USE_NONE;
}

/* What of the address's is renewed: issued here, primary, not revoked. */
static rc_t find_old(struct edit *t, struct item *w, const json_t *rows, struct err *e)
{
    const char *id;
    json_t *row;
    w->old[0] = '\0';
    json_object_foreach((json_t *) rows, id, row)
    {
        if (!issuing_is_renewable(row) || (w->due.n && !str_ends(str_c(id), w->due))) continue;
        if (!str_eq(record_text(row, "custody"), STR("agent")))
            return fail_field(e, RC_INVALID, "custody",
                              "Its key is in its owner's hands, who has to ask anew.");
        snprintf(w->old, sizeof w->old, "%s", id);
        w->use = certificate_use_of(row, "usage");
        return RC_OK;
    }
    (void) t;
    return fail_field(e, RC_NOT_FOUND, "certificate",
                      "It has no certificate of the organisation's authority in use.");
}

/* --- one certificate -------------------------------------------------------------------------- */

/* Looks before a key is made in vain, and again with what is to be written. */
static rc_t judge(struct edit *t, struct item *w, const struct authority *u, json_t **rows,
                  struct err *e)
{
    bool usable = false;
    w->unchanged = false;
    TRY(judge_account(t, w->o->organisation, w->address, e));
    TRY(judge_domain(t, w->o->organisation, w->address, u->cert, e));
    TRY(certificate_held(t, w->o->organisation, w->address, rows, e));
    if (w->renew) return RC_OK;
    if (!w->o->again) TRY(has_usable(*rows, w->use, t->by->now, &usable, e));
    w->unchanged = usable;
    return RC_OK;
}

static rc_t make_key(struct item *w, str_t algorithm, struct err *e)
{
    str_t spki;
    if (str_is_null(w->o->request))
        return agent_generate(w->agent, AGENT_MAILBOX, w->o->organisation, w->address, algorithm,
                              w->a, &w->key, e);
    rc_t rc = request_check(w->o->request, e);
    if (rc == RC_OK) rc = request_public_key(w->o->request, w->a, &spki, e);
    if (rc != RC_OK && e && !e->field[0]) err_field(e, "request");
    if (rc == RC_OK) w->key = (struct agent_imported){.public_key = spki};
    return rc;
}

static rc_t sign(struct edit *t, struct item *w, const struct authority *u, struct err *e)
{
    str_t tbs, der;
    int64_t until = t->by->now + (int64_t) ISSUING_DAYS * SECONDS_A_DAY;
    int64_t from = t->by->now - BACKDATED;
    const struct issue_mailbox in = {.authority = u->cert,
                                     .public_key = w->key.public_key,
                                     .address = w->address,
                                     .use = w->use,
                                     .list_url = record_text(u->row, "list_url"),
                                     .from = from > u->not_before ? from : u->not_before,
                                     .until = until < u->not_after ? until : u->not_after};
    TRY(issue_mailbox(&in, w->a, &tbs, e));
    TRY(agent_issue(w->agent, &u->key, tbs, w->a, &der, e));
    w->issuers = b64_encode(w->a, cert_der(u->cert));
    w->signer = arena_str(w->a, cert_fingerprint(u->cert));
    return cert_parse(der, &w->cert, e);
}

/* Everything slow, outside the change: nothing is kept yet. */
static rc_t prepare_step(struct edit *t, void *arg, struct err *e)
{
    struct item *w = arg;
    CLEANUP_AUTHORITY struct authority u = {0};
    CLEANUP_JSON json_t *rows = NULL;
    TRY(authority_open(t, w->o->organisation, true, &u, e));
    TRY(judge(t, w, &u, &rows, e));
    if (w->renew) TRY(find_old(t, w, rows, e));
    if (w->unchanged || w->cert) return RC_OK;
    str_t algorithm = w->o->algorithm.n ? w->o->algorithm : record_text(u.row, "algorithm");
    TRY(make_key(w, algorithm, e));
    return sign(t, w, &u, e);
}

static rc_t put_issued(struct edit *t, const struct item *w, struct err *e)
{
    CLEANUP_JSON json_t *row = json_object(), *whole = NULL;
    struct cert_info info;
    char since[NAME_TIME_BYTES + 1], until[NAME_TIME_BYTES + 1];
    str_t serial;
    TRY(cert_describe(w->cert, t->a, &info, e));
    TRY(authority_serial(w->cert, t->a, &serial, e));
    name_write_time(t->by->now, since);
    name_write_time(info.not_after, until);
    json_put_str(row, "address", w->address);
    json_put_str(row, "fingerprint", cert_fingerprint(w->cert));
    json_put_str(row, "since", str_c(since));
    json_put_str(row, "until", str_c(until));
    TRY(record_read(RECORD_ISSUED, row, &whole, e));
    return edit_store(t, (struct record_at){RECORD_ISSUED, w->o->organisation, serial}, whole, e);
}

static rc_t keep_step(struct edit *t, void *arg, struct err *e)
{
    struct item *w = arg;
    CLEANUP_AUTHORITY struct authority u = {0};
    CLEANUP_JSON json_t *rows = NULL;
    unsigned primary = w->use;
    json_decref(w->view);
    w->view = NULL;
    TRY(authority_open(t, w->o->organisation, false, &u, e));
    if (!str_eq(w->signer, cert_fingerprint(u.cert)))
        return fail_field(e, RC_CONFLICT, "authority",
                          "The authority was renewed or replaced meanwhile. Please try again.");
    TRY(judge(t, w, &u, &rows, e));
    if (w->renew) { /* somebody else may have been faster */
        primary = certificate_use_of(json_object_get(rows, w->old), "primary");
        w->unchanged = primary == USE_NONE;
    }
    if (w->unchanged) return RC_OK;
    const struct certificate_made m = {.organisation = w->o->organisation,
                                       .address = w->address,
                                       .cert = w->cert,
                                       .issuers = w->issuers,
                                       .sealed = w->key.sealed.n ? b64_encode(t->a, w->key.sealed)
                                                                 : STR_NULL,
                                       .use = w->use,
                                       .automatic = !w->renew && !w->o->again,
                                       .primary = primary,
                                       .source = "issued"};
    TRY(certificate_put_made(t, &m, &w->view, e));
    if (!str_is_null(w->o->asked))
        TRY(asking_answer(t, w->o->organisation, w->address, w->o->asked, w->cert, w->issuers, e));
    return put_issued(t, w, e);
}

static rc_t issue_one(const struct registry *r, const struct actor *by, struct item *w,
                      struct err *e)
{
    w->a = arena_new_secret(WORK_BYTES);
    if (!w->a) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc = edit_run(r, by, prepare_step, w, e);
    if (rc == RC_OK && !w->unchanged) rc = edit_run(r, by, keep_step, w, e);
    cert_unref(w->cert);
    arena_free(w->a);
    return rc;
}

/* --- many ------------------------------------------------------------------------------------- */

/* A batch at work. */
struct run {
    const struct issuing_batch *b;
    json_t *rows;
    long long done, unchanged, failed, not_tried;
    rc_t stopped;
};

static json_t *new_row(str_t address, const char *result, bool ok)
{
    json_t *row = json_object();
    json_put_str(row, "address", address);
    json_put_bool(row, "ok", ok);
    json_put_str(row, "result", str_c(result));
    return row;
}

static bool is_gone(rc_t rc)
{
    return rc == RC_KEYD_DOWN || rc == RC_STATE_DOWN || rc == RC_NO_MEMORY;
}

static void put_refused(struct run *w, json_t *row, rc_t rc, const struct err *why)
{
    json_put_str(row, "code", str_c(err_word(rc)));
    json_put_str(row, "field", str_c(why->field));
    json_put_str(row, "message", str_c(why->message));
    if (is_gone(rc)) w->stopped = rc;
    w->failed++;
}

static void run_one(struct run *w, str_t address, str_t due)
{
    const struct issuing_batch *b = w->b;
    struct err why = {0};
    struct item it = {.o = b->o,
                      .agent = b->agent,
                      .address = address,
                      .due = due,
                      .use = b->use,
                      .renew = b->renew};
    json_t *row;
    if (w->stopped != RC_OK) {
        w->not_tried++;
        json_array_append_new(w->rows, new_row(address, "not_tried", false));
        return;
    }
    rc_t rc = issue_one(b->r, b->by, &it, &why);
    if (rc != RC_OK) {
        row = new_row(address, "refused", false);
        put_refused(w, row, rc, &why);
    } else if (it.unchanged) {
        row = new_row(address, "unchanged", true);
        w->unchanged++;
    } else {
        row = new_row(address, b->renew ? "renewed" : "issued", true);
        json_put_str(row, "fingerprint", record_text(it.view, "fingerprint"));
        w->done++;
    }
    json_decref(it.view);
    json_array_append_new(w->rows, row);
}

rc_t issuing_run(const struct issuing_batch *b, const json_t *list, json_t **report, struct err *e)
{
    size_t n = json_array_size(list);
    CLEANUP_ARENA struct arena *a = arena_new(16 << 20);
    struct run w = {.b = b};
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    if (n > ISSUING_MANY) return err_set(e, RC_TOO_LARGE, "Too many addresses at once.");
    w.rows = json_array();
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(list, i);
        if (json_is_object(v))
            run_one(&w, record_text(v, "address"), record_text(v, "fingerprint"));
        else
            run_one(&w, arena_lower(a, json_text(v)), STR_NULL);
    }
    json_t *out = json_object();
    json_object_set_new(out, "rows", w.rows);
    json_put_int(out, "done", w.done);
    json_put_int(out, "unchanged", w.unchanged);
    json_put_int(out, "failed", w.failed);
    json_put_int(out, "not_tried", w.not_tried);
    json_put_str(out, "stopped", w.stopped == RC_OK ? STR_NULL : str_c(err_word(w.stopped)));
    *report = out;
    return RC_OK;
}

/* Is there an authority, before every address is told that there is none? */
rc_t issuing_need_authority(const struct registry *r, str_t organisation, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    TRY(registry_get(r, (struct record_at){RECORD_AUTHORITY, STR_NULL, organisation}, &row, e));
    return row ? RC_OK : authority_none(e);
}

rc_t issuing_issue(const struct registry *r, const struct actor *by, const struct agent *agent,
                   const struct issuing_order *o, const json_t *addresses, json_t **report,
                   struct err *e)
{
    struct issuing_batch b = {.r = r, .by = by, .agent = agent, .o = o};
    CLEANUP_JSON json_t *all = NULL;
    TRY(authority_need_agent(agent, e));
    TRY(certificate_read_use(o->usage, "usage", USE_BOTH, &b.use, e));
    if (b.use == USE_NONE) return err_invalid(e, "usage", "It would be for nothing.");
    if (!str_is_null(o->request) && json_array_size(addresses) != 1)
        return err_invalid(e, "request", "A request is one address's.");
    TRY(issuing_need_authority(r, o->organisation, e));
    if (!addresses)
        TRY(issuing_lacking(r, o->organisation, o->usage, by->now, NULL, &all, NULL, e));
    return issuing_run(&b, addresses ? addresses : all, report, e);
}
