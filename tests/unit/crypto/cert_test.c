#include "crypto/cert.h"

#include <pthread.h>
#include <unistd.h>

#include "base/b64.h"
#include "tests/unit/crypto/chain.h"

static int make_named_chain(void **state)
{
    (void) state;
    make_authorities();
    anna = PKI(.subject = "Anna", .subject_mail = "subject@example.org", .issuer = &inter,
               .san = "email:anna@example.org,email:Other@example.org",
               .usage = "critical,digitalSignature,keyAgreement", .extended = "emailProtection");
    return 0;
}

/* Without the path, so that there is nothing to release. */
static struct cert_verdict ask(const struct pki *p, struct cert *const *bag, size_t n,
                               const struct trust *t, enum cert_purpose purpose, int64_t at)
{
    const struct cert_question q = {
        .bag = bag, .bag_count = n, .trust = t, .purpose = purpose, .at = at};
    struct cert_verdict v, plain;
    cert_verify(p->cert, &q, &v);
    assert_true(v.path_count > 0 && v.path[0] == p->cert);
    assert_int_equal(v.trusted_by != TRUSTED_BY_NONE, v.chain == CHAIN_TRUSTED);
    plain = v;
    cert_verdict_free(&v);
    plain.path_count = 0;
    return plain;
}

static struct cert_verdict verify(const struct pki *p, const struct trust *t,
                                  enum cert_purpose purpose, int64_t at)
{
    struct cert *bag[] = {inter.cert, p->cert};
    return ask(p, bag, 2, t, purpose, at);
}

#define assert_chain(v, want)                                                                      \
    do {                                                                                           \
        struct cert_verdict v_ = (v);                                                              \
        if (v_.chain != (want))                                                                    \
            fail_msg("%s, not %s: %s", chain_status_word(v_.chain), chain_status_word(want),       \
                     v_.detail);                                                                   \
    } while (0)

static void parses_der_and_pem(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct cert *c = NULL, *d = NULL;
    str_t der = cert_der(anna.cert);
    OSSL_OWN(BIO) bio = BIO_new(BIO_s_mem());
    BIO_puts(bio, "some words before it\n");
    PEM_write_bio_X509(bio, anna.x);
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    assert_int_equal(cert_parse(str_n(p, (size_t) n), &c, NULL), RC_OK);
    assert_true(cert_equal(c, anna.cert));
    assert_str(cert_fingerprint(c), cert_fingerprint(anna.cert));
    unsigned char hash[32];
    unsigned len;
    X509_digest(anna.x, EVP_sha256(), hash, &len);
    assert_str(cert_fingerprint(c), hex_encode(a, str_n(hash, 32)));
    cert_unref(cert_ref(c));
    cert_unref(c);
    for (size_t i = 0; i < der.n; i += 7) {
        assert_int_equal(cert_parse(str_sub(der, 0, i), &d, NULL), RC_DAMAGED);
    }
    str_t longer = str_n(arena_alloc(a, der.n + 1), der.n + 1);
    memcpy((char *) longer.p, der.p, der.n);
    assert_int_equal(cert_parse(longer, &d, NULL), RC_DAMAGED);
    assert_null(d);
    assert_int_equal(ERR_peek_error(), 0);
}

static void describes(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct cert_info i;
    assert_int_equal(cert_describe(anna.cert, a, &i, NULL), RC_OK);
    assert_str(i.common_name, STR("Anna"));
    assert_str(i.subject, STR("emailAddress=subject@example.org,CN=Anna,O=Waxseal test key"));
    assert_str(i.issuer, STR("CN=Issuer,O=Waxseal test key"));
    assert_int_equal(i.address_count, 2); /* the subject's address is not one of them */
    assert_str(i.addresses[0], STR("anna@example.org"));
    assert_str(i.addresses[1], STR("Other@example.org"));
    assert_string_equal(i.key_algorithm, "ec");
    assert_int_equal(i.key_bits, 256);
    assert_str(i.curve, STR("P-256"));
    assert_true(i.can_sign && i.can_encrypt && !i.is_ca && !i.weak);
    assert_int_equal(i.not_before, PKI_NOW - 365 * PKI_DAY);
    assert_int_equal(i.not_after, PKI_NOW + 365 * PKI_DAY);
    assert_true(str_is_null(i.ocsp_url) && str_is_null(i.crl_url));
    assert_int_equal(i.key_identifier.n, 20);
    assert_str(i.serial, hex_encode(a, i.serial_der));
    assert_str(cert_name_text(i.issuer_der, a), i.issuer);
    assert_true(str_is_null(cert_name_text(STR("no name"), a)));
}

static void names_cannot_turn_the_screen(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct cert_info i;
    struct pki p = PKI(.subject = "J\xc3\xb6rg \xe2\x80\xae"
                                  "gro\r\nX: <b>",
                       .issuer = &inter);
    assert_int_equal(cert_describe(p.cert, a, &i, NULL), RC_OK);
    assert_str(i.common_name, STR("J\xc3\xb6rg ?gro??X: <b>"));
    assert_true(str_is_clean(i.subject) && str_is_utf8(i.subject));
    assert_int_equal(str_find(i.subject, STR("\xe2\x80\xae")), -1);
    assert_int_equal(i.address_count, 0);
    pki_free(&p);
}

static void names_places(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct cert_info i;
    struct pki p =
        PKI(.issuer = &inter,
            .more = {{NID_info_access, "OCSP;URI:ldap://x/,OCSP;URI:http://ocsp.example/"},
                     {NID_crl_distribution_points, "URI:http://crl.example/a.crl"}});
    assert_int_equal(cert_describe(p.cert, a, &i, NULL), RC_OK);
    assert_str(i.ocsp_url, STR("http://ocsp.example/"));
    assert_str(i.crl_url, STR("http://crl.example/a.crl"));
    pki_free(&p);
}

static void matches_only_the_alternative_name(void **state)
{
    (void) state;
    assert_int_equal(cert_matches_address(anna.cert, STR("anna@EXAMPLE.org")), ADDRESS_YES);
    assert_int_equal(cert_matches_address(anna.cert, STR("other@example.org")), ADDRESS_CASE);
    assert_int_equal(cert_matches_address(anna.cert, STR("subject@example.org")), ADDRESS_NO);
    struct pki p = PKI(.subject = "bob@example.org", .subject_mail = "bob@example.org");
    assert_int_equal(cert_matches_address(p.cert, STR("bob@example.org")), ADDRESS_NO);
    pki_free(&p);
    p = PKI(.san = "DNS:example.org,URI:mailto:bob@example.org");
    assert_int_equal(cert_matches_address(p.cert, STR("bob@example.org")), ADDRESS_NO);
    pki_free(&p);
    p = PKI(.san = "otherName:1.3.6.1.5.5.7.8.9;UTF8:jorg@xn--bcher-kva.example");
    assert_int_equal(cert_matches_address(p.cert, STR("jorg@b\xc3\xbc"
                                                      "cher.example")),
                     ADDRESS_YES);
    pki_free(&p);
    p = PKI(.san = "otherName:1.3.6.1.5.5.7.8.9;IA5:bob@example.org"); /* wrong string type */
    assert_int_equal(cert_matches_address(p.cert, STR("bob@example.org")), ADDRESS_NO);
    pki_free(&p);
}

static void ignores_addresses_with_nul(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    /* The length stays, the byte after the address becomes NUL. */
    struct pki p = PKI(.san = "email:bob@example.org_.evil.example");
    str_t der = arena_str(a, cert_der(p.cert));
    ptrdiff_t at = str_find(der, STR("_.evil"));
    assert_true(at > 0);
    ((char *) der.p)[at] = '\0';
    struct cert *c = NULL;
    struct cert_info i;
    assert_int_equal(cert_parse(der, &c, NULL), RC_OK);
    assert_int_equal(cert_matches_address(c, STR("bob@example.org")), ADDRESS_NO);
    assert_int_equal(cert_describe(c, a, &i, NULL), RC_OK);
    assert_int_equal(i.address_count, 0);
    cert_unref(c);
    pki_free(&p);
}

struct usage_row {
    const char *key, *usage, *extended;
    bool sign, encrypt;
};

static void obeys_usages(void **state)
{
    (void) state;
    static const struct usage_row rows[] = {
        {"rsa2048", NULL, NULL, true, true},
        {"rsa2048", "digitalSignature", NULL, true, false},
        {"rsa2048", "nonRepudiation", "emailProtection", true, false},
        {"rsa2048", "keyEncipherment", "emailProtection", false, true},
        {"rsa2048", "keyAgreement", NULL, false, false},
        {"rsa2048", NULL, "serverAuth,clientAuth", false, false},
        {"rsa2048", NULL, "clientAuth,emailProtection", true, true},
        {"rsa2048", NULL, "anyExtendedKeyUsage", true, true},
        {"P-384", "keyAgreement", NULL, false, true},
        {"P-384", "keyEncipherment", NULL, false, false},
        {"P-384", "keyAgreement,decipherOnly", NULL, false, false},
        {"P-521", NULL, NULL, true, true},
        {"rsa-pss", NULL, NULL, true, false},
        {"ed25519", NULL, NULL, true, false},
    };
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct trust *t = PKI_TRUST(&root);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct usage_row *r = &rows[i];
        struct pki p =
            PKI(.key = r->key, .usage = r->usage, .extended = r->extended, .issuer = &inter);
        struct cert_info info;
        bool sign = verify(&p, t, PURPOSE_SIGN, PKI_NOW).chain == CHAIN_TRUSTED;
        bool encrypt = verify(&p, t, PURPOSE_ENCRYPT, PKI_NOW).chain == CHAIN_TRUSTED;
        assert_int_equal(cert_describe(p.cert, a, &info, NULL), RC_OK);
        bool can_sign = r->sign && strcmp(r->key, "ed25519") != 0; /* allowed, but not by us */
        if (sign != r->sign || encrypt != r->encrypt || info.can_sign != can_sign ||
            info.can_encrypt != r->encrypt) {
            fail_msg("row %zu: sign %d %d, encrypt %d %d", i, sign, info.can_sign, encrypt,
                     info.can_encrypt);
        }
        if (!r->sign) assert_chain(verify(&p, t, PURPOSE_SIGN, PKI_NOW), CHAIN_PURPOSE);
        pki_free(&p);
    }
    trust_free(t);
}

static void judges_chains(void **state)
{
    (void) state;
    struct trust *t = PKI_TRUST(&root), *middle = PKI_TRUST(&inter);
    struct trust *own = PKI_TRUST(&anna), *nothing = NULL;
    assert_int_equal(trust_load_places(NULL, 0, &nothing, NULL), RC_OK);
    assert_chain(verify(&anna, t, PURPOSE_SIGN, PKI_NOW), CHAIN_TRUSTED);
    assert_string_equal(verify(&anna, t, PURPOSE_SIGN, PKI_NOW).detail, "");
    assert_chain(verify(&anna, t, PURPOSE_ENCRYPT, PKI_NOW), CHAIN_TRUSTED);
    assert_chain(verify(&anna, middle, PURPOSE_SIGN, PKI_NOW), CHAIN_TRUSTED);
    assert_chain(verify(&anna, own, PURPOSE_SIGN, PKI_NOW), CHAIN_TRUSTED);
    assert_chain(verify(&anna, nothing, PURPOSE_SIGN, PKI_NOW), CHAIN_UNKNOWN_ISSUER);
    assert_chain(verify(&anna, NULL, PURPOSE_SIGN, PKI_NOW), CHAIN_UNKNOWN_ISSUER);
    assert_chain(verify(&anna, t, PURPOSE_SIGN, PKI_NOW + 400 * PKI_DAY), CHAIN_EXPIRED);
    assert_chain(verify(&anna, t, PURPOSE_SIGN, PKI_NOW - 400 * PKI_DAY), CHAIN_NOT_YET_VALID);
    struct cert_verdict v;
    v = ask(&anna, NULL, 0, t, PURPOSE_SIGN, PKI_NOW);
    assert_chain(v, CHAIN_UNKNOWN_ISSUER);
    assert_true(strlen(v.detail) > 10);
    trust_free(t);
    trust_free(middle);
    trust_free(own);
    trust_free(nothing);
}

static void judges_odd_chains(void **state)
{
    (void) state;
    struct trust *t = PKI_TRUST(&root);
    struct pki p = PKI(.issuer = &inter, .key = "rsa1024");
    assert_chain(verify(&p, t, PURPOSE_SIGN, PKI_NOW), CHAIN_WEAK);
    pki_free(&p);
    p = PKI(.issuer = &inter, .md = "SHA1");
    assert_chain(verify(&p, t, PURPOSE_SIGN, PKI_NOW), CHAIN_WEAK);
    pki_free(&p);
    p = PKI(.subject = "Self");
    assert_chain(verify(&p, t, PURPOSE_SIGN, PKI_NOW), CHAIN_UNKNOWN_ISSUER);
    pki_free(&p);
    p = PKI(.issuer = &anna); /* an end-entity certificate as issuer */
    struct cert *bag[] = {anna.cert, inter.cert};
    struct cert_verdict v;
    v = ask(&p, bag, 2, t, PURPOSE_SIGN, PKI_NOW);
    assert_chain(v, CHAIN_INVALID);
    pki_free(&p);
    /* Same issuer name, another key: the signature does not fit, expired or not. */
    struct pki fake = PKI(.subject = "Issuer", .ca = true, .usage = CA_USAGE, .issuer = &root);
    p = PKI(.issuer = &fake, .to = PKI_NOW - PKI_DAY);
    assert_chain(verify(&p, t, PURPOSE_SIGN, PKI_NOW), CHAIN_INVALID);
    pki_free(&p);
    pki_free(&fake);
    struct pki narrow = PKI(.subject = "Narrow", .ca = true, .usage = CA_USAGE, .issuer = &root,
                            .more = {{NID_name_constraints, "critical,permitted;email:x.example"}});
    p = PKI(.issuer = &narrow, .san = "email:anna@example.org");
    struct cert *narrow_bag[] = {narrow.cert};
    v = ask(&p, narrow_bag, 1, t, PURPOSE_SIGN, PKI_NOW);
    assert_chain(v, CHAIN_INVALID);
    pki_free(&p);
    pki_free(&narrow);
    trust_free(t);
}

static void tells_about_missing_issuers_and_sources(void **state)
{
    (void) state;
    struct trust *t = PKI_TRUST(&root);
    struct cert_verdict v;
    struct pki p =
        PKI(.issuer = &inter, .more = {{NID_info_access, "caIssuers;URI:http://ca.example/i.cer"}});
    v = ask(&p, NULL, 0, t, PURPOSE_SIGN, PKI_NOW);
    assert_chain(v, CHAIN_INCOMPLETE);
    assert_int_equal(v.revocation.status, REVOCATION_NO_SOURCE);
    v = verify(&p, t, PURPOSE_SIGN, PKI_NOW);
    assert_chain(v, CHAIN_TRUSTED);
    assert_int_equal(v.revocation.status, REVOCATION_NO_SOURCE);
    pki_free(&p);
    p = PKI(.issuer = &inter, .more = {{NID_crl_distribution_points, "URI:ldap://x/c"}});
    assert_int_equal(verify(&p, t, PURPOSE_SIGN, PKI_NOW).revocation.status,
                     REVOCATION_NOT_CHECKED);
    pki_free(&p);
    struct pki sourced = PKI(.subject = "Sourced", .ca = true, .usage = CA_USAGE, .issuer = &root,
                             .more = {{NID_info_access, "OCSP;URI:http://o.example/"}});
    p = PKI(.issuer = &sourced);
    struct cert *bag[] = {sourced.cert};
    v = ask(&p, bag, 1, t, PURPOSE_SIGN, PKI_NOW);
    assert_int_equal(v.revocation.status, REVOCATION_NOT_CHECKED);
    pki_free(&p);
    pki_free(&sourced);
    trust_free(t);
}

static void loads_trust(void **state)
{
    (void) state;
    struct trust *t = NULL;
    struct err e;
    char dir[] = "/tmp/waxseal-trust-XXXXXX", file[64];
    assert_non_null(mkdtemp(dir));
    assert_int_equal(trust_load(str_c(dir), &t, &e), RC_OK); /* empty */
    assert_chain(verify(&anna, t, PURPOSE_SIGN, PKI_NOW), CHAIN_UNKNOWN_ISSUER);
    trust_free(t);
    t = NULL;
    snprintf(file, sizeof file, "%s/a.pem", dir);
    FILE *f = fopen(file, "w");
    PEM_write_X509(f, root.x);
    fputs("-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n", f);
    fclose(f);
    assert_int_equal(trust_load(str_c(dir), &t, &e), RC_DAMAGED);
    assert_non_null(strstr(e.detail, "a.pem"));
    f = fopen(file, "w");
    PEM_write_X509(f, root.x);
    fclose(f);
    assert_int_equal(trust_load(str_c(dir), &t, &e), RC_OK);
    assert_chain(verify(&anna, t, PURPOSE_SIGN, PKI_NOW), CHAIN_TRUSTED);
    trust_free(t);
    t = NULL;
    f = fopen(file, "w"); /* DER, as authorities offer it */
    str_t der = cert_der(root.cert);
    fwrite(der.p, 1, der.n, f);
    fclose(f);
    assert_int_equal(trust_load(str_c(file), &t, &e), RC_OK);
    assert_chain(verify(&anna, t, PURPOSE_SIGN, PKI_NOW), CHAIN_TRUSTED);
    trust_free(t);
    t = NULL;
    f = fopen(file, "w");
    fwrite(der.p, 1, der.n / 2, f);
    fclose(f);
    assert_int_equal(trust_load(str_c(file), &t, &e), RC_DAMAGED);
    remove(file);
    rmdir(dir);
    assert_int_equal(trust_load(str_c(dir), &t, &e), RC_NOT_FOUND);
    assert_null(t);
}

/* A certificate and a trust set are shared by the worker's threads (make SAN=thread watches). */
static void *use_shared(void *arg)
{
    const struct trust *t = arg;
    for (int i = 0; i < 100; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        struct cert_info info;
        struct cert *mine = cert_ref(anna.cert);
        bool fine = verify(&anna, t, PURPOSE_SIGN, PKI_NOW).chain == CHAIN_TRUSTED &&
                    cert_describe(mine, a, &info, NULL) == RC_OK && info.address_count == 2 &&
                    cert_matches_address(mine, STR("anna@example.org")) == ADDRESS_YES;
        cert_unref(mine);
        if (!fine) return (void *) "a thread saw something else";
    }
    return NULL;
}

static void threads_share_certificates(void **state)
{
    (void) state;
    struct trust *t = PKI_TRUST(&root);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use_shared, t), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *complaint = NULL;
        pthread_join(threads[i], &complaint);
        if (complaint) fail_msg("%s", (const char *) complaint);
    }
    trust_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_der_and_pem),
        cmocka_unit_test(describes),
        cmocka_unit_test(names_cannot_turn_the_screen),
        cmocka_unit_test(names_places),
        cmocka_unit_test(matches_only_the_alternative_name),
        cmocka_unit_test(ignores_addresses_with_nul),
        cmocka_unit_test(obeys_usages),
        cmocka_unit_test(judges_chains),
        cmocka_unit_test(judges_odd_chains),
        cmocka_unit_test(tells_about_missing_issuers_and_sources),
        cmocka_unit_test(loads_trust),
        cmocka_unit_test(threads_share_certificates),
    };
    return cmocka_run_group_tests_name("cert", tests, make_named_chain, free_chain);
}
