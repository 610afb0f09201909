/* Searches: in one folder, in all of them, and rows of what was found. A search that has to look
 * into messages is answered in parts, so that none holds a connection for long: the page asks on
 * with `next` while it wants more, and when it does not, nothing is left to cancel. */
#include "webmail/view/search.h"

#include <stdio.h>
#include <stdlib.h>

#include "webmail/settings/settings.h"
#include "webmail/view/view.h"

#define PART_FIRST_MS 250
#define PART_MS 1000
#define FOUND_TEXT_MAX (2u << 20) /* of `uids` */

static rc_t invalid(struct err *e, const char *field, const char *why)
{
    err_set(e, RC_INVALID, "%s", why);
    err_field(e, field);
    return RC_INVALID;
}

/* --- reading a request ---------------------------------------------------------------------------
 */

/* Names of labels are the user's; the server knows keywords. */
static rc_t read_labels(struct call *c, struct imap_query *q, struct err *e)
{
    CLEANUP_JSON json_t *settings = NULL;
    if (str_ifind(q->text, STR("label:")) < 0) return RC_OK;
    TRY(settings_load(c, &settings, e));
    const json_t *labels = json_object_get(settings, "labels");
    size_t n = json_array_size(labels);
    struct imap_label *list = ARENA_ARRAY(c->arena, n + 1, struct imap_label);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        const json_t *label = json_array_get(labels, i);
        list[i].name = arena_str(c->arena, json_text(json_object_get(label, "name")));
        list[i].keyword = arena_str(c->arena, json_text(json_object_get(label, "keyword")));
    }
    q->labels = list;
    q->label_count = n;
    return RC_OK;
}

/* "2024-01-31": which day it is where the user is. */
static rc_t read_today(const json_t *from, struct imap_query *q, struct err *e)
{
    str_t today;
    int64_t behind;
    TRY(json_want_str(from, "today", STR(""), &today, e));
    if (today.n == 0) return RC_OK;
    if (imap_query_days(today, 0, &q->today, &behind) && q->today > 0) return RC_OK;
    return invalid(e, "today", "This is not a date.");
}

static rc_t read_folder(struct call *c, str_t mailbox, struct imap *held, struct imap_query *q,
                        struct err *e)
{
    bool long_one, folders;
    TRY(imap_query_check(q, &long_one, &folders, e));
    if (!folders || str_is_null(mailbox)) return RC_OK;
    CLEANUP_IMAP struct imap *own = NULL;
    struct imap_folder *list;
    size_t n;
    if (!held) TRY(call_imap(c, STR_NULL, &own, e));
    TRY(imap_folder_names(held ? held : own, c->arena, &list, &n, e));
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i].name, mailbox)) q->folder = &list[i];
    return RC_OK;
}

static rc_t read_filters(const json_t *from, struct imap_query *q, struct err *e)
{
    json_t *filters = NULL;
    TRY(json_want_object(from, "filters", &filters, e));
    if (!filters) return RC_OK;
    TRY(json_want_bool(filters, "unread", false, &q->unseen, e));
    TRY(json_want_bool(filters, "flagged", false, &q->flagged, e));
    TRY(json_want_bool(filters, "encrypted", false, &q->encrypted, e));
    TRY(json_want_bool(filters, "signed", false, &q->signed_only, e));
    return json_want_bool(filters, "attachment", false, &q->attachment, e);
}

rc_t search_read(struct call *c, const json_t *from, str_t mailbox, struct imap *held,
                 struct imap_query *q, struct err *e)
{
    str_t text, scope;
    TRY(json_want_str(from, "text", STR(""), &text, e));
    TRY(json_want_str(from, "scope", STR("headers"), &scope, e));
    bool all = str_eq(scope, STR("all"));
    if (!all && !str_eq(scope, STR("headers")))
        return invalid(e, "scope", "The scope is headers or all.");
    if (text.n > 1000 || !str_is_clean(text))
        return invalid(e, "text", "The search text is too long, or holds control characters.");
    *q = (struct imap_query){.text = text.n > 0 ? text : STR_NULL, .headers = true, .body = all};
    TRY(read_filters(from, q, e));
    TRY(read_today(from, q, e));
    TRY(read_labels(c, q, e));
    return read_folder(c, mailbox, held, q, e);
}

rc_t search_read_limit(struct call *c, uint32_t *limit, struct err *e)
{
    TRY(json_want_u32(c->in, "limit", 50, limit, e));
    if (*limit >= 1 && *limit <= VIEW_MAX_LIMIT) return RC_OK;
    err_set(e, RC_INVALID, "Between 1 and %u messages at once.", VIEW_MAX_LIMIT);
    err_field(e, "limit");
    return RC_INVALID;
}

/* --- where it goes on
 * ------------------------------------------------------------------------------ */

rc_t search_read_next(struct call *c, struct search_place *out, bool *given, struct err *e)
{
    str_t next, word[3];
    TRY(json_want_str(c->in, "next", STR(""), &next, e));
    *given = next.n > 0;
    *out = (struct search_place){.uidvalidity = 0};
    if (!*given) return RC_OK;
    for (size_t i = 0; i < 3; i++)
        str_cut(next, '.', &word[i], &next);
    out->folder = next;
    if (str_to_u32(word[0], &out->uidvalidity) && str_to_u32(word[1], &out->at.below) &&
        str_to_u32(word[2], &out->at.piece) && out->at.piece <= IMAP_PIECE_MAX)
        return RC_OK;
    return invalid(e, "next", "This search cannot be gone on with.");
}

static str_t write_next(struct call *c, uint32_t uidvalidity, const struct imap_scan *at)
{
    if (at->complete) return STR_NULL;
    return arena_printf(c->arena, "%u.%u.%u", uidvalidity, at->below, at->piece);
}

json_t *search_progress(size_t done, size_t of)
{
    json_t *v = json_object();
    json_put_int(v, "done", (long long) done);
    json_put_int(v, "of", (long long) of);
    return v;
}

static rc_t conflict(struct err *e)
{
    return err_set(e, RC_CONFLICT, "The folder was made anew meanwhile.");
}

/* --- in one folder
 * ---------------------------------------------------------------------------------- */

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    return a < b ? -1 : a > b;
}

/* All that was found, as a set. Null where even that would be too long: then pages are asked for by
 * offset. */
static rc_t put_found(json_t *v, const struct imap_found *f, struct arena *a, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(FOUND_TEXT_MAX);
    uint32_t *sorted = ARENA_ARRAY(a, f->count + 1, uint32_t);
    if (!sorted) return err_set(e, RC_NO_MEMORY, NULL);
    if (f->count > 0) memcpy(sorted, f->uids, f->count * sizeof *sorted);
    qsort(sorted, f->count, sizeof *sorted, by_number);
    size_t from = 0;
    imap_uids_write(&text, sorted, f->count, &from, FOUND_TEXT_MAX);
    json_put_str(v, "uids", from == f->count && !text.failed ? buf_view(&text) : STR_NULL);
    return RC_OK;
}

static rc_t search_parts(struct call *c, struct imap *im, const struct imap_query *q,
                         struct imap_scan *at, struct imap_found *found, struct err *e)
{
    bool parts, given;
    struct search_place place;
    TRY(json_want_bool(c->in, "parts", false, &parts, e));
    TRY(search_read_next(c, &place, &given, e));
    if (!parts && !given) {
        at->complete = true;
        return imap_search(im, q, c->arena, found, e);
    }
    if (given && place.uidvalidity != imap_uidvalidity(im)) return conflict(e);
    *at = place.at;
    return imap_search_part(im, q, at, given ? PART_MS : PART_FIRST_MS, c->arena, found, e);
}

rc_t messages_search(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    str_t mailbox;
    uint32_t offset, limit;
    bool long_one, folders;
    struct imap_query query;
    struct imap_found found;
    struct imap_rows rows = {0};
    struct imap_scan at = {0};
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(search_read(c, c->in, mailbox, NULL, &query, e));
    TRY(json_want_u32(c->in, "offset", 0, &offset, e));
    TRY(search_read_limit(c, &limit, e));
    TRY(imap_query_check(&query, &long_one, &folders, e));
    TRY(long_one ? call_imap_search(c, mailbox, &im, e) : call_imap(c, mailbox, &im, e));
    TRY(search_parts(c, im, &query, &at, &found, e));
    size_t from = offset < found.count ? offset : found.count;
    size_t n = found.count - from < limit ? found.count - from : limit;
    TRY(imap_rows_of(im, found.uids + from, n, c->arena, &rows, e));
    CLEANUP_JSON json_t *v = json_object(), *list = json_array();
    json_put_int(v, "uidvalidity", imap_uidvalidity(im));
    json_put_int(v, "total", (long long) found.count);
    json_put_int(v, "header_only", (long long) found.header_only);
    json_put_int(v, "offset", offset);
    for (size_t i = 0; i < rows.count; i++)
        json_array_append_new(list, row_json(&rows.rows[i], c->arena));
    json_object_set(v, "messages", list);
    TRY(put_found(v, &found, c->arena, e));
    json_put_bool(v, "complete", at.complete);
    json_object_set_new(v, "progress", search_progress(at.total - at.left, at.total));
    json_put_str(v, "next", write_next(c, imap_uidvalidity(im), &at));
    return call_answer(c, json_incref(v), e);
}

/* --- rows of what was found
 * --------------------------------------------------------------------------- */

json_t *row_json_in(const struct imap_row *row, str_t folder, uint32_t uidvalidity, struct arena *a)
{
    json_t *v = row_json(row, a);
    json_put_str(v, "folder", folder);
    json_put_int(v, "uidvalidity", uidvalidity);
    return v;
}

static rc_t read_uids(struct call *c, const json_t *of, uint32_t **out, size_t *n, size_t left,
                      struct err *e)
{
    json_t *list;
    TRY(json_need_array(of, "uids", left, &list, e));
    size_t count = json_array_size(list);
    uint32_t *uids = ARENA_ARRAY(c->arena, count + 1, uint32_t);
    if (!uids) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        json_int_t v = json_integer_value(json_array_get(list, i));
        if (v < 1 || v > (json_int_t) UINT32_MAX)
            return invalid(e, "uids", "A message number is not a number.");
        uids[i] = (uint32_t) v;
    }
    *out = uids;
    *n = count;
    return RC_OK;
}

static rc_t rows_of_folder(struct call *c, struct imap *im, const json_t *of, size_t *left,
                           json_t *list, struct err *e)
{
    str_t id, mailbox;
    uint32_t uidvalidity, *uids = NULL;
    size_t n = 0;
    struct imap_rows rows;
    TRY(json_need_str(of, "folder", &id, e));
    TRY(folder_from_id(c->arena, id, &mailbox, e));
    TRY(json_need_u32(of, "uidvalidity", &uidvalidity, e));
    TRY(read_uids(c, of, &uids, &n, *left, e));
    *left -= n;
    rc_t rc = imap_select(im, mailbox, e);
    if (rc == RC_NOT_FOUND) return RC_OK; /* gone, with what was in it */
    TRY(rc);
    if (n == 0 || imap_uidvalidity(im) != uidvalidity) return RC_OK;
    TRY(imap_rows_of(im, uids, n, c->arena, &rows, e));
    for (size_t i = 0; i < rows.count; i++)
        json_array_append_new(list, row_json_in(&rows.rows[i], id, uidvalidity, c->arena));
    return RC_OK;
}

rc_t messages_rows(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    CLEANUP_JSON json_t *answer = json_object(), *list = json_array();
    json_t *all;
    str_t id, mailbox;
    size_t left = VIEW_MAX_LIMIT;
    TRY(json_need_array(c->in, "of", VIEW_MAX_LIMIT, &all, e));
    if (json_array_size(all) == 0) return invalid(e, "of", "No message was named.");
    TRY(json_need_str(json_array_get(all, 0), "folder", &id, e));
    TRY(folder_from_id(c->arena, id, &mailbox, e));
    /* Any connection will do; one that has the first folder open is best. */
    rc_t rc = call_imap(c, mailbox, &im, e);
    if (rc == RC_NOT_FOUND) rc = call_imap(c, STR_NULL, &im, e);
    TRY(rc);
    for (size_t i = 0; i < json_array_size(all); i++)
        TRY(rows_of_folder(c, im, json_array_get(all, i), &left, list, e));
    json_object_set(answer, "messages", list);
    return call_answer(c, json_incref(answer), e);
}
