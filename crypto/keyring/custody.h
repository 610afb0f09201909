/* What the key agent needs of a keyring besides the operations of keyring.h: one key in, the same
 * key out to be sealed, and the signature of an organisation's authority. Native only; nothing of
 * it is in the browser's module. Called by waxseal-keyd alone.
 */
#ifndef WAXSEAL_KEYRING_CUSTODY_H
#define WAXSEAL_KEYRING_CUSTODY_H

#include "crypto/keyring/keyring.h"

/* Wipes all keys and certificates; the keyring is as new. */
void keyring_forget(struct keyring *k);

/* The private key as PKCS#8 in DER, to be sealed and for nothing else. Freed (and wiped) with
 * keyring_release, like all results here. */
enum keyring_rc keyring_key_write(const struct keyring *k, size_t key, uint8_t **out, size_t *n);
/* Adds the key of exactly this PKCS#8 (DER, nothing behind it). KEYRING_DAMAGED or
 * KEYRING_UNSUPPORTED; nothing is added then. */
enum keyring_rc keyring_key_read(struct keyring *k, const uint8_t *p, size_t n);
/* SubjectPublicKeyInfo in DER. */
enum keyring_rc keyring_key_public(const struct keyring *k, size_t key, uint8_t **out, size_t *n);

/* Signs as an organisation's authority. tbs: DER of one TBSCertificate or TBSCertList (RFC 5280
 * sections 4.1 and 5.1) whose signature algorithm is this key's: sha256WithRSAEncryption,
 * ecdsa-with-SHA256 (P-256) or ecdsa-with-SHA384 (P-384). out: the whole certificate or list.
 *
 * A certificate is signed when it is version 3, re-encodes to the same bytes, and is either
 *   - for somebody else's mail: no CA, key usage without keyCertSign and cRLSign, extended key
 * usage emailProtection and nothing else, a subjectAltName of mail addresses only, 825 days at most
 *     (S/MIME baseline requirements, section 6.3.2), not for the authority's own key; or
 *   - the authority's own: subject and issuer the same, its own key, CA, keyCertSign.
 * So the key can make neither another authority nor a certificate for servers or code. A list is
 * signed when it is version 2 with a nextUpdate. KEYRING_REFUSED for everything else. */
enum keyring_rc keyring_issue(const struct keyring *k, size_t key, const uint8_t *tbs, size_t tbs_n,
                              uint8_t **out, size_t *n);

#endif
