/* The whole registry as one JSON document, and back.
 *
 * {"schema": "waxseal-registry/1", "plans": {id: record}, "customers": {…}, "organisations": {…},
 *  "domains": {…}, "accounts": {organisation: {address: record}}, "licences": {customer: {…}},
 *  "roles": {organisation: {name: record}}, "operators": {name: record}, "claims": {organisation:
 *  {domain: record}}, "certificates": {organisation: {"<address> <fingerprint>": record}}, "rules":
 *  {organisation: document}, "sealed_keys": {organisation: {key id: base64}}}
 *
 * Accounts of no organisation are under "-". Sections that are absent are empty, but for
 * certificates (where there are some, a document without that section is refused) and sealed_keys
 * (those that are there and belong to a certificate of the document stay).
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

/* Makes the registry what a document (of document_read) says: what is not in it is removed. All of
 * it or nothing. *report: {added, changed, removed, changes: [{what, change}]} (the first 1,000);
 * dry_run: only that. RC_CONFLICT: it says nothing of certificates, and
 * there are some. RC_INVALID when a certificate's key is neither in the document nor
 * there. */
rc_t document_import(const struct registry *r, const struct actor *by, const json_t *document,
                     bool dry_run, json_t **report, struct err *e) WX_MUST_USE;

#endif
