#include "webmail/view/view.h"

#include "webmail/session/session.h"
#include "webmail/view/selection.h"

static str_t last_element(const struct imap_folder *f)
{
    ptrdiff_t at = f->delimiter ? str_rchr(f->display, f->delimiter) : -1;
    return str_sub(f->display, (size_t) (at + 1), f->display.n);
}

static json_t *folder_json(const struct imap_folder *f, struct arena *a)
{
    json_t *v = json_object();
    json_put_str(v, "id", folder_to_id(a, f->name));
    json_put_str(v, "name", last_element(f));
    json_put_str(v, "path", f->display);
    json_put_str(v, "delimiter", f->delimiter ? str_n(&f->delimiter, 1) : STR(""));
    json_put_str(v, "role", f->role == FOLDER_NONE ? STR_NULL : str_c(folder_role_word(f->role)));
    json_put_bool(v, "selectable", f->selectable);
    json_put_bool(v, "subscribed", f->subscribed);
    json_put_bool(v, "shared", f->shared);
    json_put_str(v, "owner", f->owner);
    json_put_str(v, "rights", f->rights);
    json_put_int(v, "total", f->total);
    json_put_int(v, "unread", f->unseen);
    json_put_int(v, "uidvalidity", f->uidvalidity);
    json_put_int(v, "uidnext", f->uidnext);
    return v;
}

rc_t folders_list(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_folder *folders;
    size_t n;
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_folders(im, c->arena, &folders, &n, e));
    json_t *list = json_array(), *answer = json_object();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, folder_json(&folders[i], c->arena));
    json_object_set_new(answer, "folders", list);
    return call_answer(c, answer, e);
}

static rc_t read_path(struct call *c, str_t *path, struct err *e)
{
    TRY(json_need_str(c->in, "path", path, e));
    if (path->n > 0 && path->n <= 800 && str_is_clean(*path)) return RC_OK;
    err_set(e, RC_INVALID, "This is not a folder name.");
    err_field(e, "path");
    return RC_INVALID;
}

rc_t folders_create(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    str_t path, name;
    TRY(read_path(c, &path, e));
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_folder_create(im, path, c->arena, &name, e));
    json_t *answer = json_object();
    json_put_str(answer, "id", folder_to_id(c->arena, name));
    return call_answer(c, answer, e);
}

/* --- care ------------------------------------------------------------------------------------- */

struct folder_list {
    struct imap_folder *all;
    size_t n;
    const struct imap_folder *it; /* the one of route parameter 0 */
};

static rc_t find_folder(struct call *c, struct imap **im, struct folder_list *out, struct err *e)
{
    str_t mailbox;
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(call_imap(c, STR_NULL, im, e));
    TRY(imap_folders(*im, c->arena, &out->all, &out->n, e));
    out->it = NULL;
    for (size_t i = 0; i < out->n; i++)
        if (str_eq(out->all[i].name, mailbox)) out->it = &out->all[i];
    return out->it ? RC_OK : err_set(e, RC_NOT_FOUND, "There is no such folder.");
}

/* What the program itself needs has to stay where it is. */
static rc_t check_ordinary(const struct imap_folder *f, struct err *e)
{
    if (f->role == FOLDER_NONE || f->shared) return RC_OK;
    return err_set(e, RC_FORBIDDEN, "This folder is needed and stays as it is.");
}

static bool is_inside(const struct imap_folder *f, const struct imap_folder *parent)
{
    return parent->delimiter && f->name.n > parent->name.n && str_starts(f->name, parent->name) &&
           f->name.p[parent->name.n] == parent->delimiter;
}

/* Servers end connections whose selected folder went, some only when the next command comes: ours
 * must not be a change that cannot be repeated. */
static void forget_connections(struct call *c)
{
    imap_pool_drop(c->app->imap, c->session->id);
}

rc_t folders_rename(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct folder_list list;
    str_t path, name;
    TRY(find_folder(c, &im, &list, e));
    TRY(read_path(c, &path, e));
    TRY(check_ordinary(list.it, e));
    for (size_t i = 0; i < list.n; i++) /* a needed folder inside would move along */
        if (is_inside(&list.all[i], list.it)) TRY(check_ordinary(&list.all[i], e));
    TRY(imap_folder_rename(im, list.it->name, path, c->arena, &name, e));
    forget_connections(c);
    json_t *answer = json_object();
    json_put_str(answer, "id", folder_to_id(c->arena, name));
    return call_answer(c, answer, e);
}

rc_t folders_delete(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct folder_list list;
    TRY(find_folder(c, &im, &list, e));
    TRY(check_ordinary(list.it, e));
    for (size_t i = 0; i < list.n; i++)
        if (is_inside(&list.all[i], list.it))
            return err_set(e, RC_CONFLICT, "There are folders inside. Delete or move them first.");
    if (list.it->total > 0 && !str_eq(request_query(c->q, STR("messages")), STR("1")))
        return err_set(e, RC_CONFLICT, "There are still messages in this folder.");
    TRY(imap_folder_delete(im, list.it->name, e));
    forget_connections(c);
    return call_answer(c, json_object(), e);
}

rc_t folders_subscribe(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct folder_list list;
    bool subscribed;
    TRY(find_folder(c, &im, &list, e));
    if (!json_object_get(c->in, "subscribed")) {
        err_set(e, RC_INVALID, "It has to be said whether the folder is shown.");
        err_field(e, "subscribed");
        return RC_INVALID;
    }
    TRY(json_want_bool(c->in, "subscribed", true, &subscribed, e));
    TRY(imap_folder_subscribe(im, list.it->name, subscribed, e));
    return call_answer(c, json_object(), e);
}

/* Gone for good: only what is rubbish already, and only what the person saw. */
rc_t folders_empty(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct folder_list list;
    struct selection s;
    TRY(find_folder(c, &im, &list, e));
    if (!json_object_get(c->in, "all")) {
        err_set(e, RC_INVALID, "It has to be said up to which message.");
        err_field(e, "all");
        return RC_INVALID;
    }
    if (list.it->shared || (list.it->role != FOLDER_TRASH && list.it->role != FOLDER_JUNK))
        return err_set(e, RC_FORBIDDEN, "Only Trash and Junk can be emptied.");
    imap_release(im);
    im = NULL;
    TRY(selection_read(c, &s, &im, e));
    if (s.n > 0) TRY(imap_expunge(im, s.uids, s.n, e));
    json_t *answer = json_object();
    json_put_int(answer, "count", (long long) s.n);
    return call_answer(c, answer, e);
}

rc_t quota_get(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_quota *quotas;
    size_t n;
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_quota(im, c->arena, &quotas, &n, e));
    json_t *list = json_array(), *answer = json_object();
    for (size_t i = 0; i < n; i++) {
        json_t *v = json_object();
        json_put_str(v, "name", quotas[i].root);
        json_put_str(v, "resource", quotas[i].messages ? STR("message") : STR("storage"));
        json_put_int(v, "used", (long long) quotas[i].used);
        json_put_int(v, "limit", (long long) quotas[i].limit);
        json_array_append_new(list, v);
    }
    json_object_set_new(answer, "quotas", list);
    return call_answer(c, answer, e);
}
