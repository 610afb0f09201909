/* A large part on its way from the mail server to whoever reads it, never held as a whole. */
#include "mail/imap_lease.h"
#include "mail/imap_row.h"

struct look {
    uint32_t uid;
    struct arena *a;
    bool found, plain;
    uint32_t size;
    str_t header;
};

static bool is_path(str_t s)
{
    bool digit = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' && !digit) return false;
        digit = s.p[i] != '.';
        if (digit && (s.p[i] < '0' || s.p[i] > '9')) return false;
    }
    return digit && s.n < IMAP_BODY_PATH && s.p[0] != '0';
}

/* "(UID 3 RFC822.SIZE 9 BODYSTRUCTURE (...) BODY[2.MIME] {n}...)" */
static rc_t on_look(void *ctx, struct imap_response *r, struct err *e)
{
    struct look *l = ctx;
    struct imap_row row;
    struct imap_body body;
    struct imap_response again = *r;
    (void) e;
    if (!r->has_number || !str_ieq(r->word, STR("FETCH")) || r->cut) return RC_OK;
    if (!imap_row_read(&again, l->a, &row, &body) || row.uid != l->uid || !body.read) return RC_OK;
    struct wire *w = &r->rest;
    str_t header = STR_NULL;
    if (!wire_take(w, '(')) return RC_OK;
    while (!w->bad && !wire_at_end(w) && !wire_take(w, ')')) {
        str_t name = wire_atom(w);
        if (str_istarts(name, STR("BODY[")))
            header = wire_nstring(w, l->a);
        else
            wire_skip(w);
    }
    l->found = !w->bad && header.n > 0;
    l->header = header;
    l->size = row.size;
    l->plain = !body.sealed && !body.unclear && body.security == IMAP_SEC_NONE &&
               body.candidate_count == 0;
    return RC_OK;
}

static rc_t look_once(struct imap *im, str_t path, struct look *l, struct err *e)
{
    struct imap_command cmd;
    TRY(imap_need_selected(im, e));
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_printf(im->c, "UID FETCH %u (UID RFC822.SIZE BODYSTRUCTURE BODY.PEEK[%.*s.MIME])",
                    l->uid, STR_ARG(path));
    imap_cmd_end(im->c);
    return imap_conn_run(im->c, &cmd, on_look, l, e);
}

struct pour {
    uint32_t uid;
    const struct imap_part_sink *to;
    bool begun;
};

/* The bytes must be known to be this message's before the first of them is given away. */
static rc_t pour_begin(void *ctx, str_t before, uint64_t size, struct err *e)
{
    struct pour *p = ctx;
    ptrdiff_t at = str_ifind(before, STR("UID "));
    uint32_t uid = 0;
    if (at > 0) {
        struct wire w = wire_of(str_sub(before, (size_t) at + 4, before.n));
        uid = (uint32_t) wire_number(&w);
    }
    if (uid != p->uid || p->begun)
        return err_set(e, RC_IMAP_ERROR, "The mail server's answer could not be understood.");
    p->begun = true;
    return p->to->begin(p->to->ctx, size, e);
}

static rc_t pour_piece(void *ctx, str_t bytes, struct err *e)
{
    struct pour *p = ctx;
    return p->to->piece(p->to->ctx, bytes, e);
}

static rc_t pour(struct imap *im, uint32_t uid, str_t path, const struct imap_part_sink *to,
                 struct err *e)
{
    struct pour p = {.uid = uid, .to = to};
    struct imap_sink sink = {.begin = pour_begin, .piece = pour_piece, .ctx = &p};
    struct imap_command cmd, *const one = &cmd;
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_printf(im->c, "UID FETCH %u (UID BINARY.PEEK[%.*s])", uid, STR_ARG(path));
    imap_cmd_end(im->c);
    rc_t rc = imap_conn_collect(im->c, &one, 1, NULL, NULL, &sink, e);
    if (rc == RC_OK && p.begun) return imap_cmd_error(&cmd, e);
    /* Nothing came: [UNKNOWN-CTE], gone, or a server that calls it otherwise. */
    return p.begun ? rc : err_set(e, RC_UNSUPPORTED, NULL);
}

rc_t imap_pour_part(struct imap *im, uint32_t uid, str_t path, uint32_t least,
                    const struct imap_part_sink *sink, struct err *e)
{
    TRY(imap_uids_check(&uid, 1, e));
    if (!is_path(path) || !imap_has(im, "BINARY")) return err_set(e, RC_UNSUPPORTED, NULL);
    CLEANUP_ARENA struct arena *a = arena_new(8u << 20);
    struct look l = {.uid = uid, .a = a};
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc;
    do
        rc = look_once(im, path, &l, e);
    while (imap_should_retry(im, rc));
    if (rc != RC_OK && im->c && !im->c->broken) rc = err_set(e, RC_UNSUPPORTED, NULL);
    if (rc != RC_OK) return rc;
    if (!l.found || !l.plain || l.size < least || !sink->header(sink->ctx, l.header, e))
        return err_set(e, RC_UNSUPPORTED, NULL);
    return pour(im, uid, path, sink, e);
}
