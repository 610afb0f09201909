/* Renaming a mailbox: what the registry holds of an account follows it to its new address, in one
 * change: the record (`renamed_from`), its licence, its roles, its certificates with their sealed
 * keys, what the organisation's authority issued to it (which is revoked by the new address then).
 * The old address stays one it may send from, where that is wanted.
 *
 * A certificate names the old address, and nothing changes that: it says so (`former`), is primary
 * for nothing any more, and in the rules it is a certificate of the old address: it opens what was
 * encrypted to it and signs what is sent from there, if that address was kept. For the new one a
 * new certificate is needed.
 *
 * Where the account went stands in `o:renamed` for good. The servers that have the host key move
 * the person's own data (preferences, contacts, key files) by that, at the next sign-in under
 * either name and before anything else (webmail/account/move.h): the old name does not sign in any
 * more unless a new account was registered there, and then not before the data is gone from it.
 */
#ifndef WAXSEAL_POLICY_RENAME_H
#define WAXSEAL_POLICY_RENAME_H

#include "crypto/agent.h"
#include "policy/registry.h"

enum { RENAME_MOVES_MAX = 16 }; /* of one address: each a person who had it */

struct renaming {
    str_t organisation; /* the account must be its; null: that of its domain */
    str_t from, to;     /* addresses */
    bool keep;          /* the old address stays one to send from */
};
/* *out: the account's record as it is now, with `address`. agent: of the administration's socket;
 * needed where the agent holds keys of the account, and the Redis user must be one that reads
 * sealed keys then. RC_NOT_FOUND, RC_CONFLICT ("to": there is such an account, or its licence runs
 * out still), RC_FORBIDDEN ("to": another organisation's domain, "request" (RC_CONFLICT): a request
 * waits for its answer, "roles": it holds some elsewhere, which only an operator moves, or
 * (RC_CONFLICT) the new address has one already; "key": this Redis user does not read sealed keys),
 * RC_KEYD_DOWN. */
rc_t account_rename(const struct registry *r, const struct actor *by, const struct agent *agent,
                    const struct renaming *what, json_t **out, struct err *e) WX_MUST_USE;

/* One time that an address lost its account. */
struct rename_move {
    str_t to;     /* where it went */
    str_t before; /* what it was called before it had this address; null */
    uint64_t seq; /* higher is later, over all addresses */
};
/* All that happened to an address, the earliest first; in the arena. */
rc_t rename_moves(struct kv *kv, struct arena *a, str_t instance, str_t address,
                  struct rename_move **out, size_t *n, struct err *e) WX_MUST_USE;

/* Is that what `moves` of a record may be? For documents. */
const char *rename_fault(const json_t *row);

#endif
