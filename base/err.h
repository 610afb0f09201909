/* Errors: one table of codes for the whole product.
 *
 * Every fallible function is `rc_t f(in..., out..., struct err *e)`. It returns
 * RC_OK or a code, fills *e (which may be NULL) on failure, and leaves its
 * outputs untouched then. The code maps to an HTTP status, an LMTP reply and
 * the stable word clients see (`{code, message, details}`).
 *
 * Library code returns errors; only handlers and mains log or print them.
 */
#ifndef WAXSEAL_BASE_ERR_H
#define WAXSEAL_BASE_ERR_H

#include "base/str.h"

#define WX_MUST_USE __attribute__((warn_unused_result))

/* X(enum, word, HTTP status, LMTP reply, default sentence for a person) */
#define ERR_TABLE(X)                                                                               \
    X(OK, "ok", 200, "250 2.0.0", "Done.")                                                         \
    X(BAD_REQUEST, "bad_request", 400, "501 5.5.4", "The request could not be understood.")        \
    X(INVALID, "invalid", 422, "550 5.6.0", "A value is not acceptable.")                          \
    X(UNAUTHENTICATED, "unauthenticated", 401, "530 5.7.0", "Please sign in again.")               \
    X(WRONG_PASSWORD, "wrong_password", 401, "535 5.7.8", "User name or password is wrong.")       \
    X(CODE_NEEDED, "code_needed", 401, "535 5.7.8",                                                \
      "Please enter the code of your authenticator app.")                                          \
    X(WRONG_CODE, "wrong_code", 401, "535 5.7.8", "This code is wrong or was used already.")       \
    X(CSRF, "csrf", 403, "550 5.7.1", "This request did not come from our own page.")              \
    X(FORBIDDEN, "forbidden", 403, "550 5.7.1", "You may not do that.")                            \
    X(SECOND_FACTOR, "second_factor", 403, "550 5.7.1",                                            \
      "This needs a second factor: please set one up, or sign in with it.")                        \
    X(STEP_UP, "step_up", 403, "550 5.7.1", "This needs a fresh code of your authenticator app.")  \
    X(FEATURE_DISABLED, "feature_disabled", 403, "550 5.7.1",                                      \
      "This feature is not part of your plan.")                                                    \
    X(NOT_FOUND, "not_found", 404, "550 5.1.1", "That is not there (any more).")                   \
    X(METHOD, "method_not_allowed", 405, "502 5.5.1", "That method is not allowed here.")          \
    X(CONFLICT, "conflict", 409, "450 4.3.0", "It has changed meanwhile.")                         \
    X(TOO_LARGE, "too_large", 413, "552 5.3.4", "That is too large.")                              \
    X(UNSUPPORTED, "unsupported", 422, "554 5.6.1", "This form is not supported.")                 \
    X(DAMAGED, "damaged", 422, "554 5.6.0", "The data is damaged.")                                \
    X(WRONG_PASSPHRASE, "wrong_passphrase", 422, "554 5.7.0", "The passphrase is wrong.")          \
    X(NO_CERTIFICATE, "no_certificate", 422, "550 5.7.5", "There is no usable certificate.")       \
    X(DECRYPT_FAILED, "decrypt_failed", 422, "554 5.7.5", "The message could not be decrypted.")   \
    X(SIGNATURE_REJECTED, "signature_rejected", 422, "554 5.7.5",                                  \
      "The signature does not match what was to be signed.")                                       \
    X(SPELL_CHECK_OFF, "spell_check_off", 403, "550 5.7.1",                                        \
      "Spell check is off because this message is or may be encrypted.")                           \
    X(THROTTLED, "throttled", 429, "450 4.7.1", "Too many attempts. Please wait a while.")         \
    X(CANCELLED, "cancelled", 499, "451 4.3.0", "The request was cancelled.")                      \
    X(INTERNAL, "internal", 500, "451 4.3.0", "Something went wrong on our side.")                 \
    X(BUSY, "busy", 503, "451 4.3.2", "The server is busy. Please try again in a moment.")         \
    X(NO_MEMORY, "no_memory", 503, "452 4.3.1", "The server is short of memory.")                  \
    X(IMAP_DOWN, "imap_unavailable", 503, "451 4.4.1", "The mail server cannot be reached.")       \
    X(IMAP_ERROR, "imap_error", 502, "451 4.3.0", "The mail server refused the request.")          \
    X(SMTP_DOWN, "smtp_unavailable", 503, "451 4.4.1",                                             \
      "The outgoing mail server cannot be reached.")                                               \
    X(SMTP_REFUSED, "smtp_refused", 502, "550 5.0.0",                                              \
      "The outgoing mail server refused the message.")                                             \
    X(SIEVE_DOWN, "sieve_unavailable", 503, "451 4.4.1", "The filter server cannot be reached.")   \
    X(SIEVE_REFUSED, "sieve_refused", 502, "550 5.0.0", "The filter server refused the request.")  \
    X(STATE_DOWN, "state_unavailable", 503, "451 4.3.0",                                           \
      "The server cannot reach its own memory just now.")                                          \
    X(TIMEOUT, "timeout", 504, "451 4.4.2", "It took too long.")                                   \
    X(UNTRUSTED_PEER, "untrusted_server", 502, "454 4.7.0",                                        \
      "The mail server's certificate is not trusted.")                                             \
    X(SOURCE_DOWN, "source_unavailable", 502, "451 4.4.1",                                         \
      "The server that was to be asked cannot be reached.")                                        \
    X(SOURCE_REFUSED, "source_refused", 502, "550 5.7.1", "That server may not be asked.")         \
    X(FETCH_DOWN, "fetch_unavailable", 503, "451 4.3.0",                                           \
      "The service that asks other servers cannot be reached.")                                    \
    X(KEYD_DOWN, "key_agent_unavailable", 503, "451 4.3.0",                                        \
      "The service that holds the organisation's keys cannot be reached.")                         \
    X(KEY_STOPPED, "key_stopped", 503, "451 4.7.0",                                                \
      "This key rests after too many failures. Please try again in an hour.")                      \
    X(FULL, "storage_full", 507, "452 4.3.1", "There is no room left.")

typedef enum {
#define X(name, word, http, lmtp, text) RC_##name,
    ERR_TABLE(X)
#undef X
        RC_COUNT
} rc_t;

/* What went wrong, in fixed storage so that reporting can never fail. */
struct err {
    rc_t code;
    char message[256]; /* a sentence for the person, UTF-8; never secret, never foreign markup */
    char field[64];    /* the input that is to blame ("to", "attachments[3]"), or "" */
    char detail[256]; /* for the log and the details panel: what the peer said; quoted by the log */
    unsigned position; /* which character of that input, counted from 1; 0: not told */
};

/* Fills *e (may be NULL) and returns code. fmt NULL takes the table's sentence. */
rc_t err_set(struct err *e, rc_t code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Adds the technical detail to an error already set; e may be NULL. */
void err_detail(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Names the input that is to blame; e may be NULL. */
void err_field(struct err *e, const char *field);

/* Tells where in that input (characters, from 1); e may be NULL. */
void err_position(struct err *e, unsigned position);

/* RC_INVALID with the input that is to blame and a constant sentence; returns the code. */
rc_t err_invalid(struct err *e, const char *field, const char *sentence);

const char *err_word(rc_t code);
int err_http_status(rc_t code);
const char *err_lmtp_reply(rc_t code);
const char *err_sentence(rc_t code);

/* Returns from the calling function with the code when expr fails. */
#define TRY(expr)                                                                                  \
    do {                                                                                           \
        rc_t try_rc_ = (expr);                                                                     \
        if (try_rc_ != RC_OK) return try_rc_;                                                      \
    } while (0)

#endif
