/* waxsealctl roots: writes the roots that NSS trusts for e-mail as the PEM file of mail_roots. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/buf.h"
#include "cli/command.h"
#include "crypto/roots.h"

enum { FILE_LIMIT = 8 << 20, ARENA_LIMIT = 64 << 20, PEM_LINE = 64 };

struct roots_call {
    const char *out;
    str_t module;
};

static bool put_root(struct buf *out, const struct mail_root *root, struct arena *a)
{
    str_t text = b64_encode(a, root->der);
    bool ok = !str_is_null(text) && buf_printf(out, "\n# %.*s\n", STR_ARG(root->name));
    if (root->distrust_after) {
        str_t end = cli_format_time(root->distrust_after, a);
        ok = ok && buf_printf(out, "# distrust-after: %.*s\n", STR_ARG(end));
    }
    ok = ok && buf_cstr(out, "-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; at < text.n && ok; at += PEM_LINE)
        ok = buf_str(out, str_sub(text, at, at + PEM_LINE)) && buf_char(out, '\n');
    return ok && buf_cstr(out, "-----END CERTIFICATE-----\n");
}

static rc_t cannot_write(const char *path, struct err *e)
{
    return err_set(e, RC_INTERNAL, "%s: %s", path, strerror(errno));
}

/* Whole or not at all: a server may be reading the file. */
static rc_t replace_file(const char *path, str_t bytes, struct arena *a, struct err *e)
{
    const char *next = arena_cstr(a, arena_printf(a, "%s.new", path));
    if (!next) return err_set(e, RC_NO_MEMORY, NULL);
    int fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return cannot_write(next, e);
    bool ok = true;
    for (size_t at = 0; ok && at < bytes.n;) {
        ssize_t n = write(fd, bytes.p + at, bytes.n - at);
        ok = n > 0;
        at += ok ? (size_t) n : 0;
    }
    ok = ok && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    if (ok && rename(next, path) == 0) return RC_OK;
    rc_t rc = cannot_write(path, e);
    unlink(next);
    return rc;
}

static rc_t write_roots(const struct roots_call *call, size_t *count, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_LIMIT);
    CLEANUP_BUF struct buf out = BUF_INIT(FILE_LIMIT);
    struct mail_root *roots;
    size_t n;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(roots_read(call->module, a, &roots, &n, e));
    str_t now = cli_format_time((int64_t) time(NULL), a);
    bool ok = buf_printf(&out,
                         "# Roots trusted for e-mail, %zu, read from %.*s at %.*s.\n"
                         "# Made by waxsealctl roots; changes are lost with the next run.\n",
                         n, STR_ARG(call->module), STR_ARG(now));
    for (size_t i = 0; i < n && ok; i++)
        ok = put_root(&out, &roots[i], a);
    if (!ok) return err_set(e, RC_TOO_LARGE, "The list of roots is too large.");
    *count = n;
    if (strcmp(call->out, "-") != 0) return replace_file(call->out, buf_view(&out), a, e);
    return fwrite(out.p, 1, out.n, stdout) == out.n ? RC_OK : cannot_write("standard output", e);
}

int cmd_roots(int argc, char **argv)
{
    struct roots_call call = {.module = STR(ROOTS_MODULE)};
    struct err e;
    size_t n = 0;
    for (int i = 0; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--out") == 0)
            call.out = argv[i + 1];
        else if (strcmp(argv[i], "--module") == 0)
            call.module = str_c(argv[i + 1]);
        else
            return cli_usage("roots --out FILE [--module PATH]");
    }
    if (argc % 2 || !call.out) return cli_usage("roots --out FILE [--module PATH]");
    if (write_roots(&call, &n, &e) != RC_OK) {
        fprintf(stderr, "waxsealctl: %s%s%s\n", e.message, e.detail[0] ? ": " : "", e.detail);
        return EXIT_FAILED;
    }
    if (strcmp(call.out, "-") != 0) printf("%zu roots in %s\n", n, call.out);
    return EXIT_FINE;
}
