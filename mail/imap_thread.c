/* Conversations of a folder: by the server (RFC 5256), or by headers, kept as an index. */
#include "mail/imap_thread.h"

#include <stdlib.h>

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    return a < b ? -1 : a > b;
}

static int newest_first(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *) x, b = *(const uint64_t *) y;
    return a < b ? 1 : a > b ? -1 : 0;
}

/* --- settling ------------------------------------------------------------------------------ */

struct settling {
    const uint32_t *now;
    size_t n;
    unsigned char *seen; /* a byte a UID of now */
    uint32_t *uids;      /* what is left, group by group */
    size_t count;
    uint64_t *order; /* newest UID << 32 | piece */
    uint32_t *from;  /* where each piece begins in uids; its end is the next one's beginning */
    size_t pieces;
};

static void add_piece(struct settling *s, size_t from, size_t to)
{
    s->order[s->pieces] = (uint64_t) s->uids[to - 1] << 32 | s->pieces;
    s->from[s->pieces++] = (uint32_t) from;
}

/* A group's messages that are there, each once, in ascending order. */
static void settle_group(struct settling *s, const uint32_t *uids, size_t n)
{
    size_t from = s->count;
    for (size_t i = 0; i < n; i++) {
        const uint32_t *at = bsearch(&uids[i], s->now, s->n, sizeof *uids, by_number);
        if (!at || s->seen[at - s->now]) continue;
        s->seen[at - s->now] = 1;
        s->uids[s->count++] = uids[i];
    }
    if (s->count - from > 1) qsort(s->uids + from, s->count - from, sizeof *uids, by_number);
    for (; s->count - from > IMAP_THREAD_MAX; from += IMAP_THREAD_MAX)
        add_piece(s, from, from + IMAP_THREAD_MAX);
    if (s->count > from) add_piece(s, from, s->count);
}

static struct imap_index *settled(struct settling *s)
{
    qsort(s->order, s->pieces, sizeof *s->order, newest_first);
    struct imap_index *ix = imap_index_make(s->count, s->pieces, 0);
    if (!ix) return NULL;
    size_t at = 0;
    s->from[s->pieces] = (uint32_t) s->count;
    for (size_t i = 0; i < s->pieces; i++) {
        size_t piece = (size_t) (s->order[i] & UINT32_MAX);
        size_t n = s->from[piece + 1] - s->from[piece];
        ix->starts[i] = (uint32_t) at;
        memcpy(ix->uids + at, s->uids + s->from[piece], n * sizeof *ix->uids);
        at += n;
    }
    if (s->pieces > 0) ix->starts[s->pieces] = (uint32_t) at;
    return ix;
}

struct imap_index *imap_threads_settle(const struct imap_groups *g, const uint32_t *now, size_t n,
                                       struct arena *scratch)
{
    struct settling s = {.now = now, .n = n};
    s.seen = ARENA_ARRAY(scratch, n + 1, unsigned char);
    s.uids = ARENA_ARRAY(scratch, n + 1, uint32_t);
    s.order = ARENA_ARRAY(scratch, n + 1, uint64_t);
    s.from = ARENA_ARRAY(scratch, n + 2, uint32_t);
    if (!s.seen || !s.uids || !s.order || !s.from) return NULL;
    for (size_t i = 0; i < g->groups; i++)
        settle_group(&s, g->uids + g->starts[i], g->starts[i + 1] - g->starts[i]);
    for (size_t i = 0; i < n; i++)
        if (!s.seen[i]) settle_group(&s, &now[i], 1);
    return settled(&s);
}

/* --- the server's THREAD -------------------------------------------------------------------------
 */

struct thread_reader {
    struct imap_groups g;
    size_t max;
    bool bad;
};

/* "* THREAD (2)(3 6 (4 23)(44 7 96))": what belongs together is what stands in one outermost pair
 * of parentheses; how it hangs together is not asked for. Nothing recurses. */
static rc_t on_thread(void *ctx, struct imap_response *r, struct err *e)
{
    struct thread_reader *t = ctx;
    if (r->has_number || !str_ieq(r->word, STR("THREAD"))) return RC_OK;
    if (r->cut)
        return err_set(e, RC_TOO_LARGE, "This folder is too large to be shown as conversations.");
    struct wire *w = &r->rest;
    size_t depth = 0;
    while (!w->bad && !wire_at_end(w)) {
        if (wire_take(w, '(')) {
            if (depth++ == 0 && t->g.groups <= t->max)
                t->g.starts[t->g.groups++] = (uint32_t) t->g.count;
        } else if (wire_take(w, ')')) {
            if (depth-- == 0) break;
        } else {
            uint64_t uid = wire_number(w);
            bool fits = depth > 0 && uid > 0 && uid <= UINT32_MAX && t->g.count < t->max;
            if (!fits) break;
            t->g.uids[t->g.count++] = (uint32_t) uid;
        }
    }
    t->bad = t->bad || w->bad || depth != 0 || !wire_at_end(w) || t->g.groups > t->max;
    return RC_OK;
}

static rc_t ask_threads(struct imap *im, const char *algorithm, struct arena *scratch,
                        struct imap_groups *out, struct err *e)
{
    struct imap_command cmd;
    struct thread_reader t = {.max = (size_t) im->c->sel.exists + 1000};
    t.g.uids = ARENA_ARRAY(scratch, t.max, uint32_t);
    t.g.starts = ARENA_ARRAY(scratch, t.max + 2, uint32_t);
    if (!t.g.uids || !t.g.starts) return err_set(e, RC_NO_MEMORY, NULL);
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_printf(im->c, "UID THREAD %s UTF-8 ALL", algorithm);
    imap_cmd_end(im->c);
    TRY(imap_conn_run(im->c, &cmd, on_thread, &t, e));
    if (t.bad)
        return err_set(e, RC_IMAP_ERROR, "The mail server's answer could not be understood.");
    t.g.starts[t.g.groups] = (uint32_t) t.g.count;
    *out = t.g;
    return RC_OK;
}

/* --- making ----------------------------------------------------------------------------------- */

static rc_t group_all(struct imap *im, struct arena *scratch, struct imap_groups *out,
                      struct err *e)
{
    if (imap_conn_has(im->c, "THREAD=REFS")) return ask_threads(im, "REFS", scratch, out, e);
    if (imap_conn_has(im->c, "THREAD=REFERENCES"))
        return ask_threads(im, "REFERENCES", scratch, out, e);
    CLEANUP_INDEX struct imap_index *refs = NULL;
    struct imap_mailbox box;
    TRY(imap_references_get(im, &box, &refs, e));
    return imap_references_group(refs, scratch, out, e);
}

/* Where nothing came, what went is taken out of the conversations known: what hung together by a
 * message that is gone still belongs together. */
static rc_t make_threads(struct imap *im, const struct imap_mailbox *box,
                         const struct imap_index *old, unsigned kind, struct imap_index **out,
                         struct err *e)
{
    (void) kind;
    CLEANUP_ARENA struct arena *scratch = imap_index_scratch();
    if (!scratch) return err_set(e, RC_NO_MEMORY, NULL);
    struct imap_groups g = {0};
    uint32_t *now = NULL;
    size_t n = 0;
    if (old && old->uidnext == box->uidnext)
        g = (struct imap_groups){old->uids, old->starts, old->count, old->groups};
    else
        TRY(group_all(im, scratch, &g, e));
    TRY(imap_uids_now(im, scratch, &now, &n, e));
    *out = imap_threads_settle(&g, now, n, scratch);
    return *out ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

rc_t imap_threads_get(struct imap *im, struct imap_mailbox *box, struct imap_index **out,
                      struct err *e)
{
    return imap_index_get(im, INDEX_THREADS, false, make_threads, box, out, e);
}

/* --- one conversation ---------------------------------------------------------------------------
 */

static rc_t conversation_once(struct imap *im, uint32_t uid, struct arena *a, uint32_t **uids,
                              size_t *n, struct err *e)
{
    CLEANUP_INDEX struct imap_index *ix = NULL;
    struct imap_mailbox box;
    TRY(imap_need_selected(im, e));
    TRY(imap_threads_get(im, &box, &ix, e));
    size_t at = 0, group = 0;
    while (at < ix->count && ix->uids[at] != uid)
        at++;
    if (at == ix->count) return err_set(e, RC_NOT_FOUND, NULL);
    while (ix->starts[group + 1] <= at)
        group++;
    size_t count = ix->starts[group + 1] - ix->starts[group];
    uint32_t *copy = ARENA_ARRAY(a, count, uint32_t);
    if (!copy) return err_set(e, RC_NO_MEMORY, NULL);
    memcpy(copy, ix->uids + ix->starts[group], count * sizeof *copy);
    *uids = copy;
    *n = count;
    return RC_OK;
}

rc_t imap_conversation(struct imap *im, uint32_t uid, struct arena *a, uint32_t **uids, size_t *n,
                       struct err *e)
{
    rc_t rc;
    TRY(imap_uids_check(&uid, 1, e));
    do
        rc = conversation_once(im, uid, a, uids, n, e);
    while (imap_should_retry(im, rc));
    return rc;
}
