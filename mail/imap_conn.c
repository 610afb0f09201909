/* Opens a connection: greeting, TLS, login (by libetpan), capabilities, selection. */
#include "mail/imap_conn.h"

#include <ctype.h>
#include <libetpan/mailimap.h>
#include <stdlib.h>

#include "base/b64.h"
#include "mail/stream_driver.h"

/* What greeting, STARTTLS and login may bring in (see stream_driver_guard). */
#define SETUP_BYTES 16384
#define SETUP_PARENS 64

static void buffers_init(struct imap_conn *c)
{
    c->in = BUF_INIT(2 * IMAP_RESPONSE_MAX);
    c->out = BUF_INIT(1u << 20);
}

void imap_conn_close(struct imap_conn *c)
{
    if (!c) return;
    if (c->ms) {
        if (!c->broken) {
            static const char bye[] = "wz LOGOUT\r\n";
            stream_set_deadline(c->stream, clock_ms() + 200);
            if (mailstream_write(c->ms, bye, sizeof bye - 1) > 0) mailstream_flush(c->ms);
        }
        mailstream_close(c->ms);
    } else {
        stream_close(c->stream); /* at rest */
    }
    buf_free(&c->in);
    buf_free(&c->out);
    free(c->capabilities);
    free(c->sel.name);
    free(c);
}

bool imap_conn_rest(struct imap_conn *c)
{
    if (c->in.n > c->head || c->out.n > 0 || c->ms->read_buffer_len > 0 ||
        stream_pending(c->stream))
        return false;
    stream_driver_release(c->ms);
    c->ms = NULL;
    buf_free(&c->in);
    buf_free(&c->out);
    c->head = 0;
    return true;
}

bool imap_conn_wake(struct imap_conn *c)
{
    if (!c->ms) c->ms = stream_driver_wrap(c->stream);
    return c->ms != NULL;
}

bool imap_conn_has(const struct imap_conn *c, const char *capability)
{
    char word[64];
    size_t n = strlen(capability);
    if (!c->capabilities || n + 3 > sizeof word) return false;
    word[0] = ' ';
    for (size_t i = 0; i < n; i++)
        word[i + 1] = (char) toupper((unsigned char) capability[i]);
    word[n + 1] = ' ';
    word[n + 2] = '\0';
    return strstr(c->capabilities, word) != NULL;
}

/* --- capabilities ------------------------------------------------------------------------ */

static rc_t on_capability(void *ctx, struct imap_response *r, struct err *e)
{
    struct imap_conn *c = ctx;
    if (r->has_number || !str_ieq(r->word, STR("CAPABILITY"))) return RC_OK;
    str_t list = wire_rest(&r->rest);
    if (list.n > 8192) return imap_conn_fail(c, "absurd capabilities", e);
    char *copy = malloc(list.n + 3);
    if (!copy) return err_set(e, RC_NO_MEMORY, NULL);
    copy[0] = ' ';
    for (size_t i = 0; i < list.n; i++)
        copy[i + 1] = (char) toupper((unsigned char) list.p[i]);
    copy[list.n + 1] = ' ';
    copy[list.n + 2] = '\0';
    free(c->capabilities);
    c->capabilities = copy;
    return RC_OK;
}

static rc_t ask_capability(struct imap_conn *c, struct err *e)
{
    struct imap_command cmd;
    imap_cmd_begin(c, &cmd);
    imap_cmd_text(c, STR("CAPABILITY"));
    imap_cmd_end(c);
    return imap_conn_run(c, &cmd, on_capability, c, e);
}

static rc_t on_enabled(void *ctx, struct imap_response *r, struct err *e)
{
    struct imap_conn *c = ctx;
    (void) e;
    if (r->has_number || !str_ieq(r->word, STR("ENABLED"))) return RC_OK;
    while (!wire_at_end(&r->rest) && !r->rest.bad)
        if (str_ieq(wire_atom(&r->rest), STR("QRESYNC"))) c->qresync = true;
    return RC_OK;
}

/* Now, as RFC 5161 allows it before a mailbox is selected only. Who refuses goes without. */
static rc_t enable_qresync(struct imap_conn *c, struct err *e)
{
    if (!imap_conn_has(c, "QRESYNC") || !imap_conn_has(c, "ENABLE")) return RC_OK;
    struct imap_command cmd, *const one = &cmd;
    imap_cmd_begin(c, &cmd);
    imap_cmd_text(c, STR("ENABLE QRESYNC"));
    imap_cmd_end(c);
    return imap_conn_collect(c, &one, 1, on_enabled, c, NULL, e);
}

/* --- session ------------------------------------------------------------------------------- */

static rc_t etpan_error(struct imap_conn *c, const mailimap *im, int r, const char *what,
                        struct err *e)
{
    rc_t code = imap_conn_fail(c, what, e);
    err_detail(e, "IMAP %s failed (%d) %.120s", what, r,
               im->imap_response ? im->imap_response : "");
    return code;
}

static rc_t start_tls(struct imap_conn *c, mailimap *im, const struct config_endpoint *server,
                      struct err *e)
{
    int r = mailimap_starttls(im);
    /* Whatever came behind the OK was written before TLS, by anyone on the way (CVE-2020-15953). */
    if (stream_driver_has_leftover(c->ms)) {
        c->broken = true;
        err_set(e, RC_UNTRUSTED_PEER, NULL);
        err_detail(e, "plaintext behind STARTTLS");
        return RC_UNTRUSTED_PEER;
    }
    if (r != MAILIMAP_NO_ERROR) return etpan_error(c, im, r, "STARTTLS", e);
    rc_t rc = stream_starttls(c->stream, server, e);
    if (rc != RC_OK) c->broken = true;
    return rc;
}

static rc_t sign_in(struct imap_conn *c, mailimap *im, str_t login, str_t password, struct err *e)
{
    char user[IMAP_TEXT_MAX + 1], pass[IMAP_TEXT_MAX + 1];
    memcpy(user, login.p, login.n);
    user[login.n] = '\0';
    memcpy(pass, password.p, password.n);
    pass[password.n] = '\0';
    int r = mailimap_login(im, user, pass);
    wipe(pass, sizeof pass);
    wipe(c->ms->write_buffer, c->ms->buffer_max_size);
    if (r == MAILIMAP_NO_ERROR || r == MAILIMAP_NO_ERROR_NON_AUTHENTICATED ||
        r == MAILIMAP_NO_ERROR_AUTHENTICATED)
        return RC_OK;
    if (r != MAILIMAP_ERROR_LOGIN) return etpan_error(c, im, r, "login", e);
    c->broken = true;
    /* RFC 5530: only some refusals are about the password. */
    const char *code = im->imap_response_info ? im->imap_response_info->rsp_atom : NULL;
    str_t word = str_c(code ? code : "");
    bool passing = str_ieq(word, STR("UNAVAILABLE")) || str_ieq(word, STR("LIMIT")) ||
                   str_ieq(word, STR("INUSE")) || str_ieq(word, STR("SERVERBUG"));
    rc_t rc = err_set(e, passing ? RC_IMAP_DOWN : RC_WRONG_PASSWORD, NULL);
    err_detail(e, "IMAP login refused %.*s", STR_ARG(word));
    return rc;
}

/* PREAUTH: somebody else's session, and STARTTLS could not follow any more. */
static rc_t refuse_preauth(struct imap_conn *c, struct err *e)
{
    c->broken = true;
    err_set(e, RC_UNTRUSTED_PEER, NULL);
    err_detail(e, "IMAP server greets with PREAUTH");
    return RC_UNTRUSTED_PEER;
}

/* Greetings that end it are told apart before libetpan reads them: it leaks what it made of a BYE.
 */
static rc_t look_at_greeting(struct imap_conn *c, struct err *e)
{
    if (mailstream_feed_read_buffer(c->ms) <= 0) return imap_conn_fail(c, "no greeting", e);
    str_t start = str_n(c->ms->read_buffer, c->ms->read_buffer_len);
    if (str_istarts(start, STR("* BYE"))) return imap_conn_fail(c, "server said BYE", e);
    if (str_istarts(start, STR("* PREAUTH"))) return refuse_preauth(c, e);
    return RC_OK;
}

/* LOGIN in the clear is for TLS and for this machine only; RFC 3501 section 6.2.3. */
static rc_t open_session(struct imap_conn *c, mailimap *im, const struct config_endpoint *server,
                         str_t login, str_t password, struct err *e)
{
    stream_driver_guard(c->ms, SETUP_BYTES, SETUP_PARENS);
    TRY(look_at_greeting(c, e));
    int r = mailimap_connect(im, c->ms);
    if (r == MAILIMAP_NO_ERROR_AUTHENTICATED) return refuse_preauth(c, e);
    if (r != MAILIMAP_NO_ERROR_NON_AUTHENTICATED && r != MAILIMAP_NO_ERROR)
        return etpan_error(c, im, r, "greeting", e);
    if (server->tls == TLS_MODE_STARTTLS) TRY(start_tls(c, im, server, e));
    if (!stream_encrypted(c->stream) && !stream_loopback(c->stream)) {
        c->broken = true;
        return err_set(e, RC_UNTRUSTED_PEER, NULL);
    }
    stream_driver_guard(c->ms, SETUP_BYTES, SETUP_PARENS);
    TRY(sign_in(c, im, login, password, e));
    stream_driver_guard(c->ms, 0, 0);
    return RC_OK;
}

/* libetpan's session serves for the opening only; the stream is taken out of it alive. */
static rc_t with_session(struct imap_conn *c, const struct config_endpoint *server, str_t login,
                         str_t password, struct err *e)
{
    mailimap *im = mailimap_new(0, NULL);
    if (!im) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc = open_session(c, im, server, login, password, e);
    im->imap_stream = NULL;
    /* mailimap_connect made itself the stream's logger, called at each write; its session ends
     * here, the stream lives on. */
    mailstream_set_logger(c->ms, NULL, NULL);
    mailstream_low_set_logger(c->ms->low, NULL, NULL);
    mailimap_free(im);
    return rc;
}

rc_t imap_conn_open(const struct config_endpoint *server, str_t login, str_t password,
                    int64_t deadline, struct imap_conn **out, struct err *e)
{
    TRY(imap_check_text(login, IMAP_TEXT_MAX, "username", e));
    TRY(imap_check_text(password, IMAP_TEXT_MAX, "password", e));
    if (login.n == 0 || password.n == 0) return err_set(e, RC_WRONG_PASSWORD, NULL);
    struct imap_conn *c = calloc(1, sizeof *c);
    if (!c) return err_set(e, RC_NO_MEMORY, NULL);
    buffers_init(c);
    rc_t rc = stream_connect(server, deadline, RC_IMAP_DOWN, &c->stream, e);
    if (rc == RC_OK) {
        c->ms = stream_driver_wrap(c->stream);
        if (!c->ms) rc = err_set(e, RC_NO_MEMORY, NULL);
    }
    if (rc == RC_OK) rc = with_session(c, server, login, password, e);
    if (rc == RC_OK) rc = ask_capability(c, e);
    if (rc == RC_OK) rc = enable_qresync(c, e);
    if (rc != RC_OK) {
        c->broken = true;
        imap_conn_close(c);
        return rc;
    }
    *out = c;
    return RC_OK;
}

/* --- select ---------------------------------------------------------------------------------- */

/* "* OK [UIDVALIDITY 3] text" */
static rc_t on_select(void *ctx, struct imap_response *r, struct err *e)
{
    (void) e;
    struct imap_conn *c = ctx;
    if (r->has_number || !str_ieq(r->word, STR("OK")) || !wire_take(&r->rest, '[')) return RC_OK;
    struct wire *w = &r->rest;
    const char *from = w->p;
    while (w->p < w->end && *w->p != ' ' && *w->p != ']')
        w->p++;
    str_t word = str_n(from, (size_t) (w->p - from));
    if (!wire_at_end(w) && *w->p >= '0' && *w->p <= '9') {
        uint64_t v = wire_number(w);
        if (w->bad) return RC_OK;
        if (str_ieq(word, STR("UIDVALIDITY")) && v <= UINT32_MAX) c->sel.uidvalidity = (uint32_t) v;
        if (str_ieq(word, STR("UIDNEXT")) && v <= UINT32_MAX) c->sel.uidnext = (uint32_t) v;
        if (str_ieq(word, STR("HIGHESTMODSEQ"))) c->sel.modseq = v;
    }
    return RC_OK;
}

static void forget_selection(struct imap_conn *c)
{
    free(c->sel.name);
    c->sel = (struct imap_selected){0};
}

rc_t imap_conn_select(struct imap_conn *c, str_t mailbox, struct err *e)
{
    if (mailbox.n == 0) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(imap_check_text(mailbox, IMAP_MAILBOX_MAX, "folder", e));
    forget_selection(c);
    char *name = malloc(mailbox.n + 1);
    if (!name) return err_set(e, RC_NO_MEMORY, NULL);
    memcpy(name, mailbox.p, mailbox.n);
    name[mailbox.n] = '\0';
    struct imap_command cmd;
    imap_cmd_begin(c, &cmd);
    imap_cmd_text(c, STR("SELECT "));
    rc_t rc = imap_cmd_string(c, mailbox, e);
    if (imap_conn_has(c, "CONDSTORE")) imap_cmd_text(c, STR(" (CONDSTORE)"));
    imap_cmd_end(c);
    if (rc == RC_OK) rc = imap_conn_run(c, &cmd, on_select, c, e);
    if (rc != RC_OK) {
        free(name);
        forget_selection(c);
        /* A plain NO to SELECT means: no such mailbox, or not for you. */
        return rc == RC_IMAP_ERROR ? err_set(e, RC_NOT_FOUND, NULL) : rc;
    }
    c->sel.name = name;
    c->sel.moved = false;
    c->sel.read_only = str_istarts(str_c(cmd.code), STR("READ-ONLY"));
    return RC_OK;
}
