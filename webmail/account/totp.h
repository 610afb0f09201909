/* A second factor at sign-in: codes of an authenticator app (RFC 6238), and ten recovery codes that
 * each work once.
 *
 * Document `u:<address>:totp`: {on, since, secret (sealed, base64), used (last step accepted),
 * recovery: [keyed hashes, hex], recovery_of (the address they are keyed with, where the account
 * was renamed since), pending: {secret, since}}. The secret is sealed under a key of this host with
 * the account as associated data; a code is accepted once, within one step of the clock. Whoever
 * knows the password can guess 10 codes an hour and account, from wherever.
 */
#ifndef WAXSEAL_WEBMAIL_TOTP_H
#define WAXSEAL_WEBMAIL_TOTP_H

#include "webmail/app.h"

#define TOTP_RECOVERY_CODES 10u
#define TOTP_GUESSES 10u
#define TOTP_GUESS_SECONDS 3600u
#define TOTP_PENDING_SECONDS 1800

/* To be asked after the password was right and before there is a session. code: digits, or a
 * recovery code, or empty. RC_OK also for accounts without a second factor. RC_CODE_NEEDED,
 * RC_WRONG_CODE, RC_THROTTLED; RC_DAMAGED when the document cannot be read: nobody gets in. */
rc_t totp_check(struct call *c, str_t address, str_t code, struct err *e) WX_MUST_USE;

/* For what asks the owner again: RC_INVALID with field "code" when a second factor is on and this
 * is not a code. */
rc_t totp_prove_if_on(struct call *c, str_t code, struct err *e) WX_MUST_USE;
/* {on, since, recovery_left}; new reference. */
rc_t totp_describe(struct call *c, json_t **out, struct err *e) WX_MUST_USE;

call_handler totp_get, totp_post;

#endif
