/* What the files of the keyring share among themselves. Not for anyone outside this folder. */
#ifndef WAXSEAL_KEYRING_STATE_H
#define WAXSEAL_KEYRING_STATE_H

#include "crypto/keyring/keyring.h"

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <stdbool.h>

#define KEYRING_MAX_FILE (2u << 20)
#define KEYRING_MAX_KEYS 64
#define KEYRING_MAX_CERTS 256
#define KEYRING_MAX_PASSPHRASE 1024
#define KEYRING_MAX_CONTENT_KEY 64
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define KEYRING_MAX_ITERATIONS 64u
#define KEYRING_MAX_WORK 512u
#else
#define KEYRING_MAX_ITERATIONS 10000000u
/* Of one file, all its key derivations together: bounds the time of a hostile file, as a
 * SharedWorker cannot be stopped from outside. */
#define KEYRING_MAX_WORK 40000000u
#endif

struct keyring_id { /* localKeyID */
    uint8_t b[64];
    size_t n;
};

struct keyring_key {
    EVP_PKEY *pkey;
    char *name;         /* UTF-8 friendlyName, or NULL */
    uint8_t secret[32]; /* derived from the private key: seeds the implicit rejection */
    struct keyring_id id;
    int cert; /* index into certs, or -1 */
};

struct keyring_cert {
    X509 *x509;
    uint8_t *der;
    size_t n;
    struct keyring_id id;
};

/* Keys and certificates in the order they were found. */
struct keyring_set {
    struct keyring_key keys[KEYRING_MAX_KEYS];
    struct keyring_cert certs[KEYRING_MAX_CERTS];
    size_t key_count, cert_count;
};

struct keyring {
    OSSL_LIB_CTX *ctx; /* our own: "default" and, for RC2, "legacy" */
    OSSL_PROVIDER *standard, *legacy;
    struct keyring_set set;
};

/* Wipes and frees what the set holds; the set is empty then. */
void keyring_set_clear(struct keyring_set *s);
/* Both take over what is given (also on failure). Doubles are dropped silently. */
enum keyring_rc keyring_set_add_key(struct keyring_set *s, struct keyring_key *key);
enum keyring_rc keyring_set_add_cert(struct keyring_set *s, struct keyring_cert *cert);
/* Finds each key's certificate: same public key, localKeyID preferred. */
void keyring_set_match(struct keyring_set *s);

/* The seed of the implicit rejection: fixed by the key, so that asking again after a lock gives the
 * same answer. */
bool keyring_key_seed(OSSL_LIB_CTX *ctx, struct keyring_key *key);
/* Key types and sizes with which we work; bounds the time of one operation. */
bool keyring_key_usable(const EVP_PKEY *pkey);

/* One certificate in DER; what follows it is passed over. False: it is none. */
bool keyring_cert_read(OSSL_LIB_CTX *ctx, const uint8_t *der, size_t n, struct keyring_cert *out);
bool keyring_is_utf8(const char *s, size_t n);

/* Reads a PKCS#12 file into an empty set. */
enum keyring_rc keyring_p12_read(const struct keyring *k, const uint8_t *p12, size_t n,
                                 const char *passphrase, size_t passphrase_n,
                                 struct keyring_set *out);

/* Copies into memory that keyring_release frees. False: out of memory. */
bool keyring_give(const uint8_t *p, size_t n, uint8_t **out, size_t *out_n);
/* "SHA256" and so on for sha256, sha384, sha512; NULL for anything else. */
const char *keyring_hash_name(const char *name, size_t *size);

#endif
