/* Searching. The promise (imap.h): a body search never matches inside encrypted mail. It is kept
 * here and not left to the server: messages that hold something encrypted are found out exactly
 * (imap_kinds), searched by header only, and what the server says about their bodies is dropped. */
#include "mail/imap_search.h"

#include <stdlib.h>
#include <time.h>

#include "mail/imap_kinds.h"
#include "mail/imap_query.h"

#define FOUND_MAX 2000000

struct found_reader {
    struct arena *a;
    uint32_t *uids;
    size_t count, cap;
};

static rc_t add_found(struct found_reader *f, uint32_t uid, struct err *e)
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

/* "* SEARCH 2 84 882", perhaps with "(MODSEQ 917162500)" at the end (RFC 7162 section 3.1.5). */
static rc_t on_found(void *ctx, struct imap_response *r, struct err *e)
{
    struct found_reader *f = ctx;
    if (r->has_number || !str_ieq(r->word, STR("SEARCH"))) return RC_OK;
    if (r->cut) return err_set(e, RC_TOO_LARGE, NULL);
    while (!wire_at_end(&r->rest) && !wire_next_is(&r->rest, '(')) {
        uint64_t uid = wire_number(&r->rest);
        if (r->rest.bad || uid == 0 || uid > UINT32_MAX)
            return err_set(e, RC_IMAP_ERROR, "The mail server's answer could not be understood.");
        TRY(add_found(f, (uint32_t) uid, e));
    }
    return RC_OK;
}

/* "UID SEARCH" and what was written behind it. */
static rc_t run_search(struct imap_conn *c, struct imap_command *cmd, struct found_reader *f,
                       struct err *e)
{
    imap_cmd_end(c);
    return imap_conn_run(c, cmd, on_found, f, e);
}

static int newest_first(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    return a < b ? 1 : a > b ? -1 : 0;
}

/* Sorted newest first, without doubles. */
static void settle(struct found_reader *f)
{
    if (f->count < 2) return;
    qsort(f->uids, f->count, sizeof *f->uids, newest_first);
    size_t kept = 1;
    for (size_t i = 1; i < f->count; i++)
        if (f->uids[i] != f->uids[kept - 1]) f->uids[kept++] = f->uids[i];
    f->count = kept;
}

/* --- by header field ---------------------------------------------------------------------- */

static rc_t search_header_once(struct imap *im, str_t field, str_t value, struct found_reader *f,
                               struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct imap_command cmd;
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_text(im->c, STR("UID SEARCH HEADER "));
    TRY(imap_cmd_string(im->c, field, e));
    imap_cmd_text(im->c, STR(" "));
    TRY(imap_cmd_string(im->c, value, e));
    return run_search(im->c, &cmd, f, e);
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
    settle(&f);
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
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_text(im->c, STR("UID SEARCH ALL"));
    TRY(run_search(im->c, &cmd, &f, e));
    settle(&f);
    for (size_t i = 0; i < f.count / 2; i++) {
        uint32_t swap = f.uids[i];
        f.uids[i] = f.uids[f.count - 1 - i];
        f.uids[f.count - 1 - i] = swap;
    }
    *uids = f.uids;
    *n = f.count;
    return RC_OK;
}

/* --- queries -------------------------------------------------------------------------------------
 */

/* One word in one or several places, as IMAP search keys. */
static rc_t write_word(struct imap_conn *c, const struct imap_word *w, bool headers, bool body,
                       struct err *e)
{
    static const str_t keys[] = {STR_INIT("FROM "), STR_INIT("TO "), STR_INIT("CC "),
                                 STR_INIT("SUBJECT "), STR_INIT("BODY ")};
    size_t first = headers ? 0 : 4, last = body ? 4 : 3;
    if (w->field != WORD_ANY) first = last = (size_t) w->field - 1;
    if (w->without) imap_cmd_text(c, STR(" NOT ("));
    for (size_t i = first; i <= last; i++) {
        if (i > first || !w->without) imap_cmd_text(c, STR(" "));
        if (i < last) imap_cmd_text(c, STR("OR "));
        imap_cmd_text(c, keys[i]);
        TRY(imap_cmd_string(c, w->text, e));
    }
    if (w->without) imap_cmd_text(c, STR(")"));
    return RC_OK;
}

/* "1-Feb-1994" (RFC 3501 section 9, date). */
static void write_day(struct imap_conn *c, const char *key, int64_t day)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (day == INT64_MIN) return;
    time_t t = (time_t) (day * 86400);
    struct tm tm;
    if (!gmtime_r(&t, &tm)) return;
    imap_cmd_printf(c, " %s %d-%s-%d", key, tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900);
}

static rc_t query_once(struct imap *im, const struct imap_terms *t, bool headers, bool body,
                       struct found_reader *f, struct err *e)
{
    struct imap_conn *c = im->c;
    struct imap_command cmd;
    imap_cmd_begin(c, &cmd);
    imap_cmd_text(c, t->eight_bit ? STR("UID SEARCH CHARSET UTF-8 ALL") : STR("UID SEARCH ALL"));
    if (t->q.unseen) imap_cmd_text(c, STR(" UNSEEN"));
    if (t->seen) imap_cmd_text(c, STR(" SEEN"));
    if (t->q.flagged) imap_cmd_text(c, STR(" FLAGGED"));
    if (t->answered) imap_cmd_text(c, STR(" ANSWERED"));
    write_day(c, "SINCE", t->since);
    write_day(c, "BEFORE", t->before);
    for (size_t i = 0; i < t->count; i++)
        TRY(write_word(c, &t->words[i], headers, body, e));
    return run_search(c, &cmd, f, e);
}

/* Keeps what the narrowing by kind allows; when `sealed` is 0 or 1, only messages (not) sealed. */
static void keep(struct found_reader *f, const struct imap_query *q, const struct imap_kinds *k,
                 int sealed)
{
    uint32_t last = k->uid_count > 0 ? k->uids[k->uid_count - 1] : 0;
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++) {
        uint32_t uid = f->uids[i], bits = imap_kind_of(k, uid);
        bool is_sealed = (bits & KIND_SEALED) != 0;
        bool ok = uid <= last; /* newer ones are not known yet: the next search has them */
        ok = ok && (sealed < 0 || is_sealed == (sealed == 1));
        ok = ok && (!q->encrypted || is_sealed);
        ok = ok && (!q->signed_only || (bits & KIND_SIGNED));
        ok = ok && (!q->attachment || (bits & KIND_ATTACHMENT));
        if (ok) f->uids[kept++] = uid;
    }
    f->count = kept;
}

static size_t count_sealed(const struct imap_kinds *k)
{
    size_t n = 0;
    for (size_t i = 0, j = 0; i < k->count; i++) {
        while (j < k->uid_count && k->uids[j] < k->list[i].uid)
            j++;
        if (j < k->uid_count && k->uids[j] == k->list[i].uid && (k->list[i].bits & KIND_SEALED))
            n++;
    }
    return n;
}

/* Sealed messages by header, the others as asked for. A query with a word that can stand in a body
 * only never finds a sealed message, whose body nobody looks into. */
static rc_t body_search(struct imap *im, const struct imap_terms *t, const struct imap_kinds *k,
                        struct found_reader *f, size_t *sealed, struct err *e)
{
    *sealed = count_sealed(k);
    if (!t->q.encrypted || *sealed == 0) {
        TRY(query_once(im, t, t->q.headers, t->q.body, f, e));
        keep(f, &t->q, k, 0);
    }
    if (*sealed == 0 || !t->q.headers || t->body_only) return RC_OK;
    struct found_reader by_header = {.a = f->a};
    TRY(query_once(im, t, true, false, &by_header, e));
    keep(&by_header, &t->q, k, 1);
    for (size_t i = 0; i < by_header.count; i++)
        TRY(add_found(f, by_header.uids[i], e));
    return RC_OK;
}

static rc_t search_once(struct imap *im, const struct imap_terms *t, struct arena *a,
                        struct imap_found *out, struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct found_reader f = {.a = a};
    size_t sealed = 0;
    bool in_body = t->body_only || (t->q.body && t->count > 0);
    if (in_body || t->q.encrypted || t->q.signed_only || t->q.attachment) {
        struct imap_kinds k;
        TRY(imap_kinds_get(im, a, &k, e));
        if (in_body) {
            TRY(body_search(im, t, &k, &f, &sealed, e));
        } else {
            TRY(query_once(im, t, true, false, &f, e));
            keep(&f, &t->q, &k, -1);
        }
    } else {
        TRY(query_once(im, t, true, false, &f, e));
    }
    settle(&f);
    *out = (struct imap_found){.uids = f.uids, .count = f.count, .header_only = sealed};
    return RC_OK;
}

rc_t imap_search(struct imap *im, const struct imap_query *q, struct arena *a,
                 struct imap_found *out, struct err *e)
{
    struct imap_terms t;
    TRY(imap_query_read(q, &t, e));
    rc_t rc;
    do
        rc = search_once(im, &t, a, out, e);
    while (imap_should_retry(im, rc));
    return rc;
}
