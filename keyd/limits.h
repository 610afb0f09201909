/* How often a key may be used, and when decrypting with it rests.
 *
 * Kept in memory only, by key id, for keys whose sealed form opened: who can name ids at will
 * cannot push others out. Safe between threads. Times are clock_ms.
 */
#ifndef WAXSEAL_KEYD_LIMITS_H
#define WAXSEAL_KEYD_LIMITS_H

#include "base/err.h"
#include "base/str.h"

enum {
    LIMITS_FAILURES = 20, /* within LIMITS_WINDOW_MS, then decrypting rests */
    LIMITS_WINDOW_MS = 3600 * 1000
};

struct limits;

/* keys: how many are remembered at once. per_minute: uses of one key, signing and decrypting each;
 * as many may come at once. */
rc_t limits_new(size_t keys, unsigned per_minute, struct limits **out, struct err *e) WX_MUST_USE;
void limits_free(struct limits *l); /* NULL is allowed */

enum limits_use { LIMITS_SIGN, LIMITS_DECRYPT, LIMITS_USES };
enum limits_answer {
    LIMITS_GO,
    LIMITS_TOO_FAST, /* or there are more keys with something to remember than room */
    LIMITS_STOPPED   /* decrypting only */
};
/* id: 64 hexadecimal digits. LIMITS_GO has taken one use. */
enum limits_answer limits_take(struct limits *l, str_t id, enum limits_use use, int64_t now);
/* One more failure to decrypt; returns how many there were within the last hour, LIMITS_FAILURES at
 * most. */
unsigned limits_fail(struct limits *l, str_t id, int64_t now);

#endif
