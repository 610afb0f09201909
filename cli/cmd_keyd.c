/* waxsealctl keyd: the key agent and its master keys. No private key passes here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/ctl.h"
#include "crypto/agent.h"
#include "crypto/seal.h"

enum { WAIT_MS = 5000, KEY_BYTES = 32, FILE_BYTES = 8192 };

int cmd_keyd_ping(int argc, char **argv)
{
    struct err e;
    struct agent_state s;
    CLEANUP_CTL struct ctl c = {0};
    (void) argv;
    if (argc) return cli_usage("keyd ping");
    if (ctl_open(&c, &e) != RC_OK) return ctl_failed(&e);
    const struct agent g = {.socket = c.config->keyd_admin_socket, .timeout_ms = WAIT_MS};
    if (str_is_null(g.socket)) {
        err_set(&e, RC_INVALID, "%.*s: there is no section [keyd]", STR_ARG(c.config->file));
        return ctl_failed(&e);
    }
    if (agent_ping(&g, c.a, &s, &e) != RC_OK) return ctl_failed(&e);
    printf("master keys: %u, %.*s seals\nmemory: %s\nsystem calls: %s\n", s.master_keys,
           STR_ARG(s.master_key), s.locked ? "locked" : "may be swapped out",
           s.confined ? "limited" : "not limited");
    return EXIT_FINE;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done <= 0) return false;
        p += done;
        n -= (size_t) done;
    }
    return true;
}

/* One line in hexadecimal, behind the newline of what is there. */
static bool put_key(char line[1 + 2 * KEY_BYTES + 1], struct err *e)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char key[KEY_BYTES];
    if (random_bytes(key, sizeof key, e) != RC_OK) return false;
    line[0] = '\n';
    for (size_t i = 0; i < sizeof key; i++) {
        line[1 + 2 * i] = digits[key[i] >> 4];
        line[2 + 2 * i] = digits[key[i] & 15];
    }
    line[1 + 2 * KEY_BYTES] = '\n';
    wipe(key, sizeof key);
    return true;
}

/* The file as it is with one more line. Nobody else may read it, and it never stands half there:
 * the new one takes its place. */
static rc_t append_key(const char *path, const char *next, const struct buf *old, struct err *e)
{
    char line[1 + 2 * KEY_BYTES + 1];
    if (!put_key(line, e)) return RC_INTERNAL;
    int fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return err_set(e, RC_INTERNAL, "%s: %s", next, strerror(errno));
    struct stat st;
    bool ends = old->n == 0 || old->p[old->n - 1] == '\n';
    bool ok = write_all(fd, old->p, old->n) && write_all(fd, line + ends, sizeof line - ends);
    /* as the old one was owned, so that the agent can go on reading it */
    ok = ok && (stat(path, &st) != 0 || fchown(fd, st.st_uid, st.st_gid) == 0) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok && rename(next, path) == 0;
    wipe(line, sizeof line);
    if (ok) return RC_OK;
    err_set(e, RC_INTERNAL, "%s: %s", path, strerror(errno));
    unlink(next);
    return RC_INTERNAL;
}

int cmd_keyd_master(int argc, char **argv)
{
    struct err e;
    struct stat st;
    if (argc != 1) return cli_usage("keyd master FILE");
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    CLEANUP_BUF struct buf old = BUF_INIT_SECRET(FILE_BYTES);
    str_t next = a ? arena_printf(a, "%s.new", argv[0]) : STR_NULL;
    bool there = lstat(argv[0], &st) == 0;
    rc_t rc = str_is_null(next) ? err_set(&e, RC_NO_MEMORY, NULL) : RC_OK;
    if (rc == RC_OK && there && !S_ISREG(st.st_mode))
        rc = err_set(&e, RC_INVALID, "%s: is no file", argv[0]);
    if (rc == RC_OK && there) rc = cli_read_file(argv[0], &old, &e);
    if (rc == RC_OK) rc = append_key(argv[0], next.p, &old, &e);
    if (rc != RC_OK) return ctl_failed(&e);
    printf("%s: %s\n", argv[0],
           there ? "has a newer key, which seals once waxseal-keyd was started again"
                 : "was made; keep a copy where no backup of Redis is");
    return EXIT_FINE;
}
