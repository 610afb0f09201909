/* Authorities in a document: what must hold of them, their lists of revoked certificates and their
 * sealed keys. */
#ifndef WAXSEAL_POLICY_DOCUMENT_AUTHORITY_H
#define WAXSEAL_POLICY_DOCUMENT_AUTHORITY_H

#include "policy/edit.h"

/* What is wrong with a record (in the form it is kept in), or NULL. */
const char *document_authority_fault(const json_t *row);
const char *document_issued_fault(const json_t *row);
const char *document_request_fault(str_t id, const json_t *row);

/* `crl` of `in` into `out`, looked at: each list is signed by the key its name says, which is that
 * of the organisation's authority, which `out` has already, or of the list's own `issuer`. A list
 * under the organisation's name alone, as documents of before have it, is its authority's. Absent:
 * an empty section. RC_INVALID. */
rc_t document_read_lists(const json_t *in, json_t *out, struct err *e) WX_MUST_USE;
/* Adds `crl` to the document of all that is there. */
rc_t document_take_lists(struct edit *t, json_t *document, struct err *e) WX_MUST_USE;
/* Told of each list that is added, changed, removed. */
typedef void document_noted(void *arg, const char *organisation, const char *change);
/* Queues the lists of the wanted document. */
rc_t document_put_lists(struct edit *t, const json_t *had, const json_t *wanted,
                        document_noted *noted, void *arg, struct err *e) WX_MUST_USE;

/* `sealed_authority_keys` ({organisation: {key id: base64}}), as document_keys.h has it for
 * mailboxes. */
rc_t document_read_authority_keys(const json_t *in, json_t *out, struct err *e) WX_MUST_USE;
rc_t document_take_authority_keys(struct edit *t, json_t *document, struct err *e) WX_MUST_USE;
rc_t document_put_authority_keys(struct edit *t, const json_t *had, const json_t *wanted,
                                 bool replace, long long *changed, struct err *e) WX_MUST_USE;

/* What an authority issued stays known and what it revoked stays revoked, however old the document
 * is: where the authority has the same key before and after, its ledger, its certificate if that
 * holds longer and `revoked_at` of certificates go from `had` into `wanted`; lists that are newer
 * or that the document has not, in any case. What the list of an authority says is revoked is, also
 * where the authority itself was away in between. Where an authority comes back that was removed
 * here, all it issued is revoked. The root of an authority that stays stays trusted where it is,
 * and no other that was issued here is. RC_DAMAGED: a list here cannot be read. */
rc_t document_keep_authorities(const json_t *had, json_t *wanted, struct err *e) WX_MUST_USE;

#endif
