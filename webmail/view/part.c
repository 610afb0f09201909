/* Parts of a message: downloaded, or shown in place where that is safe. */
#include "base/raster.h"
#include "mail/preview.h"
#include "webmail/session/session.h"
#include "webmail/shared.h"
#include "webmail/view/view.h"

enum { TEXT_SHOWN = 256 << 10, PASS_LEAST = 1 << 20, LENGTH_SECONDS = 24 * 3600 };

/* type/subtype of RFC 6838 names and nothing else; what a browser would run is not named. */
static str_t download_type(str_t type)
{
    static const str_t active[] = {STR_INIT("text/html"),
                                   STR_INIT("image/svg+xml"),
                                   STR_INIT("application/xhtml+xml"),
                                   STR_INIT("text/xml"),
                                   STR_INIT("application/xml"),
                                   STR_INIT("text/javascript"),
                                   STR_INIT("application/javascript")};
    unsigned slashes = 0;
    bool ok = type.n > 2 && type.n < 128;
    for (size_t i = 0; ok && i < type.n; i++) {
        char ch = type.p[i];
        slashes += ch == '/';
        ok = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || strchr("/!#$&-^_.+", ch);
    }
    for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
        ok = ok && !str_eq(type, active[i]);
    return ok && slashes == 1 ? type : STR("application/octet-stream");
}

static rc_t answer_bytes(struct call *c, str_t type, bool inline_, str_t name, struct buf *bytes)
{
    response_type(c->s, type);
    response_header(c->s, STR("Content-Disposition"), content_disposition(c->arena, inline_, name));
    response_take(c->s, bytes);
    return RC_OK;
}

/* Under the type that its own bytes say, whatever the sender called it. */
static rc_t answer_image(struct call *c, str_t name, struct buf *bytes, struct err *e)
{
    struct raster r;
    if (!raster_read(buf_view(bytes), &r))
        return err_set(e, RC_UNSUPPORTED, "This is no picture that can be shown.");
    return answer_bytes(c, str_c(r.type), true, name, bytes);
}

/* Into the browser's own viewer: a document of its own tab, without an origin (CSP sandbox, as for
 * everything), that asks nobody. Only of mail that was not encrypted: what a form in it sends is
 * beyond us. */
static rc_t answer_pdf(struct call *c, str_t name, struct buf *bytes, struct err *e)
{
    if (!str_starts(buf_view(bytes), STR("%PDF-")))
        return err_set(e, RC_UNSUPPORTED, "This is no PDF document.");
    return answer_bytes(c, STR("application/pdf"), true, name, bytes);
}

/* Cut where a character begins. */
static size_t cut_length(str_t s, size_t most)
{
    if (s.n <= most) return s.n;
    while (most > 0 && ((unsigned char) s.p[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static rc_t answer_text(struct call *c, struct opened_message *m, str_t id, str_t name,
                        struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET((size_t) c->app->config->message_max_bytes * 3);
    TRY(message_part_text(m->view, id, &text, e));
    size_t n = cut_length(buf_view(&text), TEXT_SHOWN);
    if (n < text.n) response_header(c->s, STR("X-Waxseal-Truncated"), STR("yes"));
    wipe(text.p + n, text.n - n);
    text.n = n;
    return answer_bytes(c, STR("text/plain; charset=utf-8"), true, name, &text);
}

static rc_t answer_part(struct call *c, struct opened_message *m, str_t id, bool inline_,
                        struct err *e)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT_SECRET(c->app->config->message_max_bytes);
    str_t type = STR_NULL, name = STR_NULL;
    TRY(message_part_bytes(m->view, id, &bytes, &type, &name, e));
    name = arena_str(c->arena, name); /* outlives the view */
    if (!inline_) {
        str_t shown = arena_str(c->arena, download_type(type));
        return answer_bytes(c, shown, false, name, &bytes);
    }
    enum preview kind = preview_of(type, name);
    if (kind == PREVIEW_IMAGE) return answer_image(c, name, &bytes, e);
    if (kind == PREVIEW_TEXT) return answer_text(c, m, id, name, e);
    if (kind == PREVIEW_PDF && !m->view->has_encryption) return answer_pdf(c, name, &bytes, e);
    return err_set(e, RC_FORBIDDEN, "This file cannot be shown in place.");
}

/* --- large ones --------------------------------------------------------------------------------
 */

/* An attachment of a plain message on its way through: what is known of it from its own header. */
struct passing {
    struct call *c;
    str_t type, name;
};

static bool passing_header(void *ctx, const struct entity *part, struct err *e)
{
    struct passing *p = ctx;
    (void) e;
    if (str_eq(part->type, STR("multipart")) || str_eq(part->type, STR("message"))) return false;
    p->type = arena_printf(p->c->arena, "%.*s/%.*s", STR_ARG(part->type), STR_ARG(part->subtype));
    p->name = str_is_null(part->filename) ? STR_NULL : arena_str(p->c->arena, part->filename);
    return !str_is_null(p->type);
}

static rc_t passing_begin(void *ctx, uint64_t size, struct err *e)
{
    struct passing *p = ctx;
    struct call *c = p->c;
    response_type(c->s, download_type(p->type));
    response_header(c->s, STR("Content-Disposition"),
                    content_disposition(c->arena, false, p->name));
    response_header(c->s, STR("Content-Length"),
                    arena_printf(c->arena, "%llu", (unsigned long long) size));
    return response_start(c->q, c->s, e);
}

static rc_t passing_piece(void *ctx, str_t bytes, struct err *e)
{
    struct passing *p = ctx;
    return response_write(p->c->q, bytes, e);
}

/* The part's length as the message's answer told it, or 0. */
static rc_t query_size(struct call *c, uint32_t *out, struct err *e)
{
    str_t text = request_query(c->q, STR("size"));
    *out = 0;
    if (str_is_null(text) || str_to_u32(text, out)) return RC_OK;
    err_set(e, RC_INVALID, "size must be a number.");
    err_field(e, "size");
    return RC_INVALID;
}

/* A part that turned out to have another length: read as a whole from then on. */
static rc_t length_key(struct call *c, const struct message_request *q, struct shared_key *out,
                       struct err *e)
{
    str_t parts[] = {STR("part length"), c->session->address, q->mailbox,
                     arena_printf(c->arena, "%u.%u", q->uidvalidity, q->uid), q->part};
    return shared_key_of(parts, 5, out, e);
}

/* RC_UNSUPPORTED, with nothing answered: the message has to be read as a whole. */
static rc_t pass_through(struct call *c, const struct message_request *q, uint32_t size,
                         struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct passing p = {.c = c};
    struct shared_key key;
    const struct imap_part_sink sink = {
        .header = passing_header, .begin = passing_begin, .piece = passing_piece, .ctx = &p};
    if (c->s->head_only) return err_set(e, RC_UNSUPPORTED, NULL);
    TRY(length_key(c, q, &key, e));
    if (shared_count(c->app->shared, &key, LENGTH_SECONDS, 0, call_now()) > 0)
        return err_set(e, RC_UNSUPPORTED, NULL);
    TRY(call_imap(c, q->mailbox, &im, e));
    if (imap_uidvalidity(im) != q->uidvalidity)
        return err_set(e, RC_CONFLICT, "The folder was made anew meanwhile.");
    rc_t rc = imap_pour_part(im, q->uid, q->part, PASS_LEAST, size, &sink, e);
    if (rc == RC_CONFLICT) (void) shared_count(c->app->shared, &key, LENGTH_SECONDS, 1, call_now());
    return rc;
}

rc_t part_get(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {.part = c->q->params[2]};
    uint32_t size;
    TRY(message_request_query(c, &q, e));
    TRY(query_size(c, &size, e));
    bool inline_ = str_eq(request_query(c->q, STR("inline")), STR("1"));
    struct err why = {0};
    rc_t rc = inline_ ? RC_UNSUPPORTED : pass_through(c, &q, size, &why);
    if (rc != RC_OK && rc != RC_UNSUPPORTED && e) *e = why;
    if (rc != RC_UNSUPPORTED) return rc;
    TRY(view_open_message(c, &q, &m, e));
    return answer_part(c, &m, q.part, inline_, e);
}

rc_t part_unlock(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {.part = c->q->params[2]};
    bool inline_;
    TRY(message_request_read(c, &q, e));
    TRY(json_want_bool(c->in, "inline", false, &inline_, e));
    TRY(view_open_message(c, &q, &m, e));
    return answer_part(c, &m, q.part, inline_, e);
}
