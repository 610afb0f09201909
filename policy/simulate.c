#include "policy/simulate.h"

#include "policy/certificate.h"
#include "policy/decision_json.h"
#include "policy/example.h"
#include "policy/licence.h"
#include "policy/rules_store.h"
#include "policy/warnings.h"

enum { WORK_BYTES = 256 << 20 };

static rc_t make_draft(const struct simulation *s, struct ruleset **out, struct err *e)
{
    *out = NULL;
    if (!s->draft) return RC_OK;
    struct err why = {0};
    rc_t rc = rules_store_check(s->draft, &why);
    if (rc == RC_OK) rc = rulebook_draft(s->book, s->r->kv, s->draft_of, s->draft, out, &why);
    if (rc == RC_OK) return RC_OK;
    err_set(e, rc, "%s", why.message);
    if (rc != RC_INVALID && rc != RC_TOO_LARGE) return rc;
    char field[sizeof why.field + 16];
    snprintf(field, sizeof field, "document%s%s", *why.field ? "." : "", why.field);
    err_field(e, field);
    return rc;
}

/* --- a message ---------------------------------------------------------------------------------
 */

/* Who may not see other organisations is not told of them, nor what they would do. */
static void keep_own(const struct simulation *s, struct rulebook_case *c)
{
    size_t kept = 0;
    for (size_t i = 0; s->organisation.p && i < c->in.org_count; i++)
        if (str_eq(c->orgs[i].id, s->organisation)) c->orgs[kept++] = c->orgs[i];
    if (s->organisation.p) c->in.org_count = kept;
}

static rc_t take_described(const json_t *request, struct example_reader *r, struct rulebook_case *c,
                           struct err *e)
{
    struct policy_organisation given = {.id = STR_NULL};
    bool certs = json_object_get(request, "certs"), accounts = json_object_get(request, "accounts");
    if (!certs && !accounts) return RC_OK;
    TRY(example_read_facts(request, NULL, r, &given, e));
    for (size_t i = 0; i < c->in.org_count; i++) {
        if (certs) c->orgs[i].certs = given.certs, c->orgs[i].cert_count = given.cert_count;
        if (accounts) {
            c->orgs[i].accounts = given.accounts;
            c->orgs[i].account_count = given.account_count;
        }
    }
    return RC_OK;
}

static json_t *versions_of(const struct rulebook_case *c, const struct ruleset *draft)
{
    json_t *all = json_object();
    for (size_t i = 0; i < c->in.org_count; i++) {
        const struct policy_organisation *o = &c->orgs[i];
        json_object_setn_new(
            all, o->id.p, o->id.n,
            o->rules == draft ? json_null() : json_integer((json_int_t) ruleset_version(o->rules)));
    }
    return all;
}

static rc_t decide(const struct simulation *s, const json_t *request, struct example_reader *r,
                   struct rulebook_case *c, const struct ruleset *draft, json_t **out,
                   struct err *e)
{
    struct decision d;
    struct effort left = EFFORT_OF_A_REQUEST;
    keep_own(s, c);
    for (size_t i = 0; draft && i < c->in.org_count; i++)
        if (str_eq(c->orgs[i].id, s->draft_of)) c->orgs[i].rules = draft;
    TRY(take_described(request, r, c, e));
    TRY(example_read_state(request, NULL, &c->in.state, e));
    TRY(effort_take_work(&left, &c->in, e));
    TRY(policy_evaluate(&c->in, r->a, &d, e));
    TRY(effort_take_answer(&left, &d, e));
    *out = decision_to_json(&d);
    return *out ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

rc_t simulate_decide(const struct simulation *s, const json_t *request, struct buf *notes,
                     json_t **out, json_t **versions, struct err *e)
{
    static const char *const KEYS[] = {"id",       "title", "message", "certs",
                                       "accounts", "state", NULL};
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    CLEANUP_RULESET struct ruleset *draft = NULL;
    const json_t *described;
    const struct place here = PLACE_KEY(NULL, "message");
    struct example_reader r = {.a = a, .notes = notes};
    struct policy_message m;
    struct rulebook_case c;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(place_known(request, KEYS, NULL, e));
    TRY(place_object(request, "message", true, NULL, &described, e));
    TRY(example_read_message(described, &here, &r, &m, e));
    TRY(make_draft(s, &draft, e));
    TRY(rulebook_open(s->book, s->r->kv, &m, s->now, NULL, a, &c, e));
    struct rulebook_case whole = c; /* what is to be closed */
    rc_t rc = decide(s, request, &r, &c, draft, out, e);
    if (rc == RC_OK && versions) *versions = versions_of(&c, draft);
    rulebook_close(&whole);
    return rc;
}

/* --- what is wrong -----------------------------------------------------------------------------
 */

static rc_t take_seats(const struct simulation *s, json_t *accounts, struct arena *a,
                       struct policy_organisation *o, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL, *licences = NULL;
    struct policy_account *list =
        ARENA_ARRAY(a, json_object_size(accounts) + 1, struct policy_account);
    const char *address;
    json_t *account;
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(registry_get(s->r, (struct record_at){RECORD_ORGANISATION, STR_NULL, s->organisation}, &row,
                     e));
    TRY(registry_list(s->r, RECORD_LICENCE, record_text(row, "customer"), &licences, e));
    json_object_foreach(accounts, address, account)
    {
        enum licence_state state = licence_state_at(json_object_get(licences, address), s->now);
        list[o->account_count++] = (struct policy_account){
            .address = arena_str(a, str_c(address)),
            .licence = state == LICENCE_ACTIVE           ? SEAT_ACTIVE
                       : state == LICENCE_REVOKE_PENDING ? SEAT_REVOKE_PENDING
                                                         : SEAT_INACTIVE};
        if (!list[o->account_count - 1].address.p) return err_set(e, RC_NO_MEMORY, NULL);
    }
    o->accounts = list;
    return RC_OK;
}

static rc_t take_accounts(const struct simulation *s, struct arena *a,
                          struct policy_organisation *o, struct err *e)
{
    CLEANUP_JSON json_t *accounts = NULL;
    struct policy_cert *certs = NULL;
    TRY(registry_list(s->r, RECORD_ACCOUNT, s->organisation, &accounts, e));
    TRY(take_seats(s, accounts, a, o, e));
    str_t *addresses = ARENA_ARRAY(a, o->account_count + 1, str_t);
    if (!addresses) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < o->account_count; i++)
        addresses[i] = o->accounts[i].address;
    const struct certificate_view_by by = {.now = s->now};
    TRY(certificate_facts(s->r, s->organisation, addresses, o->account_count, &by, a, &certs,
                          &o->cert_count, e));
    o->certs = certs;
    return RC_OK;
}

rc_t simulate_check(const struct simulation *s, json_t **out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    CLEANUP_RULESET struct ruleset *rules = NULL;
    struct policy_organisation o = {.id = s->organisation, .smime = SMIME_ENABLED};
    struct rule_warnings w;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    if (s->draft)
        TRY(make_draft(s, &rules, e));
    else
        TRY(rulebook_get(s->book, s->r->kv, s->organisation, &rules, e));
    o.rules = rules;
    TRY(take_accounts(s, a, &o, e));
    TRY(rule_warnings_find(&o, a, &w, e));
    json_t *list = rule_warnings_json(&w, rules), *answer = json_object();
    if (!list || !answer) return err_set(e, RC_NO_MEMORY, NULL);
    json_put_bool(answer, "complete", w.complete);
    json_object_set_new(answer, "warnings", list);
    *out = answer;
    return RC_OK;
}
