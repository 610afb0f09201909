#include "webmail/routes.h"

#include "webmail/account/data.h"
#include "webmail/account/totp.h"
#include "webmail/compose/compose.h"
#include "webmail/contacts/contacts.h"
#include "webmail/contacts/groups.h"
#include "webmail/contacts/met.h"
#include "webmail/dispatch.h"
#include "webmail/filters/filters.h"
#include "webmail/pages.h"
#include "webmail/push/events.h"
#include "webmail/session/devices.h"
#include "webmail/session/signin.h"
#include "webmail/settings/settings.h"
#include "webmail/smime/asked.h"
#include "webmail/smime/harvest.h"
#include "webmail/smime/trust.h"
#include "webmail/smime/vault.h"
#include "webmail/view/images.h"
#include "webmail/view/view.h"

#define KB(n) ((size_t) (n) << 10)
#define MESSAGE ROUTE_BODY_MESSAGE

const struct route ROUTES[] = {
#define ROUTE(method, path, auth, guard, feature, body, bytes, handler, summary, request, answer)  \
    {{METHOD_##method, STR_INIT(path)},                                                            \
     AUTH_##auth,                                                                                  \
     GUARD_##guard,                                                                                \
     FEATURE_##feature,                                                                            \
     BODY_##body,                                                                                  \
     (bytes),                                                                                      \
     handler,                                                                                      \
     summary,                                                                                      \
     request,                                                                                      \
     answer,                                                                                       \
     ACT_PUBLIC,                                                                                   \
     NULL,                                                                                         \
     #handler},
#include "webmail/routes.def"
#undef ROUTE
};
const size_t ROUTE_COUNT = sizeof ROUTES / sizeof ROUTES[0];

const struct site SITE_MAIL = {.name = "mail",
                               .mail = true,
                               .routes = ROUTES,
                               .route_count = &ROUTE_COUNT,
                               .issuer = "Waxseal",
                               .admit = dispatch_admit_mail};

rc_t routes_check(struct err *e)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const struct route *r = &ROUTES[i];
        bool changes = r->key.method != METHOD_GET;
        bool smime = str_starts(r->key.pattern, STR("/api/v1/smime/"));
        if (changes == (r->guard == GUARD_NONE) || (smime && r->feature != FEATURE_SMIME) ||
            (r->auth == AUTH_PUBLIC && r->guard == GUARD_TOKEN))
            return err_set(e, RC_INTERNAL, "routes.def: %.*s has the wrong guard or feature.",
                           STR_ARG(r->key.pattern));
    }
    return RC_OK;
}

/* "|" would end a table's cell. */
static void cell(struct buf *out, const char *text)
{
    buf_cstr(out, " ");
    for (const char *p = text; *p; p++) {
        if (*p == '|') buf_char(out, '\\');
        buf_char(out, *p);
    }
    buf_cstr(out, " |");
}

bool routes_document(struct buf *out)
{
    static const char *const auth[] = {"public", "session (303)", "session"};
    static const char *const guard[] = {"", "token", "form token", "origin"};
    buf_cstr(out, "# HTTP routes of waxseald\n\n"
                  "Generated from `webmail/routes.def` by `make api`; `make api-check` fails when "
                  "it is out of date.\nThe objects (Row, Message, Cert, ...) are described in "
                  "[PLAN.md](PLAN.md).\n\n"
                  "Errors are `{\"code\", \"message\", \"details\"}`; the codes:\n\n"
                  "| code | status | means |\n|---|---|---|\n");
    for (int rc = RC_OK + 1; rc < RC_COUNT; rc++)
        buf_printf(out, "| `%s` | %d | %s |\n", err_word((rc_t) rc), err_http_status((rc_t) rc),
                   err_sentence((rc_t) rc));
    buf_cstr(
        out,
        "\nAny request may say whose page it comes from (header `X-Waxseal-Account`, the address "
        "percent-encoded): 401 when that is not the session's account.\n");
    buf_cstr(out, "\nGuard: *token* = header `X-Waxseal-Csrf` and our own Origin; *form token* = "
                  "field `csrf`; *origin* = our own Origin only.\n\n"
                  "| route | for | guard | feature | what | request | answer |\n"
                  "|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const struct route *r = &ROUTES[i];
        buf_printf(out, "| `%s %.*s` | %s | %s | %s |", method_name(r->key.method),
                   STR_ARG(r->key.pattern), auth[r->auth], guard[r->guard],
                   r->feature == FEATURE_SMIME ? "smime" : "");
        cell(out, r->summary);
        cell(out, r->request);
        cell(out, r->answer);
        buf_cstr(out, "\n");
    }
    return !out->failed;
}
