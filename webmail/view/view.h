/* Folders, lists, messages and what is done to them. */
#ifndef WAXSEAL_WEBMAIL_VIEW_H
#define WAXSEAL_WEBMAIL_VIEW_H

#include "mail/message.h"
#include "mail/message_report.h"
#include "webmail/app.h"

call_handler folders_list, folders_create, folders_rename, folders_delete, folders_subscribe,
    folders_empty, quota_get;
call_handler messages_changes, messages_list, messages_conversation, messages_snippets,
    messages_search, messages_search_all, messages_rows, messages_flags, messages_move,
    messages_copy, messages_delete, messages_append;
call_handler message_get, message_unlock, message_check, message_attached, message_source,
    message_images, message_leave_list, message_zip, message_preview, message_proof, part_get,
    part_unlock;

#define VIEW_MAX_UIDS 5000u
#define VIEW_MAX_LIMIT 200u

/* A Row of the API; new reference. */
json_t *row_json(const struct imap_row *row, struct arena *a);

#define VIEW_MAX_KEYS 8u
#define VIEW_MAX_EVIDENCE 32u

/* Which message, and how far to go. */
struct message_request {
    str_t mailbox;
    uint32_t uid, uidvalidity;
    const json_t *keys; /* [{layer, content_key}], or NULL */
    str_t part;         /* a part, perhaps inside attached messages, or null */
    bool attached;      /* part is an attached message: that one is to be opened */
    bool ask;           /* may look outside (POST) */
};

/* One message, fetched, opened and verified, with what it needs to stay valid. */
struct opened_message {
    struct imap_row row;
    uint32_t uidvalidity;
    struct buf raw; /* the whole message's bytes; the view points into them */
    struct message_view *view;
    str_t attached; /* id of the attached message that the view is of, or null */
    struct message_evidence
        *evidence; /* what was answered, when asked; its certificates are owned */
    size_t evidence_count;
    bool worth_a_check; /* something could be looked up outside, or has to be recorded */
};
/* Folder and uid of the path, uidvalidity of the query: of a GET. */
rc_t message_request_query(struct call *c, struct message_request *q, struct err *e) WX_MUST_USE;
/* Folder and uid of the path, uidvalidity and keys of the JSON body. */
rc_t message_request_read(struct call *c, struct message_request *q, struct err *e) WX_MUST_USE;
/* The parsing is marked in shared memory (see shared.h). Free with opened_message_free, also after
 * a failure. RC_NOT_FOUND, RC_CONFLICT. */
rc_t view_open_message(struct call *c, const struct message_request *q, struct opened_message *out,
                       struct err *e) WX_MUST_USE;
void opened_message_free(struct opened_message *m);
#define CLEANUP_OPENED __attribute__((cleanup(opened_message_free)))

#endif
