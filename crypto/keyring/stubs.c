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

/* The seed of OpenSSL's generators. Random bytes themselves come from the browser (wasm_main.c),
 * but RSA keys are only made where a generator of the library can be seeded. */
__attribute__((import_module("env"), import_name("random"))) void host_random(void *p, size_t n);
typedef struct rand_pool_st RAND_POOL;
size_t ossl_rand_pool_bytes_needed(RAND_POOL *pool, unsigned factor);
size_t ossl_rand_pool_entropy_available(RAND_POOL *pool);
int ossl_rand_pool_add(RAND_POOL *pool, const unsigned char *p, size_t n, size_t entropy);
void OPENSSL_cleanse(void *p, size_t n);

size_t ossl_pool_acquire_entropy(RAND_POOL *pool)
{
    unsigned char seed[64];
    for (size_t left; (left = ossl_rand_pool_bytes_needed(pool, 1)) != 0;) {
        if (left > sizeof seed) left = sizeof seed;
        host_random(seed, left);
        if (!ossl_rand_pool_add(pool, seed, left, 8 * left)) break;
    }
    OPENSSL_cleanse(seed, sizeof seed);
    return ossl_rand_pool_entropy_available(pool);
}

int ossl_pool_add_nonce_data(RAND_POOL *pool)
{
    unsigned char nonce[16];
    host_random(nonce, sizeof nonce);
    return ossl_rand_pool_add(pool, nonce, sizeof nonce, 0);
}

int ossl_rand_pool_add_additional_data(RAND_POOL *pool)
{
    return ossl_pool_add_nonce_data(pool);
}

int ossl_rand_pool_init(void)
{
    return 1;
}

void ossl_rand_pool_cleanup(void)
{
}

void ossl_rand_pool_keep_random_devices_open(int keep)
{
    (void) keep;
}
