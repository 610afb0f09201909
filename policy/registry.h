/* Customers, organisations, domains, accounts, plans and roles: reading and changing them.
 *
 * A change is read, judged and written as one: everything it looks at must still be as it was when
 * it is written (the instance's version is compared in the script that writes), else it is begun
 * again. So nothing is half done, no two changes mix, and what holds between records always holds:
 * an organisation has its customer, a domain belongs to one organisation, an account to the
 * organisation of its domain. Each change is in the audit and counts the versions up, by which
 * every process notices at its next request.
 *
 * JSON results are new references. RC_STATE_DOWN, RC_NO_MEMORY and, where a newer release wrote
 * the registry, RC_UNSUPPORTED are possible everywhere.
 */
#ifndef WAXSEAL_POLICY_REGISTRY_H
#define WAXSEAL_POLICY_REGISTRY_H

#include "base/config.h"
#include "base/kv.h"
#include "policy/record.h"

#define REGISTRY_SCHEMA "1"

struct registry {
    struct kv *kv; /* one thread at a time */
    const struct config *config;
};

/* Who changes something. */
struct actor {
    str_t who;     /* for the audit */
    bool operator; /* stands over all organisations */
    int64_t now;   /* seconds since 1970 */
};

struct record_at {
    enum record_kind kind;
    /* Of an account it may be null: the organisation of its domain is found. Given, it must be
     * that one (RC_NOT_FOUND), so that nobody reaches into another organisation. */
    str_t group;
    str_t id; /* letter case as it is kept */
};

/* *out NULL: there is none. */
rc_t registry_get(const struct registry *r, struct record_at at, json_t **out,
                  struct err *e) WX_MUST_USE;
/* {id: record}, by id. Accounts of group null: those of no organisation. */
rc_t registry_list(const struct registry *r, enum record_kind kind, str_t group, json_t **out,
                   struct err *e) WX_MUST_USE;
/* The organisation of a domain, in the arena; null: none. */
rc_t registry_organisation_of(const struct registry *r, struct arena *a, str_t domain, str_t *out,
                              struct err *e) WX_MUST_USE;

enum registry_mode {
    REGISTRY_PUT, /* make it, or change what is there */
    REGISTRY_ADD, /* RC_CONFLICT when there is one */
    REGISTRY_SET, /* RC_NOT_FOUND when there is none */
};

struct registry_write {
    struct record_at at;
    const json_t *patch; /* members to replace; NULL: remove the record */
    enum registry_mode mode;
    int64_t seen; /* version of the record the caller saw; 0: whatever it is now */
    bool told;    /* the caller writes the entry of the audit, for many at once */
    /* Out: the record as it is now; NULL when it is gone. */
    json_t *after;
    /* Out, with RC_CONFLICT because of `seen`: {version, who, at, changes: [{field, before,
     * after}]}: what others made of it meanwhile; changes null when that is not known any more. */
    json_t *conflict;
};

/* RC_INVALID, RC_NOT_FOUND (field: what is missing), RC_CONFLICT: changed meanwhile, exists
 * already, or something still belongs to what is to be removed. */
rc_t registry_write(const struct registry *r, const struct actor *by, struct registry_write *w,
                    struct err *e) WX_MUST_USE;

/* Gives a domain to an organisation (null: to none). proof: "operator" or "dns". Accounts of the
 * domain that belonged to no organisation come along. RC_CONFLICT when another organisation has it,
 * which is not named, or accounts would be left without one. */
rc_t registry_attach(const struct registry *r, const struct actor *by, str_t domain,
                     str_t organisation, const char *proof, struct err *e) WX_MUST_USE;

/* Takes a domain from this organisation: RC_NOT_FOUND when it is not its own. */
rc_t registry_detach(const struct registry *r, const struct actor *by, str_t domain,
                     str_t organisation, struct err *e) WX_MUST_USE;

/* Adds or removes one address in an account's `from`. As registry_write. */
rc_t registry_set_from(const struct registry *r, const struct actor *by, str_t account,
                       str_t address, bool on, struct err *e) WX_MUST_USE;

#endif
