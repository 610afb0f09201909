/* Single messages: bodies in, flags, moves, deletion, messages out. */
#include <stdlib.h>

#include "base/kill.h"
#include "mail/imap_lease.h"
#include "mail/imap_row.h"

#define HEAD_KEPT (64u << 10)

/* --- bodies ------------------------------------------------------------------------------- */

struct body_reader {
    uint32_t uid;
    struct imap_sink sink;
    size_t start;
    bool found;
    struct arena *a;      /* for row */
    struct imap_row *row; /* taken from the same response, or NULL */
    /* Instead of a buffer: */
    const struct flow_sink *to;
    size_t most;
    bool given; /* it has got something: there is no second try */
};

static rc_t give_piece(void *ctx, str_t bytes, struct err *e)
{
    struct body_reader *b = ctx;
    b->given = true;
    return b->to->take(b->to->ctx, bytes, e);
}

/* "(UID 3 BODY[] {n})": a literal is in the sink already; short ones may come quoted. */
static rc_t on_body(void *ctx, struct imap_response *r, struct err *e)
{
    struct body_reader *b = ctx;
    if (!r->has_number || !str_ieq(r->word, STR("FETCH")) || !wire_take(&r->rest, '('))
        return RC_OK;
    struct wire *w = &r->rest;
    CLEANUP_ARENA struct arena *scratch = arena_new(1u << 20);
    if (!scratch) return err_set(e, RC_NO_MEMORY, NULL);
    struct imap_response whole = *r;
    whole.rest.p--; /* the parenthesis again */
    bool has_body = false;
    uint64_t uid = 0;
    str_t text = STR_NULL;
    while (!w->bad && !wire_at_end(w) && !wire_take(w, ')')) {
        str_t name = wire_atom(w);
        if (str_ieq(name, STR("UID"))) {
            uid = wire_number(w);
        } else if (str_istarts(name, STR("BODY["))) {
            text = wire_nstring(w, scratch);
            has_body = !str_is_null(text);
        } else {
            wire_skip(w);
        }
    }
    /* A body of another message, or two: nobody may see it as this one. */
    if (w->bad || r->cut || (has_body && (uid != b->uid || b->found)))
        return err_set(e, RC_IMAP_DOWN, "The mail server's answer could not be understood.");
    if (!has_body) return RC_OK;
    b->found = true;
    if (b->row && !imap_row_read(&whole, b->a, b->row, NULL))
        return err_set(e, RC_IMAP_DOWN, "The mail server's answer could not be understood.");
    if (text.n == 0) return RC_OK;
    if (b->to) return give_piece(b, text, e);
    return buf_str(b->sink.out, text) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

static rc_t ask_body(struct imap_conn *c, struct body_reader *b, const char *items, struct err *e)
{
    struct imap_command cmd, *const one = &cmd;
    imap_cmd_begin(c, &cmd);
    imap_cmd_printf(c, "UID FETCH %u (UID %s)", b->uid, items);
    imap_cmd_end(c);
    TRY(imap_conn_collect(c, &one, 1, on_body, b, &b->sink, e));
    return imap_cmd_error(&cmd, e);
}

static rc_t body_once(struct imap *im, const char *items, struct body_reader *b, struct err *e)
{
    struct buf *out = b->sink.out;
    TRY(imap_need_selected(im, e));
    b->found = false;
    b->start = out ? out->n : 0;
    rc_t rc = ask_body(im->c, b, items, e);
    /* This connection may not have heard of a message that another one has listed: news, then
     * again. */
    if (rc == RC_OK && !b->found) {
        rc = imap_conn_noop(im->c, e);
        if (rc == RC_OK) rc = ask_body(im->c, b, items, e);
    }
    if (rc == RC_OK && !b->found) rc = err_set(e, RC_NOT_FOUND, NULL);
    if (rc != RC_OK && out) {
        if (out->secret && out->p) wipe(out->p + b->start, out->n - b->start);
        out->n = b->start;
        if (out->p && out->cap > out->n) out->p[out->n] = '\0';
    }
    return rc;
}

static rc_t fetch_items(struct imap *im, const char *items, struct body_reader *b, struct err *e)
{
    TRY(imap_uids_check(&b->uid, 1, e));
    rc_t rc;
    do
        rc = body_once(im, items, b, e);
    while (!b->given && imap_should_retry(im, rc));
    return rc;
}

static rc_t fetch_section(struct imap *im, uint32_t uid, const char *section, struct buf *out,
                          struct err *e)
{
    struct body_reader b = {.uid = uid, .sink = {.out = out}};
    return fetch_items(im, section, &b, e);
}

rc_t imap_open(struct imap *im, uint32_t uid, struct arena *a, struct imap_row *row,
               struct buf *out, struct err *e)
{
    struct imap_row found = {0};
    struct body_reader b = {.uid = uid, .sink = {.out = out}, .a = a, .row = &found};
    TRY(fetch_items(im, "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY.PEEK[]", &b, e));
    *row = found;
    return RC_OK;
}

rc_t imap_fetch(struct imap *im, uint32_t uid, struct buf *out, struct err *e)
{
    return fetch_section(im, uid, "BODY.PEEK[]", out, e);
}

static rc_t pour_begin(void *ctx, str_t before, uint64_t size, struct err *e)
{
    const struct body_reader *b = ctx;
    (void) before;
    return size <= b->most ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

rc_t imap_fetch_flow(struct imap *im, uint32_t uid, size_t most, const struct flow_sink *to,
                     struct err *e)
{
    struct body_reader b = {.uid = uid, .most = most, .to = to};
    b.sink = (struct imap_sink){.begin = pour_begin, .piece = give_piece, .ctx = &b};
    return fetch_items(im, "BODY.PEEK[]", &b, e);
}

rc_t imap_fetch_header(struct imap *im, uint32_t uid, struct buf *out, struct err *e)
{
    return fetch_section(im, uid, "BODY.PEEK[HEADER]", out, e);
}

/* --- flags ---------------------------------------------------------------------------------- */

/* flag-keyword or a system flag that clients may set (RFC 3501 section 9). */
static bool is_flag(str_t f)
{
    static const str_t system[] = {STR_INIT("\\Seen"), STR_INIT("\\Answered"),
                                   STR_INIT("\\Flagged"), STR_INIT("\\Deleted"),
                                   STR_INIT("\\Draft")};
    for (size_t i = 0; i < sizeof system / sizeof *system; i++)
        if (str_ieq(f, system[i])) return true;
    if (f.n == 0 || f.n > 100) return false;
    for (size_t i = 0; i < f.n; i++) {
        unsigned char c = (unsigned char) f.p[i];
        if (c <= 0x20 || c >= 0x7f || strchr("(){%*\"\\]", c)) return false;
    }
    return true;
}

static rc_t check_flags(const str_t *flags, size_t n, struct err *e)
{
    bool ok = n <= 50;
    for (size_t i = 0; ok && i < n; i++)
        ok = is_flag(flags[i]);
    if (ok) return RC_OK;
    err_set(e, RC_INVALID, NULL);
    err_field(e, "flags");
    return RC_INVALID;
}

static void write_flags(struct imap_conn *c, const str_t *flags, size_t n)
{
    imap_cmd_text(c, STR("("));
    for (size_t i = 0; i < n; i++) {
        if (i > 0) imap_cmd_text(c, STR(" "));
        imap_cmd_text(c, flags[i]);
    }
    imap_cmd_text(c, STR(")"));
}

rc_t imap_store(struct imap *im, const uint32_t *uids, size_t n, bool add, const str_t *flags,
                size_t nflags, struct err *e)
{
    TRY(imap_uids_check(uids, n, e));
    TRY(check_flags(flags, nflags, e));
    if (nflags == 0) return RC_OK;
    TRY(imap_need_selected(im, e));
    im->fresh = false;
    for (size_t from = 0; from < n;) {
        struct imap_command cmd;
        imap_cmd_begin(im->c, &cmd);
        imap_cmd_text(im->c, STR("UID STORE "));
        imap_uids_write(&im->c->out, uids, n, &from, IMAP_LINE_MAX);
        imap_cmd_text(im->c, add ? STR(" +FLAGS.SILENT ") : STR(" -FLAGS.SILENT "));
        write_flags(im->c, flags, nflags);
        imap_cmd_end(im->c);
        TRY(imap_conn_run(im->c, &cmd, NULL, NULL, e));
    }
    return RC_OK;
}

/* --- copy and move -----------------------------------------------------------------------------
 */

#define COPYUID_MAX 100000

struct copied {
    const uint32_t *uids;
    size_t n;
    uint32_t *new_uids;
    uint32_t validity;
};

static void note_copied(struct copied *m, uint32_t from, uint32_t to)
{
    for (size_t i = 0; m->new_uids && i < m->n; i++)
        if (m->uids[i] == from) m->new_uids[i] = to;
}

/* "COPYUID 38505 304,319:320 3956:3958" (RFC 4315 section 3); what does not fit is ignored. */
static void read_copyuid(str_t code, struct copied *m)
{
    str_t word, validity, from, to;
    uint32_t v = 0;
    if (!str_cut(code, ' ', &word, &code) || !str_ieq(word, STR("COPYUID"))) return;
    if (!str_cut(code, ' ', &validity, &code) || !str_cut(code, ' ', &from, &to)) return;
    if (!str_to_u32(validity, &v)) return;
    size_t na = 0, nb = 0;
    uint32_t *a = malloc(2 * sizeof *a * m->n), *b = a ? a + m->n : NULL;
    if (a && imap_uids_read(from, a, m->n, &na) && imap_uids_read(to, b, m->n, &nb) && na == nb) {
        m->validity = v;
        for (size_t i = 0; i < na; i++)
            note_copied(m, a[i], b[i]);
    }
    free(a);
}

/* "* OK [COPYUID ...] Moved." comes untagged with MOVE (RFC 6851 section 4.3). */
static rc_t on_copied(void *ctx, struct imap_response *r, struct err *e)
{
    (void) e;
    if (r->has_number || !str_ieq(r->word, STR("OK"))) return RC_OK;
    str_t rest = wire_rest(&r->rest);
    ptrdiff_t close = str_chr(rest, ']');
    if (close > 1 && rest.p[0] == '[') read_copyuid(str_sub(rest, 1, (size_t) close), ctx);
    return RC_OK;
}

/* "UID MOVE" or "UID COPY", in pieces. short_sets: COPYUID must fit the tagged reply we keep. */
static rc_t transfer(struct imap *im, const char *verb, struct copied *m, str_t target,
                     bool short_sets, struct err *e)
{
    TRY(imap_uids_check(m->uids, m->n, e));
    if (target.n == 0) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(imap_check_text(target, IMAP_MAILBOX_MAX, "to", e));
    TRY(imap_need_selected(im, e));
    im->fresh = false;
    for (size_t from = 0; from < m->n;) {
        struct imap_command cmd;
        imap_cmd_begin(im->c, &cmd);
        imap_cmd_printf(im->c, "%s ", verb);
        imap_uids_write(&im->c->out, m->uids, m->n, &from, short_sets ? 100 : IMAP_LINE_MAX);
        imap_cmd_text(im->c, STR(" "));
        TRY(imap_cmd_string(im->c, target, e));
        imap_cmd_end(im->c);
        TRY(imap_conn_run(im->c, &cmd, on_copied, m, e));
        read_copyuid(str_c(cmd.code), m);
    }
    return RC_OK;
}

rc_t imap_copy(struct imap *im, const uint32_t *uids, size_t n, str_t target, struct err *e)
{
    struct copied m = {.uids = uids, .n = n};
    return transfer(im, "UID COPY", &m, target, false, e);
}

rc_t imap_expunge(struct imap *im, const uint32_t *uids, size_t n, struct err *e)
{
    TRY(imap_uids_check(uids, n, e));
    TRY(imap_need_selected(im, e));
    /* Plain EXPUNGE would take along what others marked (RFC 4315 section 1). */
    if (!imap_conn_has(im->c, "UIDPLUS"))
        return err_set(e, RC_UNSUPPORTED, "This mail server cannot delete single messages.");
    static const str_t deleted[] = {STR_INIT("\\Deleted")};
    TRY(imap_store(im, uids, n, true, deleted, 1, e));
    for (size_t from = 0; from < n;) {
        struct imap_command cmd;
        imap_cmd_begin(im->c, &cmd);
        imap_cmd_text(im->c, STR("UID EXPUNGE "));
        imap_uids_write(&im->c->out, uids, n, &from, IMAP_LINE_MAX);
        imap_cmd_end(im->c);
        TRY(imap_conn_run(im->c, &cmd, NULL, NULL, e));
    }
    return RC_OK;
}

rc_t imap_move(struct imap *im, const uint32_t *uids, size_t n, str_t target, uint32_t *new_uids,
               uint32_t *new_uidvalidity, struct err *e)
{
    TRY(imap_uids_check(uids, n, e));
    TRY(imap_need_selected(im, e));
    uint32_t *found = calloc(n, sizeof *found);
    if (!found) return err_set(e, RC_NO_MEMORY, NULL);
    struct copied m = {.uids = uids, .n = n, .new_uids = found};
    rc_t rc;
    if (imap_conn_has(im->c, "MOVE")) {
        rc = transfer(im, "UID MOVE", &m, target, false, e);
    } else if (!imap_conn_has(im->c, "UIDPLUS")) {
        rc = err_set(e, RC_UNSUPPORTED, "This mail server cannot move single messages.");
    } else {
        rc = transfer(im, "UID COPY", &m, target, true, e);
        if (rc == RC_OK) rc = imap_expunge(im, uids, n, e);
    }
    if (rc == RC_OK && new_uids) memcpy(new_uids, found, n * sizeof *found);
    if (rc == RC_OK && new_uidvalidity) *new_uidvalidity = m.validity;
    free(found);
    return rc;
}

/* --- append
 * --------------------------------------------------------------------------------------- */

/* "APPENDUID 38505 3955" */
static bool read_appenduid(str_t code, uint32_t *uid, uint32_t *validity)
{
    str_t word, v, u;
    if (!str_cut(code, ' ', &word, &code) || !str_ieq(word, STR("APPENDUID"))) return false;
    return str_cut(code, ' ', &v, &u) && str_to_u32(v, validity) && str_to_u32(u, uid);
}

/* Servers without UIDPLUS: the newest message of that Message-ID. Failing is no failure of the
 * append. */
static void find_appended(struct imap *im, str_t mailbox, str_t message, uint32_t *uid,
                          uint32_t *validity)
{
    ptrdiff_t end = str_find(message, STR("\r\n\r\n"));
    str_t head = str_sub(message, 0, end < 0 ? message.n : (size_t) end + 2);
    ptrdiff_t at = str_ifind(head, STR("\r\nMessage-ID:"));
    if (str_istarts(head, STR("Message-ID:")))
        at = -2;
    else if (at < 0)
        return;
    str_t line, rest = str_sub(head, (size_t) (at + 2), head.n);
    str_cut(rest, '\n', &line, &rest);
    str_t id = str_trim(str_sub(line, 11, line.n));
    CLEANUP_ARENA struct arena *a = arena_new(1u << 20);
    char *back = im->c->sel.name ? strdup(im->c->sel.name) : NULL;
    if (a && id.n > 2 && imap_conn_select(im->c, mailbox, NULL) == RC_OK) {
        uint32_t *uids = NULL;
        size_t n = 0;
        if (imap_search_header(im, STR("Message-ID"), id, a, &uids, &n, NULL) == RC_OK && n > 0) {
            *uid = uids[0];
            *validity = im->c->sel.uidvalidity;
        }
        if (back && imap_conn_select(im->c, str_c(back), NULL) != RC_OK) im->c->broken = true;
    }
    free(back);
}

static rc_t append(struct imap *im, str_t mailbox, const struct flow *message, const str_t *flags,
                   size_t nflags, uint32_t *uid, uint32_t *uidvalidity, bool *told, struct err *e)
{
    if (mailbox.n == 0) return err_set(e, RC_NOT_FOUND, NULL);
    if (message->n == 0) return err_set(e, RC_INVALID, NULL);
    TRY(imap_check_text(mailbox, IMAP_MAILBOX_MAX, "folder", e));
    TRY(check_flags(flags, nflags, e));
    if (!im->c || im->c->broken) return err_set(e, RC_IMAP_DOWN, NULL);
    struct imap_command cmd;
    bool refused = false;
    im->fresh = false;
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_text(im->c, STR("APPEND "));
    TRY(imap_cmd_string(im->c, mailbox, e));
    imap_cmd_text(im->c, STR(" "));
    write_flags(im->c, flags, nflags);
    imap_cmd_text(im->c, STR(" "));
    TRY(imap_cmd_literal_flow(im->c, &cmd, message, &refused, e));
    if (!refused) {
        WX_KILL_POINT("imap_append_sent");
        imap_cmd_end(im->c);
        TRY(imap_conn_run(im->c, &cmd, NULL, NULL, e));
        WX_KILL_POINT("imap_append_answered");
    } else if (cmd.result == RC_OK) {
        return imap_conn_fail(im->c, "APPEND done before it was sent", e);
    }
    TRY(imap_cmd_error(&cmd, e));
    *told = read_appenduid(str_c(cmd.code), uid, uidvalidity);
    if (!*told) *uid = *uidvalidity = 0;
    return RC_OK;
}

/* The first bytes of what goes by, for find_appended; nothing that no server takes goes by. */
struct passing {
    const struct flow *message;
    const struct flow_sink *to;
    struct buf head;
};

static rc_t pass_piece(void *ctx, str_t bytes, struct err *e)
{
    struct passing *p = ctx;
    size_t room = p->head.max - p->head.n;
    if (memchr(bytes.p, '\0', bytes.n)) return err_set(e, RC_INVALID, NULL);
    if (room > 0 && !buf_str(&p->head, str_sub(bytes, 0, room < bytes.n ? room : bytes.n)))
        return err_set(e, RC_NO_MEMORY, NULL);
    return p->to->take(p->to->ctx, bytes, e);
}

static rc_t pour_passing(const void *ctx, const struct flow_sink *to, struct err *e)
{
    struct passing *p = (struct passing *) (uintptr_t) ctx;
    const struct flow_sink sink = {pass_piece, p};
    p->to = to;
    return flow_pour(p->message, &sink, e);
}

rc_t imap_append_flow(struct imap *im, str_t mailbox, const struct flow *message,
                      const str_t *flags, size_t nflags, uint32_t *uid, uint32_t *uidvalidity,
                      struct err *e)
{
    struct passing p = {.message = message, .head = BUF_INIT_SECRET(HEAD_KEPT)};
    const struct flow bytes = {message->n, pour_passing, &p};
    uint32_t u = 0, v = 0;
    bool told = false;
    rc_t rc = append(im, mailbox, &bytes, flags, nflags, &u, &v, &told, e);
    if (rc == RC_OK && !told) find_appended(im, mailbox, buf_view(&p.head), &u, &v);
    buf_free(&p.head);
    TRY(rc);
    if (uid) *uid = u;
    if (uidvalidity) *uidvalidity = v;
    return RC_OK;
}

rc_t imap_append(struct imap *im, str_t mailbox, str_t message, const str_t *flags, size_t nflags,
                 uint32_t *uid, uint32_t *uidvalidity, struct err *e)
{
    const struct flow bytes = flow_of_str(&message);
    if (message.n > 0 && memchr(message.p, '\0', message.n)) return err_set(e, RC_INVALID, NULL);
    return imap_append_flow(im, mailbox, &bytes, flags, nflags, uid, uidvalidity, e);
}
