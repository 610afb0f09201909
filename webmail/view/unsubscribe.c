/* Leaving a mailing list with one click (RFC 8058), asked by waxseal-fetch for the reader. */
#include "mail/unsubscribe.h"

#include "base/fetch.h"
#include "webmail/session/session.h"
#include "webmail/shared.h"
#include "webmail/view/view.h"

enum { LEAVE_MS = 10000, MAX_LEFT = 60, LEFT_SECONDS = 3600 };

/* A script in our page must not be able to post to thousands of places. */
static rc_t count(struct call *c, struct err *e)
{
    struct shared_key key;
    str_t parts[] = {STR("unsubscribe"), c->session->address};
    TRY(shared_key_of(parts, 2, &key, e));
    if (shared_count(c->app->shared, &key, LEFT_SECONDS, 1, call_now()) <= MAX_LEFT) return RC_OK;
    return err_set(e, RC_THROTTLED,
                   "Too many lists were left in a short time. Please wait a while.");
}

static rc_t post(struct call *c, str_t url, struct err *e)
{
    const struct fetch_request q = {.kind = FETCH_UNSUBSCRIBE,
                                    .method = FETCH_POST,
                                    .url = url,
                                    .content_type = STR("application/x-www-form-urlencoded"),
                                    .body = STR("List-Unsubscribe=One-Click"),
                                    .timeout_ms = LEAVE_MS};
    struct fetch_answer answer;
    TRY(fetch_call(c->app->config->fetch_socket, &q, c->arena, &answer, e));
    json_t *v = json_object();
    json_put_bool(v, "done", answer.status >= 200 && answer.status < 300);
    json_put_int(v, "status", answer.status);
    return call_answer(c, v, e);
}

/* No content keys come with it: nothing that was decrypted can say where to post. */
rc_t message_leave_list(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {0};
    struct unsubscribe u;
    TRY(call_folder(c, 0, &q.mailbox, e));
    TRY(call_uid(c, 1, &q.uid, e));
    TRY(json_need_u32(c->in, "uidvalidity", &q.uidvalidity, e));
    TRY(view_open_message(c, &q, &m, e));
    if (!message_unsubscribe(m.view, c->session->domain->authserv_id, c->arena, &u) || !u.one_click)
        return err_set(e, RC_FORBIDDEN,
                       "This message offers no list that can be left with one click.");
    TRY(count(c, e));
    return post(c, u.url, e);
}
