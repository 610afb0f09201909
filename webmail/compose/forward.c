/* Attachments of a message the user forwards, taken on the server: only of mail the server can
 * read, never of an encrypted one (the browser attaches those itself). */
#include "webmail/compose/parse.h"
#include "webmail/view/view.h"

static rc_t add_part(struct call *c, struct opened_message *source, str_t id, struct compose *m,
                     struct err *e)
{
    str_t type, name;
    struct buf *b = &m->forwarded[m->forwarded_count];
    *b = BUF_INIT_SECRET(c->app->config->message_max_bytes);
    m->forwarded_count++;
    TRY(message_part_bytes(source->view, id, b, &type, &name, e));
    struct build_attachment *x = &m->attachments[m->attachment_count++];
    *x = (struct build_attachment){.name = arena_str(c->arena, name),
                                   .type = arena_str(c->arena, type),
                                   .content = b->n ? buf_view(b) : STR("")};
    return RC_OK;
}

static rc_t add_parts(struct call *c, struct opened_message *source, const json_t *ids,
                      struct compose *m, struct err *e)
{
    size_t n = json_array_size(ids);
    size_t total = 0;
    m->forwarded = ARENA_ARRAY(c->arena, n + 1, struct buf);
    if (!m->forwarded) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(ids, i);
        str_t id = str_n(json_string_value(v), json_string_length(v));
        if (!json_is_string(v)) return compose_refuse(e, RC_INVALID, "forward", NULL);
        TRY(add_part(c, source, id, m, e));
        total += m->forwarded[i].n;
        if (total > c->app->config->message_max_bytes) return err_set(e, RC_TOO_LARGE, NULL);
    }
    return RC_OK;
}

rc_t compose_forward(struct call *c, const json_t *forward, struct compose *m, struct err *e)
{
    struct opened_message source = {0};
    struct message_request q = {0};
    str_t folder;
    json_t *ids;
    TRY(json_need_str(forward, "folder", &folder, e));
    TRY(folder_from_id(c->arena, folder, &q.mailbox, e));
    TRY(json_need_u32(forward, "uid", &q.uid, e));
    TRY(json_need_u32(forward, "uidvalidity", &q.uidvalidity, e));
    TRY(json_need_array(forward, "parts", COMPOSE_MAX_ATTACHMENTS, &ids, e));
    rc_t rc = view_open_message(c, &q, &source, e);
    if (rc == RC_OK) rc = add_parts(c, &source, ids, m, e);
    opened_message_free(&source);
    return rc;
}
