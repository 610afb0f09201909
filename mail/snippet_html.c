/* HTML read for its first visible words. Nothing is built: tags are skipped, with what is inside
 * those that are not shown. */
#include "mail/snippet_line.h"
#include "mail/text.h"

#define ATTRIBUTES_MAX (16u << 10) /* bytes of one tag that are looked at */

struct tag {
    str_t name; /* as spelled */
    str_t attributes;
    bool closing;
};

struct reader {
    struct snippet_line *l;
    str_t html;
    size_t at;
    bool quotes;
    /* Inside an element that is not shown: its name, and how many of that name are open. */
    str_t skipping;
    size_t depth;
};

/* --- entities ------------------------------------------------------------------------------ */

static uint32_t numeric(str_t digits, unsigned base)
{
    uint32_t v = 0;
    if (digits.n == 0 || digits.n > 8) return 0;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        unsigned d = c >= '0' && c <= '9'   ? (unsigned) (c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned) (c - 'a') + 10
                     : c >= 'A' && c <= 'F' ? (unsigned) (c - 'A') + 10
                                            : 99;
        if (d >= base) return 0;
        v = v * base + d;
    }
    return v == 0 || v > 0x10ffff ? 0xfffd : v;
}

uint32_t snippet_entity(str_t name)
{
    static const struct {
        str_t name;
        uint32_t cp;
    } known[] = {
        {STR_INIT("amp"), '&'},       {STR_INIT("lt"), '<'},       {STR_INIT("gt"), '>'},
        {STR_INIT("quot"), '"'},      {STR_INIT("apos"), '\''},    {STR_INIT("nbsp"), 0xa0},
        {STR_INIT("copy"), 0xa9},     {STR_INIT("reg"), 0xae},     {STR_INIT("trade"), 0x2122},
        {STR_INIT("hellip"), 0x2026}, {STR_INIT("mdash"), 0x2014}, {STR_INIT("ndash"), 0x2013},
        {STR_INIT("lsquo"), 0x2018},  {STR_INIT("rsquo"), 0x2019}, {STR_INIT("ldquo"), 0x201c},
        {STR_INIT("rdquo"), 0x201d},  {STR_INIT("sbquo"), 0x201a}, {STR_INIT("bdquo"), 0x201e},
        {STR_INIT("laquo"), 0xab},    {STR_INIT("raquo"), 0xbb},   {STR_INIT("bull"), 0x2022},
        {STR_INIT("middot"), 0xb7},   {STR_INIT("euro"), 0x20ac},  {STR_INIT("pound"), 0xa3},
        {STR_INIT("zwnj"), 0x200c},   {STR_INIT("zwj"), 0x200d},   {STR_INIT("shy"), 0xad},
        {STR_INIT("ensp"), 0x2002},   {STR_INIT("emsp"), 0x2003},  {STR_INIT("thinsp"), 0x2009},
        {STR_INIT("lrm"), 0x200e},    {STR_INIT("rlm"), 0x200f},   {STR_INIT("auml"), 0xe4},
        {STR_INIT("ouml"), 0xf6},     {STR_INIT("uuml"), 0xfc},    {STR_INIT("Auml"), 0xc4},
        {STR_INIT("Ouml"), 0xd6},     {STR_INIT("Uuml"), 0xdc},    {STR_INIT("szlig"), 0xdf},
        {STR_INIT("eacute"), 0xe9},   {STR_INIT("egrave"), 0xe8},  {STR_INIT("ecirc"), 0xea},
        {STR_INIT("agrave"), 0xe0},   {STR_INIT("acirc"), 0xe2},   {STR_INIT("aacute"), 0xe1},
        {STR_INIT("ccedil"), 0xe7},   {STR_INIT("ocirc"), 0xf4},   {STR_INIT("oacute"), 0xf3},
        {STR_INIT("iacute"), 0xed},   {STR_INIT("icirc"), 0xee},   {STR_INIT("ucirc"), 0xfb},
        {STR_INIT("uacute"), 0xfa},   {STR_INIT("ntilde"), 0xf1},  {STR_INIT("atilde"), 0xe3},
        {STR_INIT("otilde"), 0xf5},   {STR_INIT("aring"), 0xe5},   {STR_INIT("aelig"), 0xe6},
        {STR_INIT("oslash"), 0xf8},   {STR_INIT("Eacute"), 0xc9},  {STR_INIT("deg"), 0xb0},
        {STR_INIT("sect"), 0xa7},     {STR_INIT("rarr"), 0x2192},  {STR_INIT("larr"), 0x2190},
        {STR_INIT("check"), 0x2713},  {STR_INIT("times"), 0xd7},
    };
    if (name.n > 2 && name.p[0] == '#' && (name.p[1] == 'x' || name.p[1] == 'X'))
        return numeric(str_sub(name, 2, name.n), 16);
    if (name.n > 1 && name.p[0] == '#') return numeric(str_sub(name, 1, name.n), 10);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(name, known[i].name)) return known[i].cp;
    return 0;
}

/* At '&'. */
static void read_reference(struct reader *r)
{
    size_t from = r->at + 1, end = from;
    while (end < r->html.n && end - from < 12 &&
           ((r->html.p[end] >= '0' && r->html.p[end] <= '9') ||
            ((r->html.p[end] | 0x20) >= 'a' && (r->html.p[end] | 0x20) <= 'z') ||
            (r->html.p[end] == '#' && end == from)))
        end++;
    uint32_t cp = snippet_entity(str_sub(r->html, from, end));
    if (cp == 0) {
        snippet_put(r->l, '&');
        r->at++;
        return;
    }
    snippet_put(r->l, cp);
    r->at = end < r->html.n && r->html.p[end] == ';' ? end + 1 : end;
}

/* --- tags ----------------------------------------------------------------------------------------
 */

static bool one_of(str_t name, const str_t *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_ieq(name, list[i])) return true;
    return false;
}
#define ONE_OF(name, list) one_of((name), (list), sizeof(list) / sizeof *(list))

/* Words go on across these; every other tag parts them. */
static const str_t inline_tags[] = {
    STR_INIT("a"),    STR_INIT("b"),     STR_INIT("i"),   STR_INIT("u"),    STR_INIT("em"),
    STR_INIT("span"), STR_INIT("font"),  STR_INIT("s"),   STR_INIT("code"), STR_INIT("strong"),
    STR_INIT("sub"),  STR_INIT("small"), STR_INIT("sup"), STR_INIT("mark"), STR_INIT("abbr"),
    STR_INIT("bdi"),  STR_INIT("bdo"),   STR_INIT("wbr"), STR_INIT("big"),  STR_INIT("o:p"),
};
static const str_t unseen_tags[] = {
    STR_INIT("head"),   STR_INIT("style"),    STR_INIT("script"), STR_INIT("title"),
    STR_INIT("select"), STR_INIT("template"), STR_INIT("svg"),    STR_INIT("math"),
    STR_INIT("object"), STR_INIT("textarea"), STR_INIT("iframe"), STR_INIT("noframes"),
};
/* What is inside is no markup: only their own end tag ends them. */
static const str_t raw_tags[] = {STR_INIT("style"), STR_INIT("script"), STR_INIT("title"),
                                 STR_INIT("textarea"), STR_INIT("iframe")};
static const str_t void_tags[] = {
    STR_INIT("br"),   STR_INIT("hr"),  STR_INIT("img"), STR_INIT("input"), STR_INIT("meta"),
    STR_INIT("link"), STR_INIT("wbr"), STR_INIT("col"), STR_INIT("area"),  STR_INIT("base"),
};

/* "font-size:0", "max-height: 0px": a number that is nothing. */
static bool is_nothing(str_t style, str_t property)
{
    ptrdiff_t at = str_ifind(style, property);
    if (at < 0) return false;
    str_t value = str_trim(str_sub(style, (size_t) at + property.n, style.n));
    if (value.n == 0 || value.p[0] != ':') return false;
    value = str_trim(str_sub(value, 1, value.n));
    size_t i = 0;
    while (i < value.n && (value.p[i] == '0' || value.p[i] == '.'))
        i++;
    return i > 0 && (i == value.n || value.p[i] < '1' || value.p[i] > '9');
}

static bool has_value(str_t style, str_t property, str_t word)
{
    ptrdiff_t at = str_ifind(style, property);
    if (at < 0) return false;
    str_t value = str_trim(str_sub(style, (size_t) at + property.n, style.n));
    if (value.n == 0 || value.p[0] != ':') return false;
    return str_istarts(str_trim(str_sub(value, 1, value.n)), word);
}

struct attributes { /* as they stand; the first of a name counts; null: not there */
    str_t style, class, hidden;
};

/* Behind the blanks at its beginning: the end is not looked at, for the rest is gone through once
 * for each attribute. */
static str_t skip_blanks(str_t s)
{
    size_t i = 0;
    while (i < s.n && text_is_blank(s.p[i]))
        i++;
    return str_sub(s, i, s.n);
}

/* Behind '='. */
static str_t read_value(str_t *rest)
{
    str_t s = skip_blanks(*rest);
    char quote = s.n > 0 && (s.p[0] == '"' || s.p[0] == '\'') ? s.p[0] : '\0';
    size_t end = 0;
    if (quote) s = str_sub(s, 1, s.n);
    while (end < s.n && (quote ? s.p[end] != quote : !text_is_blank(s.p[end])))
        end++;
    *rest = str_sub(s, end + (quote ? 1 : 0), s.n);
    return str_sub(s, 0, end);
}

static void read_attributes(const struct tag *t, struct attributes *out)
{
    str_t s = str_sub(t->attributes, 0, ATTRIBUTES_MAX);
    *out = (struct attributes){.style = STR_NULL};
    while (s.n > 0) {
        size_t i = 0, end;
        while (i < s.n && (text_is_blank(s.p[i]) || s.p[i] == '/' || s.p[i] == '='))
            i++;
        for (end = i; end < s.n && !text_is_blank(s.p[end]) && s.p[end] != '=';)
            end++;
        str_t name = str_sub(s, i, end), value = STR("");
        s = skip_blanks(str_sub(s, end, s.n));
        if (s.n > 0 && s.p[0] == '=') {
            s = str_sub(s, 1, s.n);
            value = read_value(&s);
        }
        str_t *to = str_ieq(name, STR("style"))    ? &out->style
                    : str_ieq(name, STR("class"))  ? &out->class
                    : str_ieq(name, STR("hidden")) ? &out->hidden
                                                   : NULL;
        if (to && str_is_null(*to)) *to = value;
    }
}

static bool is_hidden(const struct attributes *t)
{
    str_t style = t->style;
    if (!str_is_null(t->hidden)) return true;
    if (style.n == 0) return false;
    return has_value(style, STR("display"), STR("none")) ||
           has_value(style, STR("visibility"), STR("hidden")) ||
           has_value(style, STR("mso-hide"), STR("all")) || is_nothing(style, STR("font-size")) ||
           is_nothing(style, STR("max-height")) || is_nothing(style, STR("opacity"));
}

static bool is_quote(str_t name, const struct attributes *t)
{
    if (str_ieq(name, STR("blockquote"))) return true;
    return str_ifind(t->class, STR("gmail_quote")) >= 0 ||
           str_ifind(t->class, STR("gmail_attr")) >= 0 ||
           str_ifind(t->class, STR("moz-cite-prefix")) >= 0 ||
           str_ifind(t->class, STR("yahoo_quoted")) >= 0;
}

/* The end of a tag that begins at `from`: behind its '>', quotes minded. */
static size_t tag_end(str_t html, size_t from)
{
    char quote = '\0';
    for (size_t i = from; i < html.n; i++) {
        char c = html.p[i];
        if (quote) {
            if (c == quote) quote = '\0';
        } else if ((c == '"' || c == '\'') && html.p[i - 1] == '=') {
            quote = c;
        } else if (c == '>') {
            return i + 1;
        }
    }
    return html.n;
}

/* At "<!" or "<?". */
static size_t declaration_end(str_t html, size_t from)
{
    str_t rest = str_sub(html, from, html.n);
    bool comment = str_starts(rest, STR("<!--"));
    ptrdiff_t end = comment ? str_find(str_sub(rest, 4, rest.n), STR("-->")) : str_chr(rest, '>');
    if (end < 0) return html.n;
    return from + (size_t) end + (comment ? 7 : 1);
}

/* At '<' and a letter or '/'. */
static void read_tag(struct reader *r, struct tag *t)
{
    size_t i = r->at + 1, end = tag_end(r->html, i);
    t->closing = r->html.p[i] == '/';
    if (t->closing) i++;
    size_t from = i;
    while (i < end && !text_is_blank(r->html.p[i]) && r->html.p[i] != '>' && r->html.p[i] != '/')
        i++;
    t->name = str_sub(r->html, from, i);
    t->attributes = str_sub(r->html, i, end > i && r->html.p[end - 1] == '>' ? end - 1 : end);
    r->at = end;
}

/* To the end tag of an element whose content is no markup. */
static void skip_raw(struct reader *r, str_t name)
{
    while (r->at < r->html.n) {
        ptrdiff_t at = str_find(str_sub(r->html, r->at, r->html.n), STR("</"));
        if (at < 0) break;
        r->at += (size_t) at + 2;
        if (!str_istarts(str_sub(r->html, r->at, r->html.n), name)) continue;
        r->at = tag_end(r->html, r->at);
        return;
    }
    r->at = r->html.n;
}

static void apply_tag(struct reader *r, const struct tag *t)
{
    bool is_void = ONE_OF(t->name, void_tags);
    if (!t->closing && ONE_OF(t->name, raw_tags)) {
        skip_raw(r, t->name);
        return;
    }
    if (r->skipping.n > 0) {
        /* A head without end is ended by the body. */
        bool body = str_ieq(r->skipping, STR("head")) && str_ieq(t->name, STR("body"));
        if (str_ieq(t->name, r->skipping)) r->depth += t->closing ? (size_t) -1 : 1;
        if (body || r->depth == 0) r->skipping = STR_NULL;
        return;
    }
    if (!ONE_OF(t->name, inline_tags)) snippet_put(r->l, ' ');
    if (t->closing || is_void) return;
    struct attributes has;
    read_attributes(t, &has);
    if (ONE_OF(t->name, unseen_tags) || is_hidden(&has) ||
        (!r->quotes && is_quote(t->name, &has))) {
        r->skipping = t->name;
        r->depth = 1;
    }
}

void snippet_read_html(struct snippet_line *l, str_t html, bool quotes)
{
    struct reader r = {.l = l, .html = html, .quotes = quotes};
    while (r.at < html.n && !l->full) {
        char c = html.p[r.at], next = r.at + 1 < html.n ? html.p[r.at + 1] : ' ';
        bool letter = ((next | 0x20) >= 'a' && (next | 0x20) <= 'z') || next == '/';
        if (c == '<' && letter) {
            struct tag t;
            read_tag(&r, &t);
            apply_tag(&r, &t);
        } else if (c == '<' && (next == '!' || next == '?')) {
            r.at = declaration_end(html, r.at);
        } else if (r.skipping.n > 0) {
            r.at++;
        } else if (c == '&') {
            read_reference(&r);
        } else {
            snippet_put(l, text_next_utf8(html, &r.at));
        }
    }
}
