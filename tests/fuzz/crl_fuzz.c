/* Any bytes are a revocation list. */
#include "crypto/crl.h"
#include "tests/fuzz/revoking.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    revoking_try(crl_check, str_n(bytes, n));
    return 0;
}
