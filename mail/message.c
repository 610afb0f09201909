#include "mail/message.h"

#include "mail/message_state.h"

static struct opened *opened_of(struct message_view *v)
{
    return (struct opened *) v;
}

static rc_t read_all(struct opened *m, str_t raw, struct err *e)
{
    TRY(message_walk(m, raw, e));
    TRY(message_read_header(m, e));
    TRY(message_collect(m, e));
    return message_judge(m, e);
}

static rc_t finish(struct opened *m, str_t raw, struct message_view **out, struct err *e)
{
    m->view.job = -1;
    rc_t rc = read_all(m, raw, e);
    m->options = NULL; /* the caller's; not needed any more */
    if (rc != RC_OK) {
        message_close(&m->view);
        return rc;
    }
    *out = &m->view;
    return RC_OK;
}

rc_t message_open(str_t raw, const struct message_options *o, struct arena *a,
                  struct message_view **out, struct err *e)
{
    struct opened *m = ARENA_NEW(a, struct opened);
    if (!m) return err_set(e, RC_NO_MEMORY, NULL);
    m->arena = a;
    m->options = o;
    m->effort = CERT_EFFORT;
    return finish(m, raw, out, e);
}

void message_close(struct message_view *v)
{
    if (!v) return;
    struct opened *m = opened_of(v);
    for (unsigned i = 0; i < m->layer_count; i++) {
        if (m->layers[i].kind == LAYER_SIGNED) cms_signed_free(&m->layers[i].sig);
    }
    for (size_t i = 0; i < v->signer_count; i++) {
        cert_unref(v->signers[i].cert);
        v->signers[i].cert = NULL;
        cert_verdict_free(&v->signers[i].chain);
    }
    for (unsigned i = 0; i < MESSAGE_LAYERS_MAX; i++)
        buf_free(&m->plain[i]);
    buf_free(&m->attached);
    buf_free(&m->tnef_bytes);
    m->layer_count = 0;
}

const struct entity *message_known_part(const struct opened *m, str_t id)
{
    for (size_t i = 0; i < m->known_count; i++) {
        if (str_eq(m->known[i].id, id)) return m->known[i].entity;
    }
    return NULL;
}

bool message_has_part(const struct message_view *v, str_t id)
{
    const struct opened *m = (const struct opened *) v;
    return message_known_part(m, id) || message_names_tnef_file(m, id);
}

static rc_t no_such_part(struct err *e)
{
    return err_set(e, RC_NOT_FOUND, "The message has no such part.");
}

static rc_t part_type(struct opened *m, const struct found_part *part, str_t *out, struct err *e)
{
    const struct entity *entity = part->entity;
    *out = part->file ? part->file->type
                      : arena_printf(m->arena, "%.*s/%.*s", STR_ARG(entity->type),
                                     STR_ARG(entity->subtype));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

rc_t message_part_bytes(struct message_view *v, str_t id, struct buf *out, str_t *type, str_t *name,
                        struct err *e)
{
    struct opened *m = opened_of(v);
    struct found_part part;
    str_t word;
    TRY(message_find_part(m, id, &part, e));
    TRY(part_type(m, &part, &word, e));
    if (part.entity)
        TRY(entity_decode_body(part.entity, out, e));
    else if (!buf_str(out, part.file->bytes))
        return err_set(e, RC_TOO_LARGE, NULL);
    *type = word;
    *name = part.file ? part.file->name : part.entity->filename;
    return RC_OK;
}

rc_t message_part_name(struct message_view *v, str_t id, str_t *name, struct err *e)
{
    struct found_part part;
    TRY(message_find_part(opened_of(v), id, &part, e));
    *name = part.file ? part.file->name : part.entity->filename;
    return RC_OK;
}

rc_t message_part_kind(struct message_view *v, str_t id, enum preview *out, struct err *e)
{
    struct opened *m = opened_of(v);
    struct found_part part;
    str_t type;
    TRY(message_find_part(m, id, &part, e));
    TRY(part_type(m, &part, &type, e));
    *out = preview_of(type, part.file ? part.file->name : part.entity->filename);
    return RC_OK;
}

rc_t message_part_text(struct message_view *v, str_t id, struct buf *out, struct err *e)
{
    struct found_part part;
    TRY(message_find_part(opened_of(v), id, &part, e));
    if (part.entity) return entity_decode_text(part.entity, out, e);
    return charset_to_utf8(STR_NULL, part.file->bytes, out, e);
}

/* --- attached messages -------------------------------------------------------------------------
 */

/* Ours are sent as files called .eml (docs/VIOLATIONS.md). */
static bool is_message(const struct entity *m)
{
    if (str_eq(m->type, STR("message")))
        return str_eq(m->subtype, STR("rfc822")) || str_eq(m->subtype, STR("global"));
    return str_eq(m->type, STR("application")) && str_iends(m->filename, STR(".eml"));
}

static rc_t find_attached(const struct opened *m, str_t id, const struct entity **out,
                          struct err *e)
{
    const struct entity *part = message_known_part(m, id);
    if (!part || !is_message(part)) return no_such_part(e);
    if (m->depth + 1 > MESSAGE_ATTACHED_MAX)
        return err_set(e, RC_TOO_LARGE, "The message is nested too deep.");
    *out = part;
    return RC_OK;
}

rc_t message_attached_from(struct message_view *v, str_t id, struct arena *a, str_t *address,
                           struct err *e)
{
    CLEANUP_BUF struct buf raw = BUF_INIT_SECRET(MESSAGE_PLAIN_MAX);
    const struct entity *part;
    struct entity *header;
    struct mail_address *list = NULL;
    size_t n = 0;
    TRY(find_attached(opened_of(v), id, &part, e));
    TRY(entity_decode_body(part, &raw, e));
    TRY(entity_parse(buf_view(&raw), NULL, a, &header, e));
    str_t from = entity_field(header, STR("From"));
    if (!str_is_null(from)) TRY(header_addresses(from, a, &list, &n, e));
    *address = n == 1 && list[0].address.n ? arena_str(a, list[0].address) : STR_NULL;
    return RC_OK;
}

rc_t message_open_attached(struct message_view *v, str_t id, const struct message_options *o,
                           struct arena *a, struct message_view **out, struct err *e)
{
    const struct opened *outer = opened_of(v);
    const struct entity *part;
    TRY(find_attached(outer, id, &part, e));
    struct opened *m = ARENA_NEW(a, struct opened);
    if (!m) return err_set(e, RC_NO_MEMORY, NULL);
    /* What is encrypted in there stays closed: it may have been put there to be opened
     * (SECURITY.md).
     */
    struct message_options closed = *o;
    closed.keys = NULL;
    closed.key_count = 0;
    closed.ops = NULL;
    m->arena = a;
    m->options = &closed; /* for `finish` alone, as a caller's are for message_open alone */
    m->effort = CERT_EFFORT;
    m->depth = outer->depth + 1;
    m->prefix = arena_printf(a, "%.*s/", STR_ARG(id));
    m->attached = BUF_INIT_SECRET(MESSAGE_PLAIN_MAX);
    for (size_t i = 0; i < v->layer_count; i++)
        m->sealed |= v->layers[i].opened;
    m->sealed |= outer->sealed;
    if (str_is_null(m->prefix)) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc = entity_decode_body(part, &m->attached, e);
    if (rc == RC_OK) return finish(m, buf_view(&m->attached), out, e);
    message_close(&m->view);
    return rc;
}
