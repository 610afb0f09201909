/* Internal to crypto/: one RecipientInfo, written (RFC 5652 section 6.2, RFC 5753). */
#ifndef WAXSEAL_CRYPTO_CMS_WRAP_H
#define WAXSEAL_CRYPTO_CMS_WRAP_H

#include "base/buf.h"
#include "crypto/cert.h"

#define CMS_KEY_BYTES 32 /* AES-256 is the only content cipher we write */

/* KeyTransRecipientInfo for RSA (v1.5; OAEP where the certificate demands it),
 * KeyAgreeRecipientInfo with an ephemeral key for EC, appended to out; the recipient by issuer and
 * serial. *version: of the RecipientInfo (0 or 3). RC_NO_CERTIFICATE names the address when the
 * certificate cannot be used. */
rc_t cms_wrap_key(const struct cert *c, const unsigned char key[CMS_KEY_BYTES], struct buf *out,
                  unsigned *version, struct err *e) WX_MUST_USE;

#endif
