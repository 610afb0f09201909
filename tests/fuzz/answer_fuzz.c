/* Any bytes are what an authority sends back for a request. */
#include "crypto/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    enum { MOST = 4 };
    struct cert *certs[MOST];
    struct err e = {0};
    size_t count = 0;
    rc_t rc = request_read_answer(str_n(bytes, n), certs, MOST, &count, &e);
    if (rc == RC_OK ? count == 0 || count > MOST : count != 0 || e.code != rc) __builtin_trap();
    while (count > 0)
        cert_unref(certs[--count]);
    return 0;
}
