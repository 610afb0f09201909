/* Closes the IMAP connections of sessions that were ended elsewhere (another process, another
 * server), and forgets what this process remembers of their mail. What every end of a session
 * raises is looked at twice a second; those that ran out raise nothing, and a request under way
 * may write after its session's end: so once a minute in any case. */
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "webmail/session/devices.h"
#include "webmail/session/session.h"
#include "webmail/view/images.h"
#include "webmail/view/list_cache.h"

#define LOOK_MS 400
#define LOOKS_OF_A_MINUTE (60000 / LOOK_MS)
#define KV_TIMEOUT_MS 1000
#define MAX_SESSIONS 2048u
#define ARENA_BYTES (16u << 20)

struct session_watch {
    struct app *app;
    struct kv *kv;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    unsigned looks; /* since the last sweep; the thread's own */
    bool stop;
};

/* False when it is to stop. */
static bool rest(struct session_watch *w)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&w->lock);
    int woken = 0;
    while (!w->stop && woken == 0)
        woken = pthread_cond_timedwait(&w->wake, &w->lock, &until);
    bool go_on = !w->stop;
    pthread_mutex_unlock(&w->lock);
    return go_on;
}

static rc_t forget_ended(struct session_watch *w, struct arena *a, const str_t *ids, size_t n,
                         struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct kv_value v;
        str_t key = session_record_key(a, app_prefix(w->app), ids[i]);
        TRY(KV_CMD(w->kv, a, &v, e, STR("EXISTS"), key));
        if (v.type == KV_INT && v.i == 0) session_forget(w->app, ids[i]);
    }
    return RC_OK;
}

/* Every session that this process holds something of, and whose record is gone. */
static rc_t sweep(struct session_watch *w, struct arena *a, struct err *e)
{
    struct app *app = w->app;
    struct list_cache *const caches[] = {app->lists, app->snippets, app->accounts,
                                         image_desk_kept(app->images)};
    str_t *ids = ARENA_ARRAY(a, MAX_SESSIONS, str_t);
    if (!ids) return err_set(e, RC_NO_MEMORY, NULL);
    size_t n = imap_pool_sessions(app->imap, a, ids, MAX_SESSIONS);
    TRY(forget_ended(w, a, ids, n, e));
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++) {
        n = list_cache_owners(caches[i], SESSION_ID_CHARS, a, ids, MAX_SESSIONS);
        TRY(forget_ended(w, a, ids, n, e));
    }
    return RC_OK;
}

static rc_t look(struct session_watch *w, struct arena *a, str_t *seen, char *room, size_t size,
                 struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(w->kv, a, &v, e, STR("GET"), session_version_key(a, app_prefix(w->app))));
    str_t now = v.type == KV_STR ? str_sub(v.s, 0, size) : STR("");
    if (str_eq(now, *seen) && ++w->looks < LOOKS_OF_A_MINUTE) return RC_OK;
    TRY(sweep(w, a, e)); /* not seen before it is done: else it is tried again */
    w->looks = 0;
    if (now.n > 0) memcpy(room, now.p, now.n);
    *seen = str_n(room, now.n);
    return RC_OK;
}

static void *watch(void *arg)
{
    struct session_watch *w = arg;
    char room[32];
    str_t seen = STR("");
    bool away = false;
    struct arena *a = arena_new(ARENA_BYTES);
    while (a && rest(w)) {
        struct err e = {0};
        bool failed = look(w, a, &seen, room, sizeof room, &e) != RC_OK;
        if (failed && !away) log_err(LOG_WARN, "session_watch", &e);
        away = failed;
        arena_reset(a);
    }
    arena_free(a);
    return NULL;
}

rc_t session_watch_start(struct app *app, struct session_watch **out, struct err *e)
{
    pthread_condattr_t clock;
    struct session_watch *w = calloc(1, sizeof *w);
    const struct kv_options options = {.socket = app->config->redis_socket,
                                       .user = app->config->redis_user,
                                       .password = app->kv_password,
                                       .timeout_ms = KV_TIMEOUT_MS};
    if (!w) return err_set(e, RC_NO_MEMORY, NULL);
    w->app = app;
    rc_t rc = kv_new(&options, &w->kv, e);
    if (rc != RC_OK) {
        free(w);
        return rc;
    }
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &clock);
    pthread_condattr_destroy(&clock);
    if (pthread_create(&w->thread, NULL, watch, w) != 0) {
        kv_free(w->kv);
        free(w);
        return err_set(e, RC_NO_MEMORY, "The watch over sessions could not be started.");
    }
    *out = w;
    return RC_OK;
}

void session_watch_stop(struct session_watch *w)
{
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    kv_free(w->kv);
    free(w);
}
