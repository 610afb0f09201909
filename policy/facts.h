/* What a decision is made from, beside the rules: the message, and what is known about the few
 * addresses it names. The caller gathers it; nothing here is looked up.
 *
 * Everything is borrowed for the time of the call.
 */
#ifndef WAXSEAL_POLICY_FACTS_H
#define WAXSEAL_POLICY_FACTS_H

#include "policy/ruleset.h"

enum { POLICY_RECIPIENTS_MAX = 5000, POLICY_HEADERS_MAX = 2000 };

/* --- the message -------------------------------------------------------------------------------
 */

/* X(enum, word): what a signature is worth. A message counts as VALID only by a full verdict with
 * signer = From. */
#define POLICY_SIGNATURE_TABLE(X)                                                                  \
    X(NONE, "unsigned")                                                                            \
    X(VALID, "valid")                                                                              \
    X(CORRUPT, "corrupt")                                                                          \
    X(UNTRUSTED, "untrusted")                                                                      \
    X(EXPIRED, "expired")                                                                          \
    X(REVOKED, "revoked")                                                                          \
    X(MISMATCH, "mismatch")
enum policy_signature {
#define X(name, word) SIGNATURE_##name,
    POLICY_SIGNATURE_TABLE(X)
#undef X
        SIGNATURE_COUNT
};

enum policy_choice { CHOICE_NONE, CHOICE_YES, CHOICE_NO };
enum policy_role { ROLE_TO, ROLE_CC, ROLE_BCC };
enum policy_auth { AUTH_UNKNOWN, AUTH_PASS, AUTH_FAIL };

struct policy_header {
    str_t name, value;
};
/* A message whose root is a parsable EnvelopedData or AuthEnvelopedData; a label alone is none. */
struct policy_encryption {
    const str_t *certs; /* recipient infos that match certificates this system knows: their ids */
    size_t cert_count;
    str_t cipher; /* aes-256-gcm, aes-128-cbc, des-ede3-cbc, … */
    bool tampered;
    enum policy_signature inner;
};
struct policy_message {
    /* The submitter is verified, and the one header From (and Sender) is the envelope sender or an
     * address that the registry gives to that login. */
    bool authenticated;
    str_t mail_from;    /* empty: the null sender */
    str_t from;         /* RFC 5322 From */
    const str_t *to[3]; /* by enum policy_role; any letter case, repetitions count once */
    size_t to_count[3];
    str_t subject;                       /* decoded, as received; UTF-8 */
    const struct policy_header *headers; /* the first of a name counts */
    size_t header_count;
    uint64_t size;
    bool has_attachment;
    str_t content_type;                         /* of the message, parameters may follow */
    enum policy_auth auth;                      /* of the sender, when not authenticated */
    enum policy_choice user_sign, user_encrypt; /* in the composer */
    enum policy_signature signature;            /* of a signed message that is not encrypted */
    const struct policy_encryption *encrypted;  /* NULL: clear text */
};

/* --- an organisation ---------------------------------------------------------------------------
 */

enum policy_licence { SEAT_ACTIVE, SEAT_REVOKE_PENDING, SEAT_INACTIVE };
enum policy_key { CUSTODY_NONE, CUSTODY_GATEWAY, CUSTODY_USER };
enum policy_cert_status {
    CERT_STATUS_GOOD,
    CERT_STATUS_EXPIRED,
    CERT_STATUS_REVOKED,
    CERT_STATUS_NOT_YET_VALID,
    CERT_STATUS_UNKNOWN /* revocation is not known */
};
enum policy_cert_trust { CERT_TRUSTED, CERT_PINNED, CERT_UNTRUSTED };
enum policy_smime { SMIME_ENABLED, SMIME_DISABLED, SMIME_LAPSED };

struct policy_account {
    str_t address; /* lower case */
    enum policy_licence licence;
};
struct policy_cert {
    str_t id;      /* the same id in two organisations is the same certificate */
    str_t address; /* lower case */
    bool can_sign, can_encrypt, primary;
    enum policy_key key;
    int64_t seq; /* higher is newer */
    enum policy_cert_status status;
    enum policy_cert_trust trust;
    str_t alg; /* usable: rsa2048, rsa3072, rsa4096, p256, p384 */
};
struct policy_organisation {
    str_t id;
    enum policy_smime smime;
    const struct ruleset *rules;           /* holds the managed domains too */
    const struct policy_account *accounts; /* at least those of the message's addresses */
    size_t account_count;
    const struct policy_cert *certs; /* the same */
    size_t cert_count;
};

struct policy_state {
    bool rules_down;      /* the rule store: what is in `rules` may be old */
    bool revocation_down; /* nobody can say what is revoked */
};
struct policy_input {
    const struct policy_organisation *orgs; /* those that own the domains of From and recipients */
    size_t org_count;
    const struct policy_message *message;
    struct policy_state state;
};

#endif
