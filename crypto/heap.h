/* The memory of OpenSSL in a process that holds private keys. */
#ifndef WAXSEAL_CRYPTO_HEAP_H
#define WAXSEAL_CRYPTO_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* From now on everything OpenSSL gives back is wiped first, and private numbers live in a heap of
 * their own of `bytes` (a power of two) with guard pages, left out of core dumps and locked where
 * the limits allow it. To be called before anything else of crypto/, once, with one thread. False:
 * too late, or no memory. */
bool heap_harden(size_t bytes);

#endif
