/* Flags, move, copy, delete, append. */
#include "webmail/view/view.h"

#include "webmail/session/session.h"

static rc_t invalid(struct err *e, const char *field, const char *why)
{
    err_set(e, RC_INVALID, "%s", why);
    err_field(e, field);
    return RC_INVALID;
}

rc_t view_uids(struct call *c, uint32_t *uidvalidity, uint32_t **uids, size_t *n, struct err *e)
{
    json_t *list;
    TRY(json_need_u32(c->in, "uidvalidity", uidvalidity, e));
    TRY(json_need_array(c->in, "uids", VIEW_MAX_UIDS, &list, e));
    size_t count = json_array_size(list);
    uint32_t *out = ARENA_ARRAY(c->arena, count + 1, uint32_t);
    if (!out) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t v = json_integer_value(item);
        if (!json_is_integer(item) || v < 1 || v > (json_int_t) UINT32_MAX)
            return invalid(e, "uids", "A message number is not a number.");
        out[i] = (uint32_t) v;
    }
    if (count == 0) return invalid(e, "uids", "No message was named.");
    *uids = out;
    *n = count;
    return RC_OK;
}

struct selection {
    str_t mailbox;
    uint32_t uidvalidity;
    uint32_t *uids;
    size_t n;
};

/* Folder, UIDs and UIDVALIDITY of the request, with a connection that has it selected. */
static rc_t select_messages(struct call *c, struct selection *s, struct imap **im, struct err *e)
{
    TRY(call_folder(c, 0, &s->mailbox, e));
    TRY(view_uids(c, &s->uidvalidity, &s->uids, &s->n, e));
    TRY(call_imap(c, s->mailbox, im, e));
    return call_check_uidvalidity(*im, s->uidvalidity, e);
}

static rc_t read_flags(struct call *c, const char *key, str_t **out, size_t *n, struct err *e)
{
    json_t *list = NULL;
    TRY(json_want_array(c->in, key, 32, &list, e));
    size_t count = json_array_size(list);
    str_t *flags = ARENA_ARRAY(c->arena, count + 1, str_t);
    if (!flags) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        if (!json_is_string(item)) return invalid(e, key, "A flag is not text.");
        flags[i] = str_n(json_string_value(item), json_string_length(item));
        /* \Deleted would be carried out by the next EXPUNGE of any other client. */
        if (flags[i].n == 0 || flags[i].n > 64 || str_ieq(flags[i], STR("\\Deleted")) ||
            str_ieq(flags[i], STR("\\Recent")))
            return invalid(e, key, "This flag cannot be set here.");
    }
    *out = flags;
    *n = count;
    return RC_OK;
}

rc_t messages_flags(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct selection s;
    str_t *add, *remove;
    size_t adds, removes;
    TRY(read_flags(c, "add", &add, &adds, e));
    TRY(read_flags(c, "remove", &remove, &removes, e));
    TRY(select_messages(c, &s, &im, e));
    if (adds > 0) TRY(imap_store(im, s.uids, s.n, true, add, adds, e));
    if (removes > 0) TRY(imap_store(im, s.uids, s.n, false, remove, removes, e));
    return call_answer(c, json_object(), e);
}

static rc_t read_target(struct call *c, str_t *target, struct err *e)
{
    str_t id;
    TRY(json_need_str(c->in, "to", &id, e));
    return folder_from_id(c->arena, id, target, e);
}

static void put_uids(json_t *answer, uint32_t uidvalidity, const uint32_t *uids, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_integer(uids[i]));
    json_put_int(answer, "uidvalidity", uidvalidity);
    json_object_set_new(answer, "uids", list);
}

static rc_t move(struct call *c, struct imap *im, const struct selection *s, str_t target,
                 json_t *answer, struct err *e)
{
    uint32_t *moved = ARENA_ARRAY(c->arena, s->n + 1, uint32_t), uidvalidity = 0;
    if (!moved) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(imap_move(im, s->uids, s->n, target, moved, &uidvalidity, e));
    put_uids(answer, uidvalidity, moved, s->n);
    return RC_OK;
}

rc_t messages_move(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    CLEANUP_JSON json_t *answer = json_object();
    struct selection s;
    str_t target;
    TRY(read_target(c, &target, e));
    TRY(select_messages(c, &s, &im, e));
    if (str_eq(target, s.mailbox)) return invalid(e, "to", "The messages are there already.");
    TRY(move(c, im, &s, target, answer, e));
    return call_answer(c, json_incref(answer), e);
}

rc_t messages_copy(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct selection s;
    str_t target;
    TRY(read_target(c, &target, e));
    TRY(select_messages(c, &s, &im, e));
    TRY(imap_copy(im, s.uids, s.n, target, e));
    return call_answer(c, json_object(), e);
}

/* The Trash's mailbox name; made when there is none. */
static rc_t find_trash(struct call *c, struct imap *im, str_t *out, struct err *e)
{
    struct imap_folder *folders;
    size_t n;
    TRY(imap_folders(im, c->arena, &folders, &n, e));
    for (size_t i = 0; i < n; i++)
        if (folders[i].role == FOLDER_TRASH && folders[i].selectable && !folders[i].shared) {
            *out = folders[i].name;
            return RC_OK;
        }
    return imap_folder_create(im, STR("Trash"), c->arena, out, e);
}

rc_t messages_delete(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    CLEANUP_JSON json_t *answer = json_object();
    struct selection s;
    str_t trash;
    TRY(select_messages(c, &s, &im, e));
    TRY(find_trash(c, im, &trash, e));
    if (str_eq(trash, s.mailbox)) {
        TRY(imap_expunge(im, s.uids, s.n, e));
        json_put_str(answer, "moved_to", STR_NULL);
    } else {
        TRY(move(c, im, &s, trash, answer, e));
        json_put_str(answer, "moved_to", folder_to_id(c->arena, trash));
    }
    return call_answer(c, json_incref(answer), e);
}

rc_t messages_append(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    CLEANUP_BUF struct buf message = BUF_INIT(c->body_limit);
    const str_t seen = STR("\\Seen");
    str_t mailbox;
    uint32_t uid = 0, uidvalidity = 0;
    TRY(call_folder(c, 0, &mailbox, e));
    if (!str_eq(c->q->content_type, STR("message/rfc822")))
        return err_set(e, RC_BAD_REQUEST, "The body must be of type message/rfc822.");
    TRY(request_body(c->q, &message, e));
    if (message.n == 0) return err_set(e, RC_INVALID, "The message is empty.");
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_append(im, mailbox, buf_view(&message), &seen, 1, &uid, &uidvalidity, e));
    json_t *answer = json_object();
    json_put_int(answer, "uid", uid);
    json_put_int(answer, "uidvalidity", uidvalidity);
    return call_answer(c, answer, e);
}
