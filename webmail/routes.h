/* The route table made of routes.def. */
#ifndef WAXSEAL_WEBMAIL_ROUTES_H
#define WAXSEAL_WEBMAIL_ROUTES_H

#include "fcgi/router.h"
#include "webmail/app.h"

enum route_auth { AUTH_PUBLIC, AUTH_PAGE, AUTH_API };
enum route_guard { GUARD_NONE, GUARD_TOKEN, GUARD_FORM, GUARD_ORIGIN };
enum route_feature { FEATURE_ANY, FEATURE_SMIME };
enum route_body { BODY_NONE, BODY_JSON, BODY_FORM, BODY_RAW };

#define ROUTE_BODY_MESSAGE ((size_t) -1) /* the configuration's message_max_bytes, in base64 */

struct route {
    struct route_key key;
    enum route_auth auth;
    enum route_guard guard;
    enum route_feature feature;
    enum route_body body;
    size_t body_bytes;
    call_handler *handler;
    const char *summary, *request, *answer;
};

extern const struct route ROUTES[];
extern const size_t ROUTE_COUNT;

/* What no route may be: a change without guard, an API route of S/MIME without its feature. */
rc_t routes_check(struct err *e) WX_MUST_USE;
/* docs/API.md, appended to out. */
bool routes_document(struct buf *out);

#endif
