/* Header fields of mail that others wrote: which go where, and in which form. */
#include "mail/rewrite_part.h"

#include "mail/build_part.h"
#include "mail/param.h"
#include "mail/text.h"

#define LINE_LONGEST 998 /* RFC 5322 section 2.1.1 */
#define FOLD_AT 76
#define TEXT_LONGEST ((size_t) 128 * 1024) /* of a field that is encoded again */

/* --- safe lines ------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Without its end. */
static bool is_safe_line(str_t line)
{
    if (line.n > LINE_LONGEST || str_starts(line, STR("From "))) return false;
    if (line.n > 0 && is_blank(line.p[line.n - 1])) return false;
    unsigned char seen = 0;
    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char) line.p[i];
        seen |= c;
        if (c == '\0' || c == '\r') return false;
    }
    return seen < 0x80;
}

bool rewrite_is_safe(str_t lines)
{
    while (lines.n > 0) {
        const char *nl = memchr(lines.p, '\n', lines.n);
        size_t n = nl ? (size_t) (nl - lines.p) : lines.n;
        if (nl && (n == 0 || lines.p[n - 1] != '\r')) return false;
        if (!is_safe_line(str_sub(lines, 0, nl ? n - 1 : n))) return false;
        lines = str_sub(lines, nl ? n + 1 : n, lines.n);
    }
    return true;
}

/* --- one field ------------------------------------------------------------------------------- */

/* "Name: value" as it stands in the mail. */
static str_t span_of(const struct field *f)
{
    return str_n(f->name.p, (size_t) (f->value.p - f->name.p) + f->value.n);
}

static void put_line(str_t line, struct buf *out)
{
    for (size_t i = 0; i < line.n;) {
        size_t from = i;
        while (i < line.n && line.p[i] != '\r' && line.p[i] != '\0')
            i++;
        buf_str(out, str_sub(line, from, i));
        if (i < line.n) buf_char(out, ' ');
        i += i < line.n;
    }
    buf_cstr(out, "\r\n");
}

/* Blanks of a line that has nothing else belong to the next one. None stand before the colon: a
 * first line "From :" would look like what separates messages in a file. */
void rewrite_put_field(const struct field *f, struct buf *out)
{
    str_t rest = f->value, line;
    buf_printf(out, "%.*s:", STR_ARG(f->name));
    for (bool first = true; !str_is_null(rest); first = false) {
        if (!str_cut(rest, '\n', &line, &rest)) rest = STR_NULL;
        if (line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
        if (first || str_trim(line).n > 0)
            put_line(line, out);
        else if (!str_is_null(rest) && str_trim(rest).n > 0)
            buf_str(out, line);
    }
}

/* Between two words: only there may a line be broken so that every reader puts it together again.
 */
static bool is_gap(str_t s, size_t i)
{
    return is_blank(s.p[i]) && i > 0 && i + 1 < s.n && !is_blank(s.p[i - 1]) &&
           !is_blank(s.p[i + 1]);
}

static void put_folded(str_t name, str_t flat, struct buf *out)
{
    size_t col = name.n + 2;
    buf_printf(out, "%.*s:%s", STR_ARG(name), flat.n > 0 ? " " : "");
    for (size_t from = 0; from < flat.n;) {
        size_t to = from + 1;
        while (to < flat.n && !is_gap(flat, to))
            to++;
        if (col + to - from > FOLD_AT && from > 0) {
            buf_cstr(out, "\r\n");
            col = 0;
        }
        buf_str(out, str_sub(flat, from, to));
        col += to - from;
        from = to;
    }
    buf_cstr(out, "\r\n");
}

static bool is_any(str_t name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_ieq(name, str_c(names[i]))) return true;
    return false;
}
#define IS_ANY(name, list) is_any((name), (list), sizeof(list) / sizeof(list)[0])

static bool put_addresses(const char *name, str_t value, struct arena *a, struct buf *out)
{
    struct mail_address *list = NULL;
    size_t n = 0;
    if (header_addresses(value, a, &list, &n, NULL) != RC_OK || n == 0) return false;
    buf_printf(out, "%s: ", name);
    if (build_address_list(list, n, out, NULL) != RC_OK) return false;
    buf_cstr(out, "\r\n");
    return true;
}

/* A boundary keeps the form that all readers know. */
static bool put_param(const struct param *p, struct arena *a, struct buf *out)
{
    char *name = arena_cstr(a, p->name);
    if (!name) return false;
    bool boundary = str_eq(p->name, STR("boundary"));
    if (boundary && str_is_clean(p->value) && str_chr(p->value, '"') < 0 &&
        str_chr(p->value, '\\') < 0)
        buf_printf(out, ";\r\n %s=\"%.*s\"", name, STR_ARG(p->value));
    else
        field_put_param(name, p->value, out);
    return true;
}

static bool put_params(str_t name, const struct param_value *v, struct arena *a, struct buf *out)
{
    buf_printf(out, "%.*s: %.*s", STR_ARG(name), STR_ARG(v->token));
    for (size_t i = 0; i < v->count; i++)
        if (!put_param(&v->params[i], a, out)) return false;
    buf_cstr(out, "\r\n");
    return true;
}

static bool same_params(const struct param_value *x, const struct param_value *y)
{
    if (!str_eq(x->token, y->token) || x->count != y->count) return false;
    for (size_t i = 0; i < x->count; i++)
        if (!str_eq(x->params[i].value, param_find(y->params, y->count, x->params[i].name)))
            return false;
    return true;
}

/* The value of the one field that text is. */
static str_t value_in(str_t text)
{
    ptrdiff_t colon = str_chr(text, ':');
    return str_trim(str_sub(text, (size_t) (colon + 1), text.n));
}

static bool put_params_again(const struct field *f, struct arena *a, struct buf *out)
{
    struct param_value old, new;
    size_t from = out->n;
    if (param_parse(f->value, a, &old, NULL) != RC_OK || !put_params(f->name, &old, a, out))
        return false;
    str_t text = value_in(str_n(out->p + from, out->n - from));
    return param_parse(text, a, &new, NULL) == RC_OK && same_params(&old, &new);
}

/* Other octets than those of ASCII text are in it: encoded by what the field is. */
static bool put_encoded(const struct field *f, struct arena *a, struct buf *out)
{
    static const char *const PARAMS[] = {"Content-Type", "Content-Disposition"};
    static const char *const STRICT[] = {
        "Message-ID", "In-Reply-To",      "References",   "Date", "Content-Transfer-Encoding",
        "Content-ID", "Content-Location", "MIME-Version", "Bcc"};
    if (f->value.n > TEXT_LONGEST) return false;
    if (IS_ANY(f->name, PARAMS)) return put_params_again(f, a, out);
    if (IS_ANY(f->name, STRICT)) return false;
    char *name = arena_cstr(a, f->name);
    if (!name) return false;
    if (rewrite_is_address_field(f->name)) return put_addresses(name, f->value, a, out);
    return build_text_field(name, header_text(f->value, a), out, NULL) == RC_OK;
}

static bool is_ascii_text(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char) s.p[i] < ' ' && s.p[i] != '\t') || (unsigned char) s.p[i] >= 0x7f)
            return false;
    return true;
}

bool rewrite_put_safe_field(const struct field *f, struct arena *a, struct buf *out)
{
    size_t before = out->n;
    str_t span = span_of(f);
    if (rewrite_is_safe(span)) {
        buf_str(out, span);
        return buf_cstr(out, "\r\n");
    }
    CLEANUP_BUF struct buf line = BUF_INIT(f->value.n + 16);
    text_unfold(f->value, &line);
    str_t flat = str_trim(buf_view(&line));
    bool ok = true;
    if (is_ascii_text(flat))
        put_folded(f->name, flat, out);
    else
        ok = put_encoded(f, a, out);
    if (ok && !out->failed && rewrite_is_safe(str_n(out->p + before, out->n - before))) return true;
    if (!out->failed) out->n = before;
    return false;
}

/* --- which ----------------------------------------------------------------------------------- */

bool rewrite_is_address_field(str_t name)
{
    static const char *const NAMES[] = {
        "From", "Sender", "Reply-To", "To", "Cc", "Followup-To", "Disposition-Notification-To"};
    return IS_ANY(name, NAMES);
}

bool rewrite_is_content_field(str_t name)
{
    return str_istarts(name, STR("Content-"));
}

bool rewrite_is_protected_field(str_t name)
{
    static const char *const NAMES[] = {"From",
                                        "Sender",
                                        "Reply-To",
                                        "To",
                                        "Cc",
                                        "Subject",
                                        "Date",
                                        "Message-ID",
                                        "In-Reply-To",
                                        "References",
                                        "Comments",
                                        "Keywords",
                                        "Organization",
                                        "Followup-To",
                                        "Importance",
                                        "Sensitivity",
                                        "X-Priority",
                                        "Disposition-Notification-To",
                                        "X-Waxseal-Request"};
    return IS_ANY(name, NAMES);
}

static bool stays_outside(const struct rewrite_outer *o, str_t name)
{
    if (str_ieq(name, STR("HP-Outer"))) return false;
    if (str_ieq(name, STR("Bcc")) || str_ieq(name, STR("Resent-Bcc"))) return o->bcc;
    if (rewrite_is_content_field(name)) return o->content;
    if (str_istarts(name, STR("X-Waxseal-"))) return o->own;
    return true;
}

rc_t rewrite_put_outer(const struct rewrite_outer *o, struct buf *out, struct err *e)
{
    bool replace = !str_is_null(o->subject), replaced = false;
    for (size_t i = 0; i < o->root->field_count; i++) {
        const struct field *f = &o->root->fields[i];
        if (!stays_outside(o, f->name)) continue;
        if (!replace || !str_ieq(f->name, STR("Subject"))) {
            rewrite_put_field(f, out);
            continue;
        }
        if (!replaced) TRY(build_text_field("Subject", o->subject, out, e));
        replaced = true;
    }
    if (replace && !replaced) TRY(build_text_field("Subject", o->subject, out, e));
    return out->failed ? err_set(e, RC_TOO_LARGE, NULL) : RC_OK;
}

/* --- Content-Type of the root ---------------------------------------------------------------- */

static bool is_dropped(const struct param *p, bool message)
{
    return str_eq(p->name, STR("hp")) || str_eq(p->name, STR("hp-scheme")) ||
           str_eq(p->name, STR("hp-legacy-display")) || str_eq(p->name, STR("protected-headers")) ||
           (message && str_eq(p->name, STR("forwarded")));
}

static bool is_type(str_t token)
{
    str_t type, subtype;
    return str_cut(token, '/', &type, &subtype) && type.n > 0 && subtype.n > 0;
}

/* What it is to say; *changed: more than hp is new. */
static bool wanted_type(const struct field *f, const char *hp, const char *charset, struct arena *a,
                        struct param_value *out, bool *changed)
{
    struct param_value old = {.token = STR("")};
    if (f && param_parse(f->value, a, &old, NULL) != RC_OK) return false;
    *changed = !f || !is_type(old.token);
    *out = (struct param_value){.token = is_type(old.token) ? old.token : STR("text/plain")};
    out->params = ARENA_ARRAY(a, old.count + 2, struct param);
    if (!out->params) return false;
    if (charset) out->params[out->count++] = (struct param){STR("charset"), str_c(charset)};
    if (hp) out->params[out->count++] = (struct param){STR("hp"), str_c(hp)};
    for (size_t i = 0; i < old.count; i++) {
        if (is_dropped(&old.params[i], str_starts(old.token, STR("message/"))))
            *changed = true;
        else
            out->params[out->count++] = old.params[i];
    }
    return true;
}

/* The field as it is, with hp behind the type. Null: out of memory, or the type is not at its
 * beginning. */
static str_t with_hp(const struct field *f, str_t type, const char *hp, struct arena *a)
{
    str_t value = f->value;
    size_t blanks = 0;
    while (blanks < value.n && text_is_blank(value.p[blanks]))
        blanks++;
    str_t rest = str_sub(value, blanks, value.n);
    if (!str_istarts(rest, type)) return STR_NULL;
    rest = str_sub(rest, type.n, rest.n);
    return arena_printf(a, "Content-Type: %.*s;\r\n hp=\"%s\"%.*s", STR_ARG(type), hp,
                        STR_ARG(rest));
}

static bool reads_as(const struct param_value *wanted, size_t from, struct arena *a,
                     const struct buf *out)
{
    struct param_value got;
    if (out->failed) return false;
    str_t text = value_in(str_n(out->p + from, out->n - from));
    return param_parse(text, a, &got, NULL) == RC_OK && same_params(wanted, &got);
}

bool rewrite_put_root_type(const struct field *field, const char *hp, const char *charset,
                           bool safe, struct arena *a, struct buf *out)
{
    struct param_value wanted;
    bool changed;
    size_t from = out->n;
    if (!wanted_type(field, hp, charset, a, &wanted, &changed)) return false;
    str_t line = changed || !hp ? STR_NULL : with_hp(field, wanted.token, hp, a);
    if (!str_is_null(line)) {
        struct field f = {.name = str_sub(line, 0, 12), .value = str_sub(line, 13, line.n)};
        bool put = !safe || rewrite_put_safe_field(&f, a, out);
        if (!safe) rewrite_put_field(&f, out);
        if (put && reads_as(&wanted, from, a, out)) return true;
        if (!out->failed) out->n = from;
    }
    return put_params(STR("Content-Type"), &wanted, a, out) && reads_as(&wanted, from, a, out) &&
           (!safe || rewrite_is_safe(str_n(out->p + from, out->n - from)));
}
