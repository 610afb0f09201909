/* Verification signer by signer, against structures that OpenSSL makes, and against ones that no
 * honest program makes. */
#include "crypto/cms.h"

#include "base/mutant.h"
#include "crypto/ber.h"
#include "tests/unit/crypto/der_write.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

#define TEXT STR("Content-Type: text/plain\r\n\r\nThe secret code is 4711.\r\n")

struct world {
    struct pki root, anna, other;
    struct trust *trust;
    struct arena *a;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->root = PKI(.subject = "Test root", .ca = true, .usage = "keyCertSign");
    w->anna = PKI(.key = "rsa2048", .subject = "Anna", .san = "email:anna@a.example",
                  .usage = "digitalSignature,keyEncipherment", .extended = "emailProtection",
                  .issuer = &w->root);
    w->other = PKI(.key = "P-256", .subject = "Other", .san = "email:other@a.example",
                   .usage = "digitalSignature", .extended = "emailProtection", .issuer = &w->root);
    w->trust = PKI_TRUST(&w->root);
    w->a = arena_new(16 << 20);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    pki_free(&w->root);
    pki_free(&w->anna);
    pki_free(&w->other);
    trust_free(w->trust);
    arena_free(w->a);
    free(w);
    return 0;
}

static str_t der_of(struct world *w, CMS_ContentInfo *cms)
{
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    assert_true(n > 0);
    str_t out = arena_str(w->a, str_n(der, (size_t) n));
    OPENSSL_free(der);
    return out;
}

struct spec {
    const struct pki *signers[3];
    const EVP_MD *md;
    unsigned flags; /* CMS_DETACHED, CMS_NOATTR, CMS_NOCERTS */
    bool pss;
};

static str_t sign(struct world *w, const struct spec *s, str_t text)
{
    OSSL_OWN(BIO) in = BIO_new_mem_buf(text.p, (int) text.n);
    unsigned flags = CMS_BINARY | CMS_PARTIAL | s->flags;
    OSSL_OWN(CMS_ContentInfo) cms = CMS_sign(NULL, NULL, NULL, in, flags);
    for (size_t i = 0; i < 3 && s->signers[i]; i++) {
        unsigned key_param = s->pss ? CMS_KEY_PARAM : 0;
        CMS_SignerInfo *si =
            CMS_add1_signer(cms, s->signers[i]->x, s->signers[i]->key, s->md, flags | key_param);
        assert_non_null(si);
        if (s->pss) {
            EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(si), RSA_PKCS1_PSS_PADDING);
        }
    }
    assert_int_equal(CMS_final(cms, in, NULL, flags), 1);
    return der_of(w, cms);
}
#define SIGN(w, text, ...) sign((w), &(struct spec){__VA_ARGS__}, (text))

struct outcome {
    struct cms_signed s;
    struct buf out;
    rc_t rc;
};

static struct outcome verify(struct world *w, str_t der, str_t content)
{
    struct outcome r = {.out = BUF_INIT(1 << 20)};
    struct cms_verify_options o = {.trust = w->trust, .now = PKI_NOW};
    r.rc = cms_verify(der, content, &o, w->a, &r.out, &r.s, NULL);
    return r;
}

static void drop(struct outcome *r)
{
    if (r->rc == RC_OK) cms_signed_free(&r->s);
    buf_free(&r->out);
}
#define OUTCOME __attribute__((cleanup(drop))) struct outcome

/* --- what must verify ------------------------------------------------------------------------ */

static void each_form_verifies(void **state)
{
    struct world *w = *state;
    const struct {
        struct spec s;
        const char *algorithm;
        bool weak;
    } rows[] = {
        {{{&w->anna}, NULL, CMS_DETACHED, false}, "rsa-pkcs1-sha256", false},
        {{{&w->anna}, NULL, 0, false}, "rsa-pkcs1-sha256", false},
        {{{&w->anna}, EVP_sha512(), 0, false}, "rsa-pkcs1-sha512", false},
        {{{&w->anna}, EVP_sha1(), 0, false}, "rsa-pkcs1-sha1", true},
        {{{&w->anna}, EVP_sha384(), CMS_DETACHED, true}, "rsa-pss-sha384", false},
        {{{&w->anna}, NULL, CMS_NOATTR, false}, "rsa-pkcs1-sha256", false},
        {{{&w->anna}, NULL, CMS_NOATTR | CMS_DETACHED, true}, "rsa-pss-sha256", false},
        {{{&w->other}, NULL, CMS_DETACHED, false}, "ecdsa-sha256", false},
        {{{&w->other}, NULL, CMS_USE_KEYID, false}, "ecdsa-sha256", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool detached = rows[i].s.flags & CMS_DETACHED;
        OUTCOME r = verify(w, sign(w, &rows[i].s, TEXT), detached ? TEXT : STR_NULL);
        assert_int_equal(r.rc, RC_OK);
        assert_int_equal(r.s.count, 1);
        if (r.s.signers[0].integrity != CMS_INTACT) fail_msg("row %zu", i);
        assert_string_equal(r.s.signers[0].signature_algorithm, rows[i].algorithm);
        assert_int_equal(r.s.signers[0].weak, rows[i].weak);
        assert_int_equal(r.s.signers[0].chain.chain, CHAIN_TRUSTED);
        assert_int_equal(r.s.detached, detached);
        if (!detached) assert_str(buf_view(&r.out), TEXT);
        assert_int_equal(r.s.signers[0].signed_at > 0, !(rows[i].s.flags & CMS_NOATTR));
    }
}

static void signers_are_judged_one_by_one(void **state)
{
    struct world *w = *state;
    struct pki stranger = PKI(.key = "P-256", .subject = "Stranger", .san = "email:s@x.example");
    str_t der = SIGN(w, TEXT, {&w->anna, &w->other, &stranger}, NULL, CMS_DETACHED);
    OUTCOME r = verify(w, der, TEXT);
    assert_int_equal(r.rc, RC_OK);
    assert_int_equal(r.s.count, 3);
    unsigned trusted = 0;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(r.s.signers[i].integrity, CMS_INTACT);
        trusted += r.s.signers[i].chain.chain == CHAIN_TRUSTED;
    }
    assert_int_equal(trusted, 2);
    pki_free(&stranger);
}

/* --- what must not --------------------------------------------------------------------------- */

static void changed_content_is_altered(void **state)
{
    struct world *w = *state;
    static const unsigned forms[] = {CMS_DETACHED, CMS_DETACHED | CMS_NOATTR};
    for (size_t i = 0; i < 2; i++) {
        str_t der = SIGN(w, TEXT, {&w->anna}, NULL, forms[i]);
        OUTCOME r = verify(w, der, STR("Content-Type: text/plain\r\n\r\nPay EUR 5000.\r\n"));
        assert_int_equal(r.rc, RC_OK);
        assert_int_equal(r.s.signers[0].integrity, CMS_ALTERED);
        OUTCOME empty = verify(w, der, STR(""));
        assert_int_equal(empty.s.signers[0].integrity, CMS_ALTERED);
    }
}

/* One signature's value under another's attributes: fits neither. */
static void foreign_signature_is_altered(void **state)
{
    struct world *w = *state;
    str_t der = SIGN(w, TEXT, {&w->anna}, NULL, CMS_DETACHED);
    const unsigned char *p = (const unsigned char *) der.p;
    OSSL_OWN(CMS_ContentInfo) cms = d2i_CMS_ContentInfo(NULL, &p, (long) der.n);
    CMS_SignerInfo *si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(si);
    unsigned char wrong[256] = {0};
    ASN1_OCTET_STRING_set(value, wrong, sizeof wrong);
    OUTCOME r = verify(w, der_of(w, cms), TEXT);
    assert_int_equal(r.rc, RC_OK);
    assert_int_equal(r.s.signers[0].integrity, CMS_ALTERED);
}

static void attributes_must_fit(void **state)
{
    struct world *w = *state;
    static const int removed[] = {NID_pkcs9_messageDigest, NID_pkcs9_contentType};
    for (size_t i = 0; i < 2; i++) {
        OSSL_OWN(BIO) in = BIO_new_mem_buf(TEXT.p, (int) TEXT.n);
        OSSL_OWN(CMS_ContentInfo)
        cms = CMS_sign(w->anna.x, w->anna.key, NULL, in, CMS_BINARY | CMS_DETACHED);
        CMS_SignerInfo *si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
        int at = CMS_signed_get_attr_by_NID(si, removed[i], -1);
        X509_ATTRIBUTE_free(CMS_signed_delete_attr(si, at));
        /* signed again, so that the signature itself is right */
        CMS_SignerInfo_sign(si);
        OUTCOME r = verify(w, der_of(w, cms), TEXT);
        assert_int_equal(r.rc, RC_OK);
        assert_int_equal(r.s.signers[0].integrity, CMS_ALTERED);
    }
}

/* Attributes that were signed for one message, offered as the content of another. */
static void attributes_are_no_content(void **state)
{
    struct world *w = *state;
    str_t set = STR("\x31\x80\x30\x00\x00\x00"), der;
    der = SIGN(w, set, {&w->anna}, NULL, CMS_NOATTR);
    OUTCOME r = verify(w, der, STR_NULL);
    assert_int_equal(r.rc, RC_OK);
    assert_int_equal(r.s.signers[0].integrity, CMS_ALTERED);
}

static void other_content_types_are_not_mail(void **state)
{
    struct world *w = *state;
    OSSL_OWN(BIO) in = BIO_new_mem_buf(TEXT.p, (int) TEXT.n);
    OSSL_OWN(CMS_ContentInfo) cms = CMS_sign(NULL, NULL, NULL, in, CMS_BINARY | CMS_PARTIAL);
    CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo));
    CMS_add1_signer(cms, w->anna.x, w->anna.key, NULL, CMS_BINARY);
    CMS_final(cms, in, NULL, CMS_BINARY);
    OUTCOME r = verify(w, der_of(w, cms), STR_NULL);
    assert_int_equal(r.rc, RC_OK);
    assert_int_equal(r.s.signers[0].integrity, CMS_SIG_UNSUPPORTED);
}

static void hidden_content_is_refused(void **state)
{
    struct world *w = *state;
    OUTCOME both = verify(w, SIGN(w, TEXT, {&w->anna}, NULL, 0), TEXT);
    assert_int_equal(both.rc, RC_DAMAGED);
    OUTCOME none = verify(w, SIGN(w, TEXT, {&w->anna}, NULL, CMS_DETACHED), STR_NULL);
    assert_int_equal(none.rc, RC_DAMAGED);
}

static void without_certificate_nothing_is_known(void **state)
{
    struct world *w = *state;
    str_t der = SIGN(w, TEXT, {&w->anna}, NULL, CMS_DETACHED | CMS_NOCERTS);
    OUTCOME r = verify(w, der, TEXT);
    assert_int_equal(r.s.signers[0].integrity, CMS_NO_CERTIFICATE);
    assert_null(r.s.signers[0].cert);
    assert_true(r.s.signers[0].issuer.n > 0 && r.s.signers[0].serial.n > 0);
    /* but what is known of the sender helps */
    struct cert *known[] = {w->other.cert, w->anna.cert};
    struct cms_verify_options o = {
        .trust = w->trust, .now = PKI_NOW, .extra = known, .extra_count = 2};
    struct cms_signed s;
    assert_int_equal(cms_verify(der, TEXT, &o, w->a, NULL, &s, NULL), RC_OK);
    assert_int_equal(s.signers[0].integrity, CMS_INTACT);
    cms_signed_free(&s);
}

/* A certificate of the same name and number, but another key, must not hide the real one. */
static void forged_twin_does_not_hide_the_signer(void **state)
{
    struct world *w = *state;
    struct pki twin = PKI(.key = "rsa2048", .subject = "Anna", .issuer = &w->root);
    X509_set_serialNumber(twin.x, X509_get_serialNumber(w->anna.x));
    X509_sign(twin.x, w->root.key, EVP_sha256());
    OSSL_OWN(BIO) in = BIO_new_mem_buf(TEXT.p, (int) TEXT.n);
    OSSL_OWN(CMS_ContentInfo) cms = CMS_sign(NULL, NULL, NULL, in, CMS_BINARY | CMS_PARTIAL);
    CMS_add1_cert(cms, twin.x);
    CMS_add1_signer(cms, w->anna.x, w->anna.key, NULL, CMS_BINARY);
    CMS_final(cms, in, NULL, CMS_BINARY);
    OUTCOME r = verify(w, der_of(w, cms), STR_NULL);
    assert_int_equal(r.rc, RC_OK);
    assert_int_equal(r.s.signers[0].integrity, CMS_INTACT);
    assert_true(cert_equal(r.s.signers[0].cert, w->anna.cert));
    pki_free(&twin);
}

static void damage_is_damage(void **state)
{
    struct world *w = *state;
    str_t der = SIGN(w, TEXT, {&w->anna}, NULL, 0);
    for (size_t n = 0; n < der.n; n += 7) {
        OUTCOME r = verify(w, str_n(der.p, n), STR_NULL);
        assert_int_equal(r.rc, RC_DAMAGED);
        assert_int_equal(r.out.n, 0);
    }
}

/* --- EdDSA (RFC 8419), which OpenSSL 3.0 neither makes nor checks -------------------------------
 */

static str_t attribute(struct arena *a, char number, str_t value)
{
    char oid[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x00";
    oid[8] = number;
    return tlv(a, BER_SEQUENCE, JOIN(a, tlv(a, BER_OID, str_n(oid, 9)), tlv(a, BER_SET, value)));
}

static str_t name_der(struct arena *a, const X509_NAME *name)
{
    OSSL_OWN_BYTES der = NULL;
    int n = i2d_X509_NAME(name, &der);
    return arena_str(a, str_n(der, (size_t) n));
}

static str_t serial_der(struct arena *a, const ASN1_INTEGER *serial)
{
    OSSL_OWN_BYTES der = NULL;
    int n = i2d_ASN1_INTEGER(serial, &der);
    return arena_str(a, str_n(der, (size_t) n));
}

static str_t signed_data(struct arena *a, str_t digests, str_t content, str_t cert, str_t signers)
{
    str_t sd = tlv(a, BER_SEQUENCE,
                   JOIN(a, STR("\x02\x01\x01"), tlv(a, BER_SET, digests),
                        tlv(a, BER_SEQUENCE, JOIN(a, tlv(a, BER_OID, OID_DATA), content)),
                        tlv(a, BER_CONTEXT_CONS(0), cert), tlv(a, BER_SET, signers)));
    return tlv(a, BER_SEQUENCE,
               JOIN(a, tlv(a, BER_OID, STR("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")),
                    tlv(a, BER_CONTEXT_CONS(0), sd)));
}

static str_t eddsa_signed(struct arena *a, const struct pki *p, str_t text)
{
    unsigned char digest[64], sig[64];
    unsigned digest_n = 0;
    size_t sig_n = sizeof sig;
    EVP_Digest(text.p, text.n, digest, &digest_n, EVP_sha512(), NULL);
    str_t attrs = JOIN(a, attribute(a, 3, tlv(a, BER_OID, OID_DATA)),
                       attribute(a, 4, tlv(a, BER_OCTET_STRING, str_n(digest, digest_n))));
    str_t tbs = tlv(a, BER_SET, attrs);
    OSSL_OWN(EVP_MD_CTX) c = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(c, NULL, NULL, NULL, p->key), 1);
    assert_int_equal(EVP_DigestSign(c, sig, &sig_n, (unsigned char *) tbs.p, tbs.n), 1);
    str_t sha512 =
        tlv(a, BER_SEQUENCE, tlv(a, BER_OID, STR("\x60\x86\x48\x01\x65\x03\x04\x02\x03")));
    str_t ed25519 = tlv(a, BER_SEQUENCE, tlv(a, BER_OID, STR("\x2b\x65\x70")));
    str_t issuer = name_der(a, X509_get_issuer_name(p->x));
    str_t serial = serial_der(a, X509_get0_serialNumber(p->x));
    str_t si = tlv(a, BER_SEQUENCE,
                   JOIN(a, STR("\x02\x01\x01"), tlv(a, BER_SEQUENCE, JOIN(a, issuer, serial)),
                        sha512, tlv(a, BER_CONTEXT_CONS(0), attrs), ed25519,
                        tlv(a, BER_OCTET_STRING, str_n(sig, sig_n))));
    return signed_data(a, sha512, STR(""), cert_der(p->cert), si);
}

static void eddsa_verifies(void **state)
{
    struct world *w = *state;
    struct pki dana = PKI(.key = "ed25519", .subject = "Dana", .san = "email:dana@a.example",
                          .usage = "digitalSignature", .issuer = &w->root);
    str_t der = eddsa_signed(w->a, &dana, TEXT);
    OUTCOME r = verify(w, der, TEXT);
    assert_int_equal(r.rc, RC_OK);
    assert_int_equal(r.s.count, 1);
    assert_int_equal(r.s.signers[0].integrity, CMS_INTACT);
    assert_string_equal(r.s.signers[0].signature_algorithm, "ed25519");
    assert_false(r.s.signers[0].weak);
    OUTCOME changed = verify(w, der, STR("something else"));
    assert_int_equal(changed.s.signers[0].integrity, CMS_ALTERED);
    char *bad = arena_cstr(w->a, der);
    bad[der.n - 1] ^= 1; /* in the signature */
    OUTCOME forged = verify(w, str_n(bad, der.n), TEXT);
    assert_int_equal(forged.s.signers[0].integrity, CMS_ALTERED);
    pki_free(&dana);
}

static void nobody_signed(void **state)
{
    struct world *w = *state;
    str_t content = tlv(w->a, BER_CONTEXT_CONS(0), tlv(w->a, BER_OCTET_STRING, TEXT));
    str_t der = signed_data(w->a, STR(""), content, cert_der(w->anna.cert), STR(""));
    OUTCOME r = verify(w, der, STR_NULL);
    assert_int_equal(r.rc, RC_OK);
    assert_int_equal(r.s.count, 0);
    assert_int_equal(r.s.certificate_count, 1);
    assert_str(buf_view(&r.out), TEXT);
    OUTCOME bare =
        verify(w, signed_data(w->a, STR(""), STR(""), cert_der(w->anna.cert), STR("")), STR_NULL);
    assert_int_equal(bare.rc, RC_OK);
    assert_true(bare.s.detached);
    assert_int_equal(bare.out.n, 0);
}

/* Each entry made the whole content be hashed once more: hours for one mail. */
static void endless_digests_are_refused(void **state)
{
    struct world *w = *state;
    static const struct {
        unsigned entries;
        rc_t rc;
    } rows[] = {{1, RC_OK}, {200, RC_OK}, {400, RC_DAMAGED}};
    str_t sha256 = STR("\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_BUF struct buf list = BUF_INIT(1 << 16);
        for (unsigned k = 0; k < rows[i].entries; k++)
            assert_true(buf_str(&list, sha256));
        str_t der = signed_data(w->a, buf_view(&list), STR(""), cert_der(w->anna.cert), STR(""));
        OUTCOME r = verify(w, der, TEXT);
        assert_int_equal(r.rc, rows[i].rc);
    }
}

/* What one signature of a message has used up in looking for other ways is not there for the next,
 * also when that one is in another layer. */
static void signatures_share_their_effort(void **state)
{
    struct world *w = *state;
    struct pki stranger = PKI(.subject = "Stranger", .ca = true, .usage = "keyCertSign");
    struct pki one =
        PKI(.subject = "Issuer", .ca = true, .usage = "keyCertSign", .issuer = &stranger);
    struct pki two =
        PKI(.subject = "Issuer", .ca = true, .usage = "keyCertSign", .issuer = &stranger);
    struct pki leaf =
        PKI(.subject = "Leaf", .san = "email:leaf@a.example", .usage = "digitalSignature",
            .extended = "emailProtection", .issuer = &one);
    BIO *in = BIO_new_mem_buf(TEXT.p, (int) TEXT.n);
    CMS_ContentInfo *cms = CMS_sign(leaf.x, leaf.key, NULL, in, CMS_BINARY | CMS_DETACHED);
    assert_true(cms && CMS_add1_cert(cms, one.x) == 1 && CMS_add1_cert(cms, two.x) == 1);
    str_t der = der_of(w, cms);
    struct cert_effort effort = CERT_EFFORT, all = CERT_EFFORT;
    const struct cms_verify_options o = {.trust = w->trust, .now = PKI_NOW, .effort = &effort};
    unsigned left = all.checks;
    for (int i = 0; i < 2; i++) {
        struct cms_signed s;
        assert_int_equal(cms_verify(der, TEXT, &o, w->a, NULL, &s, NULL), RC_OK);
        assert_int_equal(s.signers[0].integrity, CMS_INTACT);
        assert_int_not_equal(s.signers[0].chain.chain, CHAIN_TRUSTED);
        assert_true(effort.checks < left);
        left = effort.checks;
        cms_signed_free(&s);
    }
    CMS_ContentInfo_free(cms);
    pki_free(&leaf);
    pki_free(&two);
    pki_free(&one);
    pki_free(&stranger);
    BIO_free(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_share_their_effort),
        cmocka_unit_test(endless_digests_are_refused),
        cmocka_unit_test(each_form_verifies),
        cmocka_unit_test(signers_are_judged_one_by_one),
        cmocka_unit_test(changed_content_is_altered),
        cmocka_unit_test(foreign_signature_is_altered),
        cmocka_unit_test(attributes_must_fit),
        cmocka_unit_test(attributes_are_no_content),
        cmocka_unit_test(other_content_types_are_not_mail),
        cmocka_unit_test(hidden_content_is_refused),
        cmocka_unit_test(without_certificate_nothing_is_known),
        cmocka_unit_test(forged_twin_does_not_hide_the_signer),
        cmocka_unit_test(nobody_signed),
        cmocka_unit_test(damage_is_damage),
        cmocka_unit_test(eddsa_verifies),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
