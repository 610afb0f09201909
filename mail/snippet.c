#include "mail/snippet.h"

#include "mail/entity.h"
#include "mail/imap_body.h"
#include "mail/snippet_line.h"
#include "mail/text.h"

#define TEXT_MAX (256u << 10)

/* --- the line ---------------------------------------------------------------------------- */

static bool is_space(uint32_t cp)
{
    return cp <= 0x20 || cp == 0x7f || (cp >= 0x80 && cp <= 0xa0) || cp == 0x1680 ||
           (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
           cp == 0x205f || cp == 0x3000 || cp == 0x2800 || cp == 0x3164 || cp == 0xffa0 ||
           cp == 0x115f || cp == 0x1160;
}

/* Bidi controls, zero width, fillers, tags, what only stands for something missing. */
static bool is_invisible(uint32_t cp)
{
    return cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff) || cp == 0xad || cp == 0x34f ||
           cp == 0x61c || cp == 0x180e || cp == 0x200b || cp == 0x200e || cp == 0x200f ||
           (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
           (cp >= 0xfff0 && cp <= 0xfffc) || cp == 0xfffd || (cp >= 0xe0000 && cp <= 0xe007f) ||
           (cp >= 0xe000 && cp <= 0xf8ff) || (cp & 0xfffe) == 0xfffe ||
           (cp >= 0xfdd0 && cp <= 0xfdef);
}

/* Belongs to the character before it. */
static bool is_extender(uint32_t cp)
{
    return (cp >= 0x300 && cp <= 0x36f) || (cp >= 0x1ab0 && cp <= 0x1aff) ||
           (cp >= 0x20d0 && cp <= 0x20f0) || (cp >= 0xfe00 && cp <= 0xfe0f) ||
           (cp >= 0xfe20 && cp <= 0xfe2f) || (cp >= 0x1f3fb && cp <= 0x1f3ff) ||
           (cp >= 0x93a && cp <= 0x94d) || (cp >= 0x64b && cp <= 0x65f) ||
           (cp >= 0x5b0 && cp <= 0x5bd) || (cp >= 0xe0100 && cp <= 0xe01ef);
}

static void cut_back(struct snippet_line *l)
{
    l->out.n = l->cluster;
    if (l->out.p) l->out.p[l->out.n] = '\0';
}

void snippet_put(struct snippet_line *l, uint32_t cp)
{
    if (l->full || is_invisible(cp)) return;
    if (cp == 0x200c || cp == 0x200d) {
        l->joiner = l->space ? 0 : cp;
        return;
    }
    if (is_space(cp)) {
        l->space = l->count > 0;
        l->joiner = 0;
        return;
    }
    bool extends = is_extender(cp) || l->joiner != 0;
    if (is_extender(cp) && (l->count == 0 || l->space)) return; /* of nothing that is shown */
    size_t more = 1u + (l->space ? 1 : 0) + (l->joiner ? 1 : 0);
    if (l->count + more > SNIPPET_MAX) {
        if (extends) cut_back(l);
        l->full = true;
        return;
    }
    if (l->space) buf_char(&l->out, ' ');
    if (!extends) l->cluster = l->out.n;
    if (l->joiner) text_put_utf8(&l->out, l->joiner);
    text_put_utf8(&l->out, cp);
    l->count += more;
    l->space = false;
    l->joiner = 0;
}

void snippet_put_text(struct snippet_line *l, str_t utf8)
{
    for (size_t i = 0; i < utf8.n && !l->full;)
        snippet_put(l, text_next_utf8(utf8, &i));
}

static struct snippet_line line_new(void)
{
    return (struct snippet_line){.out = BUF_INIT(SNIPPET_LINE_BYTES)};
}

static str_t line_end(struct snippet_line *l, struct arena *a)
{
    str_t s = str_trim(buf_view(&l->out));
    s = arena_str(a, s.p ? s : STR(""));
    buf_free(&l->out);
    return s;
}

/* --- plain text --------------------------------------------------------------------------------
 */

/* Of rule characters only, or of nothing. */
static bool is_rule(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("-_=*~#+.| \t", s.p[i])) return false;
    return s.n != 1;
}

/* "-----Original Message-----", "---------- Forwarded message ---------" */
static bool is_divider(str_t s)
{
    return s.n > 8 && str_starts(s, STR("----")) && str_ends(s, STR("---"));
}

static bool is_armour(str_t s)
{
    return str_starts(s, STR("-----BEGIN PGP MESSAGE")) || str_starts(s, STR("-----BEGIN PKCS7")) ||
           str_starts(s, STR("-----BEGIN CMS"));
}

static bool opens_attribution(str_t s)
{
    static const str_t words[] = {STR_INIT("On "), STR_INIT("Am "),     STR_INIT("Le "),
                                  STR_INIT("El "), STR_INIT("Il "),     STR_INIT("Op "),
                                  STR_INIT("Em "), STR_INIT("W dniu "), STR_INIT("Den ")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_starts(s, words[i])) return true;
    return false;
}

/* "From: x" below a divider */
static bool is_forwarded_field(str_t s)
{
    ptrdiff_t colon = str_chr(s, ':');
    return colon > 1 && colon < 16 && str_chr(str_sub(s, 0, (size_t) colon), ' ') < 0;
}

struct plain {
    struct snippet_line *l;
    bool quotes;    /* write what is quoted, too */
    bool in_fields; /* below a divider */
    str_t held[2];  /* lines that introduce a quote if one follows */
    size_t held_count;
    bool ended;
};

/* Without "<https://...>" and "[https://...]", which stand behind the words that link there. */
static void put_line(struct snippet_line *l, str_t s)
{
    for (size_t i = 0; i < s.n && !l->full;) {
        str_t rest = str_sub(s, i, s.n), inside = str_sub(rest, 1, rest.n);
        bool link = (s.p[i] == '<' || s.p[i] == '[') &&
                    (str_istarts(inside, STR("http")) || str_istarts(inside, STR("cid:")) ||
                     str_istarts(inside, STR("mailto:")) || str_istarts(inside, STR("image:")));
        ptrdiff_t close = link ? str_chr(rest, s.p[i] == '<' ? '>' : ']') : -1;
        if (close > 0)
            i += (size_t) close + 1;
        else
            snippet_put(l, text_next_utf8(s, &i));
    }
    snippet_put(l, ' ');
}

static void let_go(struct plain *p)
{
    for (size_t i = 0; i < p->held_count; i++)
        put_line(p->l, p->held[i]);
    p->held_count = 0;
}

static void plain_line(struct plain *p, str_t raw)
{
    str_t s = str_trim(raw);
    if (str_eq(s, STR("--"))) {
        p->ended = true;
        return;
    }
    if (s.n == 0) {
        p->in_fields = false;
        return;
    }
    if (s.p[0] == '>' && !p->quotes) {
        p->held_count = 0;
        return;
    }
    while (p->quotes && s.n > 0 && (s.p[0] == '>' || s.p[0] == ' '))
        s = str_sub(s, 1, s.n);
    if (is_divider(s) && !p->quotes) {
        p->ended = p->l->count > 0 || p->held_count > 0;
        p->in_fields = true;
        return;
    }
    if (is_rule(s) || is_divider(s) || (p->in_fields && is_forwarded_field(s))) return;
    p->in_fields = false;
    bool opens = opens_attribution(s), closes = str_ends(s, STR(":"));
    if (!p->quotes && (opens || closes)) {
        if (opens || p->held_count == 2) let_go(p);
        p->held[p->held_count++] = s;
        return;
    }
    let_go(p);
    put_line(p->l, s);
}

static str_t plain_pass(str_t text, bool quotes, struct arena *a)
{
    struct snippet_line l = line_new();
    struct plain p = {.l = &l, .quotes = quotes};
    while (text.n > 0 && !l.full && !p.ended) {
        str_t line;
        str_cut(text, '\n', &line, &text);
        if (is_armour(str_trim(line))) {
            buf_free(&l.out);
            return STR("");
        }
        plain_line(&p, line);
    }
    let_go(&p);
    return line_end(&l, a);
}

str_t snippet_of_plain(str_t utf8, struct arena *a)
{
    utf8 = str_sub(utf8, 0, TEXT_MAX);
    str_t s = plain_pass(utf8, false, a);
    return s.n > 0 || str_is_null(s) ? s : plain_pass(utf8, true, a);
}

/* --- HTML ---------------------------------------------------------------------------------------
 */

static str_t html_pass(str_t html, bool quotes, struct arena *a)
{
    struct snippet_line l = line_new();
    snippet_read_html(&l, html, quotes);
    str_t s = line_end(&l, a);
    return is_armour(s) ? STR("") : s;
}

str_t snippet_of_html(str_t utf8, struct arena *a)
{
    utf8 = str_sub(utf8, 0, TEXT_MAX);
    str_t s = html_pass(utf8, false, a);
    return s.n > 0 || str_is_null(s) ? s : html_pass(utf8, true, a);
}

/* --- a message ----------------------------------------------------------------------------------
 */

static bool is_last(const struct entity *m)
{
    for (; m->parent; m = m->parent)
        if (m != &m->parent->children[m->parent->child_count - 1]) return false;
    return true;
}

/* The first part of that subtype to be shown as text, in order. */
static const struct entity *first_text(const struct entity *m, str_t subtype)
{
    while (m) {
        bool shown = !str_eq(m->disposition, STR("attachment"));
        if (shown && str_eq(m->type, STR("text")) && str_eq(m->subtype, subtype)) return m;
        if (m->child_count > 0 && str_eq(m->type, STR("multipart"))) {
            m = &m->children[0];
            continue;
        }
        while (m->parent && m == &m->parent->children[m->parent->child_count - 1])
            m = m->parent;
        m = m->parent ? m + 1 : NULL;
    }
    return NULL;
}

static str_t text_of(const struct entity *m, bool html, struct arena *a)
{
    CLEANUP_BUF struct buf text = BUF_INIT(4 * TEXT_MAX);
    if (imap_cms_sniff(m->body) != IMAP_SNIFF_OTHER) return STR("");
    if (entity_decode_text(m, &text, NULL) != RC_OK) return STR("");
    return html ? snippet_of_html(buf_view(&text), a) : snippet_of_plain(buf_view(&text), a);
}

str_t snippet_of_message(str_t start, bool *cut, struct arena *a)
{
    static const struct entity_limits limits = {.depth = 8, .parts = 40, .fields = 100};
    struct entity *root;
    str_t s = STR("");
    *cut = false;
    if (entity_parse(start, &limits, a, &root, NULL) != RC_OK) return s;
    const struct entity *plain = first_text(root, STR("plain"));
    const struct entity *html = first_text(root, STR("html"));
    if (plain) s = text_of(plain, false, a);
    if (s.n == 0 && html) s = text_of(html, true, a);
    const struct entity *last = html ? html : plain;
    *cut = s.n == 0 && last && is_last(last);
    return s;
}
