#include "crypto/keyring/state.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

struct keyring_digest {
    EVP_MD_CTX *ctx;
    bool failed;
};

enum keyring_rc keyring_digest_new(const char *name, struct keyring_digest **out)
{
    size_t size;
    const char *hash = keyring_hash_name(name, &size);
    if (!hash) return KEYRING_UNSUPPORTED;
    struct keyring_digest *d = OPENSSL_zalloc(sizeof *d);
    EVP_MD *md = EVP_MD_fetch(NULL, hash, NULL);
    if (d) d->ctx = EVP_MD_CTX_new();
    bool ok = d && d->ctx && md && EVP_DigestInit_ex2(d->ctx, md, NULL) == 1;
    EVP_MD_free(md);
    ERR_clear_error();
    if (!ok) {
        if (d) EVP_MD_CTX_free(d->ctx);
        OPENSSL_free(d);
        return KEYRING_FAILED;
    }
    *out = d;
    return KEYRING_OK;
}

void keyring_digest_add(struct keyring_digest *d, const uint8_t *p, size_t n)
{
    if (EVP_DigestUpdate(d->ctx, p, n) != 1) d->failed = true;
}

size_t keyring_digest_end(struct keyring_digest *d, uint8_t out[64])
{
    unsigned n = 0;
    /* 0 bytes can match no messageDigest, so a failure cannot lead to a signature */
    if (d->failed || EVP_DigestFinal_ex(d->ctx, out, &n) != 1) n = 0;
    EVP_MD_CTX_free(d->ctx);
    OPENSSL_free(d);
    ERR_clear_error();
    return n;
}
