#include "crypto/tls_dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "crypto/tls.h"

#define MAX_HOST 255
#define MAX_ADDRESSES 8
/* Lookups under way: a dead name server must not collect threads without end. */
#define MAX_LOOKUPS 64

int dial_wait(int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - clock_ms();
        if (left <= 0) return 0;
        struct pollfd p = {.fd = fd, .events = events};
        int n = poll(&p, 1, left > 60000 ? 60000 : (int) left);
        if (n > 0) return 1;
        if (n < 0 && errno != EINTR) return -1;
    }
}

/* --- name lookup ------------------------------------------------------------------ */

struct addresses {
    struct sockaddr_storage at[MAX_ADDRESSES];
    socklen_t size[MAX_ADDRESSES];
    size_t count;
};

/* Shared by the caller and the helper thread; whoever comes last frees it. */
struct lookup {
    pthread_mutex_t lock;
    pthread_cond_t done_cond;
    bool done, abandoned;
    int status;
    char host[MAX_HOST + 1], port[8];
    struct addresses found;
};

static pthread_mutex_t lookups_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned lookups_running;

static bool lookup_admit(int change)
{
    pthread_mutex_lock(&lookups_lock);
    bool ok = change < 0 || lookups_running < MAX_LOOKUPS;
    if (ok) lookups_running += (unsigned) change;
    pthread_mutex_unlock(&lookups_lock);
    return ok;
}

static int resolve(const char *host, const char *port, int flags, struct addresses *out)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    int status = getaddrinfo(host, port, &hints, &list);
    if (status != 0) return status;
    out->count = 0;
    for (struct addrinfo *i = list; i && out->count < MAX_ADDRESSES; i = i->ai_next) {
        if (i->ai_addrlen > sizeof out->at[0]) continue;
        memcpy(&out->at[out->count], i->ai_addr, i->ai_addrlen);
        out->size[out->count++] = i->ai_addrlen;
    }
    freeaddrinfo(list);
    return out->count > 0 ? 0 : EAI_NONAME;
}

static void lookup_free(struct lookup *l)
{
    pthread_cond_destroy(&l->done_cond);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static void *lookup_run(void *arg)
{
    struct lookup *l = arg;
    struct addresses found = {.count = 0};
    int status = resolve(l->host, l->port, 0, &found);
    lookup_admit(-1);
    pthread_mutex_lock(&l->lock);
    l->status = status;
    l->found = found;
    l->done = true;
    bool last = l->abandoned;
    pthread_cond_signal(&l->done_cond);
    pthread_mutex_unlock(&l->lock);
    if (last) lookup_free(l);
    return NULL;
}

static struct lookup *lookup_new(const char *host, const char *port)
{
    struct lookup *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->done_cond, &attr);
    pthread_condattr_destroy(&attr);
    snprintf(l->host, sizeof l->host, "%s", host);
    snprintf(l->port, sizeof l->port, "%s", port);
    return l;
}

static bool lookup_start(struct lookup *l)
{
    if (!lookup_admit(1)) return false;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 256 * 1024);
    pthread_t thread;
    bool ok = pthread_create(&thread, &attr, lookup_run, l) == 0;
    pthread_attr_destroy(&attr);
    if (!ok) lookup_admit(-1);
    return ok;
}

/* 0 found, 1 not found, 2 deadline. */
static int lookup_wait(const char *host, const char *port, int64_t deadline, struct addresses *out)
{
    struct lookup *l = lookup_new(host, port);
    if (!l) return 1;
    if (!lookup_start(l)) {
        lookup_free(l);
        return 1;
    }
    struct timespec until = {.tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000};
    pthread_mutex_lock(&l->lock);
    int waited = 0;
    while (!l->done && waited == 0)
        waited = pthread_cond_timedwait(&l->done_cond, &l->lock, &until);
    bool done = l->done;
    int result = done ? (l->status == 0 ? 0 : 1) : 2;
    if (result == 0) *out = l->found;
    l->abandoned = !done;
    pthread_mutex_unlock(&l->lock);
    if (done) lookup_free(l);
    return result;
}

/* --- connect ------------------------------------------------------------------------ */

static bool is_loopback(const struct sockaddr_storage *a)
{
    if (a->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *) a;
        return (ntohl(in->sin_addr.s_addr) >> 24) == 127;
    }
    if (a->ss_family != AF_INET6) return false;
    const struct in6_addr *in6 = &((const struct sockaddr_in6 *) a)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(in6) || (IN6_IS_ADDR_V4MAPPED(in6) && in6->s6_addr[12] == 127);
}

/* Connected descriptor; -1 with errno (ETIMEDOUT: deadline). */
static int connect_one(const struct sockaddr_storage *a, socklen_t size, int64_t deadline)
{
    int fd = socket(a->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int problem = connect(fd, (const struct sockaddr *) a, size) == 0 ? 0 : errno;
    if (problem == EINPROGRESS || problem == EINTR) {
        socklen_t n = sizeof problem;
        int ready = dial_wait(fd, POLLOUT, deadline);
        if (ready == 0)
            problem = ETIMEDOUT;
        else if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &n) != 0)
            problem = errno;
    }
    if (problem != 0) {
        close(fd);
        errno = problem;
        return -1;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    return fd;
}

static rc_t find_addresses(const char *host, const char *port, int64_t deadline, rc_t down,
                           struct addresses *out, struct err *e)
{
    if (resolve(host, port, AI_NUMERICHOST, out) == 0) return RC_OK;
    switch (lookup_wait(host, port, deadline, out)) {
    case 0:
        return RC_OK;
    case 2:
        err_set(e, RC_TIMEOUT, NULL);
        err_detail(e, "name lookup of %s", host);
        return RC_TIMEOUT;
    default:
        err_set(e, down, NULL);
        err_detail(e, "no address for %s", host);
        return down;
    }
}

rc_t dial_tcp(str_t host, uint16_t port, int64_t deadline, rc_t down, int *fd, bool *loopback,
              struct err *e)
{
    if (host.n == 0 || host.n > MAX_HOST || !str_is_clean(host)) {
        err_set(e, down, NULL);
        err_detail(e, "not a host name");
        return down;
    }
    char name[MAX_HOST + 1], service[8];
    snprintf(name, sizeof name, "%.*s", STR_ARG(host));
    snprintf(service, sizeof service, "%u", port);
    struct addresses found = {.count = 0};
    TRY(find_addresses(name, service, deadline, down, &found, e));
    int problem = 0;
    for (size_t i = 0; i < found.count; i++) {
        int64_t now = clock_ms();
        int64_t share = (deadline - now) / (int64_t) (found.count - i);
        int s = connect_one(&found.at[i], found.size[i], now + share);
        if (s >= 0) {
            *fd = s;
            *loopback = is_loopback(&found.at[i]);
            return RC_OK;
        }
        problem = errno;
    }
    rc_t code = problem == ETIMEDOUT && clock_ms() >= deadline ? RC_TIMEOUT : down;
    err_set(e, code, NULL);
    char text[96];
    err_detail(e, "%s port %u: %s", name, port, strerror_r(problem, text, sizeof text));
    return code;
}
