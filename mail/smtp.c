#include "mail/smtp.h"

#include <ctype.h>
#include <libetpan/mailsmtp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/b64.h"
#include "base/buf.h"
#include "base/kill.h"
#include "mail/stream_driver.h"

#define REPLY_BYTES 32768 /* one reply, or one set-up step of libetpan */
#define RECIPIENTS_MAX 1000
#define ADDRESS_MAX 320
#define PIPELINE 50 /* RCPT commands in flight */
#define CHUNK 16384

struct smtp {
    mailsmtp *session;
    mailstream *ms;
    struct stream *stream;
    int64_t deadline;
    struct arena *a;
    int code;   /* of the last reply, 0: none came */
    str_t text; /* of the last reply, in the arena */
    bool utf8;  /* SMTPUTF8 is offered (RFC 6531) */
};

/* --- replies --------------------------------------------------------------------------------- */

static rc_t lost(struct smtp *s, const char *where, struct err *e)
{
    bool late = s->stream ? stream_timed_out(s->stream) : clock_ms() >= s->deadline;
    rc_t code = late ? RC_TIMEOUT : RC_SMTP_DOWN;
    if (late)
        err_set(e, code, "The outgoing mail server did not answer in time.");
    else
        err_set(e, code, NULL);
    err_detail(e, "SMTP connection lost at %s", where);
    return code;
}

static str_t clean_text(struct arena *a, str_t s)
{
    str_t copy = arena_str(a, str_sub(s, 0, 500));
    char *p = (char *) (uintptr_t) copy.p;
    for (size_t i = 0; i < copy.n; i++) {
        unsigned char c = (unsigned char) p[i];
        if (c < 0x20 || c >= 0x7f) p[i] = ' ';
    }
    return str_trim(copy);
}

/* "250-text" lines up to "250 text" (RFC 5321 section 4.2.1); the last line's text is kept. */
static rc_t read_reply(struct smtp *s, const char *where, struct err *e)
{
    MMAPString *line = mmap_string_new("");
    if (!line) return err_set(e, RC_NO_MEMORY, NULL);
    stream_driver_guard(s->ms, REPLY_BYTES, REPLY_BYTES);
    s->code = 0;
    rc_t rc = RC_OK;
    for (;;) {
        char *p = mailstream_read_line_remove_eol(s->ms, line);
        str_t text = str_c(p);
        uint32_t code = 0;
        bool ok = p && text.n >= 3 && str_to_u32(str_sub(text, 0, 3), &code) && code >= 200 &&
                  code <= 599 && (text.n == 3 || text.p[3] == ' ' || text.p[3] == '-');
        if (!ok) {
            rc = lost(s, where, e);
            break;
        }
        if (text.n > 3 && text.p[3] == '-') continue;
        s->code = (int) code;
        s->text = clean_text(s->a, str_sub(text, 4, text.n));
        break;
    }
    mmap_string_free(line);
    return rc;
}

static rc_t send_text(struct smtp *s, str_t text, bool flush, const char *where, struct err *e)
{
    if (mailstream_write(s->ms, text.p, text.n) != (ssize_t) text.n) return lost(s, where, e);
    if (flush && mailstream_flush(s->ms) != 0) return lost(s, where, e);
    return RC_OK;
}

static rc_t command(struct smtp *s, str_t text, const char *where, struct err *e)
{
    if (str_is_null(text)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(send_text(s, text, true, where, e));
    return read_reply(s, where, e);
}

/* The error for a reply that refuses. */
static rc_t refused(struct smtp *s, const char *where, struct err *e)
{
    bool later = s->code >= 400 && s->code < 500;
    bool full = s->code == 552 || s->code == 452;
    const char *sentence =
        full    ? "The outgoing mail server has no room for this message."
        : later ? "The outgoing mail server could not take the message now. Please try again later."
                : NULL;
    if (sentence)
        err_set(e, RC_SMTP_REFUSED, "%s", sentence);
    else
        err_set(e, RC_SMTP_REFUSED, NULL);
    err_detail(e, "SMTP %s: %d %.*s", where, s->code, STR_ARG(s->text));
    return RC_SMTP_REFUSED;
}

/* --- opening (by libetpan) ---------------------------------------------------------------------
 */

static rc_t setup_failed(struct smtp *s, int r, const char *where, struct err *e)
{
    if (!s->session->stream) { /* after a 421 libetpan closes the stream by itself */
        s->ms = NULL;
        s->stream = NULL;
    }
    if (r == MAILSMTP_ERROR_STREAM || s->session->response_code == 0) return lost(s, where, e);
    s->code = s->session->response_code;
    s->text = clean_text(s->a, str_c(s->session->response ? s->session->response : ""));
    return refused(s, where, e);
}

/* Lines of the last EHLO's answer, by whoever libetpan has no word for. */
static bool offers(const struct smtp *s, str_t keyword)
{
    str_t rest = str_c(s->session->response ? s->session->response : ""), line;
    bool found = false;
    while (!found && rest.n > 0) {
        str_cut(rest, '\n', &line, &rest);
        line = str_trim(line);
        found = str_istarts(line, keyword) && (line.n == keyword.n || line.p[keyword.n] == ' ');
    }
    return found;
}

static rc_t say_hello(struct smtp *s, struct err *e)
{
    stream_driver_guard(s->ms, REPLY_BYTES, REPLY_BYTES);
    /* By address: a name would be looked up, and that has no deadline. */
    int r = mailesmtp_ehlo_with_ip(s->session, 1);
    if (r != MAILSMTP_NO_ERROR) return setup_failed(s, r, "EHLO", e);
    s->utf8 = offers(s, STR("SMTPUTF8"));
    return RC_OK;
}

static rc_t start_tls(struct smtp *s, const struct config_endpoint *server, struct err *e)
{
    if (!(s->session->esmtp & MAILSMTP_ESMTP_STARTTLS)) {
        err_set(e, RC_UNTRUSTED_PEER, NULL);
        err_detail(e, "SMTP server does not offer STARTTLS");
        return RC_UNTRUSTED_PEER;
    }
    stream_driver_guard(s->ms, REPLY_BYTES, REPLY_BYTES);
    int r = mailesmtp_starttls(s->session);
    if (r != MAILSMTP_NO_ERROR) return setup_failed(s, r, "STARTTLS", e);
    if (stream_driver_has_leftover(s->ms)) {
        err_set(e, RC_UNTRUSTED_PEER, NULL);
        err_detail(e, "plaintext behind STARTTLS");
        return RC_UNTRUSTED_PEER;
    }
    TRY(stream_starttls(s->stream, server, e));
    s->session->esmtp = 0;
    s->session->auth = MAILSMTP_AUTH_NOT_CHECKED;
    s->session->smtp_max_msg_size = 0;
    return say_hello(s, e);
}

static rc_t auth_plain(struct smtp *s, const struct smtp_account *acc, struct err *e)
{
    CLEANUP_ARENA struct arena *secret = arena_new_secret(16384);
    if (!secret) return err_set(e, RC_NO_MEMORY, NULL);
    str_t raw =
        arena_printf(secret, "%c%.*s%c%.*s", 0, STR_ARG(acc->login), 0, STR_ARG(acc->password));
    str_t line = arena_printf(secret, "AUTH PLAIN %.*s\r\n", STR_ARG(b64_encode(secret, raw)));
    return command(s, line, "AUTH", e);
}

static rc_t auth_login(struct smtp *s, const struct smtp_account *acc, struct err *e)
{
    CLEANUP_ARENA struct arena *secret = arena_new_secret(16384);
    if (!secret) return err_set(e, RC_NO_MEMORY, NULL);
    const str_t answers[] = {acc->login, acc->password};
    TRY(command(s, STR("AUTH LOGIN\r\n"), "AUTH", e));
    for (size_t i = 0; i < 2; i++) {
        if (s->code != 334) return RC_OK; /* the caller looks at the code */
        str_t line = arena_printf(secret, "%.*s\r\n", STR_ARG(b64_encode(secret, answers[i])));
        TRY(command(s, line, "AUTH", e));
    }
    return RC_OK;
}

static rc_t authenticate(struct smtp *s, const struct smtp_account *acc, struct err *e)
{
    if (acc->login.n == 0) return RC_OK; /* a relay that knows us by address */
    if (!stream_encrypted(s->stream) && !stream_loopback(s->stream))
        return err_set(e, RC_UNTRUSTED_PEER, NULL);
    int offered = s->session->auth;
    if (offered & MAILSMTP_AUTH_PLAIN) {
        TRY(auth_plain(s, acc, e));
    } else if (offered & MAILSMTP_AUTH_LOGIN) {
        TRY(auth_login(s, acc, e));
    } else {
        err_set(e, RC_SMTP_REFUSED, NULL);
        err_detail(e, "SMTP server offers neither AUTH PLAIN nor LOGIN");
        return RC_SMTP_REFUSED;
    }
    wipe(s->ms->write_buffer, s->ms->buffer_max_size);
    if (s->code == 235) return RC_OK;
    refused(s, "AUTH", e);
    if (s->code == 535)
        err_set(e, RC_SMTP_REFUSED, "The outgoing mail server refused the user name or password.");
    return RC_SMTP_REFUSED;
}

static rc_t open_session(struct smtp *s, const struct smtp_account *acc, int64_t deadline,
                         struct err *e)
{
    s->deadline = deadline;
    TRY(stream_connect(acc->server, deadline, RC_SMTP_DOWN, &s->stream, e));
    s->ms = stream_driver_wrap(s->stream);
    if (!s->ms) {
        stream_close(s->stream);
        s->stream = NULL;
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    s->session = mailsmtp_new(0, NULL);
    if (!s->session) return err_set(e, RC_NO_MEMORY, NULL);
    stream_driver_guard(s->ms, REPLY_BYTES, REPLY_BYTES);
    int r = mailsmtp_connect(s->session, s->ms);
    if (r != MAILSMTP_NO_ERROR) return setup_failed(s, r, "greeting", e);
    WX_KILL_POINT("smtp_greeted");
    TRY(say_hello(s, e));
    if (acc->server->tls == TLS_MODE_STARTTLS) TRY(start_tls(s, acc->server, e));
    return authenticate(s, acc, e);
}

static void close_session(struct smtp *s, bool polite)
{
    if (s->ms) {
        if (polite) {
            stream_set_deadline(s->stream, clock_ms() + 200);
            if (mailstream_write(s->ms, "QUIT\r\n", 6) == 6) mailstream_flush(s->ms);
        }
        mailstream_close(s->ms);
    }
    if (s->session) {
        s->session->stream = NULL;
        mailsmtp_free(s->session);
    }
}

/* --- arguments
 * ------------------------------------------------------------------------------------ */

static rc_t check_address(str_t a, const char *field, struct err *e)
{
    bool ok = a.n > 0 && a.n <= ADDRESS_MAX && str_chr(a, '@') > 0 && str_is_utf8(a);
    for (size_t i = 0; ok && i < a.n; i++) {
        unsigned char c = (unsigned char) a.p[i];
        ok = c > 0x20 && c != 0x7f && c != '<' && c != '>';
    }
    if (ok) return RC_OK;
    err_set(e, RC_INVALID, "An address cannot be used for sending.");
    err_field(e, field);
    return RC_INVALID;
}

/* A bare CR or LF is taken for a line end by some servers and not by others: what stands behind it
 * could then be a command of the sender's (SMTP smuggling). NUL is not for SMTP at all. */
struct looking {
    bool bad, cr;       /* cr: the last byte was one */
    bool wide;          /* bytes beyond ASCII in the header */
    bool written, body; /* something on this line of the header; the header has ended */
};

static void look_at_header(struct looking *l, str_t m)
{
    for (size_t i = 0; !l->body && i < m.n; i++) {
        l->wide |= (unsigned char) m.p[i] >= 0x80;
        l->body = m.p[i] == '\n' && !l->written;
        if (m.p[i] != '\r') l->written = m.p[i] != '\n';
    }
}

static rc_t look_at(void *ctx, str_t m, struct err *e)
{
    struct looking *l = ctx;
    bool bad = false, cr = l->cr;
    (void) e;
    look_at_header(l, m);
    for (const char *p = m.p, *end = m.p + m.n; p < end; p++) {
        bad |= cr != (*p == '\n') || *p == '\0';
        cr = *p == '\r';
    }
    l->bad |= bad;
    l->cr = cr;
    return RC_OK;
}

static rc_t check_message(const struct flow *m, bool *wide, struct err *e)
{
    struct looking l = {.bad = m->n == 0};
    const struct flow_sink sink = {look_at, &l};
    TRY(flow_pour(m, &sink, e));
    *wide = l.wide;
    if (!l.bad && !l.cr) return RC_OK;
    err_set(e, RC_INVALID, "The message cannot be sent in this form.");
    err_field(e, "message");
    return RC_INVALID;
}

/* Words and commas: nothing else can get into the command. */
static bool is_notify(str_t s)
{
    bool ok = s.n <= 40;
    for (size_t i = 0; ok && i < s.n; i++)
        ok = (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] == ',' && i > 0);
    return ok;
}

/* wide: the message's header has bytes beyond ASCII. */
static rc_t check_envelope(const struct smtp_envelope *env, const struct flow *message, bool *wide,
                           struct err *e)
{
    if (env->count == 0 || env->count > RECIPIENTS_MAX) {
        err_set(e, RC_INVALID,
                env->count == 0 ? "There is no recipient." : "There are too many recipients.");
        err_field(e, "to");
        return RC_INVALID;
    }
    TRY(check_address(env->from, "from", e));
    for (size_t i = 0; i < env->count; i++)
        TRY(check_address(env->recipients[i].address, "to", e));
    if (!is_notify(env->notify)) return err_set(e, RC_INVALID, NULL);
    if (env->envid.n > 60 || !str_is_clean(env->envid)) return err_set(e, RC_INVALID, NULL);
    return check_message(message, wide, e);
}

/* xtext (RFC 3461 section 4). */
static str_t xtext(struct arena *a, str_t s)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1024);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c <= 0x20 || c >= 0x7f || c == '+' || c == '=')
            buf_printf(&b, "+%02X", c);
        else
            buf_char(&b, s.p[i]);
    }
    return arena_str(a, buf_view(&b));
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

/* --- transaction
 * ------------------------------------------------------------------------------------ */

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

static rc_t say_from(struct smtp *s, const struct smtp_envelope *env, size_t size, bool utf8,
                     struct err *e)
{
    int can = s->session->esmtp;
    size_t most = s->session->smtp_max_msg_size;
    if ((can & MAILSMTP_ESMTP_SIZE) && most > 0 && size > most) {
        err_set(e, RC_TOO_LARGE, "The outgoing mail server takes messages up to %zu MB only.",
                most / 1000000);
        return RC_TOO_LARGE;
    }
    if (env->notify.n > 0 && !(can & MAILSMTP_ESMTP_DSN)) return refuse_dsn(e);
    if (utf8 && !s->utf8) return refuse_utf8(e);
    /* Whoever takes SMTPUTF8 takes eight bits (RFC 6531 section 3.1, item 8). */
    str_t wide = utf8 ? STR(" BODY=8BITMIME SMTPUTF8") : STR("");
    str_t said = can & MAILSMTP_ESMTP_SIZE ? arena_printf(s->a, " SIZE=%zu", size) : STR("");
    str_t dsn = STR("");
    if ((can & MAILSMTP_ESMTP_DSN) && env->envid.n > 0)
        dsn = arena_printf(s->a, " RET=HDRS ENVID=%.*s", STR_ARG(xtext(s->a, env->envid)));
    str_t line = arena_printf(s->a, "MAIL FROM:<%.*s>%.*s%.*s%.*s\r\n", STR_ARG(env->from),
                              STR_ARG(said), STR_ARG(dsn), STR_ARG(wide));
    TRY(command(s, line, "MAIL", e));
    return s->code / 100 == 2 ? RC_OK : refused(s, "MAIL", e);
}

static rc_t note_recipient(struct smtp *s, struct smtp_recipient *r, struct err *e)
{
    TRY(read_reply(s, "RCPT", e));
    r->code = s->code;
    r->reply = s->text;
    r->accepted = s->code / 100 == 2;
    return RC_OK;
}

static rc_t say_recipients(struct smtp *s, struct smtp_envelope *env, size_t *accepted,
                           struct err *e)
{
    size_t flight = s->session->esmtp & MAILSMTP_ESMTP_PIPELINING ? PIPELINE : 1;
    for (size_t i = 0; i < env->count; i += flight) {
        size_t end = i + flight < env->count ? i + flight : env->count;
        for (size_t k = i; k < end; k++) {
            str_t line =
                arena_printf(s->a, "RCPT TO:<%.*s>%s%.*s\r\n", STR_ARG(env->recipients[k].address),
                             env->notify.n > 0 ? " NOTIFY=" : "", STR_ARG(env->notify));
            if (str_is_null(line)) return err_set(e, RC_NO_MEMORY, NULL);
            TRY(send_text(s, line, k + 1 == end, "RCPT", e));
        }
        for (size_t k = i; k < end; k++) {
            TRY(note_recipient(s, &env->recipients[k], e));
            if (env->recipients[k].accepted) ++*accepted;
        }
    }
    bool enough = env->all_or_none ? *accepted == env->count : *accepted > 0;
    if (enough) return RC_OK;
    for (size_t i = 0; i < env->count; i++) {
        const struct smtp_recipient *r = &env->recipients[i];
        if (r->accepted) continue;
        s->code = r->code;
        s->text = r->reply;
        refused(s, "RCPT", e);
        err_field(e, "to");
        break;
    }
    return RC_SMTP_REFUSED;
}

struct body {
    struct smtp *s;
    bool line_start;
    char last[2]; /* bytes */
};

/* Every line that begins with a dot is given another (RFC 5321 section 4.5.2). */
static rc_t send_piece(void *ctx, str_t m, struct err *e)
{
    struct body *b = ctx;
    const char *p = m.p, *end = m.p + m.n;
    while (p < end) {
        if (b->line_start && *p == '.') TRY(send_text(b->s, STR("."), false, "message", e));
        /* Up to the next line that begins with a dot. */
        const char *q = p;
        b->line_start = false;
        while (!b->line_start) {
            const char *nl = memchr(q, '\n', (size_t) (end - q));
            q = nl ? nl + 1 : end;
            b->line_start = nl && (q == end || *q == '.');
            if (q == end || (size_t) (q - p) >= CHUNK) break;
        }
        TRY(send_text(b->s, str_n(p, (size_t) (q - p)), false, "message", e));
        b->line_start = b->line_start || q[-1] == '\n';
        p = q;
    }
    b->last[0] = m.n > 1 ? end[-2] : b->last[1];
    b->last[1] = end[-1];
    return RC_OK;
}

static rc_t send_body(struct smtp *s, const struct flow *message, struct err *e)
{
    struct body b = {.s = s, .line_start = true};
    const struct flow_sink sink = {send_piece, &b};
    TRY(flow_pour(message, &sink, e));
    bool ended = b.last[0] == '\r' && b.last[1] == '\n';
    if (!ended) TRY(send_text(s, STR("\r\n"), false, "message", e));
    if (mailstream_flush(s->ms) != 0) return lost(s, "message", e);
    return RC_OK;
}

static void note_all(struct smtp *s, struct smtp_envelope *env)
{
    for (size_t i = 0; i < env->count; i++) {
        struct smtp_recipient *r = &env->recipients[i];
        if (!r->accepted) continue;
        r->code = s->code;
        r->reply = s->text;
        r->accepted = s->code / 100 == 2;
    }
}

static rc_t say_data(struct smtp *s, struct smtp_envelope *env, const struct flow *message,
                     enum smtp_outcome *outcome, struct err *e)
{
    TRY(command(s, STR("DATA\r\n"), "DATA", e));
    if (s->code != 354) {
        note_all(s, env);
        /* A "2xx" to DATA is no leave to send; it accepted nothing either. */
        for (size_t i = 0; i < env->count; i++)
            env->recipients[i].accepted = false;
        return refused(s, "DATA", e);
    }
    WX_KILL_POINT("smtp_data_allowed");
    TRY(send_body(s, message, e));
    WX_KILL_POINT("smtp_body_sent");
    /* From the first byte of the dot on, the server may have the message whatever happens here. */
    *outcome = SMTP_UNKNOWN;
    TRY(send_text(s, STR(".\r\n"), true, "end of message", e));
    WX_KILL_POINT("smtp_dot_sent");
    TRY(read_reply(s, "end of message", e));
    WX_KILL_POINT("smtp_dot_answered");
    note_all(s, env);
    if (s->code / 100 == 2) {
        *outcome = SMTP_SENT;
        return RC_OK;
    }
    if (s->code / 100 == 3) return lost(s, "end of message", e);
    *outcome = SMTP_REFUSED;
    return refused(s, "end of message", e);
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
    if (acc->login.n > ADDRESS_MAX || acc->password.n > 1000) return err_set(e, RC_INVALID, NULL);
    struct smtp s = {.a = a};
    size_t accepted = 0;
    rc_t rc = open_session(&s, acc, clock_ms() + deadline_ms, e);
    WX_KILL_POINT("smtp_authenticated");
    if (rc == RC_OK) rc = say_from(&s, env, message->n, needs_utf8(env, wide), e);
    WX_KILL_POINT("smtp_sender_said");
    if (rc == RC_OK) rc = say_recipients(&s, env, &accepted, e);
    WX_KILL_POINT("smtp_recipients_said");
    if (rc == RC_OK) rc = say_data(&s, env, message, outcome, e);
    if (rc != RC_OK && *outcome == SMTP_REFUSED)
        for (size_t i = 0; i < env->count; i++)
            env->recipients[i].accepted = false;
    close_session(&s, rc == RC_OK || rc == RC_SMTP_REFUSED);
    return rc;
}

rc_t smtp_offers(const struct smtp_account *acc, int deadline_ms, struct arena *a,
                 struct smtp_offer *out, struct err *e)
{
    struct smtp s = {.a = a};
    if (acc->login.n > ADDRESS_MAX || acc->password.n > 1000) return err_set(e, RC_INVALID, NULL);
    rc_t rc = open_session(&s, acc, clock_ms() + deadline_ms, e);
    if (rc == RC_OK)
        *out = (struct smtp_offer){.dsn = (s.session->esmtp & MAILSMTP_ESMTP_DSN) != 0,
                                   .utf8 = s.utf8};
    close_session(&s, rc == RC_OK || rc == RC_SMTP_REFUSED);
    return rc;
}
