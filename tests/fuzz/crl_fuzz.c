/* Any bytes are a revocation list: what is not signed by the issuer tells nothing and changes
 * nothing. */
#include "crypto/crl.h"
#include "tests/fuzz/revoking.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct cert *leaf, *issuer;
    struct revoked_answer v = {.this_update = -1};
    struct err e = {0};
    if (!leaf) leaf = revoking_cert(revoking_leaf);
    if (!issuer) issuer = revoking_cert(revoking_issuer);
    rc_t rc = crl_check(str_n(bytes, n), leaf, issuer, REVOKING_NOW, &v, &e);
    if (rc == RC_OK)
        revoking_check(&v);
    else if (e.code != rc || v.this_update != -1)
        abort();
    return 0;
}
