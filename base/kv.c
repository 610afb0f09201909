#include "base/kv.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { MAX_ARGS = 1024, MAX_DEPTH = 8, AHEAD_MAX = 4 };

/* A value read along with another, until it is asked for. */
struct ahead {
    str_t key;
    bool read;
    struct arena *arena;
    struct kv_value value;
};

struct kv {
    struct ahead ahead[AHEAD_MAX];
    size_t ahead_count;
    struct arena *strings;
    char *socket;
    str_t user, password;
    struct timeval timeout;
    redisContext *redis; /* NULL: not connected */
};

rc_t kv_new(const struct kv_options *o, struct kv **out, struct err *e)
{
    struct kv *kv = calloc(1, sizeof *kv);
    struct arena *strings = arena_new_secret(16 * 1024);
    if (kv && strings) {
        kv->strings = strings;
        kv->socket = arena_cstr(strings, o->socket);
        kv->user = str_is_null(o->user) ? STR_NULL : arena_str(strings, o->user);
        kv->password = str_is_null(o->password) ? STR_NULL : arena_str(strings, o->password);
        kv->timeout = (struct timeval){o->timeout_ms / 1000, o->timeout_ms % 1000 * 1000};
    }
    if (!kv || !strings || !kv->socket) {
        arena_free(strings);
        free(kv);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    *out = kv;
    return RC_OK;
}

static void disconnect(struct kv *kv)
{
    if (kv->redis) redisFree(kv->redis);
    kv->redis = NULL;
}

void kv_free(struct kv *kv)
{
    if (!kv) return;
    disconnect(kv);
    arena_free(kv->strings);
    free(kv);
}

/* The state of a context after an error is unknown: a late reply could be taken for the answer to
 * another command. It is never used again. */
static rc_t lost(struct kv *kv, struct err *e)
{
    rc_t rc = err_set(e, RC_STATE_DOWN, NULL);
    err_detail(e, "redis: %s", kv->redis ? kv->redis->errstr : "out of memory");
    disconnect(kv);
    return rc;
}

static rc_t refused(const redisReply *r, struct err *e)
{
    static const char *const down[] = {"OOM",        "READONLY", "LOADING",     "MASTERDOWN",
                                       "NOREPLICAS", "MISCONF",  "CLUSTERDOWN", "BUSY",
                                       "NOAUTH",     "WRONGPASS"};
    rc_t code = RC_INTERNAL;
    for (size_t i = 0; i < sizeof down / sizeof *down; i++)
        if (str_starts(str_n(r->str, r->len), str_c(down[i]))) code = RC_STATE_DOWN;
    err_set(e, code, NULL);
    err_detail(e, "redis: %.*s", (int) (r->len < 200 ? r->len : 200), r->str);
    return code;
}

static rc_t connect_redis(struct kv *kv, struct err *e)
{
    kv->redis = redisConnectUnixWithTimeout(kv->socket, kv->timeout);
    if (!kv->redis || kv->redis->err) return lost(kv, e);
    if (redisSetTimeout(kv->redis, kv->timeout) != REDIS_OK) return lost(kv, e);
    if (str_is_null(kv->password)) return RC_OK;
    str_t user = str_is_null(kv->user) ? STR("default") : kv->user;
    redisReply *r =
        redisCommand(kv->redis, "AUTH %b %b", user.p, user.n, kv->password.p, kv->password.n);
    if (!r) return lost(kv, e);
    rc_t rc = r->type == REDIS_REPLY_ERROR ? refused(r, e) : RC_OK;
    freeReplyObject(r);
    if (rc != RC_OK) disconnect(kv);
    return rc;
}

static rc_t copy_reply(const redisReply *r, struct arena *a, unsigned depth, struct kv_value *out,
                       struct err *e)
{
    struct kv_value v = {.type = KV_NIL};
    switch (r->type) {
    case REDIS_REPLY_NIL:
        break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        v.type = KV_STR;
        v.s = arena_str(a, str_n(r->str, r->len));
        if (str_is_null(v.s)) return err_set(e, RC_NO_MEMORY, NULL);
        break;
    case REDIS_REPLY_INTEGER:
        v.type = KV_INT;
        v.i = r->integer;
        break;
    case REDIS_REPLY_ARRAY:
        if (depth == 0) return err_set(e, RC_INTERNAL, "A stored value is nested too deeply.");
        v.type = KV_ARRAY;
        v.count = r->elements;
        v.items = ARENA_ARRAY(a, r->elements, struct kv_value);
        if (!v.items) return err_set(e, RC_NO_MEMORY, NULL);
        for (size_t i = 0; i < r->elements; i++)
            TRY(copy_reply(r->element[i], a, depth - 1, &v.items[i], e));
        break;
    case REDIS_REPLY_ERROR:
        return refused(r, e);
    default:
        return err_set(e, RC_INTERNAL, "A stored value has an unknown form.");
    }
    *out = v;
    return RC_OK;
}

/* Queues one command; nothing is sent yet. */
static rc_t queue(struct kv *kv, const str_t *argv, size_t argc, struct err *e)
{
    const char *words[MAX_ARGS];
    size_t lengths[MAX_ARGS];
    if (argc == 0 || argc > MAX_ARGS)
        return err_set(e, RC_INTERNAL, "A command for the state store has too many arguments.");
    for (size_t i = 0; i < argc; i++) {
        words[i] = argv[i].p ? argv[i].p : "";
        lengths[i] = argv[i].n;
    }
    if (redisAppendCommandArgv(kv->redis, (int) argc, words, lengths) != REDIS_OK)
        return lost(kv, e);
    return RC_OK;
}

/* True when the connection cannot be used any more: Redis closed it while it was idle, or sent
 * something nobody asked for. Looked at before a command is sent, so that none is ever sent twice.
 */
static bool is_stale(const struct kv *kv)
{
    char c;
    ssize_t n = recv(kv->redis->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/* --- values read ahead ------------------------------------------------------------------------
 */

void kv_ahead(struct kv *kv, str_t key)
{
    if (kv->ahead_count < AHEAD_MAX) kv->ahead[kv->ahead_count++] = (struct ahead){.key = key};
}

void kv_ahead_forget(struct kv *kv)
{
    kv->ahead_count = 0;
}

static bool only_reads(const struct kv_call *calls, size_t n)
{
    static const str_t reads[] = {STR_INIT("GET"), STR_INIT("HGET"), STR_INIT("TTL"),
                                  STR_INIT("MGET")};
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof reads / sizeof *reads; k++)
            found = found || (calls[i].argc > 0 && str_eq(calls[i].argv[0], reads[k]));
        if (!found) return false;
    }
    return true;
}

/* A GET whose answer is here already. */
static bool take_ahead(struct kv *kv, struct arena *a, const struct kv_call *call,
                       struct kv_value *out)
{
    if (call->argc != 2 || !str_eq(call->argv[0], STR("GET"))) return false;
    for (size_t i = 0; i < kv->ahead_count; i++) {
        struct ahead *h = &kv->ahead[i];
        if (!h->read || h->arena != a || !str_eq(h->key, call->argv[1])) continue;
        *out = h->value;
        *h = kv->ahead[--kv->ahead_count];
        return true;
    }
    return false;
}

/* Puts the GETs behind what is queued; those that are asked for now anyway are left out. */
static rc_t queue_ahead(struct kv *kv, size_t *n, struct err *e)
{
    *n = 0;
    for (size_t i = 0; i < kv->ahead_count; i++) {
        if (kv->ahead[i].read) continue;
        const str_t get[] = {STR("GET"), kv->ahead[i].key};
        TRY(queue(kv, get, 2, e));
        (*n)++;
    }
    return RC_OK;
}

static rc_t read_ahead(struct kv *kv, struct arena *a, struct err *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < kv->ahead_count; i++) {
        struct ahead h = kv->ahead[i];
        void *reply = NULL;
        if (!h.read) {
            if (redisGetReply(kv->redis, &reply) != REDIS_OK) {
                kv->ahead_count = 0;
                return lost(kv, e);
            }
            h.read = copy_reply(reply, a, 1, &h.value, NULL) == RC_OK;
            h.arena = a;
            freeReplyObject(reply);
        }
        if (h.read) kv->ahead[kept++] = h;
    }
    kv->ahead_count = kept;
    return RC_OK;
}

rc_t kv_pipeline(struct kv *kv, struct arena *a, const struct kv_call *calls, size_t n,
                 struct kv_value *outs, struct err *e)
{
    size_t ahead = 0;
    if (n == 1 && take_ahead(kv, a, &calls[0], &outs[0])) return RC_OK;
    if (!only_reads(calls, n)) kv->ahead_count = 0;
    if (kv->redis && is_stale(kv)) disconnect(kv);
    if (!kv->redis) TRY(connect_redis(kv, e));
    for (size_t i = 0; i < n; i++)
        TRY(queue(kv, calls[i].argv, calls[i].argc, e));
    TRY(queue_ahead(kv, &ahead, e));
    rc_t rc = RC_OK;
    for (size_t i = 0; i < n; i++) {
        void *reply = NULL;
        if (redisGetReply(kv->redis, &reply) != REDIS_OK) return lost(kv, e);
        /* After a failed copy the later replies are still read, to stay in step. */
        if (rc == RC_OK) rc = copy_reply(reply, a, MAX_DEPTH, &outs[i], e);
        freeReplyObject(reply);
    }
    if (ahead > 0) {
        rc_t more = read_ahead(kv, a, rc == RC_OK ? e : NULL);
        if (rc == RC_OK) rc = more;
    }
    return rc;
}

rc_t kv_command(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e,
                const str_t *argv, size_t argc)
{
    struct kv_value v;
    TRY(kv_pipeline(kv, a, &(struct kv_call){argv, argc}, 1, &v, e));
    *out = v;
    return RC_OK;
}

static rc_t eval(struct kv *kv, struct arena *a, str_t command, struct kv_value *out, struct err *e,
                 str_t script, const str_t *keys, size_t nkeys, const str_t *args, size_t nargs)
{
    str_t argv[MAX_ARGS];
    if (nkeys + nargs + 3 > MAX_ARGS)
        return err_set(e, RC_INTERNAL, "A script for the state store has too many arguments.");
    argv[0] = command;
    argv[1] = script;
    argv[2] = arena_printf(a, "%zu", nkeys);
    for (size_t i = 0; i < nkeys; i++)
        argv[3 + i] = keys[i];
    for (size_t i = 0; i < nargs; i++)
        argv[3 + nkeys + i] = args[i];
    return kv_command(kv, a, out, e, argv, nkeys + nargs + 3);
}

rc_t kv_eval(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e, str_t script,
             const str_t *keys, size_t nkeys, const str_t *args, size_t nargs)
{
    return eval(kv, a, STR("EVAL"), out, e, script, keys, nkeys, args, nargs);
}

rc_t kv_eval_ro(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e, str_t script,
                const str_t *keys, size_t nkeys, const str_t *args, size_t nargs)
{
    return eval(kv, a, STR("EVAL_RO"), out, e, script, keys, nkeys, args, nargs);
}
