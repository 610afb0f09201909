#include "mail/smtp_wire.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/kill.h"

#define REPLY_BYTES 32768
#define TEXT_BYTES 500
#define CHUNK 16384
#define PIPELINE 50 /* commands in flight */

/* --- replies --------------------------------------------------------------------------------- */

rc_t smtp_wire_lost(struct smtp_wire *w, const char *where, struct err *e)
{
    bool late = w->stream && stream_timed_out(w->stream);
    rc_t code = late ? RC_TIMEOUT : RC_SMTP_DOWN;
    if (late)
        err_set(e, code, "The outgoing mail server did not answer in time.");
    else
        err_set(e, code, NULL);
    err_detail(e, "SMTP connection lost at %s", where);
    return code;
}

struct gathered {
    char enhanced[12]; /* "5.123.123" */
    char words[TEXT_BYTES];
    size_t enhanced_n, words_n;
};

/* How many bytes of the text are an enhanced status code of this class (RFC 2034 section 4). */
static size_t enhanced_length(str_t text, int code)
{
    size_t at = 1;
    if (text.n < 5 || text.p[0] != '0' + code / 100 || code / 100 == 3) return 0;
    for (int part = 0; part < 2; part++) {
        size_t digits = 0;
        if (at >= text.n || text.p[at++] != '.') return 0;
        while (at < text.n && text.p[at] >= '0' && text.p[at] <= '9') {
            at++;
            digits++;
        }
        if (digits < 1 || digits > 3) return 0;
    }
    return at == text.n || text.p[at] == ' ' ? at : 0;
}

/* The text of one more line. */
static void gather(struct gathered *g, str_t text, int code)
{
    size_t n = enhanced_length(text, code);
    /* Lines of one reply may differ in their codes; the last one counts, and its class with it. */
    if (n > 0 && (g->enhanced_n == 0 || g->enhanced[0] != text.p[0])) {
        memcpy(g->enhanced, text.p, n);
        g->enhanced_n = n;
    }
    text = str_trim(str_sub(text, n, text.n));
    if (g->words_n > 0 && text.n > 0 && g->words_n < TEXT_BYTES) g->words[g->words_n++] = ' ';
    for (size_t i = 0; i < text.n && g->words_n < TEXT_BYTES; i++) {
        unsigned char c = (unsigned char) text.p[i];
        g->words[g->words_n++] = c < 0x20 || c >= 0x7f ? ' ' : (char) c;
    }
}

static const struct {
    str_t keyword, word; /* word: one of those behind it; empty: whatever stands there */
    unsigned offers;
} keywords[] = {
    {STR_INIT("8BITMIME"), STR_INIT(""), SMTP_OFFERS_8BITMIME},
    {STR_INIT("DSN"), STR_INIT(""), SMTP_OFFERS_DSN},
    {STR_INIT("PIPELINING"), STR_INIT(""), SMTP_OFFERS_PIPELINING},
    {STR_INIT("SIZE"), STR_INIT(""), SMTP_OFFERS_SIZE},
    {STR_INIT("STARTTLS"), STR_INIT(""), SMTP_OFFERS_STARTTLS},
    {STR_INIT("SMTPUTF8"), STR_INIT(""), SMTP_OFFERS_UTF8},
    {STR_INIT("AUTH"), STR_INIT("PLAIN"), SMTP_OFFERS_PLAIN},
    {STR_INIT("AUTH"), STR_INIT("LOGIN"), SMTP_OFFERS_LOGIN},
    {STR_INIT("XFORWARD"), STR_INIT("NAME"), SMTP_OFFERS_XFORWARD_NAME},
    {STR_INIT("XFORWARD"), STR_INIT("ADDR"), SMTP_OFFERS_XFORWARD_ADDR},
    {STR_INIT("XFORWARD"), STR_INIT("PROTO"), SMTP_OFFERS_XFORWARD_PROTO},
    {STR_INIT("XFORWARD"), STR_INIT("HELO"), SMTP_OFFERS_XFORWARD_HELO},
};

static bool has_word(str_t list, str_t word)
{
    str_t one;
    while (list.n > 0) {
        str_cut(list, ' ', &one, &list);
        if (str_ieq(str_trim(one), word)) return true;
    }
    return false;
}

static void note_offer(struct smtp_wire *w, str_t line)
{
    str_t keyword, rest;
    str_cut(str_trim(line), ' ', &keyword, &rest);
    if (str_istarts(keyword, STR("AUTH="))) { /* as servers wrote it before RFC 2554 */
        rest = str_sub(str_trim(line), 5, line.n);
        keyword = STR("AUTH");
    }
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (!str_ieq(keyword, keywords[i].keyword)) continue;
        if (keywords[i].word.n == 0 || has_word(rest, keywords[i].word))
            w->offers |= keywords[i].offers;
    }
    if (str_ieq(keyword, STR("SIZE")) && !str_to_u64(str_trim(rest), &w->size_max)) w->size_max = 0;
}

/* "250-text" lines up to "250 text" (RFC 5321 section 4.2.1); the last line's code counts. */
static bool take_line(str_t line, int *code, bool *last)
{
    uint32_t value = 0;
    if (line.n < 3 || !str_to_u32(str_sub(line, 0, 3), &value)) return false;
    if (value < 200 || value > 599) return false;
    if (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-') return false;
    *code = (int) value;
    *last = line.n == 3 || line.p[3] == ' ';
    return true;
}

static rc_t read_reply(struct smtp_wire *w, bool offers, const char *where, struct err *e)
{
    struct gathered g = {.words_n = 0};
    bool last = false, first = true;
    int code = 0;
    w->reply = (struct smtp_reply){.code = 0};
    MMAPString *line = mmap_string_new("");
    if (!line) return err_set(e, RC_NO_MEMORY, NULL);
    stream_driver_guard(w->ms, REPLY_BYTES, REPLY_BYTES);
    while (!last) {
        if (!mailstream_read_line_remove_eol(w->ms, line)) break;
        str_t text = str_n(line->str, line->len);
        if (!take_line(text, &code, &last)) break;
        text = str_sub(text, 4, text.n);
        if (offers && !first) note_offer(w, text);
        gather(&g, text, code);
        first = false;
    }
    mmap_string_free(line);
    if (!last) return smtp_wire_lost(w, where, e);
    w->reply.code = code;
    if (g.enhanced_n > 0 && g.enhanced[0] == '0' + code / 100)
        w->reply.enhanced = arena_str(w->a, str_n(g.enhanced, g.enhanced_n));
    w->reply.words = arena_str(w->a, str_trim(str_n(g.words, g.words_n)));
    return RC_OK;
}

rc_t smtp_wire_read(struct smtp_wire *w, const char *where, struct err *e)
{
    return read_reply(w, false, where, e);
}

str_t smtp_reply_text(const struct smtp_reply *r, struct arena *a)
{
    if (r->enhanced.n == 0) return r->words;
    return arena_printf(a, "%.*s%s%.*s", STR_ARG(r->enhanced), r->words.n > 0 ? " " : "",
                        STR_ARG(r->words));
}

rc_t smtp_wire_refused(struct smtp_wire *w, const char *where, struct err *e)
{
    bool later = w->reply.code >= 400 && w->reply.code < 500;
    bool full = w->reply.code == 552 || w->reply.code == 452;
    const char *sentence =
        full    ? "The outgoing mail server has no room for this message."
        : later ? "The outgoing mail server could not take the message now. Please try again later."
                : NULL;
    if (sentence)
        err_set(e, RC_SMTP_REFUSED, "%s", sentence);
    else
        err_set(e, RC_SMTP_REFUSED, NULL);
    err_detail(e, "SMTP %s: %d %.*s%s%.*s", where, w->reply.code, STR_ARG(w->reply.enhanced),
               w->reply.enhanced.n > 0 ? " " : "", STR_ARG(w->reply.words));
    return RC_SMTP_REFUSED;
}

/* --- commands -------------------------------------------------------------------------------- */

rc_t smtp_wire_send(struct smtp_wire *w, str_t text, bool flush, const char *where, struct err *e)
{
    if (mailstream_write(w->ms, text.p, text.n) != (ssize_t) text.n)
        return smtp_wire_lost(w, where, e);
    if (flush && mailstream_flush(w->ms) != 0) return smtp_wire_lost(w, where, e);
    return RC_OK;
}

static rc_t in_step(struct smtp_wire *w, const char *where, struct err *e)
{
    if (!stream_driver_has_leftover(w->ms)) return RC_OK;
    err_set(e, RC_SMTP_DOWN, NULL);
    err_detail(e, "SMTP server answers more than it was asked, before %s", where);
    return RC_SMTP_DOWN;
}

rc_t smtp_wire_command(struct smtp_wire *w, str_t line, const char *where, struct err *e)
{
    if (str_is_null(line)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(in_step(w, where, e));
    TRY(smtp_wire_send(w, line, true, where, e));
    return smtp_wire_read(w, where, e);
}

rc_t smtp_wire_series(struct smtp_wire *w, const struct smtp_series *all, struct err *e)
{
    size_t flight = w->offers & SMTP_OFFERS_PIPELINING ? PIPELINE : 1;
    TRY(in_step(w, all->where, e));
    for (size_t i = 0; i < all->count; i += flight) {
        size_t end = i + flight < all->count ? i + flight : all->count;
        for (size_t k = i; k < end; k++) {
            str_t line = all->line(all->ctx, k);
            if (str_is_null(line)) return err_set(e, RC_NO_MEMORY, NULL);
            TRY(smtp_wire_send(w, line, k + 1 == end, all->where, e));
        }
        for (size_t k = i; k < end; k++) {
            TRY(smtp_wire_read(w, all->where, e));
            all->replied(all->ctx, k);
        }
    }
    return RC_OK;
}

/* --- opening --------------------------------------------------------------------------------- */

/* By address: a name of our own would have to be looked up, and that has no deadline. */
static str_t own_literal(const struct smtp_wire *w)
{
    struct sockaddr_storage at = {.ss_family = AF_UNSPEC};
    socklen_t n = sizeof at;
    char text[INET6_ADDRSTRLEN] = "";
    getsockname(stream_fd(w->stream), (struct sockaddr *) &at, &n);
    if (at.ss_family == AF_INET &&
        inet_ntop(AF_INET, &((const struct sockaddr_in *) &at)->sin_addr, text, sizeof text))
        return arena_printf(w->a, "[%s]", text);
    if (at.ss_family == AF_INET6 &&
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *) &at)->sin6_addr, text, sizeof text))
        return arena_printf(w->a, "[IPv6:%s]", text);
    return STR("localhost");
}

static rc_t say_hello(struct smtp_wire *w, const struct smtp_peer *peer, struct err *e)
{
    const char *where = peer->lmtp ? "LHLO" : "EHLO";
    str_t name = peer->name.n > 0 ? peer->name : own_literal(w);
    str_t line = arena_printf(w->a, "%s %.*s\r\n", where, STR_ARG(name));
    if (str_is_null(line)) return err_set(e, RC_NO_MEMORY, NULL);
    w->offers = 0;
    w->size_max = 0;
    TRY(in_step(w, where, e));
    TRY(smtp_wire_send(w, line, true, where, e));
    TRY(read_reply(w, true, where, e));
    return w->reply.code == 250 ? RC_OK : smtp_wire_refused(w, where, e);
}

static rc_t start_tls(struct smtp_wire *w, const struct smtp_peer *peer, struct err *e)
{
    if (!(w->offers & SMTP_OFFERS_STARTTLS)) {
        err_set(e, RC_UNTRUSTED_PEER, NULL);
        err_detail(e, "SMTP server does not offer STARTTLS");
        return RC_UNTRUSTED_PEER;
    }
    TRY(smtp_wire_command(w, STR("STARTTLS\r\n"), "STARTTLS", e));
    if (w->reply.code != 220) return smtp_wire_refused(w, "STARTTLS", e);
    if (stream_driver_has_leftover(w->ms)) {
        err_set(e, RC_UNTRUSTED_PEER, NULL);
        err_detail(e, "plaintext behind STARTTLS");
        return RC_UNTRUSTED_PEER;
    }
    TRY(stream_starttls(w->stream, peer->server, e));
    return say_hello(w, peer, e);
}

static rc_t connect_to(struct smtp_wire *w, const struct smtp_peer *peer, int64_t deadline,
                       struct err *e)
{
    struct stream *s = NULL;
    if (peer->socket.n > 0)
        TRY(stream_connect_local(peer->socket, deadline, RC_SMTP_DOWN, &s, e));
    else
        TRY(stream_connect(peer->server, deadline, RC_SMTP_DOWN, &s, e));
    w->ms = stream_driver_wrap(s);
    if (!w->ms) {
        stream_close(s);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    w->stream = s;
    return RC_OK;
}

rc_t smtp_wire_open(struct smtp_wire *w, const struct smtp_peer *peer, int64_t deadline,
                    struct err *e)
{
    TRY(connect_to(w, peer, deadline, e));
    TRY(smtp_wire_read(w, "greeting", e));
    if (w->reply.code != 220) return smtp_wire_refused(w, "greeting", e);
    WX_KILL_POINT("smtp_greeted");
    TRY(say_hello(w, peer, e));
    bool tls = peer->socket.n == 0 && peer->server->tls == TLS_MODE_STARTTLS;
    return tls ? start_tls(w, peer, e) : RC_OK;
}

void smtp_wire_until(struct smtp_wire *w, int64_t deadline, struct arena *a)
{
    w->a = a;
    w->reply = (struct smtp_reply){.code = 0};
    if (w->stream) stream_set_deadline(w->stream, deadline);
}

bool smtp_wire_is_waiting(const struct smtp_wire *w)
{
    if (!w->ms || stream_driver_has_leftover(w->ms) || stream_pending(w->stream)) return false;
    struct pollfd p = {.fd = stream_fd(w->stream), .events = POLLIN | POLLRDHUP};
    return poll(&p, 1, 0) == 0;
}

void smtp_wire_close(struct smtp_wire *w, bool polite)
{
    if (!w->ms) return;
    if (polite) {
        stream_set_deadline(w->stream, clock_ms() + 200);
        if (mailstream_write(w->ms, "QUIT\r\n", 6) == 6) mailstream_flush(w->ms);
    }
    mailstream_close(w->ms);
    w->ms = NULL;
    w->stream = NULL;
}

/* --- the message ----------------------------------------------------------------------------- */

struct body {
    struct smtp_wire *w;
    bool line_start;
    char last[2]; /* bytes */
};

/* Every line that begins with a dot is given another (RFC 5321 section 4.5.2). */
static rc_t send_piece(void *ctx, str_t m, struct err *e)
{
    struct body *b = ctx;
    const char *p = m.p, *end = m.p + m.n;
    while (p < end) {
        if (b->line_start && *p == '.') TRY(smtp_wire_send(b->w, STR("."), false, "message", e));
        /* Up to the next line that begins with a dot. */
        const char *q = p;
        b->line_start = false;
        while (!b->line_start) {
            const char *nl = memchr(q, '\n', (size_t) (end - q));
            q = nl ? nl + 1 : end;
            b->line_start = nl && (q == end || *q == '.');
            if (q == end || (size_t) (q - p) >= CHUNK) break;
        }
        TRY(smtp_wire_send(b->w, str_n(p, (size_t) (q - p)), false, "message", e));
        b->line_start = b->line_start || q[-1] == '\n';
        p = q;
    }
    b->last[0] = m.n > 1 ? end[-2] : b->last[1];
    b->last[1] = end[-1];
    return RC_OK;
}

rc_t smtp_wire_message(struct smtp_wire *w, const struct flow *message, struct err *e)
{
    struct body b = {.w = w, .line_start = true};
    const struct flow_sink sink = {send_piece, &b};
    TRY(in_step(w, "message", e));
    TRY(flow_pour(message, &sink, e));
    bool ended = b.last[0] == '\r' && b.last[1] == '\n';
    if (!ended) TRY(smtp_wire_send(w, STR("\r\n"), false, "message", e));
    if (mailstream_flush(w->ms) != 0) return smtp_wire_lost(w, "message", e);
    return RC_OK;
}
