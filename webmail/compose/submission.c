#include "webmail/compose/submission.h"

#include "base/kill.h"
#include "webmail/session/session.h"

#define KEEP_SECONDS (30 * 86400)
#define DOC_MAX (2u << 20)

/* KEYS[1]; ARGV[1]: blob read or "", ARGV[2]: new blob, ARGV[3]: seconds to keep. 1 when set. */
static const char SAVE_SCRIPT[] = "local v = redis.call('GET', KEYS[1]) or ''\n"
                                  "if v ~= ARGV[1] then return 0 end\n"
                                  "redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])\n"
                                  "return 1\n";

static str_t key_of(struct call *c, str_t id)
{
    return arena_printf(c->arena, "%.*s:sub:%.*s:%.*s", STR_ARG(c->app->config->instance),
                        STR_ARG(c->session->address), STR_ARG(id));
}

static rc_t seal_key(struct call *c, unsigned char out[SEAL_KEY_BYTES], struct err *e)
{
    return app_key(c->app, STR("submission"), c->session->address, out, e);
}

static rc_t decode(struct call *c, str_t key, str_t blob, json_t **out, struct err *e)
{
    unsigned char k[SEAL_KEY_BYTES];
    str_t text;
    TRY(seal_key(c, k, e));
    rc_t rc = unseal(k, blob, key, c->secret, &text, e);
    wipe(k, sizeof k);
    TRY(rc);
    return json_parse_object(text, out, e);
}

rc_t submission_load(struct call *c, str_t id, struct submission *out, struct err *e)
{
    struct submission s = {.id = id};
    struct kv_value v;
    str_t key = key_of(c, id);
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), key));
    if (v.type == KV_STR) {
        TRY(decode(c, key, v.s, &s.doc, e));
        s.version = v.s;
    } else {
        s.doc = json_pack("{s:s}", "status", "new");
        if (!s.doc) return err_set(e, RC_NO_MEMORY, NULL);
    }
    *out = s;
    return RC_OK;
}

void submission_free(struct submission *s)
{
    json_decref(s->doc);
    s->doc = NULL;
}

rc_t submission_save(struct call *c, struct submission *s, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(DOC_MAX);
    unsigned char k[SEAL_KEY_BYTES];
    str_t key = key_of(c, s->id), blob;
    struct kv_value v;
    json_put_int(s->doc, "touched", call_now());
    if (!json_write(s->doc, &text)) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(seal_key(c, k, e));
    rc_t rc = seal(k, buf_view(&text), key, c->arena, &blob, e);
    wipe(k, sizeof k);
    TRY(rc);
    str_t args[] = {s->version.p ? s->version : STR(""), blob,
                    arena_printf(c->arena, "%d", KEEP_SECONDS)};
    TRY(kv_eval(c->kv, c->arena, &v, e, str_c(SAVE_SCRIPT), &key, 1, args, 3));
    if (v.type != KV_INT || v.i != 1) return err_set(e, RC_CONFLICT, NULL);
    s->version = blob;
    return RC_OK;
}

str_t submission_status(const struct submission *s)
{
    str_t status = str_c(json_string_value(json_object_get(s->doc, "status")));
    int64_t touched = json_integer_value(json_object_get(s->doc, "touched"));
    if (str_eq(status, STR("pending")) &&
        touched + WX_PATIENCE(SUBMISSION_STALE_SECONDS) < call_now())
        return STR("unknown");
    return status.p ? status : STR("unknown");
}

bool submission_is_open(const struct submission *s)
{
    str_t status = submission_status(s);
    return str_eq(status, STR("new")) || str_eq(status, STR("draft")) ||
           str_eq(status, STR("failed"));
}

rc_t submission_refuse(const struct submission *s, struct err *e)
{
    str_t status = submission_status(s);
    if (str_eq(status, STR("pending")))
        return err_set(e, RC_CONFLICT, "This message is being sent.");
    if (str_eq(status, STR("unknown")))
        return err_set(e, RC_CONFLICT, "This message may have been sent already.");
    return err_set(e, RC_CONFLICT, "This message was sent already.");
}

void submission_set_status(struct submission *s, const char *status, str_t message)
{
    json_put_str(s->doc, "status", str_c(status));
    json_put_str(s->doc, "message", message);
}

/* --- places ---------------------------------------------------------------------------------- */

json_t *place_json(struct place p, struct arena *a)
{
    if (!p.folder.p) return json_null();
    json_t *v = json_object();
    json_put_str(v, "folder", folder_to_id(a, p.folder));
    json_put_int(v, "uid", p.uid);
    json_put_int(v, "uidvalidity", p.uidvalidity);
    return v;
}

rc_t place_from_json(const json_t *obj, struct arena *a, struct place *out, struct err *e)
{
    struct place p;
    str_t folder;
    TRY(json_need_str(obj, "folder", &folder, e));
    TRY(folder_from_id(a, folder, &p.folder, e));
    TRY(json_need_u32(obj, "uid", &p.uid, e));
    TRY(json_need_u32(obj, "uidvalidity", &p.uidvalidity, e));
    *out = p;
    return RC_OK;
}

struct place submission_place(const struct submission *s, const char *key, struct arena *a)
{
    struct place p = {.folder = STR_NULL};
    const json_t *v = json_object_get(s->doc, key);
    if (!json_is_object(v) || place_from_json(v, a, &p, NULL) != RC_OK)
        return (struct place){.folder = STR_NULL};
    return p;
}

void submission_set_place(struct submission *s, const char *key, struct place p, struct arena *a)
{
    json_object_set_new(s->doc, key, place_json(p, a));
}

/* --- the answer ------------------------------------------------------------------------------ */

static json_t *member_or(const json_t *doc, const char *key, json_t *fallback)
{
    json_t *v = json_object_get(doc, key);
    if (!v) return fallback;
    json_decref(fallback);
    return json_incref(v);
}

json_t *submission_answer(struct call *c, const struct submission *s)
{
    (void) c;
    json_t *out = json_object();
    str_t status = submission_status(s);
    bool stale = str_eq(status, STR("unknown"));
    json_put_str(out, "status", status);
    str_t message = str_c(json_string_value(json_object_get(s->doc, "message")));
    if (stale && !message.p)
        message = STR("The message may have been sent. Look into Sent, or ask a recipient, before "
                      "you send it again.");
    json_put_str(out, "message", message);
    json_object_set_new(out, "envelopes", member_or(s->doc, "envelopes", json_array()));
    json_object_set_new(out, "sent_copy", member_or(s->doc, "sent_copy", json_null()));
    json_object_set_new(out, "draft", member_or(s->doc, "draft", json_null()));
    return out;
}
