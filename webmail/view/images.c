#include "webmail/view/images.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/b64.h"
#include "base/fetch.h"
#include "base/mutant.h"
#include "base/raster.h"
#include "mail/auth_results.h"
#include "mail/remote.h"
#include "webmail/session/session.h"
#include "webmail/settings/settings.h"
#include "webmail/shared.h"
#include "webmail/view/list_cache.h"

enum {
    MAX_IMAGES = 256,   /* of one message */
    MAX_FETCHES = 300,  /* for one message and user in a window */
    MAX_KIB = 64 << 10, /* the same, together */
    WINDOW_SECONDS = 3600,
    IMAGE_BYTES = 6 << 20, /* of one picture */
    FETCH_MS = 10000,
    WAIT_MS = 4000,  /* for a turn */
    MOST_OF_ONE = 2, /* under way for one account, in this process */
    KEPT_SECONDS = 120,
    MARK_BYTES = 16,
    TOKEN_BYTES = 4 + MARK_BYTES + 32 /* expiry, which message, HMAC */
};
#define CACHE_BYTES ((size_t) 24 << 20)

/* --- whose turn it is --------------------------------------------------------------------------
 */

/* A slow host must not keep all worker threads waiting: a quarter of them fetch, and a third may
 * wait for them, WAIT_MS at most. Of one account MOST_OF_ONE fetch, so that its slow places leave
 * room for everybody else's. */
struct image_desk {
    pthread_mutex_t lock;
    pthread_cond_t free;
    unsigned most, busy, most_waiting, waiting;
    struct shared_key *whose; /* of the busy ones */
    struct list_cache *cache;
};

rc_t image_desk_new(unsigned threads, struct image_desk **out, struct err *e)
{
    pthread_condattr_t clock;
    struct image_desk *d = calloc(1, sizeof *d);
    if (!d) return err_set(e, RC_NO_MEMORY, NULL);
    d->most = threads < 8 ? 2 : threads / 4;
    d->whose = calloc(d->most, sizeof *d->whose);
    rc_t rc =
        d->whose ? list_cache_new(CACHE_BYTES, 512, &d->cache, e) : err_set(e, RC_NO_MEMORY, NULL);
    if (rc != RC_OK) {
        free(d->whose);
        free(d);
        return rc;
    }
    pthread_mutex_init(&d->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&d->free, &clock);
    pthread_condattr_destroy(&clock);
    d->most_waiting = threads / 3;
    *out = d;
    return RC_OK;
}

void image_desk_free(struct image_desk *d)
{
    if (!d) return;
    list_cache_free(d->cache);
    pthread_cond_destroy(&d->free);
    pthread_mutex_destroy(&d->lock);
    free(d->whose);
    free(d);
}

struct list_cache *image_desk_kept(struct image_desk *d)
{
    return d->cache;
}

static bool is_free(const struct image_desk *d, const struct shared_key *who)
{
    unsigned own = 0;
    for (unsigned i = 0; i < d->busy; i++)
        own += memcmp(&d->whose[i], who, sizeof *who) == 0;
    return d->busy < d->most && own < MOST_OF_ONE;
}

static bool take_turn(struct image_desk *d, const struct shared_key *who)
{
    struct timespec until;
    int timed_out = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_MS / 1000;
    pthread_mutex_lock(&d->lock);
    bool may_wait = d->waiting < d->most_waiting;
    d->waiting++;
    while (may_wait && !is_free(d, who) && timed_out == 0)
        timed_out = pthread_cond_timedwait(&d->free, &d->lock, &until);
    d->waiting--;
    bool in = is_free(d, who);
    if (in) d->whose[d->busy++] = *who;
    pthread_mutex_unlock(&d->lock);
    return in;
}

static void leave_turn(struct image_desk *d, const struct shared_key *who)
{
    unsigned i = 0;
    pthread_mutex_lock(&d->lock);
    while (memcmp(&d->whose[i], who, sizeof *who) != 0)
        i++;
    d->whose[i] = d->whose[--d->busy];
    pthread_cond_broadcast(&d->free); /* the first that waits may be one who has his share */
    pthread_mutex_unlock(&d->lock);
}

/* --- signed paths ------------------------------------------------------------------------------
 */

struct token {
    unsigned char bytes[TOKEN_BYTES];
};

static void put_expiry(struct token *t, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        t->bytes[i] = (unsigned char) (v >> (24 - 8 * i));
}

static uint32_t expiry_of(const struct token *t)
{
    return (uint32_t) t->bytes[0] << 24 | (uint32_t) t->bytes[1] << 16 |
           (uint32_t) t->bytes[2] << 8 | t->bytes[3];
}

/* Fills in the HMAC over everything before it and the URL, by a key of this session. */
static rc_t sign(struct call *c, struct token *t, str_t url, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    const size_t head = TOKEN_BYTES - 32;
    CLEANUP_BUF struct buf b = BUF_INIT(head + url.n);
    if (!buf_add(&b, t->bytes, head) || !buf_str(&b, url)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(app_key(c->app, STR("remote image"), c->session->id, key, e));
    rc_t rc = mac(key, buf_view(&b), t->bytes + head, e);
    wipe(key, sizeof key);
    return rc;
}

static rc_t mark_message(struct call *c, const struct message_request *q, struct token *t,
                         struct err *e)
{
    struct shared_key mark;
    str_t which = arena_printf(c->arena, "%u.%u", q->uidvalidity, q->uid);
    str_t parts[] = {STR("images"), c->session->address, q->mailbox, which};
    TRY(shared_key_of(parts, 4, &mark, e));
    memcpy(t->bytes + 4, mark.bytes, MARK_BYTES);
    /* On the hour, so that the browser finds again what it has. */
    put_expiry(t, (uint32_t) ((call_now() / WINDOW_SECONDS + 2) * WINDOW_SECONDS));
    return RC_OK;
}

static rc_t add_paths(struct call *c, const struct message_request *q,
                      const struct remote_images *r, json_t *all, struct err *e)
{
    struct token t;
    TRY(mark_message(c, q, &t, e));
    for (size_t i = 0; i < r->count; i++) {
        TRY(sign(c, &t, r->list[i].url, e));
        str_t name = r->list[i].name, u = b64url_encode(c->arena, r->list[i].url);
        str_t s = b64url_encode(c->arena, str_n(t.bytes, sizeof t.bytes));
        json_t *path = json_from_str(
            arena_printf(c->arena, "/api/v1/image?u=%.*s&s=%.*s", STR_ARG(u), STR_ARG(s)));
        if (str_is_null(u) || str_is_null(s) ||
            json_object_setn_new(all, name.p, name.n, path) != 0)
            return err_set(e, RC_NO_MEMORY, NULL);
    }
    return RC_OK;
}

/* --- which pictures ----------------------------------------------------------------------------
 */

static bool is_decrypted(const struct message_view *v)
{
    for (size_t i = 0; i < v->part_count; i++)
        if (v->parts[i].sealed) return true;
    return v->has_encryption;
}

/* By the settings: always, never, or of the senders that were remembered, where it is confirmed
 * that the message is theirs: a From alone can be forged, by one who wants to know when it is read.
 */
static rc_t is_wanted(struct call *c, const struct message_view *v, bool *out, struct err *e)
{
    CLEANUP_JSON json_t *settings = NULL;
    TRY(settings_load(c, &settings, e));
    str_t word = json_text(json_object_get(json_object_get(settings, "reading"), "images"));
    const json_t *list = json_object_get(settings, "remote_images");
    *out = str_eq(word, STR("always"));
    if (*out || str_eq(word, STR("never")) || v->from_count != 1 || !v->from[0].address.n)
        return RC_OK;
    for (size_t i = 0; i < json_array_size(list) && !*out; i++)
        *out = str_ieq(json_text(json_array_get(list, i)), v->from[0].address);
    if (*out && !WX_MUTANT(IMAGE_SENDER))
        *out = message_sender_confirmed(v, c->session->domain->authserv_id, c->arena);
    return RC_OK;
}

rc_t images_of(struct call *c, const struct message_request *q, const struct opened_message *m,
               bool ask, json_t **out, struct err *e)
{
    struct remote_images found;
    bool allowed = true;
    if (c->app->config->fetch_socket.n == 0 || m->attached.n) return RC_OK;
    if (is_decrypted(m->view)) return RC_OK;
    TRY(remote_images_new(MAX_IMAGES, c->arena, &found, e));
    for (size_t i = 0; i < m->view->part_count; i++)
        if (m->view->parts[i].html)
            TRY(remote_images_add(&found, m->view->parts[i].text, c->arena, e));
    if (found.count == 0) return RC_OK;
    if (ask) TRY(is_wanted(c, m->view, &allowed, e));
    if (!allowed) return RC_OK;
    json_t *all = json_object();
    rc_t rc = add_paths(c, q, &found, all, e);
    if (rc == RC_OK)
        *out = all;
    else
        json_decref(all);
    return rc;
}

/* --- one picture -------------------------------------------------------------------------------
 */

static rc_t refused(struct err *e)
{
    return err_set(e, RC_FORBIDDEN, "This picture may not be loaded (any more).");
}

static rc_t read_question(struct call *c, str_t *url, struct token *t, struct err *e)
{
    struct token good;
    str_t u = request_query(c->q, STR("u")), s = request_query(c->q, STR("s")), bytes;
    if (u.n > 4 * REMOTE_MAX_URL || s.n > 2 * TOKEN_BYTES || !b64url_decode(c->arena, u, url) ||
        !b64url_decode(c->arena, s, &bytes) || bytes.n != TOKEN_BYTES || url->n == 0)
        return refused(e);
    memcpy(t->bytes, bytes.p, TOKEN_BYTES);
    good = *t;
    TRY(sign(c, &good, *url, e));
    bool same = mac_equal(bytes, str_n(good.bytes, sizeof good.bytes));
    if (!same && !WX_MUTANT(IMAGE)) return refused(e);
    return expiry_of(t) > call_now() ? RC_OK : refused(e);
}

static str_t cache_key(struct call *c, str_t url)
{
    return arena_printf(c->arena, "%.*s\n%.*s", STR_ARG(c->session->id), STR_ARG(url));
}

/* What came of a fetch: the bytes of a picture, or why there is none; a page that tries again must
 * not ask outside again. */
struct kept {
    int64_t until;
    rc_t rc;
};

/* False: nothing is kept (any more). */
static bool find_kept(struct call *c, str_t key, struct kept *out, str_t *bytes)
{
    str_t v = list_cache_get(c->app->images->cache, key, c->arena);
    if (v.n < sizeof *out) return false;
    memcpy(out, v.p, sizeof *out);
    *bytes = str_sub(v, sizeof *out, v.n);
    return out->until > call_now();
}

static void keep(struct call *c, str_t key, rc_t rc, str_t bytes)
{
    struct kept k;
    memset(&k, 0, sizeof k); /* its gaps too */
    k.until = call_now() + KEPT_SECONDS;
    k.rc = rc;
    CLEANUP_BUF struct buf b = BUF_INIT(sizeof k + bytes.n);
    if (buf_add(&b, &k, sizeof k) && buf_str(&b, bytes))
        list_cache_put(c->app->images->cache, key, buf_view(&b));
}

static struct shared_key counter(const struct token *t, unsigned char of)
{
    struct shared_key key;
    memcpy(key.bytes, t->bytes + 4, MARK_BYTES);
    key.bytes[0] ^= of;
    return key;
}

static rc_t fetch_picture(struct call *c, str_t url, const struct token *t, str_t *out,
                          struct err *e)
{
    const struct fetch_request q = {.kind = FETCH_IMAGE,
                                    .method = FETCH_GET,
                                    .url = url,
                                    .max_bytes = IMAGE_BYTES,
                                    .timeout_ms = FETCH_MS};
    struct shared_key number = counter(t, 1), kib = counter(t, 2), who;
    str_t parts[] = {STR("pictures of"), c->session->address};
    struct fetch_answer answer;
    if (shared_count(c->app->shared, &number, WINDOW_SECONDS, 1, call_now()) > MAX_FETCHES ||
        shared_count(c->app->shared, &kib, WINDOW_SECONDS, 0, call_now()) > MAX_KIB)
        return err_set(e, RC_THROTTLED, "This message loads too much. Please try again later.");
    TRY(shared_key_of(parts, 2, &who, e));
    if (!take_turn(c->app->images, &who))
        return err_set(e, RC_THROTTLED, "Too many pictures are being loaded just now.");
    rc_t rc = fetch_call(c->app->config->fetch_socket, &q, c->arena, &answer, e);
    leave_turn(c->app->images, &who);
    TRY(rc);
    (void) shared_count(c->app->shared, &kib, WINDOW_SECONDS, (int) (answer.body.n >> 10) + 1,
                        call_now());
    if (answer.status != 200)
        return err_set(e, RC_SOURCE_DOWN, "The other server did not give the picture.");
    *out = answer.body;
    return RC_OK;
}

static bool is_of_the_source(rc_t rc)
{
    return rc == RC_SOURCE_DOWN || rc == RC_SOURCE_REFUSED || rc == RC_TOO_LARGE ||
           rc == RC_TIMEOUT || rc == RC_UNSUPPORTED;
}

/* From memory, or from outside; what is no picture is RC_UNSUPPORTED. */
static rc_t find_picture(struct call *c, str_t url, const struct token *t, str_t *bytes,
                         struct raster *r, struct err *e)
{
    struct kept before;
    str_t key = cache_key(c, url);
    if (find_kept(c, key, &before, bytes)) {
        if (before.rc != RC_OK) return err_set(e, before.rc, NULL);
        return raster_read(*bytes, r) ? RC_OK : err_set(e, RC_UNSUPPORTED, NULL);
    }
    rc_t rc = fetch_picture(c, url, t, bytes, e);
    if (rc == RC_OK && !raster_read(*bytes, r))
        rc = err_set(e, RC_UNSUPPORTED, "This is no picture that can be shown.");
    if (rc == RC_OK)
        keep(c, key, rc, *bytes);
    else if (is_of_the_source(rc))
        keep(c, key, rc, STR(""));
    return rc;
}

rc_t image_get(struct call *c, struct err *e)
{
    struct token t;
    struct raster r;
    str_t url, bytes;
    CLEANUP_BUF struct buf body = BUF_INIT(IMAGE_BYTES);
    TRY(read_question(c, &url, &t, e));
    TRY(find_picture(c, url, &t, &bytes, &r, e));
    if (!buf_str(&body, bytes)) return err_set(e, RC_NO_MEMORY, NULL);
    response_type(c->s, str_c(r.type));
    response_header(c->s, STR("Content-Disposition"), STR("inline"));
    response_header(c->s, STR("Cache-Control"), STR("private, max-age=3600"));
    response_take(c->s, &body);
    return RC_OK;
}
