/* Digests, and signatures over signed attributes only. */
#include "crypto/keyring/der.h"
#include "tests/unit/keyring/common.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* A SET OF attributes under construction. */
struct set {
    uint8_t b[2048];
    size_t n;
};

static void put_attribute(struct set *s, const uint8_t *oid, size_t oid_n, uint8_t tag,
                          const uint8_t *value, size_t n, int times)
{
    uint8_t v[512], head[6];
    size_t v_n = 0;
    for (int i = 0; i < times; i++) {
        size_t h = der_put_head(head, tag, n);
        memcpy(v + v_n, head, h);
        memcpy(v + v_n + h, value, n);
        v_n += h + n;
    }
    uint8_t set_head[6], oid_head[6];
    size_t sh = der_put_head(set_head, DER_SET, v_n), oh = der_put_head(oid_head, DER_OID, oid_n);
    size_t h = der_put_head(head, DER_SEQUENCE, oh + oid_n + sh + v_n);
    const struct {
        const uint8_t *p;
        size_t n;
    } parts[] = {{head, h}, {oid_head, oh}, {oid, oid_n}, {set_head, sh}, {v, v_n}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        memcpy(s->b + s->n, parts[i].p, parts[i].n);
        s->n += parts[i].n;
    }
}

static size_t close_set(const struct set *s, uint8_t tag, uint8_t *out)
{
    uint8_t head[6];
    size_t h = der_put_head(head, tag, s->n);
    memcpy(out, head, h);
    memcpy(out + h, s->b, s->n);
    return h + s->n;
}

static const uint8_t oid_type[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3};
static const uint8_t oid_digest[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4};
static const uint8_t oid_time[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5};
static const uint8_t oid_counter[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 6};
static const uint8_t data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1};
static const uint8_t enveloped[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3};
static const uint8_t utc[] = "261122010203Z";

static void put_type(struct set *s)
{
    put_attribute(s, oid_type, 9, DER_OID, data, sizeof data, 1);
}

static void put_time(struct set *s)
{
    put_attribute(s, oid_time, 9, 0x17, utc, sizeof utc - 1, 1);
}

static void put_digest(struct set *s, const uint8_t *d, size_t n)
{
    put_attribute(s, oid_digest, 9, DER_OCTET_STRING, d, n, 1);
}

static size_t good_attributes(const uint8_t *digest, size_t n, uint8_t *out)
{
    struct set s = {.n = 0};
    put_type(&s);
    put_time(&s);
    put_digest(&s, digest, n);
    return close_set(&s, DER_SET, out);
}

/* --- digest ----------------------------------------------------------------------- */

static void digest_is_running(void **state)
{
    static const char *const names[] = {"sha256", "sha384", "sha512"};
    (void) state;
    for (size_t i = 0; i < 3; i++) {
        struct keyring_digest *d = NULL;
        uint8_t a[64], b[EVP_MAX_MD_SIZE];
        unsigned n = 0;
        assert_int_equal(keyring_digest_new(names[i], &d), KEYRING_OK);
        keyring_digest_add(d, (const uint8_t *) "Content-", 8);
        keyring_digest_add(d, (const uint8_t *) "", 0);
        keyring_digest_add(d, (const uint8_t *) "Type", 4);
        size_t size = keyring_digest_end(d, a);
        EVP_Digest("Content-Type", 12, b, &n, EVP_get_digestbyname(names[i]), NULL);
        assert_int_equal(size, n);
        assert_memory_equal(a, b, n);
    }
    struct keyring_digest *d = NULL;
    assert_int_equal(keyring_digest_new("sha1", &d), KEYRING_UNSUPPORTED);
    assert_null(d);
}

/* --- sign ------------------------------------------------------------------------- */

static bool verify(X509 *x, const char *hash, int pss, const uint8_t *text, size_t text_n,
                   const uint8_t *sig, size_t sig_n)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pc = NULL;
    const EVP_MD *md = hash ? EVP_get_digestbyname(hash) : NULL;
    assert_int_equal(EVP_DigestVerifyInit(c, &pc, md, NULL, X509_get0_pubkey(x)), 1);
    if (pss) assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING), 1);
    bool ok = EVP_DigestVerify(c, sig, sig_n, text, text_n) == 1;
    EVP_MD_CTX_free(c);
    return ok;
}

static void signs_with_every_key(void **state)
{
    static const struct {
        const char *file, *hash;
        int pss;
        bool pure;
        enum keyring_rc rc;
    } cases[] = {{"rsa2048-default.p12", "sha256", 0, false, KEYRING_OK},
                 {"rsa2048-default.p12", "sha256", 1, false, KEYRING_OK},
                 {"key-rsa4096.p12", "sha512", 0, false, KEYRING_OK},
                 {"key-p256.p12", "sha256", 0, false, KEYRING_OK},
                 {"key-p384.p12", "sha384", 0, false, KEYRING_OK},
                 {"key-bp256.p12", "sha256", 0, false, KEYRING_OK},
                 {"key-ed25519.p12", "sha512", 0, true, KEYRING_OK},
                 {"key-rsapss.p12", "sha256", 1, false, KEYRING_OK},
                 {"key-rsapss.p12", "sha256", 0, false, KEYRING_REFUSED},
                 {"key-rsa1024.p12", "sha256", 0, false, KEYRING_REFUSED}};
    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct keyring *k = open_fixture(cases[i].file, "corpus");
        size_t size = cases[i].hash[3] == '2' ? 32 : cases[i].hash[3] == '3' ? 48 : 64;
        uint8_t digest[64], attributes[512], *sig = NULL;
        size_t sig_n = 0;
        memset(digest, 0xd1, sizeof digest);
        size_t n = good_attributes(digest, size, attributes);
        enum keyring_rc rc = keyring_sign(k, 0, attributes, n, digest, size, cases[i].hash,
                                          cases[i].pss, &sig, &sig_n);
        if (rc != cases[i].rc)
            fail_msg("%s %s: %s", cases[i].file, cases[i].hash, keyring_word(rc));
        if (rc == KEYRING_OK) {
            X509 *x = cert_of_key(k, 0);
            const char *hash = cases[i].pure ? NULL : cases[i].hash;
            assert_true(verify(x, hash, cases[i].pss, attributes, n, sig, sig_n));
            attributes[n - 1] ^= 1;
            assert_false(verify(x, hash, cases[i].pss, attributes, n, sig, sig_n));
            X509_free(x);
            keyring_release(sig, sig_n);
        } else {
            assert_null(sig);
        }
        keyring_free(k);
    }
}

static enum keyring_rc try_sign(const struct keyring *k, const uint8_t *a, size_t n,
                                const uint8_t *digest)
{
    uint8_t *sig = NULL;
    size_t sig_n = 0;
    enum keyring_rc rc = keyring_sign(k, 0, a, n, digest, 32, "sha256", 0, &sig, &sig_n);
    keyring_release(sig, sig_n);
    return rc;
}

enum wrong {
    OTHER_DIGEST,
    NO_DIGEST,
    NO_TYPE,
    TYPE_ENVELOPED,
    TWO_DIGESTS,
    TWO_VALUES,
    OUT_OF_ORDER,
    UNKNOWN_ATTRIBUTE,
    SHORT_DIGEST,
    SEQUENCE_OUTSIDE,
    WRONG_COUNT
};

static size_t wrong_attributes(enum wrong what, const uint8_t *digest, uint8_t *out)
{
    struct set s = {.n = 0};
    uint8_t other[33] = {1};
    if (what == OUT_OF_ORDER) put_digest(&s, digest, 32);
    if (what == TYPE_ENVELOPED)
        put_attribute(&s, oid_type, 9, DER_OID, enveloped, sizeof enveloped, 1);
    else if (what != NO_TYPE)
        put_type(&s);
    put_time(&s);
    if (what == UNKNOWN_ATTRIBUTE) put_attribute(&s, oid_counter, 9, 0x17, utc, sizeof utc - 1, 1);
    if (what == TWO_VALUES)
        put_attribute(&s, oid_digest, 9, DER_OCTET_STRING, digest, 32, 2);
    else if (what == OTHER_DIGEST)
        put_digest(&s, other, 32);
    else if (what == SHORT_DIGEST)
        put_digest(&s, digest, 31);
    else if (what != NO_DIGEST && what != OUT_OF_ORDER)
        put_digest(&s, digest, 32);
    if (what == TWO_DIGESTS) put_digest(&s, digest, 32);
    return close_set(&s, what == SEQUENCE_OUTSIDE ? DER_SEQUENCE : DER_SET, out);
}

static void signs_nothing_else(void **state)
{
    (void) state;
    struct keyring *k = open_fixture("key-p256.p12", "corpus");
    uint8_t digest[32], a[2048], ten[2048];
    memset(digest, 0x77, sizeof digest);
    for (enum wrong w = OTHER_DIGEST; w < WRONG_COUNT; w++) {
        size_t n = wrong_attributes(w, digest, a);
        if (try_sign(k, a, n, digest) != KEYRING_REFUSED)
            fail_msg("wrong attributes %d were signed", (int) w);
    }
    size_t n = good_attributes(digest, 32, a);
    assert_int_equal(try_sign(k, a, n, digest), KEYRING_OK);
    assert_int_equal(try_sign(k, a, n - 1, digest), KEYRING_REFUSED);
    assert_int_equal(try_sign(k, a, n + 1, digest), KEYRING_REFUSED); /* something behind it */
    assert_int_equal(try_sign(k, (const uint8_t *) "Pay 10", 6, digest), KEYRING_REFUSED);
    assert_int_equal(try_sign(k, a, 0, digest), KEYRING_REFUSED);
    /* a length in long form where the short one would do is not DER */
    ten[0] = a[0];
    ten[1] = 0x81;
    memcpy(ten + 2, a + 1, n - 1);
    assert_int_equal(try_sign(k, ten, n + 1, digest), KEYRING_REFUSED);
    keyring_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest_is_running),
        cmocka_unit_test(signs_with_every_key),
        cmocka_unit_test(signs_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
