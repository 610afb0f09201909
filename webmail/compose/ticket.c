#include "webmail/compose/ticket.h"

#include "base/b64.h"
#include "webmail/session/session.h"

#define WORD_BYTES 32
#define TICKET_MAX (1u << 20)

json_t *ticket_json(const struct ticket *t, struct arena *a)
{
    json_t *v = json_object(), *list = json_array();
    json_put_str(v, "submission", t->submission);
    json_put_str(v, "mode", str_c(compose_mode_word(t->mode)));
    json_object_set_new(v, "draft", place_json(t->draft, a));
    json_put_int(v, "head", (long long) t->shape.head);
    json_put_int(v, "inner", (long long) t->shape.inner);
    json_put_bool(v, "encrypted", t->shape.encrypted);
    json_put_str(v, "digest", t->digest);
    json_put_str(v, "header", t->header);
    json_put_str(v, "receipt", t->receipt);
    json_put_str(v, "notify", t->notify);
    json_put_str(v, "from", t->from);
    json_put_str(v, "signer", t->signer);
    json_put_bool(v, "opaque", t->opaque);
    json_put_str(v, "state", t->state.p ? b64_encode(a, t->state) : STR_NULL);
    for (size_t i = 0; i < t->count; i++) {
        json_t *r = json_object();
        json_put_str(r, "address", t->recipients[i].address);
        json_put_str(r, "fingerprint", t->recipients[i].fingerprint);
        json_put_bool(r, "bcc", t->recipients[i].bcc);
        json_put_int(r, "lists", t->recipients[i].lists);
        json_array_append_new(list, r);
    }
    json_object_set_new(v, "recipients", list);
    return v;
}

/* The value outlives the JSON: texts are copied. */
static rc_t text(const json_t *v, const char *key, struct arena *a, str_t *out, struct err *e)
{
    str_t s;
    TRY(json_want_str(v, key, STR_NULL, &s, e));
    *out = s.p ? arena_str(a, s) : STR_NULL;
    return RC_OK;
}

static rc_t read_recipients(const json_t *v, struct arena *a, struct ticket *t, struct err *e)
{
    json_t *list;
    TRY(json_need_array(v, "recipients", COMPOSE_MAX_RECIPIENTS, &list, e));
    t->recipients = ARENA_ARRAY(a, json_array_size(list) + 1, struct ticket_recipient);
    if (!t->recipients) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct ticket_recipient *r = &t->recipients[t->count++];
        const json_t *item = json_array_get(list, i);
        TRY(text(item, "address", a, &r->address, e));
        TRY(text(item, "fingerprint", a, &r->fingerprint, e));
        TRY(json_want_bool(item, "bcc", true, &r->bcc, e));
        TRY(json_want_u32(item, "lists", 0, &r->lists, e));
    }
    return RC_OK;
}

rc_t ticket_from_json(const json_t *v, struct arena *a, struct ticket *out, struct err *e)
{
    struct ticket t = {.count = 0};
    json_t *place;
    str_t mode, state;
    uint32_t head, inner;
    TRY(text(v, "submission", a, &t.submission, e));
    TRY(text(v, "from", a, &t.from, e));
    TRY(json_need_str(v, "mode", &mode, e));
    TRY(compose_mode_of(mode, &t.mode, e));
    TRY(json_want_object(v, "draft", &place, e));
    TRY(place_from_json(place, a, &t.draft, e));
    TRY(json_need_u32(v, "head", &head, e));
    TRY(json_need_u32(v, "inner", &inner, e));
    t.shape.head = head;
    t.shape.inner = inner;
    TRY(json_want_bool(v, "encrypted", false, &t.shape.encrypted, e));
    TRY(json_want_bool(v, "opaque", false, &t.opaque, e));
    TRY(text(v, "digest", a, &t.digest, e));
    TRY(text(v, "header", a, &t.header, e));
    TRY(text(v, "receipt", a, &t.receipt, e));
    TRY(text(v, "notify", a, &t.notify, e));
    TRY(text(v, "signer", a, &t.signer, e));
    TRY(json_want_str(v, "state", STR_NULL, &state, e));
    if (state.p && !b64_decode(a, state, &t.state)) return err_set(e, RC_DAMAGED, NULL);
    TRY(text(v, "subject", a, &t.subject, e));
    TRY(json_want_u32(v, "size", 0, &t.size, e));
    TRY(json_want_bool(v, "attached", false, &t.has_attachment, e));
    TRY(text(v, "rules", a, &t.rules, e));
    TRY(read_recipients(v, a, &t, e));
    *out = t;
    return RC_OK;
}

/* Key in Redis: hash of session and word, so that neither a dump nor another session has it. */
static rc_t key_of(struct call *c, str_t word, str_t *out, struct err *e)
{
    unsigned char hash[32];
    str_t both = arena_printf(c->secret, "%.*s:%.*s", STR_ARG(c->session->id), STR_ARG(word));
    if (!both.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(sha256(both, hash, e));
    *out = arena_printf(c->arena, "%.*s:t:%.*s", STR_ARG(c->app->config->instance),
                        STR_ARG(hex_encode(c->arena, str_n(hash, sizeof hash))));
    return RC_OK;
}

rc_t ticket_issue(struct call *c, const struct ticket *t, str_t *out, struct err *e)
{
    CLEANUP_JSON json_t *v = ticket_json(t, c->arena);
    CLEANUP_BUF struct buf plain = BUF_INIT_SECRET(TICKET_MAX);
    unsigned char raw[WORD_BYTES], k[SEAL_KEY_BYTES];
    str_t key, blob;
    struct kv_value reply;
    TRY(random_bytes(raw, sizeof raw, e));
    str_t word = b64url_encode(c->arena, str_n(raw, sizeof raw));
    TRY(key_of(c, word, &key, e));
    json_put_str(v, "subject", t->subject);
    json_put_int(v, "size", t->size);
    json_put_bool(v, "attached", t->has_attachment);
    json_put_str(v, "rules", t->rules);
    if (!v || !json_write(v, &plain)) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(app_key(c->app, STR("ticket"), c->session->id, k, e));
    rc_t rc = seal(k, buf_view(&plain), key, c->arena, &blob, e);
    wipe(k, sizeof k);
    TRY(rc);
    TRY(KV_CMD(c->kv, c->arena, &reply, e, STR("SET"), key, blob, STR("EX"),
               arena_printf(c->arena, "%d", TICKET_SECONDS)));
    *out = word;
    return RC_OK;
}

rc_t ticket_take(struct call *c, str_t word, struct ticket *out, struct err *e)
{
    CLEANUP_JSON json_t *v = NULL;
    unsigned char k[SEAL_KEY_BYTES];
    str_t key, plain;
    struct kv_value reply;
    if (word.n > 64) return err_set(e, RC_CONFLICT, "This preparation is not known.");
    TRY(key_of(c, word, &key, e));
    TRY(KV_CMD(c->kv, c->arena, &reply, e, STR("GETDEL"), key));
    if (reply.type != KV_STR)
        return err_set(e, RC_CONFLICT,
                       "This preparation was used already or has expired. Please send again.");
    TRY(app_key(c->app, STR("ticket"), c->session->id, k, e));
    rc_t rc = unseal(k, reply.s, key, c->secret, &plain, e);
    wipe(k, sizeof k);
    TRY(rc);
    TRY(json_parse_object(plain, &v, e));
    return ticket_from_json(v, c->secret, out, e);
}
