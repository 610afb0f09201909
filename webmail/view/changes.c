/* What changed in a folder since the client looked. */
#include "webmail/view/view.h"

static rc_t need_number(struct call *c, const char *name, uint64_t most, uint64_t *out,
                        struct err *e)
{
    str_t text = request_query(c->q, str_c(name));
    if (!str_is_null(text) && str_to_u64(text, out) && *out <= most) return RC_OK;
    err_set(e, RC_INVALID, "%s must be a number.", name);
    err_field(e, name);
    return RC_INVALID;
}

static json_t *changed_json(const struct imap_changes *found)
{
    json_t *list = json_array();
    for (size_t i = 0; i < found->count; i++) {
        json_t *one = json_object(), *flags = json_array();
        for (size_t k = 0; k < found->changed[i].flag_count; k++)
            json_array_append_new(flags, json_from_str(found->changed[i].flags[k]));
        json_put_int(one, "uid", found->changed[i].uid);
        json_object_set_new(one, "flags", flags);
        json_array_append_new(list, one);
    }
    return list;
}

rc_t messages_changes(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    str_t mailbox;
    uint64_t uidvalidity, modseq, uidnext;
    struct imap_changes found;
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(need_number(c, "uidvalidity", UINT32_MAX, &uidvalidity, e));
    TRY(need_number(c, "modseq", INT64_MAX, &modseq, e));
    TRY(need_number(c, "uidnext", UINT32_MAX, &uidnext, e));
    TRY(call_imap(c, mailbox, &im, e));
    TRY(imap_changes(im, (uint32_t) uidvalidity, modseq, (uint32_t) uidnext, c->arena, &found, e));
    json_t *v = json_object();
    json_put_int(v, "uidvalidity", found.mailbox.uidvalidity);
    json_put_int(v, "uidnext", found.mailbox.uidnext);
    json_put_int(v, "modseq", (long long) found.mailbox.modseq);
    json_put_int(v, "total", found.mailbox.total);
    json_put_int(v, "unread", found.mailbox.unseen);
    json_object_set_new(v, "changed", changed_json(&found));
    json_put_str(v, "vanished", found.vanished);
    json_put_bool(v, "reset", found.reset);
    return call_answer(c, v, e);
}
