/* A registry in a private Redis, and short ways to say what is done to it. Times are given. */
#ifndef WAXSEAL_TEST_WORLD_H
#define WAXSEAL_TEST_WORLD_H

#include "policy/audit.h"
#include "policy/licence.h"
#include "tests/unit/redis.h"
#include "tests/unit/test.h"

enum { DAY = 86400, NOW = 1000 * DAY };

struct world {
    char folder[40], socket_path[64];
    pid_t redis;
    struct config_plan plan;
    struct config config;
    struct kv *kv;
    struct arena *a;
    struct registry r;
    struct actor by;
};

static inline struct kv *world_connect(const struct world *w)
{
    const struct kv_options o = {.socket = str_c(w->socket_path), .timeout_ms = 20000};
    struct kv *kv = NULL;
    assert_int_equal(kv_new(&o, &kv, NULL), RC_OK);
    return kv;
}

static inline int world_open(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    snprintf(w->folder, sizeof w->folder, "/tmp/waxseal-world-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->socket_path, sizeof w->socket_path, "%s/s", w->folder);
    w->redis = redis_start(w->socket_path, NULL);
    w->plan = (struct config_plan){STR("enterprise"), true};
    w->config = (struct config){.instance = STR("t"), .plans = &w->plan, .plan_count = 1};
    w->kv = world_connect(w);
    w->a = arena_new(64u << 20);
    w->r = (struct registry){w->kv, &w->config};
    w->by = (struct actor){STR("tester"), true, NOW};
    *state = w;
    return 0;
}

static inline int world_close(void **state)
{
    struct world *w = *state;
    kv_free(w->kv);
    arena_free(w->a);
    redis_stop(w->redis, w->socket_path);
    rmdir(w->folder);
    free(w);
    return 0;
}

static inline json_t *world_json(const char *text)
{
    json_error_t why;
    json_t *v = json_loads(text, 0, &why);
    if (!v) fail_msg("%s: %s", text, why.text);
    return v;
}

/* patch NULL: removed. The record goes to *after where that is not NULL. */
static inline rc_t world_write(struct world *w, enum record_kind kind, const char *group,
                               const char *id, const char *patch, enum registry_mode mode,
                               int64_t seen, struct registry_write *out, struct err *e)
{
    json_t *v = patch ? world_json(patch) : NULL;
    *out = (struct registry_write){
        .at = {kind, str_c(group), str_c(id)}, .patch = v, .mode = mode, .seen = seen};
    rc_t rc = registry_write(&w->r, &w->by, out, e);
    json_decref(v);
    return rc;
}

static inline void world_must(struct world *w, enum record_kind kind, const char *group,
                              const char *id, const char *patch)
{
    struct err e = {0};
    struct registry_write out;
    rc_t rc = world_write(w, kind, group, id, patch, REGISTRY_PUT, 0, &out, &e);
    if (rc != RC_OK) fail_msg("%s %s: %s (%s)", id, patch ? patch : "-", e.message, e.detail);
    json_decref(out.after);
}

static inline void world_refuses(struct world *w, enum record_kind kind, const char *group,
                                 const char *id, const char *patch, rc_t code, const char *field)
{
    struct err e = {0};
    struct registry_write out;
    rc_t rc = world_write(w, kind, group, id, patch, REGISTRY_PUT, 0, &out, &e);
    if (rc != code || strcmp(e.field, field) != 0)
        fail_msg("%s %s: %d [%s] %s", id, patch ? patch : "-", rc, e.field, e.message);
    assert_null(out.after);
}

/* NULL: none. New reference. */
static inline json_t *world_get(struct world *w, enum record_kind kind, const char *group,
                                const char *id)
{
    json_t *row = NULL;
    struct err e = {0};
    rc_t rc = registry_get(&w->r, (struct record_at){kind, str_c(group), str_c(id)}, &row, &e);
    if (rc != RC_OK) fail_msg("%s: %s (%s)", id, e.message, e.detail);
    return row;
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

static inline long long world_version(struct world *w)
{
    struct kv_value v;
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("GET"), STR("t:ver")), RC_OK);
    return v.type == KV_STR ? strtoll(v.s.p, NULL, 10) : 0;
}

/* Customer acme with two organisations and a domain each; quota as given. */
static inline void world_acme(struct world *w, int quota)
{
    char patch[64];
    snprintf(patch, sizeof patch, "{\"name\":\"Acme\",\"quota\":%d}", quota);
    world_must(w, RECORD_CUSTOMER, NULL, "acme", patch);
    world_must(w, RECORD_ORGANISATION, NULL, "north", "{\"customer\":\"acme\"}");
    world_must(w, RECORD_ORGANISATION, NULL, "south", "{\"customer\":\"acme\"}");
    assert_int_equal(
        registry_attach(&w->r, &w->by, STR("north.test"), STR("north"), "operator", NULL), RC_OK);
    assert_int_equal(
        registry_attach(&w->r, &w->by, STR("south.test"), STR("south"), "operator", NULL), RC_OK);
}

#endif
