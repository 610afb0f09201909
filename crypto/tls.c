#include "crypto/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/local.h"
#include "crypto/ossl.h"
#include "crypto/tls_dial.h"

#define MAX_CONTEXTS 32

struct stream {
    int fd;
    SSL *ssl; /* NULL: plain */
    int64_t deadline;
    rc_t down;
    bool loopback, timed_out, dead;
};

/* --- socket BIO: like OpenSSL's own, but a closed peer never raises SIGPIPE --------- */

static int sock_write(BIO *b, const char *p, int n)
{
    BIO_clear_retry_flags(b);
    int fd = (int) (intptr_t) BIO_get_data(b);
    ssize_t done = send(fd, p, (size_t) n, MSG_NOSIGNAL);
    if (done < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(b);
    return (int) done;
}

static int sock_read(BIO *b, char *p, int n)
{
    BIO_clear_retry_flags(b);
    int fd = (int) (intptr_t) BIO_get_data(b);
    ssize_t done = recv(fd, p, (size_t) n, 0);
    if (done < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(b);
    return (int) done;
}

static long sock_ctrl(BIO *b, int cmd, long num, void *ptr)
{
    (void) b;
    (void) num;
    (void) ptr;
    return cmd == BIO_CTRL_FLUSH ? 1 : 0;
}

static pthread_once_t sock_once = PTHREAD_ONCE_INIT;
static BIO_METHOD *sock_method;

static void sock_init(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "waxseal socket");
    if (!m) return;
    BIO_meth_set_write(m, sock_write);
    BIO_meth_set_read(m, sock_read);
    BIO_meth_set_ctrl(m, sock_ctrl);
    sock_method = m;
}

static BIO *sock_bio(int fd)
{
    pthread_once(&sock_once, sock_init);
    BIO *b = sock_method ? BIO_new(sock_method) : NULL;
    if (!b) return NULL;
    BIO_set_data(b, (void *) (intptr_t) fd);
    BIO_set_init(b, 1);
    return b;
}

/* --- contexts: reading the system's roots takes milliseconds, so each set is kept ---- */

struct context {
    char *ca_file; /* "" = system roots */
    struct timespec changed;
    off_t size;
    SSL_CTX *ctx;
};
static pthread_mutex_t contexts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct context contexts[MAX_CONTEXTS];
static size_t context_next;

static SSL_CTX *context_make(const char *ca_file)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx) return NULL;
    bool roots = ca_file[0] ? SSL_CTX_load_verify_file(ctx, ca_file) == 1
                            : SSL_CTX_set_default_verify_paths(ctx) == 1;
    if (!roots || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    return ctx;
}

static struct context *context_slot(const char *ca_file)
{
    for (size_t i = 0; i < MAX_CONTEXTS; i++)
        if (contexts[i].ca_file && strcmp(contexts[i].ca_file, ca_file) == 0) return &contexts[i];
    return &contexts[context_next++ % MAX_CONTEXTS];
}

/* A reference of the context for these roots; a changed file is read again. */
static SSL_CTX *context_get(const char *ca_file)
{
    struct stat st = {0};
    if (ca_file[0] && stat(ca_file, &st) != 0) return NULL;
    pthread_mutex_lock(&contexts_lock);
    struct context *c = context_slot(ca_file);
    bool fresh = c->ca_file && strcmp(c->ca_file, ca_file) == 0 && c->size == st.st_size &&
                 c->changed.tv_sec == st.st_mtim.tv_sec && c->changed.tv_nsec == st.st_mtim.tv_nsec;
    if (!fresh) {
        SSL_CTX_free(c->ctx);
        free(c->ca_file);
        *c = (struct context){.ca_file = strdup(ca_file),
                              .changed = st.st_mtim,
                              .size = st.st_size,
                              .ctx = context_make(ca_file)};
        if (!c->ctx || !c->ca_file) {
            SSL_CTX_free(c->ctx);
            free(c->ca_file);
            *c = (struct context){0};
        }
    }
    SSL_CTX *ctx = c->ctx;
    if (ctx) SSL_CTX_up_ref(ctx);
    pthread_mutex_unlock(&contexts_lock);
    return ctx;
}

/* --- handshake ---------------------------------------------------------------------- */

static bool host_cstr(str_t s, char *out, size_t size)
{
    if (s.n == 0 || s.n >= size || !str_is_clean(s)) return false;
    memcpy(out, s.p, s.n);
    out[s.n] = '\0';
    return true;
}

/* RFC 6125: the name the operator configured must be in the certificate. */
static bool expect_name(SSL *ssl, const char *name)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1) return true;
    ERR_clear_error();
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

static SSL *ssl_make(int fd, const struct config_endpoint *server, const char *name, struct err *e)
{
    char ca_file[4096] = "";
    if (server->ca_file.n > 0 && !host_cstr(server->ca_file, ca_file, sizeof ca_file)) {
        err_set(e, RC_UNTRUSTED_PEER, NULL);
        return NULL;
    }
    SSL_CTX *ctx = context_get(ca_file);
    SSL *ssl = ctx ? SSL_new(ctx) : NULL;
    SSL_CTX_free(ctx);
    BIO *bio = ssl ? sock_bio(fd) : NULL;
    if (bio) SSL_set_bio(ssl, bio, bio);
    if (bio && expect_name(ssl, name)) return ssl;
    SSL_free(ssl);
    ossl_fail(e, ctx ? RC_INTERNAL : RC_UNTRUSTED_PEER, NULL);
    if (!ctx) err_detail(e, "trust roots cannot be read: %s", ca_file[0] ? ca_file : "system");
    return NULL;
}

/* What an SSL call wants: waits for it. False: end, error or deadline. */
static bool ssl_wait(struct stream *s, SSL *ssl, int result)
{
    int why = SSL_get_error(ssl, result);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return false;
    int ready = dial_wait(s->fd, why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, s->deadline);
    if (ready == 0) s->timed_out = true;
    return ready > 0;
}

static rc_t handshake_failed(struct stream *s, SSL *ssl, const char *name, struct err *e)
{
    long verdict = SSL_get_verify_result(ssl);
    if (s->timed_out) {
        ossl_drain();
        err_set(e, RC_TIMEOUT, NULL);
        err_detail(e, "TLS handshake with %s", name);
        return RC_TIMEOUT;
    }
    unsigned long last = ERR_peek_last_error();
    if (verdict != X509_V_OK) {
        ossl_drain();
        err_set(e, RC_UNTRUSTED_PEER, NULL);
        err_detail(e, "%s: %s", name, X509_verify_cert_error_string(verdict));
        return RC_UNTRUSTED_PEER;
    }
    rc_t code = last != 0 ? RC_UNTRUSTED_PEER : s->down;
    ossl_drain();
    err_set(e, code, NULL);
    const char *why = last != 0 ? ERR_reason_error_string(last) : NULL;
    err_detail(e, "TLS handshake with %s: %s", name, why ? why : "connection closed");
    return code;
}

static rc_t handshake(struct stream *s, const struct config_endpoint *server, struct err *e)
{
    char name[256];
    if (!host_cstr(server->tls_name.n > 0 ? server->tls_name : server->host, name, sizeof name))
        return err_set(e, RC_UNTRUSTED_PEER, NULL);
    ossl_drain();
    SSL *ssl = ssl_make(s->fd, server, name, e);
    if (!ssl) return e ? e->code : RC_UNTRUSTED_PEER;
    rc_t rc = RC_OK;
    for (;;) {
        int done = SSL_connect(ssl);
        if (done == 1) break;
        if (ssl_wait(s, ssl, done)) continue;
        rc = handshake_failed(s, ssl, name, e);
        SSL_free(ssl);
        s->dead = true;
        return rc;
    }
    s->ssl = ssl;
    return rc;
}

/* --- public --------------------------------------------------------------------------- */

rc_t stream_connect(const struct config_endpoint *server, int64_t deadline, rc_t down,
                    struct stream **out, struct err *e)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    *s = (struct stream){.fd = -1, .deadline = deadline, .down = down};
    rc_t rc = dial_tcp(server->host, server->port, deadline, down, &s->fd, &s->loopback, e);
    if (rc == RC_OK && server->tls == TLS_MODE_NONE && !s->loopback) {
        rc = err_set(e, RC_UNTRUSTED_PEER, NULL);
        err_detail(e, "no TLS is allowed to this machine only");
    }
    if (rc == RC_OK && server->tls == TLS_MODE_IMPLICIT) rc = handshake(s, server, e);
    if (rc != RC_OK) {
        stream_close(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

rc_t stream_connect_local(str_t path, int64_t deadline, rc_t down, struct stream **out,
                          struct err *e)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    *s = (struct stream){.fd = -1, .deadline = deadline, .down = down, .loopback = true};
    enum local_result done = local_connect(path, deadline, &s->fd);
    if (done == LOCAL_DONE) {
        *out = s;
        return RC_OK;
    }
    int problem = errno;
    char text[96];
    rc_t rc = done == LOCAL_LATE ? RC_TIMEOUT : down;
    err_set(e, rc, NULL);
    err_detail(e, "%.*s: %s", STR_ARG(path), strerror_r(problem, text, sizeof text));
    stream_close(s);
    return rc;
}

rc_t stream_starttls(struct stream *s, const struct config_endpoint *server, struct err *e)
{
    if (s->ssl || s->dead) return err_set(e, RC_INTERNAL, NULL);
    return handshake(s, server, e);
}

void stream_set_deadline(struct stream *s, int64_t deadline)
{
    s->deadline = deadline;
    s->timed_out = false;
}

static ssize_t plain_io(struct stream *s, void *in, const void *out, size_t n)
{
    for (;;) {
        ssize_t done = in ? recv(s->fd, in, n, 0) : send(s->fd, out, n, MSG_NOSIGNAL);
        if (done > 0) return done;
        if (done == 0 || (errno != EAGAIN && errno != EINTR)) return -1;
        int ready = dial_wait(s->fd, in ? POLLIN : POLLOUT, s->deadline);
        if (ready == 0) s->timed_out = true;
        if (ready <= 0) return -1;
    }
}

static ssize_t ssl_io(struct stream *s, void *in, const void *out, size_t n)
{
    for (;;) {
        size_t done = 0;
        ERR_clear_error();
        int ok = in ? SSL_read_ex(s->ssl, in, n, &done) : SSL_write_ex(s->ssl, out, n, &done);
        if (ok == 1 && done > 0) return (ssize_t) done;
        if (!ssl_wait(s, s->ssl, ok)) {
            ossl_drain();
            return -1;
        }
    }
}

/* One deadline covers everything the caller does until it sets another, so it is looked at even
 * when bytes are always there: a peer that drips can hold nobody longer than one that is silent. */
static ssize_t stream_io(struct stream *s, void *in, const void *out, size_t n)
{
    if (s->dead || n == 0) return -1;
    if (clock_ms() >= s->deadline) s->timed_out = true;
    ssize_t done = -1;
    if (!s->timed_out) done = s->ssl ? ssl_io(s, in, out, n) : plain_io(s, in, out, n);
    if (done < 0) s->dead = true;
    return done;
}

ssize_t stream_read(struct stream *s, void *p, size_t n)
{
    return stream_io(s, p, NULL, n);
}

ssize_t stream_write(struct stream *s, const void *p, size_t n)
{
    return stream_io(s, NULL, p, n);
}

bool stream_pending(const struct stream *s)
{
    return s->ssl && SSL_pending(s->ssl) > 0;
}

bool stream_timed_out(const struct stream *s)
{
    return s->timed_out;
}

bool stream_encrypted(const struct stream *s)
{
    return s->ssl != NULL;
}

bool stream_loopback(const struct stream *s)
{
    return s->loopback;
}

int stream_fd(const struct stream *s)
{
    return s->fd;
}

void stream_close(struct stream *s)
{
    if (!s) return;
    if (s->ssl) {
        /* One close_notify, no wait for the answer: mail protocols frame their own content. */
        if (!s->dead) SSL_shutdown(s->ssl);
        SSL_free(s->ssl);
        ossl_drain();
    }
    if (s->fd >= 0) close(s->fd);
    free(s);
}
