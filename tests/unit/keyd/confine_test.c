/* Each row in a process of its own, which confines itself and then tries. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "keyd/confine.h"
#include "tests/unit/test.h"

enum { DENIED = 0, WENT = 1, OTHER = 2, UNCONFINED = 77 };

static int said(int r)
{
    return r >= 0 ? WENT : errno == EPERM ? DENIED : OTHER;
}

static int try_read_file(void)
{
    return said(open("/etc/passwd", O_RDONLY));
}
static int try_write_file(void)
{
    return said(open("/tmp/waxseal-confine-test", O_WRONLY | O_CREAT, 0600));
}
static int try_stat(void)
{
    struct stat st;
    return said(stat("/etc/passwd", &st));
}
static int try_unlink(void)
{
    return said(unlink("/nonexistent/file"));
}
static int try_proc_mem(void)
{
    return said(open("/proc/self/mem", O_RDWR));
}
static int try_dumpable(void)
{
    return said(prctl(PR_SET_DUMPABLE, 1));
}
static int try_limit(void)
{
    return said(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
}
static int try_socket(void)
{
    return said(socket(AF_INET, SOCK_STREAM, 0));
}
static int try_unix_socket(void)
{
    return said(socket(AF_UNIX, SOCK_STREAM, 0));
}
static int try_connect(void)
{
    return said(connect(0, NULL, 0));
}
static int try_exec(void)
{
    return said(execl("/bin/true", "true", NULL));
}
static int try_fork(void)
{
    return said(fork());
}
static int try_ptrace(void)
{
    return said((int) ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}
static int try_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? DENIED : WENT;
}
static int try_file_map(void)
{
    return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0) == MAP_FAILED ? DENIED : WENT;
}
static int try_make_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return said(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}
static int try_work(void) /* what serving takes goes on */
{
    char *p = malloc(4 << 20), *q = malloc(100);
    if (!p || !q) return OTHER;
    memset(p, 1, 4 << 20);
    p = realloc(p, 8 << 20);
    free(p);
    free(q);
    log_init(STDERR_FILENO, LOG_ERROR, "test");
    log_event(LOG_INFO, "not_shown", NULL);
    return write(STDERR_FILENO, "", 0) == 0 ? WENT : OTHER;
}

struct row {
    const char *name;
    int (*attempt)(void);
    int want; /* exit code, or minus a signal */
};

static const struct row rows[] = {
    {"read a file", try_read_file, DENIED},
    {"write a file", try_write_file, DENIED},
    {"stat", try_stat, DENIED},
    {"unlink", try_unlink, DENIED},
    {"open its memory", try_proc_mem, DENIED},
    {"be dumpable again", try_dumpable, DENIED},
    {"change limits", try_limit, DENIED},
    {"an internet socket", try_socket, -SIGSYS},
    {"a Unix socket", try_unix_socket, -SIGSYS},
    {"connect", try_connect, -SIGSYS},
    {"run a program", try_exec, -SIGSYS},
    {"fork", try_fork, -SIGSYS},
    {"ptrace", try_ptrace, -SIGSYS},
    {"map executable memory", try_code, -SIGSYS},
    {"make memory executable", try_make_code, -SIGSYS},
    {"map a file", try_file_map, -SIGSYS},
    {"work", try_work, WENT},
};

static int run(int (*attempt)(void))
{
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        bool confined = false;
        confine_early();
        if (confine_calls(&confined, NULL) != RC_OK) _exit(78);
        _exit(confined ? attempt() : UNCONFINED);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void only_serving_is_left(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int got = run(rows[i].attempt);
        if (got == UNCONFINED) skip(); /* a build with a sanitizer */
        if (got != rows[i].want) fail_msg("%s: %d", rows[i].name, got);
    }
}

static void nothing_is_dumped(void **state)
{
    (void) state;
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rlimit r;
        confine_early();
        _exit(prctl(PR_GET_DUMPABLE) == 0 && getrlimit(RLIMIT_CORE, &r) == 0 && r.rlim_max == 0
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_serving_is_left),
        cmocka_unit_test(nothing_is_dumped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
