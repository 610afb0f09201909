/* Any bytes are an OCSP answer. */
#include "crypto/ocsp.h"
#include "tests/fuzz/revoking.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    revoking_try(ocsp_check, str_n(bytes, n));
    return 0;
}
