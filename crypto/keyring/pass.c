/* The byte forms of a passphrase. */
#include "crypto/keyring/pbe.h"

#include <openssl/crypto.h>
#include <string.h>

static void add_bmp(struct pbe_pass *p, uint8_t *bytes, size_t n)
{
    p->bmp[p->bmp_count].p = bytes;
    p->bmp[p->bmp_count++].n = n;
}

static void add_raw(struct pbe_pass *p, uint8_t *bytes, size_t n)
{
    p->raw[p->raw_count].p = bytes;
    p->raw[p->raw_count++].n = n;
}

/* One code point (RFC 3629); 0: not UTF-8. */
static size_t decode(const uint8_t *s, size_t n, uint32_t *cp)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = s[0] < 0x80   ? 1
                 : s[0] < 0xc2 ? 0
                 : s[0] < 0xe0 ? 2
                 : s[0] < 0xf0 ? 3
                 : s[0] < 0xf5 ? 4
                               : 0;
    if (len == 0 || len > n) return 0;
    uint32_t c = len == 1 ? s[0] : s[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3fu);
    }
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return 0;
    *cp = c;
    return len;
}

static size_t put16(uint8_t *out, size_t at, uint32_t v)
{
    out[at++] = (uint8_t) (v >> 8);
    out[at++] = (uint8_t) v;
    return at;
}

/* UTF-16BE with 00 00 at the end; *narrow: every code point is below 256. */
static uint8_t *to_bmp(const uint8_t *s, size_t n, size_t *out_n, bool *narrow)
{
    uint8_t *out = OPENSSL_malloc(2 * n + 2);
    size_t at = 0;
    *narrow = true;
    if (!out) return NULL;
    while (n) {
        uint32_t cp;
        size_t len = decode(s, n, &cp);
        if (len == 0) {
            OPENSSL_clear_free(out, at);
            return NULL;
        }
        *narrow = *narrow && cp < 256;
        if (cp >= 0x10000) {
            at = put16(out, at, 0xd800 + ((cp - 0x10000) >> 10));
            at = put16(out, at, 0xdc00 + ((cp - 0x10000) & 0x3ff));
        } else {
            at = put16(out, at, cp);
        }
        s += len;
        n -= len;
    }
    *out_n = put16(out, at, 0);
    return out;
}

static uint8_t *copy(const uint8_t *s, size_t n)
{
    uint8_t *out = OPENSSL_malloc(n + 1);
    if (out && n) memcpy(out, s, n);
    return out;
}

static bool is_ascii(const uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] >= 0x80) return false;
    return true;
}

/* Writers that took the UTF-8 bytes for Latin-1 (OpenSSL before 1.1), and those that gave PBKDF2
 * the Latin-1 bytes. */
static bool add_foreign(struct pbe_pass *p, const uint8_t *s, size_t n, const uint8_t *bmp,
                        size_t bmp_n, bool narrow)
{
    uint8_t *wide = OPENSSL_malloc(2 * n + 2);
    if (!wide) return false;
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        at = put16(wide, at, s[i]);
    add_bmp(p, wide, put16(wide, at, 0));
    if (!narrow) return true;
    uint8_t *latin = OPENSSL_malloc(bmp_n);
    if (!latin) return false;
    size_t count = bmp_n / 2 - 1;
    for (size_t i = 0; i < count; i++)
        latin[i] = bmp[2 * i + 1];
    add_raw(p, latin, count);
    return true;
}

bool pbe_pass_init(struct pbe_pass *p, const char *utf8, size_t n)
{
    const uint8_t *s = (const uint8_t *) utf8;
    bool narrow, ok = true;
    size_t bmp_n = 0;
    memset(p, 0, sizeof *p);
    uint8_t *bmp = to_bmp(s, n, &bmp_n, &narrow);
    uint8_t *raw = copy(s, n), *raw_bmp = bmp ? copy(bmp, bmp_n) : NULL;
    if (bmp) add_bmp(p, bmp, bmp_n);
    if (raw) add_raw(p, raw, n);
    if (!bmp || !raw || !raw_bmp) ok = false;
    /* An empty passphrase: RFC 7292 has 00 00, Windows nothing at all. */
    if (ok && n == 0) add_bmp(p, copy(s, 0), 0);
    if (ok && !is_ascii(s, n)) ok = add_foreign(p, s, n, bmp, bmp_n, narrow);
    /* NSS before 2017 gave PBKDF2 the BMPString too. */
    if (raw_bmp) add_raw(p, raw_bmp, bmp_n);
    for (size_t i = 0; i < p->bmp_count; i++)
        ok = ok && p->bmp[i].p;
    if (!ok) pbe_pass_clear(p);
    return ok;
}

void pbe_pass_clear(struct pbe_pass *p)
{
    for (size_t i = 0; i < p->bmp_count; i++)
        OPENSSL_clear_free(p->bmp[i].p, p->bmp[i].n);
    for (size_t i = 0; i < p->raw_count; i++)
        OPENSSL_clear_free(p->raw[i].p, p->raw[i].n);
    memset(p, 0, sizeof *p);
}
