#include "fcgi/response.h"

bool response_header(struct response *r, str_t name, str_t value)
{
    if (!str_is_clean(name) || !str_is_clean(value)) return false;
    for (size_t i = 0; i < r->header_count; i++) {
        if (!str_ieq(r->headers[i].name, name)) continue;
        if (str_is_null(value))
            r->headers[i] = r->headers[--r->header_count];
        else
            r->headers[i].value = value;
        return true;
    }
    if (str_is_null(value)) return true;
    if (r->header_count == sizeof r->headers / sizeof r->headers[0]) return false;
    r->headers[r->header_count].name = name;
    r->headers[r->header_count++].value = value;
    return true;
}

void response_type(struct response *r, str_t content_type)
{
    response_header(r, STR("Content-Type"), content_type);
}

void response_take(struct response *r, struct buf *b)
{
    buf_free(&r->body);
    r->body = *b;
    *b = (struct buf){.max = b->max, .secret = b->secret};
}

void response_defaults(struct response *r)
{
    static const struct {
        str_t name, value;
    } defaults[] = {
        {STR_INIT("X-Content-Type-Options"), STR_INIT("nosniff")},
        {STR_INIT("Referrer-Policy"), STR_INIT("no-referrer")},
        {STR_INIT("Cross-Origin-Opener-Policy"), STR_INIT("same-origin")},
        {STR_INIT("Cross-Origin-Resource-Policy"), STR_INIT("same-origin")},
        {STR_INIT("Permissions-Policy"),
         STR_INIT("accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
                  "hid=(), microphone=(), midi=(), payment=(), serial=(), usb=()")},
        {STR_INIT("Cache-Control"), STR_INIT("no-store")},
        {STR_INIT("Content-Security-Policy"),
         STR_INIT("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
                  "form-action 'none'; sandbox")},
    };
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        response_header(r, defaults[i].name, defaults[i].value);
}

/* attr-char of RFC 8187 section 3.2.1. */
static bool is_attr_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$&+-.^_`|~", c));
}

/* A control, or a character that turns the reading direction of a name around ("exe.txt" that is
 * "txt.exe"): U+202A..202E, U+2066..2069, U+200E, U+200F. */
static size_t trick_length(const unsigned char *p, size_t n)
{
    if (p[0] < 0x20 || p[0] == 0x7f) return 1;
    if (n < 3 || p[0] != 0xe2) return 0;
    bool bidi =
        (p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xaa && p[2] <= 0xae))) ||
        (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
    return bidi ? 3 : 0;
}

str_t content_disposition(struct arena *a, bool inline_, str_t filename)
{
    str_t kind = inline_ ? STR("inline") : STR("attachment");
    if (filename.n == 0 || !str_is_utf8(filename)) return kind;
    CLEANUP_BUF struct buf plain = BUF_INIT(1024), coded = BUF_INIT(4096);
    size_t most = filename.n < 255 ? filename.n : 255;
    for (size_t i = 0; i < most;) {
        const unsigned char *p = (const unsigned char *) filename.p + i;
        size_t trick = trick_length(p, filename.n - i);
        if (trick || *p == '/' || *p == '\\') {
            buf_char(&plain, '_');
            buf_char(&coded, '_');
            i += trick ? trick : 1;
            continue;
        }
        if (*p < 0x80)
            buf_char(&plain, *p == '"' || *p == '%' ? '_' : (char) *p);
        else if ((*p & 0xc0) != 0x80)
            buf_char(&plain, '_');
        if (is_attr_char(*p))
            buf_char(&coded, (char) *p);
        else
            buf_printf(&coded, "%%%02X", *p);
        i++;
    }
    if (plain.failed || coded.failed) return kind;
    str_t v = arena_printf(a, "%.*s; filename=\"%.*s\"; filename*=UTF-8''%.*s", STR_ARG(kind),
                           STR_ARG(buf_view(&plain)), STR_ARG(buf_view(&coded)));
    return str_is_null(v) ? kind : v;
}

static const char *reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 507:
        return "Insufficient Storage";
    default:
        return "Status";
    }
}

bool response_head(const struct response *r, bool with_length, struct buf *out)
{
    buf_printf(out, "Status: %d %s\r\n", r->status, reason(r->status));
    for (size_t i = 0; i < r->header_count; i++) {
        buf_str(out, r->headers[i].name);
        buf_cstr(out, ": ");
        buf_str(out, r->headers[i].value);
        buf_cstr(out, "\r\n");
    }
    size_t n = r->static_body.p ? r->static_body.n : r->body.n;
    if (with_length && r->status != 304) buf_printf(out, "Content-Length: %zu\r\n", n);
    buf_cstr(out, "\r\n");
    return !out->failed;
}
