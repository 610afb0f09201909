/* The whole registry as one JSON document, and back.
 *
 * {"schema": "waxseal-registry/1", "plans": {id: record}, "customers": {…}, "organisations": {…},
 *  "domains": {…}, "accounts": {organisation: {address: record}}, "licences": {customer: {…}},
 *  "roles": {organisation: {name: record}}, "operators": {name: record}, "claims": {organisation:
 *  {domain: record}}, "rules": {organisation:
 *  document}}
 *
 * Accounts of no organisation are under "-". Sections that are absent are empty.
 */
#ifndef WAXSEAL_POLICY_DOCUMENT_H
#define WAXSEAL_POLICY_DOCUMENT_H

#include "policy/registry.h"

#define DOCUMENT_SCHEMA "waxseal-registry/1"
enum { DOCUMENT_MAX_BYTES = 128 << 20, DOCUMENT_MAX_ROWS = 500000, DOCUMENT_MAX_CHANGES = 1000 };

/* All of one moment. New reference. */
rc_t document_export(const struct registry *r, json_t **out, struct err *e) WX_MUST_USE;

/* Checks everything: each record, and that what they name is there (plans: in the document or the
 * configuration). *out: the document in the form it is kept in. RC_INVALID, RC_TOO_LARGE; the
 * message says where. New reference. */
rc_t document_read(const struct config *c, const json_t *in, json_t **out,
                   struct err *e) WX_MUST_USE;

/* Makes the registry what a document (of document_read) says: what is not in it is removed. All of
 * it or nothing. *report: {added, changed, removed, changes: [{what, change}]} (the first 1,000);
 * dry_run: only that. RC_CONFLICT when an organisation would go that has certificates. */
rc_t document_import(const struct registry *r, const struct actor *by, const json_t *document,
                     bool dry_run, json_t **report, struct err *e) WX_MUST_USE;

#endif
