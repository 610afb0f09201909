#include "webmail/compose/letter.h"

#include "mail/rope.h"

#define SIGNATURE_ROOM (2u << 20)
#define HEAD_ROOM (1u << 20)

static rc_t make_clear(const struct flow *entity, str_t signature, const char *micalg,
                       struct signed_text *t, struct err *e)
{
    TRY(build_signed_around(signature, micalg, &t->before, &t->after, e));
    t->views[0] = buf_view(&t->before);
    t->views[1] = buf_view(&t->after);
    t->parts[0] = flow_of_str(&t->views[0]);
    t->parts[1] = *entity;
    t->parts[2] = flow_of_str(&t->views[1]);
    t->list = (struct flow_list){t->parts, 3};
    t->all = flow_of_list(&t->list);
    return RC_OK;
}

static rc_t make_opaque(const struct flow *entity, str_t signature, struct signed_text *t,
                        struct err *e)
{
    TRY(cms_sign_around(signature, entity, &t->before, &t->after, e));
    build_pkcs7_fields("signed-data", &t->fields);
    if (t->fields.failed) return err_set(e, RC_NO_MEMORY, NULL);
    t->views[0] = buf_view(&t->before);
    t->views[1] = buf_view(&t->after);
    t->views[2] = buf_view(&t->fields);
    t->parts[0] = flow_of_str(&t->views[0]);
    t->parts[1] = *entity;
    t->parts[2] = flow_of_str(&t->views[1]);
    t->list = (struct flow_list){t->parts, 3};
    t->inner = flow_of_list(&t->list);
    t->outer[0] = flow_of_str(&t->views[2]);
    t->outer[1] = base64_flow(&t->inner);
    t->outer_list = (struct flow_list){t->outer, 2};
    t->all = flow_of_list(&t->outer_list);
    return RC_OK;
}

rc_t signed_text_make(const struct flow *entity, str_t signature, const char *micalg, bool opaque,
                      struct signed_text *out, struct err *e)
{
    *out = (struct signed_text){.before = BUF_INIT(SIGNATURE_ROOM),
                                .after = BUF_INIT(SIGNATURE_ROOM),
                                .fields = BUF_INIT(4096)};
    return opaque ? make_opaque(entity, signature, out, e)
                  : make_clear(entity, signature, micalg, out, e);
}

void signed_text_free(struct signed_text *t)
{
    buf_free(&t->before);
    buf_free(&t->after);
    buf_free(&t->fields);
}

static rc_t join(struct letter *l, const struct flow *body, struct err *e)
{
    if (l->head.failed) return err_set(e, RC_TOO_LARGE, "The message is too large.");
    l->view = buf_view(&l->head);
    l->parts[0] = flow_of_str(&l->view);
    l->parts[1] = *body;
    l->list = (struct flow_list){l->parts, 2};
    l->message = flow_of_list(&l->list);
    return RC_OK;
}

static void begin(str_t header, str_t further, struct letter *l)
{
    *l = (struct letter){.head = BUF_INIT_SECRET(HEAD_ROOM)};
    buf_str(&l->head, header);
    buf_str(&l->head, further);
}

rc_t letter_make(str_t header, str_t further, const struct flow *content, struct letter *out,
                 struct err *e)
{
    begin(header, further, out);
    return join(out, content, e);
}

rc_t letter_make_encrypted(str_t header, str_t further, const struct flow *content,
                           struct cert *const *certs, size_t count, bool gcm, struct arena *a,
                           struct letter *out, struct err *e)
{
    struct cms_envelope check;
    begin(header, further, out);
    TRY(cms_seal(content, certs, count, gcm ? CMS_AES_256_GCM : CMS_AES_256_CBC, STR_NULL, NULL,
                 &out->sealed, e));
    /* Fail closed. */
    TRY(cms_sealed_read(out->sealed, a, &check, e));
    if (check.authenticated != gcm || check.key_bytes != 32 || check.count == 0 ||
        check.count > count)
        return err_set(e, RC_INTERNAL, "The message could not be encrypted.");
    build_pkcs7_fields(gcm ? "authEnveloped-data" : "enveloped-data", &out->head);
    out->cipher = cms_sealed_flow(out->sealed);
    const struct flow body = base64_flow(&out->cipher);
    return join(out, &body, e);
}

void letter_free(struct letter *l)
{
    buf_free(&l->head);
    cms_sealed_free(l->sealed);
    *l = (struct letter){.sealed = NULL};
}
