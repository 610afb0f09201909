/* Certificates that an organisation's own authority issues to its mailboxes, and requests to an
 * authority outside.
 *
 * A certificate is issued to an active account with an active licence, in a domain that the
 * authority's certificate names. The key is made in the key agent (or, with a request, by whoever
 * holds it); certificate, sealed key and the note of what was issued are written together or not at
 * all. An address that has a usable certificate gets no second one but by `again` or renewal.
 *
 * Who was revoked for a reason that forbids another one (ISSUING_BARRING) gets none with all the
 * others, by whatever way; by name it stays possible. This is known until a week after the revoked
 * one would have ended.
 *
 * Bulk: each address is a change of its own; a row each: {address, ok, result, fingerprint?, code?,
 * field?, message?}, result "issued", "renewed", "unchanged" (it has one already), "refused",
 * "not_tried" (the agent or Redis went away meanwhile: the same call goes on where it stopped).
 * *report: {rows, done, unchanged, failed, not_tried, stopped: code|null}.
 *
 * JSON results are new references.
 */
#ifndef WAXSEAL_POLICY_ISSUING_H
#define WAXSEAL_POLICY_ISSUING_H

#include "policy/authority.h"
#include "policy/certificate.h"

enum {
    ISSUING_DAYS = 365,
    ISSUING_MANY = 10000,
    ISSUING_REQUEST_MAX = 16 << 10,
    ISSUING_ANSWER_MAX = 256 << 10,
    ISSUING_NEXT = 400
};

#define ISSUING_BARRING "keyCompromise affiliationChanged cessationOfOperation privilegeWithdrawn"

struct issuing_order {
    str_t organisation;
    str_t usage;     /* "sign", "encrypt", "both"; null: both */
    str_t algorithm; /* of the key: "rsa3072", "p256", "p384"; null: as the authority's own */
    str_t request;   /* PKCS #10 (DER) of a key held elsewhere; null: the agent makes one */
    bool again;      /* also to who has a usable one; the new one becomes primary */
    str_t asked;     /* the request's row in the queue (policy/asking.h), answered in the same
                        change; null: it came another way */
};
/* addresses: [text]; NULL: every account with an active licence that has no usable certificate and
 * is not barred. */
rc_t issuing_issue(const struct registry *r, const struct actor *by, const struct agent *agent,
                   const struct issuing_order *o, const json_t *addresses, json_t **report,
                   struct err *e) WX_MUST_USE;

/* A part of a long list, and where it goes on: what was in it does not come again, so that what is
 * refused every time keeps nobody waiting. */
struct issuing_some {
    str_t after;  /* null: from the beginning; else what `next` of the part before said */
    size_t limit; /* at least 1 */
    bool held;    /* issuing_due: only keys that the agent holds */
    char next[ISSUING_NEXT]; /* out; "": this was the end */
    long long left;          /* out: how many come after it; of issuing_lacking: at most */
};
/* Addresses of active accounts with an active licence that have no usable certificate for that, by
 * name; those in domains that the authority's certificate does not name yet last. some NULL:
 * ISSUING_MANY. barred (NULL: not asked for): those on the way that lack one, too, but are barred;
 * they are not among the addresses. */
rc_t issuing_lacking(const struct registry *r, str_t organisation, str_t usage, int64_t now,
                     struct issuing_some *some, json_t **addresses, json_t **barred,
                     struct err *e) WX_MUST_USE;

/* [{address, fingerprint, not_after, due (time), custody}] of issued ones that are primary and past
 * two thirds of their life at `at`, of accounts with an active licence; what ends first before, in
 * domains that the authority's certificate does not name any more last. some NULL: all. */
rc_t issuing_due(const struct registry *r, str_t organisation, int64_t at,
                 struct issuing_some *some, json_t **rows, struct err *e) WX_MUST_USE;
/* A new certificate with a new key for each, primary for what the earlier one was; that stays valid
 * and is read with. addresses: rows of issuing_due, or texts (each of their issued, primary
 * certificates); NULL: what is due at `at` and has its key in the agent, ISSUING_MANY of it; the
 * report's `left`: how many more. A mailbox's own key (custody user) wants a new
 * request: field "custody". */
rc_t issuing_renew(const struct registry *r, const struct actor *by, const struct agent *agent,
                   str_t organisation, const json_t *addresses, int64_t at, json_t **report,
                   struct err *e) WX_MUST_USE;
/* What is due by itself in every organisation: renewals; where the authority is `automatic`,
 * requests of people (asking_approve_due) and certificates for the licensed; lists. Goes on with
 * the next organisation after a failure. *report: {organisations: [{organisation, renewed, issued,
 * failed, list: bool, rows (of what failed), error?}], failed}. */
rc_t issuing_everywhere(const struct registry *r, const struct actor *by, const struct agent *agent,
                        json_t **report, struct err *e) WX_MUST_USE;

/* reason: a word of ISSUE_REASONS (crypto/issue.h). The list is published in the same change. The
 * certificate stays for reading and is primary for nothing. Also one that was removed from the
 * address, by its whole fingerprint. RC_NOT_FOUND "certificate": not issued here; RC_CONFLICT:
 * revoked already. *out: {address, fingerprint, serial, revoked_at, reason}. */
rc_t issuing_revoke(const struct registry *r, const struct actor *by, const struct agent *agent,
                    struct certificate_at at, str_t reason, json_t **out,
                    struct err *e) WX_MUST_USE;
/* [{serial, address, fingerprint, since, until, revoked_at, reason}], newest first. */
rc_t issuing_list(const struct registry *r, str_t organisation, json_t **rows,
                  struct err *e) WX_MUST_USE;

/* --- an authority outside --------------------------------------------------------------------- */

/* Makes a key and a request for an account's address. *out: {key, address, algorithm, since,
 * request (PEM)}. algorithm null: rsa3072. At most 10 wait for an address. */
rc_t issuing_request(const struct registry *r, const struct actor *by, const struct agent *agent,
                     str_t organisation, str_t address, str_t algorithm, json_t **out,
                     struct err *e) WX_MUST_USE;
rc_t issuing_requests(const struct registry *r, str_t organisation, json_t **rows,
                      struct err *e) WX_MUST_USE;
/* The answer: a certificate (DER, PEM with its chain, PKCS #7) whose key is one that waits for this
 * address. *view: certificate_view. RC_NOT_FOUND "request": none of its certificates fits. */
rc_t issuing_answer(const struct registry *r, const struct actor *by, str_t organisation,
                    str_t address, str_t file, json_t **view, struct err *e) WX_MUST_USE;
/* Forgets request and key. key: its id, or 8 digits of its beginning. */
rc_t issuing_withdraw(const struct registry *r, const struct actor *by, str_t organisation,
                      str_t key, struct err *e) WX_MUST_USE;

#endif
