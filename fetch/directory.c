#include "fetch/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <ldap.h>
#include <openldap.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetch/limits.h"
#include "fetch/resolve.h"

#define SYSTEM_ROOTS "/etc/ssl/certs/ca-certificates.crt"
#define CERTIFICATE "userCertificate;binary"
#define SMIME_BINARY "userSMIMECertificate;binary"
/* RFC 2798 wants ";binary"; OpenLDAP knows the attribute without it only. */
#define SMIME_BARE "userSMIMECertificate"

/* --- what was asked for ----------------------------------------------------------------------- */

bool directory_cut(str_t url, str_t *name, str_t *address)
{
    str_t n, a;
    if (!str_starts(url, STR("ldap:"))) return false;
    if (!str_cut(str_sub(url, 5, url.n), '/', &n, &a)) return false;
    if (n.n == 0 || a.n < 3 || a.n > 254 || str_chr(a, '@') <= 0) return false;
    for (size_t i = 0; i < a.n; i++)
        if (a.p[i] <= 0x20 || a.p[i] >= 0x7f || a.p[i] == '/') return false;
    *name = n;
    *address = a;
    return true;
}

void directory_filter(str_t address, struct buf *out)
{
    buf_cstr(out, "(mail=");
    for (size_t i = 0; i < address.n; i++) {
        unsigned char c = (unsigned char) address.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (plain)
            buf_char(out, (char) c);
        else
            buf_printf(out, "\\%02x", c);
    }
    buf_char(out, ')');
}

rc_t directory_setup(struct err *e)
{
    /* No file of the system or of a user says how; the library is set up before any thread. */
    if (setenv("LDAPNOINIT", "1", 1) != 0 ||
        ldap_set_option(NULL, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != LDAP_OPT_SUCCESS)
        return err_set(e, RC_INTERNAL, "libldap could not be set up.");
    return RC_OK;
}

/* --- one question ----------------------------------------------------------------------------- */

struct question {
    const struct config_directory *directory;
    struct transfer *out;
    int64_t deadline;
    str_t address;
    int fd; /* ours until ld has it */
    LDAP *ld;
    unsigned values;
    /* The watch: shuts the connection at the deadline, so that no read of the library outlives it.
     */
    int watched; /* a second descriptor of the same connection; -1: none */
    pthread_t watch;
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool done, shut;
};

static bool finish(struct question *q, enum fetch_outcome outcome, const char *detail)
{
    q->out->outcome = outcome;
    snprintf(q->out->detail, sizeof q->out->detail, "%.64s: %.128s", q->out->host, detail);
    return false;
}

static int64_t left_ms(const struct question *q)
{
    int64_t left = q->deadline - transfer_now_ms();
    return left > 0 ? left : 0;
}

static struct timeval left_time(const struct question *q)
{
    int64_t ms = left_ms(q);
    if (ms < 1) ms = 1; /* zero would mean for ever, or not at all */
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

/* What a failure of the library means. */
static bool failed(struct question *q, int code)
{
    if (left_ms(q) == 0 || code == LDAP_TIMEOUT || code == LDAP_TIMELIMIT_EXCEEDED)
        return finish(q, FETCH_TIMED_OUT, "no answer in time");
    if (code == LDAP_REFERRAL)
        return finish(q, FETCH_REFUSED, "it refers to another server, which is not asked");
    if (code == LDAP_CONNECT_ERROR)
        return finish(q, FETCH_UNREACHABLE, "no TLS, or its certificate is not trusted");
    if (code == LDAP_SERVER_DOWN || code == LDAP_DECODING_ERROR)
        return finish(q, FETCH_UNREACHABLE, "it broke off, or answered what is no LDAP");
    return finish(q, FETCH_UNREACHABLE, ldap_err2string(code));
}

/* --- the watch -------------------------------------------------------------------------------- */

static void *watch_over(void *arg)
{
    struct question *q = arg;
    struct timespec until = {.tv_sec = q->deadline / 1000, .tv_nsec = q->deadline % 1000 * 1000000};
    pthread_mutex_lock(&q->lock);
    while (!q->done && !q->shut)
        if (pthread_cond_timedwait(&q->over, &q->lock, &until) == ETIMEDOUT) {
            shutdown(q->watched, SHUT_RDWR);
            q->shut = true;
        }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

static bool watch_start(struct question *q)
{
    pthread_condattr_t clock;
    pthread_attr_t small;
    q->watched = fcntl(q->fd, F_DUPFD_CLOEXEC, 0);
    if (q->watched < 0) return finish(q, FETCH_FAILED, "no descriptor is left");
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&q->over, &clock);
    pthread_condattr_destroy(&clock);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 << 10);
    bool started = pthread_create(&q->watch, &small, watch_over, q) == 0;
    pthread_attr_destroy(&small);
    if (started) return true;
    close(q->watched);
    q->watched = -1;
    return finish(q, FETCH_FAILED, "no thread is left");
}

static void watch_stop(struct question *q)
{
    if (q->watched < 0) return;
    pthread_mutex_lock(&q->lock);
    q->done = true;
    pthread_cond_signal(&q->over);
    pthread_mutex_unlock(&q->lock);
    pthread_join(q->watch, NULL);
    pthread_cond_destroy(&q->over);
    pthread_mutex_destroy(&q->lock);
    close(q->watched);
    q->watched = -1;
}

/* --- connecting ------------------------------------------------------------------------------- */

static bool connected(int fd, const struct addrinfo *a, int64_t left)
{
    int error = 0;
    socklen_t n = sizeof error;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS || poll(&p, 1, (int) left) != 1) return false;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0;
}

/* Waits for reads and writes end at the deadline as well; the watch is for what goes on in drops.
 */
static void set_waits(const struct question *q, int fd)
{
    struct timeval t = left_time(q);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

static bool find_name(struct question *q, struct addrinfo **all)
{
    switch (resolve_name(q->out->host, q->directory->server.port, q->deadline, all)) {
    case RESOLVE_KNOWN:
        return true;
    case RESOLVE_LATE:
        return finish(q, FETCH_TIMED_OUT, "its name was not found in time");
    case RESOLVE_BUSY:
        return finish(q, FETCH_BUSY, "too many names are being looked up already");
    default:
        return finish(q, FETCH_UNREACHABLE, "its name is not known");
    }
}

static bool dial(struct question *q)
{
    struct addrinfo *all = NULL;
    if (!find_name(q, &all)) return false;
    for (const struct addrinfo *a = all; a && q->fd < 0 && left_ms(q) > 0; a = a->ai_next) {
        int fd =
            socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
        if (fd >= 0 && connected(fd, a, left_ms(q)))
            q->fd = fd;
        else if (fd >= 0)
            close(fd);
    }
    freeaddrinfo(all);
    if (q->fd < 0)
        return left_ms(q) == 0 ? finish(q, FETCH_TIMED_OUT, "no connection in time")
                               : finish(q, FETCH_UNREACHABLE, "no connection");
    set_waits(q, q->fd);
    return watch_start(q);
}

/* --- talking ---------------------------------------------------------------------------------- */

static int set_options(struct question *q)
{
    static const int version = LDAP_VERSION3, entries = DIRECTORY_MAX_ENTRIES,
                     never = LDAP_DEREF_NEVER;
    struct timeval t = left_time(q);
    ber_len_t most = DIRECTORY_MAX_PDU;
    Sockbuf *sb = NULL;
    int rc = ldap_set_option(q->ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    if (rc == 0) rc = ldap_set_option(q->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    if (rc == 0) rc = ldap_set_option(q->ld, LDAP_OPT_RESTART, LDAP_OPT_OFF);
    if (rc == 0) rc = ldap_set_option(q->ld, LDAP_OPT_DEREF, &never);
    if (rc == 0) rc = ldap_set_option(q->ld, LDAP_OPT_SIZELIMIT, &entries);
    if (rc == 0) rc = ldap_set_option(q->ld, LDAP_OPT_TIMEOUT, &t);
    if (rc == 0) rc = ldap_set_option(q->ld, LDAP_OPT_NETWORK_TIMEOUT, &t);
    if (rc == 0) rc = ldap_get_option(q->ld, LDAP_OPT_SOCKBUF, &sb);
    if (rc != 0 || !sb || ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &most) < 0)
        return LDAP_LOCAL_ERROR;
    return LDAP_SUCCESS;
}

static int start_tls(struct question *q)
{
    static const int demand = LDAP_OPT_X_TLS_HARD, client = 0;
    const struct config_endpoint *s = &q->directory->server;
    char roots[256] = SYSTEM_ROOTS;
    if (s->tls == TLS_MODE_NONE) return LDAP_SUCCESS;
    if (s->ca_file.n) snprintf(roots, sizeof roots, "%.*s", STR_ARG(s->ca_file));
    int rc = ldap_set_option(q->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    if (rc == 0) rc = ldap_set_option(q->ld, LDAP_OPT_X_TLS_CACERTFILE, roots);
    if (rc == 0) rc = ldap_set_option(q->ld, LDAP_OPT_X_TLS_NEWCTX, &client);
    if (rc != 0) return LDAP_CONNECT_ERROR;
    return s->tls == TLS_MODE_IMPLICIT ? ldap_install_tls(q->ld)
                                       : ldap_start_tls_s(q->ld, NULL, NULL);
}

static int sign_in(struct question *q)
{
    const struct config_directory *d = q->directory;
    char dn[256], file[256], password[256] = "";
    if (!d->bind_dn.n) return LDAP_SUCCESS; /* LDAP 3 needs no bind to be anonymous */
    snprintf(dn, sizeof dn, "%.*s", STR_ARG(d->bind_dn));
    snprintf(file, sizeof file, "%.*s", STR_ARG(d->bind_password_file));
    FILE *f = file[0] ? fopen(file, "re") : NULL;
    bool got = f && fgets(password, sizeof password, f);
    if (f) fclose(f);
    password[strcspn(password, "\r\n")] = '\0';
    /* An empty password would be an anonymous bind that looks like a good one (RFC 4513 5.1.2). */
    if (!got || !password[0]) return LDAP_INVALID_CREDENTIALS;
    struct berval secret = {.bv_len = strlen(password), .bv_val = password};
    int rc = ldap_sasl_bind_s(q->ld, dn, LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL);
    wipe(password, sizeof password);
    return rc;
}

static bool begin(struct question *q)
{
    char url[320];
    const struct config_endpoint *s = &q->directory->server;
    str_t name = s->tls_name.n ? s->tls_name : s->host; /* whose certificate it must be */
    snprintf(url, sizeof url, "ldap://%.*s:%u", STR_ARG(name), s->port);
    int rc = ldap_init_fd(q->fd, LDAP_PROTO_TCP, url, &q->ld);
    if (rc != LDAP_SUCCESS) return failed(q, rc);
    q->fd = -1;
    rc = set_options(q);
    if (rc == LDAP_SUCCESS) rc = start_tls(q);
    if (rc == LDAP_SUCCESS) rc = sign_in(q);
    return rc == LDAP_SUCCESS || failed(q, rc);
}

/* --- the answer ------------------------------------------------------------------------------- */

static bool put_value(struct question *q, char kind, const struct berval *v)
{
    struct buf *b = &q->out->body;
    size_t n = v->bv_len;
    const unsigned char length[] = {(unsigned char) (n >> 24), (unsigned char) (n >> 16),
                                    (unsigned char) (n >> 8), (unsigned char) n};
    if (n == 0 || n > DIRECTORY_MAX_VALUE || q->values >= DIRECTORY_MAX_VALUES) return true;
    q->values++;
    buf_char(b, kind);
    buf_add(b, length, sizeof length);
    buf_add(b, v->bv_val, n);
    return !b->failed || finish(q, FETCH_TOO_LARGE, "its answer is too large");
}

static bool put_values(struct question *q, LDAPMessage *entry, const char *attribute, char kind)
{
    struct berval **all = ldap_get_values_len(q->ld, entry, attribute);
    bool fits = true;
    for (size_t i = 0; all && all[i] && fits; i++)
        fits = put_value(q, kind, all[i]);
    ldap_value_free_len(all);
    return fits;
}

/* True: go on. */
static bool take_result(struct question *q, LDAPMessage *m)
{
    int code = LDAP_OTHER;
    int rc = ldap_parse_result(q->ld, m, &code, NULL, NULL, NULL, NULL, 0);
    if (rc != LDAP_SUCCESS) return failed(q, rc);
    if (code != LDAP_SUCCESS && code != LDAP_SIZELIMIT_EXCEEDED && code != LDAP_NO_SUCH_OBJECT)
        return failed(q, code);
    q->out->outcome = FETCH_ANSWERED;
    q->out->status = 200;
    snprintf(q->out->content_type, sizeof q->out->content_type, "application/octet-stream");
    return false;
}

static bool take_message(struct question *q, LDAPMessage *m)
{
    switch (ldap_msgtype(m)) {
    case LDAP_RES_SEARCH_ENTRY:
        return put_values(q, m, CERTIFICATE, 'c') && put_values(q, m, SMIME_BINARY, 's') &&
               put_values(q, m, SMIME_BARE, 's');
    case LDAP_RES_SEARCH_RESULT:
        return take_result(q, m);
    default:
        return true; /* references to elsewhere: not followed */
    }
}

static void collect(struct question *q, int id)
{
    for (unsigned n = 0; n < DIRECTORY_MAX_MESSAGES; n++) {
        LDAPMessage *m = NULL;
        struct timeval t = left_time(q);
        int type = ldap_result(q->ld, id, LDAP_MSG_ONE, &t, &m);
        if (type <= 0) {
            int code = LDAP_TIMEOUT;
            if (type < 0) ldap_get_option(q->ld, LDAP_OPT_RESULT_CODE, &code);
            failed(q, code);
            return;
        }
        bool more = take_message(q, m);
        ldap_msgfree(m);
        if (!more) return;
    }
    finish(q, FETCH_TOO_LARGE, "its answer does not end");
}

static void search(struct question *q)
{
    char base[256], certificate[] = CERTIFICATE, binary[] = SMIME_BINARY, bare[] = SMIME_BARE;
    char *attributes[] = {certificate, binary, bare, NULL};
    CLEANUP_BUF struct buf filter = BUF_INIT(2048);
    struct timeval t = left_time(q);
    int id;
    snprintf(base, sizeof base, "%.*s", STR_ARG(q->directory->base));
    directory_filter(q->address, &filter);
    int rc = filter.failed ? LDAP_NO_MEMORY
                           : ldap_search_ext(q->ld, base, LDAP_SCOPE_SUBTREE, filter.p, attributes,
                                             0, NULL, NULL, &t, DIRECTORY_MAX_ENTRIES, &id);
    if (rc != LDAP_SUCCESS)
        failed(q, rc);
    else
        collect(q, id);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void ask(struct question *q)
{
    if (dial(q) && begin(q)) search(q);
    /* Before the watch ends: saying goodbye may block, too. */
    if (q->ld) ldap_unbind_ext(q->ld, NULL, NULL);
    if (q->fd >= 0) close(q->fd);
    watch_stop(q);
    if (q->out->outcome != FETCH_ANSWERED) buf_clear(&q->out->body);
}

void directory_run(const struct fetch_request *q, const struct transfer_options *o,
                   struct transfer *out)
{
    unsigned place;
    struct question x = {.out = out, .deadline = o->deadline, .fd = -1, .watched = -1};
    str_t name;
    out->body = BUF_INIT(limit_bytes(q));
    if (!limit_allows(q) || !directory_cut(q->url, &name, &x.address)) {
        finish(&x, FETCH_REFUSED, "this is no question to a directory");
        return;
    }
    x.directory = config_directory_named(o->config, name);
    if (!x.directory) {
        finish(&x, FETCH_REFUSED, "there is no such directory");
        return;
    }
    snprintf(out->host, sizeof out->host, "%.*s", STR_ARG(x.directory->server.host));
    out->port = x.directory->server.port;
    if (!crowd_enter(o->crowd, out->host, transfer_now_ms(), &place)) {
        transfer_busy(out, "too many wait for it already");
        return;
    }
    ask(&x);
    crowd_leave(o->crowd, place);
}
