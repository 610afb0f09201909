/* The selected mailbox: its state, and rows by position or UID. */
#include <stdlib.h>

#include "mail/imap_list.h"
#include "mail/imap_row.h"

/* --- state -------------------------------------------------------------------------------- */

struct state_reader {
    struct imap_conn *c;
    struct imap_mailbox *out;
};

/* "STATUS name (MESSAGES 3 UIDNEXT 9 ...)" */
static void read_status(struct imap_response *r, struct state_reader *s)
{
    struct wire *w = &r->rest;
    wire_skip(w);
    if (!wire_take(w, '(')) return;
    struct imap_mailbox m = *s->out;
    while (!w->bad && !wire_take(w, ')')) {
        str_t item = wire_atom(w);
        uint64_t v = wire_number(w);
        uint32_t small = v > UINT32_MAX ? UINT32_MAX : (uint32_t) v;
        if (str_ieq(item, STR("MESSAGES"))) m.total = small;
        if (str_ieq(item, STR("UIDNEXT"))) m.uidnext = small;
        if (str_ieq(item, STR("UIDVALIDITY"))) m.uidvalidity = small;
        if (str_ieq(item, STR("UNSEEN"))) m.unseen = small;
        if (str_ieq(item, STR("HIGHESTMODSEQ"))) m.modseq = v;
    }
    if (w->bad) return;
    *s->out = m;
}

static rc_t on_state(void *ctx, struct imap_response *r, struct err *e)
{
    (void) e;
    if (!r->has_number && str_ieq(r->word, STR("STATUS"))) read_status(r, ctx);
    return RC_OK;
}

static rc_t write_status(struct imap_conn *c, struct imap_command *cmd, struct err *e)
{
    imap_cmd_begin(c, cmd);
    imap_cmd_text(c, STR("STATUS "));
    TRY(imap_cmd_string(c, str_c(c->sel.name), e));
    imap_cmd_text(c, STR(" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN"));
    if (imap_conn_has(c, "CONDSTORE")) imap_cmd_text(c, STR(" HIGHESTMODSEQ"));
    imap_cmd_text(c, STR(")"));
    imap_cmd_end(c);
    return RC_OK;
}

static void write_noop(struct imap_conn *c, struct imap_command *cmd)
{
    imap_cmd_begin(c, cmd);
    imap_cmd_text(c, STR("NOOP"));
    imap_cmd_end(c);
}

/* NOOP brings the news, STATUS counts after it. */
static rc_t write_state(struct imap_conn *c, struct imap_command *noop, struct imap_command *status,
                        struct err *e)
{
    write_noop(c, noop);
    bool waits = !imap_conn_has(c, "LITERAL+") && imap_cmd_is_literal(str_c(c->sel.name));
    if (waits) TRY(imap_conn_collect(c, &noop, 1, NULL, NULL, NULL, e));
    return write_status(c, status, e);
}

/* What the selection itself knows; STATUS refines it. */
static struct imap_mailbox selected_state(const struct imap_conn *c)
{
    return (struct imap_mailbox){.uidvalidity = c->sel.uidvalidity,
                                 .uidnext = c->sel.uidnext,
                                 .total = c->sel.exists,
                                 .modseq = c->sel.modseq,
                                 .read_only = c->sel.read_only};
}

static rc_t settle_state(struct imap_conn *c, struct imap_mailbox *m, struct err *e)
{
    /* EXISTS and EXPUNGE are what positions are counted by; STATUS may be a moment older. */
    m->total = c->sel.exists;
    if (m->uidvalidity != c->sel.uidvalidity) return imap_conn_fail(c, "UIDVALIDITY changed", e);
    c->sel.uidnext = m->uidnext;
    c->sel.modseq = m->modseq;
    return RC_OK;
}

/* Dovecot may count for STATUS before the NOOP in front of it has brought the news, so a round that
 * brought any is repeated. A quiet mailbox, the usual case, takes one round trip. */
#define ROUNDS_MAX 4

static rc_t on_news(void *ctx, struct imap_response *r, struct err *e)
{
    struct state_reader *s = ctx;
    if (r->has_number && str_ieq(r->word, STR("FETCH"))) s->c->sel.moved = true;
    return on_state(s, r, e);
}

static rc_t state_round(struct imap_conn *c, struct imap_mailbox *m, struct err *e)
{
    struct state_reader reader = {.c = c, .out = m};
    struct imap_command noop, status;
    *m = selected_state(c);
    c->sel.moved = false;
    TRY(write_state(c, &noop, &status, e));
    struct imap_command *const both[] = {&noop, &status};
    TRY(imap_conn_collect(c, both, 2, on_news, &reader, NULL, e));
    TRY(imap_cmd_error(&noop, e));
    TRY(imap_cmd_error(&status, e));
    return settle_state(c, m, e);
}

static rc_t mailbox_once(struct imap *im, struct imap_mailbox *out, struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct imap_mailbox m;
    int rounds = 0;
    do
        TRY(state_round(im->c, &m, e));
    while (im->c->sel.moved && ++rounds < ROUNDS_MAX);
    im->state = m;
    im->fresh = true;
    im->asked = clock_ms();
    *out = m;
    return RC_OK;
}

rc_t imap_mailbox(struct imap *im, struct imap_mailbox *out, struct err *e)
{
    rc_t rc;
    do
        rc = mailbox_once(im, out, e);
    while (imap_should_retry(im, rc));
    return rc;
}

static rc_t look_once(struct imap *im, struct imap_mailbox *out, bool *quiet, struct err *e)
{
    TRY(imap_need_selected(im, e));
    TRY(state_round(im->c, out, e));
    *quiet = im->fresh = !im->c->sel.moved;
    im->asked = clock_ms();
    im->state = *out;
    return RC_OK;
}

rc_t imap_look(struct imap *im, struct imap_mailbox *out, bool *quiet, struct err *e)
{
    rc_t rc;
    do
        rc = look_once(im, out, quiet, e);
    while (imap_should_retry(im, rc));
    return rc;
}

/* --- rows ------------------------------------------------------------------------------------ */

struct row_reader {
    struct arena *a;
    struct imap_row *rows;
    size_t count, max;
    struct state_reader state;
};

/* A server may send one message in several FETCH responses (flags alone first): merged by UID. */
static void merge_row(struct row_reader *rr, const struct imap_row *row)
{
    for (size_t i = 0; i < rr->count; i++) {
        struct imap_row *old = &rr->rows[i];
        if (old->uid != row->uid) continue;
        bool partial = row->internaldate == 0 && row->size == 0 && row->subject.n == 0;
        if (!partial) {
            *old = *row;
        } else if (row->flag_count > 0) {
            old->flags = row->flags;
            old->flag_count = row->flag_count;
        }
        return;
    }
    if (rr->count < rr->max) rr->rows[rr->count++] = *row;
}

static rc_t on_row(void *ctx, struct imap_response *r, struct err *e)
{
    struct row_reader *rr = ctx;
    if (!r->has_number) return on_state(&rr->state, r, e);
    if (!str_ieq(r->word, STR("FETCH"))) return RC_OK;
    struct imap_row row = {0};
    bool has_uid = imap_row_read(r, rr->a, &row, NULL);
    /* Nobody asked for a response without these: it tells of another session's change. */
    if (row.internaldate == 0 && row.size == 0) rr->state.c->sel.moved = true;
    if (has_uid) merge_row(rr, &row);
    return RC_OK;
}

static int by_sequence(const void *x, const void *y)
{
    const struct imap_row *a = x, *b = y;
    return a->seq < b->seq ? 1 : a->seq > b->seq ? -1 : 0;
}

/* Rows wanted, counted from the newest message or from the oldest. */
struct wanted {
    uint32_t offset, limit;
    bool oldest_first;
};

/* Their positions; false when there are none. */
static bool window(uint32_t total, const struct wanted *q, uint32_t *low, uint32_t *high)
{
    if (q->offset >= total || q->limit == 0) return false;
    uint32_t left = total - q->offset, n = left < q->limit ? left : q->limit;
    *low = q->oldest_first ? q->offset + 1 : left - n + 1;
    *high = *low + n - 1;
    return true;
}

static void write_fetch(struct imap_conn *c, struct imap_command *cmd, uint32_t low, uint32_t high)
{
    imap_cmd_begin(c, cmd);
    imap_cmd_printf(c, "FETCH %u:%u ", low, high);
    imap_cmd_text(c, STR(IMAP_ROW_ITEMS));
    imap_cmd_end(c);
}

/* NOOP and STATUS travel together with a FETCH by the positions known so far: one round trip. When
 * the mailbox turns out to have changed, the FETCH is asked again. */
static rc_t list_round(struct imap_conn *c, const struct wanted *q, struct row_reader *rr,
                       struct imap_mailbox *m, struct err *e)
{
    struct imap_command status, noop, fetch;
    uint32_t low = 0, high = 0;
    c->sel.moved = false;
    TRY(write_state(c, &noop, &status, e));
    bool any = window(c->sel.exists, q, &low, &high);
    if (any) write_fetch(c, &fetch, low, high);
    struct imap_command *const all[] = {&noop, &status, &fetch};
    *m = selected_state(c);
    rr->state = (struct state_reader){.c = c, .out = m};
    rr->count = 0;
    TRY(imap_conn_collect(c, all, any ? 3 : 2, on_row, rr, NULL, e));
    TRY(imap_cmd_error(&noop, e));
    TRY(imap_cmd_error(&status, e));
    TRY(settle_state(c, m, e));
    /* A message expunged by another session may make the FETCH a NO: the next round sees it. */
    if (any && !c->sel.moved) TRY(imap_cmd_error(&fetch, e));
    return RC_OK;
}

/* By positions that imap_mailbox has just found out. False in *good: something moved meanwhile. */
static rc_t list_known(struct imap *im, const struct wanted *q, struct row_reader *rr,
                       struct imap_mailbox *m, bool *good, struct err *e)
{
    struct imap_conn *c = im->c;
    struct imap_command fetch, *const one = &fetch;
    uint32_t low, high;
    *m = im->state;
    *good = true;
    if (!window(c->sel.exists, q, &low, &high)) return RC_OK;
    struct imap_mailbox ignored = {0};
    rr->state = (struct state_reader){.c = c, .out = &ignored};
    c->sel.moved = false;
    write_fetch(c, &fetch, low, high);
    TRY(imap_conn_collect(c, &one, 1, on_row, rr, NULL, e));
    *good = !c->sel.moved && fetch.result == RC_OK;
    return RC_OK;
}

static rc_t list_once(struct imap *im, const struct wanted *q, struct arena *a,
                      struct imap_rows *out, struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct row_reader rr = {.a = a, .max = q->limit};
    rr.rows = ARENA_ARRAY(a, q->limit, struct imap_row);
    if (!rr.rows) return err_set(e, RC_NO_MEMORY, NULL);
    struct imap_mailbox m;
    int rounds = 0;
    bool good = false;
    if (imap_is_fresh(im)) TRY(list_known(im, q, &rr, &m, &good, e));
    im->fresh = false;
    if (!good) {
        do
            TRY(list_round(im->c, q, &rr, &m, e));
        while (im->c->sel.moved && ++rounds < ROUNDS_MAX);
    }
    /* It never rested: true of no state that could be asked for again. */
    if (!good && im->c->sel.moved) m.modseq = 0;
    qsort(rr.rows, rr.count, sizeof *rr.rows, by_sequence);
    for (size_t i = 0; q->oldest_first && i < rr.count / 2; i++) {
        struct imap_row swap = rr.rows[i];
        rr.rows[i] = rr.rows[rr.count - 1 - i];
        rr.rows[rr.count - 1 - i] = swap;
    }
    *out = (struct imap_rows){.mailbox = m, .rows = rr.rows, .count = rr.count, .total = m.total};
    return RC_OK;
}

rc_t imap_list_positions(struct imap *im, bool oldest_first, uint32_t offset, uint32_t limit,
                         struct arena *a, struct imap_rows *out, struct err *e)
{
    const struct wanted q = {.offset = offset, .limit = limit, .oldest_first = oldest_first};
    if (limit == 0 || limit > IMAP_LIST_MAX) return err_set(e, RC_INVALID, NULL);
    rc_t rc;
    do
        rc = list_once(im, &q, a, out, e);
    while (imap_should_retry(im, rc));
    return rc;
}

rc_t imap_list(struct imap *im, uint32_t offset, uint32_t limit, struct arena *a,
               struct imap_rows *out, struct err *e)
{
    return imap_list_positions(im, false, offset, limit, a, out, e);
}

/* --- rows of UIDs ------------------------------------------------------------------------------
 */

static void write_uids(struct imap_conn *c, struct imap_command *cmd, const uint32_t *uids,
                       size_t n, size_t *from, const char *items)
{
    imap_cmd_begin(c, cmd);
    imap_cmd_text(c, STR("UID FETCH "));
    imap_uids_write(&c->out, uids, n, from, IMAP_LINE_MAX);
    imap_cmd_text(c, STR(" "));
    imap_cmd_text(c, str_c(items));
    imap_cmd_end(c);
}

static rc_t fetch_uids(struct imap_conn *c, const uint32_t *uids, size_t n, const char *items,
                       struct row_reader *rr, struct err *e)
{
    for (size_t from = 0; from < n;) {
        struct imap_command cmd;
        write_uids(c, &cmd, uids, n, &from, items);
        TRY(imap_conn_run(c, &cmd, on_row, rr, e));
    }
    return RC_OK;
}

static int by_uid(const void *x, const void *y)
{
    const struct imap_row *a = x, *b = y;
    return a->uid < b->uid ? -1 : a->uid > b->uid ? 1 : 0;
}

/* Rows and, of other messages, the flags alone, in one round trip as long as both fit a line. */
struct rows_and_flags {
    struct row_reader rr;
    const uint32_t *wanted; /* UIDs of the rows, ascending: news of other messages take no place */
    size_t wanted_count;
    struct imap_members *members;
};

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    return a < b ? -1 : a > b;
}

static int by_member(const void *x, const void *y)
{
    const struct imap_member *a = x, *b = y;
    return a->uid < b->uid ? -1 : a->uid > b->uid;
}

static bool note_flags(struct imap_members *ms, const struct imap_row *row, bool *news)
{
    struct imap_member key = {.uid = row->uid};
    struct imap_member *m =
        ms && ms->count > 0 ? bsearch(&key, ms->list, ms->count, sizeof key, by_member) : NULL;
    if (!m) return false;
    *news = m->there; /* once was asked for */
    m->there = m->unseen = true;
    m->flagged = false;
    for (size_t i = 0; i < row->flag_count; i++) {
        if (str_ieq(row->flags[i], STR("\\Seen"))) m->unseen = false;
        if (str_ieq(row->flags[i], STR("\\Flagged"))) m->flagged = true;
    }
    return true;
}

static rc_t on_row_or_flags(void *ctx, struct imap_response *r, struct err *e)
{
    struct rows_and_flags *rf = ctx;
    struct row_reader *rr = &rf->rr;
    struct imap_row row = {0};
    if (!r->has_number) return on_state(&rr->state, r, e);
    if (!str_ieq(r->word, STR("FETCH"))) return RC_OK;
    bool has_uid = imap_row_read(r, rr->a, &row, NULL);
    if (row.internaldate == 0 && row.size == 0) {
        bool news = true, noted = has_uid && note_flags(rf->members, &row, &news);
        if (news) rr->state.c->sel.moved = true; /* another session's change */
        if (noted) return RC_OK;
    }
    if (has_uid && bsearch(&row.uid, rf->wanted, rf->wanted_count, sizeof row.uid, by_number))
        merge_row(rr, &row);
    return RC_OK;
}

/* state: NOOP and STATUS go in front, for what the mailbox is as the rows are read. */
static rc_t fetch_both(struct imap_conn *c, const uint32_t *uids, size_t n, bool state,
                       struct rows_and_flags *rf, struct err *e)
{
    size_t members = rf->members ? rf->members->count : 0;
    size_t from = 0, flags_from = 0;
    while (from < n || flags_from < members || state) {
        struct imap_command noop, status, rows, flags, *all[4];
        size_t k = 0;
        if (state) {
            TRY(write_state(c, &noop, &status, e));
            all[k++] = &noop;
            all[k++] = &status;
            state = false;
        }
        if (from < n) {
            write_uids(c, &rows, uids, n, &from, IMAP_ROW_ITEMS);
            all[k++] = &rows;
        }
        if (flags_from < members) {
            write_uids(c, &flags, rf->members->uids, members, &flags_from, "(UID FLAGS)");
            all[k++] = &flags;
        }
        TRY(imap_conn_collect(c, all, k, on_row_or_flags, rf, NULL, e));
        for (size_t i = 0; i < k; i++)
            TRY(imap_cmd_error(all[i], e));
    }
    return RC_OK;
}

static bool rows_begin(struct rows_and_flags *rf, const uint32_t *uids, size_t n, struct arena *a)
{
    uint32_t *sorted = ARENA_ARRAY(a, n + 1, uint32_t);
    rf->rr.rows = ARENA_ARRAY(a, n + 1, struct imap_row);
    if (!rf->rr.rows || !sorted) return false;
    if (n > 0) memcpy(sorted, uids, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_number);
    rf->wanted = sorted;
    rf->wanted_count = n;
    return true;
}

rc_t imap_rows_with(struct imap *im, const uint32_t *uids, size_t n, struct imap_members *members,
                    bool state, struct arena *a, struct imap_rows *out, struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct rows_and_flags rf = {.rr = {.a = a, .max = n}, .members = members};
    struct row_reader *rr = &rf.rr;
    struct imap_row *ordered = ARENA_ARRAY(a, n + 1, struct imap_row);
    struct imap_mailbox m = selected_state(im->c);
    if (!rows_begin(&rf, uids, n, a) || !ordered) return err_set(e, RC_NO_MEMORY, NULL);
    rr->state = (struct state_reader){.c = im->c, .out = &m};
    TRY(fetch_both(im->c, uids, n, state, &rf, e));
    if (state) TRY(settle_state(im->c, &m, e));
    qsort(rr->rows, rr->count, sizeof *rr->rows, by_uid);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        struct imap_row key = {.uid = uids[i]};
        struct imap_row *row = bsearch(&key, rr->rows, rr->count, sizeof key, by_uid);
        if (row) ordered[count++] = *row;
    }
    *out = (struct imap_rows){.mailbox = m, .rows = ordered, .count = count};
    return RC_OK;
}

rc_t imap_rows_of(struct imap *im, const uint32_t *uids, size_t n, struct arena *a,
                  struct imap_rows *out, struct err *e)
{
    if (n > IMAP_LIST_MAX) return err_set(e, RC_INVALID, NULL);
    if (n == 0) {
        TRY(imap_need_selected(im, e));
        *out = (struct imap_rows){.mailbox = selected_state(im->c)};
        return RC_OK;
    }
    TRY(imap_uids_check(uids, n, e));
    rc_t rc;
    do
        rc = imap_rows_with(im, uids, n, NULL, false, a, out, e);
    while (imap_should_retry(im, rc));
    return rc;
}

static rc_t flags_once(struct imap *im, uint32_t uid, struct arena *a, struct imap_row *out,
                       struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct imap_row row = {0};
    struct row_reader rr = {.a = a, .rows = &row, .max = 1};
    struct imap_mailbox m = {0};
    rr.state = (struct state_reader){.c = im->c, .out = &m};
    static const char items[] = "(UID FLAGS INTERNALDATE RFC822.SIZE)";
    TRY(fetch_uids(im->c, &uid, 1, items, &rr, e));
    if (rr.count == 0) { /* perhaps not heard of yet */
        TRY(imap_conn_noop(im->c, e));
        TRY(fetch_uids(im->c, &uid, 1, items, &rr, e));
    }
    if (rr.count == 0 || row.uid != uid) return err_set(e, RC_NOT_FOUND, NULL);
    *out = row;
    return RC_OK;
}

rc_t imap_flags_of(struct imap *im, uint32_t uid, struct arena *a, struct imap_row *out,
                   struct err *e)
{
    TRY(imap_uids_check(&uid, 1, e));
    rc_t rc;
    do
        rc = flags_once(im, uid, a, out, e);
    while (imap_should_retry(im, rc));
    return rc;
}
