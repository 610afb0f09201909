#include "base/master.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define BACKOFF_FIRST_MS 50
#define BACKOFF_MOST_MS 10000
#define HEALTHY_MS 10000 /* a worker that lived that long starts the backoff anew */

struct slot {
    pid_t pid;     /* 0: none */
    pid_t leaving; /* the replaced worker, still finishing its requests */
    bool odd;      /* which of the slot's two numbers `pid` has */
    int64_t started, start_at, kill_at;
    int backoff_ms;
};

struct master {
    const struct master_options *o;
    struct slot slots[MASTER_MAX_PROCESSES];
    unsigned replacing; /* next slot to replace; == processes: none */
    bool stopping;
    sigset_t before;
};

static void start(struct master *m, unsigned i)
{
    struct slot *s = &m->slots[i];
    pid_t parent = getpid();
    bool odd = !s->odd;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) _exit(1);
        signal(SIGHUP, SIG_IGN);
        sigprocmask(SIG_SETMASK, &m->before, NULL);
        exit(m->o->worker(m->o->app, i + (odd ? m->o->processes : 0)));
    }
    s->started = clock_ms();
    if (pid < 0) {
        log_event(LOG_ERROR, "fork_failed", "errno", LOG_I(errno), NULL);
        s->start_at = s->started + BACKOFF_MOST_MS;
        return;
    }
    s->pid = pid;
    s->odd = odd;
    s->start_at = 0;
    log_event(LOG_INFO, "worker_started", "pid", LOG_I(pid), "slot", LOG_I(i), NULL);
}

static void note_crash(struct slot *s, int64_t now)
{
    if (now - s->started >= HEALTHY_MS || s->backoff_ms == 0)
        s->backoff_ms = BACKOFF_FIRST_MS;
    else if (s->backoff_ms < BACKOFF_MOST_MS)
        s->backoff_ms *= 2;
    s->start_at = now + s->backoff_ms;
}

static void reap(struct master *m)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        int64_t now = clock_ms();
        bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        log_event(clean ? LOG_INFO : LOG_ERROR, "worker_ended", "pid", LOG_I(pid), "exit",
                  LOG_I(WIFEXITED(status) ? WEXITSTATUS(status) : -1), "signal",
                  LOG_I(WIFSIGNALED(status) ? WTERMSIG(status) : 0), NULL);
        m->o->reaped(m->o->app, pid, status);
        for (unsigned i = 0; i < m->o->processes; i++) {
            struct slot *s = &m->slots[i];
            if (s->leaving == pid) s->leaving = 0;
            if (s->pid != pid) continue;
            s->pid = 0;
            if (!m->stopping) note_crash(s, now);
        }
    }
}

static void ask_to_leave(struct master *m, struct slot *s)
{
    s->kill_at = clock_ms() + m->o->stop_timeout_ms;
    if (s->pid) kill(s->pid, SIGTERM);
    if (s->leaving) kill(s->leaving, SIGTERM);
}

/* One slot at a time: the new worker serves before the old one is asked to leave. */
static void replace_next(struct master *m)
{
    while (m->replacing < m->o->processes) {
        struct slot *s = &m->slots[m->replacing];
        if (s->leaving) return;
        if (m->replacing > 0 && m->slots[m->replacing - 1].leaving) return;
        m->replacing++;
        if (!s->pid) continue;
        s->leaving = s->pid;
        s->pid = 0;
        start(m, m->replacing - 1);
        s->kill_at = clock_ms() + m->o->stop_timeout_ms;
        kill(s->leaving, SIGTERM);
    }
}

static void tend(struct master *m)
{
    int64_t now = clock_ms();
    for (unsigned i = 0; i < m->o->processes; i++) {
        struct slot *s = &m->slots[i];
        if (!m->stopping && !s->pid && now >= s->start_at) start(m, i);
        if (s->kill_at == 0 || now < s->kill_at) continue;
        s->kill_at = 0;
        if (s->leaving) kill(s->leaving, SIGKILL);
        if (m->stopping && s->pid) kill(s->pid, SIGKILL);
    }
    if (!m->stopping) replace_next(m);
}

static bool all_gone(const struct master *m)
{
    for (unsigned i = 0; i < m->o->processes; i++)
        if (m->slots[i].pid || m->slots[i].leaving) return false;
    return true;
}

static void on_signal(struct master *m, int sig)
{
    struct err e = {0};
    if (sig == SIGTERM || sig == SIGINT) {
        if (!m->stopping) log_event(LOG_INFO, "stopping", NULL);
        m->stopping = true;
        for (unsigned i = 0; i < m->o->processes; i++)
            ask_to_leave(m, &m->slots[i]);
    } else if (sig == SIGHUP && !m->stopping) {
        if (m->o->reload(m->o->app, &e) == RC_OK)
            m->replacing = 0;
        else
            log_err(LOG_ERROR, "reload_failed", &e);
    }
}

rc_t master_run(const struct master_options *o, struct err *e)
{
    if (o->processes < 1 || o->processes > MASTER_MAX_PROCESSES)
        return err_set(e, RC_INVALID, "Between 1 and %u processes.", MASTER_MAX_PROCESSES);
    struct master m = {.o = o, .replacing = o->processes};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &m.before);
    for (unsigned i = 0; i < o->processes; i++)
        start(&m, i);
    while (!m.stopping || !all_gone(&m)) {
        struct timespec wait = {.tv_nsec = 100000000};
        int sig = sigtimedwait(&set, NULL, &wait);
        if (sig > 0) on_signal(&m, sig);
        reap(&m);
        tend(&m);
    }
    sigprocmask(SIG_SETMASK, &m.before, NULL);
    return RC_OK;
}
