/* One message: shown, opened, looked at again, taken apart. */
#include "webmail/view/view.h"

#include "webmail/smime/vault.h"
#include "webmail/smime/verified.h"
#include "webmail/view/message_json.h"

/* --- which one ----------------------------------------------------------------------------------
 */

static rc_t query_uidvalidity(struct call *c, uint32_t *out, struct err *e)
{
    if (str_to_u32(request_query(c->q, STR("uidvalidity")), out)) return RC_OK;
    err_set(e, RC_INVALID, "uidvalidity must be a number.");
    err_field(e, "uidvalidity");
    return RC_INVALID;
}

/* Of a GET: ?uidvalidity= */
static rc_t read_query(struct call *c, struct message_request *q, struct err *e)
{
    TRY(call_folder(c, 0, &q->mailbox, e));
    TRY(call_uid(c, 1, &q->uid, e));
    return query_uidvalidity(c, &q->uidvalidity, e);
}

rc_t message_request_read(struct call *c, struct message_request *q, struct err *e)
{
    json_t *keys;
    TRY(call_folder(c, 0, &q->mailbox, e));
    TRY(call_uid(c, 1, &q->uid, e));
    TRY(json_need_u32(c->in, "uidvalidity", &q->uidvalidity, e));
    TRY(json_need_array(c->in, "keys", VIEW_MAX_KEYS, &keys, e));
    q->keys = keys;
    return RC_OK;
}

/* --- showing ------------------------------------------------------------------------------------
 */

static rc_t answer_with(struct call *c, const struct opened_message *m,
                        json_t *(*make)(const struct message_view *, const struct message_context *,
                                        struct arena *),
                        struct err *e)
{
    struct own_certificates own = {0};
    if (c->features.smime && m->view->has_encryption) TRY(vault_own_certificates(c, &own, e));
    const struct message_context ctx = {.uidvalidity = m->uidvalidity,
                                        .row = &m->row,
                                        .mine = own.certs,
                                        .mine_count = own.count,
                                        .part = m->attached,
                                        .check = m->worth_a_check};
    json_t *v = make(m->view, &ctx, c->arena);
    own_certificates_free(&own);
    return call_answer(c, v, e);
}

rc_t message_get(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {0};
    TRY(read_query(c, &q, e));
    TRY(view_open_message(c, &q, &m, e));
    return answer_with(c, &m, message_json, e);
}

rc_t message_unlock(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {0};
    TRY(message_request_read(c, &q, e));
    TRY(view_open_message(c, &q, &m, e));
    return answer_with(c, &m, message_json, e);
}

rc_t message_attached(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {.attached = true};
    TRY(message_request_read(c, &q, e));
    TRY(json_need_str(c->in, "part", &q.part, e));
    TRY(view_open_message(c, &q, &m, e));
    return answer_with(c, &m, message_json, e);
}

/* With questions to outside; what is good is remembered for the time after the certificate. */
rc_t message_check(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {.ask = true};
    TRY(message_request_read(c, &q, e));
    TRY(json_want_str(c->in, "part", STR_NULL, &q.part, e));
    q.attached = q.part.n > 0;
    TRY(view_open_message(c, &q, &m, e));
    TRY(verified_record(c, m.view, e));
    return answer_with(c, &m, message_security_json, e);
}

rc_t message_source(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    CLEANUP_BUF struct buf raw = BUF_INIT(c->app->config->message_max_bytes);
    struct message_request q = {0};
    TRY(read_query(c, &q, e));
    TRY(call_imap(c, q.mailbox, &im, e));
    TRY(call_check_uidvalidity(im, q.uidvalidity, e));
    TRY(imap_fetch(im, q.uid, &raw, e));
    response_type(c->s, STR("message/rfc822"));
    response_header(c->s, STR("Content-Disposition"),
                    content_disposition(c->arena, false, STR("message.eml")));
    response_take(c->s, &raw);
    return RC_OK;
}

/* --- parts --------------------------------------------------------------------------------------
 */

/* Types a browser shows as a picture and runs nothing of. */
static bool is_safe_image(str_t type)
{
    static const str_t types[] = {STR_INIT("image/png"),  STR_INIT("image/jpeg"),
                                  STR_INIT("image/gif"),  STR_INIT("image/webp"),
                                  STR_INIT("image/avif"), STR_INIT("image/bmp")};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_eq(type, types[i])) return true;
    return false;
}

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

static rc_t answer_part(struct call *c, struct opened_message *m, str_t id, bool inline_,
                        struct err *e)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT_SECRET(c->app->config->message_max_bytes);
    str_t type = STR_NULL, name = STR_NULL;
    TRY(message_part_bytes(m->view, id, &bytes, &type, &name, e));
    if (inline_ && !is_safe_image(type))
        return err_set(e, RC_FORBIDDEN, "Only pictures can be shown in place.");
    response_type(c->s,
                  inline_ ? arena_str(c->arena, type) : arena_str(c->arena, download_type(type)));
    response_header(c->s, STR("Content-Disposition"), content_disposition(c->arena, inline_, name));
    response_take(c->s, &bytes);
    return RC_OK;
}

rc_t part_get(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {.part = c->q->params[2]};
    TRY(read_query(c, &q, e));
    TRY(view_open_message(c, &q, &m, e));
    bool inline_ = str_eq(request_query(c->q, STR("inline")), STR("1"));
    return answer_part(c, &m, q.part, inline_, e);
}

rc_t part_unlock(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {.part = c->q->params[2]};
    TRY(message_request_read(c, &q, e));
    TRY(view_open_message(c, &q, &m, e));
    return answer_part(c, &m, q.part, false, e);
}
