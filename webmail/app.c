#include "webmail/app.h"

#include <stdio.h>
#include <time.h>

#include "base/b64.h"
#include "policy/roots.h"
#include "webmail/session/session.h"

rc_t call_answer(struct call *c, json_t *answer, struct err *e)
{
    if (!answer) return err_set(e, RC_NO_MEMORY, NULL);
    json_decref(c->out);
    c->out = answer;
    return RC_OK;
}

const struct trust *call_trust(const struct call *c)
{
    return c->app->roots ? roots_trust(c->app->roots, c->roots) : c->app->trust;
}

str_t call_user_key(struct call *c, str_t what)
{
    return arena_printf(c->arena, "%.*s:u:%.*s:%.*s", STR_ARG(app_prefix(c->app)),
                        STR_ARG(c->session->address), STR_ARG(what));
}

str_t folder_to_id(struct arena *a, str_t mailbox)
{
    return b64url_encode(a, mailbox);
}

rc_t folder_from_id(struct arena *a, str_t id, str_t *mailbox, struct err *e)
{
    str_t name;
    if (id.n > 1400 || !b64url_decode(a, id, &name) || name.n == 0 || !str_is_clean(name))
        return err_set(e, RC_NOT_FOUND, "There is no such folder.");
    *mailbox = name;
    return RC_OK;
}

rc_t call_folder(struct call *c, unsigned i, str_t *mailbox, struct err *e)
{
    return folder_from_id(c->arena, c->q->params[i], mailbox, e);
}

rc_t call_uid(struct call *c, unsigned i, uint32_t *uid, struct err *e)
{
    uint32_t n;
    if (!str_to_u32(c->q->params[i], &n) || n == 0) return err_set(e, RC_NOT_FOUND, NULL);
    *uid = n;
    return RC_OK;
}

struct imap_account call_imap_account(struct call *c)
{
    const struct session *s = c->session;
    return (struct imap_account){
        .server = &s->domain->imap, .session = s->id, .login = s->login, .password = s->password};
}

struct smtp_account call_smtp_account(struct call *c)
{
    const struct session *s = c->session;
    return (struct smtp_account){
        .server = &s->domain->smtp, .login = s->login, .password = s->password};
}

typedef rc_t acquire_fn(struct imap_pool *p, const struct imap_account *acc, str_t mailbox,
                        int deadline_ms, struct imap **out, struct err *e);

static rc_t lease(struct call *c, acquire_fn *acquire, str_t mailbox, struct imap **out,
                  struct err *e)
{
    struct imap_account account = call_imap_account(c);
    rc_t rc =
        acquire(c->app->imap, &account, mailbox, (int) c->app->config->request_timeout_ms, out, e);
    if (rc != RC_WRONG_PASSWORD) return rc;
    /* The password was changed since: this session can do nothing any more. */
    struct err ignored = {0};
    if (session_end(c, &ignored) != RC_OK) return err_set(e, RC_STATE_DOWN, NULL);
    return err_set(e, RC_UNAUTHENTICATED, "Your password has changed. Please sign in again.");
}

rc_t call_imap(struct call *c, str_t mailbox, struct imap **out, struct err *e)
{
    return lease(c, imap_acquire, mailbox, out, e);
}

rc_t call_imap_search(struct call *c, str_t mailbox, struct imap **out, struct err *e)
{
    return lease(c, imap_acquire_search, mailbox, out, e);
}

rc_t call_check_uidvalidity(struct imap *im, uint32_t expected, struct err *e)
{
    struct imap_mailbox box;
    TRY(imap_mailbox(im, &box, e));
    if (box.uidvalidity != expected)
        return err_set(e, RC_CONFLICT, "The folder was made anew meanwhile.");
    return RC_OK;
}

int64_t call_now(void)
{
    return (int64_t) time(NULL);
}

rc_t app_key(const struct app *app, str_t purpose, str_t context, unsigned char out[SEAL_KEY_BYTES],
             struct err *e)
{
    return seal_derive(str_n(app->host_key, sizeof app->host_key), purpose, context, out, e);
}

str_t time_text(struct arena *a, int64_t seconds)
{
    struct tm tm;
    time_t t = (time_t) seconds;
    char text[32];
    if (!gmtime_r(&t, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099) return STR_NULL;
    size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return arena_str(a, str_n(text, n));
}
