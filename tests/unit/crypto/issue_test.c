/* What an organisation's authority signs, field by field, and what a verifier makes of it. */
#include "crypto/issue.h"

#include "crypto/crl.h"
#include "crypto/der.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

#define URL "http://mail.test/crl/acme.crl"

static struct arena *a;
static EVP_PKEY *root_key, *leaf_key, *rsa_key;
static struct cert *root;
static const str_t DOMAINS[] = {STR_INIT("acme.test"), STR_INIT("xn--grn-0na.test")};

static str_t spki_of(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(key, &der);
    str_t out = arena_str(a, str_n(der, (size_t) n));
    OPENSSL_free(der);
    return out;
}

/* As the agent does it: the signature around the bytes. */
static str_t sign(EVP_PKEY *key, str_t tbs)
{
    bool rsa = EVP_PKEY_is_a(key, "RSA");
    unsigned char signature[1024];
    size_t n = sizeof signature;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(c, signature + 1, &n, (const unsigned char *) tbs.p, tbs.n), 1);
    EVP_MD_CTX_free(c);
    signature[0] = 0;
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    buf_str(&b, tbs);
    buf_str(&b, rsa ? STR("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00")
                    : STR("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"));
    der_add(&b, BER_BIT_STRING, str_n(signature, n + 1));
    der_wrap(&b, 0, BER_SEQUENCE);
    return arena_str(a, buf_view(&b));
}

static struct cert *parse(str_t der)
{
    struct cert *c = NULL;
    struct err e = {0};
    if (cert_parse(der, &c, &e) != RC_OK) fail_msg("%s", e.message);
    return c;
}

static struct issue_authority authority_of(EVP_PKEY *key)
{
    return (struct issue_authority){.public_key = spki_of(key),
                                    .name = STR("Grün & Söhne"),
                                    .domains = DOMAINS,
                                    .domain_count = 2,
                                    .from = PKI_NOW,
                                    .until = PKI_NOW + 3650 * PKI_DAY};
}

static struct issue_mailbox mailbox_of(EVP_PKEY *key, str_t address, unsigned use)
{
    return (struct issue_mailbox){.authority = root,
                                  .public_key = spki_of(key),
                                  .address = address,
                                  .use = use,
                                  .list_url = STR(URL),
                                  .from = PKI_NOW,
                                  .until = PKI_NOW + 365 * PKI_DAY};
}

static struct cert *issue(EVP_PKEY *key, const char *address, unsigned use)
{
    const struct issue_mailbox in = mailbox_of(key, str_c(address), use);
    struct err e = {0};
    str_t tbs;
    if (issue_mailbox(&in, a, &tbs, &e) != RC_OK) fail_msg("%s", e.message);
    return parse(sign(root_key, tbs));
}

static int start(void **state)
{
    (void) state;
    str_t tbs;
    a = arena_new(64u << 20);
    root_key = EVP_EC_gen("P-256");
    leaf_key = EVP_EC_gen("P-256");
    rsa_key = EVP_RSA_gen(2048);
    const struct issue_authority in = authority_of(root_key);
    assert_int_equal(issue_authority(&in, a, &tbs, NULL), RC_OK);
    root = parse(sign(root_key, tbs));
    return 0;
}

static int stop(void **state)
{
    (void) state;
    cert_unref(root);
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(leaf_key);
    EVP_PKEY_free(rsa_key);
    arena_free(a);
    return 0;
}

/* The extension as OpenSSL prints it, or "" where there is none; "!" in front: critical. */
static str_t extension(const struct cert *c, int nid)
{
    X509 *x = cert_x509(c);
    int at = X509_get_ext_by_NID(x, nid, -1);
    if (at < 0) return STR("");
    char *text = NULL;
    BIO *out = BIO_new(BIO_s_mem());
    X509_EXTENSION *ext = X509_get_ext(x, at);
    BIO_puts(out, X509_EXTENSION_get_critical(ext) ? "!" : "");
    assert_int_equal(X509V3_EXT_print(out, ext, 0, 0), 1);
    long n = BIO_get_mem_data(out, &text);
    str_t said = arena_str(a, str_trim(str_n(text, (size_t) n)));
    BIO_free(out);
    return said;
}

static enum chain_status chain_of(const struct cert *c, struct trust *trust)
{
    struct cert_verdict v = {0};
    const struct cert_question q = {
        .trust = trust, .purpose = PURPOSE_SIGN, .at = PKI_NOW + PKI_DAY};
    cert_verify(c, &q, &v);
    enum chain_status chain = v.chain;
    cert_verdict_free(&v);
    return chain;
}

static struct trust *trust_root(void)
{
    struct trust *trust = NULL;
    char *text = NULL;
    BIO *out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, cert_x509(root));
    long n = BIO_get_mem_data(out, &text);
    assert_int_equal(trust_read(str_n(text, (size_t) n), TRUSTED_BY_ORGANISATION, &trust, NULL),
                     RC_OK);
    BIO_free(out);
    return trust;
}

static void the_authority_says_what_it_may(void **state)
{
    (void) state;
    struct cert_info info;
    assert_int_equal(cert_describe(root, a, &info, NULL), RC_OK);
    assert_true(info.is_ca && !info.weak);
    assert_str(info.subject, info.issuer);
    assert_true(str_find(info.subject, STR("O=Grün & Söhne")) >= 0);
    assert_true(str_starts(info.common_name, STR("Mail authority ")));
    assert_int_equal(info.not_before, PKI_NOW);
    assert_int_equal(info.not_after, PKI_NOW + 3650 * PKI_DAY);
    assert_str(extension(root, NID_basic_constraints), STR("!CA:TRUE, pathlen:0"));
    assert_str(extension(root, NID_key_usage), STR("!Certificate Sign, CRL Sign"));
    assert_str(extension(root, NID_ext_key_usage), STR("E-mail Protection"));
    str_t constraints = extension(root, NID_name_constraints);
    assert_true(str_starts(constraints, STR("!Permitted:")));
    assert_true(str_find(constraints, STR("email:acme.test")) > 0);
    assert_true(str_find(constraints, STR("email:xn--grn-0na.test")) > 0);
    assert_true(str_find(constraints, STR("Excluded")) < 0);
    assert_int_equal(info.key_identifier.n, 20);
    assert_int_equal(X509_self_signed(cert_x509(root), 1), 1);
}

static void a_mailbox_gets_the_profile(void **state)
{
    (void) state;
    struct cert *c = issue(leaf_key, "anna@acme.test", ISSUE_BOTH), *again;
    struct cert_info info, other;
    assert_int_equal(cert_describe(c, a, &info, NULL), RC_OK);
    assert_int_equal(X509_get_version(cert_x509(c)), X509_VERSION_3);
    assert_int_equal(X509_get_ext_count(cert_x509(c)), 6);
    assert_int_equal(info.address_count, 1);
    assert_str(info.addresses[0], STR("anna@acme.test"));
    assert_str(info.subject, STR("CN=anna@acme.test"));
    assert_true(info.can_sign && info.can_encrypt && !info.is_ca && !info.weak);
    assert_str(extension(c, NID_subject_alt_name), STR("email:anna@acme.test"));
    assert_str(extension(c, NID_key_usage), STR("!Digital Signature, Key Agreement"));
    assert_str(extension(c, NID_ext_key_usage), STR("E-mail Protection"));
    assert_true(str_find(extension(c, NID_crl_distribution_points), STR("URI:" URL)) > 0);
    assert_str(info.crl_url, STR(URL));
    assert_int_equal(info.not_after - info.not_before, 365 * PKI_DAY);
    struct cert_info above;
    assert_int_equal(cert_describe(root, a, &above, NULL), RC_OK);
    assert_int_equal(X509_check_issued(cert_x509(root), cert_x509(c)), X509_V_OK);
    assert_str(info.issuer_der, above.issuer_der);
    /* 127 random bits, never the same */
    assert_int_equal(info.serial.n, ISSUE_SERIAL_DIGITS);
    again = issue(leaf_key, "anna@acme.test", ISSUE_BOTH);
    assert_int_equal(cert_describe(again, a, &other, NULL), RC_OK);
    assert_false(str_eq(info.serial, other.serial));
    cert_unref(again);
    cert_unref(c);
}

static void key_usage_follows_use_and_key(void **state)
{
    (void) state;
    const struct {
        EVP_PKEY *key;
        unsigned use;
        const char *says;
    } rows[] = {{leaf_key, ISSUE_SIGN, "!Digital Signature"},
                {leaf_key, ISSUE_ENCRYPT, "!Key Agreement"},
                {rsa_key, ISSUE_SIGN, "!Digital Signature"},
                {rsa_key, ISSUE_ENCRYPT, "!Key Encipherment"},
                {rsa_key, ISSUE_BOTH, "!Digital Signature, Key Encipherment"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cert *c = issue(rows[i].key, "anna@acme.test", rows[i].use);
        struct cert_info info;
        assert_int_equal(cert_describe(c, a, &info, NULL), RC_OK);
        assert_str(extension(c, NID_key_usage), str_c(rows[i].says));
        assert_int_equal(info.can_sign, (rows[i].use & ISSUE_SIGN) != 0);
        assert_int_equal(info.can_encrypt, (rows[i].use & ISSUE_ENCRYPT) != 0);
        cert_unref(c);
    }
}

static void only_addresses_of_its_domains_are_trusted(void **state)
{
    (void) state;
    const struct {
        const char *address;
        bool good;
    } rows[] = {{"anna@acme.test", true},        {"jürgen@acme.test", true},
                {"anna@xn--grn-0na.test", true}, {"anna@mail.acme.test", false},
                {"anna@apex.test", false},       {"anna@badacme.test", false},
                {"jürgen@apex.test", false}};
    struct trust *trust = trust_root();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cert *c = issue(leaf_key, rows[i].address, ISSUE_BOTH);
        bool good = chain_of(c, trust) == CHAIN_TRUSTED;
        if (good != rows[i].good) fail_msg("%s", rows[i].address);
        assert_int_equal(cert_matches_address(c, str_c(rows[i].address)), ADDRESS_YES);
        cert_unref(c);
    }
    trust_free(trust);
}

static void a_long_address_leaves_the_subject_empty(void **state)
{
    (void) state;
    const char *address =
        "a.mailbox.whose.name.is.longer.than.a.common.name.may.be.at.all@acme.test";
    struct cert *c = issue(leaf_key, address, ISSUE_BOTH);
    struct trust *trust = trust_root();
    assert_int_equal(X509_NAME_entry_count(X509_get_subject_name(cert_x509(c))), 0);
    assert_true(str_starts(extension(c, NID_subject_alt_name), STR("!email:a.mailbox")));
    assert_int_equal(chain_of(c, trust), CHAIN_TRUSTED);
    assert_int_equal(cert_matches_address(c, str_c(address)), ADDRESS_YES);
    trust_free(trust);
    cert_unref(c);
}

static rc_t about(str_t list, const struct cert *c, int64_t now, struct revoked_answer *out)
{
    return crl_check(list, c, root, now, out, NULL);
}

static void lists_say_who_was_revoked(void **state)
{
    (void) state;
    struct cert *anna = issue(leaf_key, "anna@acme.test", ISSUE_BOTH),
                *bert = issue(leaf_key, "bert@acme.test", ISSUE_BOTH);
    struct cert_info info;
    struct revoked_answer v;
    str_t tbs;
    assert_int_equal(cert_describe(anna, a, &info, NULL), RC_OK);
    const struct issue_revoked revoked[] = {
        {info.serial, PKI_NOW + 100, issue_reason(STR("keyCompromise"))},
        {STR("41000000000000000000000000000000"), PKI_NOW, 0}};
    struct issue_list in = {.authority = root,
                            .number = 256,
                            .at = PKI_NOW + 200,
                            .next = PKI_NOW + 7 * PKI_DAY,
                            .revoked = revoked,
                            .count = 2};
    assert_int_equal(issue_list(&in, a, &tbs, NULL), RC_OK);
    str_t list = sign(root_key, tbs);
    const unsigned char *p = (const unsigned char *) list.p;
    X509_CRL *x = d2i_X509_CRL(NULL, &p, (long) list.n);
    assert_non_null(x);
    assert_int_equal(X509_CRL_verify(x, root_key), 1);
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(x, NID_crl_number, NULL, NULL);
    assert_int_equal(ASN1_INTEGER_get(number), 256);
    ASN1_INTEGER_free(number);
    X509_CRL_free(x);
    assert_int_equal(about(list, anna, PKI_NOW + PKI_DAY, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_REVOKED);
    assert_int_equal(v.revoked_at, PKI_NOW + 100);
    assert_int_equal(v.reason, 1);
    assert_int_equal(about(list, bert, PKI_NOW + PKI_DAY, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_GOOD);
    assert_int_equal(about(list, bert, PKI_NOW + 8 * PKI_DAY, &v), RC_INVALID);
    in.count = 0;
    assert_int_equal(issue_list(&in, a, &tbs, NULL), RC_OK);
    assert_int_equal(about(sign(root_key, tbs), anna, PKI_NOW + PKI_DAY, &v), RC_OK);
    assert_int_equal(v.status, REVOCATION_GOOD);
    cert_unref(anna);
    cert_unref(bert);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void) state;
    str_t tbs = STR("untouched");
    struct err e;
    struct issue_mailbox m = mailbox_of(leaf_key, STR("no address"), ISSUE_BOTH);
    assert_int_equal(issue_mailbox(&m, a, &tbs, &e), RC_INVALID);
    assert_string_equal(e.field, "address");
    m = mailbox_of(leaf_key, STR("anna@acme.test"), 0);
    assert_int_equal(issue_mailbox(&m, a, &tbs, &e), RC_INVALID);
    m = mailbox_of(leaf_key, STR("anna@acme.test"), ISSUE_BOTH);
    m.until = PKI_NOW + 3651 * PKI_DAY; /* longer than the authority */
    assert_int_equal(issue_mailbox(&m, a, &tbs, &e), RC_INVALID);
    assert_string_equal(e.field, "validity");
    m.until = m.from;
    assert_int_equal(issue_mailbox(&m, a, &tbs, &e), RC_INVALID);
    m = mailbox_of(leaf_key, STR("anna@acme.test"), ISSUE_BOTH);
    m.public_key = STR("no key");
    assert_int_equal(issue_mailbox(&m, a, &tbs, &e), RC_UNSUPPORTED);
    m = mailbox_of(leaf_key, STR("anna@acme.test"), ISSUE_BOTH);
    struct cert *leaf = issue(leaf_key, "anna@acme.test", ISSUE_BOTH);
    m.authority = leaf;
    assert_int_equal(issue_mailbox(&m, a, &tbs, &e), RC_UNSUPPORTED);
    cert_unref(leaf);
    struct issue_authority r = authority_of(root_key);
    r.domain_count = 0;
    assert_int_equal(issue_authority(&r, a, &tbs, &e), RC_INVALID);
    const struct issue_revoked foreign = {STR("00"), PKI_NOW, 0};
    const struct issue_list l = {root, 1, PKI_NOW, PKI_NOW + 1, &foreign, 1};
    assert_int_equal(issue_list(&l, a, &tbs, &e), RC_INVALID);
    assert_int_equal(issue_reason(STR("certificateHold")), -1);
    assert_str(tbs, STR("untouched"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_authority_says_what_it_may),
        cmocka_unit_test(a_mailbox_gets_the_profile),
        cmocka_unit_test(key_usage_follows_use_and_key),
        cmocka_unit_test(only_addresses_of_its_domains_are_trusted),
        cmocka_unit_test(a_long_address_leaves_the_subject_empty),
        cmocka_unit_test(lists_say_who_was_revoked),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
