/* Any bytes are a certification request: what is accepted was signed by its own key, and no byte
 * may follow it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct err e;
    str_t der = str_n(bytes, n);
    if (request_check(der, &e) != RC_OK) {
        if (e.message[0] == '\0') abort();
        return 0;
    }
    char *longer = malloc(n + 1);
    if (!longer) return 0;
    memcpy(longer, bytes, n);
    longer[n] = 0;
    if (request_check(str_n(longer, n + 1), NULL) == RC_OK) abort();
    free(longer);
    return 0;
}
