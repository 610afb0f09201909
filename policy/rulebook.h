/* The rules of this installation's organisations, compiled and at hand, and what the registry knows
 * about the addresses of a message: all that policy_evaluate (evaluate.h) is to be given.
 *
 * A process has one rulebook. Rule sets are compiled once for each version of an organisation
 * (`o:ver:<organisation>`, asked in Redis each time): a change of rules, domains, accounts,
 * licences or period counts at the next message, whoever made it and wherever. A message keeps the
 * rule sets it began with.
 */
#ifndef WAXSEAL_POLICY_RULEBOOK_H
#define WAXSEAL_POLICY_RULEBOOK_H

#include "base/config.h"
#include "base/json.h"
#include "base/kv.h"
#include "policy/evaluate.h"

enum { RULEBOOK_ORGANISATIONS_MAX = 256 }; /* kept compiled; the one unused longest goes */

struct roots;
struct cert_checks;
struct rulebook; /* thread-safe */
rc_t rulebook_new(const struct config *c, struct rulebook **out, struct err *e) WX_MUST_USE;
void rulebook_free(struct rulebook *b);

/* By whom registered certificates are trusted, for each organisation (policy/roots.h); borrowed as
 * long as the rulebook lives, set before it is used. Without: what is registered is pinned. */
void rulebook_set_roots(struct rulebook *b, struct roots *roots);

/* What a message is decided from; borrows from the arena and the message. */
struct rulebook_case {
    struct policy_input in;
    struct policy_organisation *orgs; /* those of `in` */
    struct ruleset **held;            /* one for each of them */
    int64_t *versions;                /* of their rule documents, for the log */
};
/* kv: the caller's own connection. now: seconds since 1970. Accounts and licences are looked up for
 * the sender and the recipients, and the certificates that each organisation registered for them
 * (certificate_facts). checks: as for rulebook_open_sending.
 * RC_STATE_DOWN: nothing is known, and nothing may be sent; RC_DAMAGED: stored rules that cannot be
 * read, with the same meaning; RC_TOO_LARGE; RC_NO_MEMORY. */
rc_t rulebook_open(struct rulebook *b, struct kv *kv, const struct policy_message *m, int64_t now,
                   const struct cert_checks *checks, struct arena *a, struct rulebook_case *out,
                   struct err *e) WX_MUST_USE;
/* The same for who only sends: the sender's organisation and no other, so that nobody is shown what
 * another one demands; of domains only that of From is asked for. Without an organisation `in` has
 * none. The message is authenticated. checks: ask whether the certificates registered for these
 * addresses were revoked, within a deadline of their own; NULL: nobody is asked. */
rc_t rulebook_open_sending(struct rulebook *b, struct kv *kv, const struct policy_message *m,
                           int64_t now, const struct cert_checks *checks, struct arena *a,
                           struct rulebook_case *out, struct err *e) WX_MUST_USE;
void rulebook_close(struct rulebook_case *c);

/* The rule set of one organisation. RC_NOT_FOUND; to be given back with ruleset_unref. */
rc_t rulebook_get(struct rulebook *b, struct kv *kv, str_t organisation, struct ruleset **out,
                  struct err *e) WX_MUST_USE;
/* The same of a document that is not stored: a draft. RC_NOT_FOUND, RC_INVALID with the place. */
rc_t rulebook_draft(struct rulebook *b, struct kv *kv, str_t organisation, const json_t *document,
                    struct ruleset **out, struct err *e) WX_MUST_USE;

#endif
