/* Bodies: transfer decoding and, for text, the character set. */
#include "mail/codec.h"
#include "mail/entity.h"
#include "mail/text.h"

rc_t entity_decode_body(const struct entity *m, struct buf *out, struct err *e)
{
    size_t before = out->n;
    bool ok;
    switch (m->encoding) {
    case ENC_BASE64:
        ok = mime_base64_decode(m->body, out);
        break;
    case ENC_QP:
        ok = mime_qp_decode(m->body, out);
        break;
    case ENC_UUENCODE:
        ok = mime_uu_decode(m->body, out);
        break;
    default:
        ok = m->body.n == 0 || buf_str(out, m->body);
    }
    if (ok) return RC_OK;
    out->n = before;
    if (out->p) out->p[before] = '\0';
    return err_set(e, RC_TOO_LARGE, "The message is too large to be shown.");
}

/* charset="..." or charset=... in the first 1,024 bytes of HTML (WHATWG prescan, simplified). */
static str_t meta_charset(str_t html)
{
    str_t s = str_sub(html, 0, 1024);
    ptrdiff_t at = str_ifind(s, STR("charset="));
    if (at < 0 || str_ifind(str_sub(s, 0, (size_t) at), STR("<meta")) < 0) return STR_NULL;
    size_t i = (size_t) at + 8;
    while (i < s.n && (s.p[i] == '"' || s.p[i] == '\'' || s.p[i] == ' '))
        i++;
    size_t from = i;
    while (i < s.n && !strchr("\"'; />\r\n\t", s.p[i]))
        i++;
    str_t cs = str_sub(s, from, i);
    /* such a document says utf-16 but is readable here, so it is not */
    return str_istarts(cs, STR("utf-16")) ? STR_NULL : cs;
}

/* A byte order mark is stronger than any label; it is taken off. */
static str_t mark_charset(str_t *s)
{
    if (str_starts(*s, STR("\xef\xbb\xbf"))) {
        *s = str_sub(*s, 3, s->n);
        return STR("utf-8");
    }
    if (s->n >= 2 && (str_starts(*s, STR("\xff\xfe")) || str_starts(*s, STR("\xfe\xff"))))
        return STR("utf-16");
    return STR_NULL;
}

static str_t text_charset(const struct entity *m, str_t *bytes)
{
    str_t cs = mark_charset(bytes);
    if (!cs.p) cs = entity_param(m, STR("charset"));
    if (cs.n == 0 && str_eq(m->subtype, STR("html"))) cs = meta_charset(*bytes);
    /* 7-bit Japanese without a label */
    if (cs.n == 0 && (str_find(*bytes, STR("\x1b$B")) >= 0 || str_find(*bytes, STR("\x1b$@")) >= 0))
        cs = STR("iso-2022-jp");
    return cs;
}

rc_t entity_decode_text(const struct entity *m, struct buf *out, struct err *e)
{
    CLEANUP_BUF struct buf b = out->secret ? BUF_INIT_SECRET(out->max) : BUF_INIT(out->max);
    str_t bytes = m->body;
    if (m->encoding == ENC_QP || m->encoding == ENC_BASE64 || m->encoding == ENC_UUENCODE) {
        TRY(entity_decode_body(m, &b, e));
        bytes = buf_view(&b);
    }
    str_t cs = text_charset(m, &bytes);
    return charset_to_utf8(cs, bytes, out, e);
}
