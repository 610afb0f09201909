/* Text bodies: format=flowed (RFC 3676), CRLF, and the encoding that no relay will touch. */
#include "mail/build_part.h"

#include "mail/text.h"

#define FLOW_AT 72 /* columns at which a paragraph is broken */

/* Where to break the line, or its length. No continuation may begin with '>': it would turn into
 * a quote (RFC 3676 section 4.5); those blanks are passed over. */
static size_t flow_cut(str_t line)
{
    size_t chars = 0, blank = 0;
    for (size_t i = 0; i + 1 < line.n; i++) {
        if (((unsigned char) line.p[i] & 0xc0) != 0x80) chars++;
        /* never after "-- ": alone on its line it is the signature separator (section 4.3) */
        bool separator = i == 2 && str_starts(line, STR("-- "));
        if (line.p[i] == ' ' && i > 0 && line.p[i + 1] != '>' && !separator) blank = i + 1;
        if (chars > FLOW_AT && blank > 0) return blank;
    }
    return line.n;
}

/* One line of the writer. Trailing blanks would mean "goes on" and are taken off; a line that
 * begins with '>' is a quote and stays whole. */
static void flow_line(str_t line, struct buf *out)
{
    bool separator = str_eq(line, STR("-- ")); /* RFC 3676 section 4.3 */
    while (!separator && line.n > 0 && text_is_blank(line.p[line.n - 1]))
        line.n--;
    bool quoted = line.n > 0 && line.p[0] == '>';
    do {
        bool stuff = line.n > 0 && (line.p[0] == ' ' || str_starts(line, STR("From ")));
        size_t cut = quoted ? line.n : flow_cut(line);
        if (stuff) buf_char(out, ' '); /* section 4.4 */
        buf_str(out, str_sub(line, 0, cut));
        buf_cstr(out, "\r\n");
        line = str_sub(line, cut, line.n);
    } while (line.n > 0);
}

static void put_flowed(str_t text, struct buf *out)
{
    while (text.n > 0) {
        str_t line, rest;
        if (!str_cut(text, '\n', &line, &rest)) rest = STR_NULL;
        if (line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
        flow_line(line, out);
        text = rest;
    }
}

static void put_crlf(str_t text, struct buf *out)
{
    while (text.n > 0) {
        str_t line, rest;
        if (!str_cut(text, '\n', &line, &rest)) rest = STR_NULL;
        if (line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
        buf_str(out, line);
        buf_cstr(out, "\r\n");
        text = rest;
    }
}

/* Can go as it is: ASCII, short lines, no trailing blanks, nothing special at a line's start. */
static bool is_safe_7bit(str_t s)
{
    size_t col = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n') {
            if (i > 0 && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t')) return false;
            i++;
            col = 0;
            continue;
        }
        if ((c < ' ' && c != '\t') || c >= 0x7f) return false;
        if (col == 0 && (c == '.' || str_starts(str_sub(s, i, i + 5), STR("From ")))) return false;
        if (++col > 76) return false;
    }
    return true;
}

static size_t count_8bit(str_t s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += (unsigned char) s.p[i] >= 0x80;
    return n;
}

void part_put_text(str_t text, bool html, const char *further, struct buf *out)
{
    CLEANUP_BUF struct buf lines = BUF_INIT(4 * text.n + 64);
    lines.secret = out->secret;
    if (html)
        put_crlf(text, &lines);
    else
        put_flowed(text, &lines);
    if (lines.n == 0) buf_cstr(&lines, "\r\n");
    str_t body = buf_view(&lines);
    buf_cstr(out, html ? "Content-Type: text/html; charset=utf-8"
                       : "Content-Type: text/plain; charset=utf-8; format=flowed");
    buf_printf(out, "%s\r\nContent-Transfer-Encoding: ", further);
    if (is_safe_7bit(body)) {
        buf_cstr(out, "7bit\r\n\r\n");
        buf_str(out, body);
    } else if (count_8bit(body) > body.n / 4) {
        buf_cstr(out, "base64\r\n\r\n");
        mime_base64_encode(body, out);
    } else {
        buf_cstr(out, "quoted-printable\r\n\r\n");
        mime_qp_encode(body, out);
    }
    if (lines.failed) out->failed = true;
}
