/* The route table made of routes.def. */
#ifndef WAXSEAL_WEBMAIL_ROUTES_H
#define WAXSEAL_WEBMAIL_ROUTES_H

#include "fcgi/router.h"
#include "webmail/app.h"

enum route_auth { AUTH_PUBLIC, AUTH_PAGE, AUTH_API };
enum route_guard { GUARD_NONE, GUARD_TOKEN, GUARD_FORM, GUARD_ORIGIN };
enum route_feature { FEATURE_ANY, FEATURE_SMIME };
enum route_body { BODY_NONE, BODY_JSON, BODY_FORM, BODY_RAW };
/* What a route of the administration does (webmail/admin/routes.def). */
enum route_act {
    ACT_PUBLIC,
    ACT_SELF,
    ACT_LOOK,
    ACT_LOOK_STEP,
    ACT_CHANGE,
    ACT_CHANGE_STEP,
    ACT_WHO_STEP,
    ACT_OVERSEE,
    ACT_OPERATE,
    ACT_OPERATE_STEP
};

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
    enum route_act act; /* these: of the administration */
    const char *scope;
    const char *name; /* of the handler */
};

extern const struct route ROUTES[];
extern const size_t ROUTE_COUNT;

/* What a process of waxseald serves: the mail client, or the administration (--role=admin). */
struct site {
    const char *name; /* "mail", "admin" */
    bool mail;        /* its sessions hold the mail password, its processes connections */
    const struct route *routes;
    const size_t *route_count;
    const char *issuer; /* as authenticator apps show it, percent-encoded */
    /* Everything that is asked before the body is read (but GUARD_FORM): session, guard, rights. */
    rc_t (*admit)(struct call *c, const struct route *r, struct err *e);
    /* May this name sign in at all? NULL: whom the mail server knows. */
    rc_t (*knows)(struct call *c, str_t address, bool *out, struct err *e);
};
extern const struct site SITE_MAIL, SITE_ADMIN;

/* What no route may be: a change without guard, an API route of S/MIME without its feature. */
rc_t routes_check(struct err *e) WX_MUST_USE;
/* docs/API.md, appended to out. */
bool routes_document(struct buf *out);

#endif
