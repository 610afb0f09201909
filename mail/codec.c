/* Transfer encodings (RFC 2045 section 6, uuencode). base64 has an AVX2 path chosen at run
 * time (the method of Muła and Lemire: shuffle, multiply, range lookup by saturation) and a
 * table path for everything else; both give the same bytes, which the tests compare. */
#include "mail/codec.h"

#include "mail/entity.h"
#include "mail/text.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define HAVE_AVX2 1
#endif

#define LINE_RAW 57
#define LINE_CHARS 76

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* pairs[v]: two characters for 12 bits. values[k][c]: the character's six bits in place k of a
 * quad, or BAD. Filled once, before threads (constructor), read-only afterwards. */
#define BAD 0x01000000u
static char pairs[4096][2];
static uint32_t values[4][256];
static enum codec_path path;

__attribute__((constructor)) static void init_tables(void)
{
    for (unsigned v = 0; v < 4096; v++) {
        pairs[v][0] = alphabet[v >> 6];
        pairs[v][1] = alphabet[v & 63];
    }
    for (unsigned k = 0; k < 4; k++)
        for (unsigned c = 0; c < 256; c++)
            values[k][c] = BAD;
    for (unsigned v = 0; v < 64; v++)
        for (unsigned k = 0; k < 4; k++)
            values[k][(unsigned char) alphabet[v]] = v << (18 - 6 * k);
    codec_use(CODEC_BEST);
}

void codec_use(enum codec_path wanted)
{
    path = CODEC_TABLE;
#ifdef HAVE_AVX2
    if (wanted == CODEC_BEST && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
        path = CODEC_BEST;
#endif
}

/* --- base64, encoding ------------------------------------------------------------------ */

static char *put_group(char *o, const unsigned char *p)
{
    unsigned v = (unsigned) p[0] << 16 | (unsigned) p[1] << 8 | p[2];
    memcpy(o, pairs[v >> 12], 2);
    memcpy(o + 2, pairs[v & 4095], 2);
    return o + 4;
}

static char *put_tail(char *o, const unsigned char *p, size_t n)
{
    unsigned char last[3] = {p[0], n > 1 ? p[1] : 0, 0};
    put_group(o, last);
    o[3] = '=';
    if (n == 1) o[2] = '=';
    return o + 4;
}

static char *put_line(char *o, const unsigned char *p, size_t n)
{
    for (; n >= 3; n -= 3, p += 3)
        o = put_group(o, p);
    if (n) o = put_tail(o, p, n);
    *o++ = '\r';
    *o++ = '\n';
    return o;
}

#ifdef HAVE_AVX2
/* 24 bytes, spread over the lanes as 12 + 12, to 32 characters. */
__attribute__((target("avx2"))) static inline __m256i encode32(__m256i in)
{
    const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 1, 0,
                                            2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    in = _mm256_shuffle_epi8(in, spread);
    __m256i hi = _mm256_mulhi_epu16(_mm256_and_si256(in, _mm256_set1_epi32(0x0fc0fc00)),
                                    _mm256_set1_epi32(0x04000040));
    __m256i lo = _mm256_mullo_epi16(_mm256_and_si256(in, _mm256_set1_epi32(0x003f03f0)),
                                    _mm256_set1_epi32(0x01000010));
    __m256i six = _mm256_or_si256(hi, lo);
    /* class of the value: 13 for A-Z, 0 for a-z, 1..10 for digits, 11 '+', 12 '/' */
    const __m256i shift =
        _mm256_setr_epi8(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0, 71, -4, -4,
                         -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);
    __m256i class = _mm256_subs_epu8(six, _mm256_set1_epi8(51));
    __m256i upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), six);
    class = _mm256_or_si256(class, _mm256_and_si256(upper, _mm256_set1_epi8(13)));
    return _mm256_add_epi8(six, _mm256_shuffle_epi8(shift, class));
}

/* Whole lines; reads and writes stay inside each line. */
__attribute__((target("avx2"))) static char *put_lines_avx2(char *o, const unsigned char *p,
                                                            size_t lines)
{
    for (; lines; lines--, p += LINE_RAW) {
        for (unsigned half = 0; half < 2; half++) {
            const unsigned char *q = p + 24 * half;
            __m256i in = _mm256_inserti128_si256(
                _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *) q)),
                _mm_loadu_si128((const __m128i *) (q + 12)), 1);
            _mm256_storeu_si256((__m256i *) (o + 32 * half), encode32(in));
        }
        o = put_group(o + 64, p + 48);
        o = put_group(o, p + 51);
        o = put_group(o, p + 54);
        *o++ = '\r';
        *o++ = '\n';
    }
    return o;
}
#endif

bool mime_base64_encode(str_t raw, struct buf *out)
{
    const unsigned char *p = (const unsigned char *) raw.p;
    size_t n = raw.n;
    if (n > SIZE_MAX / 4) {
        out->failed = true;
        return false;
    }
    size_t chars = (n + 2) / 3 * 4;
    size_t total = chars + (chars + LINE_CHARS - 1) / LINE_CHARS * 2;
    if (n == 0) return !out->failed;
    if (!buf_reserve(out, total)) return false;
    char *start = out->p + out->n;
    char *o = start;
#ifdef HAVE_AVX2
    if (path == CODEC_BEST && n > 2 * LINE_RAW) {
        size_t lines = (n - 1) / LINE_RAW; /* the last one may be short */
        o = put_lines_avx2(o, p, lines);
        p += lines * LINE_RAW;
        n -= lines * LINE_RAW;
    }
#endif
    for (; n > LINE_RAW; n -= LINE_RAW, p += LINE_RAW)
        o = put_line(o, p, LINE_RAW);
    o = put_line(o, p, n);
    out->n += (size_t) (o - start);
    out->p[out->n] = '\0';
    return true;
}

/* --- base64, decoding ------------------------------------------------------------------ */

/* Four characters at p to three bytes at o; false when one is outside the alphabet. */
static inline bool get_quad(const unsigned char *p, unsigned char *o)
{
    uint32_t v = values[0][p[0]] | values[1][p[1]] | values[2][p[2]] | values[3][p[3]];
    if (v & BAD) return false;
    o[0] = (unsigned char) (v >> 16);
    o[1] = (unsigned char) (v >> 8);
    o[2] = (unsigned char) v;
    return true;
}

struct decoder {
    const unsigned char *p, *end;
    unsigned char *o;
};

static void get_quads(struct decoder *d)
{
    while (d->end - d->p >= 4 && get_quad(d->p, d->o)) {
        d->p += 4;
        d->o += 3;
    }
}

#ifdef HAVE_AVX2
/* Zero where the character is of the alphabet. */
__attribute__((target("avx2"))) static inline __m256i strangers32(__m256i in)
{
    const __m256i low_ok =
        _mm256_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a,
                         0x1b, 0x1b, 0x1b, 0x1a, 0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                         0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
    const __m256i high_ok =
        _mm256_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10,
                         0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08,
                         0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    const __m256i slash = _mm256_set1_epi8(0x2f);
    __m256i high = _mm256_and_si256(_mm256_srli_epi32(in, 4), slash);
    __m256i low = _mm256_and_si256(in, slash);
    return _mm256_and_si256(_mm256_shuffle_epi8(low_ok, low), _mm256_shuffle_epi8(high_ok, high));
}

__attribute__((target("avx2,popcnt"))) static size_t count_letters_avx2(const unsigned char **p,
                                                                        const unsigned char *end)
{
    size_t n = 0;
    for (; end - *p >= 32; *p += 32) {
        __m256i bad = strangers32(_mm256_loadu_si256((const __m256i *) *p));
        __m256i good = _mm256_cmpeq_epi8(bad, _mm256_setzero_si256());
        n += (size_t) __builtin_popcount((unsigned) _mm256_movemask_epi8(good));
    }
    return n;
}

/* As many whole runs of 32 characters as are clean; leaves 8 bytes of room after the output. */
__attribute__((target("avx2"))) static void get_runs_avx2(struct decoder *d)
{
    const __m256i roll = _mm256_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0,
                                          0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1,
                                           2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m256i slash = _mm256_set1_epi8(0x2f);
    while (d->end - d->p >= 44) { /* 44 characters left: at least 8 bytes of room stay free */
        __m256i in = _mm256_loadu_si256((const __m256i *) d->p);
        __m256i high = _mm256_and_si256(_mm256_srli_epi32(in, 4), slash);
        __m256i bad = strangers32(in);
        if (!_mm256_testz_si256(bad, bad)) return;
        __m256i is_slash = _mm256_cmpeq_epi8(in, slash);
        __m256i six =
            _mm256_add_epi8(in, _mm256_shuffle_epi8(roll, _mm256_add_epi8(is_slash, high)));
        __m256i twelve = _mm256_maddubs_epi16(six, _mm256_set1_epi32(0x01400140));
        __m256i three = _mm256_madd_epi16(twelve, _mm256_set1_epi32(0x00011000));
        three = _mm256_shuffle_epi8(three, order);
        three = _mm256_permutevar8x32_epi32(three, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1));
        _mm256_storeu_si256((__m256i *) d->o, three);
        d->p += 32;
        d->o += 24;
    }
}
#endif

static void get_runs(struct decoder *d)
{
#ifdef HAVE_AVX2
    if (path == CODEC_BEST) get_runs_avx2(d);
#endif
    get_quads(d);
}

static void put_quad(unsigned char **o, uint32_t quad)
{
    *(*o)++ = (unsigned char) (quad >> 16);
    *(*o)++ = (unsigned char) (quad >> 8);
    *(*o)++ = (unsigned char) quad;
}

static void set_end(struct buf *out, const unsigned char *o)
{
    out->n = (size_t) ((const char *) o - out->p);
    out->p[out->n] = '\0';
}

bool base64_feed(struct base64_stream *s, str_t text, struct buf *out)
{
    if (text.n == 0 || s->done) return !out->failed;
    /* what the text can give at most; lines and noise make it less */
    if (!buf_reserve(out, text.n / 4 * 3 + 6)) return false;
    struct decoder d = {.p = (const unsigned char *) text.p,
                        .end = (const unsigned char *) text.p + text.n,
                        .o = (unsigned char *) out->p + out->n};
    while (d.p < d.end) {
        if (s->have == 0) get_runs(&d);
        if (d.end - d.p >= 2 && d.p[0] == '\r' && d.p[1] == '\n') { /* most often */
            d.p += 2;
            continue;
        }
        if (d.p == d.end) break;
        unsigned char c = *d.p++;
        s->done = c == '=';
        if (s->done) break;
        if (values[3][c] == BAD) continue;
        s->quad = s->quad << 6 | values[3][c];
        if (++s->have < 4) continue;
        put_quad(&d.o, s->quad);
        s->have = 0;
        s->quad = 0;
    }
    set_end(out, d.o);
    return true;
}

bool base64_end(struct base64_stream *s, struct buf *out)
{
    unsigned have = s->have;
    uint32_t quad = s->quad;
    *s = (struct base64_stream){0};
    if (have < 2) return !out->failed;
    if (!buf_reserve(out, 2)) return false;
    unsigned char *o = (unsigned char *) out->p + out->n;
    *o++ = (unsigned char) (have == 2 ? quad >> 4 : quad >> 10);
    if (have == 3) *o++ = (unsigned char) (quad >> 2);
    set_end(out, o);
    return true;
}

size_t mime_base64_size(str_t text)
{
    const unsigned char *p = (const unsigned char *) text.p, *end = p + text.n;
    const unsigned char *stop = text.n ? memchr(p, '=', text.n) : NULL;
    size_t letters = 0;
    if (stop) end = stop;
#ifdef HAVE_AVX2
    if (path == CODEC_BEST) letters = count_letters_avx2(&p, end);
#endif
    for (; p < end; p++)
        letters += values[3][*p] != BAD;
    size_t rest = letters % 4;
    return letters / 4 * 3 + (rest > 1 ? rest - 1 : 0);
}

bool mime_base64_decode(str_t text, struct buf *out)
{
    struct base64_stream s = {0};
    return base64_feed(&s, text, out) && base64_end(&s, out);
}

/* --- quoted-printable ------------------------------------------------------------------ */

static const char hex_upper[] = "0123456789ABCDEF";

struct qp_line {
    char s[80];
    size_t n;
};

static void qp_flush(struct qp_line *l, const char *end, struct buf *out)
{
    buf_add(out, l->s, l->n);
    buf_cstr(out, end);
    l->n = 0;
}

/* Adds one byte, as itself or as =XX, breaking the line before it would pass 76. */
static void qp_put(struct qp_line *l, unsigned char c, bool plain, struct buf *out)
{
    size_t need = plain ? 1 : 3;
    if (l->n + need > LINE_CHARS - 1) qp_flush(l, "=\r\n", out);
    /* A relay may touch these at a line's start: "From " and the dot. */
    if (plain && l->n == 0 && (c == 'F' || c == '.')) plain = false;
    if (plain) {
        l->s[l->n++] = (char) c;
        return;
    }
    l->s[l->n++] = '=';
    l->s[l->n++] = hex_upper[c >> 4];
    l->s[l->n++] = hex_upper[c & 15];
}

bool mime_qp_encode(str_t text, struct buf *out)
{
    struct qp_line l = {.n = 0};
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char) text.p[i];
        bool crlf = c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n';
        if (c == '\n' || crlf) {
            qp_flush(&l, "\r\n", out);
            if (crlf) i++;
            continue;
        }
        bool at_end = i + 1 == text.n || text.p[i + 1] == '\n' || text.p[i + 1] == '\r';
        bool blank = c == ' ' || c == '\t';
        bool plain = blank ? !at_end : c > ' ' && c < 0x7f && c != '=';
        /* only "From " is special, other words with F are not */
        if (c == 'F' && l.n == 0 && !str_starts(str_sub(text, i, text.n), STR("From ")) &&
            l.n + 1 < LINE_CHARS) {
            l.s[l.n++] = 'F';
            continue;
        }
        qp_put(&l, c, plain, out);
    }
    if (l.n > 0) buf_add(out, l.s, l.n);
    return !out->failed;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/* One line without its end. True: a soft break, the next line continues it. */
static bool qp_decode_line(str_t line, struct buf *out)
{
    while (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
        line.n--;
    for (;;) {
        ptrdiff_t eq = str_chr(line, '=');
        if (eq < 0) break;
        size_t i = (size_t) eq;
        buf_str(out, str_sub(line, 0, i));
        if (i + 1 == line.n) return true;
        int hi = hex_value(line.p[i + 1]);
        int lo = i + 2 < line.n ? hex_value(line.p[i + 2]) : -1;
        if (hi >= 0 && lo >= 0) {
            buf_char(out, (char) (hi << 4 | lo));
            line = str_sub(line, i + 3, line.n);
        } else {
            buf_char(out, '='); /* not an escape: stays as it is */
            line = str_sub(line, i + 1, line.n);
        }
    }
    buf_str(out, line);
    return false;
}

bool mime_qp_decode(str_t text, struct buf *out)
{
    if (text.n && !buf_reserve(out, text.n)) return false;
    for (size_t off = 0; off < text.n;) {
        const char *nl = memchr(text.p + off, '\n', text.n - off);
        size_t end = nl ? (size_t) (nl - text.p) : text.n;
        size_t content = end > off && nl && text.p[end - 1] == '\r' ? end - 1 : end;
        bool soft = qp_decode_line(str_sub(text, off, content), out);
        off = nl ? end + 1 : end;
        if (!soft && nl) buf_str(out, str_sub(text, content, off));
    }
    return !out->failed;
}

/* --- uuencode -------------------------------------------------------------------------- */

/* One line of data: its length, then groups of four. */
static bool uu_line(str_t line, struct buf *out)
{
    if (line.n == 0) return false;
    size_t want = ((unsigned char) line.p[0] - 32u) & 63;
    if (want == 0) return false;
    for (size_t i = 1; want > 0; i += 4) {
        unsigned v = 0;
        for (size_t k = 0; k < 4; k++) /* trailing blanks may have been cut off */
            v = v << 6 | (i + k < line.n ? ((unsigned char) line.p[i + k] - 32u) & 63 : 0);
        for (unsigned k = 0; k < 3 && want > 0; k++, want--)
            buf_char(out, (char) (v >> (16 - 8 * k)));
        if (i >= line.n) break;
    }
    return true;
}

bool mime_uu_decode(str_t text, struct buf *out)
{
    bool inside = false;
    while (text.n > 0) {
        str_t line, rest;
        if (!str_cut(text, '\n', &line, &rest)) rest = STR_NULL;
        text = rest;
        if (line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
        if (!inside)
            inside = str_starts(line, STR("begin "));
        else if (str_eq(str_trim(line), STR("end")) || !uu_line(line, out))
            break;
    }
    return !out->failed;
}
