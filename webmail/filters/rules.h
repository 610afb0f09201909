/* The filters of the visual editor: rules and vacation as JSON, checked, and the Sieve script
 * (RFC 5228) made of them.
 *
 * The script carries the rules in a comment at its head, with the hash of what follows: read back
 * it gives the same rules; a script that somebody changed by hand does not, and is shown as text.
 *
 *     rules: [{name, enabled, match: "all"|"any", conditions: [{field, op, value}],
 *              actions: [{type, value?}], stop}]
 *     fields and ops: from, to, cc, recipient, subject, list, body, header:NAME: contains,
 *       not_contains, is, is_not, begins, ends; size: over, under (KB); attachment: yes, no
 *     actions: move (folder, UTF-8), copy, label (keyword), read, star, forward (address), keep,
 *       discard
 *     vacation: {enabled, from, until (dates or null), zone, subject, text, days, once, addresses}
 */
#ifndef WAXSEAL_WEBMAIL_FILTERS_RULES_H
#define WAXSEAL_WEBMAIL_FILTERS_RULES_H

#include "base/json.h"
#include "mail/sieve.h"

#define FILTERS_MAX_RULES 100u
#define FILTERS_MAX_CONDITIONS 20u
#define FILTERS_MAX_ACTIONS 10u
#define FILTERS_MAX_VALUE 500u
#define FILTERS_MAX_TEXT 10000u

/* RC_INVALID with the path ("rules[2].conditions[0].value") and a sentence; RC_UNSUPPORTED where
 * the server lacks what is needed. vacation may be NULL or null. */
rc_t filters_check(const json_t *rules, const json_t *vacation, const struct sieve_features *f,
                   struct err *e) WX_MUST_USE;
/* The whole script of checked rules, with its head. RC_TOO_LARGE. */
rc_t filters_write(const json_t *rules, const json_t *vacation, const struct sieve_features *f,
                   struct arena *a, str_t *script, struct err *e) WX_MUST_USE;
/* The rules and the vacation of a script that filters_write made and nobody changed; false for any
 * other. New references. */
bool filters_read(str_t script, struct arena *a, json_t **rules, json_t **vacation);

#endif
