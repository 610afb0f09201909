/* Two contents side by side: what was made of a mail against the mail. */
#include "mail/rewrite_part.h"

static bool same_param(const struct entity *x, const struct entity *y, str_t name)
{
    return str_ieq(entity_param(x, name), entity_param(y, name));
}

/* A root without a charset may have got one. */
static bool same_type(const struct entity *x, const struct entity *y, bool root)
{
    bool unnamed = root && entity_param(x, STR("charset")).n == 0;
    return str_eq(x->type, y->type) && str_eq(x->subtype, y->subtype) &&
           str_eq(x->filename, y->filename) && str_eq(x->disposition, y->disposition) &&
           str_eq(x->content_id, y->content_id) && same_param(x, y, STR("format")) &&
           same_param(x, y, STR("delsp")) && same_param(x, y, STR("start")) &&
           (unnamed || same_param(x, y, STR("charset")));
}

static rc_t decode(const struct entity *m, struct buf *room, str_t *out, struct err *e)
{
    *out = m->body;
    if (m->encoding != ENC_BASE64 && m->encoding != ENC_QP && m->encoding != ENC_UUENCODE)
        return RC_OK;
    *room = BUF_INIT_SECRET(m->body.n + 64);
    TRY(entity_decode_body(m, room, e));
    *out = buf_view(room);
    return RC_OK;
}

static rc_t same_octets(const struct entity *x, const struct entity *y, bool *same, struct err *e)
{
    CLEANUP_BUF struct buf one = {0};
    CLEANUP_BUF struct buf two = {0};
    str_t p, q;
    *same = x->encoding == y->encoding && str_eq(x->body, y->body);
    if (*same) return RC_OK;
    TRY(decode(x, &one, &p, e));
    TRY(decode(y, &two, &q, e));
    *same = str_eq(p, q);
    return RC_OK;
}

static bool same_people(str_t x, str_t y, struct arena *a)
{
    struct mail_address *p, *q;
    size_t n, m;
    if (header_addresses(x, a, &p, &n, NULL) != RC_OK ||
        header_addresses(y, a, &q, &m, NULL) != RC_OK || n != m)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!str_eq(p[i].name, q[i].name) || !str_eq(p[i].address, q[i].address)) return false;
    return true;
}

static bool same_field(const struct field *f, const struct field *g, struct arena *a)
{
    if (!str_ieq(f->name, g->name)) return false;
    return str_eq(f->value, g->value) ||
           str_eq(header_text(f->value, a), header_text(g->value, a)) ||
           (rewrite_is_address_field(f->name) && same_people(f->value, g->value, a));
}

/* Of an attached message; what Content-* say is compared elsewhere. */
static bool same_header(const struct entity *x, const struct entity *y, struct arena *a)
{
    if (x->field_count != y->field_count) return false;
    for (size_t i = 0; i < x->field_count; i++) {
        const struct field *f = &x->fields[i], *g = &y->fields[i];
        bool content = rewrite_is_content_field(f->name) && rewrite_is_content_field(g->name);
        if (!content && !same_field(f, g, a)) return false;
    }
    return true;
}

/* The next field of the protected header, or NULL. */
static const struct field *next_field(const struct entity *m, size_t *at, bool subject)
{
    while (*at < m->field_count) {
        const struct field *f = &m->fields[(*at)++];
        if (!rewrite_is_protected_field(f->name)) continue;
        if (subject || !str_ieq(f->name, STR("Subject"))) return f;
    }
    return NULL;
}

bool rewrite_is_same_header(const struct entity *x, const struct entity *y, bool subject,
                            struct arena *a)
{
    size_t i = 0, k = 0;
    for (;;) {
        const struct field *f = next_field(x, &i, subject), *g = next_field(y, &k, subject);
        if (!f || !g) return f == g;
        if (!same_field(f, g, a)) return false;
    }
}

static rc_t compare(const struct entity *x, const struct entity *y, bool root, struct arena *a,
                    bool *same, struct err *e)
{
    *same = same_type(x, y, root) && x->child_count == y->child_count && x->cut == y->cut;
    if (!*same) return RC_OK;
    if (x->child_count == 0) return same_octets(x, y, same, e);
    bool message = str_eq(x->type, STR("message"));
    for (size_t i = 0; i < x->child_count && *same; i++) {
        if (message && !same_header(&x->children[i], &y->children[i], a))
            *same = false;
        else
            TRY(compare(&x->children[i], &y->children[i], false, a, same, e));
    }
    return RC_OK;
}

rc_t rewrite_is_same(const struct entity *x, const struct entity *y, struct arena *a, bool *same,
                     struct err *e)
{
    return compare(x, y, true, a, same, e);
}
