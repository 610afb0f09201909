/* A mail with its outermost encrypted layer taken off. */
#include "mail/build_part.h"
#include "mail/message_state.h"
#include "mail/rewrite.h"
#include "mail/rewrite_part.h"
#include "mail/text.h"

#define NOTICE                                                                                     \
    "This message was encrypted, and decrypted on its way to you. Nothing protected it from\r\n"   \
    "being changed before that: somebody may have altered it, or added to it.\r\n"                 \
    "\r\n"                                                                                         \
    "Do not trust its HTML: opened with pictures or other content loaded from elsewhere, it\r\n"   \
    "may tell a stranger what you read. Ask the sender to sign encrypted mail, too.\r\n"

struct opening {
    const struct message_view *view;
    struct message_inside inside;
    const struct entity *content;
    str_t notice;
    struct arena *a;
    struct err *e;
};

/* --- HTML ------------------------------------------------------------------------------------ */

/* Types and names that are HTML, or what programs show in the same way. */
static bool is_html(const struct entity *m)
{
    static const char *const subtypes[] = {"html",    "xhtml+xml",   "svg+xml",      "xml",
                                           "ms-tnef", "vnd.ms-tnef", "x-mimearchive"};
    static const char *const names[] = {".htm",   ".html", ".xhtml", ".svg",
                                        ".shtml", ".mht",  ".mhtml", "winmail.dat"};
    for (size_t i = 0; i < sizeof subtypes / sizeof subtypes[0]; i++)
        if (str_eq(m->subtype, str_c(subtypes[i]))) return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_iends(m->filename, str_c(names[i]))) return true;
    return false;
}

static bool holds_html(const struct entity *m)
{
    /* what could not be read to its end may hold anything */
    if (m->cut || is_html(m)) return true;
    str_t declared = str_trim(entity_field(m, STR("Content-Type")));
    if (m->child_count == 0 && str_istarts(declared, STR("multipart"))) return true;
    for (size_t i = 0; i < m->child_count; i++)
        if (holds_html(&m->children[i])) return true;
    return false;
}

/* Also inside what is signed or compressed in there; not inside a further encrypted layer, which
 * stays closed and must stay the whole, or nobody could open it. */
static bool shows_html(const struct opening *o)
{
    const struct opened *m = (const struct opened *) o->view;
    if (o->view->layer_count > 1) return holds_html(o->content);
    for (size_t i = 0; i < o->view->part_count; i++)
        if (o->view->parts[i].html) return true;
    return holds_html(o->content) || holds_html(m->payload);
}

/* --- writing --------------------------------------------------------------------------------- */

static rc_t put_header(const struct opening *o, struct buf *out)
{
    const struct opened *m = (const struct opened *) o->view;
    bool hidden =
        !str_is_null(o->view->outer_subject) || entity_field_count(m->root, STR("Subject")) == 0;
    struct rewrite_outer f = {.root = m->root, .bcc = true};
    if (hidden && !str_is_null(o->view->subject)) f.subject = o->view->subject;
    TRY(rewrite_put_outer(&f, out, o->e));
    if (entity_field_count(m->root, STR("MIME-Version")) == 0)
        buf_cstr(out, "MIME-Version: 1.0\r\n");
    buf_printf(out, "X-Waxseal-Opened: cipher=%s; protected=%s\r\n", o->inside.cipher,
               o->inside.covered ? "yes" : "no");
    return RC_OK;
}

/* Content-* and the body, octet for octet but for the ends of the fields' lines. */
static void put_content(const struct opening *o, struct buf *out)
{
    for (size_t i = 0; i < o->content->field_count; i++)
        if (rewrite_is_content_field(o->content->fields[i].name))
            rewrite_put_field(&o->content->fields[i], out);
    buf_cstr(out, "\r\n");
    buf_str(out, o->content->body);
}

static const char *label_of(str_t body)
{
    bool high = false;
    for (size_t i = 0; i < body.n; i++) {
        if (body.p[i] == '\0') return "binary";
        high |= (unsigned char) body.p[i] >= 0x80;
    }
    return high ? "8bit" : "7bit";
}

static rc_t put_warned(const struct opening *o, struct buf *out)
{
    char boundary[BOUNDARY_CHARS];
    TRY(build_boundary(boundary, o->e));
    buf_printf(out,
               "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n"
               "Content-Transfer-Encoding: %s\r\n\r\n--%s\r\n",
               boundary, label_of(o->content->body), boundary);
    part_put_text(str_is_null(o->notice) ? STR(NOTICE) : o->notice, false, "", out);
    buf_printf(out, "\r\n--%s\r\n", boundary);
    put_content(o, out);
    buf_printf(out, "\r\n--%s--\r\n", boundary);
    return RC_OK;
}

rc_t rewrite_opened(const struct message_view *v, str_t notice, struct arena *a, struct buf *out,
                    struct err *e)
{
    struct opening o = {.view = v, .notice = notice, .a = a, .e = e};
    size_t before = out->n;
    struct entity *content;
    TRY(message_inside(v, &o.inside, e));
    TRY(entity_parse(o.inside.entity, NULL, a, &content, e));
    o.content = content;
    buf_expect(out, o.inside.entity.n + 65536);
    rc_t rc = put_header(&o, out);
    if (rc == RC_OK && !o.inside.covered && shows_html(&o))
        rc = put_warned(&o, out);
    else if (rc == RC_OK)
        put_content(&o, out);
    if (rc == RC_OK && !out->failed) return RC_OK;
    if (out->p) {
        out->n = before;
        out->p[before] = '\0';
    }
    return rc != RC_OK ? rc : err_set(e, RC_TOO_LARGE, "The mail is too large.");
}
