#include "webmail/contacts/book.h"

#include "base/b64.h"
#include "webmail/store.h"

#define MAC_BYTES 32u

/* KEYS: contacts, index, lines, photographs, groups, state. ARGV: most contacts, most photographs,
 * groups: "" (left alone) or "1", MAC of the state read, new value; name of the new state; then of
 * each contact: id, MAC of the state read or "", new value or "" to remove, line, photograph: ""
 * (as it is), "-" or value, count of old addresses, old addresses..., count of new addresses, new
 * addresses... 1: done, 0: changed meanwhile, -1: an address belongs to another contact, -2: the
 * book is full, -3: too many photographs. Nothing is written before everything was looked at.
 */
static const char COMMIT_SCRIPT[] =
    "local list, mine, grown, shown, i = {}, {}, 0, 0, 7\n"
    "if ARGV[3] == '1' then\n"
    "  local g = redis.call('GET', KEYS[5]) or ''\n"
    "  if string.sub(g, 1, 32) ~= ARGV[4] then return 0 end\n"
    "end\n"
    "while i <= #ARGV do\n"
    "  local x = {id = ARGV[i], value = ARGV[i + 2], line = ARGV[i + 3], photo = ARGV[i + 4],\n"
    "             old = {}, new = {}}\n"
    "  local v = redis.call('HGET', KEYS[1], x.id) or ''\n"
    "  if string.sub(v, 1, 32) ~= ARGV[i + 1] then return 0 end\n"
    "  if v == '' and x.value ~= '' then grown = grown + 1 end\n"
    "  if v ~= '' and x.value == '' then grown = grown - 1 end\n"
    "  local had = redis.call('HEXISTS', KEYS[4], x.id)\n"
    "  if x.value == '' or x.photo == '-' then shown = shown - had\n"
    "  elseif x.photo ~= '' then shown = shown + 1 - had end\n"
    "  i = i + 6\n"
    "  for k = 1, tonumber(ARGV[i - 1]) do x.old[k] = ARGV[i] i = i + 1 end\n"
    "  i = i + 1\n"
    "  for k = 1, tonumber(ARGV[i - 1]) do x.new[k] = ARGV[i] i = i + 1 end\n"
    "  list[#list + 1] = x\n"
    "  mine[x.id] = true\n"
    "end\n"
    "for _, x in ipairs(list) do\n"
    "  for _, address in ipairs(x.new) do\n"
    "    local o = redis.call('HGET', KEYS[2], address)\n"
    "    if o and not mine[o] and redis.call('HEXISTS', KEYS[1], o) == 1 then return -1 end\n"
    "  end\n"
    "end\n"
    "if grown > 0 and redis.call('HLEN', KEYS[1]) + grown > tonumber(ARGV[1]) then return -2 end\n"
    "if shown > 0 and redis.call('HLEN', KEYS[4]) + shown > tonumber(ARGV[2]) then return -3 end\n"
    "for _, x in ipairs(list) do\n"
    "  for _, address in ipairs(x.old) do\n"
    "    if redis.call('HGET', KEYS[2], address) == x.id then\n"
    "      redis.call('HDEL', KEYS[2], address)\n"
    "    end\n"
    "  end\n"
    "end\n"
    "for _, x in ipairs(list) do\n"
    "  if x.value == '' then\n"
    "    for k = 1, 4 do if k ~= 2 then redis.call('HDEL', KEYS[k], x.id) end end\n"
    "  else\n"
    "    redis.call('HSET', KEYS[1], x.id, x.value)\n"
    "    redis.call('HSET', KEYS[3], x.id, x.line)\n"
    "    for _, address in ipairs(x.new) do redis.call('HSET', KEYS[2], address, x.id) end\n"
    "    if x.photo == '-' then redis.call('HDEL', KEYS[4], x.id)\n"
    "    elseif x.photo ~= '' then redis.call('HSET', KEYS[4], x.id, x.photo) end\n"
    "  end\n"
    "end\n"
    "if ARGV[3] == '1' then redis.call('SET', KEYS[5], ARGV[5]) end\n"
    "redis.call('SET', KEYS[6], ARGV[6])\n"
    "return 1\n";

#define MOST_READ 200u
#define MOST_ARGS (6 + BOOK_MAX_AT_ONCE * (7 + 2 * BOOK_MAX_ADDRESSES))

static str_t place_of(struct call *c, str_t id)
{
    return arena_printf(c->arena, "%.*s:%.*s", STR_ARG(call_user_key(c, STR("contacts"))),
                        STR_ARG(id));
}

static str_t photo_place(struct call *c, str_t id)
{
    return arena_printf(c->arena, "%.*s:%.*s", STR_ARG(call_user_key(c, STR("contact-photos"))),
                        STR_ARG(id));
}

bool book_is_id(str_t s)
{
    if (s.n != 16) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
    return true;
}

str_t book_address(const json_t *item)
{
    return json_text(json_is_object(item) ? json_object_get(item, "address") : item);
}

json_t *book_new_address(str_t address, str_t label)
{
    json_t *v = json_object();
    json_put_str(v, "address", address);
    json_put_str(v, "label", label.p ? label : STR(""));
    return v;
}

/* Contacts of before have texts. */
static void lift_addresses(const json_t *contact)
{
    json_t *list = json_object_get(contact, "addresses");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_string(json_array_get(list, i)))
            json_array_set_new(list, i,
                               book_new_address(json_text(json_array_get(list, i)), STR("")));
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
    lift_addresses(*out);
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

rc_t book_need(struct call *c, str_t id, json_t **out, str_t *version, struct err *e)
{
    json_t *found = NULL;
    TRY(book_load(c, id, &found, version, e));
    if (!found) return err_set(e, RC_NOT_FOUND, "There is no such contact.");
    *out = found;
    return RC_OK;
}

static bool lists_address(const json_t *contact, str_t address)
{
    const json_t *list = json_object_get(contact, "addresses");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_ieq(book_address(json_array_get(list, i)), address)) return true;
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

/* Appends to out; what is not there as null when `gaps`. The bytes read are given back at once.
 * versions: or NULL. */
static rc_t read_some(struct call *c, const str_t *ids, size_t n, bool gaps, json_t *out,
                      str_t *versions, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(MOST_READ * (1u << 20));
    str_t args[2 + MOST_READ], version;
    struct kv_value v;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    args[0] = STR("HMGET");
    args[1] = call_user_key(c, STR("contacts"));
    memcpy(args + 2, ids, n * sizeof *ids);
    TRY(kv_command(c->kv, a, &v, e, args, n + 2));
    if (v.type != KV_ARRAY || v.count != n) return err_set(e, RC_STATE_DOWN, NULL);
    for (size_t i = 0; i < n; i++) {
        json_t *contact = NULL;
        version = STR_NULL;
        if (v.items[i].type == KV_STR) TRY(reveal(c, ids[i], v.items[i].s, &contact, &version, e));
        if (versions) versions[i] = version.p ? arena_str(c->arena, version) : STR_NULL;
        if (contact || gaps) json_array_append_new(out, contact ? contact : json_null());
    }
    return RC_OK;
}

rc_t book_some(struct call *c, const str_t *ids, size_t n, json_t **out, str_t *versions,
               struct err *e)
{
    CLEANUP_JSON json_t *all = json_array();
    if (n > MOST_READ) return err_set(e, RC_INTERNAL, NULL);
    if (n > 0) TRY(read_some(c, ids, n, true, all, versions, e));
    *out = json_incref(all);
    return RC_OK;
}

rc_t book_all(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *all = json_array();
    str_t ids[MOST_READ];
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HKEYS"), call_user_key(c, STR("contacts"))));
    for (size_t i = 0; v.type == KV_ARRAY && i < v.count;) {
        size_t n = 0;
        for (; n < MOST_READ && i < v.count; i++)
            ids[n++] = v.items[i].s;
        TRY(read_some(c, ids, n, false, all, NULL, e));
    }
    *out = json_incref(all);
    return RC_OK;
}

rc_t book_photo(struct call *c, str_t id, str_t *out, struct err *e)
{
    str_t key = call_user_key(c, STR("contact-photos"));
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HGET"), key, id));
    if (v.type == KV_STR) return store_reveal(c, photo_place(c, id), v.s, out, e);
    *out = STR_NULL;
    return RC_OK;
}

/* --- writing ------------------------------------------------------------------------------------
 */

/* Their count, then they. */
static size_t add_addresses(struct call *c, const json_t *contact, str_t *args, size_t n)
{
    const json_t *list = json_object_get(contact, "addresses");
    size_t count = json_array_size(list);
    if (count > BOOK_MAX_ADDRESSES) count = BOOK_MAX_ADDRESSES;
    args[n++] = arena_printf(c->arena, "%zu", count);
    for (size_t i = 0; i < count; i++)
        args[n++] = arena_lower(c->arena, book_address(json_array_get(list, i)));
    return n;
}

static rc_t add_change(struct call *c, const struct book_change *x, str_t *args, size_t *n,
                       struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(STORE_MAX_BYTES);
    str_t blob = STR(""), line = STR(""), photo = x->photo.p ? STR("-") : STR("");
    if (x->contact && !json_write(x->contact, &text)) return err_set(e, RC_TOO_LARGE, NULL);
    if (x->contact) {
        TRY(store_protect(c, place_of(c, x->id), buf_view(&text), &blob, e));
        TRY(book_line_of(c, x->contact, &line, e));
    }
    if (x->photo.n) TRY(store_protect(c, photo_place(c, x->id), x->photo, &photo, e));
    args[(*n)++] = x->id;
    args[(*n)++] = x->version.p ? x->version : STR("");
    args[(*n)++] = blob;
    args[(*n)++] = line;
    args[(*n)++] = photo;
    *n = add_addresses(c, x->before, args, *n);
    *n = add_addresses(c, x->contact, args, *n);
    return RC_OK;
}

static rc_t refusal(long long code, struct err *e)
{
    if (code == -1) return err_invalid(e, "addresses", "Another contact has this address.");
    if (code == -2) return err_set(e, RC_FULL, "The address book is full.");
    if (code == -3) return err_set(e, RC_FULL, "There are too many photographs.");
    return err_set(e, RC_CONFLICT, NULL);
}

rc_t book_commit(struct call *c, const struct book_change *list, size_t n,
                 const struct book_groups *groups, struct err *e)
{
    str_t keys[6], args[MOST_ARGS] = {STR(""), STR(""), STR(""), STR(""), STR("")};
    static const str_t names[] = {STR_INIT("contacts"),      STR_INIT("contact-index"),
                                  STR_INIT("contact-lines"), STR_INIT("contact-photos"),
                                  STR_INIT("groups"),        STR_INIT("contact-state")};
    CLEANUP_BUF struct buf text = BUF_INIT(STORE_MAX_BYTES);
    struct kv_value v;
    size_t used = 6;
    if (n > BOOK_MAX_AT_ONCE) return err_set(e, RC_INTERNAL, NULL);
    for (size_t i = 0; i < 6; i++)
        keys[i] = call_user_key(c, names[i]);
    args[0] = arena_printf(c->arena, "%u", BOOK_MAX_CONTACTS);
    args[1] = arena_printf(c->arena, "%u", BOOK_MAX_PHOTOS);
    TRY(book_new_id(c, &args[5], e));
    if (groups) {
        args[2] = STR("1");
        if (groups->version.p) args[3] = groups->version;
        if (!json_write(groups->doc, &text)) return err_set(e, RC_TOO_LARGE, NULL);
        TRY(store_protect(c, keys[4], buf_view(&text), &args[4], e));
    }
    for (size_t i = 0; i < n; i++)
        TRY(add_change(c, &list[i], args, &used, e));
    TRY(kv_eval(c->kv, c->arena, &v, e, str_c(COMMIT_SCRIPT), keys, 6, args, used));
    if (v.type == KV_INT && v.i == 1) return RC_OK;
    return refusal(v.type == KV_INT ? v.i : 0, e);
}

rc_t book_save(struct call *c, str_t id, const json_t *contact, const json_t *before, str_t version,
               struct err *e)
{
    const struct book_change one = {
        .id = id, .contact = contact, .before = before, .version = version};
    return book_commit(c, &one, 1, NULL, e);
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
