#include "mail/remote.h"

#include "base/buf.h"
#include "mail/text.h"

struct scan {
    struct remote_images *r;
    struct arena *a;
    struct err *e;
};

/* --- one URL -----------------------------------------------------------------------------------
 */

static bool is_plain(unsigned char c)
{
    return c > 0x20 && c < 0x7f && !strchr("\"<>\\^`{|}", c);
}

str_t remote_url(str_t name, struct arena *a)
{
    bool same = str_starts(name, STR("//"));
    size_t head = same ? 2 : str_istarts(name, STR("https://")) ? 8 : 7;
    if (!same && head == 7 && !str_istarts(name, STR("http://"))) return STR_NULL;
    str_t rest = str_sub(name, head, name.n), fragment;
    size_t host = 0;
    str_cut(rest, '#', &rest, &fragment);
    for (; host < rest.n && !strchr("/?", rest.p[host]); host++)
        if (!is_plain((unsigned char) rest.p[host]) || rest.p[host] == '@') return STR_NULL;
    if (host == 0) return STR_NULL;
    CLEANUP_BUF struct buf b = BUF_INIT(REMOTE_MAX_URL);
    buf_cstr(&b, same || head == 8 ? "https://" : "http://");
    for (size_t i = 0; i < rest.n; i++) {
        unsigned char c = (unsigned char) rest.p[i];
        if (i < host || is_plain(c))
            buf_char(&b, (char) c);
        else
            buf_printf(&b, "%%%02X", c);
    }
    return b.failed ? STR_NULL : arena_str(a, buf_view(&b));
}

static str_t clean(str_t raw, struct arena *a)
{
    raw = str_trim(raw);
    char *p = arena_alloc(a, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < raw.n; i++)
        if (!strchr("\t\r\n\f", raw.p[i]) || raw.p[i] == '\0') p[n++] = raw.p[i];
    return str_trim(str_n(p, p ? n : 0));
}

/* Worth a closer look, without spending memory on what is not. */
static bool may_be_remote(str_t raw)
{
    raw = str_trim(raw);
    return raw.n <= 2 * REMOTE_MAX_URL &&
           (str_istarts(raw, STR("h")) || str_starts(raw, STR("//")));
}

static rc_t add(struct scan *s, str_t raw)
{
    struct remote_images *r = s->r;
    if (r->count == r->max || r->looked_at == REMOTE_LOOKED_AT || !may_be_remote(raw)) return RC_OK;
    r->looked_at++;
    str_t name = clean(raw, s->a);
    for (size_t i = 0; i < r->count; i++)
        if (str_eq(r->list[i].name, name)) return RC_OK;
    str_t url =
        name.n && str_is_clean(name) && str_is_utf8(name) ? remote_url(name, s->a) : STR_NULL;
    if (url.n) r->list[r->count++] = (struct remote_image){name, url};
    return RC_OK;
}

/* --- character references ----------------------------------------------------------------------
 */

/* Of "&#x2f;" and "&#47;": its length, or 0. */
static size_t numeric(str_t s, uint32_t *cp)
{
    bool hex = s.n > 2 && (s.p[2] == 'x' || s.p[2] == 'X');
    size_t i = hex ? 3 : 2, from = i;
    uint32_t v = 0;
    for (; i < s.n && i < from + 8; i++) {
        char c = s.p[i];
        uint32_t d = c >= '0' && c <= '9'          ? (uint32_t) (c - '0')
                     : hex && c >= 'a' && c <= 'f' ? (uint32_t) (c - 'a') + 10
                     : hex && c >= 'A' && c <= 'F' ? (uint32_t) (c - 'A') + 10
                                                   : 99;
        if (d == 99) break;
        v = v * (hex ? 16 : 10) + d;
    }
    if (i == from) return 0;
    *cp = v;
    return i < s.n && s.p[i] == ';' ? i + 1 : i;
}

static size_t named(str_t s, char *out)
{
    static const struct {
        str_t name;
        char is;
    } names[] = {
        {STR_INIT("&amp"), '&'},   {STR_INIT("&lt"), '<'},       {STR_INIT("&gt"), '>'},
        {STR_INIT("&quot"), '"'},  {STR_INIT("&AMP"), '&'},      {STR_INIT("&apos;"), '\''},
        {STR_INIT("&sol;"), '/'},  {STR_INIT("&colon;"), ':'},   {STR_INIT("&period;"), '.'},
        {STR_INIT("&Tab;"), '\t'}, {STR_INIT("&NewLine;"), '\n'}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!str_starts(s, names[i].name)) continue;
        size_t n = names[i].name.n;
        char next = n < s.n ? s.p[n] : '\0';
        *out = names[i].is;
        if (names[i].name.p[n - 1] == ';') return n;
        if (next == ';') return n + 1;
        /* Without a semicolon it is one only where no name or "=" follows. */
        bool letter = (next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') ||
                      (next >= 'A' && next <= 'Z') || next == '=';
        return letter ? 0 : n;
    }
    return 0;
}

static str_t unescape(str_t s, struct arena *a)
{
    if (str_chr(s, '&') < 0) return s;
    CLEANUP_BUF struct buf b = BUF_INIT(s.n * 2 + 16);
    for (size_t i = 0; i < s.n;) {
        str_t rest = str_sub(s, i, s.n);
        uint32_t cp = 0;
        char c = 0;
        size_t n = str_starts(rest, STR("&#")) ? numeric(rest, &cp) : 0;
        if (n > 0) {
            text_put_utf8(&b, cp);
        } else if (rest.p[0] == '&' && (n = named(rest, &c)) > 0) {
            buf_char(&b, c);
        } else {
            buf_char(&b, rest.p[0]);
            n = 1;
        }
        i += n;
    }
    return arena_str(a, buf_view(&b));
}

/* --- style sheets ------------------------------------------------------------------------------
 */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "\2f " and "\/" (CSS Syntax section 4.3.7), at s[*i] behind the backslash. */
static void css_escape(str_t s, size_t *i, struct buf *out)
{
    uint32_t v = 0;
    size_t n = 0;
    for (; n < 6 && *i + n < s.n && hex_digit(s.p[*i + n]) >= 0; n++)
        v = v * 16 + (uint32_t) hex_digit(s.p[*i + n]);
    if (n == 0) {
        buf_char(out, s.p[(*i)++]);
        return;
    }
    text_put_utf8(out, v);
    *i += n;
    if (*i < s.n && text_is_blank(s.p[*i])) (*i)++;
}

/* What follows "url("; *i is moved behind it. */
static rc_t css_url(struct scan *s, str_t css, size_t *i)
{
    CLEANUP_BUF struct buf b = BUF_INIT(2 * REMOTE_MAX_URL);
    while (*i < css.n && text_is_blank(css.p[*i]))
        (*i)++;
    char quote = *i < css.n && (css.p[*i] == '"' || css.p[*i] == '\'') ? css.p[(*i)++] : ')';
    while (*i < css.n && css.p[*i] != quote && !b.failed) {
        char c = css.p[(*i)++];
        if (c == '\\' && *i < css.n)
            css_escape(css, i, &b);
        else
            buf_char(&b, c);
    }
    return b.failed ? RC_OK : add(s, buf_view(&b));
}

static rc_t scan_css(struct scan *s, str_t css)
{
    for (size_t i = 0; i < css.n;) {
        ptrdiff_t found = str_ifind(str_sub(css, i, css.n), STR("url("));
        if (found < 0) return RC_OK;
        i += (size_t) found + 4;
        TRY(css_url(s, css, &i));
    }
    return RC_OK;
}

/* --- elements ----------------------------------------------------------------------------------
 */

/* "a.png 1x, b.png 2x" */
static rc_t scan_srcset(struct scan *s, str_t v)
{
    for (size_t i = 0; i < v.n;) {
        while (i < v.n && (text_is_blank(v.p[i]) || v.p[i] == ','))
            i++;
        size_t from = i, end;
        while (i < v.n && !text_is_blank(v.p[i]))
            i++;
        for (end = i; end > from && v.p[end - 1] == ',';)
            end--;
        TRY(add(s, str_sub(v, from, end)));
        if (end < i) continue; /* a comma behind it: no descriptor */
        while (i < v.n && v.p[i] != ',')
            i++;
    }
    return RC_OK;
}

static rc_t scan_attribute(struct scan *s, str_t name, str_t value)
{
    static const str_t loading[] = {STR_INIT("src"), STR_INIT("background"), STR_INIT("poster"),
                                    STR_INIT("lowsrc"), STR_INIT("dynsrc")};
    if (str_ieq(name, STR("style"))) return scan_css(s, unescape(value, s->a));
    if (str_ieq(name, STR("srcset"))) return scan_srcset(s, unescape(value, s->a));
    for (size_t i = 0; i < sizeof loading / sizeof loading[0]; i++) {
        if (!str_ieq(name, loading[i])) continue;
        return value.n <= 8 * REMOTE_MAX_URL ? add(s, unescape(value, s->a)) : RC_OK;
    }
    return RC_OK;
}

/* The attributes of a tag; *i stands behind its name, and then behind its end. */
static rc_t scan_tag(struct scan *s, str_t h, size_t *i)
{
    while (*i < h.n && h.p[*i] != '>') {
        if (text_is_blank(h.p[*i]) || h.p[*i] == '/' || h.p[*i] == '\f') {
            (*i)++;
            continue;
        }
        size_t from = (*i)++;
        while (*i < h.n && !text_is_blank(h.p[*i]) && !strchr("=/>", h.p[*i]))
            (*i)++;
        str_t name = str_sub(h, from, *i), value = STR_NULL;
        size_t k = *i;
        while (k < h.n && text_is_blank(h.p[k]))
            k++;
        if (k >= h.n || h.p[k] != '=') continue;
        for (k++; k < h.n && text_is_blank(h.p[k]);)
            k++;
        char quote = k < h.n && (h.p[k] == '"' || h.p[k] == '\'') ? h.p[k++] : '\0';
        from = k;
        while (k < h.n && (quote ? h.p[k] != quote : !text_is_blank(h.p[k]) && h.p[k] != '>'))
            k++;
        value = str_sub(h, from, k);
        *i = quote && k < h.n ? k + 1 : k;
        TRY(scan_attribute(s, name, value));
    }
    return RC_OK;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

rc_t remote_images_add(struct remote_images *r, str_t html, struct arena *a, struct err *e)
{
    struct scan s = {r, a, e};
    for (size_t i = 0; i + 1 < html.n && r->count < r->max;) {
        const char *open = memchr(html.p + i, '<', html.n - i);
        if (!open) break;
        i = (size_t) (open - html.p) + 1;
        if (i >= html.n || !is_letter(html.p[i])) continue;
        size_t from = i;
        while (i < html.n && !text_is_blank(html.p[i]) && !strchr("/>", html.p[i]))
            i++;
        bool style = str_ieq(str_sub(html, from, i), STR("style"));
        TRY(scan_tag(&s, html, &i));
        if (!style) continue;
        str_t rest = str_sub(html, i, html.n);
        ptrdiff_t end = str_ifind(rest, STR("</style"));
        if (end >= 0) rest = str_sub(rest, 0, (size_t) end);
        TRY(scan_css(&s, rest));
        i += rest.n;
    }
    return RC_OK;
}

rc_t remote_images_new(size_t max, struct arena *a, struct remote_images *out, struct err *e)
{
    struct remote_image *list = ARENA_ARRAY(a, max, struct remote_image);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    *out = (struct remote_images){.list = list, .max = max};
    return RC_OK;
}
