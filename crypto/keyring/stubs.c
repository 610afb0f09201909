/* The operating system, as the keyring in the browser sees it: there is none.
 *
 * These definitions are found before those of libcrypto.a and libc.a, so that the members which
 * would import files, environment, clock and process exit from the host are never linked. What is
 * left is one import, env.random. Compiled with -fno-builtin.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>

int OPENSSL_issetugid(void)
{
    return 0;
}

int getpid(void)
{
    return 1;
}

char *ossl_safe_getenv(const char *name)
{
    (void) name;
    return NULL;
}

char *getenv(const char *name)
{
    (void) name;
    return NULL;
}

void abort(void)
{
    __builtin_trap();
}

void exit(int code)
{
    (void) code;
    __builtin_trap();
}

void _Exit(int code)
{
    (void) code;
    __builtin_trap();
}

int vfprintf(void *f, const char *format, va_list a)
{
    (void) f, (void) format, (void) a;
    return -1;
}

int fprintf(void *f, const char *format, ...)
{
    (void) f, (void) format;
    return -1;
}

/* The default provider registers a file store. */
int stat(const char *path, void *out)
{
    (void) path, (void) out;
    errno = ENOENT;
    return -1;
}

void *opendir(const char *path)
{
    (void) path;
    errno = ENOENT;
    return NULL;
}

void *readdir(void *dir)
{
    (void) dir;
    return NULL;
}

int closedir(void *dir)
{
    (void) dir;
    return 0;
}

/* No clock: validity is judged by the page and by the server. */
long long time(long long *t)
{
    if (t) *t = 0;
    return 0;
}

int gettimeofday(void *t, void *zone)
{
    (void) t, (void) zone;
    return -1;
}

int clock_gettime(void *clock, void *t)
{
    (void) clock, (void) t;
    return -1;
}

int __imported_wasi_snapshot_preview1_fd_write(int a, int b, int c, int d)
{
    (void) a, (void) b, (void) c, (void) d;
    return 8; /* EBADF */
}

int __imported_wasi_snapshot_preview1_fd_close(int a)
{
    (void) a;
    return 8;
}

int __imported_wasi_snapshot_preview1_fd_seek(int a, long long b, int c, int d)
{
    (void) a, (void) b, (void) c, (void) d;
    return 8;
}
