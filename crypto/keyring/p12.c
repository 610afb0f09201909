/* Reading a PKCS#12 file: every bag of every safe (RFC 7292). */
#include "crypto/keyring/pbe.h"
#include "crypto/keyring/pfx.h"
#include "crypto/keyring/state.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>
#include <string.h>

enum { MAX_NESTING = 4, MAX_BAGS = 1024, MAX_NAME = 256 };

struct reader {
    OSSL_LIB_CTX *ctx;
    struct pbe_pass pass;
    struct pbe_work work;
    struct keyring_set *out;
    bool authenticated; /* a MAC vouches for the file */
    bool probing;       /* the MAC did not fit: does the passphrase open anything at all? */
    bool opened;        /* something was decrypted: the passphrase is right */
    size_t bags, unusable;
};

/* --- integrity -------------------------------------------------------------------- */

static bool hmac_fits(struct reader *r, const char *hash, const uint8_t *key, size_t key_n,
                      const ASN1_OCTET_STRING *content, const ASN1_OCTET_STRING *mac)
{
    uint8_t sum[EVP_MAX_MD_SIZE];
    size_t n = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *) hash, 0),
        OSSL_PARAM_construct_end()};
    EVP_MAC *hmac = EVP_MAC_fetch(r->ctx, "HMAC", NULL);
    EVP_MAC_CTX *c = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    bool ok = c && EVP_MAC_init(c, key, key_n, params) == 1 &&
              EVP_MAC_update(c, content->data, (size_t) content->length) == 1 &&
              EVP_MAC_final(c, sum, &n, sizeof sum) == 1;
    EVP_MAC_CTX_free(c);
    EVP_MAC_free(hmac);
    return ok && (size_t) mac->length == n && CRYPTO_memcmp(sum, mac->data, n) == 0;
}

static enum keyring_rc check_mac(struct reader *r, const struct pfx *f)
{
    struct pbe pbe;
    enum keyring_rc rc = pfx_read_mac(f, &pbe);
    if (rc != KEYRING_OK) return rc;
    for (size_t i = 0; i < pbe_forms(&pbe, &r->pass); i++) {
        uint8_t key[EVP_MAX_MD_SIZE];
        rc = pbe_derive(r->ctx, &r->work, &pbe, &r->pass, i, PKCS12_MAC_ID, key, pbe.key_n);
        if (rc != KEYRING_OK) return rc;
        bool fits = hmac_fits(r, pbe.mac_hash, key, pbe.key_n, f->content, pfx_mac_value(f));
        OPENSSL_cleanse(key, sizeof key);
        if (fits) return KEYRING_OK;
    }
    return KEYRING_WRONG_PASSPHRASE;
}

/* --- decryption ------------------------------------------------------------------- */

/* Decrypts and parses; a form of the passphrase is right when the result parses to its end. */
static enum keyring_rc decrypt_item(struct reader *r, const X509_ALGOR *alg,
                                    const ASN1_OCTET_STRING *in, const ASN1_ITEM *item,
                                    ASN1_VALUE **out)
{
    struct pbe pbe;
    enum keyring_rc rc = pbe_read(alg, &pbe);
    if (rc != KEYRING_OK) return rc;
    if (in->length <= 0) return KEYRING_DAMAGED;
    size_t forms = r->probing ? 1 : pbe_forms(&pbe, &r->pass);
    for (size_t i = 0; i < forms; i++) {
        uint8_t *plain = NULL;
        size_t n = 0;
        rc = pbe_decrypt(r->ctx, &r->work, &pbe, &r->pass, i, in, &plain, &n);
        if (rc == KEYRING_WRONG_PASSPHRASE) continue;
        if (rc != KEYRING_OK) return rc;
        const uint8_t *p = plain;
        ASN1_VALUE *v = ASN1_item_d2i(NULL, &p, (long) n, item);
        bool whole = v && p == plain + n;
        OPENSSL_clear_free(plain, n);
        if (whole) {
            r->opened = true;
            *out = v;
            return KEYRING_OK;
        }
        ASN1_item_free(v, item);
    }
    return r->authenticated || r->opened ? KEYRING_DAMAGED : KEYRING_WRONG_PASSPHRASE;
}

/* --- bags ------------------------------------------------------------------------- */

static struct keyring_id read_id(const PKCS12_SAFEBAG *bag)
{
    struct keyring_id id = {.n = 0};
    const ASN1_TYPE *a = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
    if (a && a->type == V_ASN1_OCTET_STRING && a->value.octet_string->length > 0 &&
        (size_t) a->value.octet_string->length <= sizeof id.b) {
        id.n = (size_t) a->value.octet_string->length;
        memcpy(id.b, a->value.octet_string->data, id.n);
    }
    return id;
}

static size_t put_utf8(char *out, size_t at, uint32_t c)
{
    if (c < 0x80) {
        out[at++] = (char) c;
    } else if (c < 0x800) {
        out[at++] = (char) (0xc0 | c >> 6);
        out[at++] = (char) (0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out[at++] = (char) (0xe0 | c >> 12);
        out[at++] = (char) (0x80 | (c >> 6 & 0x3f));
        out[at++] = (char) (0x80 | (c & 0x3f));
    } else {
        out[at++] = (char) (0xf0 | c >> 18);
        out[at++] = (char) (0x80 | (c >> 12 & 0x3f));
        out[at++] = (char) (0x80 | (c >> 6 & 0x3f));
        out[at++] = (char) (0x80 | (c & 0x3f));
    }
    return at;
}

/* friendlyName (BMPString, in practice UTF-16BE) as UTF-8, at most MAX_NAME characters; NULL when
 * there is none or it is malformed. Control characters are dropped. */
static char *read_name(const PKCS12_SAFEBAG *bag)
{
    const ASN1_TYPE *a = PKCS12_SAFEBAG_get0_attr(bag, NID_friendlyName);
    if (!a || a->type != V_ASN1_BMPSTRING || a->value.bmpstring->length < 2) return NULL;
    const uint8_t *s = a->value.bmpstring->data;
    size_t units = (size_t) a->value.bmpstring->length / 2, at = 0;
    if (units > MAX_NAME) units = MAX_NAME;
    char *out = OPENSSL_malloc(units * 4 + 1);
    for (size_t i = 0; out && i < units; i++) {
        uint32_t c = (uint32_t) s[2 * i] << 8 | s[2 * i + 1];
        if (c >= 0xd800 && c < 0xdc00 && i + 1 < units) {
            uint32_t low = (uint32_t) s[2 * i + 2] << 8 | s[2 * i + 3];
            c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)
                                              : 0xfffd;
            i++;
        }
        if (c >= 0xd800 && c < 0xe000) c = 0xfffd;
        if (c >= 0x20 && c != 0x7f) at = put_utf8(out, at, c);
    }
    if (out) out[at] = 0;
    return out;
}

bool keyring_key_seed(OSSL_LIB_CTX *ctx, struct keyring_key *key)
{
    static const char label[] = "waxseal implicit rejection";
    uint8_t *der = NULL;
    int n = i2d_PrivateKey(key->pkey, &der);
    size_t got = 0;
    if (n <= 0) return false;
    bool ok = EVP_Q_mac(ctx, "HMAC", NULL, "SHA256", NULL, label, sizeof label - 1, der, (size_t) n,
                        key->secret, sizeof key->secret, &got) != NULL;
    OPENSSL_clear_free(der, (size_t) n);
    return ok && got == sizeof key->secret;
}

bool keyring_key_usable(const EVP_PKEY *pkey)
{
    char group[64];
    size_t n = 0;
    if (EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "RSA-PSS"))
        return EVP_PKEY_get_bits(pkey) >= 512 && EVP_PKEY_get_bits(pkey) <= 8192;
    if (EVP_PKEY_is_a(pkey, "EC")) /* a named curve: no parameters of the file's own making */
        return EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                              &n) == 1 &&
               n > 0;
    return EVP_PKEY_is_a(pkey, "ED25519") || EVP_PKEY_is_a(pkey, "X25519") ||
           EVP_PKEY_is_a(pkey, "ED448") || EVP_PKEY_is_a(pkey, "X448");
}

static enum keyring_rc add_key(struct reader *r, const PKCS12_SAFEBAG *bag,
                               const PKCS8_PRIV_KEY_INFO *p8)
{
    const ASN1_OBJECT *oid = NULL;
    struct keyring_key key = {.cert = -1};
    key.pkey = EVP_PKCS82PKEY_ex(p8, r->ctx, NULL);
    if (!key.pkey && PKCS8_pkey_get0(&oid, NULL, NULL, NULL, p8) == 1 &&
        OBJ_obj2nid(oid) == NID_rsaEncryption)
        return KEYRING_DAMAGED;
    if (!key.pkey || !keyring_key_usable(key.pkey)) {
        EVP_PKEY_free(key.pkey);
        r->unusable++;
        return KEYRING_OK;
    }
    key.name = read_name(bag);
    key.id = read_id(bag);
    if (!keyring_key_seed(r->ctx, &key)) {
        EVP_PKEY_free(key.pkey);
        OPENSSL_free(key.name);
        return KEYRING_DAMAGED;
    }
    return keyring_set_add_key(r->out, &key);
}

static enum keyring_rc add_cert(struct reader *r, const PKCS12_SAFEBAG *bag)
{
    if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
        return KEYRING_OK; /* SDSI: nothing uses it */
    X509 *x = PKCS12_SAFEBAG_get1_cert(bag);
    struct keyring_cert c = {.n = 0};
    int n = x ? i2d_X509(x, &c.der) : -1;
    X509_free(x);
    if (n <= 0) return KEYRING_DAMAGED;
    const uint8_t *p = c.der;
    c.n = (size_t) n;
    c.id = read_id(bag);
    c.x509 = X509_new_ex(r->ctx, NULL);
    if (!c.x509 || !d2i_X509(&c.x509, &p, n)) {
        OPENSSL_free(c.der);
        return KEYRING_DAMAGED;
    }
    return keyring_set_add_cert(r->out, &c);
}

static enum keyring_rc walk_bags(struct reader *r, const STACK_OF(PKCS12_SAFEBAG) * bags,
                                 int depth);

static enum keyring_rc open_shrouded(struct reader *r, const PKCS12_SAFEBAG *bag)
{
    const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag);
    const X509_ALGOR *alg;
    const ASN1_OCTET_STRING *in;
    ASN1_VALUE *v = NULL;
    if (!sealed) return KEYRING_DAMAGED;
    X509_SIG_get0(sealed, &alg, &in);
    enum keyring_rc rc = decrypt_item(r, alg, in, ASN1_ITEM_rptr(PKCS8_PRIV_KEY_INFO), &v);
    if (rc != KEYRING_OK) return rc;
    rc = add_key(r, bag, (PKCS8_PRIV_KEY_INFO *) v);
    ASN1_item_free(v, ASN1_ITEM_rptr(PKCS8_PRIV_KEY_INFO));
    return rc;
}

static enum keyring_rc walk_bag(struct reader *r, const PKCS12_SAFEBAG *bag, int depth)
{
    if (++r->bags > MAX_BAGS) return KEYRING_UNSUPPORTED;
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
    case NID_keyBag: {
        const PKCS8_PRIV_KEY_INFO *p8 = PKCS12_SAFEBAG_get0_p8inf(bag);
        return p8 ? add_key(r, bag, p8) : KEYRING_DAMAGED;
    }
    case NID_pkcs8ShroudedKeyBag:
        return open_shrouded(r, bag);
    case NID_certBag:
        return add_cert(r, bag);
    case NID_safeContentsBag:
        return walk_bags(r, PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
    default:
        return KEYRING_OK; /* CRLs, secrets, what others invent */
    }
}

static enum keyring_rc walk_bags(struct reader *r, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth)
{
    enum keyring_rc rc = KEYRING_OK;
    if (depth > MAX_NESTING) return KEYRING_UNSUPPORTED;
    for (int i = 0; rc == KEYRING_OK && i < sk_PKCS12_SAFEBAG_num(bags); i++)
        rc = walk_bag(r, sk_PKCS12_SAFEBAG_value(bags, i), depth);
    return rc;
}

/* --- safes ------------------------------------------------------------------------ */

static enum keyring_rc walk_safe(struct reader *r, PKCS7 *safe)
{
    ASN1_VALUE *v = NULL;
    enum keyring_rc rc = KEYRING_OK;
    if (PKCS7_type_is_data(safe)) {
        if (!safe->d.data) return KEYRING_DAMAGED;
        v = ASN1_item_unpack(safe->d.data, ASN1_ITEM_rptr(PKCS12_SAFEBAGS));
        if (!v) return KEYRING_DAMAGED;
    } else if (PKCS7_type_is_encrypted(safe)) {
        const PKCS7_ENC_CONTENT *e = safe->d.encrypted ? safe->d.encrypted->enc_data : NULL;
        if (!e || !e->algorithm || !e->enc_data) return KEYRING_DAMAGED;
        rc = decrypt_item(r, e->algorithm, e->enc_data, ASN1_ITEM_rptr(PKCS12_SAFEBAGS), &v);
        if (rc != KEYRING_OK) return rc;
    } else {
        return KEYRING_UNSUPPORTED; /* public-key privacy mode */
    }
    STACK_OF(PKCS12_SAFEBAG) *bags = (STACK_OF(PKCS12_SAFEBAG) *) v;
    rc = walk_bags(r, bags, 0);
    ASN1_item_free(v, ASN1_ITEM_rptr(PKCS12_SAFEBAGS));
    return rc;
}

/* Without a MAC nothing vouches for the private values: they must be whole and fit a certificate
 * of the file, or an altered file could make a key that leaks itself when used. */
static bool keys_are_sound(struct reader *r)
{
    for (size_t i = 0; i < r->out->key_count; i++) {
        const struct keyring_key *key = &r->out->keys[i];
        if (key->cert < 0) return false;
        EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(r->ctx, key->pkey, NULL);
        bool ok = c && EVP_PKEY_pairwise_check(c) == 1;
        EVP_PKEY_CTX_free(c);
        if (!ok) return false;
    }
    return true;
}

static enum keyring_rc walk_file(struct reader *r, const struct pfx *f)
{
    enum keyring_rc rc = KEYRING_OK;
    for (int i = 0; rc == KEYRING_OK && i < sk_PKCS7_num(f->safes); i++)
        rc = walk_safe(r, sk_PKCS7_value(f->safes, i));
    if (rc != KEYRING_OK) return rc;
    if (r->out->key_count == 0) return r->unusable ? KEYRING_UNSUPPORTED : KEYRING_EMPTY;
    keyring_set_match(r->out);
    return r->authenticated || keys_are_sound(r) ? KEYRING_OK : KEYRING_DAMAGED;
}

/* The MAC did not fit. If the passphrase opens an encrypted part all the same, then it is right and
 * the file was altered: "damaged" helps the user more than "wrong passphrase". */
static enum keyring_rc tell_why(struct reader *r, const struct pfx *f)
{
    r->probing = true;
    walk_file(r, f);
    keyring_set_clear(r->out);
    return r->opened ? KEYRING_DAMAGED : KEYRING_WRONG_PASSPHRASE;
}

enum keyring_rc keyring_p12_read(const struct keyring *k, const uint8_t *p12, size_t n,
                                 const char *passphrase, size_t passphrase_n,
                                 struct keyring_set *out)
{
    struct reader r = {.ctx = k->ctx, .out = out, .work = {.left = KEYRING_MAX_WORK}};
    struct pfx f;
    enum keyring_rc rc = pfx_parse(p12, n, &f);
    if (rc != KEYRING_OK) return rc;
    if (!pbe_pass_init(&r.pass, passphrase, passphrase_n)) {
        pfx_free(&f);
        return KEYRING_WRONG_PASSPHRASE;
    }
    if (f.mac) {
        rc = check_mac(&r, &f);
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
        rc = KEYRING_OK; /* the fuzzer cannot make a MAC, and must get to what lies behind it */
#endif
        r.authenticated = rc == KEYRING_OK;
    }
    if (rc == KEYRING_OK)
        rc = walk_file(&r, &f);
    else if (rc == KEYRING_WRONG_PASSPHRASE)
        rc = tell_why(&r, &f);
    pbe_pass_clear(&r.pass);
    pbe_work_clear(&r.work);
    pfx_free(&f);
    return rc;
}
