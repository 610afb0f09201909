/* Opening with a known content key: what must open does, everything else fails in one way and
 * leaves nothing behind. */
#include "crypto/cms.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/mutant.h"
#include "crypto/ber.h"
#include "tests/unit/crypto/der_write.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

static const unsigned char KEY[32] = "test key: never used elsewhere.";

static str_t key(void)
{
    return str_n(KEY, 32);
}

#define OID_AUTH STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17")
#define OID_AES256_GCM STR("\x60\x86\x48\x01\x65\x03\x04\x01\x2e")
#define NONCE STR("nonce of 12b")

struct sealed {
    str_t text, tag;
};

static struct sealed gcm_seal(struct arena *a, str_t plain, str_t associated, int tag_n)
{
    OSSL_OWN(EVP_CIPHER_CTX) c = EVP_CIPHER_CTX_new();
    unsigned char *out = arena_alloc(a, plain.n + 1), *tag = arena_alloc(a, 16);
    int n = 0;
    assert_true(EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, KEY, (unsigned char *) NONCE.p) ==
                1);
    if (associated.n)
        EVP_EncryptUpdate(c, NULL, &n, (unsigned char *) associated.p, (int) associated.n);
    EVP_EncryptUpdate(c, out, &n, (unsigned char *) plain.p, (int) plain.n);
    EVP_EncryptFinal_ex(c, out + n, &n);
    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, tag_n, tag);
    return (struct sealed){str_n(out, plain.n), str_n(tag, (size_t) tag_n)};
}

/* AuthEnvelopedData without recipients: only the content matters here. */
static str_t auth_with(struct arena *a, str_t alg, str_t text, str_t tag, str_t attributes)
{
    str_t info =
        tlv(a, BER_SEQUENCE, JOIN(a, tlv(a, BER_OID, OID_DATA), alg, tlv(a, BER_CONTEXT(0), text)));
    str_t attrs = attributes.n ? tlv(a, BER_CONTEXT_CONS(1), attributes) : STR("");
    str_t data = tlv(
        a, BER_SEQUENCE,
        JOIN(a, STR("\x02\x01\x00"), STR("\x31\x00"), info, attrs, tlv(a, BER_OCTET_STRING, tag)));
    return tlv(a, BER_SEQUENCE,
               JOIN(a, tlv(a, BER_OID, OID_AUTH), tlv(a, BER_CONTEXT_CONS(0), data)));
}

/* icv < 0: absent. */
static str_t auth_enveloped(struct arena *a, struct sealed s, int icv, str_t attributes)
{
    char length = (char) icv;
    str_t icv_der = icv < 0 ? STR("") : tlv(a, BER_INTEGER, str_n(&length, 1));
    str_t params = tlv(a, BER_SEQUENCE, JOIN(a, tlv(a, BER_OCTET_STRING, NONCE), icv_der));
    str_t alg = tlv(a, BER_SEQUENCE, JOIN(a, tlv(a, BER_OID, OID_AES256_GCM), params));
    return auth_with(a, alg, s.text, s.tag, attributes);
}

static rc_t open_der(str_t der, str_t want)
{
    CLEANUP_BUF struct buf out = BUF_INIT_SECRET(1 << 20);
    CLEANUP_BUF struct buf own = BUF_INIT_SECRET(1 << 20);
    str_t plain;
    buf_str(&out, STR("before"));
    rc_t rc = cms_envelope_open(der, key(), &out, NULL);
    if (rc != RC_OK)
        assert_str(buf_view(&out), STR("before"));
    else
        assert_str(str_sub(buf_view(&out), 6, out.n), want);
    buf_str(&own, der);
    rc_t within = cms_envelope_open_within(own.p, own.n, key(), &plain, NULL);
    assert_int_equal(rc, within);
    if (rc == RC_OK) assert_str(plain, want);
    for (size_t i = 0; rc != RC_OK && i < own.n; i++)
        assert_int_equal(own.p[i], 0);
    return rc;
}

/* --- tests ---------------------------------------------------------------------------------------
 */

static void tag_length_is_ours_to_check(void **state)
{
    (void) state;
    static const struct {
        int tag, icv;
        bool ok;
    } rows[] = {{16, 16, true},  {12, 12, true},  {12, -1, true}, {14, 14, true},
                {16, -1, false}, {8, 16, false},  {8, 8, false},  {4, 4, false},
                {12, 16, false}, {16, 12, false}, {1, 1, false}};
    str_t text = STR("Content-Type: text/plain\r\n\r\n4711");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        str_t der =
            auth_enveloped(a, gcm_seal(a, text, STR(""), rows[i].tag), rows[i].icv, STR(""));
        rc_t rc = open_der(der, text);
        if (rc != (rows[i].ok ? RC_OK : RC_DECRYPT_FAILED)) fail_msg("row %zu: %d", i, (int) rc);
    }
}

/* RFC 8103: the nonce is the parameter, the tag always has 16 bytes. */
static void chacha_opens(void **state)
{
    (void) state;
    static const struct {
        size_t tag;
        bool ok;
    } rows[] = {{16, true}, {12, false}, {8, false}};
    str_t text = STR("with ChaCha20-Poly1305"),
          oid = STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x12");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        OSSL_OWN(EVP_CIPHER_CTX) c = EVP_CIPHER_CTX_new();
        unsigned char out[64], tag[16];
        int n = 0;
        EVP_EncryptInit_ex(c, EVP_chacha20_poly1305(), NULL, KEY, (unsigned char *) NONCE.p);
        EVP_EncryptUpdate(c, out, &n, (unsigned char *) text.p, (int) text.n);
        EVP_EncryptFinal_ex(c, out + n, &n);
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tag);
        str_t alg =
            tlv(a, BER_SEQUENCE, JOIN(a, tlv(a, BER_OID, oid), tlv(a, BER_OCTET_STRING, NONCE)));
        str_t der = auth_with(a, alg, str_n(out, text.n), str_n(tag, rows[i].tag), STR(""));
        rc_t rc = open_der(der, text);
        if (rc != (rows[i].ok ? RC_OK : RC_DECRYPT_FAILED)) fail_msg("row %zu", i);
    }
}

static void attributes_are_associated_data(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t text = STR("with attributes");
    /* contentType = id-data */
    str_t attr = tlv(a, BER_SEQUENCE,
                     JOIN(a, tlv(a, BER_OID, STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")),
                          tlv(a, BER_SET, tlv(a, BER_OID, OID_DATA))));
    str_t aad = tlv(a, BER_SET, attr);
    assert_int_equal(open_der(auth_enveloped(a, gcm_seal(a, text, aad, 16), 16, attr), text),
                     RC_OK);
    /* left out, or added: the tag does not fit any more */
    assert_int_equal(open_der(auth_enveloped(a, gcm_seal(a, text, aad, 16), 16, STR("")), text),
                     RC_DECRYPT_FAILED);
    assert_int_equal(open_der(auth_enveloped(a, gcm_seal(a, text, STR(""), 16), 16, attr), text),
                     RC_DECRYPT_FAILED);
}

static str_t encrypted(struct arena *a, enum cms_cipher cipher, str_t text)
{
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
    struct pki p = PKI(.key = "P-256", .san = "email:a@b.example", .usage = "keyAgreement");
    struct cert *to[] = {p.cert};
    struct err e;
    rc_t rc = cms_encrypt(text, to, 1, cipher, key(), NULL, &out, &e);
    if (rc != RC_OK) fail_msg("%s", e.message);
    pki_free(&p);
    return arena_str(a, buf_view(&out));
}

/* Every changed bit of an authenticated message is noticed; every failure is the same failure. */
static void no_changed_byte_opens(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    str_t text = STR("meet at dawn");
    struct sealed s = gcm_seal(a, text, STR(""), 16);
    str_t der = auth_enveloped(a, s, 16, STR(""));
    ptrdiff_t at = str_find(der, s.text);
    assert_true(at > 0);
    for (size_t i = (size_t) at; i < der.n; i++) {
        char *copy = arena_cstr(a, der);
        copy[i] ^= 0x01;
        if (open_der(str_n(copy, der.n), text) == RC_OK) fail_msg("byte %zu", i);
    }
    for (size_t n = 0; n < der.n; n++) {
        if (open_der(str_n(der.p, n), text) == RC_OK) fail_msg("cut at %zu", n);
    }
}

static void wrong_keys_fail_alike(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    str_t der = encrypted(a, CMS_AES_256_GCM, STR("text"));
    static const size_t sizes[] = {0, 1, 16, 24, 31, 32, 33, 64};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        CLEANUP_BUF struct buf out = BUF_INIT_SECRET(1 << 20);
        char wrong[64] = "another key altogether";
        struct err e = {0};
        rc_t rc = cms_envelope_open(der, str_n(wrong, sizes[i]), &out, &e);
        assert_int_equal(rc, RC_DECRYPT_FAILED);
        assert_int_equal(out.n, 0);
        assert_string_equal(e.message, err_sentence(RC_DECRYPT_FAILED));
        assert_string_equal(e.detail, "");
    }
}

static void limits_are_told_before_decrypting(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    str_t der = encrypted(a, CMS_AES_256_CBC, STR("rather more than sixteen bytes of text"));
    CLEANUP_BUF struct buf out = BUF_INIT_SECRET(16);
    assert_int_equal(cms_envelope_open(der, key(), &out, NULL), RC_TOO_LARGE);
    assert_int_equal(out.n, 0);
}

static void the_head_is_for_the_keyring(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct cms_envelope env;
    str_t der = encrypted(a, CMS_AES_256_GCM, STR("text"));
    assert_int_equal(cms_sniff(der), CMS_TYPE_AUTH_ENVELOPED);
    assert_int_equal(cms_envelope_read(der, a, &env, NULL), RC_OK);
    assert_string_equal(env.cipher, "aes-256-gcm");
    assert_int_equal(env.key_bytes, 32);
    assert_int_equal(env.count, 1);
    const struct cms_recipient *r = &env.recipients[0];
    assert_int_equal(r->kind, CMS_KEY_ECDH);
    assert_int_equal((unsigned char) r->originator_key.p[0], BER_SEQUENCE);
    assert_true(r->issuer.n > 0 && r->serial.n > 0 && r->encrypted_key.n == 40);
    for (size_t n = 0; n < der.n; n++) {
        assert_int_not_equal(cms_envelope_read(str_n(der.p, n), a, &env, NULL), RC_OK);
    }
    assert_int_equal(cms_sniff(str_n(der.p, 20)), CMS_TYPE_AUTH_ENVELOPED); /* still known for it */
}

static str_t compressed(struct arena *a, size_t zeros)
{
    unsigned char *raw = calloc(1, zeros + 1);
    uLongf n = compressBound(zeros);
    unsigned char *packed = arena_alloc(a, n);
    assert_int_equal(compress2(packed, &n, raw, zeros, 9), Z_OK);
    free(raw);
    str_t oid = STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08");
    str_t content = tlv(a, BER_CONTEXT_CONS(0), tlv(a, BER_OCTET_STRING, str_n(packed, n)));
    str_t info = tlv(a, BER_SEQUENCE, JOIN(a, tlv(a, BER_OID, OID_DATA), content));
    str_t body =
        tlv(a, BER_SEQUENCE,
            JOIN(a, STR("\x02\x01\x00"), tlv(a, BER_SEQUENCE, tlv(a, BER_OID, oid)), info));
    str_t type = tlv(a, BER_OID, STR("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"));
    return tlv(a, BER_SEQUENCE, JOIN(a, type, tlv(a, BER_CONTEXT_CONS(0), body)));
}

static void bombs_do_not_go_off(void **state)
{
    (void) state;
    static const struct {
        size_t zeros;
        rc_t rc;
    } rows[] = {{10, RC_OK}, {1000, RC_OK}, {1 << 20, RC_TOO_LARGE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
        CLEANUP_BUF struct buf out = BUF_INIT(64 << 20);
        assert_int_equal(cms_decompress(compressed(a, rows[i].zeros), &out, NULL), rows[i].rc);
        assert_int_equal(out.n, rows[i].rc == RC_OK ? rows[i].zeros : 0);
    }
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_BUF struct buf small = BUF_INIT(100);
    assert_int_equal(cms_decompress(compressed(a, 1000), &small, NULL), RC_TOO_LARGE);
    str_t cut = compressed(a, 1000);
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
    assert_int_equal(cms_decompress(str_n(cut.p, cut.n - 1), &out, NULL), RC_DAMAGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tag_length_is_ours_to_check),
        cmocka_unit_test(chacha_opens),
        cmocka_unit_test(attributes_are_associated_data),
        cmocka_unit_test(no_changed_byte_opens),
        cmocka_unit_test(wrong_keys_fail_alike),
        cmocka_unit_test(limits_are_told_before_decrypting),
        cmocka_unit_test(the_head_is_for_the_keyring),
        cmocka_unit_test(bombs_do_not_go_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
