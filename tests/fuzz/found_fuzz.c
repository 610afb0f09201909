/* Any bytes are a directory's answer about an address: what is kept is certificates, not too many,
 * each of which names the address or is an authority, and reading what was kept gives the same. */
#include <stdlib.h>

#include "crypto/issuers.h"
#include "webmail/contacts/lookup.h"

#define ADDRESS STR("anna@example.org")

static void look(const struct cert *cert, struct arena *a)
{
    struct cert_info info;
    if (cert_describe(cert, a, &info, NULL) != RC_OK) abort();
    if (!info.is_ca && cert_matches_address(cert, ADDRESS) == ADDRESS_NO) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    CLEANUP_ARENA struct arena *a = arena_new(8u << 20);
    CLEANUP_BUF struct buf row = BUF_INIT(ISSUERS_MAX_BYTES);
    struct cert *got[LOOKUP_MAX_CERTIFICATES + 1];
    if (!a || !lookup_read(str_n(bytes, n), ADDRESS, a, &row)) return 0;
    if (row.failed || row.n > ISSUERS_MAX_BYTES) abort();
    size_t count = row.n ? issuers_read(buf_view(&row), got, LOOKUP_MAX_CERTIFICATES + 1) : 0;
    if (count > LOOKUP_MAX_CERTIFICATES || (row.n > 0) != (count > 0)) abort();
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        look(got[i], a);
        total += cert_der(got[i]).n;
        cert_unref(got[i]);
    }
    if (total != row.n) abort();
    return 0;
}
