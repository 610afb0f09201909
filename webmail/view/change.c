/* Flags, move, copy, delete, append. */
#include "webmail/view/view.h"

#include "webmail/session/session.h"
#include "webmail/view/selection.h"

static rc_t invalid(struct err *e, const char *field, const char *why)
{
    err_set(e, RC_INVALID, "%s", why);
    err_field(e, field);
    return RC_INVALID;
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
    CLEANUP_JSON json_t *answer = json_object();
    struct selection s;
    str_t *add, *remove;
    size_t adds, removes;
    TRY(read_flags(c, "add", &add, &adds, e));
    TRY(read_flags(c, "remove", &remove, &removes, e));
    TRY(selection_read(c, &s, &im, e));
    if (adds > 0 && s.n > 0) TRY(imap_store(im, s.uids, s.n, true, add, adds, e));
    if (removes > 0 && s.n > 0) TRY(imap_store(im, s.uids, s.n, false, remove, removes, e));
    if (s.by_set) TRY(selection_put(&s, answer, s.uids, e));
    return call_answer(c, json_incref(answer), e);
}

static rc_t read_target(struct call *c, str_t *target, struct err *e)
{
    str_t id;
    TRY(json_need_str(c->in, "to", &id, e));
    return folder_from_id(c->arena, id, target, e);
}

static rc_t move(struct call *c, struct imap *im, const struct selection *s, str_t target,
                 json_t *answer, struct err *e)
{
    uint32_t *moved = ARENA_ARRAY(c->arena, s->n + 1, uint32_t), uidvalidity = 0;
    if (!moved) return err_set(e, RC_NO_MEMORY, NULL);
    if (s->n > 0) TRY(imap_move(im, s->uids, s->n, target, moved, &uidvalidity, e));
    json_put_int(answer, "uidvalidity", uidvalidity);
    return selection_put(s, answer, moved, e);
}

rc_t messages_move(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    CLEANUP_JSON json_t *answer = json_object();
    struct selection s;
    str_t target;
    TRY(read_target(c, &target, e));
    TRY(selection_read(c, &s, &im, e));
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
    TRY(selection_read(c, &s, &im, e));
    if (s.n > 0) TRY(imap_copy(im, s.uids, s.n, target, e));
    return call_answer(c, json_object(), e);
}

/* The Trash's mailbox name; made when there is none. */
static rc_t find_trash(struct call *c, struct imap *im, str_t *out, struct err *e)
{
    struct imap_folder *folders;
    size_t n;
    TRY(imap_folder_names(im, c->arena, &folders, &n, e));
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
    TRY(selection_read(c, &s, &im, e));
    TRY(find_trash(c, im, &trash, e));
    if (str_eq(trash, s.mailbox)) {
        if (s.n > 0) TRY(imap_expunge(im, s.uids, s.n, e));
        json_put_int(answer, "count", (long long) s.n);
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
