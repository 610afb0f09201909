/* Searching. The promise (imap.h): a body search never matches inside encrypted mail. It is kept
 * here and not left to the server: messages that hold something encrypted are found out exactly
 * (imap_kinds), and the server is asked about their headers only; it is never asked to look into
 * one. Messages are therefore searched by class: for each class what is known of it is put into the
 * query (imap_plan), and what remains goes to the server, with the messages of that class.
 *
 * Such a search goes from the newest message down in pieces, as large as some hundred milliseconds
 * allow, so that it can stop after each: nobody waits for a scan of a whole folder. */
#include "mail/imap_search.h"

#include <stdlib.h>

#include "mail/imap_kinds.h"
#include "mail/imap_query.h"
#include "mail/imap_row.h"

#define PIECE_FIRST 256
#define PIECE_QUICK_MS 60
#define PIECE_SLOW_MS 250
#define SET_MAX 4000 /* bytes of a set of messages in one command */

/* --- by header field ---------------------------------------------------------------------- */

static rc_t search_header_once(struct imap *im, str_t field, str_t value, struct found_reader *f,
                               struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct imap_command cmd;
    found_begin(im->c, &cmd, false);
    imap_cmd_text(im->c, STR("HEADER "));
    TRY(imap_cmd_string(im->c, field, e));
    imap_cmd_text(im->c, STR(" "));
    TRY(imap_cmd_string(im->c, value, e));
    return found_run(im->c, &cmd, f, e);
}

rc_t imap_search_header(struct imap *im, str_t field, str_t value, struct arena *a, uint32_t **uids,
                        size_t *n, struct err *e)
{
    TRY(imap_check_text(field, 100, "field", e));
    TRY(imap_check_text(value, IMAP_TEXT_MAX, "value", e));
    if (field.n == 0 || value.n == 0) return err_set(e, RC_INVALID, NULL);
    struct found_reader f;
    rc_t rc;
    do {
        f = (struct found_reader){.a = a};
        rc = search_header_once(im, field, value, &f, e);
    } while (imap_should_retry(im, rc));
    if (rc != RC_OK) return rc;
    found_settle(&f);
    *uids = f.uids;
    *n = f.count;
    return RC_OK;
}

/* --- everything --------------------------------------------------------------------------------
 */

rc_t imap_search_all(struct imap *im, struct arena *a, uint32_t **uids, size_t *n, struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct found_reader f = {.a = a};
    struct imap_command cmd;
    TRY(imap_conn_noop(im->c, e));
    found_begin(im->c, &cmd, false);
    imap_cmd_text(im->c, STR("ALL"));
    TRY(found_run(im->c, &cmd, &f, e));
    found_settle(&f);
    for (size_t i = 0; i < f.count / 2; i++) {
        uint32_t swap = f.uids[i];
        f.uids[i] = f.uids[f.count - 1 - i];
        f.uids[f.count - 1 - i] = swap;
    }
    *uids = f.uids;
    *n = f.count;
    return RC_OK;
}

/* --- classes of messages ---------------------------------------------------------------------- */

#define CLASSES_MAX 128 /* three kinds and four names */

struct scan {
    struct imap *im;
    const struct imap_terms *t;
    struct arena *a;
    struct found_reader f;
    struct imap_kinds kinds;
    struct class
    {
        unsigned bits;
        unsigned plan; /* which of plans[]: classes share equal ones */
    } classes[CLASSES_MAX];
    size_t class_count;
    struct imap_plan *plans[CLASSES_MAX];
    size_t plan_count;
    /* the present piece: uids[low..high) */
    size_t low, high;
    unsigned *bits;      /* what is known of each message */
    unsigned char *plan; /* of each message */
    size_t sealed;
};

static rc_t plan_of(struct scan *s, unsigned bits, unsigned *out, struct err *e)
{
    for (size_t i = 0; i < s->class_count; i++) {
        if (s->classes[i].bits != bits) continue;
        *out = s->classes[i].plan;
        return RC_OK;
    }
    struct imap_plan *p = ARENA_NEW(s->a, struct imap_plan);
    if (!p || s->class_count == CLASSES_MAX) return err_set(e, RC_NO_MEMORY, NULL);
    imap_plan_make(s->t, bits, p);
    unsigned at = 0;
    while (at < s->plan_count && !imap_plan_same(s->plans[at], p))
        at++;
    if (at == s->plan_count) s->plans[s->plan_count++] = p;
    s->classes[s->class_count++] = (struct class){.bits = bits, .plan = at};
    *out = at;
    return RC_OK;
}

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    return a < b ? -1 : a > b;
}

/* Where in the present piece; -1: not in it. */
static ptrdiff_t piece_index(const struct scan *s, uint32_t uid)
{
    const uint32_t *from = s->kinds.uids + s->low;
    const uint32_t *at = bsearch(&uid, from, s->high - s->low, sizeof uid, by_number);
    return at ? at - from : -1;
}

/* --- names of attachments ------------------------------------------------------------------------
 */

static rc_t on_names(void *ctx, struct imap_response *r, struct err *e)
{
    (void) e;
    struct scan *s = ctx;
    if (!r->has_number || !str_ieq(r->word, STR("FETCH"))) return RC_OK;
    CLEANUP_ARENA struct arena *scratch = arena_new(8u << 20);
    struct imap_names names = {.wanted = s->t->names, .count = s->t->name_count};
    uint32_t uid = 0;
    if (!scratch || !imap_row_names(r, scratch, &uid, &names)) return RC_OK;
    ptrdiff_t at = piece_index(s, uid);
    for (unsigned i = 0; at >= 0 && i < s->t->name_count; i++)
        if (names.found & (1u << i)) s->bits[at] |= PLAN_NAME(i);
    return RC_OK;
}

/* Asks about those that have attachments and hold nothing encrypted. */
static rc_t look_at_names(struct scan *s, struct err *e)
{
    size_t n = 0, count = s->high - s->low;
    uint32_t *uids = ARENA_ARRAY(s->a, count, uint32_t);
    if (!uids) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        if ((s->bits[i] & (KIND_ATTACHMENT | KIND_SEALED)) == KIND_ATTACHMENT)
            uids[n++] = s->kinds.uids[s->low + i];
    for (size_t from = 0; from < n;) {
        struct imap_command cmd;
        imap_cmd_begin(s->im->c, &cmd);
        imap_cmd_text(s->im->c, STR("UID FETCH "));
        imap_uids_write(&s->im->c->out, uids, n, &from, SET_MAX);
        imap_cmd_text(s->im->c, STR(" (UID BODYSTRUCTURE)"));
        imap_cmd_end(s->im->c);
        TRY(imap_conn_run(s->im->c, &cmd, on_names, s, e));
    }
    return RC_OK;
}

/* --- a piece -------------------------------------------------------------------------------------
 */

static rc_t classify(struct scan *s, struct err *e)
{
    size_t count = s->high - s->low;
    s->bits = ARENA_ARRAY(s->a, count, unsigned);
    s->plan = ARENA_ARRAY(s->a, count, unsigned char);
    if (!s->bits || !s->plan) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        s->bits[i] = imap_kind_of(&s->kinds, s->kinds.uids[s->low + i]);
    if (s->t->name_count > 0) TRY(look_at_names(s, e));
    for (size_t i = 0; i < count; i++) {
        unsigned at;
        s->sealed += s->bits[i] & KIND_SEALED ? 1 : 0;
        TRY(plan_of(s, s->bits[i] & (s->t->kinds | ~0xffu), &at, e));
        s->plan[i] = (unsigned char) at;
    }
    return RC_OK;
}

/* Writes the messages from `at` on that have this plan as a set, runs joined over messages that are
 * not there; until about max bytes. */
static size_t write_class(const struct scan *s, unsigned plan, size_t at, size_t max,
                          struct buf *out)
{
    size_t count = s->high - s->low, start = out->n;
    const uint32_t *uids = s->kinds.uids + s->low;
    while (at < count && out->n - start < max) {
        if (s->plan[at] != plan) {
            at++;
            continue;
        }
        size_t end = at + 1;
        while (end < count && s->plan[end] == plan)
            end++;
        buf_printf(out, out->n > start ? ",%u" : "%u", uids[at]);
        if (end - at > 1) buf_printf(out, ":%u", uids[end - 1]);
        at = end;
    }
    while (at < count && s->plan[at] != plan)
        at++;
    return at;
}

static rc_t ask(struct scan *s, unsigned plan, str_t set, struct err *e)
{
    struct imap_command cmd;
    struct found_reader part = {.a = s->a};
    found_begin(s->im->c, &cmd, s->t->eight_bit);
    imap_cmd_text(s->im->c, STR("UID "));
    imap_cmd_text(s->im->c, set);
    imap_cmd_text(s->im->c, STR(" "));
    TRY(imap_plan_write(s->plans[plan], s->im->c, e));
    TRY(found_run(s->im->c, &cmd, &part, e));
    for (size_t i = 0; i < part.count; i++) { /* whatever the server says about others is dropped */
        ptrdiff_t at = piece_index(s, part.uids[i]);
        if (at >= 0 && s->plan[at] == plan) TRY(found_add(&s->f, part.uids[i], e));
    }
    return RC_OK;
}

static rc_t search_class(struct scan *s, unsigned plan, struct err *e)
{
    const struct imap_plan *p = s->plans[plan];
    size_t count = s->high - s->low;
    if (imap_plan_is(p, QUERY_NONE)) return RC_OK;
    for (size_t i = 0; imap_plan_is(p, QUERY_ALL) && i < count; i++)
        if (s->plan[i] == plan) TRY(found_add(&s->f, s->kinds.uids[s->low + i], e));
    if (imap_plan_is(p, QUERY_ALL)) return RC_OK;
    for (size_t at = 0; at < count;) {
        CLEANUP_BUF struct buf set = BUF_INIT(2 * SET_MAX);
        size_t next = write_class(s, plan, at, SET_MAX, &set);
        if (set.n == 0) return RC_OK;
        if (next < count && !p->body) { /* headers are cheap: ask about all, keep these */
            buf_clear(&set);
            buf_printf(&set, "%u:%u", s->kinds.uids[s->low], s->kinds.uids[s->high - 1]);
            next = count;
        }
        TRY(ask(s, plan, buf_view(&set), e));
        at = next;
    }
    return RC_OK;
}

static rc_t search_piece(struct scan *s, struct err *e)
{
    TRY(classify(s, e));
    for (unsigned i = 0; i < s->plan_count; i++)
        TRY(search_class(s, i, e));
    return RC_OK;
}

/* --- from the newest down
 * -------------------------------------------------------------------------- */

static size_t next_size(size_t now, int64_t took)
{
    if (took < PIECE_QUICK_MS / 3) now *= 4;
    if (took < PIECE_QUICK_MS) now *= 2;
    if (took > PIECE_SLOW_MS) now /= 2;
    return now < 16 ? 16 : now > IMAP_PIECE_MAX ? IMAP_PIECE_MAX : now;
}

static rc_t scan_down(struct scan *s, struct imap_scan *at, int64_t until, struct err *e)
{
    size_t size = at->piece == 0               ? PIECE_FIRST
                  : at->piece > IMAP_PIECE_MAX ? IMAP_PIECE_MAX
                                               : at->piece; /* came by way of the client */
    TRY(imap_kinds_open(s->im, s->a, &s->kinds, e));
    s->high = s->kinds.uid_count;
    while (at->below > 0 && s->high > 0 && s->kinds.uids[s->high - 1] >= at->below)
        s->high--;
    while (s->high > 0) {
        bool known;
        int64_t started = clock_ms();
        s->low = s->high > size ? s->high - size : 0;
        TRY(imap_kinds_learn(&s->kinds, s->low, until, &known, e));
        if (!known) break;
        TRY(search_piece(s, e));
        int64_t now = clock_ms();
        size = next_size(size, now - started);
        s->high = s->low;
        at->below = s->kinds.uids[s->low];
        if (now >= until) break;
    }
    at->complete = s->high == 0;
    at->left = (uint32_t) s->high;
    at->total = (uint32_t) s->kinds.uid_count;
    at->piece = (uint32_t) size;
    return RC_OK;
}

/* Nothing has to be known of the messages: one question. */
static rc_t search_at_once(struct scan *s, const struct imap_scan *at, struct err *e)
{
    struct imap_command cmd;
    unsigned plan;
    TRY(plan_of(s, 0, &plan, e));
    if (imap_plan_is(s->plans[plan], QUERY_NONE)) return RC_OK;
    TRY(imap_conn_noop(s->im->c, e));
    found_begin(s->im->c, &cmd, s->t->eight_bit);
    TRY(imap_plan_write(s->plans[plan], s->im->c, e));
    TRY(found_run(s->im->c, &cmd, &s->f, e));
    size_t kept = 0;
    for (size_t i = 0; i < s->f.count; i++)
        if (at->below == 0 || s->f.uids[i] < at->below) s->f.uids[kept++] = s->f.uids[i];
    s->f.count = kept;
    return RC_OK;
}

static rc_t search_once(struct imap *im, const struct imap_terms *t, struct imap_scan *at,
                        int64_t until, struct arena *a, struct imap_found *out, struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct scan *s = ARENA_NEW(a, struct scan);
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    *s = (struct scan){.im = im, .t = t, .a = a, .f = {.a = a}};
    if (t->kinds != 0) {
        TRY(scan_down(s, at, until, e));
    } else {
        TRY(search_at_once(s, at, e));
        at->complete = true;
    }
    found_settle(&s->f);
    *out = (struct imap_found){
        .uids = s->f.uids, .count = s->f.count, .header_only = t->in_body ? s->sealed : 0};
    return RC_OK;
}

rc_t imap_search_part(struct imap *im, const struct imap_query *q, struct imap_scan *at,
                      int budget_ms, struct arena *a, struct imap_found *out, struct err *e)
{
    struct imap_terms *t = ARENA_NEW(a, struct imap_terms);
    if (!t) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(imap_query_read(q, t, e));
    int64_t until = clock_ms() + budget_ms;
    struct imap_scan now;
    rc_t rc;
    do {
        now = *at;
        rc = search_once(im, t, &now, until, a, out, e);
    } while (imap_should_retry(im, rc));
    if (rc == RC_OK) *at = now;
    return rc;
}

rc_t imap_search(struct imap *im, const struct imap_query *q, struct arena *a,
                 struct imap_found *out, struct err *e)
{
    struct imap_scan at = {0};
    int64_t left = im->deadline - clock_ms();
    TRY(imap_search_part(im, q, &at, left > 0 ? (int) left : 0, a, out, e));
    return at.complete ? RC_OK : err_set(e, RC_TIMEOUT, "This search takes too long.");
}

rc_t imap_query_check(const struct imap_query *q, bool *long_one, bool *folders, struct err *e)
{
    struct imap_terms t;
    TRY(imap_query_read(q, &t, e));
    *long_one = t.kinds != 0;
    *folders = t.names_folder;
    return RC_OK;
}

/* Some class of messages may be found there: nothing is known of them, so each is tried. */
rc_t imap_query_reaches(const struct imap_query *q, bool *reaches, bool *named, struct err *e)
{
    struct imap_terms t;
    TRY(imap_query_read(q, &t, e));
    *reaches = false;
    *named = false;
    unsigned classes = 8u << t.name_count;
    for (unsigned i = 0; i < classes && !*reaches; i++) {
        struct imap_plan p;
        imap_plan_make(&t, (i & 7u) | (i >> 3) * PLAN_NAME(0), &p);
        *reaches = !imap_plan_is(&p, QUERY_NONE);
    }
    for (unsigned i = 0; i < t.count; i++)
        *named =
            *named || (t.nodes[i].kind == QUERY_IN && imap_in_folder(t.nodes[i].text, q->folder));
    return RC_OK;
}
