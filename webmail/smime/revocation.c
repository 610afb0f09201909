#include "webmail/smime/revocation.h"

#include "base/log.h"
#include "policy/looking.h"
#include "webmail/store.h"

static str_t redis_key(const struct smime_checks *s, str_t key, struct arena *a)
{
    return arena_printf(a, "%.*s:%.*s", STR_ARG(s->c->app->config->instance), STR_ARG(key));
}

/* A cache that does not answer is an empty one: the request goes on without. */
static bool get(void *holder, str_t key, struct arena *a, str_t *out)
{
    struct smime_checks *s = holder;
    struct err e = {0};
    struct kv_value v;
    str_t name = redis_key(s, key, a);
    if (str_is_null(name) || KV_CMD(s->c->kv, a, &v, &e, STR("GET"), name) != RC_OK) return false;
    return v.type == KV_STR && store_reveal(s->c, name, v.s, out, &e) == RC_OK;
}

static void put(void *holder, str_t key, str_t value, uint32_t seconds)
{
    struct smime_checks *s = holder;
    CLEANUP_ARENA struct arena *a = arena_new(4 * REVOCATION_VALUE_MAX);
    struct err e = {0};
    struct kv_value v;
    str_t blob;
    if (!a) return;
    str_t name = redis_key(s, key, a), ttl = arena_printf(a, "%u", (unsigned) seconds);
    struct call own = *s->c; /* with an arena of its own: lists are long, a request is short */
    own.arena = a;
    if (str_is_null(name) || str_is_null(ttl) ||
        store_protect(&own, name, value, &blob, &e) != RC_OK)
        return;
    if (KV_CMD(s->c->kv, a, &v, &e, STR("SET"), name, blob, STR("EX"), ttl) != RC_OK)
        log_event(LOG_WARN, "revocation_not_kept", "reason", LOG_C(e.message), NULL);
}

static rc_t fetch(void *holder, enum revocation_place kind, str_t url, str_t body,
                  uint32_t timeout_ms, struct arena *a, str_t *out, struct err *e)
{
    const struct smime_checks *s = holder;
    return looking_fetch(s->c->app->config, kind, url, body, timeout_ms, a, out, e);
}

static bool own(void *holder, str_t url, struct arena *a, str_t *list)
{
    const struct smime_checks *s = holder;
    return looking_own(s->c->app->config, s->c->kv, url, a, list);
}

void smime_checks_start(struct smime_checks *s, struct call *c, bool ask)
{
    bool may = !str_is_null(c->app->config->fetch_socket);
    *s = (struct smime_checks){.c = c};
    s->ops = (struct revocation_ops){
        .fetch = may ? fetch : NULL, .get = get, .put = put, .own = own, .holder = s};
    revocation_start(&s->asking, &s->ops, ask && may, call_now());
    s->checks = revocation_checks(&s->asking);
    if (!c->app->config->fetch_issuers) s->checks.issuers = NULL;
}

bool smime_revocation_forbids(const struct app *app, enum revocation status)
{
    if (status == REVOCATION_REVOKED) return true;
    return app->config->revocation_hard &&
           (status == REVOCATION_UNKNOWN || status == REVOCATION_NOT_CHECKED);
}
