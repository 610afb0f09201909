/* The sockets that programs serve on, and the signals that end serving. */
#include "base/listen.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

static char folder[] = "/tmp/waxseal-listen-XXXXXX";
static char path[96];

static int start(void **state)
{
    (void) state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/s", folder);
    return 0;
}

static int stop(void **state)
{
    (void) state;
    unlink(path);
    return rmdir(folder); /* fails when a half-made socket was left */
}

static void listens_and_is_alone(void **state)
{
    (void) state;
    struct err e = {0};
    struct stat st;
    int fd = -1, second = -1;
    assert_int_equal(listen_unix(str_c(path), 8, true, &fd, &e), RC_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0660);
    assert_int_equal(accept(fd, NULL, NULL), -1); /* at once: it does not block */
    assert_int_equal(listen_unix(str_c(path), 8, true, &second, &e), RC_CONFLICT);
    assert_int_equal(second, -1);
    assert_non_null(strstr(e.message, path));
    close(fd);
}

static void replaces_what_is_stale(void **state)
{
    (void) state;
    int fd = -1, again = -1;
    assert_int_equal(listen_unix(str_c(path), 8, false, &fd, NULL), RC_OK);
    close(fd);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(listen_unix(str_c(path), 8, false, &again, NULL), RC_OK);
    close(again);
}

static void refuses_bad_paths(void **state)
{
    (void) state;
    char longest[200];
    struct err e = {0};
    int fd = -1;
    memset(longest, 'x', sizeof longest);
    assert_int_equal(listen_unix(str_n(longest, sizeof longest), 8, false, &fd, &e), RC_INVALID);
    assert_int_equal(listen_unix(STR(""), 8, false, &fd, &e), RC_INVALID);
    assert_int_equal(listen_unix(STR("/nonexistent/s"), 8, false, &fd, &e), RC_INTERNAL);
    assert_int_equal(fd, -1);
}

/* --- loopback ---------------------------------------------------------------------------- */

static void only_loopback_is_listened_on(void **state)
{
    (void) state;
    static const char *const bad[] = {"",
                                      "0.0.0.0",
                                      "192.0.2.1",
                                      "128.0.0.1",
                                      "126.255.255.255",
                                      "::",
                                      "2001:db8::1",
                                      "localhost",
                                      "127.0.0.1 ",
                                      "127.1",
                                      "::ffff:127.0.0.1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        int fd = -1;
        assert_int_equal(listen_loopback(str_c(bad[i]), 0, 8, true, &fd, &e), RC_INVALID);
        assert_int_equal(fd, -1);
    }
}

static void a_loopback_port_takes_connections(void **state)
{
    (void) state;
    struct sockaddr_in addr;
    struct err e = {0};
    socklen_t n = sizeof addr;
    int fd = -1, second = -1;
    assert_int_equal(listen_loopback(STR("127.0.0.2"), 0, 8, true, &fd, &e), RC_OK);
    assert_int_equal(listen_accept(fd), -1); /* at once */
    assert_int_equal(getsockname(fd, (struct sockaddr *) &addr, &n), 0);
    assert_int_equal(ntohl(addr.sin_addr.s_addr), 0x7f000002);
    assert_int_equal(listen_loopback(STR("127.0.0.2"), ntohs(addr.sin_port), 8, true, &second, &e),
                     RC_CONFLICT);
    assert_int_equal(second, -1);
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(peer, (const struct sockaddr *) &addr, n), 0);
    int got = listen_accept(fd);
    assert_true(got >= 0);
    assert_true(fcntl(got, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(got, F_GETFD) & FD_CLOEXEC);
    close(got);
    close(peer);
    close(fd);
}

static void signals_that_end_serving(void **state)
{
    (void) state;
    static const struct {
        int number;
        bool over;
    } rows[] = {{SIGTERM, true}, {SIGHUP, false}, {SIGINT, true}};
    sigset_t set, before;
    sigemptyset(&set);
    for (size_t i = 0; i < 3; i++)
        sigaddset(&set, rows[i].number);
    sigprocmask(SIG_BLOCK, &set, &before);
    int fd = listen_signals();
    assert_true(fd >= 0);
    assert_false(listen_is_over(fd)); /* nothing came */
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(kill(getpid(), rows[i].number), 0);
        assert_int_equal(listen_is_over(fd), rows[i].over);
    }
    close(fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(listens_and_is_alone),
                                       cmocka_unit_test(replaces_what_is_stale),
                                       cmocka_unit_test(refuses_bad_paths),
                                       cmocka_unit_test(only_loopback_is_listened_on),
                                       cmocka_unit_test(a_loopback_port_takes_connections),
                                       cmocka_unit_test(signals_that_end_serving)};
    return cmocka_run_group_tests(tests, start, stop);
}
