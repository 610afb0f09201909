#include "crypto/seal.h"

#include "base/b64.h"
#include "crypto/cms.h"
#include "tests/unit/test.h"

static const unsigned char key[SEAL_KEY_BYTES] = {1, 2, 3};

static void opens_what_it_sealed(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t blob, again, plain;
    assert_int_equal(seal(key, STR("secret words"), STR("u:bob:1"), a, &blob, NULL), RC_OK);
    assert_int_equal(seal(key, STR("secret words"), STR("u:bob:1"), a, &again, NULL), RC_OK);
    assert_false(str_eq(blob, again)); /* fresh nonce */
    assert_int_equal(str_find(blob, STR("secret")), -1);
    assert_int_equal(unseal(key, blob, STR("u:bob:1"), a, &plain, NULL), RC_OK);
    assert_str(plain, STR("secret words"));
    assert_int_equal(seal(key, STR(""), STR_NULL, a, &blob, NULL), RC_OK);
    assert_int_equal(unseal(key, blob, STR_NULL, a, &plain, NULL), RC_OK);
    assert_int_equal(plain.n, 0);
}

static void refuses_every_changed_byte(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t blob, plain = STR("untouched");
    assert_int_equal(seal(key, STR("x"), STR("place"), a, &blob, NULL), RC_OK);
    for (size_t i = 0; i < blob.n; i++) {
        str_t bad = arena_str(a, blob);
        ((char *) bad.p)[i] ^= 1;
        assert_int_equal(unseal(key, bad, STR("place"), a, &plain, NULL), RC_DAMAGED);
        assert_int_equal(unseal(key, str_sub(blob, 0, i), STR("place"), a, &plain, NULL),
                         RC_DAMAGED);
    }
    assert_int_equal(unseal(key, blob, STR("elsewhere"), a, &plain, NULL), RC_DAMAGED);
    unsigned char other[SEAL_KEY_BYTES] = {9};
    assert_int_equal(unseal(other, blob, STR("place"), a, &plain, NULL), RC_DAMAGED);
    assert_str(plain, STR("untouched"));
}

/* Expected values by Python's hmac module: HKDF-SHA-256, no salt. */
static void derives_by_purpose(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    unsigned char one[32], two[32];
    assert_int_equal(seal_derive(STR("secret"), STR("ab"), STR("c"), one, NULL), RC_OK);
    assert_int_equal(seal_derive(STR("secret"), STR("a"), STR("bc"), two, NULL), RC_OK);
    assert_memory_not_equal(one, two, 32);
    assert_str(hex_encode(a, str_n(one, 32)),
               STR("4b606ea302dca98af357df30d30e524a233b0e4c80bbf9e9d890eedda2d66843"));
    assert_int_equal(seal_derive(STR_NULL, STR("a"), STR("b"), one, NULL), RC_INTERNAL);
}

/* RFC 4231 test case 2 pads a short key with zeros, as HMAC does: here written out to 32 bytes. */
static void makes_macs_and_digests(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    unsigned char jefe[SEAL_KEY_BYTES] = {'J', 'e', 'f', 'e'}, out[64];
    size_t n = 0;
    assert_int_equal(mac(jefe, STR("what do ya want for nothing?"), out, NULL), RC_OK);
    assert_str(hex_encode(a, str_n(out, 32)),
               STR("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    assert_true(mac_equal(str_n(out, 32), str_n(out, 32)));
    assert_false(mac_equal(str_n(out, 32), str_n(out, 31)));
    unsigned char other[32];
    memcpy(other, out, 32);
    other[31] ^= 1;
    assert_false(mac_equal(str_n(out, 32), str_n(other, 32)));
    assert_int_equal(sha256(STR("abc"), out, NULL), RC_OK);
    assert_str(hex_encode(a, str_n(out, 32)),
               STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    assert_int_equal(cms_digest("SHA384", STR_NULL, out, &n, NULL), RC_OK);
    assert_int_equal(n, 48);
    assert_int_equal(cms_digest("md5", STR("abc"), out, &n, NULL), RC_UNSUPPORTED);
}

static void draws_different_numbers(void **state)
{
    (void) state;
    unsigned char one[32] = {0}, two[32] = {0};
    assert_int_equal(random_bytes(one, 32, NULL), RC_OK);
    assert_int_equal(random_bytes(two, 32, NULL), RC_OK);
    assert_memory_not_equal(one, two, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_it_sealed),    cmocka_unit_test(refuses_every_changed_byte),
        cmocka_unit_test(derives_by_purpose),      cmocka_unit_test(makes_macs_and_digests),
        cmocka_unit_test(draws_different_numbers),
    };
    return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
