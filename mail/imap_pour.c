/* A large part on its way from the mail server to whoever reads it, never held as a whole. */
#include "mail/codec.h"
#include "mail/entity.h"
#include "mail/imap_lease.h"
#include "mail/imap_row.h"

#define POUR_PIECE (512u << 10) /* decoded: the reader's pieces are half of that at most */

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

/* --- given away -----------------------------------------------------------------------------
 *
 * Decoded here where the length is known beforehand, because it is told before the first byte:
 * Dovecot decodes into a file of its own first, and reads the message twice for that. What was
 * decoded last is held back until more comes or the end has come and the length is right, so that
 * an answer of the wrong length is always one that is cut short. */

struct pour {
    uint32_t uid;
    const struct imap_part_sink *to;
    bool begun, decode;
    uint64_t size; /* of what is given, told at the start */
    uint64_t seen; /* decoded so far */
    struct base64_stream base64;
    struct buf held, next;
};

static rc_t wrong_length(struct err *e)
{
    return err_set(e, RC_CONFLICT, "The attachment has another length than was said.");
}

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
    if (!p->decode) p->size = size;
    if (p->size > size) return wrong_length(e);
    p->begun = true;
    return p->to->begin(p->to->ctx, p->size, e);
}

static rc_t give(struct pour *p, struct buf *b, struct err *e)
{
    if (b->n == 0) return RC_OK;
    rc_t rc = p->to->piece(p->to->ctx, buf_view(b), e);
    buf_clear(b);
    return rc;
}

static rc_t pour_piece(void *ctx, str_t bytes, struct err *e)
{
    struct pour *p = ctx;
    if (!p->decode) return p->to->piece(p->to->ctx, bytes, e);
    if (!base64_feed(&p->base64, bytes, &p->next)) return err_set(e, RC_NO_MEMORY, NULL);
    if (p->next.n == 0) return RC_OK;
    p->seen += p->next.n;
    if (p->seen > p->size) return wrong_length(e);
    TRY(give(p, &p->held, e));
    struct buf swap = p->held;
    p->held = p->next;
    p->next = swap;
    return RC_OK;
}

static rc_t pour_end(struct pour *p, struct err *e)
{
    if (!p->decode) return RC_OK;
    size_t before = p->held.n;
    if (!base64_end(&p->base64, &p->held)) return err_set(e, RC_NO_MEMORY, NULL);
    p->seen += p->held.n - before;
    return p->seen == p->size ? give(p, &p->held, e) : wrong_length(e);
}

static rc_t pour_with(struct imap *im, struct pour *p, const char *item, str_t path, struct err *e)
{
    struct imap_sink sink = {.begin = pour_begin, .piece = pour_piece, .ctx = p};
    struct imap_command cmd, *const one = &cmd;
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_printf(im->c, "UID FETCH %u (UID %s[%.*s])", p->uid, item, STR_ARG(path));
    imap_cmd_end(im->c);
    TRY(imap_conn_collect(im->c, &one, 1, NULL, NULL, &sink, e));
    TRY(imap_cmd_error(&cmd, e));
    return pour_end(p, e);
}

/* known: the part's length as it is decoded, or 0. */
static rc_t pour(struct imap *im, uint32_t uid, str_t path, enum transfer_encoding encoding,
                 uint64_t known, const struct imap_part_sink *to, struct err *e)
{
    CLEANUP_BUF struct buf a = BUF_INIT(POUR_PIECE), b = BUF_INIT(POUR_PIECE);
    struct pour p = {.uid = uid, .to = to, .size = known};
    bool as_it_is = encoding != ENC_BASE64 && encoding != ENC_QP && encoding != ENC_UUENCODE;
    p.decode = encoding == ENC_BASE64 && known > 0;
    p.held = a;
    p.next = b;
    bool here = as_it_is || p.decode;
    if (!here && (encoding == ENC_UUENCODE || !imap_has(im, "BINARY")))
        return err_set(e, RC_UNSUPPORTED, NULL);
    rc_t rc = pour_with(im, &p, here ? "BODY.PEEK" : "BINARY.PEEK", path, e);
    a = p.held;
    b = p.next;
    /* Nothing came: [UNKNOWN-CTE], gone, or a server that calls it otherwise. */
    return p.begun ? rc : err_set(e, RC_UNSUPPORTED, NULL);
}

rc_t imap_pour_part(struct imap *im, uint32_t uid, str_t path, uint32_t least, uint64_t known,
                    const struct imap_part_sink *sink, struct err *e)
{
    TRY(imap_uids_check(&uid, 1, e));
    if (!is_path(path)) return err_set(e, RC_UNSUPPORTED, NULL);
    CLEANUP_ARENA struct arena *a = arena_new(8u << 20);
    struct look l = {.uid = uid, .a = a};
    struct entity *part;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc;
    do
        rc = look_once(im, path, &l, e);
    while (imap_should_retry(im, rc));
    if (rc != RC_OK && im->c && !im->c->broken) rc = err_set(e, RC_UNSUPPORTED, NULL);
    if (rc != RC_OK) return rc;
    bool fit = l.found && l.plain && l.size >= least &&
               entity_parse(l.header, NULL, a, &part, e) == RC_OK &&
               sink->header(sink->ctx, part, e);
    if (!fit) return err_set(e, RC_UNSUPPORTED, NULL);
    return pour(im, uid, path, part->encoding, known, sink, e);
}
