#include <openssl/evp.h>

#include "crypto/cms.h"
#include "crypto/ossl.h"
#include "crypto/seal.h"

static rc_t digest(const EVP_MD *md, str_t bytes, unsigned char *out, size_t *n, struct err *e)
{
    unsigned char value[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (!EVP_Digest(bytes.p ? bytes.p : "", bytes.n, value, &len, md, NULL)) {
        return ossl_fail(e, RC_INTERNAL, NULL);
    }
    memcpy(out, value, len);
    if (n) *n = len;
    return RC_OK;
}

rc_t cms_digest(const char *name, str_t bytes, unsigned char out[64], size_t *n, struct err *e)
{
    const EVP_MD *md = ossl_md(name);
    if (!md) return err_set(e, RC_UNSUPPORTED, "The digest algorithm is not supported.");
    return digest(md, bytes, out, n, e);
}

static rc_t digest_piece(void *ctx, str_t bytes, struct err *e)
{
    return EVP_DigestUpdate(ctx, bytes.p, bytes.n) == 1 ? RC_OK : ossl_fail(e, RC_INTERNAL, NULL);
}

rc_t cms_digest_flow(const char *name, const struct flow *bytes, unsigned char out[64], size_t *n,
                     struct err *e)
{
    const EVP_MD *md = ossl_md(name);
    OSSL_OWN(EVP_MD_CTX) ctx = EVP_MD_CTX_new();
    unsigned char value[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (!md) return err_set(e, RC_UNSUPPORTED, "The digest algorithm is not supported.");
    if (!ctx || EVP_DigestInit_ex2(ctx, md, NULL) != 1) return ossl_fail(e, RC_INTERNAL, NULL);
    const struct flow_sink sink = {digest_piece, ctx};
    TRY(flow_pour(bytes, &sink, e));
    if (EVP_DigestFinal_ex(ctx, value, &len) != 1) return ossl_fail(e, RC_INTERNAL, NULL);
    memcpy(out, value, len);
    if (n) *n = len;
    return RC_OK;
}

rc_t sha256(str_t bytes, unsigned char out[32], struct err *e)
{
    const struct ossl_algorithms *a = ossl_algorithms();
    return a ? digest(a->sha256, bytes, out, NULL, e) : ossl_fail(e, RC_INTERNAL, NULL);
}
