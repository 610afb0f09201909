/* Content keys, against messages made by OpenSSL's CMS and EVP. */
#include "crypto/keyring/der.h"
#include "tests/unit/keyring/common.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* --- unwrap ----------------------------------------------------------------------- */

static const uint8_t rsa_encryption[] = {0x30, 13,   6, 9, 0x2a, 0x86, 0x48, 0x86,
                                         0xf7, 0x0d, 1, 1, 1,    5,    0};

static size_t rsa_encrypt(X509 *x, int padding, const uint8_t *in, size_t n, uint8_t *out)
{
    size_t out_n = 1024;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(X509_get0_pubkey(x), NULL);
    assert_int_equal(EVP_PKEY_encrypt_init(c), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(c, padding), 1);
    assert_int_equal(EVP_PKEY_encrypt(c, out, &out_n, in, n), 1);
    EVP_PKEY_CTX_free(c);
    return out_n;
}

/* Unwraps 32 bytes into out; the key is the first of the ring. */
static enum keyring_rc unwrap32(const struct keyring *k, const uint8_t *in, size_t n,
                                uint8_t out[32])
{
    uint8_t *key = NULL;
    size_t key_n = 0;
    enum keyring_rc rc =
        keyring_unwrap(k, 0, rsa_encryption, sizeof rsa_encryption, in, n, 32, &key, &key_n);
    if (rc == KEYRING_OK) {
        assert_int_equal(key_n, 32);
        memcpy(out, key, 32);
        keyring_release(key, key_n);
    }
    return rc;
}

static void unwraps_rsa_v15(void **state)
{
    (void) state;
    for (int big = 0; big < 2; big++) {
        struct keyring *k = open_fixture(big ? "key-rsa4096.p12" : "rsa2048-default.p12", "corpus");
        X509 *x = cert_of_key(k, 0);
        uint8_t cek[32], c[1024], out[32];
        for (size_t i = 0; i < 32; i++)
            cek[i] = (uint8_t) (i * 7); /* with a zero byte at its start */
        size_t n = rsa_encrypt(x, RSA_PKCS1_PADDING, cek, 32, c);
        assert_int_equal(unwrap32(k, c, n, out), KEYRING_OK);
        assert_memory_equal(out, cek, 32);
        assert_int_equal(unwrap32(k, c, n - 1, out), KEYRING_FAILED);
        X509_free(x);
        keyring_free(k);
    }
}

/* em: a block in which something is wrong. Whatever it is, the answer looks like a key, is the same
 * each time (also after closing and opening), differs from what is in the block, and depends on
 * the ciphertext. */
static void bad_padding_tells_nothing(void **state)
{
    (void) state;
    struct keyring *k = open_fixture("rsa2048-default.p12", "corpus");
    struct keyring *later = open_fixture("rsa2048-default.p12", "corpus");
    X509 *x = cert_of_key(k, 0);
    uint8_t em[256], c[1024], first[32], again[32], last[32] = {0}, good[32];
    for (int fault = 0; fault < 7; fault++) {
        memset(em, 0x55, sizeof em);
        em[0] = 0;
        em[1] = 2;
        em[256 - 33] = 0;
        if (fault == 1)
            em[1] = 1;
        else if (fault == 2)
            em[100] = 0; /* the separator is too early: another length of key */
        else if (fault == 3)
            em[256 - 33] = 0x55; /* no separator */
        else if (fault == 4)
            em[2] = 0; /* inside the eight bytes that must not be zero */
        else if (fault == 5)
            em[256 - 33] = 0x55, em[256 - 32] = 0; /* a key of 31 bytes */
        else if (fault == 6)
            em[256 - 33] = 0x55, em[256 - 17] = 0; /* a key of 16 bytes */
        size_t n = rsa_encrypt(x, RSA_NO_PADDING, em, 256, c);
        assert_int_equal(unwrap32(k, c, n, first), KEYRING_OK);
        assert_int_equal(unwrap32(later, c, n, again), KEYRING_OK);
        assert_memory_equal(first, again, 32);
        if (fault == 0) {
            memset(good, 0x55, 32);
            assert_memory_equal(first, good, 32);
        } else {
            assert_memory_not_equal(first, em + 256 - 32, 32);
            assert_memory_not_equal(first, last, 32);
        }
        memcpy(last, first, 32);
    }
    X509_free(x);
    keyring_free(k);
    keyring_free(later);
}

static void unwrap_refuses_other_uses(void **state)
{
    static const uint8_t sha256_rsa[] = {0x30, 13,   6, 9, 0x2a, 0x86, 0x48, 0x86,
                                         0xf7, 0x0d, 1, 1, 11,   5,    0};
    (void) state;
    struct keyring *rsa = open_fixture("rsa2048-default.p12", "corpus");
    struct keyring *ec = open_fixture("key-p256.p12", "corpus");
    uint8_t c[256] = {0}, *out = NULL;
    size_t n = 0;
    assert_int_equal(keyring_unwrap(rsa, 0, sha256_rsa, 15, c, 256, 32, &out, &n), KEYRING_REFUSED);
    assert_int_equal(keyring_unwrap(rsa, 0, rsa_encryption, 15, c, 256, 65, &out, &n),
                     KEYRING_REFUSED);
    assert_int_equal(keyring_unwrap(rsa, 0, rsa_encryption, 15, c, 256, 0, &out, &n),
                     KEYRING_REFUSED);
    assert_int_equal(keyring_unwrap(rsa, 0, rsa_encryption, 14, c, 256, 32, &out, &n),
                     KEYRING_REFUSED);
    assert_int_equal(keyring_unwrap(rsa, 1, rsa_encryption, 15, c, 256, 32, &out, &n),
                     KEYRING_REFUSED);
    assert_int_equal(keyring_unwrap(ec, 0, rsa_encryption, 15, c, 256, 32, &out, &n),
                     KEYRING_REFUSED);
    memset(c, 0xff, sizeof c); /* not below the modulus */
    assert_int_equal(keyring_unwrap(rsa, 0, rsa_encryption, 15, c, 256, 32, &out, &n),
                     KEYRING_FAILED);
    assert_null(out);
    keyring_free(rsa);
    keyring_free(ec);
}

/* --- whole messages made by OpenSSL ----------------------------------------------- */

struct recipient {
    struct der algorithm, originator, ukm, encrypted, iv, content;
    uint8_t spki[512];
    size_t spki_n;
};

static void read_ktri(struct der ri, struct recipient *r)
{
    struct der skip;
    uint8_t tag;
    assert_true(der_expect(&ri, 0x02, &skip) && der_next(&ri, &tag, &skip, NULL));
    assert_true(der_next(&ri, &tag, &skip, &r->algorithm));
    assert_true(der_expect(&ri, DER_OCTET_STRING, &r->encrypted));
}

static void read_kari(struct der ri, struct recipient *r)
{
    struct der skip, originator, key, reks, rek;
    uint8_t tag;
    assert_true(der_expect(&ri, 0x02, &skip) && der_expect(&ri, 0xa0, &originator));
    assert_true(der_expect(&originator, 0xa1, &key));
    r->spki_n = der_put_head(r->spki, DER_SEQUENCE, key.n);
    memcpy(r->spki + r->spki_n, key.p, key.n);
    r->spki_n += key.n;
    if (der_expect(&ri, 0xa1, &skip)) assert_true(der_expect(&skip, DER_OCTET_STRING, &r->ukm));
    assert_true(der_next(&ri, &tag, &skip, &r->algorithm));
    assert_true(der_expect(&ri, DER_SEQUENCE, &reks) && der_expect(&reks, DER_SEQUENCE, &rek));
    assert_true(der_next(&rek, &tag, &skip, NULL));
    assert_true(der_expect(&rek, DER_OCTET_STRING, &r->encrypted));
}

/* Takes an EnvelopedData with one recipient apart. */
static void read_message(struct der in, struct recipient *r)
{
    struct der ci, x, ed, ris, ri, eci, alg;
    uint8_t tag;
    assert_true(der_expect(&in, DER_SEQUENCE, &ci) && der_expect(&ci, DER_OID, &x));
    assert_true(der_expect(&ci, 0xa0, &x) && der_expect(&x, DER_SEQUENCE, &ed));
    assert_true(der_expect(&ed, 0x02, &x) && der_expect(&ed, DER_SET, &ris));
    assert_true(der_next(&ris, &tag, &ri, NULL));
    if (tag == 0xa1)
        read_kari(ri, r);
    else
        read_ktri(ri, r);
    assert_true(der_expect(&ed, DER_SEQUENCE, &eci) && der_expect(&eci, DER_OID, &x));
    assert_true(der_expect(&eci, DER_SEQUENCE, &alg) && der_expect(&alg, DER_OID, &x));
    assert_true(der_expect(&alg, DER_OCTET_STRING, &r->iv) && der_expect(&eci, 0x80, &r->content));
}

enum variant { PLAIN, OAEP, OAEP_LABEL, KDF384 };

static void set_variant(CMS_RecipientInfo *ri, enum variant v)
{
    EVP_PKEY_CTX *c = CMS_RecipientInfo_get0_pkey_ctx(ri);
    if (v == OAEP || v == OAEP_LABEL) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_OAEP_PADDING), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_oaep_md(c, EVP_sha256()), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(c, EVP_sha384()), 1);
    }
    if (v == OAEP_LABEL)
        assert_int_equal(EVP_PKEY_CTX_set0_rsa_oaep_label(c, OPENSSL_memdup("label", 5), 5), 1);
    if (v == KDF384) assert_int_equal(EVP_PKEY_CTX_set_ecdh_kdf_md(c, EVP_sha384()), 1);
}

static size_t make_message(X509 *x, enum variant v, const EVP_CIPHER *cipher, const char *text,
                           uint8_t **out)
{
    BIO *in = BIO_new_mem_buf(text, -1);
    CMS_ContentInfo *cms = CMS_encrypt(NULL, NULL, cipher, CMS_PARTIAL | CMS_BINARY);
    assert_non_null(cms);
    CMS_RecipientInfo *ri = CMS_add1_recipient_cert(cms, x, CMS_KEY_PARAM);
    assert_non_null(ri);
    set_variant(ri, v);
    assert_int_equal(CMS_final(cms, in, NULL, CMS_BINARY), 1);
    int n = i2d_CMS_ContentInfo(cms, out);
    assert_true(n > 0);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    return (size_t) n;
}

static void decrypts_as(const struct recipient *r, const EVP_CIPHER *cipher, const uint8_t *key,
                        const char *text)
{
    uint8_t out[256];
    int a = 0, z = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    assert_true(r->content.n < sizeof out - 32);
    assert_int_equal(EVP_DecryptInit_ex(c, cipher, NULL, key, r->iv.p), 1);
    assert_int_equal(EVP_DecryptUpdate(c, out, &a, r->content.p, (int) r->content.n), 1);
    assert_int_equal(EVP_DecryptFinal_ex(c, out + a, &z), 1);
    assert_int_equal((size_t) (a + z), strlen(text));
    assert_memory_equal(out, text, strlen(text));
    EVP_CIPHER_CTX_free(c);
}

static enum keyring_rc ask(const struct keyring *k, const struct recipient *r, size_t want,
                           uint8_t **key, size_t *n)
{
    if (r->spki_n == 0)
        return keyring_unwrap(k, 0, r->algorithm.p, r->algorithm.n, r->encrypted.p, r->encrypted.n,
                              want, key, n);
    return keyring_derive(k, 0, r->algorithm.p, r->algorithm.n, r->spki, r->spki_n, r->ukm.p,
                          r->ukm.n, r->encrypted.p, r->encrypted.n, key, n);
}

static void opens_what_openssl_seals(void **state)
{
    static const struct {
        const char *file;
        enum variant variant;
        const char *cipher;
        size_t key_n;
    } cases[] = {{"rsa2048-default.p12", PLAIN, "aes-256-cbc", 32},
                 {"rsa2048-default.p12", PLAIN, "des-ede3-cbc", 24},
                 {"rsa2048-default.p12", OAEP, "aes-128-cbc", 16},
                 {"rsa2048-default.p12", OAEP_LABEL, "aes-256-cbc", 32},
                 {"key-rsa1024.p12", PLAIN, "aes-256-cbc", 32},
                 {"key-p256.p12", PLAIN, "aes-256-cbc", 32},
                 {"key-p384.p12", PLAIN, "aes-128-cbc", 16},
                 {"key-p384.p12", KDF384, "aes-256-cbc", 32},
                 {"key-bp256.p12", PLAIN, "aes-192-cbc", 24},
                 {"key-p256.p12", PLAIN, "des-ede3-cbc", 24}};
    const char *text = "Sealed for the one who holds the key, and for nobody else.";
    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct keyring *k = open_fixture(cases[i].file, "corpus");
        X509 *x = cert_of_key(k, 0);
        const EVP_CIPHER *cipher = EVP_get_cipherbyname(cases[i].cipher);
        uint8_t *message = NULL, *key = NULL;
        struct recipient r = {.spki_n = 0};
        size_t key_n = 0, n = make_message(x, cases[i].variant, cipher, text, &message);
        read_message((struct der){message, n}, &r);
        enum keyring_rc rc = ask(k, &r, cases[i].key_n, &key, &key_n);
        if (rc != KEYRING_OK || key_n != cases[i].key_n)
            fail_msg("%s %s variant %d: %s", cases[i].file, cases[i].cipher, cases[i].variant,
                     keyring_word(rc));
        decrypts_as(&r, cipher, key, text);
        keyring_release(key, key_n);
        key = NULL;
        if (cases[i].variant != PLAIN || r.spki_n) { /* an altered one has no implicit answer */
            ((uint8_t *) r.encrypted.p)[3] ^= 1;
            assert_int_equal(ask(k, &r, cases[i].key_n, &key, &key_n), KEYRING_FAILED);
            assert_null(key);
        }
        OPENSSL_free(message);
        X509_free(x);
        keyring_free(k);
    }
}

static void derive_refuses_foreign_points(void **state)
{
    (void) state;
    struct keyring *k = open_fixture("key-p256.p12", "corpus");
    struct keyring *other = open_fixture("key-p384.p12", "corpus");
    X509 *x = cert_of_key(k, 0);
    uint8_t *message = NULL, *key = NULL;
    struct recipient r = {.spki_n = 0};
    size_t key_n = 0, n = make_message(x, PLAIN, EVP_aes_256_cbc(), "text", &message);
    read_message((struct der){message, n}, &r);
    assert_int_equal(ask(other, &r, 32, &key, &key_n), KEYRING_FAILED); /* another curve */
    r.spki[r.spki_n - 1] ^= 1;
    assert_int_equal(ask(k, &r, 32, &key, &key_n), KEYRING_FAILED); /* not on the curve */
    r.spki[r.spki_n - 1] ^= 1;
    for (size_t cut = 0; cut < r.spki_n; cut++) {
        struct recipient s = r;
        s.spki_n = cut;
        if (cut) assert_int_equal(ask(k, &s, 32, &key, &key_n), KEYRING_FAILED);
    }
    assert_null(key);
    OPENSSL_free(message);
    X509_free(x);
    keyring_free(k);
    keyring_free(other);
}

/* --- user keying material: OpenSSL never writes it, so the sender is played here --------- */

static size_t put(uint8_t *out, uint8_t tag, const void *p, size_t n)
{
    uint8_t head[6];
    size_t h = der_put_head(head, tag, n);
    memcpy(out, head, h);
    memcpy(out + h, p, n);
    return h + n;
}

static const uint8_t aes256_wrap[] = {0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 45};
static const uint8_t ecdh_sha256[] = {6, 6, 0x2b, 0x81, 4, 1, 11, 1};

/* The key-encryption key from z, with `ukm` in the shared info (RFC 5753 section 7.2). */
static void sender_kek(const uint8_t *z, size_t z_n, const char *ukm, uint8_t kek[32])
{
    uint8_t body[256], info[256], inner[64], block[512], one[] = {0, 0, 0, 1};
    size_t n = sizeof aes256_wrap, at = 0;
    memcpy(body, aes256_wrap, n);
    n += put(body + n, 0xa0, inner, put(inner, 4, ukm, strlen(ukm)));
    n += put(body + n, 0xa2, inner, put(inner, 4, "\0\0\1\0", 4));
    n = put(info, 0x30, body, n);
    memcpy(block, z, z_n); /* ANSI X9.63: one block of SHA-256(Z || 1 || SharedInfo) */
    memcpy(block + (at = z_n), one, 4);
    memcpy(block + at + 4, info, n);
    assert_int_equal(EVP_Digest(block, at + 4 + n, kek, NULL, EVP_sha256(), NULL), 1);
}

static size_t wrap_key(const uint8_t kek[32], const uint8_t *cek, uint8_t *out)
{
    int n = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_256_wrap(), NULL, kek, NULL), 1);
    assert_int_equal(EVP_EncryptUpdate(c, out, &n, cek, 32), 1);
    EVP_CIPHER_CTX_free(c);
    return (size_t) n;
}

static void derives_with_user_keying_material(void **state)
{
    (void) state;
    struct keyring *k = open_fixture("key-p256.p12", "corpus");
    X509 *x = cert_of_key(k, 0);
    EVP_PKEY *ephemeral = EVP_EC_gen("P-256");
    uint8_t z[64], kek[32], cek[32], wrapped[64], alg[64], *spki = NULL, *key = NULL;
    size_t z_n = sizeof z, key_n = 0;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(ephemeral, NULL);
    assert_int_equal(EVP_PKEY_derive_init(c), 1);
    assert_int_equal(EVP_PKEY_derive_set_peer(c, X509_get0_pubkey(x)), 1);
    assert_int_equal(EVP_PKEY_derive(c, z, &z_n), 1);
    memset(cek, 0x3c, sizeof cek);
    sender_kek(z, z_n, "material", kek);
    size_t wrapped_n = wrap_key(kek, cek, wrapped);
    int spki_n = i2d_PUBKEY(ephemeral, &spki);
    uint8_t inner[64];
    memcpy(inner, ecdh_sha256, sizeof ecdh_sha256);
    memcpy(inner + sizeof ecdh_sha256, aes256_wrap, sizeof aes256_wrap);
    size_t alg_n = put(alg, 0x30, inner, sizeof ecdh_sha256 + sizeof aes256_wrap);
    const struct {
        const char *ukm;
        enum keyring_rc rc;
    } cases[] = {{"material", KEYRING_OK}, {"Material", KEYRING_FAILED}, {NULL, KEYRING_FAILED}};
    for (size_t i = 0; i < 3; i++) {
        const char *ukm = cases[i].ukm;
        assert_int_equal(keyring_derive(k, 0, alg, alg_n, spki, (size_t) spki_n,
                                        (const uint8_t *) ukm, ukm ? strlen(ukm) : 0, wrapped,
                                        wrapped_n, &key, &key_n),
                         cases[i].rc);
    }
    assert_int_equal(key_n, 32);
    assert_memory_equal(key, cek, 32);
    keyring_release(key, key_n);
    OPENSSL_free(spki);
    EVP_PKEY_CTX_free(c);
    EVP_PKEY_free(ephemeral);
    X509_free(x);
    keyring_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unwraps_rsa_v15),
        cmocka_unit_test(bad_padding_tells_nothing),
        cmocka_unit_test(unwrap_refuses_other_uses),
        cmocka_unit_test(opens_what_openssl_seals),
        cmocka_unit_test(derive_refuses_foreign_points),
        cmocka_unit_test(derives_with_user_keying_material),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
