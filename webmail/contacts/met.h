/* Whom the user has written to: kept apart from contacts, to complete addresses with.
 *
 * Redis: hash `met` by lower-case address, each value authenticated under its own name (store.h):
 * "count TAB last (seconds) TAB address TAB name"; sorted set `met-used` says who goes first when
 * there is no room. An entry becomes a contact only by the user's act.
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_MET_H
#define WAXSEAL_WEBMAIL_CONTACTS_MET_H

#include "webmail/app.h"

#define MET_MAX 5000u

struct met {
    str_t address, name; /* name may be empty */
    uint32_t count;      /* messages */
    int64_t last;
    str_t stored; /* for met_is_ours */
};

/* One message more to each of these (json array of recipients {address}); header: the fields that
 * say their names. The account's own address is left out. */
rc_t met_remember(struct call *c, const json_t *recipients, str_t header,
                  struct err *e) WX_MUST_USE;
/* All, in no order, as Redis has them: not authenticated. In the request arena. */
rc_t met_all(struct call *c, struct met **out, size_t *n, struct err *e) WX_MUST_USE;
/* Was it written by us, for this user? */
bool met_is_ours(struct call *c, const struct met *m);
/* [{address, name, last, count}], authenticated; new reference. */
rc_t met_export(struct call *c, json_t **out, struct err *e) WX_MUST_USE;

call_handler met_forget;

#endif
