/* All attachments of a message in one archive, written while it is sent: nothing touches a disk. */
#include "base/zip.h"

#include <ctype.h>

#include "mail/param.h"
#include "webmail/view/message_json.h"
#include "webmail/view/view.h"

enum { MAX_FILES = 2000 };

/* --- names -------------------------------------------------------------------------------------
 */

/* Names that old Windows programs take for a device, whatever their ending. */
static bool is_device(str_t name)
{
    static const str_t words[] = {STR_INIT("con"), STR_INIT("prn"), STR_INIT("aux"),
                                  STR_INIT("nul"), STR_INIT("com"), STR_INIT("lpt")};
    str_t stem, rest;
    str_cut(name, '.', &stem, &rest);
    stem = str_trim(stem);
    for (size_t i = 0; i < 4; i++)
        if (str_ieq(stem, words[i])) return true;
    bool number = stem.n == 4 && stem.p[3] >= '0' && stem.p[3] <= '9';
    return number && (str_istarts(stem, words[4]) || str_istarts(stem, words[5]));
}

/* A file name everywhere: no path, no character that a file system or a shell gives a meaning. */
static str_t safe_name(str_t name, struct arena *a)
{
    str_t plain = param_file_name(name, a);
    if (plain.n == 0 || !str_is_utf8(plain)) plain = STR("attachment");
    char *p = arena_cstr(a, plain);
    if (!p) return STR_NULL;
    size_t n = plain.n;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char) p[i] < 0x20 || strchr("<>:\"/\\|?*", p[i])) p[i] = '_';
    while (n > 0 && (p[n - 1] == '.' || p[n - 1] == ' '))
        n--;
    str_t v = n ? str_n(p, n) : STR("attachment");
    return is_device(v) ? arena_printf(a, "_%.*s", STR_ARG(v)) : v;
}

static str_t folded(str_t name, struct arena *a)
{
    char *p = arena_cstr(a, name);
    for (size_t i = 0; p && i < name.n; i++)
        p[i] = (char) tolower((unsigned char) p[i]);
    return str_n(p, p ? name.n : 0);
}

/* The name itself, or with the first number that makes it one of its own. `seen` holds every name
 * in small letters, and which number was tried last for it. */
static str_t unique_name(json_t *seen, str_t name, struct arena *a)
{
    str_t key = folded(name, a), tried = name;
    json_t *last = json_object_getn(seen, key.p, key.n);
    json_int_t number = last ? json_integer_value(last) : 1;
    ptrdiff_t dot = str_rchr(name, '.');
    size_t stem = dot > 0 ? (size_t) dot : name.n;
    while (last && json_object_getn(seen, key.p, key.n)) {
        tried = arena_printf(a, "%.*s (%lld)%.*s", STR_ARG(str_sub(name, 0, stem)),
                             (long long) ++number, STR_ARG(str_sub(name, stem, name.n)));
        key = folded(tried, a);
    }
    if (str_is_null(tried) || json_object_setn_new(seen, key.p, key.n, json_integer(1)) != 0)
        return STR_NULL;
    if (last) {
        key = folded(name, a);
        if (json_object_setn_new(seen, key.p, key.n, json_integer(number)) != 0) return STR_NULL;
    }
    return tried;
}

/* --- which ones --------------------------------------------------------------------------------
 */

struct file {
    str_t id, name;
};

struct files {
    struct file *list;
    size_t count;
    json_t *seen;
    struct arena *a;
    struct err *e;
};

static rc_t add_file(struct files *f, str_t id, str_t name)
{
    str_t own = unique_name(f->seen, safe_name(name, f->a), f->a);
    if (str_is_null(own)) return err_set(f->e, RC_NO_MEMORY, NULL);
    f->list[f->count++] = (struct file){id, own};
    return RC_OK;
}

/* Those that are not shown in the text; where there are no others, all. */
static rc_t all_files(struct files *f, const struct message_view *v)
{
    for (int pass = 0; pass < 2 && f->count == 0; pass++) {
        for (size_t i = 0; i < v->attachment_count && f->count < MAX_FILES; i++) {
            const struct message_attachment *at = &v->attachments[i];
            if (pass == 0 && at->inlined) continue;
            TRY(add_file(f, at->id, attachment_shown_name(at, f->a)));
        }
    }
    if (f->count > 0) return RC_OK;
    return err_set(f->e, RC_NOT_FOUND, "The message has no attachments.");
}

static rc_t chosen_files(struct files *f, struct message_view *v, const json_t *parts)
{
    CLEANUP_JSON json_t *once = json_object();
    for (size_t i = 0; i < json_array_size(parts); i++) {
        str_t id = json_text(json_array_get(parts, i)), name;
        if (!id.n || json_object_getn(once, id.p, id.n))
            return err_invalid(f->e, "parts", "A part is named twice, or is none.");
        if (json_object_setn_new(once, id.p, id.n, json_true()) != 0)
            return err_set(f->e, RC_NO_MEMORY, NULL);
        TRY(message_part_name(v, id, &name, f->e));
        for (size_t k = 0; k < v->attachment_count && !name.n; k++)
            if (str_eq(v->attachments[k].id, id))
                name = attachment_shown_name(&v->attachments[k], f->a);
        TRY(add_file(f, id, name));
    }
    return f->count ? RC_OK : err_invalid(f->e, "parts", "No part is named.");
}

/* --- sending -----------------------------------------------------------------------------------
 */

static rc_t send_piece(void *holder, str_t piece, struct err *e)
{
    struct call *c = holder;
    return response_write(c->q, piece, e);
}

static rc_t send_files(struct call *c, struct opened_message *m, const struct files *f,
                       struct zip *z, struct err *e)
{
    int64_t time = m->view->date > 0 ? m->view->date : m->row.internaldate;
    for (size_t i = 0; i < f->count; i++) {
        CLEANUP_BUF struct buf bytes = BUF_INIT_SECRET(c->app->config->message_max_bytes);
        str_t type, name;
        TRY(message_part_bytes(m->view, f->list[i].id, &bytes, &type, &name, e));
        TRY(zip_add(z, f->list[i].name, buf_view(&bytes), time, e));
    }
    return zip_end(z, e);
}

rc_t message_zip(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    CLEANUP_JSON json_t *seen = json_object();
    struct message_request q = {0};
    json_t *parts;
    TRY(message_request_read(c, &q, e));
    TRY(json_want_array(c->in, "parts", MAX_FILES, &parts, e));
    if (json_array_size(parts) > 0) q.part = json_text(json_array_get(parts, 0));
    TRY(view_open_message(c, &q, &m, e));
    struct files f = {.seen = seen, .a = c->secret, .e = e};
    f.list = ARENA_ARRAY(f.a, MAX_FILES, struct file);
    if (!f.list || !seen) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(parts ? chosen_files(&f, m.view, parts) : all_files(&f, m.view));
    response_type(c->s, STR("application/zip"));
    response_header(c->s, STR("Content-Disposition"),
                    content_disposition(c->arena, false, STR("attachments.zip")));
    TRY(response_start(c->q, c->s, e));
    struct zip z = ZIP_INIT(send_piece, c);
    rc_t rc = send_files(c, &m, &f, &z, e);
    zip_free(&z);
    return rc;
}
