/* Limits on failed sign-ins, in windows of 15 minutes: 10 per (account, client address) and 100 per
 * client network (/24 or /64) are refused; from the 50th failure of an account on, from wherever,
 * the next attempt has to wait, longer each time. Counted in Redis for all servers and in shared
 * memory for this one, so that emptying Redis lifts no limit.
 *
 * An attempt is counted before it is tried and taken back when it was not a wrong password, so that
 * parallel attempts cannot slip through between look and count.
 */
#ifndef WAXSEAL_WEBMAIL_THROTTLE_H
#define WAXSEAL_WEBMAIL_THROTTLE_H

#include "webmail/app.h"
#include "webmail/shared.h"

#define THROTTLE_WINDOW_SECONDS 900u
#define THROTTLE_PER_PAIR 10u
#define THROTTLE_PER_ACCOUNT 50u
#define THROTTLE_PER_NETWORK 100u
#define THROTTLE_MOST_WAIT_SECONDS 60u
#define THROTTLE_ACT_SECONDS 3600u

struct throttle {
    str_t pair, account, network, wait; /* Redis keys */
    struct shared_key local_pair, local_account, local_network;
};

/* Counts an attempt. RC_THROTTLED (nothing counted; Retry-After is set) or RC_STATE_DOWN. */
rc_t throttle_begin(struct call *c, str_t account, struct throttle *t, struct err *e) WX_MUST_USE;
/* The attempt was no failure; with `success` the pair starts anew. */
rc_t throttle_take_back(struct call *c, const struct throttle *t, bool success,
                        struct err *e) WX_MUST_USE;
/* Seconds to wait after the n-th failure of an account: 0 below the limit, then growing. */
unsigned throttle_wait(unsigned failures);
/* Acts that are no sign-in: counts one of `what` (a name of ours) by the account of the session, in
 * windows of an hour, in both places as well. RC_THROTTLED with `message` and Retry-After from the
 * one after `most` on. */
rc_t throttle_act(struct call *c, const char *what, unsigned most, const char *message,
                  struct err *e) WX_MUST_USE;

#endif
