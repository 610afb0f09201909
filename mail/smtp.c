#include "mail/smtp.h"

#include <inttypes.h>

#include "base/b64.h"
#include "base/kill.h"
#include "mail/smtp_value.h"
#include "mail/smtp_wire.h"

#define LOGIN_MAX 320
#define PASSWORD_MAX 1000

/* --- signing in ------------------------------------------------------------------------------ */

static rc_t auth_plain(struct smtp_wire *w, const struct smtp_account *acc, struct err *e)
{
    CLEANUP_ARENA struct arena *secret = arena_new_secret(16384);
    if (!secret) return err_set(e, RC_NO_MEMORY, NULL);
    str_t raw =
        arena_printf(secret, "%c%.*s%c%.*s", 0, STR_ARG(acc->login), 0, STR_ARG(acc->password));
    str_t line = arena_printf(secret, "AUTH PLAIN %.*s\r\n", STR_ARG(b64_encode(secret, raw)));
    return smtp_wire_command(w, line, "AUTH", e);
}

static rc_t auth_login(struct smtp_wire *w, const struct smtp_account *acc, struct err *e)
{
    CLEANUP_ARENA struct arena *secret = arena_new_secret(16384);
    if (!secret) return err_set(e, RC_NO_MEMORY, NULL);
    const str_t answers[] = {acc->login, acc->password};
    TRY(smtp_wire_command(w, STR("AUTH LOGIN\r\n"), "AUTH", e));
    for (size_t i = 0; i < 2; i++) {
        if (w->reply.code != 334) return RC_OK; /* the caller looks at the code */
        str_t line = arena_printf(secret, "%.*s\r\n", STR_ARG(b64_encode(secret, answers[i])));
        TRY(smtp_wire_command(w, line, "AUTH", e));
    }
    return RC_OK;
}

static rc_t authenticate(struct smtp_wire *w, const struct smtp_account *acc, struct err *e)
{
    if (acc->login.n == 0) return RC_OK; /* a relay that knows us by address */
    if (!stream_encrypted(w->stream) && !stream_loopback(w->stream))
        return err_set(e, RC_UNTRUSTED_PEER, NULL);
    if (w->offers & SMTP_OFFERS_PLAIN) {
        TRY(auth_plain(w, acc, e));
    } else if (w->offers & SMTP_OFFERS_LOGIN) {
        TRY(auth_login(w, acc, e));
    } else {
        err_set(e, RC_SMTP_REFUSED, NULL);
        err_detail(e, "SMTP server offers neither AUTH PLAIN nor LOGIN");
        return RC_SMTP_REFUSED;
    }
    wipe(w->ms->write_buffer, w->ms->buffer_max_size);
    if (w->reply.code == 235) return RC_OK;
    smtp_wire_refused(w, "AUTH", e);
    if (w->reply.code == 535)
        err_set(e, RC_SMTP_REFUSED, "The outgoing mail server refused the user name or password.");
    return RC_SMTP_REFUSED;
}

static rc_t open_session(struct smtp_wire *w, const struct smtp_account *acc, int deadline_ms,
                         struct err *e)
{
    const struct smtp_peer peer = {.server = acc->server};
    if (acc->login.n > LOGIN_MAX || acc->password.n > PASSWORD_MAX)
        return err_set(e, RC_INVALID, NULL);
    TRY(smtp_wire_open(w, &peer, clock_ms() + deadline_ms, e));
    return authenticate(w, acc, e);
}

/* --- arguments ------------------------------------------------------------------------------- */

static rc_t check_address(str_t a, const char *field, struct err *e)
{
    if (smtp_value_is_path(a) && str_chr(a, '@') > 0) return RC_OK;
    err_set(e, RC_INVALID, "An address cannot be used for sending.");
    err_field(e, field);
    return RC_INVALID;
}

static rc_t check_message(const struct flow *m, bool *wide, struct err *e)
{
    struct smtp_look look = {.sound = false};
    TRY(smtp_value_look(m, &look, e));
    *wide = look.wide_header;
    if (look.sound) return RC_OK;
    err_set(e, RC_INVALID, "The message cannot be sent in this form.");
    err_field(e, "message");
    return RC_INVALID;
}

/* wide: the message's header has bytes beyond ASCII. */
static rc_t check_envelope(const struct smtp_envelope *env, const struct flow *message, bool *wide,
                           struct err *e)
{
    if (env->count == 0 || env->count > SMTP_RECIPIENTS_MAX) {
        err_set(e, RC_INVALID,
                env->count == 0 ? "There is no recipient." : "There are too many recipients.");
        err_field(e, "to");
        return RC_INVALID;
    }
    TRY(check_address(env->from, "from", e));
    for (size_t i = 0; i < env->count; i++)
        TRY(check_address(env->recipients[i].address, "to", e));
    if (!smtp_value_is_notify(env->notify)) return err_set(e, RC_INVALID, NULL);
    if (env->envid.n > 60 || !str_is_clean(env->envid)) return err_set(e, RC_INVALID, NULL);
    return check_message(message, wide, e);
}

bool smtp_is_international(str_t text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char) text.p[i] >= 0x80) return true;
    return false;
}

/* An address of the envelope, or of the header (RFC 6532), whoever this copy is for. */
static bool needs_utf8(const struct smtp_envelope *env, bool header)
{
    bool needs = header || smtp_is_international(env->from);
    for (size_t i = 0; !needs && i < env->count; i++)
        needs = smtp_is_international(env->recipients[i].address);
    return needs;
}

/* --- transaction ----------------------------------------------------------------------------- */

static rc_t refuse_dsn(struct err *e)
{
    err_set(e, RC_SMTP_REFUSED, SMTP_NO_DSN);
    err_field(e, "dsn");
    return RC_SMTP_REFUSED;
}

static rc_t refuse_utf8(struct err *e)
{
    err_set(e, RC_SMTP_REFUSED, SMTP_NO_UTF8);
    err_field(e, "utf8");
    return RC_SMTP_REFUSED;
}

static rc_t say_from(struct smtp_wire *w, const struct smtp_envelope *env, size_t size, bool utf8,
                     struct err *e)
{
    unsigned can = w->offers;
    if (w->size_max > 0 && size > w->size_max) {
        err_set(e, RC_TOO_LARGE,
                "The outgoing mail server takes messages up to %" PRIu64 " MB only.",
                w->size_max / 1000000);
        return RC_TOO_LARGE;
    }
    if (env->notify.n > 0 && !(can & SMTP_OFFERS_DSN)) return refuse_dsn(e);
    if (utf8 && !(can & SMTP_OFFERS_UTF8)) return refuse_utf8(e);
    /* Whoever takes SMTPUTF8 takes eight bits (RFC 6531 section 3.1, item 8). */
    str_t wide = utf8 ? STR(" BODY=8BITMIME SMTPUTF8") : STR("");
    str_t said = can & SMTP_OFFERS_SIZE ? arena_printf(w->a, " SIZE=%zu", size) : STR("");
    str_t dsn = STR("");
    if ((can & SMTP_OFFERS_DSN) && env->envid.n > 0)
        dsn =
            arena_printf(w->a, " RET=HDRS ENVID=%.*s", STR_ARG(smtp_value_xtext(w->a, env->envid)));
    str_t line = arena_printf(w->a, "MAIL FROM:<%.*s>%.*s%.*s%.*s\r\n", STR_ARG(env->from),
                              STR_ARG(said), STR_ARG(dsn), STR_ARG(wide));
    TRY(smtp_wire_command(w, line, "MAIL", e));
    return w->reply.code / 100 == 2 ? RC_OK : smtp_wire_refused(w, "MAIL", e);
}

static void note(struct smtp_recipient *r, const struct smtp_reply *reply, struct arena *a)
{
    r->code = reply->code;
    r->reply = smtp_reply_text(reply, a);
    r->accepted = reply->code / 100 == 2;
}

struct saying {
    struct smtp_wire *w;
    struct smtp_envelope *env;
};

static str_t say_recipient(void *ctx, size_t i)
{
    const struct saying *s = ctx;
    return arena_printf(s->w->a, "RCPT TO:<%.*s>%s%.*s\r\n", STR_ARG(s->env->recipients[i].address),
                        s->env->notify.n > 0 ? " NOTIFY=" : "", STR_ARG(s->env->notify));
}

static void note_recipient(void *ctx, size_t i)
{
    const struct saying *s = ctx;
    note(&s->env->recipients[i], &s->w->reply, s->w->a);
}

static rc_t say_recipients(struct smtp_wire *w, struct smtp_envelope *env, struct err *e)
{
    struct saying s = {w, env};
    const struct smtp_series all = {env->count, "RCPT", say_recipient, note_recipient, &s};
    TRY(smtp_wire_series(w, &all, e));
    const struct smtp_recipient *refused = NULL;
    size_t accepted = 0;
    for (size_t i = env->count; i > 0; i--) {
        if (env->recipients[i - 1].accepted)
            accepted++;
        else
            refused = &env->recipients[i - 1];
    }
    if (env->all_or_none ? !refused : accepted > 0) return RC_OK;
    w->reply = (struct smtp_reply){.code = refused->code, .words = refused->reply};
    smtp_wire_refused(w, "RCPT", e);
    err_field(e, "to");
    return RC_SMTP_REFUSED;
}

static void note_all(struct smtp_wire *w, struct smtp_envelope *env)
{
    for (size_t i = 0; i < env->count; i++)
        if (env->recipients[i].accepted) note(&env->recipients[i], &w->reply, w->a);
}

static rc_t say_data(struct smtp_wire *w, struct smtp_envelope *env, const struct flow *message,
                     enum smtp_outcome *outcome, struct err *e)
{
    TRY(smtp_wire_command(w, STR("DATA\r\n"), "DATA", e));
    if (w->reply.code != 354) {
        note_all(w, env);
        /* A "2xx" to DATA is no leave to send; it accepted nothing either. */
        for (size_t i = 0; i < env->count; i++)
            env->recipients[i].accepted = false;
        return smtp_wire_refused(w, "DATA", e);
    }
    WX_KILL_POINT("smtp_data_allowed");
    TRY(smtp_wire_message(w, message, e));
    WX_KILL_POINT("smtp_body_sent");
    /* From the first byte of the dot on, the server may have the message whatever happens here. */
    *outcome = SMTP_UNKNOWN;
    TRY(smtp_wire_send(w, STR(".\r\n"), true, "end of message", e));
    WX_KILL_POINT("smtp_dot_sent");
    TRY(smtp_wire_read(w, "end of message", e));
    WX_KILL_POINT("smtp_dot_answered");
    note_all(w, env);
    if (w->reply.code / 100 == 2) {
        *outcome = SMTP_SENT;
        return RC_OK;
    }
    if (w->reply.code / 100 == 3) return smtp_wire_lost(w, "end of message", e);
    *outcome = SMTP_REFUSED;
    return smtp_wire_refused(w, "end of message", e);
}

rc_t smtp_submit(const struct smtp_account *acc, struct smtp_envelope *env, str_t message,
                 int deadline_ms, struct arena *a, enum smtp_outcome *outcome, struct err *e)
{
    const struct flow flow = flow_of_str(&message);
    return smtp_submit_flow(acc, env, &flow, deadline_ms, a, outcome, e);
}

rc_t smtp_submit_flow(const struct smtp_account *acc, struct smtp_envelope *env,
                      const struct flow *message, int deadline_ms, struct arena *a,
                      enum smtp_outcome *outcome, struct err *e)
{
    *outcome = SMTP_REFUSED;
    for (size_t i = 0; i < env->count; i++) {
        env->recipients[i].code = 0;
        env->recipients[i].reply = STR_NULL;
        env->recipients[i].accepted = false;
    }
    bool wide = false;
    TRY(check_envelope(env, message, &wide, e));
    struct smtp_wire w = {.a = a};
    rc_t rc = open_session(&w, acc, deadline_ms, e);
    WX_KILL_POINT("smtp_authenticated");
    if (rc == RC_OK) rc = say_from(&w, env, message->n, needs_utf8(env, wide), e);
    WX_KILL_POINT("smtp_sender_said");
    if (rc == RC_OK) rc = say_recipients(&w, env, e);
    WX_KILL_POINT("smtp_recipients_said");
    if (rc == RC_OK) rc = say_data(&w, env, message, outcome, e);
    if (rc != RC_OK && *outcome == SMTP_REFUSED)
        for (size_t i = 0; i < env->count; i++)
            env->recipients[i].accepted = false;
    smtp_wire_close(&w, rc == RC_OK || rc == RC_SMTP_REFUSED);
    return rc;
}

rc_t smtp_offers(const struct smtp_account *acc, int deadline_ms, struct arena *a,
                 struct smtp_offer *out, struct err *e)
{
    struct smtp_wire w = {.a = a};
    rc_t rc = open_session(&w, acc, deadline_ms, e);
    if (rc == RC_OK)
        *out = (struct smtp_offer){.dsn = (w.offers & SMTP_OFFERS_DSN) != 0,
                                   .utf8 = (w.offers & SMTP_OFFERS_UTF8) != 0};
    smtp_wire_close(&w, rc == RC_OK || rc == RC_SMTP_REFUSED);
    return rc;
}
