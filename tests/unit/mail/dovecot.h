/* A real Dovecot for one test: each connection gets a process of its own over a private mail
 * folder. Its PREAUTH session starts behind a small sign-in of ours, so that no root, no account
 * and no fixed port is needed. */
#ifndef WAXSEAL_TEST_DOVECOT_H
#define WAXSEAL_TEST_DOVECOT_H

#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

#include "crypto/tls.h"
#include "mail/imap.h"

#define DOVECOT_CONNECTIONS 32

struct dovecot {
    char dir[64], conf[96];
    int listen_fd;
    pthread_t acceptor;
    pthread_t pumps[DOVECOT_CONNECTIONS];
    size_t pump_count;
    pthread_mutex_t cut_lock;
    int open[DOVECOT_CONNECTIONS]; /* descriptors of the connections, in the order they came; -1 */
    size_t open_count;
    struct config_endpoint server;
    struct imap_account account;
    struct imap_pool *pool;
    struct arena *a;
    struct err e;
};

static inline bool dovecot_there(void)
{
    return access("/usr/lib/dovecot/imap", X_OK) == 0 &&
           (access("/usr/bin/doveadm", X_OK) == 0 || access("/bin/doveadm", X_OK) == 0);
}

static inline bool dovecot_write_conf(struct dovecot *d)
{
    snprintf(d->dir, sizeof d->dir, "/tmp/waxseal-dovecot-XXXXXX");
    if (!mkdtemp(d->dir)) return false;
    snprintf(d->conf, sizeof d->conf, "%s/dovecot.conf", d->dir);
    FILE *f = fopen(d->conf, "w");
    if (!f) return false;
    /* Dovecot refuses to open mail as root, so then it is nobody's mail. */
    const struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
    uid_t uid = nobody ? nobody->pw_uid : getuid();
    gid_t gid = nobody ? nobody->pw_gid : getgid();
    if (nobody && chown(d->dir, uid, gid) != 0) return false;
    fprintf(f,
            "protocols = imap\nssl = no\nbase_dir = %s/run\nlog_path = %s/log\n"
            "mail_location = maildir:%s/mail\nfirst_valid_uid = 0\nfirst_valid_gid = 0\n"
            "mail_uid = %u\nmail_gid = %u\nmail_fsync = never\n"
            "namespace inbox {\n  inbox = yes\n  separator = /\n"
            "  mailbox Sent {\n    auto = subscribe\n    special_use = \\Sent\n  }\n"
            "  mailbox Trash {\n    auto = subscribe\n    special_use = \\Trash\n  }\n}\n",
            d->dir, d->dir, d->dir, uid, gid);
    return fclose(f) == 0;
}

static inline pid_t dovecot_spawn(struct dovecot *d, int in, int out)
{
    char *argv[] = {"doveadm", "-c", d->conf, "exec", "imap", NULL};
    char home[80];
    snprintf(home, sizeof home, "HOME=%s", d->dir);
    char *env[] = {home, "USER=alice", "PATH=/usr/bin:/bin:/usr/sbin:/sbin", NULL};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid = -1;
    if (posix_spawnp(&pid, "doveadm", &files, NULL, argv, env) != 0) pid = -1;
    posix_spawn_file_actions_destroy(&files);
    return pid;
}

/* Takes the LOGIN line; the reply goes out before the real server speaks. */
static inline bool dovecot_sign_in(int fd)
{
    static const char hello[] = "* OK ready\r\n";
    char line[512], reply[600];
    size_t n = 0;
    if (write(fd, hello, sizeof hello - 1) < 0) return false;
    while (n + 1 < sizeof line && read(fd, line + n, 1) == 1)
        if (line[n++] == '\n') break;
    line[n] = '\0';
    char *space = strchr(line, ' ');
    if (!space) return false;
    *space = '\0';
    int m = snprintf(reply, sizeof reply, "%s OK in\r\n", line);
    return write(fd, reply, (size_t) m) == m;
}

struct dovecot_pump {
    struct dovecot *d;
    int fd;
};

static inline bool dovecot_pass(int from, int to)
{
    char text[16384];
    ssize_t n = read(from, text, sizeof text);
    for (ssize_t done = 0; done < n;) {
        ssize_t m = write(to, text + done, (size_t) (n - done));
        if (m <= 0) return false;
        done += m;
    }
    return n > 0;
}

/* Between the client's connection and the server's pipes: Dovecot talks to no socket that it did
 * not accept itself. */
static inline void *dovecot_pump_run(void *arg)
{
    struct dovecot_pump *p = arg;
    int to[2], from[2];
    sigset_t pipe_only; /* a client that went away is seen by write */
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, NULL);
    if (dovecot_sign_in(p->fd) && pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0) {
        pid_t pid = dovecot_spawn(p->d, to[0], from[1]);
        close(to[0]);
        close(from[1]);
        struct pollfd fds[2] = {{.fd = p->fd, .events = POLLIN}, {.fd = from[0], .events = POLLIN}};
        while (poll(fds, 2, -1) > 0) {
            if (fds[0].revents && !dovecot_pass(p->fd, to[1])) break;
            if (fds[1].revents && !dovecot_pass(from[0], p->fd)) break;
        }
        close(to[1]);
        close(from[0]);
        if (pid > 0) waitpid(pid, NULL, 0);
    }
    pthread_mutex_lock(&p->d->cut_lock);
    for (size_t i = 0; i < p->d->open_count; i++)
        if (p->d->open[i] == p->fd) p->d->open[i] = -1;
    close(p->fd);
    pthread_mutex_unlock(&p->d->cut_lock);
    free(p);
    return NULL;
}

static inline void *dovecot_accept(void *arg)
{
    struct dovecot *d = arg;
    for (;;) {
        int fd = accept4(d->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        struct dovecot_pump *p = fd >= 0 ? malloc(sizeof *p) : NULL;
        if (!p || d->pump_count == DOVECOT_CONNECTIONS) {
            free(p);
            if (fd >= 0) close(fd);
            return NULL;
        }
        *p = (struct dovecot_pump){.d = d, .fd = fd};
        pthread_mutex_lock(&d->cut_lock);
        d->open[d->open_count++] = fd;
        pthread_mutex_unlock(&d->cut_lock);
        pthread_create(&d->pumps[d->pump_count++], NULL, dovecot_pump_run, p);
    }
}

static inline void dovecot_start(struct dovecot *d)
{
    assert_true(dovecot_write_conf(d));
    pthread_mutex_init(&d->cut_lock, NULL);
    d->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    assert_int_equal(bind(d->listen_fd, (struct sockaddr *) &at, sizeof at), 0);
    assert_int_equal(listen(d->listen_fd, 16), 0);
    assert_int_equal(getsockname(d->listen_fd, (struct sockaddr *) &at, &n), 0);
    pthread_create(&d->acceptor, NULL, dovecot_accept, d);
    struct imap_pool_options o = {.per_session = 3, .idle_seconds = 300, .total = 16};
    assert_int_equal(imap_pool_new(&o, &d->pool, &d->e), RC_OK);
    d->server = (struct config_endpoint){.host = STR("127.0.0.1"), .port = ntohs(at.sin_port)};
    d->account = (struct imap_account){.server = &d->server,
                                       .session = STR("session"),
                                       .login = STR("alice"),
                                       .password = STR("secret")};
    d->a = arena_new(256u << 20);
    assert_non_null(d->a);
}

static inline int dovecot_remove(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void) st;
    (void) kind;
    (void) ftw;
    return remove(path);
}

static inline void dovecot_stop(struct dovecot *d)
{
    imap_pool_free(d->pool);
    shutdown(d->listen_fd, SHUT_RDWR);
    pthread_join(d->acceptor, NULL);
    close(d->listen_fd);
    for (size_t i = 0; i < d->pump_count; i++)
        pthread_join(d->pumps[i], NULL);
    nftw(d->dir, dovecot_remove, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(d->a);
}

/* Ends every connection but the first one. */
static inline void dovecot_cut_later_ones(struct dovecot *d)
{
    pthread_mutex_lock(&d->cut_lock);
    for (size_t i = 1; i < d->open_count; i++)
        if (d->open[i] >= 0) shutdown(d->open[i], SHUT_RDWR);
    pthread_mutex_unlock(&d->cut_lock);
}

static inline struct imap *dovecot_open(struct dovecot *d, const char *session, const char *mailbox)
{
    struct imap_account acc = d->account;
    acc.session = str_c(session);
    struct imap *im = NULL;
    rc_t rc = imap_acquire(d->pool, &acc, str_c(mailbox), 60000, &im, &d->e);
    if (rc != RC_OK) fail_msg("%s: %s (%s)", mailbox, err_word(rc), d->e.detail);
    return im;
}

#endif
