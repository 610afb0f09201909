#include "gateway/lmtp_path.h"

#include <arpa/inet.h>

#include "gateway/lmtp.h"

enum { LABEL_MAX = 63, DOMAIN_MAX = 255, ORCPT_MAX = 500, CODE_POINT_MAX = 0x10ffff };

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_beyond(char c)
{
    return (unsigned char) c >= 0x80;
}

/* UTF-8 without the controls U+0080 to U+009F. */
static bool is_text(str_t s)
{
    for (size_t i = 0; i + 1 < s.n; i++)
        if ((unsigned char) s.p[i] == 0xc2 && (unsigned char) s.p[i + 1] < 0xa0) return false;
    return str_is_clean(s) && str_is_utf8(s);
}

static bool is_ascii(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (is_beyond(s.p[i])) return false;
    return true;
}

/* --- mailboxes: each takes what it reads off *s ------------------------------------------ */

static bool is_atext(char c)
{
    return is_alnum(c) || is_beyond(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool take(str_t *s, char c)
{
    if (s->n == 0 || s->p[0] != c) return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static bool take_dot_string(str_t *s)
{
    do {
        size_t n = 0;
        while (n < s->n && is_atext(s->p[n]))
            n++;
        if (n == 0) return false;
        *s = str_sub(*s, n, s->n);
    } while (take(s, '.'));
    return true;
}

/* Controls are not in the line. */
static bool take_quoted_string(str_t *s)
{
    for (size_t i = 1; i < s->n; i++) {
        if (s->p[i] == '"') {
            *s = str_sub(*s, i + 1, s->n);
            return true;
        }
        if (s->p[i] == '\\' && (++i == s->n || is_beyond(s->p[i]))) return false;
    }
    return false;
}

static bool take_label(str_t *s)
{
    size_t n = 0;
    while (n < s->n &&
           (is_alnum(s->p[n]) || is_beyond(s->p[n]) || s->p[n] == '-' || s->p[n] == '_'))
        n++;
    if (n == 0 || s->p[0] == '-' || s->p[n - 1] == '-') return false;
    /* a U-label may be longer than the A-label it stands for (RFC 5890 section 4.2) */
    if (n > LABEL_MAX && is_ascii(str_sub(*s, 0, n))) return false;
    *s = str_sub(*s, n, s->n);
    return true;
}

/* IPv6 is the one registered tag. */
static bool take_literal(str_t *s)
{
    char text[INET6_ADDRSTRLEN + 1] = "";
    unsigned char address[sizeof(struct in6_addr)];
    ptrdiff_t end = str_chr(*s, ']');
    if (end < 0) return false;
    str_t inner = str_sub(*s, 1, (size_t) end);
    bool six = str_istarts(inner, STR("IPv6:"));
    if (six) inner = str_sub(inner, 5, inner.n);
    if (inner.n >= sizeof text) return false;
    memcpy(text, inner.p, inner.n);
    *s = str_sub(*s, (size_t) end + 1, s->n);
    return inet_pton(six ? AF_INET6 : AF_INET, text, address) == 1;
}

static bool take_domain(str_t *s)
{
    const str_t all = *s;
    if (s->n > 0 && s->p[0] == '[') return take_literal(s);
    do {
        if (!take_label(s)) return false;
    } while (take(s, '.'));
    return all.n - s->n <= DOMAIN_MAX;
}

/* "@one,@two:" says which way to go; it is read and not gone (RFC 5321 appendix C). */
static bool take_route(str_t *s)
{
    if (s->n == 0 || s->p[0] != '@') return true;
    do {
        if (!take(s, '@') || !take_domain(s)) return false;
    } while (take(s, ','));
    return take(s, ':');
}

enum lmtp_path_result lmtp_path_read(str_t *s, struct lmtp_path *out)
{
    str_t at = *s;
    if (!take(&at, '<')) return PATH_NONE;
    if (!take_route(&at)) return PATH_BAD;
    const str_t from = at;
    struct lmtp_path path = {.bare = false};
    if (at.n > 0 && (at.p[0] != '>' || s->p[1] == '@')) {
        if (!(at.p[0] == '"' ? take_quoted_string(&at) : take_dot_string(&at))) return PATH_BAD;
        path.bare = str_ieq(str_sub(from, 0, from.n - at.n), STR("postmaster")) && at.n > 0 &&
                    at.p[0] == '>' && s->p[1] != '@';
        if (!path.bare && (!take(&at, '@') || !take_domain(&at))) return PATH_BAD;
    }
    path.address = str_sub(from, 0, from.n - at.n);
    path.ascii = is_ascii(path.address);
    if (!take(&at, '>') || !is_text(path.address)) return PATH_BAD;
    *out = path;
    *s = at;
    return PATH_READ;
}

bool lmtp_is_domain(str_t s)
{
    return is_ascii(s) && take_domain(&s) && s.n == 0;
}

/* --- parameters -------------------------------------------------------------------------- */

bool lmtp_param_read(str_t *s, struct lmtp_param *out)
{
    str_t at = *s;
    struct lmtp_param p = {.value = STR_NULL};
    size_t n = 0;
    if (!take(&at, ' ')) return false;
    while (n < at.n && (is_alnum(at.p[n]) || (n > 0 && at.p[n] == '-')))
        n++;
    p.name = str_sub(at, 0, n);
    at = str_sub(at, n, at.n);
    if (n == 0) return false;
    if (take(&at, '=')) {
        for (n = 0; n < at.n && at.p[n] != ' '; n++)
            if (at.p[n] == '=') return false;
        p.value = str_sub(at, 0, n);
        at = str_sub(at, n, at.n);
        if (n == 0) return false;
    }
    if (at.n > 0 && at.p[0] != ' ') return false;
    *out = p;
    *s = at;
    return true;
}

/* Upper case only, as the grammar has it; -1: none. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One octet of xtext off *s. */
static bool take_xchar(str_t *s, char *out)
{
    if (s->n == 0 || s->p[0] <= ' ' || s->p[0] > '~' || s->p[0] == '=') return false;
    size_t n = s->p[0] == '+' ? 3 : 1;
    *out = s->p[0];
    if (n == 3) {
        int high = s->n < 3 ? -1 : hex_digit(s->p[1]), low = s->n < 3 ? -1 : hex_digit(s->p[2]);
        if (high < 0 || low < 0) return false;
        *out = (char) (high << 4 | low);
    }
    *s = str_sub(*s, n, s->n);
    return true;
}

bool lmtp_xtext(str_t s, struct arena *a, str_t *out)
{
    str_t at = s;
    char c;
    size_t n = 0;
    while (at.n > 0)
        if (!take_xchar(&at, &c)) return false;
    char *p = arena_alloc(a, s.n + 1);
    for (at = s; p && at.n > 0 && take_xchar(&at, &c);)
        p[n++] = c;
    *out = p ? str_n(p, n) : STR_NULL;
    return p != NULL;
}

bool lmtp_is_printable_xtext(str_t s, size_t max)
{
    char decoded[LMTP_LINE_MAX];
    size_t n = 0;
    if (s.n == 0 || s.n > max || s.n > sizeof decoded) return false;
    for (; s.n > 0; n++)
        if (!take_xchar(&s, &decoded[n])) return false;
    return is_text(str_n(decoded, n));
}

/* \x{HEX} of RFC 6533: a code point, no surrogate, no more digits than it takes (but two). */
static bool take_code_point(str_t *s)
{
    uint32_t point = 0;
    size_t i = 3;
    if (!str_starts(*s, STR("\\x{"))) return false;
    for (; i < s->n && i < 9 && hex_digit(s->p[i]) >= 0; i++)
        point = point << 4 | (uint32_t) hex_digit(s->p[i]);
    if (i < 5 || i >= s->n || s->p[i] != '}' || (i > 5 && s->p[3] == '0')) return false;
    *s = str_sub(*s, i + 1, s->n);
    return point >= ' ' && point <= CODE_POINT_MAX && !(point >= 0x7f && point < 0xa0) &&
           !(point >= 0xd800 && point < 0xe000);
}

/* RFC 6533 keeps "+" out; a client that does not know the type writes all of it as xtext. */
static bool is_utf8_address(str_t s, bool utf8)
{
    const str_t all = s;
    char c;
    while (s.n > 0) {
        if (is_beyond(s.p[0]) && utf8)
            s = str_sub(s, 1, s.n);
        else if (s.p[0] == '\\' ? !take_code_point(&s)
                                : !take_xchar(&s, &c) || !str_is_clean(str_n(&c, 1)))
            return false;
    }
    return all.n > 0 && is_text(all);
}

bool lmtp_is_orcpt(str_t s, bool utf8)
{
    str_t type, text;
    if (s.n > ORCPT_MAX || !str_cut(s, ';', &type, &text) || type.n == 0) return false;
    for (size_t i = 0; i < type.n; i++)
        if (!is_atext(type.p[i]) || is_beyond(type.p[i])) return false;
    return str_ieq(type, STR("utf-8")) ? is_utf8_address(text, utf8)
                                       : lmtp_is_printable_xtext(text, ORCPT_MAX);
}
