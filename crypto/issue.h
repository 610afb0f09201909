/* What an organisation's authority signs, as bytes yet without a signature: its own certificate,
 * certificates of mailboxes, and lists of revoked ones (RFC 5280, RFC 9598; docs/adr/0018). The key
 * agent puts the signature around them (agent_issue) and looks at them once more.
 *
 * Mailboxes get the shape of the CA/Browser Forum's S/MIME baseline, "mailbox-validated", "strict":
 * the address alone in subject and SAN, emailProtection alone, key usage by what it is for. Its
 * policy identifiers are not claimed: nobody audits an organisation's own authority.
 *
 * Serial numbers are 127 random bits. Times are Unix seconds. Results live in the arena.
 */
#ifndef WAXSEAL_CRYPTO_ISSUE_H
#define WAXSEAL_CRYPTO_ISSUE_H

#include "base/arena.h"
#include "base/err.h"
#include "crypto/cert.h"

enum { ISSUE_SIGN = 1, ISSUE_ENCRYPT = 2, ISSUE_BOTH = 3 };
enum { ISSUE_SERIAL_DIGITS = 32, ISSUE_NAME_CHARACTERS = 64, ISSUE_DOMAINS_MAX = 1000 };

struct issue_authority {
    str_t public_key;     /* SubjectPublicKeyInfo: RSA, P-256 or P-384 */
    str_t name;           /* of the organisation, UTF-8; its first 64 characters are used */
    const str_t *domains; /* what it may issue for (critical name constraint), one at least */
    size_t domain_count;
    int64_t from, until;
};
/* Self-signed, no authority below it, for mail only. RC_INVALID, RC_UNSUPPORTED (the key). */
rc_t issue_authority(const struct issue_authority *in, struct arena *a, str_t *tbs,
                     struct err *e) WX_MUST_USE;

/* The domains an authority's certificate names, in the arena. RC_DAMAGED. */
rc_t issue_domains(const struct cert *authority, struct arena *a, str_t **out, size_t *n,
                   struct err *e) WX_MUST_USE;
/* The SubjectPublicKeyInfo. RC_DAMAGED. */
rc_t issue_public_key(const struct cert *c, struct arena *a, str_t *spki,
                      struct err *e) WX_MUST_USE;
/* In PEM, in the arena (null: no memory). */
str_t issue_pem(const struct cert *c, struct arena *a);

struct issue_mailbox {
    const struct cert *authority;
    str_t public_key; /* SubjectPublicKeyInfo: RSA, or EC */
    str_t address;    /* as registered; with a local part beyond ASCII: SmtpUTF8Mailbox */
    unsigned use;     /* ISSUE_SIGN, ISSUE_ENCRYPT, ISSUE_BOTH */
    str_t list_url;   /* where the list of revoked ones is */
    int64_t from, until;
};
/* RC_INVALID, RC_UNSUPPORTED. */
rc_t issue_mailbox(const struct issue_mailbox *in, struct arena *a, str_t *tbs,
                   struct err *e) WX_MUST_USE;

struct issue_revoked {
    str_t serial; /* ISSUE_SERIAL_DIGITS hexadecimal digits */
    int64_t at;
    int reason; /* issue_reason; 0 is not written (RFC 5280 section 5.3.1) */
};
struct issue_list {
    const struct cert *authority;
    int64_t number; /* of the list, from 1; each higher than the last */
    int64_t at, next;
    const struct issue_revoked *revoked;
    size_t count;
};
rc_t issue_list(const struct issue_list *in, struct arena *a, str_t *tbs,
                struct err *e) WX_MUST_USE;

/* The code of a reason's word ("keyCompromise"); -1: not one that we give. */
int issue_reason(str_t word);
/* All of those words, with blanks between them. */
#define ISSUE_REASONS                                                                              \
    "unspecified keyCompromise affiliationChanged superseded cessationOfOperation "                \
    "privilegeWithdrawn"

#endif
