/* Certificates that an organisation registered: those of its mailboxes, with or without a key in
 * the key agent, and those of outside people, which are used to encrypt to them and make their
 * signatures count.
 *
 * A record stands in `o:certificates:<organisation>` under "<address> <fingerprint>";
 * `o:certified:<organisation>` says which fingerprints an address has, sealed keys stand in
 * `ok:<organisation>` under the key's id, in base64. All three change together or not at all. An
 * address has at most one primary certificate for signing and one for encryption; those that were
 * replaced stay, as what was encrypted to them is still read with them.
 *
 * A private key is opened by the key agent alone: a PKCS#12 file and its passphrase go there as
 * they came, what comes back is sealed. Nothing here gives a key out.
 *
 * `organisation` null: that of the address's domain (RC_NOT_FOUND, field "address": there is none).
 * Addresses are lower case. JSON results are new references.
 */
#ifndef WAXSEAL_POLICY_CERTIFICATE_H
#define WAXSEAL_POLICY_CERTIFICATE_H

#include "crypto/agent.h"
#include "crypto/cert.h"
#include "policy/facts.h"
#include "policy/registry.h"

enum {
    CERTIFICATE_FILE_MAX = 256 << 10,
    CERTIFICATES_PER_ADDRESS = 100,
    CERTIFICATE_DER_MAX = 15 << 10,
    CERTIFICATE_FINGERPRINT = 64,
    CERTIFICATE_PREFIX_MIN = 8
};

struct certificate_upload {
    str_t organisation, address;
    str_t file;         /* a certificate (DER, PEM), or PKCS#12 where there is a passphrase */
    str_t passphrase;   /* null: a certificate alone; may be empty */
    str_t usage;        /* "sign", "encrypt", "both"; null: all the certificate can do */
    str_t custody;      /* of a certificate alone: "user", "none"; null: none */
    str_t primary;      /* "none", "sign", "encrypt", "both"; null: where there is no usable one */
    const char *source; /* "upload", "issued", "personal" */
};

/* Registers what the file holds, all of it or nothing. *rows: [view] (certificate_view). agent: of
 * the administration's socket; NULL: there is none.
 *
 * Refusals by err.field:
 * "address" (RC_INVALID: the certificate is another address's; RC_NOT_FOUND), "account"
 * (RC_NOT_FOUND: no such mailbox), "key" (weak; RC_CONFLICT: held for another mailbox), "algorithm"
 * (SHA-1, MD5), "usage" (cannot be used so: key usage, no emailProtection, kind of key), "ca",
 * "validity" (expired; not yet valid and to be primary), "certificate" (RC_CONFLICT: registered
 * already; RC_TOO_LARGE: too many), "file" (RC_DAMAGED, RC_UNSUPPORTED, RC_NO_CERTIFICATE: none
 * belongs to the key), "passphrase" (RC_WRONG_PASSPHRASE), "custody", "primary". RC_KEYD_DOWN. */
rc_t certificate_add(const struct registry *r, const struct actor *by, const struct agent *agent,
                     const struct certificate_upload *u, json_t **rows, struct err *e) WX_MUST_USE;

/* One certificate; fingerprint: all of it, or at least 8 digits of its beginning that only one of
 * the address's has (RC_CONFLICT, field "certificate"). */
struct certificate_at {
    str_t organisation, address, fingerprint;
};
/* *view: what certificate_view says. RC_NOT_FOUND. */
rc_t certificate_get(const struct registry *r, struct certificate_at at, int64_t now, json_t **view,
                     struct err *e) WX_MUST_USE;
/* Views of an address's, or (address null) of all of the organisation's. */
rc_t certificate_list(const struct registry *r, str_t organisation, str_t address, int64_t now,
                      json_t **views, struct err *e) WX_MUST_USE;
/* Makes it the primary one; use: "sign", "encrypt", "both", null: all it is for. What was primary
 * says by which it was replaced. RC_INVALID: "validity", "usage". */
rc_t certificate_make_primary(const struct registry *r, const struct actor *by,
                              struct certificate_at at, str_t use, json_t **view,
                              struct err *e) WX_MUST_USE;
/* Removes it, and its sealed key unless another certificate of the address has the same. The audit
 * keeps what it was. */
rc_t certificate_remove(const struct registry *r, const struct actor *by, struct certificate_at at,
                        struct err *e) WX_MUST_USE;

/* {address, fingerprint, usage, primary, custody, status: "valid"|"expired"|"not_yet_valid",
 * not_before, not_after, algorithm, subject, issuer, serial, addresses, key, seq, source, since,
 * replaced_by, replaced_at, der, version}. id: "<address> <fingerprint>". */
rc_t certificate_view(str_t id, const json_t *row, int64_t now, json_t **view,
                      struct err *e) WX_MUST_USE;

/* What is known of these addresses (n of them, lower case, repetitions allowed) in one
 * organisation, as the rules want it. Status is by validity alone: whether it was revoked is asked
 * by who sends, of the few a decision names. Trust: by chain (`trust` may be NULL), else pinned,
 * because it was registered. In the arena. */
rc_t certificate_facts(const struct registry *r, str_t organisation, const str_t *addresses,
                       size_t n, const struct trust *trust, int64_t now, struct arena *a,
                       struct policy_cert **out, size_t *count, struct err *e) WX_MUST_USE;

/* --- for documents (policy/document.c) ------------------------------------------------------- */

/* Is the record, read already, what its id says? What is wrong, or NULL. */
const char *certificate_fault(str_t id, const json_t *row);

#endif
