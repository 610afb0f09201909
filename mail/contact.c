#include "mail/contact.h"

#include "mail/entity.h"
#include "mail/text.h"

enum { MAX_VALUE = 8192, MAX_LINE = 64 << 10, MAX_NOTE_LINES = 200 /* of text_lines */ };

/* --- lines -------------------------------------------------------------------------------------
 */

struct line {
    str_t name, params, value; /* "TEL", "TYPE=work;...", raw value */
};

/* One line of the file without its end; false at the end. */
static bool next_raw(struct contact_reader *r, str_t *out)
{
    if (r->left.n == 0) return false;
    r->lines++;
    str_cut(r->left, '\n', out, &r->left);
    if (out->n && out->p[out->n - 1] == '\r') out->n--;
    return true;
}

static bool is_quoted_printable(str_t line)
{
    str_t head, value;
    return str_cut(line, ':', &head, &value) && str_ifind(head, STR("QUOTED-PRINTABLE")) >= 0;
}

/* With the lines that continue it: those that begin with a blank, and after a soft line break of
 * vCard 2.1. What is longer than MAX_LINE (photographs) is cut. Whether it is quoted-printable is
 * asked once: what was read is not read again for every line that goes on. */
static bool next_line(struct contact_reader *r)
{
    struct buf *b = &r->line;
    str_t raw;
    bool coded = false;
    buf_clear(b);
    if (!next_raw(r, &raw)) return false;
    buf_str(b, str_sub(raw, 0, MAX_LINE));
    bool cut = raw.n > MAX_LINE;
    while (r->left.n > 0) {
        bool folded = r->left.p[0] == ' ' || r->left.p[0] == '\t';
        bool soft =
            !folded && str_ends(raw, STR("=")) && (coded || is_quoted_printable(buf_view(b)));
        if (!folded && !soft) break;
        coded = coded || soft;
        if (soft && !cut) b->n--;
        next_raw(r, &raw);
        if (folded) raw = str_sub(raw, 1, raw.n);
        cut = cut || b->n + raw.n > MAX_LINE;
        if (!cut) buf_str(b, raw);
    }
    return true;
}

/* The colon that ends name and parameters: not one in quotes. */
static bool split_line(str_t s, struct line *out)
{
    bool quoted = false;
    size_t colon = 0;
    for (; colon < s.n && (quoted || s.p[colon] != ':'); colon++)
        if (s.p[colon] == '"') quoted = !quoted;
    if (colon == s.n) return false;
    str_t head = str_sub(s, 0, colon), group, rest;
    str_cut(head, ';', &head, &out->params);
    if (str_cut(head, '.', &group, &rest)) head = rest; /* "item1.TEL" */
    out->name = str_trim(head);
    out->value = str_sub(s, colon + 1, s.n);
    return out->name.n > 0;
}

static str_t param_of(str_t params, str_t name)
{
    while (params.n > 0) {
        str_t one, key, value;
        str_cut(params, ';', &one, &params);
        if (str_cut(one, '=', &key, &value) && str_ieq(str_trim(key), name)) return value;
    }
    return STR_NULL;
}

/* --- values ------------------------------------------------------------------------------------
 */

/* RFC 6350 section 3.4: "\n", "\,", "\;", "\\". */
static str_t unescape(str_t s, struct arena *a)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < s.n; i++) {
        if (s.p[i] != '\\' || i + 1 == s.n) {
            p[n++] = s.p[i];
            continue;
        }
        char c = s.p[++i];
        p[n++] = c == 'n' || c == 'N' ? '\n' : c;
    }
    return str_n(p, p ? n : 0);
}

static str_t decoded(const struct line *l, struct arena *a)
{
    CLEANUP_BUF struct buf raw = BUF_INIT_SECRET(MAX_LINE), text = BUF_INIT_SECRET(MAX_LINE * 4);
    str_t v = str_sub(l->value, 0, MAX_VALUE);
    if (str_ifind(l->params, STR("QUOTED-PRINTABLE")) < 0) return v;
    if (!mime_qp_decode(v, &raw) ||
        charset_to_utf8(param_of(l->params, STR("CHARSET")), buf_view(&raw), &text, NULL) != RC_OK)
        return STR("");
    return arena_str(a, buf_view(&text));
}

/* Components between unescaped separators, those that say something, joined. */
static str_t joined(str_t v, char separator, const char *glue, struct arena *a)
{
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(MAX_VALUE * 4);
    for (size_t from = 0, i = 0; i <= v.n; i++) {
        if (i < v.n && v.p[i] == '\\') {
            i++;
            continue;
        }
        if (i < v.n && v.p[i] != separator) continue;
        str_t one = str_trim(unescape(str_sub(v, from, i), a));
        if (one.n && b.n) buf_cstr(&b, glue);
        buf_str(&b, one);
        from = i + 1;
    }
    return arena_str(a, buf_view(&b));
}

/* Family;Given;Additional;Prefix;Suffix as it is spoken. */
static str_t spoken_name(str_t v, struct arena *a)
{
    str_t part[5] = {STR_NULL};
    for (size_t i = 0; i < 5 && v.n > 0; i++)
        str_cut(v, ';', &part[i], &v);
    str_t all = arena_printf(a, "%.*s %.*s %.*s %.*s %.*s", STR_ARG(part[3]), STR_ARG(part[1]),
                             STR_ARG(part[2]), STR_ARG(part[0]), STR_ARG(part[4]));
    return joined(all, ' ', " ", a);
}

static str_t label_of(str_t params)
{
    static const str_t words[] = {STR_INIT("fax"), STR_INIT("cell"), STR_INIT("work"),
                                  STR_INIT("home")};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_ifind(params, words[i]) >= 0) return words[i];
    return STR("");
}

static void add_value(struct contact_values *list, const struct line *l, str_t value,
                      struct arena *a)
{
    str_t clean = text_lines(value, a);
    if (!clean.n) return;
    list->more = list->more || list->count == CONTACT_MAX_VALUES;
    if (list->count == CONTACT_MAX_VALUES) return;
    list->list[list->count++] =
        (struct contact_value){.value = clean, .label = label_of(l->params)};
}

static void set_once(str_t *field, str_t value, struct arena *a)
{
    str_t clean = text_one_line(value, a);
    if (!field->n && clean.n) *field = clean;
}

/* "data:application/pkix-cert;base64,..." of version 4; version 3 says ENCODING=b. Keys of other
 * kinds (OpenPGP), and places to fetch one from, are null. */
static str_t key_of(const struct line *l)
{
    str_t v = str_trim(l->value), kind, data;
    if (str_ifind(l->params, STR("PGP")) >= 0) return STR_NULL;
    if (!str_istarts(v, STR("data:")))
        return str_ifind(l->params, STR("ENCODING=B")) < 0 ? STR_NULL : v;
    if (!str_cut(v, ',', &kind, &data) || str_ifind(kind, STR(";base64")) < 0 ||
        str_ifind(kind, STR("pgp")) >= 0)
        return STR_NULL;
    return data;
}

static void add_key(struct contact *c, const struct line *l, struct arena *a)
{
    str_t v = key_of(l);
    c->other_keys = c->other_keys || !v.p;
    if (v.n == 0) return;
    c->more_keys = c->more_keys || c->key_count == CONTACT_MAX_KEYS;
    if (c->key_count == CONTACT_MAX_KEYS) return;
    str_t copy = arena_str(a, v);
    if (copy.n > 0) c->keys[c->key_count++] = copy;
}

/* The first one. */
static void set_note(struct contact *c, const struct line *l, str_t plain, struct arena *a)
{
    size_t lines = 1;
    if (c->note.n) {
        c->note_cut = true;
        return;
    }
    for (size_t i = 0; i < plain.n; i++)
        lines += plain.p[i] == '\n';
    c->note = text_lines(plain, a);
    c->note_cut = l->value.n > MAX_VALUE || lines > MAX_NOTE_LINES;
}

static void read_property(struct contact *c, const struct line *l, struct arena *a)
{
    if (str_ieq(l->name, STR("KEY"))) {
        add_key(c, l, a);
        return;
    }
    str_t raw = decoded(l, a), plain = unescape(raw, a), scheme, rest;
    if (str_ieq(l->name, STR("FN"))) {
        str_t name = text_one_line(plain, a);
        if (name.n) c->name = name; /* before what N says */
    } else if (str_ieq(l->name, STR("N"))) {
        set_once(&c->name, spoken_name(raw, a), a);
    } else if (str_ieq(l->name, STR("ORG"))) {
        set_once(&c->organization, joined(raw, ';', ", ", a), a);
    } else if (str_ieq(l->name, STR("TITLE"))) {
        set_once(&c->title, plain, a);
    } else if (str_ieq(l->name, STR("BDAY"))) {
        set_once(&c->birthday, plain, a);
    } else if (str_ieq(l->name, STR("NOTE"))) {
        set_note(c, l, plain, a);
    } else if (str_ieq(l->name, STR("EMAIL"))) {
        add_value(&c->emails, l, text_one_line(plain, a), a);
    } else if (str_ieq(l->name, STR("TEL"))) {
        if (str_cut(plain, ':', &scheme, &rest) && str_ieq(scheme, STR("tel"))) plain = rest;
        add_value(&c->phones, l, text_one_line(plain, a), a);
    } else if (str_ieq(l->name, STR("ADR"))) {
        add_value(&c->addresses, l, joined(raw, ';', "\n", a), a);
    } else if (str_ieq(l->name, STR("URL"))) {
        add_value(&c->urls, l, text_one_line(plain, a), a);
    }
}

/* --- cards -------------------------------------------------------------------------------------
 */

static bool is_card(const struct line *l)
{
    return str_ieq(str_trim(l->value), STR("VCARD"));
}

void contact_reader_start(struct contact_reader *r, str_t text)
{
    if (str_starts(text, STR("\xef\xbb\xbf"))) text = str_sub(text, 3, text.n);
    *r = (struct contact_reader){.left = text, .line = BUF_INIT_SECRET(MAX_LINE)};
}

void contact_reader_free(struct contact_reader *r)
{
    buf_free(&r->line);
}

static bool find_begin(struct contact_reader *r)
{
    struct line l;
    while (r->began == 0) {
        size_t at = r->lines + 1;
        if (!next_line(r)) return false;
        if (split_line(buf_view(&r->line), &l) && str_ieq(l.name, STR("BEGIN")) && is_card(&l))
            r->began = at;
    }
    return true;
}

bool contact_reader_next(struct contact_reader *r, struct arena *a, struct contact *out)
{
    struct line l;
    if (!find_begin(r)) return false;
    *out = (struct contact){.line = r->began};
    r->began = 0;
    for (;;) {
        size_t at = r->lines + 1;
        if (!next_line(r)) return true; /* without an end */
        if (!split_line(buf_view(&r->line), &l)) continue;
        if (str_ieq(l.name, STR("END")) && is_card(&l)) return true;
        if (str_ieq(l.name, STR("BEGIN")) && is_card(&l)) {
            r->began = at;
            return true;
        }
        read_property(out, &l, a);
    }
}

rc_t contacts_read(str_t text, struct arena *a, struct contacts *out, struct err *e)
{
    struct contacts all = {.list = NULL};
    struct contact_reader r;
    if (text.n > CONTACT_MAX_BYTES) return err_set(e, RC_TOO_LARGE, "The card is too long.");
    all.list = ARENA_ARRAY(a, CONTACT_MAX, struct contact);
    struct contact *more = ARENA_NEW(a, struct contact); /* counted only */
    if (!all.list || !more) return err_set(e, RC_NO_MEMORY, NULL);
    contact_reader_start(&r, text);
    while (contact_reader_next(&r, a, all.count < CONTACT_MAX ? &all.list[all.count] : more)) {
        all.total++;
        if (all.count < CONTACT_MAX) all.count++;
    }
    contact_reader_free(&r);
    if (all.total == 0) return err_set(e, RC_DAMAGED, "There is no card in this file.");
    *out = all;
    return RC_OK;
}
