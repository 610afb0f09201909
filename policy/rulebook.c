#include "policy/rulebook.h"

#include <pthread.h>
#include <stdlib.h>

#include "policy/caseless.h"
#include "policy/certificate.h"
#include "policy/licence.h"
#include "policy/plan.h"
#include "policy/roots.h"
#include "policy/rules_json.h"
#include "policy/rules_store.h"

enum { ORGANISATION_BYTES = 64, VERSION_BYTES = 32, TRIES = 8, WORK_BYTES = 32 << 20 };

/* A compiled organisation. */
struct page {
    char organisation[ORGANISATION_BYTES + 1], version[VERSION_BYTES + 1];
    struct ruleset *rules; /* NULL: free */
    uint64_t used;
};
struct rulebook {
    const struct config *config;
    struct roots *roots;  /* NULL: none */
    pthread_mutex_t lock; /* of all below; never held while Redis is asked */
    struct page pages[RULEBOOK_ORGANISATIONS_MAX];
    uint64_t clock;
};

rc_t rulebook_new(const struct config *c, struct rulebook **out, struct err *e)
{
    struct rulebook *b = calloc(1, sizeof *b);
    if (!b) return err_set(e, RC_NO_MEMORY, NULL);
    b->config = c;
    pthread_mutex_init(&b->lock, NULL);
    *out = b;
    return RC_OK;
}

void rulebook_set_roots(struct rulebook *b, struct roots *roots)
{
    b->roots = roots;
}

void rulebook_free(struct rulebook *b)
{
    if (!b) return;
    for (size_t i = 0; i < RULEBOOK_ORGANISATIONS_MAX; i++)
        ruleset_unref(b->pages[i].rules);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/* --- compiled rule sets ------------------------------------------------------------------------
 */

static rc_t get_text(struct kv *kv, struct arena *a, str_t key, str_t *out, struct err *e)
{
    struct kv_value v;
    if (!key.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(kv, a, &v, e, STR("GET"), key));
    *out = v.type == KV_STR ? v.s : STR("0");
    return RC_OK;
}

static rc_t version_of(const struct rulebook *b, struct kv *kv, struct arena *a, str_t organisation,
                       str_t *out, struct err *e)
{
    return get_text(
        kv, a,
        arena_printf(a, "%.*s:o:ver:%.*s", STR_ARG(b->config->instance), STR_ARG(organisation)),
        out, e);
}

static struct ruleset *find(struct rulebook *b, str_t organisation, str_t version)
{
    struct ruleset *found = NULL;
    pthread_mutex_lock(&b->lock);
    for (size_t i = 0; i < RULEBOOK_ORGANISATIONS_MAX && !found; i++) {
        struct page *p = &b->pages[i];
        if (!p->rules || !str_eq(str_c(p->organisation), organisation) ||
            !str_eq(str_c(p->version), version))
            continue;
        p->used = ++b->clock;
        found = ruleset_ref(p->rules);
    }
    pthread_mutex_unlock(&b->lock);
    return found;
}

/* In the place of an older one of this organisation, else of the one unused longest. */
static void keep(struct rulebook *b, str_t organisation, str_t version, const struct ruleset *r)
{
    if (organisation.n > ORGANISATION_BYTES || version.n > VERSION_BYTES) return;
    pthread_mutex_lock(&b->lock);
    struct page *to = &b->pages[0];
    for (size_t i = 0; i < RULEBOOK_ORGANISATIONS_MAX; i++) {
        struct page *p = &b->pages[i];
        bool same = p->rules && str_eq(str_c(p->organisation), organisation);
        if (same || p->used < to->used) to = p;
        if (same) break;
    }
    ruleset_unref(to->rules);
    *to = (struct page){.rules = ruleset_ref(r), .used = ++b->clock};
    memcpy(to->organisation, organisation.p, organisation.n);
    memcpy(to->version, version.p, version.n);
    pthread_mutex_unlock(&b->lock);
}

static rc_t add_domains(const struct registry *r, str_t organisation, struct rule_document *d,
                        struct err *e)
{
    CLEANUP_JSON json_t *domains = NULL;
    const char *name;
    json_t *row;
    TRY(registry_list(r, RECORD_DOMAIN, STR_NULL, &domains, e));
    json_object_foreach(domains, name,
                        row) if (str_eq(record_text(row, "organisation"), organisation))
        TRY(rules_json_domain(d, str_c(name), NULL, e));
    return RC_OK;
}

static rc_t compile(const struct registry *r, str_t organisation, const json_t *document,
                    struct ruleset **out, struct err *e)
{
    CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
    json_int_t version = json_integer_value(json_object_get(document, "version"));
    TRY(rules_json_document(document, organisation, NULL, &d, e));
    TRY(add_domains(r, organisation, d, e));
    return ruleset_compile(&d, (uint64_t) version, out, e);
}

rc_t rulebook_draft(struct rulebook *b, struct kv *kv, str_t organisation, const json_t *document,
                    struct ruleset **out, struct err *e)
{
    const struct registry r = {kv, b->config};
    CLEANUP_JSON json_t *row = NULL;
    TRY(registry_get(&r, (struct record_at){RECORD_ORGANISATION, STR_NULL, organisation}, &row, e));
    if (!row) return err_set(e, RC_NOT_FOUND, "There is no such organisation.");
    return compile(&r, organisation, document, out, e);
}

/* The version is asked before and after, so that what is compiled is what it says. */
static rc_t get_compiled(struct rulebook *b, struct kv *kv, struct arena *a, str_t organisation,
                         struct ruleset **out, struct err *e)
{
    const struct registry r = {kv, b->config};
    str_t version = STR_NULL, after = STR_NULL;
    TRY(version_of(b, kv, a, organisation, &version, e));
    for (int i = 0; i < TRIES; i++) {
        CLEANUP_JSON json_t *document = NULL;
        CLEANUP_RULESET struct ruleset *rules = find(b, organisation, version);
        if (rules) {
            *out = ruleset_ref(rules);
            return RC_OK;
        }
        struct err why;
        TRY(rules_store_get(&r, organisation, &document, e));
        if (compile(&r, organisation, document, &rules, &why) != RC_OK) {
            err_set(e, why.code == RC_NO_MEMORY ? RC_NO_MEMORY : RC_DAMAGED,
                    "The stored rules cannot be read.");
            err_detail(e, "%.*s: %s", STR_ARG(organisation), why.message);
            return why.code == RC_NO_MEMORY ? RC_NO_MEMORY : RC_DAMAGED;
        }
        TRY(version_of(b, kv, a, organisation, &after, e));
        if (str_eq(version, after)) {
            keep(b, organisation, version, rules);
            *out = ruleset_ref(rules);
            return RC_OK;
        }
        version = after;
    }
    return err_set(e, RC_BUSY, NULL);
}

rc_t rulebook_get(struct rulebook *b, struct kv *kv, str_t organisation, struct ruleset **out,
                  struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    return get_compiled(b, kv, a, organisation, out, e);
}

/* --- a message ---------------------------------------------------------------------------------
 */

/* An address of the message, and whose it is. */
struct party {
    str_t address, domain;
    ptrdiff_t org; /* -1: nobody's */
};
struct gather {
    struct rulebook *b;
    struct registry r;
    struct arena *a;
    int64_t now;
    const struct cert_checks *checks; /* NULL: revocation is not asked */
    bool sending; /* nobody but the sender's organisation: the first party is From */
    struct party *parties;
    size_t count;
    str_t *customers; /* of each organisation */
    str_t version;    /* of the instance */
    struct rulebook_case c;
};

static rc_t take_address(struct gather *g, str_t address, struct err *e)
{
    struct party p = {.address = caseless_lower(g->a, address), .org = -1};
    if (!p.address.p) return err_set(e, RC_NO_MEMORY, NULL);
    p.domain = ruleset_domain_of(p.address);
    g->parties[g->count++] = p;
    return RC_OK;
}

static rc_t take_parties(struct gather *g, const struct policy_message *m, struct err *e)
{
    size_t n = m->to_count[0] + m->to_count[1] + m->to_count[2];
    if (n > POLICY_RECIPIENTS_MAX)
        return err_set(e, RC_TOO_LARGE, "The message has too many recipients.");
    g->parties = ARENA_ARRAY(g->a, n + 1, struct party);
    g->c.orgs = ARENA_ARRAY(g->a, n + 1, struct policy_organisation);
    g->c.held = ARENA_ARRAY(g->a, n + 1, struct ruleset *);
    g->c.versions = ARENA_ARRAY(g->a, n + 1, int64_t);
    g->customers = ARENA_ARRAY(g->a, n + 1, str_t);
    if (!g->parties || !g->c.orgs || !g->c.held || !g->c.versions || !g->customers)
        return err_set(e, RC_NO_MEMORY, NULL);
    if (m->authenticated) TRY(take_address(g, m->from, e));
    for (int role = 0; role < 3; role++)
        for (size_t i = 0; i < m->to_count[role]; i++)
            TRY(take_address(g, m->to[role][i], e));
    return RC_OK;
}

/* What the feature flag says comes first: nothing is evaluated for who does not want it. */
static rc_t smime_of(struct gather *g, const json_t *organisation, str_t customer,
                     enum policy_smime *out, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    *out = SMIME_DISABLED;
    if (!str_eq(record_text(organisation, "smime"), STR("enabled"))) return RC_OK;
    TRY(registry_get(&g->r, (struct record_at){RECORD_CUSTOMER, STR_NULL, customer}, &row, e));
    *out = row && licence_period_holds(row, g->now) ? SMIME_ENABLED : SMIME_LAPSED;
    return RC_OK;
}

static rc_t add_organisation(struct gather *g, str_t id, ptrdiff_t *out, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    struct policy_organisation *o = &g->c.orgs[g->c.in.org_count];
    size_t at = g->c.in.org_count;
    TRY(registry_get(&g->r, (struct record_at){RECORD_ORGANISATION, STR_NULL, id}, &row, e));
    if (!row) { /* its domain would say otherwise if that were not half read: asked again */
        *out = -1;
        return RC_OK;
    }
    g->customers[at] = arena_str(g->a, record_text(row, "customer"));
    if (!g->customers[at].p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(smime_of(g, row, g->customers[at], &o->smime, e));
    TRY(get_compiled(g->b, g->r.kv, g->a, id, &g->c.held[at], e));
    g->c.in.org_count++; /* from here on held[at] is given back */
    o->id = id;
    o->rules = g->c.held[at];
    g->c.versions[at] = (int64_t) ruleset_version(o->rules);
    *out = (ptrdiff_t) at;
    return RC_OK;
}

static rc_t find_owner(struct gather *g, size_t i, struct err *e)
{
    struct party *p = &g->parties[i];
    str_t id = STR_NULL;
    if (g->sending && i > 0) {
        ptrdiff_t own = g->parties[0].org;
        if (own >= 0 && ruleset_manages(g->c.orgs[own].rules, p->domain)) p->org = own;
        return RC_OK;
    }
    for (size_t k = 0; k < i; k++) {
        if (!str_eq(g->parties[k].domain, p->domain)) continue;
        p->org = g->parties[k].org;
        return RC_OK;
    }
    if (p->domain.n == 0) return RC_OK;
    TRY(registry_organisation_of(&g->r, g->a, p->domain, &id, e));
    if (!id.p) return RC_OK;
    for (size_t k = 0; k < g->c.in.org_count; k++)
        if (str_eq(g->c.orgs[k].id, id)) p->org = (ptrdiff_t) k;
    return p->org >= 0 ? RC_OK : add_organisation(g, id, &p->org, e);
}

/* NULL account: not registered. */
static rc_t look_up(struct gather *g, const struct party *p, struct policy_account *out,
                    bool *registered, struct err *e)
{
    CLEANUP_JSON json_t *account = NULL, *licence = NULL;
    const struct policy_organisation *o = &g->c.orgs[p->org];
    *registered = false;
    TRY(registry_get(&g->r, (struct record_at){RECORD_ACCOUNT, o->id, p->address}, &account, e));
    if (!account) return RC_OK;
    TRY(registry_get(&g->r, (struct record_at){RECORD_LICENCE, g->customers[p->org], p->address},
                     &licence, e));
    enum licence_state s = licence_state_at(licence, g->now);
    *registered = true;
    *out = (struct policy_account){.address = p->address,
                                   .licence = s == LICENCE_ACTIVE           ? SEAT_ACTIVE
                                              : s == LICENCE_REVOKE_PENDING ? SEAT_REVOKE_PENDING
                                                                            : SEAT_INACTIVE};
    return RC_OK;
}

static rc_t take_accounts(struct gather *g, struct err *e)
{
    for (size_t o = 0; o < g->c.in.org_count; o++) {
        struct policy_account *list = ARENA_ARRAY(g->a, g->count + 1, struct policy_account);
        size_t n = 0;
        if (!list) return err_set(e, RC_NO_MEMORY, NULL);
        for (size_t i = 0; i < g->count; i++) {
            bool registered;
            if (g->parties[i].org != (ptrdiff_t) o) continue;
            TRY(look_up(g, &g->parties[i], &list[n], &registered, e));
            n += registered;
        }
        g->c.orgs[o].accounts = list;
        g->c.orgs[o].account_count = n;
    }
    return RC_OK;
}

/* Each organisation is told what it registered itself, also of people elsewhere. */
static rc_t take_certificates(struct gather *g, const struct policy_message *m, struct err *e)
{
    str_t *addresses = ARENA_ARRAY(g->a, g->count + 1, str_t);
    size_t n = 0;
    if (!addresses) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < g->count; i++)
        addresses[n++] = g->parties[i].address;
    if (!m->authenticated && m->from.n) { /* no party, but his signature may be known */
        addresses[n] = caseless_lower(g->a, m->from);
        if (!addresses[n++].p) return err_set(e, RC_NO_MEMORY, NULL);
    }
    for (size_t o = 0; o < g->c.in.org_count; o++) {
        struct policy_organisation *org = &g->c.orgs[o];
        struct policy_cert *certs = NULL;
        struct roots_set *set = NULL;
        if (g->b->roots) TRY(roots_of(g->b->roots, g->r.kv, org->id, g->version, &set, e));
        const struct certificate_view_by by = {g->b->roots ? roots_trust(g->b->roots, set) : NULL,
                                               g->checks, g->now};
        rc_t rc =
            certificate_facts(&g->r, org->id, addresses, n, &by, g->a, &certs, &org->cert_count, e);
        roots_unref(set);
        TRY(rc);
        org->certs = certs;
    }
    return RC_OK;
}

static rc_t gather(struct gather *g, const struct policy_message *m, struct err *e)
{
    g->count = 0;
    g->c.in = (struct policy_input){.message = m};
    TRY(take_parties(g, m, e));
    for (size_t i = 0; i < g->count; i++)
        TRY(find_owner(g, i, e));
    g->c.in.orgs = g->c.orgs;
    TRY(take_accounts(g, e));
    return take_certificates(g, m, e);
}

static rc_t open_case(struct gather g, const struct policy_message *m, struct rulebook_case *out,
                      struct err *e)
{
    struct kv *kv = g.r.kv;
    struct arena *a = g.a;
    for (int i = 0; i < TRIES; i++) {
        str_t before, after;
        str_t key = plan_version_key(a, g.b->config->instance);
        TRY(get_text(kv, a, key, &before, e));
        g.version = before;
        rc_t rc = gather(&g, m, e);
        if (rc == RC_OK) rc = get_text(kv, a, key, &after, e);
        if (rc == RC_OK && str_eq(before, after)) { /* all of one moment */
            *out = g.c;
            return RC_OK;
        }
        rulebook_close(&g.c);
        if (rc != RC_OK) return rc;
    }
    return err_set(e, RC_BUSY, NULL);
}

rc_t rulebook_open(struct rulebook *b, struct kv *kv, const struct policy_message *m, int64_t now,
                   const struct cert_checks *checks, struct arena *a, struct rulebook_case *out,
                   struct err *e)
{
    const struct gather g = {.b = b, .r = {kv, b->config}, .a = a, .now = now, .checks = checks};
    return open_case(g, m, out, e);
}

rc_t rulebook_open_sending(struct rulebook *b, struct kv *kv, const struct policy_message *m,
                           int64_t now, const struct cert_checks *checks, struct arena *a,
                           struct rulebook_case *out, struct err *e)
{
    const struct gather g = {.b = b,
                             .r = {kv, b->config},
                             .a = a,
                             .now = now,
                             .checks = checks,
                             .sending = m->authenticated};
    return open_case(g, m, out, e);
}

void rulebook_close(struct rulebook_case *c)
{
    for (size_t i = 0; i < c->in.org_count; i++)
        ruleset_unref(c->held[i]);
    *c = (struct rulebook_case){.orgs = NULL};
}
