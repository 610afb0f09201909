/* Legacy display elements: header lines that writers repeat at the top of an encrypted text for
 * readers without RFC 9788. Shown only by those; here they would be there twice.
 */
#include "mail/message_state.h"

/* RFC 9788 section 4.10.1.1: everything up to and including the first empty line. */
str_t message_skip_legacy_text(str_t text)
{
    for (size_t at = 0; at < text.n;) {
        const char *nl = memchr(text.p + at, '\n', text.n - at);
        if (!nl) break;
        size_t end = (size_t) (nl - text.p);
        bool empty = end == at || (end == at + 1 && text.p[at] == '\r');
        if (empty) return str_n(nl + 1, text.n - end - 1);
        at = end + 1;
    }
    return text;
}

/* End of the element whose start tag begins at `open`: its own nesting of div is followed. */
static size_t div_end(str_t html, size_t open)
{
    unsigned depth = 0;
    for (size_t at = open; at < html.n; at++) {
        str_t rest = str_sub(html, at, html.n);
        if (str_istarts(rest, STR("<div"))) depth++;
        if (!str_istarts(rest, STR("</div"))) continue;
        ptrdiff_t close = str_chr(rest, '>');
        if (close < 0) return html.n;
        if (--depth == 0) return at + (size_t) close + 1;
    }
    return html.n;
}

/* RFC 9788 section 4.10.1.2: the div of that class, at the top of the body. */
str_t message_skip_legacy_html(str_t html, struct arena *a)
{
    ptrdiff_t class = str_ifind(html, STR("header-protection-legacy-display"));
    if (class < 0) return html;
    size_t open = (size_t) class;
    while (open > 0 && html.p[open] != '<')
        open--;
    if (!str_istarts(str_sub(html, open, html.n), STR("<div"))) return html;
    size_t end = div_end(html, open);
    char *p = arena_alloc(a, html.n + 1);
    if (!p) return html;
    memcpy(p, html.p, open);
    memcpy(p + open, html.p + end, html.n - end);
    return str_n(p, html.n - (end - open));
}
