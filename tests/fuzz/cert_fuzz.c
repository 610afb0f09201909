/* Any bytes are a certificate: what it says about itself is clean text, its addresses are mailboxes
 * that match themselves, and nobody trusts it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "crypto/address.h"
#include "crypto/cert.h"

static void check_text(str_t s)
{
    if (!str_is_clean(s) || !str_is_utf8(s)) abort();
}

static void check(const struct cert *c, struct arena *a)
{
    struct cert_info i;
    struct cert_verdict v;
    struct cert *self[] = {(struct cert *) c};
    if (cert_describe(c, a, &i, NULL) != RC_OK) return;
    check_text(i.subject);
    check_text(i.issuer);
    check_text(i.common_name);
    check_text(i.ocsp_url);
    check_text(i.crl_url);
    for (size_t k = 0; k < i.address_count; k++) {
        check_text(i.addresses[k]);
        if (!address_is_mailbox(i.addresses[k])) abort();
        if (cert_matches_address(c, i.addresses[k]) != ADDRESS_YES) abort();
    }
    (void) cert_name_text(i.issuer_der, a);
    for (int purpose = PURPOSE_SIGN; purpose <= PURPOSE_ENCRYPT; purpose++) {
        const struct cert_question q = {.bag = self,
                                        .bag_count = 1,
                                        .purpose = (enum cert_purpose) purpose,
                                        .at = i.not_before};
        cert_verify(c, &q, &v);
        if (v.chain == CHAIN_TRUSTED || v.trusted_by != TRUSTED_BY_NONE) abort();
        cert_verdict_free(&v);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(16u << 20);
    struct cert *c = NULL;
    str_t half = str_n(bytes, n / 2), rest = str_n(bytes + n / 2, n - n / 2);
    if (a && cert_parse(str_n(bytes, n), &c, NULL) == RC_OK) check(c, a);
    if (address_compare(half, rest) != address_compare(rest, half)) abort();
    cert_unref(c);
    arena_free(a);
    return 0;
}
