/* The decision about a message: what each organisation does with it for each recipient, what is
 * handed on in which copies, who is told. A pure function: the same input gives the same answer on
 * every machine and at every time.
 *
 * What is decided is meant for logs and administrators. A peer outside learns less (see "On the
 * wire" in the design's policy/README): whoever answers him is not to pass status and reason on.
 */
#ifndef WAXSEAL_POLICY_EVALUATE_H
#define WAXSEAL_POLICY_EVALUATE_H

#include "policy/match.h"

#define DECISION_RESULT_TABLE(X)                                                                   \
    X(ABSENT, "")                                                                                  \
    X(DONE, "done")                                                                                \
    X(SATISFIED, "satisfied")                                                                      \
    X(NONE, "none")                                                                                \
    X(UNAVAILABLE, "unavailable")                                                                  \
    X(DEFERRED, "deferred")                                                                        \
    X(REFUSED, "refused")                                                                          \
    X(REPORTED, "reported")
/* ABSENT: the evaluation ended before it */
enum decision_result {
#define X(name, word) RESULT_##name,
    DECISION_RESULT_TABLE(X)
#undef X
        DECISION_RESULTS
};

#define DECISION_REASON_TABLE(X)                                                                   \
    X(OK, "ok")                                                                                    \
    X(OFF, "off")                                                                                  \
    X(USER_DECLINED, "user_declined")                                                              \
    X(ALREADY_ENCRYPTED, "already_encrypted")                                                      \
    X(ALREADY_SIGNED, "already_signed")                                                            \
    X(FEATURE_LAPSED, "feature_lapsed")                                                            \
    X(NO_ACCOUNT, "no_account")                                                                    \
    X(LICENCE_REVOKE_PENDING, "licence_revoke_pending")                                            \
    X(LICENCE_INACTIVE, "licence_inactive")                                                        \
    X(NO_CERTIFICATE, "no_certificate")                                                            \
    X(NOT_PRIMARY, "not_primary")                                                                  \
    X(CERT_REVOKED, "cert_revoked")                                                                \
    X(CERT_EXPIRED, "cert_expired")                                                                \
    X(CERT_NOT_YET_VALID, "cert_not_yet_valid")                                                    \
    X(CERT_UNTRUSTED, "cert_untrusted")                                                            \
    X(ALG_UNSUPPORTED, "alg_unsupported")                                                          \
    X(KEY_USER_HELD, "key_user_held")                                                              \
    X(NO_KEY, "no_key")                                                                            \
    X(NOT_FOR_RECIPIENT, "not_for_recipient")                                                      \
    X(RECIPIENT_REVOKE_PENDING, "recipient_revoke_pending")                                        \
    X(RECIPIENT_INACTIVE, "recipient_inactive")                                                    \
    X(REVOCATION_UNKNOWN, "revocation_unknown")                                                    \
    X(NOT_ENCRYPTED, "not_encrypted")                                                              \
    X(SAME_PASS, "same_pass")                                                                      \
    X(CIPHER_REFUSED, "cipher_refused")                                                            \
    X(TAMPERED, "tampered")                                                                        \
    X(NULL_SENDER_EXEMPT, "null_sender_exempt")                                                    \
    X(OPAQUE, "opaque")                                                                            \
    X(UNSIGNED, "unsigned")                                                                        \
    X(VALID, "valid")                                                                              \
    X(CORRUPT, "corrupt")                                                                          \
    X(UNTRUSTED, "untrusted")                                                                      \
    X(EXPIRED, "expired")                                                                          \
    X(REVOKED, "revoked")                                                                          \
    X(MISMATCH, "mismatch")
enum decision_reason { /* the last seven in the order of enum policy_signature */
#define X(name, word) REASON_##name,
                       DECISION_REASON_TABLE(X)
#undef X
                           DECISION_REASONS
};

/* Enhanced status codes (RFC 3463, RFC 7372 is not used). */
#define DECISION_STATUS_TABLE(X)                                                                   \
    X(DELIVERED, "2.0.0")                                                                          \
    X(NOT_PROTECTED, "5.7.3")                                                                      \
    X(NOT_SUPPORTED, "5.7.6")                                                                      \
    X(KEY_INFORMATION, "5.7.5")                                                                    \
    X(ALTERED, "5.7.7")                                                                            \
    X(CLEAR_TEXT, "5.7.1")                                                                         \
    X(REVOCATION_WAITS, "4.7.5")                                                                   \
    X(RULES_DOWN, "4.3.0")
enum decision_status {
#define X(name, word) STATUS_##name,
    DECISION_STATUS_TABLE(X)
#undef X
        DECISION_STATUSES
};

enum decision_outcome { OUTCOME_DELIVER, OUTCOME_REJECT, OUTCOME_DEFER, OUTCOME_QUARANTINE };
enum decision_direction {
    DIRECTION_RELAY,
    DIRECTION_OUTBOUND,
    DIRECTION_INBOUND,
    DIRECTION_INTERNAL,
    DIRECTION_OUTBOUND_INBOUND
};
enum decision_note { NOTE_NONE, NOTE_FEATURE_DISABLED, NOTE_RULES_UNAVAILABLE };
enum decision_stored { STORED_NOWHERE, STORED_PLAIN, STORED_ENCRYPTED };
enum decision_report_kind { REPORT_SMTP_REJECT, REPORT_DSN, REPORT_QUARANTINE, REPORT_DEFER };

struct decision_action {
    enum decision_result result;
    enum decision_reason reason;
    str_t cert; /* the certificate used; null: none */
};
struct decision_pass {
    const struct policy_organisation *org;
    enum pass_kind kind;
    enum decision_note note; /* set: nothing was evaluated */
    struct matched matched;  /* levels as they count: with what the user said */
    struct decision_action action[RULE_ON_PARTIAL]; /* by enum rule_field */
};
struct decision_recipient {
    str_t address; /* lower case */
    enum policy_role role;
    enum decision_direction direction;
    struct decision_pass pass[2];
    size_t pass_count;
    enum decision_outcome outcome;
    enum decision_status status;
    enum decision_stored stored;
    bool held;                     /* another recipient's failure held it back */
    bool own_copy;                 /* newly encrypted, and the recipient is blind */
    bool as_signed, as_encrypted;  /* what the sending side hands on */
    enum decision_outcome partial; /* own failure under all_or_none: REJECT, DEFER; else DELIVER */
};
/* Recipients as indexes into decision.recipients. */
struct decision_copy {
    size_t *recipients, count;
    bool as_signed, as_encrypted;
};
struct decision_report {
    enum decision_report_kind kind;
    str_t to; /* of a dsn: mail_from as it was given */
    size_t *recipients, count;
    enum decision_status status;
};
struct decision {
    struct decision_recipient *recipients; /* each once, in the order to, cc, bcc */
    size_t recipient_count;
    struct decision_copy *copies;
    size_t copy_count;
    struct decision_report *reports;
    size_t report_count;
    str_t subject; /* with a trigger removed; null: as it was */
};

/* All of the answer is in the arena, and refers to what `in` refers to. RC_TOO_LARGE beyond
 * POLICY_RECIPIENTS_MAX or POLICY_HEADERS_MAX, RC_NO_MEMORY; a decision is never half done. */
rc_t policy_evaluate(const struct policy_input *in, struct arena *a, struct decision *out,
                     struct err *e) WX_MUST_USE;

/* --- policy/actions.c: one pass over one recipient ---------------------------------------------
 */

/* The message as it is at one point of its way. */
struct policy_mail {
    enum policy_signature signature;
    bool encrypted, same_pass; /* same_pass: encrypted by this gateway in the pass that it is in */
    const str_t *certs;
    size_t cert_count;
    str_t cipher;
    bool tampered;
    enum policy_signature inner;
};
/* Sign and encrypt; both are always reported. False: not to be delivered; outcome and status are
 * set. mail is changed to what goes on. */
bool actions_send(struct decision_recipient *r, struct decision_pass *p,
                  const struct policy_input *in, str_t from, struct policy_mail *mail);
/* Decrypt and validate, until one fails. */
bool actions_receive(struct decision_recipient *r, struct decision_pass *p,
                     const struct policy_input *in, struct policy_mail *mail);

/* A report of a mail system, which nobody could have encrypted or signed: RFC 3464, null sender. */
bool actions_is_exempt(const struct policy_message *m);

/* What an account of the organisation can do, as the actions above would find it: REASON_OK, or the
 * first thing that is missing. Signing; being encrypted to by others of the organisation; having
 * encrypted mail opened by the gateway. */
enum decision_reason actions_sign_reason(const struct policy_organisation *o, str_t account);
enum decision_reason actions_receive_reason(const struct policy_organisation *o, str_t account);
enum decision_reason actions_open_reason(const struct policy_organisation *o, str_t account);

/* --- policy/split.c: what goes together, who is told -------------------------------------------
 */

/* Holds back, makes copies (only when a sending organisation has the feature), reports. */
rc_t split_decide(const struct policy_input *in, bool sends, struct arena *a, struct decision *d,
                  struct err *e) WX_MUST_USE;

#endif
