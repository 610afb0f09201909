/* Any bytes are certificates for download: what is read is a whole certificate each, never more
 * than asked for, and reading what was kept of them gives the same ones. */
#include <stdlib.h>

#include "base/buf.h"
#include "crypto/issuers.h"

enum { MOST = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct cert *got[MOST + 1] = {NULL}, *again[MOST + 1] = {NULL};
    CLEANUP_BUF struct buf kept = BUF_INIT(ISSUERS_MAX_BYTES);
    size_t count = issuers_read(str_n(bytes, n), got, MOST);
    if (count > MOST || got[MOST]) abort();
    for (size_t i = 0; i < count; i++)
        buf_str(&kept, cert_der(got[i]));
    if (!kept.failed && count) {
        if (issuers_read(buf_view(&kept), again, MOST) != count || again[MOST]) abort();
        for (size_t i = 0; i < count; i++) {
            if (!cert_equal(got[i], again[i])) abort();
            cert_unref(again[i]);
        }
    }
    for (size_t i = 0; i < count; i++)
        cert_unref(got[i]);
    return 0;
}
