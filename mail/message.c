#include "mail/message.h"

#include "mail/message_state.h"

static struct opened *opened_of(struct message_view *v)
{
    return (struct opened *) v;
}

rc_t message_open(str_t raw, const struct message_options *o, struct arena *a,
                  struct message_view **out, struct err *e)
{
    struct opened *m = ARENA_NEW(a, struct opened);
    if (!m) return err_set(e, RC_NO_MEMORY, NULL);
    m->arena = a;
    m->options = o;
    m->view.job = -1;
    rc_t rc = message_walk(m, raw, e);
    if (rc == RC_OK) rc = message_read_header(m, e);
    if (rc == RC_OK) rc = message_collect(m, e);
    if (rc == RC_OK) rc = message_judge(m, e);
    m->options = NULL; /* the caller's; not needed any more */
    if (rc != RC_OK) {
        message_close(&m->view);
        return rc;
    }
    *out = &m->view;
    return RC_OK;
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
    m->layer_count = 0;
}

rc_t message_part_bytes(struct message_view *v, str_t id, struct buf *out, str_t *type, str_t *name,
                        struct err *e)
{
    struct opened *m = opened_of(v);
    for (size_t i = 0; i < m->known_count; i++) {
        if (!str_eq(m->known[i].id, id)) continue;
        const struct entity *part = m->known[i].entity;
        str_t word =
            arena_printf(m->arena, "%.*s/%.*s", STR_ARG(part->type), STR_ARG(part->subtype));
        if (str_is_null(word)) return err_set(e, RC_NO_MEMORY, NULL);
        TRY(entity_decode_body(part, out, e));
        *type = word;
        *name = part->filename;
        return RC_OK;
    }
    return err_set(e, RC_NOT_FOUND, "The message has no such part.");
}
