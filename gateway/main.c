/* waxseal-gate: the mail flow. Takes mail by LMTP, treats it by the organisations' rules, hands it
 * on.
 *
 *     waxseal-gate --config FILE            run (foreground); FILE needs a section [gate]
 *     waxseal-gate --config FILE --check    read configuration, trust and password, then exit
 */
#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/listen.h"
#include "base/log.h"
#include "base/master.h"
#include "base/secret_file.h"
#include "gateway/hand.h"
#include "gateway/server.h"
#include "gateway/treat.h"

enum {
    CONFIG_ARENA_BYTES = 8 << 20,
    PASSWORD_BYTES = 512,
    KV_TIMEOUT_MS = 2000,
    AGENT_TIMEOUT_MS = 30000,
    BACKLOG = 256,
    STOP_MS = SERVER_GRACE_MS + HAND_WHOLE_MS, /* a mail under way is finished */
    WORK_FACTOR = 8,                           /* what is made of a mail, in its size */
    WORK_BYTES = 32 << 20
};
enum { LISTEN_SUBMISSION, LISTEN_MAILBOX, LISTENERS };

struct setting {
    struct arena *a; /* wiping */
    const struct config *config;
    struct trust *trust;
    str_t kv_password;
};
struct daemon {
    struct setting setting;
    struct server_listener listeners[LISTENERS];
    bool submitted[LISTENERS]; /* by index of the listener */
    unsigned listener_count;
    struct gate gate;
    pthread_key_t threads;
};

/* --- a thread's own ----------------------------------------------------------------------------
 */

struct own {
    struct gate_thread t;
    struct onward_hop next, mailboxes;
};

static void own_free(void *arg)
{
    struct own *o = arg;
    if (!o) return;
    onward_free(o->t.next);
    onward_free(o->t.mailboxes);
    kv_free(o->t.kv);
    free(o);
}

static struct onward_hop hop_of(const struct config *c, const struct config_hop *h)
{
    return (struct onward_hop){.protocol = h->lmtp ? ONWARD_LMTP : ONWARD_SMTP,
                               .socket = h->path,
                               .server = {.host = h->host, .port = h->port},
                               .name = c->gate_name};
}

static rc_t own_fill(const struct daemon *d, struct own *o, struct err *e)
{
    const struct config *c = d->setting.config;
    const struct kv_options kv = {.socket = c->redis_socket,
                                  .user = c->redis_user,
                                  .password = d->setting.kv_password,
                                  .timeout_ms = KV_TIMEOUT_MS};
    const struct config_hop *m = &c->gate_mailboxes;
    o->t.gate = &d->gate;
    o->next = hop_of(c, &c->gate_next);
    o->mailboxes = hop_of(c, m);
    TRY(kv_new(&kv, &o->t.kv, e));
    TRY(onward_new(&o->next, &o->t.next, e));
    return m->path.p || m->host.p ? onward_new(&o->mailboxes, &o->t.mailboxes, e) : RC_OK;
}

static struct gate_thread *own_thread(struct daemon *d)
{
    struct err e = {0};
    struct own *o = pthread_getspecific(d->threads);
    if (o) return &o->t;
    o = calloc(1, sizeof *o);
    rc_t rc = o ? own_fill(d, o, &e) : err_set(&e, RC_NO_MEMORY, NULL);
    if (rc == RC_OK && pthread_setspecific(d->threads, o) == 0) return &o->t;
    log_err(LOG_ERROR, "thread_not_ready", &e);
    own_free(o);
    return NULL;
}

/* Without what it takes the mail stays the peer's: no reply is 451. */
static void take(void *ctx, unsigned listener, struct lmtp_mail *mail)
{
    struct daemon *d = ctx;
    struct gate_thread *t = own_thread(d);
    if (t) treat_mail(t, d->submitted[listener], mail);
}

/* --- a worker ----------------------------------------------------------------------------------
 */

static rc_t open_gate(struct daemon *d, struct err *e)
{
    const struct setting *s = &d->setting;
    d->gate = (struct gate){.config = s->config,
                            .trust = s->trust,
                            .agent = {s->config->keyd_gate_socket, AGENT_TIMEOUT_MS}};
    TRY(roots_new(s->config, s->trust, &d->gate.roots, e));
    TRY(rulebook_new(s->config, &d->gate.rules, e));
    rulebook_set_roots(d->gate.rules, d->gate.roots);
    if (pthread_key_create(&d->threads, own_free) != 0) return err_set(e, RC_NO_MEMORY, NULL);
    return RC_OK;
}

static rc_t serve(struct daemon *d, struct err *e)
{
    const struct config *c = d->setting.config;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    TRY(open_gate(d, e));
    const struct server_options o = {
        .lmtp = {.name = c->gate_name,
                 .message_bytes = c->message_max_bytes,
                 .work_bytes = WORK_BYTES + (size_t) c->message_max_bytes * WORK_FACTOR},
        .listeners = d->listeners,
        .listener_count = d->listener_count,
        .threads = c->threads,
        .idle_ms = SERVER_IDLE_MS,
        .command_ms = SERVER_COMMAND_MS,
        .data_ms = SERVER_DATA_MS,
        .write_ms = SERVER_WRITE_MS,
        .grace_ms = SERVER_GRACE_MS,
        .take = take,
        .ctx = d};
    rc_t rc = server_run(&o, e);
    rulebook_free(d->gate.rules);
    roots_free(d->gate.roots);
    return rc;
}

static int worker(void *arg, unsigned slot)
{
    struct err e = {0};
    (void) slot;
    if (serve(arg, &e) == RC_OK) return 0;
    log_err(LOG_ERROR, "worker_failed", &e);
    return 1;
}

/* --- start -------------------------------------------------------------------------------------
 */

static rc_t setting_load(const char *file, struct setting *s, struct err *e)
{
    struct config *whole;
    str_t password;
    s->a = arena_new_secret(CONFIG_ARENA_BYTES);
    if (!s->a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(config_load(file, s->a, &whole, e));
    TRY(config_for_gate(whole, s->a, &s->config, e));
    const struct trust_place places[] = {{s->config->trust_dir, TRUSTED_BY_ORGANISATION},
                                         {s->config->mail_roots, TRUSTED_BY_MAIL_ROOTS}};
    TRY(trust_load_places(places, 2, &s->trust, e));
    if (str_is_null(s->config->redis_password_file)) return RC_OK;
    TRY(secret_file_read(s->a, s->config->redis_password_file, PASSWORD_BYTES, &password, e));
    s->kv_password = str_trim(password);
    return RC_OK;
}

static rc_t add_listener(struct daemon *d, const struct config_hop *place, bool submitted,
                         struct err *e)
{
    struct server_listener *l = &d->listeners[d->listener_count];
    if (str_is_null(place->path) && str_is_null(place->host)) return RC_OK;
    l->role = submitted ? "submission" : "mailbox";
    if (!str_is_null(place->path))
        TRY(listen_unix(place->path, BACKLOG, true, &l->fd, e));
    else
        TRY(listen_loopback(place->host, place->port, BACKLOG, true, &l->fd, e));
    d->submitted[d->listener_count++] = submitted;
    return RC_OK;
}

static rc_t start(struct daemon *d, struct err *e)
{
    const struct config *c = d->setting.config;
    log_init(STDERR_FILENO, log_level_of(c->log_level), "waxseal-gate");
    signal(SIGPIPE, SIG_IGN);
    TRY(add_listener(d, &c->gate_submission, true, e));
    TRY(add_listener(d, &c->gate_mailbox, false, e));
    const struct master_options o = {
        .processes = c->processes, .stop_timeout_ms = STOP_MS, .worker = worker, .app = d};
    return master_run(&o, e);
}

static int run(const char *file, bool only_check)
{
    struct err e = {0};
    struct daemon d = {.listener_count = 0};
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    rc_t rc = setting_load(file, &d.setting, &e);
    if (rc == RC_OK && only_check)
        printf("%s: ok\n", file);
    else if (rc == RC_OK)
        rc = start(&d, &e);
    trust_free(d.setting.trust);
    arena_free(d.setting.a);
    if (rc != RC_OK)
        fprintf(stderr, "waxseal-gate: %s%s%s\n", e.message, e.detail[0] ? ": " : "", e.detail);
    return rc == RC_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check", no_argument, NULL, 'k'},
                                            {NULL, 0, NULL, 0}};
    const char *config = NULL;
    bool check = false, usable = true;
    json_wipe_freed();
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o == 'c') config = optarg;
        check |= o == 'k';
        usable &= o != '?';
    }
    if (!config || !usable || optind != argc) {
        fputs("usage: waxseal-gate --config FILE [--check]\n", stderr);
        return 2;
    }
    return run(config, check);
}
