#include "webmail/admin/openapi.h"

#include <stdio.h>

#include "fcgi/router.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"
#include "webmail/admin/routes.h"

#define BASE "/api/admin/v1"

static const struct {
    const char *name, *what, *notation;
} SCHEMAS[] = {
#define SCHEMA(name, what, notation) {#name, what, notation},
#include "webmail/admin/schemas.def"
#undef SCHEMA
};

static const char *const ACTS[] = {"anybody",
                                   "whoever is signed in",
                                   "reader",
                                   "reader, fresh code",
                                   "writer, second factor",
                                   "writer, fresh code",
                                   "owner, fresh code",
                                   "operator",
                                   "operator, second factor",
                                   "operator, fresh code"};

static const char *const ACT_WORDS[] = {"PUBLIC",  "SELF",        "LOOK",     "LOOK_STEP",
                                        "CHANGE",  "CHANGE_STEP", "WHO_STEP", "OVERSEE",
                                        "OPERATE", "OPERATE_STEP"};

static bool is_api(const struct route *r)
{
    return str_starts(r->key.pattern, STR(BASE "/"));
}

static bool by_token(const struct route *r)
{
    return !str_eq(str_c(r->scope), STR("none"));
}

/* --- OpenAPI -----------------------------------------------------------------------------------
 */

/* {content: {type: {schema}}} */
static rc_t put_content(json_t *at, const char *type, str_t notation, struct err *e)
{
    json_t *schema = NULL, *content = json_object(), *media = json_object();
    rc_t rc = openapi_schema(notation, &schema, e);
    if (rc == RC_OK) json_object_set_new(media, "schema", schema);
    json_object_set_new(content, type, media);
    json_object_set_new(at, "content", content);
    return rc;
}

static void put_parameter(json_t *list, str_t name, const char *in, bool needed, json_t *schema)
{
    json_t *v = json_object();
    json_put_str(v, "name", name);
    json_put_str(v, "in", str_c(in));
    json_put_bool(v, "required", needed);
    json_object_set_new(v, "schema", schema);
    json_array_append_new(list, v);
}

static void put_path_parameters(const struct route *r, json_t *list)
{
    str_t before, name, rest = r->key.pattern;
    while (str_cut(rest, '{', &before, &rest) && str_cut(rest, '}', &name, &rest)) {
        json_t *schema = json_object();
        json_put_str(schema, "type", STR("string"));
        put_parameter(list, name, "path", true, schema);
    }
}

/* A request that begins with "?{" describes the query. */
static rc_t put_query_parameters(str_t notation, json_t *list, struct err *e)
{
    CLEANUP_JSON json_t *schema = NULL;
    const char *name;
    json_t *type;
    TRY(openapi_schema(notation, &schema, e));
    json_object_foreach(json_object_get(schema, "properties"), name, type)
        put_parameter(list, str_c(name), "query", false, json_incref(type));
    return RC_OK;
}

static rc_t put_request(const struct route *r, json_t *op, json_t *parameters, struct err *e)
{
    str_t request = str_c(r->request);
    json_t *body = json_object();
    if (str_starts(request, STR("?"))) {
        TRY(put_query_parameters(str_sub(request, 1, request.n), parameters, e));
        request = STR("");
    }
    rc_t rc = RC_OK;
    if (r->body == BODY_JSON)
        rc = put_content(body, "application/json", request.n ? request : STR("{}"), e);
    else if (r->body == BODY_RAW)
        rc = put_content(body, "application/octet-stream", STR("any"), e);
    json_put_bool(body, "required", true);
    if (r->body != BODY_NONE) json_object_set(op, "requestBody", body);
    json_decref(body);
    return rc;
}

static rc_t put_responses(const struct route *r, json_t *op, struct err *e)
{
    json_t *all = json_object(), *fine = json_object(), *failure = json_object();
    str_t answer = str_c(r->answer);
    json_object_set_new(op, "responses", all);
    json_object_set_new(all, "200", fine);
    json_object_set_new(all, "default", failure);
    json_put_str(fine, "description", STR("Done"));
    json_put_str(failure, "description", STR("Error: the code says which"));
    TRY(put_content(failure, "application/json", STR("Error"), e));
    if (!answer.n) return RC_OK;
    return put_content(fine, "application/json", answer, e);
}

/* A session's cookie, with its token where something is changed, or (where it has a scope) an API
 * token. */
static void put_security(const struct route *r, json_t *op)
{
    json_t *ways = json_array(), *session = json_object();
    json_object_set_new(session, "session", json_array());
    if (r->key.method != METHOD_GET) json_object_set_new(session, "csrf", json_array());
    if (r->act != ACT_PUBLIC) json_array_append(ways, session);
    json_decref(session);
    if (by_token(r)) {
        json_t *token = json_object();
        json_object_set_new(token, "token", json_array());
        json_array_append_new(ways, token);
    }
    json_object_set_new(op, "security", ways);
}

static rc_t put_operation(const struct route *r, json_t *paths, struct err *e)
{
    char path[256];
    static const char *const methods[] = {"get", "head", "post", "put", "delete", "other"};
    snprintf(path, sizeof path, "%.*s",
             STR_ARG(str_sub(r->key.pattern, sizeof BASE - 1, r->key.pattern.n)));
    json_t *at = json_object_get(paths, path), *op = json_object(), *parameters = json_array();
    if (!at) {
        at = json_object();
        json_object_set_new(paths, path, at);
    }
    json_object_set_new(at, methods[r->key.method], op);
    json_put_str(op, "operationId", str_sub(str_c(r->name), sizeof "admin_" - 1, SIZE_MAX));
    if (!str_starts(str_c(r->name), STR("admin_"))) json_put_str(op, "operationId", str_c(r->name));
    json_put_str(op, "summary", str_c(r->summary));
    json_t *who =
        json_sprintf("Who: %s.%s%s", ACTS[r->act], by_token(r) ? " Scope of a token: " : "",
                     by_token(r) ? r->scope : "");
    json_object_set_new(op, "description", who);
    json_put_str(op, "x-waxseal-act", str_c(ACT_WORDS[r->act]));
    json_object_set_new(op, "parameters", parameters);
    put_path_parameters(r, parameters);
    TRY(put_request(r, op, parameters, e));
    put_security(r, op);
    return put_responses(r, op, e);
}

static json_t *scheme(const char *type, const char *in, const char *name, const char *way)
{
    json_t *v = json_object();
    json_put_str(v, "type", str_c(type));
    if (in) json_put_str(v, "in", str_c(in));
    if (name) json_put_str(v, "name", str_c(name));
    if (way) json_put_str(v, "scheme", str_c(way));
    return v;
}

static rc_t put_components(json_t *out, struct err *e)
{
    json_t *components = json_object(), *schemas = json_object(), *ways = json_object();
    json_object_set_new(out, "components", components);
    json_object_set_new(components, "schemas", schemas);
    json_object_set_new(components, "securitySchemes", ways);
    json_object_set_new(ways, "session",
                        scheme("apiKey", "cookie", "__Host-waxseal-admin-<instance>", NULL));
    json_object_set_new(ways, "csrf", scheme("apiKey", "header", "X-Waxseal-Csrf", NULL));
    json_object_set_new(ways, "token", scheme("http", NULL, NULL, "bearer"));
    for (size_t i = 0; i < sizeof SCHEMAS / sizeof *SCHEMAS; i++) {
        json_t *schema = NULL;
        if (openapi_schema(str_c(SCHEMAS[i].notation), &schema, e) != RC_OK)
            return err_set(e, RC_INTERNAL, "schemas.def: %s cannot be read.", SCHEMAS[i].name);
        json_put_str(schema, "description", str_c(SCHEMAS[i].what));
        json_object_set_new(schemas, SCHEMAS[i].name, schema);
    }
    return RC_OK;
}

rc_t openapi_describe(json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *v = json_object();
    json_t *info = json_object(), *paths = json_object(), *servers = json_array();
    json_put_str(v, "openapi", STR("3.1.0"));
    json_object_set_new(v, "info", info);
    json_put_str(info, "title", STR("Waxseal administration"));
    json_put_str(info, "version", STR(WAXSEAL_VERSION));
    json_put_str(info, "description",
                 STR("Made from webmail/admin/routes.def. Times are RFC 3339 "
                     "UTC. See docs/ADMIN-API.md."));
    json_array_append_new(servers, json_pack("{s:s}", "url", BASE));
    json_object_set_new(v, "servers", servers);
    json_object_set_new(v, "paths", paths);
    for (size_t i = 0; i < ADMIN_ROUTE_COUNT; i++) {
        const struct route *r = &ADMIN_ROUTES[i];
        struct err why = {0};
        if (!is_api(r) || put_operation(r, paths, &why) == RC_OK) continue;
        return err_set(e, RC_INTERNAL, "admin/routes.def: %.*s: %s", STR_ARG(r->key.pattern),
                       why.message);
    }
    TRY(put_components(v, e));
    *out = json_incref(v);
    return RC_OK;
}

rc_t admin_openapi_get(struct call *c, struct err *e)
{
    json_t *v = NULL;
    TRY(openapi_describe(&v, e));
    response_header(c->s, STR("Cache-Control"), STR("public, max-age=3600"));
    return call_answer(c, v, e);
}

/* --- the table for people ----------------------------------------------------------------------
 */

/* "|" would end a table's cell. */
static void cell(struct buf *out, const char *text, bool code)
{
    buf_cstr(out, code && text[0] ? " `" : " ");
    for (const char *p = text; *p; p++) {
        if (*p == '|') buf_char(out, '\\');
        buf_char(out, *p);
    }
    buf_cstr(out, code && text[0] ? "` |" : " |");
}

bool openapi_document(struct buf *out)
{
    buf_cstr(out,
             "# The administration's API\n\n"
             "Generated from `webmail/admin/routes.def` and `schemas.def` by `make api`; the same "
             "for programs: [openapi.json](openapi.json) and `GET " BASE "/openapi.json`.\n\n"
             "**With a token**: `Authorization: Bearer wxs_…` (made by an owner on the page or by "
             "`waxsealctl token make`), no cookie beside it. It has a writer's rights within its "
             "scopes: `area:read` for what a reader may, `area:write` for the rest of the area.\n\n"
             "**With a session**: `POST signin`, its cookie, and its `csrf` in `X-Waxseal-Csrf` of "
             "everything but GET, from the page's own origin. What writes wants a second factor "
             "(403 `second_factor`: set one up, or sign in with its code); *fresh code*: one of "
             "the last ten minutes (403 `step_up`: `POST stepup`).\n\n"
             "Organisations one has nothing to do with are 404. Failures are `Error`; 409 "
             "`conflict` has `details.conflict`. Addresses, names and search words are only in "
             "bodies. Notation: `text int bool time address base64 any`, `\"word\"`, `A|B`, "
             "`[A]`, `{name: A, maybe?: B}`, `{*: A}`, names below; a request `?{…}` is the "
             "query.\n\n"
             "| route | who | scope | what | request | answer |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < ADMIN_ROUTE_COUNT; i++) {
        const struct route *r = &ADMIN_ROUTES[i];
        if (!is_api(r)) continue;
        buf_printf(out, "| `%s %.*s` | %s | %s |", method_name(r->key.method),
                   STR_ARG(str_sub(r->key.pattern, sizeof BASE, r->key.pattern.n)), ACTS[r->act],
                   by_token(r) ? r->scope : "");
        cell(out, r->summary, false);
        cell(out, r->request, true);
        cell(out, r->answer, true);
        buf_cstr(out, "\n");
    }
    buf_cstr(out, "\n| object | what | members |\n|---|---|---|\n");
    for (size_t i = 0; i < sizeof SCHEMAS / sizeof *SCHEMAS; i++) {
        buf_printf(out, "| `%s` |", SCHEMAS[i].name);
        cell(out, SCHEMAS[i].what, false);
        cell(out, SCHEMAS[i].notation, true);
        buf_cstr(out, "\n");
    }
    return !out->failed;
}
