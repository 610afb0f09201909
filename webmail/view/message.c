/* One message: shown, opened, looked at again, taken apart. */
#include "webmail/view/view.h"

#include "mail/auth_results.h"
#include "webmail/session/session.h"
#include "webmail/settings/settings.h"
#include "webmail/smime/vault.h"
#include "webmail/smime/verified.h"
#include "webmail/view/images.h"
#include "webmail/view/message_json.h"
#include "webmail/view/policy.h"

/* --- which one ----------------------------------------------------------------------------------
 */

static rc_t query_uidvalidity(struct call *c, uint32_t *out, struct err *e)
{
    if (str_to_u32(request_query(c->q, STR("uidvalidity")), out)) return RC_OK;
    err_set(e, RC_INVALID, "uidvalidity must be a number.");
    err_field(e, "uidvalidity");
    return RC_INVALID;
}

rc_t message_request_query(struct call *c, struct message_request *q, struct err *e)
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

static rc_t answer_with(struct call *c, const struct message_request *q,
                        const struct opened_message *m, json_t *remote,
                        json_t *(*make)(const struct message_view *, const struct message_context *,
                                        struct arena *),
                        struct err *e)
{
    struct own_certificates own = {0};
    CLEANUP_JSON json_t *policy = NULL;
    TRY(view_policy(c, q, m, &policy, e));
    if (c->features.smime && m->view->has_encryption) TRY(vault_own_certificates(c, &own, e));
    const struct message_context ctx = {.uidvalidity = m->uidvalidity,
                                        .row = &m->row,
                                        .mine = own.certs,
                                        .mine_count = own.count,
                                        .part = m->attached,
                                        .check = m->worth_a_check,
                                        .authserv_id = c->session->domain->authserv_id,
                                        .remote = remote,
                                        .policy = policy,
                                        .can_post = c->app->config->fetch_socket.n > 0};
    json_t *v = make(m->view, &ctx, c->arena);
    own_certificates_free(&own);
    return call_answer(c, v, e);
}

rc_t message_get(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {0};
    TRY(message_request_query(c, &q, e));
    TRY(view_open_message(c, &q, &m, e));
    CLEANUP_JSON json_t *remote = NULL;
    TRY(images_of(c, &q, &m, true, &remote, e));
    return answer_with(c, &q, &m, remote, message_json, e);
}

/* Remembered is only who is confirmed to have written this (one address, which is one); the
 * pictures are shown all the same. */
static rc_t remember_sender(struct call *c, const struct message_view *v, struct err *e)
{
    if (!message_sender_confirmed(v, c->session->domain->authserv_id, c->arena)) return RC_OK;
    rc_t rc = settings_remember_sender(c, v->from[0].address, e);
    return rc == RC_INVALID ? RC_OK : rc;
}

/* The same message, with the pictures it has elsewhere. */
rc_t message_images(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    CLEANUP_JSON json_t *remote = NULL;
    struct message_request q = {0};
    bool remember;
    TRY(call_folder(c, 0, &q.mailbox, e));
    TRY(call_uid(c, 1, &q.uid, e));
    TRY(json_need_u32(c->in, "uidvalidity", &q.uidvalidity, e));
    TRY(json_want_bool(c->in, "remember", false, &remember, e));
    TRY(view_open_message(c, &q, &m, e));
    if (m.view->has_encryption)
        return err_set(e, RC_FORBIDDEN, "Encrypted mail never loads anything from elsewhere.");
    if (remember) TRY(remember_sender(c, m.view, e));
    TRY(images_of(c, &q, &m, false, &remote, e));
    if (!remote) remote = json_object();
    return answer_with(c, &q, &m, remote, message_json, e);
}

rc_t message_unlock(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {0};
    TRY(message_request_read(c, &q, e));
    TRY(view_open_message(c, &q, &m, e));
    return answer_with(c, &q, &m, NULL, message_json, e);
}

rc_t message_attached(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {.attached = true};
    TRY(message_request_read(c, &q, e));
    TRY(json_need_str(c->in, "part", &q.part, e));
    TRY(view_open_message(c, &q, &m, e));
    return answer_with(c, &q, &m, NULL, message_json, e);
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
    return answer_with(c, &q, &m, NULL, message_security_json, e);
}

rc_t message_source(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    CLEANUP_BUF struct buf raw = BUF_INIT(c->app->config->message_max_bytes);
    struct message_request q = {0};
    TRY(message_request_query(c, &q, e));
    TRY(call_imap(c, q.mailbox, &im, e));
    TRY(call_check_uidvalidity(im, q.uidvalidity, e));
    TRY(imap_fetch(im, q.uid, &raw, e));
    response_type(c->s, STR("message/rfc822"));
    response_header(c->s, STR("Content-Disposition"),
                    content_disposition(c->arena, false, STR("message.eml")));
    response_take(c->s, &raw);
    return RC_OK;
}
