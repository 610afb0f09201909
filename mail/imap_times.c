/* What a search over several folders needs besides: going from one to the next, and when messages
 * came. */
#include <stdlib.h>

#include "mail/imap_lease.h"
#include "mail/imap_row.h"

rc_t imap_select(struct imap *im, str_t mailbox, struct err *e)
{
    TRY(imap_check_text(mailbox, IMAP_MAILBOX_MAX, "folder", e));
    if (!im->c || im->c->broken) return err_set(e, RC_IMAP_DOWN, NULL);
    im->wants_mailbox = true;
    im->fresh = false;
    if (im->c->sel.name && str_eq(str_c(im->c->sel.name), mailbox)) return RC_OK;
    return imap_conn_select(im->c, mailbox, e);
}

struct time_of {
    uint32_t uid;
    size_t at; /* in the caller's order */
};

struct time_reader {
    struct time_of *wanted; /* by UID */
    size_t n;
    int64_t *times;
    struct arena *scratch;
};

static int by_uid(const void *x, const void *y)
{
    const struct time_of *a = x, *b = y;
    return a->uid < b->uid ? -1 : a->uid > b->uid;
}

static rc_t on_time(void *ctx, struct imap_response *r, struct err *e)
{
    (void) e;
    struct time_reader *t = ctx;
    struct imap_row row;
    if (!r->has_number || !str_ieq(r->word, STR("FETCH"))) return RC_OK;
    arena_reset(t->scratch);
    if (!imap_row_read(r, t->scratch, &row, NULL) || row.internaldate == 0) return RC_OK;
    struct time_of key = {.uid = row.uid};
    const struct time_of *hit = bsearch(&key, t->wanted, t->n, sizeof key, by_uid);
    if (hit) t->times[hit->at] = row.internaldate;
    return RC_OK;
}

static rc_t times_once(struct imap *im, const uint32_t *uids, size_t n, struct time_reader *t,
                       struct err *e)
{
    TRY(imap_need_selected(im, e));
    memset(t->times, 0, n * sizeof *t->times);
    for (size_t from = 0; from < n;) {
        struct imap_command cmd;
        imap_cmd_begin(im->c, &cmd);
        imap_cmd_text(im->c, STR("UID FETCH "));
        imap_uids_write(&im->c->out, uids, n, &from, IMAP_LINE_MAX);
        imap_cmd_text(im->c, STR(" (UID INTERNALDATE)"));
        imap_cmd_end(im->c);
        TRY(imap_conn_run(im->c, &cmd, on_time, t, e));
    }
    return RC_OK;
}

rc_t imap_times_of(struct imap *im, const uint32_t *uids, size_t n, struct arena *a, int64_t *times,
                   struct err *e)
{
    if (n == 0) return RC_OK;
    TRY(imap_uids_check(uids, n, e));
    struct time_reader t = {.n = n, .times = times};
    CLEANUP_ARENA struct arena *scratch = arena_new(1u << 20);
    t.wanted = ARENA_ARRAY(a, n, struct time_of);
    if (!t.wanted || !scratch) return err_set(e, RC_NO_MEMORY, NULL);
    t.scratch = scratch;
    for (size_t i = 0; i < n; i++)
        t.wanted[i] = (struct time_of){.uid = uids[i], .at = i};
    qsort(t.wanted, n, sizeof *t.wanted, by_uid);
    rc_t rc;
    do
        rc = times_once(im, uids, n, &t, e);
    while (imap_should_retry(im, rc));
    return rc;
}
