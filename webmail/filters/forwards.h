/* Where a Sieve script (RFC 5228) sends mail on to. Whoever finds an open page must not be able to
 * have all mail forwarded to them from then on: a script that may send to where the one in use does
 * not needs the password (filters.c).
 *
 * No compiler of scripts: every command and test that is not known to send nothing counts, with its
 * tags and strings, as one place. What cannot be told apart (variables, escapes, "include", text
 * that does not read as tokens, too many places) makes the whole text one place, so that any change
 * of such a script counts.
 */
#ifndef WAXSEAL_WEBMAIL_FILTERS_FORWARDS_H
#define WAXSEAL_WEBMAIL_FILTERS_FORWARDS_H

#include "base/arena.h"
#include "base/str.h"

#define FORWARDS_MAX_PLACES 256u

/* True when `after` may send mail to a place that `before` does not name. Where the arena is full:
 * true. Nothing is kept. */
bool forwards_added(str_t before, str_t after, struct arena *a);

#endif
