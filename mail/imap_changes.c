/* What changed in the selected mailbox since a state the caller knows (RFC 7162). */
#include <stdlib.h>

#include "mail/imap_lease.h"
#include "mail/imap_row.h"

#define VANISHED_MAX (64u << 10) /* bytes of the set */
#define ROUNDS_MAX 4
/* Numbers travel as JSON: beyond this a browser would round them, and miss changes. */
#define MODSEQ_MAX ((1ull << 53) - 1)

struct change_reader {
    struct imap_conn *c;
    struct arena *a;
    uint32_t below;
    struct imap_change *list;
    size_t count;
    struct buf gone;
    bool too_many;
};

/* --- vanished -------------------------------------------------------------------------------- */

static void add_range(struct change_reader *cr, uint32_t from, uint32_t to)
{
    if (from > to) {
        uint32_t swap = from;
        from = to;
        to = swap;
    }
    if (from == 0 || from >= cr->below) return;
    if (to >= cr->below) to = cr->below - 1;
    if (cr->gone.n > 0) buf_char(&cr->gone, ',');
    buf_printf(&cr->gone, from == to ? "%u" : "%u:%u", from, to);
}

/* "VANISHED (EARLIER) 3:5,9"; without EARLIER it happened just now. */
static void read_vanished(struct change_reader *cr, struct wire *w)
{
    if (wire_next_is(w, '(')) wire_skip(w);
    str_t set = str_trim(wire_rest(w));
    while (set.n > 0) {
        str_t item, first, last;
        uint32_t from = 0, to = 0;
        str_cut(set, ',', &item, &set);
        bool range = str_cut(item, ':', &first, &last);
        if (!str_to_u32(first, &from) || (range && !str_to_u32(last, &to)))
            cr->too_many = true; /* not a set: we know nothing */
        else
            add_range(cr, from, range ? to : from);
    }
}

/* --- changed --------------------------------------------------------------------------------- */

static void read_change(struct change_reader *cr, struct imap_response *r)
{
    if (cr->too_many) return;
    struct imap_row row = {0};
    if (!imap_row_read(r, cr->a, &row, NULL)) {
        cr->c->sel.moved = true; /* somebody's change by position: look again */
        return;
    }
    if (row.uid >= cr->below || !row.has_flags) return;
    if (cr->count == IMAP_CHANGES_MAX) {
        cr->too_many = true;
        return;
    }
    cr->list[cr->count++] =
        (struct imap_change){.uid = row.uid, .flags = row.flags, .flag_count = row.flag_count};
}

static rc_t on_change(void *ctx, struct imap_response *r, struct err *e)
{
    struct change_reader *cr = ctx;
    (void) e;
    if (!r->has_number && str_ieq(r->word, STR("VANISHED"))) {
        if (r->cut) cr->too_many = true;
        read_vanished(cr, &r->rest);
    }
    if (r->has_number && str_ieq(r->word, STR("FETCH"))) read_change(cr, r);
    return RC_OK;
}

/* A message told of twice is as the last one said: the order of arrival is kept by moving up. */
static void keep_last(struct change_reader *cr)
{
    size_t n = 0;
    for (size_t i = 0; i < cr->count; i++) {
        bool again = i + 1 < cr->count && cr->list[i + 1].uid == cr->list[i].uid;
        if (!again) cr->list[n++] = cr->list[i];
    }
    cr->count = n;
}

/* Insertion sort: stable, and a server tells in ascending order with few exceptions. */
static void sort_changes(struct change_reader *cr)
{
    for (size_t i = 1; i < cr->count; i++) {
        struct imap_change x = cr->list[i];
        size_t k = i;
        for (; k > 0 && cr->list[k - 1].uid > x.uid; k--)
            cr->list[k] = cr->list[k - 1];
        cr->list[k] = x;
    }
}

static rc_t ask_changes(struct imap_conn *c, uint64_t modseq, struct change_reader *cr,
                        struct err *e)
{
    struct imap_command cmd;
    cr->count = 0;
    cr->too_many = false;
    buf_clear(&cr->gone);
    c->sel.moved = false;
    imap_cmd_begin(c, &cmd);
    imap_cmd_printf(c, "UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE %llu VANISHED)",
                    (unsigned long long) modseq);
    imap_cmd_end(c);
    TRY(imap_conn_run(c, &cmd, on_change, cr, e));
    if (cr->gone.failed) cr->too_many = true;
    return RC_OK;
}

/* --- all ------------------------------------------------------------------------------------- */

static bool can_tell(const struct imap_conn *c, const struct imap_mailbox *m, uint32_t uidvalidity,
                     uint64_t modseq, uint32_t uidnext)
{
    return c->qresync && m->uidvalidity == uidvalidity && modseq > 0 && modseq <= m->modseq &&
           m->modseq <= MODSEQ_MAX && uidnext > 0 && uidnext <= m->uidnext;
}

static rc_t changes_once(struct imap *im, uint32_t uidvalidity, uint64_t modseq,
                         struct change_reader *cr, struct imap_changes *out, struct err *e)
{
    struct imap_changes now = {0};
    cr->c = im->c;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        /* First the state, then what led to it: what comes between is told once more next time. */
        TRY(imap_mailbox(im, &now.mailbox, e));
        cr->c = im->c;
        now.reset = !can_tell(im->c, &now.mailbox, uidvalidity, modseq, cr->below);
        bool same = now.mailbox.modseq == modseq && now.mailbox.uidnext == cr->below;
        cr->count = 0;
        buf_clear(&cr->gone);
        if (now.reset || same) break;
        im->fresh = false;
        TRY(ask_changes(im->c, modseq, cr, e));
        now.reset = cr->too_many;
        if (!im->c->sel.moved) break;
        now.reset = true; /* unless a quiet round follows */
    }
    *out = now;
    return RC_OK;
}

rc_t imap_changes(struct imap *im, uint32_t uidvalidity, uint64_t modseq, uint32_t uidnext,
                  struct arena *a, struct imap_changes *out, struct err *e)
{
    struct change_reader cr = {.a = a, .below = uidnext, .gone = BUF_INIT(VANISHED_MAX)};
    struct imap_changes found;
    cr.list = ARENA_ARRAY(a, IMAP_CHANGES_MAX, struct imap_change);
    if (!cr.list) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc;
    do
        rc = changes_once(im, uidvalidity, modseq, &cr, &found, e);
    while (imap_should_retry(im, rc));
    if (rc == RC_OK && !found.reset) {
        sort_changes(&cr);
        keep_last(&cr);
        found.changed = cr.list;
        found.count = cr.count;
        found.vanished = cr.gone.n > 0 ? arena_str(a, buf_view(&cr.gone)) : STR_NULL;
        if (cr.gone.n > 0 && str_is_null(found.vanished)) rc = err_set(e, RC_NO_MEMORY, NULL);
    }
    buf_free(&cr.gone);
    if (rc == RC_OK) *out = found;
    return rc;
}
