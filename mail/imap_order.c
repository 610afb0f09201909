/* Lists by the server's SORT (RFC 5256), and lists of conversations. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mail/imap_list.h"
#include "mail/imap_thread.h"

#define ROUNDS_MAX 3

/* --- SORT -------------------------------------------------------------------------------- */

enum { ORDER_ASCENDING = 1, ORDER_THREADS = 2, ORDER_KEY = 4 };

static unsigned kind_of(const struct imap_order *o)
{
    return INDEX_SORTED + (unsigned) o->sort * ORDER_KEY + (o->ascending ? ORDER_ASCENDING : 0) +
           (o->threads ? ORDER_THREADS : 0);
}

static struct imap_order order_of(unsigned kind)
{
    unsigned bits = kind - INDEX_SORTED;
    return (struct imap_order){.sort = (enum imap_sort)(bits / ORDER_KEY),
                               .ascending = (bits & ORDER_ASCENDING) != 0,
                               .threads = (bits & ORDER_THREADS) != 0};
}

/* The order that is asked of the server for `o`: by arrival always newest first, since equal ones
 * come by rising number (*backwards: the list is that from its end). */
static struct imap_order asked_order(struct imap *im, const struct imap_order *o, bool *backwards)
{
    struct imap_order to = *o;
    if (o->threads && o->sort == IMAP_SORT_POSITION && imap_has(im, "SORT"))
        to.sort = IMAP_SORT_ARRIVAL;
    *backwards = o->ascending && (to.sort == IMAP_SORT_ARRIVAL || to.sort == IMAP_SORT_POSITION);
    if (*backwards) to.ascending = false;
    return to;
}

static const char *sort_key(const struct imap_conn *c, enum imap_sort s)
{
    bool names = imap_conn_has(c, "SORT=DISPLAY"); /* RFC 5957 */
    switch (s) {
    case IMAP_SORT_FROM:
        return names ? "DISPLAYFROM" : "FROM";
    case IMAP_SORT_TO:
        return names ? "DISPLAYTO" : "TO";
    case IMAP_SORT_SUBJECT:
        return "SUBJECT";
    case IMAP_SORT_SIZE:
        return "SIZE";
    case IMAP_SORT_ARRIVAL:
        return "ARRIVAL";
    default:
        return "DATE";
    }
}

struct sort_reader {
    uint32_t *uids;
    size_t count, max;
};

/* "* SORT 2 84 882" */
static rc_t on_sorted(void *ctx, struct imap_response *r, struct err *e)
{
    struct sort_reader *s = ctx;
    if (r->has_number || !str_ieq(r->word, STR("SORT"))) return RC_OK;
    if (r->cut) return err_set(e, RC_TOO_LARGE, "This folder is too large to be sorted.");
    while (!wire_at_end(&r->rest) && !wire_next_is(&r->rest, '(')) {
        uint64_t uid = wire_number(&r->rest);
        if (r->rest.bad || uid == 0 || uid > UINT32_MAX || s->count == s->max)
            return err_set(e, RC_IMAP_ERROR, "The mail server's answer could not be understood.");
        s->uids[s->count++] = (uint32_t) uid;
    }
    return RC_OK;
}

static void reverse(uint32_t *uids, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        uint32_t last = uids[n - 1 - i];
        uids[n - 1 - i] = uids[i];
        uids[i] = last;
    }
}

/* criteria: of the messages that are sorted. */
static rc_t ask_sort(struct imap *im, const struct imap_order *o, const char *criteria,
                     struct arena *scratch, struct sort_reader *out, struct err *e)
{
    struct imap_command cmd;
    struct sort_reader s = {.max = (size_t) im->c->sel.exists + 1000};
    bool arrival = o->sort == IMAP_SORT_ARRIVAL;
    s.uids = ARENA_ARRAY(scratch, s.max, uint32_t);
    if (!s.uids) return err_set(e, RC_NO_MEMORY, NULL);
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_printf(im->c, "UID SORT (%s%s%s) UTF-8 %s", o->ascending || arrival ? "" : "REVERSE ",
                    sort_key(im->c, o->sort), arrival ? "" : " REVERSE ARRIVAL", criteria);
    imap_cmd_end(im->c);
    TRY(imap_conn_run(im->c, &cmd, on_sorted, &s, e));
    /* Equal ones come by rising number (RFC 5256 section 3), REVERSE or not. */
    if (arrival) reverse(s.uids, s.count);
    *out = s;
    return RC_OK;
}

static bool find(const uint32_t *now, size_t n, uint32_t uid, size_t *at)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (now[mid] < uid)
            low = mid + 1;
        else
            high = mid;
    }
    *at = low;
    return low < n && now[low] == uid;
}

/* The order without what is not there; what it forgot, newest first, behind it: no message may be
 * missing from a list. */
static struct imap_index *settle_order(const uint32_t *uids, size_t count, const uint32_t *now,
                                       size_t n, struct arena *scratch)
{
    unsigned char *seen = ARENA_ARRAY(scratch, n + 1, unsigned char);
    struct imap_index *ix = seen ? imap_index_make(n, 0, 0) : NULL;
    if (!ix) return NULL;
    size_t kept = 0, at;
    for (size_t i = 0; i < count; i++) {
        if (!find(now, n, uids[i], &at) || seen[at]) continue;
        seen[at] = 1;
        ix->uids[kept++] = uids[i];
    }
    for (size_t i = n; i-- > 0;)
        if (!seen[i]) ix->uids[kept++] = now[i];
    return ix;
}

/* Whether what came since `old` was made is newer than all of it, so that only it need be sorted:
 * then *out is the order of all. */
static rc_t grow_arrival(struct imap *im, const struct imap_order *o, const struct imap_index *old,
                         struct arena *scratch, struct sort_reader *out, bool *grown, struct err *e)
{
    struct sort_reader s;
    char criteria[64];
    *grown = false;
    if (old->count == 0) return RC_OK;
    snprintf(criteria, sizeof criteria, "UID %" PRIu32 ",%" PRIu32 ":*", old->uids[0],
             old->uidnext);
    TRY(ask_sort(im, o, criteria, scratch, &s, e));
    if (s.count == 0 || s.uids[s.count - 1] != old->uids[0]) return RC_OK;
    uint32_t *all = ARENA_ARRAY(scratch, s.count + old->count, uint32_t);
    if (!all) return err_set(e, RC_NO_MEMORY, NULL);
    memcpy(all, s.uids, s.count * sizeof *all);
    memcpy(all + s.count, old->uids + 1, (old->count - 1) * sizeof *all);
    *out = (struct sort_reader){.uids = all, .count = s.count + old->count - 1};
    *grown = true;
    return RC_OK;
}

static rc_t make_sorted(struct imap *im, const struct imap_mailbox *box,
                        const struct imap_index *old, unsigned kind, struct imap_index **out,
                        struct err *e)
{
    CLEANUP_ARENA struct arena *scratch = imap_index_scratch();
    struct imap_order o = order_of(kind);
    struct sort_reader s = {0};
    uint32_t *now = NULL;
    size_t n = 0;
    if (!scratch) return err_set(e, RC_NO_MEMORY, NULL);
    bool known = old && old->uidnext == box->uidnext;
    if (known)
        s = (struct sort_reader){.uids = old->uids, .count = old->count};
    else if (old && o.sort == IMAP_SORT_ARRIVAL)
        TRY(grow_arrival(im, &o, old, scratch, &s, &known, e));
    if (!known) TRY(ask_sort(im, &o, "ALL", scratch, &s, e));
    TRY(imap_uids_now(im, scratch, &now, &n, e));
    *out = settle_order(s.uids, s.count, now, n, scratch);
    return *out ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

/* --- conversations in an order ----------------------------------------------------------------
 */

/* Number of the group whose newest message this is, or groups: they are ordered by it. */
static size_t group_of_newest(const struct imap_index *t, uint32_t uid)
{
    size_t low = 0, high = t->groups;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->uids[t->starts[mid + 1] - 1] > uid)
            low = mid + 1;
        else
            high = mid;
    }
    return low < t->groups && t->uids[t->starts[low + 1] - 1] == uid ? low : t->groups;
}

struct member {
    uint32_t uid, group;
};
static int by_uid(const void *x, const void *y)
{
    const struct member *a = x, *b = y;
    return a->uid < b->uid ? -1 : a->uid > b->uid;
}

/* Conversations where the one of their messages stands that stands highest: that need not be the
 * one with the highest number, which may have been moved back. */
static bool place_groups(const struct imap_index *threads, const struct imap_index *sorted,
                         struct arena *scratch, struct imap_index *out)
{
    struct member *all = ARENA_ARRAY(scratch, threads->count + 1, struct member);
    bool *placed = ARENA_ARRAY(scratch, threads->groups + 1, bool);
    if (!all || !placed) return false;
    for (size_t g = 0; g < threads->groups; g++)
        for (size_t i = threads->starts[g]; i < threads->starts[g + 1]; i++)
            all[i] = (struct member){.uid = threads->uids[i], .group = (uint32_t) g};
    qsort(all, threads->count, sizeof *all, by_uid);
    size_t n = 0;
    for (size_t i = 0; i < sorted->count; i++) {
        struct member key = {.uid = sorted->uids[i]};
        const struct member *m = bsearch(&key, all, threads->count, sizeof *all, by_uid);
        if (!m || placed[m->group]) continue;
        placed[m->group] = true;
        out->uids[n++] = threads->uids[threads->starts[m->group + 1] - 1];
    }
    out->count = n;
    return true;
}

static rc_t make_arrived_threads(struct imap *im, const struct imap_mailbox *box,
                                 const struct imap_index *old, unsigned kind,
                                 struct imap_index **out, struct err *e)
{
    (void) box;
    (void) old;
    CLEANUP_ARENA struct arena *scratch = imap_index_scratch();
    CLEANUP_INDEX struct imap_index *threads = NULL, *sorted = NULL;
    struct imap_mailbox at;
    if (!scratch) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(imap_threads_get(im, &at, &threads, e));
    TRY(imap_index_get(im, kind - ORDER_THREADS, false, make_sorted, &at, &sorted, e));
    struct imap_index *ix = imap_index_make(threads->groups, 0, 0);
    if (!ix || !place_groups(threads, sorted, scratch, ix)) {
        imap_index_release(&ix);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    *out = ix;
    return RC_OK;
}

/* The newest message of each conversation, in the order of all messages. */
static rc_t make_sorted_threads(struct imap *im, const struct imap_mailbox *box,
                                const struct imap_index *old, unsigned kind,
                                struct imap_index **out, struct err *e)
{
    (void) box;
    (void) old;
    CLEANUP_INDEX struct imap_index *threads = NULL, *sorted = NULL;
    struct imap_mailbox at;
    TRY(imap_threads_get(im, &at, &threads, e));
    TRY(imap_index_get(im, kind - ORDER_THREADS, false, make_sorted, &at, &sorted, e));
    struct imap_index *ix = imap_index_make(threads->groups, 0, 0);
    if (!ix) return err_set(e, RC_NO_MEMORY, NULL);
    size_t n = 0;
    for (size_t i = 0; i < sorted->count && n < threads->groups; i++)
        if (group_of_newest(threads, sorted->uids[i]) < threads->groups)
            ix->uids[n++] = sorted->uids[i];
    ix->count = n;
    *out = ix;
    return RC_OK;
}

/* --- a page ------------------------------------------------------------------------------------
 */

struct page {
    uint32_t *uids; /* of the rows */
    size_t n, total;
    struct imap_thread *threads; /* of each, or NULL */
    struct imap_members members;
};

static rc_t page_threads(struct page *p, const struct imap_index *t, struct arena *a, struct err *e)
{
    p->threads = ARENA_ARRAY(a, p->n + 1, struct imap_thread);
    if (!p->threads) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < p->n; i++) {
        size_t g = group_of_newest(t, p->uids[i]);
        /* Just come or changed: a row of its own, until the next list. */
        const uint32_t *uids = g < t->groups ? t->uids + t->starts[g] : &p->uids[i];
        size_t n = g < t->groups ? t->starts[g + 1] - t->starts[g] : 1;
        uint32_t *copy = ARENA_ARRAY(a, n, uint32_t);
        if (!copy) return err_set(e, RC_NO_MEMORY, NULL);
        memcpy(copy, uids, n * sizeof *copy);
        p->threads[i] = (struct imap_thread){.uids = copy, .count = n};
    }
    return RC_OK;
}

static int by_member(const void *x, const void *y)
{
    const struct imap_member *a = x, *b = y;
    return a->uid < b->uid ? -1 : a->uid > b->uid;
}

/* All messages of the page's conversations but the newest ones, whose rows tell. */
static rc_t page_members(struct page *p, struct arena *a, struct err *e)
{
    size_t n = 0, k = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->threads[i].count - 1;
    struct imap_member *list = ARENA_ARRAY(a, n + 1, struct imap_member);
    uint32_t *uids = ARENA_ARRAY(a, n + 1, uint32_t);
    if (!list || !uids) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < p->n; i++)
        for (size_t m = 0; m + 1 < p->threads[i].count; m++)
            list[k++] = (struct imap_member){.uid = p->threads[i].uids[m], .group = (uint32_t) i};
    qsort(list, k, sizeof *list, by_member);
    for (size_t i = 0; i < k; i++)
        uids[i] = list[i].uid;
    p->members.list = list;
    p->members.uids = uids;
    p->members.count = k;
    return RC_OK;
}

static bool has_flag(const struct imap_row *row, str_t flag)
{
    for (size_t i = 0; i < row->flag_count; i++)
        if (str_ieq(row->flags[i], flag)) return true;
    return false;
}

/* Rows that came, each with its thread; rows of messages gone meanwhile are not there. */
static rc_t join_threads(const struct page *p, struct arena *a, struct imap_rows *rows,
                         struct err *e)
{
    for (size_t i = 0; i < p->members.count; i++) {
        const struct imap_member *m = &p->members.list[i];
        struct imap_thread *t = &p->threads[m->group];
        if (m->there && m->unseen) t->unread++;
        t->flagged = t->flagged || (m->there && m->flagged);
    }
    rows->threads = ARENA_ARRAY(a, rows->count + 1, struct imap_thread);
    if (!rows->threads) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0, k = 0; i < rows->count; i++, k++) {
        while (p->uids[k] != rows->rows[i].uid)
            k++;
        struct imap_thread t = p->threads[k];
        if (!has_flag(&rows->rows[i], STR("\\Seen"))) t.unread++;
        t.flagged = t.flagged || has_flag(&rows->rows[i], STR("\\Flagged"));
        rows->threads[i] = t;
    }
    return RC_OK;
}

/* Rows [offset, offset + limit); backwards: from the end. */
static rc_t cut_page(bool backwards, const struct imap_index *threads,
                     const struct imap_index *sorted, uint32_t offset, uint32_t limit,
                     struct arena *a, struct page *p, struct err *e)
{
    size_t all = sorted ? sorted->count : threads->groups;
    size_t from = offset < all ? offset : all, n = all - from < limit ? all - from : limit;
    p->total = all;
    p->n = n;
    p->uids = ARENA_ARRAY(a, n + 1, uint32_t);
    if (!p->uids) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        size_t at = from + i;
        if (backwards) at = all - 1 - at;
        p->uids[i] = sorted ? sorted->uids[at] : threads->uids[threads->starts[at + 1] - 1];
    }
    return RC_OK;
}

static rc_t read_page(struct imap *im, const struct imap_order *o, uint32_t offset, uint32_t limit,
                      struct arena *a, struct page *p, struct imap_mailbox *box, struct err *e)
{
    CLEANUP_INDEX struct imap_index *threads = NULL, *sorted = NULL;
    bool backwards = false;
    struct imap_order to = asked_order(im, o, &backwards);
    imap_index_fn *make = !to.threads                    ? make_sorted
                          : to.sort == IMAP_SORT_ARRIVAL ? make_arrived_threads
                                                         : make_sorted_threads;
    if (to.sort != IMAP_SORT_POSITION)
        TRY(imap_index_get(im, kind_of(&to), false, make, box, &sorted, e));
    if (o->threads) TRY(imap_threads_get(im, box, &threads, e));
    TRY(cut_page(backwards, threads, sorted, offset, limit, a, p, e));
    if (!o->threads) return RC_OK;
    TRY(page_threads(p, threads, a, e));
    return page_members(p, a, e);
}

/* Where it is known what there was a moment ago, the page of that is read and the state asked in
 * one round trip; when it was another, all is done again. */
static rc_t ordered_round(struct imap *im, const struct imap_order *o, uint32_t offset,
                          uint32_t limit, struct arena *a, struct imap_rows *out, struct err *e)
{
    struct page p = {0};
    struct imap_mailbox box;
    struct imap_rows rows = {0};
    im->assumed = !imap_is_fresh(im) && im->state.uidvalidity == im->c->sel.uidvalidity;
    if (im->assumed) {
        im->fresh = true;
        im->asked = clock_ms();
    }
    rc_t rc = read_page(im, o, offset, limit, a, &p, &box, e);
    bool assumed = im->assumed;
    im->fresh = im->assumed = false;
    if (rc != RC_OK) return rc;
    im->c->sel.moved = false;
    TRY(imap_rows_with(im, p.uids, p.n, o->threads ? &p.members : NULL, assumed, a, &rows, e));
    if (o->threads) TRY(join_threads(&p, a, &rows, e));
    if (assumed) {
        im->state = rows.mailbox;
        if (rows.mailbox.uidnext != box.uidnext || rows.mailbox.total != box.total)
            im->c->sel.moved = true;
    } else {
        rows.mailbox = box;
    }
    rows.total = p.total;
    *out = rows;
    return RC_OK;
}

static rc_t ordered_once(struct imap *im, const struct imap_order *o, uint32_t offset,
                         uint32_t limit, struct arena *a, struct imap_rows *out, struct err *e)
{
    TRY(imap_need_selected(im, e));
    if (o->sort != IMAP_SORT_POSITION && !imap_conn_has(im->c, "SORT"))
        return err_set(e, RC_UNSUPPORTED, "This mail server cannot sort.");
    int rounds = 0;
    do
        TRY(ordered_round(im, o, offset, limit, a, out, e));
    while (im->c->sel.moved && ++rounds < ROUNDS_MAX);
    /* It never rested: true of no state that could be asked for again. */
    if (im->c->sel.moved) out->mailbox.modseq = 0;
    return RC_OK;
}

rc_t imap_list_ordered(struct imap *im, const struct imap_order *o, uint32_t offset, uint32_t limit,
                       struct arena *a, struct imap_rows *out, struct err *e)
{
    if (o->sort == IMAP_SORT_POSITION && !o->threads)
        return imap_list_positions(im, o->ascending, offset, limit, a, out, e);
    if (limit == 0 || limit > IMAP_LIST_MAX) return err_set(e, RC_INVALID, NULL);
    rc_t rc;
    do
        rc = ordered_once(im, o, offset, limit, a, out, e);
    while (imap_should_retry(im, rc));
    return rc;
}

/* --- ahead of time ----------------------------------------------------------------------------
 */

bool imap_order_is_known(struct imap *im, const struct imap_order *o)
{
    bool backwards = false;
    struct imap_order to = asked_order(im, o, &backwards);
    bool sorted = to.sort == IMAP_SORT_POSITION || !imap_has(im, "SORT") ||
                  imap_index_is_known(im, kind_of(&to));
    return sorted && (!o->threads || imap_index_is_known(im, INDEX_THREADS));
}

rc_t imap_order_prepare(struct imap *im, const struct imap_order *o, struct err *e)
{
    struct imap_rows ignored;
    CLEANUP_ARENA struct arena *a = arena_new(4u << 20);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    return imap_list_ordered(im, o, 0, 1, a, &ignored, e);
}
