/* Plans and feature flags: user override, else the domain's plan, else the configured
 * default. Kept in Redis, cached per process, compared by version on each request, so
 * that a change has effect at the next request everywhere.
 */
#ifndef WAXSEAL_POLICY_PLAN_H
#define WAXSEAL_POLICY_PLAN_H

#include "base/config.h"
#include "base/kv.h"

struct features {
    bool smime;
};
struct entitlement {
    str_t plan; /* "enterprise"; in the caller's arena */
    struct features features;
};

struct plan_store; /* the process's cache; thread-safe */
rc_t plan_store_new(const struct config *c, struct plan_store **out, struct err *e) WX_MUST_USE;
void plan_store_free(struct plan_store *s);

/* Where the version is kept; every plan_lookup GETs it first. */
str_t plan_version_key(struct arena *a, str_t instance);
/* Asks Redis for the version and reloads when it differs. RC_STATE_DOWN: no answer is given from
 * old knowledge. account: the user's address, lower case. A stored plan that is not a plan's name
 * gives plan "" and a plan that nobody describes keeps its name; both have no features. */
rc_t plan_of(struct plan_store *s, struct kv *kv, str_t account, struct arena *a,
             struct entitlement *out, struct err *e) WX_MUST_USE;

/* Administration (waxsealctl plan|domain|user set); each bumps the version in one transaction.
 * A plan's name has a-z, 0-9, - and _, at most 64. RC_INVALID with err.field otherwise. */
rc_t plan_set_feature(struct kv *kv, struct arena *a, str_t instance, str_t plan, str_t feature,
                      bool on, struct err *e) WX_MUST_USE;
/* plan null: what the configuration says counts again. */
rc_t plan_set_domain(struct kv *kv, struct arena *a, str_t instance, str_t domain, str_t plan,
                     struct err *e) WX_MUST_USE;
/* plan null: remove the override. */
rc_t plan_set_user(struct kv *kv, struct arena *a, str_t instance, str_t account, str_t plan,
                   struct err *e) WX_MUST_USE;

#endif
