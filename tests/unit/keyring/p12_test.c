/* Every PKCS#12 file we know: what must open opens, the rest is refused for the right reason. */
#include "tests/unit/keyring/common.h"

struct file {
    const char *name, *passphrase;
    enum keyring_rc rc;
    size_t keys, certs;
};

#define LONG_PASSPHRASE                                                                            \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"             \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"             \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"             \
    "xxxxxxxxxxxxxxx"

static const struct file fixtures[] = {
    {"bad-bitflip.p12", "corpus", KEYRING_DAMAGED, 0, 0},
    {"bad-empty-file.p12", "corpus", KEYRING_DAMAGED, 0, 0},
    {"bad-truncated.p12", "corpus", KEYRING_DAMAGED, 0, 0},
    {"bad-wrong-passphrase.p12", "not-the-passphrase", KEYRING_WRONG_PASSPHRASE, 0, 0},
    {"cert-expired.p12", "corpus", KEYRING_OK, 1, 3},
    {"cert-multi.p12", "corpus", KEYRING_OK, 1, 3},
    {"cert-noeku.p12", "corpus", KEYRING_OK, 1, 3},
    {"cert-selfsigned.p12", "corpus", KEYRING_OK, 1, 1},
    {"chain-none.p12", "corpus", KEYRING_OK, 1, 1},
    {"key-bp256.p12", "corpus", KEYRING_OK, 1, 3},
    {"key-ed25519.p12", "corpus", KEYRING_OK, 1, 3},
    {"key-p256-legacy.p12", "corpus", KEYRING_OK, 1, 3},
    {"key-p256.p12", "corpus", KEYRING_OK, 1, 3},
    {"key-p384.p12", "corpus", KEYRING_OK, 1, 3},
    {"key-rsa1024.p12", "corpus", KEYRING_OK, 1, 3},
    {"key-rsa3072.p12", "corpus", KEYRING_OK, 1, 3},
    {"key-rsa4096.p12", "corpus", KEYRING_OK, 1, 3},
    {"key-rsapss.p12", "corpus", KEYRING_OK, 1, 3},
    {"multi-sign-enc.p12", "corpus", KEYRING_OK, 2, 4},
    {"name-utf8.p12", "corpus", KEYRING_OK, 1, 3},
    {"no-key.p12", "corpus", KEYRING_EMPTY, 0, 0},
    {"nss-default.p12", "nss-Pass", KEYRING_OK, 1, 3},
    {"nss-empty.p12", "", KEYRING_OK, 1, 3},
    {"pw-astral.p12",
     "key\xf0\x9f\x94\x91"
     "end",
     KEYRING_OK, 1, 3},
    {"pw-cyrillic-legacy.p12",
     "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"
     "123",
     KEYRING_OK, 1, 3},
    {"pw-cyrillic.p12",
     "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"
     "123",
     KEYRING_OK, 1, 3},
    {"pw-digits.p12", "0000", KEYRING_OK, 1, 3},
    {"pw-empty-legacy.p12", "", KEYRING_OK, 1, 3},
    {"pw-empty.p12", "", KEYRING_OK, 1, 3},
    {"pw-latin1.p12",
     "Z\xc3\xbcrich-Stra\xc3\x9f"
     "e-\xc3\xa9",
     KEYRING_OK, 1, 3},
    {"pw-long.p12", LONG_PASSPHRASE, KEYRING_OK, 1, 3},
    {"pw-spaces.p12", "  lead and trail  ", KEYRING_OK, 1, 3},
    {"rsa2048-3des.p12", "corpus", KEYRING_OK, 1, 3},
    {"rsa2048-aes128.p12", "corpus", KEYRING_OK, 1, 3},
    {"rsa2048-all-clear.p12", "corpus", KEYRING_OK, 1, 3},
    {"rsa2048-default.p12", "corpus", KEYRING_OK, 1, 3},
    {"rsa2048-iter1.p12", "corpus", KEYRING_OK, 1, 3},
    {"rsa2048-legacy.p12", "corpus", KEYRING_OK, 1, 3},
    {"rsa2048-mac-sha1.p12", "corpus", KEYRING_OK, 1, 3},
    {"rsa2048-mac-sha512.p12", "corpus", KEYRING_OK, 1, 3},
    {"rsa2048-nomac.p12", "corpus", KEYRING_OK, 1, 3},
    {"rsa2048-rc2-40-both.p12", "corpus", KEYRING_OK, 1, 3},
};

/* Not ours to copy; read from the corpus where it is there. */
static const struct file corpus[] = {
    {"keys/rfc9216/alice.p12", "alice", KEYRING_OK, 2, 3},
    {"keys/rfc9216/bob.p12", "bob", KEYRING_OK, 2, 3},
    {"keys/rfc9216/carlos.p12", "carlos", KEYRING_OK, 2, 3},
    {"keys/rfc9216/dana.p12", "dana", KEYRING_OK, 2, 3},
    {"p12/mimekit/nochain-smime.pfx", "no.secret", KEYRING_OK, 1, 1},
    {"p12/mimekit/rsa-smime.pfx", "no.secret", KEYRING_OK, 1, 4},
    {"p12/mimekit/smime-certificate-authority.pfx", "no.secret", KEYRING_OK, 1, 1},
    {"p12/nss/pbmac1-invalid-no-length.p12", "1234", KEYRING_DAMAGED, 0, 0},
    {"p12/nss/pbmac1-valid-sha256-sha512.p12", "1234", KEYRING_OK, 1, 1},
    {"p12/nss/pbmac1-valid-sha256.p12", "1234", KEYRING_OK, 1, 1},
    {"p12/openssl/bad1.p12", "", KEYRING_DAMAGED, 0, 0},
    {"p12/openssl/bad3.p12", "", KEYRING_DAMAGED, 0, 0},
    {"p12/openssl/test-BER.p12", "12345", KEYRING_OK, 1, 3},
    {"p12/openssl/v3-certs-TDES.p12", "v3-certs", KEYRING_EMPTY, 0, 0},
    {"smime/nss-interop/Fran-ec.p12", "nss", KEYRING_OK, 1, 1},
    {"smime/nss-interop/Fran.p12", "nss", KEYRING_OK, 1, 1},
    {"smime/thunderbird/Alice-ec.p12", "nss", KEYRING_OK, 1, 2},
    {"smime/thunderbird/Alice.p12", "nss", KEYRING_OK, 1, 2},
    {"smime/thunderbird/Bob.p12", "nss", KEYRING_OK, 1, 2},
    {"smime/thunderbird/Dave.p12", "nss", KEYRING_OK, 1, 2},
    {"smime/thunderbird/Eve.p12", "nss", KEYRING_OK, 1, 2},
    {"smime/thunderbird/Fran-ec.p12", "nss", KEYRING_OK, 1, 1},
    {"smime/thunderbird/Fran.p12", "nss", KEYRING_OK, 1, 1},
};

static void check(const struct file *f, const char *path)
{
    struct keyring *k = new_keyring();
    enum keyring_rc rc = open_path(k, path, f->passphrase);
    if (rc != f->rc)
        fail_msg("%s: %s instead of %s", f->name, keyring_word(rc), keyring_word(f->rc));
    if (keyring_key_count(k) != f->keys || keyring_cert_count(k) != f->certs)
        fail_msg("%s: %zu keys and %zu certificates instead of %zu and %zu", f->name,
                 keyring_key_count(k), keyring_cert_count(k), f->keys, f->certs);
    for (size_t i = 0; i < f->keys; i++) {
        unsigned bits = 0;
        if (keyring_key_cert(k, i) < 0) fail_msg("%s: key %zu has no certificate", f->name, i);
        assert_string_not_equal(keyring_key_type(k, i, &bits), "unknown");
        assert_true(bits >= 250);
        assert_true(keyring_cert_key(k, (size_t) keyring_key_cert(k, i)) >= 0);
    }
    keyring_free(k);
}

static void opens_fixtures(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof fixtures / sizeof *fixtures; i++) {
        char path[256];
        snprintf(path, sizeof path, FIXTURES "%s", fixtures[i].name);
        check(&fixtures[i], path);
    }
}

static void opens_corpus(void **state)
{
    (void) state;
    const char *root = getenv("WAXSEAL_CORPUS");
    char path[512];
    size_t there = 0;
    for (size_t i = 0; i < sizeof corpus / sizeof *corpus; i++) {
        snprintf(path, sizeof path, "%s/%s", root ? root : "../shared/corpus", corpus[i].name);
        FILE *f = fopen(path, "rb");
        if (!f) continue;
        fclose(f);
        there++;
        check(&corpus[i], path);
    }
    if (there == 0) {
        print_message("# SKIP: no corpus in ../shared/corpus or $WAXSEAL_CORPUS\n");
        skip();
    }
    assert_int_equal(there, sizeof corpus / sizeof *corpus);
}

static void every_other_passphrase_is_wrong(void **state)
{
    static const char *const wrong[] = {"", "Corpus", "corpus ", "corpu", "\xc3\xbc", "\xff"};
    (void) state;
    for (size_t i = 0; i < sizeof fixtures / sizeof *fixtures; i++)
        for (size_t j = 0; j < sizeof wrong / sizeof *wrong; j++) {
            const struct file *f = &fixtures[i];
            char path[256];
            if (f->rc != KEYRING_OK || strcmp(f->passphrase, wrong[j]) == 0 ||
                strcmp(f->name, "nss-default.p12") == 0 || strcmp(f->name, "nss-empty.p12") == 0)
                continue; /* NSS: 600,000 iterations each */
            snprintf(path, sizeof path, FIXTURES "%s", f->name);
            struct keyring *k = new_keyring();
            enum keyring_rc rc = open_path(k, path, wrong[j]);
            if (rc != KEYRING_WRONG_PASSPHRASE)
                fail_msg("%s with wrong passphrase %zu: %s", f->name, j, keyring_word(rc));
            assert_int_equal(keyring_key_count(k) + keyring_cert_count(k), 0);
            keyring_free(k);
        }
}

static void every_truncation_is_refused(void **state)
{
    (void) state;
    size_t n = 0;
    uint8_t *p = read_file(FIXTURES "key-p256.p12", &n);
    assert_non_null(p);
    for (size_t cut = 0; cut < n; cut++) {
        struct keyring *k = new_keyring();
        uint8_t *part = malloc(cut ? cut : 1); /* exact size, so that an over-read is seen */
        assert_non_null(part);
        memcpy(part, p, cut);
        assert_int_equal(keyring_open(k, part, cut, "corpus", 6), KEYRING_DAMAGED);
        free(part);
        keyring_free(k);
    }
    free(p);
}

/* Without a MAC a changed key would go unnoticed: it must fit its certificate. */
static void altered_file_without_mac_is_refused(void **state)
{
    (void) state;
    size_t n = 0, opened = 0;
    uint8_t *p = read_file(FIXTURES "rsa2048-nomac.p12", &n);
    assert_non_null(p);
    /* the end of the file: the encrypted key, then 76 bytes of names */
    for (size_t at = n - 600; at < n - 80; at += 37) {
        struct keyring *k = new_keyring();
        p[at] ^= 0x40;
        opened += keyring_open(k, p, n, "corpus", 6) == KEYRING_OK;
        p[at] ^= 0x40;
        keyring_free(k);
    }
    assert_int_equal(opened, 0);
    free(p);
}

static void several_files_add_up(void **state)
{
    (void) state;
    struct keyring *k = open_fixture("multi-sign-enc.p12", "corpus");
    size_t certs = keyring_cert_count(k);
    assert_int_equal(open_path(k, FIXTURES "multi-sign-enc.p12", "corpus"), KEYRING_OK);
    assert_int_equal(keyring_key_count(k), 2);
    assert_int_equal(keyring_cert_count(k), certs);
    assert_int_equal(open_path(k, FIXTURES "key-p384.p12", "corpus"), KEYRING_OK);
    assert_int_equal(keyring_key_count(k), 3);
    /* a failed one adds nothing */
    assert_int_equal(open_path(k, FIXTURES "key-p256.p12", "wrong"), KEYRING_WRONG_PASSPHRASE);
    assert_int_equal(keyring_key_count(k), 3);
    assert_int_not_equal(keyring_key_cert(k, 0), keyring_key_cert(k, 1));
    keyring_free(k);
}

static void friendly_name_is_utf8(void **state)
{
    (void) state;
    struct keyring *k = open_fixture("name-utf8.p12", "corpus");
    const char *name = keyring_key_name(k, 0);
    assert_non_null(name);
    int high = 0;
    for (const char *c = name; *c; c++)
        high += (unsigned char) *c >= 0x80;
    assert_true(high >= 2);
    keyring_free(k);
}

static void absurd_iteration_count_is_refused(void **state)
{
    static const uint8_t count[] = {0x02, 0x02, 0x08, 0x00}; /* INTEGER 2048: the MAC's is last */
    (void) state;
    size_t n = 0;
    uint8_t *p = read_file(FIXTURES "key-p256.p12", &n);
    assert_non_null(p);
    assert_memory_equal(p + n - sizeof count, count, sizeof count);
    /* The salt's last two bytes make room for a longer count: 0x7fffffff. */
    uint8_t *salt = p + n - sizeof count - 10;
    assert_int_equal(salt[0], 0x04);
    assert_int_equal(salt[1], 8);
    salt[1] = 6;
    memcpy(p + n - 6, (const uint8_t[]){0x02, 0x04, 0x7f, 0xff, 0xff, 0xff}, 6);
    struct keyring *k = new_keyring();
    assert_int_equal(keyring_open(k, p, n, "corpus", 6), KEYRING_UNSUPPORTED);
    keyring_free(k);
    free(p);
}

static void rewrapped_file_is_strong_and_whole(void **state)
{
    static const struct {
        const char *name, *pass, *again;
    } cases[] = {{"rsa2048-legacy.p12", "corpus", "a new \xc3\xbc passphrase"},
                 {"multi-sign-enc.p12", "corpus", "x"},
                 {"name-utf8.p12", "corpus", "key\xf0\x9f\x94\x91"},
                 {"key-ed25519.p12", "corpus", "corpus"}};
    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct keyring *a = open_fixture(cases[i].name, cases[i].pass), *b = new_keyring();
        uint8_t *out = NULL;
        size_t n = 0, pass_n = strlen(cases[i].again);
        assert_int_equal(keyring_rewrap(a, cases[i].again, pass_n, 600000, &out, &n), KEYRING_OK);
        assert_int_equal(keyring_is_strong(out, n, 600000), KEYRING_OK);
        assert_int_equal(keyring_is_strong(out, n, 600001), KEYRING_REFUSED);
        assert_int_equal(keyring_open(b, out, n, cases[i].again, pass_n), KEYRING_OK);
        assert_int_equal(keyring_key_count(a), keyring_key_count(b));
        assert_int_equal(keyring_cert_count(a), keyring_cert_count(b));
        for (size_t j = 0; j < keyring_key_count(a); j++) {
            size_t x, y;
            const uint8_t *p = keyring_cert(a, (size_t) keyring_key_cert(a, j), &x);
            const uint8_t *q = keyring_cert(b, (size_t) keyring_key_cert(b, j), &y);
            assert_int_equal(x, y);
            assert_memory_equal(p, q, x);
            const char *name = keyring_key_name(a, j), *copy = keyring_key_name(b, j);
            assert_true(!name == !copy && (!name || strcmp(name, copy) == 0));
        }
        keyring_release(out, n);
        keyring_free(a);
        keyring_free(b);
    }
}

static void rewrap_refuses_weak_wishes(void **state)
{
    (void) state;
    struct keyring *k = open_fixture("key-p256.p12", "corpus"), *none = new_keyring();
    uint8_t *out = NULL;
    size_t n = 0;
    assert_int_equal(keyring_rewrap(k, "pass", 4, 599999, &out, &n), KEYRING_REFUSED);
    assert_int_equal(keyring_rewrap(k, "", 0, 600000, &out, &n), KEYRING_REFUSED);
    assert_int_equal(keyring_rewrap(k, "\xff", 1, 600000, &out, &n), KEYRING_REFUSED);
    assert_int_equal(keyring_rewrap(none, "pass", 4, 600000, &out, &n), KEYRING_EMPTY);
    assert_null(out);
    keyring_free(k);
    keyring_free(none);
}

static void weak_files_are_recognised(void **state)
{
    static const struct {
        const char *name;
        uint32_t min;
        enum keyring_rc rc;
    } cases[] = {{"rsa2048-default.p12", 2048, KEYRING_OK},
                 {"rsa2048-default.p12", 600000, KEYRING_REFUSED},
                 {"rsa2048-iter1.p12", 2, KEYRING_REFUSED},
                 {"rsa2048-aes128.p12", 1, KEYRING_REFUSED},
                 {"rsa2048-legacy.p12", 1, KEYRING_REFUSED},
                 {"rsa2048-3des.p12", 1, KEYRING_REFUSED},
                 {"rsa2048-all-clear.p12", 1, KEYRING_REFUSED},
                 {"rsa2048-nomac.p12", 1, KEYRING_REFUSED},
                 {"rsa2048-mac-sha1.p12", 1, KEYRING_REFUSED},
                 {"rsa2048-mac-sha512.p12", 1000, KEYRING_OK},
                 {"bad-truncated.p12", 1, KEYRING_DAMAGED},
                 {"bad-empty-file.p12", 1, KEYRING_DAMAGED}};
    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[256];
        size_t n = 0;
        snprintf(path, sizeof path, FIXTURES "%s", cases[i].name);
        uint8_t *p = read_file(path, &n);
        assert_non_null(p);
        enum keyring_rc rc = keyring_is_strong(p, n, cases[i].min);
        if (rc != cases[i].rc) fail_msg("%s: %s", cases[i].name, keyring_word(rc));
        free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_fixtures),
        cmocka_unit_test(opens_corpus),
        cmocka_unit_test(every_other_passphrase_is_wrong),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(altered_file_without_mac_is_refused),
        cmocka_unit_test(several_files_add_up),
        cmocka_unit_test(friendly_name_is_utf8),
        cmocka_unit_test(absurd_iteration_count_is_refused),
        cmocka_unit_test(rewrapped_file_is_strong_and_whole),
        cmocka_unit_test(rewrap_refuses_weak_wishes),
        cmocka_unit_test(weak_files_are_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
