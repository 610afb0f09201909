#include "mail/imap_wire.h"

static void blanks(struct wire *w)
{
    while (w->p < w->end && *w->p == ' ')
        w->p++;
}

static void fail(struct wire *w)
{
    w->bad = true;
    w->p = w->end;
}

bool wire_take(struct wire *w, char c)
{
    if (!wire_next_is(w, c)) return false;
    w->p++;
    return true;
}

bool wire_next_is(struct wire *w, char c)
{
    blanks(w);
    return w->p < w->end && *w->p == c;
}

bool wire_at_end(struct wire *w)
{
    blanks(w);
    return w->p >= w->end;
}

static bool is_atom_char(unsigned char c)
{
    return c > ' ' && c != 0x7f && c != '(' && c != ')' && c != '"' && c != '{';
}

str_t wire_atom(struct wire *w)
{
    blanks(w);
    const char *from = w->p;
    bool in_section = false; /* blanks and parentheses belong to the name inside [ ] */
    while (w->p < w->end) {
        char c = *w->p;
        if (c == '[') in_section = true;
        if (c == '\r' || c == '\n') break;
        if (!in_section && !is_atom_char((unsigned char) c)) break;
        if (c == ']') in_section = false;
        w->p++;
    }
    if (w->p == from) {
        fail(w);
        return STR_NULL;
    }
    return str_n(from, (size_t) (w->p - from));
}

uint64_t wire_number(struct wire *w)
{
    blanks(w);
    const char *from = w->p;
    uint64_t value = 0;
    while (w->p < w->end && *w->p >= '0' && *w->p <= '9') {
        unsigned digit = (unsigned) (*w->p++ - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            fail(w);
            return 0;
        }
        value = value * 10 + digit;
    }
    if (w->p == from) fail(w);
    return w->bad ? 0 : value;
}

/* The text of a quoted string as it stands, the cursor after the closing quote. */
static str_t quoted_span(struct wire *w, bool *escapes)
{
    const char *from = ++w->p;
    while (w->p < w->end && *w->p != '"') {
        if (*w->p == '\r' || *w->p == '\n') break;
        if (*w->p == '\\' && w->p + 1 < w->end) {
            *escapes = true;
            w->p++;
        }
        w->p++;
    }
    if (w->p >= w->end || *w->p != '"') {
        fail(w);
        return STR_NULL;
    }
    return str_n(from, (size_t) (w->p++ - from));
}

static str_t unescape(struct arena *a, str_t s)
{
    char *to = arena_alloc(a, s.n + 1);
    if (!to) return STR_NULL;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n) i++;
        to[n++] = s.p[i];
    }
    return str_n(to, n);
}

static str_t literal_span(struct wire *w)
{
    const char *from = ++w->p;
    while (w->p < w->end && *w->p >= '0' && *w->p <= '9')
        w->p++;
    uint64_t size = 0;
    bool ok = str_to_u64(str_n(from, (size_t) (w->p - from)), &size);
    if (ok && w->p < w->end && *w->p == '+') w->p++;
    ok = ok && w->p < w->end && *w->p++ == '}';
    if (ok && w->p < w->end && *w->p == '\r') w->p++;
    ok = ok && w->p < w->end && *w->p++ == '\n';
    if (!ok || size > (uint64_t) (w->end - w->p)) {
        fail(w);
        return STR_NULL;
    }
    str_t s = str_n(w->p, (size_t) size);
    w->p += size;
    return s;
}

str_t wire_nstring(struct wire *w, struct arena *a)
{
    blanks(w);
    if (w->p >= w->end) {
        fail(w);
        return STR_NULL;
    }
    if (*w->p == '"') {
        bool escapes = false;
        str_t s = quoted_span(w, &escapes);
        return escapes ? unescape(a, s) : s;
    }
    if (*w->p == '~' && w->p + 1 < w->end && w->p[1] == '{') w->p++;
    if (*w->p == '{') return literal_span(w);
    str_t s = wire_atom(w);
    return str_ieq(s, STR("NIL")) ? STR_NULL : s;
}

void wire_skip(struct wire *w)
{
    size_t depth = 0;
    do {
        bool escapes = false;
        blanks(w);
        if (w->p >= w->end) {
            fail(w);
        } else if (*w->p == '(') {
            depth++;
            w->p++;
        } else if (*w->p == ')') {
            if (depth == 0) {
                fail(w);
                return;
            }
            depth--;
            w->p++;
        } else if (*w->p == '"') {
            quoted_span(w, &escapes);
        } else if (*w->p == '{') {
            literal_span(w);
        } else {
            wire_atom(w);
        }
    } while (depth > 0 && !w->bad);
}

str_t wire_rest(struct wire *w)
{
    blanks(w);
    str_t s = str_n(w->p, (size_t) (w->end - w->p));
    w->p = w->end;
    return s;
}

int64_t wire_literal_size(str_t line)
{
    if (line.n < 3 || line.p[line.n - 1] != '}') return -1;
    size_t end = line.n - 1;
    if (line.p[end - 1] == '+' || line.p[end - 1] == '-') end--;
    size_t from = end;
    while (from > 0 && end - from < 19 && line.p[from - 1] >= '0' && line.p[from - 1] <= '9')
        from--;
    if (from == end || from == 0 || line.p[from - 1] != '{') return -1;
    uint64_t size = 0;
    if (!str_to_u64(str_sub(line, from, end), &size) || size > INT64_MAX) return -1;
    return (int64_t) size;
}
