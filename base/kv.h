/* Redis, by argument vector only. The one caller of hiredis.
 *
 * struct kv is one connection with its own deadline, for one thread at a time.
 * Any time-out or protocol error drops the connection; the next call connects
 * again (a late reply can then never be taken for another command's). A Redis
 * that cannot be reached or refuses for memory, read-only or replica reasons is
 * RC_STATE_DOWN.
 */
#ifndef WAXSEAL_BASE_KV_H
#define WAXSEAL_BASE_KV_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct kv;

struct kv_options {
    str_t socket;   /* Unix socket path */
    str_t user;     /* ACL user, or null */
    str_t password; /* or null */
    int timeout_ms; /* each connect and command; ≤ 2000 keeps R5's promise */
};

enum kv_type { KV_NIL, KV_STR, KV_INT, KV_ARRAY };

/* A reply, copied into the arena. */
struct kv_value {
    enum kv_type type;
    str_t s;                /* KV_STR (also status replies) */
    long long i;            /* KV_INT */
    struct kv_value *items; /* KV_ARRAY */
    size_t count;
};

/* Does not connect yet. The strings are copied. */
rc_t kv_new(const struct kv_options *o, struct kv **out, struct err *e) WX_MUST_USE;
void kv_free(struct kv *kv);

/* One command: KV_CMD(kv, a, &v, e, STR("GET"), key). */
rc_t kv_command(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e,
                const str_t *argv, size_t argc) WX_MUST_USE;
#define KV_CMD(kv, a, out, e, ...)                                                                 \
    kv_command((kv), (a), (out), (e), (const str_t[]){__VA_ARGS__},                                \
               sizeof((const str_t[]){__VA_ARGS__}) / sizeof(str_t))

/* Several commands in one round trip. outs has n elements. Any error reply fails all. */
struct kv_call {
    const str_t *argv;
    size_t argc;
};
rc_t kv_pipeline(struct kv *kv, struct arena *a, const struct kv_call *calls, size_t n,
                 struct kv_value *outs, struct err *e) WX_MUST_USE;

/* A value that will be asked for soon with GET: it is read along with the next round trip, and that
 * GET is then answered from it, once, as long as nothing was written in between. The key lives, and
 * the arena of that next call lasts, until kv_ahead_forget. Only saves time: a key that found no
 * room, or whose value is an error, is simply asked for. */
void kv_ahead(struct kv *kv, str_t key);
/* At the end of a request. */
void kv_ahead_forget(struct kv *kv);

/* Lua script by EVAL (Redis caches the compiled form by its text), for compare-and-set. */
rc_t kv_eval(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e, str_t script,
             const str_t *keys, size_t nkeys, const str_t *args, size_t nargs) WX_MUST_USE;
/* The same for a script that writes nothing, by EVAL_RO: the user's right to read is enough. */
rc_t kv_eval_ro(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e, str_t script,
                const str_t *keys, size_t nkeys, const str_t *args, size_t nargs) WX_MUST_USE;

#endif
