#include "base/csv.h"

static rc_t refuse(const struct csv *c, rc_t rc, const char *what, struct err *e)
{
    err_set(e, rc, "Row %zu of the table: %s", c->record, what);
    err_position(e, (unsigned) c->record);
    return rc;
}

/* The first separator of the first line; a comma where there is none. */
static char find_separator(str_t text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n') break;
        if (c == ',' || c == ';' || c == '\t') return c;
    }
    return ',';
}

rc_t csv_open(str_t text, struct csv *out, struct err *e)
{
    struct csv c = {.separator = ','};
    if (str_starts(text, STR("\xef\xbb\xbf"))) text = str_sub(text, 3, text.n);
    if (!str_is_utf8(text)) return err_set(e, RC_INVALID, "The table is not in UTF-8.");
    if (str_chr(text, '\0') >= 0) return err_set(e, RC_INVALID, "The table is no text.");
    if (str_istarts(text, STR("sep=")) && text.n > 5 && (text.p[5] == '\n' || text.p[5] == '\r')) {
        str_t line;
        c.separator = text.p[4];
        str_cut(text, '\n', &line, &text);
        c.record = 1;
    } else {
        c.separator = find_separator(text);
    }
    if (c.separator != ',' && c.separator != ';' && c.separator != '\t')
        return err_set(e, RC_INVALID, "Fields of the table are separated by , or ; or TAB.");
    c.rest = text;
    *out = c;
    return RC_OK;
}

/* The end of the line, if it is here; 0: it is not. */
static size_t line_end(str_t s)
{
    if (str_starts(s, STR("\r\n"))) return 2;
    return str_starts(s, STR("\n")) ? 1 : 0;
}

/* c->rest begins behind the opening quote. */
static rc_t read_quoted(struct csv *c, struct arena *a, str_t *out, struct err *e)
{
    size_t end = 0, pairs = 0;
    str_t s = c->rest;
    for (;; end++) {
        if (end >= s.n) return refuse(c, RC_INVALID, "a quote is not closed.", e);
        if (s.p[end] != '"') continue;
        if (end + 1 >= s.n || s.p[end + 1] != '"') break;
        pairs++;
        end++;
    }
    *out = str_sub(s, 0, end);
    c->rest = str_sub(s, end + 1, s.n);
    if (pairs == 0) return RC_OK;
    char *p = arena_alloc(a, end + 1);
    if (!p) return err_set(e, RC_NO_MEMORY, NULL);
    size_t n = 0;
    for (size_t i = 0; i < end; i++) {
        p[n++] = s.p[i];
        i += s.p[i] == '"';
    }
    *out = str_n(p, n);
    return RC_OK;
}

static rc_t read_plain(struct csv *c, str_t *out, struct err *e)
{
    size_t end = 0;
    str_t s = c->rest;
    for (; end < s.n && s.p[end] != c->separator && !line_end(str_sub(s, end, s.n)); end++) {
        if (s.p[end] == '"') return refuse(c, RC_INVALID, "a quote inside an unquoted field.", e);
        if (s.p[end] == '\r') return refuse(c, RC_INVALID, "a lone carriage return.", e);
    }
    *out = str_sub(s, 0, end);
    c->rest = str_sub(s, end, s.n);
    return RC_OK;
}

/* One field and what ends it. */
static rc_t read_field(struct csv *c, struct arena *a, str_t *out, bool *more, struct err *e)
{
    if (str_starts(c->rest, STR("\""))) {
        c->rest = str_sub(c->rest, 1, c->rest.n);
        TRY(read_quoted(c, a, out, e));
    } else {
        TRY(read_plain(c, out, e));
    }
    if (out->n > CSV_FIELD_BYTES_MAX) return refuse(c, RC_TOO_LARGE, "a field is too long.", e);
    size_t end = line_end(c->rest);
    *more = c->rest.n > 0 && end == 0;
    if (*more && c->rest.p[0] != c->separator)
        return refuse(c, RC_INVALID, "something stands behind a closing quote.", e);
    c->rest = str_sub(c->rest, *more ? 1 : end, c->rest.n);
    return RC_OK;
}

rc_t csv_next(struct csv *c, struct arena *a, struct csv_record *out, struct err *e)
{
    out->count = 0;
    for (size_t end; (end = line_end(c->rest)) > 0; c->record++)
        c->rest = str_sub(c->rest, end, c->rest.n);
    if (c->rest.n == 0) return RC_OK;
    c->record++;
    size_t n = 0;
    for (bool more = true; more;) {
        if (n == CSV_FIELDS_MAX) return refuse(c, RC_TOO_LARGE, "too many fields.", e);
        TRY(read_field(c, a, &out->fields[n++], &more, e));
    }
    out->count = n;
    return RC_OK;
}
