/* Field values: RFC 2047 words, RFC 2231 parameters, addresses, dates, message ids. */
#include "mail/build_part.h"

#include "mail/text.h"

#define LINE_MAX_CHARS 76
#define WORD_OCTETS 42 /* of UTF-8 in one base64 word: "=?utf-8?B?" + 56 + "?=" = 68 */
#define IDS_KEPT 40

static bool is_atom(str_t s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c <= ' ' || c >= 0x7f || strchr("()<>[]:;@\\,.\"", c)) return false;
    }
    return s.n > 0;
}

/* Plain text that survives as it is: printable ASCII, no word too long to fold, nothing that
 * reads as an encoded word. */
static bool is_plain(str_t s)
{
    size_t word = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c < ' ' || c >= 0x7f) return false;
        word = c == ' ' ? 0 : word + 1;
        if (word > 60) return false;
        if (c == ' ' && (i == 0 || i + 1 == s.n || s.p[i + 1] == ' ')) return false;
    }
    return str_find(s, STR("=?")) < 0;
}

static void put_plain(str_t s, size_t col, struct buf *out)
{
    while (s.n > 0) {
        ptrdiff_t blank = s.n > 1 ? str_chr(str_sub(s, 1, s.n), ' ') : -1;
        str_t word = blank < 0 ? s : str_sub(s, 0, (size_t) blank + 1);
        if (col + word.n > LINE_MAX_CHARS && word.p[0] == ' ') {
            buf_cstr(out, "\r\n");
            col = 0;
        }
        buf_str(out, word);
        col += word.n;
        s = str_sub(s, word.n, s.n);
    }
}

static const char base64_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_base64(str_t s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t v = (uint32_t) (unsigned char) s.p[i] << 16;
        if (i + 1 < s.n) v |= (uint32_t) (unsigned char) s.p[i + 1] << 8;
        if (i + 2 < s.n) v |= (unsigned char) s.p[i + 2];
        buf_char(out, base64_chars[v >> 18]);
        buf_char(out, base64_chars[v >> 12 & 63]);
        buf_char(out, i + 1 < s.n ? base64_chars[v >> 6 & 63] : '=');
        buf_char(out, i + 2 < s.n ? base64_chars[v & 63] : '=');
    }
}

/* Words of whole characters (RFC 2047 section 5: none may be split). */
static void put_words(str_t s, size_t col, struct buf *out)
{
    /* the first word takes what is left of the line: a fold before it would leave a blank there */
    size_t room = col < 40 ? (LINE_MAX_CHARS - 12 - col) / 4 * 3 : 18;
    for (size_t from = 0; from < s.n; room = WORD_OCTETS) {
        size_t to = from;
        while (to < s.n) {
            size_t next = to;
            text_next_utf8(s, &next);
            if (next - from > room) break;
            to = next;
        }
        if (from > 0) buf_cstr(out, "\r\n ");
        buf_cstr(out, "=?utf-8?B?");
        put_base64(str_sub(s, from, to), out);
        buf_cstr(out, "?=");
        from = to;
    }
}

void field_put_text(str_t text, size_t col, struct buf *out)
{
    if (is_plain(text)) {
        put_plain(text, col, out);
        return;
    }
    CLEANUP_BUF struct buf clean = BUF_INIT(3 * text.n + 16);
    clean.secret = out->secret;
    for (size_t i = 0; i < text.n;) {
        uint32_t cp = text_next_utf8(text, &i);
        text_put_utf8(&clean, cp < 0x20 || cp == 0x7f ? ' ' : cp);
    }
    put_words(buf_view(&clean), col, out);
}

rc_t build_text_field(const char *name, str_t text, struct buf *out, struct err *e)
{
    size_t before = out->n;
    buf_printf(out, "%s:%s", name, text.n > 0 ? " " : ""); /* no trailing blank */
    field_put_text(text, strlen(name) + 2, out);
    buf_cstr(out, "\r\n");
    if (!out->failed) return RC_OK;
    out->n = before;
    return err_set(e, RC_TOO_LARGE, NULL);
}

/* --- addresses ------------------------------------------------------------------------ */

static bool is_atext(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Letters, digits and signs of all scripts (RFC 6531 section 3.3), but nothing that is not seen,
 * passes for a blank, a dot or an @, or turns its neighbours: for private use, controls, all of
 * format (Cf), what is ignored where it is unknown, marks of direction, fillers, variation
 * selectors. The same list: static/src/core/address.ts. */
static bool is_letter(uint32_t cp)
{
    static const uint32_t unseen[][2] = {
        {0x80, 0xa0},       {0xad, 0xad},       {0x34f, 0x34f},     {0x600, 0x605},
        {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},
        {0x8e2, 0x8e2},     {0x115f, 0x1160},   {0x1680, 0x1680},   {0x17b4, 0x17b5},
        {0x180b, 0x180f},   {0x2000, 0x206f},   {0x2800, 0x2800},   {0x3000, 0x3000},
        {0x3002, 0x3002},   {0x3164, 0x3164},   {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},
        {0xfe00, 0xfe19},   {0xfe52, 0xfe52},   {0xfe6b, 0xfe6b},   {0xfeff, 0xfeff},
        {0xff0e, 0xff0e},   {0xff20, 0xff20},   {0xff61, 0xff61},   {0xffa0, 0xffa0},
        {0xfff0, 0xffff},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
        {0x16fe4, 0x16fe4}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0x1fffe, 0x1ffff},
        {0x2fffe, 0x2ffff}, {0x3fffe, 0x10ffff}};
    for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
        if (cp >= unseen[i][0] && cp <= unseen[i][1]) return false;
    return cp >= 0x80;
}

/* dot-atom or quoted-string (RFC 5321 section 4.1.2), the atoms also in other scripts (RFC 6531) */
static bool is_local_part(str_t s)
{
    if (s.n == 0 || s.n > 64) return false;
    if (s.p[0] == '"') {
        if (s.n < 3 || s.p[s.n - 1] != '"') return false;
        for (size_t i = 1; i + 1 < s.n; i++) {
            if (s.p[i] < ' ' || s.p[i] > '~' || s.p[i] == '"') return false;
            if (s.p[i] == '\\' && ++i + 1 >= s.n) return false;
        }
        return true;
    }
    if (!str_is_utf8(s)) return false;
    for (size_t i = 0; i < s.n;) {
        size_t at = i;
        uint32_t cp = text_next_utf8(s, &i);
        if (cp >= 0x80 ? !is_letter(cp) : cp != '.' && !is_atext((unsigned char) cp)) return false;
        if (cp == '.' && (at == 0 || i == s.n || s.p[i] == '.')) return false;
    }
    return true;
}

static bool is_domain(str_t s)
{
    if (s.n == 0 || s.n > 253) return false;
    if (s.p[0] == '[') { /* address literal */
        if (s.p[s.n - 1] != ']') return false;
        for (size_t i = 1; i + 1 < s.n; i++)
            if (!is_atext((unsigned char) s.p[i]) && s.p[i] != '.' && s.p[i] != ':') return false;
        return s.n > 2;
    }
    size_t label = 0;
    for (size_t i = 0; i <= s.n; i++) {
        char c = i < s.n ? s.p[i] : '.';
        if (c == '.') {
            if (label == 0 || label > 63 || s.p[i - 1] == '-') return false;
            label = 0;
            continue;
        }
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && !(c == '-' && label > 0) && c != '_') return false;
        label++;
    }
    return true;
}

rc_t address_check(str_t address, struct err *e)
{
    ptrdiff_t at = str_rchr(address, '@');
    if (at > 0 && address.n <= 254 && is_local_part(str_sub(address, 0, (size_t) at)) &&
        is_domain(str_sub(address, (size_t) at + 1, address.n)))
        return RC_OK;
    bool clean = str_is_clean(address) && str_is_utf8(address) && address.n <= 100;
    if (clean && address.n > 0)
        return err_set(e, RC_INVALID, "\"%.*s\" is not a mail address.", STR_ARG(address));
    return err_set(e, RC_INVALID, "This is not a mail address.");
}

static void put_name(str_t name, size_t col, struct buf *out)
{
    bool atoms = true;
    str_t rest = name, word;
    if (!is_plain(name)) {
        field_put_text(name, col, out);
        return;
    }
    while (rest.n > 0) {
        str_cut(rest, ' ', &word, &rest);
        atoms = atoms && is_atom(word);
    }
    if (atoms) {
        put_plain(name, col, out);
        return;
    }
    CLEANUP_BUF struct buf q = BUF_INIT(2 * name.n + 2);
    q.secret = out->secret;
    buf_char(&q, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"' || name.p[i] == '\\') buf_char(&q, '\\');
        buf_char(&q, name.p[i]);
    }
    buf_char(&q, '"');
    put_plain(buf_view(&q), col, out);
}

rc_t build_address_list(const struct mail_address *list, size_t n, struct buf *out, struct err *e)
{
    size_t before = out->n;
    for (size_t i = 0; i < n; i++)
        TRY(address_check(list[i].address, e));
    for (size_t i = 0; i < n; i++) {
        str_t name = str_trim(list[i].name), address = list[i].address;
        size_t col = i == 0 ? 16 : 1;
        if (i > 0) buf_cstr(out, ",\r\n ");
        if (name.n == 0 || str_eq(name, address)) {
            buf_str(out, address);
            continue;
        }
        size_t from = out->n;
        put_name(name, col, out);
        /* a long name may have been folded: count from its last line */
        ptrdiff_t nl = str_rchr(str_n(out->p + from, out->n - from), '\n');
        col = nl < 0 ? col + out->n - from : out->n - from - (size_t) nl;
        buf_cstr(out, col + address.n + 3 > LINE_MAX_CHARS ? "\r\n <" : " <");
        buf_str(out, address);
        buf_char(out, '>');
    }
    if (!out->failed) return RC_OK;
    out->n = before;
    return err_set(e, RC_TOO_LARGE, NULL);
}

/* --- other values ---------------------------------------------------------------------- */

static bool next_id(str_t *s, str_t *id)
{
    for (;;) {
        ptrdiff_t open = str_chr(*s, '<');
        if (open < 0) return false;
        str_t rest = str_sub(*s, (size_t) open, s->n);
        size_t i = 1;
        while (i < rest.n && rest.p[i] > ' ' && rest.p[i] < 0x7f && rest.p[i] != '<' &&
               rest.p[i] != '>')
            i++;
        *id = str_sub(rest, 0, i + 1);
        *s = str_sub(rest, i, rest.n);
        if (i > 1 && i < rest.n && rest.p[i] == '>' && i < 900) return true;
    }
}

void field_put_ids(const char *name, str_t raw, struct buf *out)
{
    size_t count = 0, at = 0;
    str_t s = raw, id;
    while (next_id(&s, &id))
        count++;
    if (count == 0) return;
    buf_printf(out, "%s:", name);
    for (s = raw; next_id(&s, &id); at++) {
        if (at > 0 && at + IDS_KEPT < count) continue; /* the thread's first, and the newest */
        buf_cstr(out, at == 0 ? " " : "\r\n ");
        buf_str(out, id);
    }
    buf_cstr(out, "\r\n");
}

static bool is_token_char(unsigned char c)
{
    return c > ' ' && c < 0x7f && !strchr("()<>@,;:\\\"/[]?=*'%", c);
}

/* RFC 2231: name*0*=utf-8''...; as many segments as lines are needed. */
static void put_extended(const char *name, str_t value, struct buf *out)
{
    CLEANUP_BUF struct buf v = BUF_INIT(3 * value.n + 16);
    v.secret = out->secret;
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char) value.p[i];
        if (is_token_char(c))
            buf_char(&v, (char) c);
        else
            buf_printf(&v, "%%%02X", c);
    }
    str_t s = buf_view(&v);
    bool split = s.n > 50;
    for (unsigned k = 0; s.n > 0; k++) {
        size_t n = s.n < 50 ? s.n : 50;
        while (n < s.n && n > 0 && (s.p[n - 1] == '%' || (n > 1 && s.p[n - 2] == '%')))
            n--;
        if (split)
            buf_printf(out, ";\r\n %s*%u*=%s", name, k, k == 0 ? "utf-8''" : "");
        else
            buf_printf(out, ";\r\n %s*=utf-8''", name);
        buf_str(out, str_sub(s, 0, n));
        s = str_sub(s, n, s.n);
    }
}

void field_put_param(const char *name, str_t value, struct buf *out)
{
    bool plain = value.n <= 60;
    for (size_t i = 0; plain && i < value.n; i++) {
        unsigned char c = (unsigned char) value.p[i];
        plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '%';
    }
    if (plain && str_find(value, STR("=?")) < 0)
        buf_printf(out, ";\r\n %s=\"%.*s\"", name, STR_ARG(value));
    else
        put_extended(name, value, out);
}

bool field_type_is_safe(str_t type)
{
    str_t top, sub;
    if (type.n > 70 || !str_cut(type, '/', &top, &sub) || top.n == 0 || sub.n == 0) return false;
    for (size_t i = 0; i < type.n; i++)
        if (type.p + i != sub.p - 1 && !is_token_char((unsigned char) type.p[i])) return false;
    return !str_ieq(top, STR("message")) && !str_ieq(top, STR("multipart"));
}

void field_put_hp_outer(str_t fields, struct buf *out)
{
    str_t line;
    while (fields.n > 0 && str_cut(fields, '\n', &line, &fields)) {
        if (line.n > 0 && line.p[0] != ' ' && line.p[0] != '\t') buf_cstr(out, "HP-Outer: ");
        buf_str(out, line);
        buf_char(out, '\n');
    }
}

void field_put_date(int64_t seconds, int zone_minutes, struct buf *out)
{
    static const char days[] = "ThuFriSatSunMonTueWed";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t local = seconds + zone_minutes * 60;
    int64_t day = local / 86400, rest = local % 86400;
    if (rest < 0) {
        rest += 86400;
        day--;
    }
    /* civil date of a day number (Gregorian, eras of 400 years from 1 March 0000) */
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;
    int64_t y = yoe + era * 400 + (m <= 2);
    int zone = zone_minutes < 0 ? -zone_minutes : zone_minutes;
    buf_printf(out, "%.3s, %02d %.3s %04d %02d:%02d:%02d %c%02d%02d",
               days + 3 * (((day % 7) + 7) % 7), (int) d, months + 3 * (m - 1), (int) y,
               (int) (rest / 3600), (int) (rest / 60 % 60), (int) (rest % 60),
               zone_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
}
