/* The gate's server over real sockets: several peers at once, a full line, slow peers, and the ways
 * it stops. Nothing here is decided by how long something took: who waits, waits for what must
 * come. */
#include "gateway/server.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/listen.h"
#include "base/local.h"
#include "base/log.h"
#include "tests/unit/test.h"

enum { HANG_MS = 60000, LONG_MS = 3600 * 1000 };

#define MAIL "LHLO c.example\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"

/* A server in a thread of its own; what `take` saw is under the lock. */
struct rig {
    char folder[64], path[80];
    struct server_listener listeners[2];
    struct server_options o;
    pthread_t thread;
    rc_t rc;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool hold;       /* take waits while it is so */
    unsigned inside; /* takes that wait */
    unsigned taken[2];
};

static void take(void *ctx, unsigned listener, struct lmtp_mail *m)
{
    struct rig *r = ctx;
    pthread_mutex_lock(&r->lock);
    r->inside++;
    pthread_cond_broadcast(&r->changed);
    while (r->hold)
        pthread_cond_wait(&r->changed, &r->lock);
    r->inside--;
    r->taken[listener]++;
    pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < m->count; i++)
        m->recipients[i].reply = (struct lmtp_reply){250, STR("2.0.0"),
                                                     arena_printf(m->a, "%.*s has %.*s",
                                                                  STR_ARG(m->recipients[i].address),
                                                                  STR_ARG(str_trim(m->data)))};
}

static void *run(void *arg)
{
    struct rig *r = arg;
    r->rc = server_run(&r->o, NULL);
    return NULL;
}

/* All deadlines are an hour unless a test sets them between these two. */
static void prepare(struct rig *r, unsigned threads)
{
    *r = (struct rig){.folder = "/tmp/waxseal-gate-XXXXXX",
                      .lock = PTHREAD_MUTEX_INITIALIZER,
                      .changed = PTHREAD_COND_INITIALIZER};
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->path, sizeof r->path, "%s/lmtp", r->folder);
    r->listeners[0].role = "outbound";
    r->listeners[1].role = "inbound";
    assert_int_equal(listen_unix(str_c(r->path), 128, true, &r->listeners[0].fd, NULL), RC_OK);
    assert_int_equal(listen_loopback(STR("127.0.0.1"), 0, 128, true, &r->listeners[1].fd, NULL),
                     RC_OK);
    r->o = (struct server_options){
        .lmtp = {.name = STR("gate.example"), .message_bytes = 1 << 20, .work_bytes = 1 << 20},
        .listeners = r->listeners,
        .listener_count = 2,
        .threads = threads,
        .idle_ms = LONG_MS,
        .command_ms = LONG_MS,
        .data_ms = LONG_MS,
        .write_ms = LONG_MS,
        .grace_ms = LONG_MS,
        .take = take,
        .ctx = r};
}

static void begin(struct rig *r)
{
    assert_int_equal(pthread_create(&r->thread, NULL, run, r), 0);
}

/* It ends by itself, and well. */
static void join(struct rig *r)
{
    assert_int_equal(pthread_join(r->thread, NULL), 0);
    assert_int_equal(r->rc, RC_OK);
    for (int i = 0; i < 2; i++)
        close(r->listeners[i].fd);
    unlink(r->path);
    assert_int_equal(rmdir(r->folder), 0);
}

static void order_stop(void)
{
    assert_int_equal(kill(getpid(), SIGTERM), 0);
}

static void end(struct rig *r)
{
    order_stop();
    join(r);
}

static void set_hold(struct rig *r, bool hold)
{
    pthread_mutex_lock(&r->lock);
    r->hold = hold;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static void wait_inside(struct rig *r, unsigned n)
{
    pthread_mutex_lock(&r->lock);
    while (r->inside < n)
        pthread_cond_wait(&r->changed, &r->lock);
    pthread_mutex_unlock(&r->lock);
}

static unsigned taken(struct rig *r)
{
    pthread_mutex_lock(&r->lock);
    unsigned n = r->taken[0] + r->taken[1];
    pthread_mutex_unlock(&r->lock);
    return n;
}

/* --- a peer ------------------------------------------------------------------------------ */

static int dial(struct rig *r)
{
    int fd = -1;
    assert_int_equal(local_connect(str_c(r->path), clock_ms() + HANG_MS, &fd), LOCAL_DONE);
    return fd;
}

static int dial_tcp(struct rig *r)
{
    struct sockaddr_in addr;
    socklen_t n = sizeof addr;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(getsockname(r->listeners[1].fd, (struct sockaddr *) &addr, &n), 0);
    assert_int_equal(ntohl(addr.sin_addr.s_addr), INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (const struct sockaddr *) &addr, n), 0);
    return fd;
}

static bool say(int fd, const char *text)
{
    return local_send(fd, clock_ms() + HANG_MS, str_c(text)) == LOCAL_DONE;
}

/* The next line without CRLF; empty at the end. */
static const char *hear(int fd, char line[LMTP_REPLY_MAX])
{
    size_t n = 0;
    while (n + 1 < LMTP_REPLY_MAX &&
           local_receive(fd, clock_ms() + HANG_MS, line + n, 1) == LOCAL_DONE && line[n] != '\n')
        n++;
    line[n > 0 ? n - 1 : 0] = '\0';
    return line;
}

/* The next reply begins with it; of many lines the last one. */
static void expect(int fd, const char *what)
{
    char line[LMTP_REPLY_MAX];
    do
        hear(fd, line);
    while (line[0] && line[3] == '-');
    if (strncmp(line, what, strlen(what)) != 0) fail_msg("\"%s\", not \"%s\"", line, what);
}

static void expect_end(int fd)
{
    char line[LMTP_REPLY_MAX];
    assert_string_equal(hear(fd, line), "");
    close(fd);
}

/* As far as 354. */
static void expect_data(int fd)
{
    static const char *const codes[] = {"250 ", "250 2.1.0", "250 2.1.5", "354"};
    for (size_t i = 0; i < 4; i++)
        expect(fd, codes[i]);
}

static int dial_and_hear(struct rig *r)
{
    int fd = dial(r);
    expect(fd, "220 gate.example");
    return fd;
}

/* --- serving ----------------------------------------------------------------------------- */

static void mail_over_both_kinds_of_socket(void **state)
{
    (void) state;
    struct rig r;
    prepare(&r, 2);
    begin(&r);
    for (int kind = 0; kind < 2; kind++) {
        int fd = kind ? dial_tcp(&r) : dial(&r);
        expect(fd, "220 gate.example");
        assert_true(say(fd, MAIL));
        expect_data(fd);
        /* the end and the next mail in one piece */
        assert_true(say(fd, "one\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<x@y>\r\nRCPT TO:<z@y>\r\nDATA\r\n"
                            "two\r\n.\r\nQUIT\r\n"));
        expect(fd, "250 2.0.0 c@d has one");
        expect(fd, "250 2.1.0");
        expect(fd, "250 2.1.5");
        expect(fd, "250 2.1.5");
        expect(fd, "354");
        expect(fd, "250 2.0.0 x@y has two");
        expect(fd, "250 2.0.0 z@y has two");
        expect(fd, "221");
        expect_end(fd);
        assert_int_equal(r.taken[kind], 2);
    }
    end(&r);
}

enum { PEERS = 12, MAILS = 25 };
struct peer {
    struct rig *rig;
    int number;
    pthread_t thread;
    bool ok;
};

/* No assertions here: cmocka knows one thread. */
static void *write_mail(void *arg)
{
    struct peer *p = arg;
    char text[300], want[100], line[LMTP_REPLY_MAX];
    int fd = -1;
    p->ok = local_connect(str_c(p->rig->path), clock_ms() + HANG_MS, &fd) == LOCAL_DONE &&
            say(fd, "LHLO c\r\n");
    for (int i = 0; p->ok && i < MAILS; i++) {
        snprintf(text, sizeof text, "MAIL FROM:<>\r\nRCPT TO:<p%d@x>\r\nDATA\r\n%d of %d\r\n.\r\n",
                 p->number, i, p->number);
        snprintf(want, sizeof want, "250 2.0.0 p%d@x has %d of %d", p->number, i, p->number);
        p->ok = say(fd, text);
        do
            hear(fd, line);
        while (line[0] && strncmp(line, "354", 3) != 0);
        p->ok = p->ok && strcmp(hear(fd, line), want) == 0;
    }
    if (fd >= 0) close(fd);
    return NULL;
}

static void many_peers_at_once(void **state)
{
    (void) state;
    struct rig r;
    struct peer peers[PEERS];
    prepare(&r, 4);
    begin(&r);
    for (int i = 0; i < PEERS; i++) {
        peers[i] = (struct peer){.rig = &r, .number = i};
        assert_int_equal(pthread_create(&peers[i].thread, NULL, write_mail, &peers[i]), 0);
    }
    for (int i = 0; i < PEERS; i++) {
        pthread_join(peers[i].thread, NULL);
        assert_true(peers[i].ok);
    }
    end(&r);
    assert_int_equal(taken(&r), PEERS * MAILS);
}

static void a_full_line_turns_away_at_once(void **state)
{
    (void) state;
    struct rig r;
    int first, waiting[SERVER_LINE];
    prepare(&r, 1);
    begin(&r);
    first = dial_and_hear(&r); /* has the one thread */
    for (int i = 0; i < SERVER_LINE; i++)
        waiting[i] = dial(&r);
    int late = dial(&r);
    expect(late, "421 4.3.2 Too many");
    expect_end(late);
    close(first); /* without a word */
    expect(waiting[0], "220 ");
    assert_true(say(waiting[0], "QUIT\r\n"));
    expect(waiting[0], "221 ");
    expect_end(waiting[0]);
    expect(waiting[1], "220 ");
    order_stop();
    expect(waiting[1], "421 4.3.2 This server stops");
    for (int i = 2; i < SERVER_LINE; i++)
        expect(waiting[i], "421 4.3.2 This server stops");
    for (int i = 1; i < SERVER_LINE; i++)
        expect_end(waiting[i]);
    join(&r);
}

static void who_goes_away_is_forgotten(void **state)
{
    (void) state;
    static const char *const begun[] = {"", "LHL", "LHLO c\r\nMAIL FROM:<>\r\n",
                                        MAIL "half a mail\r\n", MAIL "x\r\n.\r"};
    struct rig r;
    prepare(&r, 1);
    begin(&r);
    for (size_t i = 0; i < sizeof begun / sizeof *begun; i++) {
        int fd = dial_and_hear(&r);
        assert_true(say(fd, begun[i]));
        close(fd);
    }
    int fd = dial_and_hear(&r); /* the one thread is free again */
    close(fd);
    end(&r);
    assert_int_equal(taken(&r), 0);
}

/* --- slow peers -------------------------------------------------------------------------- */

static void slow_peers_are_told_so(void **state)
{
    (void) state;
    static const char *const begun[] = {"", "NOO", "LHLO c\r\nMAIL FROM:<>\r\n", MAIL "half\r\n"};
    for (size_t i = 0; i < sizeof begun / sizeof *begun; i++) {
        struct rig r;
        char line[LMTP_REPLY_MAX];
        prepare(&r, 1);
        *(i == 0 ? &r.o.idle_ms : i == 3 ? &r.o.data_ms : &r.o.command_ms) = 50;
        begin(&r);
        int fd = dial_and_hear(&r);
        say(fd, begun[i]); /* may be late already */
        do
            hear(fd, line);
        while (line[0] && strncmp(line, "421", 3) != 0);
        assert_string_equal(line, "421 4.4.2 It took too long");
        expect_end(fd);
        assert_int_equal(taken(&r), 0);
        end(&r);
    }
}

/* Octet by octet a command lives no longer. */
static void drops_do_not_renew_a_deadline(void **state)
{
    (void) state;
    struct rig r;
    prepare(&r, 1);
    r.o.command_ms = 100;
    begin(&r);
    int fd = dial_and_hear(&r);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int drops = 0;
    while (drops < 10000 && poll(&p, 1, 2) == 0 && say(fd, "x"))
        drops++;
    assert_true(drops < 10000);
    expect(fd, "421 4.4.2");
    close(fd);
    end(&r);
}

static void who_does_not_listen_is_left(void **state)
{
    (void) state;
    struct rig r;
    prepare(&r, 1);
    r.o.write_ms = 50;
    begin(&r);
    int fd = dial_and_hear(&r);
    assert_true(say(fd, "LHLO c\r\nMAIL FROM:<>\r\n"));
    for (int i = 0; i <= 2 * LMTP_RECIPIENTS_MAX; i++) /* until it is left, or far too many */
        if (!say(fd, "RCPT TO:<a-name-of-some-length@d.example> NOTIFY=NEVER ORCPT=rfc822;x\r\n"))
            break;
    int next = dial_and_hear(&r);
    close(next);
    close(fd);
    end(&r);
}

/* --- stopping ---------------------------------------------------------------------------- */

static void a_mail_under_way_is_finished(void **state)
{
    (void) state;
    struct rig r;
    prepare(&r, 4);
    r.hold = true;
    begin(&r);
    int idle = dial_and_hear(&r), greeted = dial_and_hear(&r);
    int handed = dial_and_hear(&r), coming = dial_and_hear(&r);
    assert_true(say(greeted, "LHLO c\r\nNO"));
    expect(greeted, "250 ");
    assert_true(say(coming, MAIL "ha"));
    expect_data(coming);
    assert_true(say(handed, MAIL "whole\r\n.\r\n"));
    expect_data(handed);
    wait_inside(&r, 1);
    int queued = dial(&r); /* all threads are taken */
    order_stop();
    expect(idle, "421 4.3.2 This server stops");
    expect(greeted, "421 4.3.2 This server stops");
    expect(queued, "421 4.3.2 This server stops");
    expect_end(idle);
    expect_end(greeted);
    expect_end(queued);
    assert_true(say(coming, "lf\r\n.\r\nMAIL FROM:<>\r\n"));
    wait_inside(&r, 2);
    set_hold(&r, false);
    expect(handed, "250 2.0.0 c@d has whole");
    expect(handed, "421 4.3.2 This server stops");
    expect(coming, "250 2.0.0 c@d has half");
    expect(coming, "421 4.3.2 This server stops"); /* not the next mail */
    expect_end(handed);
    expect_end(coming);
    join(&r);
    assert_int_equal(taken(&r), 2);
}

static void grace_ends(void **state)
{
    (void) state;
    static const char *const begun[] = {"RCPT TO:<c@d>\r\n", "RCPT TO:<c@d>\r\nDATA\r\nhalf\r\n"};
    for (size_t i = 0; i < 2; i++) {
        struct rig r;
        char line[LMTP_REPLY_MAX];
        prepare(&r, 1);
        r.o.grace_ms = 20;
        begin(&r);
        int fd = dial_and_hear(&r);
        assert_true(say(fd, "LHLO c\r\nMAIL FROM:<>\r\n"));
        expect(fd, "250 ");
        expect(fd, "250 2.1.0");
        assert_true(say(fd, begun[i]));
        expect(fd, "250 2.1.5");
        order_stop();
        do
            hear(fd, line);
        while (strncmp(line, "354", 3) == 0);
        assert_string_equal(line, "421 4.3.2 This server stops");
        expect_end(fd);
        join(&r);
        assert_int_equal(taken(&r), 0);
    }
}

/* What is handed over may be on its way already: it is never cut off. */
static void grace_does_not_end_what_is_handed_over(void **state)
{
    (void) state;
    struct rig r;
    prepare(&r, 2);
    r.o.grace_ms = 1;
    r.hold = true;
    begin(&r);
    int handed = dial_and_hear(&r), coming = dial_and_hear(&r);
    assert_true(say(coming, MAIL));
    expect_data(coming);
    assert_true(say(handed, MAIL "whole\r\n.\r\n"));
    expect_data(handed);
    wait_inside(&r, 1);
    order_stop();
    expect(coming, "421 4.3.2"); /* the grace is over */
    expect_end(coming);
    set_hold(&r, false);
    expect(handed, "250 2.0.0 c@d has whole");
    expect(handed, "421 4.3.2");
    expect_end(handed);
    join(&r);
}

static void other_signals_mean_nothing(void **state)
{
    (void) state;
    struct rig r;
    prepare(&r, 1);
    begin(&r);
    int fd = dial_and_hear(&r);
    assert_int_equal(kill(getpid(), SIGHUP), 0);
    assert_true(say(fd, "NOOP\r\n"));
    expect(fd, "250 2.0.0");
    close(fd);
    fd = dial_and_hear(&r);
    close(fd);
    end(&r);
}

static void options_have_a_range(void **state)
{
    (void) state;
    struct rig r;
    struct err e = {0};
    prepare(&r, 1);
    for (int i = 0; i < 4; i++) {
        struct server_options o = r.o;
        if (i == 0) o.threads = 0;
        if (i == 1) o.threads = SERVER_THREADS + 1;
        if (i == 2) o.listener_count = 0;
        if (i == 3) o.listener_count = SERVER_LISTENERS + 1;
        assert_int_equal(server_run(&o, &e), RC_INVALID);
    }
    begin(&r);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_over_both_kinds_of_socket),
        cmocka_unit_test(many_peers_at_once),
        cmocka_unit_test(a_full_line_turns_away_at_once),
        cmocka_unit_test(who_goes_away_is_forgotten),
        cmocka_unit_test(slow_peers_are_told_so),
        cmocka_unit_test(drops_do_not_renew_a_deadline),
        cmocka_unit_test(who_does_not_listen_is_left),
        cmocka_unit_test(a_mail_under_way_is_finished),
        cmocka_unit_test(grace_ends),
        cmocka_unit_test(grace_does_not_end_what_is_handed_over),
        cmocka_unit_test(other_signals_mean_nothing),
        cmocka_unit_test(options_have_a_range),
    };
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    log_init(STDERR_FILENO, LOG_ERROR + 1, "test");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
