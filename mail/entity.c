#include "mail/entity.h"

#include "mail/param.h"
#include "mail/text.h"

#define DEPTH_DEFAULT 50
#define PARTS_DEFAULT 2000
#define FIELDS_DEFAULT 5000
/* A multipart in a multipart is searched again for its own boundary. What that may cost in all, so
 * that time stays linear: 8 bytes are one unit, a line with a dash is 8 more. */
#define WORK_FACTOR 4
#define WORK_BYTES 8
#define WORK_LINE 8

struct walk {
    unsigned max_depth, max_parts, max_fields;
    unsigned parts;
    size_t work; /* units left for searching boundaries */
    struct entity *root;
    struct arena *a;
    struct err *e;
};

/* --- header ------------------------------------------------------------------------- */

enum line_kind { LINE_FIELD, LINE_EMPTY, LINE_OTHER, LINE_NONE };

struct line {
    size_t start, end; /* first byte that is not blank; after the line end */
    bool blank;        /* begins with one: continues a field */
    size_t content;    /* before the line end */
    size_t name_end;   /* LINE_FIELD */
    size_t value;      /* LINE_FIELD: after the colon */
};

/* The line at off and what it is in a header. */
static enum line_kind read_line(str_t s, size_t off, struct line *l)
{
    if (off >= s.n) return LINE_NONE;
    const char *nl = memchr(s.p + off, '\n', s.n - off);
    l->blank = s.p[off] == ' ' || s.p[off] == '\t';
    l->end = nl ? (size_t) (nl - s.p) + 1 : s.n;
    l->content = nl ? l->end - 1 : l->end;
    if (l->content > off && s.p[l->content - 1] == '\r') l->content--;
    if (l->content == off) return nl ? LINE_EMPTY : LINE_OTHER;
    size_t i = off;
    while (i < l->content && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++;
    l->start = i;
    while (i < l->content && s.p[i] > ' ' && s.p[i] < 0x7f && s.p[i] != ':')
        i++;
    l->name_end = i;
    while (i < l->content && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++; /* obs-optional */
    if (l->name_end == l->start || i >= l->content || s.p[i] != ':') return LINE_OTHER;
    l->value = i + 1;
    return LINE_FIELD;
}

struct header {
    size_t start, end; /* of the fields */
    size_t body;
    size_t count;
};

/* Finds the header's extent and fills fields when not NULL. Lines that are no fields are skipped
 * once a field was seen; before that they mean there is no header at all. */
static void scan_header(str_t s, size_t start, struct header *h, struct field *fields)
{
    struct line l;
    bool open = false; /* a continuation belongs to the last field */
    enum line_kind k;
    *h = (struct header){.start = start, .end = start, .body = start};
    size_t off = start;
    for (; (k = read_line(s, off, &l)) != LINE_NONE; off = l.end) {
        if (k == LINE_EMPTY) break;
        /* a header whose first line was indented by mistake is still one */
        if (k == LINE_FIELD && (!l.blank || h->count == 0)) {
            open = true;
            if (fields)
                fields[h->count] = (struct field){.name = str_sub(s, l.start, l.name_end),
                                                  .value = str_sub(s, l.value, l.content)};
            h->count++;
        } else if (h->count == 0) {
            return; /* everything is body */
        } else if (l.blank && open) {
            if (fields) {
                str_t *v = &fields[h->count - 1].value;
                v->n = (size_t) (s.p + l.content - v->p);
            }
        } else {
            open = false;
        }
        h->end = l.end;
    }
    h->body = k == LINE_EMPTY ? l.end : s.n;
    if (k == LINE_EMPTY) h->end = off;
}

static rc_t read_header(struct walk *w, str_t s, struct entity *m)
{
    struct header h;
    size_t start = !m->parent && str_starts(s, STR("\xef\xbb\xbf")) ? 3 : 0;
    /* mbox separator before a whole message */
    bool whole = !m->parent || str_eq(m->parent->type, STR("message"));
    if (whole && (str_starts(s, STR("From ")) || str_starts(s, STR(">From ")))) {
        const char *nl = memchr(s.p, '\n', s.n);
        start = nl ? (size_t) (nl - s.p) + 1 : 0;
    }
    scan_header(s, start, &h, NULL);
    if (h.count == 0 && start > 0) scan_header(s, start = 0, &h, NULL);
    if (h.count > w->max_fields)
        return err_set(w->e, RC_TOO_LARGE, "The message has too many header fields.");
    m->fields = ARENA_ARRAY(w->a, h.count + 1, struct field);
    if (!m->fields) return err_set(w->e, RC_NO_MEMORY, NULL);
    scan_header(s, start, &h, m->fields);
    m->field_count = h.count;
    m->head = str_sub(s, h.start, h.end);
    m->body = str_sub(s, h.body, s.n);
    return RC_OK;
}

str_t entity_field(const struct entity *m, str_t name)
{
    for (size_t i = 0; i < m->field_count; i++)
        if (str_ieq(m->fields[i].name, name)) return m->fields[i].value;
    return STR_NULL;
}

size_t entity_field_count(const struct entity *m, str_t name)
{
    size_t n = 0;
    for (size_t i = 0; i < m->field_count; i++)
        if (str_ieq(m->fields[i].name, name)) n++;
    return n;
}

str_t entity_param(const struct entity *m, str_t name)
{
    return param_find(m->params, m->param_count, name);
}

/* --- Content-* fields ---------------------------------------------------------------- */

static enum transfer_encoding read_encoding(const struct entity *m, struct arena *a)
{
    static const struct {
        str_t name;
        enum transfer_encoding enc;
    } names[] = {
        {STR_INIT("7bit"), ENC_7BIT},           {STR_INIT("8bit"), ENC_8BIT},
        {STR_INIT("7-bit"), ENC_7BIT},          {STR_INIT("8-bit"), ENC_8BIT},
        {STR_INIT("binary"), ENC_BINARY},       {STR_INIT("base64"), ENC_BASE64},
        {STR_INIT("quoted-printable"), ENC_QP}, {STR_INIT("uuencode"), ENC_UUENCODE},
        {STR_INIT("x-uuencode"), ENC_UUENCODE}, {STR_INIT("x-uue"), ENC_UUENCODE},
        {STR_INIT("uue"), ENC_UUENCODE},
    };
    str_t raw = entity_field(m, STR("Content-Transfer-Encoding"));
    struct param_value v;
    if (!raw.p || param_parse(raw, a, &v, NULL) != RC_OK || v.token.n == 0) return ENC_7BIT;
    str_t token = v.token;
    if (token.n > 2 && token.p[0] == '"' && token.p[token.n - 1] == '"')
        token = str_sub(token, 1, token.n - 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(token, names[i].name)) return names[i].enc;
    return ENC_UNKNOWN;
}

static bool is_token(str_t s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c <= ' ' || c >= 0x7f || strchr("()<>@,;:\\\"/[]?=", c)) return false;
    }
    return s.n > 0;
}

static void set_type(struct entity *m, str_t type, str_t subtype)
{
    m->type = type;
    m->subtype = subtype;
}

/* RFC 2045 section 5.2: what cannot be read is text/plain. */
static rc_t read_type(struct walk *w, struct entity *m)
{
    bool digest = m->parent && str_eq(m->parent->type, STR("multipart")) &&
                  str_eq(m->parent->subtype, STR("digest"));
    struct param_value v;
    str_t type, subtype;
    if (digest)
        set_type(m, STR("message"), STR("rfc822"));
    else
        set_type(m, STR("text"), STR("plain"));
    str_t raw = entity_field(m, STR("Content-Type"));
    if (!raw.p) return RC_OK;
    TRY(param_parse(raw, w->a, &v, w->e));
    m->params = v.params;
    m->param_count = v.count;
    if (str_cut(v.token, '/', &type, &subtype) && is_token(type) && is_token(subtype))
        set_type(m, type, subtype);
    else if (v.token.n > 0)
        set_type(m, STR("text"), STR("plain"));
    return RC_OK;
}

static rc_t read_disposition(struct walk *w, struct entity *m)
{
    struct param_value v;
    str_t raw = entity_field(m, STR("Content-Disposition"));
    if (raw.p) {
        TRY(param_parse(raw, w->a, &v, w->e));
        if (v.token.n > 0) m->disposition = v.token;
        m->disposition_params = v.params;
        m->disposition_param_count = v.count;
    }
    str_t name = param_find(m->disposition_params, m->disposition_param_count, STR("filename"));
    if (name.n > 0) m->filename = param_file_name(name, w->a);
    if (!m->filename.p && (name = entity_param(m, STR("name"))).n > 0)
        m->filename = param_file_name(name, w->a);
    return RC_OK;
}

static void read_content_id(struct walk *w, struct entity *m)
{
    str_t raw = entity_field(m, STR("Content-ID"));
    if (!raw.p) return;
    str_t s = text_one_line(raw, w->a);
    ptrdiff_t open = str_chr(s, '<'), close = str_rchr(s, '>');
    if (open >= 0 && close > open) s = str_sub(s, (size_t) open + 1, (size_t) close);
    s = str_trim(s);
    if (s.n > 0) m->content_id = s;
}

/* --- structure ----------------------------------------------------------------------- */

struct delimiter {
    size_t at;    /* of its "--" */
    size_t after; /* first byte after its line */
    bool last;    /* "--boundary--" */
};

/* Matches a whole delimiter line at p (a line's start): RFC 2046 section 5.1.1. */
static bool is_delimiter(str_t s, size_t at, str_t boundary, struct delimiter *d)
{
    if (s.n - at < boundary.n + 2 || memcmp(s.p + at + 2, boundary.p, boundary.n) != 0)
        return false;
    size_t i = at + 2 + boundary.n;
    d->at = at;
    d->last = s.n - i >= 2 && s.p[i] == '-' && s.p[i + 1] == '-';
    if (d->last) i += 2;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++;
    if (i < s.n && s.p[i] == '\r') i++;
    if (i < s.n && s.p[i] != '\n') return false;
    d->after = i < s.n ? i + 1 : i;
    return true;
}

/* Also false when the work is used up: w->work is 0 then. base64 has no dashes, so looking for
 * those is fast; after one that is nothing the line is done with. */
static bool next_delimiter(struct walk *w, str_t s, size_t from, str_t boundary,
                           struct delimiter *d)
{
    while (from + 2 + boundary.n <= s.n && w->work > 0) {
        const char *dash = memchr(s.p + from, '-', s.n - from - 1 - boundary.n);
        size_t at = dash ? (size_t) (dash - s.p) : s.n;
        size_t cost = (at - from) / WORK_BYTES + WORK_LINE;
        w->work -= cost < w->work ? cost : w->work;
        if (!dash) return false;
        if ((at == 0 || s.p[at - 1] == '\n') && s.p[at + 1] == '-' &&
            is_delimiter(s, at, boundary, d))
            return true;
        const char *nl = memchr(dash, '\n', s.n - at);
        if (!nl) return false;
        from = (size_t) (nl - s.p) + 1;
    }
    return false;
}

/* The line end before a delimiter belongs to it. */
static size_t before_delimiter(str_t s, size_t start, size_t at)
{
    if (at > start && s.p[at - 1] == '\n') at--;
    if (at > start && s.p[at] == '\n' && s.p[at - 1] == '\r') at--;
    return at;
}

static rc_t parse(struct walk *w, str_t raw, struct entity *m, unsigned depth);

static void mark_cut(struct walk *w, struct entity *m)
{
    m->cut = true;
    w->root->cut = true;
}

static rc_t add_child(struct walk *w, struct entity *m, size_t *room, str_t raw)
{
    if (m->child_count == *room) {
        size_t more = *room ? *room * 2 : 4;
        struct entity *grown = ARENA_ARRAY(w->a, more, struct entity);
        if (!grown) return err_set(w->e, RC_NO_MEMORY, NULL);
        if (m->child_count) memcpy(grown, m->children, m->child_count * sizeof *grown);
        m->children = grown;
        *room = more;
    }
    m->children[m->child_count++] = (struct entity){.raw = raw};
    w->parts++;
    return RC_OK;
}

/* Cuts the body at the delimiters; children get their raw slices only. */
static rc_t split(struct walk *w, struct entity *m, str_t boundary)
{
    str_t s = m->body;
    struct delimiter d, next;
    size_t room = 0;
    bool more = next_delimiter(w, s, 0, boundary, &d);
    while (more && !d.last) {
        more = next_delimiter(w, s, d.after, boundary, &next);
        size_t end = more ? before_delimiter(s, d.after, next.at) : s.n;
        if (!more && end == d.after) break; /* a delimiter and nothing after it */
        if (w->parts >= w->max_parts) {
            mark_cut(w, m);
            break;
        }
        TRY(add_child(w, m, &room, str_sub(s, d.after, end)));
        d = next;
    }
    return RC_OK;
}

static str_t child_path(struct walk *w, const struct entity *m, size_t i)
{
    str_t up = m->path;
    if (up.n > 2 && str_ends(up, STR(".0"))) up = str_sub(up, 0, up.n - 2);
    if (up.n == 0) return arena_printf(w->a, "%zu", i + 1);
    return arena_printf(w->a, "%.*s.%zu", STR_ARG(up), i + 1);
}

static rc_t parse_multipart(struct walk *w, struct entity *m, unsigned depth)
{
    str_t boundary = entity_param(m, STR("boundary"));
    while (boundary.n > 0 && text_is_blank(boundary.p[boundary.n - 1]))
        boundary.n--;
    if (depth >= w->max_depth) mark_cut(w, m);
    if (boundary.n > 0 && !m->cut) TRY(split(w, m, boundary));
    if (w->work == 0) { /* half a multipart would be another message */
        mark_cut(w, m);
        m->child_count = 0;
    }
    if (m->child_count == 0) {
        set_type(m, STR("text"), STR("plain"));
        return RC_OK;
    }
    for (size_t i = 0; i < m->child_count; i++) {
        struct entity *c = &m->children[i];
        c->parent = m;
        c->path = child_path(w, m, i);
        TRY(parse(w, c->raw, c, depth + 1));
    }
    return RC_OK;
}

static bool is_message_type(const struct entity *m)
{
    return str_eq(m->type, STR("message")) &&
           (str_eq(m->subtype, STR("rfc822")) || str_eq(m->subtype, STR("global")) ||
            str_eq(m->subtype, STR("news")));
}

/* RFC 2046 section 5.2.1 forbids encodings here; mailers use them all the same. */
static rc_t inner_bytes(struct walk *w, const struct entity *m, str_t *out)
{
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(m->body.n + 16);
    *out = m->body;
    if (m->encoding != ENC_BASE64 && m->encoding != ENC_QP) return RC_OK;
    TRY(entity_decode_body(m, &b, w->e));
    *out = arena_str(w->a, buf_view(&b));
    return RC_OK;
}

static rc_t parse_message(struct walk *w, struct entity *m, unsigned depth)
{
    str_t inner;
    TRY(inner_bytes(w, m, &inner));
    if (inner.n == 0) return RC_OK;
    if (depth >= w->max_depth || w->parts >= w->max_parts) {
        mark_cut(w, m);
        return RC_OK;
    }
    size_t room = 0;
    TRY(add_child(w, m, &room, inner));
    struct entity *c = &m->children[0];
    c->parent = m;
    c->path = arena_printf(w->a, "%.*s.0", STR_ARG(m->path));
    TRY(parse(w, inner, c, depth + 1));
    return RC_OK;
}

static bool is_multipart(const struct entity *m)
{
    return str_eq(m->type, STR("multipart"));
}

static rc_t parse(struct walk *w, str_t raw, struct entity *m, unsigned depth)
{
    m->raw = raw;
    TRY(read_header(w, raw, m));
    TRY(read_type(w, m));
    TRY(read_disposition(w, m));
    read_content_id(w, m);
    m->encoding = read_encoding(m, w->a);
    if (is_multipart(m)) TRY(parse_multipart(w, m, depth));
    /* IMAP's numbers: a single part is part 1 of its message */
    if (!is_multipart(m) && (!m->parent || is_message_type(m->parent)))
        m->path = m->parent ? child_path(w, m, 0) : STR("1");
    if (!m->path.p) return err_set(w->e, RC_NO_MEMORY, NULL);
    if (is_message_type(m)) TRY(parse_message(w, m, depth));
    return RC_OK;
}

rc_t entity_parse(str_t raw, const struct entity_limits *limits, struct arena *a,
                  struct entity **out, struct err *e)
{
    struct entity_limits l = limits ? *limits : (struct entity_limits){0};
    struct entity *m = ARENA_NEW(a, struct entity);
    if (!m) return err_set(e, RC_NO_MEMORY, NULL);
    struct walk w = {.max_depth = l.depth ? l.depth : DEPTH_DEFAULT,
                     .max_parts = l.parts ? l.parts : PARTS_DEFAULT,
                     .max_fields = l.fields ? l.fields : FIELDS_DEFAULT,
                     .work = raw.n * WORK_FACTOR + 65536,
                     .root = m,
                     .a = a,
                     .e = e};
    if (!raw.p) raw = STR("");
    m->path = STR("");
    TRY(parse(&w, raw, m, 0));
    *out = m;
    return RC_OK;
}
