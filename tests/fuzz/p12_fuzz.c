/* PKCS#12 reader: whatever the bytes, an answer, and nothing left behind. The first byte chooses
 * the passphrase. Built with FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION: the MAC is not checked and
 * iteration counts are capped low, so that the fuzzer gets to the bags quickly. */
#include "crypto/keyring/keyring.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct keyring *context; /* loading providers costs more than one input */
    if (n < 1) return 0;
    if (!context && keyring_new(&context) != KEYRING_OK) abort();
    keyring_is_strong(data + 1, n - 1, 600000);
    enum keyring_rc rc = keyring_open(context, data + 1, n - 1, "corpus", data[0] & 1 ? 6 : 0);
    size_t keys = keyring_key_count(context);
    if ((rc == KEYRING_OK) != (keys > 0)) abort();
    for (size_t i = 0; i < keys; i++)
        if (!keyring_key_type(context, i, NULL)) abort();
    if (keys) {
        keyring_free(context);
        context = NULL;
    }
    return 0;
}
