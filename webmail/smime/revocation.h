/* Revocation and missing issuers for one request: crypto/revocation.h over waxseal-fetch and Redis.
 *
 * What was found out is shared by all users, at `<instance>:rev:…` and `<instance>:aia:…`, each
 * value authenticated with its key's name (store.h): whoever writes into Redis cannot make a
 * certificate good. Nothing of it names a user or a message.
 *
 *     struct smime_checks checks;
 *     smime_checks_start(&checks, c, true);
 *     const struct cert_question q = {…, .checks = &checks.checks};
 *
 * or message_options.checks. One object serves a whole request (all its signers, all its
 * recipients) and is not moved while it does: REVOCATION_BUDGET_MS are counted from its start.
 */
#ifndef WAXSEAL_WEBMAIL_SMIME_REVOCATION_H
#define WAXSEAL_WEBMAIL_SMIME_REVOCATION_H

#include "crypto/revocation.h"
#include "webmail/app.h"

struct smime_checks {
    struct cert_checks checks; /* for cert_question and message_options */
    struct revocation_asking asking;
    struct revocation_ops ops; /* ops.found may be set by whoever reports, before the first use */
    struct call *c;
};

/* ask: may go out, for POST requests. false: looks at what is kept only, for GET requests and
 * lists. Without [fetch] nothing is ever asked: not_checked; but what an organisation's own
 * authority issued is always looked up on its list here. Issuers only with `issuers = on`: the
 * place of a missing one is named by a certificate that nobody vouches for yet. */
void smime_checks_start(struct smime_checks *s, struct call *c, bool ask);

/* Does the operator's policy forbid to encrypt to a certificate in this state? revoked: always;
 * what could not be found out: with `revocation = hard`. */
bool smime_revocation_forbids(const struct app *app, enum revocation status);

#endif
