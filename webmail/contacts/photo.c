/* Photographs of contacts. */
#include "webmail/contacts/book.h"
#include "webmail/contacts/contacts.h"

/* By its first bytes; null: none of these. */
static str_t type_of(str_t bytes)
{
    if (str_starts(bytes, STR("\x89PNG\r\n\x1a\n"))) return STR("image/png");
    if (str_starts(bytes, STR("\xff\xd8\xff"))) return STR("image/jpeg");
    if (str_starts(bytes, STR("RIFF")) && str_eq(str_sub(bytes, 8, 12), STR("WEBP")))
        return STR("image/webp");
    return STR_NULL;
}

rc_t contacts_photo_get(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *contact = NULL;
    str_t version, photo;
    TRY(book_need(c, c->q->params[0], &contact, &version, e));
    TRY(book_photo(c, c->q->params[0], &photo, e));
    str_t type = type_of(photo);
    if (!type.p) return err_set(e, RC_NOT_FOUND, "This contact has no photograph.");
    if (!buf_str(&c->s->body, photo)) return err_set(e, RC_NO_MEMORY, NULL);
    response_type(c->s, type);
    response_header(c->s, STR("Content-Security-Policy"), STR("sandbox; default-src 'none'"));
    response_header(c->s, STR("Content-Disposition"), STR("inline"));
    return RC_OK;
}

static rc_t set_once(struct call *c, str_t photo, struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *contact = NULL;
    struct book_change x = {.id = c->q->params[0], .photo = photo};
    TRY(book_need(c, x.id, &before, &x.version, e));
    contact = json_deep_copy(before);
    if (!contact) return err_set(e, RC_NO_MEMORY, NULL);
    json_put_bool(contact, "photo", photo.n > 0);
    json_put_int(contact, "version", json_integer_value(json_object_get(before, "version")) + 1);
    x.contact = contact;
    x.before = before;
    TRY(book_commit(c, &x, 1, NULL, e));
    return call_answer(c, contact_json(c, contact), e);
}

static rc_t set_photo(struct call *c, str_t photo, struct err *e)
{
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < BOOK_SAVE_TRIES; i++)
        rc = set_once(c, photo, e);
    return rc;
}

rc_t contacts_photo_put(struct call *c, struct err *e)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT(BOOK_MAX_PHOTO_BYTES);
    TRY(request_body(c->q, &bytes, e));
    str_t type = type_of(buf_view(&bytes));
    if (!type.p || !str_eq(type, c->q->content_type))
        return err_set(e, RC_UNSUPPORTED, "A photograph is a PNG, JPEG or WebP picture.");
    return set_photo(c, buf_view(&bytes), e);
}

rc_t contacts_photo_delete(struct call *c, struct err *e)
{
    return set_photo(c, STR(""), e);
}
