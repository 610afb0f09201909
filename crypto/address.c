#include "crypto/address.h"

enum { LABEL_MAX = 63, DOMAIN_MAX = 255 };

/* --- UTF-8 and Punycode (RFC 3492) ------------------------------------------------- */

/* s is well-formed. Returns the code points, at most max; SIZE_MAX when there are more. */
static size_t decode_utf8(str_t s, uint32_t *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char) s.p[i];
        size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        uint32_t v = len == 1 ? c : c & (0xffu >> (len + 1));
        for (size_t k = 1; k < len; k++) {
            v = v << 6 | ((unsigned char) s.p[i + k] & 0x3f);
        }
        if (n == max) return SIZE_MAX;
        out[n++] = v;
        i += len;
    }
    return n;
}

enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 128 };

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    for (delta += delta / points; delta > ((BASE - TMIN) * TMAX) / 2; k += BASE) {
        delta /= BASE - TMIN;
    }
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static char digit(uint32_t d)
{
    return (char) (d < 26 ? 'a' + d : '0' + d - 26);
}

struct label {
    char p[LABEL_MAX];
    size_t n;
};

static bool put(struct label *l, char c)
{
    if (l->n == LABEL_MAX) return false;
    l->p[l->n++] = c;
    return true;
}

/* One variable-length integer of section 6.3. */
static bool put_delta(struct label *l, uint32_t q, uint32_t bias)
{
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
        if (q < t) return put(l, digit(q));
        if (!put(l, digit(t + (q - t) % (BASE - t)))) return false;
        q = (q - t) / (BASE - t);
    }
}

/* Labels have at most 63 code points below 0x110000, so that 32 bits never overflow. */
static bool punycode(const uint32_t *in, size_t count, struct label *out)
{
    uint32_t n = INITIAL_N, delta = 0, bias = INITIAL_BIAS, basic = 0;
    for (size_t i = 0; i < count; i++) {
        if (in[i] < 0x80 && (!put(out, (char) in[i]) || !++basic)) return false;
    }
    if (basic && !put(out, '-')) return false;
    for (uint32_t done = basic; done < count;) {
        uint32_t next = UINT32_MAX;
        for (size_t i = 0; i < count; i++) {
            if (in[i] >= n && in[i] < next) next = in[i];
        }
        delta += (next - n) * (done + 1);
        n = next;
        for (size_t i = 0; i < count; i++) {
            if (in[i] < n) delta++;
            if (in[i] != n) continue;
            if (!put_delta(out, delta, bias)) return false;
            bias = adapt(delta, done + 1, done == basic);
            delta = 0;
            done++;
        }
        delta++;
        n++;
    }
    return true;
}

/* --- domains ------------------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
}

static bool is_ldh(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
}

static bool label_ascii(str_t label, struct label *out)
{
    bool ascii = true;
    for (size_t i = 0; i < label.n; i++) {
        unsigned char c = (unsigned char) label.p[i];
        if (c >= 0x80) {
            ascii = false;
        } else if (!is_ldh(c)) {
            return false;
        }
    }
    out->n = 0;
    if (!label.n) return false;
    uint32_t points[LABEL_MAX];
    size_t count = decode_utf8(label, points, LABEL_MAX);
    if (count == SIZE_MAX) return false;
    for (size_t i = 0; i < count; i++) {
        if (points[i] < 0x80) points[i] = (uint32_t) lower((char) points[i]);
        if (ascii && !put(out, (char) points[i])) return false;
    }
    if (ascii) return true;
    static const char prefix[] = "xn--";
    for (size_t i = 0; i < 4; i++) {
        if (!put(out, prefix[i])) return false;
    }
    return punycode(points, count, out);
}

/* [192.0.2.1], [IPv6:2001:db8::1] */
static bool literal_ascii(str_t domain, char out[256])
{
    if (domain.n < 3 || domain.n > DOMAIN_MAX || domain.p[domain.n - 1] != ']') return false;
    for (size_t i = 0; i < domain.n; i++) {
        char c = domain.p[i];
        bool edge = i == 0 || i == domain.n - 1;
        if (!edge && !is_ldh((unsigned char) c) && c != '.' && c != ':') return false;
        out[i] = lower(c);
    }
    out[domain.n] = '\0';
    return true;
}

bool address_domain_ascii(str_t domain, char out[256])
{
    if (!domain.n || domain.n > 1024 || !str_is_utf8(domain)) return false;
    if (domain.p[0] == '[') return literal_ascii(domain, out);
    size_t n = 0;
    for (str_t rest = domain; !str_is_null(rest);) {
        str_t head;
        struct label label;
        str_cut(rest, '.', &head, &rest);
        if (!label_ascii(head, &label) || n + label.n + 1 > DOMAIN_MAX) return false;
        if (n) out[n++] = '.';
        memcpy(out + n, label.p, label.n);
        n += label.n;
    }
    out[n] = '\0';
    return true;
}

/* --- mailboxes ----------------------------------------------------------------------- */

static bool is_atext(unsigned char c)
{
    return c >= 0x80 || is_ldh(c) || (c && strchr("!#$%&'*+/=?^`{|}~", c));
}

/* Characters that turn or hide their neighbours, or cannot be seen themselves: an address with one
 * of them looks like somebody else's. */
static bool is_trick(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {0x80, 0xa0},       {0xad, 0xad},       {0x34f, 0x34f},   {0x61c, 0x61c},
        {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f}, {0x2000, 0x200f},
        {0x2028, 0x202f},   {0x205f, 0x206f},   {0x3000, 0x3000}, {0x3164, 0x3164},
        {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1]) return true;
    return false;
}

static bool can_be_seen(str_t s)
{
    uint32_t points[1024];
    size_t n = decode_utf8(s, points, sizeof points / sizeof points[0]);
    for (size_t i = 0; i < n && n != SIZE_MAX; i++)
        if (is_trick(points[i])) return false;
    return n != SIZE_MAX;
}

static bool local_is_sane(str_t local)
{
    if (!local.n || local.n > 512) return false;
    if (local.p[0] == '"') {
        if (local.n < 3 || local.p[local.n - 1] != '"') return false;
        for (size_t i = 1; i + 1 < local.n; i++) {
            if (local.p[i] == '"') return false;
            if (local.p[i] == '\\' && ++i + 1 >= local.n) return false;
        }
        return str_is_clean(local);
    }
    for (size_t i = 0; i < local.n; i++) {
        bool dot = local.p[i] == '.';
        if (dot && (i == 0 || i + 1 == local.n || local.p[i - 1] == '.')) return false;
        if (!dot && !is_atext((unsigned char) local.p[i])) return false;
    }
    return true;
}

static bool split(str_t s, str_t *local, char domain[256])
{
    if (s.n > 1024 || !str_is_utf8(s) || !can_be_seen(s)) return false;
    ptrdiff_t at = str_rchr(s, '@');
    if (at <= 0) return false;
    *local = str_sub(s, 0, (size_t) at);
    return local_is_sane(*local) && address_domain_ascii(str_sub(s, (size_t) at + 1, s.n), domain);
}

bool address_is_mailbox(str_t s)
{
    str_t local;
    char domain[256];
    return split(s, &local, domain);
}

enum address_match address_compare(str_t a, str_t b)
{
    str_t left, right;
    char left_domain[256], right_domain[256];
    if (!split(a, &left, left_domain) || !split(b, &right, right_domain)) return ADDRESS_NO;
    if (strcmp(left_domain, right_domain) != 0) return ADDRESS_NO;
    if (str_eq(left, right)) return ADDRESS_YES;
    return str_ieq(left, right) ? ADDRESS_CASE : ADDRESS_NO;
}
