/* One-time codes by time: RFC 6238 with HMAC-SHA-1, steps of 30 seconds and six digits, which is
 * what every authenticator app does; secrets are written in base32 (RFC 4648 section 6).
 */
#ifndef WAXSEAL_CRYPTO_TOTP_H
#define WAXSEAL_CRYPTO_TOTP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_STEP_SECONDS 30
#define TOTP_DIGITS 6

/* The code of a step (seconds since the epoch / TOTP_STEP_SECONDS): digits and a NUL. */
rc_t totp_code(str_t secret, uint64_t step, char out[TOTP_DIGITS + 1], struct err *e) WX_MUST_USE;
/* The step within `skew` steps of `step`, and after `used`, whose code this is: *found true and
 * *at. Every step is compared in constant time, found or not. */
rc_t totp_find(str_t secret, str_t code, uint64_t step, unsigned skew, uint64_t used, bool *found,
               uint64_t *at, struct err *e) WX_MUST_USE;
/* Without padding. The null slice when the arena is full. */
str_t base32_encode(struct arena *a, str_t raw);

#endif
