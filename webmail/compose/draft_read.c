/* Drafts read back: as they come, decrypted on the way, and held as small as they can be. */
#include "crypto/cms.h"
#include "mail/codec.h"
#include "webmail/compose/draft.h"

#define FIELDS_MAX (512u << 10) /* and what came behind them in one piece */
#define PIECE_MAX (1u << 20)

struct reading {
    size_t skip;     /* of the head, still to come */
    bool encrypted;  /* then: */
    bool in_body;    /* the fields of the encrypted part have ended */
    struct buf text; /* these fields, or what base64 gave */
    struct base64_stream base64;
    struct cms_opening *opening;
    size_t inner; /* of the plaintext's own fields, still to come */
    struct rope *out;
};

static rc_t changed(struct err *e)
{
    return err_set(e, RC_CONFLICT, "The draft has changed meanwhile. Please send again.");
}

static str_t skip_some(str_t bytes, size_t *skip)
{
    size_t n = *skip < bytes.n ? *skip : bytes.n;
    *skip -= n;
    return str_sub(bytes, n, bytes.n);
}

static rc_t take_plain(void *ctx, str_t bytes, struct err *e)
{
    struct reading *r = ctx;
    return rope_feed(r->out, skip_some(bytes, &r->inner), e);
}

static rc_t take_body(struct reading *r, str_t bytes, struct err *e)
{
    CLEANUP_BUF struct buf der = BUF_INIT(PIECE_MAX);
    if (!base64_feed(&r->base64, bytes, &der)) return err_set(e, RC_NO_MEMORY, NULL);
    return cms_opening_feed(r->opening, buf_view(&der), e);
}

static rc_t take_message(void *ctx, str_t bytes, struct err *e)
{
    struct reading *r = ctx;
    bytes = skip_some(bytes, &r->skip);
    if (!r->encrypted) return rope_feed(r->out, bytes, e);
    if (r->in_body) return take_body(r, bytes, e);
    if (!buf_str(&r->text, bytes)) return err_set(e, RC_DECRYPT_FAILED, NULL);
    ptrdiff_t end = str_find(buf_view(&r->text), STR("\r\n\r\n"));
    if (end < 0) return RC_OK;
    r->in_body = true;
    return take_body(r, str_sub(buf_view(&r->text), (size_t) end + 4, r->text.n), e);
}

static rc_t read_end(struct reading *r, struct err *e)
{
    CLEANUP_BUF struct buf der = BUF_INIT(16);
    if (r->skip > 0) return changed(e);
    if (r->encrypted) {
        if (!base64_end(&r->base64, &der)) return err_set(e, RC_NO_MEMORY, NULL);
        TRY(cms_opening_feed(r->opening, buf_view(&der), e));
        TRY(cms_opening_end(r->opening, e));
        if (r->inner > 0) return err_set(e, RC_DECRYPT_FAILED, NULL);
    }
    return rope_end(r->out, e);
}

rc_t draft_fetch(struct call *c, struct place p, const struct flow_sink *to, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    size_t most = 3 * (size_t) c->app->config->message_max_bytes;
    TRY(call_imap(c, p.folder, &im, e));
    TRY(call_check_uidvalidity(im, p.uidvalidity, e));
    rc_t rc = imap_fetch_flow(im, p.uid, most, to, e);
    return rc == RC_NOT_FOUND ? changed(e) : rc;
}

rc_t draft_entity(struct call *c, struct place p, const struct draft_shape *shape,
                  str_t content_key, struct rope *out, struct err *e)
{
    struct reading r = {.skip = shape->head,
                        .encrypted = shape->encrypted,
                        .inner = shape->inner,
                        .text = BUF_INIT(FIELDS_MAX),
                        .out = out};
    const struct flow_sink sink = {take_message, &r}, plain = {take_plain, &r};
    rc_t rc = r.encrypted ? cms_opening_new(content_key, &plain, &r.opening, e) : RC_OK;
    if (rc == RC_OK) rc = draft_fetch(c, p, &sink, e);
    if (rc == RC_OK) rc = read_end(&r, e);
    buf_free(&r.text);
    cms_opening_free(r.opening);
    if (rc != RC_OK) rope_free(out);
    return rc;
}
