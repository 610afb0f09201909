/* Care of folders: renaming, deleting, subscribing, quota. */
#include "mail/imap_lease.h"

#define QUOTAS_MAX 16

static rc_t need_connection(const struct imap *im, struct err *e)
{
    return im->c && !im->c->broken ? RC_OK : err_set(e, RC_IMAP_DOWN, NULL);
}

/* VERB name [second]. Names were checked before. */
static rc_t run_told(struct imap *im, const char *verb, str_t name, str_t second,
                     struct imap_command *cmd, struct err *e)
{
    cmd->code[0] = '\0';
    TRY(imap_check_text(name, IMAP_MAILBOX_MAX, "path", e));
    TRY(imap_check_text(second, IMAP_MAILBOX_MAX, "path", e));
    TRY(need_connection(im, e));
    imap_cmd_begin(im->c, cmd);
    imap_cmd_text(im->c, str_c(verb));
    imap_cmd_text(im->c, STR(" "));
    TRY(imap_cmd_string(im->c, name, e));
    if (!str_is_null(second)) {
        imap_cmd_text(im->c, STR(" "));
        TRY(imap_cmd_string(im->c, second, e));
    }
    imap_cmd_end(im->c);
    return imap_conn_run(im->c, cmd, NULL, NULL, e);
}

static rc_t run_on(struct imap *im, const char *verb, str_t name, str_t second, struct err *e)
{
    struct imap_command cmd;
    return run_told(im, verb, name, second, &cmd, e);
}

/* Servers end a connection whose selected folder goes: we leave it first. Not by CLOSE, which would
 * expunge. Other connections find out by themselves and are made again. */
static rc_t leave(struct imap *im, str_t name, struct err *e)
{
    TRY(need_connection(im, e));
    const char *selected = im->c->sel.name;
    if (!selected || !str_starts(str_c(selected), name)) return RC_OK;
    im->fresh = false;
    return imap_conn_select(im->c, STR("INBOX"), e);
}

rc_t imap_folder_subscribe(struct imap *im, str_t name, bool subscribed, struct err *e)
{
    return run_on(im, subscribed ? "SUBSCRIBE" : "UNSUBSCRIBE", name, STR_NULL, e);
}

/* A server keeps subscriptions by name: the old ones are carried over, as far as it lets us. */
static rc_t carry_subscription(struct imap *im, str_t from, str_t to, struct err *e)
{
    struct err ignored = {0};
    if (imap_folder_subscribe(im, from, false, &ignored) != RC_OK) TRY(need_connection(im, e));
    if (imap_folder_subscribe(im, to, true, &ignored) != RC_OK) TRY(need_connection(im, e));
    return RC_OK;
}

static rc_t carry_children(struct imap *im, const struct imap_folder *list, size_t n,
                           const struct imap_folder *moved, str_t to, struct arena *a,
                           struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct imap_folder *f = &list[i];
        bool inside = moved->delimiter && f->name.n > moved->name.n + 1 &&
                      str_starts(f->name, moved->name) &&
                      f->name.p[moved->name.n] == moved->delimiter;
        if (!f->subscribed || (!inside && !str_eq(f->name, moved->name))) continue;
        str_t rest = str_sub(f->name, moved->name.n, f->name.n);
        str_t new_name = arena_printf(a, "%.*s%.*s", STR_ARG(to), STR_ARG(rest));
        if (str_is_null(new_name)) return err_set(e, RC_NO_MEMORY, NULL);
        TRY(carry_subscription(im, f->name, new_name, e));
    }
    return RC_OK;
}

static const struct imap_folder *find(const struct imap_folder *list, size_t n, str_t name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i].name, name)) return &list[i];
    return NULL;
}

rc_t imap_folder_rename(struct imap *im, str_t name, str_t display, struct arena *a, str_t *out,
                        struct err *e)
{
    struct imap_folder *list;
    size_t n;
    str_t to;
    TRY(imap_folder_name(NULL, 0, display, a, &to, e)); /* nothing is asked for what is no name */
    TRY(imap_folders(im, a, &list, &n, e));
    TRY(imap_folder_name(list, n, display, a, &to, e));
    const struct imap_folder *f = find(list, n, name);
    if (!f) return err_set(e, RC_NOT_FOUND, "There is no such folder.");
    if (find(list, n, to)) {
        err_set(e, RC_CONFLICT, "There is a folder of that name already.");
        err_field(e, "path");
        return RC_CONFLICT;
    }
    if (f->delimiter && to.n > name.n && str_starts(to, name) && to.p[name.n] == f->delimiter)
        return err_invalid(e, "path", "A folder cannot be put inside itself.");
    TRY(leave(im, name, e));
    struct imap_command cmd;
    rc_t rc = run_told(im, "RENAME", name, to, &cmd, e);
    if (rc != RC_OK) return imap_folder_refused(im, display, rc, str_c(cmd.code), a, e);
    TRY(carry_children(im, list, n, f, to, a, e));
    *out = to;
    return RC_OK;
}

rc_t imap_folder_delete(struct imap *im, str_t name, struct err *e)
{
    struct err ignored = {0};
    TRY(leave(im, name, e));
    TRY(run_on(im, "DELETE", name, STR_NULL, e));
    /* A subscription of what is gone would stay as a folder that cannot be opened. */
    if (imap_folder_subscribe(im, name, false, &ignored) != RC_OK) TRY(need_connection(im, e));
    return RC_OK;
}

/* --- quota (RFC 9208) ------------------------------------------------------------------- */

struct quota_reader {
    struct arena *a;
    struct imap_quota *list;
    size_t count;
};

/* "root" (STORAGE 12 1000 MESSAGE 3 100) */
static rc_t on_quota(void *ctx, struct imap_response *r, struct err *e)
{
    struct quota_reader *q = ctx;
    if (r->has_number || r->cut || !str_ieq(r->word, STR("QUOTA"))) return RC_OK;
    str_t root = arena_str(q->a, wire_nstring(&r->rest, q->a));
    if (r->rest.bad || !wire_take(&r->rest, '(')) return RC_OK;
    if (str_is_null(root)) return err_set(e, RC_NO_MEMORY, NULL);
    while (!r->rest.bad && !wire_take(&r->rest, ')')) {
        str_t resource = wire_atom(&r->rest);
        struct imap_quota found = {.root = root, .messages = str_ieq(resource, STR("MESSAGE"))};
        found.used = wire_number(&r->rest);
        found.limit = wire_number(&r->rest);
        bool known = found.messages || str_ieq(resource, STR("STORAGE"));
        if (!r->rest.bad && known && q->count < QUOTAS_MAX) q->list[q->count++] = found;
    }
    return RC_OK;
}

static rc_t quota_once(struct imap *im, struct quota_reader *q, struct err *e)
{
    struct imap_command cmd;
    TRY(need_connection(im, e));
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_text(im->c, STR("GETQUOTAROOT INBOX"));
    imap_cmd_end(im->c);
    return imap_conn_run(im->c, &cmd, on_quota, q, e);
}

rc_t imap_quota(struct imap *im, struct arena *a, struct imap_quota **out, size_t *n, struct err *e)
{
    struct quota_reader q = {.a = a, .list = ARENA_ARRAY(a, QUOTAS_MAX, struct imap_quota)};
    rc_t rc = RC_OK;
    if (!q.list) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(need_connection(im, e));
    if (imap_conn_has(im->c, "QUOTA")) {
        do {
            q.count = 0;
            rc = quota_once(im, &q, e);
        } while (imap_should_retry(im, rc));
    }
    if (rc != RC_OK) return rc;
    *out = q.list;
    *n = q.count;
    return RC_OK;
}
