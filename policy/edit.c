#include "policy/edit.h"

#include <stdlib.h>
#include <time.h>

#include "base/mutant.h"
#include "policy/audit.h"
#include "policy/certificate_parts.h"
#include "policy/name.h"
#include "policy/plan.h"

enum {
    TRIES = 400,
    ARENA_MAX = 512 << 20,
    COMMANDS_MAX = 256 << 20,
    ROW_MAX = 96 << 10,
    GET_MANY = 500
};

/* KEYS: version of the instance, schema. ARGV: version that was read, schema, commands as JSON.
 * All keys are of one instance; Redis checks each against the user's rights. */
#define IF_SAME "if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[1] then return 0 end\n"
#define WRITE_ALL                                                                                  \
    "for _, c in ipairs(cjson.decode(ARGV[3])) do redis.call(unpack(c)) end\n"                     \
    "redis.call('SET', KEYS[2], ARGV[2])\n"                                                        \
    "redis.call('INCR', KEYS[1])\n"                                                                \
    "return 1\n"
static const char WRITE_SCRIPT[] = IF_SAME WRITE_ALL;

/* --- reading ---------------------------------------------------------------------------------- */

str_t edit_key(struct edit *t, enum record_kind kind, str_t group)
{
    return record_key(t->a, t->r->config->instance, kind, group);
}

rc_t edit_get(struct edit *t, struct record_at at, json_t **out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGET"), edit_key(t, at.kind, at.group), at.id));
    *out = NULL;
    if (v.type == KV_NIL) return RC_OK;
    if (v.type != KV_STR || v.s.n > ROW_MAX) return err_set(e, RC_DAMAGED, NULL);
    return record_parse(at.kind, v.s, out, e);
}

struct pair {
    str_t id, text;
};

static int by_id(const void *x, const void *y)
{
    return str_cmp(((const struct pair *) x)->id, ((const struct pair *) y)->id);
}

static rc_t parse_pairs(enum record_kind kind, const struct pair *pairs, size_t n, json_t *rows,
                        struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        json_t *row = NULL;
        struct err why = {0};
        rc_t rc = record_check_id(kind, pairs[i].id, &why);
        if (rc == RC_OK) rc = record_parse(kind, pairs[i].text, &row, &why);
        if (rc != RC_OK) {
            err_set(e, RC_DAMAGED, "A stored %s is damaged.", record_shape(kind)->name);
            err_detail(e, "%.*s: %s", STR_ARG(str_sub(pairs[i].id, 0, 80)), why.detail);
            return RC_DAMAGED;
        }
        json_object_setn_new_nocheck(rows, pairs[i].id.p, pairs[i].id.n, row);
    }
    return RC_OK;
}

rc_t edit_list(struct edit *t, enum record_kind kind, str_t group, json_t **out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGETALL"), edit_key(t, kind, group)));
    size_t n = v.type == KV_ARRAY ? v.count / 2 : 0;
    struct pair *pairs = ARENA_ARRAY(t->a, n + 1, struct pair);
    if (!pairs) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++)
        pairs[i] = (struct pair){v.items[2 * i].s, v.items[2 * i + 1].s};
    qsort(pairs, n, sizeof *pairs, by_id);
    CLEANUP_JSON json_t *rows = json_object();
    TRY(parse_pairs(kind, pairs, n, rows, e));
    *out = json_incref(rows);
    return RC_OK;
}

/* As many as one command may name. */
static rc_t get_some(struct edit *t, enum record_kind kind, str_t key, const json_t *ids,
                     size_t from, size_t n, json_t *rows, struct err *e)
{
    struct kv_value v;
    str_t argv[2 + GET_MANY];
    struct pair pairs[GET_MANY];
    size_t found = 0;
    argv[0] = STR("HMGET");
    argv[1] = key;
    for (size_t i = 0; i < n; i++)
        argv[2 + i] = json_text(json_array_get(ids, from + i));
    TRY(kv_command(t->r->kv, t->a, &v, e, argv, 2 + n));
    if (v.type != KV_ARRAY || v.count != n) return err_set(e, RC_STATE_DOWN, NULL);
    for (size_t i = 0; i < n; i++)
        if (v.items[i].type == KV_STR) pairs[found++] = (struct pair){argv[2 + i], v.items[i].s};
    return parse_pairs(kind, pairs, found, rows, e);
}

rc_t edit_get_many(struct edit *t, enum record_kind kind, str_t group, const json_t *ids,
                   json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *rows = json_object();
    str_t key = edit_key(t, kind, group);
    size_t count = json_array_size(ids);
    for (size_t from = 0, n; from < count; from += n) {
        n = count - from < GET_MANY ? count - from : GET_MANY;
        TRY(get_some(t, kind, key, ids, from, n, rows, e));
    }
    *out = json_incref(rows);
    return RC_OK;
}

rc_t edit_count(struct edit *t, enum record_kind kind, str_t group, long long *out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HLEN"), edit_key(t, kind, group)));
    *out = v.i;
    return RC_OK;
}

/* --- what is to be written -------------------------------------------------------------------- */

void edit_command(struct edit *t, const str_t *argv, size_t argc)
{
    json_t *command = json_array();
    for (size_t i = 0; i < argc; i++)
        json_array_append_new(command, json_from_str(argv[i]));
    json_array_append_new(t->commands, command);
}

/* Compact text in the run's arena; "" of NULL. */
static rc_t text_of(struct edit *t, const json_t *v, str_t *out, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(COMMANDS_MAX);
    if (v && !json_write(v, &b)) return err_set(e, RC_TOO_LARGE, NULL);
    *out = v ? arena_str(t->a, buf_view(&b)) : STR("");
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

rc_t edit_store(struct edit *t, struct record_at at, const json_t *after, struct err *e)
{
    str_t text, key = edit_key(t, at.kind, at.group);
    TRY(text_of(t, after, &text, e));
    if (after)
        EDIT_COMMAND(t, STR("HSET"), key, at.id, text);
    else
        EDIT_COMMAND(t, STR("HDEL"), key, at.id);
    return at.kind == RECORD_CERTIFICATE ? certificate_store_brief(t, at, after, e) : RC_OK;
}

static rc_t value_of(struct edit *t, const json_t *v, str_t *out, struct err *e)
{
    TRY(text_of(t, v, out, e));
    if (out->n > AUDIT_VALUE_MAX)
        *out = arena_printf(t->a, "{\"version\":%lld,\"" AUDIT_LEFT_OUT "\":%zu}",
                            (long long) record_version(v), out->n);
    return RC_OK;
}

rc_t edit_audit(struct edit *t, str_t organisation, const char *kind, str_t id,
                const json_t *before, const json_t *after, struct err *e)
{
    str_t b, c, instance = t->r->config->instance;
    char at[NAME_TIME_BYTES + 1];
    TRY(value_of(t, before, &b, e));
    TRY(value_of(t, after, &c, e));
    name_write_time(t->by->now, at);
    EDIT_COMMAND(t, STR("SADD"), audit_streams_key(t->a, instance),
                 organisation.n ? organisation : STR("-"));
    EDIT_COMMAND(t, STR("XADD"), audit_key(t->a, instance, organisation), STR("MAXLEN"), STR("~"),
                 STR("20000"), STR("*"), STR("at"), arena_str(t->a, str_c(at)), STR("who"),
                 t->by->who, STR("organisation"), organisation.n ? organisation : STR(""),
                 STR("what"), arena_printf(t->a, "%s %.*s", kind, STR_ARG(id)), STR("before"), b,
                 STR("after"), c);
    return RC_OK;
}

void edit_end_audit(struct edit *t, str_t organisation)
{
    char at[NAME_TIME_BYTES + 1];
    name_write_time(t->by->now, at);
    EDIT_COMMAND(t, STR("HSET"), audit_ended_key(t->a, t->r->config->instance), organisation,
                 arena_str(t->a, str_c(at)));
}

void edit_touch(struct edit *t, str_t organisation)
{
    if (!organisation.n) return;
    EDIT_COMMAND(t, STR("INCR"),
                 arena_printf(t->a, "%.*s:o:ver:%.*s", STR_ARG(t->r->config->instance),
                              STR_ARG(organisation)));
}

/* --- one run ---------------------------------------------------------------------------------- */

static str_t schema_key(struct edit *t)
{
    return arena_printf(t->a, "%.*s:o:schema", STR_ARG(t->r->config->instance));
}

/* Version "0" where nothing was ever changed. */
static rc_t begin(struct edit *t, struct err *e)
{
    const str_t ver[] = {STR("GET"), plan_version_key(t->a, t->r->config->instance)};
    const str_t schema[] = {STR("GET"), schema_key(t)};
    const struct kv_call calls[] = {{ver, 2}, {schema, 2}};
    struct kv_value v[2];
    TRY(kv_pipeline(t->r->kv, t->a, calls, 2, v, e));
    if (v[1].type == KV_STR && !str_eq(v[1].s, STR(REGISTRY_SCHEMA))) {
        err_set(e, RC_UNSUPPORTED, "The registry was written by a newer release.");
        err_detail(e, "schema %.*s", STR_ARG(str_sub(v[1].s, 0, 20)));
        return RC_UNSUPPORTED;
    }
    t->version = v[0].type == KV_STR ? v[0].s : STR("0");
    return RC_OK;
}

/* *again: something changed meanwhile, and nothing was written. */
static rc_t finish(struct edit *t, bool *again, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(COMMANDS_MAX);
    struct kv_value v;
    str_t ver = plan_version_key(t->a, t->r->config->instance);
    if (json_array_size(t->commands) == 0) {
        TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("GET"), ver));
        *again = !str_eq(v.type == KV_STR ? v.s : STR("0"), t->version);
        return RC_OK;
    }
    if (!json_write(t->commands, &text)) return err_set(e, RC_TOO_LARGE, NULL);
    const str_t keys[] = {ver, schema_key(t)};
    const str_t args[] = {t->version, STR(REGISTRY_SCHEMA), buf_view(&text)};
    TRY(kv_eval(t->r->kv, t->a, &v, e, str_c(WX_MUTANT(EDIT) ? WRITE_ALL : WRITE_SCRIPT), keys, 2,
                args, 3));
    *again = v.type != KV_INT || v.i != 1;
    return RC_OK;
}

static rc_t attempt(const struct registry *r, const struct actor *by, edit_step *step, void *arg,
                    bool *again, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_MAX);
    CLEANUP_JSON json_t *commands = json_array();
    if (!a || !commands) return err_set(e, RC_NO_MEMORY, NULL);
    struct edit t = {.r = r, .by = by, .a = a, .commands = commands};
    TRY(begin(&t, e));
    rc_t rc = step(&t, arg, e);
    if (rc == RC_OK) return finish(&t, again, e);
    /* What it refused may have been half of somebody else's change. */
    json_array_clear(commands);
    if (rc != RC_STATE_DOWN && finish(&t, again, NULL) != RC_OK) *again = false;
    return rc;
}

/* A moment, so that those who were too late do not all come again at once. */
static void step_aside(int tries)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long most = tries < 10 ? 2000 : 10000; /* microseconds */
    struct timespec pause = {0, (now.tv_nsec / 7 % most) * 1000};
    nanosleep(&pause, NULL);
}

rc_t edit_run(const struct registry *r, const struct actor *by, edit_step *step, void *arg,
              struct err *e)
{
    for (int i = 0; i < TRIES; i++) {
        bool again = false;
        rc_t rc = attempt(r, by, step, arg, &again, e);
        if (!again) return rc;
        step_aside(i);
    }
    return err_set(e, RC_BUSY, "Others keep changing the registry. Please try again.");
}

rc_t edit_look(const struct registry *r, const struct actor *by, edit_step *step, void *arg,
               struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_MAX);
    CLEANUP_JSON json_t *commands = json_array();
    if (!a || !commands) return err_set(e, RC_NO_MEMORY, NULL);
    struct edit t = {.r = r, .by = by, .a = a, .commands = commands};
    TRY(begin(&t, e));
    return step(&t, arg, e);
}
