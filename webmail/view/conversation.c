/* A whole conversation: the folder's messages and the answers in Sent. */
#include <stdlib.h>

#include "webmail/session/session.h"
#include "webmail/view/ahead.h"
#include "webmail/view/list_cache.h"
#include "webmail/view/view.h"

#define ANSWERS_MAX 200u

struct placed_row {
    struct imap_row row;
    str_t mailbox;
    uint32_t uidvalidity;
};

/* Of the folder the message is in. *pending: it is not known yet what belongs together there, and
 * this is the message alone. ids: what the conversation's messages are called. */
static rc_t own_messages(struct call *c, str_t mailbox, struct imap_rows *rows,
                         struct imap_ids *ids, bool *pending, struct err *e)
{
    static const struct imap_order threads = {.threads = true};
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_mailbox box;
    uint32_t uidvalidity, uid, *uids = NULL;
    size_t n = 0;
    TRY(json_need_u32(c->in, "uidvalidity", &uidvalidity, e));
    TRY(json_need_u32(c->in, "uid", &uid, e));
    TRY(call_imap(c, mailbox, &im, e));
    TRY(imap_mailbox(im, &box, e));
    if (box.uidvalidity != uidvalidity)
        return err_set(e, RC_CONFLICT, "The folder was made anew meanwhile.");
    *pending = box.total > AHEAD_LARGE && !ahead_ready(c, im, mailbox, &threads, AHEAD_PATIENCE_MS);
    if (*pending) {
        uids = &uid;
        n = 1;
    } else {
        TRY(imap_conversation(im, uid, c->arena, &uids, &n, e));
    }
    TRY(imap_rows_of(im, uids, n, c->arena, rows, e));
    if (rows->count == 0) return err_set(e, RC_NOT_FOUND, NULL);
    return imap_ids_of(im, uids, n, c->arena, ids, e);
}

/* Name of the folder of sent mail, or empty: asked for once a session. Another session's rename
 * shows as RC_NOT_FOUND: then it is asked anew. */
static rc_t sent_folder(struct call *c, bool anew, str_t *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_folder *folders;
    size_t n;
    str_t key = arena_printf(c->arena, "%.*s sent", STR_ARG(c->session->id));
    str_t sent = anew ? STR_NULL : list_cache_get(c->app->accounts, key, c->arena);
    if (sent.n > 0) {
        *out = sent;
        return RC_OK;
    }
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_folder_names(im, c->arena, &folders, &n, e));
    for (size_t i = 0; i < n && sent.n == 0; i++)
        if (folders[i].role == FOLDER_SENT && folders[i].selectable && !folders[i].shared)
            sent = folders[i].name;
    if (sent.n > 0) list_cache_put(c->app->accounts, key, sent);
    *out = sent;
    return RC_OK;
}

static rc_t answers(struct call *c, str_t mailbox, const struct imap_ids *ids,
                    struct imap_rows *rows, bool *pending, struct err *e)
{
    struct imap_mailbox box;
    CLEANUP_IMAP struct imap *im = NULL;
    uint32_t *uids = NULL;
    size_t n = 0;
    TRY(call_imap(c, mailbox, &im, e));
    TRY(imap_mailbox(im, &box, e));
    if (box.total > AHEAD_LARGE && !ahead_ready(c, im, mailbox, NULL, AHEAD_PATIENCE_MS)) {
        *pending = true;
        return RC_OK;
    }
    TRY(imap_related(im, ids, ANSWERS_MAX, c->arena, &uids, &n, e));
    return imap_rows_of(im, uids, n, c->arena, rows, e);
}

/* Where the conversation goes on: in Sent, of Sent itself in the INBOX. No such folder is none. */
static rc_t related(struct call *c, str_t mailbox, const struct imap_ids *ids, str_t *other,
                    struct imap_rows *rows, bool *pending, struct err *e)
{
    for (int anew = 0; anew < 2; anew++) {
        TRY(sent_folder(c, anew > 0, other, e));
        if (str_eq(*other, mailbox)) *other = STR("INBOX");
        if (other->n == 0) return RC_OK;
        rc_t rc = answers(c, *other, ids, rows, pending, e);
        if (rc != RC_NOT_FOUND) return rc;
    }
    return RC_OK;
}

static int by_time(const void *x, const void *y)
{
    const struct placed_row *a = x, *b = y;
    if (a->row.internaldate != b->row.internaldate)
        return a->row.internaldate < b->row.internaldate ? -1 : 1;
    return a->row.uid < b->row.uid ? -1 : a->row.uid > b->row.uid;
}

/* A message to a list comes back: the copy in the folder stands for the one in Sent. */
static bool is_there(const struct imap_rows *rows, str_t message_id)
{
    for (size_t i = 0; message_id.n > 0 && i < rows->count; i++)
        if (str_eq(rows->rows[i].message_id, message_id)) return true;
    return false;
}

rc_t messages_conversation(struct call *c, struct err *e)
{
    str_t mailbox, other = STR_NULL;
    struct imap_rows own = {0}, more = {0};
    struct imap_ids ids = {0};
    bool pending = false;
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(own_messages(c, mailbox, &own, &ids, &pending, e));
    TRY(related(c, mailbox, &ids, &other, &more, &pending, e));
    size_t n = 0;
    struct placed_row *all = ARENA_ARRAY(c->arena, own.count + more.count + 1, struct placed_row);
    if (!all) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < own.count; i++)
        all[n++] = (struct placed_row){own.rows[i], mailbox, own.mailbox.uidvalidity};
    for (size_t i = 0; i < more.count; i++)
        if (!is_there(&own, more.rows[i].message_id))
            all[n++] = (struct placed_row){more.rows[i], other, more.mailbox.uidvalidity};
    qsort(all, n, sizeof *all, by_time);
    json_t *v = json_object(), *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *row = row_json(&all[i].row, c->arena);
        json_put_str(row, "folder", folder_to_id(c->arena, all[i].mailbox));
        json_put_int(row, "uidvalidity", all[i].uidvalidity);
        json_array_append_new(list, row);
    }
    json_object_set_new(v, "messages", list);
    if (pending) json_put_bool(v, "pending", true);
    return call_answer(c, v, e);
}
