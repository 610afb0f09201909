/* Bare keys beside PKCS#12 files. Left out of the browser's module. */
#include "crypto/keyring/keyring.h"
#include "crypto/keyring/state.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

enum keyring_rc keyring_add_plain(struct keyring *k, const uint8_t *key, size_t key_n,
                                  const uint8_t *cert, size_t cert_n)
{
    if (key_n == 0 || key_n > KEYRING_MAX_FILE || cert_n == 0 || cert_n > KEYRING_MAX_FILE)
        return KEYRING_DAMAGED;
    const uint8_t *p = key;
    struct keyring_key added = {.cert = -1};
    added.pkey = d2i_AutoPrivateKey_ex(NULL, &p, (long) key_n, k->ctx, NULL);
    ERR_clear_error();
    if (!added.pkey) return KEYRING_DAMAGED;
    struct keyring_cert c = {.n = 0};
    enum keyring_rc rc = keyring_key_usable(added.pkey) ? KEYRING_OK : KEYRING_UNSUPPORTED;
    if (rc == KEYRING_OK && !keyring_key_seed(k->ctx, &added)) rc = KEYRING_FAILED;
    if (rc == KEYRING_OK && !keyring_cert_read(k->ctx, cert, cert_n, &c)) rc = KEYRING_DAMAGED;
    if (rc == KEYRING_OK && X509_check_private_key(c.x509, added.pkey) != 1) {
        X509_free(c.x509);
        OPENSSL_free(c.der);
        rc = KEYRING_DAMAGED;
    }
    if (rc != KEYRING_OK) {
        EVP_PKEY_free(added.pkey);
        OPENSSL_cleanse(&added, sizeof added);
        ERR_clear_error();
        return rc;
    }
    rc = keyring_set_add_key(&k->set, &added);
    if (rc == KEYRING_OK) rc = keyring_set_add_cert(&k->set, &c);
    keyring_set_match(&k->set);
    ERR_clear_error();
    return rc;
}
