#include "webmail/view/selection.h"

#include <stdlib.h>

#include "webmail/view/search.h"
#include "webmail/view/view.h"

#define SET_MAX_BYTES (64u << 10)

static rc_t invalid(struct err *e, const char *field, const char *why)
{
    err_set(e, RC_INVALID, "%s", why);
    err_field(e, field);
    return RC_INVALID;
}

/* --- named one by one --------------------------------------------------------------------- */

static rc_t read_list(struct call *c, const json_t *list, struct selection *s, struct err *e)
{
    size_t count = json_array_size(list);
    uint32_t *out = ARENA_ARRAY(c->arena, count + 1, uint32_t);
    if (!out) return err_set(e, RC_NO_MEMORY, NULL);
    if (count == 0) return invalid(e, "uids", "No message was named.");
    if (count > VIEW_MAX_UIDS) return invalid(e, "uids", "Too many messages were named.");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t v = json_integer_value(item);
        if (!json_is_integer(item) || v < 1 || v > (json_int_t) UINT32_MAX)
            return invalid(e, "uids", "A message number is not a number.");
        out[i] = (uint32_t) v;
    }
    s->uids = out;
    s->n = count;
    return RC_OK;
}

static rc_t read_set(struct call *c, str_t text, struct selection *s, struct err *e)
{
    uint32_t *out = ARENA_ARRAY(c->arena, SELECTION_MAX, uint32_t);
    if (!out) return err_set(e, RC_NO_MEMORY, NULL);
    if (text.n > SET_MAX_BYTES || !imap_uids_read(text, out, SELECTION_MAX, &s->n) || s->n == 0)
        return invalid(e, "uids", "This is not a set of messages.");
    s->uids = out;
    s->by_set = true;
    return RC_OK;
}

/* --- all of a folder, or of what a search finds ----------------------------------------------- */

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    return a < b ? -1 : a > b;
}

static bool is_in(const uint32_t *sorted, size_t n, uint32_t uid)
{
    return n > 0 && bsearch(&uid, sorted, n, sizeof uid, by_number) != NULL;
}

static rc_t read_except(struct call *c, const json_t *all, struct selection *except, struct err *e)
{
    json_t *list = NULL;
    TRY(json_want_array(all, "except", VIEW_MAX_UIDS, &list, e));
    if (json_array_size(list) == 0) return RC_OK;
    TRY(read_list(c, list, except, e));
    qsort(except->uids, except->n, sizeof *except->uids, by_number);
    return RC_OK;
}

/* `only`: of those that are found, the ones that the person named. */
static rc_t read_only(struct call *c, const json_t *all, struct selection *only, struct err *e)
{
    str_t text;
    TRY(json_want_str(all, "only", STR_NULL, &text, e));
    if (str_is_null(text)) return RC_OK;
    TRY(read_set(c, text, only, e));
    qsort(only->uids, only->n, sizeof *only->uids, by_number);
    return RC_OK;
}

/* Messages that came after the person looked (from `below` on) are not meant. */
static rc_t find_all(struct call *c, const json_t *all, struct imap *im, struct selection *s,
                     struct err *e)
{
    json_t *search = NULL;
    uint32_t below;
    struct imap_query query = {.headers = true};
    struct imap_found found;
    struct selection except = {0}, only = {0};
    TRY(json_need_u32(all, "below", &below, e));
    TRY(json_want_object(all, "search", &search, e));
    TRY(read_except(c, all, &except, e));
    TRY(read_only(c, all, &only, e));
    if (search) TRY(search_read(c, search, s->mailbox, im, &query, e));
    TRY(imap_search(im, &query, c->arena, &found, e));
    uint32_t *out = ARENA_ARRAY(c->arena, found.count + 1, uint32_t);
    if (!out) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = found.count; i-- > 0;) { /* oldest first: runs make short sets */
        uint32_t uid = found.uids[i];
        if (uid < below && !is_in(except.uids, except.n, uid) &&
            (!only.uids || is_in(only.uids, only.n, uid)))
            out[s->n++] = uid;
    }
    if (s->n > SELECTION_MAX)
        return err_set(e, RC_TOO_LARGE, "These are too many messages for one step.");
    s->uids = out;
    s->by_set = true;
    return RC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

rc_t selection_read(struct call *c, struct selection *s, struct imap **im, struct err *e)
{
    json_t *all = NULL;
    const json_t *uids = json_object_get(c->in, "uids");
    *s = (struct selection){0};
    TRY(call_folder(c, 0, &s->mailbox, e));
    TRY(json_need_u32(c->in, "uidvalidity", &s->uidvalidity, e));
    TRY(json_want_object(c->in, "all", &all, e));
    if (all && uids) return invalid(e, "uids", "Either all or some messages are meant.");
    if (!all && !json_is_array(uids) && !json_is_string(uids))
        return invalid(e, "uids", "No message was named.");
    if (!all && json_is_array(uids)) TRY(read_list(c, uids, s, e));
    if (!all && json_is_string(uids)) TRY(read_set(c, json_text(uids), s, e));
    TRY(call_imap(c, s->mailbox, im, e));
    TRY(call_check_uidvalidity(*im, s->uidvalidity, e));
    return all ? find_all(c, all, *im, s, e) : RC_OK;
}

rc_t selection_put(const struct selection *s, json_t *answer, const uint32_t *uids, struct err *e)
{
    json_put_int(answer, "count", (long long) s->n);
    if (!s->by_set) {
        json_t *list = json_array();
        for (size_t i = 0; i < s->n; i++)
            json_array_append_new(list, json_integer(uids[i]));
        json_object_set_new(answer, "uids", list);
        return RC_OK;
    }
    CLEANUP_BUF struct buf text = BUF_INIT((size_t) SELECTION_MAX * 12);
    for (size_t from = 0; from < s->n;) {
        if (uids[from] == 0) {
            from++;
            continue;
        }
        size_t end = from;
        while (end < s->n && uids[end] != 0)
            end++;
        if (text.n > 0) buf_char(&text, ',');
        imap_uids_write(&text, uids, end, &from, (size_t) SELECTION_MAX * 12);
    }
    if (text.failed) return err_set(e, RC_NO_MEMORY, NULL);
    json_put_str(answer, "uids", buf_view(&text));
    return RC_OK;
}
