#include "base/b64.h"

static const char STANDARD[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static str_t encode(struct arena *a, str_t raw, const char *alphabet, bool pad)
{
    char *out = arena_alloc(a, raw.n / 3 * 4 + 5);
    if (!out) return STR_NULL;
    const unsigned char *p = (const unsigned char *) raw.p;
    size_t o = 0;
    for (size_t i = 0; i < raw.n; i += 3) {
        size_t left = raw.n - i;
        unsigned v = (unsigned) p[i] << 16 | (left > 1 ? (unsigned) p[i + 1] << 8 : 0) |
                     (left > 2 ? (unsigned) p[i + 2] : 0);
        out[o++] = alphabet[v >> 18];
        out[o++] = alphabet[v >> 12 & 63];
        if (left > 1) out[o++] = alphabet[v >> 6 & 63];
        if (left > 2) out[o++] = alphabet[v & 63];
        for (size_t k = left; pad && k < 3; k++)
            out[o++] = '=';
    }
    return (str_t){out, o};
}

static int value_of(char c, const char *alphabet)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == alphabet[62]) return 62;
    return c == alphabet[63] ? 63 : -1;
}

/* text is without padding here; 4k + 1 digits cannot be. */
static bool decode(struct arena *a, str_t text, const char *alphabet, str_t *out)
{
    if (text.n % 4 == 1) return false;
    char *p = arena_alloc(a, text.n / 4 * 3 + 3);
    if (!p) return false;
    unsigned bits = 0, held = 0;
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        int v = value_of(text.p[i], alphabet);
        if (v < 0) return false;
        bits = bits << 6 | (unsigned) v;
        held += 6;
        if (held >= 8) {
            held -= 8;
            p[n++] = (char) (bits >> held & 0xff);
        }
        bits &= (1u << held) - 1;
    }
    if (bits != 0) return false;
    *out = (str_t){p, n};
    return true;
}

str_t b64_encode(struct arena *a, str_t raw)
{
    return encode(a, raw, STANDARD, true);
}

str_t b64url_encode(struct arena *a, str_t raw)
{
    return encode(a, raw, URL, false);
}

bool b64_decode(struct arena *a, str_t text, str_t *out)
{
    if (text.n % 4 != 0) return false;
    for (int pad = 0; pad < 2 && text.n && text.p[text.n - 1] == '='; pad++)
        text.n--;
    return decode(a, text, STANDARD, out);
}

bool b64url_decode(struct arena *a, str_t text, str_t *out)
{
    return decode(a, text, URL, out);
}

str_t hex_encode(struct arena *a, str_t raw)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_alloc(a, raw.n * 2 + 1);
    if (!out) return STR_NULL;
    for (size_t i = 0; i < raw.n; i++) {
        out[2 * i] = digits[(unsigned char) raw.p[i] >> 4];
        out[2 * i + 1] = digits[(unsigned char) raw.p[i] & 15];
    }
    return (str_t){out, raw.n * 2};
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_decode(struct arena *a, str_t text, str_t *out)
{
    if (text.n % 2) return false;
    char *p = arena_alloc(a, text.n / 2 + 1);
    if (!p) return false;
    for (size_t i = 0; i < text.n; i += 2) {
        int hi = hex_value(text.p[i]), lo = hex_value(text.p[i + 1]);
        if (hi < 0 || lo < 0) return false;
        p[i / 2] = (char) (hi << 4 | lo);
    }
    *out = (str_t){p, text.n / 2};
    return true;
}
