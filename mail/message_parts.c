/* Parts to show, in order, and attachments.
 *
 * Of multipart/alternative the richest form a browser shows is taken; images of
 * multipart/related become attachments with their Content-ID; whatever is not shown is an
 * attachment, so that nothing is lost.
 */
#include "mail/codec.h"
#include "mail/message_state.h"

struct collecting {
    struct opened *m;
    struct err *e;
    unsigned blob; /* number of unwrapped blobs, for ids */
    bool sealed;
    size_t part_room, attachment_room, known_room;
};

/* --- growing lists -----------------------------------------------------------------------------
 */

static bool grow(struct arena *a, void **list, size_t count, size_t *room, size_t size)
{
    if (count < *room) return true;
    size_t more = *room ? *room * 2 : 8;
    char *p = arena_array(a, more, size);
    if (!p) return false;
    if (count) memcpy(p, *list, count * size);
    *list = p;
    *room = more;
    return true;
}

static rc_t remember(struct collecting *c, const struct entity *m, str_t *id)
{
    struct opened *o = c->m;
    void *list = o->known;
    str_t path = m->path.n ? m->path : STR("1");
    str_t blob = c->blob ? arena_printf(o->arena, "L%u/", c->blob) : STR("");
    str_t name =
        arena_printf(o->arena, "%.*s%.*s%.*s", STR_ARG(o->prefix), STR_ARG(blob), STR_ARG(path));
    if (str_is_null(name) ||
        !grow(o->arena, &list, o->known_count, &c->known_room, sizeof *o->known)) {
        return err_set(c->e, RC_NO_MEMORY, NULL);
    }
    o->known = list;
    o->known[o->known_count++] = (struct known_part){name, m};
    *id = name;
    return RC_OK;
}

/* --- one part ----------------------------------------------------------------------------------
 */

static bool is_type(const struct entity *m, str_t type, str_t subtype)
{
    return str_eq(m->type, type) && str_eq(m->subtype, subtype);
}

static bool is_html(const struct entity *m)
{
    return is_type(m, STR("text"), STR("html"));
}

static bool is_plain(const struct entity *m)
{
    return is_type(m, STR("text"), STR("plain"));
}

static bool is_multipart(const struct entity *m)
{
    return str_eq(m->type, STR("multipart")) && m->child_count > 0;
}

/* To the byte: the page says it when it asks for the attachment (view/part.c). */
static size_t decoded_size(const struct entity *m)
{
    if (m->encoding == ENC_BASE64) return mime_base64_size(m->body);
    if (m->encoding != ENC_QP && m->encoding != ENC_UUENCODE) return m->body.n;
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(MESSAGE_PLAIN_MAX);
    return entity_decode_body(m, &b, NULL) == RC_OK ? b.n : m->body.n;
}

static str_t attachment_title(struct collecting *c, const struct entity *m)
{
    if (!str_eq(m->type, STR("message")) || m->child_count == 0) return STR_NULL;
    str_t subject = entity_field(&m->children[0], STR("Subject"));
    return str_is_null(subject) ? STR_NULL : header_text(subject, c->m->arena);
}

static rc_t add_attachment(struct collecting *c, const struct entity *m, bool inlined)
{
    struct opened *o = c->m;
    struct message_view *v = &o->view;
    void *list = v->attachments;
    if (v->attachment_count == MESSAGE_PARTS_MAX) return RC_OK;
    if (!grow(o->arena, &list, v->attachment_count, &c->attachment_room, sizeof *v->attachments)) {
        return err_set(c->e, RC_NO_MEMORY, NULL);
    }
    v->attachments = list;
    struct message_attachment at = {.content_id = m->content_id,
                                    .size = decoded_size(m),
                                    .inlined = inlined,
                                    .sealed = c->sealed};
    at.name = m->filename.n ? m->filename : STR_NULL;
    at.title = attachment_title(c, m);
    at.type = arena_printf(o->arena, "%.*s/%.*s", STR_ARG(m->type), STR_ARG(m->subtype));
    if (str_is_null(at.type)) return err_set(c->e, RC_NO_MEMORY, NULL);
    TRY(remember(c, m, &at.id));
    v->attachments[v->attachment_count++] = at;
    return RC_OK;
}

static str_t without_legacy(struct collecting *c, const struct entity *m, str_t text)
{
    if (!c->m->legacy_display) return text;
    if (!str_eq(entity_param(m, STR("hp-legacy-display")), STR("1"))) return text;
    return is_html(m) ? message_skip_legacy_html(text, c->m->arena)
                      : message_skip_legacy_text(text);
}

/* Text in UTF-8; the null slice when it is too large to be shown. */
static rc_t read_text(struct collecting *c, const struct entity *m, str_t *out)
{
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(MESSAGE_TEXT_MAX);
    *out = STR_NULL;
    if (entity_decode_text(m, &b, NULL) != RC_OK) return RC_OK;
    str_t text = arena_str(c->m->arena, buf_view(&b));
    if (str_is_null(text)) return err_set(c->e, RC_NO_MEMORY, NULL);
    *out = without_legacy(c, m, text);
    return RC_OK;
}

static rc_t add_text(struct collecting *c, const struct entity *m)
{
    struct opened *o = c->m;
    struct message_view *v = &o->view;
    void *list = v->parts;
    str_t text;
    TRY(read_text(c, m, &text));
    if (str_is_null(text)) return add_attachment(c, m, false);
    if (!grow(o->arena, &list, v->part_count, &c->part_room, sizeof *v->parts)) {
        return err_set(c->e, RC_NO_MEMORY, NULL);
    }
    v->parts = list;
    struct message_part part = {.html = is_html(m),
                                .flowed = str_ieq(entity_param(m, STR("format")), STR("flowed")),
                                .delsp = str_ieq(entity_param(m, STR("delsp")), STR("yes")),
                                .sealed = c->sealed,
                                .text = text};
    TRY(remember(c, m, &part.id));
    v->parts[v->part_count++] = part;
    return RC_OK;
}

/* --- structure ---------------------------------------------------------------------------------
 */

/* Shown in place, not offered as a file: a name alone makes no attachment. */
static bool is_shown(const struct entity *m)
{
    if (!is_html(m) && !is_plain(m)) return false;
    return !str_eq(m->disposition, STR("attachment"));
}

static rc_t collect(struct collecting *c, const struct entity *m);

static bool contains_html(const struct entity *m)
{
    if (is_html(m)) return is_shown(m);
    for (size_t i = 0; is_multipart(m) && i < m->child_count; i++) {
        if (contains_html(&m->children[i])) return true;
    }
    return false;
}

/* The last of the best kind, as RFC 2046 section 5.1.4 orders them. */
static const struct entity *choose(const struct entity *m)
{
    const struct entity *best = NULL;
    unsigned best_rank = 0;
    for (size_t i = 0; i < m->child_count; i++) {
        const struct entity *child = &m->children[i];
        unsigned rank = contains_html(child)  ? 3
                        : is_multipart(child) ? 2
                        : is_shown(child)     ? 1
                                              : 0;
        if (rank > 0 && rank >= best_rank) {
            best = child;
            best_rank = rank;
        }
    }
    return best;
}

/* Other forms of the same text are left out; what is no text (an invitation) is not. */
static rc_t collect_alternative(struct collecting *c, const struct entity *m)
{
    const struct entity *best = choose(m), *plain = NULL;
    size_t before = c->m->view.part_count;
    for (size_t i = 0; i < m->child_count; i++) {
        const struct entity *child = &m->children[i];
        if (child == best)
            TRY(collect(c, child));
        else if (!is_shown(child) && !is_multipart(child))
            TRY(add_attachment(c, child, false));
        else if (!plain && is_plain(child))
            plain = child;
    }
    if (!plain || c->m->view.part_count == before) return RC_OK;
    struct message_part *shown = &c->m->view.parts[before];
    return shown->html ? read_text(c, plain, &shown->plain) : RC_OK;
}

static const struct entity *related_root(const struct entity *m)
{
    str_t start = entity_param(m, STR("start"));
    if (start.n > 2 && start.p[0] == '<') start = str_sub(start, 1, start.n - 1);
    for (size_t i = 0; start.n && i < m->child_count; i++) {
        if (str_eq(m->children[i].content_id, start)) return &m->children[i];
    }
    return &m->children[0];
}

static rc_t collect_related(struct collecting *c, const struct entity *m)
{
    const struct entity *root = related_root(m);
    TRY(collect(c, root));
    for (size_t i = 0; i < m->child_count; i++) {
        const struct entity *child = &m->children[i];
        if (child == root) continue;
        bool cid = child->content_id.n > 0 && !str_eq(child->disposition, STR("attachment"));
        if (cid && !is_multipart(child))
            TRY(add_attachment(c, child, true));
        else
            TRY(collect(c, child));
    }
    return RC_OK;
}

/* protected-headers="v1": the copy of the header that such writers put in front. */
static bool is_old_legacy(const struct collecting *c, const struct entity *m)
{
    return c->m->legacy_display && str_eq(m->type, STR("text")) &&
           str_eq(entity_param(m, STR("protected-headers")), STR("v1")) &&
           m != message_content(c->m);
}

static bool holds_signed(const struct entity *m)
{
    if (message_is_multipart_signed(m)) return true;
    if ((message_is_cms(m) || message_hides_cms(m)) && message_sniff(m) == CMS_TYPE_SIGNED)
        return true;
    for (size_t i = 0; i < m->child_count; i++) {
        if (holds_signed(&m->children[i])) return true;
    }
    return false;
}

/* CMS below the payload's root: it earns no badge, but must be named. What is inside an attached
 * message belongs to that message. */
static void note_nested(struct opened *o, const struct entity *m, bool root)
{
    if (str_eq(m->type, STR("message"))) {
        o->attached_signed = o->attached_signed || (!root && holds_signed(m));
        return;
    }
    if (!root && message_is_multipart_signed(m)) o->inner_signed = true;
    bool half = m->parent && message_is_multipart_signed(m->parent);
    if (!root && !half && message_is_signature(m)) o->lone_signature = true;
    if (!root && (message_is_cms(m) || message_hides_cms(m))) {
        enum cms_type type = message_sniff(m);
        if (type == CMS_TYPE_SIGNED) o->inner_signed = true;
        if (type == CMS_TYPE_ENVELOPED || type == CMS_TYPE_AUTH_ENVELOPED) {
            o->inner_encrypted = true;
        }
    }
    for (size_t i = 0; i < m->child_count; i++)
        note_nested(o, &m->children[i], false);
}

static rc_t collect(struct collecting *c, const struct entity *m)
{
    if (is_multipart(m)) {
        if (is_type(m, STR("multipart"), STR("alternative"))) return collect_alternative(c, m);
        if (is_type(m, STR("multipart"), STR("related"))) return collect_related(c, m);
        for (size_t i = 0; i < m->child_count; i++)
            TRY(collect(c, &m->children[i]));
        return RC_OK;
    }
    if (is_old_legacy(c, m)) return RC_OK;
    if (is_shown(m)) return add_text(c, m);
    return add_attachment(c, m, str_eq(m->disposition, STR("inline")) && m->content_id.n > 0);
}

static rc_t collect_content(struct collecting *c, const struct entity *content)
{
    struct opened *m = c->m;
    /* What could not be opened is kept as the file it is. */
    if (m->stop != STOP_NONE) {
        bool bare = content == m->root && content->raw.n == 0;
        return bare ? RC_OK : add_attachment(c, content, false);
    }
    if (m->options->smime) note_nested(m, content, true);
    /* The root text is the message, whatever its name says. */
    if (is_html(content) || is_plain(content)) {
        if (!str_eq(content->disposition, STR("attachment"))) return add_text(c, content);
    }
    return collect(c, content);
}

rc_t message_collect(struct opened *m, struct err *e)
{
    struct collecting c = {.m = m, .e = e, .blob = m->blobs, .sealed = m->sealed};
    for (size_t i = 0; i < m->view.layer_count; i++)
        c.sealed |= m->view.layers[i].opened;
    const struct entity *content = message_content(m);
    TRY(collect_content(&c, content));
    if (!m->disguised.entity || m->disguised.entity == content) return RC_OK;
    c.blob = m->disguised.blob;
    c.sealed = m->disguised.sealed;
    return add_attachment(&c, m->disguised.entity, false);
}
