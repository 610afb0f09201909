/* From bytes to one verdict: layers, levels, header protection, parts. Certificates and messages
 * are made while the test runs; the corpus tests hold what others made. */
#include "mail/message.h"

#include "base/mutant.h"
#include "mail/build.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

#define FROM_ANNA STR("From: Anna <anna@a.example>\r\nTo: bert@a.example\r\nSubject: outer\r\n")
#define PLAIN STR("Content-Type: text/plain\r\n\r\nThe code is 4711.\r\n")

static const unsigned char KEY[32] = "test key: never used elsewhere.";

struct world {
    struct pki root, anna, bert, crl, bare;
    struct trust *trust;
    struct arena *a;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->root = PKI(.subject = "Test root", .ca = true, .usage = "keyCertSign");
    w->anna = PKI(.subject = "Anna", .san = "email:anna@a.example", .usage = "digitalSignature",
                  .extended = "emailProtection", .issuer = &w->root);
    w->bert = PKI(.key = "rsa2048", .subject = "Bert", .san = "email:bert@a.example",
                  .usage = "keyEncipherment,digitalSignature", .issuer = &w->root);
    w->crl = PKI(.subject = "Anna", .san = "email:anna@a.example", .usage = "digitalSignature",
                 .issuer = &w->root,
                 .more = {{NID_crl_distribution_points, "URI:http://crl.a.example/x"}});
    w->bare = PKI(.subject = "anna@a.example", .subject_mail = "anna@a.example",
                  .usage = "digitalSignature", .issuer = &w->root);
    w->trust = PKI_TRUST(&w->root);
    w->a = arena_new_secret(64 << 20);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    struct pki *all[] = {&w->root, &w->anna, &w->bert, &w->crl, &w->bare};
    for (size_t i = 0; i < 5; i++)
        pki_free(all[i]);
    trust_free(w->trust);
    arena_free(w->a);
    free(w);
    return 0;
}

/* --- making messages ------------------------------------------------------------------------- */

static str_t joined(struct arena *a, const str_t *list, size_t n)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    for (size_t i = 0; i < n; i++)
        buf_str(&b, list[i]);
    return arena_str(a, buf_view(&b));
}
#define JOIN(a, ...)                                                                               \
    joined((a), (str_t[]){__VA_ARGS__}, sizeof((str_t[]){__VA_ARGS__}) / sizeof(str_t))

static str_t signature(struct world *w, const struct pki *p, str_t text, unsigned flags)
{
    int n = 0;
    unsigned char *der = pki_sign(p, text, flags, PKI_NOW - PKI_DAY, &n);
    str_t out = arena_str(w->a, str_n(der, (size_t) n));
    OPENSSL_free(der);
    return out;
}

static str_t pkcs7(struct world *w, str_t der, const char *type)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    assert_int_equal(build_pkcs7_mime(der, type, &b, NULL), RC_OK);
    return arena_str(w->a, buf_view(&b));
}

static str_t opaque(struct world *w, const struct pki *p, str_t entity)
{
    return pkcs7(w, signature(w, p, entity, 0), "signed-data");
}

static str_t clear(struct world *w, const struct pki *p, str_t entity)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    str_t der = signature(w, p, entity, CMS_DETACHED);
    assert_int_equal(build_multipart_signed(entity, der, "sha-256", &b, NULL), RC_OK);
    return arena_str(w->a, buf_view(&b));
}

static str_t sealed(struct world *w, str_t entity, enum cms_cipher cipher)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    struct cert *to[] = {w->bert.cert};
    assert_int_equal(cms_encrypt(entity, to, 1, cipher, str_n(KEY, 32), NULL, &b, NULL), RC_OK);
    bool gcm = cipher == CMS_AES_256_GCM;
    return pkcs7(w, buf_view(&b), gcm ? "authEnveloped-data" : "enveloped-data");
}

/* --- opening them ---------------------------------------------------------------------------- */

static struct message_view *open_with(struct world *w, str_t raw, const struct message_options *o)
{
    struct message_view *v = NULL;
    struct err e = {0};
    rc_t rc = message_open(raw, o, w->a, &v, &e);
    if (rc != RC_OK) fail_msg("%s: %s", err_word(rc), e.message);
    return v;
}

static struct message_view *open_mail(struct world *w, str_t header, str_t entity)
{
    static const struct message_key keys[] = {{0, {(const char *) KEY, 32}},
                                              {1, {(const char *) KEY, 32}}};
    struct message_options o = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .keys = keys, .key_count = 2};
    return open_with(w, JOIN(w->a, header, STR("MIME-Version: 1.0\r\n"), entity), &o);
}

static bool has_reason(const struct message_view *v, const char *code)
{
    for (size_t i = 0; i < v->reason_count; i++) {
        if (strcmp(v->reasons[i].code, code) == 0) return true;
    }
    return false;
}

/* --- verdicts -------------------------------------------------------------------------------- */

struct row {
    str_t header, entity;
    const char *verdict;
    enum message_level level;
    const char *reason;
};

static void expect(struct world *w, size_t i, const struct row *row)
{
    struct message_view *v = open_mail(w, row->header, row->entity);
    if (strcmp(v->verdict, row->verdict) != 0) fail_msg("row %zu: %s", i, v->verdict);
    if (v->level != row->level) fail_msg("row %zu: level %d", i, (int) v->level);
    if (row->reason && !has_reason(v, row->reason)) fail_msg("row %zu: no %s", i, row->reason);
    message_close(v);
}

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
        {STR("From: list@l.example\r\nReply-To: anna@a.example\r\nList-Id: <l.example>\r\n"), good,
         "signer-mismatch", LEVEL_WARNING, "list_rewrote_from"},
        {STR("From: list@l.example\r\nReply-To: anna@a.example\r\n"), good, "signer-mismatch",
         LEVEL_BAD, "address_mismatch"},
        {FROM_ANNA, PLAIN, "none", LEVEL_NONE, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
}

static void layers_are_read_from_outside_in(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN);
    str_t gcm = sealed(w, PLAIN, CMS_AES_256_GCM), cbc = sealed(w, PLAIN, CMS_AES_256_CBC);
    const struct row rows[] = {
        {FROM_ANNA, gcm, "encrypted", LEVEL_NEUTRAL, "encrypted"},
        {FROM_ANNA, cbc, "encrypted-unauthenticated", LEVEL_NEUTRAL, "encrypted_unauthenticated"},
        {FROM_ANNA, sealed(w, good, CMS_AES_256_CBC), "encrypted+signed-valid", LEVEL_GOOD, NULL},
        {FROM_ANNA, sealed(w, clear(w, &w->bert, PLAIN), CMS_AES_256_CBC),
         "encrypted+signer-mismatch", LEVEL_BAD, NULL},
        {FROM_ANNA, clear(w, &w->anna, cbc), "signed-valid+encrypted", LEVEL_NEUTRAL,
         "signs_ciphertext_only"},
        {FROM_ANNA, clear(w, &w->bert, sealed(w, good, CMS_AES_256_CBC)),
         "signed+encrypted+signed-valid", LEVEL_GOOD, "outer_signature"},
        {FROM_ANNA, sealed(w, gcm, CMS_AES_256_GCM), "encrypted+encrypted", LEVEL_NEUTRAL, NULL},
        /* a stranger's signature around the ciphertext protects nothing */
        {FROM_ANNA, clear(w, &w->bert, cbc), "signer-mismatch+encrypted-unauthenticated", LEVEL_BAD,
         "encrypted_unauthenticated"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
}

/* Changed text inside a signature, in all places where a signature may be. */
static void altered_text_is_red_everywhere(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN);
    char *bad = arena_cstr(w->a, good);
    ptrdiff_t at = str_find(good, STR("4711"));
    assert_true(at > 0);
    bad[at] = '9';
    str_t changed = str_n(bad, good.n);
    const struct row rows[] = {
        {FROM_ANNA, changed, "signed-invalid", LEVEL_BAD, "signature_altered"},
        {FROM_ANNA, sealed(w, changed, CMS_AES_256_GCM), "encrypted+signed-invalid", LEVEL_BAD,
         NULL},
        {FROM_ANNA, clear(w, &w->anna, changed), "signed+signed-invalid", LEVEL_BAD, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
}

static str_t mixed(struct world *w, str_t first, str_t second)
{
    return JOIN(w->a, STR("Content-Type: multipart/mixed; boundary=\"mix\"\r\n\r\n--mix\r\n"),
                first, STR("\r\n--mix\r\n"), second, STR("\r\n--mix--\r\n"));
}

static void parts_earn_no_badge(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN), gcm = sealed(w, PLAIN, CMS_AES_256_GCM);
    str_t evil = STR("Content-Type: text/plain\r\n\r\nEVIL\r\n");
    str_t attached = JOIN(w->a, STR("Content-Type: message/rfc822\r\n\r\n"), FROM_ANNA, good);
    const struct row rows[] = {
        {FROM_ANNA, mixed(w, evil, good), "partially-signed", LEVEL_WARNING, "partially_signed"},
        {FROM_ANNA, mixed(w, good, evil), "partially-signed", LEVEL_WARNING, NULL},
        {FROM_ANNA, mixed(w, evil, gcm), "partially-encrypted", LEVEL_WARNING, NULL},
        {FROM_ANNA, mixed(w, evil, opaque(w, &w->anna, PLAIN)), "partially-signed", LEVEL_WARNING,
         NULL},
        {FROM_ANNA, mixed(w, evil, attached), "not-signed", LEVEL_NONE, "attached_signed"},
        {FROM_ANNA, sealed(w, mixed(w, evil, good), CMS_AES_256_GCM), "encrypted+partially-signed",
         LEVEL_WARNING, NULL},
        /* what is inside a whole signature is covered by it */
        {FROM_ANNA, clear(w, &w->anna, mixed(w, evil, good)), "signed-valid", LEVEL_GOOD, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
    struct message_view *v = open_mail(w, FROM_ANNA, mixed(w, evil, gcm));
    assert_int_equal(v->part_count, 1); /* the encrypted part is not opened */
    assert_int_equal(v->attachment_count, 1);
    assert_int_equal(v->layer_count, 0);
    message_close(v);
}

/* Parts that somebody added to a multipart/signed are shown, and nothing is green. */
static void added_parts_are_shown(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN);
    ptrdiff_t end = str_rchr(str_sub(good, 0, good.n - 4), '\r');
    str_t delimiter = str_trim(str_sub(good, (size_t) end, good.n));
    delimiter = str_sub(delimiter, 0, delimiter.n - 2);
    str_t more =
        JOIN(w->a, str_sub(good, 0, (size_t) end), STR("\r\n"), delimiter,
             STR("\r\nContent-Type: text/plain\r\n\r\nEVIL\r\n"), delimiter, STR("--\r\n"));
    struct message_view *v = open_mail(w, FROM_ANNA, more);
    assert_string_equal(v->verdict, "partially-signed");
    assert_int_equal(v->part_count, 2);
    assert_str(v->parts[1].text, STR("EVIL"));
    message_close(v);
    /* and one without its signature is broken */
    str_t half =
        JOIN(w->a, str_sub(good, 0, (size_t) str_find(good, STR("\r\nContent-Type: application/"))),
             STR("\r\n"));
    v = open_mail(w, FROM_ANNA, half);
    assert_string_equal(v->verdict, "signed-invalid");
    assert_int_equal(v->level, LEVEL_BAD);
    message_close(v);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void without_key_there_is_a_job(void **state)
{
    struct world *w = *state;
    struct message_options o = {.smime = true, .trust = w->trust, .now = PKI_NOW};
    str_t raw = JOIN(w->a, FROM_ANNA, sealed(w, PLAIN, CMS_AES_256_GCM));
    struct message_view *v = open_with(w, raw, &o);
    assert_string_equal(v->verdict, "encrypted-no-key");
    assert_int_equal(v->job, 0);
    assert_int_equal(v->layers[0].envelope.key_bytes, 32);
    assert_int_equal(v->layers[0].envelope.recipients[0].kind, CMS_KEY_RSA_V15);
    assert_int_equal(v->layers[0].envelope.recipients[0].encrypted_key.n, 256);
    assert_false(v->layers[0].opened);
    assert_int_equal(v->part_count, 0);
    assert_int_equal(v->attachment_count, 1); /* the file itself, for saving */
    message_close(v);
}

static void wrong_key_shows_nothing(void **state)
{
    struct world *w = *state;
    static const struct message_key wrong[] = {{0, STR_INIT("thirty-two bytes, but not the key")}};
    struct message_key key = wrong[0];
    key.content_key.n = 32;
    struct message_options o = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .keys = &key, .key_count = 1};
    str_t raw = JOIN(w->a, FROM_ANNA, sealed(w, PLAIN, CMS_AES_256_GCM));
    struct message_view *v = open_with(w, raw, &o);
    assert_string_equal(v->verdict, "decrypt-error");
    assert_int_equal(v->level, LEVEL_BAD);
    assert_int_equal(v->part_count, 0);
    assert_int_equal(v->job, -1);
    message_close(v);
}

struct asked {
    unsigned times;
    enum key_answer answer;
};

static enum key_answer answer(void *holder, const struct cms_recipient *r, unsigned key_bytes,
                              struct buf *out)
{
    struct asked *asked = holder;
    (void) r;
    asked->times++;
    if (asked->answer == KEY_DONE) buf_add(out, KEY, key_bytes);
    return asked->answer;
}

static void the_holder_is_asked(void **state)
{
    struct world *w = *state;
    static const struct {
        enum key_answer answer;
        const char *verdict;
    } rows[] = {
        {KEY_DONE, "encrypted"}, {KEY_NONE, "encrypted-no-key"}, {KEY_PENDING, "encrypted-no-key"}};
    for (size_t i = 0; i < 3; i++) {
        struct asked asked = {.answer = rows[i].answer};
        struct key_ops ops = {.unwrap = answer, .holder = &asked};
        struct message_options o = {.smime = true, .now = PKI_NOW, .ops = &ops};
        struct message_view *v = open_with(w, sealed(w, PLAIN, CMS_AES_256_GCM), &o);
        assert_string_equal(v->verdict, rows[i].verdict);
        assert_int_equal(asked.times, 1);
        message_close(v);
    }
}

static void without_the_feature_it_is_ordinary_mail(void **state)
{
    struct world *w = *state;
    struct message_options o = {.smime = false, .trust = w->trust, .now = PKI_NOW};
    str_t signed_mail = JOIN(w->a, FROM_ANNA, clear(w, &w->anna, PLAIN));
    struct message_view *v = open_with(w, signed_mail, &o);
    assert_string_equal(v->verdict, "none");
    assert_false(v->has_signature);
    assert_int_equal(v->signer_count, 0);
    assert_int_equal(v->part_count, 1);
    assert_int_equal(v->attachment_count, 1);
    assert_str(v->attachments[0].name, STR("smime.p7s"));
    message_close(v);
    v = open_with(w, JOIN(w->a, FROM_ANNA, sealed(w, PLAIN, CMS_AES_256_GCM)), &o);
    assert_string_equal(v->verdict, "none");
    assert_int_equal(v->reason_count, 0);
    assert_int_equal(v->job, -1);
    assert_int_equal(v->attachment_count, 1);
    message_close(v);
}

/* How a mailbox stores lines must not matter; what was really signed over LF is not canonical. */
static void line_ends_are_put_back(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN);
    char *lf = arena_cstr(w->a, good);
    size_t n = 0;
    for (size_t i = 0; i < good.n; i++) {
        if (good.p[i] != '\r') lf[n++] = good.p[i];
    }
    str_t bare = STR("Content-Type: text/plain\n\nThe code is 4711.\n");
    str_t odd = STR("Content-Type: text/plain\r\n\r\nOne\nline of 4711.\r\n");
    const struct row rows[] = {
        {FROM_ANNA, str_n(lf, n), "signed-valid", LEVEL_GOOD, NULL},
        {FROM_ANNA, opaque(w, &w->anna, bare), "signed-valid", LEVEL_GOOD, NULL}, /* exact bytes */
        {FROM_ANNA, clear(w, &w->anna, bare), "signed-invalid", LEVEL_BAD, NULL},
        {FROM_ANNA, clear(w, &w->anna, odd), "signed-valid", LEVEL_GOOD, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
}

/* A layer that is fine around content that is not: said, not an error. */
static void unreadable_content_is_said(void **state)
{
    struct world *w = *state;
    CLEANUP_BUF struct buf many = BUF_INIT(1 << 20);
    for (int i = 0; i < 6000; i++)
        buf_cstr(&many, "X-Field: x\r\n");
    buf_cstr(&many, "\r\n4711\r\n");
    struct message_view *v = open_mail(w, FROM_ANNA, sealed(w, buf_view(&many), CMS_AES_256_GCM));
    assert_string_equal(v->verdict, "encrypted+damaged");
    assert_int_equal(v->part_count, 0);
    message_close(v);
}

/* Certificates kept of the sender: they verify what comes without one, and another one is named. */
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

/* --- header protection ----------------------------------------------------------------------- */

static void the_protected_header_is_shown(void **state)
{
    struct world *w = *state;
    str_t inner = STR("From: Anna <anna@a.example>\r\nSubject: inner\r\nTo: bert@a.example\r\n"
                      "Content-Type: text/plain; hp=\"clear\"\r\n\r\nx\r\n");
    struct message_view *v = open_mail(w, FROM_ANNA, clear(w, &w->anna, inner));
    assert_string_equal(v->verdict, "signed-valid");
    assert_true(v->header_protected);
    assert_str(v->subject, STR("inner"));
    assert_str(v->outer_subject, STR("outer"));
    assert_true(has_reason(v, "subject_changed"));
    message_close(v);
    /* the form of signed mail around it, but nobody signed */
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);
    ASN1_OCTET_STRING **content = CMS_get0_content(cms);
    if (!*content) *content = ASN1_OCTET_STRING_new();
    assert_int_equal(
        ASN1_OCTET_STRING_set(*content, (const unsigned char *) inner.p, (int) inner.n), 1);
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    v = open_mail(w, FROM_ANNA, pkcs7(w, str_n(der, (size_t) n), "signed-data"));
    assert_string_equal(v->verdict, "not-signed");
    assert_false(v->header_protected);
    assert_str(v->subject, STR("outer"));
    message_close(v);
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    /* unsigned mail has no protected header, whatever it says */
    v = open_mail(w, FROM_ANNA, STR("Content-Type: text/plain; hp=\"clear\"\r\n\r\nx\r\n"));
    assert_false(v->header_protected);
    assert_str(v->subject, STR("outer"));
    message_close(v);
}

static void another_inner_from_is_red(void **state)
{
    struct world *w = *state;
    str_t inner = STR("From: Anna <anna@a.example>\r\nSubject: inner\r\n"
                      "Content-Type: text/plain; hp=\"clear\"\r\n\r\nx\r\n");
    struct message_view *v =
        open_mail(w, STR("From: mallory@evil.example\r\n"), clear(w, &w->anna, inner));
    assert_string_equal(v->verdict, "signer-mismatch");
    assert_int_equal(v->level, LEVEL_BAD);
    assert_str(v->from[0].address, STR("mallory@evil.example"));
    assert_true(has_reason(v, "from_differs"));
    message_close(v);
}

static void altered_headers_are_not_believed(void **state)
{
    struct world *w = *state;
    str_t inner = STR("From: Anna <anna@a.example>\r\nSubject: inner\r\n"
                      "Content-Type: text/plain; hp=\"clear\"\r\n\r\n4711\r\n");
    str_t good = clear(w, &w->anna, inner);
    char *bad = arena_cstr(w->a, good);
    bad[str_find(good, STR("inner"))] = 'I';
    struct message_view *v = open_mail(w, FROM_ANNA, str_n(bad, good.n));
    assert_string_equal(v->verdict, "signed-invalid");
    assert_false(v->header_protected);
    assert_str(v->subject, STR("outer"));
    message_close(v);
}

static void legacy_display_is_left_out(void **state)
{
    struct world *w = *state;
    str_t text = STR("Subject: hidden\r\nContent-Type: text/plain; hp=\"cipher\";"
                     " hp-legacy-display=\"1\"\r\n\r\nSubject: hidden\r\n\r\nreal text\r\n");
    str_t html = STR("Subject: hidden\r\nContent-Type: text/html; hp=\"cipher\";"
                     " hp-legacy-display=\"1\"\r\n\r\n<html><body>"
                     "<div class=\"header-protection-legacy-display\"><div>Subject: hidden</div>"
                     "</div><p>real text</p></body></html>\r\n");
    struct message_view *v = open_mail(w, FROM_ANNA, sealed(w, text, CMS_AES_256_GCM));
    assert_str(v->subject, STR("hidden"));
    assert_str(v->parts[0].text, STR("real text\r\n"));
    message_close(v);
    v = open_mail(w, FROM_ANNA, sealed(w, html, CMS_AES_256_GCM));
    assert_str(v->parts[0].text, STR("<html><body><p>real text</p></body></html>\r\n"));
    message_close(v);
}

/* --- parts ----------------------------------------------------------------------------------- */

#define RELATED                                                                                    \
    "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"                                     \
    "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n"                               \
    "Content-Type: text/plain\r\n\r\nplain form\r\n--a\r\n"                                        \
    "Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\n"                                   \
    "Content-Type: text/html\r\n\r\n<img src=cid:one>\r\n--r\r\n"                                  \
    "Content-Type: image/png\r\nContent-ID: <one>\r\nContent-Transfer-Encoding: base64\r\n\r\n"    \
    "iVBORw0K\r\n--r--\r\n--a\r\n"                                                                 \
    "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n--a--\r\n--m\r\n"                       \
    "Content-Type: application/pdf; name=\"a.pdf\"\r\n"                                            \
    "Content-Disposition: attachment\r\n\r\npdf\r\n--m\r\n"                                        \
    "Content-Type: text/plain\r\n\r\nfooter\r\n--m--\r\n"

static void parts_come_in_order(void **state)
{
    struct world *w = *state;
    struct message_view *v = open_mail(w, FROM_ANNA, STR(RELATED));
    assert_int_equal(v->part_count, 2);
    assert_true(v->parts[0].html && !v->parts[1].html);
    assert_str(v->parts[0].plain, STR("plain form"));
    assert_str(v->parts[1].text, STR("footer"));
    assert_false(v->parts[0].sealed);
    assert_int_equal(v->attachment_count, 3);
    assert_str(v->attachments[0].type, STR("image/png"));
    assert_true(v->attachments[0].inlined);
    assert_str(v->attachments[0].content_id, STR("one"));
    assert_int_equal(v->attachments[0].size, 6);
    assert_str(v->attachments[1].type, STR("text/calendar"));
    assert_str(v->attachments[2].name, STR("a.pdf"));
    message_close(v);
}

static void bytes_are_had_by_id(void **state)
{
    struct world *w = *state;
    struct message_view *v = open_mail(w, FROM_ANNA, sealed(w, STR(RELATED), CMS_AES_256_GCM));
    CLEANUP_BUF struct buf out = BUF_INIT_SECRET(1 << 20);
    str_t type, name;
    assert_str(v->parts[0].id, STR("L1/1.2.1"));
    assert_true(v->parts[0].sealed && v->attachments[0].sealed);
    assert_str(v->attachments[2].id, STR("L1/2"));
    assert_int_equal(message_part_bytes(v, STR("L1/2"), &out, &type, &name, NULL), RC_OK);
    assert_str(buf_view(&out), STR("pdf"));
    assert_str(name, STR("a.pdf"));
    assert_int_equal(message_part_bytes(v, STR("2"), &out, &type, &name, NULL), RC_NOT_FOUND);
    assert_int_equal(message_part_bytes(v, STR("L1/9"), &out, &type, &name, NULL), RC_NOT_FOUND);
    message_close(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(green_only_when_all_holds),
        cmocka_unit_test(layers_are_read_from_outside_in),
        cmocka_unit_test(altered_text_is_red_everywhere),
        cmocka_unit_test(parts_earn_no_badge),
        cmocka_unit_test(added_parts_are_shown),
        cmocka_unit_test(without_key_there_is_a_job),
        cmocka_unit_test(wrong_key_shows_nothing),
        cmocka_unit_test(the_holder_is_asked),
        cmocka_unit_test(without_the_feature_it_is_ordinary_mail),
        cmocka_unit_test(line_ends_are_put_back),
        cmocka_unit_test(unreadable_content_is_said),
        cmocka_unit_test(known_certificates_help),
        cmocka_unit_test(the_protected_header_is_shown),
        cmocka_unit_test(another_inner_from_is_red),
        cmocka_unit_test(altered_headers_are_not_believed),
        cmocka_unit_test(legacy_display_is_left_out),
        cmocka_unit_test(parts_come_in_order),
        cmocka_unit_test(bytes_are_had_by_id),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
