/* The socket that fcgi/ and fetch/ serve on. */
#include "base/listen.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(listens_and_is_alone),
                                       cmocka_unit_test(replaces_what_is_stale),
                                       cmocka_unit_test(refuses_bad_paths)};
    return cmocka_run_group_tests(tests, start, stop);
}
