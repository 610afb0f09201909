#include "policy/plan.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy/licence.h"
#include "policy/name.h"

enum { SLOTS = 2048, ACCOUNT_MAX = 320, ROW_MAX = 64 << 10 };

/* Accounts become parts of fields in Redis: no blanks, no control characters. */
static bool is_account(str_t s)
{
    return s.n && s.n <= ACCOUNT_MAX && str_is_clean(s) && str_chr(s, ' ') < 0;
}

/* --- the process's cache ---------------------------------------------------------------- */

/* One answer. The slot is chosen by the account's hash; a newcomer takes the place of whoever is
 * there, so that memory is bounded and nothing needs to be swept. */
struct slot {
    char account[ACCOUNT_MAX + 1];
    char plan[NAME_ID_MAX + 1];
    char organisation[NAME_ID_MAX + 1]; /* "": none */
    enum plan_source said_by;
    struct features features;
    enum organisation_smime smime;
    enum organisation_directory directory;
    struct outbound outbound;
    bool suspended, renamed;
    int64_t from, until; /* the answer holds for this time only */
};

struct plan_store {
    const struct config *config;
    pthread_mutex_t lock;
    char version[32]; /* that all slots belong to */
    struct slot *slots[SLOTS];
};

rc_t plan_store_new(const struct config *c, struct plan_store **out, struct err *e)
{
    struct plan_store *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    s->config = c;
    pthread_mutex_init(&s->lock, NULL);
    *out = s;
    return RC_OK;
}

static void forget_all(struct plan_store *s)
{
    for (size_t i = 0; i < SLOTS; i++) {
        free(s->slots[i]);
        s->slots[i] = NULL;
    }
}

void plan_store_free(struct plan_store *s)
{
    if (!s) return;
    forget_all(s);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static size_t slot_of(str_t account)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < account.n; i++) {
        h = (h ^ (unsigned char) account.p[i]) * 1099511628211u;
    }
    return (size_t) (h % SLOTS);
}

/* A copy of what is known for this version; another version empties the cache. */
static bool recall(struct plan_store *s, str_t version, str_t account, int64_t now,
                   struct slot *out)
{
    pthread_mutex_lock(&s->lock);
    if (!str_eq(str_c(s->version), version)) {
        forget_all(s);
        snprintf(s->version, sizeof s->version, "%.*s", STR_ARG(version));
    }
    const struct slot *found = s->slots[slot_of(account)];
    bool hit =
        found && str_eq(str_c(found->account), account) && found->from <= now && now < found->until;
    if (hit) *out = *found;
    pthread_mutex_unlock(&s->lock);
    return hit;
}

/* Only when the version is still the one the answer was read after. */
static void remember(struct plan_store *s, str_t version, const struct slot *answer)
{
    struct slot *copy = malloc(sizeof *copy);
    if (!copy) return; /* asked again next time */
    *copy = *answer;
    pthread_mutex_lock(&s->lock);
    if (str_eq(str_c(s->version), version)) {
        struct slot **place = &s->slots[slot_of(str_c(answer->account))];
        free(*place);
        *place = copy;
        copy = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    free(copy);
}

/* --- asking Redis ------------------------------------------------------------------------ */

str_t plan_version_key(struct arena *a, str_t instance)
{
    return arena_printf(a, "%.*s:ver", STR_ARG(instance));
}

/* Nothing set yet is version "0". */
static rc_t read_version(const struct plan_store *s, struct kv *kv, struct arena *a, str_t *out,
                         struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(kv, a, &v, e, STR("GET"), plan_version_key(a, s->config->instance)));
    if (v.type == KV_NIL) {
        *out = STR("0");
        return RC_OK;
    }
    if (v.type != KV_STR || !v.s.n || v.s.n >= sizeof s->version) {
        return err_set(e, RC_STATE_DOWN, NULL);
    }
    *out = v.s;
    return RC_OK;
}

/* All that one answer needs, at one moment and in one round trip. KEYS: domains, organisations,
 * customers, plans, schema, renamed. ARGV: domain, account, what keys of accounts begin with, the
 * configuration's plan. Answers [schema, domain, account, organisation, customer, renamed, then
 * name and record of each plan that may be the one]; what is not there is "". */
static const char LOOK_SCRIPT[] =
    "local function get(key, field) return redis.call('HGET', key, field) or '' end\n"
    "local function member(text, name)\n"
    "  local ok, row = pcall(cjson.decode, text)\n"
    "  local v = ok and type(row) == 'table' and row[name]\n"
    "  return type(v) == 'string' and v or nil\n"
    "end\n"
    "local domain = get(KEYS[1], ARGV[1])\n"
    "local id = member(domain, 'organisation')\n"
    "local account = get(ARGV[3] .. (id or '-'), ARGV[2])\n"
    "local organisation = id and get(KEYS[2], id) or ''\n"
    "local customer = member(organisation, 'customer')\n"
    "customer = customer and get(KEYS[3], customer) or ''\n"
    "local out = {redis.call('GET', KEYS[5]) or '', domain, account, organisation, customer,\n"
    "  get(KEYS[6], ARGV[2])}\n"
    "local function add(plan)\n"
    "  if plan then out[#out + 1] = plan; out[#out + 1] = get(KEYS[4], plan) end\n"
    "end\n"
    "add(member(account, 'plan')); add(member(domain, 'plan'))\n"
    "add(member(customer, 'plan')); add(ARGV[4])\n"
    "return out\n";

/* What was found; records NULL where there is none. */
struct found {
    json_t *domain, *account, *organisation, *customer;
    const struct kv_value *plans; /* name, record, … */
    size_t plan_count;
    bool renamed; /* there was an account, which has another address now */
    bool damaged;
};

static void forget_found(struct found *f)
{
    json_decref(f->domain);
    json_decref(f->account);
    json_decref(f->organisation);
    json_decref(f->customer);
}
#define CLEANUP_FOUND __attribute__((cleanup(forget_found)))

static rc_t look(const struct plan_store *s, struct kv *kv, str_t account, struct arena *a,
                 struct kv_value *out, struct err *e)
{
    const struct config_domain *d = config_domain_of(s->config, account);
    str_t instance = s->config->instance, domain = name_domain_of(account);
    const str_t keys[] = {record_key(a, instance, RECORD_DOMAIN, STR_NULL),
                          record_key(a, instance, RECORD_ORGANISATION, STR_NULL),
                          record_key(a, instance, RECORD_CUSTOMER, STR_NULL),
                          record_key(a, instance, RECORD_PLAN, STR_NULL),
                          arena_printf(a, "%.*s:o:schema", STR_ARG(instance)),
                          record_key(a, instance, RECORD_RENAMED, STR_NULL)};
    const str_t args[] = {domain.n ? domain : STR("-"), account,
                          arena_printf(a, "%.*s:o:accounts:", STR_ARG(instance)),
                          d && d->plan.n ? d->plan : STR("")};
    TRY(kv_eval_ro(kv, a, out, e, str_c(LOOK_SCRIPT), keys, 6, args, 4));
    if (out->type != KV_ARRAY || out->count < 6 || out->count % 2 != 0)
        return err_set(e, RC_STATE_DOWN, NULL);
    str_t schema = out->items[0].s;
    if (!schema.n || str_eq(schema, STR(REGISTRY_SCHEMA))) return RC_OK;
    return err_set(e, RC_UNSUPPORTED, "The registry was written by a newer release.");
}

static json_t *parse(struct found *f, enum record_kind kind, str_t text)
{
    json_t *row = NULL;
    bool bad = text.n > ROW_MAX || (text.n && record_parse(kind, text, &row, NULL) != RC_OK);
    f->damaged = f->damaged || bad;
    return row;
}

static void read_found(const struct kv_value *v, struct found *f)
{
    f->domain = parse(f, RECORD_DOMAIN, v->items[1].s);
    f->account = parse(f, RECORD_ACCOUNT, v->items[2].s);
    f->organisation = parse(f, RECORD_ORGANISATION, v->items[3].s);
    f->customer = parse(f, RECORD_CUSTOMER, v->items[4].s);
    f->renamed = !f->account && !f->damaged && v->items[5].s.n > 0;
    f->plans = v->items + 6;
    f->plan_count = (v->count - 6) / 2;
}

/* What the registry says of a plan stands over what the configuration says. A plan that nobody
 * knows has no features. */
static void read_features(const struct plan_store *s, struct found *f, str_t plan,
                          struct features *out)
{
    CLEANUP_JSON json_t *row = NULL;
    for (size_t i = 0; i < s->config->plan_count; i++)
        if (str_eq(s->config->plans[i].name, plan)) out->smime = s->config->plans[i].smime;
    for (size_t i = 0; !row && i < f->plan_count; i++)
        if (str_eq(f->plans[2 * i].s, plan)) row = parse(f, RECORD_PLAN, f->plans[2 * i + 1].s);
    const json_t *smime = json_object_get(row, "smime");
    if (json_is_boolean(smime)) out->smime = json_is_true(smime);
}

/* An answer that a period took part in holds until that period's next end. */
static void bound(const struct found *f, int64_t now, struct slot *out)
{
    int64_t t;
    static const char *const ends[] = {"valid_from", "valid_until"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (!name_read_time(record_text(f->customer, ends[i]), &t)) continue;
        if (t > now && t < out->until) out->until = t;
        if (t <= now && t > out->from) out->from = t;
    }
}

static str_t choose(const struct plan_store *s, const struct found *f, str_t account, int64_t now,
                    enum plan_source *by)
{
    const struct config_domain *d = config_domain_of(s->config, account);
    str_t own = record_text(f->account, "plan"), domain = record_text(f->domain, "plan");
    str_t customer = record_text(f->customer, "plan");
    bool holds = customer.n && licence_period_holds(f->customer, now);
    *by = own.n      ? PLAN_OF_ACCOUNT
          : domain.n ? PLAN_OF_DOMAIN
          : holds    ? PLAN_OF_CUSTOMER
                     : PLAN_OF_CONFIGURATION;
    return own.n ? own : domain.n ? domain : holds ? customer : d ? d->plan : STR_NULL;
}

static void judge_organisation(const struct found *f, int64_t now, struct slot *out)
{
    str_t id = record_text(f->domain, "organisation");
    if (!id.n || !f->organisation) return;
    snprintf(out->organisation, sizeof out->organisation, "%.*s", STR_ARG(id));
    str_t directory = record_text(f->organisation, "directory");
    out->directory = str_eq(directory, STR("names"))          ? DIRECTORY_NAMES
                     : str_eq(directory, STR("certificates")) ? DIRECTORY_CERTIFICATES
                                                              : DIRECTORY_OFF;
    /* who switched the feature off is asked for nothing when the plan ends, too */
    out->smime = !str_eq(record_text(f->organisation, "smime"), STR("enabled"))
                     ? ORGANISATION_DISABLED
                 : licence_period_holds(f->customer, now) ? ORGANISATION_ENABLED
                                                          : ORGANISATION_LAPSED;
}

/* The one place where limits are made to count: nobody's own is above the ceiling, whoever wrote
 * it and when. */
static struct outbound limits_of(const struct plan_store *s, const struct found *f)
{
    struct outbound own = outbound_said(f->account);
    if (!record_text(f->domain, "organisation").n) return own;
    return outbound_within(own, outbound_ceiling(s->config, f->organisation, f->customer));
}

static rc_t load(const struct plan_store *s, struct kv *kv, str_t account, int64_t now,
                 struct arena *a, struct slot *out, struct err *e)
{
    struct kv_value v;
    CLEANUP_FOUND struct found f = {0};
    struct slot answer = {.from = INT64_MIN, .until = INT64_MAX};
    TRY(look(s, kv, account, a, &v, e));
    read_found(&v, &f);
    str_t plan = choose(s, &f, account, now, &answer.said_by);
    judge_organisation(&f, now, &answer);
    bound(&f, now, &answer);
    answer.suspended = str_eq(record_text(f.account, "state"), STR("suspended"));
    answer.renamed = f.renamed;
    answer.outbound = limits_of(s, &f);
    if (name_is_plan(plan)) {
        snprintf(answer.plan, sizeof answer.plan, "%.*s", STR_ARG(plan));
        read_features(s, &f, plan, &answer.features);
    }
    /* A record that cannot be read may be the one that takes something away. */
    if (f.damaged) answer.plan[0] = '\0';
    bool shut = f.damaged || answer.suspended || answer.renamed;
    if (shut) answer.features = (struct features){0};
    if (shut) answer.directory = DIRECTORY_OFF;
    snprintf(answer.account, sizeof answer.account, "%.*s", STR_ARG(account));
    *out = answer;
    return RC_OK;
}

rc_t plan_of(struct plan_store *s, struct kv *kv, str_t account, int64_t now, struct arena *a,
             struct entitlement *out, struct err *e)
{
    str_t version;
    struct slot answer;
    if (!is_account(account)) return err_set(e, RC_INVALID, "That is not an account.");
    TRY(read_version(s, kv, a, &version, e));
    if (!recall(s, version, account, now, &answer)) {
        /* The values are read after the version: they may be newer than it, never older. */
        TRY(load(s, kv, account, now, a, &answer, e));
        remember(s, version, &answer);
    }
    str_t plan = arena_str(a, str_c(answer.plan));
    str_t organisation = arena_str(a, str_c(answer.organisation));
    if (str_is_null(plan) || str_is_null(organisation)) return err_set(e, RC_NO_MEMORY, NULL);
    *out = (struct entitlement){.plan = plan,
                                .said_by = answer.said_by,
                                .features = answer.features,
                                .organisation = organisation.n ? organisation : STR_NULL,
                                .smime = answer.smime,
                                .directory = answer.directory,
                                .outbound = answer.outbound,
                                .suspended = answer.suspended,
                                .renamed = answer.renamed,
                                .version = version};
    return RC_OK;
}
