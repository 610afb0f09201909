/* What a server may ask of an open keyring: signed attributes, recipient infos. Whatever the bytes,
 * nothing is signed but attributes with the digest asked for, and nothing is left behind.
 * The first byte chooses the operation, the second and third where the input is cut. */
#include "crypto/keyring/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const uint8_t digest[32] = {0x5a};

/* A seed of the other target: its first byte is not part of the file. */
static struct keyring *open_seed(const char *path)
{
    static uint8_t file[8192];
    struct keyring *k = NULL;
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(file, 1, sizeof file, f) : 0;
    if (n < 2 || fclose(f) != 0 || keyring_new(&k) != KEYRING_OK ||
        keyring_open(k, file + 1, n - 1, "corpus", 6) != KEYRING_OK)
        abort();
    return k;
}

static void sign(const struct keyring *k, const uint8_t *p, size_t n)
{
    uint8_t *out = NULL;
    size_t out_n = 0;
    if (keyring_sign(k, 0, p, n, digest, sizeof digest, "sha256", 0, &out, &out_n) == KEYRING_OK &&
        !memmem(p, n, digest, sizeof digest))
        abort(); /* a signature over something that does not even hold the digest */
    keyring_release(out, out_n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct keyring *ec, *rsa;
    uint8_t *out = NULL;
    size_t out_n = 0;
    if (!ec) {
        ec = open_seed("tests/fuzz/corpus/p12/key-p256");
        rsa = open_seed("tests/fuzz/corpus/p12/key-rsa1024");
    }
    if (n < 3) return 0;
    const uint8_t *p = data + 3;
    size_t left = n - 3, a = data[1] < left ? data[1] : left,
           b = data[2] < left - a ? data[2] : left - a;
    if (data[0] % 3 == 0)
        sign(ec, p, left);
    else if (data[0] % 3 == 1)
        keyring_unwrap(rsa, 0, p, a, p + a, left - a, 32, &out, &out_n);
    else
        keyring_derive(ec, 0, p, a, p + a, b, p, data[0] & 0x80 ? a : 0, p + a + b, left - a - b,
                       &out, &out_n);
    keyring_release(out, out_n);
    return 0;
}
