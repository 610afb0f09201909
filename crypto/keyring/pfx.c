#include "crypto/keyring/pfx.h"

#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <string.h>

/* OpenSSL's PKCS12 type is opaque and verifies the MAC with one form of the passphrase only, so
 * the two outermost sequences are taken apart here; what they hold goes through its templates. */
static ASN1_SEQUENCE_ANY *read_sequence(const uint8_t *p, size_t n)
{
    return d2i_ASN1_SEQUENCE_ANY(NULL, &p, (long) n);
}

static const ASN1_TYPE *element(const ASN1_SEQUENCE_ANY *s, int i, int type)
{
    const ASN1_TYPE *t = sk_ASN1_TYPE_num(s) > i ? sk_ASN1_TYPE_value(s, i) : NULL;
    return t && t->type == type ? t : NULL;
}

static void free_sequence(ASN1_SEQUENCE_ANY *s)
{
    sk_ASN1_TYPE_pop_free(s, ASN1_TYPE_free);
}

static enum keyring_rc read_auth_safe(const ASN1_TYPE *t, struct pfx *f)
{
    const uint8_t *p = t->value.sequence->data;
    f->auth_safe = d2i_PKCS7(NULL, &p, t->value.sequence->length);
    if (!f->auth_safe) return KEYRING_DAMAGED;
    if (PKCS7_type_is_signed(f->auth_safe))
        return KEYRING_UNSUPPORTED; /* public-key integrity mode */
    if (!PKCS7_type_is_data(f->auth_safe) || !f->auth_safe->d.data) return KEYRING_DAMAGED;
    f->content = f->auth_safe->d.data;
    f->safes = ASN1_item_unpack(f->content, ASN1_ITEM_rptr(PKCS12_AUTHSAFES));
    return f->safes ? KEYRING_OK : KEYRING_DAMAGED;
}

static enum keyring_rc read_mac_data(const ASN1_TYPE *t, struct pfx *f)
{
    f->mac = read_sequence(t->value.sequence->data, (size_t) t->value.sequence->length);
    const ASN1_TYPE *info = f->mac ? element(f->mac, 0, V_ASN1_SEQUENCE) : NULL;
    if (!info || !element(f->mac, 1, V_ASN1_OCTET_STRING)) return KEYRING_DAMAGED;
    if (sk_ASN1_TYPE_num(f->mac) > 2 && !element(f->mac, 2, V_ASN1_INTEGER)) return KEYRING_DAMAGED;
    const uint8_t *p = info->value.sequence->data;
    f->digest_info = d2i_X509_SIG(NULL, &p, info->value.sequence->length);
    return f->digest_info ? KEYRING_OK : KEYRING_DAMAGED;
}

enum keyring_rc pfx_parse(const uint8_t *p12, size_t n, struct pfx *out)
{
    struct pfx f = {0};
    ASN1_SEQUENCE_ANY *top = read_sequence(p12, n);
    enum keyring_rc rc = KEYRING_DAMAGED;
    const ASN1_TYPE *version = top ? element(top, 0, V_ASN1_INTEGER) : NULL;
    const ASN1_TYPE *safe = top ? element(top, 1, V_ASN1_SEQUENCE) : NULL;
    const ASN1_TYPE *mac = top ? element(top, 2, V_ASN1_SEQUENCE) : NULL;
    int count = top ? sk_ASN1_TYPE_num(top) : 0;
    if (version && ASN1_INTEGER_get(version->value.integer) == 3 && safe &&
        (count == 2 || (count == 3 && mac)))
        rc = read_auth_safe(safe, &f);
    if (rc == KEYRING_OK && mac) rc = read_mac_data(mac, &f);
    free_sequence(top);
    if (rc == KEYRING_OK)
        *out = f;
    else
        pfx_free(&f);
    return rc;
}

void pfx_free(struct pfx *f)
{
    ASN1_item_free((ASN1_VALUE *) f->safes, ASN1_ITEM_rptr(PKCS12_AUTHSAFES));
    PKCS7_free(f->auth_safe);
    free_sequence(f->mac);
    X509_SIG_free(f->digest_info);
    memset(f, 0, sizeof *f);
}

static const char *mac_hash(int nid, size_t *size)
{
    static const struct {
        int nid;
        const char *name;
        size_t size;
    } hashes[] = {{NID_sha256, "SHA256", 32}, {NID_sha1, "SHA1", 20},
                  {NID_sha384, "SHA384", 48}, {NID_sha512, "SHA512", 64},
                  {NID_sha224, "SHA224", 28}, {NID_md5, "MD5", 16}};
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        if (hashes[i].nid == nid) {
            *size = hashes[i].size;
            return hashes[i].name;
        }
    return NULL;
}

enum keyring_rc pfx_read_mac(const struct pfx *f, struct pbe *out)
{
    const X509_ALGOR *alg;
    const ASN1_OBJECT *oid;
    X509_SIG_get0(f->digest_info, &alg, NULL);
    X509_ALGOR_get0(&oid, NULL, NULL, alg);
    if (OBJ_obj2nid(oid) == NID_pbmac1) return pbe_read_pbmac1(alg, out);
    memset(out, 0, sizeof *out);
    out->pkcs12 = true;
    out->hash = out->mac_hash = mac_hash(OBJ_obj2nid(oid), &out->key_n);
    if (!out->hash) return KEYRING_UNSUPPORTED;
    const ASN1_TYPE *iter = sk_ASN1_TYPE_num(f->mac) > 2 ? sk_ASN1_TYPE_value(f->mac, 2) : NULL;
    return pbe_set_salt(out, sk_ASN1_TYPE_value(f->mac, 1)->value.octet_string,
                        iter ? iter->value.integer : NULL);
}

const ASN1_OCTET_STRING *pfx_mac_value(const struct pfx *f)
{
    const ASN1_OCTET_STRING *v;
    X509_SIG_get0(f->digest_info, NULL, &v);
    return v;
}
