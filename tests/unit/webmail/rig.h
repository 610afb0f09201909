/* A private Redis, an application without web or mail servers, and calls made by hand. */
#ifndef WAXSEAL_TEST_RIG_H
#define WAXSEAL_TEST_RIG_H

#include "tests/unit/redis.h"
#include "tests/unit/test.h"
#include "webmail/app.h"
#include "webmail/session/session.h"
#include "webmail/shared.h"
#include "webmail/view/images.h"
#include "webmail/view/list_cache.h"

struct rig {
    char folder[40], socket_path[64];
    pid_t redis;
    struct config_domain domain;
    struct config config;
    struct app app;
    struct kv *kv;
};

/* One request, from a browser that has `cookie`. */
struct rig_call {
    struct request q;
    struct response s;
    struct session session;
    struct call c;
};

static inline void rig_start_redis(struct rig *r)
{
    r->redis = redis_start(r->socket_path, NULL);
}

static inline void rig_stop_redis(struct rig *r)
{
    redis_stop(r->redis, r->socket_path);
}

static inline int rig_open(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    snprintf(r->folder, sizeof r->folder, "/tmp/waxseal-rig-XXXXXX");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->socket_path, sizeof r->socket_path, "%s/s", r->folder);
    rig_start_redis(r);
    r->domain = (struct config_domain){.name = STR("*"), .login = STR("%u"), .plan = STR("basic")};
    r->config = (struct config){.instance = STR("test"),
                                .redis_socket = str_c(r->socket_path),
                                .public_origin = STR("https://mail.test"),
                                .session_idle_minutes = 60,
                                .session_max_hours = 24,
                                .message_max_bytes = 1 << 20,
                                .request_timeout_ms = 1000,
                                .domains = &r->domain,
                                .domain_count = 1};
    r->app = (struct app){.config = &r->config};
    memset(r->app.host_key, 7, sizeof r->app.host_key);
    const struct imap_pool_options pool = {.per_session = 1, .idle_seconds = 5, .total = 4};
    assert_int_equal(imap_pool_new(&pool, &r->app.imap, NULL), RC_OK);
    assert_int_equal(shared_new(&r->app.shared, NULL), RC_OK);
    assert_int_equal(list_cache_new(1 << 16, 64, &r->app.lists, NULL), RC_OK);
    assert_int_equal(list_cache_new(1 << 16, 64, &r->app.snippets, NULL), RC_OK);
    assert_int_equal(list_cache_new(1 << 16, 64, &r->app.accounts, NULL), RC_OK);
    assert_int_equal(image_desk_new(8, &r->app.images, NULL), RC_OK);
    const struct kv_options o = {.socket = str_c(r->socket_path), .timeout_ms = 20000};
    assert_int_equal(kv_new(&o, &r->kv, NULL), RC_OK);
    *state = r;
    return 0;
}

static inline int rig_close(void **state)
{
    struct rig *r = *state;
    kv_free(r->kv);
    imap_pool_free(r->app.imap);
    list_cache_free(r->app.lists);
    list_cache_free(r->app.snippets);
    list_cache_free(r->app.accounts);
    image_desk_free(r->app.images);
    if (r->redis) rig_stop_redis(r);
    rmdir(r->folder);
    free(r);
    return 0;
}

/* A request without session; `address` not NULL: as if this user were signed in. */
static inline struct rig_call *rig_call(struct rig *r, const char *address)
{
    struct rig_call *rc = calloc(1, sizeof *rc);
    rc->q = (struct request){
        .method = METHOD_POST, .client_address = STR("192.0.2.1"), .arena = arena_new(32 << 20)};
    rc->s = (struct response){.status = 200, .body = BUF_INIT(1 << 20)};
    rc->c = (struct call){.app = &r->app,
                          .kv = r->kv,
                          .q = &rc->q,
                          .s = &rc->s,
                          .arena = rc->q.arena,
                          .features = {.smime = true},
                          .outbound = {OUTBOUND_ANY, OUTBOUND_ANY},
                          .secret = arena_new_secret(1 << 20)};
    if (address) {
        rc->session = (struct session){.id = STR("0"), .address = str_c(address)};
        rc->c.session = &rc->session;
    }
    return rc;
}

static inline void rig_call_free(struct rig_call *rc)
{
    json_decref(rc->c.in);
    json_decref(rc->c.out);
    buf_free(&rc->s.body);
    arena_free(rc->c.secret);
    arena_free(rc->q.arena);
    free(rc);
}

static inline str_t rig_header(const struct rig_call *rc, str_t name)
{
    for (size_t i = 0; i < rc->s.header_count; i++)
        if (str_ieq(rc->s.headers[i].name, name)) return rc->s.headers[i].value;
    return STR_NULL;
}

/* One command on the same connection; the reply lives as long as the arena. */
static inline struct kv_value rig_redis(struct rig *r, struct arena *a, const str_t *argv, size_t n)
{
    struct kv_value v;
    assert_int_equal(kv_command(r->kv, a, &v, NULL, argv, n), RC_OK);
    return v;
}
#define RIG_REDIS(r, a, ...)                                                                       \
    rig_redis((r), (a), (const str_t[]){__VA_ARGS__},                                              \
              sizeof((const str_t[]){__VA_ARGS__}) / sizeof(str_t))

static inline json_t *rig_json(const char *text)
{
    json_t *v = json_loads(text, JSON_ALLOW_NUL, NULL);
    assert_non_null(v);
    return v;
}

#endif
