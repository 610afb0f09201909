/* The keyring: PKCS#12 files and private-key operations (RFC 7292, 5958, 8018).
 *
 * The same C runs as WebAssembly in the browser's Worker and natively in
 * waxsealctl, unit tests and fuzz targets. It has no clock, no I/O and one import
 * in the browser (random bytes). Everything secret is wiped on close.
 */
#ifndef WAXSEAL_KEYRING_H
#define WAXSEAL_KEYRING_H

#include <stddef.h>
#include <stdint.h>

enum keyring_rc {
    KEYRING_OK,
    KEYRING_WRONG_PASSPHRASE, /* MAC or padding does not fit */
    KEYRING_DAMAGED,          /* not PKCS#12, truncated, inconsistent */
    KEYRING_UNSUPPORTED,      /* an algorithm we do not have (RC4, scrypt), or key type */
    KEYRING_EMPTY,            /* no private key inside */
    KEYRING_REFUSED,          /* the operation is not one the keyring does */
    KEYRING_FAILED            /* the key operation failed */
};
const char *keyring_word(enum keyring_rc rc); /* "wrong_passphrase", "damaged", ... */

struct keyring; /* the keys and certificates of one or more files */

enum keyring_rc keyring_new(struct keyring **out);
/* Wipes and frees. NULL is allowed. */
void keyring_free(struct keyring *k);
/* Adds all keys and certificates of a file. Nothing is added on failure. passphrase is UTF-8; both
 * the BMPString and the raw form are tried where writers differ, and the empty one as RFC and
 * Windows have it. Iteration counts over 10,000,000 are KEYRING_UNSUPPORTED. */
enum keyring_rc keyring_open(struct keyring *k, const uint8_t *p12, size_t n,
                             const char *passphrase, size_t passphrase_n);

/* Adds one bare key (DER: PKCS#8, PKCS#1 or SEC1, not encrypted) with its certificate (DER): for
 * administrators and tests. Not in the browser's build. */
enum keyring_rc keyring_add_plain(struct keyring *k, const uint8_t *key, size_t key_n,
                                  const uint8_t *cert, size_t cert_n);

/* Adds a key made here. kind: "rsa3072", "p256" or "p384". Private and public part are tried
 * against each other before it counts. KEYRING_UNSUPPORTED: no such kind. RSA takes seconds in the
 * browser. */
enum keyring_rc keyring_make(struct keyring *k, const char *kind);
/* The request for a certificate (PKCS#10 in DER, RFC 2986), signed with the key itself. Subject:
 * one commonName, UTF-8, at most 64 characters, no control characters. Asked for: the address as
 * the only rfc822Name (ASCII), digitalSignature with keyEncipherment (RSA) or keyAgreement (EC),
 * emailProtection. KEYRING_REFUSED when name or address do not fit, KEYRING_UNSUPPORTED for other
 * keys than RSA and EC. Caller frees with keyring_release. */
enum keyring_rc keyring_request(const struct keyring *k, size_t key, const char *name,
                                size_t name_n, const char *address, size_t address_n, uint8_t **out,
                                size_t *n);
/* Takes in the certificates that arrived for keys that are here: one in DER or PEM, several in PEM,
 * a certs-only PKCS#7 (DER, BER, PEM), or any of it in base64 without lines. Of others in the file
 * only the issuers are kept. The certificate taken becomes its key's own (keyring_key_cert).
 * KEYRING_EMPTY: none belongs to a key of the keyring; KEYRING_DAMAGED: no certificate, or one that
 * cannot be read; KEYRING_UNSUPPORTED: more than 64 certificates. Nothing is added on failure. */
enum keyring_rc keyring_take(struct keyring *k, const uint8_t *p, size_t n);
/* Adds copies of all keys and certificates of `from`, which stays as it is. Nothing on failure. */
enum keyring_rc keyring_join(struct keyring *k, const struct keyring *from);

size_t keyring_key_count(const struct keyring *k);
size_t keyring_cert_count(const struct keyring *k);
/* DER of a certificate; lives as long as the keyring. */
const uint8_t *keyring_cert(const struct keyring *k, size_t i, size_t *n);
/* Index of the certificate that belongs to key i, or -1 (a key without certificate). */
int keyring_key_cert(const struct keyring *k, size_t key);
/* Index of the key that certificate i belongs to, or -1: a renewed certificate shares its key. */
int keyring_cert_key(const struct keyring *k, size_t cert);
/* "rsa", "ec", "ed25519", ...; bits; friendlyName of the key's bag or NULL. */
const char *keyring_key_type(const struct keyring *k, size_t key, unsigned *bits);
const char *keyring_key_name(const struct keyring *k, size_t key);
/* The file in the strong form: PBES2, AES-256-CBC, PBKDF2-HMAC-SHA-256 with `iterations`
 * (≥ 600,000) for keys and certificates, HMAC-SHA-256 MAC. Caller frees with keyring_release. */
enum keyring_rc keyring_rewrap(const struct keyring *k, const char *passphrase, size_t passphrase_n,
                               uint32_t iterations, uint8_t **out, size_t *n);
void keyring_release(uint8_t *p, size_t n); /* wipes and frees */
/* KEYRING_OK when the file opens with this passphrase and holds exactly the keyring's keys, private
 * parts included, and certificates, in the same order. KEYRING_DAMAGED when it differs, else as
 * keyring_open. For what was re-wrapped, before it takes the place of the only copy. */
enum keyring_rc keyring_is_copy(const struct keyring *k, const uint8_t *p12, size_t n,
                                const char *passphrase, size_t passphrase_n);

/* Signs a DER SET OF signed attributes (RFC 5652 section 5.4) and nothing else: contentType must
 * be id-data, exactly one messageDigest must equal `digest`, the set must be in DER's order, and
 * only attributes that a signed mail carries may be there (signingTime, SMIMECapabilities,
 * encryption key preferences, signingCertificateV2, CMSAlgorithmProtection). KEYRING_REFUSED for
 * anything else and for RSA keys under 2048 bits. digest_name: "sha256", "sha384", "sha512".
 * pss: RSASSA-PSS. ECDSA signatures are DER. */
enum keyring_rc keyring_sign(const struct keyring *k, size_t key, const uint8_t *attributes,
                             size_t attributes_n, const uint8_t *digest, size_t digest_n,
                             const char *digest_name, int pss, uint8_t **out, size_t *n);
/* Content key of `want` bytes from an RSA recipient. algorithm: DER AlgorithmIdentifier
 * (rsaEncryption or RSAES-OAEP with parameters). A padding failure of v1.5 gives a
 * pseudo-random key fixed by (keyring secret, ciphertext), chosen by mask (RFC 3218, RFC 8017
 * section 7.2.2 note). */
enum keyring_rc keyring_unwrap(const struct keyring *k, size_t key, const uint8_t *algorithm,
                               size_t algorithm_n, const uint8_t *encrypted, size_t encrypted_n,
                               size_t want, uint8_t **out, size_t *n);
/* ECDH recipient (RFC 5753): shared secret, X9.63 KDF, AES key unwrap, all inside. algorithm:
 * DER AlgorithmIdentifier dhSinglePass-*; originator: DER SubjectPublicKeyInfo. */
enum keyring_rc keyring_derive(const struct keyring *k, size_t key, const uint8_t *algorithm,
                               size_t algorithm_n, const uint8_t *originator, size_t originator_n,
                               const uint8_t *ukm, size_t ukm_n, const uint8_t *wrapped,
                               size_t wrapped_n, uint8_t **out, size_t *n);

/* Running hash of a frozen entity, fed in pieces. */
struct keyring_digest;
enum keyring_rc keyring_digest_new(const char *name, struct keyring_digest **out);
void keyring_digest_add(struct keyring_digest *d, const uint8_t *p, size_t n);
/* Writes at most 64 bytes; frees d. */
size_t keyring_digest_end(struct keyring_digest *d, uint8_t out[64]);

/* Outer shape of a file without its passphrase: every encryption is PBES2 with AES-256-CBC and
 * PBKDF2-HMAC-SHA-256 or stronger, every count and the MAC's ≥ min_iterations; no key or secret in
 * the clear. KEYRING_OK, KEYRING_REFUSED (weaker), KEYRING_EMPTY (nothing encrypted),
 * KEYRING_DAMAGED, KEYRING_UNSUPPORTED. For the vault. */
enum keyring_rc keyring_is_strong(const uint8_t *p12, size_t n, uint32_t min_iterations);

#endif
