/* Mail streams: whom they trust, and what they do when the peer fails. The server runs in a thread
 * with certificates made here; time is the machine's, so validity is counted from now. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

#include "crypto/tls.h"

struct peer {
    int listen_fd, port;
    pthread_t thread;
    SSL_CTX *ctx;      /* NULL: plain */
    const char *plain; /* sent before TLS */
    const char *say;   /* sent behind the handshake */
    bool reset;        /* then the connection is cut without a goodbye */
    bool echo;
    bool mute; /* takes everything, answers nothing */
    bool drip; /* a byte now and then, for ever */
    int got;   /* bytes received */
};

static void speak(struct peer *p, int fd, SSL *ssl)
{
    char text[512];
    if (p->say) {
        if (ssl)
            SSL_write(ssl, p->say, (int) strlen(p->say));
        else if (write(fd, p->say, strlen(p->say)) < 0)
            return;
    }
    while (p->drip && send(fd, "x", 1, MSG_NOSIGNAL) == 1) {
        struct timespec little = {.tv_nsec = 20000000};
        nanosleep(&little, NULL);
    }
    while (p->echo) {
        int n = ssl ? SSL_read(ssl, text, sizeof text) : (int) read(fd, text, sizeof text);
        if (n <= 0) return;
        p->got += n;
        if (ssl ? SSL_write(ssl, text, n) != n : write(fd, text, (size_t) n) != n) return;
    }
}

static void listen_only(int fd)
{
    char text[512];
    while (read(fd, text, sizeof text) > 0) {}
}

static void *peer_run(void *arg)
{
    struct peer *p = arg;
    int fd = accept(p->listen_fd, NULL, NULL);
    if (fd < 0) return NULL;
    if (p->plain && write(fd, p->plain, strlen(p->plain)) < 0) return NULL;
    if (p->mute) listen_only(fd);
    SSL *ssl = p->ctx ? SSL_new(p->ctx) : NULL;
    if (ssl) SSL_set_fd(ssl, fd);
    if (!ssl || SSL_accept(ssl) == 1) speak(p, fd, ssl);
    if (p->reset) {
        char one;
        if (ssl ? SSL_read(ssl, &one, 1) > 0 : read(fd, &one, 1) > 0) p->got++;
        struct linger now = {.l_onoff = 1};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    } else if (ssl) {
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    close(fd);
    return NULL;
}

static void peer_start(struct peer *p, const struct pki *who)
{
    signal(SIGPIPE, SIG_DFL); /* the stream must not need anybody to ignore it ... */
    sigset_t pipe_only;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    p->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    assert_int_equal(bind(p->listen_fd, (struct sockaddr *) &a, sizeof a), 0);
    assert_int_equal(listen(p->listen_fd, 8), 0);
    getsockname(p->listen_fd, (struct sockaddr *) &a, &n);
    p->port = ntohs(a.sin_port);
    if (who) {
        if (!p->ctx) p->ctx = SSL_CTX_new(TLS_server_method());
        assert_int_equal(SSL_CTX_use_certificate(p->ctx, who->x), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey(p->ctx, who->key), 1);
    }
    pthread_sigmask(SIG_BLOCK, &pipe_only, NULL); /* ... but this OpenSSL server does */
    pthread_create(&p->thread, NULL, peer_run, p);
    pthread_sigmask(SIG_UNBLOCK, &pipe_only, NULL);
}

/* The peer ends by itself when its one connection does. */
static void peer_stop(struct peer *p)
{
    pthread_join(p->thread, NULL);
    close(p->listen_fd);
    SSL_CTX_free(p->ctx);
}

/* --- certificates --------------------------------------------------------------------------- */

static struct pki root, other_root, good, expired, future, elsewhere, mail_only, self_signed,
    by_address;
static char ca_file[64], other_file[64];

static void write_pem(char path[64], const struct pki *p)
{
    snprintf(path, 64, "/tmp/waxseal-tls-XXXXXX.pem");
    int fd = mkstemps(path, 4);
    FILE *f = fdopen(fd, "w");
    if (!f || !PEM_write_X509(f, p->x)) abort();
    fclose(f);
}

static int setup(void **state)
{
    (void) state;
    int64_t now = (int64_t) time(NULL), from = now - PKI_DAY, to = now + PKI_DAY;
#define SERVER(name, signer, begin, end)                                                           \
    PKI(.subject = name, .san = name, .issuer = &(signer), .from = begin, .to = end,               \
        .usage = "digitalSignature", .extended = "serverAuth")
    root = PKI(.subject = "root", .ca = true, .usage = "keyCertSign", .from = from, .to = to);
    other_root =
        PKI(.subject = "other", .ca = true, .usage = "keyCertSign", .from = from, .to = to);
    good = SERVER("DNS:localhost", root, from, to);
    elsewhere = SERVER("DNS:mail.example", root, from, to);
    expired = SERVER("DNS:localhost", root, from - PKI_DAY, now - 60);
    future = SERVER("DNS:localhost", root, now + 3600, to);
    by_address = SERVER("IP:127.0.0.1", root, from, to);
    mail_only = PKI(.subject = "m", .san = "DNS:localhost", .issuer = &root, .from = from, .to = to,
                    .extended = "emailProtection");
    self_signed = PKI(.subject = "self", .san = "DNS:localhost", .from = from, .to = to);
    write_pem(ca_file, &root);
    write_pem(other_file, &other_root);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    struct pki *all[] = {&root,      &other_root, &good,        &expired,   &future,
                         &elsewhere, &mail_only,  &self_signed, &by_address};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        pki_free(all[i]);
    remove(ca_file);
    remove(other_file);
    return 0;
}

static struct config_endpoint endpoint(const struct peer *p, const char *host, enum tls_mode tls,
                                       const char *ca)
{
    return (struct config_endpoint){
        .host = str_c(host), .port = (uint16_t) p->port, .tls = tls, .ca_file = str_c(ca)};
}

static void test_whom_it_trusts(void **state)
{
    (void) state;
    const struct {
        const char *name;
        const struct pki *who;
        const char *host, *tls_name, *ca;
        rc_t rc;
    } table[] = {
        {"right", &good, "localhost", NULL, ca_file, RC_OK},
        {"configured name", &elsewhere, "localhost", "mail.example", ca_file, RC_OK},
        {"name in capitals", &good, "LOCALHOST", NULL, ca_file, RC_OK},
        {"address", &by_address, "127.0.0.1", NULL, ca_file, RC_OK},
        {"other name", &elsewhere, "localhost", NULL, ca_file, RC_UNTRUSTED_PEER},
        {"address instead of name", &good, "127.0.0.1", NULL, ca_file, RC_UNTRUSTED_PEER},
        {"other configured name", &good, "localhost", "mail.example", ca_file, RC_UNTRUSTED_PEER},
        {"other root", &good, "localhost", NULL, other_file, RC_UNTRUSTED_PEER},
        {"system roots", &good, "localhost", NULL, NULL, RC_UNTRUSTED_PEER},
        {"self-signed", &self_signed, "localhost", NULL, ca_file, RC_UNTRUSTED_PEER},
        {"expired", &expired, "localhost", NULL, ca_file, RC_UNTRUSTED_PEER},
        {"not yet valid", &future, "localhost", NULL, ca_file, RC_UNTRUSTED_PEER},
        {"not for servers", &mail_only, "localhost", NULL, ca_file, RC_UNTRUSTED_PEER},
        {"no such roots", &good, "localhost", NULL, "/nonexistent.pem", RC_UNTRUSTED_PEER},
        {"no roots inside", &good, "localhost", NULL, "/dev/null", RC_UNTRUSTED_PEER},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct peer p = {.say = "hello"};
        peer_start(&p, table[i].who);
        struct config_endpoint at =
            endpoint(&p, table[i].host, TLS_MODE_IMPLICIT, table[i].ca ? table[i].ca : "");
        at.tls_name = str_c(table[i].tls_name);
        struct stream *s = NULL;
        struct err e = {0};
        rc_t rc = stream_connect(&at, clock_ms() + 20000, RC_IMAP_DOWN, &s, &e);
        if (rc != table[i].rc) fail_msg("%s: %s (%s)", table[i].name, err_word(rc), e.detail);
        if (rc == RC_OK) {
            char text[16] = "";
            assert_true(stream_encrypted(s));
            assert_int_equal(stream_read(s, text, sizeof text), 5);
            assert_string_equal(text, "hello");
            assert_int_equal(stream_read(s, text, sizeof text), -1); /* the end, never 0 */
            assert_int_equal(stream_read(s, text, sizeof text), -1);
        } else {
            assert_null(s);
        }
        stream_close(s);
        peer_stop(&p);
    }
}

static void test_old_protocols_are_refused(void **state)
{
    (void) state;
    struct peer p = {.ctx = SSL_CTX_new(TLS_server_method())};
    SSL_CTX_set_security_level(p.ctx, 0);
    SSL_CTX_set_min_proto_version(p.ctx, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(p.ctx, TLS1_1_VERSION);
    peer_start(&p, &good);
    struct config_endpoint at = endpoint(&p, "localhost", TLS_MODE_IMPLICIT, ca_file);
    struct stream *s = NULL;
    struct err e = {0};
    assert_int_equal(stream_connect(&at, clock_ms() + 20000, RC_IMAP_DOWN, &s, &e),
                     RC_UNTRUSTED_PEER);
    peer_stop(&p);
}

static void test_roots_that_change_are_read_again(void **state)
{
    (void) state;
    char path[64];
    write_pem(path, &other_root);
    const rc_t expected[] = {RC_UNTRUSTED_PEER, RC_OK};
    for (int i = 0; i < 2; i++) {
        struct peer p = {.say = "x"};
        peer_start(&p, &good);
        struct config_endpoint at = endpoint(&p, "localhost", TLS_MODE_IMPLICIT, path);
        struct stream *s = NULL;
        assert_int_equal(stream_connect(&at, clock_ms() + 20000, RC_IMAP_DOWN, &s, NULL),
                         expected[i]);
        stream_close(s);
        peer_stop(&p);
        FILE *f = fopen(path, "a");
        if (!f || !PEM_write_X509(f, root.x)) abort();
        fclose(f);
    }
    remove(path);
}

/* --- STARTTLS --------------------------------------------------------------------------------- */

static void test_upgrade(void **state)
{
    (void) state;
    struct peer p = {.plain = "+", .echo = true};
    peer_start(&p, &good);
    struct config_endpoint at = endpoint(&p, "localhost", TLS_MODE_STARTTLS, ca_file);
    struct stream *s = NULL;
    struct err e = {0};
    assert_int_equal(stream_connect(&at, clock_ms() + 20000, RC_IMAP_DOWN, &s, &e), RC_OK);
    char text[16] = "";
    assert_false(stream_encrypted(s));
    assert_int_equal(stream_read(s, text, 1), 1);
    assert_int_equal(stream_starttls(s, &at, &e), RC_OK);
    assert_true(stream_encrypted(s));
    assert_int_equal(stream_write(s, "ping", 4), 4);
    assert_int_equal(stream_read(s, text, sizeof text), 4);
    assert_int_equal(stream_starttls(s, &at, &e), RC_INTERNAL);
    stream_close(s);
    peer_stop(&p);
}

/* Plaintext slipped in before the handshake breaks it; after a failure nothing can be sent any
 * more. */
static void test_upgrade_with_injected_plaintext(void **state)
{
    (void) state;
    struct peer p = {.plain = "+* CAPABILITY IMAP4rev1\r\n", .echo = true};
    peer_start(&p, &good);
    struct config_endpoint at = endpoint(&p, "localhost", TLS_MODE_STARTTLS, ca_file);
    struct stream *s = NULL;
    struct err e = {0};
    assert_int_equal(stream_connect(&at, clock_ms() + 20000, RC_IMAP_DOWN, &s, &e), RC_OK);
    char text[4];
    assert_int_equal(stream_read(s, text, 1), 1);
    assert_int_equal(stream_starttls(s, &at, &e), RC_UNTRUSTED_PEER);
    assert_int_equal(stream_write(s, "LOGIN a b\r\n", 11), -1);
    stream_close(s);
    peer_stop(&p);
    assert_int_equal(p.got, 0);
}

/* --- plain ---------------------------------------------------------------------------------------
 */

static void test_no_tls_is_for_this_machine(void **state)
{
    (void) state;
    struct ifaddrs *list = NULL;
    char address[INET_ADDRSTRLEN] = "";
    if (getifaddrs(&list) != 0) list = NULL;
    for (struct ifaddrs *i = list; i; i = i->ifa_next) {
        if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET) continue;
        const struct sockaddr_in *in = (const struct sockaddr_in *) (const void *) i->ifa_addr;
        if ((ntohl(in->sin_addr.s_addr) >> 24) != 127)
            inet_ntop(AF_INET, &in->sin_addr, address, sizeof address);
    }
    freeifaddrs(list);
    if (!address[0]) {
        print_message("# SKIP: this machine has the loopback interface only\n");
        skip();
    }
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t n = sizeof a;
    assert_int_equal(bind(fd, (struct sockaddr *) &a, sizeof a), 0);
    assert_int_equal(listen(fd, 1), 0);
    getsockname(fd, (struct sockaddr *) &a, &n);
    struct peer p = {.port = ntohs(a.sin_port)};
    struct config_endpoint at = endpoint(&p, address, TLS_MODE_NONE, "");
    struct stream *s = NULL;
    struct err e = {0};
    assert_int_equal(stream_connect(&at, clock_ms() + 20000, RC_IMAP_DOWN, &s, &e),
                     RC_UNTRUSTED_PEER);
    close(fd);
}

static void test_writing_to_the_dead(void **state)
{
    (void) state;
    for (int tls = 0; tls < 2; tls++) {
        struct peer p = {.reset = true};
        peer_start(&p, tls ? &good : NULL);
        struct config_endpoint at =
            endpoint(&p, "localhost", tls ? TLS_MODE_IMPLICIT : TLS_MODE_NONE, ca_file);
        struct stream *s = NULL;
        assert_int_equal(stream_connect(&at, clock_ms() + 20000, RC_IMAP_DOWN, &s, NULL), RC_OK);
        char text[4096] = {0};
        ssize_t done = stream_write(s, text, 1);
        peer_stop(&p);
        assert_int_equal(p.got, 1);
        for (int i = 0; i < 1000 && done > 0; i++)
            done = stream_write(s, text, sizeof text);
        assert_int_equal(done, -1); /* and no SIGPIPE: we are still here */
        assert_false(stream_timed_out(s));
        stream_close(s);
    }
}

static void test_deadlines(void **state)
{
    (void) state;
    for (int mode = 0; mode < 3; mode++) {
        /* 0: silence, 1: bytes for ever, 2: a handshake nobody answers */
        struct peer p = {.drip = mode == 1, .mute = mode != 1};
        peer_start(&p, NULL);
        struct config_endpoint at =
            endpoint(&p, "localhost", mode == 2 ? TLS_MODE_IMPLICIT : TLS_MODE_NONE, ca_file);
        struct stream *s = NULL;
        struct err e = {0};
        char text[64];
        rc_t rc = stream_connect(&at, clock_ms() + (mode < 2 ? 3000 : 300), RC_IMAP_DOWN, &s, &e);
        if (mode < 2) {
            assert_int_equal(rc, RC_OK);
            ssize_t n = 1;
            while (n > 0)
                n = stream_read(s, text, sizeof text);
            assert_int_equal(n, -1);
            assert_true(stream_timed_out(s));
            stream_set_deadline(s, clock_ms() + 20000);
            assert_int_equal(stream_read(s, text, sizeof text), -1); /* dead stays dead */
        } else {
            assert_int_equal(rc, RC_TIMEOUT);
        }
        stream_close(s);
        peer_stop(&p);
    }
}

static void test_descriptors_over_1024(void **state)
{
    (void) state;
    struct rlimit lim;
    getrlimit(RLIMIT_NOFILE, &lim);
    lim.rlim_cur = lim.rlim_max < 2048 ? lim.rlim_max : 2048;
    setrlimit(RLIMIT_NOFILE, &lim);
    if (lim.rlim_cur < 1200) {
        print_message("# SKIP: only %lu descriptors are allowed here\n",
                      (unsigned long) lim.rlim_cur);
        skip();
    }
    int held[1100];
    for (size_t i = 0; i < 1100; i++)
        held[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct peer p = {.echo = true};
    peer_start(&p, &good);
    struct config_endpoint at = endpoint(&p, "localhost", TLS_MODE_IMPLICIT, ca_file);
    struct stream *s = NULL;
    struct err e = {0};
    assert_int_equal(stream_connect(&at, clock_ms() + 20000, RC_IMAP_DOWN, &s, &e), RC_OK);
    assert_true(stream_fd(s) > 1024);
    char text[8];
    assert_int_equal(stream_write(s, "ping", 4), 4);
    assert_int_equal(stream_read(s, text, sizeof text), 4);
    stream_close(s);
    peer_stop(&p);
    for (size_t i = 0; i < 1100; i++)
        close(held[i]);
}

static void test_hosts(void **state)
{
    (void) state;
    static char longest[400];
    memset(longest, 'a', sizeof longest - 1);
    const str_t hosts[] = {STR(""), STR("a\nb"), STR("a\0b"), str_c(longest),
                           STR("no-such-host.invalid")};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct config_endpoint at = {.host = hosts[i], .port = 1, .tls = TLS_MODE_NONE};
        struct stream *s = NULL;
        rc_t rc = stream_connect(&at, clock_ms() + 3000, RC_SMTP_DOWN, &s, NULL);
        assert_true(rc == RC_SMTP_DOWN || (i == 4 && rc == RC_TIMEOUT));
        assert_null(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whom_it_trusts),
        cmocka_unit_test(test_old_protocols_are_refused),
        cmocka_unit_test(test_roots_that_change_are_read_again),
        cmocka_unit_test(test_upgrade),
        cmocka_unit_test(test_upgrade_with_injected_plaintext),
        cmocka_unit_test(test_no_tls_is_for_this_machine),
        cmocka_unit_test(test_writing_to_the_dead),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_descriptors_over_1024),
        cmocka_unit_test(test_hosts),
    };
    return cmocka_run_group_tests_name("tls", tests, setup, teardown);
}
