/* Header values: RFC 2047 words. Addresses are in address.c, dates in date.c. */
#include "mail/text.h"

#include "mail/entity.h"

#define HEADER_TEXT_MAX (256u << 10) /* for showing: nobody reads more */

struct word {
    str_t charset; /* without RFC 2231's "*language" */
    str_t text;
    bool base64;
    size_t end; /* after "?=" */
};

/* "=?charset?B?text?=" at i. Blanks inside are tolerated in text, as mailers write them. */
static bool read_word(str_t s, size_t i, struct word *w)
{
    size_t from = i + 2;
    i = from;
    while (i < s.n && s.p[i] != '?' && s.p[i] > ' ' && i - from < 64)
        i++;
    if (i == from || i + 2 >= s.n || s.p[i] != '?') return false;
    char kind = (char) (s.p[i + 1] | 0x20);
    if ((kind != 'b' && kind != 'q') || s.p[i + 2] != '?') return false;
    str_t cs = str_sub(s, from, i), lang;
    str_cut(cs, '*', &cs, &lang);
    size_t text = i + 3;
    for (i = text; i + 1 < s.n; i++) {
        if (s.p[i] == '?' && s.p[i + 1] == '=') break;
        /* Another word begins: this one was never closed. Also keeps the search linear. */
        if (s.p[i] == '=' && s.p[i + 1] == '?' && (i + 2 >= s.n || s.p[i + 2] != '=')) return false;
    }
    if (i + 1 >= s.n) return false;
    *w = (struct word){
        .charset = cs, .text = str_sub(s, text, i), .base64 = kind == 'b', .end = i + 2};
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

static void put_q(str_t s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        int hi = s.p[i] == '=' && i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
        int lo = hi >= 0 ? hex_value(s.p[i + 2]) : -1;
        if (lo >= 0) {
            buf_char(out, (char) (hi << 4 | lo));
            i += 2;
        } else {
            buf_char(out, s.p[i] == '_' ? ' ' : s.p[i]);
        }
    }
}

/* Octets of neighbouring words in one charset: a character may be cut in two between them. */
struct pending {
    struct buf octets;
    str_t charset;
};

static void flush_words(struct pending *p, struct buf *out)
{
    if (p->octets.n > 0) (void) !charset_to_utf8(p->charset, buf_view(&p->octets), out, NULL);
    buf_clear(&p->octets);
}

static void put_raw(str_t s, struct buf *out)
{
    bool japanese = str_find(s, STR("\x1b$")) >= 0;
    if (japanese)
        (void) !charset_to_utf8(STR("iso-2022-jp"), s, out, NULL);
    else if (s.n > 0)
        text_guess_utf8(s, out);
}

bool text_decode_words(str_t s, struct buf *out)
{
    struct pending p = {.octets = BUF_INIT(s.n + 16)};
    size_t from = 0; /* of text not yet written */
    bool after_word = false;
    for (size_t i = 0; i + 1 < s.n;) {
        struct word w;
        if (s.p[i] != '=' || s.p[i + 1] != '?' || !read_word(s, i, &w)) {
            i++;
            continue;
        }
        str_t between = str_sub(s, from, i);
        bool joined = after_word && str_trim(between).n == 0;
        if (!joined || !str_ieq(p.charset, w.charset)) flush_words(&p, out);
        if (!joined) put_raw(between, out);
        p.charset = w.charset;
        if (w.base64)
            mime_base64_decode(w.text, &p.octets);
        else
            put_q(w.text, &p.octets);
        from = i = w.end;
        after_word = true;
    }
    flush_words(&p, out);
    put_raw(str_sub(s, from, s.n), out);
    buf_free(&p.octets);
    return !out->failed;
}

str_t header_text(str_t raw, struct arena *a)
{
    CLEANUP_BUF struct buf flat = BUF_INIT(raw.n + 16);
    CLEANUP_BUF struct buf text = BUF_INIT(4 * raw.n + 64);
    if (!raw.p) return STR_NULL;
    raw = str_sub(raw, 0, HEADER_TEXT_MAX);
    text_unfold(raw, &flat);
    text_decode_words(buf_view(&flat), &text);
    return text_one_line(buf_view(&text), a);
}
