#include "mail/rope.h"

#include <stdlib.h>

#include "mail/codec.h"
#include "mail/entity.h"

#define LINE_RAW 57u
#define LINE 78u            /* 76 characters, CR, LF */
#define STEP 512u           /* lines at a time */
#define CHUNK (1020u << 10) /* with what malloc adds still below 1 MB */

struct rope_chunk {
    struct rope_chunk *next;
    size_t n;
    char bytes[];
};

struct rope_feeding {
    char line[LINE]; /* of a line that is not whole yet */
    size_t have;
    bool inside;   /* of a line longer than LINE: as it is up to its end */
    size_t single; /* lines to try one by one: together they were not all base64 */
    struct buf raw, again;
};

/* --- pieces ---------------------------------------------------------------------------------- */

static size_t encoded_size(size_t n)
{
    size_t chars = (n + 2) / 3 * 4;
    return chars + (chars + 75) / 76 * 2;
}

static bool adjoins(const struct rope_piece *last, str_t bytes, bool base64)
{
    bool whole = !base64 || last->bytes.n % LINE_RAW == 0;
    return last->base64 == base64 && whole && last->bytes.p + last->bytes.n == bytes.p;
}

rc_t rope_add(struct rope *r, str_t bytes, bool base64, struct err *e)
{
    if (bytes.n == 0) return RC_OK;
    if (r->count > 0 && adjoins(&r->pieces[r->count - 1], bytes, base64)) {
        struct rope_piece *last = &r->pieces[r->count - 1];
        size_t had = base64 ? encoded_size(last->bytes.n) : last->bytes.n;
        last->bytes.n += bytes.n;
        r->n += (base64 ? encoded_size(last->bytes.n) : last->bytes.n) - had;
        return RC_OK;
    }
    if (r->count == r->room) {
        size_t room = r->room ? 2 * r->room : 16;
        struct rope_piece *grown = realloc(r->pieces, room * sizeof *grown);
        if (!grown) return err_set(e, RC_NO_MEMORY, NULL);
        r->pieces = grown;
        r->room = room;
    }
    r->pieces[r->count++] = (struct rope_piece){bytes, base64};
    r->n += base64 ? encoded_size(bytes.n) : bytes.n;
    return RC_OK;
}

static void feeding_free(struct rope_feeding *f)
{
    if (!f) return;
    buf_free(&f->raw);
    buf_free(&f->again);
    wipe(f->line, sizeof f->line);
    free(f);
}

void rope_free(struct rope *r)
{
    for (struct rope_chunk *c = r->chunks, *next; c; c = next) {
        next = c->next;
        wipe(c->bytes, c->n);
        free(c);
    }
    feeding_free(r->fed);
    free(r->pieces);
    *r = (struct rope){0};
}

/* --- taking a text in ------------------------------------------------------------------------ */

/* A copy of at most all the bytes, multiples of `unit`; how many were kept is added to *done. */
static rc_t keep(struct rope *r, str_t bytes, size_t unit, bool base64, size_t *done, struct err *e)
{
    struct rope_chunk *c = r->chunks;
    if (!c || CHUNK - c->n < unit) {
        c = malloc(sizeof *c + CHUNK);
        if (!c) return err_set(e, RC_NO_MEMORY, NULL);
        c->next = r->chunks;
        c->n = 0;
        r->chunks = c;
    }
    size_t n = CHUNK - c->n < bytes.n ? (CHUNK - c->n) / unit * unit : bytes.n;
    memcpy(c->bytes + c->n, bytes.p, n);
    TRY(rope_add(r, str_n(c->bytes + c->n, n), base64, e));
    c->n += n;
    *done += n;
    return RC_OK;
}

static rc_t keep_all(struct rope *r, str_t bytes, bool base64, struct err *e)
{
    for (size_t done = 0; done < bytes.n;)
        TRY(keep(r, str_sub(bytes, done, bytes.n), base64 ? LINE_RAW : 1, base64, &done, e));
    return RC_OK;
}

/* Lines of the right length at the beginning of s, at most `most`. */
static size_t count_lines(str_t s, size_t most)
{
    size_t k = 0;
    while (k < most && (k + 1) * LINE <= s.n && s.p[(k + 1) * LINE - 2] == '\r' &&
           s.p[(k + 1) * LINE - 1] == '\n')
        k++;
    return k;
}

/* Keeps lines decoded when encoding gives the very same bytes. */
static rc_t keep_lines(struct rope *r, str_t lines, bool *kept, struct err *e)
{
    struct rope_feeding *f = r->fed;
    buf_clear(&f->raw);
    buf_clear(&f->again);
    *kept = mime_base64_decode(lines, &f->raw) && f->raw.n == lines.n / LINE * LINE_RAW &&
            mime_base64_encode(buf_view(&f->raw), &f->again) && str_eq(buf_view(&f->again), lines);
    return *kept ? keep_all(r, buf_view(&f->raw), true, e) : RC_OK;
}

/* s begins a line. What is used up is cut off. */
static rc_t feed_lines(struct rope *r, str_t *s, struct err *e)
{
    struct rope_feeding *f = r->fed;
    size_t k = count_lines(*s, f->single > 0 ? 1 : STEP);
    bool kept = false;
    if (k > 0) TRY(keep_lines(r, str_sub(*s, 0, k * LINE), &kept, e));
    if (k > 1 && !kept) {
        f->single = k;
        return RC_OK;
    }
    if (f->single > 0) f->single--;
    size_t n = k * LINE;
    if (!kept) {
        const char *nl = memchr(s->p, '\n', s->n);
        n = nl ? (size_t) (nl + 1 - s->p) : s->n;
        if (!nl && n < LINE) {
            memcpy(f->line, s->p, n);
            f->have = n;
        } else {
            f->inside = !nl;
            TRY(keep_all(r, str_sub(*s, 0, n), false, e));
        }
    }
    *s = str_sub(*s, n, s->n);
    return RC_OK;
}

/* Goes on with the line that was begun in an earlier piece. */
static rc_t feed_held(struct rope *r, str_t *s, struct err *e)
{
    struct rope_feeding *f = r->fed;
    size_t n = LINE - f->have < s->n ? LINE - f->have : s->n;
    const char *nl = memchr(s->p, '\n', n);
    if (nl) n = (size_t) (nl + 1 - s->p);
    memcpy(f->line + f->have, s->p, n);
    f->have += n;
    *s = str_sub(*s, n, s->n);
    if (!nl && f->have < LINE) return RC_OK;
    str_t line = str_n(f->line, f->have);
    bool kept = false;
    f->have = 0;
    f->inside = !nl;
    if (count_lines(line, 1) == 1) TRY(keep_lines(r, line, &kept, e));
    return kept ? RC_OK : keep_all(r, line, false, e);
}

static rc_t feed_inside(struct rope *r, str_t *s, struct err *e)
{
    const char *nl = memchr(s->p, '\n', s->n);
    size_t n = nl ? (size_t) (nl + 1 - s->p) : s->n;
    r->fed->inside = !nl;
    TRY(keep_all(r, str_sub(*s, 0, n), false, e));
    *s = str_sub(*s, n, s->n);
    return RC_OK;
}

rc_t rope_feed(struct rope *r, str_t piece, struct err *e)
{
    if (!r->fed) {
        r->fed = calloc(1, sizeof *r->fed);
        if (!r->fed) return err_set(e, RC_NO_MEMORY, NULL);
        r->fed->raw = BUF_INIT_SECRET(STEP * LINE);
        r->fed->again = BUF_INIT_SECRET(STEP * LINE);
    }
    while (piece.n > 0) {
        if (r->fed->inside)
            TRY(feed_inside(r, &piece, e));
        else if (r->fed->have > 0)
            TRY(feed_held(r, &piece, e));
        else
            TRY(feed_lines(r, &piece, e));
    }
    return RC_OK;
}

rc_t rope_end(struct rope *r, struct err *e)
{
    rc_t rc = r->fed ? keep_all(r, str_n(r->fed->line, r->fed->have), false, e) : RC_OK;
    feeding_free(r->fed);
    r->fed = NULL;
    return rc;
}

/* --- giving it out --------------------------------------------------------------------------- */

/* base64 on its way: whole lines go as they come. */
struct encoding {
    const struct flow_sink *to;
    struct buf text;
    char rest[LINE_RAW];
    size_t have;
};

static rc_t put_encoded(struct encoding *c, str_t raw, struct err *e)
{
    buf_clear(&c->text);
    if (!mime_base64_encode(raw, &c->text)) return err_set(e, RC_NO_MEMORY, NULL);
    return c->to->take(c->to->ctx, buf_view(&c->text), e);
}

static rc_t encode_piece(void *ctx, str_t bytes, struct err *e)
{
    struct encoding *c = ctx;
    if (c->have > 0) {
        size_t n = LINE_RAW - c->have < bytes.n ? LINE_RAW - c->have : bytes.n;
        memcpy(c->rest + c->have, bytes.p, n);
        c->have += n;
        bytes = str_sub(bytes, n, bytes.n);
        if (c->have < LINE_RAW) return RC_OK;
        TRY(put_encoded(c, str_n(c->rest, LINE_RAW), e));
        c->have = 0;
    }
    while (bytes.n >= LINE_RAW) {
        size_t lines = bytes.n / LINE_RAW < STEP ? bytes.n / LINE_RAW : STEP;
        TRY(put_encoded(c, str_sub(bytes, 0, lines * LINE_RAW), e));
        bytes = str_sub(bytes, lines * LINE_RAW, bytes.n);
    }
    if (bytes.n > 0) memcpy(c->rest, bytes.p, bytes.n);
    c->have = bytes.n;
    return RC_OK;
}

static rc_t pour_encoded(const struct flow *inner, const struct flow_sink *to, struct err *e)
{
    struct encoding c = {.to = to, .text = BUF_INIT_SECRET(STEP * LINE)};
    const struct flow_sink sink = {encode_piece, &c};
    rc_t rc = flow_pour(inner, &sink, e);
    if (rc == RC_OK && c.have > 0) rc = put_encoded(&c, str_n(c.rest, c.have), e);
    buf_free(&c.text);
    wipe(c.rest, sizeof c.rest);
    return rc;
}

static rc_t pour_base64(const void *ctx, const struct flow_sink *to, struct err *e)
{
    return pour_encoded(ctx, to, e);
}

struct flow base64_flow(const struct flow *inner)
{
    return (struct flow){encoded_size(inner->n), pour_base64, inner};
}

static rc_t pour_rope(const void *ctx, const struct flow_sink *to, struct err *e)
{
    const struct rope *r = ctx;
    for (size_t i = 0; i < r->count; i++) {
        const struct flow f = flow_of_str(&r->pieces[i].bytes);
        TRY(r->pieces[i].base64 ? pour_encoded(&f, to, e) : flow_pour(&f, to, e));
    }
    return RC_OK;
}

struct flow rope_flow(const struct rope *r)
{
    return (struct flow){r->n, pour_rope, r};
}
