#include "crypto/keyring/pbe.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <string.h>

static bool hash_of_prf(int nid, const char **hash)
{
    switch (nid) {
    case NID_hmacWithSHA1:
        *hash = "SHA1";
        return true;
    case NID_hmacWithSHA224:
        *hash = "SHA224";
        return true;
    case NID_hmacWithSHA256:
        *hash = "SHA256";
        return true;
    case NID_hmacWithSHA384:
        *hash = "SHA384";
        return true;
    case NID_hmacWithSHA512:
        *hash = "SHA512";
        return true;
    default:
        return false;
    }
}

enum keyring_rc pbe_set_salt(struct pbe *out, const ASN1_OCTET_STRING *salt,
                             const ASN1_INTEGER *iter)
{
    uint64_t iterations = 1;
    if (iter && !ASN1_INTEGER_get_uint64(&iterations, iter)) return KEYRING_DAMAGED;
    if (iterations == 0) return KEYRING_DAMAGED;
    if (iterations > KEYRING_MAX_ITERATIONS) return KEYRING_UNSUPPORTED;
    if (!salt || salt->length < 0 || (size_t) salt->length > sizeof out->salt)
        return salt ? KEYRING_UNSUPPORTED : KEYRING_DAMAGED;
    if (salt->length) memcpy(out->salt, salt->data, (size_t) salt->length);
    out->salt_n = (size_t) salt->length;
    out->iterations = (uint32_t) iterations;
    return KEYRING_OK;
}

static enum keyring_rc read_pkcs12_pbe(int nid, const ASN1_STRING *parameter, struct pbe *out)
{
    static const struct {
        int nid;
        const char *cipher;
        size_t key_n;
    } ciphers[] = {{NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "DES-EDE3-CBC", 24},
                   {NID_pbe_WithSHA1And2_Key_TripleDES_CBC, "DES-EDE-CBC", 16},
                   {NID_pbe_WithSHA1And128BitRC2_CBC, "RC2-CBC", 16},
                   {NID_pbe_WithSHA1And40BitRC2_CBC, "RC2-40-CBC", 5}};
    for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++)
        if (ciphers[i].nid == nid) {
            out->cipher = ciphers[i].cipher;
            out->key_n = ciphers[i].key_n;
        }
    if (!out->cipher) return KEYRING_UNSUPPORTED;
    out->pkcs12 = true;
    out->hash = "SHA1";
    out->iv_n = 8;
    if (!parameter) return KEYRING_DAMAGED;
    PBEPARAM *p = ASN1_item_unpack(parameter, ASN1_ITEM_rptr(PBEPARAM));
    if (!p) return KEYRING_DAMAGED;
    enum keyring_rc rc = pbe_set_salt(out, p->salt, p->iter);
    PBEPARAM_free(p);
    return rc;
}

static enum keyring_rc read_pbkdf2(const X509_ALGOR *f, struct pbe *out, uint64_t *key_n)
{
    const ASN1_OBJECT *oid;
    int type;
    const void *value;
    X509_ALGOR_get0(&oid, &type, &value, f);
    if (OBJ_obj2nid(oid) != NID_id_pbkdf2)
        return KEYRING_UNSUPPORTED; /* scrypt: not in the browser's build */
    if (type != V_ASN1_SEQUENCE) return KEYRING_DAMAGED;
    PBKDF2PARAM *p = ASN1_item_unpack(value, ASN1_ITEM_rptr(PBKDF2PARAM));
    if (!p) return KEYRING_DAMAGED;
    enum keyring_rc rc = KEYRING_OK;
    int prf = NID_hmacWithSHA1; /* RFC 8018 appendix A.2: the default */
    if (p->prf) {
        X509_ALGOR_get0(&oid, NULL, NULL, p->prf);
        prf = OBJ_obj2nid(oid);
    }
    *key_n = 0;
    if (p->salt->type != V_ASN1_OCTET_STRING || !hash_of_prf(prf, &out->hash))
        rc = KEYRING_UNSUPPORTED;
    else if (p->keylength && !ASN1_INTEGER_get_uint64(key_n, p->keylength))
        rc = KEYRING_DAMAGED;
    else
        rc = pbe_set_salt(out, p->salt->value.octet_string, p->iter);
    PBKDF2PARAM_free(p);
    return rc;
}

static enum keyring_rc read_pbes2_cipher(const X509_ALGOR *alg, struct pbe *out)
{
    static const struct {
        int nid;
        const char *name;
        size_t key_n, iv_n;
    } ciphers[] = {{NID_aes_256_cbc, "AES-256-CBC", 32, 16},
                   {NID_aes_192_cbc, "AES-192-CBC", 24, 16},
                   {NID_aes_128_cbc, "AES-128-CBC", 16, 16},
                   {NID_des_ede3_cbc, "DES-EDE3-CBC", 24, 8}};
    const ASN1_OBJECT *oid;
    int type;
    const void *value;
    X509_ALGOR_get0(&oid, &type, &value, alg);
    int nid = OBJ_obj2nid(oid);
    for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++)
        if (ciphers[i].nid == nid) {
            out->cipher = ciphers[i].name;
            out->key_n = ciphers[i].key_n;
            out->iv_n = ciphers[i].iv_n;
        }
    if (!out->cipher) return KEYRING_UNSUPPORTED;
    const ASN1_OCTET_STRING *iv = value;
    if (type != V_ASN1_OCTET_STRING || (size_t) iv->length != out->iv_n) return KEYRING_DAMAGED;
    memcpy(out->iv, iv->data, out->iv_n);
    return KEYRING_OK;
}

/* PBES2-params, PBMAC1-params: both are two algorithms in a row. */
static PBE2PARAM *read_pair(const X509_ALGOR *alg)
{
    const ASN1_OBJECT *oid;
    int type;
    const void *value;
    X509_ALGOR_get0(&oid, &type, &value, alg);
    return type == V_ASN1_SEQUENCE ? ASN1_item_unpack(value, ASN1_ITEM_rptr(PBE2PARAM)) : NULL;
}

enum keyring_rc pbe_read(const X509_ALGOR *alg, struct pbe *out)
{
    const ASN1_OBJECT *oid;
    int type;
    const void *value;
    memset(out, 0, sizeof *out);
    X509_ALGOR_get0(&oid, &type, &value, alg);
    int nid = OBJ_obj2nid(oid);
    if (nid != NID_pbes2) return read_pkcs12_pbe(nid, type == V_ASN1_SEQUENCE ? value : NULL, out);
    PBE2PARAM *pair = read_pair(alg);
    if (!pair) return KEYRING_DAMAGED;
    uint64_t key_n;
    enum keyring_rc rc = read_pbkdf2(pair->keyfunc, out, &key_n);
    if (rc == KEYRING_OK) rc = read_pbes2_cipher(pair->encryption, out);
    if (rc == KEYRING_OK && key_n && key_n != out->key_n) rc = KEYRING_DAMAGED;
    PBE2PARAM_free(pair);
    return rc;
}

enum keyring_rc pbe_read_pbmac1(const X509_ALGOR *alg, struct pbe *out)
{
    memset(out, 0, sizeof *out);
    PBE2PARAM *pair = read_pair(alg);
    if (!pair) return KEYRING_DAMAGED;
    uint64_t key_n;
    const ASN1_OBJECT *oid;
    enum keyring_rc rc = read_pbkdf2(pair->keyfunc, out, &key_n);
    X509_ALGOR_get0(&oid, NULL, NULL, pair->encryption);
    if (rc == KEYRING_OK && !hash_of_prf(OBJ_obj2nid(oid), &out->mac_hash))
        rc = KEYRING_UNSUPPORTED;
    /* RFC 9579 section 5: keyLength must be there; section 9 wants no short keys */
    if (rc == KEYRING_OK && (key_n < 20 || key_n > 64)) rc = KEYRING_DAMAGED;
    out->key_n = (size_t) key_n;
    PBE2PARAM_free(pair);
    return rc;
}

static bool spend(struct pbe_work *w, uint32_t iterations)
{
    if (w->left < iterations) return false;
    w->left -= iterations;
    return true;
}

void pbe_work_clear(struct pbe_work *w)
{
    OPENSSL_cleanse(w, sizeof *w);
}

static bool made_before(const struct pbe_work *w, const struct pbe *pbe, size_t form, size_t n)
{
    const struct pbe *m = &w->made;
    return m->iterations == pbe->iterations && m->key_n == n && w->form == form &&
           m->salt_n == pbe->salt_n && memcmp(m->salt, pbe->salt, m->salt_n) == 0 &&
           strcmp(m->hash, pbe->hash) == 0;
}

static bool derive_pbkdf2(OSSL_LIB_CTX *ctx, const struct pbe *pbe, uint8_t *pass, size_t pass_n,
                          uint8_t *out, size_t n)
{
    unsigned iterations = pbe->iterations;
    int plain = 1; /* RFC 8018 as it is, without SP 800-132's lower bounds */
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, pass, pass_n),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *) pbe->salt, pbe->salt_n),
        OSSL_PARAM_construct_uint(OSSL_KDF_PARAM_ITER, &iterations),
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &plain),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *) pbe->hash, 0),
        OSSL_PARAM_construct_end()};
    EVP_KDF *kdf = EVP_KDF_fetch(ctx, "PBKDF2", NULL);
    EVP_KDF_CTX *c = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    bool ok = c && EVP_KDF_derive(c, out, n, params) == 1;
    EVP_KDF_CTX_free(c);
    EVP_KDF_free(kdf);
    return ok;
}

static enum keyring_rc derive_raw(OSSL_LIB_CTX *ctx, struct pbe_work *w, const struct pbe *pbe,
                                  const struct pbe_pass *pass, size_t form, uint8_t *out, size_t n)
{
    if (n > sizeof w->key) return KEYRING_FAILED;
    if (!made_before(w, pbe, form, n)) {
        if (!spend(w, pbe->iterations)) return KEYRING_UNSUPPORTED;
        w->made.iterations = 0;
        if (!derive_pbkdf2(ctx, pbe, pass->raw[form].p, pass->raw[form].n, w->key, n))
            return KEYRING_FAILED;
        w->made = *pbe;
        w->made.key_n = n;
        w->form = form;
    }
    memcpy(out, w->key, n);
    return KEYRING_OK;
}

enum keyring_rc pbe_derive(OSSL_LIB_CTX *ctx, struct pbe_work *w, const struct pbe *pbe,
                           const struct pbe_pass *pass, size_t form, int id, uint8_t *out, size_t n)
{
    if (!pbe->pkcs12) return derive_raw(ctx, w, pbe, pass, form, out, n);
    if (!spend(w, pbe->iterations)) return KEYRING_UNSUPPORTED;
    EVP_MD *md = EVP_MD_fetch(ctx, pbe->hash, NULL);
    bool ok = md && PKCS12_key_gen_uni_ex(pass->bmp[form].p, (int) pass->bmp[form].n,
                                          (unsigned char *) pbe->salt, (int) pbe->salt_n, id,
                                          (int) pbe->iterations, (int) n, out, md, ctx, NULL) == 1;
    EVP_MD_free(md);
    return ok ? KEYRING_OK : KEYRING_FAILED;
}

static enum keyring_rc run_cipher(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t *iv,
                                  const ASN1_OCTET_STRING *in, uint8_t **out, size_t *n)
{
    size_t room = (size_t) in->length + EVP_MAX_BLOCK_LENGTH;
    uint8_t *plain = OPENSSL_malloc(room);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int a = 0, z = 0;
    enum keyring_rc rc = KEYRING_FAILED;
    if (plain && c && EVP_DecryptInit_ex2(c, cipher, key, iv, NULL) == 1) {
        bool ok = EVP_DecryptUpdate(c, plain, &a, in->data, in->length) == 1 &&
                  EVP_DecryptFinal_ex(c, plain + a, &z) == 1;
        rc = ok ? KEYRING_OK : KEYRING_WRONG_PASSPHRASE;
    }
    EVP_CIPHER_CTX_free(c);
    if (rc != KEYRING_OK) {
        OPENSSL_clear_free(plain, room);
        return rc;
    }
    *out = plain;
    *n = (size_t) (a + z);
    return KEYRING_OK;
}

enum keyring_rc pbe_decrypt(OSSL_LIB_CTX *ctx, struct pbe_work *w, const struct pbe *pbe,
                            const struct pbe_pass *pass, size_t form, const ASN1_OCTET_STRING *in,
                            uint8_t **out, size_t *n)
{
    uint8_t key[64], iv[16];
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(ctx, pbe->cipher, NULL);
    if (!cipher) return KEYRING_UNSUPPORTED;
    memcpy(iv, pbe->iv, sizeof iv);
    enum keyring_rc rc = pbe_derive(ctx, w, pbe, pass, form, PKCS12_KEY_ID, key, pbe->key_n);
    if (rc == KEYRING_OK && pbe->pkcs12)
        rc = pbe_derive(ctx, w, pbe, pass, form, PKCS12_IV_ID, iv, pbe->iv_n);
    if (rc == KEYRING_OK) rc = run_cipher(cipher, key, iv, in, out, n);
    OPENSSL_cleanse(key, sizeof key);
    EVP_CIPHER_free(cipher);
    return rc;
}

size_t pbe_forms(const struct pbe *pbe, const struct pbe_pass *pass)
{
    return pbe->pkcs12 ? pass->bmp_count : pass->raw_count;
}
