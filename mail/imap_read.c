/* Reads one response: a line and the literals it announces, in bounded memory. */
#include "mail/imap_conn.h"

#include <stdlib.h>

#define CHUNK 32768
#define POUR (256u << 10) /* of a literal that is poured */
/* A literal that long behind a response already over the limit is an attack, not a mailbox. */
#define DISCARD_LITERAL_MAX (64ll << 20)

/* At least one byte, what is there already first. Not mailstream_read alone: when libetpan's buffer
 * holds less than asked for, that waits for more, although a server that has answered sends
 * nothing. */
static ssize_t take(struct imap_conn *c, void *p, size_t n)
{
    size_t held = c->ms->read_buffer_len;
    if (held > 0) return mailstream_read(c->ms, p, n < held ? n : held);
    return mailstream_low_read(c->ms->low, p, n);
}

static bool fill(struct imap_conn *c)
{
    if (c->head > 0 && c->head == c->in.n) {
        buf_clear(&c->in);
        c->head = 0;
    } else if (c->head > CHUNK) {
        memmove(c->in.p, c->in.p + c->head, c->in.n - c->head);
        c->in.n -= c->head;
        c->head = 0;
    }
    if (!buf_reserve(&c->in, CHUNK)) return false;
    ssize_t got = take(c, c->in.p + c->in.n, CHUNK);
    if (got <= 0) return false;
    c->in.n += (size_t) got;
    return true;
}

/* Free text may end in "{5}" and mean nothing by it. */
static bool is_status(str_t line)
{
    static const str_t words[] = {STR_INIT("* OK"),  STR_INIT("* NO"),      STR_INIT("* BAD"),
                                  STR_INIT("* BYE"), STR_INIT("* PREAUTH"), STR_INIT("+")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_istarts(line, words[i])) return true;
    return line.n > 0 && line.p[0] != '*';
}

static bool is_body_literal(str_t line)
{
    ptrdiff_t brace = str_rchr(line, '{');
    if (brace < 1) return false;
    str_t before = str_trim(str_sub(line, 0, (size_t) brace));
    if (str_ends(before, STR("~"))) before = str_trim(str_sub(before, 0, before.n - 1));
    return str_ends(before, STR("]")) || str_ends(before, STR(">"));
}

static rc_t feed(struct imap_conn *c, struct imap_sink *sink, str_t bytes, struct err *e)
{
    if (bytes.n == 0) return RC_OK;
    rc_t rc = sink->piece(sink->ctx, bytes, e);
    if (rc != RC_OK) c->broken = true; /* the rest is still to come */
    stream_set_deadline(c->stream, clock_ms() + IMAP_PIECE_MS);
    return rc;
}

/* As sink_literal, piece by piece: whatever its length, one buffer of it is held. */
static rc_t pour_literal(struct imap_conn *c, struct imap_sink *sink, size_t at, size_t end,
                         uint64_t size, struct err *e)
{
    sink->used = true;
    rc_t rc = sink->begin(sink->ctx, str_n(c->in.p + c->head, at - c->head), size, e);
    if (rc != RC_OK) {
        c->broken = true;
        return rc;
    }
    size_t here = c->in.n - end < size ? c->in.n - end : (size_t) size;
    TRY(feed(c, sink, str_n(c->in.p + end, here), e));
    char *chunk = size > here ? malloc(POUR) : NULL;
    if (size > here && !chunk) {
        c->broken = true;
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    for (uint64_t left = size - here; left > 0 && rc == RC_OK;) {
        ssize_t got = take(c, chunk, left < POUR ? (size_t) left : POUR);
        rc = got > 0 ? feed(c, sink, str_n(chunk, (size_t) got), e)
                     : imap_conn_fail(c, "cut inside a body", e);
        left -= got > 0 ? (uint64_t) got : 0;
    }
    free(chunk);
    if (rc != RC_OK) return rc;
    memmove(c->in.p + at + 2, c->in.p + end + here, c->in.n - end - here);
    c->in.n -= end + here - at - 2;
    memcpy(c->in.p + at, "\"\"", 2);
    return RC_OK;
}

/* Moves a literal of `size` bytes, announced by the text [at, end) of c->in, into the sink, and
 * puts an empty quoted string in its place. */
static rc_t sink_literal(struct imap_conn *c, struct imap_sink *sink, size_t at, size_t end,
                         uint64_t size, struct err *e)
{
    if (sink->piece) return pour_literal(c, sink, at, end, size, e);
    struct buf *to = sink->out;
    sink->used = true;
    if (size > to->max - to->n) {
        sink->too_large = true;
        c->broken = true;
        return err_set(e, RC_TOO_LARGE, NULL);
    }
    if (!buf_reserve(to, (size_t) size)) {
        c->broken = true;
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    size_t here = c->in.n - end < size ? c->in.n - end : (size_t) size;
    if (here > 0 && !buf_add(to, c->in.p + end, here)) return imap_conn_fail(c, "buffer", e);
    size_t left = (size_t) size - here;
    while (left > 0) {
        ssize_t got = take(c, to->p + to->n, left);
        if (got <= 0) return imap_conn_fail(c, "cut inside a body", e);
        to->n += (size_t) got;
        left -= (size_t) got;
    }
    if (to->p) to->p[to->n] = '\0';
    memmove(c->in.p + at + 2, c->in.p + end + here, c->in.n - end - here);
    c->in.n -= end + here - at - 2;
    memcpy(c->in.p + at, "\"\"", 2);
    return RC_OK;
}

/* The last bytes of a line, to recognise a literal at its end. */
struct line_end {
    char text[32];
    size_t n;
};

static void line_end_add(struct line_end *t, const char *p, size_t n)
{
    if (n > sizeof t->text) {
        p += n - sizeof t->text;
        n = sizeof t->text;
    }
    if (t->n + n > sizeof t->text) {
        size_t drop = t->n + n - sizeof t->text;
        memmove(t->text, t->text + drop, t->n - drop);
        t->n -= drop;
    }
    memcpy(t->text + t->n, p, n);
    t->n += n;
}

static int64_t line_end_literal(const struct line_end *t)
{
    size_t n = t->n > 0 && t->text[t->n - 1] == '\r' ? t->n - 1 : t->n;
    return wire_literal_size(str_n(t->text, n));
}

/* Drops the rest of a response that is too long to keep. What is kept ends at `mark` in c->in; the
 * bytes behind it are read and thrown away until the response ends, what follows it moves up.
 * `pending`: bytes of a literal still to come. */
static rc_t discard(struct imap_conn *c, size_t mark, size_t from, uint64_t pending,
                    struct line_end *line, struct err *e)
{
    for (;;) {
        if (from == c->in.n) {
            c->in.n = from = mark;
            if (!buf_reserve(&c->in, CHUNK)) return imap_conn_fail(c, "buffer", e);
            ssize_t got = take(c, c->in.p + mark, CHUNK);
            if (got <= 0) return imap_conn_fail(c, "cut", e);
            c->in.n += (size_t) got;
        }
        size_t there = c->in.n - from;
        if (pending > 0) {
            size_t n = pending < there ? (size_t) pending : there;
            from += n;
            pending -= n;
            continue;
        }
        char *nl = memchr(c->in.p + from, '\n', there);
        size_t n = nl ? (size_t) (nl - (c->in.p + from)) : there;
        line_end_add(line, c->in.p + from, n);
        from += n + (nl ? 1 : 0);
        if (!nl) continue;
        int64_t next = line_end_literal(line);
        line->n = 0;
        if (next < 0) break;
        if (next > DISCARD_LITERAL_MAX) return imap_conn_fail(c, "absurd literal", e);
        pending = (uint64_t) next;
    }
    memmove(c->in.p + mark, c->in.p + from, c->in.n - from);
    c->in.n -= from - mark;
    return RC_OK;
}

/* Keeps what is there of a response that is too long. `needed`: its bytes that are sure to belong
 * to it, up to the end of a literal or the start of the unfinished line. */
static rc_t read_oversize(struct imap_conn *c, uint64_t needed, str_t *line, bool *cut,
                          struct err *e)
{
    size_t there = c->in.n - c->head;
    uint64_t pending = needed > there ? needed - there : 0;
    if (pending > (uint64_t) DISCARD_LITERAL_MAX) return imap_conn_fail(c, "absurd literal", e);
    size_t keep = there < IMAP_RESPONSE_MAX ? there : IMAP_RESPONSE_MAX;
    struct line_end end = {.n = 0};
    size_t from = c->head + keep;
    if (needed < keep) line_end_add(&end, c->in.p + c->head + needed, keep - (size_t) needed);
    if (needed > keep && needed <= there) from = c->head + (size_t) needed;
    if (needed > there) from = c->in.n;
    TRY(discard(c, c->head + keep, from, pending, &end, e));
    *line = str_n(c->in.p + c->head, keep);
    *cut = true;
    c->head += keep;
    return RC_OK;
}

rc_t imap_read_response(struct imap_conn *c, struct imap_sink *sink, str_t *line, bool *cut,
                        struct err *e)
{
    size_t seen = 0;   /* of the response: complete lines and literals */
    size_t looked = 0; /* of the unfinished line: no line end so far */
    for (;;) {
        char *base = c->in.p ? c->in.p + c->head : NULL;
        size_t there = c->in.n - c->head;
        char *nl = there > seen + looked ? memchr(base + seen + looked, '\n', there - seen - looked)
                                         : NULL;
        if (!nl) {
            if (there > IMAP_RESPONSE_MAX) return read_oversize(c, seen, line, cut, e);
            looked = there > seen ? there - seen : 0;
            if (!fill(c)) return imap_conn_fail(c, "closed", e);
            continue;
        }
        size_t end = (size_t) (nl - base);
        size_t text_end = end > seen && base[end - 1] == '\r' ? end - 1 : end;
        int64_t size = wire_literal_size(str_n(base + seen, text_end - seen));
        if (size < 0 || is_status(str_n(base, text_end))) {
            *line = str_n(base, text_end);
            *cut = false;
            c->head += end + 1;
            return RC_OK;
        }
        str_t text = str_n(base + seen, text_end - seen);
        looked = 0;
        if (sink && is_body_literal(text)) {
            size_t at = c->head + seen + (size_t) str_rchr(text, '{');
            TRY(sink_literal(c, sink, at, c->head + end + 1, (uint64_t) size, e));
            seen = at + 2 - c->head;
            continue;
        }
        if ((uint64_t) size > IMAP_RESPONSE_MAX || end + 1 + (size_t) size > IMAP_RESPONSE_MAX) {
            uint64_t needed = end + 1 + (uint64_t) size;
            return read_oversize(c, needed, line, cut, e);
        }
        seen = end + 1 + (size_t) size;
        while (c->in.n - c->head < seen)
            if (!fill(c)) return imap_conn_fail(c, "cut inside a literal", e);
    }
}
