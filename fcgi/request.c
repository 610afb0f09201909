#include "fcgi/request.h"

#include <sys/random.h>

#include "base/b64.h"
#include "fcgi/address.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool percent_decode(str_t text, bool plus_is_space, struct arena *a, str_t *out)
{
    char *p = arena_alloc(a, text.n + 1);
    size_t n = 0;
    if (!p) return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '%') {
            if (text.n - i < 3) return false;
            int hi = hex_digit(text.p[i + 1]), lo = hex_digit(text.p[i + 2]);
            if (hi < 0 || lo < 0) return false;
            c = (char) (hi << 4 | lo);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        p[n++] = c;
    }
    str_t decoded = str_n(p, n);
    if (memchr(p, '\0', n) || !str_is_utf8(decoded)) return false;
    *out = decoded;
    return true;
}

str_t percent_encode(str_t text, const char *also, struct arena *a)
{
    static const char hex[] = "0123456789ABCDEF";
    char *p = arena_array(a, text.n + 1, 3);
    size_t n = 0;
    if (!p) return STR_NULL;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char) text.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c && (strchr("-._~", c) || strchr(also, c)))) {
            p[n++] = (char) c;
        } else {
            p[n++] = '%';
            p[n++] = hex[c >> 4];
            p[n++] = hex[c & 15];
        }
    }
    return str_n(p, n);
}

str_t form_field(str_t form, str_t name, struct arena *a)
{
    for (unsigned i = 0; form.n > 0 && i < REQUEST_MAX_FIELDS; i++) {
        str_t pair, key, value, decoded;
        str_cut(form, '&', &pair, &form);
        str_cut(pair, '=', &key, &value);
        if (!percent_decode(key, true, a, &decoded) || !str_eq(decoded, name)) continue;
        if (!percent_decode(value.p ? value : STR(""), true, a, &decoded)) return STR_NULL;
        return decoded;
    }
    return STR_NULL;
}

str_t request_query(const struct request *r, str_t name)
{
    return form_field(r->query, name, r->arena);
}

str_t request_cookie(const struct request *r, str_t name)
{
    str_t rest = r->cookie;
    while (rest.n > 0) {
        str_t pair, key, value;
        str_cut(rest, ';', &pair, &rest);
        if (!str_cut(str_trim(pair), '=', &key, &value)) continue;
        if (str_eq(key, name)) return value;
    }
    return STR_NULL;
}

/* Decoded path without anything two readers could understand differently. */
static rc_t parse_path(str_t uri, struct request *out, struct err *e)
{
    str_t path, query;
    str_cut(uri, '?', &path, &query);
    if (path.n == 0 || path.p[0] != '/' || path.n > REQUEST_MAX_PATH || query.n > REQUEST_MAX_QUERY)
        return err_set(e, RC_BAD_REQUEST, "The address is not one of ours.");
    str_t decoded;
    if (!percent_decode(path, false, out->arena, &decoded) || !str_is_clean(decoded) ||
        str_chr(decoded, '\\') >= 0)
        return err_set(e, RC_BAD_REQUEST, "The address is not one of ours.");
    for (str_t rest = str_sub(decoded, 1, decoded.n); rest.p && rest.n > 0;) {
        str_t segment;
        bool more = str_cut(rest, '/', &segment, &rest);
        if ((segment.n == 0 && more) || str_eq(segment, STR(".")) || str_eq(segment, STR("..")))
            return err_set(e, RC_BAD_REQUEST, "The address is not one of ours.");
        if (!more) break;
    }
    out->path = decoded;
    out->query = query;
    return RC_OK;
}

static enum method parse_method(str_t s)
{
    static const struct {
        str_t name;
        enum method method;
    } methods[] = {{STR_INIT("GET"), METHOD_GET},
                   {STR_INIT("HEAD"), METHOD_HEAD},
                   {STR_INIT("POST"), METHOD_POST},
                   {STR_INIT("PUT"), METHOD_PUT},
                   {STR_INIT("DELETE"), METHOD_DELETE}};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (str_eq(s, methods[i].name)) return methods[i].method;
    return METHOD_OTHER;
}

static str_t media_type(struct arena *a, str_t value)
{
    str_t type;
    if (str_is_null(value)) return STR_NULL;
    str_cut(value, ';', &type, &value);
    type = arena_str(a, str_trim(type));
    char *p = (char *) type.p;
    for (size_t i = 0; i < type.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z') p[i] = (char) (p[i] + 32);
    return type;
}

/* The front server's id where it sends a well-formed one, so that both logs agree. */
static str_t request_id(struct arena *a, str_t given)
{
    bool ok = given.n >= 8 && given.n <= 64;
    for (size_t i = 0; ok && i < given.n; i++)
        ok = hex_digit(given.p[i]) >= 0;
    if (ok) return given;
    unsigned char random[16] = {0};
    if (getrandom(random, sizeof random, 0) != (ssize_t) sizeof random)
        return STR("0000000000000000");
    return hex_encode(a, str_n(random, sizeof random));
}

struct raw {
    str_t method, uri, host, origin, fetch_site, csrf, cookie, authorization, content_type,
        content_length, accept_encoding, accept_language, if_none_match, user_agent, range, remote,
        forwarded, https, request_id, background, account;
};

static void collect(struct raw *raw, str_t name, str_t value)
{
    const struct {
        str_t name;
        str_t *slot;
    } slots[] = {{STR("REQUEST_METHOD"), &raw->method},
                 {STR("REQUEST_URI"), &raw->uri},
                 {STR("HTTP_HOST"), &raw->host},
                 {STR("HTTP_ORIGIN"), &raw->origin},
                 {STR("HTTP_SEC_FETCH_SITE"), &raw->fetch_site},
                 {STR("HTTP_X_WAXSEAL_CSRF"), &raw->csrf},
                 {STR("HTTP_COOKIE"), &raw->cookie},
                 {STR("HTTP_AUTHORIZATION"), &raw->authorization},
                 {STR("CONTENT_TYPE"), &raw->content_type},
                 {STR("CONTENT_LENGTH"), &raw->content_length},
                 {STR("HTTP_ACCEPT_ENCODING"), &raw->accept_encoding},
                 {STR("HTTP_ACCEPT_LANGUAGE"), &raw->accept_language},
                 {STR("HTTP_IF_NONE_MATCH"), &raw->if_none_match},
                 {STR("HTTP_USER_AGENT"), &raw->user_agent},
                 {STR("HTTP_RANGE"), &raw->range},
                 {STR("REMOTE_ADDR"), &raw->remote},
                 {STR("HTTP_X_FORWARDED_FOR"), &raw->forwarded},
                 {STR("HTTPS"), &raw->https},
                 {STR("HTTP_X_WAXSEAL_BACKGROUND"), &raw->background},
                 {STR("HTTP_X_WAXSEAL_ACCOUNT"), &raw->account},
                 {STR("REQUEST_ID"), &raw->request_id}};
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++)
        if (str_eq(name, slots[i].name)) *slots[i].slot = value;
}

rc_t request_parse(char *const *envp, const str_t *trusted, size_t trusted_count, struct arena *a,
                   struct request *out, struct err *e)
{
    struct raw raw = {0};
    size_t bytes = 0, count = 0;
    for (; envp && envp[count]; count++) {
        str_t line = str_c(envp[count]), name, value;
        bytes += line.n;
        if (count >= REQUEST_MAX_PARAMS || bytes > REQUEST_MAX_PARAM_BYTES)
            return err_set(e, RC_TOO_LARGE, "The request has too many headers.");
        if (str_cut(line, '=', &name, &value)) collect(&raw, name, value);
    }
    struct request r = {.arena = a, .method = parse_method(raw.method)};
    TRY(parse_path(raw.uri, &r, e));
    uint64_t length = 0;
    if (raw.content_length.n > 0 && !str_to_u64(raw.content_length, &length))
        return err_set(e, RC_BAD_REQUEST, "The length of the request is not a number.");
    r.content_length = length;
    r.content_type = media_type(a, raw.content_type);
    r.host = raw.host;
    r.origin = raw.origin;
    r.fetch_site = raw.fetch_site;
    r.csrf = raw.csrf;
    if (!str_is_null(raw.account) && !percent_decode(raw.account, false, a, &r.account))
        r.account = STR("");
    r.cookie = raw.cookie;
    r.authorization = raw.authorization;
    r.accept_encoding = raw.accept_encoding;
    r.accept_language = raw.accept_language;
    r.if_none_match = raw.if_none_match;
    r.user_agent = raw.user_agent;
    r.range = raw.range;
    r.client_address = client_address(raw.remote, raw.forwarded, trusted, trusted_count);
    r.https = str_eq(raw.https, STR("on"));
    r.background = str_eq(raw.background, STR("1"));
    r.id = request_id(a, raw.request_id);
    *out = r;
    return RC_OK;
}
