#include "cli/plain_text.h"

static bool put_code_point(struct buf *out, unsigned long c)
{
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return buf_str(out, STR("\xef\xbf\xbd"));
    char p[4];
    size_t n = 0;
    if (c < 0x80) {
        p[n++] = (char) c;
    } else {
        if (c < 0x800) {
            p[n++] = (char) (0xc0 | c >> 6);
        } else {
            if (c < 0x10000) {
                p[n++] = (char) (0xe0 | c >> 12);
            } else {
                p[n++] = (char) (0xf0 | c >> 18);
                p[n++] = (char) (0x80 | (c >> 12 & 0x3f));
            }
            p[n++] = (char) (0x80 | (c >> 6 & 0x3f));
        }
        p[n++] = (char) (0x80 | (c & 0x3f));
    }
    return buf_add(out, p, n);
}

static bool digits(str_t s, unsigned base, unsigned long *out)
{
    unsigned long v = 0;
    if (s.n == 0 || s.n > 7) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        unsigned d = c >= '0' && c <= '9'   ? (unsigned) (c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned) (c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (unsigned) (c - 'A' + 10)
                                            : 99;
        if (d >= base) return false;
        v = v * base + d;
    }
    *out = v;
    return true;
}

/* "&name;" at the start of s: bytes used, 0 when it is none. */
static size_t put_entity(str_t s, struct buf *out)
{
    static const struct {
        str_t name;
        unsigned long code;
    } NAMES[] = {
        {STR_INIT("amp"), '&'},      {STR_INIT("lt"), '<'},       {STR_INIT("gt"), '>'},
        {STR_INIT("quot"), '"'},     {STR_INIT("apos"), '\''},    {STR_INIT("nbsp"), ' '},
        {STR_INIT("auml"), 0xe4},    {STR_INIT("ouml"), 0xf6},    {STR_INIT("uuml"), 0xfc},
        {STR_INIT("Auml"), 0xc4},    {STR_INIT("Ouml"), 0xd6},    {STR_INIT("Uuml"), 0xdc},
        {STR_INIT("szlig"), 0xdf},   {STR_INIT("eacute"), 0xe9},  {STR_INIT("copy"), 0xa9},
        {STR_INIT("mdash"), 0x2014}, {STR_INIT("ndash"), 0x2013}, {STR_INIT("hellip"), 0x2026},
        {STR_INIT("euro"), 0x20ac}};
    ptrdiff_t end = str_chr(str_sub(s, 0, 12), ';');
    if (end < 2) return 0;
    str_t name = str_sub(s, 1, (size_t) end);
    unsigned long code = 0;
    bool known = false;
    if (str_istarts(name, STR("#x")))
        known = digits(str_sub(name, 2, name.n), 16, &code);
    else if (name.p[0] == '#')
        known = digits(str_sub(name, 1, name.n), 10, &code);
    for (size_t i = 0; !known && i < sizeof NAMES / sizeof NAMES[0]; i++) {
        known = str_eq(name, NAMES[i].name);
        code = NAMES[i].code;
    }
    return known && put_code_point(out, code) ? (size_t) end + 1 : 0;
}

static bool is_block(str_t tag)
{
    static const str_t BLOCKS[] = {STR_INIT("br"), STR_INIT("p"),  STR_INIT("div"), STR_INIT("tr"),
                                   STR_INIT("li"), STR_INIT("h1"), STR_INIT("h2"),  STR_INIT("h3")};
    if (tag.n && tag.p[0] == '/') tag = str_sub(tag, 1, tag.n);
    for (size_t i = 0; i < sizeof BLOCKS / sizeof BLOCKS[0]; i++) {
        size_t n = BLOCKS[i].n;
        if (str_istarts(tag, BLOCKS[i]) && (tag.n == n || strchr(" \t\r\n/>", tag.p[n])))
            return true;
    }
    return false;
}

/* Bytes of the tag, comment, script or style at the start of s. */
static size_t skip_tag(str_t s, struct buf *out)
{
    static const struct {
        str_t open, close;
    } WHOLE[] = {{STR_INIT("<!--"), STR_INIT("-->")},
                 {STR_INIT("<script"), STR_INIT("</script>")},
                 {STR_INIT("<style"), STR_INIT("</style>")},
                 {STR_INIT("<title"), STR_INIT("</title>")}};
    for (size_t i = 0; i < sizeof WHOLE / sizeof WHOLE[0]; i++) {
        if (!str_istarts(s, WHOLE[i].open)) continue;
        ptrdiff_t end = str_ifind(s, WHOLE[i].close);
        return end < 0 ? s.n : (size_t) end + WHOLE[i].close.n;
    }
    char quote = 0;
    size_t at = 1;
    for (; at < s.n; at++) {
        char c = s.p[at];
        if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            break;
        }
    }
    if (is_block(str_sub(s, 1, at))) buf_char(out, '\n');
    return at < s.n ? at + 1 : s.n;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool cli_html_to_text(str_t html, struct buf *out)
{
    for (size_t at = 0; at < html.n && !out->failed;) {
        str_t rest = str_sub(html, at, html.n);
        size_t used = 0;
        char next = rest.n > 1 ? rest.p[1] : '\0';
        bool tag =
            rest.p[0] == '<' && (next == '/' || next == '!' || next == '?' ||
                                 (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'));
        if (tag)
            used = skip_tag(rest, out);
        else if (rest.p[0] == '&')
            used = put_entity(rest, out);
        if (used == 0) {
            char c = rest.p[0];
            bool repeated = is_blank(c) && (out->n == 0 || is_blank(out->p[out->n - 1]));
            if (!repeated) buf_char(out, is_blank(c) ? ' ' : c);
            used = 1;
        }
        at += used;
    }
    return !out->failed;
}
