/* Pieces of bytes put together in an arena. */
#ifndef WAXSEAL_TEST_JOIN_H
#define WAXSEAL_TEST_JOIN_H

#include "base/arena.h"
#include "base/buf.h"

static inline str_t joined(struct arena *a, const str_t *list, size_t n)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    for (size_t i = 0; i < n; i++)
        buf_str(&b, list[i]);
    return arena_str(a, buf_view(&b));
}
#define JOIN(a, ...)                                                                               \
    joined((a), (str_t[]){__VA_ARGS__}, sizeof((str_t[]){__VA_ARGS__}) / sizeof(str_t))

#endif
