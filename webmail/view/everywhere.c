/* A search in all folders: one after the other on one connection, for a moment, then an answer.
 * What one answer holds is newest first; the page merges the parts. */
#include <stdlib.h>

#include "webmail/view/search.h"
#include "webmail/view/view.h"

#define PART_FIRST_MS 300
#define PART_MS 1000
#define HITS_MAX 5000

struct hit {
    int64_t time;
    uint32_t uid;
    uint32_t folder; /* which of the list */
    json_t *row;     /* or NULL; ours until the answer has it */
};

struct everywhere {
    struct call *c;
    struct imap *im;
    struct imap_query q;
    struct imap_folder *folders;
    size_t folder_count;
    uint32_t *validity; /* of each folder that was searched */
    struct hit *hits;
    size_t hit_count;
    size_t total, header_only;
    uint32_t limit;
    size_t at; /* the present folder */
    struct imap_scan scan;
    uint32_t expected; /* UIDVALIDITY of the folder that is gone on with, or 0 */
};

static void free_rows(struct everywhere *w)
{
    for (size_t i = 0; i < w->hit_count; i++)
        json_decref(w->hits[i].row);
}

static int newest_first(const void *x, const void *y)
{
    const struct hit *a = x, *b = y;
    if (a->time != b->time) return a->time < b->time ? 1 : -1;
    if (a->folder != b->folder) return a->folder < b->folder ? -1 : 1;
    return a->uid < b->uid ? 1 : a->uid > b->uid ? -1 : 0;
}

/* Trash and Junk, and a folder that shows what others hold, only when they are named. */
static rc_t is_meant(struct everywhere *w, bool *meant, struct err *e)
{
    const struct imap_folder *f = &w->folders[w->at];
    bool reaches, named;
    w->q.folder = f;
    TRY(imap_query_reaches(&w->q, &reaches, &named, e));
    bool apart = f->role == FOLDER_TRASH || f->role == FOLDER_JUNK || f->role == FOLDER_ALL;
    *meant = f->selectable && f->total > 0 && reaches && (named || !apart);
    return RC_OK;
}

/* Rows of the hits that will stand on the answer's first page as far as known now. */
static rc_t fetch_rows(struct everywhere *w, struct hit *fresh, size_t n, struct err *e)
{
    struct call *c = w->c;
    uint32_t *uids = ARENA_ARRAY(c->arena, n + 1, uint32_t);
    struct imap_rows rows;
    if (!uids) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++)
        uids[i] = fresh[i].uid;
    TRY(imap_rows_of(w->im, uids, n, c->arena, &rows, e));
    str_t id = folder_to_id(c->arena, w->folders[w->at].name);
    for (size_t i = 0; i < rows.count; i++)
        for (size_t k = 0; k < n; k++)
            if (fresh[k].uid == rows.rows[i].uid && !fresh[k].row)
                fresh[k].row = row_json_in(&rows.rows[i], id, w->validity[w->at], c->arena);
    return RC_OK;
}

/* What was found here joins the rest; the newest HITS_MAX stay. */
static rc_t take_found(struct everywhere *w, const struct imap_found *f, struct err *e)
{
    struct arena *a = w->c->arena;
    size_t n = f->count < HITS_MAX ? f->count : HITS_MAX;
    int64_t *times = ARENA_ARRAY(a, n + 1, int64_t);
    struct hit *all = ARENA_ARRAY(a, w->hit_count + n + 1, struct hit);
    if (!times || !all) return err_set(e, RC_NO_MEMORY, NULL);
    w->total += f->count;
    w->header_only += f->header_only;
    if (n == 0) return RC_OK;
    TRY(imap_times_of(w->im, f->uids, n, a, times, e));
    int64_t oldest = w->hit_count >= w->limit ? w->hits[w->limit - 1].time : INT64_MIN;
    struct hit *fresh = all + w->hit_count;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (times[i] != 0) /* else gone meanwhile */
            fresh[count++] =
                (struct hit){.time = times[i], .uid = f->uids[i], .folder = (uint32_t) w->at};
    qsort(fresh, count, sizeof *fresh, newest_first);
    size_t top = 0;
    while (top < count && top < w->limit && fresh[top].time > oldest)
        top++;
    if (w->hit_count > 0) memcpy(all, w->hits, w->hit_count * sizeof *all);
    w->hits = all;
    w->hit_count += count;
    if (top > 0) TRY(fetch_rows(w, fresh, top, e));
    qsort(all, w->hit_count, sizeof *all, newest_first);
    while (w->hit_count > HITS_MAX)
        json_decref(all[--w->hit_count].row);
    return RC_OK;
}

/* The present folder until it is done or time is up. */
static rc_t search_folder(struct everywhere *w, int64_t until, struct err *e)
{
    struct imap_found found;
    rc_t rc = imap_select(w->im, w->folders[w->at].name, e);
    if (rc == RC_NOT_FOUND || rc == RC_FORBIDDEN) { /* gone, or not for us */
        w->scan = (struct imap_scan){.complete = true};
        return RC_OK;
    }
    TRY(rc);
    w->validity[w->at] = imap_uidvalidity(w->im);
    if (w->expected != 0 && w->expected != w->validity[w->at])
        w->scan = (struct imap_scan){0}; /* made anew: from its top */
    w->expected = 0;
    int64_t left = until - clock_ms();
    TRY(imap_search_part(w->im, &w->q, &w->scan, left > 0 ? (int) left : 1, w->c->arena, &found,
                         e));
    return take_found(w, &found, e);
}

static rc_t search_on(struct everywhere *w, int64_t until, struct err *e)
{
    while (w->at < w->folder_count) {
        bool meant;
        TRY(is_meant(w, &meant, e));
        if (meant) TRY(search_folder(w, until, e));
        if (!meant || w->scan.complete) {
            w->at++;
            w->scan = (struct imap_scan){.piece = 0};
            w->expected = 0;
        }
        if (clock_ms() >= until) break;
    }
    return RC_OK;
}

/* --- the answer
 * ------------------------------------------------------------------------------------ */

static json_t *hits_json(const struct everywhere *w)
{
    json_t *all = json_array();
    for (size_t f = 0; f < w->folder_count; f++) {
        json_t *uids = NULL, *times = NULL;
        for (size_t i = 0; i < w->hit_count; i++) {
            if (w->hits[i].folder != f) continue;
            if (!uids) {
                json_t *one = json_object();
                uids = json_array();
                times = json_array();
                json_put_str(one, "folder", folder_to_id(w->c->arena, w->folders[f].name));
                json_put_int(one, "uidvalidity", w->validity[f]);
                json_object_set_new(one, "uids", uids);
                json_object_set_new(one, "times", times);
                json_array_append_new(all, one);
            }
            json_array_append_new(uids, json_integer(w->hits[i].uid));
            json_array_append_new(times, json_integer(w->hits[i].time));
        }
    }
    return all;
}

static str_t next_of(const struct everywhere *w)
{
    if (w->at == w->folder_count) return STR_NULL;
    return arena_printf(w->c->arena, "%u.%u.%u.%.*s", w->scan.below > 0 ? w->validity[w->at] : 0,
                        w->scan.below, w->scan.piece,
                        STR_ARG(folder_to_id(w->c->arena, w->folders[w->at].name)));
}

static rc_t answer(struct everywhere *w, struct err *e)
{
    json_t *v = json_object(), *messages = json_array();
    json_put_int(v, "total", (long long) w->total);
    json_put_int(v, "header_only", (long long) w->header_only);
    for (size_t i = 0; i < w->hit_count && i < w->limit; i++)
        if (w->hits[i].row) json_array_append(messages, w->hits[i].row);
    json_object_set_new(v, "messages", messages);
    json_object_set_new(v, "hits", hits_json(w));
    json_put_bool(v, "complete", w->at == w->folder_count);
    json_put_str(v, "next", next_of(w));
    json_object_set_new(v, "progress", search_progress(w->at, w->folder_count));
    return call_answer(w->c, v, e);
}

/* Where `next` says. */
static rc_t go_on(struct everywhere *w, const struct search_place *place, struct err *e)
{
    str_t name;
    TRY(folder_from_id(w->c->arena, place->folder, &name, e));
    w->scan = place->at;
    w->expected = place->uidvalidity;
    for (w->at = 0; w->at < w->folder_count; w->at++)
        if (str_eq(w->folders[w->at].name, name)) return RC_OK;
    return err_set(e, RC_CONFLICT, "The folders have changed meanwhile. Please search again.");
}

rc_t messages_search_all(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct everywhere w = {.c = c};
    struct search_place place;
    bool given;
    TRY(search_read(c, c->in, STR_NULL, NULL, &w.q, e));
    TRY(search_read_limit(c, &w.limit, e));
    TRY(search_read_next(c, &place, &given, e));
    TRY(call_imap_search(c, STR_NULL, &im, e));
    w.im = im;
    TRY(imap_folders(im, c->arena, &w.folders, &w.folder_count, e));
    w.validity = ARENA_ARRAY(c->arena, w.folder_count + 1, uint32_t);
    if (!w.validity) return err_set(e, RC_NO_MEMORY, NULL);
    if (given) TRY(go_on(&w, &place, e));
    rc_t rc = search_on(&w, clock_ms() + (given ? PART_MS : PART_FIRST_MS), e);
    if (rc == RC_OK) rc = answer(&w, e);
    free_rows(&w);
    return rc;
}
