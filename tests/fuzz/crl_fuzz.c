/* Any bytes are a revocation list. */
#include <stdlib.h>

#include "crypto/crl.h"
#include "tests/fuzz/revoking.h"

/* Whatever is read as an entry has a day and a whole serial number. */
static void read_entries(str_t der)
{
    CLEANUP_ARENA struct arena *a = arena_new(64u << 20);
    struct crl_entry *all = NULL;
    size_t n = 0;
    if (!a || crl_entries(der, a, &all, &n, NULL) != RC_OK) return;
    for (size_t i = 0; i < n; i++)
        if (all[i].at < 1 || all[i].reason < -1 || all[i].serial.n % 2) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    revoking_try(crl_check, str_n(bytes, n));
    read_entries(str_n(bytes, n));
    return 0;
}
