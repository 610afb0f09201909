/* Names and addresses of an organisation's accounts, for those who write to each other: offered
 * while a recipient is typed, where the organisation wants it (`directory: names`, policy/plan.h).
 * What an administrator entered, for accounts that are not suspended; nothing of any other
 * organisation.
 */
#ifndef WAXSEAL_WEBMAIL_NAMES_H
#define WAXSEAL_WEBMAIL_NAMES_H

#include "webmail/app.h"

enum { NAMES_MAX = 100000 }; /* of one organisation; more are not offered */

struct names_entry {
    str_t name, address;               /* as they are shown */
    str_t folded_name, folded_address; /* mail/fold.h */
};
/* Of one organisation at one version; immutable, counted by reference. */
struct names_list {
    struct names_entry *rows;
    size_t count;
};

struct names; /* the process's cache; thread-safe */
rc_t names_new(struct names **out, struct err *e) WX_MUST_USE;
void names_free(struct names *n); /* NULL is allowed */

/* The accounts of the asking user's organisation, himself among them; NULL where it does not say
 * so, or nobody has one. As of the registry's version of this request: a change counts at the next.
 * To be given back with names_unref. RC_STATE_DOWN. */
rc_t names_of(struct call *c, const struct names_list **out, struct err *e) WX_MUST_USE;
void names_unref(const struct names_list *l); /* NULL is allowed */
static inline void names_cleanup(const struct names_list **l)
{
    names_unref(*l);
}
#define CLEANUP_NAMES __attribute__((cleanup(names_cleanup)))

#endif
