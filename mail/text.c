#include "mail/text.h"

#include "mail/entity.h"

bool text_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool text_put_utf8(struct buf *out, uint32_t cp)
{
    char b[4];
    size_t n;
    if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) cp = 0xfffd;
    if (cp < 0x80) return buf_char(out, (char) cp);
    if (cp < 0x800) {
        b[0] = (char) (0xc0 | cp >> 6);
        b[1] = (char) (0x80 | (cp & 0x3f));
        n = 2;
    } else if (cp < 0x10000) {
        b[0] = (char) (0xe0 | cp >> 12);
        b[1] = (char) (0x80 | (cp >> 6 & 0x3f));
        b[2] = (char) (0x80 | (cp & 0x3f));
        n = 3;
    } else {
        b[0] = (char) (0xf0 | cp >> 18);
        b[1] = (char) (0x80 | (cp >> 12 & 0x3f));
        b[2] = (char) (0x80 | (cp >> 6 & 0x3f));
        b[3] = (char) (0x80 | (cp & 0x3f));
        n = 4;
    }
    return buf_add(out, b, n);
}

uint32_t text_next_utf8(str_t s, size_t *off)
{
    const unsigned char *p = (const unsigned char *) s.p;
    unsigned char c = p[(*off)++];
    unsigned char low = 0x80, high = 0xbf; /* of the second byte: Unicode table 3-7 */
    uint32_t cp;
    unsigned more;
    if (c < 0x80) return c;
    if (c >= 0xc2 && c <= 0xdf) {
        more = 1;
        cp = c & 0x1fu;
    } else if (c >= 0xe0 && c <= 0xef) {
        more = 2;
        cp = c & 0x0fu;
        if (c == 0xe0) low = 0xa0;
        if (c == 0xed) high = 0x9f;
    } else if (c >= 0xf0 && c <= 0xf4) {
        more = 3;
        cp = c & 0x07u;
        if (c == 0xf0) low = 0x90;
        if (c == 0xf4) high = 0x8f;
    } else {
        return 0xfffd;
    }
    while (more--) {
        if (*off >= s.n || p[*off] < low || p[*off] > high) return 0xfffd;
        cp = cp << 6 | (p[(*off)++] & 0x3fu);
        low = 0x80;
        high = 0xbf;
    }
    return cp;
}

bool text_guess_utf8(str_t s, struct buf *out)
{
    if (str_is_utf8(s)) return buf_str(out, s);
    /* Raw ISO-2022-JP is 7-bit and passed as UTF-8 above; what is left has 8-bit bytes. */
    return charset_to_utf8(STR("windows-1252"), s, out, NULL) == RC_OK;
}

bool text_unfold(str_t raw, struct buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < raw.n; i++) {
        if (raw.p[i] != '\r' && raw.p[i] != '\n') continue;
        buf_str(out, str_sub(raw, from, i));
        while (i + 1 < raw.n && (raw.p[i + 1] == '\r' || raw.p[i + 1] == '\n'))
            i++;
        if (i + 1 < raw.n && raw.p[i + 1] != ' ' && raw.p[i + 1] != '\t') buf_char(out, ' ');
        from = i + 1;
    }
    buf_str(out, str_sub(raw, from, raw.n));
    return !out->failed;
}

size_t text_control(str_t s, size_t at)
{
    static const str_t MARKS[] = {STR_INIT("\xe2\x80\xa8"), STR_INIT("\xe2\x80\xa9"),
                                  STR_INIT("\xe2\x80\x8e"), STR_INIT("\xe2\x80\x8f"),
                                  STR_INIT("\xd8\x9c"),     STR_INIT("\xef\xbb\xbf")};
    str_t rest = str_sub(s, at, s.n);
    unsigned char c = (unsigned char) rest.p[0];
    unsigned char d = rest.n > 1 ? (unsigned char) rest.p[1] : 0;
    unsigned char f = rest.n > 2 ? (unsigned char) rest.p[2] : 0;
    if (c < 0x20 || c == 0x7f) return 1;
    if (c == 0xc2 && d >= 0x80 && d < 0xa0) return 2;               /* C1 */
    if (c == 0xe2 && d == 0x80 && f >= 0xaa && f <= 0xae) return 3; /* embeddings, overrides */
    if (c == 0xe2 && d == 0x81 && f >= 0xa6 && f <= 0xa9) return 3; /* isolates */
    for (size_t i = 0; i < sizeof MARKS / sizeof MARKS[0]; i++) {
        if (str_starts(rest, MARKS[i])) return MARKS[i].n;
    }
    return 0;
}

static bool is_bidi_control(uint32_t cp)
{
    return (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

str_t text_one_line(str_t s, struct arena *a)
{
    CLEANUP_BUF struct buf b = BUF_INIT(3 * s.n + 16);
    for (size_t i = 0; i < s.n;) {
        uint32_t cp = text_next_utf8(s, &i);
        if (is_bidi_control(cp)) continue;
        if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029) cp = ' ';
        text_put_utf8(&b, cp);
    }
    str_t line = str_trim(buf_view(&b));
    return arena_str(a, line.p ? line : STR(""));
}

str_t text_lines(str_t s, struct arena *a)
{
    CLEANUP_BUF struct buf b = BUF_INIT(4 * s.n + 16);
    unsigned lines = 0;
    for (; s.n > 0 && lines < 200; lines++) {
        str_t one;
        str_cut(s, '\n', &one, &s);
        one = text_one_line(one, a);
        if (b.n || one.n) { /* none at the beginning */
            buf_str(&b, one);
            buf_char(&b, '\n');
        }
    }
    str_t all = str_trim(buf_view(&b));
    return arena_str(a, all.p ? all : STR(""));
}

bool text_with_crlf(str_t s, struct buf *out, str_t *canonical)
{
    size_t from = 0;
    *canonical = s;
    for (size_t at = 0; at < s.n;) {
        const char *nl = memchr(s.p + at, '\n', s.n - at);
        if (!nl) break;
        size_t end = (size_t) (nl - s.p);
        at = end + 1;
        if (end > 0 && s.p[end - 1] == '\r') continue;
        if (!buf_add(out, s.p + from, end - from) || !buf_str(out, STR("\r\n"))) return false;
        from = at;
    }
    if (from == 0) return true;
    if (!buf_add(out, s.p + from, s.n - from)) return false;
    *canonical = buf_view(out);
    return true;
}

bool text_stored_with_crlf(str_t s)
{
    ptrdiff_t nl = str_chr(s, '\n');
    return nl > 0 && s.p[nl - 1] == '\r';
}
