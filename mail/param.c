#include "mail/param.h"

#include "mail/text.h"

#define MAX_SEGMENTS 128
#define FILE_NAME_MAX 200
#define VALUE_MAX (64u << 10) /* bytes of a field that are looked at */

/* One name=value as written; "filename*1*" has base name, number and the star taken off. */
struct segment {
    str_t name;     /* lower case */
    unsigned index; /* of a continuation; 0 otherwise */
    bool extended;  /* name*=, name*0*=: percent-encoded (RFC 2231 section 4) */
    bool continued; /* name*0= (RFC 2231 section 3) */
    bool encoded;   /* this segment is percent-encoded */
    str_t value;    /* quotes and escapes removed */
};

struct reader {
    str_t s; /* unfolded */
    size_t at;
    struct arena *a;
};

static void skip_comment(struct reader *r)
{
    unsigned depth = 0;
    for (; r->at < r->s.n; r->at++) {
        char c = r->s.p[r->at];
        if (c == '\\') r->at++;
        if (c == '(') depth++;
        if (c == ')' && --depth == 0) {
            r->at++;
            return;
        }
    }
    if (r->at > r->s.n) r->at = r->s.n;
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->s.n) {
        char c = r->s.p[r->at];
        if (text_is_blank(c))
            r->at++;
        else if (c == '(')
            skip_comment(r);
        else
            return;
    }
}

/* A quoted string, the opening quote being at r->at. Windows paths are written without doubling
 * the backslash, so only \" and \\ are escapes. An unclosed one ends with the value. */
static bool read_quoted(struct reader *r, struct buf *out)
{
    for (r->at++; r->at < r->s.n; r->at++) {
        char c = r->s.p[r->at];
        char next = r->at + 1 < r->s.n ? r->s.p[r->at + 1] : '\0';
        if (c == '"') {
            r->at++;
            return true;
        }
        if (c == '\\' && (next == '"' || next == '\\')) {
            c = next;
            r->at++;
        }
        buf_char(out, c);
    }
    return true;
}

/* A parameter's value; the unquoted form may hold blanks ("name=my file.pdf") as long as no
 * further "name=" follows. */
static str_t read_value(struct reader *r)
{
    CLEANUP_BUF struct buf b = BUF_INIT(r->s.n + 1);
    skip_blanks(r);
    if (r->at < r->s.n && r->s.p[r->at] == '"') {
        read_quoted(r, &b);
    } else {
        size_t from = r->at;
        while (r->at < r->s.n && r->s.p[r->at] != ';' && r->s.p[r->at] != '"')
            r->at++;
        str_t v = str_sub(r->s, from, r->at);
        ptrdiff_t eq = str_chr(v, '=');
        ptrdiff_t blank = eq < 0 ? -1 : str_rchr(str_sub(v, 0, (size_t) eq), ' ');
        if (blank > 0 && str_find(v, STR("=?")) < 0) { /* "charset=utf-8 format=flowed" */
            r->at = from + (size_t) blank;
            v = str_sub(v, 0, (size_t) blank);
        }
        buf_str(&b, str_trim(v));
    }
    str_t v = buf_view(&b);
    return arena_str(r->a, v.p ? v : STR(""));
}

/* Splits "filename*1*" into its parts. */
static void name_segment(struct segment *g)
{
    str_t n = g->name;
    if (n.n > 1 && n.p[n.n - 1] == '*') {
        g->encoded = g->extended = true;
        n.n--;
    }
    ptrdiff_t star = str_rchr(n, '*');
    uint32_t index;
    if (star > 0 && str_to_u32(str_sub(n, (size_t) star + 1, n.n), &index) && index < 1000) {
        g->continued = true;
        g->index = index;
        n.n = (size_t) star;
    }
    g->name = n;
}

static bool is_name_char(char c)
{
    return c > ' ' && c < 0x7f && c != ';' && c != '=' && c != '"' && c != '(' && c != ',';
}

static size_t read_segments(struct reader *r, struct segment *out)
{
    size_t n = 0;
    while (n < MAX_SEGMENTS) {
        while (r->at < r->s.n && !is_name_char(r->s.p[r->at])) {
            if (r->s.p[r->at] == '(')
                skip_comment(r);
            else
                r->at++;
        }
        if (r->at >= r->s.n) break;
        size_t from = r->at;
        while (r->at < r->s.n && is_name_char(r->s.p[r->at]))
            r->at++;
        str_t name = str_sub(r->s, from, r->at);
        skip_blanks(r);
        if (r->at >= r->s.n || r->s.p[r->at] != '=') continue;
        r->at++;
        struct segment *g = &out[n++];
        *g = (struct segment){.name = arena_lower(r->a, name)};
        g->value = read_value(r);
        name_segment(g);
    }
    return n;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static void put_percent(str_t v, struct buf *out)
{
    for (size_t i = 0; i < v.n; i++) {
        int hi = v.p[i] == '%' && i + 2 < v.n ? hex_digit(v.p[i + 1]) : -1;
        int lo = hi >= 0 ? hex_digit(v.p[i + 2]) : -1;
        if (lo >= 0) {
            buf_char(out, (char) (hi << 4 | lo));
            i += 2;
        } else {
            buf_char(out, v.p[i]);
        }
    }
}

/* Joins the segments of one name, in the order of their numbers, and decodes them. */
static str_t join(struct segment *g, size_t n, str_t name, bool extended, struct arena *a)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += g[i].value.n;
    CLEANUP_BUF struct buf octets = BUF_INIT(bytes + 1);
    CLEANUP_BUF struct buf text = BUF_INIT(4 * bytes + 64);
    str_t charset = STR_NULL;
    for (unsigned index = 0; index < MAX_SEGMENTS; index++) {
        size_t i = 0;
        while (i < n && !(str_eq(g[i].name, name) && g[i].index == index &&
                          (g[i].extended || g[i].continued) == extended))
            i++;
        if (i == n) break;
        str_t v = g[i].value, cs, rest, lang, tail;
        /* charset'language'text, in the first one only */
        if (index == 0 && g[i].encoded && str_cut(v, '\'', &cs, &rest) &&
            str_cut(rest, '\'', &lang, &tail)) {
            charset = cs;
            v = tail;
        }
        if (g[i].encoded)
            put_percent(v, &octets);
        else
            buf_str(&octets, v);
        if (!extended) break;
    }
    str_t raw = buf_view(&octets);
    if (charset.n > 0)
        (void) !charset_to_utf8(charset, raw, &text, NULL);
    else
        text_decode_words(raw, &text);
    str_t v = buf_view(&text);
    return arena_str(a, v.p ? v : STR(""));
}

static bool has_extended(const struct segment *g, size_t n, str_t name)
{
    for (size_t i = 0; i < n; i++) /* index 0 must be there for a join to give anything */
        if (str_eq(g[i].name, name) && (g[i].extended || g[i].continued) && g[i].index == 0)
            return true;
    return false;
}

rc_t param_parse(str_t raw, struct arena *a, struct param_value *out, struct err *e)
{
    raw = str_sub(raw, 0, VALUE_MAX);
    CLEANUP_BUF struct buf b = BUF_INIT(raw.n + 16);
    struct segment g[MAX_SEGMENTS];
    struct param_value v = {.params = NULL};
    text_unfold(raw, &b);
    str_t flat = arena_str(a, buf_view(&b).p ? buf_view(&b) : STR(""));
    if (!flat.p) return err_set(e, RC_NO_MEMORY, NULL);
    struct reader r = {.s = flat, .a = a};
    skip_blanks(&r);
    size_t from = r.at;
    while (r.at < flat.n && flat.p[r.at] != ';' && flat.p[r.at] != '(' &&
           !text_is_blank(flat.p[r.at]))
        r.at++;
    v.token = arena_lower(a, str_sub(flat, from, r.at));
    size_t n = read_segments(&r, g);
    v.params = ARENA_ARRAY(a, n + 1, struct param);
    if (!v.token.p || !v.params) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        if (param_find(v.params, v.count, g[i].name).p) continue;
        bool extended = has_extended(g, n, g[i].name);
        if (!extended && (g[i].continued || g[i].extended)) continue;
        struct param *p = &v.params[v.count++];
        p->name = g[i].name;
        p->value = join(g, n, g[i].name, extended, a);
        if (!p->value.p) return err_set(e, RC_NO_MEMORY, NULL);
    }
    *out = v;
    return RC_OK;
}

str_t param_find(const struct param *params, size_t n, str_t name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(params[i].name, name)) return params[i].value;
    return STR_NULL;
}

/* At most FILE_NAME_MAX bytes: the middle goes, never the ending that says what it is. */
static str_t shorten(str_t s, struct arena *a)
{
    if (s.n <= FILE_NAME_MAX) return s;
    ptrdiff_t dot = str_rchr(s, '.');
    size_t tail = dot > 0 && s.n - (size_t) dot <= 20 ? s.n - (size_t) dot : 0;
    size_t head = FILE_NAME_MAX - tail;
    while (head > 0 && ((unsigned char) s.p[head] & 0xc0) == 0x80)
        head--;
    return arena_printf(a, "%.*s%.*s", (int) head, s.p, (int) tail, s.p + s.n - tail);
}

str_t param_file_name(str_t name, struct arena *a)
{
    str_t s = text_one_line(name, a);
    for (size_t i = s.n; i > 0; i--) {
        if (s.p[i - 1] != '/' && s.p[i - 1] != '\\') continue;
        s = str_sub(s, i, s.n);
        break;
    }
    s = str_trim(s);
    if (s.n == 0 || str_eq(s, STR(".")) || str_eq(s, STR(".."))) return STR_NULL;
    return shorten(s, a);
}
