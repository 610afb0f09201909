/* What a signature is worth: every row of the colours (docs/VERDICTS.md names these tests). */
#include "mail/message.h"

#include "tests/unit/mail/message_world.h"

static void green_only_when_all_holds(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN), bert = clear(w, &w->bert, PLAIN);
    const struct row rows[] = {
        {FROM_ANNA, good, "signed-valid", LEVEL_GOOD, "signature_valid"},
        {FROM_ANNA, opaque(w, &w->anna, PLAIN), "signed-valid", LEVEL_GOOD, "revocation_no_source"},
        /* a named revocation source that was not asked: grey, with a sentence */
        {FROM_ANNA, clear(w, &w->crl, PLAIN), "signed-valid", LEVEL_NEUTRAL,
         "revocation_not_checked"},
        {FROM_ANNA, bert, "signer-mismatch", LEVEL_BAD, "address_mismatch"},
        {FROM_ANNA, clear(w, &w->bare, PLAIN), "signed-valid-but-address-unconfirmed",
         LEVEL_WARNING, "address_unconfirmed"},
        {STR("From: ANNA@A.example\r\n"), good, "signed-valid", LEVEL_GOOD, "address_case"},
        {STR("From: anna@a.example\r\nFrom: bert@a.example\r\n"), good, "signer-mismatch",
         LEVEL_BAD, "from_several"},
        {STR("From: anna@a.example, bert@a.example\r\n"), good, "signer-mismatch", LEVEL_BAD,
         "from_several"},
        {STR("Subject: x\r\n"), good, "signed-valid-but-address-unconfirmed", LEVEL_WARNING,
         "from_missing"},
        {STR("From: \"chef@a.example\" <anna@a.example>\r\n"), good, "signed-valid", LEVEL_WARNING,
         "name_is_address"},
        {STR("From: \"anna@a.example chef@a.example\" <anna@a.example>\r\n"), good, "signed-valid",
         LEVEL_WARNING, "name_is_address"},
        {STR("From: \"@ chef@a.example\" <anna@a.example>\r\n"), good, "signed-valid",
         LEVEL_WARNING, "name_is_address"},
        {STR("From: \"chef\xef\xbc\xa0"
             "a.example\" <anna@a.example>\r\n"),
         good, "signed-valid", LEVEL_WARNING, "name_is_address"},
        {STR("From: Chef <chef@a.example> <anna@a.example>\r\n"), good, "signer-mismatch",
         LEVEL_BAD, "from_several"},
        {STR("From: \"anna@a.example\" <anna@a.example>\r\n"), good, "signed-valid", LEVEL_GOOD,
         NULL},
        {STR("From: anna@a.example\r\nSender: bert@a.example\r\n"), good, "signed-valid",
         LEVEL_GOOD, "sender_differs"},
        /* passed on by the signer: red, as the author did not sign; by another: still the author's
         */
        {STR("From: chef@a.example\r\nResent-From: anna@a.example\r\n"), good, "signer-mismatch",
         LEVEL_BAD, "resent_by_signer"},
        {STR("From: anna@a.example\r\nResent-From: bert@a.example\r\n"), good, "signed-valid",
         LEVEL_GOOD, "resent"},
        {STR("From: list@l.example\r\nReply-To: anna@a.example\r\nList-Id: <l.example>\r\n"), good,
         "signer-mismatch", LEVEL_WARNING, "list_rewrote_from"},
        {STR("From: list@l.example\r\nReply-To: anna@a.example\r\n"), good, "signer-mismatch",
         LEVEL_BAD, "address_mismatch"},
        {FROM_ANNA, PLAIN, "none", LEVEL_NONE, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
}

static void known_certificates_help(void **state)
{
    struct world *w = *state;
    struct cert *same[] = {w->anna.cert}, *other[] = {w->crl.cert}, *foreign[] = {w->bert.cert};
    struct message_options o = {.smime = true, .trust = w->trust, .now = PKI_NOW};
    static const struct {
        int which;
        bool told;
    } rows[] = {{0, false}, {1, true}, {2, false}};
    str_t mail = JOIN(w->a, FROM_ANNA, clear(w, &w->anna, PLAIN));
    for (size_t i = 0; i < 3; i++) {
        o.known = rows[i].which == 0 ? same : rows[i].which == 1 ? other : foreign;
        o.known_count = 1;
        struct message_view *v = open_with(w, mail, &o);
        assert_string_equal(v->verdict, "signed-valid");
        assert_int_equal(has_reason(v, "certificate_changed"), rows[i].told);
        message_close(v);
    }
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    str_t der = signature(w, &w->anna, PLAIN, CMS_DETACHED | CMS_NOCERTS);
    assert_int_equal(build_multipart_signed(PLAIN, der, "sha-256", &b, NULL), RC_OK);
    mail = JOIN(w->a, FROM_ANNA, buf_view(&b));
    o.known = same;
    struct message_view *v = open_with(w, mail, &o);
    assert_string_equal(v->verdict, "signed-valid");
    message_close(v);
    o.known_count = 0;
    v = open_with(w, mail, &o);
    assert_string_equal(v->verdict, "signed-unverifiable");
    message_close(v);
}

/* --- the certificate ------------------------------------------------------------------------- */

static const struct message_reason *reason_of(const struct message_view *v, const char *code)
{
    for (size_t i = 0; i < v->reason_count; i++) {
        if (strcmp(v->reasons[i].code, code) == 0) return &v->reasons[i];
    }
    fail_msg("no reason %s", code);
    return NULL;
}

static str_t mail_with(struct world *w, const struct pki *p, int64_t signed_at, const char *md,
                       const struct pki *also)
{
    return JOIN(w->a, FROM_ANNA, STR("MIME-Version: 1.0\r\n"),
                clear_of(w, PLAIN, signature_at(w, p, PLAIN, CMS_DETACHED, signed_at, md, also)));
}

static str_t mail_of(struct world *w, const struct pki *p, int64_t signed_at)
{
    return mail_with(w, p, signed_at, NULL, NULL);
}

static void check(struct world *w, size_t i, str_t mail, const struct message_options *o,
                  const struct row *row)
{
    struct message_view *v = open_with(w, mail, o);
    if (strcmp(v->verdict, row->verdict) != 0) fail_msg("row %zu: %s", i, v->verdict);
    if (v->level != row->level) fail_msg("row %zu: level %d", i, (int) v->level);
    if (row->reason && !has_reason(v, row->reason)) fail_msg("row %zu: no %s", i, row->reason);
    message_close(v);
}

/* Trust, purpose, strength and time: who may be green. */
static void certificates_are_judged(void **state)
{
    struct world *w = *state;
    const int64_t day = PKI_DAY, then = PKI_NOW - day;
    struct pki other = PKI(.subject = "Other root", .ca = true, .usage = "keyCertSign");
    struct pki old = PKI(.subject = "Old authority", .ca = true, .usage = "keyCertSign",
                         .issuer = &w->root, .from = PKI_NOW - 900 * day, .to = PKI_NOW - 9 * day);
    struct pki leaf = PKI(.subject = "Leaf", .usage = "digitalSignature", .issuer = &w->root);
#define ANNA(...)                                                                                  \
    PKI(.subject = "Anna", .san = "email:anna@a.example", .usage = "digitalSignature", __VA_ARGS__)
    struct pki certs[] = {
        ANNA(.issuer = &other),
        ANNA(.issuer = &other, .more = {{NID_info_access, "caIssuers;URI:http://a.example/ca"}}),
        ANNA(.issuer = &w->root, .extended = "serverAuth"),
        ANNA(.issuer = &w->root, .key = "rsa1024"),
        ANNA(.issuer = &w->root, .md = "SHA1"),
        ANNA(.issuer = &leaf),
        ANNA(.issuer = &w->root, .from = PKI_NOW - 90 * day, .to = PKI_NOW - 9 * day),
        ANNA(.issuer = &w->root, .from = PKI_NOW + 9 * day, .to = PKI_NOW + 90 * day),
        ANNA(.issuer = &w->root, .from = PKI_NOW - 9 * day),
        ANNA(.issuer = &old),
    };
    const struct {
        size_t cert;
        int64_t signed_at;
        const char *md;
        struct row row;
        const struct pki *also;
    } rows[] = {
        {0, then, NULL, {.verdict = "signed-untrusted", LEVEL_NEUTRAL, "issuer_unknown"}},
        {1, then, NULL, {.verdict = "signed-untrusted", LEVEL_NEUTRAL, "chain_incomplete"}},
        {2, then, NULL, {.verdict = "signed-untrusted", LEVEL_WARNING, "certificate_purpose"}},
        {3, then, NULL, {.verdict = "signed-weak-or-invalid", LEVEL_WARNING, "certificate_weak"}},
        {4, then, NULL, {.verdict = "signed-weak-or-invalid", LEVEL_WARNING, "certificate_weak"}},
        {5, then, NULL, {.verdict = "signed-untrusted", LEVEL_WARNING, "chain_invalid"}, &leaf},
        {6,
         PKI_NOW - 30 * day,
         NULL,
         {.verdict = "signed-expired", LEVEL_WARNING, "certificate_expired_since"}},
        {6, then, NULL, {.verdict = "signed-expired", LEVEL_WARNING, "certificate_expired"}},
        {7, then, NULL, {.verdict = "signed-expired", LEVEL_WARNING, "certificate_not_yet_valid"}},
        {8, then, NULL, {.verdict = "signed-valid", LEVEL_GOOD, "signature_valid"}},
        {8,
         PKI_NOW - 30 * day,
         NULL,
         {.verdict = "signed-valid", LEVEL_WARNING, "signing_time_outside"}},
        {8,
         PKI_NOW + 2 * day,
         NULL,
         {.verdict = "signed-valid", LEVEL_WARNING, "signing_time_future"}},
        {8, PKI_NOW + 3600, NULL, {.verdict = "signed-valid", LEVEL_GOOD, "signature_valid"}},
        {8, then, "SHA1", {.verdict = "signed-weak-or-invalid", LEVEL_WARNING, "weak_algorithm"}},
        {9, then, NULL, {.verdict = "signed-expired", LEVEL_WARNING, "issuer_not_valid_now"}, &old},
    };
    struct message_options o = {.smime = true, .trust = w->trust, .now = PKI_NOW};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str_t mail =
            mail_with(w, &certs[rows[i].cert], rows[i].signed_at, rows[i].md, rows[i].also);
        check(w, i, mail, &o, &rows[i].row);
    }
    for (size_t i = 0; i < sizeof certs / sizeof certs[0]; i++)
        pki_free(&certs[i]);
    pki_free(&other);
    pki_free(&old);
    pki_free(&leaf);
}

/* --- revocation ------------------------------------------------------------------------------ */

static void answer(void *holder, struct cert *const *path, size_t n, struct cert_revocation *out)
{
    assert_int_equal(n, 2);
    assert_non_null(path[0]);
    *out = *(const struct cert_revocation *) holder;
}

static void revocation_has_its_colours(void **state)
{
    struct world *w = *state;
    const struct {
        struct cert_revocation says;
        bool strict;
        struct row row;
    } rows[] = {
        {{.status = REVOCATION_GOOD},
         true,
         {.verdict = "signed-valid", LEVEL_GOOD, "signature_valid"}},
        {{.status = REVOCATION_UNKNOWN},
         false,
         {.verdict = "signed-valid", LEVEL_NEUTRAL, "revocation_unknown"}},
        {{.status = REVOCATION_UNKNOWN},
         true,
         {.verdict = "signed-valid", LEVEL_WARNING, "revocation_required"}},
        {{.status = REVOCATION_NOT_CHECKED},
         false,
         {.verdict = "signed-valid", LEVEL_NEUTRAL, "revocation_not_checked"}},
        {{.status = REVOCATION_NOT_CHECKED},
         true,
         {.verdict = "signed-valid", LEVEL_WARNING, "revocation_required"}},
        {{.status = REVOCATION_REVOKED},
         false,
         {.verdict = "signed-invalid", LEVEL_BAD, "certificate_revoked"}},
    };
    str_t mail = mail_of(w, &w->crl, PKI_NOW - PKI_DAY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cert_revocation says = rows[i].says;
        struct cert_checks checks = {.revocation = answer, .holder = &says};
        struct message_options o = {.smime = true,
                                    .trust = w->trust,
                                    .now = PKI_NOW,
                                    .checks = &checks,
                                    .strict_revocation = rows[i].strict};
        check(w, i, mail, &o, &rows[i].row);
    }
    /* no source at all is green with a note, whatever is demanded */
    struct message_options strict = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .strict_revocation = true};
    const struct row none = {.verdict = "signed-valid", LEVEL_GOOD, "revocation_no_source"};
    check(w, 99, mail_of(w, &w->anna, PKI_NOW - PKI_DAY), &strict, &none);
}

static void a_revocation_says_when_and_why(void **state)
{
    struct world *w = *state;
    struct cert_revocation says = {.status = REVOCATION_REVOKED,
                                   .revoked_at = PKI_NOW - 2 * PKI_DAY,
                                   .reason = "keyCompromise"};
    struct cert_checks checks = {.revocation = answer, .holder = &says};
    struct message_options o = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .checks = &checks};
    struct message_view *v = open_with(w, mail_of(w, &w->crl, PKI_NOW - 9 * PKI_DAY), &o);
    const struct message_reason *r = reason_of(v, "certificate_revoked");
    assert_str(r->a, STR("2025-06-13"));
    assert_str(r->b, STR("keyCompromise"));
    assert_true(str_find(r->text, STR("on 2025-06-13 (its key fell into strange hands).")) > 0);
    assert_true(r->better.n > 0);
    assert_false(has_reason(v, "signature_valid"));
    message_close(v);
}

/* --- old mail -------------------------------------------------------------------------------- */

struct memory {
    int64_t then;
    unsigned char key[32];
    unsigned asked;
};

static int64_t remember(void *holder, const unsigned char key[32])
{
    struct memory *m = holder;
    memcpy(m->key, key, 32);
    m->asked++;
    return m->then;
}

/* Expired since: green only where we saw it good ourselves, in its time. */
static void old_mail_keeps_its_verdict(void **state)
{
    struct world *w = *state;
    const int64_t day = PKI_DAY, now = PKI_NOW;
    struct pki gone =
        PKI(.subject = "Anna", .san = "email:anna@a.example", .usage = "digitalSignature",
            .issuer = &w->root, .from = now - 90 * day, .to = now - 9 * day,
            .more = {{NID_crl_distribution_points, "URI:http://crl.a.example/x"}});
    const struct {
        int64_t then;
        enum revocation says;
        struct row row;
    } rows[] = {
        {now - 30 * day,
         REVOCATION_NOT_CHECKED,
         {.verdict = "signed-valid", LEVEL_GOOD, "verified_before"}},
        {now - 30 * day,
         REVOCATION_REVOKED,
         {.verdict = "signed-invalid", LEVEL_BAD, "certificate_revoked"}},
        {0, 0, {.verdict = "signed-expired", LEVEL_WARNING, "certificate_expired_since"}},
        {now + day, 0, {.verdict = "signed-expired", LEVEL_WARNING, "certificate_expired_since"}},
        {now - 5 * day,
         0,
         {.verdict = "signed-expired", LEVEL_WARNING, "certificate_expired_since"}},
    };
    str_t mail = mail_of(w, &gone, now - 31 * day);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct memory memory = {.then = rows[i].then};
        struct cert_revocation says = {.status = rows[i].says};
        struct cert_checks checks = {.revocation = answer, .holder = &says};
        struct message_options o = {.smime = true,
                                    .trust = w->trust,
                                    .now = now,
                                    .checks = &checks,
                                    .strict_revocation = true,
                                    .verified_at = remember,
                                    .verified_holder = &memory};
        check(w, i, mail, &o, &rows[i].row);
        assert_int_equal(memory.asked, 1);
        struct message_view *v = open_with(w, mail, &o);
        assert_memory_equal(v->signers[0].key, memory.key, 32);
        message_close(v);
    }
    /* what was altered since is not asked about, and red */
    char *bad = arena_cstr(w->a, mail);
    bad[str_find(mail, STR("4711"))] = '9';
    struct memory memory = {.then = now - 30 * day};
    struct message_options o = {.smime = true,
                                .trust = w->trust,
                                .now = now,
                                .verified_at = remember,
                                .verified_holder = &memory};
    const struct row red = {.verdict = "signed-invalid", LEVEL_BAD, "signature_altered"};
    check(w, 99, str_n(bad, mail.n), &o, &red);
    assert_int_equal(memory.asked, 0);
    pki_free(&gone);
}

/* --- personal trust -------------------------------------------------------------------------- */

static void personal_trust_says_on_whose_word(void **state)
{
    struct world *w = *state;
    struct pki own = PKI(.subject = "Own authority", .ca = true, .usage = "keyCertSign");
    struct pki anna = PKI(.subject = "Anna", .san = "email:anna@a.example",
                          .usage = "digitalSignature", .issuer = &own);
    struct cert *certificate[] = {anna.cert}, *issuer[] = {own.cert}, *other[] = {w->bert.cert};
    const struct {
        struct cert **anchors;
        struct row row;
        enum trusted_by by;
    } rows[] = {
        {certificate,
         {.verdict = "signed-valid", LEVEL_GOOD, "personal_certificate"},
         TRUSTED_BY_PERSONAL},
        {issuer, {.verdict = "signed-valid", LEVEL_GOOD, "personal_issuer"}, TRUSTED_BY_PERSONAL},
        {other, {.verdict = "signed-untrusted", LEVEL_NEUTRAL, "issuer_unknown"}, TRUSTED_BY_NONE},
    };
    str_t mail = mail_of(w, &anna, PKI_NOW - PKI_DAY);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct message_options o = {.smime = true,
                                    .trust = w->trust,
                                    .now = PKI_NOW,
                                    .anchors = rows[i].anchors,
                                    .anchor_count = 1};
        check(w, i, mail, &o, &rows[i].row);
        struct message_view *v = open_with(w, mail, &o);
        assert_int_equal(v->signers[0].chain.trusted_by, rows[i].by);
        if (i == 1) {
            str_t who = reason_of(v, "personal_issuer")->a;
            assert_true(str_find(who, STR("Own authority")) >= 0);
        }
        message_close(v);
    }
    /* Registered by the organisation: this certificate, and no issuer. */
    const struct row good = {.verdict = "signed-valid", LEVEL_GOOD, "registered_certificate"};
    const struct message_options yes = {.smime = true,
                                        .trust = w->trust,
                                        .now = PKI_NOW,
                                        .vouched = certificate,
                                        .vouched_count = 1};
    check(w, 90, mail, &yes, &good);
    const struct row unknown = {.verdict = "signed-untrusted", LEVEL_NEUTRAL, "issuer_unknown"};
    const struct message_options no = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .vouched = issuer, .vouched_count = 1};
    check(w, 91, mail, &no, &unknown);
    pki_free(&anna);
    pki_free(&own);
}

/* --- several signers ------------------------------------------------------------------------- */

/* Both sign; anna's signature value is spoilt when asked for. */
static str_t by_two(struct world *w, bool spoil)
{
    BIO *in = BIO_new_mem_buf(PLAIN.p, (int) PLAIN.n);
    const unsigned flags = CMS_BINARY | CMS_DETACHED | CMS_PARTIAL | CMS_NOATTR;
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
    assert_non_null(CMS_add1_signer(cms, w->bert.x, w->bert.key, NULL, flags));
    CMS_SignerInfo *anna = CMS_add1_signer(cms, w->anna.x, w->anna.key, NULL, flags);
    assert_int_equal(CMS_final(cms, in, NULL, CMS_BINARY | CMS_DETACHED), 1);
    const ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(anna);
    str_t mine = str_n(ASN1_STRING_get0_data(value), (size_t) ASN1_STRING_length(value));
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    ptrdiff_t at = str_find(str_n(der, (size_t) n), mine);
    assert_true(at > 0);
    if (spoil) der[(size_t) at + mine.n - 1] ^= 1;
    str_t out = clear_of(w, PLAIN, arena_str(w->a, str_n(der, (size_t) n)));
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    return out;
}

static void each_signer_counts(void **state)
{
    struct world *w = *state;
    struct message_view *v = open_mail(w, FROM_ANNA, by_two(w, false));
    assert_string_equal(v->verdict, "signed-valid");
    assert_str(reason_of(v, "signed_also_by")->a, STR("bert@a.example"));
    assert_str(reason_of(v, "signature_valid")->a, STR("anna@a.example"));
    message_close(v);
    /* a signature that is not intact is nobody's: the sender did not sign */
    v = open_mail(w, FROM_ANNA, by_two(w, true));
    assert_string_equal(v->verdict, "signed-invalid");
    assert_int_equal(v->level, LEVEL_BAD);
    assert_str(reason_of(v, "address_mismatch")->a, STR("bert@a.example"));
    message_close(v);
}

/* SignedData with content and no signer at all proves nothing, and is not green. */
static void a_form_without_a_signer(void **state)
{
    struct world *w = *state;
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);
    assert_int_equal(CMS_add1_cert(cms, w->anna.x), 1);
    ASN1_OCTET_STRING **content = CMS_get0_content(cms);
    if (!*content) *content = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(*content, (const unsigned char *) PLAIN.p, (int) PLAIN.n);
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    const struct row row = {FROM_ANNA, pkcs7(w, str_n(der, (size_t) n), "signed-data"),
                            "not-signed", LEVEL_WARNING, "signature_without_signer"};
    expect(w, 0, &row);
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
}

/* --- the table ------------------------------------------------------------------------------- */

static void reasons_are_sentences(void **state)
{
    (void) state;
    const struct message_reason_info *r, *other;
    for (size_t i = 0; (r = message_reason_info(i)); i++) {
        str_t text = str_c(r->text), better = r->better ? str_c(r->better) : STR("None.");
        if (!str_eq(text, STR("{a}")) && text.p[text.n - 1] != '.') fail_msg("%s", r->code);
        if (better.p[better.n - 1] != '.') fail_msg("%s: better", r->code);
        if (r->level == LEVEL_GOOD && r->better) fail_msg("%s cannot be better", r->code);
        for (size_t k = 0; k < i && (other = message_reason_info(k)); k++)
            assert_string_not_equal(other->code, r->code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(green_only_when_all_holds),
        cmocka_unit_test(known_certificates_help),
        cmocka_unit_test(certificates_are_judged),
        cmocka_unit_test(revocation_has_its_colours),
        cmocka_unit_test(a_revocation_says_when_and_why),
        cmocka_unit_test(old_mail_keeps_its_verdict),
        cmocka_unit_test(personal_trust_says_on_whose_word),
        cmocka_unit_test(each_signer_counts),
        cmocka_unit_test(a_form_without_a_signer),
        cmocka_unit_test(reasons_are_sentences),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
