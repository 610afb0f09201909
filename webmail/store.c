#include "webmail/store.h"

#include "base/log.h"
#include "webmail/session/session.h"

#define MAC_BYTES 32u
#define UPDATE_TRIES 8

/* KEYS[1]; ARGV[1]: MAC of the state read or "", ARGV[2]: new value. 1 when set. */
static const char SAVE_SCRIPT[] = "local v = redis.call('GET', KEYS[1]) or ''\n"
                                  "if string.sub(v, 1, 32) ~= ARGV[1] then return 0 end\n"
                                  "redis.call('SET', KEYS[1], ARGV[2])\n"
                                  "return 1\n";

static rc_t mac_of(const struct app *app, str_t key, str_t value, unsigned char out[MAC_BYTES],
                   struct err *e)
{
    unsigned char mac_key[SEAL_KEY_BYTES];
    CLEANUP_BUF struct buf text = BUF_INIT(STORE_MAX_BYTES + 4096);
    buf_printf(&text, "%zu:", key.n);
    buf_str(&text, key);
    buf_str(&text, value);
    if (text.failed) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(app_key(app, STR("store"), app->config->instance, mac_key, e));
    rc_t rc = mac(mac_key, buf_view(&text), out, e);
    wipe(mac_key, sizeof mac_key);
    return rc;
}

rc_t store_protect(struct call *c, str_t key, str_t value, str_t *out, struct err *e)
{
    unsigned char tag[MAC_BYTES];
    if (value.n > STORE_MAX_BYTES) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(mac_of(c->app, key, value, tag, e));
    char *p = arena_alloc(c->arena, MAC_BYTES + value.n);
    if (!p) return err_set(e, RC_NO_MEMORY, NULL);
    memcpy(p, tag, MAC_BYTES);
    if (value.n > 0) memcpy(p + MAC_BYTES, value.p, value.n);
    *out = str_n(p, MAC_BYTES + value.n);
    return RC_OK;
}

/* RC_DAMAGED: not ours. */
static rc_t open_value(struct call *c, str_t key, str_t blob, str_t *out, struct err *e)
{
    unsigned char tag[MAC_BYTES];
    if (blob.n < MAC_BYTES || blob.n > STORE_MAX_BYTES + MAC_BYTES)
        return err_set(e, RC_DAMAGED, "A stored value is damaged.");
    str_t value = str_sub(blob, MAC_BYTES, blob.n);
    TRY(mac_of(c->app, key, value, tag, e));
    if (!mac_equal(str_n(tag, sizeof tag), str_sub(blob, 0, MAC_BYTES)))
        return err_set(e, RC_DAMAGED, "A stored value is damaged.");
    *out = value;
    return RC_OK;
}

bool store_is_ours(struct call *c, str_t key, str_t blob, str_t *out)
{
    return open_value(c, key, blob, out, NULL) == RC_OK;
}

rc_t store_reveal(struct call *c, str_t key, str_t blob, str_t *out, struct err *e)
{
    rc_t rc = open_value(c, key, blob, out, e);
    if (rc == RC_DAMAGED && blob.n >= MAC_BYTES && blob.n <= STORE_MAX_BYTES + MAC_BYTES)
        log_event(LOG_ERROR, "stored_value_forged", "key", LOG_S(key), NULL);
    return rc;
}

rc_t store_load(struct call *c, str_t what, json_t **out, str_t *version, struct err *e)
{
    str_t key = call_user_key(c, what), text;
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), key));
    if (v.type == KV_NIL) {
        *out = NULL;
        *version = STR_NULL;
        return RC_OK;
    }
    TRY(store_reveal(c, key, v.s, &text, e));
    TRY(json_parse_object(text, out, e));
    *version = str_sub(v.s, 0, MAC_BYTES);
    return RC_OK;
}

rc_t store_save(struct call *c, str_t what, const json_t *doc, str_t version, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(STORE_MAX_BYTES);
    str_t key = call_user_key(c, what), blob;
    struct kv_value v;
    if (!json_write(doc, &text)) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(store_protect(c, key, buf_view(&text), &blob, e));
    str_t args[] = {version.p ? version : STR(""), blob};
    TRY(kv_eval(c->kv, c->arena, &v, e, str_c(SAVE_SCRIPT), &key, 1, args, 2));
    if (v.type != KV_INT || v.i != 1) return err_set(e, RC_CONFLICT, NULL);
    return RC_OK;
}

rc_t store_update(struct call *c, str_t what, store_change *change, void *arg, struct err *e)
{
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < UPDATE_TRIES; i++) {
        CLEANUP_JSON json_t *doc = NULL;
        str_t version;
        TRY(store_load(c, what, &doc, &version, e));
        TRY(change(c, &doc, arg, e));
        rc = store_save(c, what, doc, version, e);
    }
    return rc;
}
