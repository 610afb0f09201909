#include "crypto/seal.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>

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

/* HMAC with SHA-256, looked up once: every EVP_Q_mac and EVP_KDF_derive of OpenSSL 3.0 looks up the
 * algorithms again, which takes ten times as long as what they compute. */
static EVP_MAC_CTX *hmac;
static pthread_once_t hmac_once = PTHREAD_ONCE_INIT;

static void hmac_load(void)
{
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *) "SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    hmac = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL;
    if (hmac && EVP_MAC_CTX_set_params(hmac, params) != 1) {
        EVP_MAC_CTX_free(hmac);
        hmac = NULL;
    }
    EVP_MAC_free(algorithm);
}

static bool hmac_sha256(str_t key, const str_t *texts, size_t n, unsigned char out[32])
{
    size_t got = 0;
    if (pthread_once(&hmac_once, hmac_load) != 0 || !hmac) return false;
    OSSL_OWN(EVP_MAC_CTX) ctx = EVP_MAC_CTX_dup(hmac);
    bool ok = ctx && EVP_MAC_init(ctx, (const unsigned char *) key.p, key.n, NULL) == 1;
    for (size_t i = 0; ok && i < n; i++)
        ok =
            !texts[i].n || EVP_MAC_update(ctx, (const unsigned char *) texts[i].p, texts[i].n) == 1;
    return ok && EVP_MAC_final(ctx, out, &got, 32) == 1 && got == 32;
}

/* HKDF (RFC 5869) without salt, one block of output. */
rc_t seal_derive(str_t secret, str_t purpose, str_t context, unsigned char out[SEAL_KEY_BYTES],
                 struct err *e)
{
    static const char no_salt[32];
    if (!secret.n || purpose.n > 256 || context.n > 640) {
        return err_set(e, RC_INTERNAL, NULL);
    }
    /* The length keeps ("ab", "c") and ("a", "bc") apart. */
    const char size[2] = {(char) (purpose.n >> 8), (char) purpose.n};
    const str_t info[] = {str_n(size, sizeof size), purpose, context, STR("\x01")};
    unsigned char extracted[32], key[SEAL_KEY_BYTES];
    bool ok = hmac_sha256(str_n(no_salt, sizeof no_salt), &secret, 1, extracted) &&
              hmac_sha256(str_n(extracted, sizeof extracted), info, 4, key);
    if (ok) memcpy(out, key, sizeof key);
    wipe(extracted, sizeof extracted);
    wipe(key, sizeof key);
    return ok ? RC_OK : ossl_fail(e, RC_INTERNAL, NULL);
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
    if (!hmac_sha256(str_n(key, SEAL_KEY_BYTES), &text, 1, value))
        return ossl_fail(e, RC_INTERNAL, NULL);
    memcpy(out, value, sizeof value);
    return RC_OK;
}

bool mac_equal(str_t a, str_t b)
{
    return a.n == b.n && (!a.n || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}
