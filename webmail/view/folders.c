#include "webmail/view/view.h"

#include "webmail/session/session.h"

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
    json_put_int(v, "total", f->total);
    json_put_int(v, "unread", f->unseen);
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

rc_t folders_create(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    str_t path, name;
    TRY(json_need_str(c->in, "path", &path, e));
    if (path.n == 0 || path.n > 800 || !str_is_clean(path)) {
        err_field(e, "path");
        return err_set(e, RC_INVALID, "This is not a folder name.");
    }
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_folder_create(im, path, c->arena, &name, e));
    json_t *answer = json_object();
    json_put_str(answer, "id", folder_to_id(c->arena, name));
    return call_answer(c, answer, e);
}
