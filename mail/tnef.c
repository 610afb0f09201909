#include "mail/tnef.h"

#include <stdio.h>

#include "mail/entity.h"
#include "mail/param.h"
#include "mail/text.h"

enum {
    SIGNATURE = 0x223e9f78,
    SUBJECT = 0x00018004,
    BODY = 0x0002800c,
    CODE_PAGE = 0x00069007,
    MESSAGE_PROPERTIES = 0x00069003,
    FILE_BEGINS = 0x00069002,
    FILE_TITLE = 0x00018010,
    FILE_DATA = 0x0006800f,
    FILE_PROPERTIES = 0x00069005
};

enum { P_SUBJECT = 0x0037, P_BODY = 0x1000, P_RTF = 0x1009, P_HTML = 0x1013 };
enum { P_DISPLAY_NAME = 0x3001, P_DATA = 0x3701, P_NAME = 0x3704, P_LONG_NAME = 0x3707 };
enum { P_TYPE = 0x370e, P_CONTENT_ID = 0x3712 };
enum { T_OBJECT = 0x0d, T_STRING = 0x1e, T_UNICODE = 0x1f, T_BINARY = 0x102, T_MANY = 0x1000 };

struct file {
    str_t title, display, name, long_name, type, content_id, bytes;
    bool nested;
};

struct reading {
    struct arena *a;
    struct err *e;
    struct tnef out;
    uint32_t code_page;
    unsigned items; /* attributes and properties so far */
    bool in_file;
    struct file file;
    str_t text, html, rtf;
};

/* --- bytes -------------------------------------------------------------------------------------
 */

/* Takes n bytes off s; false when there are not so many. */
static bool take(str_t *s, size_t n, str_t *out)
{
    if (n > s->n) return false;
    *out = str_sub(*s, 0, n);
    *s = str_sub(*s, n, s->n);
    return true;
}

static bool take_number(str_t *s, unsigned bytes, uint32_t *out)
{
    str_t raw;
    if (!take(s, bytes, &raw)) return false;
    uint32_t v = 0;
    for (unsigned i = bytes; i > 0; i--)
        v = v << 8 | (unsigned char) raw.p[i - 1];
    *out = v;
    return true;
}

/* n bytes and what fills them up to a multiple of four; at the very end that may be missing. */
static bool take_padded(str_t *s, size_t n, str_t *out)
{
    if (!take(s, n, out)) return false;
    size_t fill = (4 - n % 4) % 4;
    *s = str_sub(*s, fill < s->n ? fill : s->n, s->n);
    return true;
}

static str_t until_nul(str_t s)
{
    ptrdiff_t nul = str_chr(s, '\0');
    return nul < 0 ? s : str_sub(s, 0, (size_t) nul);
}

/* --- texts -------------------------------------------------------------------------------------
 */

static str_t from_charset(struct reading *r, str_t charset, str_t bytes)
{
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(bytes.n * 4 + 64);
    if (charset_to_utf8(charset, bytes, &b, NULL) != RC_OK) return STR("");
    str_t v = arena_str(r->a, buf_view(&b));
    return v.p ? v : STR("");
}

static str_t from_code_page(struct reading *r, str_t bytes)
{
    char name[32];
    int n = snprintf(name, sizeof name, "%s%u", r->code_page == 65001 ? "utf-" : "windows-",
                     r->code_page == 65001 ? 8 : r->code_page);
    bytes = until_nul(bytes);
    return from_charset(r, r->code_page ? str_n(name, (size_t) n) : STR_NULL, bytes);
}

static str_t from_utf16(struct reading *r, str_t bytes)
{
    size_t n = 0;
    while (n + 1 < bytes.n && (bytes.p[n] || bytes.p[n + 1]))
        n += 2;
    return from_charset(r, STR("utf-16le"), str_sub(bytes, 0, n));
}

static str_t text_of(struct reading *r, unsigned type, str_t value)
{
    return type == T_UNICODE ? from_utf16(r, value) : from_code_page(r, value);
}

/* --- files -------------------------------------------------------------------------------------
 */

static str_t lower_type(struct reading *r, str_t type)
{
    str_t v = arena_lower(r->a, str_trim(type));
    ptrdiff_t slash = str_chr(v, '/');
    bool good = slash > 0 && (size_t) slash + 1 < v.n && v.n < 128;
    for (size_t i = 0; good && i < v.n; i++)
        good = (v.p[i] >= 'a' && v.p[i] <= 'z') || (v.p[i] >= '0' && v.p[i] <= '9') ||
               (v.p[i] != '\0' && strchr("/!#$&-^_.+", v.p[i]));
    return good ? v : STR("application/octet-stream");
}

static void add(struct reading *r, str_t name, str_t type, str_t content_id, str_t bytes)
{
    if (r->out.total++ >= TNEF_MAX_FILES) return;
    str_t safe = param_file_name(name, r->a);
    r->out.files[r->out.count++] =
        (struct tnef_file){.name = safe.n ? safe : STR("attachment"),
                           .type = type,
                           .content_id = content_id.n ? content_id : STR_NULL,
                           .bytes = bytes};
}

static void end_file(struct reading *r)
{
    const struct file *f = &r->file;
    str_t name = f->long_name.n ? f->long_name : f->title.n ? f->title : f->name;
    str_t type = f->nested ? STR("application/ms-tnef") : lower_type(r, f->type);
    if (!name.n) name = f->display;
    if (f->nested) name = arena_printf(r->a, "%.*s.dat", STR_ARG(name.n ? name : STR("message")));
    if (r->in_file) add(r, name, type, f->content_id, f->bytes);
    r->in_file = false;
    r->file = (struct file){.nested = false};
}

/* --- properties --------------------------------------------------------------------------------
 */

/* Bytes of a value of a fixed size; 0: of a varying one, or unknown. */
static unsigned fixed_size(unsigned type)
{
    switch (type) {
    case 0x02: /* 16 bits, filled up */
    case 0x03:
    case 0x04:
    case 0x0a:
    case 0x0b:
        return 4;
    case 0x05:
    case 0x06:
    case 0x07:
    case 0x14:
    case 0x40:
        return 8;
    case 0x48:
        return 16;
    default:
        return 0;
    }
}

/* A property with a name of its own (MS-OXTNEF 2.1.3.4): the name is passed over. */
static bool skip_name(str_t *s)
{
    str_t guid, name;
    uint32_t kind, n;
    if (!take(s, 16, &guid) || !take_number(s, 4, &kind) || !take_number(s, 4, &n)) return false;
    return kind == 0 || take_padded(s, n, &name); /* kind 0: n is the name */
}

/* The first value, if it is one of bytes, in *out. False: the list cannot be read on. */
static bool take_values(struct reading *r, str_t *s, unsigned type, str_t *out)
{
    unsigned base = type & ~(unsigned) T_MANY, size = fixed_size(base);
    bool varying = base == T_OBJECT || base == T_STRING || base == T_UNICODE || base == T_BINARY;
    uint32_t count = 1, n;
    str_t value;
    if (base == 0x00 || base == 0x01) return true; /* nothing at all */
    if (!varying && !size) return false;
    if ((varying || (type & T_MANY)) && !take_number(s, 4, &count)) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (++r->items > TNEF_MAX_ITEMS) return false;
        if (!varying) {
            if (!take(s, size, &value)) return false;
            continue;
        }
        if (!take_number(s, 4, &n) || !take_padded(s, n, &value)) return false;
        if (i == 0) *out = value;
    }
    return true;
}

static void file_property(struct reading *r, unsigned id, unsigned type, str_t value)
{
    struct file *f = &r->file;
    if (id == P_LONG_NAME) f->long_name = text_of(r, type, value);
    if (id == P_NAME) f->name = text_of(r, type, value);
    if (id == P_DISPLAY_NAME) f->display = text_of(r, type, value);
    if (id == P_TYPE) f->type = text_of(r, type, value);
    if (id == P_CONTENT_ID) f->content_id = text_one_line(text_of(r, type, value), r->a);
    if (id != P_DATA || value.n == 0) return;
    /* An object begins with what it is; a message in it is TNEF again. */
    str_t inside = type == T_OBJECT ? str_sub(value, 16, value.n) : value;
    f->nested = type == T_OBJECT && str_starts(inside, STR("\x78\x9f\x3e\x22"));
    f->bytes = inside;
}

static void message_property(struct reading *r, unsigned id, unsigned type, str_t value)
{
    bool text = type == T_STRING || type == T_UNICODE;
    if (id == P_SUBJECT && text) r->out.subject = text_one_line(text_of(r, type, value), r->a);
    if (id == P_BODY && text) r->text = text_of(r, type, value);
    if (id == P_HTML) r->html = text ? text_of(r, type, value) : value;
    if (id == P_RTF) r->rtf = value;
}

static void read_properties(struct reading *r, str_t s, bool of_file)
{
    uint32_t count, type, id;
    if (!take_number(&s, 4, &count)) return;
    for (uint32_t i = 0; i < count && r->items < TNEF_MAX_ITEMS; i++) {
        str_t value = STR_NULL;
        if (!take_number(&s, 2, &type) || !take_number(&s, 2, &id)) return;
        if (id >= 0x8000 && !skip_name(&s)) return;
        if (!take_values(r, &s, type, &value)) return;
        r->items++;
        if (str_is_null(value) || (type & T_MANY) || id >= 0x8000) continue;
        if (of_file)
            file_property(r, id, type, value);
        else
            message_property(r, id, type, value);
    }
}

/* --- attributes --------------------------------------------------------------------------------
 */

static void read_attribute(struct reading *r, uint32_t id, str_t value)
{
    switch (id) {
    case CODE_PAGE:
        (void) take_number(&value, 4, &r->code_page);
        break;
    case SUBJECT:
        if (!r->out.subject.n) r->out.subject = text_one_line(from_code_page(r, value), r->a);
        break;
    case BODY:
        if (!r->text.n) r->text = from_code_page(r, value);
        break;
    case MESSAGE_PROPERTIES:
        read_properties(r, value, false);
        break;
    case FILE_BEGINS:
        end_file(r);
        r->in_file = true;
        break;
    case FILE_TITLE:
        r->file.title = from_code_page(r, value);
        break;
    case FILE_DATA:
        if (!r->file.bytes.n) r->file.bytes = value;
        break;
    case FILE_PROPERTIES:
        read_properties(r, value, true);
        break;
    default:
        break;
    }
}

static rc_t add_body(struct reading *r)
{
    CLEANUP_BUF struct buf rtf = BUF_INIT_SECRET(TNEF_MAX_BODY);
    if (r->html.n) add(r, STR("body.html"), STR("text/html"), STR_NULL, r->html);
    if (r->rtf.n && tnef_rtf(r->rtf, &rtf) && rtf.n > 0) {
        str_t bytes = arena_str(r->a, buf_view(&rtf));
        if (str_is_null(bytes)) return err_set(r->e, RC_NO_MEMORY, NULL);
        add(r, STR("body.rtf"), STR("application/rtf"), STR_NULL, bytes);
    } else if (r->text.n && !r->html.n) {
        add(r, STR("body.txt"), STR("text/plain"), STR_NULL, r->text);
    }
    return RC_OK;
}

rc_t tnef_read(str_t bytes, struct arena *a, struct tnef *out, struct err *e)
{
    struct reading r = {.a = a, .e = e};
    uint32_t signature, key, level, id, n, checksum;
    str_t value;
    if (!take_number(&bytes, 4, &signature) || signature != SIGNATURE ||
        !take_number(&bytes, 2, &key))
        return err_set(e, RC_DAMAGED, "This is no winmail.dat.");
    r.out.files = ARENA_ARRAY(a, TNEF_MAX_FILES, struct tnef_file);
    if (!r.out.files) return err_set(e, RC_NO_MEMORY, NULL);
    while (r.items++ < TNEF_MAX_ITEMS && take_number(&bytes, 1, &level) &&
           take_number(&bytes, 4, &id) && take_number(&bytes, 4, &n) && take(&bytes, n, &value)) {
        read_attribute(&r, id, value);
        if (!take_number(&bytes, 2, &checksum)) break;
    }
    end_file(&r);
    TRY(add_body(&r));
    if (!r.out.subject.n) r.out.subject = STR_NULL;
    *out = r.out;
    return RC_OK;
}
