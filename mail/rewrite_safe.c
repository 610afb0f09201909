/* Content made safe for transport without changing what it says (RFC 8551 section 3.1.3, RFC 2045
 * section 6.4): only leaves can be encoded, so a multipart is written again around its parts. What
 * is safe keeps its octets; what must keep them and is not safe makes the whole impossible.
 */
#include "mail/message_state.h"
#include "mail/rewrite_part.h"

#define BOUNDARY_LONGEST 200

bool rewrite_is_protected(const struct entity *m)
{
    if (str_eq(m->type, STR("multipart")))
        return str_eq(m->subtype, STR("signed")) || str_eq(m->subtype, STR("encrypted"));
    return message_is_cms(m) || message_hides_cms(m);
}

/* Its parts lie in the given bytes: not so inside an encoded message/rfc822. */
static bool is_open(const struct entity *m)
{
    return m->child_count > 0 && m->children[0].raw.p >= m->body.p &&
           m->children[0].raw.p <= m->body.p + m->body.n;
}

/* --- leaves ---------------------------------------------------------------------------------- */

struct content {
    size_t high;   /* octets over 127 */
    bool odd_line; /* NUL, lone CR or LF: not lines of text */
};

static struct content look_at(str_t s)
{
    struct content c = {0};
    for (size_t i = 0; i < s.n; i++) {
        unsigned char u = (unsigned char) s.p[i];
        c.high += u >= 0x80;
        if (u == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
            i++;
        else if (u == '\r' || u == '\n' || u == '\0')
            c.odd_line = true;
    }
    return c;
}

/* In quoted-printable a boundary of a multipart around it could come to stand at a line's start. */
static bool holds_boundary(const struct entity *m, str_t content)
{
    for (const struct entity *up = m->parent; up; up = up->parent) {
        str_t boundary = entity_param(up, STR("boundary"));
        if (boundary.n > 0 && str_find(content, boundary) >= 0) return true;
    }
    return false;
}

static enum rewrite_how choose(const struct entity *m, str_t content, bool text)
{
    struct content c = look_at(content);
    if (!text || c.odd_line || c.high > content.n / 4 || holds_boundary(m, content))
        return REWRITE_BASE64;
    return REWRITE_QP;
}

/* A multipart that could not be read as one, and kinds of message/..., may not be encoded. */
static bool may_encode(const struct entity *m)
{
    str_t declared = str_trim(entity_field(m, STR("Content-Type")));
    if (str_istarts(declared, STR("multipart")) || str_eq(m->type, STR("message"))) return false;
    return m->encoding != ENC_UNKNOWN && m->encoding != ENC_UUENCODE;
}

static rc_t plan_leaf(const struct entity *m, struct rewrite_plan *out, struct err *e)
{
    bool label = m->encoding == ENC_8BIT || m->encoding == ENC_BINARY;
    out->how = label ? REWRITE_LABEL : REWRITE_KEEP;
    if (rewrite_is_safe(m->body)) return RC_OK;
    out->how = REWRITE_CANNOT;
    if (!may_encode(m)) return RC_OK;
    /* what a decoder leaves out would be lost */
    if (m->encoding == ENC_BASE64 && !message_is_base64_only(m->body)) return RC_OK;
    str_t content = m->body;
    if (m->encoding == ENC_BASE64 || m->encoding == ENC_QP) {
        out->decoded = BUF_INIT_SECRET(m->body.n + 64);
        TRY(entity_decode_body(m, &out->decoded, e));
        content = buf_view(&out->decoded);
    }
    bool text = m->encoding == ENC_QP || str_eq(m->type, STR("text"));
    out->how = choose(m, content, text && m->encoding != ENC_BASE64);
    return RC_OK;
}

rc_t rewrite_plan_body(const struct entity *m, struct rewrite_plan *out, struct err *e)
{
    *out = (struct rewrite_plan){.how = REWRITE_KEEP};
    if (rewrite_is_protected(m)) {
        if (!rewrite_is_safe(m->body)) out->how = REWRITE_CANNOT;
        return RC_OK;
    }
    if (!is_open(m)) return plan_leaf(m, out, e);
    if (m->encoding != ENC_7BIT) out->how = REWRITE_LABEL;
    return RC_OK;
}

void rewrite_plan_free(struct rewrite_plan *p)
{
    buf_free(&p->decoded);
}

const char *rewrite_encoding(const struct rewrite_plan *p)
{
    static const char *const words[] = {[REWRITE_LABEL] = "7bit",
                                        [REWRITE_QP] = "quoted-printable",
                                        [REWRITE_BASE64] = "base64",
                                        [REWRITE_CANNOT] = NULL};
    return words[p->how];
}

static bool put_leaf(const struct entity *m, const struct rewrite_plan *p, struct buf *out)
{
    bool encoded = m->encoding == ENC_BASE64 || m->encoding == ENC_QP;
    str_t content = encoded ? buf_view(&p->decoded) : m->body;
    if (p->how == REWRITE_BASE64) return mime_base64_encode(content, out);
    if (p->how == REWRITE_QP) return mime_qp_encode(content, out);
    return buf_str(out, m->body);
}

/* --- around them ----------------------------------------------------------------------------- */

struct making {
    struct arena *a;
    struct buf *out;
    struct err *e;
    bool safe;
};

static rc_t put_entity(struct making *s, const struct entity *m);

/* A delimiter that can be written so that every reader knows it. */
static bool is_plain_boundary(str_t b)
{
    if (b.n == 0 || b.n > BOUNDARY_LONGEST || b.p[b.n - 1] == ' ') return false;
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] < ' ' || b.p[i] > '~') return false;
    return true;
}

/* What stands between two parts, or around them: as it is, or the delimiter alone. */
static void put_between(struct making *s, const struct entity *m, str_t bytes, const char *before,
                        const char *after)
{
    if (rewrite_is_safe(bytes)) {
        buf_str(s->out, bytes);
        return;
    }
    str_t boundary = entity_param(m, STR("boundary"));
    if (is_plain_boundary(boundary))
        buf_printf(s->out, "%s%.*s%s", before, STR_ARG(boundary), after);
    else
        s->safe = false;
}

static rc_t put_multipart(struct making *s, const struct entity *m)
{
    const char *at = m->body.p, *end = m->body.p + m->body.n;
    for (size_t i = 0; i < m->child_count && s->safe; i++) {
        str_t part = m->children[i].raw;
        put_between(s, m, str_n(at, (size_t) (part.p - at)), i == 0 ? "--" : "\r\n--", "\r\n");
        TRY(put_entity(s, &m->children[i]));
        at = part.p + part.n;
    }
    put_between(s, m, str_n(at, (size_t) (end - at)), "\r\n--", "--\r\n");
    return RC_OK;
}

static rc_t put_inside(struct making *s, const struct entity *m, const struct rewrite_plan *p)
{
    if (p->how == REWRITE_CANNOT) {
        s->safe = false;
        return RC_OK;
    }
    bool leaf = rewrite_is_protected(m) || !is_open(m);
    if (leaf)
        put_leaf(m, p, s->out);
    else if (str_eq(m->type, STR("multipart")))
        TRY(put_multipart(s, m));
    else
        TRY(put_entity(s, &m->children[0]));
    return s->out->failed ? err_set(s->e, RC_TOO_LARGE, NULL) : RC_OK;
}

/* The fields of a part with another encoding, or in a safe form. */
static void put_fields(struct making *s, const struct entity *m, const char *encoding)
{
    bool named = false;
    for (size_t i = 0; i < m->field_count && s->safe; i++) {
        const struct field *f = &m->fields[i];
        bool is_encoding = str_ieq(f->name, STR("Content-Transfer-Encoding"));
        if (!encoding || !is_encoding) {
            s->safe = rewrite_put_safe_field(f, s->a, s->out);
            continue;
        }
        if (!named) buf_printf(s->out, "Content-Transfer-Encoding: %s\r\n", encoding);
        named = true;
    }
    if (encoding && !named) buf_printf(s->out, "Content-Transfer-Encoding: %s\r\n", encoding);
    buf_cstr(s->out, "\r\n");
}

static rc_t put_entity(struct making *s, const struct entity *m)
{
    if (rewrite_is_protected(m)) {
        s->safe = rewrite_is_safe(m->raw);
        buf_str(s->out, m->raw);
        return RC_OK;
    }
    struct rewrite_plan p;
    rc_t rc = rewrite_plan_body(m, &p, s->e);
    const char *encoding = rewrite_encoding(&p);
    str_t head = str_n(m->raw.p, (size_t) (m->body.p - m->raw.p));
    if (!encoding && rewrite_is_safe(head))
        buf_str(s->out, head);
    else
        put_fields(s, m, encoding);
    if (rc == RC_OK && s->safe) rc = put_inside(s, m, &p);
    rewrite_plan_free(&p);
    return rc;
}

rc_t rewrite_put_body(const struct entity *m, const struct rewrite_plan *p, struct arena *a,
                      struct buf *out, bool *safe, struct err *e)
{
    struct making s = {.a = a, .out = out, .e = e, .safe = true};
    TRY(put_inside(&s, m, p));
    *safe = s.safe;
    return RC_OK;
}
