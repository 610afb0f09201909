/* waxseal-fetch: the only process that opens connections to places which mail, certificates, users
 * or tenants name. Keeps nothing, reads no key, knows no user.
 *
 *     waxseal-fetch --config FILE            run (foreground); FILE needs a section [fetch]
 *     waxseal-fetch --config FILE --check    read the configuration, then exit
 */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/listen.h"
#include "base/log.h"
#include "fetch/directory.h"
#include "fetch/server.h"
#include "fetch/transfer.h"

#define CONFIG_ARENA_BYTES (8u << 20)

enum { MAX_USERS = 16, MMAP_BYTES = 128 << 10 };

struct daemon {
    struct config *config;
    uid_t users[MAX_USERS];
    size_t user_count;
};

static rc_t read_users(struct daemon *d, struct arena *a, struct err *e)
{
    for (str_t left = d->config->fetch_users; left.n > 0;) {
        str_t one;
        str_cut(left, ' ', &one, &left);
        if (one.n == 0) continue;
        const char *name = arena_cstr(a, one);
        const struct passwd *p = name ? getpwnam(name) : NULL;
        if (!p || d->user_count == MAX_USERS)
            return err_set(e, RC_INVALID, "%.*s: users: expected at most %d names, got \"%s\"",
                           STR_ARG(d->config->file), MAX_USERS, name ? name : "");
        d->users[d->user_count++] = p->pw_uid;
    }
    return RC_OK;
}

static rc_t read_setting(const char *file, struct arena *a, struct daemon *d, struct err *e)
{
    TRY(config_load(file, a, &d->config, e));
    if (str_is_null(d->config->fetch_socket))
        return err_set(e, RC_INVALID, "%s: there is no section [fetch]", file);
    return read_users(d, a, e);
}

static rc_t serve(struct daemon *d, struct arena *a, struct err *e)
{
    const struct server_options o = {.allow = d->config->fetch_allow,
                                     .allow_count = d->config->fetch_allow_count,
                                     .config = d->config,
                                     .users = d->users,
                                     .user_count = d->user_count,
                                     .threads = d->config->fetch_threads};
    const char *path = arena_cstr(a, d->config->fetch_socket);
    sigset_t set;
    int fd;
    if (!path) return err_set(e, RC_NO_MEMORY, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP); /* means nothing here, but must not end us */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    log_init(STDERR_FILENO, log_level_of(d->config->log_level), "waxseal-fetch");
    TRY(transfer_setup(e));
    TRY(directory_setup(e));
    TRY(listen_unix(d->config->fetch_socket, LIMIT_QUEUE, true, &fd, e));
    log_event(LOG_INFO, "started", "threads", LOG_I(o.threads), "allowed_places",
              LOG_I(o.allow_count), NULL);
    rc_t rc = server_run(&o, fd, e);
    unlink(path);
    close(fd);
    return rc;
}

static int run(const char *file, bool only_check)
{
    struct err e = {0};
    struct daemon d = {0};
    CLEANUP_ARENA struct arena *a = arena_new(CONFIG_ARENA_BYTES);
    /* Lists of megabytes go back to the system when they are sent, instead of staying with a
     * thread. */
    mallopt(M_MMAP_THRESHOLD, MMAP_BYTES);
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    rc_t rc = a ? read_setting(file, a, &d, &e) : err_set(&e, RC_NO_MEMORY, NULL);
    if (rc == RC_OK && only_check)
        printf("%s: ok\n", file);
    else if (rc == RC_OK)
        rc = serve(&d, a, &e);
    if (rc != RC_OK) fprintf(stderr, "waxseal-fetch: %s\n", e.message);
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
        fputs("usage: waxseal-fetch --config FILE [--check]\n", stderr);
        return 2;
    }
    return run(config, check);
}
