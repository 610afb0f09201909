/* Writes commands and collects their replies. */
#include <ctype.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

#include "mail/imap_conn.h"

/* Replies to one batch of commands: a bound for servers that never end. */
#define COLLECT_RESPONSES_MAX 2000000u

rc_t imap_conn_fail(struct imap_conn *c, const char *why, struct err *e)
{
    c->broken = true;
    rc_t code = stream_timed_out(c->stream) ? RC_TIMEOUT : RC_IMAP_DOWN;
    err_set(e, code, NULL);
    err_detail(e, "IMAP: %s", why);
    return code;
}

rc_t imap_check_text(str_t s, size_t max, const char *field, struct err *e)
{
    bool ok = s.n <= max;
    for (size_t i = 0; ok && i < s.n; i++)
        ok = s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != '\0';
    if (ok) return RC_OK;
    err_set(e, RC_INVALID, NULL);
    err_field(e, field);
    return RC_INVALID;
}

/* --- writing -------------------------------------------------------------------------- */

void imap_cmd_begin(struct imap_conn *c, struct imap_command *cmd)
{
    *cmd = (struct imap_command){.tag = ++c->tag};
    buf_printf(&c->out, "w%u ", cmd->tag);
}

void imap_cmd_text(struct imap_conn *c, str_t raw)
{
    buf_str(&c->out, raw);
}

void imap_cmd_printf(struct imap_conn *c, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t) n >= sizeof text)
        c->out.failed = true; /* our own text never is that long */
    else
        buf_add(&c->out, text, (size_t) n);
}

static rc_t send_bytes(struct imap_conn *c, str_t s, struct err *e)
{
    if (s.n == 0) return RC_OK;
    if (mailstream_write(c->ms, s.p, s.n) != (ssize_t) s.n)
        return imap_conn_fail(c, "write failed", e);
    return RC_OK;
}

static rc_t flush_out(struct imap_conn *c, struct err *e)
{
    if (c->out.failed) {
        c->broken = true; /* half a command must not go out */
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    TRY(send_bytes(c, buf_view(&c->out), e));
    buf_clear(&c->out);
    if (mailstream_flush(c->ms) != 0) return imap_conn_fail(c, "write failed", e);
    return RC_OK;
}

bool imap_cmd_is_literal(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char) s.p[i] >= 0x80) return true;
    return false;
}

rc_t imap_cmd_string(struct imap_conn *c, str_t s, struct err *e)
{
    rc_t rc = imap_check_text(s, IMAP_TEXT_MAX, "", e);
    if (rc != RC_OK) {
        c->out.failed = true; /* half a command stands there: callers check their arguments first */
        return rc;
    }
    if (imap_cmd_is_literal(s)) {
        bool refused = false;
        TRY(imap_cmd_literal(c, NULL, s, &refused, e));
        return RC_OK;
    }
    buf_char(&c->out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\') buf_char(&c->out, '\\');
        buf_char(&c->out, s.p[i]);
    }
    buf_char(&c->out, '"');
    return RC_OK;
}

void imap_cmd_end(struct imap_conn *c)
{
    buf_cstr(&c->out, "\r\n");
}

/* --- replies ---------------------------------------------------------------------------- */

/* Copies what a server said, without controls, cut to size. */
static void copy_clean(char *to, size_t size, str_t s)
{
    size_t n = s.n < size - 1 ? s.n : size - 1;
    for (size_t i = 0; i < n; i++) {
        unsigned char b = (unsigned char) s.p[i];
        to[i] = b < 0x20 || b >= 0x7f ? '?' : s.p[i];
    }
    to[n] = '\0';
}

static const struct {
    str_t code;
    rc_t rc;
} response_codes[] = {
    /* RFC 5530 and friends */
    {STR_INIT("NONEXISTENT"), RC_NOT_FOUND},
    {STR_INIT("TRYCREATE"), RC_NOT_FOUND},
    {STR_INIT("NOPERM"), RC_FORBIDDEN},
    {STR_INIT("OVERQUOTA"), RC_FULL},
    {STR_INIT("ALREADYEXISTS"), RC_CONFLICT},
    {STR_INIT("INUSE"), RC_IMAP_ERROR}, /* nothing changed: somebody else holds it just now */
    {STR_INIT("CANNOT"), RC_INVALID},
    {STR_INIT("BADCHARSET"), RC_INVALID},
    {STR_INIT("TOOBIG"), RC_TOO_LARGE},
    {STR_INIT("LIMIT"), RC_FULL},
    {STR_INIT("UNAVAILABLE"), RC_IMAP_DOWN},
    {STR_INIT("SERVERBUG"), RC_IMAP_ERROR},
    {STR_INIT("AUTHENTICATIONFAILED"), RC_WRONG_PASSWORD},
};

static rc_t refusal(str_t code)
{
    str_t word, tail;
    str_cut(code, ' ', &word, &tail);
    for (size_t i = 0; i < sizeof response_codes / sizeof *response_codes; i++)
        if (str_ieq(word, response_codes[i].code)) return response_codes[i].rc;
    return RC_IMAP_ERROR;
}

/* "[CODE args] text" */
static void take_status_text(str_t rest, struct imap_command *cmd)
{
    str_t code = STR_NULL;
    ptrdiff_t close = rest.n > 0 && rest.p[0] == '[' ? str_chr(rest, ']') : -1;
    if (close > 0) {
        code = str_sub(rest, 1, (size_t) close);
        rest = str_trim(str_sub(rest, (size_t) close + 1, rest.n));
    }
    copy_clean(cmd->text, sizeof cmd->text, rest);
    /* A code that does not fit is read by its own parser from the untagged copy; never cut it. */
    if (code.n < sizeof cmd->code) copy_clean(cmd->code, sizeof cmd->code, code);
}

static rc_t finish(struct imap_conn *c, str_t line, struct imap_command *const *cmds, size_t n,
                   struct err *e)
{
    str_t tag, rest, word;
    uint32_t number = 0;
    if (!str_cut(line, ' ', &tag, &rest) || tag.n < 2 || tag.p[0] != 'w' ||
        !str_to_u32(str_sub(tag, 1, tag.n), &number))
        return imap_conn_fail(c, "not a response", e);
    struct imap_command *cmd = NULL;
    for (size_t i = 0; i < n; i++)
        if (cmds[i]->tag == number && !cmds[i]->done) cmd = cmds[i];
    if (!cmd) return imap_conn_fail(c, "reply to nothing", e);
    str_cut(rest, ' ', &word, &rest);
    take_status_text(rest, cmd);
    cmd->done = true;
    if (str_ieq(word, STR("OK")))
        cmd->result = RC_OK;
    else if (str_ieq(word, STR("NO")))
        cmd->result = refusal(str_c(cmd->code));
    else if (str_ieq(word, STR("BAD")))
        cmd->result = RC_IMAP_ERROR;
    else
        return imap_conn_fail(c, "not a status", e);
    return RC_OK;
}

rc_t imap_cmd_error(const struct imap_command *cmd, struct err *e)
{
    if (cmd->result == RC_OK) return RC_OK;
    err_set(e, cmd->result, NULL);
    err_detail(e, "IMAP: %s", cmd->text);
    return cmd->result;
}

/* How many numbers a set names; absurd ones count as all there are. */
static uint64_t size_of_set(str_t set)
{
    uint64_t sum = 0;
    while (set.n > 0) {
        str_t item, first, last;
        uint32_t from = 0, to = 0;
        str_cut(set, ',', &item, &set);
        bool range = str_cut(item, ':', &first, &last);
        if (!str_to_u32(first, &from) || (range && !str_to_u32(last, &to))) return UINT32_MAX;
        if (!range) to = from;
        sum += (from < to ? to - from : from - to) + 1ull;
    }
    return sum;
}

/* RFC 7162 section 3.2.10: those marked EARLIER went before this selection counted them. */
static void account_vanished(struct imap_conn *c, struct wire w)
{
    if (wire_next_is(&w, '(')) return;
    uint64_t gone = size_of_set(wire_rest(&w));
    c->sel.exists -= gone < c->sel.exists ? (uint32_t) gone : c->sel.exists;
    c->sel.moved = true;
}

/* "* 12 EXISTS", "* OK [UIDNEXT 3]": what changes the state of the selected mailbox. */
static void account(struct imap_conn *c, const struct imap_response *r)
{
    if (r->has_number && str_ieq(r->word, STR("EXISTS"))) {
        if (c->sel.exists != r->number) c->sel.moved = true;
        c->sel.exists = r->number;
    } else if (r->has_number && str_ieq(r->word, STR("EXPUNGE"))) {
        if (c->sel.exists > 0) c->sel.exists--;
        c->sel.moved = true;
    } else if (!r->has_number && str_ieq(r->word, STR("VANISHED"))) {
        account_vanished(c, r->rest);
    }
}

/* False: not an untagged response at all. */
static bool split_untagged(str_t line, bool cut, struct imap_response *r)
{
    struct wire w = wire_of(str_sub(line, 1, line.n));
    *r = (struct imap_response){.cut = cut};
    if (!wire_next_is(&w, '[') && !wire_at_end(&w) && *w.p >= '0' && *w.p <= '9') {
        struct wire look = w;
        uint64_t number = wire_number(&look);
        if (!look.bad && number <= UINT32_MAX && look.p < look.end && *look.p == ' ') {
            r->has_number = true;
            r->number = (uint32_t) number;
            w = look;
        }
    }
    r->word = wire_atom(&w);
    r->rest = w;
    return !w.bad;
}

static rc_t untagged(struct imap_conn *c, str_t line, bool cut, imap_untagged_fn *fn, void *ctx,
                     struct err *e)
{
    struct imap_response r;
    if (!split_untagged(line, cut, &r)) return imap_conn_fail(c, "not a response", e);
    if (!r.has_number && str_ieq(r.word, STR("BYE"))) {
        char text[120];
        copy_clean(text, sizeof text, wire_rest(&r.rest));
        imap_conn_fail(c, "server said BYE", e);
        err_detail(e, "IMAP: BYE %s", text);
        return c->broken && stream_timed_out(c->stream) ? RC_TIMEOUT : RC_IMAP_DOWN;
    }
    account(c, &r);
    rc_t rc = fn ? fn(ctx, &r, e) : RC_OK;
    if (rc != RC_OK) c->broken = true; /* the rest of the reply is still to come */
    return rc;
}

/* A go-ahead nobody waits for, and a response code that lost its "* OK" (seen from Exchange). */
static bool is_noise(str_t line)
{
    return line.n > 0 && (line.p[0] == '+' || line.p[0] == '[');
}

rc_t imap_conn_collect(struct imap_conn *c, struct imap_command *const *cmds, size_t n,
                       imap_untagged_fn *on_untagged, void *ctx, struct imap_sink *sink,
                       struct err *e)
{
    if (c->broken) return imap_conn_fail(c, "connection is broken", e);
    TRY(flush_out(c, e));
    size_t left = 0;
    for (size_t i = 0; i < n; i++)
        left += cmds[i]->done ? 0 : 1;
    for (size_t seen = 0; left > 0; seen++) {
        str_t line;
        bool cut = false;
        if (seen > COLLECT_RESPONSES_MAX) return imap_conn_fail(c, "endless reply", e);
        TRY(imap_read_response(c, sink, &line, &cut, e));
        if (line.n > 0 && line.p[0] == '*') {
            TRY(untagged(c, line, cut, on_untagged, ctx, e));
        } else if (is_noise(line)) {
            continue;
        } else {
            TRY(finish(c, line, cmds, n, e));
            left--;
        }
    }
    return RC_OK;
}

rc_t imap_conn_run(struct imap_conn *c, struct imap_command *cmd, imap_untagged_fn *on_untagged,
                   void *ctx, struct err *e)
{
    TRY(imap_conn_collect(c, &cmd, 1, on_untagged, ctx, NULL, e));
    return imap_cmd_error(cmd, e);
}

rc_t imap_conn_noop(struct imap_conn *c, struct err *e)
{
    struct imap_command cmd;
    imap_cmd_begin(c, &cmd);
    imap_cmd_text(c, STR("NOOP"));
    imap_cmd_end(c);
    return imap_conn_run(c, &cmd, NULL, NULL, e);
}

/* --- what comes unasked ------------------------------------------------------------------ */

static bool something_there(struct imap_conn *c)
{
    struct pollfd p = {.fd = stream_fd(c->stream), .events = POLLIN | POLLRDHUP};
    return c->in.n > c->head || c->ms->read_buffer_len > 0 || stream_pending(c->stream) ||
           poll(&p, 1, 0) > 0;
}

rc_t imap_conn_take_news(struct imap_conn *c, imap_untagged_fn *fn, void *ctx, struct err *e)
{
    for (size_t seen = 0; something_there(c); seen++) {
        str_t line;
        bool cut = false;
        if (seen > COLLECT_RESPONSES_MAX) return imap_conn_fail(c, "endless news", e);
        TRY(imap_read_response(c, NULL, &line, &cut, e));
        if (line.n > 0 && line.p[0] == '*')
            TRY(untagged(c, line, cut, fn, ctx, e));
        else if (!is_noise(line))
            return imap_conn_fail(c, "reply to nothing", e);
    }
    return RC_OK;
}

rc_t imap_conn_idle(struct imap_conn *c, unsigned *tag, imap_untagged_fn *fn, void *ctx,
                    struct err *e)
{
    struct imap_command cmd;
    imap_cmd_begin(c, &cmd);
    imap_cmd_text(c, STR("IDLE"));
    imap_cmd_end(c);
    TRY(flush_out(c, e));
    for (;;) {
        str_t line;
        bool cut = false;
        struct imap_command *const one = &cmd;
        TRY(imap_read_response(c, NULL, &line, &cut, e));
        if (line.n > 0 && line.p[0] == '+') break;
        if (line.n > 0 && line.p[0] == '*') {
            TRY(untagged(c, line, cut, fn, ctx, e));
            continue;
        }
        TRY(finish(c, line, &one, 1, e));
        return cmd.result == RC_OK ? imap_conn_fail(c, "IDLE is over at once", e)
                                   : imap_cmd_error(&cmd, e);
    }
    *tag = cmd.tag;
    return RC_OK;
}

rc_t imap_conn_idle_done(struct imap_conn *c, unsigned tag, imap_untagged_fn *fn, void *ctx,
                         struct err *e)
{
    struct imap_command cmd = {.tag = tag};
    imap_cmd_text(c, STR("DONE\r\n"));
    return imap_conn_run(c, &cmd, fn, ctx, e);
}

/* --- literals --------------------------------------------------------------------------- */

/* Waits for "+"; a tagged NO to cmd instead is a refusal. */
static rc_t wait_go_ahead(struct imap_conn *c, struct imap_command *cmd, bool *refused,
                          struct err *e)
{
    for (;;) {
        str_t line;
        bool cut = false;
        TRY(imap_read_response(c, NULL, &line, &cut, e));
        if (line.n > 0 && line.p[0] == '+') return RC_OK;
        if (line.n > 0 && line.p[0] == '*') {
            TRY(untagged(c, line, cut, NULL, NULL, e));
            continue;
        }
        if (!cmd) return imap_conn_fail(c, "literal refused", e);
        TRY(finish(c, line, &cmd, 1, e));
        *refused = true;
        return RC_OK;
    }
}

static rc_t pour_out(void *ctx, str_t bytes, struct err *e)
{
    return send_bytes(ctx, bytes, e);
}

rc_t imap_cmd_literal_flow(struct imap_conn *c, struct imap_command *cmd, const struct flow *bytes,
                           bool *refused, struct err *e)
{
    /* Without waiting where it is allowed (RFC 7888); big ones ask first, so that a full mailbox
     * says so before megabytes travel. */
    bool small = bytes->n <= 4096;
    bool at_once = small && (imap_conn_has(c, "LITERAL+") || imap_conn_has(c, "LITERAL-"));
    imap_cmd_printf(c, "{%zu%s}\r\n", bytes->n, at_once ? "+" : "");
    *refused = false;
    if (!at_once) {
        TRY(flush_out(c, e));
        TRY(wait_go_ahead(c, cmd, refused, e));
        if (*refused) return RC_OK;
    }
    const struct flow_sink sink = {pour_out, c};
    rc_t rc = small ? flow_collect(bytes, &c->out, e) : flush_out(c, e);
    if (rc == RC_OK && !small) rc = flow_pour(bytes, &sink, e);
    if (rc != RC_OK) c->broken = true; /* the server waits for the rest */
    return rc;
}

rc_t imap_cmd_literal(struct imap_conn *c, struct imap_command *cmd, str_t s, bool *refused,
                      struct err *e)
{
    const struct flow bytes = flow_of_str(&s);
    return imap_cmd_literal_flow(c, cmd, &bytes, refused, e);
}
