/* Certificates that people ask their organisation for: the key is in the asker's browser, the
 * request (PKCS #10) waits here until the administration says yes or no.
 *
 * `<instance>:req:<organisation>`, a hash of address -> {key, csr (base64), algorithm, state,
 * since, until, reason, answered, certificate (base64), issuers: [base64]}: one for each account,
 * the mail client's server writes it, the administration answers in it. key: the asker's name of
 * his key. state: "waiting", "issued", "refused". After `until` (30 days, anew with the answer) it
 * counts as gone and is swept.
 *
 * What the mail client's server wrote is believed by nobody: each request is checked again before
 * anything is issued, for the address it lies under and no other. Who gets one is decided as for
 * every certificate of the authority (policy/issuing.h).
 *
 * JSON results are new references. RC_STATE_DOWN is possible everywhere.
 */
#ifndef WAXSEAL_POLICY_ASKING_H
#define WAXSEAL_POLICY_ASKING_H

#include "policy/issuing.h"

enum { ASKING_DAYS = 30, ASKING_MOST = 10000, ASKING_REASON_MAX = 200 };

/* Whose: the account, lower case, of that organisation. */
struct asker {
    struct kv *kv;
    str_t instance, organisation, address;
    int64_t now;
};

/* Is it a request for this address, by a key we would certify? RC_INVALID, field "request": other
 * addresses or none in it; else as request_check. */
rc_t asking_check(str_t der, str_t address, struct err *e) WX_MUST_USE;
/* Puts the request down. Asking again by the same key changes nothing. RC_CONFLICT, field
 * "request": one by another key waits; RC_FULL; as asking_check. */
rc_t asking_put(const struct asker *w, str_t key, str_t der, json_t **row,
                struct err *e) WX_MUST_USE;
/* *row NULL: there is none. */
rc_t asking_get(const struct asker *w, json_t **row, struct err *e) WX_MUST_USE;
/* Withdraws it, or puts the answer away. key: only where it is of this key; null: whichever. */
rc_t asking_forget(const struct asker *w, str_t key, struct err *e) WX_MUST_USE;

/* Those that wait, by address: [{address, algorithm, since, until, has: it has a usable certificate
 * already, barred: approved by name only (policy/issuing.h), request (PEM)}]. */
rc_t asking_list(const struct registry *r, str_t organisation, int64_t now, json_t **rows,
                 struct err *e) WX_MUST_USE;
/* Issues for these; NULL: all that wait and are not barred. *report as of issuing_issue; field
 * "request": none waits, or it was changed meanwhile. The new certificate becomes primary. */
rc_t asking_approve(const struct registry *r, const struct actor *by, const struct agent *agent,
                    str_t organisation, const json_t *addresses, json_t **report,
                    struct err *e) WX_MUST_USE;
/* What an authority that issues by itself approves: of those who have no usable certificate, or
 * whose own one is past two thirds of its life. */
rc_t asking_approve_due(const struct registry *r, const struct actor *by, const struct agent *agent,
                        str_t organisation, json_t **report, struct err *e) WX_MUST_USE;
/* Says no to these, with a reason that the asker is shown (1 to ASKING_REASON_MAX bytes, UTF-8, no
 * controls). *report: rows with result "refused_request" or, of who waits for nothing, "refused"
 * and field "request"; done, failed. */
rc_t asking_refuse(const struct registry *r, const struct actor *by, str_t organisation,
                   const json_t *addresses, str_t reason, json_t **report,
                   struct err *e) WX_MUST_USE;
/* Removes what has ended. */
rc_t asking_sweep(const struct registry *r, const struct actor *by, str_t organisation,
                  struct err *e) WX_MUST_USE;

/* --- inside policy/ ----------------------------------------------------------------------------
 */

struct edit;
/* Queues the answer: that certificate. seen: the stored row when it was approved; RC_CONFLICT,
 * field "request": it is another one now. issuers: base64, blanks between. */
rc_t asking_answer(struct edit *t, str_t organisation, str_t address, str_t seen,
                   const struct cert *cert, str_t issuers, struct err *e) WX_MUST_USE;
/* "<instance>:req:<organisation>" */
str_t asking_key(struct arena *a, str_t instance, str_t organisation);

#endif
