/* Keys made here, their requests, the certificates that arrive for them, and copies. */
#include "tests/unit/keyring/common.h"

#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <stdbool.h>

static const char PASS[] = "a passphrase for tests";
static const char NAME[] = "Zo\xc3\xab Tester", ADDRESS[] = "zoe@zoo.example";
static const char *const KINDS[] = {"p256", "p384", "rsa3072"};

struct bytes {
    uint8_t *p;
    size_t n;
};

static struct keyring *made(const char *kind)
{
    struct keyring *k = new_keyring();
    assert_int_equal(keyring_make(k, kind), KEYRING_OK);
    return k;
}

static struct bytes request_of(const struct keyring *k)
{
    struct bytes r = {NULL, 0};
    assert_int_equal(
        keyring_request(k, 0, NAME, strlen(NAME), ADDRESS, strlen(ADDRESS), &r.p, &r.n),
        KEYRING_OK);
    return r;
}

static X509_REQ *read_request(struct bytes r)
{
    const uint8_t *p = r.p;
    X509_REQ *q = d2i_X509_REQ(NULL, &p, (long) r.n);
    assert_non_null(q);
    assert_ptr_equal(p, r.p + r.n);
    return q;
}

/* An authority of two steps, made for one test. Test keys. */
struct authority {
    EVP_PKEY *key;
    X509 *root, *middle;
};

static X509 *issue(struct authority *ca, EVP_PKEY *pub, const char *subject, const char *issuer,
                   const X509_REQ *q, long serial)
{
    X509 *x = X509_new();
    X509_NAME *name = X509_NAME_new();
    assert_non_null(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *) subject, -1, -1, 0);
    X509_set_subject_name(x, name);
    X509_NAME_free(name);
    name = X509_NAME_new();
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *) issuer, -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509_NAME_free(name);
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_set_pubkey(x, pub);
    STACK_OF(X509_EXTENSION) *wanted = q ? X509_REQ_get_extensions((X509_REQ *) q) : NULL;
    for (int i = 0; i < sk_X509_EXTENSION_num(wanted); i++)
        X509_add_ext(x, sk_X509_EXTENSION_value(wanted, i), -1);
    sk_X509_EXTENSION_pop_free(wanted, X509_EXTENSION_free);
    assert_true(X509_sign(x, ca->key, EVP_sha256()) > 0);
    return x;
}

static struct authority new_authority(void)
{
    struct authority ca = {.key = EVP_EC_gen("P-256")};
    assert_non_null(ca.key);
    ca.root = issue(&ca, ca.key, "Test root", "Test root", NULL, 1);
    ca.middle = issue(&ca, ca.key, "Test middle", "Test root", NULL, 2);
    return ca;
}

static void free_authority(struct authority *ca)
{
    EVP_PKEY_free(ca->key);
    X509_free(ca->root);
    X509_free(ca->middle);
}

static X509 *answer(struct authority *ca, struct bytes request, long serial)
{
    X509_REQ *q = read_request(request);
    EVP_PKEY *pub = X509_REQ_get_pubkey(q);
    assert_int_equal(X509_REQ_verify(q, pub), 1);
    X509 *x = issue(ca, pub, NAME, "Test middle", q, serial);
    EVP_PKEY_free(pub);
    X509_REQ_free(q);
    return x;
}

static struct bytes der_of(X509 *x)
{
    struct bytes b = {NULL, 0};
    b.n = (size_t) i2d_X509(x, &b.p);
    return b;
}

static struct bytes drain(BIO *bio)
{
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    struct bytes b = {malloc((size_t) n + 1), (size_t) n};
    memcpy(b.p, p, b.n);
    BIO_free(bio);
    return b;
}

static PKCS7 *certs_only(struct authority *ca, X509 *leaf)
{
    PKCS7 *p7 = PKCS7_new();
    assert_int_equal(PKCS7_set_type(p7, NID_pkcs7_signed), 1);
    assert_int_equal(PKCS7_content_new(p7, NID_pkcs7_data), 1);
    PKCS7_add_certificate(p7, ca->root); /* the leaf last: order must not matter */
    PKCS7_add_certificate(p7, ca->middle);
    PKCS7_add_certificate(p7, leaf);
    return p7;
}

static bool main_cert_is(const struct keyring *k, size_t key, X509 *x)
{
    if (keyring_key_cert(k, key) < 0) return false;
    X509 *have = cert_of_key(k, key);
    bool same = X509_cmp(have, x) == 0;
    X509_free(have);
    return same;
}

/* --- making and asking ------------------------------------------------------------ */

static void test_request_asks_for_exactly_this(void **state)
{
    (void) state;
    for (size_t i = 0; i < 3; i++) {
        struct keyring *k = made(KINDS[i]);
        struct bytes r = request_of(k);
        X509_REQ *q = read_request(r);
        EVP_PKEY *pub = X509_REQ_get_pubkey(q);
        assert_int_equal(X509_REQ_verify(q, pub), 1);
        assert_int_equal(X509_REQ_get_version(q), 0);
        X509_NAME *subject = X509_REQ_get_subject_name(q);
        assert_int_equal(X509_NAME_entry_count(subject), 1);
        char cn[80];
        assert_true(X509_NAME_get_text_by_NID(subject, NID_commonName, cn, sizeof cn) > 0);
        assert_string_equal(cn, NAME);
        STACK_OF(X509_EXTENSION) *ext = X509_REQ_get_extensions(q);
        assert_int_equal(sk_X509_EXTENSION_num(ext), 3);
        int critical;
        GENERAL_NAMES *san = X509V3_get_d2i(ext, NID_subject_alt_name, &critical, NULL);
        assert_int_equal(sk_GENERAL_NAME_num(san), 1);
        GENERAL_NAME *one = sk_GENERAL_NAME_value(san, 0);
        assert_int_equal(one->type, GEN_EMAIL);
        assert_int_equal(one->d.rfc822Name->length, strlen(ADDRESS));
        assert_memory_equal(one->d.rfc822Name->data, ADDRESS, strlen(ADDRESS));
        ASN1_BIT_STRING *usage = X509V3_get_d2i(ext, NID_key_usage, &critical, NULL);
        assert_int_equal(critical, 1);
        bool rsa = EVP_PKEY_is_a(pub, "RSA");
        for (int bit = 0; bit < 9; bit++)
            assert_int_equal(ASN1_BIT_STRING_get_bit(usage, bit), bit == 0 || bit == (rsa ? 2 : 4));
        EXTENDED_KEY_USAGE *eku = X509V3_get_d2i(ext, NID_ext_key_usage, &critical, NULL);
        assert_int_equal(sk_ASN1_OBJECT_num(eku), 1);
        assert_int_equal(OBJ_obj2nid(sk_ASN1_OBJECT_value(eku, 0)), NID_email_protect);
        assert_int_equal(EVP_PKEY_get_bits(pub), rsa ? 3072 : i == 0 ? 256 : 384);
        sk_ASN1_OBJECT_pop_free(eku, ASN1_OBJECT_free);
        ASN1_BIT_STRING_free(usage);
        sk_GENERAL_NAME_pop_free(san, GENERAL_NAME_free);
        sk_X509_EXTENSION_pop_free(ext, X509_EXTENSION_free);
        EVP_PKEY_free(pub);
        X509_REQ_free(q);
        keyring_release(r.p, r.n);
        keyring_free(k);
    }
}

static void test_two_keys_differ(void **state)
{
    (void) state;
    struct keyring *k = made("p256");
    assert_int_equal(keyring_make(k, "p256"), KEYRING_OK);
    assert_int_equal(keyring_key_count(k), 2);
    keyring_free(k);
}

static void test_refuses_kinds_names_addresses(void **state)
{
    (void) state;
    static const char *const kinds[] = {"", "rsa1024", "rsa2048", "p521", "P256", "ed25519"};
    struct keyring *k = new_keyring();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_int_equal(keyring_make(k, kinds[i]), KEYRING_UNSUPPORTED);
    assert_int_equal(keyring_key_count(k), 0);
    assert_int_equal(keyring_make(k, "p256"), KEYRING_OK);
    char long_name[66], long_address[260];
    memset(long_name, 'n', sizeof long_name);
    memset(long_address, 'a', sizeof long_address);
    memcpy(long_address + 200, "@b", 2);
    const struct {
        const char *name;
        size_t name_n;
        const char *address;
        size_t address_n;
    } bad[] = {
        {"", 0, ADDRESS, 15},           {long_name, 65, ADDRESS, 15},    {"a\nb", 3, ADDRESS, 15},
        {"a\0b", 3, ADDRESS, 15},       {"\xff", 1, ADDRESS, 15},        {NAME, 11, "", 0},
        {NAME, 11, "@zoo.example", 12}, {NAME, 11, "zoe@", 4},           {NAME, 11, "zoe", 3},
        {NAME, 11, "zo e@zoo", 8},      {NAME, 11, "zo\xc3\xab@zoo", 9}, {NAME, 11, "a@b\0c", 5},
        {NAME, 11, long_address, 255}};
    uint8_t *out = NULL;
    size_t n = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(keyring_request(k, 0, bad[i].name, bad[i].name_n, bad[i].address,
                                         bad[i].address_n, &out, &n),
                         KEYRING_REFUSED);
        assert_null(out);
        assert_int_equal(n, 7);
    }
    assert_int_equal(keyring_request(k, 1, NAME, 11, ADDRESS, 15, &out, &n), KEYRING_REFUSED);
    assert_int_equal(keyring_request(k, 0, long_name, 64, long_address, 254, &out, &n), KEYRING_OK);
    keyring_release(out, n);
    keyring_free(k);
    k = open_fixture("key-ed25519.p12", "corpus");
    assert_int_equal(keyring_request(k, 0, NAME, 11, ADDRESS, 15, &out, &n), KEYRING_UNSUPPORTED);
    keyring_free(k);
}

/* --- what arrives ----------------------------------------------------------------- */

static void test_each_kind_takes_its_certificate(void **state)
{
    (void) state;
    struct authority ca = new_authority();
    for (size_t i = 0; i < 3; i++) {
        struct keyring *k = made(KINDS[i]);
        struct bytes r = request_of(k);
        X509 *x = answer(&ca, r, 3);
        struct bytes der = der_of(x);
        assert_int_equal(keyring_key_cert(k, 0), -1);
        assert_int_equal(keyring_take(k, der.p, der.n), KEYRING_OK);
        assert_true(main_cert_is(k, 0, x));
        assert_int_equal(keyring_cert_count(k), 1);
        OPENSSL_free(der.p);
        X509_free(x);
        keyring_release(r.p, r.n);
        keyring_free(k);
    }
    free_authority(&ca);
}

/* Made, kept as a file, opened again, given its certificate, kept again, opened again. */
static void test_from_key_to_certificate(void **state)
{
    (void) state;
    struct authority ca = new_authority();
    struct keyring *k = made("p256"), *again = new_keyring(), *end = new_keyring();
    struct bytes r = request_of(k), file, full;
    assert_int_equal(keyring_rewrap(k, PASS, strlen(PASS), 600000, &file.p, &file.n), KEYRING_OK);
    assert_int_equal(keyring_is_strong(file.p, file.n, 600000), KEYRING_OK);
    assert_int_equal(keyring_open(again, file.p, file.n, "wrong", 5), KEYRING_WRONG_PASSPHRASE);
    assert_int_equal(keyring_open(again, file.p, file.n, PASS, strlen(PASS)), KEYRING_OK);
    assert_int_equal(keyring_key_cert(again, 0), -1);
    X509 *x = answer(&ca, r, 3);
    struct bytes der = der_of(x);
    assert_int_equal(keyring_take(again, der.p, der.n), KEYRING_OK);
    assert_int_equal(keyring_rewrap(again, PASS, strlen(PASS), 600000, &full.p, &full.n),
                     KEYRING_OK);
    assert_int_equal(keyring_open(end, full.p, full.n, PASS, strlen(PASS)), KEYRING_OK);
    assert_true(main_cert_is(end, 0, x));
    OPENSSL_free(der.p);
    X509_free(x);
    keyring_release(r.p, r.n);
    keyring_release(file.p, file.n);
    keyring_release(full.p, full.n);
    keyring_free(k);
    keyring_free(again);
    keyring_free(end);
    free_authority(&ca);
}

static void take_fresh(struct bytes request_key, struct bytes file, X509 *x, size_t certs)
{
    struct keyring *k = new_keyring();
    assert_int_equal(keyring_open(k, request_key.p, request_key.n, PASS, strlen(PASS)), KEYRING_OK);
    assert_int_equal(keyring_take(k, file.p, file.n), KEYRING_OK);
    assert_true(main_cert_is(k, 0, x));
    assert_int_equal(keyring_cert_count(k), certs);
    free(file.p);
    keyring_free(k);
}

static void test_takes_every_form(void **state)
{
    (void) state;
    struct authority ca = new_authority();
    struct keyring *k = made("p256");
    struct bytes r = request_of(k), kept;
    assert_int_equal(keyring_rewrap(k, PASS, strlen(PASS), 600000, &kept.p, &kept.n), KEYRING_OK);
    X509 *x = answer(&ca, r, 3);
    PKCS7 *p7 = certs_only(&ca, x);

    BIO *bio = BIO_new(BIO_s_mem());
    BIO_puts(bio, "Your certificate:\r\n\r\n");
    PEM_write_bio_X509(bio, x);
    take_fresh(kept, drain(bio), x, 1);

    bio = BIO_new(BIO_s_mem()); /* a chain with somebody else's in between */
    PEM_write_bio_X509(bio, ca.root);
    EVP_PKEY *other = EVP_EC_gen("P-256");
    X509 *foreign = issue(&ca, other, "Somebody", "Nobody", NULL, 9);
    PEM_write_bio_X509(bio, foreign);
    PEM_write_bio_X509(bio, ca.middle);
    PEM_write_bio_X509(bio, x);
    take_fresh(kept, drain(bio), x, 3);
    X509_free(foreign);
    EVP_PKEY_free(other);

    bio = BIO_new(BIO_s_mem());
    i2d_PKCS7_bio(bio, p7);
    take_fresh(kept, drain(bio), x, 3);

    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS7(bio, p7);
    take_fresh(kept, drain(bio), x, 3);

    bio = BIO_new(BIO_s_mem()); /* base64 of the PKCS#7, without its lines */
    BIO *b64 = BIO_push(BIO_new(BIO_f_base64()), bio);
    i2d_PKCS7_bio(b64, p7);
    (void) BIO_flush(b64);
    BIO_free(BIO_pop(b64) == bio ? b64 : NULL);
    take_fresh(kept, drain(bio), x, 3);

    PKCS7_free(p7);
    X509_free(x);
    keyring_release(r.p, r.n);
    keyring_release(kept.p, kept.n);
    keyring_free(k);
    free_authority(&ca);
}

static void test_takes_nothing_that_does_not_fit(void **state)
{
    (void) state;
    struct authority ca = new_authority();
    struct keyring *k = made("p256"), *stranger = made("p256");
    struct bytes r = request_of(stranger);
    X509 *x = answer(&ca, r, 3);
    struct bytes der = der_of(x);
    assert_int_equal(keyring_take(k, der.p, der.n), KEYRING_EMPTY);
    for (size_t n = 0; n < der.n; n++) /* cut anywhere */
        assert_int_equal(keyring_take(stranger, der.p, n), KEYRING_DAMAGED);
    static const char *const garbage[] = {
        "hello",
        "0",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        "AAAA",
        "===="};
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++)
        assert_int_equal(keyring_take(k, (const uint8_t *) garbage[i], strlen(garbage[i])),
                         KEYRING_DAMAGED);
    BIO *bio = BIO_new(BIO_s_mem());
    for (int i = 0; i < 65; i++)
        PEM_write_bio_X509(bio, x);
    struct bytes many = drain(bio);
    assert_int_equal(keyring_take(stranger, many.p, many.n), KEYRING_UNSUPPORTED);
    assert_int_equal(keyring_cert_count(k), 0);
    assert_int_equal(keyring_cert_count(stranger), 0);
    free(many.p);
    OPENSSL_free(der.p);
    X509_free(x);
    keyring_release(r.p, r.n);
    keyring_free(k);
    keyring_free(stranger);
    free_authority(&ca);
}

/* A renewed certificate of the same key: it becomes the key's own, the old one stays; taking it a
 * second time changes nothing, and the old one can be chosen again. */
static void test_renewal_of_the_same_key(void **state)
{
    (void) state;
    struct authority ca = new_authority();
    struct keyring *k = made("p256"), *copy = new_keyring();
    struct bytes r = request_of(k), file;
    X509 *old = answer(&ca, r, 3), *new = answer(&ca, r, 4);
    struct bytes a = der_of(old), b = der_of(new);
    assert_int_equal(keyring_take(k, a.p, a.n), KEYRING_OK);
    assert_int_equal(keyring_take(k, b.p, b.n), KEYRING_OK);
    assert_true(main_cert_is(k, 0, new));
    assert_int_equal(keyring_take(k, b.p, b.n), KEYRING_OK);
    assert_int_equal(keyring_cert_count(k), 2);
    assert_true(main_cert_is(k, 0, new));
    assert_int_equal(keyring_rewrap(k, PASS, strlen(PASS), 600000, &file.p, &file.n), KEYRING_OK);
    assert_int_equal(keyring_open(copy, file.p, file.n, PASS, strlen(PASS)), KEYRING_OK);
    assert_true(main_cert_is(copy, 0, new));
    assert_int_equal(keyring_cert_key(copy, 0), 0);
    assert_int_equal(keyring_cert_key(copy, 1), 0);
    assert_int_equal(keyring_take(k, a.p, a.n), KEYRING_OK);
    assert_int_equal(keyring_cert_count(k), 2);
    assert_true(main_cert_is(k, 0, old));
    OPENSSL_free(a.p);
    OPENSSL_free(b.p);
    X509_free(old);
    X509_free(new);
    keyring_release(r.p, r.n);
    keyring_release(file.p, file.n);
    keyring_free(k);
    keyring_free(copy);
    free_authority(&ca);
}

/* --- copies ----------------------------------------------------------------------- */

/* Each kind of key, several keys and certificates, none, names: all come back from the re-wrapping.
 */
static void test_rewrapped_files_are_the_same(void **state)
{
    (void) state;
    static const char *const files[] = {"key-rsapss", "name-utf8", "cert-multi", "multi-sign-enc"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[64];
        struct bytes out;
        snprintf(name, sizeof name, "%s.p12", files[i]);
        struct keyring *k = open_fixture(name, "corpus");
        assert_int_equal(keyring_rewrap(k, PASS, strlen(PASS), 600000, &out.p, &out.n), KEYRING_OK);
        enum keyring_rc rc = keyring_is_copy(k, out.p, out.n, PASS, strlen(PASS));
        if (rc != KEYRING_OK) fail_msg("%s: %s", name, keyring_word(rc));
        keyring_release(out.p, out.n);
        keyring_free(k);
    }
}

static void test_copy_notices_differences(void **state)
{
    (void) state;
    struct keyring *k = open_fixture("key-p256.p12", "corpus"), *more = made("p256");
    struct bytes out;
    assert_int_equal(keyring_rewrap(k, PASS, strlen(PASS), 600000, &out.p, &out.n), KEYRING_OK);
    assert_int_equal(keyring_is_copy(k, out.p, out.n, PASS, strlen(PASS)), KEYRING_OK);
    assert_int_equal(keyring_is_copy(k, out.p, out.n, "other", 5), KEYRING_WRONG_PASSPHRASE);
    assert_int_equal(keyring_is_copy(more, out.p, out.n, PASS, strlen(PASS)), KEYRING_DAMAGED);
    assert_int_equal(keyring_is_copy(k, out.p, out.n / 2, PASS, strlen(PASS)), KEYRING_DAMAGED);
    assert_int_equal(keyring_join(k, more), KEYRING_OK); /* one key more than the file has */
    assert_int_equal(keyring_is_copy(k, out.p, out.n, PASS, strlen(PASS)), KEYRING_DAMAGED);
    keyring_release(out.p, out.n);
    keyring_free(k);
    keyring_free(more);
}

static void test_joined_keys_live_on_their_own(void **state)
{
    (void) state;
    struct keyring *k = open_fixture("key-p256.p12", "corpus"), *from;
    struct bytes out;
    from = open_fixture("multi-sign-enc.p12", "corpus");
    assert_int_equal(keyring_join(k, from), KEYRING_OK);
    assert_int_equal(keyring_key_count(from), 2);
    assert_int_equal(keyring_join(k, from), KEYRING_OK); /* doubles are dropped */
    keyring_free(from);
    assert_int_equal(keyring_key_count(k), 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(keyring_key_cert(k, i) >= 0);
    assert_int_equal(keyring_rewrap(k, PASS, strlen(PASS), 600000, &out.p, &out.n), KEYRING_OK);
    assert_int_equal(keyring_is_copy(k, out.p, out.n, PASS, strlen(PASS)), KEYRING_OK);
    keyring_release(out.p, out.n);
    keyring_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_asks_for_exactly_this),
        cmocka_unit_test(test_two_keys_differ),
        cmocka_unit_test(test_refuses_kinds_names_addresses),
        cmocka_unit_test(test_each_kind_takes_its_certificate),
        cmocka_unit_test(test_from_key_to_certificate),
        cmocka_unit_test(test_takes_every_form),
        cmocka_unit_test(test_takes_nothing_that_does_not_fit),
        cmocka_unit_test(test_renewal_of_the_same_key),
        cmocka_unit_test(test_rewrapped_files_are_the_same),
        cmocka_unit_test(test_copy_notices_differences),
        cmocka_unit_test(test_joined_keys_live_on_their_own),
    };
    return cmocka_run_group_tests_name("keyring/make", tests, NULL, NULL);
}
