/* The whole registry as one JSON document, and back.
 *
 * {"schema": "waxseal-registry/1", "plans": {id: record}, "customers": {…}, "organisations": {…},
 *  "domains": {…}, "accounts": {organisation: {address: record}}, "licences": {customer: {…}},
 *  "roles": {organisation: {name: record}}, "operators": {name: record}, "claims": {organisation:
 *  {domain: record}}, "certificates": {organisation: {"<address> <fingerprint>": record}}, "roots":
 *  {organisation: {fingerprint: record}}, "renamed": {address: record}, "authorities":
 *  {organisation: record}, "issued": {organisation: {serial: record}}, "requests": {organisation:
 *  {key id: record}}, "tokens": {SHA-256: record}, "rules": {organisation: document}, "crl":
 *  {"<organisation>-<key id>": {number, at, next, der, issuer?, last?}, organisation: key id},
 * "sealed_keys": {organisation: {key id: base64}}, "sealed_authority_keys": the same}
 *
 * Accounts of no organisation are under "-". Sections that are absent are empty, but for
 * certificates, authorities, issued and requests (where there are some, a document without that
 * section is refused), tokens (they stay) and sealed keys (those that are there and belong to
 * something in the document stay). Not in it: the audit (a history is not made by an import),
 * versions of organisations (they only ever grow), and what is no registry: sessions, second
 * factors, decision log.
 */
#ifndef WAXSEAL_POLICY_DOCUMENT_H
#define WAXSEAL_POLICY_DOCUMENT_H

#include "policy/registry.h"

#define DOCUMENT_SCHEMA "waxseal-registry/1"
enum { DOCUMENT_MAX_BYTES = 128 << 20, DOCUMENT_MAX_ROWS = 500000, DOCUMENT_MAX_CHANGES = 1000 };

/* All of one moment; sealed keys only where they are wanted. New reference. */
rc_t document_export(const struct registry *r, bool sealed_keys, json_t **out,
                     struct err *e) WX_MUST_USE;

/* Checks everything: each record, and that what they name is there (plans: in the document or the
 * configuration). *out: the document in the form it is kept in. RC_INVALID, RC_TOO_LARGE; the
 * message says where. New reference. */
rc_t document_read(const struct config *c, const json_t *in, json_t **out,
                   struct err *e) WX_MUST_USE;

enum document_how {
    DOCUMENT_DRY_RUN = 1,     /* only the report */
    DOCUMENT_REPLACE_KEYS = 2 /* sealed keys of the document also where there is one */
};

/* Makes the registry what a document (of document_read) says: what is not in it is removed. All of
 * it or nothing. *report: {added, changed, removed, changes: [{what, change}]} (the first 1,000).
 * A sealed key that is there stays as it is, as the document's may only open with a master key that
 * is gone; but one that is sealed for another place (a mailbox that was renamed since) is none.
 * how: of enum document_how, or 0. RC_CONFLICT: it says nothing of certificates or
 * authorities, and there are some. RC_INVALID when a key is neither in the document nor there. What
 * an authority issued stays known and what it revoked stays revoked (document_authority.h). */
rc_t document_import(const struct registry *r, const struct actor *by, const json_t *document,
                     unsigned how, json_t **report, struct err *e) WX_MUST_USE;

#endif
