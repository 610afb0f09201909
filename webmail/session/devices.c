#include "webmail/session/devices.h"

#include <stdlib.h>

#include "base/log.h"
#include "webmail/session/session.h"
#include "webmail/store.h"

/* KEYS: index; ARGV: prefix of the records, most sessions, the newest one. Sweeps when the index
 * has grown by 32 or is full; what is over the most then ends, the longest unused first. Returns
 * how many ended. */
static const char SWEEP_SCRIPT[] =
    "local n, most = redis.call('HLEN', KEYS[1]), tonumber(ARGV[2])\n"
    "if n % 32 ~= 0 and n <= most then return 0 end\n"
    "local there = {}\n"
    "local all = redis.call('HGETALL', KEYS[1])\n"
    "for i = 1, #all, 2 do\n"
    "  if redis.call('EXISTS', ARGV[1] .. all[i]) == 0 then\n"
    "    redis.call('HDEL', KEYS[1], all[i])\n"
    "  elseif all[i] ~= ARGV[3] then\n"
    "    there[#there + 1] = {all[i], tonumber(string.match(all[i + 1], '^%d+')) or 0}\n"
    "  end\n"
    "end\n"
    "local over = #there + 1 - most\n"
    "if over <= 0 then return 0 end\n"
    "table.sort(there, function(x, y) return x[2] < y[2] end)\n"
    "for i = 1, over do\n"
    "  redis.call('DEL', ARGV[1] .. there[i][1])\n"
    "  redis.call('HDEL', KEYS[1], there[i][1])\n"
    "end\n"
    "return over\n";

static str_t index_key(struct call *c, str_t address)
{
    return arena_printf(c->arena, "%.*s:u:%.*s:sessions", STR_ARG(app_prefix(c->app)),
                        STR_ARG(address));
}

static str_t record_key(struct call *c, str_t id)
{
    return session_record_key(c->arena, app_prefix(c->app), id);
}

rc_t devices_touch(struct call *c, str_t address, str_t id, struct err *e)
{
    str_t key = index_key(c, address), client = str_sub(c->q->client_address, 0, 64);
    str_t value = arena_printf(c->arena, "%lld %.*s", (long long) call_now(), STR_ARG(client));
    /* Longer than any session lives, so that a forgotten index goes too. */
    str_t life = arena_printf(c->arena, "%lld",
                              (long long) c->app->config->session_max_hours * 3600 + 86400);
    const str_t set[] = {STR("HSET"), key, id, value}, expire[] = {STR("EXPIRE"), key, life};
    const struct kv_call calls[] = {{set, 4}, {expire, 3}};
    struct kv_value v[2];
    return kv_pipeline(c->kv, c->arena, calls, 2, v, e);
}

rc_t devices_add(struct call *c, str_t address, str_t id, struct err *e)
{
    str_t key = index_key(c, address);
    str_t args[] = {record_key(c, STR("")), arena_printf(c->arena, "%u", DEVICES_MAX_LISTED), id};
    struct kv_value v;
    TRY(devices_touch(c, address, id, e));
    TRY(kv_eval(c->kv, c->arena, &v, e, str_c(SWEEP_SCRIPT), &key, 1, args, 3));
    if (v.type != KV_INT || v.i == 0) return RC_OK;
    log_event(LOG_WARN, "sessions_over", "account", LOG_S(address), "ended", LOG_I(v.i), NULL);
    return session_announce_end(c, e);
}

rc_t devices_forget(struct call *c, str_t address, str_t id, struct err *e)
{
    struct kv_value v;
    return KV_CMD(c->kv, c->arena, &v, e, STR("HDEL"), index_key(c, address), id);
}

static bool is_id(str_t s)
{
    bool hex = s.n == 64;
    for (size_t i = 0; hex && i < s.n; i++)
        hex = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f');
    return hex;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct device {
    str_t id, client, browser, system;
    int64_t created, used;
};

/* The session's own record says whose it is: what else the index names is nobody's business. */
static rc_t read_device(struct call *c, str_t address, str_t id, str_t use, struct device *out,
                        struct err *e)
{
    CLEANUP_JSON json_t *record = NULL;
    struct kv_value v;
    struct err why = {0};
    str_t text, number;
    uint64_t used = 0;
    if (!is_id(id)) return RC_NOT_FOUND;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"), record_key(c, id)));
    if (v.type != KV_STR || store_reveal(c, record_key(c, id), v.s, &text, &why) != RC_OK ||
        json_parse_object(text, &record, &why) != RC_OK ||
        !str_eq(json_text(json_object_get(record, "address")), address))
        return RC_NOT_FOUND;
    *out = (struct device){.id = id};
    str_cut(use, ' ', &number, &out->client);
    if (str_to_u64(number, &used) && used < INT64_MAX) out->used = (int64_t) used;
    if (!out->client.p || !str_is_clean(out->client)) out->client = STR("");
    out->created = json_integer_value(json_object_get(record, "created"));
    out->browser = arena_str(c->arena, json_text(json_object_get(record, "browser")));
    out->system = arena_str(c->arena, json_text(json_object_get(record, "system")));
    return RC_OK;
}

static int by_use(const void *x, const void *y)
{
    const struct device *a = x, *b = y;
    return a->used < b->used ? 1 : a->used > b->used ? -1 : 0;
}

/* All that are there, last used first. */
static rc_t read_devices(struct call *c, str_t address, struct device **out, size_t *n,
                         struct err *e)
{
    struct kv_value all;
    TRY(KV_CMD(c->kv, c->arena, &all, e, STR("HGETALL"), index_key(c, address)));
    size_t most = all.type == KV_ARRAY ? all.count / 2 : 0, found = 0;
    struct device *list = ARENA_ARRAY(c->arena, most + 1, struct device);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < most; i++) {
        str_t id = all.items[2 * i].s;
        rc_t rc = read_device(c, address, id, all.items[2 * i + 1].s, &list[found], e);
        if (rc == RC_OK)
            found++;
        else if (rc == RC_NOT_FOUND)
            TRY(devices_forget(c, address, id, e));
        else
            return rc;
    }
    qsort(list, found, sizeof *list, by_use);
    *out = list;
    *n = found;
    return RC_OK;
}

static json_t *word_or_null(str_t s)
{
    return s.n ? json_from_str(s) : json_null();
}

rc_t devices_describe(struct call *c, json_t **out, struct err *e)
{
    struct device *list;
    size_t n;
    TRY(read_devices(c, c->session->address, &list, &n, e));
    json_t *rows = json_array();
    for (size_t i = 0; i < n && i < DEVICES_MAX_LISTED; i++) {
        json_t *row = json_object();
        json_put_str(row, "id", list[i].id);
        json_put_str(row, "created", time_text(c->arena, list[i].created));
        json_put_str(row, "last_used", time_text(c->arena, list[i].used));
        json_put_str(row, "address", list[i].client);
        json_object_set_new(row, "browser", word_or_null(list[i].browser));
        json_object_set_new(row, "system", word_or_null(list[i].system));
        json_put_bool(row, "current", str_eq(list[i].id, c->session->id));
        json_array_append_new(rows, row);
    }
    *out = rows;
    return RC_OK;
}

rc_t sessions_list(struct call *c, struct err *e)
{
    json_t *rows = NULL;
    TRY(devices_describe(c, &rows, e));
    json_t *answer = json_object();
    json_object_set_new(answer, "sessions", rows);
    return call_answer(c, answer, e);
}

/* --- ending ----------------------------------------------------------------------------------- */

static rc_t end_one(struct call *c, str_t address, str_t id, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("DEL"), record_key(c, id)));
    TRY(devices_forget(c, address, id, e));
    session_forget(c->app, id);
    return RC_OK;
}

rc_t devices_end(struct call *c, str_t address, str_t but, struct err *e)
{
    struct device *list;
    size_t n;
    TRY(read_devices(c, address, &list, &n, e));
    for (size_t i = 0; i < n; i++)
        if (!str_eq(list[i].id, but)) TRY(end_one(c, address, list[i].id, e));
    return session_announce_end(c, e);
}

rc_t sessions_end(struct call *c, struct err *e)
{
    struct device ended;
    str_t id = c->q->params[0], address = c->session->address;
    rc_t rc = read_device(c, address, id, STR(""), &ended, e);
    if (rc == RC_NOT_FOUND) return err_set(e, rc, "This session has ended already.");
    TRY(rc);
    if (str_eq(id, c->session->id))
        TRY(session_end(c, e));
    else
        TRY(end_one(c, address, id, e));
    TRY(session_announce_end(c, e));
    log_event(LOG_INFO, "session_revoked", "account", LOG_S(address), "session", LOG_S(id), NULL);
    return call_answer(c, json_object(), e);
}
