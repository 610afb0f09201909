/* What is sealed here is opened here while it arrives, and nothing else is. */
#include "crypto/cms.h"

#include <stdlib.h>

#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

static const char KEY[32] = "a content key of 32 bytes, fixed";

static rc_t take(void *ctx, str_t bytes, struct err *e)
{
    return buf_str(ctx, bytes) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

/* In pieces of `cut` bytes. */
static rc_t open_in(str_t der, str_t key, size_t cut, struct buf *plain)
{
    struct cms_opening *o = NULL;
    const struct flow_sink sink = {take, plain};
    rc_t rc = cms_opening_new(key, &sink, &o, NULL);
    while (rc == RC_OK && der.n > 0) {
        size_t n = cut < der.n ? cut : der.n;
        rc = cms_opening_feed(o, str_sub(der, 0, n), NULL);
        der = str_sub(der, n, der.n);
    }
    if (rc == RC_OK) rc = cms_opening_end(o, NULL);
    cms_opening_free(o);
    return rc;
}

static void put_sample(struct buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_char(out, (char) ('A' + i * 7 % 57));
}

static void seal(const struct pki *p, str_t text, enum cms_cipher cipher, struct buf *out)
{
    struct cert *to[] = {p->cert};
    buf_clear(out);
    assert_int_equal(cms_encrypt(text, to, 1, cipher, str_n(KEY, 32), NULL, out, NULL), RC_OK);
}

static void opens_however_it_is_cut(void **state)
{
    static const size_t sizes[] = {0, 1, 100, 65535, 65536, 65537, 300000};
    static const size_t cuts[] = {1, 7, 1000, 65536, SIZE_MAX};
    struct pki p = PKI(.key = "rsa2048");
    (void) state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        CLEANUP_BUF struct buf text = BUF_INIT(1u << 20), der = BUF_INIT(1u << 20);
        CLEANUP_BUF struct buf plain = BUF_INIT_SECRET(1u << 20);
        put_sample(&text, sizes[i]);
        seal(&p, buf_view(&text), CMS_AES_256_GCM, &der);
        for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
            buf_clear(&plain);
            assert_int_equal(open_in(buf_view(&der), str_n(KEY, 32), cuts[k], &plain), RC_OK);
            assert_str(buf_view(&plain), buf_view(&text));
        }
    }
    pki_free(&p);
}

/* Every byte that is changed from the cipher's name on, every byte that is missing or too many.
 * What stands before is for who has a private key: who opens by the content key does not look at
 * it. */
static void notices_every_change(void **state)
{
    CLEANUP_BUF struct buf der = BUF_INIT(1u << 16), plain = BUF_INIT_SECRET(1u << 16);
    struct pki p = PKI(.key = "P-256");
    (void) state;
    seal(&p, STR("what was written"), CMS_AES_256_GCM, &der);
    const str_t data = STR("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01");
    ptrdiff_t type = str_find(buf_view(&der), data);
    assert_in_range(type, 100, der.n);
    for (size_t i = 0; i < der.n; i++) {
        buf_clear(&plain);
        der.p[i] ^= 1;
        rc_t rc = open_in(buf_view(&der), str_n(KEY, 32), SIZE_MAX, &plain);
        der.p[i] ^= 1;
        if (i >= (size_t) type + data.n) assert_int_equal(rc, RC_DECRYPT_FAILED);
        if (rc == RC_OK) assert_str(buf_view(&plain), STR("what was written"));
        assert_int_equal(open_in(str_sub(buf_view(&der), 0, i), str_n(KEY, 32), 9, &plain),
                         RC_DECRYPT_FAILED);
    }
    buf_char(&der, 0);
    assert_int_equal(open_in(buf_view(&der), str_n(KEY, 32), SIZE_MAX, &plain), RC_DECRYPT_FAILED);
    pki_free(&p);
}

static void opens_nothing_else(void **state)
{
    CLEANUP_BUF struct buf der = BUF_INIT(1u << 16), plain = BUF_INIT_SECRET(1u << 16);
    struct pki p = PKI(.key = "P-256");
    char other[32] = {1};
    (void) state;
    seal(&p, STR("text"), CMS_AES_256_CBC, &der); /* nothing vouches for that */
    assert_int_equal(open_in(buf_view(&der), str_n(KEY, 32), SIZE_MAX, &plain), RC_DECRYPT_FAILED);
    seal(&p, STR("text"), CMS_AES_256_GCM, &der);
    assert_int_equal(open_in(buf_view(&der), str_n(other, 32), 5, &plain), RC_DECRYPT_FAILED);
    assert_int_equal(open_in(buf_view(&der), str_n(KEY, 16), 5, &plain), RC_DECRYPT_FAILED);
    assert_int_equal(open_in(STR(""), str_n(KEY, 32), 5, &plain), RC_DECRYPT_FAILED);
    assert_int_equal(open_in(STR("no such thing"), str_n(KEY, 32), 5, &plain), RC_DECRYPT_FAILED);
    assert_int_equal(open_in(STR("\x30\x84\xff\xff\xff\xff"), str_n(KEY, 32), 1, &plain),
                     RC_DECRYPT_FAILED);
    pki_free(&p);
}

/* Made twice it is the same, and a reader of it finds what cms_sealed_read says. */
static void seals_the_same_twice(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new(1u << 20);
    CLEANUP_BUF struct buf one = BUF_INIT(1u << 20), two = BUF_INIT(1u << 20);
    struct pki p[] = {PKI(.key = "rsa2048"), PKI(.key = "P-384")};
    struct cert *to[] = {p[0].cert, p[1].cert};
    const str_t text = STR("What is sealed, and poured as often as it is wanted.");
    const struct flow in = flow_of_str(&text);
    struct cms_sealed *s = NULL;
    struct cms_envelope said, read;
    (void) state;
    for (int gcm = 0; gcm < 2; gcm++) {
        assert_int_equal(
            cms_seal(&in, to, 2, gcm ? CMS_AES_256_GCM : CMS_AES_256_CBC, STR_NULL, NULL, &s, NULL),
            RC_OK);
        const struct flow out = cms_sealed_flow(s);
        buf_clear(&one);
        buf_clear(&two);
        assert_int_equal(flow_collect(&out, &one, NULL), RC_OK);
        assert_int_equal(flow_collect(&out, &two, NULL), RC_OK);
        assert_true(str_eq(buf_view(&one), buf_view(&two)));
        assert_int_equal(cms_sealed_read(s, a, &said, NULL), RC_OK);
        assert_int_equal(cms_envelope_read(buf_view(&one), a, &read, NULL), RC_OK);
        assert_int_equal(said.count, 2);
        assert_int_equal(read.count, 2);
        assert_int_equal(said.type, read.type);
        assert_int_equal(said.authenticated, gcm);
        assert_int_equal(read.authenticated, gcm);
        assert_int_equal(said.key_bytes, read.key_bytes);
        cms_sealed_free(s);
    }
    pki_free(&p[0]);
    pki_free(&p[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_however_it_is_cut),
        cmocka_unit_test(notices_every_change),
        cmocka_unit_test(opens_nothing_else),
        cmocka_unit_test(seals_the_same_twice),
    };
    return cmocka_run_group_tests_name("cms_opening", tests, NULL, NULL);
}
