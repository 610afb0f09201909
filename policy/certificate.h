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

/* Registers what the file holds, all of it or nothing; what of it is there already stays as it is.
 * *rows: [view] (certificate_view). agent: of the administration's socket; NULL: there is none.
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

/* Many at once: a ZIP archive (crypto/unzip.h) with one table (base/csv.h) and the files it names.
 *
 * The table's first row names its columns, in any order: "address", "file" (beside the table, or
 * below), and where wanted "passphrase", "usage", "primary", "custody" as above. A file is a
 * certificate or, whatever its name, else PKCS#12; no passphrase is the empty one then. The whole
 * table is read before the first row is done; then each row is a change of its own. */
enum {
    CERTIFICATE_IMPORT_MAX = 64 << 20, /* bytes */
    CERTIFICATE_IMPORT_ROWS = 5000,
    CERTIFICATE_IMPORT_TABLE = 4 << 20 /* bytes */
};
struct certificate_import {
    str_t organisation;
    str_t zip;  /* has passphrases in it: the caller wipes it */
    bool check; /* all but the writing */
    /* Told of each row, in order, those that are not tried too; false: no further one is tried. May
     * be NULL. */
    bool (*told)(void *arg, const json_t *row, size_t done, size_t of);
    void *arg;
};
/* *report: {rows: [{row, address, file, ok, result, fingerprint, code, field, message}], done,
 * already, failed, not_tried, unused: [names of files no row names, the first 100], stopped}.
 * row: as a spreadsheet counts, the columns' names are row 1. result: "registered", "already" (it
 * is there; ok, as nothing is left to do), "refused", "not_tried". Where the key agent or Redis
 * goes away the rows done are done, the one at work says so and the others were not tried
 * (`stopped`: the code): the same archive can be brought again. A check also finds what rows of
 * the archive have against each other.
 * Refused as a whole: RC_NOT_FOUND ("organisation"), "file" (no archive as unzip_open wants it, no
 * table or several, too many rows or files), "table" (its form, its columns). */
rc_t certificate_import(const struct registry *r, const struct actor *by, const struct agent *agent,
                        const struct certificate_import *in, json_t **report,
                        struct err *e) WX_MUST_USE;

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

/* {address, fingerprint, usage, primary, custody, status:
 * "valid"|"expired"|"not_yet_valid"|"revoked", not_before, not_after, algorithm, subject, issuer,
 * serial, addresses, key, seq, source, since, replaced_by, replaced_at, revoked_at, former, der,
 * version}. id: "<address> <fingerprint>". */
rc_t certificate_view(str_t id, const json_t *row, int64_t now, json_t **view,
                      struct err *e) WX_MUST_USE;

/* What lists show: certificate_view without `der` and `status`, which depends on the time. It
 * stands in `o:briefs:<organisation>` under the record's id, written by whatever writes the record
 * and in the same change, so that a list of thousands neither reads nor parses certificates. */
rc_t certificate_brief(str_t id, const json_t *row, json_t **out, struct err *e) WX_MUST_USE;

/* The briefs of all of an organisation's certificates as compact JSON, by id, in the arena. Where
 * there are not as many of them as records (an earlier release wrote those), they are derived from
 * the records: slower, never less. */
struct certificate_text {
    str_t id, text;
};
rc_t certificate_briefs(const struct registry *r, struct arena *a, str_t organisation,
                        struct certificate_text **out, size_t *count, struct err *e) WX_MUST_USE;
/* How often any of them was changed (`o:briefed:<organisation>`, counted up in the same change): as
 * long as it stays, so do they. 0: not known. */
rc_t certificate_count_changes(const struct registry *r, str_t organisation, int64_t *out,
                               struct err *e) WX_MUST_USE;
/* How many records and briefs there are: lists are slow where that is not the same. */
rc_t certificate_count_briefs(const struct registry *r, str_t organisation, long long *records,
                              long long *briefs, struct err *e) WX_MUST_USE;
/* Compares every brief with its record and writes anew where one differs or is lacking.
 * *repaired: how many. */
rc_t certificate_repair_briefs(const struct registry *r, const struct actor *by, str_t organisation,
                               long long *repaired, struct err *e) WX_MUST_USE;

/* What is known of these addresses (n of them, lower case, repetitions allowed) in one
 * organisation, as the rules want it. Trust: by chain, else pinned, because it was registered.
 * Status: by validity and, of those trusted by chain, by what `checks` find out about revocation:
 * revoked (what the organisation's own authority revoked is so without asking); unknown where
 * somebody was asked and did not answer; good where nobody can be asked. In the arena. */
struct certificate_view_by {
    const struct trust *trust; /* NULL: nothing is trusted by chain */
    const struct cert_checks
        *checks; /* NULL: revocation is not asked; keep to their own deadline */
    int64_t now;
};
rc_t certificate_facts(const struct registry *r, str_t organisation, const str_t *addresses,
                       size_t n, const struct certificate_view_by *by, struct arena *a,
                       struct policy_cert **out, size_t *count, struct err *e) WX_MUST_USE;

/* What is registered for these addresses (n of them, lower case, repetitions allowed), for whoever
 * judges certificates himself: only what is whole, is what its id says, and names the address. In
 * the arena; what one address has stands together, in no order. */
struct certificate_known {
    str_t address, der;
    str_t issuers; /* base64, blanks between: for certificate_issuers */
    bool can_sign, can_encrypt, primary_encrypt;
    bool held;    /* the key agent has its key */
    bool revoked; /* by the organisation's own authority */
};
rc_t certificate_known(const struct registry *r, str_t organisation, const str_t *addresses,
                       size_t n, struct arena *a, struct certificate_known **out, size_t *count,
                       struct err *e) WX_MUST_USE;
/* Authorities that came with a certificate, each owned by the caller; returns how many. */
enum { CERTIFICATE_ISSUERS_MAX = 8 };
size_t certificate_issuers(str_t issuers, struct arena *a,
                           struct cert *out[CERTIFICATE_ISSUERS_MAX]);

/* --- for documents (policy/document.c) ------------------------------------------------------- */

/* Is the record, read already, what its id says? What is wrong, or NULL. */
const char *certificate_fault(str_t id, const json_t *row);

#endif
