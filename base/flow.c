#include "base/flow.h"

#define PIECE (256u << 10)

struct counted {
    const struct flow_sink *to;
    size_t left;
};

static rc_t take_counted(void *ctx, str_t bytes, struct err *e)
{
    struct counted *c = ctx;
    if (bytes.n > c->left) return err_set(e, RC_INTERNAL, NULL);
    c->left -= bytes.n;
    return bytes.n ? c->to->take(c->to->ctx, bytes, e) : RC_OK;
}

rc_t flow_pour(const struct flow *f, const struct flow_sink *to, struct err *e)
{
    struct counted c = {to, f->n};
    const struct flow_sink sink = {take_counted, &c};
    TRY(f->pour(f->ctx, &sink, e));
    return c.left == 0 ? RC_OK : err_set(e, RC_INTERNAL, NULL);
}

static rc_t take_into(void *ctx, str_t bytes, struct err *e)
{
    return buf_str(ctx, bytes) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

rc_t flow_collect(const struct flow *f, struct buf *out, struct err *e)
{
    const struct flow_sink sink = {take_into, out};
    if (!buf_reserve(out, f->n)) return err_set(e, RC_TOO_LARGE, NULL);
    return flow_pour(f, &sink, e);
}

static rc_t pour_str(const void *ctx, const struct flow_sink *to, struct err *e)
{
    str_t rest = *(const str_t *) ctx;
    while (rest.n > 0) {
        size_t n = rest.n < PIECE ? rest.n : PIECE;
        TRY(to->take(to->ctx, str_n(rest.p, n), e));
        rest = str_sub(rest, n, rest.n);
    }
    return RC_OK;
}

struct flow flow_of_str(const str_t *s)
{
    return (struct flow){s->n, pour_str, s};
}

static rc_t pour_list(const void *ctx, const struct flow_sink *to, struct err *e)
{
    const struct flow_list *list = ctx;
    for (size_t i = 0; i < list->count; i++)
        TRY(flow_pour(&list->parts[i], to, e));
    return RC_OK;
}

struct flow flow_of_list(const struct flow_list *list)
{
    struct flow f = {0, pour_list, list};
    for (size_t i = 0; i < list->count; i++)
        f.n += list->parts[i].n;
    return f;
}
