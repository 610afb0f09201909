/* Internal to crypto/: what a SignerInfo says about itself. */
#ifndef WAXSEAL_CRYPTO_CMS_SIGNER_H
#define WAXSEAL_CRYPTO_CMS_SIGNER_H

#include "crypto/cms.h"
#include "crypto/ossl.h"

struct cms_algorithm {
    const char *word; /* "rsa-pkcs1-sha256", ...; "unknown" */
    const EVP_MD *md; /* digest of the content; NULL: not one we can compute */
    bool weak;        /* MD5, SHA-1 or DSA anywhere in it */
};
void cms_algorithm_of(CMS_SignerInfo *si, struct cms_algorithm *out);

/* Issuer and serial of the SignerIdentifier as text; null when it is a key identifier. */
rc_t cms_signer_name(CMS_SignerInfo *si, struct arena *a, str_t *issuer, str_t *serial,
                     struct err *e) WX_MUST_USE;
/* Certificate of the bag that the signer wants mail encrypted to (RFC 8551 section 2.5.3), from the
 * signed attributes; NULL when there is none. Borrowed from the bag. */
struct cert *cms_signer_preference(CMS_SignerInfo *si, struct cert *const *bag, size_t n);

#endif
