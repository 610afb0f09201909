#include "crypto/heap.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/mutant.h"

enum { SMALLEST = 32 };

static void *take(size_t n, const char *file, int line)
{
    (void) file, (void) line;
    return malloc(n);
}

/* What malloc gave may be larger than what was asked for; all of it may have been written to by
 * whoever asked malloc_usable_size, and none of it may stay. */
static void give_back(void *p, const char *file, int line)
{
    (void) file, (void) line;
    if (p && !WX_MUTANT(KEYD_LEAK)) OPENSSL_cleanse(p, malloc_usable_size(p));
    free(p);
}

static void *resize(void *p, size_t n, const char *file, int line)
{
    if (!p) return take(n, file, line);
    if (n == 0) {
        give_back(p, file, line);
        return NULL;
    }
    size_t had = malloc_usable_size(p);
    void *next = malloc(n);
    if (!next) return NULL;
    memcpy(next, p, had < n ? had : n);
    give_back(p, file, line);
    return next;
}

bool heap_harden(size_t bytes)
{
    return CRYPTO_set_mem_functions(take, resize, give_back) == 1 &&
           CRYPTO_secure_malloc_init(bytes, SMALLEST) != 0;
}
