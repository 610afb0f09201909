/* Looks after the sessions that have streams: which ended, which have another plan now.
 *
 * Twice a second the two versions are read that every such change raises; when one was raised, all
 * streams are looked at. Each is looked at now and then anyway, and when its session would end by
 * time: a stream is nobody's activity and keeps no session alive.
 */
#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "webmail/contacts/waiting.h"
#include "webmail/push/table.h"
#include "webmail/session/session.h"

#define PERIOD_MS 400
#define CHECK_MS 30000
#define KV_TIMEOUT_MS 1500
/* Streams live on knowledge that is no older: without Redis they end and their pages poll. */
#define BLIND_MS 5000
#define ARENA_BYTES (256u << 10)
#define ADDRESS_MAX 320

struct versions {
    char plans[32], sessions[32], waiting[32];
};

/* What the warden needs of a stream while it does not hold the lock. */
struct suspect {
    uint64_t stream;
    char session[72], address[ADDRESS_MAX + 1], epoch[EVENTS_EPOCH_MAX];
    int64_t ends_at;
    /* found out; the plan lives in the arena until the next one is looked at */
    bool over;
    struct features features;
    str_t plan;
    int64_t check_at, news;
};

static void copy_version(const struct kv_value *v, char out[32])
{
    str_t s = v->type == KV_STR ? str_sub(v->s, 0, 31) : STR("");
    memcpy(out, s.p, s.n);
    out[s.n] = '\0';
}

static rc_t read_versions(struct events *ev, struct arena *a, struct versions *out, struct err *e)
{
    str_t instance = ev->app->config->instance;
    const str_t plans[] = {STR("GET"), arena_printf(a, "%.*s:ver", STR_ARG(instance))};
    const str_t sessions[] = {STR("GET"), session_version_key(a, instance)};
    const str_t waiting[] = {STR("GET"), waiting_version_key(a, instance)};
    const struct kv_call calls[] = {{plans, 2}, {sessions, 2}, {waiting, 2}};
    struct kv_value v[3];
    TRY(kv_pipeline(ev->kv, a, calls, 3, v, e));
    copy_version(&v[0], out->plans);
    copy_version(&v[1], out->sessions);
    copy_version(&v[2], out->waiting);
    return RC_OK;
}

/* --- one stream's session ------------------------------------------------------------------------
 */

static rc_t inspect(struct events *ev, struct arena *a, struct suspect *s, struct err *e)
{
    str_t instance = ev->app->config->instance;
    const str_t ttl[] = {STR("PTTL"), session_record_key(a, instance, str_c(s->session))};
    const str_t epoch[] = {STR("GET"), session_epoch_key(a, instance, str_c(s->address))};
    const struct kv_call calls[] = {{ttl, 2}, {epoch, 2}};
    struct kv_value v[2];
    struct entitlement entitlement;
    TRY(kv_pipeline(ev->kv, a, calls, 2, v, e));
    TRY(waiting_news(ev->kv, a, instance, str_c(s->address), &s->news, e));
    str_t now_epoch = v[1].type == KV_STR ? v[1].s : STR("");
    int64_t left = (s->ends_at - call_now()) * 1000;
    s->over = v[0].i == -2 || left < 0 || !str_eq(now_epoch, str_c(s->epoch));
    if (s->over) return RC_OK;
    TRY(plan_of(ev->app->plans, ev->kv, str_c(s->address), call_now(), a, &entitlement, e));
    s->over = entitlement.suspended;
    if (s->over) return RC_OK;
    s->features = entitlement.features;
    s->plan = entitlement.plan;
    if (v[0].i >= 0 && v[0].i < left) left = v[0].i;
    s->check_at = clock_ms() + (left < CHECK_MS ? left + 20 : CHECK_MS);
    return RC_OK;
}

/* Lock held. */
static struct event_stream *find(struct events *ev, uint64_t stream)
{
    struct event_stream *s = ev->streams;
    while (s && s->stream != stream)
        s = s->next;
    return s;
}

static void apply(struct events *ev, const struct suspect *found)
{
    CLEANUP_JSON json_t *v = json_object();
    pthread_mutex_lock(&ev->lock);
    struct event_stream *s = find(ev, found->stream);
    if (s && found->over) {
        events_send(ev, s, "signout", v);
        push_end(ev->hub, s->stream);
        events_remove(ev, s, true);
    } else if (s) {
        s->check_at = found->check_at;
        if (s->news != found->news) events_send(ev, s, "waiting", v);
        s->news = found->news;
        if (s->smime != found->features.smime) {
            s->smime = found->features.smime;
            json_put_bool(v, "smime", s->smime);
            json_put_str(v, "plan", found->plan);
            events_send(ev, s, "features", v);
        }
    }
    pthread_mutex_unlock(&ev->lock);
}

/* The next stream to look at, copied: all, or those whose time has come. `after`: the last one that
 * was looked at; when it has gone since, everything is looked at once more. */
static bool next_suspect(struct events *ev, bool all, uint64_t after, struct suspect *out)
{
    int64_t now = clock_ms();
    pthread_mutex_lock(&ev->lock);
    struct event_stream *s = ev->streams, *from = after ? find(ev, after) : NULL;
    if (from) s = from->next;
    while (s && !all && s->check_at > now)
        s = s->next;
    if (s) {
        *out = (struct suspect){.stream = s->stream, .ends_at = s->ends_at};
        memcpy(out->session, s->session, sizeof out->session);
        snprintf(out->address, sizeof out->address, "%s", s->address);
        snprintf(out->epoch, sizeof out->epoch, "%s", s->epoch);
    }
    pthread_mutex_unlock(&ev->lock);
    return s != NULL;
}

static rc_t inspect_all(struct events *ev, bool all, struct arena *a, struct err *e)
{
    struct suspect now, following;
    bool more = next_suspect(ev, all, 0, &now);
    while (more) {
        arena_reset(a);
        TRY(inspect(ev, a, &now, e));
        /* Before this one is ended, perhaps, and cannot be gone on from. */
        more = next_suspect(ev, all, now.stream, &following);
        apply(ev, &now);
        now = following;
    }
    return RC_OK;
}

static void end_all(struct events *ev)
{
    pthread_mutex_lock(&ev->lock);
    size_t n = ev->count;
    while (ev->streams) {
        push_end(ev->hub, ev->streams->stream);
        events_remove(ev, ev->streams, false);
    }
    pthread_mutex_unlock(&ev->lock);
    if (n > 0)
        log_event(LOG_WARN, "event_streams_ended", "reason", LOG_C("state_unavailable"), NULL);
}

/* --- the thread ---------------------------------------------------------------------------------
 */

/* False: time to stop. */
static bool rest(struct events *ev)
{
    int64_t until = clock_ms() + PERIOD_MS;
    struct timespec t = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
    pthread_mutex_lock(&ev->lock);
    if (!ev->stop) pthread_cond_timedwait(&ev->stopping, &ev->lock, &t);
    bool go_on = !ev->stop;
    pthread_mutex_unlock(&ev->lock);
    return go_on;
}

static bool any_stream(struct events *ev)
{
    pthread_mutex_lock(&ev->lock);
    bool any = ev->streams != NULL;
    pthread_mutex_unlock(&ev->lock);
    return any;
}

/* Whose rules, the page finds out: who writes asks again what is demanded. */
static void tell_rules(struct events *ev)
{
    CLEANUP_JSON json_t *v = json_object();
    pthread_mutex_lock(&ev->lock);
    for (struct event_stream *s = ev->streams; s; s = s->next)
        events_send(ev, s, "rules", v);
    pthread_mutex_unlock(&ev->lock);
}

static rc_t round_of(struct events *ev, struct arena *a, struct versions *known, struct err *e)
{
    struct versions now;
    /* First the versions, then what they stand for: a change between is seen the next time. */
    TRY(read_versions(ev, a, &now, e));
    bool all = memcmp(&now, known, sizeof now) != 0;
    TRY(inspect_all(ev, all, a, e));
    if (known->plans[0] && strcmp(known->plans, now.plans) != 0) tell_rules(ev);
    *known = now;
    return RC_OK;
}

static void *watch_over(void *arg)
{
    struct events *ev = arg;
    struct versions known = {0};
    int64_t seen_at = clock_ms();
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_BYTES);
    while (a && rest(ev)) {
        struct err e = {0};
        arena_reset(a);
        if (!any_stream(ev)) {
            seen_at = clock_ms();
            continue;
        }
        if (round_of(ev, a, &known, &e) == RC_OK)
            seen_at = clock_ms();
        else if (clock_ms() - seen_at > BLIND_MS)
            end_all(ev);
    }
    return NULL;
}

rc_t warden_start(struct events *ev, struct err *e)
{
    sigset_t all, before;
    const struct config *config = ev->app->config;
    const struct kv_options options = {.socket = config->redis_socket,
                                       .user = config->redis_user,
                                       .password = ev->app->kv_password,
                                       .timeout_ms = KV_TIMEOUT_MS};
    TRY(kv_new(&options, &ev->kv, e));
    sigfillset(&all); /* signals are for the threads that wait for them */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ev->has_warden = pthread_create(&ev->warden, NULL, watch_over, ev) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ev->has_warden ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

void warden_stop(struct events *ev)
{
    if (ev->has_warden) {
        pthread_mutex_lock(&ev->lock);
        ev->stop = true;
        pthread_cond_signal(&ev->stopping);
        pthread_mutex_unlock(&ev->lock);
        pthread_join(ev->warden, NULL);
    }
    kv_free(ev->kv);
}
