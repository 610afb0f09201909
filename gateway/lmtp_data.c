#include "gateway/lmtp_data.h"

/* Octets before the next CR or LF. */
static size_t run_of(str_t in)
{
    size_t n = 0;
    while (n < in.n && in.p[n] != '\r' && in.p[n] != '\n')
        n++;
    return n;
}

static void add(struct lmtp_data *d, const char *p, size_t n)
{
    d->octets += n;
    if (d->text.failed || buf_add(&d->text, p, n)) return;
    buf_free(&d->text);
    d->text.failed = true;
}

static enum lmtp_data_state end_line(struct lmtp_data *d, enum lmtp_data_state next)
{
    add(d, "\r\n", 2);
    return next;
}

/* c in a line; a lone LF ends it as a lone CR does. */
static enum lmtp_data_state in_line(struct lmtp_data *d, char c)
{
    if (c == '\r') return DATA_TEXT_CR;
    if (c == '\n') return end_line(d, DATA_LONE);
    add(d, &c, 1);
    return DATA_TEXT;
}

/* c behind a lone CR or LF: a dot that begins a line is none of its text. */
static enum lmtp_data_state begin_lone(struct lmtp_data *d, char c)
{
    return c == '.' ? DATA_TEXT : in_line(d, c);
}

/* c behind a CR that no LF followed. */
static enum lmtp_data_state after_lone_cr(struct lmtp_data *d, char c)
{
    end_line(d, DATA_LONE);
    return begin_lone(d, c);
}

static enum lmtp_data_state step(struct lmtp_data *d, char c)
{
    switch (d->state) {
    case DATA_LINE:
        return c == '.' ? DATA_DOT : in_line(d, c);
    case DATA_DOT:
        return c == '\r' ? DATA_DOT_CR : in_line(d, c);
    case DATA_DOT_CR:
        return c == '\n' ? DATA_END : after_lone_cr(d, c);
    case DATA_LONE:
        return begin_lone(d, c);
    case DATA_TEXT_CR:
        return c == '\n' ? end_line(d, DATA_LINE) : after_lone_cr(d, c);
    default:
        return in_line(d, c);
    }
}

size_t lmtp_data_take(struct lmtp_data *d, str_t in)
{
    size_t i = 0;
    while (i < in.n && d->state != DATA_END) {
        size_t run = d->state == DATA_TEXT ? run_of(str_sub(in, i, in.n)) : 0;
        if (run > 0)
            add(d, in.p + i, run);
        else
            d->state = step(d, in.p[i]);
        i += run > 0 ? run : 1;
    }
    return i;
}
