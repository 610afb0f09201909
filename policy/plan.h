/* What an account may do, from the registry: plan and features, the organisation it belongs to.
 * The account's own plan, else its domain's, else the customer's within its period, else what the
 * configuration says. Cached per process, compared by version on each request, so that a change
 * has effect at the next request everywhere; what time changes by itself (a period begins or ends)
 * has effect in that second.
 */
#ifndef WAXSEAL_POLICY_PLAN_H
#define WAXSEAL_POLICY_PLAN_H

#include "base/config.h"
#include "base/kv.h"
#include "policy/outbound.h"

struct features {
    bool smime;
};

/* Are an organisation's rules applied? lapsed: its customer's period is not now, or the customer
 * is disabled. */
enum organisation_smime {
    ORGANISATION_NONE,
    ORGANISATION_ENABLED,
    ORGANISATION_DISABLED,
    ORGANISATION_LAPSED
};

/* What the accounts of an organisation learn of each other. */
enum organisation_directory {
    DIRECTORY_OFF,          /* nothing; also of accounts of no organisation */
    DIRECTORY_CERTIFICATES, /* what each lists to be encrypted to (policy/directory.h) */
    DIRECTORY_NAMES         /* addresses and names of all of them, too */
};

/* Who said which plan it is. */
enum plan_source { PLAN_OF_CONFIGURATION, PLAN_OF_CUSTOMER, PLAN_OF_DOMAIN, PLAN_OF_ACCOUNT };

struct entitlement {
    str_t plan; /* "enterprise"; in the caller's arena */
    enum plan_source said_by;
    struct features features;
    str_t organisation; /* id, in the caller's arena; null: the domain belongs to none */
    enum organisation_smime smime;
    enum organisation_directory directory;
    struct outbound outbound; /* what it may send: its own limits within the ceilings */
    bool suspended;           /* the account may not sign in; it has no features then */
    bool renamed;  /* there is no such account any more: it has another address; the same */
    str_t version; /* of the instance (`<instance>:ver`), of which this is; caller's arena */
};

struct plan_store; /* the process's cache; thread-safe */
rc_t plan_store_new(const struct config *c, struct plan_store **out, struct err *e) WX_MUST_USE;
void plan_store_free(struct plan_store *s);

/* Where the version is kept; every plan_of GETs it first. */
str_t plan_version_key(struct arena *a, str_t instance);
/* Asks Redis for the version, and once more when it differs. RC_STATE_DOWN: no answer is given from
 * old knowledge. account: the user's address, lower case. now: seconds since 1970. A plan that
 * nobody describes keeps its name and has no features; a damaged record gives plan "" and none.
 * RC_UNSUPPORTED: a newer release wrote the registry. */
rc_t plan_of(struct plan_store *s, struct kv *kv, str_t account, int64_t now, struct arena *a,
             struct entitlement *out, struct err *e) WX_MUST_USE;

#endif
