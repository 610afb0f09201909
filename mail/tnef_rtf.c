/* Compressed RTF: a window of 4,096 bytes that begins with what every RTF has. */
#include "mail/tnef.h"

enum { WINDOW = 4096, HEAD = 16, LZFU = 0x75465a4c, PLAIN = 0x414c454d };

/* MS-OXRTFCP section 2.2.1 */
static const char BEFORE[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript "
    "\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    "\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

struct window {
    char bytes[WINDOW];
    unsigned at;
    struct buf *out;
    size_t left; /* of what the header promises */
};

static uint32_t le32(const unsigned char *p)
{
    return (uint32_t) p[0] | (uint32_t) p[1] << 8 | (uint32_t) p[2] << 16 | (uint32_t) p[3] << 24;
}

static bool put(struct window *w, char c)
{
    w->bytes[w->at] = c;
    w->at = (w->at + 1) % WINDOW;
    if (w->left == 0) return true; /* more than promised: not shown */
    w->left--;
    return buf_char(w->out, c);
}

/* True: go on; false: the end, or a failure (w->out->failed). */
static bool step(struct window *w, const unsigned char *p, size_t n, size_t *i, bool reference)
{
    if (!reference) return *i < n && put(w, (char) p[(*i)++]);
    if (*i + 2 > n) return false;
    unsigned v = (unsigned) p[*i] << 8 | p[*i + 1], from = v >> 4, length = (v & 15) + 2;
    *i += 2;
    if (from == w->at) return false;
    for (; length > 0; length--, from = (from + 1) % WINDOW)
        if (!put(w, w->bytes[from])) return false;
    return true;
}

bool tnef_rtf(str_t compressed, struct buf *out)
{
    const unsigned char *p = (const unsigned char *) compressed.p;
    if (compressed.n < HEAD) return false;
    uint32_t size = le32(p + 4), kind = le32(p + 8);
    if (size > out->max - out->n) return false;
    if (kind == PLAIN) return buf_str(out, str_sub(compressed, HEAD, HEAD + (size_t) size));
    if (kind != LZFU) return false;
    struct window w = {.at = sizeof BEFORE - 1, .out = out, .left = size};
    memcpy(w.bytes, BEFORE, sizeof BEFORE - 1);
    for (size_t i = HEAD; i < compressed.n && w.left > 0;) {
        unsigned flags = p[i++];
        for (unsigned bit = 0; bit < 8; bit++, flags >>= 1)
            if (!step(&w, p, compressed.n, &i, flags & 1)) return !out->failed;
    }
    return !out->failed;
}
