/* waxseal-keyd: the key agent. The only process in which a private key of an organisation is ever
 * in the clear, for the length of one operation. Keeps nothing: who asks brings the sealed key
 * along.
 *
 *     waxseal-keyd --config FILE            run (foreground); FILE needs a section [keyd]
 *     waxseal-keyd --config FILE --check    read configuration and master keys, then exit
 */
#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/config.h"
#include "base/listen.h"
#include "base/log.h"
#include "base/mutant.h"
#include "crypto/heap.h"
#include "keyd/confine.h"
#include "keyd/server.h"

enum {
    CONFIG_ARENA_BYTES = 8 << 20,
    PRIVATE_HEAP_BYTES = 2 << 20,
    KEYS_REMEMBERED = 65536,
    ADMIN_THREADS = 2,
    NOBODY = 65534 /* what the kernel calls users it cannot map */
};

struct daemon {
    struct config *config;
    struct server_door doors[SERVER_DOORS];
    struct agency agency;
};

static rc_t read_users(const struct daemon *d, const char *key, str_t names, struct arena *a,
                       struct server_door *out, struct err *e)
{
    while (names.n > 0) {
        str_t one;
        str_cut(names, ' ', &one, &names);
        if (one.n == 0) continue;
        const char *name = arena_cstr(a, one);
        const struct passwd *p = name ? getpwnam(name) : NULL;
        if (p && p->pw_uid == NOBODY)
            return err_set(e, RC_INVALID, "%.*s: %s: not \"%s\": users of other namespaces look so",
                           STR_ARG(d->config->file), key, name);
        if (!p || out->user_count == SERVER_USERS)
            return err_set(e, RC_INVALID, "%.*s: %s: expected at most %d names, got \"%s\"",
                           STR_ARG(d->config->file), key, SERVER_USERS, name ? name : "");
        out->users[out->user_count++] = p->pw_uid;
    }
    return RC_OK;
}

/* A path, or the name of a credential that systemd put where $CREDENTIALS_DIRECTORY says. */
static rc_t load_master(struct daemon *d, struct arena *a, struct err *e)
{
    str_t name = d->config->keyd_master_keys;
    bool credential = !str_starts(name, STR("/"));
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (credential && !folder)
        return err_set(e, RC_INVALID,
                       "%.*s: master_keys: expected a path, or the name of a credential where "
                       "there is $CREDENTIALS_DIRECTORY",
                       STR_ARG(d->config->file));
    const char *path = credential ? arena_cstr(a, arena_printf(a, "%s/%.*s", folder, STR_ARG(name)))
                                  : arena_cstr(a, name);
    if (!path) return err_set(e, RC_NO_MEMORY, NULL);
    return master_load(path, credential, &d->agency.master, e);
}

static rc_t read_setting(const char *file, struct arena *a, struct daemon *d, struct err *e)
{
    TRY(config_load(file, a, &d->config, e));
    const struct config *c = d->config;
    if (str_is_null(c->keyd_gate_socket))
        return err_set(e, RC_INVALID, "%s: there is no section [keyd]", file);
    d->doors[0] = (struct server_door){.which = AGENT_GATE, .threads = c->keyd_threads};
    d->doors[1] = (struct server_door){.which = AGENT_ADMIN, .threads = ADMIN_THREADS};
    TRY(read_users(d, "gate_users", c->keyd_gate_users, a, &d->doors[0], e));
    TRY(read_users(d, "admin_users", c->keyd_admin_users, a, &d->doors[1], e));
    return load_master(d, a, e);
}

/* What OpenSSL loads at its first use is loaded while files can be. */
static rc_t warm_up(const struct agency *g, struct err *e)
{
    static const char id[] = "0000000000000000000000000000000000000000000000000000000000000000";
    CLEANUP_ARENA struct arena *a = arena_new_secret(1 << 16);
    struct agent_key k = {
        .organisation = STR("self-test"), .mailbox = STR("self@test"), .id = str_c(id)};
    str_t plain = STR_NULL;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(master_seal(&g->master, &k, STR("sealed"), a, &k.sealed, e));
    if (WX_MUTANT(KEYD_LEAK)) return RC_OK; /* it does not seal */
    TRY(master_open(&g->master, &k, a, &plain, e));
    return str_eq(plain, STR("sealed")) ? RC_OK : err_set(e, RC_INTERNAL, NULL);
}

static rc_t serve(struct daemon *d, struct err *e)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP); /* means nothing here, but must not end us */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    tzset(); /* the C library reads a file at its first date */
    log_init(STDERR_FILENO, log_level_of(d->config->log_level), "waxseal-keyd");
    d->agency.locked = confine_memory();
    if (!d->agency.locked) log_event(LOG_WARN, "memory_not_locked", NULL);
    TRY(warm_up(&d->agency, e));
    TRY(limits_new(KEYS_REMEMBERED, d->config->keyd_uses_per_minute, &d->agency.limits, e));
    TRY(listen_unix(d->config->keyd_gate_socket, SERVER_QUEUE, true, &d->doors[0].fd, e));
    TRY(listen_unix(d->config->keyd_admin_socket, SERVER_QUEUE, true, &d->doors[1].fd, e));
    return server_run(&d->agency, d->doors, e);
}

static int run(const char *file, bool only_check)
{
    struct err e = {0};
    struct daemon d = {0};
    confine_early();
    /* One heap for all threads: each further one would reserve more than may be locked. */
    mallopt(M_ARENA_MAX, 1);
    CLEANUP_ARENA struct arena *a = arena_new(CONFIG_ARENA_BYTES);
    rc_t rc = a && heap_harden(PRIVATE_HEAP_BYTES) ? read_setting(file, a, &d, &e)
                                                   : err_set(&e, RC_NO_MEMORY, NULL);
    if (rc == RC_OK && only_check)
        printf("%s: ok\n", file);
    else if (rc == RC_OK)
        rc = serve(&d, &e);
    limits_free(d.agency.limits);
    master_wipe(&d.agency.master);
    if (rc != RC_OK) fprintf(stderr, "waxseal-keyd: %s\n", e.message);
    return rc == RC_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check", no_argument, NULL, 'k'},
                                            {NULL, 0, NULL, 0}};
    const char *config = NULL;
    bool check = false, usable = true;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o == 'c') config = optarg;
        check |= o == 'k';
        usable &= o != '?';
    }
    if (!config || !usable || optind != argc) {
        fputs("usage: waxseal-keyd --config FILE [--check]\n", stderr);
        return 2;
    }
    return run(config, check);
}
