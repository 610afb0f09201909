/* Searching. */
#include <stdlib.h>

#include "mail/imap_lease.h"

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
    imap_cmd_end(im->c);
    return imap_conn_run(im->c, &cmd, on_found, f, e);
}

rc_t imap_search_header(struct imap *im, str_t field, str_t value, struct arena *a,
                        uint32_t **uids, size_t *n, struct err *e)
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
