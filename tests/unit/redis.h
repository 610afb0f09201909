/* A private Redis on a Unix socket, for tests that start and end their own. */
#ifndef WAXSEAL_TEST_REDIS_H
#define WAXSEAL_TEST_REDIS_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

/* The socket's file is there a moment before anybody listens on it. */
static inline bool redis_accepts(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && connect(fd, (const struct sockaddr *) &to, sizeof to) == 0;
    if (fd >= 0) close(fd);
    return yes;
}

/* password: of the default user, or NULL. Returns when it accepts connections. */
static inline pid_t redis_start(const char *path, const char *password)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout)) _exit(126);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path, "--save", "",
               password ? "--requirepass" : (char *) NULL, password, (char *) NULL);
        _exit(127);
    }
    for (int i = 0; i < 1000 && !redis_accepts(path); i++)
        usleep(10 * 1000);
    assert_true(redis_accepts(path));
    return pid;
}

/* pid 0: none runs. */
static inline void redis_stop(pid_t pid, const char *path)
{
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    unlink(path);
}

#endif
