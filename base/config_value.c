#include "base/config_value.h"

#include <ctype.h>

static bool is_loopback(str_t host)
{
    return str_starts(host, STR("127.")) || str_eq(host, STR("localhost")) ||
           str_eq(host, STR("::1"));
}

static bool parse_scheme(str_t scheme, enum tls_mode *tls)
{
    static const struct {
        const char *scheme;
        enum tls_mode tls;
    } schemes[] = {{"imap", TLS_MODE_NONE},     {"imaps", TLS_MODE_IMPLICIT},
                   {"smtp", TLS_MODE_NONE},     {"smtps", TLS_MODE_IMPLICIT},
                   {"sieve", TLS_MODE_NONE},    {"ldap", TLS_MODE_NONE},
                   {"ldaps", TLS_MODE_IMPLICIT}};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (str_eq(scheme, str_c(schemes[i].scheme))) {
            *tls = schemes[i].tls;
            return true;
        }
    return false;
}

static bool parse_options(str_t options, struct config_endpoint *out)
{
    while (options.n) {
        str_t one;
        str_cut(options, '&', &one, &options);
        if (str_eq(one, STR("starttls")) && out->tls == TLS_MODE_NONE)
            out->tls = TLS_MODE_STARTTLS;
        else if (str_starts(one, STR("ca=")))
            out->ca_file = str_sub(one, 3, one.n);
        else if (str_starts(one, STR("name=")))
            out->tls_name = str_sub(one, 5, one.n);
        else
            return false;
    }
    return true;
}

bool config_read_endpoint(str_t text, struct config_endpoint *out)
{
    struct config_endpoint v = {0};
    ptrdiff_t at = str_find(text, STR("://"));
    uint32_t port;
    str_t rest, options;
    if (at < 0 || !parse_scheme(str_sub(text, 0, (size_t) at), &v.tls)) return false;
    str_cut(str_sub(text, (size_t) at + 3, text.n), '?', &rest, &options);
    ptrdiff_t colon = str_rchr(rest, ':');
    if (colon <= 0 || !str_to_u32(str_sub(rest, (size_t) colon + 1, rest.n), &port)) return false;
    v.host = str_sub(rest, 0, (size_t) colon);
    if (v.host.n > 2 && v.host.p[0] == '[') v.host = str_sub(v.host, 1, v.host.n - 1);
    if (port == 0 || port > 65535 || !parse_options(options, &v)) return false;
    if (v.tls == TLS_MODE_NONE && !is_loopback(v.host)) return false;
    v.port = (uint16_t) port;
    *out = v;
    return true;
}

bool config_read_place(struct arena *a, str_t text, struct config_place *out)
{
    ptrdiff_t colon = str_rchr(text, ':');
    uint32_t port;
    if (colon <= 0 || !str_to_u32(str_sub(text, (size_t) colon + 1, text.n), &port)) return false;
    str_t host = str_sub(text, 0, (size_t) colon);
    bool bracket = host.p[0] == '[';
    if (bracket && (host.n < 4 || !str_ends(host, STR("]")))) return false;
    if (bracket) host = str_sub(host, 1, host.n - 1);
    if (port == 0 || port > 65535 || bracket != (str_chr(host, ':') >= 0)) return false;
    char *lower = arena_cstr(a, host);
    if (!lower) return false;
    for (char *p = lower; *p; p++)
        *p = (char) tolower((unsigned char) *p);
    *out = (struct config_place){str_n(lower, host.n), (uint16_t) port};
    return true;
}

bool config_read_listen(struct arena *a, str_t text, struct config_hop *out)
{
    struct config_hop v = {.lmtp = true};
    struct config_place place;
    if (str_starts(text, STR("unix:/")))
        v.path = str_sub(text, 5, text.n);
    else if (!config_read_place(a, text, &place) || !is_loopback(place.host))
        return false;
    else
        v.host = place.host, v.port = place.port;
    *out = v;
    return true;
}

bool config_read_hop(struct arena *a, str_t text, struct config_hop *out)
{
    bool lmtp = str_starts(text, STR("lmtp:"));
    if (!lmtp && !str_starts(text, STR("smtp:"))) return false;
    if (!config_read_listen(a, str_sub(text, 5, text.n), out)) return false;
    out->lmtp = lmtp;
    return true;
}

bool config_is_address(str_t s)
{
    ptrdiff_t at = str_rchr(s, '@');
    return at > 0 && (size_t) at + 1 < s.n && str_is_clean(s) && str_chr(s, ' ') < 0 &&
           str_chr(s, '<') < 0 && str_chr(s, '>') < 0;
}
