#include "crypto/seal.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "base/buf.h"
#include "crypto/ossl.h"

enum { SEAL_VERSION = 1, NONCE = 12, TAG = 16, OVERHEAD = 1 + NONCE + TAG };

rc_t random_bytes(void *out, size_t n, struct err *e)
{
    if (n > INT_MAX) return err_set(e, RC_TOO_LARGE, NULL);
    /* The private generator: most of what is drawn here becomes a key or a session id. */
    if (RAND_priv_bytes(out, (int) n) != 1) return ossl_fail(e, RC_INTERNAL, NULL);
    return RC_OK;
}

rc_t seal_derive(str_t secret, str_t purpose, str_t context, unsigned char out[SEAL_KEY_BYTES],
                 struct err *e)
{
    const struct ossl_algorithms *a = ossl_algorithms();
    OSSL_OWN(EVP_KDF_CTX) kdf = a ? EVP_KDF_CTX_new(a->hkdf) : NULL;
    if (!kdf) return ossl_fail(e, RC_INTERNAL, NULL);
    if (!secret.n || purpose.n > 256 || context.n > 640) {
        return err_set(e, RC_INTERNAL, NULL);
    }
    /* The length keeps ("ab", "c") and ("a", "bc") apart; the limits stay below OpenSSL's own. */
    unsigned char size[2] = {(unsigned char) (purpose.n >> 8), (unsigned char) purpose.n};
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *) "SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *) secret.p, secret.n),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, size, sizeof size),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *) purpose.p, purpose.n),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *) context.p, context.n),
        OSSL_PARAM_construct_end(),
    };
    unsigned char key[SEAL_KEY_BYTES];
    if (EVP_KDF_derive(kdf, key, sizeof key, params) <= 0) return ossl_fail(e, RC_INTERNAL, NULL);
    memcpy(out, key, sizeof key);
    wipe(key, sizeof key);
    return RC_OK;
}

/* Version and associated data are authenticated in this order, both ways. */
static bool feed_associated(EVP_CIPHER_CTX *ctx, str_t associated,
                            int (*update)(EVP_CIPHER_CTX *, unsigned char *, int *,
                                          const unsigned char *, int))
{
    int n = 0;
    unsigned char version = SEAL_VERSION;
    return update(ctx, NULL, &n, &version, 1) &&
           (!associated.n ||
            update(ctx, NULL, &n, (const unsigned char *) associated.p, (int) associated.n));
}

rc_t seal(const unsigned char key[SEAL_KEY_BYTES], str_t plain, str_t associated, struct arena *a,
          str_t *out, struct err *e)
{
    const struct ossl_algorithms *alg = ossl_algorithms();
    if (plain.n > INT_MAX - OVERHEAD || associated.n > INT_MAX)
        return err_set(e, RC_TOO_LARGE, NULL);
    OSSL_OWN(EVP_CIPHER_CTX) ctx = EVP_CIPHER_CTX_new();
    if (!alg || !ctx) return ossl_fail(e, RC_INTERNAL, NULL);
    unsigned char *blob = arena_alloc(a, plain.n + OVERHEAD);
    if (!blob) return err_set(e, RC_NO_MEMORY, NULL);
    blob[0] = SEAL_VERSION;
    TRY(random_bytes(blob + 1, NONCE, e));
    unsigned char *body = blob + 1 + NONCE;
    int n = 0, last = 0;
    bool ok = EVP_EncryptInit_ex2(ctx, alg->aes256_gcm, key, blob + 1, NULL) &&
              feed_associated(ctx, associated, EVP_EncryptUpdate) &&
              (!plain.n ||
               EVP_EncryptUpdate(ctx, body, &n, (const unsigned char *) plain.p, (int) plain.n)) &&
              EVP_EncryptFinal_ex(ctx, body + n, &last) &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG, body + plain.n);
    if (!ok) return ossl_fail(e, RC_INTERNAL, NULL);
    *out = str_n(blob, plain.n + OVERHEAD);
    return RC_OK;
}

rc_t unseal(const unsigned char key[SEAL_KEY_BYTES], str_t blob, str_t associated, struct arena *a,
            str_t *out, struct err *e)
{
    const struct ossl_algorithms *alg = ossl_algorithms();
    if (blob.n < OVERHEAD || blob.n > INT_MAX || blob.p[0] != SEAL_VERSION ||
        associated.n > INT_MAX) {
        return err_set(e, RC_DAMAGED, NULL);
    }
    OSSL_OWN(EVP_CIPHER_CTX) ctx = EVP_CIPHER_CTX_new();
    if (!alg || !ctx) return ossl_fail(e, RC_INTERNAL, NULL);
    const unsigned char *p = (const unsigned char *) blob.p, *body = p + 1 + NONCE;
    size_t size = blob.n - OVERHEAD;
    unsigned char *plain = arena_alloc(a, size + 1);
    if (!plain) return err_set(e, RC_NO_MEMORY, NULL);
    int n = 0, last = 0;
    bool ok = EVP_DecryptInit_ex2(ctx, alg->aes256_gcm, key, p + 1, NULL) &&
              feed_associated(ctx, associated, EVP_DecryptUpdate) &&
              (!size || EVP_DecryptUpdate(ctx, plain, &n, body, (int) size)) &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, (void *) (body + size)) &&
              EVP_DecryptFinal_ex(ctx, plain + n, &last);
    if (!ok) {
        wipe(plain, size);
        return ossl_fail(e, RC_DAMAGED, NULL);
    }
    *out = str_n(plain, size);
    return RC_OK;
}

rc_t mac(const unsigned char key[SEAL_KEY_BYTES], str_t text, unsigned char out[32], struct err *e)
{
    unsigned char value[32];
    unsigned n = 0;
    const struct ossl_algorithms *a = ossl_algorithms();
    if (!a || !HMAC(a->sha256, key, SEAL_KEY_BYTES, (const unsigned char *) (text.p ? text.p : ""),
                    text.n, value, &n)) {
        return ossl_fail(e, RC_INTERNAL, NULL);
    }
    memcpy(out, value, sizeof value);
    return RC_OK;
}

bool mac_equal(str_t a, str_t b)
{
    return a.n == b.n && (!a.n || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}
