/* Character sets to UTF-8. Only encodings of the table reach iconv: names in mail are the
 * sender's, and glibc's rarer converters are not made for hostile input. Labels follow the
 * WHATWG Encoding standard where it has them (iso-8859-1 means windows-1252, gb2312 means
 * gb18030 ...), because that is what mailers and browsers have agreed on. */
#include <errno.h>
#include <iconv.h>

#include "mail/entity.h"
#include "mail/text.h"

struct label {
    const char *name;  /* lower case */
    const char *iconv; /* NULL: UTF-8 */
};

static const struct label labels[] = {
    {"utf-8", NULL},
    {"utf8", NULL},
    {"unicode-1-1-utf-8", NULL},
    {"utf-8-mac", NULL},
    {"cp65001", NULL},
    {"utf-7", "UTF-7"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"utf-16", "UTF-16"},
    {"utf16", "UTF-16"},
    {"ucs-2", "UTF-16"},
    {"iso-10646-ucs-2", "UTF-16"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
    {"utf-32", "UTF-32"},
    {"utf-32le", "UTF-32LE"},
    {"utf-32be", "UTF-32BE"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"windows-1252", "CP1252"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"us-ascii", "CP1252"},
    {"ascii", "CP1252"},
    {"ansi_x3.4-1968", "CP1252"},
    {"iso-8859-1", "CP1252"},
    {"latin1", "CP1252"},
    {"l1", "CP1252"},
    {"iso-8859-2", "ISO-8859-2"},
    {"latin2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"iso-8859-8-e", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"latin5", "CP1254"},
    {"iso-8859-10", "ISO-8859-10"},
    {"iso-8859-11", "CP874"},
    {"tis-620", "CP874"},
    {"windows-874", "CP874"},
    {"iso-8859-13", "ISO-8859-13"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"latin9", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"koi8-r", "KOI8-R"},
    {"koi8", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"koi8-ru", "KOI8-U"},
    {"macintosh", "MACINTOSH"},
    {"mac", "MACINTOSH"},
    {"x-mac-roman", "MACINTOSH"},
    {"x-mac-cyrillic", "MAC-CYRILLIC"},
    {"x-mac-ukrainian", "MAC-CYRILLIC"},
    {"ibm437", "CP437"},
    {"ibm850", "CP850"},
    {"ibm852", "CP852"},
    {"ibm855", "CP855"},
    {"ibm857", "CP857"},
    {"ibm858", "CP858"},
    {"ibm862", "CP862"},
    {"ibm866", "CP866"},
    {"gb2312", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"euc-cn", "GB18030"},
    {"gbk", "GB18030"},
    {"x-gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"big5-hkscs", "BIG5-HKSCS"},
    {"x-x-big5", "BIG5-HKSCS"},
    {"iso-2022-jp", "ISO-2022-JP-2"},
    {"iso-2022-jp-2", "ISO-2022-JP-2"},
    {"csiso2022jp", "ISO-2022-JP-2"},
    {"cp50220", "ISO-2022-JP-2"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"x-sjis", "CP932"},
    {"windows-31j", "CP932"},
    {"ms_kanji", "CP932"},
    {"windows-932", "CP932"},
    {"windows-936", "GB18030"},
    {"windows-950", "BIG5-HKSCS"},
    {"euc-jp", "EUC-JP-MS"},
    {"x-euc-jp", "EUC-JP-MS"},
    {"euc-kr", "CP949"},
    {"ks_c_5601-1987", "CP949"},
    {"ks_c_5601-1989", "CP949"},
    {"ksc5601", "CP949"},
    {"korean", "CP949"},
    {"windows-949", "CP949"},
    {"iso-2022-kr", "ISO-2022-KR"},
    {"euc-tw", "EUC-TW"},
};

/* Spellings that differ from the table's by a rule: cp1252, x-cp1252, iso8859-1, iso_8859-1,
 * iso-8859-1:1987, latin-1, ansi_x3.110 ... Writes the rewritten name, lower case. */
static bool normal_name(str_t name, char out[48])
{
    size_t n = 0;
    name = str_trim(name);
    if (name.n > 1 && (name.p[0] == '"' || name.p[0] == '\'')) name = str_sub(name, 1, name.n - 1);
    for (size_t i = 0; i < name.n && name.p[i] != ':' && name.p[i] != '*'; i++) {
        char c = name.p[i];
        if (c >= 'A' && c <= 'Z') c = (char) (c + 32);
        if (c <= ' ' || c >= 0x7f || n >= 40) return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return n > 0;
}

static const struct label *find_label(const char *name)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i].name, name) == 0) return &labels[i];
    return NULL;
}

/* prefix of name replaced by another, then looked up. */
static const struct label *find_renamed(const char *name, const char *prefix, const char *instead)
{
    char full[64];
    size_t n = strlen(prefix), m = strlen(instead);
    if (strncmp(name, prefix, n) != 0) return NULL;
    memcpy(full, instead, m);
    memcpy(full + m, name + n, strlen(name + n) + 1);
    return find_label(full);
}

static const struct label *find_charset(str_t charset)
{
    static const char *const renames[][2] = {
        {"cp", "windows-"},
        {"x-cp", "windows-"},
        {"cp-", "windows-"},
        {"cp", "ibm"},
        {"cp-", "ibm"},
        {"iso8859-", "iso-8859-"},
        {"iso_8859-", "iso-8859-"},
        {"iso8859_", "iso-8859-"},
        {"iso-8859", "iso-8859-"},
        {"iso8859", "iso-8859-"},
        {"latin-", "latin"},
        {"win-", "windows-"},
        {"windows", "windows-"},
        {"win", "windows-"},
        {"cs", ""},
        {"x-", ""},
        {"dos-", "ibm"},
    };
    char name[48];
    if (!normal_name(charset, name)) return NULL;
    const struct label *l = find_label(name);
    for (size_t i = 0; !l && i < sizeof renames / sizeof *renames; i++)
        l = find_renamed(name, renames[i][0], renames[i][1]);
    return l;
}

static bool put_utf8(str_t s, struct buf *out)
{
    if (str_is_utf8(s)) return buf_str(out, s);
    for (size_t i = 0; i < s.n;)
        text_put_utf8(out, text_next_utf8(s, &i));
    return !out->failed;
}

/* 0x80..0x9f of windows-1252; the five holes are C1 controls, as browsers have it. */
static const uint16_t cp1252_high[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

static bool put_cp1252(str_t s, struct buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c < 0x80) continue;
        buf_str(out, str_sub(s, from, i));
        text_put_utf8(out, c < 0xa0 ? cp1252_high[c - 0x80] : c);
        from = i + 1;
    }
    return buf_str(out, str_sub(s, from, s.n)) && !out->failed;
}

static bool put_iconv(const char *from, str_t s, struct buf *out)
{
    iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t) -1) return put_cp1252(s, out);
    char *in = (char *) s.p; /* iconv does not write there */
    size_t left = s.n;
    char chunk[4096];
    while (!out->failed) {
        char *o = chunk;
        size_t room = sizeof chunk;
        size_t rc = left ? iconv(cd, &in, &left, &o, &room) : iconv(cd, NULL, NULL, &o, &room);
        int why = errno;
        buf_add(out, chunk, (size_t) (o - chunk));
        if (rc != (size_t) -1 && left == 0 && o == chunk) break;
        if (rc != (size_t) -1 || why == E2BIG) continue;
        buf_cstr(out, "\xef\xbf\xbd"); /* EILSEQ or a cut-off sequence: one byte at a time */
        if (left == 0) break;
        in++;
        left--;
    }
    iconv_close(cd);
    return !out->failed;
}

/* UTF-16 and UTF-32 without a byte order mark: RFC 2781 says big-endian, but the place of the
 * zero bytes tells better. */
static const char *wide_order(const char *name, str_t *s)
{
    bool four = strcmp(name, "UTF-32") == 0;
    if (!four && strcmp(name, "UTF-16") != 0) return name;
    const unsigned char *p = (const unsigned char *) s->p;
    if (s->n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)) && !four) {
        bool little = p[0] == 0xff;
        *s = str_sub(*s, 2, s->n);
        return little ? "UTF-16LE" : "UTF-16BE";
    }
    bool little = s->n >= 2 && p[0] != 0 && p[1] == 0;
    if (four) return s->n >= 4 && p[0] == 0 && p[3] != 0 ? "UTF-32BE" : "UTF-32";
    return little ? "UTF-16LE" : "UTF-16BE";
}

static bool has_8bit(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char) s.p[i] >= 0x80) return true;
    return false;
}

rc_t charset_to_utf8(str_t charset, str_t bytes, struct buf *out, struct err *e)
{
    const struct label *l = find_charset(charset);
    size_t before = out->n;
    bool ok;
    if (bytes.n == 0)
        ok = !out->failed;
    else if (!l)
        ok = text_guess_utf8(bytes, out);
    else if (!l->iconv)
        ok = put_utf8(bytes, out);
    else if (strcmp(l->iconv, "CP1252") != 0)
        ok = put_iconv(wide_order(l->iconv, &bytes), bytes, out);
    else if (str_ifind(charset, STR("ascii")) >= 0 && has_8bit(bytes) && str_is_utf8(bytes))
        ok = buf_str(out, bytes); /* labelled 7-bit, is UTF-8 */
    else
        ok = put_cp1252(bytes, out);
    if (ok) return RC_OK;
    out->n = before;
    if (out->p) out->p[before] = '\0';
    return err_set(e, RC_TOO_LARGE, "The text is too large.");
}
