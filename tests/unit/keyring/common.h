/* Shared by the keyring's tests. */
#ifndef WAXSEAL_TESTS_KEYRING_COMMON_H
#define WAXSEAL_TESTS_KEYRING_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/keyring/keyring.h"

#define FIXTURES "tests/fixtures/p12/"

/* Whole file; NULL when it is not there. */
static inline uint8_t *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    uint8_t *p = malloc(1 << 20);
    assert_non_null(p);
    *n = fread(p, 1, 1 << 20, f);
    fclose(f);
    return p;
}

static inline struct keyring *new_keyring(void)
{
    struct keyring *k = NULL;
    assert_int_equal(keyring_new(&k), KEYRING_OK);
    return k;
}

static inline enum keyring_rc open_path(struct keyring *k, const char *path, const char *pass)
{
    size_t n = 0;
    uint8_t *p = read_file(path, &n);
    if (!p) fail_msg("no file %s", path);
    enum keyring_rc rc = keyring_open(k, p, n, pass, strlen(pass));
    free(p);
    return rc;
}

/* A keyring with one fixture in it. */
static inline struct keyring *open_fixture(const char *name, const char *pass)
{
    char path[256];
    snprintf(path, sizeof path, FIXTURES "%s", name);
    struct keyring *k = new_keyring();
    assert_int_equal(open_path(k, path, pass), KEYRING_OK);
    return k;
}

static inline X509 *cert_of_key(const struct keyring *k, size_t key)
{
    size_t n = 0;
    const uint8_t *der = keyring_cert(k, (size_t) keyring_key_cert(k, key), &n);
    X509 *x = d2i_X509(NULL, &der, (long) n);
    assert_non_null(x);
    return x;
}

#endif
