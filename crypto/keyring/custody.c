#include "crypto/keyring/custody.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

#include "crypto/keyring/state.h"

enum { MAX_PRIVATE = 16 << 10 };

void keyring_forget(struct keyring *k)
{
    keyring_set_clear(&k->set);
    ERR_clear_error();
}

/* Moves what OpenSSL wrote into memory that keyring_release frees. */
static enum keyring_rc hand_over(unsigned char *der, int der_n, uint8_t **out, size_t *n)
{
    bool ok = der_n > 0 && keyring_give(der, (size_t) der_n, out, n);
    if (der_n > 0) OPENSSL_clear_free(der, (size_t) der_n);
    ERR_clear_error();
    return ok ? KEYRING_OK : KEYRING_FAILED;
}

enum keyring_rc keyring_key_write(const struct keyring *k, size_t key, uint8_t **out, size_t *n)
{
    unsigned char *der = NULL;
    if (key >= k->set.key_count) return KEYRING_REFUSED;
    PKCS8_PRIV_KEY_INFO *p8 = EVP_PKEY2PKCS8(k->set.keys[key].pkey);
    int der_n = p8 ? i2d_PKCS8_PRIV_KEY_INFO(p8, &der) : -1;
    PKCS8_PRIV_KEY_INFO_free(p8);
    return hand_over(der, der_n, out, n);
}

enum keyring_rc keyring_key_read(struct keyring *k, const uint8_t *p, size_t n)
{
    const uint8_t *at = p;
    struct keyring_key key = {.cert = -1};
    PKCS8_PRIV_KEY_INFO *p8 =
        n <= MAX_PRIVATE ? d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long) n) : NULL;
    if (p8 && at == p + n) key.pkey = EVP_PKCS82PKEY_ex(p8, k->ctx, NULL);
    PKCS8_PRIV_KEY_INFO_free(p8);
    ERR_clear_error();
    if (!key.pkey) return KEYRING_DAMAGED;
    enum keyring_rc rc = keyring_key_usable(key.pkey) ? KEYRING_OK : KEYRING_UNSUPPORTED;
    if (rc == KEYRING_OK && !keyring_key_seed(k->ctx, &key)) rc = KEYRING_FAILED;
    if (rc == KEYRING_OK) return keyring_set_add_key(&k->set, &key);
    EVP_PKEY_free(key.pkey);
    OPENSSL_cleanse(&key, sizeof key);
    return rc;
}

enum keyring_rc keyring_key_public(const struct keyring *k, size_t key, uint8_t **out, size_t *n)
{
    unsigned char *der = NULL;
    if (key >= k->set.key_count) return KEYRING_REFUSED;
    int der_n = i2d_PUBKEY(k->set.keys[key].pkey, &der);
    return hand_over(der, der_n, out, n);
}
