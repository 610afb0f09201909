/* A whole conversation: the folder's messages and the answers in Sent. */
#include <stdlib.h>

#include "webmail/view/view.h"

#define ANSWERS_MAX 200u

struct placed_row {
    struct imap_row row;
    str_t mailbox;
    uint32_t uidvalidity;
};

/* Of the folder the message is in. ids: what the conversation's messages are called. */
static rc_t own_messages(struct call *c, str_t mailbox, struct imap_rows *rows,
                         struct imap_ids *ids, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    uint32_t uidvalidity, uid, *uids = NULL;
    size_t n = 0;
    TRY(json_need_u32(c->in, "uidvalidity", &uidvalidity, e));
    TRY(json_need_u32(c->in, "uid", &uid, e));
    TRY(call_imap(c, mailbox, &im, e));
    TRY(call_check_uidvalidity(im, uidvalidity, e));
    TRY(imap_conversation(im, uid, c->arena, &uids, &n, e));
    TRY(imap_rows_of(im, uids, n, c->arena, rows, e));
    return imap_ids_of(im, uids, n, c->arena, ids, e);
}

/* The other place where the conversation goes on: Sent, or of Sent itself the INBOX. Null where
 * there is none, which is no failure. */
static rc_t other_folder(struct call *c, str_t mailbox, str_t *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_folder *folders;
    size_t n;
    str_t sent = STR_NULL, inbox = STR_NULL;
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_folders(im, c->arena, &folders, &n, e));
    for (size_t i = 0; i < n; i++) {
        if (!folders[i].selectable || folders[i].shared) continue;
        if (folders[i].role == FOLDER_SENT && str_is_null(sent)) sent = folders[i].name;
        if (folders[i].role == FOLDER_INBOX) inbox = folders[i].name;
    }
    *out = str_eq(sent, mailbox) ? inbox : sent;
    return RC_OK;
}

static rc_t answers(struct call *c, str_t mailbox, const struct imap_ids *ids,
                    struct imap_rows *rows, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    uint32_t *uids = NULL;
    size_t n = 0;
    TRY(call_imap(c, mailbox, &im, e));
    TRY(imap_related(im, ids, ANSWERS_MAX, c->arena, &uids, &n, e));
    return imap_rows_of(im, uids, n, c->arena, rows, e);
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
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(own_messages(c, mailbox, &own, &ids, e));
    TRY(other_folder(c, mailbox, &other, e));
    if (other.n > 0) TRY(answers(c, other, &ids, &more, e));
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
    return call_answer(c, v, e);
}
