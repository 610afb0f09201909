#include "mail/sieve_wire.h"

#include "base/buf.h"

#define MAX_QUOTED 1024u
#define MAX_NESTING 4

struct reader {
    str_t in;
    size_t at;
    bool more; /* the end of what is there was reached */
    struct arena *a;
};

static rc_t damaged(struct err *e)
{
    err_set(e, RC_DAMAGED, "The filter server's answer could not be understood.");
    return RC_DAMAGED;
}

static bool at_end(struct reader *r)
{
    if (r->at < r->in.n) return false;
    r->more = true;
    return true;
}

/* "…" with \" and \\; on one line. */
static rc_t read_quoted(struct reader *r, str_t *out, struct err *e)
{
    size_t from = ++r->at, n = 0;
    bool escaped = false;
    for (;; r->at++) {
        if (at_end(r)) return RC_OK;
        char c = r->in.p[r->at];
        if (c == '\r' || c == '\n' || c == 0) return damaged(e);
        if (c == '"') break;
        if (c == '\\') {
            escaped = true;
            r->at++;
            if (at_end(r)) return RC_OK;
        }
    }
    str_t raw = str_sub(r->in, from, r->at++);
    *out = raw;
    if (!escaped) return RC_OK;
    char *p = arena_alloc(r->a, raw.n + 1);
    if (!p) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] == '\\') i++;
        p[n++] = raw.p[i];
    }
    *out = str_n(p, n);
    return RC_OK;
}

/* {123} or {123+}, CRLF, and so many bytes. */
static rc_t read_literal(struct reader *r, str_t *out, struct err *e)
{
    uint32_t n = 0;
    size_t from = ++r->at;
    while (!at_end(r) && r->in.p[r->at] >= '0' && r->in.p[r->at] <= '9')
        r->at++;
    if (r->more) return RC_OK;
    if (!str_to_u32(str_sub(r->in, from, r->at), &n)) return damaged(e);
    if (n > SIEVE_MAX_LITERAL) return err_set(e, RC_TOO_LARGE, "This script is too large.");
    if (r->in.p[r->at] == '+') r->at++;
    for (const char *p = "}\r\n"; *p; p++, r->at++) {
        if (at_end(r)) return RC_OK;
        if (r->in.p[r->at] != *p) return damaged(e);
    }
    if (r->in.n - r->at < n) {
        r->more = true;
        return RC_OK;
    }
    *out = str_sub(r->in, r->at, r->at + n);
    r->at += n;
    return RC_OK;
}

/* (…), with quoted strings inside; kept raw. */
static rc_t read_code(struct reader *r, str_t *out, struct err *e)
{
    size_t from = r->at + 1;
    int depth = 0;
    str_t ignored;
    for (;;) {
        if (at_end(r)) return RC_OK;
        char c = r->in.p[r->at];
        if (c == '\r' || c == '\n' || c == 0) return damaged(e);
        if (c == '"') {
            TRY(read_quoted(r, &ignored, e));
            if (r->more) return RC_OK;
            continue;
        }
        if (c == '(' && ++depth > MAX_NESTING) return damaged(e);
        r->at++;
        if (c == ')' && --depth == 0) break;
    }
    *out = str_sub(r->in, from, r->at - 1);
    return RC_OK;
}

static rc_t read_atom(struct reader *r, str_t *out, struct err *e)
{
    size_t from = r->at;
    while (!at_end(r)) {
        unsigned char c = (unsigned char) r->in.p[r->at];
        if (c <= ' ' || c >= 0x7f || strchr("\"(){}\\", c)) break;
        r->at++;
    }
    if (r->more) return RC_OK;
    if (r->at == from) return damaged(e);
    *out = str_sub(r->in, from, r->at);
    return RC_OK;
}

static rc_t read_word(struct reader *r, struct sieve_word *w, struct err *e)
{
    char c = r->in.p[r->at];
    w->kind = c == '"' || c == '{' ? SIEVE_STRING : c == '(' ? SIEVE_CODE : SIEVE_ATOM;
    if (c == '"') return read_quoted(r, &w->text, e);
    if (c == '{') return read_literal(r, &w->text, e);
    if (c == '(') return read_code(r, &w->text, e);
    return read_atom(r, &w->text, e);
}

rc_t sieve_line_read(str_t in, struct arena *a, struct sieve_line *out, size_t *used, struct err *e)
{
    struct reader r = {.in = in, .a = a};
    struct sieve_line line = {.count = 0};
    *used = 0;
    for (;;) {
        if (at_end(&r)) break;
        char c = in.p[r.at];
        if (c == '\r' || c == '\n') {
            r.at++;
            if (c == '\r' && at_end(&r)) break;
            if (c == '\r' && in.p[r.at++] != '\n') return damaged(e);
            *out = line;
            *used = r.at;
            return RC_OK;
        }
        if (c == ' ') {
            r.at++;
            continue;
        }
        if (line.count == SIEVE_MAX_WORDS) return damaged(e);
        TRY(read_word(&r, &line.words[line.count], e));
        if (r.more) break;
        line.count++;
    }
    if (in.n > SIEVE_MAX_LINE + SIEVE_MAX_LITERAL) return err_set(e, RC_TOO_LARGE, NULL);
    return RC_OK;
}

str_t sieve_quote(struct arena *a, str_t s)
{
    CLEANUP_BUF struct buf b = BUF_INIT(2 * MAX_QUOTED + 2);
    if (s.n > MAX_QUOTED) return STR_NULL;
    buf_char(&b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == 0) return STR_NULL;
        if (s.p[i] == '"' || s.p[i] == '\\') buf_char(&b, '\\');
        buf_char(&b, s.p[i]);
    }
    buf_char(&b, '"');
    return b.failed ? STR_NULL : arena_str(a, buf_view(&b));
}
