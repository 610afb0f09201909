/* The keyring's exports in the browser. The only caller is worker.js.
 *
 * Results are left in one slot (kr_result, kr_result_size) until kr_result_clear. Everything
 * allocated is wiped when it is freed: OpenSSL itself frees some decrypted structures unwiped.
 */
/* RAND_set_rand_method: the only way to a random source without a provider of our own. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/keyring/keyring.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define IMPORT(name) __attribute__((import_module("env"), import_name(#name)))

/* Fills p with n random bytes from the browser. */
IMPORT(random) void host_random(void *p, size_t n);

void __wasm_call_ctors(void);

static uint8_t *result;
static size_t result_n;

/* --- memory that is wiped --------------------------------------------------------- */

enum { HEAD = 16 }; /* keeps malloc's alignment */

static void *wiping_malloc(size_t n, const char *file, int line)
{
    (void) file, (void) line;
    if (n == 0 || n > (size_t) 1 << 25) return NULL;
    unsigned char *p = malloc(n + HEAD);
    if (!p) return NULL;
    memcpy(p, &n, sizeof n);
    return p + HEAD;
}

static void wiping_free(void *p, const char *file, int line)
{
    (void) file, (void) line;
    if (!p) return;
    unsigned char *head = (unsigned char *) p - HEAD;
    size_t n;
    memcpy(&n, head, sizeof n);
    OPENSSL_cleanse(head, n + HEAD);
    free(head);
}

static void *wiping_realloc(void *p, size_t n, const char *file, int line)
{
    size_t old;
    if (!p) return wiping_malloc(n, file, line);
    if (n == 0) {
        wiping_free(p, file, line);
        return NULL;
    }
    memcpy(&old, (unsigned char *) p - HEAD, sizeof old);
    void *moved = wiping_malloc(n, file, line);
    if (!moved) return NULL;
    memcpy(moved, p, old < n ? old : n);
    wiping_free(p, file, line);
    return moved;
}

/* --- randomness ------------------------------------------------------------------- */

static int random_bytes(unsigned char *p, int n)
{
    if (n > 0) host_random(p, (size_t) n);
    return 1;
}

static int random_status(void)
{
    return 1;
}

static const RAND_METHOD browser_random = {
    .bytes = random_bytes, .pseudorand = random_bytes, .status = random_status};

/* --- exports ---------------------------------------------------------------------- */

EXPORT(kr_init) int kr_init(void)
{
    __wasm_call_ctors();
    return CRYPTO_set_mem_functions(wiping_malloc, wiping_realloc, wiping_free) == 1 &&
           RAND_set_rand_method(&browser_random) == 1;
}

EXPORT(kr_alloc) void *kr_alloc(size_t n)
{
    return OPENSSL_malloc(n ? n : 1);
}

EXPORT(kr_free) void kr_free(void *p)
{
    OPENSSL_free(p); /* wipes */
}

EXPORT(kr_result) uint8_t *kr_result(void)
{
    return result;
}

EXPORT(kr_result_size) size_t kr_result_size(void)
{
    return result_n;
}

EXPORT(kr_result_clear) void kr_result_clear(void)
{
    keyring_release(result, result_n);
    result = NULL;
    result_n = 0;
}

EXPORT(kr_new) struct keyring *kr_new(void)
{
    struct keyring *k = NULL;
    return keyring_new(&k) == KEYRING_OK ? k : NULL;
}

EXPORT(kr_close) void kr_close(struct keyring *k)
{
    keyring_free(k);
}

EXPORT(kr_open)
int kr_open(struct keyring *k, const uint8_t *p12, size_t n, const char *pass, size_t pass_n)
{
    return keyring_open(k, p12, n, pass, pass_n);
}

EXPORT(kr_key_count) size_t kr_key_count(const struct keyring *k)
{
    return keyring_key_count(k);
}

EXPORT(kr_cert_count) size_t kr_cert_count(const struct keyring *k)
{
    return keyring_cert_count(k);
}

EXPORT(kr_cert) const uint8_t *kr_cert(const struct keyring *k, size_t i)
{
    size_t n;
    return keyring_cert(k, i, &n);
}

EXPORT(kr_cert_size) size_t kr_cert_size(const struct keyring *k, size_t i)
{
    size_t n = 0;
    return keyring_cert(k, i, &n) ? n : 0;
}

EXPORT(kr_key_cert) int kr_key_cert(const struct keyring *k, size_t key)
{
    return keyring_key_cert(k, key);
}

EXPORT(kr_cert_key) int kr_cert_key(const struct keyring *k, size_t cert)
{
    return keyring_cert_key(k, cert);
}

EXPORT(kr_key_type) const char *kr_key_type(const struct keyring *k, size_t key)
{
    return keyring_key_type(k, key, NULL);
}

EXPORT(kr_key_bits) unsigned kr_key_bits(const struct keyring *k, size_t key)
{
    unsigned bits = 0;
    keyring_key_type(k, key, &bits);
    return bits;
}

EXPORT(kr_key_name) const char *kr_key_name(const struct keyring *k, size_t key)
{
    return keyring_key_name(k, key);
}

/* What was written is opened again and compared: it may take the place of the only copy. */
EXPORT(kr_rewrap)
int kr_rewrap(const struct keyring *k, const char *pass, size_t pass_n, uint32_t iterations)
{
    kr_result_clear();
    enum keyring_rc rc = keyring_rewrap(k, pass, pass_n, iterations, &result, &result_n);
    if (rc == KEYRING_OK && keyring_is_copy(k, result, result_n, pass, pass_n) != KEYRING_OK) {
        kr_result_clear();
        rc = KEYRING_FAILED;
    }
    return rc;
}

EXPORT(kr_make) int kr_make(struct keyring *k, const char *kind)
{
    return keyring_make(k, kind);
}

EXPORT(kr_request)
int kr_request(const struct keyring *k, size_t key, const char *name, size_t name_n,
               const char *address, size_t address_n)
{
    kr_result_clear();
    return keyring_request(k, key, name, name_n, address, address_n, &result, &result_n);
}

EXPORT(kr_take) int kr_take(struct keyring *k, const uint8_t *p, size_t n)
{
    return keyring_take(k, p, n);
}

EXPORT(kr_join) int kr_join(struct keyring *k, const struct keyring *from)
{
    return keyring_join(k, from);
}

EXPORT(kr_is_strong) int kr_is_strong(const uint8_t *p12, size_t n, uint32_t min_iterations)
{
    return keyring_is_strong(p12, n, min_iterations);
}

EXPORT(kr_sign)
int kr_sign(const struct keyring *k, size_t key, const uint8_t *attributes, size_t attributes_n,
            const uint8_t *digest, size_t digest_n, const char *digest_name, int pss)
{
    kr_result_clear();
    return keyring_sign(k, key, attributes, attributes_n, digest, digest_n, digest_name, pss,
                        &result, &result_n);
}

EXPORT(kr_unwrap)
int kr_unwrap(const struct keyring *k, size_t key, const uint8_t *algorithm, size_t algorithm_n,
              const uint8_t *encrypted, size_t encrypted_n, size_t want)
{
    kr_result_clear();
    return keyring_unwrap(k, key, algorithm, algorithm_n, encrypted, encrypted_n, want, &result,
                          &result_n);
}

EXPORT(kr_derive)
int kr_derive(const struct keyring *k, size_t key, const uint8_t *algorithm, size_t algorithm_n,
              const uint8_t *originator, size_t originator_n, const uint8_t *ukm, size_t ukm_n,
              const uint8_t *wrapped, size_t wrapped_n)
{
    kr_result_clear();
    return keyring_derive(k, key, algorithm, algorithm_n, originator, originator_n, ukm, ukm_n,
                          wrapped, wrapped_n, &result, &result_n);
}

EXPORT(kr_digest_new) struct keyring_digest *kr_digest_new(const char *name)
{
    struct keyring_digest *d = NULL;
    return keyring_digest_new(name, &d) == KEYRING_OK ? d : NULL;
}

EXPORT(kr_digest_add) void kr_digest_add(struct keyring_digest *d, const uint8_t *p, size_t n)
{
    keyring_digest_add(d, p, n);
}

/* out: 64 bytes. Frees d. */
EXPORT(kr_digest_end) size_t kr_digest_end(struct keyring_digest *d, uint8_t *out)
{
    return keyring_digest_end(d, out);
}
