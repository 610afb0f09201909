/* A user's preferences (fields.h: the table). */
#ifndef WAXSEAL_WEBMAIL_SETTINGS_H
#define WAXSEAL_WEBMAIL_SETTINGS_H

#include "webmail/app.h"

/* All settings, defaults filled in, and "version": which state they are; new reference. What was
 * stored and is acceptable no more (an identity whose address the operator took back) is left out.
 */
rc_t settings_load(struct call *c, json_t **out, struct err *e) WX_MUST_USE;
/* Merges a subset, field by field; lists are replaced whole. An unknown or unacceptable one is
 * RC_INVALID and names it, and nothing is written. With "version" in the subset only onto that
 * state, else RC_CONFLICT. */
rc_t settings_merge(struct call *c, const json_t *subset, json_t **out, struct err *e) WX_MUST_USE;
/* Shows this sender's remote pictures from now on (remote_images). The oldest makes room. */
rc_t settings_remember_sender(struct call *c, str_t address, struct err *e) WX_MUST_USE;

call_handler settings_get, settings_put;

#endif
