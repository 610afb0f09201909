/* Modified UTF-7 of mailbox names (RFC 3501 section 5.1.3). */
#include "mail/imap_lease.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static bool put_utf8(struct buf *b, uint32_t u)
{
    if (u < 0x80) return buf_char(b, (char) u);
    char s[4];
    size_t n = u < 0x800 ? 2 : u < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, u >>= 6)
        s[i] = (char) (0x80 | (u & 0x3f));
    s[0] = (char) ((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | u);
    return buf_add(b, s, n);
}

/* One "&...-" run without its marks. False when it is not well-formed. */
static bool decode_run(str_t run, struct buf *out)
{
    uint32_t bits = 0, high = 0;
    unsigned have = 0;
    for (size_t i = 0; i < run.n; i++) {
        const char *at = memchr(alphabet, run.p[i], sizeof alphabet - 1);
        if (!at) return false;
        bits = (bits << 6 | (uint32_t) (at - alphabet)) & 0xffffff;
        have += 6;
        if (have < 16) continue;
        have -= 16;
        uint32_t unit = bits >> have & 0xffff;
        if (high) {
            if (unit < 0xdc00 || unit > 0xdfff) return false;
            put_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
            high = 0;
        } else if (unit >= 0xd800 && unit <= 0xdbff) {
            high = unit;
        } else if (unit >= 0xdc00 && unit <= 0xdfff) {
            return false;
        } else {
            put_utf8(out, unit);
        }
    }
    return high == 0 && have < 6 && (bits & ((1u << have) - 1)) == 0;
}

/* Next code point of valid UTF-8. */
static uint32_t next_point(str_t s, size_t *i)
{
    unsigned char c = (unsigned char) s.p[*i];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    uint32_t u = n == 1 ? c : n == 2 ? c & 0x1fu : n == 3 ? c & 0x0fu : c & 0x07u;
    for (size_t k = 1; k < n; k++)
        u = u << 6 | ((unsigned char) s.p[*i + k] & 0x3fu);
    *i += n;
    return u;
}

/* What would break the line, turn what stands around it, or not be seen at all. Joiners and plain
 * direction marks belong to the spelling of some languages; those who show a name isolate it. */
static bool is_trick(uint32_t u)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x0000, 0x001f},  {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x034f, 0x034f},
                  {0x061c, 0x061c},  {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180e, 0x180e},
                  {0x200b, 0x200b},  {0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164},
                  {0xfeff, 0xfeff},  {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0xfffe, 0xffff},
                  {0xe0000, 0xe0fff}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (u >= ranges[i].first && u <= ranges[i].last) return true;
    return false;
}

static bool has_trick(str_t utf8)
{
    for (size_t i = 0; i < utf8.n;)
        if (is_trick(next_point(utf8, &i))) return true;
    return false;
}

static bool decode(str_t name, struct buf *out)
{
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char) name.p[i];
        if (c != '&') {
            if (c >= 0x80) return false;
            put_utf8(out, c);
            continue;
        }
        ptrdiff_t end = str_chr(str_sub(name, i, name.n), '-');
        if (end < 0) return false;
        if (end == 1)
            buf_char(out, '&');
        else if (!decode_run(str_sub(name, i + 1, i + (size_t) end), out))
            return false;
        i += (size_t) end;
    }
    return true;
}

/* The bytes themselves; what is not valid UTF-8 or a trick is replaced. */
static void as_it_is(str_t name, struct buf *out)
{
    bool utf8 = str_is_utf8(name);
    for (size_t i = 0; i < name.n;) {
        uint32_t u = utf8 ? next_point(name, &i) : (unsigned char) name.p[i++];
        bool other = is_trick(u) || (!utf8 && u >= 0x80);
        put_utf8(out, other ? 0xfffd : u);
    }
}

struct run {
    uint32_t bits;
    unsigned have;
    bool open;
};

static void put_unit(struct buf *b, struct run *r, uint32_t unit)
{
    if (!r->open) buf_char(b, '&');
    r->open = true;
    r->bits = (r->bits << 16 | unit) & 0xffffff;
    r->have += 16;
    while (r->have >= 6) {
        r->have -= 6;
        buf_char(b, alphabet[r->bits >> r->have & 63]);
    }
}

static void close_run(struct buf *b, struct run *r)
{
    if (!r->open) return;
    if (r->have > 0) buf_char(b, alphabet[r->bits << (6 - r->have) & 63]);
    buf_char(b, '-');
    *r = (struct run){0};
}

str_t imap_utf7_encode(str_t utf8, struct arena *a)
{
    if (!str_is_utf8(utf8)) return STR_NULL;
    CLEANUP_BUF struct buf b = BUF_INIT(1u << 20);
    struct run r = {0};
    for (size_t i = 0; i < utf8.n;) {
        uint32_t u = next_point(utf8, &i);
        if (u >= 0x10000) {
            put_unit(&b, &r, 0xd800 + ((u - 0x10000) >> 10));
            put_unit(&b, &r, 0xdc00 + ((u - 0x10000) & 0x3ff));
        } else if (u >= 0x80) {
            put_unit(&b, &r, u);
        } else {
            close_run(&b, &r);
            if (u == '&')
                buf_cstr(&b, "&-");
            else
                buf_char(&b, (char) u);
        }
    }
    close_run(&b, &r);
    return b.failed ? STR_NULL : arena_str(a, b.p ? buf_view(&b) : STR(""));
}

/* One text for one name: an encoding that nobody had to use (plain letters in base64, two runs in
 * place of one) would let two folders look the same, or one look like INBOX. */
static bool is_canonical(str_t name, str_t shown, struct arena *a)
{
    return !has_trick(shown) && str_eq(imap_utf7_encode(shown, a), name);
}

str_t imap_utf7_decode(str_t name, struct arena *a)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1u << 20);
    bool ok = decode(name, &b);
    if (ok && b.n > 0 && !is_canonical(name, buf_view(&b), a)) ok = false;
    if (!ok) {
        buf_clear(&b);
        as_it_is(name, &b);
    }
    return b.failed ? STR_NULL : arena_str(a, b.p ? buf_view(&b) : STR(""));
}
