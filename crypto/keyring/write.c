/* Writing a PKCS#12 file in the strong form, and recognising one (RFC 7292, 8018). */
#include "crypto/keyring/pbe.h"
#include "crypto/keyring/pfx.h"
#include "crypto/keyring/state.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <string.h>

enum { MIN_ITERATIONS = 600000, SALT = 16, MAX_NESTING = 4 };

/* --- writing ---------------------------------------------------------------------- */

/* One salt for all encrypted parts: their keys are one key, derived once when the file is opened.
 * Each part has an IV of its own. */
struct writer {
    const struct keyring *k;
    const char *pass;
    int pass_n, iterations;
    uint8_t salt[SALT];
};

/* Certificate and key carry the same localKeyID: the head of the certificate's SHA-256, or of the
 * key's own seed when it has no certificate. */
static bool add_attributes(PKCS12_SAFEBAG *bag, const uint8_t *id, const char *name)
{
    return (!id || PKCS12_add_localkeyid(bag, (unsigned char *) id, 20) == 1) &&
           (!name || !*name || PKCS12_add_friendlyname_utf8(bag, name, -1) == 1);
}

static bool key_id(const struct keyring *k, size_t key, uint8_t id[32])
{
    int cert = k->set.keys[key].cert;
    const void *p = cert < 0 ? (const void *) k->set.keys[key].secret : k->set.certs[cert].der;
    size_t n = cert < 0 ? sizeof k->set.keys[key].secret : k->set.certs[cert].n, got = 0;
    return EVP_Q_digest(k->ctx, "SHA256", NULL, p, n, id, &got) == 1;
}

static bool push_bag(STACK_OF(PKCS12_SAFEBAG) * bags, PKCS12_SAFEBAG *bag)
{
    if (bag && sk_PKCS12_SAFEBAG_push(bags, bag) > 0) return true;
    PKCS12_SAFEBAG_free(bag);
    return false;
}

static bool add_key_bag(const struct writer *w, STACK_OF(PKCS12_SAFEBAG) * bags, size_t i)
{
    const struct keyring_key *key = &w->k->set.keys[i];
    uint8_t id[32];
    PKCS8_PRIV_KEY_INFO *p8 = EVP_PKEY2PKCS8(key->pkey);
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(w->k->ctx, "AES-256-CBC", NULL);
    X509_SIG *sealed = NULL;
    if (p8 && cipher && key_id(w->k, i, id))
        sealed =
            PKCS8_encrypt_ex(NID_hmacWithSHA256, cipher, w->pass, w->pass_n,
                             (unsigned char *) w->salt, SALT, w->iterations, p8, w->k->ctx, NULL);
    PKCS8_PRIV_KEY_INFO_free(p8);
    EVP_CIPHER_free(cipher);
    PKCS12_SAFEBAG *bag = sealed ? PKCS12_SAFEBAG_create0_pkcs8(sealed) : NULL;
    if (sealed && !bag) X509_SIG_free(sealed);
    if (bag && !add_attributes(bag, id, key->name)) {
        PKCS12_SAFEBAG_free(bag);
        return false;
    }
    return push_bag(bags, bag);
}

static bool add_cert_bag(const struct writer *w, STACK_OF(PKCS12_SAFEBAG) * bags, size_t i)
{
    PKCS12_SAFEBAG *bag = PKCS12_SAFEBAG_create_cert(w->k->set.certs[i].x509);
    for (size_t key = 0; bag && key < w->k->set.key_count; key++) {
        uint8_t id[32];
        if (w->k->set.keys[key].cert != (int) i) continue;
        if (!key_id(w->k, key, id) || !add_attributes(bag, id, w->k->set.keys[key].name)) {
            PKCS12_SAFEBAG_free(bag);
            return false;
        }
    }
    return push_bag(bags, bag);
}

static bool push_safe(STACK_OF(PKCS7) * safes, PKCS7 *safe)
{
    if (safe && sk_PKCS7_push(safes, safe) > 0) return true;
    PKCS7_free(safe);
    return false;
}

static void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags)
{
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

static bool write_keys(const struct writer *w, STACK_OF(PKCS7) * safes)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = sk_PKCS12_SAFEBAG_new_null();
    bool ok = bags != NULL;
    for (size_t i = 0; ok && i < w->k->set.key_count; i++)
        ok = add_key_bag(w, bags, i);
    ok = ok && push_safe(safes, PKCS12_pack_p7data(bags));
    free_bags(bags);
    return ok;
}

static bool write_certs(const struct writer *w, STACK_OF(PKCS7) * safes)
{
    if (w->k->set.cert_count == 0) return true;
    STACK_OF(PKCS12_SAFEBAG) *bags = sk_PKCS12_SAFEBAG_new_null();
    bool ok = bags != NULL;
    for (size_t i = 0; ok && i < w->k->set.cert_count; i++)
        ok = add_cert_bag(w, bags, i);
    ok = ok && push_safe(safes, PKCS12_pack_p7encdata_ex(NID_aes_256_cbc, w->pass, w->pass_n,
                                                         (unsigned char *) w->salt, SALT,
                                                         w->iterations, bags, w->k->ctx, NULL));
    free_bags(bags);
    return ok;
}

static PKCS12 *write_file(const struct writer *w)
{
    STACK_OF(PKCS7) *safes = sk_PKCS7_new_null();
    PKCS12 *p12 = NULL;
    EVP_MD *sha256 = EVP_MD_fetch(w->k->ctx, "SHA256", NULL);
    if (safes && sha256 && write_certs(w, safes) && write_keys(w, safes))
        p12 = PKCS12_add_safes_ex(safes, 0, w->k->ctx, NULL);
    if (p12 && PKCS12_set_mac(p12, w->pass, w->pass_n, NULL, SALT, w->iterations, sha256) != 1) {
        PKCS12_free(p12);
        p12 = NULL;
    }
    sk_PKCS7_pop_free(safes, PKCS7_free);
    EVP_MD_free(sha256);
    return p12;
}

bool keyring_is_utf8(const char *s, size_t n)
{
    struct pbe_pass p;
    bool ok = pbe_pass_init(&p, s, n);
    if (ok) pbe_pass_clear(&p);
    return ok;
}

enum keyring_rc keyring_rewrap(const struct keyring *k, const char *passphrase, size_t passphrase_n,
                               uint32_t iterations, uint8_t **out, size_t *n)
{
    if (iterations < MIN_ITERATIONS || iterations > KEYRING_MAX_ITERATIONS || passphrase_n == 0 ||
        passphrase_n > KEYRING_MAX_PASSPHRASE || !keyring_is_utf8(passphrase, passphrase_n))
        return KEYRING_REFUSED;
    if (k->set.key_count == 0) return KEYRING_EMPTY;
    struct writer w = {k, passphrase, (int) passphrase_n, (int) iterations, {0}};
    if (RAND_bytes_ex(k->ctx, w.salt, sizeof w.salt, 0) != 1) return KEYRING_FAILED;
    PKCS12 *p12 = write_file(&w);
    uint8_t *der = NULL;
    int len = p12 ? i2d_PKCS12(p12, &der) : -1;
    PKCS12_free(p12);
    ERR_clear_error();
    if (len <= 0) return KEYRING_FAILED;
    *out = der;
    *n = (size_t) len;
    return KEYRING_OK;
}

/* The copy holds all keys of the original, private parts included, and all its certificates. Each
 * key's `secret` is made of its private key. */
static bool holds_all(const struct keyring_set *copy, const struct keyring_set *of)
{
    if (copy->key_count != of->key_count || copy->cert_count != of->cert_count) return false;
    for (size_t i = 0; i < of->key_count; i++) {
        const struct keyring_key *a = &copy->keys[i], *b = &of->keys[i];
        if (CRYPTO_memcmp(a->secret, b->secret, sizeof a->secret) != 0 ||
            (a->cert < 0) != (b->cert < 0))
            return false;
        if (a->cert >= 0 && X509_cmp(copy->certs[a->cert].x509, of->certs[b->cert].x509) != 0)
            return false;
    }
    for (size_t i = 0; i < of->cert_count; i++)
        if (copy->certs[i].n != of->certs[i].n ||
            memcmp(copy->certs[i].der, of->certs[i].der, of->certs[i].n) != 0)
            return false;
    return true;
}

enum keyring_rc keyring_is_copy(const struct keyring *k, const uint8_t *p12, size_t n,
                                const char *passphrase, size_t passphrase_n)
{
    struct keyring_set *copy = OPENSSL_zalloc(sizeof *copy);
    if (!copy) return KEYRING_FAILED;
    enum keyring_rc rc = keyring_p12_read(k, p12, n, passphrase, passphrase_n, copy);
    if (rc == KEYRING_OK && !holds_all(copy, &k->set)) rc = KEYRING_DAMAGED;
    keyring_set_clear(copy);
    OPENSSL_free(copy);
    ERR_clear_error();
    return rc;
}

/* --- recognising ------------------------------------------------------------------ */

struct strength {
    uint32_t min;
    bool sealed; /* at least one thing is encrypted */
};

static bool hash_is_strong(const char *hash)
{
    return strcmp(hash, "SHA256") == 0 || strcmp(hash, "SHA384") == 0 ||
           strcmp(hash, "SHA512") == 0;
}

static enum keyring_rc check_strength(struct strength *s, const X509_ALGOR *alg)
{
    struct pbe pbe;
    if (pbe_read(alg, &pbe) != KEYRING_OK || pbe.pkcs12 || strcmp(pbe.cipher, "AES-256-CBC") != 0 ||
        !hash_is_strong(pbe.hash) || pbe.iterations < s->min || pbe.salt_n < 8)
        return KEYRING_REFUSED;
    s->sealed = true;
    return KEYRING_OK;
}

static enum keyring_rc check_bags(struct strength *s, const STACK_OF(PKCS12_SAFEBAG) * bags,
                                  int depth);

static enum keyring_rc check_bag(struct strength *s, const PKCS12_SAFEBAG *bag, int depth)
{
    const X509_ALGOR *alg;
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
    case NID_pkcs8ShroudedKeyBag:
        if (!PKCS12_SAFEBAG_get0_pkcs8(bag)) return KEYRING_DAMAGED;
        X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &alg, NULL);
        return check_strength(s, alg);
    case NID_certBag:
    case NID_crlBag:
        return KEYRING_OK; /* public */
    case NID_safeContentsBag:
        return check_bags(s, PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
    default:
        return KEYRING_REFUSED; /* a key or a secret in the clear */
    }
}

static enum keyring_rc check_bags(struct strength *s, const STACK_OF(PKCS12_SAFEBAG) * bags,
                                  int depth)
{
    enum keyring_rc rc = depth > MAX_NESTING ? KEYRING_REFUSED : KEYRING_OK;
    for (int i = 0; rc == KEYRING_OK && i < sk_PKCS12_SAFEBAG_num(bags); i++)
        rc = check_bag(s, sk_PKCS12_SAFEBAG_value(bags, i), depth);
    return rc;
}

static enum keyring_rc check_safe(struct strength *s, PKCS7 *safe)
{
    if (PKCS7_type_is_encrypted(safe)) {
        const PKCS7_ENC_CONTENT *e = safe->d.encrypted ? safe->d.encrypted->enc_data : NULL;
        return e && e->algorithm ? check_strength(s, e->algorithm) : KEYRING_DAMAGED;
    }
    if (!PKCS7_type_is_data(safe)) return KEYRING_REFUSED;
    if (!safe->d.data) return KEYRING_DAMAGED;
    STACK_OF(PKCS12_SAFEBAG) *bags =
        ASN1_item_unpack(safe->d.data, ASN1_ITEM_rptr(PKCS12_SAFEBAGS));
    enum keyring_rc rc = bags ? check_bags(s, bags, 0) : KEYRING_DAMAGED;
    free_bags(bags);
    return rc;
}

enum keyring_rc keyring_is_strong(const uint8_t *p12, size_t n, uint32_t min_iterations)
{
    struct pfx f;
    struct pbe mac;
    struct strength s = {.min = min_iterations};
    if (n == 0 || n > KEYRING_MAX_FILE) return KEYRING_DAMAGED;
    enum keyring_rc rc = pfx_parse(p12, n, &f);
    if (rc != KEYRING_OK) {
        ERR_clear_error();
        return rc;
    }
    if (!f.mac || pfx_read_mac(&f, &mac) != KEYRING_OK || !hash_is_strong(mac.hash) ||
        !hash_is_strong(mac.mac_hash) || mac.iterations < min_iterations || mac.salt_n < 8)
        rc = KEYRING_REFUSED;
    for (int i = 0; rc == KEYRING_OK && i < sk_PKCS7_num(f.safes); i++)
        rc = check_safe(&s, sk_PKCS7_value(f.safes, i));
    pfx_free(&f);
    ERR_clear_error();
    return rc == KEYRING_OK && !s.sealed ? KEYRING_EMPTY : rc;
}
