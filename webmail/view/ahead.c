#include "webmail/view/ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "webmail/session/session.h"

#define JOBS 8u
#define JOBS_OF_ONE 2u /* nobody keeps the others waiting */
#define JOB_MS 600000  /* Dovecot reads 100,000 headers from a cold disk in a minute or two */
#define STOP_MS 2000

struct job {
    struct ahead_desk *desk;
    bool running;
    unsigned turn; /* counts its uses: whoever waits sees that it ended */
    /* Copies of what the thread needs; the password is wiped. */
    char *session, *login, *password, *mailbox;
    const struct config_endpoint *server;
    struct imap_order order;
    bool references;
};

struct ahead_desk {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct imap_pool *pool;
    struct job jobs[JOBS];
};

rc_t ahead_desk_new(struct imap_pool *pool, struct ahead_desk **out, struct err *e)
{
    struct ahead_desk *d = calloc(1, sizeof *d);
    if (!d) return err_set(e, RC_NO_MEMORY, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->ended, &attr);
    pthread_condattr_destroy(&attr);
    d->pool = pool;
    *out = d;
    return RC_OK;
}

static struct timespec in_ms(int ms)
{
    int64_t at = clock_ms() + ms;
    return (struct timespec){.tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000};
}

static bool is_busy(const struct ahead_desk *d)
{
    for (size_t i = 0; i < JOBS; i++)
        if (d->jobs[i].running) return true;
    return false;
}

bool ahead_desk_free(struct ahead_desk *d)
{
    if (!d) return true;
    struct timespec until = in_ms(STOP_MS);
    pthread_mutex_lock(&d->lock);
    int late = 0;
    while (is_busy(d) && late == 0)
        late = pthread_cond_timedwait(&d->ended, &d->lock, &until);
    bool busy = is_busy(d);
    pthread_mutex_unlock(&d->lock);
    if (busy) return false;
    pthread_cond_destroy(&d->ended);
    pthread_mutex_destroy(&d->lock);
    free(d);
    return true;
}

/* --- the thread ---------------------------------------------------------------------------- */

static rc_t work(struct job *j, struct err *e)
{
    struct imap *im = NULL;
    const struct imap_account account = {.server = j->server,
                                         .session = str_c(j->session),
                                         .login = str_c(j->login),
                                         .password = str_c(j->password)};
    TRY(imap_acquire(j->desk->pool, &account, str_c(j->mailbox), JOB_MS, &im, e));
    rc_t rc = j->references ? imap_references_prepare(im, e) : imap_order_prepare(im, &j->order, e);
    imap_release(im);
    return rc;
}

static void job_clear(struct job *j)
{
    if (j->password) wipe(j->password, strlen(j->password));
    free(j->session);
    free(j->login);
    free(j->password);
    free(j->mailbox);
    j->session = j->login = j->password = j->mailbox = NULL;
}

static void *run(void *arg)
{
    struct job *j = arg;
    struct ahead_desk *d = j->desk;
    struct err e = {0};
    int64_t from = clock_ms();
    rc_t rc = work(j, &e);
    log_event(rc == RC_OK ? LOG_DEBUG : LOG_WARN, "ahead", "ms", LOG_I(clock_ms() - from), "code",
              LOG_C(rc == RC_OK ? "ok" : err_word(rc)), "detail", LOG_C(e.detail), NULL);
    pthread_mutex_lock(&d->lock);
    job_clear(j);
    j->running = false;
    j->turn++;
    pthread_cond_broadcast(&d->ended);
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

/* --- asking: with the lock held -----------------------------------------------------------------
 */

static bool is_same(const struct job *j, const struct call *c, str_t mailbox,
                    const struct imap_order *o)
{
    if (!j->running || !str_eq(str_c(j->login), c->session->login) ||
        !str_eq(str_c(j->mailbox), mailbox) || j->references != !o)
        return false;
    return !o || (j->order.sort == o->sort && j->order.ascending == o->ascending &&
                  j->order.threads == o->threads);
}

static bool start(struct job *j, struct call *c, str_t mailbox, const struct imap_order *o)
{
    struct imap_account a = call_imap_account(c);
    pthread_t thread;
    pthread_attr_t attr;
    j->server = a.server;
    j->session = strndup(a.session.p, a.session.n);
    j->login = strndup(a.login.p, a.login.n);
    j->password = strndup(a.password.p, a.password.n);
    j->mailbox = strndup(mailbox.p, mailbox.n);
    j->references = !o;
    j->order = o ? *o : (struct imap_order){0};
    bool ok = j->session && j->login && j->password && j->mailbox;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 512u << 10);
    j->running = ok && pthread_create(&thread, &attr, run, j) == 0;
    pthread_attr_destroy(&attr);
    if (!j->running) job_clear(j);
    return j->running;
}

/* The job that does it, started if need be; NULL: too many are under way. */
static struct job *job_for(struct ahead_desk *d, struct call *c, str_t mailbox,
                           const struct imap_order *o, bool *begun)
{
    struct job *idle = NULL;
    unsigned own = 0;
    for (size_t i = 0; i < JOBS; i++) {
        struct job *j = &d->jobs[i];
        if (is_same(j, c, mailbox, o)) return j;
        if (!j->running) idle = j;
        own += j->running && str_eq(str_c(j->login), c->session->login) ? 1 : 0;
    }
    if (!idle || own >= JOBS_OF_ONE) return NULL;
    idle->desk = d;
    *begun = true;
    return start(idle, c, mailbox, o) ? idle : NULL;
}

bool ahead_ready(struct call *c, struct imap *im, str_t mailbox, const struct imap_order *o,
                 int first_ms)
{
    struct ahead_desk *d = c->app->ahead;
    bool begun = false;
    if (o ? imap_order_is_known(im, o) : imap_references_are_known(im)) return true;
    pthread_mutex_lock(&d->lock);
    struct job *j = job_for(d, c, mailbox, o, &begun);
    struct timespec until = in_ms(begun ? first_ms : AHEAD_PATIENCE_MS);
    unsigned turn = j ? j->turn : 0;
    int late = 0;
    while (j && j->turn == turn && late == 0)
        late = pthread_cond_timedwait(&d->ended, &d->lock, &until);
    pthread_mutex_unlock(&d->lock);
    return o ? imap_order_is_known(im, o) : imap_references_are_known(im);
}
