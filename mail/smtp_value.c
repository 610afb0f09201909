#include "mail/smtp_value.h"

#define PATH_BYTES 320
#define NOTIFY_BYTES 40
#define XTEXT_BYTES 1024

static bool has_c1(str_t s)
{
    for (size_t i = 0; i + 1 < s.n; i++)
        if ((unsigned char) s.p[i] == 0xc2 && (unsigned char) s.p[i + 1] < 0xa0) return true;
    return false;
}

bool smtp_value_is_path(str_t s)
{
    bool quoted = false;
    if (s.n == 0 || s.n > PATH_BYTES || !str_is_clean(s) || !str_is_utf8(s) || has_c1(s))
        return false;
    if (str_chr(s, '<') >= 0 || str_chr(s, '>') >= 0) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '"' && i > 0 && !quoted) return false;
        if (c == ' ' && !quoted) return false;
        if (c == '"') quoted = !quoted;
        if (c == '\\' && quoted) i++;
    }
    return !quoted;
}

bool smtp_value_is_notify(str_t s)
{
    bool ok = s.n <= NOTIFY_BYTES;
    for (size_t i = 0; ok && i < s.n; i++)
        ok = (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] == ',' && i > 0);
    return ok;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

bool smtp_value_is_xtext(str_t s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c <= 0x20 || c >= 0x7f || c == '=') return false;
        if (c != '+') continue;
        if (s.n - i < 3 || !is_hex(s.p[i + 1]) || !is_hex(s.p[i + 2])) return false;
    }
    return true;
}

str_t smtp_value_xtext(struct arena *a, str_t s)
{
    CLEANUP_BUF struct buf b = BUF_INIT(XTEXT_BYTES);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c <= 0x20 || c >= 0x7f || c == '+' || c == '=')
            buf_printf(&b, "+%02X", c);
        else
            buf_char(&b, s.p[i]);
    }
    return b.failed ? STR_NULL : arena_str(a, buf_view(&b));
}

/* --- the message ----------------------------------------------------------------------------- */

struct looking {
    bool bad, cr; /* cr: the last byte was one */
    bool wide_header, wide;
    bool written, body; /* something on this line of the header; the header has ended */
};

static void look_at_header(struct looking *l, str_t m)
{
    for (size_t i = 0; !l->body && i < m.n; i++) {
        l->wide_header |= (unsigned char) m.p[i] >= 0x80;
        l->body = m.p[i] == '\n' && !l->written;
        if (m.p[i] != '\r') l->written = m.p[i] != '\n';
    }
}

static rc_t look_at(void *ctx, str_t m, struct err *e)
{
    struct looking *l = ctx;
    bool bad = false, cr = l->cr;
    unsigned char all = 0;
    (void) e;
    look_at_header(l, m);
    for (const char *p = m.p, *end = m.p + m.n; p < end; p++) {
        bad |= cr != (*p == '\n') || *p == '\0';
        cr = *p == '\r';
        all |= (unsigned char) *p;
    }
    l->bad |= bad;
    l->cr = cr;
    l->wide |= all >= 0x80;
    return RC_OK;
}

rc_t smtp_value_look(const struct flow *message, struct smtp_look *out, struct err *e)
{
    struct looking l = {.bad = message->n == 0};
    const struct flow_sink sink = {look_at, &l};
    TRY(flow_pour(message, &sink, e));
    *out =
        (struct smtp_look){.sound = !l.bad && !l.cr, .wide_header = l.wide_header, .wide = l.wide};
    return RC_OK;
}
