/* Auto: the security mode last used for a set of recipients.
 *
 * Redis: hash `modes` by the set (SHA-256 in hex of its addresses: lower case, each once, sorted, a
 * line feed after each), each value authenticated under its own name (store.h): "mode TAB seconds";
 * sorted set `modes-used` says which goes first when there is no room. Nobody reads who was written
 * to out of it who does not know it already.
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_MODES_H
#define WAXSEAL_WEBMAIL_COMPOSE_MODES_H

#include "webmail/compose/parse.h"

#define MODES_MAX 2000u

/* Name of the set, in the request arena; null for an empty one, and without memory. */
str_t modes_set_of(struct call *c, const str_t *addresses, size_t n);
/* To, Cc and Bcc together are the set. Without recipients nothing is kept. */
rc_t modes_remember(struct call *c, const struct compose *m, struct err *e) WX_MUST_USE;
/* *known false: this set was never written to, or what stands there is not of ours. */
rc_t modes_find(struct call *c, const str_t *addresses, size_t n, bool *known,
                enum compose_mode *mode, struct err *e) WX_MUST_USE;
/* [{set, mode, last}], authenticated, in no order; new reference. */
rc_t modes_export(struct call *c, json_t **out, struct err *e) WX_MUST_USE;

#endif
