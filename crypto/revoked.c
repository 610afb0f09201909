#include "crypto/revoked.h"

#include <time.h>

#include "base/mutant.h"
#include "crypto/ossl.h"

rc_t revoked_check_times(int64_t this_update, int64_t next_update, int64_t now, struct err *e)
{
    if (this_update > now + REVOKED_SKEW)
        return err_set(e, RC_INVALID, "The answer about revocation is from the future.");
    if (next_update != 0 && next_update < this_update)
        return err_set(e, RC_INVALID, "The answer about revocation contradicts itself.");
    int64_t end = next_update ? next_update : this_update + REVOKED_AGE_MAX;
    if (end < now - REVOKED_SKEW)
        return err_set(e, RC_INVALID, "The answer about revocation is out of date.");
    return RC_OK;
}

const char *revoked_reason_word(int reason)
{
    static const char *const words[] = {
        "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",    "cessationOfOperation", "certificateHold", NULL,
        "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
    int n = (int) (sizeof words / sizeof words[0]);
    return reason >= 0 && reason < n ? words[reason] : NULL;
}

int revoked_reason_number(str_t word)
{
    for (int i = 0; i <= 10; i++) {
        const char *known = revoked_reason_word(i);
        if (known && str_eq(word, str_c(known))) return i;
    }
    return -1;
}

bool revoked_unix_time(const ASN1_TIME *t, int64_t *out)
{
    struct tm tm;
    if (!t || !ASN1_TIME_to_tm(t, &tm)) return false;
    *out = timegm(&tm);
    return true;
}

static bool digest_is_strong(const EVP_MD *md, int key_type)
{
    if (!md) return key_type == EVP_PKEY_ED25519 || key_type == EVP_PKEY_ED448;
    switch (EVP_MD_get_type(md)) {
    case NID_sha256:
    case NID_sha384:
    case NID_sha512:
    case NID_sha3_256:
    case NID_sha3_384:
    case NID_sha3_512:
        return true;
    default:
        return false;
    }
}

static bool key_is_strong(EVP_PKEY *key)
{
    int type = EVP_PKEY_get_base_id(key), bits = EVP_PKEY_get_bits(key);
    if (type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS) return bits >= 2048;
    if (type == EVP_PKEY_EC) return bits >= 224;
    return type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448;
}

rc_t revoked_check_signature(const ASN1_ITEM *it, const X509_ALGOR *algorithm,
                             const ASN1_BIT_STRING *signature, const void *signed_part,
                             X509 *signer, struct err *e)
{
    EVP_PKEY *key = X509_get0_pubkey(signer);
    OSSL_OWN(EVP_PKEY_CTX) key_ctx = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
    OSSL_OWN(EVP_MD_CTX) ctx = EVP_MD_CTX_new();
    if (!key || !key_ctx || !ctx)
        return ossl_fail(e, RC_SIGNATURE_REJECTED, "The signer's key cannot be used.");
    EVP_MD_CTX_set_pkey_ctx(ctx, key_ctx);
    if (ASN1_item_verify_ctx(it, algorithm, signature, signed_part, ctx) != 1 && !WX_MUTANT(ANSWER))
        return ossl_fail(e, RC_SIGNATURE_REJECTED,
                         "The answer about revocation is not signed by who should have.");
    ossl_drain();
    /* The digest that was really used: what an algorithm's name says can differ (RSA-PSS). */
    if (!key_is_strong(key) ||
        !digest_is_strong(EVP_MD_CTX_get0_md(ctx), EVP_PKEY_get_base_id(key)))
        return err_set(e, RC_SIGNATURE_REJECTED,
                       "The answer about revocation is signed with a weak algorithm.");
    return RC_OK;
}
