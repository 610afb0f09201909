/* Any text is a list of roots: it is refused, or holds at least one certificate and not more than
 * there is room for, each of them on nobody else's word. */
#include <stdint.h>
#include <stdlib.h>

#include "crypto/cert.h"

static void check(const struct trust *t, str_t text)
{
    struct cert *first = NULL;
    if (trust_count(t, TRUSTED_BY_MAIL_ROOTS) == 0) abort();
    if (trust_count(t, TRUSTED_BY_ORGANISATION) != 0) abort();
    if (trust_count(t, TRUSTED_BY_MAIL_ROOTS) > text.n / 64) abort();
    if (cert_parse(text, &first, NULL) != RC_OK) return;
    const struct cert_question q = {.trust = t, .at = 1750000000};
    struct cert_verdict v;
    cert_verify(first, &q, &v);
    if (v.chain == CHAIN_TRUSTED && v.trusted_by != TRUSTED_BY_MAIL_ROOTS) abort();
    cert_verdict_free(&v);
    cert_unref(first);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct trust *t = NULL;
    str_t text = str_n(bytes, n);
    if (trust_read(text, TRUSTED_BY_MAIL_ROOTS, &t, NULL) == RC_OK)
        check(t, text);
    else if (t)
        abort();
    trust_free(t);
    return 0;
}
