#include "crypto/keyring/keyring.h"
#include "crypto/keyring/state.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

const char *keyring_word(enum keyring_rc rc)
{
    static const char *const words[] = {
        [KEYRING_OK] = "ok",           [KEYRING_WRONG_PASSPHRASE] = "wrong_passphrase",
        [KEYRING_DAMAGED] = "damaged", [KEYRING_UNSUPPORTED] = "unsupported",
        [KEYRING_EMPTY] = "empty",     [KEYRING_REFUSED] = "refused",
        [KEYRING_FAILED] = "failed",
    };
    return (size_t) rc < sizeof words / sizeof *words ? words[rc] : "failed";
}

enum keyring_rc keyring_new(struct keyring **out)
{
    struct keyring *k = OPENSSL_zalloc(sizeof *k);
    if (!k) return KEYRING_FAILED;
    k->ctx = OSSL_LIB_CTX_new();
    if (k->ctx) {
        k->standard = OSSL_PROVIDER_load(k->ctx, "default");
        /* Absent where a distribution splits it off: RC2 files are then "unsupported". */
        k->legacy = OSSL_PROVIDER_load(k->ctx, "legacy");
    }
    ERR_clear_error();
    if (!k->standard) {
        keyring_free(k);
        return KEYRING_FAILED;
    }
    *out = k;
    return KEYRING_OK;
}

static void key_clear(struct keyring_key *key)
{
    EVP_PKEY_free(key->pkey);
    if (key->name) OPENSSL_clear_free(key->name, strlen(key->name));
    OPENSSL_cleanse(key, sizeof *key);
}

static void cert_clear(struct keyring_cert *c)
{
    X509_free(c->x509);
    OPENSSL_free(c->der);
    memset(c, 0, sizeof *c);
}

void keyring_set_clear(struct keyring_set *s)
{
    for (size_t i = 0; i < s->key_count; i++)
        key_clear(&s->keys[i]);
    for (size_t i = 0; i < s->cert_count; i++)
        cert_clear(&s->certs[i]);
    OPENSSL_cleanse(s, sizeof *s);
}

void keyring_free(struct keyring *k)
{
    if (!k) return;
    keyring_set_clear(&k->set);
    if (k->legacy) OSSL_PROVIDER_unload(k->legacy);
    if (k->standard) OSSL_PROVIDER_unload(k->standard);
    OSSL_LIB_CTX_free(k->ctx);
    OPENSSL_clear_free(k, sizeof *k);
    ERR_clear_error();
}

enum keyring_rc keyring_set_add_key(struct keyring_set *s, struct keyring_key *key)
{
    for (size_t i = 0; i < s->key_count; i++)
        if (EVP_PKEY_eq(s->keys[i].pkey, key->pkey) == 1) {
            key_clear(key);
            return KEYRING_OK;
        }
    if (s->key_count == KEYRING_MAX_KEYS) {
        key_clear(key);
        return KEYRING_UNSUPPORTED;
    }
    key->cert = -1;
    s->keys[s->key_count++] = *key;
    OPENSSL_cleanse(key, sizeof *key);
    return KEYRING_OK;
}

enum keyring_rc keyring_set_add_cert(struct keyring_set *s, struct keyring_cert *cert)
{
    for (size_t i = 0; i < s->cert_count; i++)
        if (s->certs[i].n == cert->n && memcmp(s->certs[i].der, cert->der, cert->n) == 0) {
            if (s->certs[i].id.n == 0) s->certs[i].id = cert->id;
            cert_clear(cert);
            return KEYRING_OK;
        }
    if (s->cert_count == KEYRING_MAX_CERTS) {
        cert_clear(cert);
        return KEYRING_UNSUPPORTED;
    }
    s->certs[s->cert_count++] = *cert;
    memset(cert, 0, sizeof *cert);
    return KEYRING_OK;
}

static bool cert_fits_key(const struct keyring_cert *c, const struct keyring_key *key)
{
    EVP_PKEY *pub = X509_get0_pubkey(c->x509);
    return pub && EVP_PKEY_eq(pub, key->pkey) == 1;
}

void keyring_set_match(struct keyring_set *s)
{
    for (size_t k = 0; k < s->key_count; k++) {
        struct keyring_key *key = &s->keys[k];
        key->cert = -1;
        for (size_t i = 0; i < s->cert_count; i++) {
            const struct keyring_cert *c = &s->certs[i];
            if (!cert_fits_key(c, key)) continue;
            bool named =
                key->id.n && c->id.n == key->id.n && memcmp(c->id.b, key->id.b, key->id.n) == 0;
            if (key->cert < 0 || named) key->cert = (int) i;
            if (named) break;
        }
    }
    ERR_clear_error();
}

/* Moves everything of `from` into k; nothing when it does not fit. */
static enum keyring_rc adopt(struct keyring *k, struct keyring_set *from)
{
    if (from->key_count > KEYRING_MAX_KEYS - k->set.key_count ||
        from->cert_count > KEYRING_MAX_CERTS - k->set.cert_count)
        return KEYRING_UNSUPPORTED;
    for (size_t i = 0; i < from->key_count; i++)
        keyring_set_add_key(&k->set, &from->keys[i]);
    for (size_t i = 0; i < from->cert_count; i++)
        keyring_set_add_cert(&k->set, &from->certs[i]);
    from->key_count = from->cert_count = 0;
    keyring_set_match(&k->set);
    return KEYRING_OK;
}

enum keyring_rc keyring_open(struct keyring *k, const uint8_t *p12, size_t n,
                             const char *passphrase, size_t passphrase_n)
{
    if (n == 0 || n > KEYRING_MAX_FILE) return KEYRING_DAMAGED;
    if (passphrase_n > KEYRING_MAX_PASSPHRASE) return KEYRING_WRONG_PASSPHRASE;
    struct keyring_set *found = OPENSSL_zalloc(sizeof *found);
    if (!found) return KEYRING_FAILED;
    enum keyring_rc rc = keyring_p12_read(k, p12, n, passphrase, passphrase_n, found);
    if (rc == KEYRING_OK) rc = adopt(k, found);
    keyring_set_clear(found);
    OPENSSL_free(found);
    ERR_clear_error();
    return rc;
}

/* A key belongs to the library context it was made in: it is written out and read again. */
static enum keyring_rc copy_key(const struct keyring *k, const struct keyring_key *from,
                                struct keyring_set *out)
{
    struct keyring_key key = *from;
    PKCS8_PRIV_KEY_INFO *p8 = EVP_PKEY2PKCS8(from->pkey);
    key.pkey = p8 ? EVP_PKCS82PKEY_ex(p8, k->ctx, NULL) : NULL;
    key.name = from->name ? OPENSSL_strdup(from->name) : NULL;
    PKCS8_PRIV_KEY_INFO_free(p8);
    if (key.pkey && (key.name || !from->name)) return keyring_set_add_key(out, &key);
    key_clear(&key);
    return KEYRING_FAILED;
}

static enum keyring_rc copy_cert(const struct keyring *k, const struct keyring_cert *from,
                                 struct keyring_set *out)
{
    struct keyring_cert c;
    if (!keyring_cert_read(k->ctx, from->der, from->n, &c)) return KEYRING_FAILED;
    c.id = from->id;
    return keyring_set_add_cert(out, &c);
}

enum keyring_rc keyring_join(struct keyring *k, const struct keyring *from)
{
    struct keyring_set *copy = OPENSSL_zalloc(sizeof *copy);
    enum keyring_rc rc = copy ? KEYRING_OK : KEYRING_FAILED;
    for (size_t i = 0; rc == KEYRING_OK && i < from->set.key_count; i++)
        rc = copy_key(k, &from->set.keys[i], copy);
    for (size_t i = 0; rc == KEYRING_OK && i < from->set.cert_count; i++)
        rc = copy_cert(k, &from->set.certs[i], copy);
    if (rc == KEYRING_OK) rc = adopt(k, copy);
    if (copy) keyring_set_clear(copy);
    OPENSSL_free(copy);
    ERR_clear_error();
    return rc;
}

size_t keyring_key_count(const struct keyring *k)
{
    return k->set.key_count;
}

size_t keyring_cert_count(const struct keyring *k)
{
    return k->set.cert_count;
}

const uint8_t *keyring_cert(const struct keyring *k, size_t i, size_t *n)
{
    if (i >= k->set.cert_count) return NULL;
    *n = k->set.certs[i].n;
    return k->set.certs[i].der;
}

int keyring_key_cert(const struct keyring *k, size_t key)
{
    return key < k->set.key_count ? k->set.keys[key].cert : -1;
}

int keyring_cert_key(const struct keyring *k, size_t cert)
{
    if (cert < k->set.cert_count)
        for (size_t i = 0; i < k->set.key_count; i++)
            if (cert_fits_key(&k->set.certs[cert], &k->set.keys[i])) return (int) i;
    ERR_clear_error();
    return -1;
}

const char *keyring_key_type(const struct keyring *k, size_t key, unsigned *bits)
{
    static const struct {
        const char *openssl, *ours;
    } names[] = {{"RSA", "rsa"},         {"RSA-PSS", "rsa-pss"}, {"EC", "ec"},
                 {"ED25519", "ed25519"}, {"X25519", "x25519"},   {"ED448", "ed448"},
                 {"X448", "x448"}};
    if (key >= k->set.key_count) return NULL;
    const EVP_PKEY *pkey = k->set.keys[key].pkey;
    if (bits) *bits = (unsigned) EVP_PKEY_get_bits(pkey);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (EVP_PKEY_is_a(pkey, names[i].openssl)) return names[i].ours;
    return "unknown";
}

const char *keyring_key_name(const struct keyring *k, size_t key)
{
    return key < k->set.key_count ? k->set.keys[key].name : NULL;
}

bool keyring_give(const uint8_t *p, size_t n, uint8_t **out, size_t *out_n)
{
    uint8_t *copy = OPENSSL_malloc(n ? n : 1);
    if (!copy) return false;
    memcpy(copy, p, n);
    *out = copy;
    *out_n = n;
    return true;
}

void keyring_release(uint8_t *p, size_t n)
{
    OPENSSL_clear_free(p, n);
}

const char *keyring_hash_name(const char *name, size_t *size)
{
    static const struct {
        const char *name, *openssl;
        size_t size;
    } hashes[] = {{"sha256", "SHA256", 32}, {"sha384", "SHA384", 48}, {"sha512", "SHA512", 64}};
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        if (strcmp(name, hashes[i].name) == 0) {
            *size = hashes[i].size;
            return hashes[i].openssl;
        }
    return NULL;
}
