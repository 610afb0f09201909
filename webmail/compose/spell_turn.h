/* Who may spell check now: one job of an account at a time, few in all, and the dictionaries for
 * one of them after the other. For spell.c, spell_dict.c and spell_scan.c.
 *
 * hunspell thinks for up to half a second about a word that is made for it, and dictionaries are
 * behind one lock: whoever waits holds a thread of the server. So what waits is bounded in number
 * and time, and those who have no turn are told so at once. */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_SPELL_TURN_H
#define WAXSEAL_WEBMAIL_COMPOSE_SPELL_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "webmail/shared.h"

#define SPELL_MAX_JOBS 4u /* of a process */

/* most: jobs of this process, at most SPELL_MAX_JOBS. RC_THROTTLED: this account has one under way;
 * RC_BUSY: there are too many of others. spell_job_end after RC_OK. */
rc_t spell_job_begin(const struct shared_key *who, unsigned most, struct err *e) WX_MUST_USE;
void spell_job_end(const struct shared_key *who);

/* The dictionaries, in the order of asking. deadline: clock_ms. RC_BUSY: not by then. */
rc_t spell_turn_take(int64_t deadline, struct err *e) WX_MUST_USE;
void spell_turn_leave(void);
/* Between two words, turn held: lets those who wait go first when it was held for a while. After
 * RC_BUSY (it is late) it is not held any more. */
rc_t spell_turn_share(int64_t deadline, struct err *e) WX_MUST_USE;

#endif
