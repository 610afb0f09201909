/* A scripted server on loopback for fault tests: it records every line it is sent and answers by
 * rules. Each connection has its own thread; all are joined by fake_stop. */
#ifndef WAXSEAL_TEST_FAKE_SERVER_H
#define WAXSEAL_TEST_FAKE_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"

/* What follows the reply. FLOOD: one line without an end; LINES: lines without an end; DRIP: the
 * same byte by byte. */
enum fake_then { FAKE_GO_ON, FAKE_CLOSE, FAKE_HANG, FAKE_FLOOD, FAKE_LINES, FAKE_DRIP };

/* The first rule whose prefix begins the command answers it; "%T" in reply becomes the tag. */
struct fake_rule {
    const char *prefix; /* of the command behind the tag (IMAP) or of the line (SMTP) */
    str_t reply;
    enum fake_then then;
    unsigned connection; /* only on the nth one (from 1); 0: on all */
};

#define FAKE_CONNECTIONS 64
#define FAKE_RULES 32

struct fake {
    int listen_fd, port;
    const char *path; /* listens on this Unix socket instead; or NULL */
    bool six;         /* on ::1; port 0 when there is no such address */
    bool tagged;      /* IMAP: commands have tags and literals */
    str_t greeting;
    struct fake_rule rules[FAKE_RULES];
    size_t rule_count;
    pthread_mutex_t lock;
    struct buf body;   /* SMTP: the lines of DATA as they came, without the dot */
    struct buf seen;   /* every command line, LF after each, tags removed */
    unsigned commands; /* how many */
    unsigned connections;
    bool stop;
    pthread_t acceptor;
    pthread_t threads[FAKE_CONNECTIONS];
    int fds[FAKE_CONNECTIONS];
};

struct fake_session {
    struct fake *f;
    int fd;
    unsigned number;
    char in[65536];
    size_t n;
    bool data; /* SMTP: inside DATA */
};

static bool fake_send(int fd, str_t s)
{
    while (s.n > 0) {
        ssize_t done = send(fd, s.p, s.n, MSG_NOSIGNAL);
        if (done <= 0) return false;
        s = str_sub(s, (size_t) done, s.n);
    }
    return true;
}

static bool fake_fill(struct fake_session *s)
{
    if (s->n == sizeof s->in) return false;
    ssize_t got = recv(s->fd, s->in + s->n, sizeof s->in - s->n, 0);
    if (got <= 0) return false;
    s->n += (size_t) got;
    return true;
}

/* Next line without its end into `line`; false at the end. */
static bool fake_line(struct fake_session *s, char *line, size_t size)
{
    char *nl;
    while (!(nl = memchr(s->in, '\n', s->n)))
        if (!fake_fill(s)) return false;
    size_t n = (size_t) (nl - s->in), keep = n > 0 && s->in[n - 1] == '\r' ? n - 1 : n;
    if (keep >= size) keep = size - 1;
    memcpy(line, s->in, keep);
    line[keep] = '\0';
    memmove(s->in, nl + 1, s->n - n - 1);
    s->n -= n + 1;
    return true;
}

static bool fake_skip(struct fake_session *s, size_t n)
{
    while (n > 0) {
        if (s->n == 0 && !fake_fill(s)) return false;
        size_t take = n < s->n ? n : s->n;
        memmove(s->in, s->in + take, s->n - take);
        s->n -= take;
        n -= take;
    }
    return true;
}

static void fake_note(struct fake *f, const char *line)
{
    pthread_mutex_lock(&f->lock);
    buf_cstr(&f->seen, line);
    buf_char(&f->seen, '\n');
    f->commands++;
    pthread_mutex_unlock(&f->lock);
}

static bool fake_reply(struct fake_session *s, const struct fake_rule *r, const char *tag)
{
    CLEANUP_BUF struct buf out = BUF_INIT(64u << 20);
    str_t rest = r->reply;
    ptrdiff_t at;
    while ((at = str_find(rest, STR("%T"))) >= 0) {
        buf_str(&out, str_sub(rest, 0, (size_t) at));
        buf_cstr(&out, tag);
        rest = str_sub(rest, (size_t) at + 2, rest.n);
    }
    buf_str(&out, rest);
    bool ok = fake_send(s->fd, buf_view(&out));
    if (!ok || r->then == FAKE_CLOSE) return false;
    if (r->then == FAKE_HANG) {
        while (fake_fill(s))
            s->n = 0;
        return false;
    }
    if (r->then == FAKE_FLOOD) {
        static const char noise[16384] = {[0] = 'x'};
        while (fake_send(s->fd, str_n(noise, sizeof noise))) {}
        return false;
    }
    if (r->then == FAKE_LINES || r->then == FAKE_DRIP) {
        static const char line[] = "250-more\r\n";
        size_t n = sizeof line - 1, step = r->then == FAKE_LINES ? n : 1;
        for (size_t i = 0; fake_send(s->fd, str_n(line + i, step)); i = (i + step) % n)
            if (step == 1) usleep(2000);
        return false;
    }
    return true;
}

/* Literals at the end of an IMAP command line are swallowed; the line goes on behind them. */
static bool fake_literals(struct fake_session *s, char *line, size_t size)
{
    size_t from = 0;
    for (;;) {
        size_t n = strlen(line);
        char *open = n > from && line[n - 1] == '}' ? strrchr(line + from, '{') : NULL;
        if (!open) return true;
        size_t literal = strtoul(open + 1, NULL, 10);
        if (!strchr(open, '+') && !fake_send(s->fd, STR("+ go ahead\r\n"))) return false;
        if (!fake_skip(s, literal) || !fake_line(s, line + n, size - n)) return false;
        from = n;
    }
}

static const struct fake_rule *fake_match(const struct fake_session *s, const char *command)
{
    static const struct fake_rule bad = {.prefix = "", .reply = STR_INIT("%T BAD unknown\r\n")};
    for (size_t i = 0; i < s->f->rule_count; i++) {
        const struct fake_rule *r = &s->f->rules[i];
        if (r->connection != 0 && r->connection != s->number) continue;
        if (strncasecmp(command, r->prefix, strlen(r->prefix)) == 0) return r;
    }
    return &bad;
}

static void fake_talk(struct fake_session *s)
{
    char line[65536];
    if (!fake_send(s->fd, s->f->greeting)) return;
    while (fake_line(s, line, sizeof line)) {
        if (s->f->tagged && !fake_literals(s, line, sizeof line)) return;
        char *command = line;
        if (s->f->tagged && (command = strchr(line, ' ')) != NULL) *command++ = '\0';
        if (!command) command = line;
        if (s->data && strcmp(line, ".") != 0) {
            pthread_mutex_lock(&s->f->lock);
            buf_cstr(&s->f->body, line);
            buf_cstr(&s->f->body, "\r\n");
            pthread_mutex_unlock(&s->f->lock);
            continue;
        }
        fake_note(s->f, command);
        const struct fake_rule *r = fake_match(s, command);
        s->data = !s->f->tagged && !s->data && str_starts(r->reply, STR("354"));
        if (!fake_reply(s, r, line)) return;
    }
}

static void *fake_session_run(void *arg)
{
    struct fake_session *s = arg;
    fake_talk(s);
    shutdown(s->fd, SHUT_RDWR);
    free(s);
    return NULL;
}

static void *fake_accept_run(void *arg)
{
    struct fake *f = arg;
    for (;;) {
        int fd = accept(f->listen_fd, NULL, NULL);
        pthread_mutex_lock(&f->lock);
        bool stop = f->stop || fd < 0 || f->connections == FAKE_CONNECTIONS;
        struct fake_session *s = stop ? NULL : calloc(1, sizeof *s);
        if (s) {
            f->fds[f->connections] = fd;
            *s = (struct fake_session){.f = f, .fd = fd, .number = f->connections + 1};
            pthread_create(&f->threads[f->connections++], NULL, fake_session_run, s);
        }
        pthread_mutex_unlock(&f->lock);
        if (s) continue;
        if (fd >= 0) close(fd);
        return NULL;
    }
}

static void fake_listen(struct fake *f)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr *at = (struct sockaddr *) &a;
    socklen_t n = sizeof a;
    if (f->six) {
        at = (struct sockaddr *) &six;
        n = sizeof six;
    }
    if (f->path) {
        snprintf(local.sun_path, sizeof local.sun_path, "%s", f->path);
        at = (struct sockaddr *) &local;
        n = sizeof local;
    }
    f->listen_fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = bind(f->listen_fd, at, n) == 0;
    if (!bound && f->six) return;
    if (!bound || listen(f->listen_fd, 64) != 0 || getsockname(f->listen_fd, at, &n) != 0) abort();
    f->port = f->path ? 0 : ntohs(f->six ? six.sin6_port : a.sin_port);
}

static void fake_start(struct fake *f)
{
    pthread_mutex_init(&f->lock, NULL);
    f->seen = BUF_INIT(16u << 20);
    f->body = BUF_INIT(16u << 20);
    fake_listen(f);
    pthread_create(&f->acceptor, NULL, fake_accept_run, f);
}

static void fake_stop(struct fake *f)
{
    pthread_mutex_lock(&f->lock);
    f->stop = true;
    pthread_mutex_unlock(&f->lock);
    shutdown(f->listen_fd, SHUT_RDWR);
    pthread_join(f->acceptor, NULL);
    close(f->listen_fd);
    for (unsigned i = 0; i < f->connections; i++)
        shutdown(f->fds[i], SHUT_RDWR);
    for (unsigned i = 0; i < f->connections; i++) {
        pthread_join(f->threads[i], NULL);
        close(f->fds[i]);
    }
    buf_free(&f->seen);
    buf_free(&f->body);
    pthread_mutex_destroy(&f->lock);
}

static inline void fake_rule(struct fake *f, const char *prefix, str_t reply, enum fake_then then,
                             unsigned connection)
{
    if (f->rule_count == FAKE_RULES) abort();
    f->rules[f->rule_count++] = (struct fake_rule){prefix, reply, then, connection};
}

/* Commands seen so far. */
static inline unsigned fake_commands(struct fake *f)
{
    pthread_mutex_lock(&f->lock);
    unsigned n = f->commands;
    pthread_mutex_unlock(&f->lock);
    return n;
}

/* Did a command beginning so arrive? */
static inline bool fake_saw(struct fake *f, const char *text)
{
    pthread_mutex_lock(&f->lock);
    bool yes = str_find(buf_view(&f->seen), str_c(text)) >= 0;
    pthread_mutex_unlock(&f->lock);
    return yes;
}

#endif
