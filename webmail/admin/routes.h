/* The table of the administration's routes, made of routes.def. */
#ifndef WAXSEAL_WEBMAIL_ADMIN_ROUTES_H
#define WAXSEAL_WEBMAIL_ADMIN_ROUTES_H

#include "webmail/routes.h"

extern const struct route ADMIN_ROUTES[];
extern const size_t ADMIN_ROUTE_COUNT;

/* What no route may be: a change that is a GET, one of an organisation without it in its path. */
rc_t admin_routes_check(struct err *e) WX_MUST_USE;
/* Session or token, guard, organisation, role, second factor: for struct site. */
rc_t admin_admit(struct call *c, const struct route *r, struct err *e) WX_MUST_USE;

#endif
