/* Authorities that an organisation trusts for mail, beside those of the installation: for its own
 * accounts only, when they read, choose recipients' certificates and are decided about by rules.
 *
 * A record stands in `o:roots:<organisation>` under its SHA-256 fingerprint. Only authorities are
 * taken (basicConstraints CA), with a key and a signature that count today (RSA of 2048 bits or
 * more, SHA-2), within their time; constraints they name (RFC 5280 section 4.2.1.10) bind what
 * they issue. Whoever issued them need not be known: a chain may end at any of them. What the
 * installation says of a certificate (its own roots, their end dates) stands over what an
 * organisation says of the same one.
 */
#ifndef WAXSEAL_POLICY_ROOTS_H
#define WAXSEAL_POLICY_ROOTS_H

#include "crypto/cert.h"
#include "policy/registry.h"

enum { ROOTS_MAX = 50, ROOTS_FILE_MAX = 1 << 20 };

/* Trusts the certificates of a file (DER, or PEM with one or several; other blocks are refused).
 * What is trusted already stays as it was. All or nothing. *rows: views of those in the file.
 * source: "upload", "issued" (by the organisation's own authority).
 * Refusals by err.field: "file" (RC_DAMAGED: no certificate), "ca" (it may not issue), "key",
 * "algorithm" (weak), "validity", "organisation" (RC_NOT_FOUND), "roots" (RC_TOO_LARGE). */
rc_t roots_add(const struct registry *r, const struct actor *by, str_t organisation, str_t file,
               const char *source, json_t **rows, struct err *e) WX_MUST_USE;
/* The same, and whatever was uploaded before and is not in the file goes; an empty file is allowed
 * then. What the organisation's own authority issued stays. seen: roots_version of what the caller
 * saw, 0: whatever it is now (RC_CONFLICT, field "version"). */
rc_t roots_set(const struct registry *r, const struct actor *by, str_t organisation, str_t file,
               int64_t seen, json_t **rows, struct err *e) WX_MUST_USE;
/* fingerprint: all of it, or at least 8 digits of its beginning that only one has. RC_NOT_FOUND. */
rc_t roots_remove(const struct registry *r, const struct actor *by, str_t organisation,
                  str_t fingerprint, struct err *e) WX_MUST_USE;
/* {version, roots: [{fingerprint, subject, issuer, serial, not_before, not_after, algorithm,
 * status: "valid"|"expired"|"not_yet_valid", source, since, der}]}. version: changes when any of
 * them does. New reference. */
rc_t roots_list(const struct registry *r, str_t organisation, int64_t now, json_t **out,
                struct err *e) WX_MUST_USE;

/* --- trusting them ---------------------------------------------------------------------------- */

struct roots;     /* the process's cache; thread-safe */
struct roots_set; /* what one organisation's accounts trust; immutable, counted by reference */

/* base: what everybody trusts; borrowed as long as the cache lives (may be NULL). */
rc_t roots_new(const struct config *c, const struct trust *base, struct roots **out,
               struct err *e) WX_MUST_USE;
void roots_free(struct roots *r);

/* What accounts of the organisation (null: none) trust. version: that of the instance
 * (`<instance>:ver`), read before: nothing is asked while it stays, so that a change counts at the
 * next request. *out NULL: nothing but base. Stored roots that cannot be read are logged, and none
 * of them is trusted. RC_STATE_DOWN. To be given back with roots_unref. */
rc_t roots_of(struct roots *r, struct kv *kv, str_t organisation, str_t version,
              struct roots_set **out, struct err *e) WX_MUST_USE;
void roots_unref(struct roots_set *s); /* NULL is allowed */
/* Base and the organisation's own; lives as long as the set. NULL set: base. */
const struct trust *roots_trust(const struct roots *r, const struct roots_set *s);

/* --- for documents (policy/document.c) ------------------------------------------------------- */

/* Is the record, read already, what its id says? What is wrong, or NULL. */
const char *roots_fault(str_t id, const json_t *row);

#endif
