/* UID SEARCH: the command's beginning, its keys, and both forms of its answer. */
#include <stdlib.h>
#include <time.h>

#include "mail/imap_query.h"
#include "mail/imap_search.h"

rc_t found_add(struct found_reader *f, uint32_t uid, struct err *e)
{
    if (f->count == FOUND_MAX) return err_set(e, RC_TOO_LARGE, NULL);
    if (f->count == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 256;
        uint32_t *bigger = ARENA_ARRAY(f->a, cap, uint32_t);
        if (!bigger) return err_set(e, RC_NO_MEMORY, NULL);
        if (f->count > 0) memcpy(bigger, f->uids, f->count * sizeof *bigger);
        f->uids = bigger;
        f->cap = cap;
    }
    f->uids[f->count++] = uid;
    return RC_OK;
}

static int newest_first(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    return a < b ? 1 : a > b ? -1 : 0;
}

void found_settle(struct found_reader *f)
{
    if (f->count < 2) return;
    qsort(f->uids, f->count, sizeof *f->uids, newest_first);
    size_t kept = 1;
    for (size_t i = 1; i < f->count; i++)
        if (f->uids[i] != f->uids[kept - 1]) f->uids[kept++] = f->uids[i];
    f->count = kept;
}

/* --- answers ------------------------------------------------------------------------------------
 */

static rc_t unreadable(struct err *e)
{
    return err_set(e, RC_IMAP_ERROR, "The mail server's answer could not be understood.");
}

/* "2 84 882", perhaps with "(MODSEQ 917162500)" at the end (RFC 7162 section 3.1.5). */
static rc_t read_numbers(struct found_reader *f, struct wire *w, struct err *e)
{
    while (!wire_at_end(w) && !wire_next_is(w, '(')) {
        uint64_t uid = wire_number(w);
        if (w->bad || uid == 0 || uid > UINT32_MAX) return unreadable(e);
        TRY(found_add(f, (uint32_t) uid, e));
    }
    return RC_OK;
}

static rc_t read_set(struct found_reader *f, str_t set, struct err *e)
{
    while (set.n > 0) {
        str_t item, first, last;
        uint32_t low, high;
        str_cut(set, ',', &item, &set);
        bool range = str_cut(item, ':', &first, &last);
        if (!str_to_u32(first, &low) || (range && !str_to_u32(last, &high))) return unreadable(e);
        if (!range) high = low;
        if (low > high) {
            uint32_t swap = low;
            low = high;
            high = swap;
        }
        if (low == 0) return unreadable(e);
        if (high - low >= FOUND_MAX) return err_set(e, RC_TOO_LARGE, NULL);
        for (uint32_t uid = low;; uid++) {
            TRY(found_add(f, uid, e));
            if (uid == high) break;
        }
    }
    return RC_OK;
}

/* "(TAG "w3") UID ALL 4,7:9" (RFC 4731 section 3.1); without ALL nothing was found. */
static rc_t read_extended(struct found_reader *f, struct wire *w, struct err *e)
{
    if (wire_next_is(w, '(')) wire_skip(w);
    while (!w->bad && !wire_at_end(w)) {
        str_t name = wire_atom(w);
        if (str_ieq(name, STR("UID"))) continue;
        if (!str_ieq(name, STR("ALL"))) {
            wire_skip(w);
            continue;
        }
        str_t set = wire_atom(w);
        if (!w->bad) TRY(read_set(f, set, e));
    }
    return w->bad ? unreadable(e) : RC_OK;
}

static rc_t on_found(void *ctx, struct imap_response *r, struct err *e)
{
    struct found_reader *f = ctx;
    if (r->has_number) return RC_OK;
    bool plain = str_ieq(r->word, STR("SEARCH")), extended = str_ieq(r->word, STR("ESEARCH"));
    if (!plain && !extended) return RC_OK;
    if (r->cut) return err_set(e, RC_TOO_LARGE, NULL);
    return plain ? read_numbers(f, &r->rest, e) : read_extended(f, &r->rest, e);
}

void found_begin(struct imap_conn *c, struct imap_command *cmd, bool eight_bit)
{
    imap_cmd_begin(c, cmd);
    imap_cmd_text(c, STR("UID SEARCH "));
    if (imap_conn_has(c, "ESEARCH")) imap_cmd_text(c, STR("RETURN (ALL) "));
    if (eight_bit) imap_cmd_text(c, STR("CHARSET UTF-8 "));
}

rc_t found_run(struct imap_conn *c, struct imap_command *cmd, struct found_reader *f, struct err *e)
{
    imap_cmd_end(c);
    return imap_conn_run(c, cmd, on_found, f, e);
}

/* --- keys
 * ----------------------------------------------------------------------------------------- */

static rc_t write_key(struct imap_conn *c, const char *key, str_t text, struct err *e)
{
    imap_cmd_text(c, str_c(key));
    return imap_cmd_string(c, text, e);
}

/* One word in one or several places. Where the server searches by likeness (RFC 6203) it may do so
 * for a bare word in bodies. */
static rc_t write_text(struct imap_conn *c, const struct plan_node *n, struct err *e)
{
    static const char *const places[] = {
        [PLACE_FROM] = "FROM ", [PLACE_TO] = "TO ",           [PLACE_CC] = "CC ",
        [PLACE_BCC] = "BCC ",   [PLACE_SUBJECT] = "SUBJECT ", [PLACE_LIST] = "HEADER List-Id ",
        [PLACE_BODY] = "BODY "};
    static const enum query_place headers[] = {PLACE_FROM, PLACE_TO, PLACE_CC, PLACE_SUBJECT};
    const struct query_node *of = n->of;
    if (of->place != PLACE_ANY) return write_key(c, places[of->place], of->text, e);
    for (size_t i = 0; n->headers && i < 4; i++) {
        bool last = i == 3 && !n->body;
        if (!last) imap_cmd_text(c, STR("OR "));
        TRY(write_key(c, places[headers[i]], of->text, e));
        if (!last) imap_cmd_text(c, STR(" "));
    }
    if (!n->body) return RC_OK;
    if (!of->quoted && imap_conn_has(c, "SEARCH=FUZZY")) imap_cmd_text(c, STR("FUZZY "));
    return write_key(c, "BODY ", of->text, e);
}

/* "1-Feb-1994" (RFC 3501 section 9, date). */
static void write_day(struct imap_conn *c, const char *key, int64_t day)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t t = (time_t) (day * 86400);
    struct tm tm;
    if (gmtime_r(&t, &tm))
        imap_cmd_printf(c, "%s %d-%s-%d", key, tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900);
}

static rc_t write_node(const struct imap_plan *p, unsigned i, struct imap_conn *c, struct err *e);

static rc_t write_pair(const struct imap_plan *p, const struct plan_node *n, struct imap_conn *c,
                       struct err *e)
{
    imap_cmd_text(c, n->kind == QUERY_AND ? STR("(") : STR("OR "));
    TRY(write_node(p, n->left, c, e));
    imap_cmd_text(c, STR(" "));
    TRY(write_node(p, n->right, c, e));
    if (n->kind == QUERY_AND) imap_cmd_text(c, STR(")"));
    return RC_OK;
}

static rc_t write_node(const struct imap_plan *p, unsigned i, struct imap_conn *c, struct err *e)
{
    const struct plan_node *n = &p->nodes[i];
    if (n->without) imap_cmd_text(c, STR("NOT "));
    switch (n->kind) {
    case QUERY_AND:
    case QUERY_OR:
        return write_pair(p, n, c, e);
    case QUERY_TEXT:
        return write_text(c, n, e);
    case QUERY_MARK:
        imap_cmd_text(c, n->of->text);
        return RC_OK;
    case QUERY_KEYWORD:
        imap_cmd_text(c, STR("KEYWORD "));
        imap_cmd_text(c, n->of->text); /* an atom by its grammar */
        return RC_OK;
    case QUERY_SINCE:
        write_day(c, "SINCE", n->of->number);
        return RC_OK;
    case QUERY_BEFORE:
        write_day(c, "BEFORE", n->of->number);
        return RC_OK;
    case QUERY_LARGER:
    case QUERY_SMALLER:
        imap_cmd_printf(c, "%s %lld", n->kind == QUERY_LARGER ? "LARGER" : "SMALLER",
                        (long long) n->of->number);
        return RC_OK;
    default:
        imap_cmd_text(c, n->kind == QUERY_NONE ? STR("NOT ALL") : STR("ALL"));
        return RC_OK;
    }
}

rc_t imap_plan_write(const struct imap_plan *p, struct imap_conn *c, struct err *e)
{
    return write_node(p, p->root, c, e);
}
