/* Domains that an organisation attaches by itself: it claims one, and the DNS has to say so, with
 * the text `waxseal-verify=<token>` at the name `_waxseal.<domain>`. Claims of one organisation
 * are nothing to another: only the proof decides, and nobody can keep a domain by claiming it.
 * Asking the DNS is the caller's business (base/fetch.h, FETCH_TXT).
 */
#ifndef WAXSEAL_POLICY_CLAIM_H
#define WAXSEAL_POLICY_CLAIM_H

#include "policy/registry.h"

enum { CLAIMS_MAX = 100, CLAIM_DAYS = 30 }; /* of one organisation; after so long it is made anew */

/* The claim of a domain, the same one while it lasts: {token, since, version}, new reference.
 * RC_CONFLICT: the domain is attached already (whose it is is not told, unless it is one's own).
 * RC_TOO_LARGE beyond CLAIMS_MAX. */
rc_t claim_make(const struct registry *r, const struct actor *by, str_t domain, str_t organisation,
                json_t **out, struct err *e) WX_MUST_USE;
/* Where the text has to be, and the text; in the arena. */
str_t claim_name(struct arena *a, str_t domain);
str_t claim_text(struct arena *a, const json_t *claim);
/* Attaches the domain when one of the texts (separated by line feeds) is that of the claim, which
 * is gone then. RC_NOT_FOUND: there is no claim, or it is too old. RC_FORBIDDEN: no text proves
 * it. RC_CONFLICT as registry_attach. */
rc_t claim_prove(const struct registry *r, const struct actor *by, str_t domain, str_t organisation,
                 str_t texts, struct err *e) WX_MUST_USE;

#endif
