#include "webmail/contacts/book.h"

#include "base/b64.h"
#include "webmail/store.h"

#define MAC_BYTES 32u

/* KEYS: contacts, index. ARGV: id, MAC of the state read or "", new value or "" to remove, most
 * contacts, count of old addresses, old addresses..., new addresses...
 * 1: done, 0: changed meanwhile, -1: an address belongs to another contact, -2: the book is full.
 */
static const char SAVE_SCRIPT[] =
    "local v = redis.call('HGET', KEYS[1], ARGV[1]) or ''\n"
    "if string.sub(v, 1, 32) ~= ARGV[2] then return 0 end\n"
    "local old = tonumber(ARGV[5])\n"
    "for i = 6 + old, #ARGV do\n"
    "  local o = redis.call('HGET', KEYS[2], ARGV[i])\n"
    "  if o and o ~= ARGV[1] and redis.call('HEXISTS', KEYS[1], o) == 1 then return -1 end\n"
    "end\n"
    "if v == '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return -2 end\n"
    "for i = 6, 5 + old do\n"
    "  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[1] then\n"
    "    redis.call('HDEL', KEYS[2], ARGV[i])\n"
    "  end\n"
    "end\n"
    "if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) return 1 end\n"
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])\n"
    "for i = 6 + old, #ARGV do redis.call('HSET', KEYS[2], ARGV[i], ARGV[1]) end\n"
    "return 1\n";

static str_t place_of(struct call *c, str_t id)
{
    return arena_printf(c->arena, "%.*s:%.*s", STR_ARG(call_user_key(c, STR("contacts"))),
                        STR_ARG(id));
}

rc_t book_new_id(struct call *c, str_t *id, struct err *e)
{
    unsigned char random[8];
    TRY(random_bytes(random, sizeof random, e));
    *id = hex_encode(c->arena, str_n(random, sizeof random));
    return str_is_null(*id) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t reveal(struct call *c, str_t id, str_t blob, json_t **out, str_t *version,
                   struct err *e)
{
    str_t text;
    TRY(store_reveal(c, place_of(c, id), blob, &text, e));
    TRY(json_parse_object(text, out, e));
    *version = str_sub(blob, 0, MAC_BYTES);
    return RC_OK;
}

rc_t book_load(struct call *c, str_t id, json_t **out, str_t *version, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HGET"), call_user_key(c, STR("contacts")), id));
    if (v.type == KV_STR) return reveal(c, id, v.s, out, version, e);
    *out = NULL;
    *version = STR_NULL;
    return RC_OK;
}

static bool lists_address(const json_t *contact, str_t address)
{
    const json_t *list = json_object_get(contact, "addresses");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        if (str_ieq(str_n(json_string_value(v), json_string_length(v)), address)) return true;
    }
    return false;
}

rc_t book_find(struct call *c, str_t address, json_t **out, str_t *id, str_t *version,
               struct err *e)
{
    struct kv_value v;
    json_t *found = NULL;
    str_t state = STR_NULL;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HGET"), call_user_key(c, STR("contact-index")),
               arena_lower(c->arena, address)));
    if (v.type == KV_STR) TRY(book_load(c, v.s, &found, &state, e));
    if (found && !lists_address(found, address)) {
        json_decref(found);
        found = NULL;
        state = STR_NULL;
    }
    *out = found;
    *id = found ? v.s : STR_NULL;
    *version = state;
    return RC_OK;
}

rc_t book_all(struct call *c, json_t **out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HGETALL"), call_user_key(c, STR("contacts"))));
    json_t *all = json_array();
    for (size_t i = 0; v.type == KV_ARRAY && i + 1 < v.count; i += 2) {
        json_t *contact = NULL;
        str_t state;
        rc_t rc = reveal(c, v.items[i].s, v.items[i + 1].s, &contact, &state, e);
        if (rc != RC_OK) {
            json_decref(all);
            return rc;
        }
        json_array_append_new(all, contact);
    }
    *out = all;
    return RC_OK;
}

static size_t add_addresses(struct call *c, const json_t *contact, str_t *args, size_t n)
{
    const json_t *list = json_object_get(contact, "addresses");
    size_t count = json_array_size(list);
    for (size_t i = 0; i < count && i < BOOK_MAX_ADDRESSES; i++) {
        const json_t *v = json_array_get(list, i);
        args[n++] = arena_lower(c->arena, str_n(json_string_value(v), json_string_length(v)));
    }
    return n;
}

rc_t book_save(struct call *c, str_t id, const json_t *contact, const json_t *before, str_t version,
               struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(STORE_MAX_BYTES);
    str_t args[5 + 2 * BOOK_MAX_ADDRESSES], blob = STR("");
    str_t keys[] = {call_user_key(c, STR("contacts")), call_user_key(c, STR("contact-index"))};
    struct kv_value v;
    if (contact && !json_write(contact, &text)) return err_set(e, RC_TOO_LARGE, NULL);
    if (contact) TRY(store_protect(c, place_of(c, id), buf_view(&text), &blob, e));
    args[0] = id;
    args[1] = version.p ? version : STR("");
    args[2] = blob;
    args[3] = arena_printf(c->arena, "%u", BOOK_MAX_CONTACTS);
    size_t n = add_addresses(c, before, args, 5);
    args[4] = arena_printf(c->arena, "%zu", n - 5);
    if (contact) n = add_addresses(c, contact, args, n);
    TRY(kv_eval(c->kv, c->arena, &v, e, str_c(SAVE_SCRIPT), keys, 2, args, n));
    if (v.type == KV_INT && v.i == 1) return RC_OK;
    if (v.type == KV_INT && v.i == -1) {
        err_set(e, RC_INVALID, "Another contact has this address.");
        err_field(e, "addresses");
        return RC_INVALID;
    }
    if (v.type == KV_INT && v.i == -2) return err_set(e, RC_FULL, "The address book is full.");
    return err_set(e, RC_CONFLICT, NULL);
}

json_t *book_new_contact(str_t id, str_t name)
{
    json_t *v = json_object();
    json_put_str(v, "id", id);
    json_put_str(v, "name", name.p ? name : STR(""));
    json_object_set_new(v, "addresses", json_array());
    json_object_set_new(v, "certificates", json_array());
    return v;
}
