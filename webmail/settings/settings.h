/* A user's preferences: one table of fields with type, allowed values and default. */
#ifndef WAXSEAL_WEBMAIL_SETTINGS_H
#define WAXSEAL_WEBMAIL_SETTINGS_H

#include "webmail/app.h"

/* All settings, defaults filled in; new reference. */
rc_t settings_load(struct call *c, json_t **out, struct err *e) WX_MUST_USE;
/* Merges a subset, field by field; an unknown or unacceptable one is RC_INVALID and names it. */
rc_t settings_merge(struct call *c, const json_t *subset, json_t **out, struct err *e) WX_MUST_USE;

call_handler settings_get, settings_put;

#endif
