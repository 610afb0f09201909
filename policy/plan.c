#include "policy/plan.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLOTS = 2048, NAME_MAX_BYTES = 64, ACCOUNT_MAX = 320, KEY_MAX = 512 };

/* --- features -------------------------------------------------------------------------- */

static const struct {
    str_t name;
    size_t offset; /* of the bool in struct features */
} FEATURES[] = {{STR_INIT("smime"), offsetof(struct features, smime)}};

static bool *feature_of(struct features *f, str_t name)
{
    for (size_t i = 0; i < sizeof FEATURES / sizeof FEATURES[0]; i++) {
        if (str_eq(FEATURES[i].name, name)) return (bool *) ((char *) f + FEATURES[i].offset);
    }
    return NULL;
}

static bool is_plan_name(str_t s)
{
    if (!s.n || s.n > NAME_MAX_BYTES) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!letter) return false;
    }
    return true;
}

/* Accounts and domains become parts of key names: no blanks, no control characters. */
static bool is_key_part(str_t s)
{
    return s.n && s.n <= ACCOUNT_MAX && str_is_clean(s) && str_chr(s, ' ') < 0;
}

static str_t domain_of(str_t account)
{
    ptrdiff_t at = str_rchr(account, '@');
    return at < 0 ? STR_NULL : str_sub(account, (size_t) at + 1, account.n);
}

/* --- the process's cache ---------------------------------------------------------------- */

/* One answer. The slot is chosen by the account's hash; a newcomer takes the place of whoever is
 * there, so that memory is bounded and nothing needs to be swept. */
struct slot {
    char account[ACCOUNT_MAX + 1];
    char plan[NAME_MAX_BYTES + 1];
    struct features features;
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
static bool recall(struct plan_store *s, str_t version, str_t account, struct slot *out)
{
    pthread_mutex_lock(&s->lock);
    if (!str_eq(str_c(s->version), version)) {
        forget_all(s);
        snprintf(s->version, sizeof s->version, "%.*s", STR_ARG(version));
    }
    const struct slot *found = s->slots[slot_of(account)];
    bool hit = found && str_eq(str_c(found->account), account);
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

static str_t key(struct arena *a, str_t instance, const char *kind, str_t name)
{
    return arena_printf(a, "%.*s:%s:%.*s", STR_ARG(instance), kind, STR_ARG(name));
}

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

/* User override, else the domain's plan, else what the configuration says of the domain. */
static rc_t read_plan_name(const struct plan_store *s, struct kv *kv, str_t account,
                           struct arena *a, str_t *out, struct err *e)
{
    const struct config *c = s->config;
    const struct config_domain *d = config_domain_of(c, account);
    const str_t user[] = {STR("GET"), key(a, c->instance, "user", account)};
    const str_t domain[] = {STR("GET"), key(a, c->instance, "domain", domain_of(account))};
    const struct kv_call calls[] = {{user, 2}, {domain, 2}};
    struct kv_value v[2];
    TRY(kv_pipeline(kv, a, calls, 2, v, e));
    if (v[0].type == KV_STR) {
        *out = v[0].s;
    } else if (v[1].type == KV_STR) {
        *out = v[1].s;
    } else {
        *out = d ? d->plan : STR_NULL;
    }
    return RC_OK;
}

/* What Redis holds of a plan stands over what the configuration says, feature by feature. A plan
 * that nobody knows has no features. */
static rc_t read_features(const struct plan_store *s, struct kv *kv, str_t plan, struct arena *a,
                          struct features *out, struct err *e)
{
    struct features f = {0};
    struct kv_value v;
    for (size_t i = 0; i < s->config->plan_count; i++) {
        if (str_eq(s->config->plans[i].name, plan)) f.smime = s->config->plans[i].smime;
    }
    TRY(KV_CMD(kv, a, &v, e, STR("HGETALL"), key(a, s->config->instance, "plan", plan)));
    for (size_t i = 0; v.type == KV_ARRAY && i + 1 < v.count; i += 2) {
        bool *flag = v.items[i].type == KV_STR ? feature_of(&f, v.items[i].s) : NULL;
        if (flag) *flag = v.items[i + 1].type == KV_STR && str_eq(v.items[i + 1].s, STR("on"));
    }
    *out = f;
    return RC_OK;
}

static rc_t load(const struct plan_store *s, struct kv *kv, str_t account, struct arena *a,
                 struct slot *out, struct err *e)
{
    str_t plan = STR_NULL;
    struct slot answer = {0};
    TRY(read_plan_name(s, kv, account, a, &plan, e));
    if (is_plan_name(plan)) {
        TRY(read_features(s, kv, plan, a, &answer.features, e));
        snprintf(answer.plan, sizeof answer.plan, "%.*s", STR_ARG(plan));
    }
    snprintf(answer.account, sizeof answer.account, "%.*s", STR_ARG(account));
    *out = answer;
    return RC_OK;
}

rc_t plan_of(struct plan_store *s, struct kv *kv, str_t account, struct arena *a,
             struct entitlement *out, struct err *e)
{
    str_t version;
    struct slot answer;
    if (!is_key_part(account)) return err_set(e, RC_INVALID, "That is not an account.");
    TRY(read_version(s, kv, a, &version, e));
    if (!recall(s, version, account, &answer)) {
        /* The values are read after the version: they may be newer than it, never older. */
        TRY(load(s, kv, account, a, &answer, e));
        remember(s, version, &answer);
    }
    str_t plan = arena_str(a, str_c(answer.plan));
    if (str_is_null(plan)) return err_set(e, RC_NO_MEMORY, NULL);
    *out = (struct entitlement){.plan = plan, .features = answer.features};
    return RC_OK;
}

/* --- administration ---------------------------------------------------------------------- */

/* The change and the new version at once, or neither. */
static rc_t change(struct kv *kv, struct arena *a, str_t instance, const str_t *argv, size_t argc,
                   struct err *e)
{
    const str_t multi[] = {STR("MULTI")}, exec[] = {STR("EXEC")};
    const str_t bump[] = {STR("INCR"), plan_version_key(a, instance)};
    const struct kv_call calls[] = {{multi, 1}, {argv, argc}, {bump, 2}, {exec, 1}};
    struct kv_value v[4];
    if (argv[1].n > KEY_MAX) return err_set(e, RC_INVALID, "That name is too long.");
    TRY(kv_pipeline(kv, a, calls, 4, v, e));
    if (v[3].type != KV_ARRAY || v[3].count != 2) return err_set(e, RC_STATE_DOWN, NULL);
    return RC_OK;
}

rc_t plan_set_feature(struct kv *kv, struct arena *a, str_t instance, str_t plan, str_t feature,
                      bool on, struct err *e)
{
    struct features any;
    if (!is_plan_name(plan)) {
        err_set(e, RC_INVALID, "A plan's name has a-z, 0-9, - and _ only.");
        err_field(e, "plan");
        return RC_INVALID;
    }
    if (!feature_of(&any, feature)) {
        err_set(e, RC_INVALID, "There is no feature \"%.*s\".", STR_ARG(str_sub(feature, 0, 40)));
        err_field(e, "feature");
        return RC_INVALID;
    }
    const str_t argv[] = {STR("HSET"), key(a, instance, "plan", plan), feature,
                          on ? STR("on") : STR("off")};
    return change(kv, a, instance, argv, 4, e);
}

static rc_t set_plan_of(struct kv *kv, struct arena *a, str_t instance, const char *kind,
                        str_t name, str_t plan, struct err *e)
{
    if (!is_key_part(name)) {
        err_set(e, RC_INVALID, "That is not a name.");
        err_field(e, kind);
        return RC_INVALID;
    }
    if (!str_is_null(plan) && !is_plan_name(plan)) {
        err_set(e, RC_INVALID, "A plan's name has a-z, 0-9, - and _ only.");
        err_field(e, "plan");
        return RC_INVALID;
    }
    str_t at = key(a, instance, kind, arena_lower(a, name));
    const str_t set[] = {STR("SET"), at, plan}, remove[] = {STR("DEL"), at};
    return str_is_null(plan) ? change(kv, a, instance, remove, 2, e)
                             : change(kv, a, instance, set, 3, e);
}

rc_t plan_set_domain(struct kv *kv, struct arena *a, str_t instance, str_t domain, str_t plan,
                     struct err *e)
{
    return set_plan_of(kv, a, instance, "domain", domain, plan, e);
}

rc_t plan_set_user(struct kv *kv, struct arena *a, str_t instance, str_t account, str_t plan,
                   struct err *e)
{
    if (str_chr(account, '@') < 1) {
        err_set(e, RC_INVALID, "That is not an account: user@domain is.");
        err_field(e, "user");
        return RC_INVALID;
    }
    return set_plan_of(kv, a, instance, "user", account, plan, e);
}
