/* The outer shape of a PKCS#12 file (PFX, RFC 7292 section 4), without any passphrase. */
#ifndef WAXSEAL_KEYRING_PFX_H
#define WAXSEAL_KEYRING_PFX_H

#include "crypto/keyring/pbe.h"
#include "crypto/keyring/state.h"

#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>

struct pfx {
    PKCS7 *auth_safe;
    const ASN1_OCTET_STRING *content; /* what the MAC covers; inside auth_safe */
    STACK_OF(PKCS7) * safes;
    ASN1_SEQUENCE_ANY *mac; /* MacData, or NULL */
    X509_SIG *digest_info;  /* of the MAC, or NULL */
};

/* BER or DER. KEYRING_DAMAGED, or KEYRING_UNSUPPORTED for public-key integrity. Nothing is to be
 * freed on failure. */
enum keyring_rc pfx_parse(const uint8_t *p12, size_t n, struct pfx *out);
void pfx_free(struct pfx *f);
/* How the MAC key is made; only when f->mac is not NULL. */
enum keyring_rc pfx_read_mac(const struct pfx *f, struct pbe *out);
const ASN1_OCTET_STRING *pfx_mac_value(const struct pfx *f);

#endif
