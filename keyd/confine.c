#include "keyd/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#else
#define OUR_ARCH 0
#endif

_Static_assert(OUR_ARCH != 0, "waxseal-keyd has no system call filter for this processor");

void confine_early(void)
{
    /* Before we are undumpable: afterwards the file belongs to root. */
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t written = write(fd, "0", 1);
        (void) written; /* one of three ways; the two below cannot fail */
        close(fd);
    }
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    prctl(PR_SET_DUMPABLE, 0);
}

bool confine_memory(void)
{
    struct rlimit r;
    if (SANITIZED) return false;
    if (getrlimit(RLIMIT_MEMLOCK, &r) == 0 && r.rlim_cur < r.rlim_max) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_MEMLOCK, &r);
    }
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

/* --- system calls ------------------------------------------------------------------- */

#define LOAD(field)                                                                                \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t) offsetof(struct seccomp_data, field))
/* Low half of an argument; both processors are little endian. */
#define LOAD_ARG(i)                                                                                \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                                                             \
             (uint32_t) (offsetof(struct seccomp_data, args) + (i) * sizeof(uint64_t)))
#define GIVE(what) BPF_STMT(BPF_RET | BPF_K, (uint32_t) (what))
#define ON(call, what) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t) (call), 0, 1), GIVE(what)
#define ALLOW(name) ON(__NR_##name, SECCOMP_RET_ALLOW)
#define KILL(name) ON(__NR_##name, SECCOMP_RET_KILL_PROCESS)

static const struct sock_filter filter[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
    GIVE(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
#ifdef __x86_64__ /* the x32 calls share the architecture's number */
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    GIVE(SECCOMP_RET_KILL_PROCESS),
#endif
    /* serving: sockets that are there, and the log */
    ALLOW(recvfrom),
    ALLOW(sendto),
    ALLOW(accept4),
    ALLOW(getsockopt),
    ALLOW(ppoll),
    ALLOW(read),
    ALLOW(write),
    ALLOW(close),
    ALLOW(futex),
    ALLOW(clock_gettime),
    ALLOW(clock_nanosleep),
    ALLOW(nanosleep),
    ALLOW(getrandom),
    ALLOW(getpid),
    ALLOW(gettid),
#ifdef __x86_64__
    ALLOW(poll),
    ALLOW(time),
#endif
    ALLOW(gettimeofday),
    /* memory, as malloc and threads that end use it */
    ALLOW(brk),
    ALLOW(munmap),
    ALLOW(mremap),
    ALLOW(madvise),
    ALLOW(mlock),
    ALLOW(munlock),
    /* signals and the end */
    ALLOW(rt_sigprocmask),
    ALLOW(rt_sigreturn),
    ALLOW(rt_sigaction),
    ALLOW(sigaltstack),
    ALLOW(restart_syscall),
    ALLOW(sched_yield),
    ALLOW(sched_getaffinity),
    ALLOW(tgkill),
    ALLOW(exit),
    ALLOW(exit_group),
    /* what is never ours */
    KILL(execve),
    KILL(execveat),
    KILL(clone),
    KILL(clone3),
#ifdef __x86_64__
    KILL(fork),
    KILL(vfork),
#endif
    KILL(socket),
    KILL(socketpair),
    KILL(connect),
    KILL(bind),
    KILL(listen),
    KILL(sendmsg),
    KILL(ptrace),
    KILL(process_vm_readv),
    KILL(process_vm_writev),
    KILL(memfd_create),
    KILL(userfaultfd),
    KILL(bpf),
    KILL(io_uring_setup),
    KILL(pidfd_getfd),
    KILL(setuid),
    KILL(setresuid),
    KILL(mount),
    KILL(keyctl),
    /* new memory: of nobody's file, and never to be executed */
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 0, 6),
    LOAD_ARG(2),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 3, 0),
    LOAD_ARG(3),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 0, 1),
    GIVE(SECCOMP_RET_ALLOW),
    GIVE(SECCOMP_RET_KILL_PROCESS),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mprotect, 0, 4),
    LOAD_ARG(2),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0),
    GIVE(SECCOMP_RET_ALLOW),
    GIVE(SECCOMP_RET_KILL_PROCESS),
    /* files above all: the C library asks for some and lives without them */
    GIVE(SECCOMP_RET_ERRNO | EPERM),
};

rc_t confine_calls(bool *confined, struct err *e)
{
    const struct sock_fprog program = {.len = sizeof filter / sizeof *filter,
                                       .filter = (struct sock_filter *) filter};
    *confined = false;
    if (SANITIZED) return RC_OK;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
        return err_set(e, RC_INTERNAL, "The system calls cannot be limited: %s", strerror(errno));
    *confined = true;
    return RC_OK;
}
