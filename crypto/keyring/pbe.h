/* Passwords and password-based encryption of PKCS#12 (RFC 7292 appendices B and C, RFC 8018,
 * RFC 9579), with the ways in which writers differ about the bytes of a passphrase.
 */
#ifndef WAXSEAL_KEYRING_PBE_H
#define WAXSEAL_KEYRING_PBE_H

#include "crypto/keyring/state.h"

enum { PBE_FORMS = 3 };

/* The byte forms of one passphrase to be tried, most likely first. */
struct pbe_pass {
    struct {
        uint8_t *p;
        size_t n;
    } bmp[PBE_FORMS],   /* for the KDF of PKCS#12: BMPString with 00 00 at the end */
        raw[PBE_FORMS]; /* for PBKDF2: UTF-8 */
    size_t bmp_count, raw_count;
};

/* RFC 7292 appendix B.1. False: out of memory or not UTF-8. */
bool pbe_pass_init(struct pbe_pass *p, const char *utf8, size_t n);
void pbe_pass_clear(struct pbe_pass *p);

/* How something is encrypted or authenticated. Slices point into the parsed algorithm. */
struct pbe {
    bool pkcs12;        /* KDF of PKCS#12; else PBKDF2 */
    const char *cipher; /* OpenSSL's name; NULL for a MAC */
    const char *hash;   /* of the KDF */
    const char *mac_hash;
    uint8_t salt[256];
    size_t salt_n;
    uint32_t iterations;
    size_t key_n;
    uint8_t iv[16];
    size_t iv_n;
};

/* Reads a contentEncryption or MAC algorithm. KEYRING_UNSUPPORTED or KEYRING_DAMAGED. */
enum keyring_rc pbe_read(const X509_ALGOR *alg, struct pbe *out);
enum keyring_rc pbe_read_pbmac1(const X509_ALGOR *alg, struct pbe *out);
/* iter NULL: 1. Within the caps, or KEYRING_UNSUPPORTED. */
enum keyring_rc pbe_set_salt(struct pbe *out, const ASN1_OCTET_STRING *salt,
                             const ASN1_INTEGER *iter);

/* Of one file: work still allowed, in iterations, and the last key of PBKDF2, since files that we
 * write use one salt for all their parts. Cleared with pbe_work_clear. */
struct pbe_work {
    uint64_t left;
    struct pbe made; /* how `key` was made; iterations 0: not yet */
    size_t form;
    uint8_t key[64];
};
void pbe_work_clear(struct pbe_work *w);

/* Key material for one form of the passphrase. id: 1 key, 2 IV, 3 MAC (PKCS#12 only). */
enum keyring_rc pbe_derive(OSSL_LIB_CTX *ctx, struct pbe_work *w, const struct pbe *pbe,
                           const struct pbe_pass *pass, size_t form, int id, uint8_t *out,
                           size_t n);
/* CBC decryption with padding into a fresh buffer of *n bytes. KEYRING_WRONG_PASSPHRASE when the
 * padding does not fit. Caller frees with OPENSSL_clear_free. */
enum keyring_rc pbe_decrypt(OSSL_LIB_CTX *ctx, struct pbe_work *w, const struct pbe *pbe,
                            const struct pbe_pass *pass, size_t form, const ASN1_OCTET_STRING *in,
                            uint8_t **out, size_t *n);
/* How many forms of the passphrase this algorithm has. */
size_t pbe_forms(const struct pbe *pbe, const struct pbe_pass *pass);

#endif
