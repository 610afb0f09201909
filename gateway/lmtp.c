#include "gateway/lmtp.h"

#include <stdlib.h>

#include "gateway/lmtp_parts.h"

/* Replies to all recipients of the largest mail, and what was waiting before them. */
enum { OUTPUT_MAX = LMTP_REPLY_MAX * (LMTP_RECIPIENTS_MAX + 8) + 2 * LMTP_OUTPUT };

/* --- replies ----------------------------------------------------------------------------- */

void lmtp_say(struct lmtp *l, const char *reply)
{
    buf_cstr(&l->out, reply);
    buf_cstr(&l->out, "\r\n");
}

void lmtp_refuse(struct lmtp *l, const char *reply)
{
    if (++l->errors > LMTP_ERRORS_MAX)
        lmtp_give_up(l, "4.7.0", "Too many errors");
    else
        lmtp_say(l, reply);
}

/* "x.y.z" of the class (RFC 3463: three numbers of up to three digits). */
static bool is_status(str_t s, unsigned class)
{
    str_t part;
    for (int i = 0; i < 3; i++) {
        uint32_t number;
        str_cut(s, '.', &part, &s);
        if (part.n == 0 || part.n > 3 || !str_to_u32(part, &number)) return false;
        if (i == 0 && (part.n != 1 || number != class)) return false;
    }
    return str_is_null(s);
}

static void add_text(struct buf *out, str_t text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char) text.p[i];
        buf_char(out, c < ' ' || c == 0x7f ? ' ' : c > 0x7f ? '?' : (char) c);
    }
}

static void put_reply(struct lmtp *l, const struct lmtp_reply *r)
{
    static const struct lmtp_reply unsaid = {
        .code = 451, .status = STR_INIT("4.3.0"), .text = STR_INIT("Please try again later")};
    bool known = r->code == 250 || (r->code >= 400 && r->code < 600 && r->code != 421);
    if (!known) r = &unsaid;
    unsigned class = r->code / 100;
    buf_printf(&l->out, "%u ", r->code);
    if (is_status(r->status, class))
        buf_str(&l->out, r->status);
    else
        buf_printf(&l->out, "%u.0.0", class);
    buf_char(&l->out, ' ');
    add_text(&l->out, str_sub(r->text, 0, LMTP_REPLY_MAX - sizeof "250 2.999.999 \r\n" + 1));
    buf_cstr(&l->out, "\r\n");
}

/* --- a mail ------------------------------------------------------------------------------ */

void lmtp_reset(struct lmtp *l)
{
    buf_free(&l->data.text);
    arena_free(l->mail.a);
    l->mail = (struct lmtp_mail){.a = NULL};
    l->xforward = (struct lmtp_xforward){.name = STR_NULL};
    l->room = 0;
    l->beyond = 0;
}

void lmtp_answered(struct lmtp *l)
{
    if (l->at != LMTP_AT_ANSWER) return;
    for (size_t i = 0; i < l->mail.count; i++)
        put_reply(l, &l->mail.recipients[i].reply);
    lmtp_reset(l);
    l->errors = l->idle = 0;
    l->step++;
    l->at = LMTP_AT_COMMANDS;
}

/* Each gets the same, and the mail is over. */
static void answer_all(struct lmtp *l, unsigned code, str_t status, str_t text)
{
    for (size_t i = 0; i < l->mail.count; i++)
        l->mail.recipients[i].reply = (struct lmtp_reply){code, status, text};
    lmtp_answered(l);
}

/* The replies' room is made before the mail is handed over: afterwards there would be nothing to
 * say that a next hop has it. */
static void end_data(struct lmtp *l)
{
    bool whole = !l->data.text.failed, large = l->data.octets > l->o.message_bytes;
    l->at = LMTP_AT_ANSWER;
    if (!buf_reserve(&l->out, l->mail.count * LMTP_REPLY_MAX)) return;
    l->mail.data = buf_view(&l->data.text);
    l->mail.xforward = l->xforward;
    l->mail.lhlo = str_c(l->lhlo);
    if (!whole && large)
        answer_all(l, 552, STR("5.3.4"), STR("The message is larger than this server takes"));
    else if (!whole)
        answer_all(l, 452, STR("4.3.1"), STR("There is no memory for this message now"));
}

static size_t take_data(struct lmtp *l, str_t in)
{
    size_t n = lmtp_data_take(&l->data, in);
    if (l->data.state == DATA_END) end_data(l);
    return n;
}

/* --- lines ------------------------------------------------------------------------------- */

static void end_line(struct lmtp *l)
{
    str_t line = str_n(l->line, l->line_n);
    bool bad = l->line_bad, too_long = l->line_long;
    l->line_n = 0;
    l->line_begun = l->line_cr = l->line_long = l->line_bad = false;
    l->step++;
    if (too_long)
        lmtp_refuse(l, "500 5.5.2 The line is too long");
    else if (bad)
        lmtp_refuse(l, "500 5.5.2 Control characters have no place in a command");
    else
        lmtp_command(l, line);
}

/* CRLF alone ends a command. */
static void take_octet(struct lmtp *l, char c)
{
    bool after_cr = l->line_cr;
    l->line_begun = true;
    l->line_cr = c == '\r';
    if (after_cr && c == '\n') {
        end_line(l);
        return;
    }
    if (after_cr) l->line_bad = true;
    if (c == '\r') return;
    if ((unsigned char) c < ' ' || c == 0x7f) l->line_bad = true;
    if (l->line_n >= LMTP_LINE_MAX - 2)
        l->line_long = true;
    else
        l->line[l->line_n++] = c;
}

/* --- the machine ------------------------------------------------------------------------- */

rc_t lmtp_new(const struct lmtp_options *o, struct lmtp **out, struct err *e)
{
    struct lmtp *l = calloc(1, sizeof *l);
    if (!l) return err_set(e, RC_NO_MEMORY, NULL);
    l->o = *o;
    l->out = BUF_INIT(OUTPUT_MAX);
    buf_printf(&l->out, "220 %.*s LMTP\r\n", STR_ARG(str_sub(o->name, 0, 255)));
    *out = l;
    return RC_OK;
}

void lmtp_free(struct lmtp *l)
{
    if (!l) return;
    lmtp_reset(l);
    buf_free(&l->out);
    wipe(l, sizeof *l);
    free(l);
}

/* A reply that could not be written cannot be made up for. */
bool lmtp_is_over(const struct lmtp *l)
{
    return l->at == LMTP_AT_END || l->out.failed;
}

static enum lmtp_wants wants(const struct lmtp *l)
{
    if (lmtp_is_over(l)) return LMTP_CLOSE;
    return l->at == LMTP_AT_ANSWER ? LMTP_ANSWER : LMTP_INPUT;
}

enum lmtp_wants lmtp_feed(struct lmtp *l, str_t in, size_t *used)
{
    size_t n = 0;
    while (n < in.n && wants(l) == LMTP_INPUT && l->out.n < LMTP_OUTPUT) {
        if (l->at == LMTP_AT_DATA)
            n += take_data(l, str_sub(in, n, in.n));
        else
            take_octet(l, in.p[n++]);
    }
    *used = n;
    return wants(l);
}

struct lmtp_mail *lmtp_mail(struct lmtp *l)
{
    return wants(l) == LMTP_ANSWER ? &l->mail : NULL;
}

str_t lmtp_output(const struct lmtp *l)
{
    return buf_view(&l->out);
}

/* A large one is not kept for a connection that may idle, except where replies will need it. */
void lmtp_sent(struct lmtp *l)
{
    bool failed = l->out.failed;
    if (l->out.cap > 2 * LMTP_OUTPUT && l->at != LMTP_AT_ANSWER)
        buf_free(&l->out);
    else
        buf_clear(&l->out);
    l->out.failed = failed;
}

enum lmtp_phase lmtp_phase(const struct lmtp *l)
{
    if (l->at == LMTP_AT_DATA) return LMTP_DATA;
    return l->line_begun || l->mail.a ? LMTP_COMMAND : LMTP_IDLE;
}

bool lmtp_is_between(const struct lmtp *l)
{
    return !l->mail.a;
}

unsigned lmtp_step(const struct lmtp *l)
{
    return l->step;
}

void lmtp_give_up(struct lmtp *l, const char *status, const char *text)
{
    if (l->at == LMTP_AT_END) return;
    lmtp_reset(l);
    l->at = LMTP_AT_END;
    buf_printf(&l->out, "421 %s %s\r\n", status, text);
}
