/* S/MIME behind other labels, and what only looks like it (RFC 8551 section 3.10): what the content
 * is counts, and nothing that a person could read may be lost for it. */
#include "mail/message.h"

#include "tests/unit/mail/message_world.h"

#define SENTENCE "PLEASE PAY 100 EUR TODAY"
#define BASE64 "Content-Transfer-Encoding: base64\r\n\r\n"
#define TEXT "Content-Type: text/plain\r\n"
#define FILE_TYPE "Content-Type: application/octet-stream"
#define SMIME "Content-Type: application/pkcs7-mime; name=smime.p7m\r\n"

static str_t base64(struct world *w, str_t der)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    assert_true(mime_base64_encode(der, &b));
    return arena_str(w->a, buf_view(&b));
}

static str_t envelope(struct world *w, str_t entity)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    struct cert *to[] = {w->bert.cert};
    assert_int_equal(cms_encrypt(entity, to, 1, CMS_AES_256_CBC, str_n(KEY, 32), NULL, &b, NULL),
                     RC_OK);
    return arena_str(w->a, buf_view(&b));
}

/* RFC 8551 section 3.10: what the content is counts, not what its label says. */
static void labels_hide_nothing(void **state)
{
    struct world *w = *state;
    const str_t b64 = STR("Content-Transfer-Encoding: base64\r\n\r\n");
    const str_t env = envelope(w, PLAIN), good = signature(w, &w->anna, PLAIN, 0);
    const str_t text = STR("Content-Type: text/plain\r\n");
    const str_t file = STR("Content-Type: text/plain; name=\"smime.p7m\"\r\n"
                           "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n");
    const str_t in_lines = base64(w, env);
    const str_t pem =
        JOIN(w->a, STR("-----BEGIN CMS-----\r\n"), in_lines, STR("-----END CMS-----\r\n"));
    const str_t part = JOIN(w->a, STR("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"),
                            text, STR("\r\nLook:\r\n--b\r\n"));
    const str_t end = STR("\r\n--b--\r\n");
    const char *closed = "encrypted-unauthenticated";
    const struct row rows[] = {
        {FROM_ANNA, JOIN(w->a, file, b64, in_lines), closed, LEVEL_NEUTRAL, NULL},
        {FROM_ANNA, JOIN(w->a, text, b64, in_lines), closed, LEVEL_NEUTRAL, NULL},
        {FROM_ANNA, JOIN(w->a, text, STR("\r\n"), in_lines), closed, LEVEL_NEUTRAL, NULL},
        {FROM_ANNA, JOIN(w->a, text, STR("\r\n\r\n  "), pem), closed, LEVEL_NEUTRAL, NULL},
        {FROM_ANNA, JOIN(w->a, text, b64, base64(w, pem)), closed, LEVEL_NEUTRAL, NULL},
        {FROM_ANNA, JOIN(w->a, STR("Content-Type: text/html\r\n"), b64, in_lines), closed,
         LEVEL_NEUTRAL, NULL},
        {FROM_ANNA, JOIN(w->a, STR("Content-Type: image/png\r\n"), b64, in_lines), closed,
         LEVEL_NEUTRAL, NULL},
        {FROM_ANNA, JOIN(w->a, STR("Content-Type: application/octet-stream\r\n"), b64, in_lines),
         closed, LEVEL_NEUTRAL, NULL},
        /* a signature in disguise gets the whole verdict, and no better one */
        {FROM_ANNA, JOIN(w->a, text, b64, base64(w, good)), "signed-valid", LEVEL_GOOD, NULL},
        {STR("From: bert@a.example\r\n"), JOIN(w->a, text, b64, base64(w, good)), "signer-mismatch",
         LEVEL_BAD, "address_mismatch"},
        /* not whole: nobody can tell what it was */
        {FROM_ANNA, JOIN(w->a, text, b64, base64(w, str_sub(env, 0, env.n / 2))), "none",
         LEVEL_NONE, NULL},
        /* among others: no badge, and said so */
        {FROM_ANNA, JOIN(w->a, part, text, b64, in_lines, end), "partially-encrypted",
         LEVEL_WARNING, "partially_encrypted"},
        {FROM_ANNA, JOIN(w->a, part, text, b64, base64(w, good), end), "partially-signed",
         LEVEL_WARNING, "partially_signed"},
        /* what only begins like it, and files of certificates, are what they are */
        {FROM_ANNA, JOIN(w->a, text, STR("\r\nMIAG is a word.\r\n")), "none", LEVEL_NONE, NULL},
        {FROM_ANNA,
         JOIN(w->a, STR("Content-Type: application/octet-stream; name=all.p7b\r\n"), b64,
              base64(w, good)),
         "none", LEVEL_NONE, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
    struct message_options locked = {.smime = true, .trust = w->trust, .now = PKI_NOW};
    struct message_view *v = open_with(w, JOIN(w->a, FROM_ANNA, rows[0].entity), &locked);
    assert_string_equal(v->verdict, "encrypted-no-key");
    assert_int_equal(v->job, 0);
    message_close(v);
    locked.smime = false; /* without S/MIME it is the file it says */
    v = open_with(w, JOIN(w->a, FROM_ANNA, rows[0].entity), &locked);
    assert_string_equal(v->verdict, "none");
    message_close(v);
}

static str_t pem(struct world *w, const char *label, str_t der)
{
    return JOIN(w->a, STR("-----BEGIN "), str_c(label), STR("-----\r\n"), base64(w, der),
                STR("-----END "), str_c(label), STR("-----\r\n"));
}

/* SignedData without signer and content. */
static str_t certificates(struct world *w)
{
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);
    assert_int_equal(CMS_add1_cert(cms, w->anna.x), 1);
    assert_int_equal(CMS_set_detached(cms, 1), 1);
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    str_t out = arena_str(w->a, str_n(der, (size_t) n));
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    return out;
}

static bool shows(const struct message_view *v, const char *what)
{
    for (size_t i = 0; i < v->part_count; i++)
        if (str_find(v->parts[i].text, str_c(what)) >= 0) return true;
    return false;
}

/* No badge, and all that was written is shown. */
static void expect_text(struct world *w, size_t i, str_t entity, const char *shown)
{
    struct message_view *v = open_mail(w, FROM_ANNA, entity);
    if (strcmp(v->verdict, "none") != 0) fail_msg("row %zu: %s", i, v->verdict);
    if (v->level != LEVEL_NONE || v->reason_count > 0) fail_msg("row %zu: level, reasons", i);
    if (v->has_signature || v->has_encryption) fail_msg("row %zu: protected", i);
    if (shown && !shows(v, shown)) fail_msg("row %zu: %s is lost", i, shown);
    message_close(v);
}

/* What calls itself a text is one, unless it is the object and nothing else. */
static void text_around_it_is_not_lost(void **state)
{
    struct world *w = *state;
    /* lengths that need padding, and one that does not: what follows is decoded then */
    const str_t good = signature(w, &w->anna, PLAIN, 0), env = envelope(w, PLAIN);
    const str_t b64 = base64(w, good), block = pem(w, "CMS", good);
    const str_t text = STR(TEXT "\r\n"), pay = STR(SENTENCE "\r\n"),
                zahl = STR("\xd0\x97\xd0\xb0!\r\n");
    const str_t half = str_sub(b64, 0, 78), rest = str_sub(b64, 78, b64.n);
    const str_t begin = STR("-----BEGIN " SENTENCE "-----\r\n");
    const struct {
        str_t entity;
        const char *shown;
    } rows[] = {
        {JOIN(w->a, text, block, pay), SENTENCE},
        {JOIN(w->a, text, pay, block), SENTENCE},
        {JOIN(w->a, text, block, STR("\r\n-- \r\nlist@a.example\r\n")), "list@a.example"},
        {JOIN(w->a, text, pem(w, "CMS", env), pay), SENTENCE},
        {JOIN(w->a, text, block, block), "-----END CMS-----"},
        {JOIN(w->a, text, str_sub(block, 0, block.n - 2), STR(" " SENTENCE "\r\n")), SENTENCE},
        {JOIN(w->a, text, begin, b64, STR("-----END " SENTENCE "-----\r\n")), SENTENCE},
        {JOIN(w->a, text, begin, b64), SENTENCE},
        {JOIN(w->a, text, STR("-----BEGIN CMS-----\r\n"), half, zahl, rest,
              STR("-----END CMS-----\r\n")),
         "\xd0\x97\xd0\xb0!"},
        {JOIN(w->a, text, b64, pay), SENTENCE},
        {JOIN(w->a, text, b64, zahl), "\xd0\x97\xd0\xb0!"},
        {JOIN(w->a, text, half, zahl, rest), "\xd0\x97\xd0\xb0!"},
        {JOIN(w->a, text, base64(w, env), pay), SENTENCE},
        {JOIN(w->a, text, base64(w, JOIN(w->a, good, STR("1"))), pay), SENTENCE},
        {JOIN(w->a, text, base64(w, JOIN(w->a, good, STR("12"))), pay), SENTENCE},
        {JOIN(w->a, STR(TEXT BASE64), base64(w, JOIN(w->a, block, pay))), SENTENCE},
        {JOIN(w->a, STR(TEXT BASE64), base64(w, JOIN(w->a, good, pay))), SENTENCE},
        {JOIN(w->a, STR(TEXT BASE64), b64, pay), NULL},
        {JOIN(w->a, STR(TEXT BASE64), base64(w, JOIN(w->a, good, good)), pay), NULL},
        {JOIN(w->a, STR(TEXT "Content-Transfer-Encoding: binary\r\n\r\n"), good, pay), SENTENCE},
        {JOIN(w->a, STR("Content-Type: text/plain; name=smime.p7m\r\n\r\n"), block, pay), SENTENCE},
        /* what holds no message: certificates, a detached signature */
        {JOIN(w->a, text, pem(w, "PKCS7", certificates(w))), "-----BEGIN PKCS7-----"},
        {JOIN(w->a, text, pem(w, "PKCS7", certificates(w)), pay), SENTENCE},
        {JOIN(w->a, text, pem(w, "CERTIFICATE", certificates(w))), "-----BEGIN CERTIFICATE-----"},
        {JOIN(w->a, text, pem(w, "CMS", signature(w, &w->anna, PLAIN, CMS_DETACHED))),
         "-----BEGIN CMS-----"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_text(w, i, rows[i].entity, rows[i].shown);
    /* blanks are nothing */
    const str_t blank[] = {JOIN(w->a, text, STR("\r\n \t\r\n"), block, STR("\r\n \t\r\n\r\n")),
                           JOIN(w->a, text, STR("\r\n"), b64, STR("\r\n \r\n")),
                           JOIN(w->a, STR(TEXT BASE64 "\r\n"), b64, STR("\r\n\r\n")),
                           JOIN(w->a, STR(TEXT BASE64), base64(w, JOIN(w->a, good, STR("\r\n")))),
                           JOIN(w->a, text, pem(w, "PKCS #7 SIGNED DATA", good))};
    for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++) {
        const struct row row = {FROM_ANNA, blank[i], "signed-valid", LEVEL_GOOD, NULL};
        expect(w, i, &row);
    }
}

/* A part that says it is S/MIME is opened all the same, but what it drops is told. */
static void what_is_left_over_is_told(void **state)
{
    struct world *w = *state;
    const str_t good = signature(w, &w->anna, PLAIN, 0), pay = STR(SENTENCE "\r\n");
    const str_t env = envelope(w, PLAIN), both = envelope(w, opaque(w, &w->anna, PLAIN));
    const str_t plain = STR(SMIME "\r\n"), coded = STR(SMIME BASE64);
    const str_t binary = STR(SMIME "Content-Transfer-Encoding: binary\r\n\r\n");
    const char *half = "partially-signed";
    const struct row rows[] = {
        {FROM_ANNA, JOIN(w->a, coded, base64(w, good), pay), half, LEVEL_WARNING, "left_over"},
        {FROM_ANNA, JOIN(w->a, coded, base64(w, JOIN(w->a, good, pay))), half, LEVEL_WARNING,
         "left_over"},
        {FROM_ANNA, JOIN(w->a, coded, base64(w, good), STR("\xd0\x97\xd0\xb0!\r\n")), half,
         LEVEL_WARNING, "left_over"},
        {FROM_ANNA, JOIN(w->a, plain, base64(w, good), pay), half, LEVEL_WARNING, "left_over"},
        {FROM_ANNA, JOIN(w->a, plain, pem(w, "CMS", good), pay), half, LEVEL_WARNING, "left_over"},
        {FROM_ANNA, JOIN(w->a, plain, pem(w, SENTENCE, good)), half, LEVEL_WARNING, "left_over"},
        {FROM_ANNA, JOIN(w->a, coded, base64(w, JOIN(w->a, pem(w, "CMS", good), pay))), half,
         LEVEL_WARNING, "left_over"},
        {FROM_ANNA, JOIN(w->a, binary, good, pay), half, LEVEL_WARNING, "left_over"},
        {STR("From: bert@a.example\r\n"), JOIN(w->a, binary, good, pay), "signer-mismatch",
         LEVEL_BAD, "left_over"},
        {FROM_ANNA, JOIN(w->a, coded, base64(w, env), pay, pay), "encrypted-unauthenticated",
         LEVEL_WARNING, "left_over"},
        {FROM_ANNA, JOIN(w->a, coded, base64(w, both), pay, pay), "encrypted+partially-signed",
         LEVEL_WARNING, "left_over"},
        {FROM_ANNA, JOIN(w->a, coded, STR("\r\n"), base64(w, good), STR("\r\n \r\n")),
         "signed-valid", LEVEL_GOOD, NULL},
        {FROM_ANNA, JOIN(w->a, plain, pem(w, "CMS", good), STR("\r\n\r\n")), "signed-valid",
         LEVEL_GOOD, NULL},
        {FROM_ANNA, JOIN(w->a, binary, good, STR("\r\n\0\0")), "signed-valid", LEVEL_GOOD, NULL},
        {FROM_ANNA, JOIN(w->a, coded, base64(w, both)), "encrypted+signed-valid", LEVEL_GOOD, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect(w, i, &rows[i]);
        struct message_view *v = open_mail(w, rows[i].header, rows[i].entity);
        bool told = rows[i].reason != NULL;
        if (has_reason(v, "left_over") != told) fail_msg("row %zu: told", i);
        if ((v->signature_whole || v->encryption_whole) == told) fail_msg("row %zu: whole", i);
        message_close(v);
    }
}

static void expect_file(struct world *w, size_t i, str_t entity, str_t name, str_t bytes)
{
    struct message_view *v = open_mail(w, FROM_ANNA, entity);
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    str_t type, called;
    if (v->attachment_count != 1) fail_msg("row %zu: %zu files", i, v->attachment_count);
    assert_str(v->attachments[0].name, name);
    assert_int_equal(v->attachments[0].size, bytes.n);
    assert_int_equal(message_part_bytes(v, v->attachments[0].id, &b, &type, &called, NULL), RC_OK);
    assert_str(buf_view(&b), bytes);
    message_close(v);
}

/* Signed files and files of signatures are files; whatever has a name can be saved. */
static void files_stay_files(void **state)
{
    struct world *w = *state;
    const str_t good = signature(w, &w->anna, PLAIN, 0), env = envelope(w, PLAIN);
    const str_t detached = signature(w, &w->anna, PLAIN, CMS_DETACHED);
    const str_t kept = STR("Content-Disposition: attachment; filename=\"");
    const str_t mixed =
        STR("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" TEXT "\r\nLook:\r\n--b\r\n");
    const struct {
        str_t name, bytes;
    } files[] = {{STR_INIT("contract.pdf.sig"), detached},
                 {STR_INIT("app.mobileprovision"), good},
                 {STR_INIT("secret.enc"), env},
                 {STR_INIT("profile.mobileconfig"), good},
                 {STR_INIT("all.p7b"), good},
                 {STR_INIT("smime.p7c"), good}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        str_t by_field = JOIN(w->a, STR(FILE_TYPE "\r\n"), kept, files[i].name,
                              STR("\"\r\n" BASE64), base64(w, files[i].bytes));
        str_t by_type = JOIN(w->a, STR(FILE_TYPE "; name=\""), files[i].name, STR("\"\r\n" BASE64),
                             base64(w, files[i].bytes));
        const str_t all[] = {by_field, by_type, JOIN(w->a, mixed, by_field, STR("\r\n--b--\r\n")),
                             JOIN(w->a, mixed, by_type, STR("\r\n--b--\r\n"))};
        for (size_t k = 0; k < 4; k++) {
            expect_text(w, 10 * i + k, all[k], k > 1 ? "Look:" : NULL);
            expect_file(w, 10 * i + k, all[k], files[i].name, files[i].bytes);
        }
    }
    /* a nameless detached signature is no message either */
    expect_text(w, 100, JOIN(w->a, STR(FILE_TYPE "\r\n" BASE64), base64(w, detached)), NULL);
    expect_text(
        w, 101,
        JOIN(w->a, mixed, STR(FILE_TYPE "\r\n" BASE64), base64(w, detached), STR("\r\n--b--\r\n")),
        "Look:");
    /* found behind a wrong label, and still the file that was sent */
    const str_t named = STR("Content-Type: text/plain; name=\"smime.p7m\"\r\n" BASE64);
    const struct row row = {FROM_ANNA, JOIN(w->a, named, base64(w, good)), "signed-valid",
                            LEVEL_GOOD, NULL};
    expect(w, 102, &row);
    expect_file(w, 102, row.entity, STR("smime.p7m"), good);
    expect_file(w, 103, JOIN(w->a, named, base64(w, env)), STR("smime.p7m"), env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_hide_nothing),
        cmocka_unit_test(text_around_it_is_not_lost),
        cmocka_unit_test(what_is_left_over_is_told),
        cmocka_unit_test(files_stay_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
