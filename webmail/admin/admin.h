/* The administration's server: what a handler of webmail/admin/routes.def has at hand.
 *
 * A handler is `rc_t admin_<area>_<act>(struct call *c, struct err *e)`. By the time it runs,
 * session or token, Origin and CSRF token, the organisation of the path, role or scope, second
 * factor and body have been checked by what the table says of its route (admit.c); it reads c->in,
 * calls policy/ and answers with call_answer. Addresses, names and search words come in bodies,
 * never in a path or a query.
 */
#ifndef WAXSEAL_WEBMAIL_ADMIN_H
#define WAXSEAL_WEBMAIL_ADMIN_H

#include "crypto/agent.h"
#include "policy/role.h"
#include "webmail/app.h"

enum { ADMIN_FRESH_SECONDS = 600, ADMIN_PAGE_MAX = 500 };

struct admin {
    str_t who;          /* address, or "token:<name>" (of one for all organisations
                            "token:all/<name>"): as the audit says it */
    bool token;         /* asked by a program */
    bool operator;      /* of who signed in; a token never operates */
    str_t organisation; /* of the path, known to be there; null: the route has none */
    enum role role;     /* in that organisation */
    struct registry registry;
    struct actor actor;
    struct agent agent;
};

/* The registry, by this thread's connection. */
const struct registry *admin_registry(const struct call *c);
/* Who changes something, and when. */
const struct actor *admin_actor(const struct call *c);
/* Id of the organisation in the path, {o}. */
str_t admin_organisation(const struct call *c);
/* From which second on whoever asks may see what is kept by the organisation's id and outlives it;
 * 0: all of it. Operators see an earlier one's, its own people do not. */
rc_t admin_since(const struct call *c, int64_t *since, struct err *e) WX_MUST_USE;
/* The administration's socket of the key agent; RC_KEYD_DOWN comes from the call when there is no
 * section [keyd]. */
const struct agent *admin_agent(const struct call *c);

/* For a change that fails with RC_CONFLICT: puts *conflict (may be NULL; taken) into the error's
 * details as `conflict`, where the page finds who changed what meanwhile. */
void admin_conflict(struct call *c, json_t **conflict);
/* {offset, limit} of a query: limit at most ADMIN_PAGE_MAX, 50 when absent. */
rc_t admin_window(const struct call *c, uint32_t *offset, uint32_t *limit,
                  struct err *e) WX_MUST_USE;

#endif
