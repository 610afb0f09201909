#include "webmail/admin/routes.h"

#include "webmail/account/totp.h"
#include "webmail/admin/handlers.h"
#include "webmail/admin/session.h"
#include "webmail/pages.h"
#include "webmail/session/devices.h"

#define KB(n) ((size_t) (n) << 10)
#define MB(n) ((size_t) (n) << 20)

const struct route ADMIN_ROUTES[] = {
#define ADMIN(method, path, act, scope, body, bytes, handler, summary, request, answer)            \
    {{METHOD_##method, STR_INIT(path)},                                                            \
     ACT_##act == ACT_PUBLIC ? AUTH_PUBLIC : AUTH_API,                                             \
     METHOD_##method == METHOD_GET ? GUARD_NONE                                                    \
     : ACT_##act == ACT_PUBLIC     ? GUARD_ORIGIN                                                  \
                                   : GUARD_TOKEN,                                                      \
     FEATURE_ANY,                                                                                  \
     BODY_##body,                                                                                  \
     (bytes),                                                                                      \
     handler,                                                                                      \
     summary,                                                                                      \
     request,                                                                                      \
     answer,                                                                                       \
     ACT_##act,                                                                                    \
     #scope,                                                                                       \
     #handler},
#include "webmail/admin/routes.def"
#undef ADMIN
};
const size_t ADMIN_ROUTE_COUNT = sizeof ADMIN_ROUTES / sizeof ADMIN_ROUTES[0];

const struct site SITE_ADMIN = {.name = "admin",
                                .mail = false,
                                .routes = ADMIN_ROUTES,
                                .route_count = &ADMIN_ROUTE_COUNT,
                                .issuer = "Waxseal%20Admin",
                                .admit = admin_admit,
                                .knows = admin_knows};

static bool is_area(str_t scope)
{
    static const str_t areas[] = {STR_INIT("none"),         STR_INIT("accounts"),
                                  STR_INIT("certificates"), STR_INIT("licences"),
                                  STR_INIT("rules"),        STR_INIT("log"),
                                  STR_INIT("audit"),        STR_INIT("organisation")};
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++)
        if (str_eq(scope, areas[i])) return true;
    return false;
}

static bool is_sound(const struct route *r)
{
    bool api = str_starts(r->key.pattern, STR("/api/")), get = r->key.method == METHOD_GET;
    bool of_one = str_find(r->key.pattern, STR("/organisations/{o}/")) >= 0;
    bool of_role = r->act == ACT_LOOK || r->act == ACT_LOOK_STEP || r->act == ACT_CHANGE ||
                   r->act == ACT_CHANGE_STEP || r->act == ACT_WHO_STEP;
    bool operates = r->act == ACT_OPERATE || r->act == ACT_OPERATE_STEP;
    bool changes = r->act == ACT_CHANGE || r->act == ACT_CHANGE_STEP || r->act == ACT_WHO_STEP;
    if (!is_area(str_c(r->scope)) || (of_role && !of_one) || (of_one && !of_role && !operates))
        return false;
    if ((r->act == ACT_SELF || r->act == ACT_OVERSEE || operates || r->act == ACT_WHO_STEP) &&
        !str_eq(str_c(r->scope), STR("none")))
        return false;
    if (get && (changes || operates || r->body != BODY_NONE)) return false;
    return api || r->act == ACT_PUBLIC;
}

rc_t admin_routes_check(struct err *e)
{
    for (size_t i = 0; i < ADMIN_ROUTE_COUNT; i++) {
        const struct route *r = &ADMIN_ROUTES[i];
        if (is_sound(r)) continue;
        return err_set(e, RC_INTERNAL, "admin/routes.def: %s %.*s has the wrong act or scope.",
                       method_name(r->key.method), STR_ARG(r->key.pattern));
    }
    return RC_OK;
}
