#include "webmail/push/events.h"

#include <stdlib.h>

#include "base/log.h"
#include "webmail/contacts/waiting.h"
#include "webmail/push/table.h"
#include "webmail/session/session.h"

#define EVENT_MAX (16u << 10)
#define WATCH_THREADS 6u
#define LOOK_SECONDS 60
#define RENEW_SECONDS 1500 /* 25 minutes: a server may end an IDLE after 30 */
#define RETRY_MS 1000
#define TALK_TIMEOUT_MS 10000
#define LINGER_MS 15000 /* a page that is loaded again comes back within that */

/* --- writing ---------------------------------------------------------------------------------- */

bool event_write(struct buf *out, const char *name, const json_t *data)
{
    size_t before = out->n;
    bool ok = buf_printf(out, "event: %s\ndata: ", name) && json_write(data, out) &&
              buf_cstr(out, "\n\n");
    if (!ok) out->n = before;
    return ok;
}

void events_send(struct events *ev, const struct event_stream *s, const char *name,
                 const json_t *data)
{
    CLEANUP_BUF struct buf text = BUF_INIT(EVENT_MAX);
    if (event_write(&text, name, data)) push_send(ev->hub, s->stream, buf_view(&text));
}

/* From here on everything is told. Without news of the account: a page may belong to another. */
static void say_hello(struct events *ev, struct event_stream *s)
{
    CLEANUP_JSON json_t *v = json_object();
    if (s->said_hello) return;
    s->said_hello = true;
    json_put_str(v, "account", str_c(s->address));
    json_put_int(v, "heartbeat", EVENTS_HEARTBEAT_MS / 1000);
    events_send(ev, s, "hello", v);
}

static json_t *folder_json(const struct imap_news *n)
{
    CLEANUP_ARENA struct arena *a = arena_new(EVENT_MAX);
    json_t *v = json_object();
    if (a) json_put_str(v, "id", folder_to_id(a, n->name));
    json_put_int(v, "uidvalidity", n->state.uidvalidity);
    json_put_int(v, "uidnext", n->state.uidnext);
    json_put_int(v, "total", n->state.total);
    json_put_int(v, "unread", n->state.unseen);
    json_put_int(v, "modseq", (long long) n->state.modseq);
    return v;
}

/* --- the list: lock held ------------------------------------------------------------------------
 */

static void stream_free(struct event_stream *s)
{
    free(s->address);
    free(s->epoch);
    free(s);
}

void events_remove(struct events *ev, struct event_stream *s, bool session_over)
{
    struct event_stream **at = &ev->streams;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    ev->count--;
    if (ev->watch) imap_watch_drop(ev->watch, s->watcher, session_over);
    stream_free(s);
}

static rc_t check_room(const struct events *ev, const struct session *session, struct err *e)
{
    size_t of_session = 0, of_account = 0;
    for (const struct event_stream *s = ev->streams; s; s = s->next) {
        of_session += str_eq(str_c(s->session), session->id) ? 1 : 0;
        of_account += str_eq(str_c(s->address), session->address) ? 1 : 0;
    }
    if (of_session < EVENTS_PER_SESSION && of_account < EVENTS_PER_ACCOUNT) return RC_OK;
    return err_set(e, RC_THROTTLED, "Too many event streams are open.");
}

/* --- what watch and hub tell ---------------------------------------------------------------------
 */

static void on_refused(struct events *ev, uint64_t watcher)
{
    struct event_stream *next;
    CLEANUP_JSON json_t *v = json_object();
    for (struct event_stream *s = ev->streams; s; s = next) {
        next = s->next;
        if (s->watcher != watcher) continue;
        events_send(ev, s, "signout", v);
        push_end(ev->hub, s->stream);
        events_remove(ev, s, true);
    }
}

static void on_news(void *ctx, const struct imap_news *n)
{
    struct events *ev = ctx;
    CLEANUP_JSON json_t *v = n->kind == IMAP_NEWS_FOLDER ? folder_json(n) : json_object();
    pthread_mutex_lock(&ev->lock);
    if (n->kind == IMAP_NEWS_REFUSED) {
        on_refused(ev, n->watcher);
    } else {
        for (struct event_stream *s = ev->streams; s; s = s->next) {
            if (s->watcher != n->watcher) continue;
            say_hello(ev, s);
            if (n->kind == IMAP_NEWS_FOLDER) events_send(ev, s, "folder", v);
            if (n->kind == IMAP_NEWS_FOLDERS) events_send(ev, s, "folders", v);
        }
    }
    pthread_mutex_unlock(&ev->lock);
}

static void on_closed(void *ctx, uint64_t stream)
{
    struct events *ev = ctx;
    pthread_mutex_lock(&ev->lock);
    struct event_stream *s = ev->streams;
    while (s && s->stream != stream)
        s = s->next;
    if (s) events_remove(ev, s, false);
    pthread_mutex_unlock(&ev->lock);
}

/* --- life ---------------------------------------------------------------------------------------
 */

static rc_t start(struct events *ev, struct err *e)
{
    const struct config *config = ev->app->config;
    const struct push_options push = {.most = config->push_streams,
                                      .heartbeat_ms = EVENTS_HEARTBEAT_MS,
                                      .closed = on_closed,
                                      .ctx = ev};
    const struct imap_watch_options watch = {.most = config->push_streams,
                                             .threads = WATCH_THREADS,
                                             .look_seconds = LOOK_SECONDS,
                                             .renew_seconds = RENEW_SECONDS,
                                             .retry_ms = RETRY_MS,
                                             .timeout_ms = TALK_TIMEOUT_MS,
                                             .linger_ms = LINGER_MS,
                                             .on_news = on_news,
                                             .ctx = ev};
    TRY(push_new(&push, &ev->hub, e));
    TRY(imap_watch_new(&watch, &ev->watch, e));
    return warden_start(ev, e);
}

rc_t events_new(struct app *app, struct events **out, struct err *e)
{
    pthread_condattr_t attr;
    struct events *ev = calloc(1, sizeof *ev);
    if (!ev) return err_set(e, RC_NO_MEMORY, NULL);
    ev->app = app;
    pthread_mutex_init(&ev->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&ev->stopping, &attr);
    pthread_condattr_destroy(&attr);
    rc_t rc = start(ev, e);
    if (rc == RC_OK)
        *out = ev;
    else
        events_free(ev);
    return rc;
}

void events_free(struct events *ev)
{
    if (!ev) return;
    warden_stop(ev);
    pthread_mutex_lock(&ev->lock);
    struct imap_watch *watch = ev->watch;
    ev->watch = NULL; /* nobody asks it for anything more */
    for (const struct event_stream *s = ev->streams; s; s = s->next)
        push_end(ev->hub, s->stream);
    pthread_mutex_unlock(&ev->lock);
    imap_watch_free(watch); /* it tells the hub, so that one goes later */
    push_free(ev->hub);
    while (ev->streams) {
        struct event_stream *s = ev->streams;
        ev->streams = s->next;
        stream_free(s);
    }
    pthread_cond_destroy(&ev->stopping);
    pthread_mutex_destroy(&ev->lock);
    free(ev);
}

/* --- a new stream --------------------------------------------------------------------------------
 */

static rc_t stream_new(struct call *c, struct event_stream **out, struct err *e)
{
    const struct session *session = c->session;
    int64_t news = 0;
    TRY(waiting_news(c->kv, c->arena, c->app->config->instance, session->address, &news, e));
    struct event_stream *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    s->address = strndup(session->address.p, session->address.n);
    s->epoch = strndup(session->epoch.n > 0 ? session->epoch.p : "", session->epoch.n);
    bool fits = session->id.n < sizeof s->session && session->epoch.n < EVENTS_EPOCH_MAX;
    if (!s->address || !s->epoch || !fits) {
        stream_free(s);
        return err_set(e, fits ? RC_NO_MEMORY : RC_INTERNAL, NULL);
    }
    memcpy(s->session, session->id.p, session->id.n);
    s->ends_at = session->created + (int64_t) c->app->config->session_max_hours * 3600;
    s->news = news;
    s->smime =
        c->features.smime; /* check_at 0: looked at at once, the session may be over already */
    *out = s;
    return RC_OK;
}

static void set_headers(struct call *c)
{
    response_type(c->s, STR("text/event-stream"));
    /* For nginx: what comes is passed on at once. */
    response_header(c->s, STR("X-Accel-Buffering"), STR("no"));
}

/* Lock held. Everything that can fail comes before the connection is taken. */
static rc_t join(struct call *c, struct events *ev, struct event_stream *s, struct err *e)
{
    bool live = false;
    struct imap_account account = call_imap_account(c);
    TRY(check_room(ev, c->session, e));
    TRY(imap_watch_add(ev->watch, &account, &s->watcher, &live, e));
    set_headers(c);
    rc_t rc = push_take(ev->hub, c->q, c->s, &s->stream, e);
    if (rc != RC_OK) {
        imap_watch_drop(ev->watch, s->watcher, false);
        return rc;
    }
    s->next = ev->streams;
    ev->streams = s;
    ev->count++;
    /* Said at once, so that whoever is in front passes the header on. */
    push_send(ev->hub, s->stream, STR(":\n\n"));
    if (live) say_hello(ev, s);
    return RC_OK;
}

rc_t events_get(struct call *c, struct err *e)
{
    struct events *ev = c->app->events;
    struct event_stream *s = NULL;
    if (c->s->head_only) {
        set_headers(c);
        return RC_OK;
    }
    TRY(stream_new(c, &s, e));
    pthread_mutex_lock(&ev->lock);
    rc_t rc = join(c, ev, s, e);
    pthread_mutex_unlock(&ev->lock);
    if (rc == RC_OK) return rc;
    if (rc == RC_THROTTLED) response_header(c->s, STR("Retry-After"), STR("60"));
    stream_free(s);
    return rc;
}
