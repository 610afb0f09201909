#include "webmail/admin/pour.h"

#include <stdatomic.h>

static atomic_int pouring;

rc_t pour_enter(struct err *e)
{
    if (atomic_fetch_add(&pouring, 1) < POURS_AT_ONCE) return RC_OK;
    pour_leave();
    return err_set(e, RC_BUSY, NULL);
}

void pour_leave(void)
{
    atomic_fetch_sub(&pouring, 1);
}

rc_t pour_mode(struct call *c, bool *check, struct err *e)
{
    str_t mode = request_query(c->q, STR("mode"));
    *check = str_eq(mode, STR("check"));
    if (*check || str_eq(mode, STR("do"))) return RC_OK;
    return err_invalid(e, "mode", "It must be check or do.");
}

static bool line_of(struct pour *p, const char *before, const json_t *v)
{
    CLEANUP_BUF struct buf line = BUF_INIT(64 << 10);
    if (!buf_cstr(&line, before) || !json_write(v, &line)) return false;
    return response_write(p->c->q, buf_view(&line), NULL) == RC_OK;
}

static bool begin(struct pour *p, size_t of)
{
    CLEANUP_BUF struct buf line = BUF_INIT(64);
    response_type(p->c->s, STR("application/json"));
    response_header(p->c->s, STR("X-Accel-Buffering"), STR("no"));
    if (response_start(p->c->q, p->c->s, NULL) != RC_OK) return false;
    buf_printf(&line, "{\"of\": %zu, \"rows\": [\n", of);
    return response_write(p->c->q, buf_view(&line), NULL) == RC_OK;
}

bool pour_row(void *arg, const json_t *row, size_t done, size_t of)
{
    struct pour *p = arg;
    if (p->gone) return false;
    bool ok = done == 1 ? begin(p, of) && line_of(p, "", row) : line_of(p, ",\n", row);
    p->gone = !ok;
    return ok;
}

rc_t pour_end(struct pour *p, json_t *report, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(1 << 20);
    if (p->gone) return err_set(e, RC_CANCELLED, NULL);
    if (!p->c->s->started) return call_answer(p->c, json_incref(report), e);
    json_object_del(report, "rows");
    if (!buf_cstr(&text, "\n], ") || !json_write(report, &text)) return RC_NO_MEMORY;
    text.p[4] = ' '; /* the brace that would open the report */
    return response_write(p->c->q, buf_view(&text), e);
}
