/* Certificates that arrive for a key (PEM, DER, PKCS#7, bare base64): whatever the bytes, an
 * answer, and nothing is kept but what belongs to the key and the way to its issuers. */
#include "crypto/keyring/keyring.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A seed of the PKCS#12 target: its first byte is not part of the file. */
static struct keyring *open_seed(void)
{
    static uint8_t file[8192];
    struct keyring *k = NULL;
    FILE *f = fopen("tests/fuzz/corpus/p12/key-p256", "rb");
    size_t size = f ? fread(file, 1, sizeof file, f) : 0;
    if (size < 2 || fclose(f) != 0 || keyring_new(&k) != KEYRING_OK ||
        keyring_open(k, file + 1, size - 1, "corpus", 6) != KEYRING_OK)
        abort();
    return k;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct keyring *k; /* opening it costs more than one input */
    if (!k) k = open_seed();
    size_t before = keyring_cert_count(k);
    enum keyring_rc rc = keyring_take(k, data, n);
    if (rc != KEYRING_OK && keyring_cert_count(k) != before) abort();
    int cert = keyring_key_cert(k, 0);
    if (cert < 0 || keyring_cert_key(k, (size_t) cert) != 0) abort();
    if (keyring_cert_count(k) != before) {
        keyring_free(k);
        k = NULL;
    }
    return 0;
}
