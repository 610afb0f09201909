#include "webmail/account/password.h"

#include "base/b64.h"
#include "base/log.h"
#include "webmail/account/totp.h"
#include "webmail/session/session.h"
#include "webmail/session/throttle.h"

#define MAX_PASSWORD 1024u

/* With a connection of its own: one that is signed in already would prove nothing. */
static rc_t try_password(struct call *c, str_t password, struct err *e)
{
    unsigned char random[16];
    TRY(random_bytes(random, sizeof random, e));
    const struct session *s = c->session;
    str_t once = hex_encode(c->arena, str_n(random, sizeof random));
    struct imap_account account = {
        .server = &s->domain->imap, .session = once, .login = s->login, .password = password};
    rc_t rc = imap_check_login(c->app->imap, &account, (int) c->app->config->request_timeout_ms, e);
    imap_pool_drop(c->app->imap, once);
    return rc;
}

rc_t password_check(struct call *c, str_t password, struct err *e)
{
    struct throttle t;
    struct err ignored = {0};
    if (password.n == 0 || password.n > MAX_PASSWORD || !str_is_clean(password))
        return err_invalid(e, "password", "This password is wrong.");
    TRY(throttle_begin(c, c->session->address, &t, e));
    rc_t rc = try_password(c, password, e);
    if (rc == RC_WRONG_PASSWORD) {
        log_event(LOG_WARN, "password_wrong", "account", LOG_S(c->session->address), "client",
                  LOG_S(c->q->client_address), NULL);
        return err_invalid(e, "password", "This password is wrong.");
    }
    if (throttle_take_back(c, &t, rc == RC_OK, rc == RC_OK ? e : &ignored) != RC_OK && rc == RC_OK)
        return RC_STATE_DOWN;
    return rc;
}

rc_t owner_prove(struct call *c, struct err *e)
{
    str_t password, code;
    TRY(json_want_str(c->in, "password", STR(""), &password, e));
    TRY(json_want_str(c->in, "code", STR(""), &code, e));
    if (password.n == 0) return err_invalid(e, "password", "This needs your password.");
    TRY(password_check(c, password, e));
    return totp_prove_if_on(c, code, e);
}
